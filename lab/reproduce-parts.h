/* SPDX-License-Identifier: MIT */
#pragma once

/* The pieces of a script. */

#include "lab/schedule.h"

#define REPRODUCE_DIR "/run/coldplug-reproduce"

typedef struct Script {
        GString *text;
        const Trace *trace;
        const Catalog *catalog;
        bool ordered;       /* the order of the unit table matters */
        bool holds;         /* PID 1 is stopped for a while */
        bool tells;         /* processes are told what to do */
        bool swallows;      /* some reader loses its way in the stream, see lab/order.h */
        bool held;          /* where the writing is */
        bool one_call;      /* systemctl starts several units in one call */
        size_t last_reload; /* the statement, SIZE_MAX: none */
} Script;

/* @word as one word of a shell, quoted if it has to be. */
void script_append_word(GString *s, const char *word);

/* reproduce-files.c: a unit file with the script's own actor for every program that would live. NULL with *ret_why: it runs one
 * that cannot be replaced. */
char *script_unit_text(const Catalog *c, const Statement *st, char **ret_why);

/* reproduce-steps.c: what is done. False with *ret_why: a shell cannot do that. */
bool script_append_steps(Script *s, char **ret_why);

/* reproduce-judge.c: what is wrong is seen by a table of properties. NULL, or why a script cannot see it. */
char *script_obstacle(const Script *s);
/* Functions that look; what is looked at just before the last reload and just after it; what follows from that at the end. The
 * middle two are for some properties only: judges_reload. */
bool script_judges_reload(const Script *s);
void script_append_looks(Script *s);
void script_append_before(Script *s);
void script_append_after(Script *s);
void script_append_verdict(Script *s);

/* reproduce-orders.c: order-independent needs two runs, the one that PID 1 may die in last. */
bool script_runs_twice(const Script *s);
bool script_runs_into_crash(const Script *s);
void script_append_two_runs(Script *s);
void script_append_end(Script *s);
/* "A<B C<D" of the first key. */
void script_append_pairs(GString *s, const TraceRun *r);
