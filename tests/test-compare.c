/* SPDX-License-Identifier: MIT */

/* How far two recordings agree. */

#include <string.h>

#include "tests/support.h"
#include "traces/compare-stream.h"
#include "traces/compare.h"

#define UNIT_A                                                                                                  \
        "\"a.service\": {\"MainPID\": \"a.1\", \"ControlPID\": \"\", \"StatusText\": \"\", \"Result\": "        \
        "\"success\", "                                                                                         \
        "\"NRestarts\": \"0\", \"Id\": \"a.service\", \"Names\": \"a.service b.service\", \"LoadState\": "      \
        "\"loaded\", "                                                                                          \
        "\"ActiveState\": \"active\", \"SubState\": \"running\", \"FragmentPath\": \"/x\", \"Job\": \"\"}"
#define ORPHAN                                                                                                  \
        "{\"Description\": \"d\", \"LoadState\": \"not-found\", \"SubState\": \"running\", \"MainPID\": "       \
        "\"b.1\", "                                                                                             \
        "\"ControlGroup\": \"/b\", \"Job\": \"\"}"

static const char recorded_text[] =
        "{\"systemd\": \"systemd 262\", \"scenario\": \"daemon-reload\\nstart a.service\\n\", "
        "\"steps\": ["
        "{\"do\": \"daemon-reload\", \"stream\": [\"a.service\\nstate=running\\nmain-pid=1\\n\", "
        "\"c.service\\nstate=dead\\n\"], "
        "\"after\": {\"units\": {}, \"processes\": {}, \"orphans\": []}}, "
        "{\"do\": \"start a.service\", \"after\": {\"units\": {" UNIT_A
        "}, \"processes\": {\"a.1\": \"/a\", \"b.1\": \"/b\"}, "
        "\"orphans\": [" ORPHAN "]}}], \"outcome\": \"alive\", \"name\": \"x\"}";

static Recording *parse(const char *text) {
        g_autoptr(GError) error = NULL;
        Recording *r = recording_parse("test", 1, text, strlen(text), 0, &error);

        if (!r)
                fail_msg("%s", error->message);
        return r;
}

static char *replace(const char *from, const char *to) {
        g_auto(GStrv) parts = g_strsplit(recorded_text, from, 2);

        if (!parts[1])
                fail_msg("the recording has no %s", from);
        return g_strconcat(parts[0], to, parts[1], NULL);
}

/* The first difference when @from is predicted as @to; NULL: they agree. */
static Difference *compare(const char *from, const char *to, Agreement *ret) {
        g_autofree char *predicted_text = replace(from, to);
        g_autoptr(Recording) recorded = parse(recorded_text), predicted = parse(predicted_text);
        Difference *d;

        *ret = (Agreement) {};
        compare_recordings(recorded, predicted, ret, &d);
        return d;
}

static void test_same(void **state) {
        Agreement a;

        assert_null(compare("a.service", "a.service", &a));
        assert_int_equal(a.total[AGREE_UNIT], 1);
        assert_int_equal(a.total[AGREE_ENTRY], 2);
        assert_int_equal(a.total[AGREE_OUTCOME], 1);
        assert_int_equal(a.total[AGREE_RECORDING], 1);
        for (int k = 0; k < _AGREE_KIND_MAX; k++)
                assert_int_equal(a.agree[k], a.total[k]);
}

/* What does not count. */
static void test_ignored(void **state) {
        static const char *const cases[][2] = {
                { "a.service b.service", "b.service a.service" },
                { "\"StatusText\": \"\"", "\"StatusText\": \"busy\"" },
                { "\"FragmentPath\": \"/x\"", "\"FragmentPath\": \"/y\"" },
                { "main-pid=1", "main-pid=2" },
                { "main-pid=1", "main-pid=1\\nstate-change-timestamp=1 1\\ncpu-usage-base=0" },
                { "state=running\\nmain-pid=1", "main-pid=1\\nstate=running" },
                { "\"Description\": \"d\"", "\"Description\": \"e\"" },
                { "\"SubState\": \"running\", \"MainPID\": \"b.1\"",
                  "\"SubState\": \"dead\", \"MainPID\": \"\"" },
        };

        for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
                Agreement a;
                g_autoptr(Difference) d = compare(cases[i][0], cases[i][1], &a);

                if (d)
                        fail_msg("%s: %s", cases[i][1], d->what);
        }
}

