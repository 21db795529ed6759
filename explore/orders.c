/* SPDX-License-Identifier: MIT */

#include <errno.h>
#include <string.h>

#include "orders.h"

struct OrderSet {
        const WorldLayout *layout;
        GHashTable *rows; /* set of GBytes */
        GPtrArray *in_order;
};

/* The same rows, less the names of which nothing is known: bit and row i are the i-th name that matters. */
typedef struct Poset {
        uint64_t after[WORLD_EPOCHS_MAX][ORDERS_NAMES_MAX];
} Poset;

typedef struct Measure {
        const WorldLayout *layout;
        unsigned n[WORLD_EPOCHS_MAX]; /* names that matter, by key */
        NameId names[WORLD_EPOCHS_MAX][ORDERS_NAMES_MAX];
        mpq_t sum;
} Measure;

static size_t rows_words(const WorldLayout *l) {
        return WORLD_EPOCHS_MAX * l->n_names * l->order_words;
}

static const uint64_t *row(const WorldLayout *l, const uint64_t *rows, unsigned epoch, NameId name) {
        return rows + (epoch * l->n_names + name) * l->order_words;
}

static bool row_has(const uint64_t *r, NameId name) {
        return (r[name / 64] & BIT(name % 64)) != 0;
}

OrderSet *order_set_new(const WorldLayout *l) {
        OrderSet *s = g_new0(OrderSet, 1);

        s->layout = l;
        s->rows = g_hash_table_new_full(g_bytes_hash, g_bytes_equal, (GDestroyNotify) g_bytes_unref, NULL);
        s->in_order = g_ptr_array_new();
        return s;
}

void order_set_free(OrderSet *s) {
        if (!s)
                return;

        g_ptr_array_unref(s->in_order);
        g_hash_table_unref(s->rows);
        g_free(s);
}

void order_set_add(OrderSet *s, const uint64_t *rows) {
        size_t size = rows_words(s->layout) * sizeof(uint64_t);
        g_autoptr(GBytes) key = g_bytes_new_static(rows, size);

        if (g_hash_table_contains(s->rows, key))
                return;

        GBytes *copy = g_bytes_new(rows, size);
        g_hash_table_add(s->rows, copy);
        g_ptr_array_add(s->in_order, copy);
}

bool order_set_is_empty(const OrderSet *s) {
        return s->in_order->len == 0;
}

static bool ranking_extends(const WorldLayout *l, const uint16_t *const *ranks, const uint64_t *rows) {
        for (unsigned epoch = 0; epoch < WORLD_EPOCHS_MAX; epoch++)
                for (NameId a = 0; a < l->n_names; a++)
                        for (NameId b = 0; b < l->n_names; b++)
                                if (row_has(row(l, rows, epoch, a), b) && ranks[epoch][a] > ranks[epoch][b])
                                        return false;
        return true;
}

bool order_set_has(const OrderSet *s, const uint16_t *const *ranks) {
        for (guint i = 0; i < s->in_order->len; i++)
                if (ranking_extends(s->layout, ranks, g_bytes_get_data(s->in_order->pdata[i], NULL)))
                        return true;
        return false;
}

/* Marks the names of @epoch that @rows say anything of. */
static void mark_names(const WorldLayout *l, const uint64_t *rows, unsigned epoch, bool *names) {
        for (NameId a = 0; a < l->n_names; a++) {
                const uint64_t *r = row(l, rows, epoch, a);

                for (size_t w = 0; w < l->order_words; w++)
                        for (uint64_t bits = r[w]; bits != 0; bits &= bits - 1) {
                                names[a] = true;
                                names[w * 64 + (unsigned) __builtin_ctzll(bits)] = true;
                        }
        }
}

void order_set_names(const OrderSet *s, bool *names) {
        for (guint i = 0; i < s->in_order->len; i++)
                for (unsigned epoch = 0; epoch < WORLD_EPOCHS_MAX; epoch++)
                        mark_names(s->layout, g_bytes_get_data(s->in_order->pdata[i], NULL), epoch, names);
}

