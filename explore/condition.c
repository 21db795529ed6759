/* SPDX-License-Identifier: MIT */

#include <errno.h>
#include <string.h>

#include "condition.h"

/* Parts into which the rankings outside of a union are split. */
#define OUTSIDE_MAX 4096U
/* Sets that are made simpler; more are too much work. */
#define SETS_MAX    1024U

/* clang-format off */
static const char *const condition_kind_table[_CONDITION_KIND_MAX] = {
        [CONDITION_UNKNOWN] = "unknown",
        [CONDITION_NEVER]   = "never",
        [CONDITION_ALWAYS]  = "always",
        [CONDITION_WHEN]    = "when",
        [CONDITION_UNLESS]  = "unless",
};
/* clang-format on */

const char *condition_kind_to_string(ConditionKind k) {
        return condition_kind_table[k];
}

static const PartialOrder *get(const GArray *orders, guint i) {
        return &g_array_index(orders, PartialOrder, i);
}

/* A set of rankings from both sides: what is in it, and, when that is known, what is not. */
typedef struct TwoSides {
        const OrderUnion *in, *out;
} TwoSides;

static bool includes(const TwoSides *s, const PartialOrder *p) {
        PartialOrder ignored;

        if (!s->out)
                return order_union_includes(s->in, p) > 0;
        for (guint i = 0; i < s->out->orders->len; i++)
                if (partial_order_meet(&s->in->elements, p, get(s->out->orders, i), &ignored))
                        return false;
        return true;
}

/* The cover relations @covers, less one pair, and what follows. */
static PartialOrder order_without(const Elements *e, const uint64_t *covers, unsigned a, unsigned b) {
        PartialOrder p = {};

        for (unsigned x = 0; x < e->n; x++)
                for (uint64_t bits = covers[x]; bits != 0; bits &= bits - 1) {
                        unsigned y = (unsigned) __builtin_ctzll(bits);

                        if (x != a || y != b)
                                (void) partial_order_decide(e, &p, x, y);
                }
        return p;
}

/* A single pair that @p has and that is enough. */
static bool find_single_pair(const TwoSides *s, const PartialOrder *p, PartialOrder *ret) {
        const Elements *e = &s->in->elements;

        for (unsigned a = 0; a < e->n; a++)
                for (uint64_t bits = p->after[a]; bits != 0; bits &= bits - 1) {
                        PartialOrder pair = {};

                        (void) partial_order_decide(e, &pair, a, (unsigned) __builtin_ctzll(bits));
                        if (includes(s, &pair)) {
                                *ret = pair;
                                return true;
                        }
                }
        return false;
}

/* @p less all pairs that it does not need. */
static PartialOrder weaken(const TwoSides *s, const PartialOrder *p) {
        const Elements *e = &s->in->elements;
        uint64_t covers[ELEMENTS_MAX];
        PartialOrder now = *p, weaker;
        bool dropped = true;

        if (partial_order_covers(e, p, covers) > 1 && find_single_pair(s, p, &weaker))
                return weaker;
        while (dropped && partial_order_covers(e, &now, covers) > 1) {
                dropped = false;
                for (unsigned a = 0; a < e->n && !dropped; a++)
                        for (uint64_t bits = covers[a]; bits != 0 && !dropped; bits &= bits - 1) {
                                weaker = order_without(e, covers, a, (unsigned) __builtin_ctzll(bits));
                                dropped = includes(s, &weaker);
                        }
                if (dropped)
                        now = weaker;
        }
        return now;
}

/* Takes away terms that the others together contain. */
static void drop_redundant(const Elements *e, GArray *terms) {
        for (guint i = terms->len; i-- > 0 && terms->len > 1;) {
                g_autoptr(OrderUnion) others = order_union_new(e);

                for (guint j = 0; j < terms->len; j++)
                        if (j != i)
                                order_union_add(others, get(terms, j));
                if (order_union_includes(others, get(terms, i)) > 0)
                        g_array_remove_index(terms, i);
        }
}

static PartialOrder common_part(const OrderUnion *u) {
        PartialOrder p = *get(u->orders, 0);

        for (guint i = 1; i < u->orders->len; i++)
                for (unsigned a = 0; a < u->elements.n; a++)
                        p.after[a] &= get(u->orders, i)->after[a];
        return p;
}

/* Few terms that together are the set. */
static GArray *simplify(const TwoSides *s) {
        const Elements *e = &s->in->elements;
        g_autoptr(OrderUnion) terms = order_union_new(e);
        PartialOrder common = common_part(s->in);

        if (includes(s, &common))
                order_union_add(terms, &common);
        for (guint i = 0; i < s->in->orders->len; i++) {
                const PartialOrder *p = get(s->in->orders, i);
                bool known = false;

                for (guint j = 0; j < terms->orders->len && !known; j++)
                        known = partial_order_implies(e, p, get(terms->orders, j));
                if (known)
                        continue;

                PartialOrder weak = weaken(s, p);
                order_union_add(terms, &weak);
        }
        drop_redundant(e, terms->orders);
        return g_array_ref(terms->orders);
}

