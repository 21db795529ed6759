/* SPDX-License-Identifier: MIT */
#pragma once

/* What a run of a trace needs of the order of PID 1's unit table. */

#include "traces/trace.h"

/* The entry of @second is swallowed by a reader that lost its way in that of @first, so it has to come directly behind. */
typedef struct Neighbours {
        char *first, *second;
} Neighbours;

typedef struct WantedOrder {
        const TraceRun *run;   /* unowned */
        GPtrArray *names;      /* of char *, unowned: those whose place matters, each once */
        GPtrArray *neighbours; /* of Neighbours */
} WantedOrder;

/* @run is one of the runs of @t, and outlives the result. */
WantedOrder *wanted_order_new(const Trace *t, const TraceRun *run);
void wanted_order_free(WantedOrder *o);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(WantedOrder, wanted_order_free)

/* Whether the names that @order and the run's first hash key both have are in the run's order. */
bool wanted_order_fits(const WantedOrder *o, char *const *order);
/* The same of the whole table, where the neighbours have to be ones. */
bool wanted_order_fits_table(const WantedOrder *o, char *const *table);
