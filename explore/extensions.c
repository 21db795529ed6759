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

/* Of any number of elements */
typedef struct Order {
        const uint64_t *after;
        size_t n_words;
} Order;

static bool is_after(const Order *o, size_t a, size_t b) {
        return (o->after[a * o->n_words + b / 64] & BIT(b % 64)) != 0;
}

static bool is_known(const Order *o, size_t a, size_t b) {
        return is_after(o, a, b) || is_after(o, b, a);
}

/* Moves the elements that are connected with the first one to the front, and returns how many they are. */
static size_t gather_component(const Order *o, size_t *elements, size_t n) {
        size_t n_found = 1;

        for (size_t i = 0; i < n_found; i++)
                for (size_t j = n_found; j < n; j++)
                        if (is_known(o, elements[i], elements[j])) {
                                size_t found = elements[j];

                                elements[j] = elements[n_found];
                                elements[n_found++] = found;
                        }
        return n_found;
}

/* Takes away one element whose place among the others is known as soon as theirs is. */
static bool drop_settled(const Order *o, size_t *elements, size_t *n) {
        for (size_t i = 0; i < *n; i++) {
                size_t n_known = 0;

                for (size_t j = 0; j < *n; j++)
                        n_known += j != i && is_known(o, elements[i], elements[j]);
                if (n_known + 1 == *n) {
                        elements[i] = elements[--*n];
                        return true;
                }
        }
        return false;
}

static void count_few(const Order *o, const size_t *elements, size_t n, mpz_t ret) {
        uint64_t after[ORDERS_NAMES_MAX] = {};

        for (unsigned i = 0; i < n; i++)
                for (unsigned j = 0; j < n; j++)
                        if (is_after(o, elements[i], elements[j]))
                                after[i] |= BIT(j);
        count_linear_extensions(after, n == 64 ? UINT64_MAX : BIT(n) - 1, ret);
}

/* The part of all orders of @elements. */
static int measure_elements(const Order *o, size_t *elements, size_t n, mpq_t ret) {
        mpz_t number;
        mpq_t part;
        size_t n_left;
        int r = 0;

        mpq_set_ui(ret, 1, 1);
        mpq_init(part);
        mpz_init(number);
        for (size_t n_part; n > 1 && r >= 0; elements += n_part, n -= n_part) {
                n_part = n_left = gather_component(o, elements, n);
                if (n_part == 1)
                        continue;

                while (n_left > 1 && drop_settled(o, elements, &n_left))
                        ;
                if (n_left == n_part && n_part > ORDERS_NAMES_MAX) {
                        r = -E2BIG;
                        break;
                }
                if (n_left == n_part) {
                        count_few(o, elements, n_part, mpq_numref(part));
                        mpz_fac_ui(mpq_denref(part), n_part);
                } else {
                        r = measure_elements(o, elements, n_left, part);
                        mpz_fac_ui(number, n_left);
                        mpz_mul(mpq_numref(part), mpq_numref(part), number);
                        mpz_fac_ui(number, n_part);
                        mpz_mul(mpq_denref(part), mpq_denref(part), number);
                }
                mpq_canonicalize(part);
                mpq_mul(ret, ret, part);
        }
        mpz_clear(number);
        mpq_clear(part);
        return r;
}

int measure_extensions(const uint64_t *after, size_t n, size_t n_words, mpq_t ret) {
        g_autofree size_t *elements = g_new(size_t, n + 1);
        Order o = { .after = after, .n_words = n_words };

        for (size_t i = 0; i < n; i++)
                elements[i] = i;
        return measure_elements(&o, elements, n, ret);
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

/* Each of the elements has an edge with each other. */
static bool is_complete(const uint64_t *adjacent, uint64_t set) {
        for (uint64_t rest = set; rest != 0; rest &= rest - 1)
                if ((adjacent[lowest(rest)] & set) != (set & ~BIT(lowest(rest))))
                        return false;
        return true;
}

/* An element whose neighbours are all neighbours of each other can be put between them in each orientation of the rest: before
 * the first, behind the last, or between two. */
static uint64_t drop_simplicial(const uint64_t *adjacent, uint64_t set, mpz_t number) {
        for (uint64_t rest = set; rest != 0;) {
                unsigned x = lowest(rest);
                uint64_t neighbours = adjacent[x] & set;

                rest &= rest - 1;
                if (!is_complete(adjacent, neighbours))
                        continue;
                mpz_mul_ui(number, number, count(neighbours) + 1UL);
                set &= ~BIT(x);
                rest = set;
        }
        return set;
}

int count_acyclic_orientations(const uint64_t *adjacent, uint64_t set, mpz_t ret) {
        mpz_set_ui(ret, 1);
        set = drop_simplicial(adjacent, set, ret);

        for (uint64_t rest = set, part; rest != 0; rest &= ~part) {
                Orientations o = { .adjacent = adjacent };
                unsigned n = 0;

                part = component_of_lowest(adjacent, rest);
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
