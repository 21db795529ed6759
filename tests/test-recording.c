/* SPDX-License-Identifier: MIT */

/* Recordings: what is read and written, and what is refused (tests/bad has the messages). */

#include <string.h>

#include "tests/support.h"

#include <glib/gstdio.h>

#include "traces/error.h"
#include "traces/json-text.h"
#include "traces/recording.h"

/* A recording with something of everything. */
static const char whole[] =
        "{\"systemd\": \"systemd 262 (262.1-1)\", \"scenario\": \"unit "
        "a.service\\ndaemon-reload\\nstart a.service\\nexit a 0\\n\", "
        "\"steps\": [{\"do\": \"unit a.service\", \"after\": {\"units\": {}, \"processes\": {}, "
        "\"orphans\": []}}, "
        "{\"do\": \"daemon-reload\", \"order_before\": [\"a.service\"], \"stream\": "
        "[\"a.service\\nstate=dead\\n\"], "
        "\"order_after\": [\"a.service\", \"b.service\"], "
        "\"after\": {\"units\": {}, \"processes\": {}, \"orphans\": [{\"Description\": \"d\", "
        "\"LoadState\": \"not-found\", "
        "\"SubState\": \"running\", \"MainPID\": \"b.1\", \"ControlGroup\": \"/b\", \"Job\": \"\"}]}}, "
        "{\"do\": \"start a.service\", \"after\": {\"units\": {\"a.service\": {\"MainPID\": \"a.1\", "
        "\"Id\": \"a.service\", "
        "\"LoadState\": \"loaded\", \"ActiveState\": \"active\", \"SubState\": \"running\", \"Job\": "
        "\"\"}, "
        "\"b.service\": {\"Id\": \"b.service\", \"LoadState\": \"not-found\", \"ActiveState\": "
        "\"inactive\", \"SubState\": \"dead\", "
        "\"Job\": \"\"}}, \"processes\": {\"a.1\": \"/system.slice/a.service\"}, \"orphans\": []}}, "
        "{\"do\": \"exit a 0\", \"process\": \"a.1\"}], \"outcome\": \"crashed\", \"name\": \"whole\"}";

static Recording *parse(const char *text, RecordingFlags flags) {
        g_autoptr(GError) error = NULL;
        Recording *r = recording_parse("test", 7, text, strlen(text), flags, &error);

        if (!r)
                fail_msg("%s", error->message);
        return r;
}

static char *replace(const char *text, const char *from, const char *to) {
        g_auto(GStrv) parts = g_strsplit(text, from, 2);

        if (!parts[1])
                fail_msg("the recording has no %s", from);
        return g_strconcat(parts[0], to, parts[1], NULL);
}

static void test_members(void **state) {
        g_autoptr(Recording) r = parse(whole, 0);
        const Step *reload = r->steps->pdata[1], *start = r->steps->pdata[2], *end = r->steps->pdata[3];
        const SeenUnit *a = observation_find_unit(start->after, "a.service"),
                       *b = observation_find_unit(start->after, "b.service");

        assert_string_equal(r->name, "whole");
        assert_string_equal(r->file, "test");
        assert_int_equal(r->line, 7);
        assert_string_equal(r->profile->name, "262");
        assert_int_equal(r->outcome, OUTCOME_CRASHED);
        assert_int_equal(r->steps->len, 4);
        assert_int_equal(g_strv_length(reload->order_before), 1);
        assert_string_equal(reload->order_after[1], "b.service");
        assert_string_equal(reload->stream->pdata[0], "a.service\nstate=dead\n");
        assert_string_equal(((SeenOrphan *) reload->after->orphans->pdata[0])->field[ORPHAN_MAIN_PID], "b.1");
        assert_string_equal(a->field[SEEN_MAIN_PID], "a.1");
        assert_null(a->field[SEEN_NAMES]);
        assert_string_equal(b->field[SEEN_LOAD_STATE], "not-found");
        assert_null(observation_find_unit(start->after, "c.service"));
        assert_string_equal(((SeenProcess *) start->after->processes->pdata[0])->cgroup,
                            "/system.slice/a.service");
        assert_true(end->hits_process);
        assert_string_equal(end->process, "a.1");
        assert_null(end->after);
        assert_false(start->hits_process);
}

static void test_written_as_read(void **state) {
        g_autoptr(Recording) r = parse(whole, 0);
        g_autoptr(GString) text = g_string_new(NULL);

        recording_write(r, text);
        assert_true(g_str_has_suffix(text->str, "}\n"));
        g_string_truncate(text, text->len - 1);
        assert_string_equal(text->str, whole);
}