static void test_differences(void **state) {
        static const struct {
                const char *from, *to;
                unsigned step;
                const char *what, *label, *recorded, *predicted;
                AgreeKind kind;
        } cases[] = {
                { "\"SubState\": \"running\", \"FragmentPath\"", "\"SubState\": \"dead\", \"FragmentPath\"", 2,
                  "unit a.service", "SubState", "running", "dead", AGREE_UNIT },
                { "a.service b.service", "a.service", 2, "unit a.service", "Names", "a.service b.service",
                  "a.service", AGREE_UNIT },
                { "a.service b.service", "a.service c.service", 2, "unit a.service", "Names",
                  "a.service b.service", "a.service c.service", AGREE_UNIT },
                { "\"NRestarts\": \"0\", ", "", 2, "unit a.service", "NRestarts", "0", "-", AGREE_UNIT },
                { UNIT_A, "", 2, "unit a.service", "", "loaded", "not loaded", AGREE_UNIT },
                { "{\"units\": {}, ",
                  "{\"units\": {\"n.service\": {\"Id\": \"n.service\", \"LoadState\": \"not-found\", "
                  "\"ActiveState\": \"inactive\", "
                  "\"SubState\": \"dead\", \"Job\": \"\"}}, ",
                  1, "unit n.service", "", "not loaded", "loaded", AGREE_UNIT },
                { "state=running\\nmain-pid=1", "state=dead\\nmain-pid=1", 1, "entry 1 of the stream", "", "-",
                  "state=dead", AGREE_ENTRY },
                { "main-pid=1", "control-pid=1", 1, "entry 1 of the stream", "", "-", "control-pid",
                  AGREE_ENTRY },
                { "\\nmain-pid=1", "", 1, "entry 1 of the stream", "", "main-pid", "-", AGREE_ENTRY },
                { "c.service", "d.service", 1, "entry 2 of the stream", "", "name=c.service", "name=d.service",
                  AGREE_ENTRY },
                { ", \"c.service\\nstate=dead\\n\"", "", 1, "entry 2 of the stream", "", "name=c.service", "-",
                  AGREE_ENTRY },
                { "state=dead\\n\"", "state=dead\\n\", \"e.service\\n\"", 1, "entry 3 of the stream", "", "-",
                  "name=e.service", AGREE_ENTRY },
                { "\"stream\": [\"a.service\\nstate=running\\nmain-pid=1\\n\", \"c.service\\nstate=dead\\n\"], ",
                  "", 1, "entry 1 of the stream", "", "name=a.service", "-", AGREE_ENTRY },
                { "\"b.1\": \"/b\"", "\"b.1\": \"/a\"", 2, "processes", "b.1", "/b", "/a", AGREE_RECORDING },
                { "\"b.1\": \"/b\"", "\"c.1\": \"/b\"", 2, "processes", "c.1", "-", "/b", AGREE_RECORDING },
                { ", \"b.1\": \"/b\"", "", 2, "processes", "b.1", "/b", "-", AGREE_RECORDING },
                { ORPHAN, "", 2, "number of orphans", "", "1", "0", AGREE_RECORDING },
        };

        for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
                Agreement a;
                g_autoptr(Difference) d = compare(cases[i].from, cases[i].to, &a);
                bool found = false;

                assert_non_null(d);
                assert_int_equal(d->step, cases[i].step);
                assert_string_equal(d->what, cases[i].what);
                for (unsigned j = 0; j < d->rows->len; j++) {
                        const DifferenceRow *row = d->rows->pdata[j];

                        found |= row->differs && g_str_equal(row->label, cases[i].label) &&
                                 g_str_equal(row->recorded, cases[i].recorded) &&
                                 g_str_equal(row->predicted, cases[i].predicted);
                }
                if (!found)
                        fail_msg("%s: no row says so", cases[i].to);
                assert_true(a.agree[cases[i].kind] < a.total[cases[i].kind]);
                assert_int_equal(a.agree[AGREE_RECORDING], 0);
        }
}

