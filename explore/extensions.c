/* SPDX-License-Identifier: MIT */

#include <errno.h>

#include "orders.h"

/* Acyclic orientations are counted over all subsets of a component. */
#define COMPONENT_MAX 16

static unsigned lowest(uint64_t set) {
        return (unsigned) __builtin_ctzll(set);
}

static unsigned count(uint64_t set) {
        return (unsigned) __builtin_popcountll(set);
}

/* The elements of @set that are connected with its lowest one. */
static uint64_t component_of_lowest(const uint64_t *adjacent, uint64_t set) {
        uint64_t found = set & -set, todo = found;

        while (todo != 0) {
                uint64_t fresh = adjacent[lowest(todo)] & set & ~found;

                todo = (todo & (todo - 1)) | fresh;
                found |= fresh;
        }
        return found;
}

static void number_free(gpointer p) {
        mpz_clear(p);
        g_free(p);
}

typedef struct Extensions {
        uint64_t before[ORDERS_NAMES_MAX];     /* the elements before this one */
        uint64_t comparable[ORDERS_NAMES_MAX]; /* before or after it */
        uint64_t open[ORDERS_NAMES_MAX];       /* neither */
        GHashTable *memo;                      /* set -> how many orders it has */
} Extensions;

static const mpz_t *count_orders(Extensions *e, uint64_t set);

/* Parts between which nothing is known may be interleaved at will. */
static void count_parallel(Extensions *e, uint64_t set, mpz_t ret) {
        unsigned placed = 0;
        mpz_t ways;

        mpz_init(ways);
        mpz_set_ui(ret, 1);
        for (uint64_t rest = set, part; rest != 0; rest &= ~part) {
                part = component_of_lowest(e->comparable, rest);
                placed += count(part);
                mpz_bin_uiui(ways, placed, count(part));
                mpz_mul(ret, ret, ways);
                mpz_mul(ret, ret, *count_orders(e, part));
        }
        mpz_clear(ways);
}

/* Parts between which everything is known follow each other. */
static void count_series(Extensions *e, uint64_t set, mpz_t ret) {
        mpz_set_ui(ret, 1);
        for (uint64_t rest = set, part; rest != 0; rest &= ~part) {
                part = component_of_lowest(e->open, rest);
                mpz_mul(ret, ret, *count_orders(e, part));
        }
}

/* By the first element, which is one that has nothing before it. */
static void count_by_first(Extensions *e, uint64_t set, mpz_t ret) {
        mpz_set_ui(ret, 0);
        for (uint64_t rest = set; rest != 0; rest &= rest - 1)
                if ((e->before[lowest(rest)] & set) == 0)
                        mpz_add(ret, ret, *count_orders(e, set & ~BIT(lowest(rest))));
}

static const mpz_t *count_orders(Extensions *e, uint64_t set) {
        mpz_t *n = g_hash_table_lookup(e->memo, &set);

        if (n)
                return (const mpz_t *) n;

        n = g_new(mpz_t, 1);
        mpz_init_set_ui(*n, 1);
        if (count(set) > 1) {
                if (component_of_lowest(e->comparable, set) != set)
                        count_parallel(e, set, *n);
                else if (component_of_lowest(e->open, set) != set)
                        count_series(e, set, *n);
                else
                        count_by_first(e, set, *n);
        }
        g_hash_table_insert(e->memo, g_memdup2(&set, sizeof(set)), n);
        return (const mpz_t *) n;
}

void count_linear_extensions(const uint64_t *after, uint64_t set, mpz_t ret) {
        Extensions e = { .memo = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, number_free) };

        for (uint64_t rest = set; rest != 0; rest &= rest - 1)
                for (uint64_t later = after[lowest(rest)] & set; later != 0; later &= later - 1)
                        e.before[lowest(later)] |= BIT(lowest(rest));
        for (uint64_t rest = set; rest != 0; rest &= rest - 1) {
                unsigned a = lowest(rest);

                e.comparable[a] = (after[a] & set) | e.before[a];
                e.open[a] = set & ~e.comparable[a] & ~BIT(a);
        }
        mpz_set(ret, *count_orders(&e, set));
        g_hash_table_unref(e.memo);
}

typedef struct Orientations {
        const uint64_t *adjacent;
        int64_t *memo; /* by subset, compressed to the component's own numbering; -1: not known */
        unsigned index[ORDERS_NAMES_MAX];
} Orientations;

static int64_t count_orientations(Orientations *o, uint64_t set);

/* Signed sum over the independent sets that consist of @chosen and some of @candidates. */
static int64_t sum_over_sources(Orientations *o, uint64_t set, uint64_t chosen, uint64_t candidates) {
        int64_t sum = 0;

        if (chosen != 0)
                sum = (count(chosen) % 2 ? 1 : -1) * count_orientations(o, set & ~chosen);
        for (; candidates != 0; candidates &= candidates - 1) {
                unsigned x = lowest(candidates);

                sum += sum_over_sources(o, set, chosen | BIT(x),
                                        candidates & (candidates - 1) & ~o->adjacent[x]);
        }
        return sum;
}

/* An acyclic orientation has a non-empty set of sources, which is independent; inclusion and exclusion over these. */
static int64_t count_orientations(Orientations *o, uint64_t set) {
        uint64_t compressed = 0;

        for (uint64_t rest = set; rest != 0; rest &= rest - 1)
                compressed |= BIT(o->index[lowest(rest)]);
        if (o->memo[compressed] < 0)
                o->memo[compressed] = set == 0 ? 1 : sum_over_sources(o, set, 0, set);
        return o->memo[compressed];
}

/* Each element has an edge with each other: every order is told apart. */
static bool is_complete(const uint64_t *adjacent, uint64_t set) {
        for (uint64_t rest = set; rest != 0; rest &= rest - 1)
                if ((adjacent[lowest(rest)] & set) != (set & ~BIT(lowest(rest))))
                        return false;
        return true;
}

int count_acyclic_orientations(const uint64_t *adjacent, uint64_t set, mpz_t ret) {
        mpz_set_ui(ret, 1);

        for (uint64_t rest = set, part; rest != 0; rest &= ~part) {
                Orientations o = { .adjacent = adjacent };
                unsigned n = 0;

                part = component_of_lowest(adjacent, rest);
                if (is_complete(adjacent, part)) {
                        mpz_t f;

                        mpz_init(f);
                        mpz_fac_ui(f, count(part));
                        mpz_mul(ret, ret, f);
                        mpz_clear(f);
                        continue;
                }
                if (count(part) > COMPONENT_MAX)
                        return -E2BIG;

                for (uint64_t p = part; p != 0; p &= p - 1)
                        o.index[lowest(p)] = n++;
                o.memo = g_new(int64_t, UINT64_C(1) << n);
                for (uint64_t i = 0; i < UINT64_C(1) << n; i++)
                        o.memo[i] = -1;
                mpz_mul_si(ret, ret, (long) count_orientations(&o, part));
                g_free(o.memo);
        }
        return 0;
}
