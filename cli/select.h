/* SPDX-License-Identifier: MIT */
#pragma once

/* What the options --systemd, --fix, --property and the bounds of a search choose, for all verbs alike. */

#include "explore/search.h"
#include "model/fixes.h"
#include "traces/fix-module.h"

/* One --fix: some fixes together, which are a column of a review. */
typedef struct FixColumn {
        char *name; /* "none", "sort-by-id", "sort-by-id+tolerate-dead" */
        const Fix *fixes[FIXES_MAX];
        unsigned n;
} FixColumn;

typedef struct LoadedFix {
        char *file; /* as given */
        FixModule *module;
} LoadedFix;

typedef struct Selection {
        const char *verb;    /* for messages */
        GPtrArray *versions; /* const Profile */
        GPtrArray *columns;  /* FixColumn */
        GPtrArray *loaded;   /* LoadedFix */
        GPtrArray *
                profiles; /* Profile: each version with each column's fixes, the columns of a version together */
} Selection;

void selection_init(Selection *s, const char *verb);
void selection_clear(Selection *s);

/* Each prints what is wrong and returns false. */

/* @given may be NULL: all versions with @all, else the default one. */
bool select_versions(Selection *s, char **given, bool all);
/* @given may be NULL: no fix, and with @all each built-in one too. */
bool select_columns(Selection *s, char **given, bool all);
/* At most one --fix. */
bool select_one_column(Selection *s, char **given);
/* Once both are selected. */
bool select_profiles(Selection *s);
/* A bit mask as SearchOptions has it. */
bool select_properties(const Selection *s, char **given, uint32_t *ret);

/* The fixes that are not built in, for the validator. */
GPtrArray *selection_loaded(const Selection *s);

/* A built-in fix, or the one in a file; NULL: said so. */
const Fix *select_fix(Selection *s, const char *name);

/* What bounds a search, as options. */
typedef struct Bounds {
        gint64 jobs, max_states, max_depth;
        char *max_memory;
} Bounds;

#define BOUNDS_DEFAULT                                                                                          \
        { .jobs = (gint64) MIN(g_get_num_processors(), 256U), .max_states = -1, .max_depth = -1 }

/* Four rows of a table of options. */
/* clang-format off */
#define BOUNDS_ENTRIES(b)                                                                                         \
        { "jobs", 'j', 0, G_OPTION_ARG_INT64, &(b).jobs, "Use N threads (default: one for each processor)", "N" }, \
        { "max-states", 0, 0, G_OPTION_ARG_INT64, &(b).max_states, "Stop after N states", "N" },                   \
        { "max-memory", 0, 0, G_OPTION_ARG_STRING, &(b).max_memory,                                                \
          "Stop when the states take M bytes (K, M, G)", "M" },                                                    \
        { "max-depth", 0, 0, G_OPTION_ARG_INT64, &(b).max_depth, "Stop after N events", "N" }
/* clang-format on */

bool select_bounds(const Selection *s, const Bounds *b, SearchOptions *to);