/* A field that was not recorded is not compared: not-found units. The number of a process that is no actor is a
 * PID. */
static void test_what_was_not_seen(void **state) {
        g_autofree char *less = replace("\"NRestarts\": \"0\", ", ""),
                        *other = replace("\"MainPID\": \"a.1\"", "\"MainPID\": \"?77\""),
                        *another = replace("\"MainPID\": \"a.1\"", "\"MainPID\": \"?1\"");
        g_autoptr(Recording) recorded = parse(less), predicted = parse(recorded_text), daemon = parse(other),
                             model = parse(another);
        Agreement a = {};
        Difference *d;

        compare_recordings(recorded, predicted, &a, &d);
        assert_null(d);
        compare_recordings(daemon, model, &a, &d);
        assert_null(d);
}

static void test_outcomes(void **state) {
        static const char crash[] = "{\"systemd\": \"systemd 262\", \"scenario\": \"daemon-reload\\nstart "
                                    "a.service\\n\", \"steps\": ["
                                    "{\"do\": \"daemon-reload\", \"after\": {\"units\": {}, \"processes\": {}, "
                                    "\"orphans\": []}}, "
                                    "{\"do\": \"start a.service\"}], \"outcome\": \"crashed\", \"name\": \"x\"}";
        static const char early[] = "{\"systemd\": \"systemd 262\", \"scenario\": \"daemon-reload\\nstart "
                                    "a.service\\n\", \"steps\": ["
                                    "{\"do\": \"daemon-reload\"}], \"outcome\": \"crashed\", \"name\": \"x\"}";
        g_autoptr(Recording) alive = parse(recorded_text), crashed = parse(crash), crashed_early = parse(early);
        const struct {
                const Recording *recorded, *predicted;
                const char *what;
        } cases[] = {
                { crashed, crashed, NULL },
                { crashed, crashed_early, "outcome" },
                { crashed, alive, "outcome" },
                { alive, crashed, "entry 1 of the stream" },
                { crashed_early, crashed, "outcome" },
        };

        for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
                g_autoptr(Difference) d = NULL;
                Agreement a = {};

                compare_recordings(cases[i].recorded, cases[i].predicted, &a, &d);
                assert_int_equal(a.agree[AGREE_OUTCOME], cases[i].what == NULL);
                if (cases[i].what)
                        assert_string_equal(d->what, cases[i].what);
                else
                        assert_null(d);
        }
}

static void assert_items(const char *entry, const char *expected) {
        g_autoptr(GPtrArray) items = stream_entry_items(entry);
        g_autoptr(GString) s = g_string_new(NULL);

        for (unsigned i = 0; i < items->len; i++)
                g_string_append_printf(s, "%s%s", i ? " " : "", (char *) items->pdata[i]);
        assert_string_equal(s->str, expected);
}

static void test_items(void **state) {
        assert_items("", "name=");
        assert_items("a.service", "name=a.service");
        assert_items("a.service\nstate=running\nmain-pid=@1:2\nmain-pid=2\n",
                     "name=a.service main-pid main-pid state=running");
        assert_items("a.service\njob\njob-id=7\njob-type=stop\n\nstate=dead\n",
                     "name=a.service job job-id job-type=stop state=dead");
        assert_items("a.service\nexported-invocation-id=yes\nin-audit=no\nstart-ratelimit=1\ncgroup-id="
                     "3\ncgroup=/a\n",
                     "name=a.service cgroup=/a");
        assert_items("orphaned-1-a.service\nstate=dead\n", "name=(orphan) state=dead");
}

static void test_kinds(void **state) {
        for (AgreeKind k = 0; k < _AGREE_KIND_MAX; k++)
                assert_int_equal(agree_kind_from_string(agree_kind_to_string(k)), k);
        assert_int_equal(agree_kind_from_string("luck"), -1);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_same),        cmocka_unit_test(test_ignored),
                cmocka_unit_test(test_differences), cmocka_unit_test(test_what_was_not_seen),
                cmocka_unit_test(test_outcomes),    cmocka_unit_test(test_items),
                cmocka_unit_test(test_kinds),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
