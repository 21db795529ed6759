/* SPDX-License-Identifier: MIT */
#pragma once

/* From a run that the search found to a trace: the run is taken once more, and everything that happens is written down. */

#include "lockstep.h"
#include "traces/trace.h"

/* What a trace says besides the run. */
typedef struct TraceLabels {
        const char *scenario; /* its file name */
        const char *text;     /* the scenario */
        const char *n_orders, *n_all_orders, *fraction;
} TraceLabels;

/* The trace of @route, whose last event violates the property number @property. NULL: it does not, which is an
 * internal error. */
Trace *record_trace(const Search *s, unsigned property, const GArray *route, const TraceLabels *labels);

/* The trace of a schedule that order-independent is violated by. */
Trace *record_schedule(const Search *s, unsigned property, const Lockstep *k, const TraceLabels *labels);

/* Completes the trace of a run by the same schedule under another order, as steps in @other. False, and nothing is added: under
 * that order it violates the property as well. */
bool record_other(const Search *s, unsigned property, const GArray *route, const GArray *other, Trace *t);
