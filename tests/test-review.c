/* SPDX-License-Identifier: MIT */

#include "support.h"

#include <glib/gstdio.h>
#include <json-glib/json-glib.h>
#include <string.h>
#include <sys/wait.h>

#include "explore/distinguish.h"
#include "explore/fraction.h"
#include "explore/review.h"
#include "json-schema.h"
#include "model/fixes.h"
#include "traces/scenario.h"

/* The smallest set of tests, against all sets */

#define N_THINGS 5U
#define N_TESTS  7U

typedef struct Matrix {
        uint8_t value[N_TESTS][N_THINGS];
} Matrix;

static bool differ(unsigned test, unsigned a, unsigned b, const void *userdata) {
        const Matrix *m = userdata;

        return m->value[test][a] != m->value[test][b];
}

static bool set_tells_apart(const Matrix *m, unsigned set, unsigned a, unsigned b) {
        for (unsigned t = 0; t < N_TESTS; t++)
                if ((set >> t & 1) && differ(t, a, b, m))
                        return true;
        return false;
}

static bool set_is_enough(const Matrix *m, unsigned set) {
        for (unsigned a = 0; a < N_THINGS; a++)
                for (unsigned b = 0; b < a; b++)
                        if (set_tells_apart(m, (1U << N_TESTS) - 1, a, b) && !set_tells_apart(m, set, a, b))
                                return false;
        return true;
}

/* Whether @a, as a sorted list, comes before @b of the same size. */
static bool comes_before(unsigned a, unsigned b) {
        unsigned first = (unsigned) __builtin_ctz(a ^ b);

        return a >> first & 1;
}

static void smallest_set_is_smallest(void **state) {
        g_autoptr(GRand) random = g_rand_new_with_seed(1);

        for (unsigned round = 0; round < 500; round++) {
                Matrix m;
                unsigned best = (1U << N_TESTS) - 1, set = 0, n_alike = 0;

                for (unsigned t = 0; t < N_TESTS; t++)
                        for (unsigned i = 0; i < N_THINGS; i++)
                                m.value[t][i] = g_rand_int_range(random, 0, 4) == 0;
                for (unsigned s = 0; s < 1U << N_TESTS; s++)
                        if (set_is_enough(&m, s) &&
                            (__builtin_popcount(s) < __builtin_popcount(best) ||
                             (s != best && __builtin_popcount(s) == __builtin_popcount(best) &&
                              comes_before(s, best))))
                                best = s;
                for (unsigned a = 0; a < N_THINGS; a++)
                        for (unsigned b = 0; b < a; b++)
                                n_alike += !set_tells_apart(&m, (1U << N_TESTS) - 1, a, b);

                g_autoptr(Distinction) d = distinguish(N_THINGS, N_TESTS, differ, &m);
                for (guint i = 0; i < d->tests->len; i++)
                        set |= 1U << g_array_index(d->tests, unsigned, i);
                assert_int_equal(set, best);
                assert_int_equal(d->alike->len, n_alike);
        }
}

/* Fractions */

static void assert_text(char *text, const char *expected) {
        assert_string_equal(text, expected);
        g_free(text);
}

static void fractions_in_words(void **state) {
        char long_number[200];

        assert_text(fraction_boots("0"), "in no boot");
        assert_text(fraction_boots("1"), "in every boot");
        assert_text(fraction_boots("1/2"), "once in 2 boots");
        assert_text(fraction_boots("2/3"), "in 2 of 3 boots");
        assert_text(fraction_boots("5/12"), "about once in 2.4 boots");
        assert_text(fraction_boots("1/24"), "once in 24 boots");
        assert_text(fraction_boots("999/1001"), "in about 998 of 1000 boots");
        assert_text(fraction_boots("?"), "?");
        assert_text(fraction_percent("1/2"), "50 %");
        assert_text(fraction_percent("1/3"), "33.3 %");
        assert_text(fraction_percent("1"), "100 %");
        assert_text(fraction_percent("0"), "0 %");
        assert_text(fraction_percent("99999/100000"), "99.9 %");
        assert_text(fraction_percent("1/24000"), "0.00417 %");
        memset(long_number, '7', sizeof(long_number));
        long_number[sizeof(long_number) - 1] = '\0';
        assert_text(fraction_describe("3", "6", "1/2", 3, 1), "3 of 6 orders (1/2, 50 %, once in 2 boots)");
        assert_text(fraction_describe("6", "6", "1", 3, 1), "6 of 6 orders (in every boot)");
        assert_text(fraction_describe(long_number, long_number, "20/21", 400, 1),
                    "20/21 of 400! orders (95.2 %, in 20 of 21 boots)");
        assert_text(fraction_describe(long_number, long_number, "1", 40, 2),
                    "40!^2 of 40!^2 orders (in every boot)");
}

