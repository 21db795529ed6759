/* SPDX-License-Identifier: MIT */

/* The parts of the lab that need no root: how a trace becomes a schedule, and what cannot be made to happen. */

#include <string.h>

#include "tests/support.h"

#include "lab/order.h"
#include "lab/record.h"
#include "lab/schedule.h"
#include "lab/trial.h"
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

static void assert_ends(Schedule *s, const char *expected) {
        assert_non_null(s);
        assert_true(g_str_has_suffix(s->text, expected));
        schedule_free(s);
}

static void test_top_only(void **state) {
        g_autoptr(Trace) t = trace_of(alias_text, "no-crash");
        g_autofree char *why = NULL;

        add_statement(t, "x", 7);
        assert_ends(schedule_of_top("x", t, &why), "\nstart a.service\n");
}

/* What is impossible under one order may be possible under the other. */
static void test_other_run(void **state) {
        g_autoptr(Trace) t = trace_of(alias_text, "order-independent");
        g_autofree char *why = NULL, *why_other = NULL;
        TraceEvent *e;

        add_statement(t, "x", 7);
        e = trace_run_add_event(&t->other, TRACE_STATEMENT);
        e->client = g_strdup("y");
        e->line = 10;
        assert_ends(schedule_of_run("x", t, &t->run, &why), "link b.service a.service\n");
        assert_ends(schedule_of_run("x", t, &t->other, &why_other), "exit a 0\n");
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
        TrialVerdict v;
        g_autofree char *why = NULL, *line = NULL;

        assert_true(trial_run("x", t, "/nowhere", profile_find("257"), "/nowhere", &v, &why, &line, NULL));
        assert_int_equal(v, TRIAL_NOT_STEERABLE);
        assert_string_equal(why, "it is of a systemd with sort-by-id; give a tree that has it, with --root DIR "
                                 "--fix sort-by-id");
}

static void test_order(void **state) {
        char *right[] = { (char *) "c", (char *) "a", (char *) "b", NULL },
             *wrong[] = { (char *) "b", (char *) "a", NULL };
        char *partly[] = { (char *) "b", (char *) "c", NULL };
        g_autoptr(Trace) t = trace_of(alias_text, "no-crash");
        g_autoptr(WantedOrder) wanted = NULL;

        add_order(t, "a", "b");
        wanted = wanted_order_new(t, &t->run);
        assert_int_equal(wanted->names->len, 2);
        assert_true(wanted_order_fits_table(wanted, right));
        assert_false(wanted_order_fits_table(wanted, wrong));
        assert_true(wanted_order_fits_table(wanted, partly));
}

/* The reader took the end of the job of b.service for that of its entry, and a.service was never read: in a table of many
 * units that one has to be next. */
static void test_swallowed(void **state) {
        static const char stream[] = "\nb.service\nstate=start\njob\njob-id=1\n\n\na.service\nstate=running\n\n";
        char *next[] = { (char *) "x", (char *) "b.service", (char *) "a.service", NULL },
             *later[] = { (char *) "b.service", (char *) "x", (char *) "a.service", NULL };
        g_autoptr(Trace) t = trace_of(alias_text, "state-kept");
        g_autoptr(WantedOrder) wanted = NULL;
        TraceEvent *e = trace_run_add_event(&t->run, TRACE_DISPATCH);

        e->stream = g_strdup(stream);
        for (unsigned i = 0; i < 2; i++)
                trace_event_add_entry(e)->name = g_strdup(i == 0 ? "b.service" : "");
        wanted = wanted_order_new(t, &t->run);
        assert_int_equal(wanted->neighbours->len, 1);
        assert_true(wanted_order_fits_table(wanted, next));
        assert_false(wanted_order_fits_table(wanted, later));
        assert_true(wanted_order_fits(wanted, later));
}

static void test_obstacles(void **state) {
        static const struct {
                const char *text, *why;
        } cases[] = {
                { "daemon-reload\n", NULL },
                { "client x\n  daemon-reload\n", "coldplug check" },
                { "unit a.service\n  [Service]\n  ExecStart=/bin/true\nelapse a.service limit\n", "limits" },
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

int main(void) {
        /* clang-format off */
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_one_after_another), cmocka_unit_test(test_job_held_up), cmocka_unit_test(test_pending_together),
                cmocka_unit_test(test_in_mid_reload),     cmocka_unit_test(test_with_fixes),
                cmocka_unit_test(test_swallowed),
                cmocka_unit_test(test_order),
                cmocka_unit_test(test_obstacles),         cmocka_unit_test(test_top_only),
                cmocka_unit_test(test_other_run),
        };
        /* clang-format on */

        return cmocka_run_group_tests(tests, NULL, NULL);
}
