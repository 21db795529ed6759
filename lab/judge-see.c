/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "lab/judge-see.h"
#include "traces/ranking.h"

static const Observation *after_of(const Recording *r, unsigned step) {
        return step < r->steps->len ? ((const Step *) r->steps->pdata[step])->after : NULL;
}

static const Observation *last_of(const Recording *r) {
        return r->steps->len > 0 ? after_of(r, r->steps->len - 1) : NULL;
}

static const char *field_of(const SeenUnit *u, SeenField f) {
        return u && u->field[f] ? u->field[f] : "";
}

static bool is_down(const SeenUnit *u) {
        return g_str_equal(field_of(u, SEEN_ACTIVE_STATE), "inactive") ||
               g_str_equal(field_of(u, SEEN_ACTIVE_STATE), "failed");
}

static bool has_name(const SeenUnit *u, const char *name) {
        g_auto(GStrv) names = g_strsplit(field_of(u, SEEN_NAMES), " ", -1);

        return g_str_equal(u->id, name) || g_strv_contains((const char *const *) names, name);
}

/* Who has the name, under whatever id. */
static const SeenUnit *find_named(const Observation *o, const char *name) {
        for (unsigned i = 0; i < o->units->len; i++)
                if (has_name(o->units->pdata[i], name))
                        return o->units->pdata[i];
        return NULL;
}

static bool lives(const Observation *o, const char *process) {
        for (unsigned i = 0; i < o->processes->len; i++)
                if (g_str_equal(((const SeenProcess *) o->processes->pdata[i])->name, process))
                        return true;
        return false;
}

static bool is_violation(const Trace *t, const char *text) {
        return g_str_equal(text, t->violation);
}

/* What was there just before and just after a reload that nothing else came together with. */
typedef struct Reload {
        const Observation *before, *after;
} Reload;

static bool is_reload(const Step *s) {
        return g_str_equal(s->source, "daemon-reload") || g_str_equal(s->source, "daemon-reexec");
}

static bool get_reload(const Recording *r, unsigned step, Reload *ret) {
        *ret = (Reload) { .before = step > 0 ? after_of(r, step - 1) : NULL, .after = after_of(r, step) };
        return is_reload(r->steps->pdata[step]) && ret->before && ret->after;
}

static char *see_no_crash(const Trace *t, const Recording *r) {
        const Step *last = r->steps->len > 0 ? r->steps->pdata[r->steps->len - 1] : NULL;

        return r->outcome == OUTCOME_CRASHED && last ? g_strdup_printf("PID 1 died at '%s'", last->source)
                                                     : NULL;
}

static const char *or_word(const char *value, const char *word) {
        return *value ? value : word;
}

/* As property_compare_units() words it; NULL: it is the same. */
static char *describe_change(const SeenUnit *old, const SeenUnit *now) {
        static const struct {
                SeenField field;
                const char *what, *none;
        } table[] = {
                { SEEN_MAIN_PID, "main process ", "none" },
                { SEEN_CONTROL_PID, "control process ", "none" },
                { SEEN_JOB, "", "no job" },
        };
        const char *active[] = { field_of(old, SEEN_ACTIVE_STATE), field_of(now, SEEN_ACTIVE_STATE) },
                   *sub[] = { field_of(old, SEEN_SUB_STATE), field_of(now, SEEN_SUB_STATE) };

        if (!g_str_equal(active[0], active[1]) || !g_str_equal(sub[0], sub[1]))
                return g_strdup_printf("%s: %s (%s) before the reload, %s (%s) after it", now->id, active[0],
                                       sub[0], active[1], sub[1]);
        for (size_t i = 0; i < G_N_ELEMENTS(table); i++) {
                const char *a = field_of(old, table[i].field), *b = field_of(now, table[i].field);

                if (!g_str_equal(a, b))
                        return g_strdup_printf("%s: %s%s before the reload, %s after it", now->id, table[i].what,
                                               or_word(a, table[i].none), or_word(b, table[i].none));
        }
        return NULL;
}

static char *describe_gone(const SeenUnit *old) {
        return g_strdup_printf("%s: %s (%s) before the reload, gone from memory after it", old->id,
                               field_of(old, SEEN_ACTIVE_STATE), field_of(old, SEEN_SUB_STATE));
}

