/* SPDX-License-Identifier: MIT */
#pragma once

/* The events of a trace as a scenario without clients. */

#include "model/catalog.h"
#include "traces/trace.h"

typedef struct Schedule {
        char *text;
        Catalog *catalog;
} Schedule;

/* NULL with *ret_why: the lab cannot make that happen. */
Schedule *schedule_new(const char *file, const Trace *t, char **ret_why);
/* The same without stopping PID 1: one thing after another. What a process does while a call for a reload is pending comes
 * first in reality, where a later moment may show the same. */
Schedule *schedule_new_loose(const char *file, const Trace *t, char **ret_why);
void schedule_free(Schedule *s);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Schedule, schedule_free)

/* The names whose order matters, each once: array of char *, unowned. */
GPtrArray *schedule_ordered_names(const Trace *t);

/* Whether the names that @order and the trace's first hash key both have are in the trace's order. */
bool schedule_order_fits(const Trace *t, char *const *order);
