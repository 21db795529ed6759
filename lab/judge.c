/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "lab/judge.h"
#include "traces/compare.h"
#include "traces/conform.h"

static const char *field_of(const Observation *o, const char *unit, SeenField f) {
        const SeenUnit *u = o && unit ? observation_find_unit(o, unit) : NULL;

        return u && u->field[f] ? u->field[f] : "";
}

static const Observation *after_of(const Recording *r, unsigned step) {
        return step < r->steps->len ? ((const Step *) r->steps->pdata[step])->after : NULL;
}

/* Before a reload or a pause that the unit's observation may have changed in. */
static const Observation *before_of(const Recording *r, unsigned step) {
        for (unsigned i = step; i > 0; i--)
                if (after_of(r, i - 1))
                        return after_of(r, i - 1);
        return NULL;
}

static bool is_reload(const Step *s) {
        return g_str_equal(s->source, "daemon-reload") || g_str_equal(s->source, "daemon-reexec");
}

/* A field of the unit that a reload of its own changed. */
static char *find_change(const Recording *r, const char *unit, const SeenField *fields, size_t n) {
        for (unsigned i = 0; i < r->steps->len; i++) {
                const Observation *before = before_of(r, i), *after = after_of(r, i);

                if (!is_reload(r->steps->pdata[i]) || !before || !after || !observation_find_unit(before, unit))
                        continue;
                for (size_t f = 0; f < n; f++) {
                        const char *old = field_of(before, unit, fields[f]),
                                   *now = field_of(after, unit, fields[f]);

                        if (!g_str_equal(old, now))
                                return g_strdup_printf("%s had %s '%s' before the reload and '%s' after it",
                                                       unit, seen_field_to_string(fields[f]), old, now);
                }
        }
        return NULL;
}

static char *see_no_crash(const Trace *t, const Recording *r) {
        const Step *last = r->steps->pdata[r->steps->len - 1];

        return r->outcome == OUTCOME_CRASHED ? g_strdup_printf("PID 1 died at '%s'", last->source) : NULL;
}

static char *see_state_kept(const Trace *t, const Recording *r) {
        static const SeenField fields[] = { SEEN_ACTIVE_STATE, SEEN_SUB_STATE, SEEN_MAIN_PID, SEEN_CONTROL_PID,
                                            SEEN_JOB };

        return find_change(r, t->unit, fields, G_N_ELEMENTS(fields));
}

static char *see_job_kept(const Trace *t, const Recording *r) {
        static const SeenField fields[] = { SEEN_JOB };

        return find_change(r, t->unit, fields, G_N_ELEMENTS(fields));
}

static char *see_pid_consistent(const Trace *t, const Recording *r) {
        for (unsigned i = 0; i < r->steps->len; i++) {
                const Observation *o = after_of(r, i);
                const char *state = field_of(o, t->unit, SEEN_ACTIVE_STATE);
                const char *main = field_of(o, t->unit, SEEN_MAIN_PID),
                           *control = field_of(o, t->unit, SEEN_CONTROL_PID);

                if ((g_str_equal(state, "inactive") || g_str_equal(state, "failed")) && (*main || *control))
                        return g_strdup_printf("%s is %s and has the process %s", t->unit, state,
                                               *main ? main : control);
        }
        return NULL;
}

/* "a" of "a.2" is the tag. */
static bool same_tag(const char *a, const char *b) {
        const char *end = strrchr(a, '.');

        return end && strncmp(a, b, (size_t) (end - a) + 1) == 0 && !strchr(b + (end - a) + 1, '.');
}

static char *see_no_double_start(const Trace *t, const Recording *r) {
        for (unsigned i = 0; i < r->steps->len; i++) {
                const Observation *o = after_of(r, i);

                for (unsigned p = 0; o && p < o->processes->len; p++)
                        for (unsigned q = p + 1; q < o->processes->len; q++) {
                                const SeenProcess *a = o->processes->pdata[p], *b = o->processes->pdata[q];

                                if (same_tag(a->name, b->name))
                                        return g_strdup_printf("%s and %s live together", a->name, b->name);
                        }
        }
        return NULL;
}

/* What the trace's last word is on a field that can be seen. */
static bool differs_at_end(const Trace *t, const Recording *r, char **ret_what) {
        const Observation *o = r->steps->len ? after_of(r, r->steps->len - 1) : NULL;

        for (unsigned i = 0; i < t->differences->len; i++) {
                const Change *c = t->differences->pdata[i];

                for (SeenField f = 0; f < _SEEN_FIELD_MAX; f++)
                        if (g_str_equal(seen_field_to_string(f), c->field) &&
                            observation_find_unit(o, c->subject) &&
                            !g_str_equal(field_of(o, c->subject, f), c->new)) {
                                *ret_what = g_strdup_printf("%s has %s '%s', not '%s'", c->subject, c->field,
                                                            field_of(o, c->subject, f), c->new);
                                return true;
                        }
        }
        return false;
}