/* A dead unit that nobody refers to leaves memory before anybody can look. */
static char *describe_dead(const SeenUnit *old) {
        return g_strdup_printf("%s: %s (%s) before the reload, inactive (dead) after it", old->id,
                               field_of(old, SEEN_ACTIVE_STATE), field_of(old, SEEN_SUB_STATE));
}

static char *see_gone(const Trace *t, const SeenUnit *old) {
        g_autofree char *gone = describe_gone(old), *dead = describe_dead(old);

        return !is_down(old) && is_violation(t, dead) ? g_steal_pointer(&gone)
               : is_violation(t, gone)                ? g_steal_pointer(&gone)
                                                      : NULL;
}

static char *see_state_kept(const Trace *t, const Recording *r) {
        for (unsigned i = 0; i < r->steps->len; i++) {
                g_autofree char *text = NULL;
                const SeenUnit *old, *now;
                Reload x;

                if (!get_reload(r, i, &x) || !(old = observation_find_unit(x.before, t->unit)))
                        continue;
                now = observation_find_unit(x.after, t->unit);
                if (!now && !find_named(x.after, t->unit))
                        text = see_gone(t, old);
                else if (now)
                        text = describe_change(old, now);
                if (text && (!now || is_violation(t, text)))
                        return g_steal_pointer(&text);
        }
        return NULL;
}

/* All names of @old now belong to @now. */
static bool has_all_names(const SeenUnit *now, const SeenUnit *old) {
        g_auto(GStrv) names = g_strsplit(field_of(old, SEEN_NAMES), " ", -1);

        for (char **name = names; *name; name++)
                if (!has_name(now, *name))
                        return false;
        return *field_of(old, SEEN_NAMES);
}

/* The unit of the new name was dead and has left memory: all that is seen is that the old one is gone, too. */
static char *see_rename_to_nothing(const Trace *t, const Reload *x) {
        for (unsigned i = 0; i < x->before->units->len; i++) {
                const SeenUnit *old = x->before->units->pdata[i];
                g_autofree char *text =
                        g_strdup_printf("%s: %s (%s) before the reload, inactive (dead) after it", t->unit,
                                        field_of(old, SEEN_ACTIVE_STATE), field_of(old, SEEN_SUB_STATE));

                if (!is_down(old) && is_violation(t, text) && !find_named(x->after, old->id))
                        return g_strdup_printf("%s: %s (%s) before the reload; after it neither it nor its new "
                                               "name %s is in memory",
                                               old->id, field_of(old, SEEN_ACTIVE_STATE),
                                               field_of(old, SEEN_SUB_STATE), t->unit);
        }
        return NULL;
}

static char *see_rename(const Trace *t, const Reload *x) {
        const SeenUnit *now = observation_find_unit(x->after, t->unit);

        if (!find_named(x->after, t->unit) && !observation_find_unit(x->before, t->unit))
                return see_rename_to_nothing(t, x);
        for (unsigned i = 0; now && i < x->before->units->len; i++) {
                const SeenUnit *old = x->before->units->pdata[i];
                g_autofree char *text = NULL;

                if (is_down(old) || g_str_equal(old->id, now->id) || !has_all_names(now, old))
                        continue;
                text = describe_change(old, now);
                if (text && is_violation(t, text))
                        return g_strdup_printf("%s was renamed to %s; %s", old->id, now->id, text);
        }
        return NULL;
}

static char *see_rename_kept(const Trace *t, const Recording *r) {
        for (unsigned i = 0; i < r->steps->len; i++) {
                Reload x;
                char *text = get_reload(r, i, &x) ? see_rename(t, &x) : NULL;

                if (text)
                        return text;
        }
        return NULL;
}

/* A restart job of which the first half is done is a start job. */
static bool is_same_job(const char *before, const char *after) {
        return g_str_equal(before, after) || (g_str_equal(before, "restart") && g_str_equal(after, "start"));
}

