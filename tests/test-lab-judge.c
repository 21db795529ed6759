/* SPDX-License-Identifier: MIT */

/* What of a trace's violation is seen in a run, and above all what is not: recordings that look like the violation and are none. */

#include "tests/support.h"

#include "lab/judge-see.h"
#include "lab/judge.h"

typedef struct Run {
        Trace *trace;
        Recording *recording;
} Run;

static Run run_new(const char *property, const char *unit, const char *violation) {
        Run x = { .trace = trace_new(), .recording = g_new0(Recording, 1) };

        x.trace->scenario = g_strdup("x.scenario");
        x.trace->text = g_strdup("");
        x.trace->systemd = g_strdup("257");
        x.trace->property = g_strdup(property);
        x.trace->unit = g_strdup(unit);
        x.trace->violation = g_strdup(violation);
        x.recording->outcome = OUTCOME_ALIVE;
        x.recording->steps = recording_steps_new();
        return x;
}

static Observation *add_step(Run *x, const char *source) {
        Step *s = recording_add_step(x->recording, source);

        s->after = observation_new();
        return s->after;
}

static SeenUnit *add_unit(Observation *o, const char *id, const char *active, const char *sub, const char *main,
                          const char *job) {
        SeenUnit *u = observation_add_unit(o, id);

        u->field[SEEN_NAMES] = g_strdup(id);
        u->field[SEEN_ACTIVE_STATE] = g_strdup(active);
        u->field[SEEN_SUB_STATE] = g_strdup(sub);
        u->field[SEEN_MAIN_PID] = g_strdup(main);
        u->field[SEEN_JOB] = g_strdup(job);
        return u;
}

static void add_name(SeenUnit *u, const char *name) {
        char *names = g_strdup_printf("%s %s", u->field[SEEN_NAMES], name);

        g_free(u->field[SEEN_NAMES]);
        u->field[SEEN_NAMES] = names;
}

static void assert_seen(Run *x, bool expected) {
        unsigned flags;
        g_autofree char *text = see_violation(x->trace, x->recording, &flags);

        if ((text != NULL) != expected)
                fail_msg("%s: %s", x->trace->violation, text ? text : "nothing is seen");
        trace_free(x->trace);
        recording_free(x->recording);
}

/* A reload in which a.service goes from one state to another. */
static Run reload_of(const char *property, const char *violation, const char *step, const char *active,
                     const char *sub, const char *main, const char *job) {
        Run x = run_new(property, "a.service", violation);

        add_unit(add_step(&x, "start a.service"), "a.service", "active", "running", "a.1", "");
        add_unit(add_step(&x, step), "a.service", active, sub, main, job);
        return x;
}

static void test_state_kept(void **state) {
        static const char dead[] = "a.service: active (running) before the reload, inactive (dead) after it",
                          main[] = "a.service: main process a.1 before the reload, b.1 after it";
        static const struct {
                const char *violation, *step, *active, *sub, *main;
                bool seen;
        } cases[] = {
                { dead, "daemon-reload", "inactive", "dead", "a.1", true },
                { dead, "daemon-reload", "active", "running", "a.1", false },
                { dead, "daemon-reload", "failed", "failed", "", false }, /* another change */
                { dead, "exit a 0", "inactive", "dead", "", false },      /* no reload */
                { dead, "resume", "inactive", "dead", "", false },        /* something else came with it */
                { main, "daemon-reload", "active", "running", "b.1", true },
                { main, "daemon-reload", "active", "running", "", false },
                { main, "daemon-reload", "inactive", "dead", "b.1", false }, /* the model names this first */
        };

        for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
                Run x = reload_of("state-kept", cases[i].violation, cases[i].step, cases[i].active, cases[i].sub,
                                  cases[i].main, "");

                assert_seen(&x, cases[i].seen);
        }
}

/* Between the two looks something happened that nobody looked at. */
static void test_state_kept_after_pause(void **state) {
        Run x = run_new("state-kept", "a.service",
                        "a.service: active (running) before the reload, inactive (dead) after it");

        add_unit(add_step(&x, "start a.service"), "a.service", "active", "running", "a.1", "");
        recording_add_step(x.recording, "exit a 0");
        add_unit(add_step(&x, "daemon-reload"), "a.service", "inactive", "dead", "", "");
        assert_seen(&x, false);
}

