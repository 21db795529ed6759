/* SPDX-License-Identifier: MIT */
#pragma once

/* Why a result depends on the order of the unit table: the smallest condition on the order that decides it, and the closest order
 * under which it does not happen, as a second run of the same schedule. */

#include "closest.h"
#include "lockstep.h"
#include "traces/trace.h"

typedef struct Why {
        OrderCondition *condition;
        const char *step; /* what the order is that of: "serialized"; NULL: not known, or more than one step */
        ClosestOrder *closest;
        char *text;     /* the condition, order_condition_text(); NULL: there is none to say */
        char *sentence; /* "Violated exactly when ..." */
        char *closest_sentence; /* "One swap of neighbours is enough: ..."; NULL: there is no such order, or none was found */
} Why;

/* Why a property is violated under @orders only. @t: the trace of one run that violates it. */
Why *why_violated(const Search *s, const OrderSet *orders, const Trace *t);

/* order-independent: which orders bring the schedule of the trace to another end than the largest class. NULL: it holds. */
Why *why_apart(const Search *s, const Lockstep *k, const Trace *t);

void why_free(Why *w);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Why, why_free)

/* Completes @t, the recorded trace of @route, by the run of the same schedule under w->closest. False: there is no such order, or,
 * which can be when not everything was explored, it violates the property too; @t is as it was. */
bool why_add_other_run(const Search *s, unsigned property, const GArray *route, const Why *w, Trace *t);
