/* SPDX-License-Identifier: MIT */

#include <errno.h>
#include <string.h>

#include "orders.h"

struct OrderSet {
        const WorldLayout *layout;
        GHashTable *known; /* set of GBytes: OrderPair */
        GPtrArray *in_order;
};

static const OrderPair *get_pairs(const OrderSet *s, guint i, size_t *ret_n) {
        size_t size;
        const OrderPair *pairs = g_bytes_get_data(s->in_order->pdata[i], &size);

        *ret_n = size / sizeof(OrderPair);
        return pairs;
}

static GBytes *list_pairs(const WorldLayout *l, const uint64_t *rows) {
        GArray *pairs = g_array_new(FALSE, FALSE, sizeof(OrderPair));

        for (size_t i = 0; i < l->n_epochs * l->n_names; i++)
                for (size_t w = 0; w < l->order_words; w++)
                        for (uint64_t bits = rows[i * l->order_words + w]; bits != 0; bits &= bits - 1) {
                                OrderPair p = {
                                        .epoch = (uint16_t) (i / l->n_names),
                                        .first = (NameId) (i % l->n_names),
                                        .second = (NameId) (w * 64 + (unsigned) __builtin_ctzll(bits)),
                                };
                                g_array_append_val(pairs, p);
                        }

        gsize n = pairs->len;
        return g_bytes_new_take(g_array_free(pairs, FALSE), n * sizeof(OrderPair));
}

OrderSet *order_set_new(const WorldLayout *l) {
        OrderSet *s = g_new0(OrderSet, 1);

        s->layout = l;
        s->known = g_hash_table_new_full(g_bytes_hash, g_bytes_equal, (GDestroyNotify) g_bytes_unref, NULL);
        s->in_order = g_ptr_array_new();
        return s;
}

void order_set_free(OrderSet *s) {
        if (!s)
                return;

        g_ptr_array_unref(s->in_order);
        g_hash_table_unref(s->known);
        g_free(s);
}

void order_set_add(OrderSet *s, const uint64_t *rows) {
        GBytes *pairs = list_pairs(s->layout, rows);

        if (g_hash_table_contains(s->known, pairs)) {
                g_bytes_unref(pairs);
                return;
        }
        g_hash_table_add(s->known, pairs);
        g_ptr_array_add(s->in_order, pairs);
}

bool order_set_is_empty(const OrderSet *s) {
        return s->in_order->len == 0;
}

bool order_set_has(const OrderSet *s, const uint16_t *const *ranks) {
        for (guint i = 0; i < s->in_order->len; i++) {
                size_t n, j = 0;
                const OrderPair *p = get_pairs(s, i, &n);

                while (j < n && ranks[p[j].epoch][p[j].first] < ranks[p[j].epoch][p[j].second])
                        j++;
                if (j == n)
                        return true;
        }
        return false;
}

void order_set_names(const OrderSet *s, bool *names) {
        for (guint i = 0; i < s->in_order->len; i++) {
                size_t n;
                const OrderPair *p = get_pairs(s, i, &n);

                for (size_t j = 0; j < n; j++)
                        names[p[j].first] = names[p[j].second] = true;
        }
}

/* Measuring. The elements are the pairs of a key and a name of which some set knows anything. A set says which elements come
 * after each one. Keys are independent, so between elements of two keys nothing is ever known. */

typedef struct Measure {
        size_t n, n_words;
        mpq_t sum;
} Measure;

/* For each element a row of those after it, then for each one of those before it. */
typedef struct Poset {
        size_t n_pairs;
        uint64_t rows[];
} Poset;

static uint64_t *after(const Measure *me, const Poset *p, size_t element) {
        return (uint64_t *) (uintptr_t) p->rows + element * me->n_words;
}

static uint64_t *before(const Measure *me, const Poset *p, size_t element) {
        return (uint64_t *) (uintptr_t) p->rows + (me->n + element) * me->n_words;
}

static bool row_has(const uint64_t *row, size_t element) {
        return (row[element / 64] & BIT(element % 64)) != 0;
}

static size_t poset_size(const Measure *me) {
        return sizeof(Poset) + 2 * me->n * me->n_words * sizeof(uint64_t);
}

static void add_row(const Measure *me, uint64_t *to, const uint64_t *from, size_t also) {
        for (size_t w = 0; w < me->n_words; w++)
                to[w] |= from[w];
        to[also / 64] |= BIT(also % 64);
}

