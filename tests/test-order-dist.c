/* SPDX-License-Identifier: MIT */

/* The distribution of rankings: by hand, by enumeration, and against what real systemds did at each boot. */

#include <glob.h>
#include <math.h>
#include <string.h>

#include <json-glib/json-glib.h>

#include "tests/support.h"

#include "explore/hashmap.h"
#include "explore/order-dist.h"
#include "explore/statistics.h"
#include "explore/table-names.h"
#include "traces/scenario.h"

#define assert_near(a, b, tolerance) assert_true(fabs((a) - (b)) <= (tolerance))

static void test_incomplete_functions(void **state) {
        assert_near(incomplete_beta(2, 3, 0.5), 0.6875, 1e-14);
        assert_near(incomplete_beta(1, 1, 0.3), 0.3, 1e-14);
        assert_near(incomplete_beta(0.5, 0.5, 0.1), 2 / G_PI * asin(sqrt(0.1)), 1e-13);
        assert_near(incomplete_beta(5, 5, 0.2) + incomplete_beta(5, 5, 0.8), 1, 1e-14);
        assert_near(incomplete_beta(3, 8, 0) + 1 - incomplete_beta(3, 8, 1), 0, 0);
        /* P(at least 30 of 100 coins show heads where one in four does) */
        assert_near(incomplete_beta(30, 71, 0.25), 0.14954104656657347, 1e-12);
        /* A million of samples: the median of the beta distribution is near to its mean. */
        assert_near(incomplete_beta(250001, 750001, 0.25), 0.5, 1e-3);

        assert_near(incomplete_gamma(1, 2.5), exp(-2.5), 1e-14);
        assert_near(incomplete_gamma(0.5, 2.25), erfc(1.5), 1e-14);
        assert_near(incomplete_gamma(3, 0), 1, 0);

        /* The five per cent points of the tables. */
        assert_near(chi_square_probability(3.841458820694124, 1), 0.05, 1e-12);
        assert_near(chi_square_probability(11.070497693516351, 5), 0.05, 1e-12);
        assert_near(chi_square_probability(18.307038053275146, 10), 0.05, 1e-12);
        assert_near(chi_square_probability(124.34211340400407, 100), 0.05, 1e-12);
}

static void test_confidence_interval(void **state) {
        double low, high;

        confidence_interval(0, 10, 0.95, &low, &high);
        assert_near(low, 0, 0);
        assert_near(high, 0.30849710781876083, 1e-12);
        confidence_interval(10, 10, 0.95, &low, &high);
        assert_near(low, 0.69150289218123917, 1e-12);
        assert_near(high, 1, 0);
        confidence_interval(5, 10, 0.95, &low, &high);
        assert_near(low, 0.18708602844739855, 1e-12);
        assert_near(high, 0.81291397155260145, 1e-12);
        confidence_interval(1, 100000, 0.95, &low, &high);
        assert_near(low, 2.5317804774882546e-7, 1e-16);
        assert_near(high, 5.571516034774276e-5, 1e-14);
}

#define NAMES_MAX 8U

static const char *const letters[NAMES_MAX] = {
        "a.service", "b.service", "c.service", "d.service", "e.service", "f.service", "g.service", "h.service",
};

static OrderDist *make(size_t n, unsigned n_keys, unsigned table_size, uint64_t seed) {
        OrderDistOptions options = {
                .table_size = table_size,
                .n_samples = 20000,
                .seed = seed,
                .confidence = ORDER_DIST_CONFIDENCE,
        };
        OrderDistName names[NAMES_MAX] = {};

        for (size_t i = 0; i < n; i++)
                names[i] = (OrderDistName) { .id = (NameId) i, .name = letters[i] };
        return order_dist_new(names, n, n, n_keys, &options);
}

/* One ranking of the first @n names, for each key: order[key] lists the names. */
typedef struct Ranking {
        unsigned order[WORLD_EPOCHS_MAX][NAMES_MAX];
        size_t n;
        unsigned n_keys;
} Ranking;

static bool is_ranking(const uint16_t *const *ranks, void *userdata) {
        const Ranking *r = userdata;

        for (unsigned key = 0; key < r->n_keys; key++)
                for (size_t i = 1; i < r->n; i++)
                        if (ranks[key][r->order[key][i - 1]] > ranks[key][r->order[key][i]])
                                return false;
        return true;
}

