/* SPDX-License-Identifier: MIT */

/* The model runs recordings of real systemds. */

#include <string.h>

#include "tests/support.h"
#include "traces/compare.h"
#include "traces/conform.h"
#include "traces/json-text.h"
#include "traces/ranking.h"

static const char *const files[] = { "252", "254", "257", "262" };

static char *recordings_of(const char *version) {
        return g_strdup_printf("%s/tests/recordings/%s.jsonl", SOURCE_DIR, version);
}

static Recording *parse(const char *text, RecordingFlags flags) {
        g_autoptr(GError) error = NULL;
        Recording *r = recording_parse("test", 1, text, strlen(text), flags, &error);

        if (!r)
                fail_msg("%s", error->message);
        return r;
}

/* A recording that says nothing but which scenario runs; @steps are its steps. */
static Recording *blank(const char *version, const char *scenario, const char *steps) {
        g_autoptr(GString) s = g_string_new("{\"name\": \"test\", \"scenario\": ");

        json_append_string(s, scenario);
        g_string_append_printf(s, ", \"systemd\": \"systemd %s\", \"steps\": [%s]}", version, steps);
        return parse(s->str, RECORDING_MAY_BE_BLANK);
}

static const Step *step(const Recording *r, unsigned i) {
        assert_true(i < r->steps->len);
        return r->steps->pdata[i];
}

static const char *seen(const Recording *r, unsigned i, const char *unit, SeenField f) {
        const SeenUnit *u = step(r, i)->after ? observation_find_unit(step(r, i)->after, unit) : NULL;

        return u && u->field[f] ? u->field[f] : "-";
}

/* All real recordings */

static bool compare(Recording *r, void *userdata) {
        g_autoptr(Recording) recorded = r, predicted = conform_predict(r, false);
        g_autoptr(Difference) first = NULL;

        assert_true(predicted->predicted);
        assert_false(predicted->limit);
        compare_recordings(recorded, predicted, userdata, &first);
        return true;
}

/* Floors: what has been reached must not be lost unnoticed. */
static void test_agreement(void **state) {
        static const double floors[] = {
                [AGREE_OUTCOME] = 1, [AGREE_UNIT] = 0.99, [AGREE_ENTRY] = 0.99, [AGREE_RECORDING] = 0.97
        };

        for (size_t i = 0; i < G_N_ELEMENTS(files); i++) {
                g_autofree char *file = recordings_of(files[i]);
                Agreement a = {};

                assert_true(recording_for_each(file, 0, compare, &a, NULL));
                for (int k = 0; k < _AGREE_KIND_MAX; k++)
                        if ((double) a.agree[k] < floors[k] * (double) a.total[k])
                                fail_msg("%s: %s agrees in %u of %u", files[i],
                                         agree_kind_to_string((AgreeKind) k), (unsigned) a.agree[k],
                                         (unsigned) a.total[k]);
        }
}

static void blank_step(Step *s) {
        g_clear_pointer(&s->process, g_free);
        s->hits_process = false;
        g_clear_pointer(&s->stream, g_ptr_array_unref);
        g_clear_pointer(&s->after, observation_free);
}

static char *prediction_text(const Recording *r, bool with_notes) {
        g_autoptr(Recording) predicted = conform_predict(r, with_notes);
        GString *s = g_string_new(NULL);

        recording_write(predicted, s);
        return g_string_free(s, FALSE);
}

/* A prediction reads nothing but the name, the version, the scenario and the orders. */
static bool blank_and_compare(Recording *r, void *userdata) {
        g_autoptr(Recording) recorded = r;
        g_autofree char *whole = prediction_text(recorded, false), *blanked = NULL;

        for (unsigned i = 0; i < recorded->steps->len; i++)
                blank_step(recorded->steps->pdata[i]);
        recorded->outcome = OUTCOME_UNKNOWN;
        blanked = prediction_text(recorded, true);
        assert_string_equal(whole, blanked);
        return --*(unsigned *) userdata > 0;
}

static void test_nothing_else_is_read(void **state) {
        for (size_t i = 0; i < G_N_ELEMENTS(files); i++) {
                g_autofree char *file = recordings_of(files[i]);
                unsigned left = 30;

                assert_true(recording_for_each(file, 0, blank_and_compare, &left, NULL));
        }
}

