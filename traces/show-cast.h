/* SPDX-License-Identifier: MIT */
#pragma once

/* Who appears in a diagram: those that the violation needs, or everybody when it is not known what it needs. */

#include "traces/view.h"

typedef struct ShowCast {
        GPtrArray *clients;   /* const char * */
        GPtrArray *units;     /* const char *; that of the violation first */
        GPtrArray *processes; /* const char *, "TAG.N" */
        GPtrArray *others;    /* const char *: units that are left out */
        bool files;           /* a step that is shown changes a file */
        bool everybody;
} ShowCast;

ShowCast *show_cast_new(const TraceView *v);
void show_cast_free(ShowCast *c);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ShowCast, show_cast_free)

/* Behind the top level, and the violation needs it. The others are only counted. */
bool show_cast_has_step(const ShowCast *c, const ViewStep *s);
bool show_cast_has_entry(const ShowCast *c, const ViewEntry *e);
bool show_cast_has_change(const ShowCast *c, const ViewChange *change);
bool show_cast_has_note(const ShowCast *c, const ViewNote *n);
/* Who makes the statement; "root" for the top level. */
const char *show_cast_client(const char *client);
/* The index of @name in one of the arrays, -1: not there. NULL is never there. */
int show_cast_find(const GPtrArray *names, const char *name);
/* A call of this step waits for PID 1. */
bool show_step_calls(const ViewStep *s);
bool show_step_changes_file(const ViewStep *s);
/* Of an interrupt, whose changes are those of the reload: it writes a file; else it asks PID 1 for something.
 * @statement: NULL is none. */
bool show_statement_edits(const char *statement);
/* "entry 3 syslog.service -> rsyslog.service: state=dead"; the caller frees it. */
char *show_entry_line(const ViewEntry *e);
/* "overwrites state=dead over running of entry 1; keeps main-pid=rsyslog.1 of entry 1"; NULL: it overwrites nothing. */
char *show_entry_damage(const ViewEntry *e);