static void assert_fraction(const OrderDist *d, const Ranking *ranking, unsigned long part, unsigned long all) {
        g_auto(OrderDistResult) r = {};

        order_dist_result_init(&r);
        order_dist_measure_test(d, is_ranking, (void *) ranking, &r);
        assert_true(r.exact);
        mpq_t expected;
        mpq_init(expected);
        mpq_set_ui(expected, part, all);
        mpq_canonicalize(expected);
        assert_true(mpq_equal(r.fraction, expected));
        mpq_clear(expected);
        assert_near(r.low, r.high, 0);
}

static void test_exact(void **state) {
        static const Ranking pair = { .order = { { 1, 0 } }, .n = 2, .n_keys = 1 },
                             same = { .order = { { 0, 1, 2 } }, .n = 3, .n_keys = 1 },
                             reverse = { .order = { { 2, 1, 0 } }, .n = 3, .n_keys = 1 };
        g_autoptr(OrderDist) none = make(0, 1, 0, 1), one = make(1, 1, 0, 1), two = make(2, 1, 0, 1),
                             three = make(3, 1, 0, 1), four = make(4, 1, 0, 1);

        assert_fraction(none, &(Ranking) {}, 1, 1);
        assert_fraction(one, &(Ranking) { .n = 1, .n_keys = 1 }, 1, 1);
        assert_fraction(two, &pair, 1, 2);
        /* Of 4 * 7^3 vectors. Those who come first tend to be listed first. */
        assert_fraction(three, &same, 254, 1372);
        assert_fraction(three, &reverse, 198, 1372);
        /* With four names in the same seven buckets more so. */
        assert_fraction(four, &(Ranking) { .order = { { 0, 1, 2, 3 } }, .n = 4, .n_keys = 1 }, 554, 9604);
        assert_fraction(four, &(Ranking) { .order = { { 3, 2, 1, 0 } }, .n = 4, .n_keys = 1 }, 266, 9604);
}

/* All orders of n names, by Heap's method. */
static void collect_orders(Ranking *r, size_t k, GArray *ret) {
        if (k <= 1) {
                g_array_append_val(ret, *r);
                return;
        }
        for (size_t i = 0; i < k; i++) {
                collect_orders(r, k - 1, ret);
                unsigned *o = r->order[0], t = o[k % 2 == 0 ? i : 0];
                o[k % 2 == 0 ? i : 0] = o[k - 1];
                o[k - 1] = t;
        }
}

static GArray *all_orders(size_t n) {
        GArray *ret = g_array_new(FALSE, FALSE, sizeof(Ranking));
        Ranking r = { .n = n, .n_keys = 1 };

        for (unsigned i = 0; i < n; i++)
                r.order[0][i] = i;
        collect_orders(&r, n, ret);
        return ret;
}

/* The most likely order over the least likely, and all together are everything. */
static void test_skew(void **state) {
        static const double expected[] = { [2] = 1.0, [3] = 1.283, [4] = 2.083, [5] = 3.80, [6] = 6.76 };

        for (size_t n = 2; n <= 6; n++) {
                g_autoptr(OrderDist) d = make(n, 1, 0, 1);
                g_autoptr(GArray) orders = all_orders(n);
                g_auto(OrderDistResult) r = {};
                double least = 1, most = 0;
                mpq_t sum;

                mpq_init(sum);
                order_dist_result_init(&r);
                for (guint i = 0; i < orders->len; i++) {
                        order_dist_measure_test(d, is_ranking, &g_array_index(orders, Ranking, i), &r);
                        mpq_add(sum, sum, r.fraction);
                        least = MIN(least, r.estimate);
                        most = MAX(most, r.estimate);
                }
                assert_int_equal(mpq_cmp_ui(sum, 1, 1), 0);
                assert_near(most / least, expected[n], 0.005);
                mpq_clear(sum);
        }
}

/* A new PID 1 inserts in the order in which the last one listed: the same order again is the likeliest. */
static bool same_again(const uint16_t *const *ranks, void *userdata) {
        return memcmp(ranks[0], ranks[1], 3 * sizeof(uint16_t)) == 0;
}