/* Adds the rankings that extend @p and none of @sets to @out. False: these are too many parts. */
static bool add_outside(const Elements *e, const PartialOrder *p, const PartialOrder *const *sets, size_t n_sets,
                        GArray *out) {
        g_autofree const PartialOrder **left = g_new(const PartialOrder *, n_sets + 1);
        size_t n_left = 0;
        PartialOrder both;
        unsigned a = 0, b;

        for (size_t i = 0; i < n_sets; i++) {
                if (partial_order_implies(e, p, sets[i]))
                        return true;
                if (partial_order_meet(e, p, sets[i], &both))
                        left[n_left++] = sets[i];
        }
        if (n_left == 0) {
                g_array_append_val(out, *p);
                return out->len < OUTSIDE_MAX;
        }

        while ((left[0]->after[a] & ~p->after[a]) == 0)
                a++;
        b = (unsigned) __builtin_ctzll(left[0]->after[a] & ~p->after[a]);
        for (unsigned i = 0; i < 2; i++) {
                PartialOrder q = *p;

                if (partial_order_decide(e, &q, i == 0 ? a : b, i == 0 ? b : a) &&
                    !add_outside(e, &q, left, n_left, out))
                        return false;
        }
        return true;
}

/* The rankings that no term has; NULL: too much work. */
static OrderUnion *outside_of(const Elements *e, const GArray *terms) {
        g_autofree const PartialOrder **sets = g_new(const PartialOrder *, terms->len + 1);
        g_autoptr(GArray) parts = g_array_new(FALSE, FALSE, sizeof(PartialOrder));
        g_autoptr(OrderUnion) out = order_union_new(e);
        PartialOrder nothing = {};

        for (guint i = 0; i < terms->len; i++)
                sets[i] = get(terms, i);
        if (!add_outside(e, &nothing, sets, terms->len, parts))
                return NULL;
        g_array_append_vals(out->orders, parts->data, parts->len);
        out->disjoint = true;
        return g_steal_pointer(&out);
}

static unsigned count_literals(const Elements *e, const GArray *terms) {
        uint64_t covers[ELEMENTS_MAX];
        unsigned n = 0;

        for (guint i = 0; i < terms->len; i++)
                n += partial_order_covers(e, get(terms, i), covers);
        return n;
}

/* Elements of a term, less one for each part that hangs together. */
static unsigned count_joints(const Elements *e, const PartialOrder *p) {
        unsigned n = 0;
        uint64_t seen = 0;

        for (unsigned a = 0; a < e->n; a++) {
                uint64_t part = BIT(a), before = 0;

                if ((seen & BIT(a)) != 0)
                        continue;
                while (part != before) {
                        before = part;
                        for (unsigned x = 0; x < e->n; x++)
                                if ((part & BIT(x)) != 0)
                                        part |= p->after[x];
                                else if ((part & p->after[x]) != 0)
                                        part |= BIT(x);
                }
                seen |= part;
                n += (unsigned) __builtin_popcountll(part) - 1;
        }
        return n;
}

/* Single pairs none of which is redundant: for each there is a ranking in which its two are neighbours, that has no other one of
 * them and leaves the set when the two are swapped; whatever term has that ranking has that pair. One term alone: a term of
 * another condition has no fewer literals than are needed to join its elements, and there are two of them at least. */
static bool are_smallest(const Elements *e, const GArray *terms) {
        uint64_t covers[ELEMENTS_MAX];

        if (terms->len == 1)
                return partial_order_covers(e, get(terms, 0), covers) <= 2 * count_joints(e, get(terms, 0));
        for (guint i = 0; i < terms->len; i++)
                if (partial_order_covers(e, get(terms, i), covers) != 1)
                        return false;
        return true;
}

static void terms_free(gpointer p) {
        g_array_unref(p);
}

static OrderCondition *condition_new(ConditionKind kind) {
        OrderCondition *c = g_new0(OrderCondition, 1);

        c->kind = kind;
        c->smallest = kind != CONDITION_UNKNOWN;
        c->terms = g_ptr_array_new_with_free_func(terms_free);
        return c;
}

void order_condition_free(OrderCondition *c) {
        if (!c)
                return;

        g_ptr_array_unref(c->terms);
        g_free(c);
}

static void add_term(OrderCondition *c, const Elements *e, const PartialOrder *p) {
        GArray *term = g_array_new(FALSE, FALSE, sizeof(OrderLiteral));
        uint64_t covers[ELEMENTS_MAX];

        c->n_literals += partial_order_covers(e, p, covers);
        for (unsigned a = 0; a < e->n; a++)
                for (uint64_t bits = covers[a]; bits != 0; bits &= bits - 1) {
                        const Element *x = e->element + a, *y = e->element + __builtin_ctzll(bits);
                        OrderLiteral literal = { .key = x->key, .first = x->name, .second = y->name };

                        g_array_append_val(term, literal);
                }
        g_ptr_array_add(c->terms, term);
}

