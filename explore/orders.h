/* SPDX-License-Identifier: MIT */
#pragma once

/* Sets of rankings of the names in m->units, and their exact measure.
 *
 * What a world knows of the ranking is a partial order for each hash key (World's `order` rows). It stands for all
 * rankings that extend it. An OrderSet is a union of such sets: the rankings under which something happened. */

#include <gmp.h>

#include "model/world.h"

#define ORDERS_NAMES_MAX 64U /* see extensions.c */

typedef struct OrderSet OrderSet;

OrderSet *order_set_new(const WorldLayout *l);
void order_set_free(OrderSet *s);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(OrderSet, order_set_free)

/* Adds the rankings that extend what @rows (as of world_order()) know. */
void order_set_add(OrderSet *s, const uint64_t *rows);
bool order_set_is_empty(const OrderSet *s);

/* Whether the union has this ranking: for each key, by NameId the place of the name; all places differ. */
bool order_set_has(const OrderSet *s, const uint16_t *const *ranks);

/* The part of all rankings that the union has, exactly. -E2BIG when that is too much work: names of which each is known to come
 * before or after some other, more than 64 of them, without any simpler pattern. */
int order_set_measure(const OrderSet *s, mpq_t ret);

/* The part of all rankings that extend @rows alone. */
int order_rows_measure(const WorldLayout *l, const uint64_t *rows, mpq_t ret);

/* Marks in @names (one for each name) the names of which the set's rankings say anything. */
void order_set_names(const OrderSet *s, bool *names);

/* The sets that the union is made of, in the order in which they were added: all pairs that one knows, sorted. */
typedef struct OrderPair {
        uint16_t epoch;
        NameId first, second;
} OrderPair;

const WorldLayout *order_set_layout(const OrderSet *s);
size_t order_set_size(const OrderSet *s);
const OrderPair *order_set_pairs(const OrderSet *s, size_t i, size_t *ret_n);

/* extensions.c: the part of all orders of @n elements that extends a partial order; row i of @after (@n_words each) are the
 * elements after element i. -E2BIG as above. */
int measure_extensions(const uint64_t *after, size_t n, size_t n_words, mpq_t ret);

/* How many linear extensions the partial order on the elements of @set has; after[a] are the elements after a. */
void count_linear_extensions(const uint64_t *after, uint64_t set, mpz_t ret);

/* The acyclic orientations of the graph on the elements of @set; adjacent[a] are those that have an edge with a. -E2BIG when
 * that is too much work. */
int count_acyclic_orientations(const uint64_t *adjacent, uint64_t set, mpz_t ret);