static void test_keys(void **state) {
        g_autoptr(OrderDist) two = make(2, 2, 0, 1), three = make(3, 2, 0, 1), six = make(6, 2, 0, 1);
        g_auto(OrderDistResult) r = {};

        order_dist_result_init(&r);
        assert_fraction(two, &(Ranking) { .order = { { 0, 1 }, { 1, 0 } }, .n = 2, .n_keys = 2 }, 1, 4);
        order_dist_measure_test(three, same_again, NULL, &r);
        assert_true(r.exact);
        assert_int_equal(mpq_cmp_ui(r.fraction, 254, 1372), 0);

        /* Too many rankings of two keys to enumerate: the samples agree with what one key has exactly. */
        g_autoptr(OrderDist) exact = make(6, 1, 0, 1);
        Ranking ranking = { .order = { { 0, 1, 2, 3, 4, 5 } }, .n = 4, .n_keys = 1 };
        g_auto(OrderDistResult) expected = {};

        order_dist_result_init(&expected);
        order_dist_measure_test(exact, is_ranking, &ranking, &expected);
        order_dist_measure_test(six, is_ranking, &ranking, &r);
        assert_true(expected.exact);
        assert_false(r.exact);
        assert_int_equal(r.n_samples, 20000);
        assert_true(r.low < expected.estimate && expected.estimate < r.high);
}

/* The same seed draws the same; a set's rankings are those that are asked for. */
static void test_samples(void **state) {
        WorldLayout layout = { .n_epochs = WORLD_EPOCHS_MAX, .n_names = 3, .order_words = 1 };
        g_autoptr(OrderDist) d = make(3, 1, 150, 1), again = make(3, 1, 150, 1), other = make(3, 1, 150, 2);
        g_autoptr(OrderSet) set = order_set_new(&layout);
        uint64_t rows[WORLD_EPOCHS_MAX * 3] = { [0] = BIT(1) | BIT(2) }; /* the first before both others */
        g_auto(OrderDistResult) r = {}, same = {}, different = {};

        order_dist_result_init(&r);
        order_dist_result_init(&same);
        order_dist_result_init(&different);

        order_dist_measure(d, set, &r);
        assert_int_equal(r.n_hits, 0);
        assert_near(r.low, 0, 0);
        assert_in_range((uint64_t) (r.high * 1e9), 1, 200000);

        order_set_add(set, rows);
        order_dist_measure(d, set, &r);
        order_dist_measure(again, set, &same);
        order_dist_measure(other, set, &different);
        assert_false(r.exact);
        assert_int_equal(r.n_hits, same.n_hits);
        assert_int_not_equal(r.n_hits, different.n_hits);
        assert_true(r.low < r.estimate && r.estimate < r.high);
        assert_true(r.low < 1 / 3.0 + 0.02 && r.high > 1 / 3.0);
}

/* A table of exactly 96 names has 120 buckets; the 97th makes it grow, and all come to lie elsewhere. */
static void test_growth(void **state) {
        static const Ranking same = { .order = { { 0, 1 } }, .n = 2, .n_keys = 1 };
        g_auto(OrderDistResult) r = {};

        order_dist_result_init(&r);
        for (unsigned size = 93; size <= 97; size++) {
                g_autoptr(OrderDist) d = make(2, 1, size, 1);

                order_dist_measure_test(d, is_ranking, (void *) &same, &r);
                assert_true(r.low < 0.52 && r.high > 0.5);
        }
}

static void assert_names(const char *version, const char *scenario, const char *expected) {
        g_autoptr(GError) error = NULL;
        Catalog *c = scenario_parse("test", scenario, strlen(scenario), NULL, &error);
        g_autoptr(GString) text = g_string_new(NULL);
        size_t n;

        assert_non_null(c);
        g_autofree OrderDistName *names = order_dist_names(c, profile_find(version), NULL, &n);
        for (size_t i = 0; i < n; i++)
                g_string_append_printf(text, "%s%s", i > 0 ? " " : "", names[i].name);
        assert_string_equal(text->str, expected);
        catalog_free(c);
}

