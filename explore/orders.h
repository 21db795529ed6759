/* SPDX-License-Identifier: MIT */
#pragma once

/* Sets of rankings of the names in m->units, and their exact measure.
 *
 * What a world knows of the ranking is a partial order for each hash key (World's `order` rows). It stands for all
 * rankings that extend it. An OrderSet is a union of such sets: the rankings under which something happened. */

#include <gmp.h>

#include "model/world.h"

#define ORDERS_NAMES_MAX 64U /* names of one key whose order is known in part; more cannot be counted */

typedef struct OrderSet OrderSet;

OrderSet *order_set_new(const WorldLayout *l);
void order_set_free(OrderSet *s);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(OrderSet, order_set_free)

/* Adds the rankings that extend what @rows (as of world_order()) know. */
void order_set_add(OrderSet *s, const uint64_t *rows);
bool order_set_is_empty(const OrderSet *s);

/* Whether the union has this ranking: for each key, by NameId the place of the name; all places differ. */
bool order_set_has(const OrderSet *s, const uint16_t *const *ranks);

/* The part of all rankings that the union has, exactly. -E2BIG when there are too many names to count. */
int order_set_measure(const OrderSet *s, mpq_t ret);

/* The part of all rankings that extend @rows alone. */
int order_rows_measure(const WorldLayout *l, const uint64_t *rows, mpq_t ret);

/* Marks in @names (one for each name) the names of which the set's rankings say anything. */
void order_set_names(const OrderSet *s, bool *names);

/* How many classes of rankings one can tell apart by asking for the pairs in @asked (see script.h) of which both are in @names:
 * the acyclic orientations of the graph whose edges they are. -E2BIG when that is too much work. */
int order_classes(const WorldLayout *l, const uint64_t *asked, const bool *names, mpz_t ret);

/* extensions.c: linear extensions of the partial order on the elements of @set, and acyclic orientations of the graph
 * on them. after[a] are the elements after a; adjacent[a] those that have an edge with a. */
void count_linear_extensions(const uint64_t *after, uint64_t set, mpz_t ret);
int count_acyclic_orientations(const uint64_t *adjacent, uint64_t set, mpz_t ret);