static bool write_twice(Recording *r, void *userdata) {
        g_autoptr(Recording) first = r, second = NULL;
        g_autoptr(GString) a = g_string_new(NULL), b = g_string_new(NULL);

        recording_write(first, a);
        second = parse(a->str, 0);
        recording_write(second, b);
        assert_string_equal(a->str, b->str);
        (*(unsigned *) userdata)++;
        return true;
}

static void test_real_recordings(void **state) {
        unsigned n = 0;

        assert_true(recording_for_each(SOURCE_DIR "/tests/recordings/257.jsonl", 0, write_twice, &n, NULL));
        assert_true(recording_for_each(SOURCE_DIR "/tests/recordings/262.jsonl", 0, write_twice, &n, NULL));
        assert_true(n >= 180);
}

typedef struct Replacement {
        const char *from, *to, *message;
} Replacement;

static void assert_refused(const Replacement *r) {
        g_autofree char *text = replace(whole, r->from, r->to);
        g_autoptr(GError) error = NULL;

        assert_null(recording_parse("test", 7, text, strlen(text), 0, &error));
        if (!g_str_has_prefix(error->message, "test:7: ") || !strstr(error->message, r->message))
                fail_msg("%s is refused, but not for '%s': %s", r->to, r->message, error->message);
}

static void test_refused(void **state) {
        static const Replacement cases[] = {
                { "}], \"outcome\"", "}, \"outcome\"", "no JSON" },
                { "\"name\": \"whole\"", "\"name\": 1", "'name' is no string" },
                { ", \"name\": \"whole\"", "", "'name' is missing" },
                { "\"name\": \"whole\"", "\"name\": null", "'name' is missing" },
                { "\"name\": \"whole\"", "\"name\": \"whole\", \"journal\": 1", "'journal' is no array" },
                { "systemd 262", "systemd 26", "unknown version" },
                { "systemd 262", "Systemd 262", "unknown version" },
                { "\"systemd\": \"systemd 262 (262.1-1)\"", "\"systemd\": {}", "'systemd' is no string" },
                { "\"crashed\"", "\"\"", "unknown outcome ''" },
                { "\"crashed\"", "\"dead\"", "unknown outcome 'dead'" },
                { ", \"outcome\": \"crashed\"", "", "'outcome' is missing" },
                { "\"scenario\": \"unit a.service", "\"scenario\": \"unit a", "scenario:1: " },
                { "exit a 0\\n\"", "exit a 0\\nclient b\\n  daemon-reload\"", "has a client" },
                { "exit a 0\\n\"", "exit a 1\\n\"", "step 4: 'exit a 0' was done" },
                { "daemon-reload\\nstart", "start", "4 steps, but the scenario has 3" },
                { "\"steps\": [", "\"steps\": [1, ", "5 steps" },
                { "{\"do\": \"unit a.service\", \"after\": {\"units\": {}, \"processes\": {}, \"orphans\": []}}",
                  "1", "step 1: a step is no object" },
                { "{\"do\": \"unit a.service\", ", "{", "step 1: 'do' is missing" },
                { "\"process\": \"a.1\"", "\"process\": 1", "step 4: 'process' is no string" },
                { "\"process\": \"a.1\"",
                  "\"process\": \"a.1\", \"after\": {\"units\": {}, \"processes\": {}, \"orphans\": []}",
                  "nothing is seen of a dead" },
                { "\"order_before\"", "\"rc\": \"0\", \"order_before\"", "'rc' is no whole number" },
                { "\"order_before\"", "\"n_units\": 1.5, \"order_before\"", "'n_units' is no whole number" },
                { "\"order_before\": [\"a.service\"]", "\"order_before\": {}", "'order_before' is no array" },
                { "\"order_before\": [\"a.service\"]", "\"order_before\": [0]", "element 1 of 'order_before'" },
                { "\"order_before\": [\"a.service\"]", "\"order_before\": [\"a\"]", "no unit name" },
                { "[\"a.service\", \"b.service\"]", "[\"b.service\", \"b.service\"]", "twice" },
                { "\"stream\": [\"a.service", "\"stream\": [\"a", "begins with 'a'" },
                { "\"stream\": [\"a.service\\nstate=dead\\n\"]", "\"stream\": 1", "'stream' is no array" },
                { "\"after\": {\"units\": {}", "\"after\": {\"units\": []", "'units' is no object" },
                { "\"after\": {\"units\": {}, ", "\"after\": {", "'units' is missing" },
                { "\"after\": {\"units\": {}, \"processes\": {}", "\"after\": {\"units\": {}",
                  "'processes' is missing" },
                { "\"units\": {\"a.service\": {", "\"units\": {\"x\": 1, \"a.service\": {",
                  "unit 'x' is no object" },
                { "\"Id\": \"a.service\"", "\"Id\": \"c.service\"", "has the Id 'c.service'" },
                { "\"Id\": \"a.service\", ", "", "unit 'a.service' has no 'Id'" },
                { "\"MainPID\": \"a.1\"", "\"MainPID\": 1", "'MainPID' is no string" },
                { "\"a.1\": \"/system.slice/a.service\"", "\"a.1\": 1", "cgroup of process 'a.1'" },
                { "\"orphans\": [{", "\"orphans\": [1, {", "orphan 1 is no object" },
                { "\"Description\": \"d\", ", "", "'Description' is missing" },
                { "\"orphans\": [{", "\"orphans\": 1, \"x\": [{", "'orphans' is no array" },
        };

        for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
                assert_refused(cases + i);
}

