/* SPDX-License-Identifier: MIT */

/* The view of traces that are made here, event by event, and of one that the search finds. */

#include "support.h"

#include <string.h>

#include "explore/exploration.h"
#include "traces/scenario.h"
#include "traces/view.h"

static Trace *new_trace(const char *systemd, const char *property, const char *unit) {
        Trace *t = trace_new();

        t->scenario = g_strdup("made.scenario");
        t->text = g_strdup("");
        t->systemd = g_strdup(systemd);
        t->property = g_strdup(property);
        t->unit = g_strdup(unit);
        t->violation = g_strdup("it is wrong");
        t->n_orders = g_strdup("1");
        t->n_all_orders = g_strdup("2");
        t->fraction = g_strdup("1/2");
        return t;
}

static TraceEvent *add_event(TraceRun *r, TraceEventKind kind, const char *client, const char *statement) {
        TraceEvent *e = trace_run_add_event(r, kind);

        e->client = g_strdup(client);
        e->statement = g_strdup(statement);
        return e;
}

static void add_change(TraceEvent *e, const char *subject, const char *field, const char *old, const char *new) {
        Change *c = g_new(Change, 1);

        *c = (Change) { g_strdup(subject), g_strdup(field), g_strdup(old), g_strdup(new) };
        g_ptr_array_add(e->changes, c);
}

static void add_note(TraceEvent *e, const char *function, const char *unit, const char *text) {
        TraceNote *n = trace_event_add_note(e);

        n->function = g_strdup(function);
        n->unit = g_strdup(unit);
        n->text = g_strdup(text);
}

static void add_entry(TraceEvent *e, const char *name, const char *applied_to) {
        TraceEntry *x = trace_event_add_entry(e);

        x->name = g_strdup(name);
        x->applied_to = g_strdup(applied_to);
}

/* A reload that reads @stream; NULL ends the pairs of names. */
static TraceEvent *add_reload(TraceRun *r, const char *stream, const char *const *names) {
        TraceEvent *e = add_event(r, TRACE_DISPATCH, NULL, NULL);

        e->stream = g_strdup(stream);
        add_note(e, "manager_reload", NULL, "reloads");
        for (; *names; names += 2)
                add_entry(e, names[0], *names[1] ? names[1] : NULL);
        return e;
}

/* clang-format off */
#define TWO_ENTRIES                                                                                          \
        "current-job-id=1\n\n"                                                                               \
        "a.service\nstate=running\nresult=success\nmain-pid=1\nmain-pid-known=yes\nno-such-key=1\n\n"        \
        "b.service\nstate=dead\nresult=success\nmain-pid=2\nmain-pid-known=no\n\n"
/* clang-format on */

static const char *const both_to_a[] = { "a.service", "a.service", "b.service", "a.service", NULL };

static const ViewEntry *entry_of(const TraceView *v, unsigned step, unsigned number) {
        const ViewStream *s = view_run_step(&v->run, step)->stream;

        assert_non_null(s);
        assert_true(number <= s->entries->len);
        return s->entries->pdata[number - 1];
}

static const ViewLine *line_of(const TraceView *v, unsigned number, const char *key) {
        const ViewLine *l = view_entry_find(entry_of(v, 0, number), key);

        assert_non_null(l);
        return l;
}

static void the_last_entry_wins(void **state) {
        g_autoptr(Trace) t = new_trace("257", "no-crash", "a.service");
        g_autoptr(TraceView) v = NULL;

        add_reload(&t->run, TWO_ENTRIES, both_to_a);
        v = trace_view_new(t);
        assert_ptr_equal(line_of(v, 2, "state")->overwrites, line_of(v, 1, "state"));
        assert_ptr_equal(line_of(v, 1, "state")->overwritten_by, line_of(v, 2, "state"));
        assert_string_equal(line_of(v, 1, "state")->field, "SubState");
        assert_true(line_of(v, 1, "state")->sets);
        assert_true(view_line_differs(line_of(v, 1, "state"), line_of(v, 2, "state")));
        assert_false(view_line_differs(line_of(v, 1, "result"), line_of(v, 2, "result")));
        assert_false(line_of(v, 1, "no-such-key")->known);
        assert_false(line_of(v, 1, "no-such-key")->sets);
        assert_int_equal(entry_of(v, 0, 1)->fate, VIEW_APPLIED);
        assert_int_equal(entry_of(v, 0, 2)->fate, VIEW_ALIASED);
        assert_ptr_equal(entry_of(v, 0, 2)->before, entry_of(v, 0, 1));
        assert_ptr_equal(entry_of(v, 0, 1)->after, entry_of(v, 0, 2));
        assert_int_equal(entry_of(v, 0, 2)->n_overwrites, 2);
}

