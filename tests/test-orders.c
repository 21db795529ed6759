/* SPDX-License-Identifier: MIT */

/* The exact measure of sets of rankings, against counting them one by one. */

#include "support.h"

#include "explore/orders.h"
#include "explore/questions.h"

#define NAMES_MAX 6U
#define TRIES     300U

typedef struct Fixed {
        WorldLayout layout;
        uint64_t rows[8][WORLD_EPOCHS_MAX * NAMES_MAX];
        unsigned n;
} Fixed;

static void fixed_init(Fixed *f, size_t n_names) {
        *f = (Fixed) { .layout = { .n_epochs = WORLD_EPOCHS_MAX, .n_names = n_names, .order_words = 1 } };
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
        WorldLayout l = { .n_epochs = WORLD_EPOCHS_MAX, .n_names = n, .order_words = 1 };
        g_autofree uint64_t *rows = g_new0(uint64_t, WORLD_EPOCHS_MAX * n);
        mpq_t part, expected;

        mpq_inits(part, expected, NULL);
        mpq_set_ui(expected, 1, n);
        rows[0] = (BIT(n) - 1) & ~BIT(0);
        assert_int_equal(order_rows_measure(&l, rows, part), 0);
        assert_true(mpq_equal(part, expected));
        mpq_clears(part, expected, NULL);
}

/* Many names, and patterns of which each alone is simple: the first and the last of a hundred names. */
static void first_and_last_of_many(void **state) {
        const size_t n = 100;
        WorldLayout l = { .n_epochs = WORLD_EPOCHS_MAX, .n_names = n, .order_words = (n + 63) / 64 };
        g_autoptr(OrderSet) set = order_set_new(&l);
        mpq_t part, expected;

        for (size_t first = 0; first < 20; first++)
                for (size_t last = 0; last < 20; last++) {
                        g_autofree uint64_t *rows = g_new0(uint64_t, WORLD_EPOCHS_MAX * n * l.order_words);

                        if (first == last)
                                continue;
                        for (size_t x = 0; x < n; x++)
                                for (size_t y = 0; y < n; y++)
                                        if (x != y && (x == first || y == last) && x != last && y != first)
                                                rows[x * l.order_words + y / 64] |= BIT(y % 64);
                        order_set_add(set, rows);
                }

        mpq_inits(part, expected, NULL);
        mpq_set_ui(expected, 20 * 19, 100 * 99);
        mpq_canonicalize(expected);
        assert_int_equal(order_set_measure(set, part), 0);
        assert_true(mpq_equal(part, expected));
        mpq_clears(part, expected, NULL);
}

/* Pairs of names that have nothing to do with each other, together more than a machine word has bits. */
static void many_small_parts(void **state) {
        const size_t n = 200;
        WorldLayout l = { .n_epochs = WORLD_EPOCHS_MAX, .n_names = n, .order_words = (n + 63) / 64 };
        g_autofree uint64_t *rows = g_new0(uint64_t, WORLD_EPOCHS_MAX * n * l.order_words);
        mpq_t part, expected;

        for (size_t x = 0; x < n; x += 2)
                rows[x * l.order_words + (x + 1) / 64] |= BIT((x + 1) % 64);
        mpq_inits(part, expected, NULL);
        mpq_set_ui(expected, 1, 1);
        mpq_div_2exp(expected, expected, n / 2);
        assert_int_equal(order_rows_measure(&l, rows, part), 0);
        assert_true(mpq_equal(part, expected));
        mpq_clears(part, expected, NULL);
}

static void ask(OrderQuestions *q, ChoiceKind kind, unsigned members) {
        NameId names[16];
        size_t n = 0;

        for (unsigned i = 0; i < 16; i++)
                if ((members & (1U << i)) != 0)
                        names[n++] = (NameId) i;
        order_questions_add(q, 0, kind, names, n);
}

static void assert_classes(const OrderQuestions *q, const bool *names, unsigned expected) {
        mpz_t n;

        mpz_init(n);
        assert_int_equal(order_questions_count_classes(q, names, 16, n), 0);
        assert_int_equal(mpz_get_ui(n), expected);
        mpz_clear(n);
}

