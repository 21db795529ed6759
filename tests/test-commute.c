/* SPDX-License-Identifier: MIT */

/* The proof that all pairs commute: where it must hold, and where it must not. */

#include "support.h"

#include <string.h>

#include "explore/commute.h"
#include "explore/exploration.h"
#include "model/fixes.h"
#include "traces/scenario.h"

typedef struct Run {
        char *text;
        Catalog *catalog;
        Profile profile;
        SearchOptions options;
        Exploration *exploration;
        Commute *commute;
} Run;

/* @fix NULL: none. Takes @text. */
static void run_text(Run *r, const char *version, const char *fix, char *text) {
        const Fix *add = fix ? fix_find(fix) : NULL;
        const char *a, *b;
        g_autoptr(GError) error = NULL;
        unsigned property = (unsigned) property_find("order-independent");

        *r = (Run) { .text = text, .options = { .properties = 1U << property, .n_jobs = 1 } };
        assert_int_equal(profile_add_fixes(profile_find(version), &add, fix ? 1 : 0, &r->profile, &a, &b), 0);
        r->catalog = scenario_parse("t.scenario", text, strlen(text), NULL, &error);
        assert_null(error);
        r->exploration = exploration_run("t.scenario", text, r->catalog, &r->profile, &r->options);
        r->commute = commute_check(r->exploration->search,
                                   r->exploration->outcomes[property].judgement == JUDGEMENT_HOLDS);
}

static void run_file(Run *r, const char *version, const char *fix, const char *file) {
        g_autofree char *path = g_build_filename(SOURCE_DIR "/traces/scenarios", file, NULL);
        char *text = NULL;

        assert_true(g_file_get_contents(path, &text, NULL, NULL));
        run_text(r, version, fix, text);
}

static Judgement judgement(const Run *r) {
        return r->exploration->outcomes[property_find("order-independent")].judgement;
}

static void run_clear(Run *r) {
        commute_free(r->commute);
        exploration_free(r->exploration);
        catalog_free(r->catalog);
        g_free(r->text);
}

static const char *name(const Run *r, NameId id) {
        return catalog_name_str(r->catalog, id);
}

static void the_bug_does_not_commute(void **state) {
        Run r;

        run_file(&r, "257", NULL, "azure-linux.scenario");
        assert_int_equal(r.commute->result, COMMUTE_FAILS);
        assert_int_equal(r.commute->phase, COMMUTE_READ);
        assert_int_equal(r.commute->before->len, 0);
        assert_string_equal(name(&r, r.commute->first), "rsyslog.service");
        assert_string_equal(name(&r, r.commute->second), "syslog.service");
        assert_string_equal(
                r.commute->sentence,
                "Not all pairs commute: rsyslog.service and syslog.service do not commute when they are "
                "read: deserialized state of rsyslog.service is 'dead' when rsyslog.service comes first, and "
                "'running' when it comes last.");
        run_clear(&r);
}

static void fixes_are_certified(void **state) {
        static const char *const fixes[] = { "skip-stale-entry", "skip-alias-entry", "adopt-orphans",
                                             "sort-by-id" };

        for (size_t i = 0; i < G_N_ELEMENTS(fixes); i++) {
                Run r;

                run_file(&r, "257", fixes[i], "azure-linux.scenario");
                assert_int_equal(r.commute->result, COMMUTE_HOLDS);
                assert_true(r.commute->exhaustive);
                assert_true(r.commute->n_reloads > 1);
                assert_true(r.commute->n_states > r.commute->n_reloads);
                if (i < 3) /* sorted entries have but one order */
                        assert_true(r.commute->n_pairs > r.commute->n_reloads);
                assert_true(g_str_has_prefix(r.commute->sentence, "All pairs of entries, and of units"));
                run_clear(&r);
        }
}

/* What commutes is never found to depend on the order. */
static void certificates_are_right(void **state) {
        static const char *const fixes[] = { NULL, "skip-stale-entry", "adopt-orphans", "tolerate-dead" };
        g_autoptr(GDir) dir = g_dir_open(SOURCE_DIR "/traces/scenarios", 0, NULL);
        unsigned n_certified = 0;
        const char *file;

        while ((file = g_dir_read_name(dir)))
                for (size_t i = 0; i < G_N_ELEMENTS(fixes) && g_str_has_suffix(file, ".scenario"); i++) {
                        Run r;

                        run_file(&r, "257", fixes[i], file);
                        if (r.commute->result == COMMUTE_HOLDS)
                                assert_int_not_equal(judgement(&r), JUDGEMENT_VIOLATED);
                        n_certified += r.commute->result == COMMUTE_HOLDS;
                        run_clear(&r);
                }
        assert_true(n_certified > 40);
}

static void commuting_is_not_necessary(void **state) {
        Run r;

        run_file(&r, "257", NULL, "stop-job-on-alias.scenario");
        assert_int_equal(judgement(&r), JUDGEMENT_HOLDS);
        assert_int_equal(r.commute->result, COMMUTE_FAILS);
        assert_true(g_str_has_prefix(r.commute->sentence,
                                     "Not all pairs commute, but all orders come to the same end: "));
        run_clear(&r);
}