static void test_outcomes(void **state) {
        g_autofree char *alive = replace(whole, "crashed", "alive"),
                        *longer = replace(whole, "exit a 0\\n", "exit a 0\\nexit a 1\\n"),
                        *cut = replace(longer, "crashed", "alive");
        g_autoptr(Recording) r = parse(alive, 0), crashed_early = parse(longer, 0), blank = NULL;
        g_autoptr(GError) error = NULL;

        assert_int_equal(r->outcome, OUTCOME_ALIVE);
        assert_int_equal(crashed_early->steps->len, 4);
        assert_null(recording_parse("test", 1, cut, strlen(cut), 0, &error));
        assert_non_null(strstr(error->message, "the steps end after 4 of 5"));
        blank = parse(cut, RECORDING_MAY_BE_BLANK);
        assert_int_equal(blank->steps->len, 4);
}

/* A prediction reads name, version, scenario and orders; all else may be blank or missing. */
static void test_blank(void **state) {
        static const char *const texts[] = {
                "{\"name\": \"x\", \"systemd\": \"systemd 257\", \"scenario\": \"daemon-reload\", \"steps\": "
                "[]}",
                "{\"name\": \"x\", \"systemd\": \"systemd 257\", \"scenario\": \"daemon-reload\", \"outcome\": "
                "null, \"steps\": "
                "[{\"do\": null, \"after\": null, \"stream\": null, \"order_before\": [\"a.service\"]}]}",
                "{\"name\": \"x\", \"systemd\": \"systemd 257\", \"scenario\": \"daemon-reload\", \"outcome\": "
                "\"\", \"steps\": "
                "[{\"do\": \"\", \"after\": {\"units\": null}, \"stream\": []}]}",
        };

        for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
                g_autoptr(Recording) r = parse(texts[i], RECORDING_MAY_BE_BLANK);
                g_autoptr(GError) error = NULL;

                assert_int_equal(r->outcome, OUTCOME_UNKNOWN);
                assert_null(recording_parse("test", 1, texts[i], strlen(texts[i]), 0, &error));
                assert_non_null(error);
        }
}

static void test_long_order(void **state) {
        g_autoptr(GString) order = g_string_new("\"order_before\": [");
        g_autofree char *text = NULL;
        g_autoptr(GError) error = NULL;

        for (unsigned i = 0; i <= 1000; i++)
                g_string_append_printf(order, "%s\"u%u.service\"", i ? ", " : "", i);
        g_string_append(order, "]");
        text = replace(whole, "\"order_before\": [\"a.service\"]", order->str);
        assert_null(recording_parse("test", 1, text, strlen(text), 0, &error));
        assert_non_null(strstr(error->message, "too long"));
}

/* Files */

static bool count_until(Recording *r, void *userdata) {
        unsigned *left = userdata;

        recording_free(r);
        return --*left > 0;
}

static char *temporary_file(const char *text, size_t size) {
        g_autofree char *name = NULL;
        int fd = g_file_open_tmp("recording-XXXXXX", &name, NULL);

        assert_true(fd >= 0);
        g_close(fd, NULL);
        assert_true(g_file_set_contents(name, text, (gssize) size, NULL));
        return g_steal_pointer(&name);
}

static void test_files(void **state) {
        g_autofree char *three = g_strconcat("\r\n", whole, "\r\n \n", whole, "\n", whole, NULL),
                        *file = temporary_file(three, strlen(three));
        unsigned left = 2;

        assert_true(recording_for_each(file, 0, count_until, &left, NULL));
        assert_int_equal(left, 0);
        left = 10;
        assert_true(recording_for_each(file, 0, count_until, &left, NULL));
        assert_int_equal(left, 7);
        g_unlink(file);
}

static void assert_file_refused(const char *file, TracesError code) {
        g_autoptr(GError) error = NULL;
        unsigned left = 10;

        assert_false(recording_for_each(file, 0, count_until, &left, &error));
        assert_true(g_error_matches(error, TRACES_ERROR, (int) code));
}