static void classes_of_pairs(void **state) {
        g_autoptr(OrderQuestions) q = order_questions_new();
        bool names[16] = { true, true, true, true, true, true };

        assert_classes(q, names, 1);
        ask(q, CHOICE_ORDER, 0x3);
        assert_classes(q, names, 2);
        ask(q, CHOICE_ORDER, 0x6);
        assert_classes(q, names, 4);
        ask(q, CHOICE_ORDER, 0xc);
        ask(q, CHOICE_ORDER, 0x9);
        assert_classes(q, names, 14); /* a cycle of four: 2^4 - 2 */
        ask(q, CHOICE_ORDER, 0x5);
        ask(q, CHOICE_ORDER, 0xa);
        assert_classes(q, names, 24); /* all pairs of four */
        ask(q, CHOICE_ORDER, 0x30);
        assert_classes(q, names, 48);
        names[0] = false;
        assert_classes(q, names, 12);
}

static void classes_of_first_and_last(void **state) {
        g_autoptr(OrderQuestions) q = order_questions_new();
        bool names[16] = { true, true, true, true, true, true, true };

        ask(q, CHOICE_LAST, 0xf);
        assert_classes(q, names, 4);
        ask(q, CHOICE_FIRST, 0xf);
        assert_classes(q, names, 12);
        ask(q, CHOICE_LAST, 0xf);
        ask(q, CHOICE_FIRST, 0x70);
        assert_classes(q, names, 36);
        names[0] = false;
        assert_classes(q, names, 18);
}

/* How many different answers there are, by trying all rankings. */
typedef struct Brute {
        unsigned n_names, n_questions;
        ChoiceKind kinds[4];
        unsigned members[4];
        GHashTable *answers;
} Brute;

static void brute_answer(const Brute *b, const unsigned *places) {
        unsigned key = 0;

        for (unsigned i = 0; i < b->n_questions; i++) {
                int end = -1;

                for (unsigned x = 0; x < b->n_names; x++)
                        if ((b->members[i] & (1U << x)) != 0 &&
                            (end < 0 ||
                             (b->kinds[i] == CHOICE_LAST ? places[x] > places[end] : places[x] < places[end])))
                                end = (int) x;
                key = key * 16 + (unsigned) (end + 1);
        }
        g_hash_table_add(b->answers, GUINT_TO_POINTER(key));
}

static void brute_try(const Brute *b, unsigned *places, unsigned place, unsigned used) {
        if (place == b->n_names) {
                brute_answer(b, places);
                return;
        }
        for (unsigned x = 0; x < b->n_names; x++)
                if ((used & (1U << x)) == 0) {
                        places[x] = place;
                        brute_try(b, places, place + 1, used | 1U << x);
                }
}

static void random_questions_are_counted(void **state) {
        static const ChoiceKind kinds[] = { CHOICE_FIRST, CHOICE_LAST };
        const bool names[16] = { true, true, true, true, true, true };
        g_autoptr(GRand) rand = g_rand_new_with_seed(20261124);

        for (unsigned i = 0; i < TRIES; i++) {
                g_autoptr(OrderQuestions) q = order_questions_new();
                g_autoptr(GHashTable) answers = g_hash_table_new(NULL, NULL);
                Brute b = { .n_names = NAMES_MAX, .answers = answers };
                unsigned places[NAMES_MAX];

                b.n_questions = (unsigned) g_rand_int_range(rand, 1, 5);
                for (unsigned k = 0; k < b.n_questions; k++) {
                        b.kinds[k] = kinds[g_rand_int_range(rand, 0, 2)];
                        b.members[k] = (unsigned) g_rand_int_range(rand, 1, 1 << NAMES_MAX);
                        ask(q, b.kinds[k], b.members[k]);
                }
                brute_try(&b, places, 0, 0);
                assert_classes(q, names, g_hash_table_size(answers));
        }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(nothing_and_everything),    cmocka_unit_test(random_unions_are_counted),
                cmocka_unit_test(one_before_another),        cmocka_unit_test(first_and_last_of_many),
                cmocka_unit_test(many_small_parts),          cmocka_unit_test(classes_of_pairs),
                cmocka_unit_test(classes_of_first_and_last), cmocka_unit_test(random_questions_are_counted),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
