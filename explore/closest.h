/* SPDX-License-Identifier: MIT */
#pragma once

/* The ranking outside of an OrderSet that is closest to a run: two neighbours are swapped as rarely as possible. */

#include "condition.h"

typedef struct ClosestOrder {
        bool found; /* false: all rankings are in the set, or there are too many names */
        bool exact; /* no other one takes fewer swaps */
        unsigned n_swaps;
        Elements elements;
        /* Complete: the run's ranking that is closest to one outside, and that one. */
        PartialOrder from, to;
        GArray *swapped; /* OrderLiteral: as they are in `to`; in `from` it is the other way */
} ClosestOrder;

/* @rows, as of world_order(), are what the run knows of the ranking. */
ClosestOrder *closest_order_new(const OrderSet *s, const uint64_t *rows);
void closest_order_free(ClosestOrder *c);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ClosestOrder, closest_order_free)

/* The names of @key in `to`, or in `from`, first to last, of NameId. */
GArray *closest_order_names(const ClosestOrder *c, unsigned key, bool to);

/* Whether @a comes before @b under @key in `to`. Names of which the set says nothing come behind, in the order of their
 * ids. */
bool closest_order_before(const ClosestOrder *c, unsigned key, NameId a, NameId b);