/* It is another unit's name now: not gone. */
static void test_gone(void **state) {
        static const char *const gone[] = {
                "a.service: active (running) before the reload, gone from memory after "
                "it",
                "a.service: active (running) before the reload, inactive (dead) after "
                "it", /* and collected then */
        };

        for (unsigned i = 0; i < 2 * G_N_ELEMENTS(gone); i++) {
                bool renamed = i % 2;
                Run x = run_new("state-kept", "a.service", gone[i / 2]);
                SeenUnit *u;

                add_unit(add_step(&x, "start a.service"), "a.service", "active", "running", "a.1", "");
                u = add_unit(add_step(&x, "daemon-reload"), "b.service", "active", "running", "a.1", "");
                if (renamed)
                        add_name(u, "a.service");
                assert_seen(&x, !renamed);
        }
}

/* The new name's unit is dead, and collected before anybody looks. */
static void test_rename_to_nothing(void **state) {
        static const char text[] = "new.service: active (running) before the reload, inactive (dead) after it";
        static const struct {
                const char *names, *active, *sub, *left; /* @left: who is there after the reload */
                bool seen;
        } cases[] = {
                { "old.service", "active", "running", NULL, true },
                { "old.service new.service", "active", "running", NULL, true },
                { "old.service", "active", "exited", NULL, false },
                { "old.service", "active", "running", "old.service", false },
        };

        for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
                Run x = run_new("rename-kept", "new.service", text);
                SeenUnit *u = add_unit(add_step(&x, "start old.service"), "old.service", cases[i].active,
                                       cases[i].sub, "old.1", "");
                Observation *after = add_step(&x, "daemon-reload");

                if (strstr(cases[i].names, " "))
                        add_name(u, "new.service");
                if (cases[i].left)
                        add_unit(after, cases[i].left, "active", "running", "old.1", "");
                assert_seen(&x, cases[i].seen);
        }
}

static void test_rename_kept(void **state) {
        static const char text[] = "new.service: active (running) before the reload, inactive (dead) after it";
        static const struct {
                const char *before; /* state of the old name */
                const char *alias;  /* of the new one afterwards */
                bool seen;
        } cases[] = {
                { "active", "old.service", true },
                { "inactive", "old.service", false }, /* nothing to keep */
                { "active", "other.service", false }, /* no rename */
        };

        for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
                Run x = run_new("rename-kept", "new.service", text);
                Observation *before = add_step(&x, "link old.service new.service");
                bool up = g_str_equal(cases[i].before, "active");

                add_unit(before, "old.service", cases[i].before, up ? "running" : "dead", up ? "old.1" : "", "");
                add_unit(before, "new.service", "inactive", "dead", "", "");
                add_name(add_unit(add_step(&x, "daemon-reload"), "new.service", "inactive", "dead", "old.1", ""),
                         cases[i].alias);
                assert_seen(&x, cases[i].seen);
        }
}

static void test_job_kept(void **state) {
        static const char text[] = "a.service: the start job is gone after the reload, and nobody was told";
        static const struct {
                const char *before, *after, *elsewhere;
                bool seen;
        } cases[] = {
                { "start", "", "", true },
                { "start", "start", "", false },
                { "start", "", "start", false }, /* another unit has it now */
                { "stop", "", "", false },       /* another job */
        };

        for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
                Run x = run_new("job-kept", "a.service", text);
                Observation *after;

                add_unit(add_step(&x, "start a.service"), "a.service", "inactive", "dead", "", cases[i].before);
                after = add_step(&x, "daemon-reload");
                add_unit(after, "a.service", "inactive", "dead", "", cases[i].after);
                add_unit(after, "b.service", "inactive", "dead", "", cases[i].elsewhere);
                assert_seen(&x, cases[i].seen);
        }
}

static void test_pid_consistent(void **state) {
        static const char text[] = "a.service is inactive (dead) and has the main process a.1";
        static const struct {
                const char *unit, *active, *sub, *main;
                bool seen;
        } cases[] = {
                { "a.service", "inactive", "dead", "a.1", true },
                { "a.service", "inactive", "dead", "", false },
                { "a.service", "inactive", "dead", "a.2", false },
                { "a.service", "active", "running", "a.1", false },
                { "b.service", "inactive", "dead", "a.1", false },
        };

        for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
                Run x = run_new("pid-consistent", "a.service", text);

                add_unit(add_step(&x, "daemon-reload"), cases[i].unit, cases[i].active, cases[i].sub,
                         cases[i].main, "");
                assert_seen(&x, cases[i].seen);
        }
}

static void add_processes(Observation *o, const char *a, const char *b) {
        observation_add_process(o, a, "/x");
        if (b)
                observation_add_process(o, b, "/x");
}

