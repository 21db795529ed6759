/* SPDX-License-Identifier: MIT */

/* The parts of the lab that need no root: how a trace becomes a schedule, what is seen as its violation, the printed script, random
 * scenarios. */

#include <string.h>

#include "tests/support.h"

#include "lab/judge.h"
#include "lab/random.h"
#include "lab/record.h"
#include "lab/reproduce.h"
#include "traces/scenario.h"

static const char alias_text[] = "unit a.service\n  [Service]\n  ExecStart=/usr/bin/actor a\n"
                                 "daemon-reload\nstart a.service\n"
                                 "client x\n  link b.service a.service\n  daemon-reload\n"
                                 "client y\n  exit a 0\n";

static Trace *trace_of(const char *text, const char *property) {
        Trace *t = trace_new();

        t->scenario = g_strdup("x.scenario");
        t->text = g_strdup(text);
        t->systemd = g_strdup("257");
        t->property = g_strdup(property);
        t->unit = g_strdup("a.service");
        t->violation = g_strdup("something is wrong");
        return t;
}

static void add_statement(Trace *t, const char *client, unsigned line) {
        TraceEvent *e = trace_run_add_event(&t->run, TRACE_STATEMENT);

        e->client = g_strdup(client);
        e->line = line;
}

static void add_dispatch(Trace *t, bool reloads) {
        trace_run_add_event(&t->run, TRACE_DISPATCH)->stream = reloads ? g_strdup("") : NULL;
}

static void add_order(Trace *t, const char *first, const char *second) {
        TraceOrder *o = trace_run_add_order(&t->run);

        o->first = g_strdup(first);
        o->second = g_strdup(second);
}

static void assert_schedule(const Trace *t, const char *expected) {
        g_autofree char *why = NULL;
        g_autoptr(Schedule) s = schedule_new("x", t, &why);

        if (!s) {
                fail_msg("%s", why);
                return;
        }
        assert_true(g_str_has_suffix(s->text, expected));
}

static void test_one_after_another(void **state) {
        g_autoptr(Trace) t = trace_of(alias_text, "no-crash");

        add_statement(t, "x", 7);
        add_statement(t, "x", 8);
        add_dispatch(t, false);
        add_dispatch(t, true);
        add_statement(t, "y", 10);
        add_dispatch(t, false);
        assert_schedule(t, "start a.service\nlink b.service a.service\ndaemon-reload\nexit a 0\n");
}

static void test_pending_together(void **state) {
        g_autoptr(Trace) t = trace_of(alias_text, "no-crash");

        add_statement(t, "x", 7);
        add_statement(t, "x", 8);
        add_dispatch(t, false);
        add_statement(t, "y", 10);
        add_dispatch(t, true);
        assert_schedule(t,
                        "start a.service\npause\nlink b.service a.service\ndaemon-reload\nexit a 0\nresume\n");
}

/* The reload comes while the job is installed and has not run. */
static void test_job_held_up(void **state) {
        static const char text[] =
                "unit a.service\n  [Service]\n  ExecStart=/usr/bin/actor a\ndaemon-reload\nstart a.service\n"
                "client x\n  restart a.service\nclient y\n  daemon-reload\n";
        g_autoptr(Trace) t = trace_of(text, "no-double-start");
        TraceNote *note;

        add_statement(t, "x", 7);
        add_dispatch(t, false);
        note = trace_event_add_note(t->run.events->pdata[1]);
        note->function = g_strdup("job_install");
        add_statement(t, "y", 9);
        add_dispatch(t, true);
        assert_schedule(t, "start a.service\npause\nrestart a.service\ndaemon-reload\nresume\n");
}

static void assert_not_steerable(const Trace *t, const char *reason) {
        g_autofree char *why = NULL;
        g_autoptr(Schedule) s = schedule_new("x", t, &why);

        assert_null(s);
        assert_non_null(strstr(why, reason));
}

static void test_in_mid_reload(void **state) {
        g_autoptr(Trace) t = trace_of(alias_text, "no-crash");

        add_dispatch(t, true);
        trace_event_add_interrupt(t->run.events->pdata[0]);
        assert_not_steerable(t, "middle of a reload");
}

static void test_with_fixes(void **state) {
        g_autoptr(Trace) t = trace_of(alias_text, "no-crash");

        g_ptr_array_add(t->fixes, g_strdup("sort-by-id"));
        assert_not_steerable(t, "fixes");
}

static void test_with_other_programs(void **state) {
        g_autoptr(Trace) t = trace_of(
                "unit a.service\n  [Service]\n  ExecStart=/usr/sbin/rsyslogd\ndaemon-reload\n", "no-crash");

        assert_not_steerable(t, "/usr/sbin/rsyslogd");
}

static void test_order(void **state) {
        char *right[] = { (char *) "c", (char *) "a", (char *) "b", NULL },
             *wrong[] = { (char *) "b", (char *) "a", NULL };
        char *partly[] = { (char *) "b", (char *) "c", NULL };
        g_autoptr(Trace) t = trace_of(alias_text, "no-crash");

        add_order(t, "a", "b");
        assert_true(schedule_order_fits(t, right));
        assert_false(schedule_order_fits(t, wrong));
        assert_true(schedule_order_fits(t, partly));
}

