/* SPDX-License-Identifier: MIT */
#pragma once

/* How likely a set of rankings is when systemd's own hash table draws them: see docs/order-distribution.md. */

#include <stdbool.h>

#include "model/profile.h"

#include "orders.h"

#define ORDER_DIST_TABLE_SIZE 150U
#define ORDER_DIST_SAMPLES    100000U
#define ORDER_DIST_SEED       1U
#define ORDER_DIST_CONFIDENCE 0.95

typedef struct OrderDistOptions {
        unsigned table_size; /* names that PID 1 has in m->units when the first of the scenario's comes */
        uint64_t n_samples;  /* where it cannot be enumerated; at least 1 */
        uint64_t seed;
        double confidence;
} OrderDistOptions;

/* A name that comes into m->units. */
typedef struct OrderDistName {
        NameId id;
        const char *name;
} OrderDistName;

typedef struct OrderDistResult {
        bool exact;
        mpq_t fraction;             /* if exact */
        double estimate, low, high; /* if exact all the same; else the interval has that confidence */
        uint64_t n_hits, n_samples; /* if not exact */
} OrderDistResult;

void order_dist_result_init(OrderDistResult *r);
void order_dist_result_done(OrderDistResult *r);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(OrderDistResult, order_dist_result_done)

typedef struct OrderDist OrderDist;

/* insertion.c: the names of the scenario in the order in which they come into m->units: that of one run of the model, in which
 * what can happen first happens first; then those that no unit had in it. No templates, and of the names of orphans only those
 * that the run had or that are @asked for (by NameId; NULL: none). The caller frees the array; the texts are the catalog's. */
OrderDistName *order_dist_names(const Catalog *c, const Profile *profile, const bool *asked, size_t *ret_n);

/* Enumerates or draws the rankings of @n_keys hash keys. @names are in the order of insertion, of a layout with @n_layout_names
 * names; the others are never asked for. Nothing of what is passed is kept. */
OrderDist *order_dist_new(const OrderDistName *names, size_t n, size_t n_layout_names, unsigned n_keys,
                          const OrderDistOptions *options);
void order_dist_free(OrderDist *d);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(OrderDist, order_dist_free)

/* The probability that a boot's rankings are in @set, of the layout that @d was made for. */
void order_dist_measure(const OrderDist *d, const OrderSet *set, OrderDistResult *ret);

/* The same for any condition. @ranks is what order_set_has() takes. */
typedef bool (*OrderDistTest)(const uint16_t *const *ranks, void *userdata);
void order_dist_measure_test(const OrderDist *d, OrderDistTest test, void *userdata, OrderDistResult *ret);
