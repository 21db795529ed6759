/* SPDX-License-Identifier: MIT */

#include <stdint.h>
#include <string.h>

#include "distinguish.h"

/* A set cover by branch and bound: the pairs of things are to be covered, and each test covers those that it tells apart. */

typedef struct Cover {
        unsigned n_tests, n_pairs, n_words; /* words of a set of pairs */
        uint64_t *covers;                   /* by test: a set of pairs */
        GArray *tests_of;                   /* by pair: GArray of the tests that cover it */
        GArray *chosen, *best;              /* of unsigned */
        bool found;
} Cover;

static const uint64_t *covered_by(const Cover *c, unsigned test) {
        return c->covers + (size_t) test * c->n_words;
}

static const GArray *tests_of(const Cover *c, unsigned pair) {
        return g_array_index(c->tests_of, GArray *, pair);
}

static bool set_has(const uint64_t *set, unsigned i) {
        return set[i / 64] >> (i % 64) & 1;
}

static void set_add(uint64_t *set, unsigned i) {
        set[i / 64] |= UINT64_C(1) << (i % 64);
}

static bool share_a_test(const GArray *a, const GArray *b) {
        for (guint i = 0, j = 0; i < a->len && j < b->len;) {
                unsigned x = g_array_index(a, unsigned, i), y = g_array_index(b, unsigned, j);

                if (x == y)
                        return true;
                if (x < y)
                        i++;
                else
                        j++;
        }
        return false;
}

/* Pairs of which no two have a test in common need a test each. */
static unsigned lower_bound(const Cover *c, const uint64_t *open) {
        g_autofree unsigned *apart = g_new(unsigned, c->n_pairs);
        unsigned n = 0;

        for (unsigned p = 0; p < c->n_pairs; p++) {
                bool shares = !set_has(open, p);

                for (unsigned i = 0; i < n && !shares; i++)
                        shares = share_a_test(tests_of(c, apart[i]), tests_of(c, p));
                if (!shares)
                        apart[n++] = p;
        }
        return n;
}

/* The open pair with the fewest tests; n_pairs: none is open. */
static unsigned hardest_pair(const Cover *c, const uint64_t *open) {
        unsigned best = c->n_pairs;

        for (unsigned p = 0; p < c->n_pairs; p++)
                if (set_has(open, p) && (best == c->n_pairs || tests_of(c, p)->len < tests_of(c, best)->len))
                        best = p;
        return best;
}

static int compare_numbers(gconstpointer a, gconstpointer b) {
        const unsigned *x = a, *y = b;

        return (*x > *y) - (*x < *y);
}

static void set_best(Cover *c) {
        g_autoptr(GArray) sorted = g_array_copy(c->chosen);
        bool better = !c->found || sorted->len < c->best->len;

        g_array_sort(sorted, compare_numbers);
        for (guint i = 0; c->found && sorted->len == c->best->len && i < sorted->len; i++) {
                unsigned x = g_array_index(sorted, unsigned, i), y = g_array_index(c->best, unsigned, i);

                if (x != y) {
                        better = x < y;
                        break;
                }
        }
        if (!better)
                return;
        g_array_set_size(c->best, 0);
        g_array_append_vals(c->best, sorted->data, sorted->len);
        c->found = true;
}

static void branch(Cover *c, const uint64_t *open) {
        g_autofree uint64_t *left = NULL;
        unsigned pair = hardest_pair(c, open);

        if (pair == c->n_pairs) {
                set_best(c);
                return;
        }
        if (c->found && c->chosen->len + lower_bound(c, open) > c->best->len)
                return;

        left = g_new0(uint64_t, c->n_words);
        for (guint i = 0; i < tests_of(c, pair)->len; i++) {
                unsigned test = g_array_index(tests_of(c, pair), unsigned, i);

                for (unsigned w = 0; w < c->n_words; w++)
                        left[w] = open[w] & ~covered_by(c, test)[w];
                g_array_append_val(c->chosen, test);
                branch(c, left);
                g_array_set_size(c->chosen, c->chosen->len - 1);
        }
}

/* A test that tells nothing apart which an earlier one does not is never needed, nor is it the first choice. */
static bool is_dominated(const Cover *c, unsigned test) {
        for (unsigned other = 0; other < test; other++) {
                bool all = true;

                for (unsigned w = 0; w < c->n_words && all; w++)
                        all = (covered_by(c, test)[w] & ~covered_by(c, other)[w]) == 0;
                if (all)
                        return true;
        }
        return false;
}

static void number_array_clear(gpointer data) {
        g_array_unref(*(GArray **) data);
}

static void cover_init(Cover *c, unsigned n_things, unsigned n_tests) {
        *c = (Cover) {
                .n_tests = n_tests,
                .n_words = n_things * n_things / 128 + 1,
                .tests_of = g_array_new(FALSE, FALSE, sizeof(GArray *)),
                .chosen = g_array_new(FALSE, FALSE, sizeof(unsigned)),
                .best = g_array_new(FALSE, FALSE, sizeof(unsigned)),
        };
        c->covers = g_new0(uint64_t, (size_t) n_tests * c->n_words);
        g_array_set_clear_func(c->tests_of, number_array_clear);
}

static void cover_clear(Cover *c) {
        g_free(c->covers);
        g_array_unref(c->tests_of);
        g_array_unref(c->chosen);
        g_array_unref(c->best);
}

/* False: no test tells the two apart. */
static bool add_pair(Cover *c, const Pair *p, TellsApart tells, const void *userdata) {
        bool any = false;

        for (unsigned t = 0; t < c->n_tests; t++)
                if (tells(t, p->a, p->b, userdata)) {
                        set_add(c->covers + (size_t) t * c->n_words, c->n_pairs);
                        any = true;
                }
        c->n_pairs += any;
        return any;
}

static void list_tests(Cover *c) {
        for (unsigned p = 0; p < c->n_pairs; p++) {
                GArray *tests = g_array_new(FALSE, FALSE, sizeof(unsigned));

                g_array_append_val(c->tests_of, tests);
        }
        for (unsigned t = 0; t < c->n_tests; t++) {
                if (is_dominated(c, t))
                        continue;
                for (unsigned p = 0; p < c->n_pairs; p++)
                        if (set_has(covered_by(c, t), p))
                                g_array_append_val(g_array_index(c->tests_of, GArray *, p), t);
        }
}

Distinction *distinguish(unsigned n_things, unsigned n_tests, TellsApart tells, const void *userdata) {
        Distinction *d = g_new0(Distinction, 1);
        g_autofree uint64_t *open = NULL;
        Cover c;

        d->tests = g_array_new(FALSE, FALSE, sizeof(unsigned));
        d->alike = g_array_new(FALSE, FALSE, sizeof(Pair));
        cover_init(&c, n_things, n_tests);
        for (unsigned a = 0; a < n_things; a++)
                for (unsigned b = a + 1; b < n_things; b++) {
                        Pair p = { a, b };

                        if (!add_pair(&c, &p, tells, userdata))
                                g_array_append_val(d->alike, p);
                }
        list_tests(&c);

        open = g_new0(uint64_t, c.n_words);
        for (unsigned p = 0; p < c.n_pairs; p++)
                set_add(open, p);
        branch(&c, open);
        g_array_append_vals(d->tests, c.best->data, c.best->len);
        cover_clear(&c);
        return d;
}

void distinction_free(Distinction *d) {
        if (!d)
                return;

        g_array_unref(d->tests);
        g_array_unref(d->alike);
        g_free(d);
}