static void test_obstacles(void **state) {
        static const struct {
                const char *text, *why;
        } cases[] = {
                { "daemon-reload\n", NULL },
                { "client x\n  daemon-reload\n", "coldplug check" },
                { "unit a.service\n  [Service]\n  ExecStart=/bin/true\nelapse a.service\n", "clock" },
                { "own-name a org.x\n", "bus" },
        };

        for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
                g_autoptr(Catalog) c = scenario_parse("x", cases[i].text, strlen(cases[i].text), NULL, NULL);
                g_autofree char *why = c ? record_obstacle(c) : NULL;

                assert_non_null(c);
                assert_true((why != NULL) == (cases[i].why != NULL));
                assert_true(!why || !cases[i].why || strstr(why, cases[i].why));
        }
}

static Recording *recording_with(Outcome outcome) {
        Recording *r = g_new0(Recording, 1);

        r->outcome = outcome;
        r->steps = recording_steps_new();
        return r;
}

static void add_step(Recording *r, const char *source, const char *state, const char *main_pid) {
        Step *s = recording_add_step(r, source);
        SeenUnit *u;

        s->after = observation_new();
        u = observation_add_unit(s->after, "a.service");
        u->field[SEEN_ACTIVE_STATE] = g_strdup(state);
        u->field[SEEN_MAIN_PID] = g_strdup(main_pid);
}

static void assert_verdict(const char *property, Outcome outcome, const char *state, const char *main_pid,
                           Verdict expected) {
        g_autoptr(Trace) t = trace_of(alias_text, property);
        g_autoptr(Recording) r = recording_with(outcome);
        g_autofree char *why = NULL;

        add_step(r, "start a.service", "active", "a.1");
        add_step(r, "daemon-reload", state, main_pid);
        assert_int_equal(judge_recording_of(t, r, &why), expected);
        assert_non_null(why);
}

static void test_verdicts(void **state) {
        assert_verdict("no-crash", OUTCOME_CRASHED, "active", "a.1", TRIAL_CONFIRMED);
        assert_verdict("no-crash", OUTCOME_ALIVE, "active", "a.1", TRIAL_REFUTED);
        assert_verdict("state-kept", OUTCOME_ALIVE, "inactive", "a.1", TRIAL_CONFIRMED);
        assert_verdict("state-kept", OUTCOME_ALIVE, "active", "a.1", TRIAL_REFUTED);
        assert_verdict("pid-consistent", OUTCOME_ALIVE, "inactive", "a.1", TRIAL_CONFIRMED);
        assert_verdict("pid-consistent", OUTCOME_ALIVE, "inactive", "", TRIAL_REFUTED);
}

static void test_double_start(void **state) {
        g_autoptr(Trace) t = trace_of(alias_text, "no-double-start");
        g_autoptr(Recording) r = recording_with(OUTCOME_ALIVE);
        g_autofree char *before = NULL, *after = NULL;
        Step *s;

        add_step(r, "daemon-reload", "active", "a.2");
        s = r->steps->pdata[0];
        observation_add_process(s->after, "a.1", "/a");
        observation_add_process(s->after, "a-pre.1", "/a");
        assert_int_equal(judge_recording_of(t, r, &before), TRIAL_REFUTED);
        observation_add_process(s->after, "a.2", "/a");
        assert_int_equal(judge_recording_of(t, r, &after), TRIAL_CONFIRMED);
}

static void test_script(void **state) {
        g_autoptr(Trace) t = trace_of(alias_text, "no-crash");
        g_autofree char *why = NULL;

        add_order(t, "a.service", "b.service");
        add_statement(t, "x", 7);
        add_statement(t, "x", 8);
        g_autoptr(Schedule) s = schedule_new("x", t, &why);
        g_autoptr(GString) script = reproduce_script(t, s);

        assert_non_null(strstr(script->str, "PAIRS='a.service<b.service'"));
        assert_non_null(
                strstr(script->str, "ln -sfn 'a.service' /etc/systemd/system/b.service\nctl daemon-reload\n"));
        assert_non_null(strstr(script->str, "ExecStart=/run/coldplug-reproduce/actor a\n"));
        assert_null(strstr(script->str, "/usr/bin/actor"));
}

/* All that is drawn can be run, and is drawn again. */
static void test_random(void **state) {
        for (unsigned n = 0; n < 200; n++) {
                g_autofree char *text = random_scenario(7, n), *again = random_scenario(7, n), *why = NULL;
                g_autoptr(GError) error = NULL;
                g_autoptr(Catalog) c = scenario_parse("x", text, strlen(text), NULL, &error);

                assert_string_equal(text, again);
                if (!c)
                        fail_msg("%s in\n%s", error->message, text);
                why = record_obstacle(c);
                assert_null(why);
        }
}

static void test_without(void **state) {
        static const char text[] =
                "unit a.service\n  [Service]\n  Type=simple\ndaemon-reload\nstart a.service\n";
        g_autofree char *first = random_without(text, 0), *last = random_without(text, 2),
                        *none = random_without(text, 3);

        assert_string_equal(first, "daemon-reload\nstart a.service\n");
        assert_string_equal(last, "unit a.service\n  [Service]\n  Type=simple\ndaemon-reload\n");
        assert_null(none);
}

int main(void) {
        /* clang-format off */
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_one_after_another), cmocka_unit_test(test_job_held_up), cmocka_unit_test(test_pending_together),
                cmocka_unit_test(test_in_mid_reload),     cmocka_unit_test(test_with_fixes),
                cmocka_unit_test(test_with_other_programs), cmocka_unit_test(test_order),
                cmocka_unit_test(test_obstacles),         cmocka_unit_test(test_verdicts),
                cmocka_unit_test(test_double_start),      cmocka_unit_test(test_script),
                cmocka_unit_test(test_random),            cmocka_unit_test(test_without),
        };
        /* clang-format on */

        return cmocka_run_group_tests(tests, NULL, NULL);
}
