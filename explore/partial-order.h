/* SPDX-License-Identifier: MIT */
#pragma once

/* The sets of an OrderSet, less the names of which they say nothing: partial orders on at most 64 elements. An element is a
 * name under a hash key; elements of different keys are never in order, and a ranking ranks those of each key. */

#include "orders.h"

#define ELEMENTS_MAX 64U

typedef struct Element {
        uint8_t key;
        NameId name;
} Element;

typedef struct Elements {
        unsigned n;
        Element element[ELEMENTS_MAX]; /* by key, then by name */
        uint64_t of_key[WORLD_EPOCHS_MAX];
} Elements;

/* Bit b of after[a]: a before b. Transitive. */
typedef struct PartialOrder {
        uint64_t after[ELEMENTS_MAX];
} PartialOrder;

/* A union of partial orders. */
typedef struct OrderUnion {
        Elements elements;
        GArray *orders; /* PartialOrder; none implies another one */
        bool disjoint;  /* no ranking extends two of them */
} OrderUnion;

/* The elements that @s says anything of. False: there are too many. */
bool elements_init(Elements *e, const OrderSet *s);
/* The number of the element, e->n: it is none. */
unsigned elements_find(const Elements *e, unsigned key, NameId name);

/* The @i-th set, which is transitive. */
void partial_order_from_set(const Elements *e, const OrderSet *s, size_t i, PartialOrder *ret);

/* Decides a before b and what follows. False: b comes before a already. */
bool partial_order_decide(const Elements *e, PartialOrder *p, unsigned a, unsigned b);
/* Everything that @weak says @strong says too. */
bool partial_order_implies(const Elements *e, const PartialOrder *strong, const PartialOrder *weak);
/* What both say in @ret. False: no ranking extends both. */
bool partial_order_meet(const Elements *e, const PartialOrder *a, const PartialOrder *b, PartialOrder *ret);
/* The pairs of @a that follow from no others: bit b of ret[a]. Returns how many. */
unsigned partial_order_covers(const Elements *e, const PartialOrder *p, uint64_t *ret);

static inline bool partial_order_has(const PartialOrder *p, unsigned a, unsigned b) {
        return (p->after[a] & BIT(b)) != 0;
}

OrderUnion *order_union_new(const Elements *e);
void order_union_free(OrderUnion *u);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(OrderUnion, order_union_free)
/* Adds @p, unless one is there that it implies; those that imply it go. */
void order_union_add(OrderUnion *u, const PartialOrder *p);
/* After the last one was added. */
void order_union_seal(OrderUnion *u);

/* Whether each ranking that extends @p is in the union. 1: yes, 0: no, -E2BIG: that is too much work. */
int order_union_includes(const OrderUnion *u, const PartialOrder *p);
/* Whether a complete order is in it. */
bool order_union_has(const OrderUnion *u, const PartialOrder *complete);