/* How many jobs could be the one of type @job; it may be at another unit after the reload. */
static unsigned count_jobs(const Observation *o, const char *job) {
        unsigned n = 0;

        for (unsigned i = 0; i < o->units->len; i++)
                n += is_same_job(job, field_of(o->units->pdata[i], SEEN_JOB));
        for (unsigned i = 0; i < o->orphans->len; i++) {
                const char *has = ((const SeenOrphan *) o->orphans->pdata[i])->field[ORPHAN_JOB];

                n += has && is_same_job(job, has);
        }
        return n;
}

static char *see_job_kept(const Trace *t, const Recording *r) {
        for (unsigned i = 0; i < r->steps->len; i++) {
                g_autofree char *text = NULL;
                const SeenUnit *old;
                const char *job;
                Reload x;

                if (!get_reload(r, i, &x) || !(old = observation_find_unit(x.before, t->unit)))
                        continue;
                job = field_of(old, SEEN_JOB);
                text = g_strdup_printf("%s: the %s job is gone after the reload, and nobody was told", t->unit,
                                       job);
                if (*job && is_violation(t, text) && count_jobs(x.after, job) < count_jobs(x.before, job))
                        return g_strdup_printf(
                                "%s had the job '%s' before the reload, and no unit has it after it", t->unit,
                                job);
        }
        return NULL;
}

static char *see_pid_consistent(const Trace *t, const Recording *r) {
        for (unsigned i = 0; i < r->steps->len; i++) {
                const SeenUnit *u = after_of(r, i) ? observation_find_unit(after_of(r, i), t->unit) : NULL;
                const char *main = field_of(u, SEEN_MAIN_PID), *control = field_of(u, SEEN_CONTROL_PID);
                g_autofree char *text = NULL;

                if (!u || !is_down(u) || (!*main && !*control))
                        continue;
                text = g_strdup_printf("%s is %s (%s) and has the %s process %s", t->unit,
                                       field_of(u, SEEN_ACTIVE_STATE), field_of(u, SEEN_SUB_STATE),
                                       *main ? "main" : "control", *main ? main : control);
                if (is_violation(t, text))
                        return g_steal_pointer(&text);
        }
        return NULL;
}

typedef struct Pair {
        char *unit, *first, *first_name, *second, *second_name;
} Pair;

static bool parse_pair(const Trace *t, GMatchInfo **ret_match, Pair *ret) {
        g_autoptr(GRegex) regex =
                g_regex_new("^(\\S+) has two living main processes, (\\S+) \\(started as (\\S+)\\) "
                            "and (\\S+) \\(started as (\\S+)\\)$",
                            0, 0, NULL);

        if (!g_regex_match(regex, t->violation, 0, ret_match))
                return false;
        *ret = (Pair) { g_match_info_fetch(*ret_match, 1), g_match_info_fetch(*ret_match, 2),
                        g_match_info_fetch(*ret_match, 3), g_match_info_fetch(*ret_match, 4),
                        g_match_info_fetch(*ret_match, 5) };
        return true;
}

static void pair_clear(Pair *p) {
        g_free(p->unit);
        g_free(p->first);
        g_free(p->first_name);
        g_free(p->second);
        g_free(p->second_name);
}

static bool has_both_names(const Observation *o, const Pair *p) {
        const SeenUnit *u = observation_find_unit(o, p->unit);

        return u && has_name(u, p->first_name) && has_name(u, p->second_name);
}

/* Two that ran when their names became those of one unit are no double start: the second must not have been there yet when
 * the names were already. */
static char *see_pair(const Recording *r, const Pair *p) {
        bool alone = g_str_equal(p->first_name, p->second_name);

        for (unsigned i = 0; i < r->steps->len; i++) {
                const Observation *o = after_of(r, i);

                if (!o || !has_both_names(o, p))
                        continue;
                if (!lives(o, p->first) || !lives(o, p->second))
                        alone = true;
                else if (alone)
                        return g_strdup_printf("%s and %s live together, both main processes of %s", p->first,
                                               p->second, p->unit);
        }
        return NULL;
}