static void test_names(void **state) {
        static const char chain[] =
                "unit a.service\n  [Unit]\n  Wants=z.service y.service\n  [Service]\n  ExecStart=/bin/true\n"
                "unit t@.service\n  [Service]\n  ExecStart=/bin/true\n"
                "unit y.service\n  [Unit]\n  After=x.service\n  [Service]\n  ExecStart=/bin/true\n"
                "link alias.service y.service\n"
                "daemon-reload\n"
                "start t@1.service\n"
                "start a.service\n";

        /* What is started first is there first, then what its file names, in that order, and what comes with its type; a
         * further name when the file has been read. */
        assert_names("257", chain,
                     "t@1.service system-t.slice a.service z.service y.service x.service alias.service");

        /* PID 1's own are there from the boot on; what only clients start comes last. */
        assert_names("252",
                     "unit rsyslog.service\n  [Service]\n  ExecStart=/bin/true\n"
                     "link syslog.service rsyslog.service\n"
                     "daemon-reload\n"
                     "client one\n"
                     "  start rsyslog.service\n",
                     "syslog.socket syslog.service rsyslog.service");
}

/* What real systemds did. */
#define PERMUTATIONS 6U

typedef struct Observed {
        unsigned n_recordings, n_boots, n_reexecs, n_reloads, n_reloads_same;
        uint64_t boots[PERMUTATIONS], reexecs[PERMUTATIONS]; /* of the three names inserted first */
        uint64_t pairs, pairs_kept;                          /* of a boot: inserted first, and listed first */
        uint64_t reload_pairs, reload_pairs_kept;
} Observed;

static GStrv string_list(JsonObject *step, const char *member) {
        g_autoptr(GStrvBuilder) b = g_strv_builder_new();

        if (json_object_has_member(step, member) && !json_object_get_null_member(step, member)) {
                JsonArray *a = json_object_get_array_member(step, member);

                for (guint i = 0; i < json_array_get_length(a); i++)
                        g_strv_builder_add(b, json_array_get_string_element(a, i));
        }
        return g_strv_builder_end(b);
}

static unsigned place_in(char **list, const char *name) {
        for (unsigned i = 0; list[i]; i++)
                if (g_str_equal(list[i], name))
                        return i;
        return UINT_MAX;
}

/* The first @max of @from that are in @list too, by their places there. */
static unsigned places_of(char **from, char **list, unsigned max, unsigned *ret) {
        unsigned n = 0;

        for (unsigned i = 0; from[i] && n < max; i++)
                if (place_in(list, from[i]) != UINT_MAX)
                        ret[n++] = place_in(list, from[i]);
        return n;
}

static unsigned permutation_number(const unsigned places[3]) {
        unsigned first = (places[1] < places[0]) + (places[2] < places[0]);

        return first * 2 + (places[2] < places[1]);
}

static void count_boot(Observed *o, char **insertion, char **order) {
        unsigned places[64], n = places_of(insertion, order, G_N_ELEMENTS(places), places);

        o->n_boots += n >= 2;
        for (unsigned i = 0; i < n; i++)
                for (unsigned k = i + 1; k < n; k++, o->pairs++)
                        o->pairs_kept += places[i] < places[k];
        if (n >= 3)
                o->boots[permutation_number(places)]++;
}

static void count_reload(Observed *o, char **before, char **after) {
        unsigned places[64], n = places_of(before, after, G_N_ELEMENTS(places), places);
        uint64_t pairs = 0, kept = 0;

        for (unsigned i = 0; i < n; i++)
                for (unsigned k = i + 1; k < n; k++, pairs++)
                        kept += places[i] < places[k];
        o->n_reloads += n >= 2;
        o->n_reloads_same += n >= 2 && pairs == kept;
        o->reload_pairs += pairs;
        o->reload_pairs_kept += kept;
}

static GStrv insertion_order(const char *scenario, const char *systemd) {
        g_autoptr(GError) error = NULL;
        g_autoptr(GStrvBuilder) b = g_strv_builder_new();
        g_autofree char *version = g_strndup(systemd + strlen("systemd "), 3);
        Catalog *c = scenario_parse("test", scenario, strlen(scenario), NULL, &error);
        size_t n;

        assert_non_null(c);
        g_autofree OrderDistName *names = order_dist_names(c, profile_find(version), NULL, &n);
        for (size_t i = 0; i < n; i++)
                g_strv_builder_add(b, names[i].name);
        catalog_free(c);
        return g_strv_builder_end(b);
}