/* A review */

static const char crash[] = "unit a.service\n"
                            "  [Service]\n"
                            "  ExecStart=/usr/bin/actor a\n"
                            "unit k.service\n"
                            "  [Unit]\n"
                            "  After=b.service\n"
                            "  [Service]\n"
                            "  ExecStart=/usr/bin/actor k\n"
                            "daemon-reload\n"
                            "start a.service k.service\n"
                            "client admin\n"
                            "  link b.service a.service\n"
                            "  daemon-reload\n"
                            "client actor\n"
                            "  exit a 0\n";

static const char quiet[] = "unit a.service\n"
                            "  [Service]\n"
                            "  ExecStart=/usr/bin/actor a\n"
                            "start a.service\n"
                            "client admin\n"
                            "  daemon-reload\n";

typedef struct Set {
        GPtrArray *scenarios, *profiles;
        ReviewPlan plan;
} Set;

static void free_scenario(gpointer data) {
        review_scenario_free(data);
}

static void add_scenario(Set *s, const char *name, const char *text) {
        ReviewScenario *scenario = g_new0(ReviewScenario, 1);
        g_autoptr(GError) error = NULL;

        scenario->name = g_strdup(name);
        scenario->text = g_strdup(text);
        scenario->catalog = scenario_parse(name, text, strlen(text), NULL, &error);
        assert_non_null(scenario->catalog);
        g_ptr_array_add(s->scenarios, scenario);
}

static void add_profile(Set *s, const char *version, const char *fix) {
        const Fix *f = fix ? fix_find(fix) : NULL;
        const char *a, *b;
        Profile *p = g_new0(Profile, 1);

        assert_int_equal(profile_add_fixes(profile_find(version), &f, f ? 1 : 0, p, &a, &b), 0);
        g_ptr_array_add(s->profiles, p);
}

/* 254 and 262, each with nothing, sort-by-id, and what 262 has anyway. */
static void set_init(Set *s) {
        static const char *const versions[] = { "254", "262" };
        static const char *const fixes[] = { NULL, "sort-by-id", "skip-stale-entry" };
        size_t n;

        properties(&n);
        s->scenarios = g_ptr_array_new_with_free_func(free_scenario);
        s->profiles = g_ptr_array_new_with_free_func(g_free);
        add_scenario(s, "crash.scenario", crash);
        add_scenario(s, "quiet.scenario", quiet);
        for (size_t v = 0; v < G_N_ELEMENTS(versions); v++)
                for (size_t f = 0; f < G_N_ELEMENTS(fixes); f++)
                        add_profile(s, versions[v], fixes[f]);
        s->plan = (ReviewPlan) {
                .scenarios = s->scenarios,
                .profiles = s->profiles,
                .n_versions = G_N_ELEMENTS(versions),
                .n_columns = G_N_ELEMENTS(fixes),
                .search = { .properties = (uint32_t) (BIT(n) - 1), .n_jobs = 2 },
                .keep_traces = true,
        };
}

/* The review first, which looks at its plan. */
static void set_clear(Set *s, Review *r) {
        review_free(r);
        g_ptr_array_unref(s->scenarios);
        g_ptr_array_unref(s->profiles);
}