static int measure_init(Measure *me, const WorldLayout *l, const uint64_t *const *rows, size_t n_rows) {
        g_autofree bool *names = g_new(bool, l->n_names);

        *me = (Measure) { .layout = l };
        for (unsigned epoch = 0; epoch < WORLD_EPOCHS_MAX; epoch++) {
                memset(names, 0, l->n_names * sizeof(bool));
                for (size_t i = 0; i < n_rows; i++)
                        mark_names(l, rows[i], epoch, names);
                for (NameId a = 0; a < l->n_names; a++) {
                        if (!names[a])
                                continue;
                        if (me->n[epoch] == ORDERS_NAMES_MAX)
                                return -E2BIG;
                        me->names[epoch][me->n[epoch]++] = a;
                }
        }
        mpq_init(me->sum);
        return 0;
}

static void make_poset(const Measure *me, const uint64_t *rows, Poset *ret) {
        memset(ret, 0, sizeof(*ret));
        for (unsigned e = 0; e < WORLD_EPOCHS_MAX; e++)
                for (unsigned a = 0; a < me->n[e]; a++)
                        for (unsigned b = 0; b < me->n[e]; b++)
                                if (row_has(row(me->layout, rows, e, me->names[e][a]), me->names[e][b]))
                                        ret->after[e][a] |= BIT(b);
}

/* Everything that @a says @b says too. */
static bool implies(const Measure *me, const Poset *b, const Poset *a) {
        for (unsigned e = 0; e < WORLD_EPOCHS_MAX; e++)
                for (unsigned i = 0; i < me->n[e]; i++)
                        if (a->after[e][i] & ~b->after[e][i])
                                return false;
        return true;
}

static void close_transitively(const Measure *me, Poset *p) {
        for (unsigned e = 0; e < WORLD_EPOCHS_MAX; e++)
                for (unsigned k = 0; k < me->n[e]; k++)
                        for (unsigned i = 0; i < me->n[e]; i++)
                                if (p->after[e][i] & BIT(k))
                                        p->after[e][i] |= p->after[e][k];
}

/* Some ranking extends both. */
static bool compatible(const Measure *me, const Poset *a, const Poset *b) {
        Poset both;

        memset(&both, 0, sizeof(both));
        for (unsigned e = 0; e < WORLD_EPOCHS_MAX; e++)
                for (unsigned i = 0; i < me->n[e]; i++)
                        both.after[e][i] = a->after[e][i] | b->after[e][i];
        close_transitively(me, &both);
        for (unsigned e = 0; e < WORLD_EPOCHS_MAX; e++)
                for (unsigned i = 0; i < me->n[e]; i++)
                        if (both.after[e][i] & BIT(i))
                                return false;
        return true;
}

/* Adds the part of all rankings that extends @p. */
static void add_extensions(Measure *me, const Poset *p) {
        mpq_t part;
        mpz_t n;

        mpq_init(part);
        mpz_init(n);
        mpq_set_ui(part, 1, 1);
        for (unsigned e = 0; e < WORLD_EPOCHS_MAX; e++) {
                uint64_t all = me->n[e] == 64 ? UINT64_MAX : BIT(me->n[e]) - 1;

                count_linear_extensions(p->after[e], all, n);
                mpz_mul(mpq_numref(part), mpq_numref(part), n);
                mpz_fac_ui(n, me->n[e]);
                mpz_mul(mpq_denref(part), mpq_denref(part), n);
        }
        mpq_canonicalize(part);
        mpq_add(me->sum, me->sum, part);
        mpz_clear(n);
        mpq_clear(part);
}

/* A pair that @p leaves open and @c decides. */
static void find_open_pair(const Measure *me, const Poset *p, const Poset *c, unsigned *ret_epoch,
                           unsigned *ret_a, unsigned *ret_b) {
        for (unsigned e = 0; e < WORLD_EPOCHS_MAX; e++)
                for (unsigned a = 0; a < me->n[e]; a++) {
                        uint64_t open = c->after[e][a] & ~p->after[e][a];

                        if (open != 0) {
                                *ret_epoch = e;
                                *ret_a = a;
                                *ret_b = (unsigned) __builtin_ctzll(open);
                                return;
                        }
                }
        g_assert_not_reached();
}