/* Adds that @a comes before @b, and what follows. False: it does not. */
static bool poset_decide(const Measure *me, Poset *p, size_t a, size_t b) {
        if (row_has(after(me, p, a), b))
                return true;
        if (a == b || row_has(after(me, p, b), a))
                return false;

        for (size_t x = 0; x < me->n; x++)
                if (x == a || row_has(after(me, p, x), a))
                        add_row(me, after(me, p, x), after(me, p, b), b);
        for (size_t x = 0; x < me->n; x++)
                if (x == b || row_has(before(me, p, x), b))
                        add_row(me, before(me, p, x), before(me, p, a), a);
        return true;
}

static size_t count_bits(const uint64_t *row, size_t n_words) {
        size_t n = 0;

        for (size_t w = 0; w < n_words; w++)
                n += (size_t) __builtin_popcountll(row[w]);
        return n;
}

static void count_pairs(const Measure *me, Poset *p) {
        p->n_pairs = count_bits(p->rows, me->n * me->n_words);
}

/* Everything that @a says @b says too. */
static bool implies(const Measure *me, const Poset *b, const Poset *a) {
        if (a->n_pairs > b->n_pairs)
                return false;
        for (size_t i = 0; i < me->n * me->n_words; i++)
                if (a->rows[i] & ~b->rows[i])
                        return false;
        return true;
}

/* The one says of two elements the opposite of the other: mostly there are such when no ranking extends both. */
static bool contradict(const Measure *me, const Poset *a, const Poset *b) {
        const uint64_t *b_before = b->rows + me->n * me->n_words;

        for (size_t i = 0; i < me->n * me->n_words; i++)
                if (a->rows[i] & b_before[i])
                        return true;
        return false;
}

/* Some ranking extends both. */
static bool compatible(const Measure *me, const Poset *a, const Poset *b) {
        g_autofree Poset *both = NULL;

        if (contradict(me, a, b))
                return false;

        both = g_memdup2(a, poset_size(me));
        for (size_t i = 0; i < me->n; i++)
                for (size_t w = 0; w < me->n_words; w++)
                        for (uint64_t bits = after(me, b, i)[w]; bits != 0; bits &= bits - 1)
                                if (!poset_decide(me, both, i, w * 64 + (unsigned) __builtin_ctzll(bits)))
                                        return false;
        return true;
}

/* Adds the part of all rankings that extends @p. */
static int add_extensions(Measure *me, const Poset *p) {
        mpq_t part;
        int r;

        mpq_init(part);
        r = measure_extensions(p->rows, me->n, me->n_words, part);
        if (r >= 0)
                mpq_add(me->sum, me->sum, part);
        mpq_clear(part);
        return r;
}

/* Takes away those that say more than another one: the rankings that extend them are that one's as well. */
static void drop_implied(const Measure *me, GPtrArray *sets) {
        guint n = 0;

        for (guint i = 0; i < sets->len; i++) {
                const Poset *p = sets->pdata[i];
                bool implied = false;

                g_assert(p); /* only those before it are gone */
                for (guint j = 0; j < sets->len && !implied; j++) {
                        const Poset *q = sets->pdata[j];

                        /* Of equal ones the first stays. */
                        implied = j != i && q && implies(me, p, q) && (p->n_pairs > q->n_pairs || j < i);
                }
                if (implied)
                        g_clear_pointer(&sets->pdata[i], g_free);
        }

        for (guint i = 0; i < sets->len; i++)
                if (sets->pdata[i])
                        sets->pdata[n++] = sets->pdata[i];
        sets->len = n;
}

/* Marks in @group, with the number of the first, all that have rankings in common with it, or with one that has. */
static void find_group(const Measure *me, const GPtrArray *sets, guint first, guint *group) {
        g_autoptr(GArray) todo = g_array_new(FALSE, FALSE, sizeof(guint));

        group[first] = first;
        g_array_append_val(todo, first);
        for (guint i = 0; i < todo->len; i++)
                for (guint j = first + 1; j < sets->len; j++) {
                        if (group[j] != G_MAXUINT ||
                            !compatible(me, sets->pdata[g_array_index(todo, guint, i)], sets->pdata[j]))
                                continue;
                        group[j] = first;
                        g_array_append_val(todo, j);
                }
}

/* A pair about which most of @sets say something, one way or the other, but not all. */
static void find_open_pair(const Measure *me, const GPtrArray *sets, size_t *ret_a, size_t *ret_b) {
        guint best = 0;

        for (size_t a = 0; a < me->n; a++)
                for (size_t b = a + 1; b < me->n; b++) {
                        guint n = 0;

                        for (guint i = 0; i < sets->len; i++)
                                n += row_has(after(me, sets->pdata[i], a), b) ||
                                     row_has(before(me, sets->pdata[i], a), b);
                        if (n > best && n < sets->len) {
                                best = n;
                                *ret_a = a;
                                *ret_b = b;
                        }
                }
        g_assert(best > 0);
}