static void cells_are_those_of_explorations(void **state) {
        Set s;

        set_init(&s);
        g_autoptr(Review) r = review_run(&s.plan);
        for (unsigned i = 0; i < s.scenarios->len; i++)
                for (unsigned p = 0; p < s.profiles->len; p++) {
                        const ReviewScenario *scenario = s.scenarios->pdata[i];
                        SearchOptions options = s.plan.search;
                        options.n_jobs = 1;
                        g_autoptr(Exploration) e =
                                exploration_run(scenario->name, scenario->text, scenario->catalog,
                                                s.profiles->pdata[p], &options);
                        const ReviewRun *run = review_run_at(r, i, p / 3, p % 3);

                        assert_true(run->done);
                        assert_null(run->incomplete);
                        for (unsigned j = 0; j < PROPERTIES_MAX; j++) {
                                assert_int_equal(run->cells[j].judgement, e->outcomes[j].judgement);
                                assert_int_equal(run->cells[j].n_tests, e->outcomes[j].n_tests);
                                assert_true(g_strcmp0(run->cells[j].fraction, e->outcomes[j].fraction) == 0);
                                assert_null(run->cells[j].wrong);
                        }
                }
        set_clear(&s, g_steal_pointer(&r));
}

static void same_fixes_are_explored_once(void **state) {
        Set s;

        set_init(&s);
        g_autoptr(Review) r = review_run(&s.plan);
        assert_int_equal(r->n_explored, 2 * 5);
        assert_ptr_equal(review_run_at(r, 0, 1, 0), review_run_at(r, 0, 1, 2));
        assert_ptr_not_equal(review_run_at(r, 0, 0, 0), review_run_at(r, 0, 0, 2));
        assert_int_equal(review_run_profile(r, 0, 1, 2)->n_added, 0);
        set_clear(&s, g_steal_pointer(&r));
}

static void verdicts_count_what_changed(void **state) {
        ReviewVerdict none, sorted, skipped;
        Set s;

        set_init(&s);
        g_autoptr(Review) r = review_run(&s.plan);
        assert_int_equal(review_base_column(r), 0);
        review_verdict(r, 0, 3, &none);
        review_verdict(r, 1, 0, &sorted);
        review_verdict(r, 2, 0, &skipped);

        assert_true(none.n_violated > 0);
        assert_int_equal(none.n_repaired + none.n_broken, 0);
        assert_int_equal(skipped.n_violated, 0);
        assert_int_equal(skipped.n_repaired, none.n_violated);
        assert_int_equal(skipped.n_broken, 0);
        /* The bug is in every boot then, and no longer depends on the order. */
        assert_int_equal(sorted.n_repaired, 1);
        assert_int_equal(sorted.n_more, none.n_violated - 1);
        assert_true(sorted.more.set);
        assert_int_equal(sorted.more.scenario, 0);
        assert_true(review_columns_differ(r, 0, 0, 1));
        assert_false(review_columns_differ(r, 1, 0, 1));
        set_clear(&s, g_steal_pointer(&r));
}

static bool at_once(void) {
        return true;
}

static void interrupted_knows_what_it_knows(void **state) {
        ReviewVerdict v;
        Set s;

        set_init(&s);
        s.plan.search.interrupted = at_once;
        g_autoptr(Review) r = review_run(&s.plan);
        assert_false(review_run_at(r, 0, 0, 0)->done);
        review_verdict(r, 0, 3, &v);
        assert_int_equal(v.n_open, v.n_cells);
        set_clear(&s, g_steal_pointer(&r));
}

/* The program's output against the schemas */

static void file_conforms(const char *schema, const char *file) {
        g_autofree char *json = NULL;

        assert_true(g_file_get_contents(file, &json, NULL, NULL));
        json_node_unref(assert_schema(schema, json));
}

static void run_review(const char *folder, const char *format, const char *output) {
        const char *argv[] = { COLDPLUG_PROGRAM,
                               "review",
                               "--systemd",
                               "254",
                               "--systemd",
                               "262",
                               "--format",
                               format,
                               "--traces",
                               folder,
                               "--output",
                               output,
                               SOURCE_DIR "/traces/scenarios/azure-linux.scenario",
                               SOURCE_DIR "/traces/scenarios/rename.scenario",
                               NULL };
        g_autoptr(GError) error = NULL;
        int status;

        assert_true(g_spawn_sync(NULL, (char **) argv, NULL, G_SPAWN_DEFAULT, NULL, NULL, NULL, NULL, &status,
                                 &error));
        assert_true(WIFEXITED(status));
        assert_int_equal(WEXITSTATUS(status), 1);
}