static void count_recording(Observed *o, JsonObject *recording) {
        JsonArray *steps = json_object_get_array_member(recording, "steps");
        g_auto(GStrv) insertion = insertion_order(json_object_get_string_member(recording, "scenario"),
                                                  json_object_get_string_member(recording, "systemd"));
        bool booted = false;

        o->n_recordings++;
        for (guint i = 0; i < json_array_get_length(steps); i++) {
                JsonObject *step = json_array_get_object_element(steps, i);
                const char *what = json_object_get_string_member(step, "do");
                g_auto(GStrv) before = string_list(step, "order_before"),
                              after = string_list(step, "order_after");

                if (!booted && g_strv_length(before) >= 2) {
                        count_boot(o, insertion, before);
                        booted = true;
                }
                if (g_str_equal(what, "daemon-reload"))
                        count_reload(o, before, after);
                if (g_str_equal(what, "daemon-reexec")) {
                        unsigned places[3];

                        booted = true; /* what comes now comes with another key */
                        if (places_of(before, after, 3, places) == 3) {
                                o->n_reexecs++;
                                o->reexecs[permutation_number(places)]++;
                        }
                }
        }
}

static void count_file(Observed *o, const char *path) {
        g_autofree char *text = NULL;

        assert_true(g_file_get_contents(path, &text, NULL, NULL));
        g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
        for (unsigned i = 0; lines[i]; i++) {
                g_autoptr(JsonParser) parser = json_parser_new();

                if (*lines[i] == '\0')
                        continue;
                assert_true(json_parser_load_from_data(parser, lines[i], -1, NULL));
                count_recording(o, json_node_get_object(json_parser_get_root(parser)));
        }
}

/* The probability of each permutation of three names with this key, less what the keys before it say. */
typedef struct Permutation {
        unsigned number, key;
} Permutation;

static bool is_permutation(const uint16_t *const *ranks, void *userdata) {
        const Permutation *p = userdata;
        const uint16_t *now = ranks[p->key];
        unsigned places[3] = { now[0], now[1], now[2] };

        /* A later key: relative to the order of the one before. */
        if (p->key > 0)
                for (unsigned i = 0; i < 3; i++)
                        places[ranks[p->key - 1][i]] = now[i];
        return permutation_number(places) == p->number;
}

/* Prints and returns how likely the counts are if the table distributes as @d says, and if all are equally likely. */
static double compare(const char *what, const uint64_t counts[PERMUTATIONS], const OrderDist *d, unsigned key) {
        g_auto(OrderDistResult) r = {};
        double statistic = 0, uniform = 0, n = 0;

        for (unsigned i = 0; i < PERMUTATIONS; i++)
                n += (double) counts[i];
        order_dist_result_init(&r);
        for (unsigned i = 0; i < PERMUTATIONS; i++) {
                Permutation p = { .number = i, .key = key };

                order_dist_measure_test(d, is_permutation, &p, &r);
                statistic += pow((double) counts[i] - n * r.estimate, 2) / (n * r.estimate);
                uniform += pow((double) counts[i] - n / PERMUTATIONS, 2) / (n / PERMUTATIONS);
                print_message("%s: permutation %u: %" G_GUINT64_FORMAT " times, expected %.1f, uniform %.1f\n",
                              what, i, counts[i], n * r.estimate, n / PERMUTATIONS);
        }
        double p = chi_square_probability(statistic, PERMUTATIONS - 1);

        print_message("%s: chi-square %.2f, p = %.3f; against uniform %.2f, p = %.3f\n", what, statistic, p,
                      uniform, chi_square_probability(uniform, PERMUTATIONS - 1));
        return p;
}

/* Other names of a table as large as those that were recorded: 115 to 161 names, all in 240 buckets. */
#define RECORDED_TABLE_SIZE 138U

