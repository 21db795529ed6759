/* SPDX-License-Identifier: MIT */
#include <string.h>
#include <unistd.h>

#include "lab/bus.h"
#include "lab/judge.h"
#include "lab/order.h"
#include "lab/record.h"
#include "lab/schedule.h"
#include "lab/stepped.h"
#include "lab/trial.h"
#include "traces/scenario.h"

/* A key of the table is right with a probability that the trace's orders say; each try is a reexec. */
#define TRIAL_KEYS  400
#define TRIAL_BOOTS 10
#define TRIAL_TURNS 3 /* tries turn by turn */

/* How close to each other things come. */
typedef enum Way {
        WAY_TOGETHER,     /* PID 1 is stopped for what the trace has between two dispatches */
        WAY_TURN_BY_TURN, /* it is held before each turn of its event loop */
        WAY_ONE_BY_ONE,   /* it comes to rest after each */
        _WAY_MAX,
} Way;

/* One of the two runs of a trace, in one way. */
typedef struct Trial {
        const char *file, *tree, *actor;
        const Profile *profile;
        const Trace *trace;
        const TraceRun *run;
        Way way;
        Schedule *schedule;
        const WantedOrder *order;
        Catalog *catalog; /* all of the trace's scenario */
        char *line;       /* the run that decided, NULL: none that the model could run */
        char *why;        /* it has not come to a run */
} Trial;

#define PROBE_NAME "coldplug-probe.service"
#define PROBE_FILE "/run/systemd/system/" PROBE_NAME

static void run_systemctl(Machine *m, const char *verb, const char *unit) {
        const char *const arguments[] = { verb, unit, NULL };

        machine_systemctl(m, arguments);
}

/* A unit that only refers to all the names, so that they are in the table. */
static void write_probe(const Machine *m, const GPtrArray *names) {
        g_autofree char *path = g_strconcat(m->container->root, PROBE_FILE, NULL),
                        *folder = g_path_get_dirname(path);
        g_autoptr(GString) text = g_string_new("[Unit]\nDefaultDependencies=no\n");

        for (unsigned i = 0; i < names->len; i++)
                g_string_append_printf(text, "After=%s\n", (const char *) names->pdata[i]);
        g_string_append(text, "[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=/bin/true\n");
        g_mkdir_with_parents(folder, 0755);
        g_file_set_contents(path, text->str, -1, NULL);
}

static void remove_probe(Machine *m) {
        g_autofree char *path = g_strconcat(m->container->root, PROBE_FILE, NULL);

        run_systemctl(m, "stop", PROBE_NAME);
        sight_free(machine_settle(m));
        unlink(path);
        run_systemctl(m, "daemon-reload", NULL);
        sight_free(machine_settle(m));
}

/* The whole table, NULL while PID 1 cannot tell. */
static char **read_order(Machine *m) {
        Bus *bus = bus_open(m->container);
        g_autoptr(GPtrArray) units = bus ? bus_list_units(bus) : NULL, order = g_ptr_array_new();

        bus_close(bus);
        if (!units)
                return NULL;
        for (unsigned i = 0; i < units->len; i++)
                g_ptr_array_add(order, g_strdup(((BusUnit *) units->pdata[i])->name));
        g_ptr_array_add(order, NULL);
        return (char **) g_ptr_array_steal(order, NULL);
}

/* Draws keys until the names are in order. False: PID 1 died or luck failed. */
static bool draw_key(Machine *m, const WantedOrder *wanted) {
        if (wanted->names->len == 0)
                return true;
        write_probe(m, wanted->names);
        run_systemctl(m, "start", PROBE_NAME);
        for (unsigned key = 0; key < TRIAL_KEYS && !container_is_dead(m->container);) {
                g_auto(GStrv) order = read_order(m);

                if (order && g_strv_contains((const char *const *) order, PROBE_NAME)) {
                        if (wanted_order_fits_table(wanted, order)) {
                                remove_probe(m);
                                return true;
                        }
                        run_systemctl(m, "daemon-reexec", NULL);
                        key++;
                }
                g_usleep(20000);
        }
        return false;
}

static bool orders_fit(const WantedOrder *wanted, const Recording *r) {
        for (unsigned i = 0; i < r->steps->len; i++) {
                const Step *s = r->steps->pdata[i];

                if (s->order_before && !wanted_order_fits(wanted, s->order_before))
                        return false;
        }
        return true;
}

/* One boot. NULL without @error: the order was not there, or x->why. */
static Recording *try_once(Trial *x, GError **error) {
        const Schedule *s = x->schedule;
        g_autoptr(Machine) m = machine_boot(x->tree, x->actor, error);
        g_autoptr(Recording) r = NULL;
        g_autofree char *line = NULL;

        if (!m)
                return NULL;
        if (!draw_key(m, x->order)) {
                if (!container_is_dead(m->container))
                        x->why = g_strdup_printf("none of %d hash keys has the names in the order that it needs",
                                                 TRIAL_KEYS);
                return NULL;
        }
        line = record_told(m, x->trace->scenario, s->text, s->catalog, s->told_from, error);
        if (m->refused) {
                g_clear_error(error);
                x->why = g_strdup(m->refused);
                return NULL;
        }
        r = line ? recording_parse(x->file, 0, line, strlen(line), 0, error) : NULL;
        if (!r || !orders_fit(x->order, r))
                return NULL;
        r->profile = x->profile;
        if (x->way != WAY_TURN_BY_TURN)
                x->line = g_steal_pointer(&line);
        else if (!stepped_run(m, x->catalog, x->order, r, &x->why))
                return NULL;
        return g_steal_pointer(&r);
}