static void test_no_double_start(void **state) {
        static const char twice[] = "a.service has two living main processes, a.1 (started as a.service) and "
                                    "a.2 (started as a.service)";
        static const struct {
                const char *unit, *second;
                bool seen;
        } cases[] = {
                { "a.service", "a.2", true },      { "a.service", NULL, false },
                { "a.service", "a-pre.1", false }, /* no main process */
                { "a.service", "b.1", false },     /* of somebody else */
                { "b.service", "a.2", false },     /* nobody has the name any more */
        };

        for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
                Run x = run_new("no-double-start", "a.service", twice);
                Observation *o = add_step(&x, "daemon-reload");

                add_unit(o, cases[i].unit, "active", "running", "a.1", "");
                add_processes(o, "a.1", cases[i].second);
                assert_seen(&x, cases[i].seen);
        }
}

/* Two that ran already when their names were joined are allowed. */
static void test_joined(void **state) {
        static const char text[] = "n.service has two living main processes, o.1 (started as o.service) and n.1 "
                                   "(started as n.service)";

        for (unsigned later = 0; later < 2; later++) {
                Run x = run_new("no-double-start", "n.service", text);
                Observation *o = add_step(&x, "link o.service n.service");

                add_unit(o, "o.service", "active", "running", "o.1", "");
                add_unit(o, "n.service", later ? "inactive" : "active", "", "", "");
                add_processes(o, "o.1", later ? NULL : "n.1");
                o = add_step(&x, "daemon-reload");
                add_name(add_unit(o, "n.service", "active", "running", "o.1", ""), "o.service");
                add_processes(o, "o.1", later ? NULL : "n.1");
                o = add_step(&x, "restart n.service");
                add_name(add_unit(o, "n.service", "active", "running", "n.1", ""), "o.service");
                add_processes(o, "o.1", "n.1");
                assert_seen(&x, later);
        }
}

static void test_no_lost_process(void **state) {
        static const struct {
                const char *process, *cgroup, *main;
                bool seen;
        } cases[] = {
                { "a.1", "/other", "", true },
                { "a.1", "/a", "", false },
                { "a.1", "/other", "a.1", false },
                { "b.1", "/other", "", false }, /* not the one of the trace */
        };

        for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
                Run x = run_new("no-lost-process", "a.service",
                                "a.1, started for a.service, lives but belongs to no service");
                Observation *o = add_step(&x, "daemon-reload");
                SeenUnit *u = add_unit(o, "a.service", "active", "running", cases[i].main, "");

                u->field[SEEN_CONTROL_GROUP] = g_strdup("/a");
                observation_add_process(o, cases[i].process, cases[i].cgroup);
                assert_seen(&x, cases[i].seen);
        }
}

static void test_no_stuck_unit(void **state) {
        static const char queued[] =
                "a.service is activating (auto-restart-queued) at rest, and nothing can happen that ends it",
                          start[] =
                                  "a.service is activating (start) at rest, and nothing can happen that ends it",
                          stop[] = "a.service is inactive (dead) at rest, and nothing can end its running stop "
                                   "job";
        static const struct {
                const char *violation, *active, *sub, *main, *job;
                bool seen;
        } cases[] = {
                { queued, "activating", "auto-restart-queued", "", "", true },
                { queued, "activating", "auto-restart-queued", "", "start", false },
                { queued, "active", "running", "a.1", "", false },
                { start, "activating", "start", "", "start", true },
                { start, "activating", "start", "a.1", "start", false }, /* waits for what may come */
                { stop, "inactive", "dead", "", "stop", true },
                { stop, "inactive", "dead", "", "start", false },
                { stop, "inactive", "dead", "", "", false },
        };

        for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
                Run x = run_new("no-stuck-unit", "a.service", cases[i].violation);
                Observation *o = add_step(&x, "daemon-reload");

                add_unit(o, "a.service", cases[i].active, cases[i].sub, cases[i].main, cases[i].job);
                observation_add_process(o, "a.1", "/a");
                assert_seen(&x, cases[i].seen);
        }
}

/* Only at the end. */
static void test_stuck_for_a_while(void **state) {
        Run x = run_new(
                "no-stuck-unit", "a.service",
                "a.service is activating (auto-restart-queued) at rest, and nothing can happen that ends it");

        add_unit(add_step(&x, "daemon-reload"), "a.service", "activating", "auto-restart-queued", "", "");
        add_unit(add_step(&x, "exit c 0"), "a.service", "active", "running", "a.1", "");
        assert_seen(&x, false);
}

static void add_difference(Trace *t, const char *subject, const char *field, const char *old, const char *new) {
        Change *c = g_new0(Change, 1);

        *c = (Change) { g_strdup(subject), g_strdup(field), g_strdup(old), g_strdup(new) };
        g_ptr_array_add(t->differences, c);
}