static void test_recordings(void **state) {
        static const char *const patterns[] = {
                SOURCE_DIR "/tests/recordings/*.jsonl",
                SOURCE_DIR "/tests/recordings/wide/*.jsonl",
        };
        OrderDistOptions options = {
                .table_size = RECORDED_TABLE_SIZE,
                .n_samples = 20000,
                .seed = ORDER_DIST_SEED,
                .confidence = ORDER_DIST_CONFIDENCE,
        };
        OrderDistName names[3];
        Observed o = {};

        for (size_t i = 0; i < G_N_ELEMENTS(patterns); i++) {
                glob_t found;

                assert_int_equal(glob(patterns[i], 0, NULL, &found), 0);
                for (size_t k = 0; k < found.gl_pathc; k++)
                        count_file(&o, found.gl_pathv[k]);
                globfree(&found);
        }

        for (unsigned i = 0; i < 3; i++)
                names[i] = (OrderDistName) { .id = (NameId) i, .name = letters[i] };
        g_autoptr(OrderDist) d = order_dist_new(names, 3, 3, 2, &options);
        print_message("%u recordings, %u boots with two names or more, %u reexecs with three\n", o.n_recordings,
                      o.n_boots, o.n_reexecs);
        assert_in_range(o.n_boots, 500, UINT_MAX);
        assert_true(compare("boots", o.boots, d, 0) > 0.001);
        assert_true(compare("reexecs", o.reexecs, d, 1) > 0.001);

        print_message("pairs of a boot: %" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT " as inserted (%.2f %%)\n",
                      o.pairs_kept, o.pairs, 100.0 * (double) o.pairs_kept / (double) o.pairs);
        print_message("reloads: %u of %u kept the whole order; %" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT
                      " pairs kept theirs (%.2f %%)\n",
                      o.n_reloads_same, o.n_reloads, o.reload_pairs_kept, o.reload_pairs,
                      100.0 * (double) o.reload_pairs_kept / (double) o.reload_pairs);
        /* The table survives a reload and keeps its key. */
        assert_true(o.reload_pairs_kept * 100 > o.reload_pairs * 95);
}

/* A table that is emptied and filled again in the order in which it listed, as a reload does: what the port says of it. */
static uint64_t name_hash(const void *userdata, unsigned item, const SipKey *key, bool direct) {
        char *const *names = userdata;

        return siphash24(names[item], strlen(names[item]) + 1, key);
}

static void draw_next(void *userdata, SipKey *ret) {
        uint64_t *n = userdata;

        *ret = (SipKey) { { ++*n * UINT64_C(0x9e3779b97f4a7c15), *n } };
}

static void test_refill(void **state) {
        enum { N = RECORDED_TABLE_SIZE };
        uint64_t n_drawn = 0, n_kept = 0, n_pairs = 0;
        char *table[N];

        for (size_t i = 0; i < N; i++)
                table[i] = table_name(i);
        for (unsigned i = 0; i < 200; i++) {
                HashKeys keys = { .draw = draw_next, .userdata = &n_drawn };
                unsigned before[N], after[N], place[N];
                g_auto(Hashmap) h = {};

                hashmap_init(&h, &keys, name_hash, table);
                for (unsigned k = 0; k < N; k++)
                        hashmap_put(&h, k);
                hashmap_order(&h, before);
                for (unsigned k = 0; k < N; k++)
                        assert_true(hashmap_remove(&h, before[k]));
                for (unsigned k = 0; k < N; k++)
                        hashmap_put(&h, before[k]);
                hashmap_order(&h, after);

                for (unsigned k = 0; k < N; k++)
                        place[after[k]] = k;
                for (unsigned a = 0; a < N; a++)
                        for (unsigned b = a + 1; b < N; b++, n_pairs++)
                                n_kept += place[before[a]] < place[before[b]];
        }
        print_message("refilled in its own order: %.4f %% of the pairs keep theirs\n",
                      100.0 * (double) n_kept / (double) n_pairs);
        assert_true(n_kept * 1000 > n_pairs * 990);
        for (size_t i = 0; i < N; i++)
                g_free(table[i]);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_incomplete_functions),
                cmocka_unit_test(test_confidence_interval),
                cmocka_unit_test(test_exact),
                cmocka_unit_test(test_skew),
                cmocka_unit_test(test_keys),
                cmocka_unit_test(test_samples),
                cmocka_unit_test(test_growth),
                cmocka_unit_test(test_names),
                cmocka_unit_test(test_recordings),
                cmocka_unit_test(test_refill),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