/* Adds the part of all rankings that extends @p and one of @sets: as soon as some set holds for all that is left of the
 * rankings they are counted, else they are split by a pair that some set decides. The parts are disjoint. */
static void add_union(Measure *me, const Poset *p, const Poset *const *sets, size_t n_sets) {
        g_autofree const Poset **left = g_new(const Poset *, n_sets + 1);
        size_t n_left = 0;
        unsigned e, a, b;

        for (size_t i = 0; i < n_sets; i++) {
                if (implies(me, p, sets[i])) {
                        add_extensions(me, p);
                        return;
                }
                if (compatible(me, p, sets[i]))
                        left[n_left++] = sets[i];
        }
        if (n_left == 0)
                return;

        find_open_pair(me, p, left[0], &e, &a, &b);
        for (unsigned i = 0; i < 2; i++) {
                Poset q = *p;

                q.after[e][i == 0 ? a : b] |= BIT(i == 0 ? b : a);
                close_transitively(me, &q);
                add_union(me, &q, left, n_left);
        }
}

static int measure_rows(const WorldLayout *l, const uint64_t *const *rows, size_t n_rows, mpq_t ret) {
        Measure me;
        Poset nothing;
        int r;

        r = measure_init(&me, l, rows, n_rows);
        if (r < 0)
                return r;

        g_autofree Poset *posets = g_new(Poset, n_rows);
        g_autofree const Poset **sets = g_new(const Poset *, n_rows);
        for (size_t i = 0; i < n_rows; i++) {
                make_poset(&me, rows[i], posets + i);
                sets[i] = posets + i;
        }
        memset(&nothing, 0, sizeof(nothing));
        add_union(&me, &nothing, sets, n_rows);
        mpq_set(ret, me.sum);
        mpq_clear(me.sum);
        return 0;
}

int order_set_measure(const OrderSet *s, mpq_t ret) {
        guint n = s->in_order->len;
        g_autofree const uint64_t **rows = g_new(const uint64_t *, n + 1);

        for (guint i = 0; i < n; i++)
                rows[i] = g_bytes_get_data(s->in_order->pdata[i], NULL);
        return measure_rows(s->layout, rows, n, ret);
}

int order_rows_measure(const WorldLayout *l, const uint64_t *rows, mpq_t ret) {
        return measure_rows(l, &rows, 1, ret);
}

/* The edges between elements that both are in @names, in both directions. */
static void make_graph(const Measure *me, unsigned epoch, const bool *names, uint64_t *adjacent) {
        uint64_t counted = 0;

        for (unsigned a = 0; a < me->n[epoch]; a++)
                if (names[me->names[epoch][a]])
                        counted |= BIT(a);
        for (unsigned a = 0; a < me->n[epoch]; a++) {
                adjacent[a] &= (counted & BIT(a)) != 0 ? counted : 0;
                for (uint64_t bits = adjacent[a]; bits != 0; bits &= bits - 1)
                        adjacent[__builtin_ctzll(bits)] |= BIT(a);
        }
}

int order_classes(const WorldLayout *l, const uint64_t *asked, const bool *names, mpz_t ret) {
        Measure me;
        mpz_t n;
        int r;

        r = measure_init(&me, l, &asked, 1);
        if (r < 0)
                return r;

        Poset pairs;
        make_poset(&me, asked, &pairs);
        mpz_init(n);
        mpz_set_ui(ret, 1);
        for (unsigned e = 0; e < WORLD_EPOCHS_MAX && r >= 0; e++) {
                make_graph(&me, e, names, pairs.after[e]);
                r = count_acyclic_orientations(pairs.after[e], me.n[e] == 64 ? UINT64_MAX : BIT(me.n[e]) - 1, n);
                mpz_mul(ret, ret, n);
        }
        mpz_clear(n);
        mpq_clear(me.sum);
        return r;
}