static char *see_no_double_start(const Trace *t, const Recording *r) {
        g_autoptr(GMatchInfo) match = NULL;
        Pair p = {};
        char *text = parse_pair(t, &match, &p) ? see_pair(r, &p) : NULL;

        pair_clear(&p);
        return text;
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

                for (unsigned p = 0; o && p < o->processes->len; p++) {
                        const SeenProcess *lost = o->processes->pdata[p];
                        g_autofree char *text = g_strdup_printf(
                                "%s, started for %s, lives but belongs to no service", lost->name, t->unit);

                        if (is_violation(t, text) && !is_held(o, lost))
                                return g_strdup_printf("%s lives in %s, which no unit has", lost->name,
                                                       lost->cgroup);
                }
        }
        return NULL;
}

/* What waits for a job that is not there, or for the end of a process that is not there. Whether a timer is armed is not seen. */
static char *see_stuck_service(const Trace *t, const Observation *o, const SeenUnit *u) {
        const char *sub = field_of(u, SEEN_SUB_STATE), *active = field_of(u, SEEN_ACTIVE_STATE);
        g_autofree char *text = g_strdup_printf("%s is %s (%s) at rest, and nothing can happen that ends it",
                                                u->id, active, sub);

        if (!is_violation(t, text))
                return NULL;
        if (g_str_equal(sub, "auto-restart-queued"))
                return *field_of(u, SEEN_JOB)
                               ? NULL
                               : g_strdup_printf("%s is %s (%s) at rest and has no job", u->id, active, sub);
        if (lives(o, field_of(u, SEEN_MAIN_PID)) || lives(o, field_of(u, SEEN_CONTROL_PID)))
                return NULL;
        return g_strdup_printf("%s is %s (%s) at rest and has no process", u->id, active, sub);
}

static char *see_stuck_job(const Trace *t, const Observation *o, const SeenUnit *u) {
        const char *job = field_of(u, SEEN_JOB);
        g_autofree char *start = g_strdup_printf("%s is %s (%s) at rest, and nothing can end its ", u->id,
                                                 field_of(u, SEEN_ACTIVE_STATE), field_of(u, SEEN_SUB_STATE)),
                        *end = g_strdup_printf(" %s job", job);

        if (!*job || !g_str_has_prefix(t->violation, start) || !g_str_has_suffix(t->violation, end))
                return NULL;
        return g_strdup_printf("%s is %s (%s) at rest and has the job '%s'", u->id,
                               field_of(u, SEEN_ACTIVE_STATE), field_of(u, SEEN_SUB_STATE), job);
}

static char *see_no_stuck_unit(const Trace *t, const Recording *r) {
        const Observation *o = r->outcome == OUTCOME_CRASHED ? NULL : last_of(r);
        const SeenUnit *u = o ? observation_find_unit(o, t->unit) : NULL;
        char *text = u ? see_stuck_service(t, o, u) : NULL;

        return !text && u ? see_stuck_job(t, o, u) : text;
}

static const char *process_cgroup(const Observation *o, const char *name) {
        for (unsigned i = 0; i < o->processes->len; i++) {
                const SeenProcess *p = o->processes->pdata[i];

                if (g_str_equal(p->name, name))
                        return p->cgroup;
        }
        return "";
}

static const char process_prefix[] = "process ", orphan_prefix[] = "orphan ";

/* The "orphan 1" of a trace is the first of those that were seen, which are sorted in the same way. */
static const char *orphan_field(const Observation *o, const char *number, OrphanField f) {
        guint64 n = g_ascii_strtoull(number, NULL, 10);
        const SeenOrphan *x = n > 0 && n <= o->orphans->len ? o->orphans->pdata[n - 1] : NULL;

        return x && x->field[f] ? x->field[f] : "";
}

/* SEEN_..., or _SEEN_FIELD_MAX for what is no field of a unit. */
static SeenField field_from_string(const char *s) {
        SeenField f = 0;

        while (f < _SEEN_FIELD_MAX && !g_str_equal(seen_field_to_string(f), s))
                f++;
        return f;
}

static OrphanField orphan_field_from_string(const char *s) {
        OrphanField f = 0;

        while (f < _ORPHAN_FIELD_MAX && !g_str_equal(orphan_field_to_string(f), s))
                f++;
        return f;
}