/* main-pid: since 255 the first one stays, before the last one. */
static void who_wins_depends_on_the_version(void **state) {
        g_autoptr(Trace) old = new_trace("252", "no-crash", "a.service");
        g_autoptr(Trace) new = new_trace("257", "no-crash", "a.service");
        g_autoptr(TraceView) v = NULL, w = NULL;

        add_reload(&old->run, TWO_ENTRIES, both_to_a);
        add_reload(&new->run, TWO_ENTRIES, both_to_a);
        v = trace_view_new(old);
        w = trace_view_new(new);
        assert_ptr_equal(line_of(v, 2, "main-pid")->overwrites, line_of(v, 1, "main-pid"));
        assert_null(line_of(v, 2, "main-pid")->ignored_for);
        assert_ptr_equal(line_of(w, 2, "main-pid")->ignored_for, line_of(w, 1, "main-pid"));
        assert_false(line_of(w, 2, "main-pid")->sets);
        assert_null(line_of(w, 1, "main-pid")->overwritten_by);
}

static void entries_that_are_dropped_unread_or_stray(void **state) {
        static const char *const names[] = { "a.service", "", "job-id=1", "", "c.service", "c.service", NULL };
        g_autoptr(Trace) t = new_trace("252", "stream-intact", NULL);
        g_autoptr(TraceView) v = NULL;

        add_reload(&t->run, "x=1\n\na.service\nstate=dead\n\nb.service\nstate=dead\n\nc.service\nstate=dead\n\n",
                   names);
        v = trace_view_new(t);
        assert_int_equal(entry_of(v, 0, 1)->fate, VIEW_DROPPED);
        assert_int_equal(entry_of(v, 0, 2)->fate, VIEW_STRAY);
        assert_int_equal(entry_of(v, 0, 2)->lines->len, 0);
        assert_int_equal(entry_of(v, 0, 3)->fate, VIEW_UNREAD);
        assert_string_equal(entry_of(v, 0, 3)->name, "b.service");
        assert_int_equal(entry_of(v, 0, 4)->fate, VIEW_APPLIED);
}

/* A unit that has a job refuses another one, and the rest of the entry is lost. */
static void a_second_job_ends_the_entry(void **state) {
        g_autoptr(Trace) t = new_trace("257", "job-kept", "a.service");
        g_autoptr(TraceView) v = NULL;
        const ViewEntry *second;
        const ViewLine *l;

        add_reload(&t->run,
                   "x=1\n\na.service\nstate=running\njob\njob-type=stop\njob-state=waiting\n\ncgroup=/a\n\n"
                   "b.service\nstate=dead\njob\njob-type=start\n\ncgroup=/b\n\n",
                   both_to_a);
        v = trace_view_new(t);
        assert_int_equal(entry_of(v, 0, 1)->lines->len, 5);
        l = entry_of(v, 0, 1)->lines->pdata[2];
        assert_string_equal(l->key, "job-type");
        assert_int_equal(l->section, 1);
        assert_string_equal(l->field, "Job");
        second = entry_of(v, 0, 2);
        l = second->lines->pdata[0];
        assert_true(l->sets);
        for (guint i = 1; i < second->lines->len; i++)
                assert_non_null(((ViewLine *) second->lines->pdata[i])->ignored_for);
        assert_null(line_of(v, 1, "cgroup")->overwritten_by);
}