static void test_order_independent(void **state) {
        static const struct {
                const char *main, *process;
                bool this, other;
        } cases[] = {
                { "a.1", "a.1", true, false },
                { "a.2", "a.2", false, true },
                { "a.1", "a.2", false, false }, /* half of each */
                { "", "", false, false },
        };

        for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
                Run x = run_new("order-independent", NULL, "at rest they differ");
                Observation *o = add_step(&x, "daemon-reload");
                g_autofree char *other = NULL;

                add_difference(x.trace, "a.service", "MainPID", "a.2", "a.1");
                add_difference(x.trace, "process a.2", "ControlGroup", "/a", "");
                add_unit(o, "a.service", "active", "running", cases[i].main, "");
                observation_add_process(o, cases[i].process, "/a");
                other = see_end(x.trace, x.recording, true);
                assert_int_equal(other != NULL, cases[i].other);
                assert_true(judge_needs_other(x.trace));
                assert_seen(&x, cases[i].this);
        }
}

static void test_order_independent_of_nothing_seen(void **state) {
        Run x = run_new("order-independent", NULL, "at rest they differ");

        add_difference(x.trace, "PID 1", "Next", "", "reload");
        add_unit(add_step(&x, "daemon-reload"), "a.service", "active", "running", "a.1", "");
        assert_false(see_end_is_visible(x.trace));
        assert_seen(&x, false);
}

static void test_order_decides_on_death(void **state) {
        for (unsigned dead = 0; dead < 2; dead++) {
                Run x = run_new("order-independent", NULL, "at rest PID 1 lives, and is dead elsewhere");
                g_autofree char *other = NULL;

                add_difference(x.trace, "PID 1", "State", "crashed", "");
                add_difference(x.trace, "a.service", "MainPID", "", "a.1");
                add_step(&x, "daemon-reload");
                x.recording->outcome = dead ? OUTCOME_CRASHED : OUTCOME_ALIVE;
                other = see_end(x.trace, x.recording, true);
                assert_int_equal(other != NULL, dead);
                assert_seen(&x, !dead);
        }
}

/* What is not told of is never said to be seen. */
static void test_invisible(void **state) {
        static const char *const cases[][2] = {
                { "stream-intact", "the stream has 2 entries, the reader began 3; the first one out of place is "
                                   "behind the last" },
                { "job-kept", "a.service: the nop job is gone after the reload, and nobody was told" },
                { "no-lost-process", "a.1, started for a.service, lives but belongs to 2 services" },
        };

        for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
                Run x = run_new(cases[i][0], "a.service", cases[i][1]);
                unsigned flags;

                add_unit(add_step(&x, "start a.service"), "a.service", "inactive", "dead", "", "nop");
                add_unit(add_step(&x, "daemon-reload"), "a.service", "inactive", "dead", "", "");
                assert_null(see_violation(x.trace, x.recording, &flags));
                assert_true(flags & SEE_INVISIBLE);
                assert_seen(&x, false);
        }
}

static void assert_verdict(TrialVerdict (*judge)(const Trace *t, const Recording *r, char **ret_why),
                           Outcome outcome, TrialVerdict expected) {
        Run x = run_new("no-crash", "a.service", "it is dead");
        g_autofree char *why = NULL;

        add_step(&x, "daemon-reload");
        x.recording->outcome = outcome;
        assert_int_equal(judge(x.trace, x.recording, &why), expected);
        assert_non_null(why);
        trace_free(x.trace);
        recording_free(x.recording);
}

/* A run that the model cannot run confirms, and never refutes; one on another systemd refutes. */
static void test_verdicts(void **state) {
        assert_verdict(judge_stepped, OUTCOME_CRASHED, TRIAL_CONFIRMED);
        assert_verdict(judge_stepped, OUTCOME_ALIVE, TRIAL_NOT_STEERABLE);
        assert_verdict(judge_recording_of, OUTCOME_CRASHED, TRIAL_CONFIRMED);
        assert_verdict(judge_recording_of, OUTCOME_ALIVE, TRIAL_REFUTED);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_state_kept),
                cmocka_unit_test(test_state_kept_after_pause),
                cmocka_unit_test(test_gone),
                cmocka_unit_test(test_rename_to_nothing),
                cmocka_unit_test(test_rename_kept),
                cmocka_unit_test(test_job_kept),
                cmocka_unit_test(test_pid_consistent),
                cmocka_unit_test(test_no_double_start),
                cmocka_unit_test(test_joined),
                cmocka_unit_test(test_no_lost_process),
                cmocka_unit_test(test_no_stuck_unit),
                cmocka_unit_test(test_stuck_for_a_while),
                cmocka_unit_test(test_order_independent),
                cmocka_unit_test(test_order_independent_of_nothing_seen),
                cmocka_unit_test(test_order_decides_on_death),
                cmocka_unit_test(test_invisible),
                cmocka_unit_test(test_verdicts),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
