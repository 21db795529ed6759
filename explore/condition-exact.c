/* SPDX-License-Identifier: MIT */

/* The condition with the fewest literals, by looking at all rankings of the names that matter. */

#include <string.h>

#include "condition.h"

#define RANKINGS_MAX 40320U /* 8! */
/* 64-bit words of sets of rankings that are looked at. */
#define WORK_MAX     (UINT64_C(20) * 1024 * 1024)
#define TERMS_MAX    4096U

typedef struct Literal {
        unsigned a, b;
        uint64_t *rankings; /* in which a is before b */
} Literal;

/* A set of literals that has only wanted rankings, and needs all its literals for that. */
typedef struct Prime {
        PartialOrder order;
        unsigned n_literals;
        uint64_t *rankings; /* that it has */
} Prime;

typedef struct Table {
        const Elements *elements;
        const OrderUnion *set;
        size_t n_rankings, n_words;
        uint64_t *wanted;
        GArray *literals; /* Literal */
        GArray *primes;   /* Prime, by number of literals */
        uint64_t work;
        bool exhausted; /* too much work: nothing is certain */
        /* The best choice of primes so far, and the present one */
        unsigned best_literals;
        GArray *best, *now; /* guint */
        uint32_t *order;    /* wanted rankings, those first that few primes have */
        size_t n_order;
} Table;

static void bit_set(uint64_t *set, size_t i) {
        set[i / 64] |= BIT(i % 64);
}

static bool bit_get(const uint64_t *set, size_t i) {
        return (set[i / 64] & BIT(i % 64)) != 0;
}

static bool count_rankings(Table *t) {
        t->n_rankings = 1;
        for (unsigned key = 0; key < WORLD_EPOCHS_MAX; key++)
                for (int i = __builtin_popcountll(t->elements->of_key[key]); i > 1; i--) {
                        t->n_rankings *= (size_t) i;
                        if (t->n_rankings > RANKINGS_MAX)
                                return false;
                }
        t->n_words = (t->n_rankings + 63) / 64;
        return true;
}

static void add_ranking(Table *t, const PartialOrder *p, size_t number, bool outside) {
        if (order_union_has(t->set, p) != outside)
                bit_set(t->wanted, number);
        for (guint i = 0; i < t->literals->len; i++) {
                const Literal *l = &g_array_index(t->literals, Literal, i);

                if (partial_order_has(p, l->a, l->b))
                        bit_set(l->rankings, number);
        }
}

/* All ways to go on with the elements of @left, key by key. */
static void add_rankings(Table *t, unsigned key, uint64_t left, PartialOrder *p, size_t *number, bool outside) {
        while (left == 0) {
                if (++key == WORLD_EPOCHS_MAX) {
                        add_ranking(t, p, (*number)++, outside);
                        return;
                }
                left = t->elements->of_key[key];
        }
        for (uint64_t bits = left; bits != 0; bits &= bits - 1) {
                unsigned a = (unsigned) __builtin_ctzll(bits);

                p->after[a] = left & ~BIT(a);
                add_rankings(t, key, left & ~BIT(a), p, number, outside);
        }
}

static void make_literals(Table *t) {
        const Elements *e = t->elements;

        for (unsigned a = 0; a < e->n; a++)
                for (unsigned b = 0; b < e->n; b++)
                        if (a != b && e->element[a].key == e->element[b].key) {
                                Literal l = { .a = a, .b = b, .rankings = g_new0(uint64_t, t->n_words) };

                                g_array_append_val(t->literals, l);
                        }
}

static bool is_known(const Table *t, const PartialOrder *p) {
        for (guint i = 0; i < t->primes->len; i++)
                if (partial_order_implies(t->elements, p, &g_array_index(t->primes, Prime, i).order))
                        return true;
        return false;
}

static void add_prime(Table *t, const PartialOrder *p, unsigned n_literals, const uint64_t *rankings) {
        Prime prime = { .order = *p,
                        .n_literals = n_literals,
                        .rankings = g_memdup2(rankings, t->n_words * sizeof(uint64_t)) };

        g_array_append_val(t->primes, prime);
        t->exhausted = t->exhausted || t->primes->len == TERMS_MAX;
}

/* Goes through all sets of @more further literals from the @from-th on, and keeps those that are prime. */
static void find_primes(Table *t, guint from, unsigned n, unsigned more, const PartialOrder *p,
                        const uint64_t *rankings) {
        g_autofree uint64_t *now = g_new(uint64_t, t->n_words);
        uint64_t covers[ELEMENTS_MAX];

        for (guint i = from; i < t->literals->len && !t->exhausted; i++) {
                const Literal *l = &g_array_index(t->literals, Literal, i);
                uint64_t some = 0, others = 0;
                PartialOrder q = *p;

                if (partial_order_has(p, l->a, l->b) || !partial_order_decide(t->elements, &q, l->a, l->b) ||
                    partial_order_covers(t->elements, &q, covers) != n + 1)
                        continue;
                for (size_t w = 0; w < t->n_words; w++) {
                        now[w] = rankings[w] & l->rankings[w];
                        some |= now[w] & t->wanted[w];
                        others |= now[w] & ~t->wanted[w];
                }
                t->work += t->n_words + t->primes->len;
                t->exhausted = t->exhausted || t->work > WORK_MAX;
                if (some == 0 || is_known(t, &q))
                        continue;
                if (more == 1 && others == 0)
                        add_prime(t, &q, n + 1, now);
                else if (more > 1 && others != 0)
                        find_primes(t, i + 1, n + 1, more - 1, &q, now);
        }
}

