/* SPDX-License-Identifier: MIT */

#include <errno.h>
#include <string.h>

#include "partial-order.h"

/* Steps of a proof that a union has a set. */
#define INCLUSION_STEPS_MAX 100000U
/* Pairs of sets that are looked at to find out whether they overlap. */
#define DISJOINT_SETS_MAX   1024U

static unsigned lowest(uint64_t set) {
        return (unsigned) __builtin_ctzll(set);
}

/* Marks the names of @key of which the set says anything. */
static void mark_names(const OrderSet *s, unsigned key, bool *marked) {
        for (size_t i = 0; i < order_set_size(s); i++) {
                size_t n;
                const OrderPair *pairs = order_set_pairs(s, i, &n);

                for (size_t j = 0; j < n; j++)
                        if (pairs[j].epoch == key)
                                marked[pairs[j].first] = marked[pairs[j].second] = true;
        }
}

bool elements_init(Elements *e, const OrderSet *s) {
        const WorldLayout *l = order_set_layout(s);
        g_autofree bool *marked = g_new(bool, l->n_names);

        *e = (Elements) {};
        for (unsigned key = 0; key < WORLD_EPOCHS_MAX; key++) {
                memset(marked, 0, l->n_names * sizeof(bool));
                mark_names(s, key, marked);
                for (NameId a = 0; a < l->n_names; a++) {
                        if (!marked[a])
                                continue;
                        if (e->n == ELEMENTS_MAX)
                                return false;
                        e->of_key[key] |= BIT(e->n);
                        e->element[e->n++] = (Element) { .key = (uint8_t) key, .name = a };
                }
        }
        return true;
}

unsigned elements_find(const Elements *e, unsigned key, NameId name) {
        unsigned i = 0;

        while (i < e->n && (e->element[i].key != key || e->element[i].name != name))
                i++;
        return i;
}

void partial_order_from_set(const Elements *e, const OrderSet *s, size_t i, PartialOrder *ret) {
        size_t n;
        const OrderPair *pairs = order_set_pairs(s, i, &n);

        *ret = (PartialOrder) {};
        for (size_t j = 0; j < n; j++) {
                unsigned a = elements_find(e, pairs[j].epoch, pairs[j].first),
                         b = elements_find(e, pairs[j].epoch, pairs[j].second);

                if (a < e->n && b < e->n)
                        ret->after[a] |= BIT(b);
        }
}

bool partial_order_decide(const Elements *e, PartialOrder *p, unsigned a, unsigned b) {
        uint64_t later = p->after[b] | BIT(b);

        if (a == b || (p->after[b] & BIT(a)) != 0)
                return false;
        if ((p->after[a] & BIT(b)) != 0)
                return true;
        for (unsigned x = 0; x < e->n; x++)
                if (x == a || (p->after[x] & BIT(a)) != 0)
                        p->after[x] |= later;
        return true;
}

bool partial_order_implies(const Elements *e, const PartialOrder *strong, const PartialOrder *weak) {
        for (unsigned a = 0; a < e->n; a++)
                if ((weak->after[a] & ~strong->after[a]) != 0)
                        return false;
        return true;
}

bool partial_order_meet(const Elements *e, const PartialOrder *a, const PartialOrder *b, PartialOrder *ret) {
        PartialOrder both = *a;

        for (unsigned x = 0; x < e->n; x++)
                for (uint64_t bits = b->after[x] & ~both.after[x]; bits != 0; bits &= bits - 1)
                        if (!partial_order_decide(e, &both, x, lowest(bits)))
                                return false;
        *ret = both;
        return true;
}

unsigned partial_order_covers(const Elements *e, const PartialOrder *p, uint64_t *ret) {
        unsigned n = 0;

        for (unsigned a = 0; a < e->n; a++) {
                uint64_t follows = 0;

                for (uint64_t bits = p->after[a]; bits != 0; bits &= bits - 1)
                        follows |= p->after[lowest(bits)];
                ret[a] = p->after[a] & ~follows;
                n += (unsigned) __builtin_popcountll(ret[a]);
        }
        return n;
}

OrderUnion *order_union_new(const Elements *e) {
        OrderUnion *u = g_new0(OrderUnion, 1);

        u->elements = *e;
        u->orders = g_array_new(FALSE, FALSE, sizeof(PartialOrder));
        return u;
}

void order_union_free(OrderUnion *u) {
        if (!u)
                return;

        g_array_unref(u->orders);
        g_free(u);
}