/* Small ones */

#define A                                                                                                       \
        "unit a.service\n"                                                                                      \
        "  [Service]\n"                                                                                         \
        "  ExecStart=/usr/bin/actor a\n"

static void test_life(void **state) {
        g_autoptr(Recording) r =
                blank("257", A "start a.service\nexit a 3\nexit a 0\nreset-failed a.service", ""),
                             p = conform_predict(r, true);

        assert_int_equal(p->steps->len, 5);
        assert_int_equal(p->outcome, OUTCOME_ALIVE);
        assert_string_equal(step(p, 1)->source, "start a.service");
        assert_string_equal(seen(p, 1, "a.service", SEEN_MAIN_PID), "a.1");
        assert_string_equal(seen(p, 1, "a.service", SEEN_CONTROL_GROUP), "/system.slice/a.service");
        assert_int_equal(step(p, 1)->after->processes->len, 1);
        assert_true(step(p, 1)->notes->len > 0);
        assert_string_equal(step(p, 2)->process, "a.1");
        assert_string_equal(seen(p, 2, "a.service", SEEN_RESULT), "exit-code");
        assert_true(step(p, 3)->hits_process);
        assert_null(step(p, 3)->process);
        assert_string_equal(seen(p, 4, "a.service", SEEN_ACTIVE_STATE), "-");
        assert_null(step(p, 1)->stream);
}

static void test_pause(void **state) {
        g_autoptr(Recording) r =
                blank("257", A "pause\nstart a.service\ndaemon-reload\nresume\ndaemon-reload", ""),
                             p = conform_predict(r, false);

        assert_null(step(p, 1)->after);
        assert_null(step(p, 2)->after);
        assert_non_null(step(p, 4)->after);
        assert_null(step(p, 3)->stream);
        assert_null(step(p, 4)->stream);
        assert_int_equal(step(p, 5)->stream->len, 1);
        assert_null(step(p, 5)->notes);
        assert_string_equal(seen(p, 5, "a.service", SEEN_SUB_STATE), "running");
}

#define SWAP                                                                                                    \
        "unit a.service\n"                                                                                      \
        "  [Unit]\n"                                                                                            \
        "  Wants=b.service\n"                                                                                   \
        "  [Service]\n"                                                                                         \
        "  ExecStart=/usr/bin/actor a\n"                                                                        \
        "start a.service\n"                                                                                     \
        "link b.service a.service\n"                                                                            \
        "daemon-reload\n"                                                                                       \
        "exit a 0\n"

/* The order of the names decides whether PID 1 dies. */
static void test_orders(void **state) {
        g_autoptr(Recording)
                bad = blank("257", SWAP,
                            "{}, {}, {}, {\"order_before\": [\"a.service\", \"b.service\"], "
                            "\"order_after\": [\"a.service\"]}"),
                good = blank("257", SWAP, "{}, {}, {}, {\"order_before\": [\"b.service\", \"a.service\"]}"),
                crashed = conform_predict(bad, true), alive = conform_predict(good, true);
        g_autoptr(GString) s = g_string_new(NULL);

        assert_int_equal(alive->outcome, OUTCOME_ALIVE);
        assert_int_equal(crashed->outcome, OUTCOME_CRASHED);
        assert_int_equal(crashed->steps->len, 5);
        assert_null(step(crashed, 4)->after);
        assert_string_equal(step(crashed, 4)->process, "a.1");
        assert_true(g_str_has_prefix(step(crashed, 3)->stream->pdata[0], "a.service\n"));
        assert_true(g_str_has_prefix(step(alive, 3)->stream->pdata[0], "b.service\n"));
        recording_write(crashed, s);
        assert_non_null(strstr(s->str, "\"outcome\": \"crashed\""));
        assert_non_null(strstr(s->str, "\"order_before\": [\"a.service\", \"b.service\"]"));
}

