/* SPDX-License-Identifier: MIT */

/* Minimising: what is left, that nothing less shows the same, and what is said of it. */

#include "support.h"

#include <string.h>

#include "explore/minimize.h"
#include "explore/violation.h"
#include "traces/scenario-edit.h"
#include "traces/scenario.h"

static const char crash[] = "# A crash, and things that have nothing to do with it.\n"
                            "unit /usr/lib/systemd/system/main.service\n"
                            "  [Unit]\n"
                            "  Description=The one that crashes; \\\n"
                            "    on two lines\n"
                            "  # A comment of the unit file.\n"
                            "  Wants=other.service \\\n"
                            "    other.service\n"
                            "  [Service]\n"
                            "  Type=notify\n"
                            "  ExecStart=/usr/sbin/maind --no-detach -v\n"
                            "  ExecReload=/bin/kill -HUP $MAINPID\n"
                            "  Restart=on-failure\n"
                            "  [Install]\n"
                            "  WantedBy=multi-user.target\n"
                            "unit other.service\n"
                            "  [Service]\n"
                            "  ExecStart=/usr/bin/actor other --ready\n"
                            "unit keeper.service\n"
                            "  [Unit]\n"
                            "  After=alias.service other.service\n"
                            "  [Service]\n"
                            "  ExecStart=/usr/bin/actor keeper --exit-on-term\n"
                            "daemon-reload\n"
                            "start main.service keeper.service other.service\n"
                            "\n"
                            "client admin\n"
                            "  link alias.service /usr/lib/systemd/system/main.service\n"
                            "  restart main.service\n"
                            "client other\n"
                            "  daemon-reload\n"
                            "client idler\n"
                            "  reset-failed other.service\n";

static const char crash_minimal[] = "unit main.service\n"
                                    "  [Service]\n"
                                    "  ExecStart=/usr/bin/actor main\n"
                                    "unit keeper.service\n"
                                    "  [Unit]\n"
                                    "  After=alias.service\n"
                                    "  [Service]\n"
                                    "  ExecStart=/usr/bin/actor keeper\n"
                                    "start main.service keeper.service\n"
                                    "link alias.service main.service\n"
                                    "daemon-reload\n"
                                    "client admin\n"
                                    "  exit main 0\n";

/* As coldplug check says it. */
static const char *const crash_removed[] = {
        "2 lines of comments",
        "line 2: unit /usr/lib/systemd/system/main.service -> unit main.service",
        "line 4: Description=The one that crashes;  on two lines",
        "line 7: Wants=other.service  other.service",
        "line 10: Type=notify",
        "line 11: ExecStart=/usr/sbin/maind --no-detach -v -> ExecStart=/usr/bin/actor main",
        "line 12: ExecReload=/bin/kill -HUP $MAINPID",
        "line 13: Restart=on-failure",
        "line 15: WantedBy=multi-user.target",
        "line 16: unit other.service",
        "line 21: After=alias.service other.service -> After=alias.service",
        "line 23: ExecStart=/usr/bin/actor keeper --exit-on-term -> ExecStart=/usr/bin/actor keeper",
        "line 24: daemon-reload",
        "line 25: start main.service keeper.service other.service -> start main.service keeper.service",
        ("line 28: link alias.service /usr/lib/systemd/system/main.service -> link alias.service main.service, "
         "top level"),
        "line 29: restart main.service -> exit main 0",
        "line 30: client other",
        "line 31: daemon-reload -> top level",
        "line 32: client idler",
};

static unsigned property(const char *name) {
        int i = property_find(name);

        assert_true(i >= 0);
        return (unsigned) i;
}

static Minimized *minimized(const char *text, const char *version, const char *name) {
        g_autoptr(GError) error = NULL;
        Minimized *m = minimize("test.scenario", text, profile_find(version), &(SearchOptions) { .n_jobs = 1 },
                                property(name), &error);

        if (!m)
                fail_msg("%s", error->message);
        return m;
}

static void junk_goes(void **state) {
        g_autoptr(Minimized) m = minimized(crash, "257", "no-crash");
        const PropertyOutcome *o = m->exploration->outcomes + property("no-crash");

        assert_string_equal(m->text, crash_minimal);
        assert_true(m->complete);
        assert_true(m->n_kept > 0 && m->n_kept < m->n_tries);
        assert_int_equal(m->removed->len, G_N_ELEMENTS(crash_removed));
        for (size_t i = 0; i < G_N_ELEMENTS(crash_removed); i++)
                assert_string_equal(m->removed->pdata[i], crash_removed[i]);

        assert_int_equal(o->judgement, JUDGEMENT_VIOLATED);
        assert_null(o->wrong);
        assert_string_equal(o->fraction, "1/2");
        assert_string_equal(o->trace->text, crash_minimal);
        assert_int_equal(o->length, 2);
}

static void what_is_minimal_stays(void **state) {
        g_autoptr(Minimized) m = minimized(crash_minimal, "257", "no-crash");

        assert_string_equal(m->text, crash_minimal);
        assert_int_equal(m->n_kept, 0);
        assert_int_equal(m->removed->len, 0);
        assert_true(m->complete);
}