void order_union_add(OrderUnion *u, const PartialOrder *p) {
        guint n = 0;

        for (guint i = 0; i < u->orders->len; i++)
                if (partial_order_implies(&u->elements, p, &g_array_index(u->orders, PartialOrder, i)))
                        return;
        for (guint i = 0; i < u->orders->len; i++) {
                const PartialOrder *o = &g_array_index(u->orders, PartialOrder, i);

                if (!partial_order_implies(&u->elements, o, p))
                        g_array_index(u->orders, PartialOrder, n++) = *o;
        }
        g_array_set_size(u->orders, n);
        g_array_append_val(u->orders, *p);
}

void order_union_seal(OrderUnion *u) {
        PartialOrder ignored;

        u->disjoint = u->orders->len <= DISJOINT_SETS_MAX;
        for (guint i = 0; i < u->orders->len && u->disjoint; i++)
                for (guint j = 0; j < i && u->disjoint; j++)
                        u->disjoint =
                                !partial_order_meet(&u->elements, &g_array_index(u->orders, PartialOrder, i),
                                                    &g_array_index(u->orders, PartialOrder, j), &ignored);
}

/* Adds the part of all complete orders of all elements that extends @p. All sets are measured on the same elements, so that
 * these are no rankings when there are several keys makes no difference to a comparison. */
static int add_measure(const OrderUnion *u, const PartialOrder *p, mpq_t sum) {
        mpq_t part;
        int r;

        mpq_init(part);
        r = measure_extensions(p->after, u->elements.n, 1, part);
        if (r >= 0)
                mpq_add(sum, sum, part);
        mpq_clear(part);
        return r;
}

static int includes_by_measure(const OrderUnion *u, const PartialOrder *p) {
        mpq_t all, part;
        int r;

        mpq_inits(all, part, NULL);
        r = add_measure(u, p, all);
        for (guint i = 0; i < u->orders->len && r >= 0; i++) {
                PartialOrder both;

                if (partial_order_meet(&u->elements, p, &g_array_index(u->orders, PartialOrder, i), &both))
                        r = add_measure(u, &both, part);
        }
        if (r >= 0)
                r = mpq_equal(all, part);
        mpq_clears(all, part, NULL);
        return r;
}

/* Some set holds for all that is left of the rankings, or these are split by a pair that a set decides. */
static int includes_by_splitting(const OrderUnion *u, const PartialOrder *p, const PartialOrder *const *sets,
                                 size_t n_sets, unsigned *steps) {
        const Elements *e = &u->elements;
        g_autofree const PartialOrder **left = g_new(const PartialOrder *, n_sets + 1);
        size_t n_left = 0;
        PartialOrder both;

        if (++*steps > INCLUSION_STEPS_MAX)
                return -E2BIG;
        for (size_t i = 0; i < n_sets; i++) {
                if (partial_order_implies(e, p, sets[i]))
                        return 1;
                if (partial_order_meet(e, p, sets[i], &both))
                        left[n_left++] = sets[i];
        }
        if (n_left == 0)
                return 0;

        unsigned a = 0, b;
        while ((left[0]->after[a] & ~p->after[a]) == 0)
                a++;
        b = lowest(left[0]->after[a] & ~p->after[a]);
        for (unsigned i = 0; i < 2; i++) {
                PartialOrder q = *p;
                int r = partial_order_decide(e, &q, i == 0 ? b : a, i == 0 ? a : b)
                                ? includes_by_splitting(u, &q, left, n_left, steps)
                                : 1;

                if (r <= 0)
                        return r;
        }
        return 1;
}

int order_union_includes(const OrderUnion *u, const PartialOrder *p) {
        g_autofree const PartialOrder **sets = NULL;
        unsigned steps = 0;

        for (guint i = 0; i < u->orders->len; i++)
                if (partial_order_implies(&u->elements, p, &g_array_index(u->orders, PartialOrder, i)))
                        return 1;
        if (u->disjoint)
                return includes_by_measure(u, p);

        sets = g_new(const PartialOrder *, u->orders->len + 1);
        for (guint i = 0; i < u->orders->len; i++)
                sets[i] = &g_array_index(u->orders, PartialOrder, i);
        return includes_by_splitting(u, p, sets, u->orders->len, &steps);
}

bool order_union_has(const OrderUnion *u, const PartialOrder *complete) {
        for (guint i = 0; i < u->orders->len; i++)
                if (partial_order_implies(&u->elements, complete, &g_array_index(u->orders, PartialOrder, i)))
                        return true;
        return false;
}