static void a_lost_place_is_a_failure(void **state) {
        Run r;

        run_file(&r, "257", "skip-alias-entry", "stop-job-on-alias.scenario");
        assert_int_equal(r.commute->result, COMMUTE_FAILS);
        assert_true(r.commute->loses_place);
        run_clear(&r);
}

static void no_reload(void **state) {
        Run r;

        run_text(&r, "257", NULL,
                 g_strdup("unit a.service\n  [Service]\n  ExecStart=/usr/bin/actor a\nclient c\n  start "
                          "a.service\n"));
        assert_int_equal(r.commute->result, COMMUTE_HOLDS);
        assert_string_equal(r.commute->sentence, "No reload can happen.");
        run_clear(&r);
}

/* Too many entries to permute them all: only those that have to do with each other. */
static void many_entries(void **state) {
        GString *text = g_string_new(NULL);
        Run r;

        for (unsigned i = 0; i < 12; i++)
                g_string_append_printf(text, "unit u%u.service\n  [Service]\n  ExecStart=/usr/bin/actor u%u\n",
                                       i, i);
        g_string_append(
                text, "unit k.service\n  [Unit]\n  After=x.service\n  [Service]\n  ExecStart=/usr/bin/actor k\n"
                      "daemon-reload\nstart");
        for (unsigned i = 0; i < 12; i++)
                g_string_append_printf(text, " u%u.service", i);
        g_string_append(text, " k.service\nlink x.service u0.service\nclient c\n  daemon-reload\n");
        char *copy = g_strdup(text->str);

        run_text(&r, "257", NULL, g_string_free(text, FALSE));
        assert_int_equal(r.commute->result, COMMUTE_FAILS);
        assert_string_equal(name(&r, r.commute->first), "u0.service");
        assert_string_equal(name(&r, r.commute->second), "x.service");
        run_clear(&r);

        run_text(&r, "257", "skip-stale-entry", copy);
        assert_int_equal(r.commute->result, COMMUTE_HOLDS);
        assert_false(r.commute->exhaustive);
        assert_true(
                g_str_has_prefix(r.commute->sentence, "All pairs of entries that have to do with each other"));
        run_clear(&r);
}

/* More aliases of one unit than can be permuted; two entries are enough to show that they do not commute. */
static void many_aliases(void **state) {
        GString *text = g_string_new("unit r.service\n  [Service]\n  ExecStart=/usr/bin/actor r\n"
                                     "unit k.service\n  [Unit]\n  After=");
        Run r;

        for (unsigned i = 1; i <= 14; i++)
                g_string_append_printf(text, "a%u.service ", i);
        g_string_append(text, "\n  [Service]\n  ExecStart=/usr/bin/actor k\ndaemon-reload\nstart r.service "
                              "k.service\n");
        for (unsigned i = 1; i <= 14; i++)
                g_string_append_printf(text, "link a%u.service r.service\n", i);
        g_string_append(text, "client c\n  daemon-reload\nclient w\n  exit r 0\n");
        char *copy = g_strdup(text->str);

        run_text(&r, "257", NULL, g_string_free(text, FALSE));
        assert_int_equal(r.commute->result, COMMUTE_FAILS);
        assert_string_equal(name(&r, r.commute->first), "r.service");
        run_clear(&r);

        run_text(&r, "257", "sort-by-id", copy);
        assert_int_equal(r.commute->result, COMMUTE_HOLDS);
        run_clear(&r);
}

static void an_incomplete_search_proves_nothing(void **state) {
        g_autofree char *text = NULL;
        g_autoptr(Catalog) c = NULL;
        g_autoptr(Search) s = NULL;
        g_autoptr(Commute) commute = NULL;
        SearchOptions options = { .n_jobs = 1, .max_states = 20 };

        assert_true(g_file_get_contents(SOURCE_DIR "/traces/scenarios/azure-linux.scenario", &text, NULL, NULL));
        c = scenario_parse("t.scenario", text, strlen(text), NULL, NULL);
        s = search_run(c, profile_find("257"), &options);
        commute = commute_check(s, false);
        assert_int_equal(commute->result, COMMUTE_TOO_LARGE);
}

static void same_result_again(void **state) {
        Run a, b;

        run_file(&a, "262", NULL, "azure-linux.scenario");
        run_file(&b, "262", NULL, "azure-linux.scenario");
        assert_string_equal(a.commute->sentence, b.commute->sentence);
        assert_int_equal(a.commute->n_runs, b.commute->n_runs);
        run_clear(&a);
        run_clear(&b);
}

int main(void) {
        /* clang-format off */
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(the_bug_does_not_commute), cmocka_unit_test(fixes_are_certified),
                cmocka_unit_test(certificates_are_right),   cmocka_unit_test(commuting_is_not_necessary),
                cmocka_unit_test(a_lost_place_is_a_failure), cmocka_unit_test(no_reload),
                cmocka_unit_test(many_entries),
                cmocka_unit_test(many_aliases),             cmocka_unit_test(an_incomplete_search_proves_nothing),
                cmocka_unit_test(same_result_again),
        };
        /* clang-format on */

        return cmocka_run_group_tests(tests, NULL, NULL);
}