static void find(const char *text, const char *version, unsigned p, Violation *ret) {
        SearchOptions options = { .n_jobs = 1, .properties = (uint32_t) BIT(p) };
        g_autoptr(Catalog) c = scenario_parse("test", text, strlen(text), NULL, NULL);

        *ret = (Violation) {};
        if (c)
                violation_find(c, profile_find(version), &options, p, ret);
}

/* Plain text against the program's own idea of pieces: without any one line, and what belongs to it, the violation is not
 * the same. A section goes with its settings. */
static void check_minimal(const char *text, const char *version, unsigned p) {
        g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
        g_auto(Violation) whole = {};

        find(text, version, p, &whole);
        assert_true(whole.found);
        for (unsigned i = 0; lines[i] && *lines[i]; i++) {
                g_autoptr(GString) less = g_string_new(NULL);
                g_auto(Violation) v = {};
                size_t depth = strspn(lines[i], " ");
                bool is_section = lines[i][depth] == '[', inside = false;

                for (unsigned j = 0; lines[j]; j++) {
                        size_t d = strspn(lines[j], " ");

                        inside = j == i ||
                                 (inside && (d > depth || (is_section && d == depth && lines[j][d] != '[')));
                        if (!inside && *lines[j])
                                g_string_append_printf(less, "%s\n", lines[j]);
                }
                find(less->str, version, p, &v);
                if (violation_is_like(&whole, &v))
                        fail_msg("line %u of this can go:\n%s", i + 1, text);
        }
}

/* Each word of what is left but the first of its line. */
static void check_words(const char *text, const char *version, unsigned p) {
        g_autoptr(ScenarioEdit) e = scenario_edit_new(text);
        g_autoptr(GPtrArray) pieces = edit_pieces_words(e);
        g_auto(Violation) whole = {};

        find(text, version, p, &whole);
        for (guint i = 0; i < pieces->len; i++) {
                g_autoptr(ScenarioEdit) less = scenario_edit_remove(e, pieces, i, i + 1);
                g_autofree char *left = scenario_edit_text(less);
                g_auto(Violation) v = {};

                find(left, version, p, &v);
                assert_false(violation_is_like(&whole, &v));
        }
}

static void nothing_less_shows_the_same(void **state) {
        static const char *const names[] = { "rsyslog-debian", "azure-linux", "reload-propagated-both-ways",
                                             "upholds-double-start", "reload-job-pending" };
        size_t n;

        properties(&n);
        for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
                g_autofree char *file = g_strdup_printf("%s/traces/scenarios/%s.scenario", SOURCE_DIR, names[i]);
                g_autofree char *text = NULL;

                assert_true(g_file_get_contents(file, &text, NULL, NULL));
                for (unsigned p = 0; p < n; p++) {
                        SearchOptions options = { .n_jobs = 1 };
                        g_autoptr(Minimized) m = minimize(file, text, profile_find("257"), &options, p, NULL);

                        if (!m)
                                continue;
                        assert_true(m->complete);
                        assert_int_equal(m->exploration->outcomes[p].judgement, JUDGEMENT_VIOLATED);
                        assert_null(m->exploration->outcomes[p].wrong);
                        check_minimal(m->text, "257", p);
                        check_words(m->text, "257", p);
                }
        }
}

static void same_every_time(void **state) {
        g_autoptr(Minimized) once = minimized(crash, "254", "state-kept");
        g_autoptr(Minimized) again = NULL;
        SearchOptions three = { .n_jobs = 3 };

        again = minimize("test.scenario", crash, profile_find("254"), &three, property("state-kept"), NULL);
        assert_string_equal(once->text, again->text);
        assert_int_equal(once->n_tries, again->n_tries);
        assert_int_equal(once->removed->len, again->removed->len);
        for (guint i = 0; i < once->removed->len; i++)
                assert_string_equal(once->removed->pdata[i], again->removed->pdata[i]);
}

/* The unit that the violation is about is still there, though another one shows one of its own. */
static void the_same_unit(void **state) {
        static const char text[] = "unit b.service\n  [Service]\n  ExecStart=/usr/bin/actor b\n"
                                   "unit z.service\n  [Service]\n  ExecStart=/usr/bin/actor z\n"
                                   "unit k.service\n  [Unit]\n  After=c.service y.service\n"
                                   "  [Service]\n  ExecStart=/usr/bin/actor k\n"
                                   "start b.service z.service k.service\n"
                                   "link c.service b.service\n"
                                   "link y.service z.service\n"
                                   "daemon-reload\n"
                                   "client w\n"
                                   "  exit z 0\n";
        g_autoptr(Minimized) m = minimized(text, "257", "no-crash");

        assert_string_equal(m->exploration->outcomes[property("no-crash")].trace->unit, "z.service");
        assert_null(strstr(m->text, "b.service"));
}

