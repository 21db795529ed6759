/* SPDX-License-Identifier: MIT */

/* The exact measure of sets of rankings, against counting them one by one. */

#include "support.h"

#include "explore/orders.h"

#define NAMES_MAX 6U
#define TRIES     300U

typedef struct Fixed {
        WorldLayout layout;
        uint64_t rows[8][WORLD_EPOCHS_MAX * NAMES_MAX];
        unsigned n;
} Fixed;

static void fixed_init(Fixed *f, size_t n_names) {
        *f = (Fixed) { .layout = { .n_names = n_names, .order_words = 1 } };
}

/* Decides a before b and what follows; nothing when it is decided. */
static void decide(Fixed *f, unsigned set, unsigned key, unsigned a, unsigned b) {
        uint64_t *rows = f->rows[set] + key * f->layout.n_names;

        if (a == b || (rows[a] & BIT(b)) != 0 || (rows[b] & BIT(a)) != 0)
                return;
        for (size_t x = 0; x < f->layout.n_names; x++)
                if (x == a || (rows[x] & BIT(a)) != 0)
                        rows[x] |= rows[b] | BIT(b);
}

static bool extends(const unsigned *rank, size_t n, const uint64_t *rows) {
        for (size_t a = 0; a < n; a++)
                for (size_t b = 0; b < n; b++)
                        if ((rows[a] & BIT(b)) != 0 && rank[a] > rank[b])
                                return false;
        return true;
}

typedef struct Count {
        const Fixed *fixed;
        unsigned ranks[2][NAMES_MAX];
        unsigned long all, in_union;
} Count;

static void count_ranking(Count *c) {
        size_t n = c->fixed->layout.n_names;

        c->all++;
        for (unsigned i = 0; i < c->fixed->n; i++)
                if (extends(c->ranks[0], n, c->fixed->rows[i]) &&
                    extends(c->ranks[1], n, c->fixed->rows[i] + n)) {
                        c->in_union++;
                        return;
                }
}

/* All rankings of both keys, or of the first alone. */
static void count_all(Count *c, unsigned key, unsigned n_keys, size_t place, unsigned used) {
        size_t n = c->fixed->layout.n_names;

        if (place == n && key + 1 < n_keys)
                count_all(c, key + 1, n_keys, 0, 0);
        else if (place == n)
                count_ranking(c);
        else
                for (unsigned i = 0; i < n; i++)
                        if ((used & (1U << i)) == 0) {
                                c->ranks[key][i] = (unsigned) place;
                                count_all(c, key, n_keys, place + 1, used | (1U << i));
                        }
}

static void check_union(Fixed *f, unsigned n_keys) {
        g_autoptr(OrderSet) set = order_set_new(&f->layout);
        Count c = { .fixed = f };
        mpq_t measured, counted;

        for (unsigned i = 0; i < f->n; i++)
                order_set_add(set, f->rows[i]);
        count_all(&c, 0, n_keys, 0, 0);
        mpq_inits(measured, counted, NULL);
        mpq_set_ui(counted, c.in_union, c.all);
        mpq_canonicalize(counted);
        assert_int_equal(order_set_measure(set, measured), 0);
        assert_true(mpq_equal(measured, counted));
        mpq_clears(measured, counted, NULL);
}

static void random_unions_are_counted(void **state) {
        g_autoptr(GRand) rand = g_rand_new_with_seed(20261123);

        for (unsigned i = 0; i < TRIES; i++) {
                unsigned n_keys = i % 10 == 0 ? 2 : 1;
                Fixed f;

                fixed_init(&f, n_keys == 2 ? 4 : (size_t) g_rand_int_range(rand, 1, NAMES_MAX + 1));
                f.n = (unsigned) g_rand_int_range(rand, 0, 8);
                for (unsigned set = 0; set < f.n; set++)
                        for (int j = g_rand_int_range(rand, 0, 6); j > 0; j--)
                                decide(&f, set, (unsigned) g_rand_int_range(rand, 0, (int) n_keys),
                                       (unsigned) g_rand_int_range(rand, 0, (int) f.layout.n_names),
                                       (unsigned) g_rand_int_range(rand, 0, (int) f.layout.n_names));
                check_union(&f, n_keys);
        }
}

static void nothing_and_everything(void **state) {
        Fixed f;

        fixed_init(&f, 3);
        check_union(&f, 1);
        f.n = 1;
        check_union(&f, 1);
}

/* One name before all others, and many names: nothing here may take exponential time. */
static void one_before_another(void **state) {
        const unsigned n = 40;
        WorldLayout l = { .n_names = n, .order_words = 1 };
        g_autofree uint64_t *rows = g_new0(uint64_t, WORLD_EPOCHS_MAX * n);
        mpq_t part, expected;

        mpq_inits(part, expected, NULL);
        mpq_set_ui(expected, 1, n);
        rows[0] = (BIT(n) - 1) & ~BIT(0);
        assert_int_equal(order_rows_measure(&l, rows, part), 0);
        assert_true(mpq_equal(part, expected));
        mpq_clears(part, expected, NULL);
}

static void ask(const WorldLayout *l, uint64_t *asked, unsigned a, unsigned b) {
        asked[MIN(a, b) * l->order_words] |= BIT(MAX(a, b));
}

static void assert_classes(const WorldLayout *l, const uint64_t *asked, const bool *names, unsigned expected) {
        mpz_t n;

        mpz_init(n);
        assert_int_equal(order_classes(l, asked, names, n), 0);
        assert_int_equal(mpz_get_ui(n), expected);
        mpz_clear(n);
}

static void classes_are_acyclic_orientations(void **state) {
        WorldLayout l = { .n_names = 6, .order_words = 1 };
        uint64_t asked[WORLD_EPOCHS_MAX * 6] = {};
        bool names[6] = { true, true, true, true, true, true };

        assert_classes(&l, asked, names, 1);
        ask(&l, asked, 0, 1);
        assert_classes(&l, asked, names, 2);
        ask(&l, asked, 1, 2);
        assert_classes(&l, asked, names, 4);
        ask(&l, asked, 2, 3);
        ask(&l, asked, 3, 0);
        assert_classes(&l, asked, names, 14); /* a cycle of four: 2^4 - 2 */
        ask(&l, asked, 0, 2);
        ask(&l, asked, 1, 3);
        assert_classes(&l, asked, names, 24); /* all pairs of four */
        ask(&l, asked, 4, 5);
        assert_classes(&l, asked, names, 48);
        names[0] = false;
        assert_classes(&l, asked, names, 12);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(nothing_and_everything),
                cmocka_unit_test(random_unions_are_counted),
                cmocka_unit_test(one_before_another),
                cmocka_unit_test(classes_are_acyclic_orientations),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