static void states_add_up(void **state) {
        g_autoptr(Trace) t = new_trace("257", "no-crash", NULL);
        g_autoptr(TraceView) v = NULL;
        g_autoptr(GPtrArray) queue = NULL, cgroups = NULL;
        TraceEvent *e;

        e = add_event(&t->run, TRACE_STATEMENT, NULL, "start a.service");
        e->top_level = true;
        add_change(e, "PID 1", "call: start a.service", "", "waiting");
        e = add_event(&t->run, TRACE_DISPATCH, NULL, NULL);
        add_change(e, "a.service", "SubState", "dead", "running");
        add_change(e, "a.service", "ControlGroup", "", "/system.slice/a.service");
        add_change(e, "process a.1", "State", "", "running");
        add_change(e, "process a.1", "ControlGroup", "", "/system.slice/a.service");
        e = add_event(&t->run, TRACE_EXIT, NULL, NULL);
        e->process = g_strdup("a.1");
        add_change(e, "process a.1", "State", "running", "");
        add_change(e, "process a.1", "ControlGroup", "/system.slice/a.service", "");
        v = trace_view_new(t);

        assert_int_equal(v->run.n_top, 1);
        assert_string_equal(view_state_get(v->run.first, "a.service", "SubState"), "dead");
        assert_int_equal(view_run_step(&v->run, 0)->number, 0);
        assert_int_equal(view_run_step(&v->run, 2)->number, 2);
        queue = view_state_queue(view_run_step(&v->run, 0)->state);
        assert_int_equal(queue->len, 1);
        cgroups = view_state_cgroups(view_run_step(&v->run, 1)->state);
        assert_int_equal(cgroups->len, 1);
        assert_int_equal(((ViewCgroup *) cgroups->pdata[0])->processes->len, 1);
        assert_non_null(view_state_find(view_run_step(&v->run, 1)->state, "process a.1"));
        assert_null(view_state_find(view_run_step(&v->run, 2)->state, "process a.1"));
        /* The unit did not change in the last step, so both states have the same. */
        assert_ptr_equal(view_state_find(view_run_step(&v->run, 1)->state, "a.service"),
                         view_state_find(view_run_step(&v->run, 2)->state, "a.service"));
        assert_true(((ViewChange *) view_run_step(&v->run, 2)->changes->pdata[1])->vanishes);
        assert_true(((ViewChange *) view_run_step(&v->run, 1)->changes->pdata[2])->appears);
        assert_false(((ViewChange *) view_run_step(&v->run, 1)->changes->pdata[0])->appears);
        assert_string_equal(view_run_step(&v->run, 2)->caption, "process a.1 exits by itself");
}

static void captions_are_plain_words(void **state) {
        static const struct {
                const char *statement, *process, *caption;
        } cases[] = {
                { "link b.service a.service", NULL, "chef links b.service to a.service" },
                { "unit a.service", NULL, "chef writes a.service" },
                { "rm a.service", NULL, "chef removes a.service" },
                { "daemon-reload", NULL, "chef asks PID 1 to reload" },
                { "stop a.service b.service", NULL, "chef asks PID 1 to stop a.service b.service" },
                { "exit a 3", "a.1", "process a.1 exits with status 3" },
                { "exit a 3", NULL, "process a exits with status 3, which is not there" },
                { "signal a 9", "a.1", "process a.1 gets signal 9" },
                { "notify a READY=1 STATUS=ok now", "a.1",
                  "process a.1 sends PID 1 the message READY=1 STATUS=ok now" },
                { "trigger a.path", NULL, "a.path is triggered" },
        };

        for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
                g_autoptr(Trace) t = new_trace("257", "no-crash", NULL);
                g_autoptr(TraceView) v = NULL;
                TraceEvent *e = add_event(&t->run, TRACE_STATEMENT, "chef", cases[i].statement);

                e->process = g_strdup(cases[i].process);
                v = trace_view_new(t);
                assert_string_equal(view_run_step(&v->run, 0)->caption, cases[i].caption);
        }
}

static void interrupts_have_their_place(void **state) {
        g_autoptr(Trace) t = new_trace("257", "no-crash", NULL);
        g_autoptr(TraceView) v = NULL;
        TraceEvent *e = add_reload(&t->run, TWO_ENTRIES, both_to_a);
        TraceInterrupt *x = trace_event_add_interrupt(e);
        const ViewInterrupt *i;

        x->where = g_strdup(OBSERVE_LOAD);
        x->unit = g_strdup("b.service");
        x->process = g_strdup("a.1");
        add_event(&t->run, TRACE_DISPATCH, NULL, NULL);
        v = trace_view_new(t);
        i = view_run_step(&v->run, 0)->interrupts->pdata[0];
        assert_int_equal(view_run_step(&v->run, 0)->number, 1);
        assert_int_equal(i->number, 2);
        assert_int_equal(view_run_step(&v->run, 1)->number, 3);
        assert_int_equal(i->before, 2);
        assert_int_equal(i->actor, VIEW_WORLD);
        assert_string_equal(i->where, "before b.service is loaded");
}

