/* SPDX-License-Identifier: MIT */
#pragma once

/* What the parts of a random scenario have in common. Inside of the lab's generator only. */

#include <glib.h>
#include <stdbool.h>

/* A unit that could start a.service, and never does. */
typedef struct Trigger {
        const char *name, *body;
} Trigger;

typedef struct Plan {
        GRand *random;
        GString *text;
        GPtrArray *names;       /* of const char: what is called for and depended on */
        GPtrArray *units;       /* of const char: of those the ones with a file */
        unsigned n_numbers;     /* that stand somewhere */
        const Trigger *trigger; /* NULL: none */
        bool has_target, has_template, has_slice;
        bool has_programs; /* that end by themselves; else there may be a pause, after which they would race with calls */
        bool has_upholds; /* else there may be what stops units by itself: both together never come to rest */
} Plan;

/* A row of a table of which each is taken with its own probability. */
typedef struct Chance {
        double p;
        const char *text;
} Chance;

bool plan_chance(Plan *p, double probability);
const char *plan_pick(Plan *p, const GPtrArray *of);

/* Appends @text, in which stands
 *     {A|B}  for one of these
 *     ~      for @me, of a process; NULL: of any service, the same in all of the text
 *     #      for the tag of any process that a unit file has
 *     &      for any name of a unit but @me.service
 *     $      for the name of any service with a file
 *     ^      for a name that may be an alias
 *     +      for a number that is nowhere else */
void plan_append(Plan *p, const char *me, const char *text);

/* Appends each line of the table with its probability. */
void plan_append_some(Plan *p, const char *me, const Chance *lines, size_t n);

/* Unit files. */
const Trigger *plan_pick_trigger(Plan *p);
void plan_append_units(Plan *p);
/* Writes one of them anew, or a drop-in. */
void plan_append_rewritten(Plan *p);
void plan_append_dropin(Plan *p);

/* What happens. */
void plan_append_event(Plan *p);