static bool is_visible(const Change *c) {
        if (g_str_equal(c->subject, "PID 1"))
                return g_str_equal(c->field, "State");
        if (g_str_has_prefix(c->subject, process_prefix))
                return g_str_equal(c->field, seen_field_to_string(SEEN_CONTROL_GROUP));
        if (g_str_has_prefix(c->subject, orphan_prefix))
                return orphan_field_from_string(c->field) < _ORPHAN_FIELD_MAX;
        return field_from_string(c->field) < _SEEN_FIELD_MAX;
}

static const char *value_of(const Observation *o, const Change *c) {
        if (g_str_has_prefix(c->subject, process_prefix))
                return process_cgroup(o, c->subject + strlen(process_prefix));
        if (g_str_has_prefix(c->subject, orphan_prefix))
                return orphan_field(o, c->subject + strlen(orphan_prefix), orphan_field_from_string(c->field));
        return field_of(observation_find_unit(o, c->subject), field_from_string(c->field));
}

bool see_end_is_visible(const Trace *t) {
        for (unsigned i = 0; i < t->differences->len; i++)
                if (is_visible(t->differences->pdata[i]))
                        return true;
        return false;
}

static const Change *find_death(const Trace *t) {
        for (unsigned i = 0; i < t->differences->len; i++) {
                const Change *c = t->differences->pdata[i];

                if (g_str_equal(c->subject, "PID 1") && g_str_equal(c->field, "State"))
                        return c;
        }
        return NULL;
}

static char *see_death(const Change *c, const Recording *r, bool other) {
        bool dies = g_str_equal(other ? c->old : c->new, "crashed");

        if (dies != (r->outcome == OUTCOME_CRASHED))
                return NULL;
        return g_strdup(dies ? "PID 1 dies" : "PID 1 lives");
}

char *see_end(const Trace *t, const Recording *r, bool other) {
        const Change *death = find_death(t);
        const Observation *o = last_of(r);
        char *text = NULL;

        if (death)
                return see_death(death, r, other);
        for (unsigned i = 0; o && r->outcome != OUTCOME_CRASHED && i < t->differences->len; i++) {
                const Change *c = t->differences->pdata[i];

                if (!is_visible(c))
                        continue;
                if (!g_str_equal(value_of(o, c), other ? c->old : c->new)) {
                        g_free(text);
                        return NULL;
                }
                if (!text)
                        text = g_strdup_printf("%s has %s '%s'", c->subject, c->field, value_of(o, c));
        }
        return text;
}

static char *see_order_independent(const Trace *t, const Recording *r) {
        return see_end(t, r, false);
}

/* A job that only makes others wait is not told of by PID 1, and nobody sees where its reader begins an entry. */
static bool is_invisible(const Trace *t) {
        if (g_str_equal(t->property, "order-independent"))
                return !see_end_is_visible(t);
        /* A made-up name is not seen, only what the unit is. */
        if (t->unit && is_orphan_name(t->unit))
                return true;
        return g_str_equal(t->property, "stream-intact") || strstr(t->violation, ": the nop job is gone") ||
               (g_str_equal(t->property, "no-lost-process") && g_str_has_suffix(t->violation, " services"));
}

char *see_violation(const Trace *t, const Recording *r, unsigned *ret_flags) {
        static const struct {
                const char *property;
                char *(*see)(const Trace *t, const Recording *r);
                unsigned flags;
        } table[] = {
                { "no-crash", see_no_crash, 0 },
                { "state-kept", see_state_kept, SEE_SETTLED },
                { "rename-kept", see_rename_kept, SEE_SETTLED },
                { "job-kept", see_job_kept, SEE_SETTLED },
                { "pid-consistent", see_pid_consistent, 0 },
                { "no-double-start", see_no_double_start, 0 },
                { "no-lost-process", see_no_lost_process, 0 },
                { "no-stuck-unit", see_no_stuck_unit, 0 },
                { "order-independent", see_order_independent, 0 },
        };

        *ret_flags = 0;
        for (size_t i = 0; i < G_N_ELEMENTS(table); i++)
                if (g_str_equal(table[i].property, t->property)) {
                        *ret_flags = table[i].flags;
                        if (!is_invisible(t))
                                return table[i].see(t, r);
                }
        *ret_flags |= SEE_INVISIBLE;
        return NULL;
}