/* Two schedules, of which one has a dispatch more. */
static void runs_are_aligned(void **state) {
        g_autoptr(Trace) t = new_trace("257", "order-independent", NULL);
        g_autoptr(TraceView) v = NULL;
        TraceEvent *e;

        t->has_other = true;
        add_event(&t->run, TRACE_STATEMENT, "x", "daemon-reload");
        e = add_event(&t->run, TRACE_DISPATCH, NULL, NULL);
        add_change(e, "a.service", "SubState", "running", "dead");
        add_event(&t->run, TRACE_STATEMENT, "x", "daemon-reload");
        add_event(&t->other, TRACE_STATEMENT, "x", "daemon-reload");
        add_event(&t->other, TRACE_DISPATCH, NULL, NULL);
        add_event(&t->other, TRACE_DISPATCH, NULL, NULL);
        add_event(&t->other, TRACE_STATEMENT, "x", "daemon-reload");
        v = trace_view_new(t);
        assert_int_equal(v->pairs->len, 4);
        assert_int_equal(v->first_difference, 1);
        assert_null(((ViewPair *) v->pairs->pdata[2])->run);
        assert_false(((ViewPair *) v->pairs->pdata[3])->differs);
        assert_true(view_run_step(&v->run, 1)->needed);
}

static const char crash[] = "unit a.service\n"
                            "  [Service]\n"
                            "  ExecStart=/usr/bin/actor a\n"
                            "unit bystander.service\n"
                            "  [Unit]\n"
                            "  After=b.service\n"
                            "  [Service]\n"
                            "  ExecStart=/usr/bin/actor bystander\n"
                            "daemon-reload\n"
                            "start a.service bystander.service\n"
                            "client admin\n"
                            "  link b.service a.service\n"
                            "  daemon-reload\n"
                            "  exit a 0\n";

static bool is_needed(const ViewStep *s, const char *subject) {
        for (guint i = 0; i < s->changes->len; i++) {
                const ViewChange *c = s->changes->pdata[i];

                if (c->needed && strcmp(c->change->subject, subject) == 0)
                        return true;
        }
        return false;
}

static const ViewStep *find_reload(const ViewRun *r) {
        for (unsigned i = r->n_top; i < r->steps->len; i++)
                if (view_run_step(r, i)->stream)
                        return view_run_step(r, i);
        return NULL;
}

/* Of the crash all is needed but what becomes of the bystander. */
static void the_crash_needs_its_causes(void **state) {
        SearchOptions options = { .properties = 1U << property_find("no-crash"), .n_jobs = 1 };
        g_autoptr(GError) error = NULL;
        g_autoptr(Catalog) c = scenario_parse("test.scenario", crash, strlen(crash), NULL, &error);
        Exploration *x = exploration_run("test.scenario", crash, c, profile_find("257"), &options);
        const Trace *t = x->outcomes[property_find("no-crash")].trace;
        g_autoptr(TraceView) v = NULL;
        const ViewStep *reload;

        assert_non_null(t);
        v = trace_view_new(t);
        reload = find_reload(&v->run);
        assert_non_null(reload);
        assert_int_equal(v->run.n_needed, v->run.steps->len - v->run.n_top);
        assert_true(is_needed(reload, "a.service"));
        assert_string_equal(view_run_step(&v->run, v->run.n_top)->caption, "admin links b.service to a.service");
        assert_true(view_run_step(&v->run, v->run.steps->len - 1)->violates);
        for (guint i = 0; i < reload->stream->entries->len; i++) {
                const ViewEntry *e = reload->stream->entries->pdata[i];

                assert_int_equal(e->needed, !g_str_equal(e->name, "bystander.service"));
                if (g_str_equal(e->name, "b.service"))
                        assert_true(e->n_overwrites > 0);
                if (g_str_equal(e->name, "a.service"))
                        assert_string_equal(view_entry_find(e, "main-pid")->meaning, "a.1");
        }
        exploration_free(x);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(the_last_entry_wins),
                cmocka_unit_test(who_wins_depends_on_the_version),
                cmocka_unit_test(entries_that_are_dropped_unread_or_stray),
                cmocka_unit_test(a_second_job_ends_the_entry),
                cmocka_unit_test(states_add_up),
                cmocka_unit_test(captions_are_plain_words),
                cmocka_unit_test(interrupts_have_their_place),
                cmocka_unit_test(runs_are_aligned),
                cmocka_unit_test(the_crash_needs_its_causes),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
