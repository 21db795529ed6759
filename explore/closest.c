/* SPDX-License-Identifier: MIT */

#include <string.h>

#include "closest.h"

#define PACKED_MAX   16U     /* elements, of which 4 bits each say which one it is */
#define RANKINGS_MAX 400000U /* that are looked at */
#define TABLE_SIZE   (1U << 20)
#define SETS_MAX     4096U

/* A ranking of each key, one behind the other: digit i says which element is in place i. */
typedef struct Ranking {
        uint64_t packed;
        uint32_t origin; /* the ranking of the run that it is made of */
        uint32_t n_swaps;
} Ranking;

typedef struct Walk {
        const Elements *elements;
        const OrderUnion *set;
        GArray *rankings; /* Ranking: a queue */
        uint32_t *table;  /* by hash: 1 + index of a ranking, 0: none */
        bool full;
} Walk;

static unsigned digit(uint64_t packed, unsigned place) {
        return (unsigned) (packed >> (place * 4)) & 15;
}

static PartialOrder unpack(const Elements *e, uint64_t packed) {
        PartialOrder p = {};

        for (unsigned i = 0; i < e->n; i++)
                for (unsigned j = i + 1; j < e->n; j++) {
                        unsigned a = digit(packed, i), b = digit(packed, j);

                        if (e->element[a].key == e->element[b].key)
                                p.after[a] |= BIT(b);
                }
        return p;
}

/* Puts it at the end of the queue if it is new. */
static void add_ranking(Walk *w, Ranking r) {
        uint64_t hash = r.packed * UINT64_C(0x9e3779b97f4a7c15);
        uint32_t i = (uint32_t) (hash >> 44);

        for (; w->table[i] != 0; i = (i + 1) % TABLE_SIZE)
                if (g_array_index(w->rankings, Ranking, w->table[i] - 1).packed == r.packed)
                        return;
        if (w->rankings->len == RANKINGS_MAX) {
                w->full = true;
                return;
        }
        if (r.n_swaps == 0)
                r.origin = w->rankings->len;
        g_array_append_val(w->rankings, r);
        w->table[i] = w->rankings->len;
}

/* All rankings that extend @p, the elements in @left being those that have no place yet. */
static void add_extensions(Walk *w, const PartialOrder *p, uint64_t left, unsigned place, uint64_t packed) {
        const Elements *e = w->elements;
        uint64_t later = 0, of_key;

        if (place == e->n) {
                add_ranking(w, (Ranking) { .packed = packed });
                return;
        }
        of_key = e->of_key[e->element[place].key] & left;
        for (uint64_t bits = of_key; bits != 0; bits &= bits - 1)
                later |= p->after[__builtin_ctzll(bits)];
        for (uint64_t bits = of_key & ~later; bits != 0 && !w->full; bits &= bits - 1) {
                uint64_t a = (uint64_t) __builtin_ctzll(bits);

                add_extensions(w, p, left & ~BIT(a), place + 1, packed | a << (place * 4));
        }
}

static void add_neighbours(Walk *w, Ranking r) {
        for (unsigned i = 0; i + 1 < w->elements->n; i++) {
                uint64_t a = digit(r.packed, i), b = digit(r.packed, i + 1), both = (a ^ b) << (i * 4);

                if (w->elements->element[a].key != w->elements->element[b].key)
                        continue;
                add_ranking(w, (Ranking) { .packed = r.packed ^ both ^ both << 4,
                                           .origin = r.origin,
                                           .n_swaps = r.n_swaps + 1 });
        }
}

/* False: too many rankings. */
static bool walk(Walk *w, const PartialOrder *run, ClosestOrder *c) {
        add_extensions(w, run, c->elements.n == 64 ? UINT64_MAX : BIT(c->elements.n) - 1, 0, 0);
        for (guint i = 0; i < w->rankings->len && !w->full; i++) {
                Ranking r = g_array_index(w->rankings, Ranking, i);
                PartialOrder p = unpack(w->elements, r.packed);

                if (!order_union_has(w->set, &p)) {
                        c->found = c->exact = true;
                        c->n_swaps = r.n_swaps;
                        c->to = p;
                        c->from = unpack(w->elements, g_array_index(w->rankings, Ranking, r.origin).packed);
                        return true;
                }
                add_neighbours(w, r);
        }
        return !w->full;
}

static bool search_rankings(ClosestOrder *c, const OrderUnion *set, const PartialOrder *run) {
        Walk w = { .elements = &c->elements, .set = set };
        bool ok;

        if (c->elements.n > PACKED_MAX)
                return false;
        w.rankings = g_array_new(FALSE, FALSE, sizeof(Ranking));
        w.table = g_new0(uint32_t, TABLE_SIZE);
        ok = walk(&w, run, c);
        g_array_unref(w.rankings);
        g_free(w.table);
        return ok;
}

/* Adds of what @wish says as much as goes. */
static void comply(const Elements *e, PartialOrder *p, const PartialOrder *wish) {
        for (unsigned a = 0; a < e->n; a++)
                for (uint64_t bits = wish->after[a]; bits != 0; bits &= bits - 1)
                        (void) partial_order_decide(e, p, a, (unsigned) __builtin_ctzll(bits));
}

static void complete(const Elements *e, PartialOrder *p) {
        for (unsigned a = 0; a < e->n; a++)
                for (unsigned b = a + 1; b < e->n; b++)
                        if (e->element[a].key == e->element[b].key)
                                (void) partial_order_decide(e, p, a, b);
}