static int add_union(Measure *me, GPtrArray *sets);

/* Those rankings in which @a comes before @b. */
static int add_half(Measure *me, const GPtrArray *sets, size_t a, size_t b) {
        g_autoptr(GPtrArray) half = g_ptr_array_new_with_free_func(g_free);

        for (guint i = 0; i < sets->len; i++) {
                g_autofree Poset *p = g_memdup2(sets->pdata[i], poset_size(me));

                if (!poset_decide(me, p, a, b))
                        continue;
                count_pairs(me, p);
                g_ptr_array_add(half, g_steal_pointer(&p));
        }
        return add_union(me, half);
}

/* Sets that have rankings in common. They are split by a pair that some decide, until none have. */
static int add_group(Measure *me, const GPtrArray *sets) {
        size_t a = 0, b = 0;
        int r;

        if (sets->len == 1)
                return add_extensions(me, sets->pdata[0]);

        find_open_pair(me, sets, &a, &b);
        r = add_half(me, sets, a, b);
        return r < 0 ? r : add_half(me, sets, b, a);
}

/* Adds the part of all rankings that extends one of @sets, which are consumed. */
static int add_union(Measure *me, GPtrArray *sets) {
        g_autofree guint *group = NULL;
        int r = 0;

        drop_implied(me, sets);
        group = g_new(guint, sets->len + 1);
        for (guint i = 0; i < sets->len; i++)
                group[i] = G_MAXUINT;

        for (guint i = 0; i < sets->len && r >= 0; i++) {
                g_autoptr(GPtrArray) members = g_ptr_array_new();

                if (group[i] != G_MAXUINT)
                        continue;
                find_group(me, sets, i, group);
                for (guint j = i; j < sets->len; j++)
                        if (group[j] == i)
                                g_ptr_array_add(members, sets->pdata[j]);
                r = add_group(me, members);
        }
        return r;
}

/* The element of each key and name, SIZE_MAX: none. */
static size_t *number_elements(const OrderSet *s, size_t *ret_n) {
        size_t n_names = s->layout->n_names, n_rows = s->layout->n_epochs * n_names,
               *elements = g_new(size_t, n_rows);

        *ret_n = 0;
        for (size_t i = 0; i < n_rows; i++)
                elements[i] = SIZE_MAX;
        for (guint i = 0; i < s->in_order->len; i++) {
                size_t n;
                const OrderPair *p = get_pairs(s, i, &n);

                for (size_t j = 0; j < n; j++) {
                        size_t *first = elements + p[j].epoch * n_names + p[j].first,
                               *second = elements + p[j].epoch * n_names + p[j].second;

                        if (*first == SIZE_MAX)
                                *first = (*ret_n)++;
                        if (*second == SIZE_MAX)
                                *second = (*ret_n)++;
                }
        }
        return elements;
}

static Poset *make_poset(const Measure *me, const OrderPair *pairs, size_t n, const size_t *elements,
                         size_t n_names) {
        Poset *p = g_malloc0(poset_size(me));

        for (size_t i = 0; i < n; i++) {
                size_t a = elements[pairs[i].epoch * n_names + pairs[i].first],
                       b = elements[pairs[i].epoch * n_names + pairs[i].second];

                after(me, p, a)[b / 64] |= BIT(b % 64);
                before(me, p, b)[a / 64] |= BIT(a % 64);
        }
        p->n_pairs = n;
        return p;
}

int order_set_measure(const OrderSet *s, mpq_t ret) {
        g_autoptr(GPtrArray) sets = g_ptr_array_new_with_free_func(g_free);
        Measure me = {};
        g_autofree size_t *elements = number_elements(s, &me.n);
        int r;

        me.n_words = (me.n + 63) / 64;
        for (guint i = 0; i < s->in_order->len; i++) {
                size_t n;
                const OrderPair *pairs = get_pairs(s, i, &n);

                g_ptr_array_add(sets, make_poset(&me, pairs, n, elements, s->layout->n_names));
        }

        mpq_init(me.sum);
        r = add_union(&me, sets);
        mpq_set(ret, me.sum);
        mpq_clear(me.sum);
        return r;
}

int order_rows_measure(const WorldLayout *l, const uint64_t *rows, mpq_t ret) {
        g_autoptr(OrderSet) s = order_set_new(l);

        order_set_add(s, rows);
        return order_set_measure(s, ret);
}

const WorldLayout *order_set_layout(const OrderSet *s) {
        return s->layout;
}

size_t order_set_size(const OrderSet *s) {
        return s->in_order->len;
}

const OrderPair *order_set_pairs(const OrderSet *s, size_t i, size_t *ret_n) {
        return get_pairs(s, (guint) i, ret_n);
}