static void test_bad_files(void **state) {
        g_autofree char *second = g_strconcat(whole, "\n{", NULL),
                        *file = temporary_file(second, strlen(second)), *empty = temporary_file("\n\n", 2);

        assert_file_refused("/nonexistent.jsonl", TRACES_ERROR_IO);
        assert_file_refused("/", TRACES_ERROR_IO);
        assert_file_refused(file, TRACES_ERROR_SYNTAX);
        assert_file_refused(empty, TRACES_ERROR_SYNTAX);
        g_unlink(file);
        g_unlink(empty);
}

static void test_endless_line(void **state) {
        size_t size = 64U * 1024U * 1024U + 2;
        g_autofree char *text = g_strnfill(size, 'x'), *file = temporary_file(text, size);

        assert_file_refused(file, TRACES_ERROR_LIMIT);
        g_unlink(file);
}

/* JSON */

static void test_json(void **state) {
        static const char *const good[] = {
                "{}",
                " {\"a\": [1, -2.5e+3, true, false, null, \"\\u00e9\\n\\\"\"]} ",
                "{\"a\": {\"b\": {}}}",
        };
        static const char *const bad[] = {
                "",
                " ",
                "1",
                "[]",
                "\"a\"",
                "{",
                "}",
                "{]",
                "{\"a\"}",
                "{\"a\": }",
                "{\"a\": 1,}",
                "{a: 1}",
                "{'a': 1}",
                "{\"a\": tru}",
                "{\"a\": \"",
                "{\"a\": \"\\",
                "{\"a\": \"\\x\"}",
                "{\"a\": \"\\u12\"}",
                "{\"a\": \"\\u0000\"}",
                "{\"a\": \"\n\"}",
                "{} {}",
                "/**/{}",
                "// x\n{}",
                "{\"a\": \"\xff\"}",
                "var a = {};",
        };

        for (size_t i = 0; i < G_N_ELEMENTS(good); i++) {
                g_autoptr(JsonNode) node = json_parse_object("test", 1, good[i], strlen(good[i]), NULL);

                assert_true(node && JSON_NODE_HOLDS_OBJECT(node));
        }
        for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
                g_autoptr(GError) error = NULL;
                g_autoptr(JsonNode) node = json_parse_object("test", 1, bad[i], strlen(bad[i]), &error);

                if (node)
                        fail_msg("%s is taken for JSON", bad[i]);
                assert_true(g_str_has_prefix(error->message, "test:1: "));
        }
}

static void test_deep_json(void **state) {
        g_autoptr(GError) error = NULL;
        g_autofree char *open = g_strnfill(JSON_DEPTH_MAX - 1, '['),
                        *close = g_strnfill(JSON_DEPTH_MAX - 1, ']'),
                        *deepest = g_strconcat("{\"a\": ", open, close, "}", NULL),
                        *deeper = g_strconcat("{\"a\": [", open, close, "]}", NULL),
                        *endless = g_strnfill(10000000, '[');
        g_autoptr(JsonNode) node = json_parse_object("test", 1, deepest, strlen(deepest), NULL);

        assert_non_null(node);
        assert_null(json_parse_object("test", 1, deeper, strlen(deeper), NULL));
        assert_null(json_parse_object("test", 1, endless, strlen(endless), &error));
        assert_non_null(strstr(error->message, "nests too deeply"));
}

static void test_json_strings(void **state) {
        static const struct {
                const char *text, *json;
        } cases[] = {
                { NULL, "null" },
                { "", "\"\"" },
                { "a \"b\" \\", "\"a \\\"b\\\" \\\\\"" },
                { "\n\r\t\b\f", "\"\\n\\r\\t\\b\\f\"" },
                { "\x01\x1f\x7f", "\"\\u0001\\u001f\\u007f\"" },
                { "\xc3\xa9\xff", "\"\xc3\xa9\xef\xbf\xbd\"" },
        };

        for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
                g_autoptr(GString) s = g_string_new(NULL);

                json_append_string(s, cases[i].text);
                assert_string_equal(s->str, cases[i].json);
        }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_members),
                cmocka_unit_test(test_written_as_read),
                cmocka_unit_test(test_real_recordings),
                cmocka_unit_test(test_refused),
                cmocka_unit_test(test_outcomes),
                cmocka_unit_test(test_blank),
                cmocka_unit_test(test_long_order),
                cmocka_unit_test(test_files),
                cmocka_unit_test(test_bad_files),
                cmocka_unit_test(test_endless_line),
                cmocka_unit_test(test_json),
                cmocka_unit_test(test_deep_json),
                cmocka_unit_test(test_json_strings),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