typedef void (*FileCheck)(const char *file);

static unsigned each_trace(const char *folder, FileCheck check) {
        g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
        unsigned n = 0;

        for (const char *name = g_dir_read_name(dir); name; name = g_dir_read_name(dir)) {
                g_autofree char *file = g_build_filename(folder, name, NULL);

                if (!g_str_has_suffix(name, ".trace.json"))
                        continue;
                check(file);
                n++;
        }
        return n;
}

static void trace_conforms(const char *file) {
        file_conforms("trace.schema.json", file);
}

static void remove_file(const char *file) {
        assert_int_equal(g_remove(file), 0);
}

static void json_conforms_to_the_schema(void **state) {
        g_autofree char *folder = g_dir_make_tmp("review-XXXXXX", NULL);
        g_autofree char *file = g_build_filename(folder, "review.json", NULL);

        run_review(folder, "json", file);
        file_conforms("review.schema.json", file);
        assert_true(each_trace(folder, trace_conforms) > 10);
        each_trace(folder, remove_file);
        remove_file(file);
        assert_int_equal(g_rmdir(folder), 0);
}

/* All that a page links is there. */

typedef struct Page {
        GHashTable *ids, *links;
        const char *folder;
} Page;

static void start_element(GMarkupParseContext *context, const char *element, const char **names,
                          const char **values, gpointer userdata, GError **error) {
        Page *p = userdata;

        assert_string_not_equal(element, "script");
        for (; *names; names++, values++) {
                if (strcmp(*names, "id") == 0)
                        assert_true(g_hash_table_add(p->ids, g_strdup(*values)));
                if (strcmp(*names, "href") == 0 && **values == '#')
                        g_hash_table_add(p->links, g_strdup(*values + 1));
                else if (strcmp(*names, "href") == 0) {
                        g_autofree char *name = g_uri_unescape_string(*values, NULL);
                        g_autofree char *file = g_build_filename(p->folder, name, NULL);

                        assert_true(g_file_test(file, G_FILE_TEST_EXISTS));
                }
                assert_string_not_equal(*names, "src");
        }
}

static void page_needs_nothing_else(void **state) {
        static const GMarkupParser parser = { .start_element = start_element };
        g_autofree char *folder = g_dir_make_tmp("review-XXXXXX", NULL);
        g_autofree char *file = g_build_filename(folder, "review.html", NULL);
        g_autofree char *text = NULL;
        g_autoptr(GError) error = NULL;
        Page p = { g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL),
                   g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL), folder };
        GHashTableIter i;
        gpointer link;

        run_review(folder, "html", file);
        assert_true(g_file_get_contents(file, &text, NULL, &error));
        GMarkupParseContext *context = g_markup_parse_context_new(&parser, 0, &p, NULL);
        const char *begin = strstr(text, "<html");
        assert_true(g_markup_parse_context_parse(context, begin, -1, &error));
        assert_true(g_markup_parse_context_end_parse(context, &error));
        g_markup_parse_context_free(context);
        assert_true(g_hash_table_size(p.links) > 10);
        g_hash_table_iter_init(&i, p.links);
        while (g_hash_table_iter_next(&i, &link, NULL))
                assert_true(g_hash_table_contains(p.ids, link));

        g_hash_table_unref(p.ids);
        g_hash_table_unref(p.links);
        each_trace(folder, remove_file);
        remove_file(file);
        assert_int_equal(g_rmdir(folder), 0);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(smallest_set_is_smallest),
                cmocka_unit_test(fractions_in_words),
                cmocka_unit_test(cells_are_those_of_explorations),
                cmocka_unit_test(same_fixes_are_explored_once),
                cmocka_unit_test(verdicts_count_what_changed),
                cmocka_unit_test(interrupted_knows_what_it_knows),
                cmocka_unit_test(json_conforms_to_the_schema),
                cmocka_unit_test(page_needs_nothing_else),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
