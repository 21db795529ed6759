/* SPDX-License-Identifier: MIT */
#pragma once

/* The top level of the run that was recorded last. Most runs of an exploration begin with the same steps: these are
 * taken and written down once, and the traces share their events. */

#include "route.h"
#include "traces/trace.h"

typedef struct RecordedTop {
        GArray *route;     /* RouteStep; NULL: none was recorded yet */
        GPtrArray *events; /* TraceEvent */
        World *world;      /* after them */
        uint32_t violated; /* the properties that some of them violate, a bit for each */
} RecordedTop;

RecordedTop *recorded_top_new(void);
void recorded_top_free(RecordedTop *t);

/* How many steps of the top level @route begins with; not its last step, which is what a trace is about. */
guint recorded_top_length(const GArray *route);

/* The first @n steps of @route are those of @t: its events are added to @run, and @w becomes its world. */
bool recorded_top_use(const RecordedTop *t, const WorldLayout *l, const GArray *route, guint n, TraceRun *run,
                      World *w);

/* Forgets what was there for the first @n steps of @route, whose events are the last in @run. */
void recorded_top_set(RecordedTop *t, const WorldLayout *l, const GArray *route, guint n, const TraceRun *run,
                      const World *w, uint32_t violated);
