/* SPDX-License-Identifier: MIT */
#pragma once

/* The events of a trace as a scenario without clients. */

#include "model/catalog.h"
#include "traces/trace.h"

typedef struct Schedule {
        char *text;
        Catalog *catalog;
        unsigned told_from; /* the step with which the clients begin: from there on exits are said */
} Schedule;

/* NULL with *ret_why: the lab cannot make that happen. */
Schedule *schedule_new(const char *file, const Trace *t, char **ret_why);
/* The same of one of the two runs of the trace. */
Schedule *schedule_of_run(const char *file, const Trace *t, const TraceRun *run, char **ret_why);
/* The same without stopping PID 1: one thing after another. What a process does while a call for a reload is pending comes
 * first in reality, where a later moment may show the same. */
Schedule *schedule_of_run_loose(const char *file, const Trace *t, const TraceRun *run, char **ret_why);
/* Only the top level, which comes before all clients. */
Schedule *schedule_of_top(const char *file, const Trace *t, char **ret_why);
void schedule_free(Schedule *s);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Schedule, schedule_free)

/* Of a client; NULL: there is none in this line. */
const Statement *schedule_find_statement(const Catalog *c, unsigned line);