/* Single pairs first, then by what they say. */
static int compare_terms(gconstpointer a, gconstpointer b) {
        const GArray *x = *(const GArray *const *) a, *y = *(const GArray *const *) b;

        if (x->len != y->len)
                return x->len < y->len ? -1 : 1;
        for (guint i = 0; i < x->len; i++) {
                const OrderLiteral *p = &g_array_index(x, OrderLiteral, i),
                                   *q = &g_array_index(y, OrderLiteral, i);

                if (p->key != q->key)
                        return (int) p->key - (int) q->key;
                if (p->first != q->first)
                        return (int) p->first - (int) q->first;
                if (p->second != q->second)
                        return (int) p->second - (int) q->second;
        }
        return 0;
}

static OrderCondition *make_condition(ConditionKind kind, const Elements *e, const GArray *terms,
                                      bool smallest) {
        OrderCondition *c = condition_new(kind);

        c->smallest = smallest;
        for (guint i = 0; i < terms->len; i++)
                add_term(c, e, get(terms, i));
        g_ptr_array_sort(c->terms, compare_terms);
        return c;
}

/* One side of the set, with as few literals as can be found. */
typedef struct Side {
        GArray *terms;
        unsigned n_literals;
        bool smallest;
} Side;

static Side find_side(const TwoSides *s, const OrderUnion *wanted, bool outside) {
        const Elements *e = &wanted->elements;
        Side side = { .terms = simplify(s) };

        side.n_literals = count_literals(e, side.terms);
        side.smallest = are_smallest(e, side.terms);
        if (side.smallest)
                return side;

        GArray *fewer = fewest_terms(wanted, outside, side.n_literals, &side.smallest);
        if (fewer) {
                g_array_unref(side.terms);
                side.terms = fewer;
                side.n_literals = count_literals(e, fewer);
        }
        return side;
}

static OrderCondition *find_condition(const OrderUnion *u) {
        const Elements *e = &u->elements;
        Side when = find_side(&(TwoSides) { .in = u }, u, false), unless = {};
        g_autoptr(OrderUnion) out = outside_of(e, when.terms), in = NULL;
        OrderCondition *c;

        if (out && out->orders->len == 0) {
                g_array_unref(when.terms);
                return condition_new(CONDITION_ALWAYS);
        }
        if (out) {
                in = order_union_new(e);
                for (guint i = 0; i < when.terms->len; i++)
                        order_union_add(in, get(when.terms, i));
                unless = find_side(&(TwoSides) { .in = out, .out = in }, u, true);
        }

        if (unless.terms && unless.n_literals < when.n_literals)
                c = make_condition(CONDITION_UNLESS, e, unless.terms, unless.smallest && when.smallest);
        else
                c = make_condition(CONDITION_WHEN, e, when.terms,
                                   when.smallest && (unless.smallest || when.n_literals == 1));
        g_array_unref(when.terms);
        g_clear_pointer(&unless.terms, g_array_unref);
        return c;
}

OrderCondition *order_condition_new(const OrderSet *s) {
        g_autoptr(OrderUnion) u = NULL;
        Elements e;

        if (order_set_is_empty(s))
                return condition_new(CONDITION_NEVER);
        if (!elements_init(&e, s))
                return condition_new(CONDITION_UNKNOWN);
        if (e.n == 0)
                return condition_new(CONDITION_ALWAYS);

        u = order_union_new(&e);
        for (size_t i = 0; i < order_set_size(s); i++) {
                PartialOrder p;

                partial_order_from_set(&e, s, i, &p);
                order_union_add(u, &p);
                if (u->orders->len > SETS_MAX)
                        return condition_new(CONDITION_UNKNOWN);
        }
        order_union_seal(u);
        return find_condition(u);
}

static bool term_has(const GArray *term, const uint16_t *const *ranks) {
        for (guint i = 0; i < term->len; i++) {
                const OrderLiteral *l = &g_array_index(term, OrderLiteral, i);

                if (ranks[l->key][l->first] > ranks[l->key][l->second])
                        return false;
        }
        return true;
}

bool order_condition_has(const OrderCondition *c, const uint16_t *const *ranks) {
        if (c->kind == CONDITION_ALWAYS || c->kind == CONDITION_NEVER)
                return c->kind == CONDITION_ALWAYS;
        for (guint i = 0; i < c->terms->len; i++)
                if (term_has(c->terms->pdata[i], ranks))
                        return c->kind == CONDITION_WHEN;
        return c->kind == CONDITION_UNLESS;
}