/* Without orders the canonical one is taken. */
static void test_no_orders(void **state) {
        g_autoptr(Recording) r = blank("257", SWAP, ""), p = conform_predict(r, false),
                             again = conform_predict(r, true);

        assert_int_equal(p->outcome, again->outcome);
        assert_int_equal(p->alternatives, again->alternatives);
        assert_int_equal(p->steps->len, again->steps->len);
}

/* 262 makes a unit of its own for what the alias held; its name is made up, by systemd and by the model. */
static void test_orphans(void **state) {
        g_autoptr(Recording) r =
                blank("262",
                      A "unit b.service\n  [Service]\n  ExecStart=/usr/bin/actor b\n"
                        "start a.service b.service\nlink b.service a.service\ndaemon-reload\ndaemon-reload\n"
                        "exit b 0\ndaemon-reload",
                      "{}, {}, {}, {}, {\"order_before\": [\"a.service\", \"b.service\"], "
                      "\"order_after\": [\"orphaned-b-1.service\", \"a.service\"]}, "
                      "{\"order_before\": [\"orphaned-b-1.service\", \"a.service\"]}"),
                             p = conform_predict(r, false);
        const Observation *after = step(p, 4)->after;

        assert_int_equal(after->orphans->len, 1);
        assert_string_equal(((SeenOrphan *) after->orphans->pdata[0])->field[ORPHAN_MAIN_PID], "b.1");
        assert_int_equal(after->processes->len, 2);
        assert_int_equal(step(p, 5)->stream->len, 2);
        assert_true(is_orphan_name(step(p, 5)->stream->pdata[0]));
        assert_true(g_str_has_prefix(step(p, 5)->stream->pdata[1], "a.service\n"));
        assert_int_equal(step(p, 7)->after->orphans->len, 0);
}

/* Rankings */

static void assert_ranking(Rankings *r, unsigned i, RankingPhase phase, const char *expected) {
        const GPtrArray *names = rankings_get(r, i, phase);
        g_autoptr(GString) s = g_string_new(NULL);

        for (unsigned j = 0; names && j < names->len; j++)
                g_string_append_printf(s, "%s%c", j ? " " : "", *(char *) names->pdata[j]);
        assert_string_equal(s->str, expected);
}

static void test_rankings(void **state) {
        g_autoptr(Recording) none = blank("257", "daemon-reload", ""),
                             r = blank("257",
                                       "start "
                                       "a.service\ndaemon-reload\npause\ndaemon-reload\ndaemon-"
                                       "reexec\nresume\ndaemon-reload\nstop a.service",
                                       "{}, {\"order_before\": [\"b.service\", \"a.service\"], \"order_after\": "
                                       "[\"c.service\", \"a.service\"]}, "
                                       "{\"order_before\": [\"a.service\", \"d.service\"]}, {}, {}, "
                                       "{\"order_after\": [\"d.service\", \"c.service\"]}, {\"order_before\": "
                                       "[\"a.service\", \"d.service\"]}");
        g_autoptr(Rankings) empty = rankings_new(none), rankings = rankings_new(r);

        assert_null(rankings_get(empty, 0, RANKING_BEFORE));
        /* A name that is not there is put where a near ranking of the same key has it. */
        assert_ranking(rankings, 1, RANKING_BEFORE, "b c a d");
        assert_ranking(rankings, 1, RANKING_AFTER, "c b a d");
        assert_ranking(rankings, 2, RANKING_BEFORE, "c b a d");
        /* Without one of its own: the last one; before the first: the first. */
        assert_ranking(rankings, 0, RANKING_BEFORE, "b c a d");
        assert_ranking(rankings, 3, RANKING_AFTER, "c b a d");
        /* A reexec in a pause draws a new key at the resume. */
        assert_ranking(rankings, 5, RANKING_AFTER, "a d c");
        assert_ranking(rankings, 6, RANKING_BEFORE, "a d c");
        assert_ranking(rankings, 100, RANKING_AFTER, "a d c");
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_agreement), cmocka_unit_test(test_nothing_else_is_read),
                cmocka_unit_test(test_life),      cmocka_unit_test(test_pause),
                cmocka_unit_test(test_orders),    cmocka_unit_test(test_no_orders),
                cmocka_unit_test(test_orphans),   cmocka_unit_test(test_rankings),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