static bool ends_in_crash(const Trace *t) {
        for (unsigned i = 0; i < t->differences->len; i++)
                if (g_str_equal(((const Change *) t->differences->pdata[i])->subject, "PID 1"))
                        return true;
        return strstr(t->violation, "PID 1 is dead");
}

static char *see_order_independent(const Trace *t, const Recording *r) {
        g_autofree char *what = NULL;

        if (r->outcome == OUTCOME_CRASHED || ends_in_crash(t))
                return r->outcome == OUTCOME_CRASHED && ends_in_crash(t)
                               ? g_strdup("PID 1 died under this order")
                               : NULL;
        return differs_at_end(t, r, &what)
                       ? NULL
                       : g_strdup("it ends in the state that the trace has under this order");
}

static bool is_held(const Observation *o, const SeenProcess *p) {
        for (unsigned i = 0; i < o->units->len; i++) {
                const SeenUnit *u = o->units->pdata[i];

                if (g_strcmp0(u->field[SEEN_CONTROL_GROUP], p->cgroup) == 0 ||
                    g_strcmp0(u->field[SEEN_MAIN_PID], p->name) == 0 ||
                    g_strcmp0(u->field[SEEN_CONTROL_PID], p->name) == 0)
                        return true;
        }
        for (unsigned i = 0; i < o->orphans->len; i++) {
                const SeenOrphan *x = o->orphans->pdata[i];

                if (g_strcmp0(x->field[ORPHAN_CONTROL_GROUP], p->cgroup) == 0 ||
                    g_strcmp0(x->field[ORPHAN_MAIN_PID], p->name) == 0)
                        return true;
        }
        return false;
}

static char *see_no_lost_process(const Trace *t, const Recording *r) {
        for (unsigned i = 0; i < r->steps->len; i++) {
                const Observation *o = after_of(r, i);

                for (unsigned p = 0; o && p < o->processes->len; p++)
                        if (!is_held(o, o->processes->pdata[p])) {
                                const SeenProcess *lost = o->processes->pdata[p];

                                return g_strdup_printf("%s lives in %s, which no unit has", lost->name,
                                                       lost->cgroup);
                        }
        }
        return NULL;
}

/* Too little of the others is seen from outside: they are judged by the whole run. */
static char *see_nothing(const Trace *t, const Recording *r) {
        return NULL;
}

/* The first difference from the model in this run, NULL: there is none. */
static char *find_difference(const Recording *r) {
        g_autoptr(Recording) predicted = conform_predict(r, false);
        g_autoptr(Difference) d = NULL;
        Agreement a = {};

        compare_recordings(r, predicted, &a, &d);
        return d ? g_strdup_printf("at '%s' %s is not as the model has it",
                                   ((const Step *) r->steps->pdata[MIN(d->step, r->steps->len) - 1])->source,
                                   d->what)
                 : NULL;
}

/* The violation was not seen. It is the model's fault only if it has something else for this very run. */
static Verdict judge_unseen(const Trace *t, const Recording *r, bool cannot_be_seen, char **ret_why) {
        if (r->outcome == OUTCOME_CRASHED) {
                *ret_why = see_no_crash(t, r);
                return TRIAL_REFUTED;
        }
        if (!r->profile || !g_str_equal(r->profile->name, t->systemd)) {
                *ret_why = g_strdup("it does not happen: PID 1 lives, and nothing of that is seen");
                return TRIAL_REFUTED;
        }
        *ret_why = find_difference(r);
        if (*ret_why)
                return TRIAL_REFUTED;
        if (cannot_be_seen) {
                *ret_why = g_strdup("every step is as the model has it; the violation itself is not to be seen "
                                    "from outside");
                return TRIAL_CONFIRMED;
        }
        *ret_why = g_strdup("every step is as the model has it, but PID 1 settles between things that the trace "
                            "has close together");
        return TRIAL_NOT_STEERABLE;
}

Verdict judge_recording_of(const Trace *t, const Recording *r, char **ret_why) {
        static const struct {
                const char *property;
                char *(*see)(const Trace *t, const Recording *r);
        } table[] = {
                { "no-crash", see_no_crash },
                { "state-kept", see_state_kept },
                { "job-kept", see_job_kept },
                { "pid-consistent", see_pid_consistent },
                { "no-double-start", see_no_double_start },
                { "no-lost-process", see_no_lost_process },
                { "order-independent", see_order_independent },
        };
        char *(*see)(const Trace *t, const Recording *r) = see_nothing;

        for (size_t i = 0; i < G_N_ELEMENTS(table); i++)
                if (g_str_equal(table[i].property, t->property))
                        see = table[i].see;
        *ret_why = see(t, r);
        if (*ret_why)
                return TRIAL_CONFIRMED;
        return judge_unseen(t, r, see == see_nothing, ret_why);
}