static unsigned count_swapped(const Elements *e, const PartialOrder *from, const PartialOrder *to) {
        unsigned n = 0;

        for (unsigned a = 0; a < e->n; a++)
                n += (unsigned) __builtin_popcountll(to->after[a] & ~from->after[a]);
        return n;
}

/* A ranking that extends @target and is near the run's. */
static void try_target(ClosestOrder *c, const PartialOrder *run, const PartialOrder *target) {
        PartialOrder to = *target, from = *run;
        unsigned n;

        comply(&c->elements, &to, run);
        comply(&c->elements, &from, &to);
        complete(&c->elements, &to);
        comply(&c->elements, &from, &to);
        complete(&c->elements, &from);
        n = count_swapped(&c->elements, &from, &to);
        if (c->found && n >= c->n_swaps)
                return;
        c->found = true;
        c->n_swaps = n;
        c->from = from;
        c->to = to;
}

static bool add_opposite(const Elements *e, const GArray *term, guint i, PartialOrder *p) {
        const OrderLiteral *l = &g_array_index(term, OrderLiteral, i);

        return partial_order_decide(e, p, elements_find(e, l->key, l->second),
                                    elements_find(e, l->key, l->first));
}

/* Many names: the condition says which pairs have to be the other way round. */
static void use_condition(ClosestOrder *c, const OrderSet *s, const PartialOrder *run) {
        g_autoptr(OrderCondition) k = order_condition_new(s);
        PartialOrder all = {};
        bool possible = true, single = true;

        for (guint i = 0; i < k->terms->len; i++) {
                const GArray *term = k->terms->pdata[i];
                PartialOrder p = {};

                if (k->kind == CONDITION_UNLESS) {
                        for (guint j = 0; j < term->len; j++) {
                                const OrderLiteral *l = &g_array_index(term, OrderLiteral, j);

                                (void) partial_order_decide(&c->elements, &p,
                                                            elements_find(&c->elements, l->key, l->first),
                                                            elements_find(&c->elements, l->key, l->second));
                        }
                        try_target(c, run, &p);
                        continue;
                }
                single = single && term->len == 1;
                possible = add_opposite(&c->elements, term, 0, &all) && possible;
        }
        if (k->kind != CONDITION_WHEN)
                return;
        if (k->terms->len == 1) {
                const GArray *term = k->terms->pdata[0];

                for (guint j = 0; j < term->len; j++) {
                        PartialOrder p = {};

                        if (add_opposite(&c->elements, term, j, &p))
                                try_target(c, run, &p);
                }
        } else if (single && possible)
                try_target(c, run, &all);
}

static void list_swapped(ClosestOrder *c) {
        const Elements *e = &c->elements;

        for (unsigned a = 0; a < e->n; a++)
                for (uint64_t bits = c->to.after[a] & ~c->from.after[a]; bits != 0; bits &= bits - 1) {
                        const Element *x = e->element + a, *y = e->element + __builtin_ctzll(bits);
                        OrderLiteral l = { .key = x->key, .first = x->name, .second = y->name };

                        g_array_append_val(c->swapped, l);
                }
}

static PartialOrder order_of_run(const Elements *e, const WorldLayout *l, const uint64_t *rows) {
        g_autoptr(OrderSet) s = order_set_new(l);
        PartialOrder p;

        order_set_add(s, rows);
        partial_order_from_set(e, s, 0, &p);
        return p;
}

ClosestOrder *closest_order_new(const OrderSet *s, const uint64_t *rows) {
        ClosestOrder *c = g_new0(ClosestOrder, 1);
        g_autoptr(OrderUnion) set = NULL;
        PartialOrder run;

        c->swapped = g_array_new(FALSE, FALSE, sizeof(OrderLiteral));
        if (order_set_size(s) > SETS_MAX || !elements_init(&c->elements, s))
                return c;

        set = order_union_new(&c->elements);
        for (size_t i = 0; i < order_set_size(s); i++) {
                PartialOrder p;

                partial_order_from_set(&c->elements, s, i, &p);
                order_union_add(set, &p);
        }
        run = order_of_run(&c->elements, order_set_layout(s), rows);
        if (!search_rankings(c, set, &run)) {
                use_condition(c, s, &run);
                c->exact = c->found && c->n_swaps <= 1;
        }
        if (c->found)
                list_swapped(c);
        return c;
}

void closest_order_free(ClosestOrder *c) {
        if (!c)
                return;

        g_array_unref(c->swapped);
        g_free(c);
}

GArray *closest_order_names(const ClosestOrder *c, unsigned key, bool to) {
        const PartialOrder *p = to ? &c->to : &c->from;
        GArray *names = g_array_new(FALSE, FALSE, sizeof(NameId));
        unsigned n = (unsigned) __builtin_popcountll(c->elements.of_key[key]);

        for (unsigned place = 0; place < n; place++)
                for (unsigned a = 0; a < c->elements.n; a++)
                        if (c->elements.element[a].key == key &&
                            (unsigned) __builtin_popcountll(p->after[a]) == n - 1 - place)
                                g_array_append_val(names, c->elements.element[a].name);
        return names;
}

bool closest_order_before(const ClosestOrder *c, unsigned key, NameId a, NameId b) {
        const Elements *e = &c->elements;
        unsigned i = elements_find(e, key, a), j = elements_find(e, key, b);

        if (i < e->n && j < e->n)
                return partial_order_has(&c->to, i, j);
        if (i < e->n || j < e->n)
                return i < e->n;
        return a < b;
}
