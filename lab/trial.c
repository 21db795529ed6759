/* SPDX-License-Identifier: MIT */
#include <string.h>
#include <unistd.h>

#include "lab/bus.h"
#include "lab/judge.h"
#include "lab/record.h"
#include "lab/schedule.h"
#include "lab/trial.h"

/* A key of the table is right with a probability that the trace's orders say; each try is a reexec. */
#define TRIAL_KEYS  400
#define TRIAL_BOOTS 10

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

/* Draws keys until the names are in order. Returns how many, 0: PID 1 died or luck failed. */
static unsigned draw_key(Machine *m, const Trace *t, const GPtrArray *names) {
        write_probe(m, names);
        run_systemctl(m, "start", PROBE_NAME);
        for (unsigned key = 1; key <= TRIAL_KEYS && !container_is_dead(m->container);) {
                g_auto(GStrv) order = read_order(m);

                if (order && g_strv_contains((const char *const *) order, PROBE_NAME)) {
                        if (schedule_order_fits(t, order)) {
                                remove_probe(m);
                                return key;
                        }
                        run_systemctl(m, "daemon-reexec", NULL);
                        key++;
                }
                g_usleep(20000);
        }
        return 0;
}

static bool orders_fit(const Trace *t, const Recording *r) {
        for (unsigned i = 0; i < r->steps->len; i++) {
                const Step *s = r->steps->pdata[i];

                if (s->order_before && !schedule_order_fits(t, s->order_before))
                        return false;
        }
        return true;
}

/* One boot. NULL without @error: the order was not there. */
static Recording *try_once(const char *file, const Trace *t, const Schedule *s, const char *tree,
                           const char *actor, unsigned *keys, char **ret_line, GError **error) {
        g_autoptr(GPtrArray) names = schedule_ordered_names(t);
        g_autoptr(Machine) m = machine_boot(tree, actor, error);
        g_autoptr(Recording) r = NULL;
        g_autofree char *line = NULL;
        unsigned n = 1;

        if (!m || (names->len > 0 && (n = draw_key(m, t, names)) == 0))
                return NULL;
        *keys += n;
        line = record_scenario(m, t->scenario, s->text, s->catalog, machine_is_enqueue_many(m), error);
        r = line ? recording_parse(file, 0, line, strlen(line), 0, error) : NULL;
        if (!r || !orders_fit(t, r))
                return NULL;
        *ret_line = g_steal_pointer(&line);
        return g_steal_pointer(&r);
}

static bool run_schedule(const char *file, const Trace *t, const Schedule *s, const char *tree,
                         const char *actor, Verdict *ret, char **ret_why, char **ret_recording, GError **error) {
        g_autoptr(Recording) r = NULL;
        g_autoptr(GError) e = NULL;
        unsigned keys = 0;

        for (unsigned boot = 0; boot < TRIAL_BOOTS && !r && !e; boot++)
                r = try_once(file, t, s, tree, actor, &keys, ret_recording, &e);
        if (e) {
                g_propagate_error(error, g_steal_pointer(&e));
                return false;
        }
        if (r)
                *ret = judge_recording_of(t, r, ret_why);
        else
                *ret_why = g_strdup_printf("the names were not in the order that it needs in %u boots",
                                           TRIAL_BOOTS);
        return true;
}

bool trial_run(const char *file, const Trace *t, const char *tree, const char *actor, Verdict *ret,
               char **ret_why, char **ret_recording, GError **error) {
        g_autoptr(Schedule) s = schedule_new(file, t, ret_why), loose = NULL;

        *ret = TRIAL_NOT_STEERABLE;
        *ret_recording = NULL;
        if (!s)
                return true;
        if (!run_schedule(file, t, s, tree, actor, ret, ret_why, ret_recording, error))
                return false;
        if (*ret != TRIAL_NOT_STEERABLE || !*ret_recording)
                return true;
        g_clear_pointer(ret_why, g_free);
        g_clear_pointer(ret_recording, g_free);
        loose = schedule_new_loose(file, t, ret_why);
        return !loose || run_schedule(file, t, loose, tree, actor, ret, ret_why, ret_recording, error);
}