static Schedule *make_schedule(const Trial *x, char **ret_why) {
        switch (x->way) {
        case WAY_TURN_BY_TURN:
                return schedule_of_top(x->file, x->trace, ret_why);
        case WAY_ONE_BY_ONE:
                return schedule_of_run_loose(x->file, x->trace, x->run, ret_why);
        default:
                return schedule_of_run(x->file, x->trace, x->run, ret_why);
        }
}

/* NULL without @error: x->why. */
static Recording *run_once(Trial *x, GError **error) {
        g_autoptr(Schedule) s = make_schedule(x, &x->why);
        g_autoptr(Catalog) c = scenario_parse(x->file, x->trace->text, strlen(x->trace->text), NULL, NULL);
        g_autoptr(WantedOrder) order = wanted_order_new(x->trace, x->run);
        g_autoptr(Recording) r = NULL;
        g_autoptr(GError) e = NULL;

        x->order = order;
        x->schedule = s;
        x->catalog = c;
        for (unsigned boot = 0; s && c && boot < TRIAL_BOOTS && !r && !e && !x->why; boot++)
                r = try_once(x, &e);
        if (e)
                g_propagate_error(error, g_steal_pointer(&e));
        else if (!r && !x->why)
                x->why = g_strdup_printf("the names were not in the order that it needs in %d boots",
                                         TRIAL_BOOTS);
        return g_steal_pointer(&r);
}

static void trial_clear(Trial *x) {
        g_clear_pointer(&x->line, g_free);
        g_clear_pointer(&x->why, g_free);
}

/* That two orders end differently is only seen when both are. */
static bool run_other(const Trial *x, TrialVerdict *ret, char **ret_why, GError **error) {
        Trial other = { .file = x->file,
                        .tree = x->tree,
                        .profile = x->profile,
                        .actor = x->actor,
                        .trace = x->trace,
                        .run = &x->trace->other,
                        .way = x->way };
        g_autoptr(GError) e = NULL;
        g_autoptr(Recording) r = run_once(&other, &e);

        if (r)
                *ret = judge_other_run(x->trace, r, x->way == WAY_TURN_BY_TURN, ret_why);
        else if (!e) {
                *ret = TRIAL_NOT_STEERABLE;
                *ret_why = g_strdup_printf("the other order: %s", other.why);
        }
        trial_clear(&other);
        if (!e)
                return true;
        g_propagate_error(error, g_steal_pointer(&e));
        return false;
}

static bool run_way(Trial *x, TrialVerdict *ret, char **ret_why, GError **error) {
        g_autoptr(GError) e = NULL;
        g_autoptr(Recording) r = run_once(x, &e);

        *ret = TRIAL_NOT_STEERABLE;
        if (e) {
                g_propagate_error(error, g_steal_pointer(&e));
                return false;
        }
        if (!r) {
                *ret_why = g_steal_pointer(&x->why);
                return true;
        }
        *ret = (x->way == WAY_TURN_BY_TURN ? judge_stepped : judge_recording_of)(x->trace, r, ret_why);
        if (*ret != TRIAL_CONFIRMED || !judge_needs_other(x->trace))
                return true;
        g_clear_pointer(ret_why, g_free);
        return run_other(x, ret, ret_why, error);
}

static void add_reason(char **why, const char *more) {
        g_autofree char *first = *why;

        *why = g_strdup_printf("%s; turn by turn: %s", first, more);
}

/* A trace with fixes says nothing of a systemd that has none of them. */
static char *find_missing_fixes(const Trace *t, const Profile *profile) {
        g_autoptr(GString) names = g_string_new(NULL);

        if (t->fixes->len == 0 || profile->n_added > 0)
                return NULL;
        for (unsigned i = 0; i < t->fixes->len; i++)
                g_string_append_printf(names, "%s%s", i == 0 ? "" : "+", (char *) t->fixes->pdata[i]);
        return g_strdup_printf("it is of a systemd with %s; give a tree that has it, with --root DIR --fix %s",
                               names->str, names->str);
}

bool trial_run(const char *file, const Trace *t, const char *tree, const Profile *profile, const char *actor,
               TrialVerdict *ret, char **ret_why, char **ret_recording, GError **error) {
        *ret = TRIAL_NOT_STEERABLE;
        *ret_recording = NULL;
        *ret_why = find_missing_fixes(t, profile);
        if (*ret_why)
                return true;
        for (Way way = 0; way < _WAY_MAX; way++) {
                Trial x = {
                        .file = file,
                        .tree = tree,
                        .profile = profile,
                        .actor = actor,
                        .trace = t,
                        .run = &t->run,
                        .way = way,
                };
                g_autofree char *why = NULL;
                bool ok = run_way(&x, ret, &why, error), ran = x.line || way == WAY_TURN_BY_TURN;

                /* A busy machine may let PID 1 go on too early. */
                for (unsigned i = 1;
                     ok && i < TRIAL_TURNS && way == WAY_TURN_BY_TURN && *ret == TRIAL_NOT_STEERABLE; i++) {
                        trial_clear(&x);
                        g_clear_pointer(&why, g_free);
                        ok = run_way(&x, ret, &why, error);
                }

                if (ok && (!*ret_why || *ret != TRIAL_NOT_STEERABLE)) {
                        g_free(*ret_why);
                        *ret_why = g_steal_pointer(&why);
                        g_free(*ret_recording);
                        *ret_recording = g_steal_pointer(&x.line);
                } else if (ok && way == WAY_TURN_BY_TURN)
                        add_reason(ret_why, why);
                trial_clear(&x);
                if (!ok)
                        g_clear_pointer(ret_why, g_free);
                if (!ok || *ret != TRIAL_NOT_STEERABLE || !ran)
                        return ok;
        }
        return true;
}