static void clients_are_joined(void **state) {
        static const char text[] = "unit a.service\n  [Service]\n  ExecStart=/usr/bin/actor a\n"
                                   "start a.service\n"
                                   "client one\n"
                                   "  unit k.service\n"
                                   "    [Unit]\n"
                                   "    After=x.service\n"
                                   "  daemon-reload\n"
                                   "client two\n"
                                   "  link x.service a.service\n";
        g_autoptr(ScenarioEdit) e = scenario_edit_new(text);
        size_t n;
        const EditSimplification *all = edit_simplifications(&n);
        bool joined = false;

        for (size_t k = 0; k < n && !joined; k++) {
                g_autoptr(ScenarioEdit) copy = scenario_edit_copy(e);
                g_autofree char *left = NULL;

                /* The client in line 10, the tenth that is no comment. */
                if (!all[k].apply(copy, 9, 0))
                        continue;
                left = scenario_edit_text(copy);
                joined = true;
                assert_string_equal(left, "unit a.service\n  [Service]\n  ExecStart=/usr/bin/actor a\n"
                                          "start a.service\n"
                                          "client one\n"
                                          "  unit k.service\n"
                                          "    [Unit]\n"
                                          "    After=x.service\n"
                                          "  daemon-reload\n"
                                          "  link x.service a.service\n");
        }
        assert_true(joined);
}

static void a_pause_goes_with_its_end(void **state) {
        g_autoptr(ScenarioEdit) e = scenario_edit_new("pause\ndaemon-reload\nresume\n");
        g_autoptr(GPtrArray) pieces = edit_pieces_statements(e);
        g_autoptr(ScenarioEdit) less = scenario_edit_remove(e, pieces, 0, 1);
        g_autofree char *left = scenario_edit_text(less);

        assert_int_equal(pieces->len, 2);
        assert_string_equal(left, "daemon-reload\n");
}

static void text_is_read_as_the_parser_does(void **state) {
        static const char text[] = "unit a.service\r\n\t[Unit]\r\n\t; no setting\r\n\n  # between\n"
                                   "\tDescription=one \\\n\t\t# in the middle\n\t\ttwo \\\\\n\tWants=b.service\n"
                                   "start   a.service \t b.service\nclient c\n    unit  b.service\n"
                                   "    exit a\t0\n";
        g_autoptr(ScenarioEdit) e = scenario_edit_new(text);
        g_autofree char *plain = scenario_edit_text(e);

        assert_string_equal(plain, "unit a.service\n  [Unit]\n  Description=one  two \\\\\n  Wants=b.service\n"
                                   "start a.service b.service\nclient c\n  unit b.service\n  exit a 0\n");
        assert_int_equal(e->n_comments, 3);
        assert_int_equal(edit_line(e, 3)->number, 9);
}

static void what_holds_cannot_be_minimised(void **state) {
        g_autoptr(GError) error = NULL, syntax = NULL;
        SearchOptions options = { .n_jobs = 1 };

        assert_null(minimize("x.scenario", crash, profile_find("262"), &options, property("no-crash"), &error));
        assert_string_equal(error->message,
                            "x.scenario: no-crash is not violated under systemd 262; nothing to minimise");
        assert_null(minimize("x.scenario", "nonsense\n", profile_find("257"), &options, 0, &syntax));
        assert_true(g_str_has_prefix(syntax->message, "x.scenario:1: unknown statement"));
}

static void bounds_are_said(void **state) {
        g_autoptr(GError) error = NULL;
        SearchOptions options = { .n_jobs = 1, .max_states = 20 };

        assert_null(minimize("x.scenario", crash, profile_find("257"), &options, property("no-crash"), &error));
        assert_string_equal(error->message, "x.scenario: no-crash is not violated under systemd 257 in what was "
                                            "explored; nothing to minimise");
}

static unsigned patience;

static bool out_of_patience(void) {
        return patience == 0 || --patience == 0;
}

static void interrupted(void **state) {
        SearchOptions options = { .n_jobs = 1, .interrupted = out_of_patience };

        for (unsigned n = 1; n < 300; n *= 2) {
                g_autoptr(Minimized) m = NULL;
                g_auto(Violation) v = {};

                patience = n;
                m = minimize("x.scenario", crash, profile_find("257"), &options, property("no-crash"), NULL);
                assert_non_null(m);
                assert_false(m->complete);
                assert_null(m->exploration);
                find(m->text, "257", property("no-crash"), &v);
                assert_true(v.found);
                if (n == 1)
                        assert_string_equal(m->text, crash);
        }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(junk_goes),
                cmocka_unit_test(what_is_minimal_stays),
                cmocka_unit_test(nothing_less_shows_the_same),
                cmocka_unit_test(same_every_time),
                cmocka_unit_test(the_same_unit),
                cmocka_unit_test(clients_are_joined),
                cmocka_unit_test(a_pause_goes_with_its_end),
                cmocka_unit_test(text_is_read_as_the_parser_does),
                cmocka_unit_test(what_holds_cannot_be_minimised),
                cmocka_unit_test(bounds_are_said),
                cmocka_unit_test(interrupted),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