typedef struct Rarity {
        uint32_t ranking, n;
} Rarity;

static int compare_rarity(gconstpointer a, gconstpointer b) {
        const Rarity *x = a, *y = b;

        return x->n != y->n ? (x->n < y->n ? -1 : 1) : (x->ranking > y->ranking) - (x->ranking < y->ranking);
}

static void order_rankings(Table *t) {
        g_autoptr(GArray) rare = g_array_new(FALSE, FALSE, sizeof(Rarity));

        for (size_t i = 0; i < t->n_rankings; i++) {
                Rarity r = { .ranking = (uint32_t) i };

                if (!bit_get(t->wanted, i))
                        continue;
                for (guint j = 0; j < t->primes->len; j++)
                        r.n += bit_get(g_array_index(t->primes, Prime, j).rankings, i);
                g_array_append_val(rare, r);
        }
        g_array_sort(rare, compare_rarity);
        t->n_order = rare->len;
        t->order = g_new(uint32_t, rare->len + 1);
        for (guint i = 0; i < rare->len; i++)
                t->order[i] = g_array_index(rare, Rarity, i).ranking;
}

/* Covers what is left from the @place-th ranking on, with fewer literals than the best choice so far. */
static void cover(Table *t, size_t place, unsigned n_literals) {
        bool covered = true;

        for (; place < t->n_order && covered; place += covered) {
                covered = false;
                for (guint i = 0; i < t->now->len && !covered; i++)
                        covered = bit_get(
                                g_array_index(t->primes, Prime, g_array_index(t->now, guint, i)).rankings,
                                t->order[place]);
        }
        if (covered) {
                t->best_literals = n_literals;
                g_array_set_size(t->best, 0);
                g_array_append_vals(t->best, t->now->data, t->now->len);
                return;
        }

        t->work += t->primes->len + 64;
        t->exhausted = t->exhausted || t->work > WORK_MAX;
        for (guint i = 0; i < t->primes->len && !t->exhausted; i++) {
                const Prime *p = &g_array_index(t->primes, Prime, i);

                if (n_literals + p->n_literals >= t->best_literals)
                        return;
                if (!bit_get(p->rankings, t->order[place]))
                        continue;
                g_array_append_val(t->now, i);
                cover(t, place + 1, n_literals + p->n_literals);
                g_array_set_size(t->now, t->now->len - 1);
        }
}

static GArray *chosen_terms(const Table *t) {
        GArray *terms = g_array_new(FALSE, FALSE, sizeof(PartialOrder));

        for (guint i = 0; i < t->best->len; i++)
                g_array_append_val(terms,
                                   g_array_index(t->primes, Prime, g_array_index(t->best, guint, i)).order);
        return terms;
}

static void prime_clear(gpointer p) {
        g_free(((Prime *) p)->rankings);
}

static void literal_clear(gpointer p) {
        g_free(((Literal *) p)->rankings);
}

static void table_init(Table *t, bool outside) {
        PartialOrder p = {};
        size_t number = 0;

        t->wanted = g_new0(uint64_t, t->n_words);
        t->literals = g_array_new(FALSE, FALSE, sizeof(Literal));
        t->primes = g_array_new(FALSE, FALSE, sizeof(Prime));
        t->best = g_array_new(FALSE, FALSE, sizeof(guint));
        t->now = g_array_new(FALSE, FALSE, sizeof(guint));
        g_array_set_clear_func(t->literals, literal_clear);
        g_array_set_clear_func(t->primes, prime_clear);
        make_literals(t);
        add_rankings(t, 0, t->elements->of_key[0], &p, &number, outside);
}

static void table_clear(Table *t) {
        g_free(t->wanted);
        g_free(t->order);
        g_array_unref(t->literals);
        g_array_unref(t->primes);
        g_array_unref(t->best);
        g_array_unref(t->now);
}

GArray *fewest_terms(const OrderUnion *wanted, bool outside, unsigned n_literals, bool *ret_proven) {
        Table t = { .elements = &wanted->elements, .set = wanted, .best_literals = n_literals };
        GArray *terms;

        *ret_proven = false;
        if (!count_rankings(&t))
                return NULL;

        table_init(&t, outside);
        g_autofree uint64_t *all = g_new(uint64_t, t.n_words);
        memset(all, 0xff, t.n_words * sizeof(uint64_t));
        if (t.n_rankings % 64 != 0)
                all[t.n_words - 1] = BIT(t.n_rankings % 64) - 1;
        /* A condition of fewer literals has no term of as many; one of two terms or more has none of so many but one. */
        for (unsigned n = 1; n < n_literals && !t.exhausted; n++)
                find_primes(&t, 0, 0, n, &(PartialOrder) {}, all);
        order_rankings(&t);
        cover(&t, 0, 0);
        *ret_proven = !t.exhausted;
        terms = t.best->len > 0 ? chosen_terms(&t) : NULL;
        table_clear(&t);
        return terms;
}
