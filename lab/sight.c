/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "lab/bus.h"
#include "lab/machine.h"
#include "traces/ranking.h"

#define SETTLE_SECONDS   15
#define SETTLE_FIRST     30000 /* microseconds: the kernel holds back news of cgroups for 10 ms */
#define SETTLE_STEP      40000
#define SETTLE_STEP_REST 20000 /* when nobody has anything to do */
#define SETTLE_SAME      2     /* reads that agree with the one before */
#define SETTLE_SAME_REST 1
#define UNKNOWN_TRIES    20 /* a process that has not executed its program yet */
#define CONNECTION_TRIES 60

typedef struct Look {
        Machine *machine;
        Bus *bus;
        GPtrArray *actors;
        Sight *sight;
        bool unknown; /* some process is no actor (yet) */
        bool failed;
} Look;

void sight_free(Sight *s) {
        if (!s)
                return;
        g_clear_pointer(&s->observation, observation_free);
        g_strfreev(s->order);
        g_free(s->text);
        g_free(s);
}

static bool is_observed(const Catalog *c, const char *name) {
        NameId id = c ? catalog_find_name(c, name) : ID_NONE;

        return is_orphan_name(name) || (id != ID_NONE && c->names[id].observed);
}

static char *get(Look *l, const char *unit, const char *interface, const char *property) {
        return bus_get(l->bus, unit, interface, property, &l->failed);
}

static char *process_text(Look *l, char *number) {
        g_autofree char *text = number;
        int pid = text ? (int) g_ascii_strtoll(text, NULL, 10) : 0;

        if (pid == 0)
                return g_strdup("");
        for (unsigned i = l->actors->len; i > 0; i--) {
                const Actor *a = l->actors->pdata[i - 1];

                if (a->inner == pid)
                        return g_strdup_printf("%s.%u", a->tag, a->number);
        }
        l->unknown = true;
        return g_strdup_printf("?%d", pid);
}

/* The last part of the interface's name, "Service"; NULL for types that have nothing to see. */
static const char *type_interface(const char *unit) {
        static const struct {
                const char *suffix, *interface;
        } table[] = {
                { ".service", "Service" },
                { ".socket", "Socket" },
                { ".mount", "Mount" },
                { ".slice", "Slice" },
        };

        for (size_t i = 0; i < G_N_ELEMENTS(table); i++)
                if (g_str_has_suffix(unit, table[i].suffix))
                        return table[i].interface;
        return NULL;
}

static char *or_empty(char *s) {
        return s ? s : g_strdup("");
}

static void see_orphan(Look *l, const BusUnit *u) {
        SeenOrphan *o = observation_add_orphan(l->sight->observation);
        const char *type = type_interface(u->name);

        o->field[ORPHAN_DESCRIPTION] = or_empty(get(l, u->name, "Unit", "Description"));
        o->field[ORPHAN_LOAD_STATE] = or_empty(get(l, u->name, "Unit", "LoadState"));
        o->field[ORPHAN_SUB_STATE] = or_empty(get(l, u->name, "Unit", "SubState"));
        o->field[ORPHAN_MAIN_PID] = process_text(l, type ? get(l, u->name, type, "MainPID") : NULL);
        o->field[ORPHAN_CONTROL_GROUP] = or_empty(type ? get(l, u->name, type, "ControlGroup") : NULL);
        o->field[ORPHAN_JOB] = g_strdup(u->job);
}

/* Reading a property of a unit that was not found makes PID 1 try to load it again. */
static void see_not_found(const BusUnit *u, SeenUnit *seen) {
        seen->field[SEEN_ID] = g_strdup(u->name);
        seen->field[SEEN_LOAD_STATE] = g_strdup(u->load_state);
        seen->field[SEEN_ACTIVE_STATE] = g_strdup(u->active_state);
        seen->field[SEEN_SUB_STATE] = g_strdup(u->sub_state);
}

static void see_loaded(Look *l, const BusUnit *u, SeenUnit *seen) {
        const char *type = type_interface(u->name);

        seen->field[SEEN_ID] = or_empty(get(l, u->name, "Unit", "Id"));
        seen->field[SEEN_NAMES] = or_empty(get(l, u->name, "Unit", "Names"));
        seen->field[SEEN_LOAD_STATE] = or_empty(get(l, u->name, "Unit", "LoadState"));
        seen->field[SEEN_ACTIVE_STATE] = or_empty(get(l, u->name, "Unit", "ActiveState"));
        seen->field[SEEN_SUB_STATE] = or_empty(get(l, u->name, "Unit", "SubState"));
        seen->field[SEEN_FRAGMENT_PATH] = or_empty(get(l, u->name, "Unit", "FragmentPath"));
        if (!type)
                return;
        seen->field[SEEN_RESULT] = get(l, u->name, type, "Result");
        if (!g_str_equal(type, "Service"))
                return;
        seen->field[SEEN_MAIN_PID] = process_text(l, get(l, u->name, type, "MainPID"));
        seen->field[SEEN_CONTROL_PID] = process_text(l, get(l, u->name, type, "ControlPID"));
        seen->field[SEEN_STATUS_TEXT] = or_empty(get(l, u->name, type, "StatusText"));
        seen->field[SEEN_N_RESTARTS] = or_empty(get(l, u->name, type, "NRestarts"));
        seen->field[SEEN_CONTROL_GROUP] = or_empty(get(l, u->name, type, "ControlGroup"));
}

static void see_unit(Look *l, const BusUnit *u) {
        SeenUnit *seen;

        if (is_orphan_name(u->name)) {
                see_orphan(l, u);
                return;
        }
        seen = observation_add_unit(l->sight->observation, u->name);
        if (g_str_equal(u->load_state, "not-found"))
                see_not_found(u, seen);
        else
                see_loaded(l, u, seen);
        seen->field[SEEN_JOB] = g_strdup(u->job);
}

static void see_units(Look *l) {
        g_autoptr(GPtrArray) units = bus_list_units(l->bus);
        g_autoptr(GPtrArray) order = g_ptr_array_new();

        l->failed = l->failed || !units;
        for (unsigned i = 0; units && i < units->len && !l->failed; i++) {
                const BusUnit *u = units->pdata[i];

                if (!is_observed(l->machine->catalog, u->name))
                        continue;
                g_ptr_array_add(order, g_strdup(u->name));
                see_unit(l, u);
        }
        g_ptr_array_add(order, NULL);
        l->sight->order = (char **) g_ptr_array_steal(order, NULL);
}

static void see_processes(Look *l) {
        for (unsigned i = 0; i < l->actors->len; i++) {
                const Actor *a = l->actors->pdata[i];
                g_autofree char *name = g_strdup_printf("%s.%u", a->tag, a->number);

                if (a->pid)
                        observation_add_process(l->sight->observation, name, a->cgroup);
        }
}

static char *sight_to_text(const Sight *s) {
        Recording r = { .systemd = (char *) "",
                        .scenario = (char *) "",
                        .name = (char *) "",
                        .steps = recording_steps_new() };
        GString *text = g_string_new(NULL);
        Step *step = recording_add_step(&r, "");

        step->order_after = s->order;
        step->after = s->observation;
        recording_write(&r, text);
        step->order_after = NULL;
        step->after = NULL;
        g_ptr_array_unref(r.steps);
        return g_string_free(text, FALSE);
}

/* NULL: it could not be seen. */
static Sight *look(Machine *m, Bus *bus, bool *ret_unknown) {
        g_autoptr(Sight) s = g_new0(Sight, 1);
        g_autoptr(GPtrArray) actors = machine_actors(m);
        Look l = { .machine = m, .bus = bus, .actors = actors, .sight = s };

        s->observation = observation_new();
        see_units(&l);
        see_processes(&l);
        observation_sort(s->observation);
        s->text = sight_to_text(s);
        *ret_unknown = l.unknown;
        return l.failed ? NULL : g_steal_pointer(&s);
}

Sight *machine_look(Machine *m, Bus *bus) {
        for (unsigned i = 0;; i++) {
                bool is_unknown = false;
                g_autoptr(Sight) s = look(m, bus, &is_unknown);

                if (!s || !is_unknown || i >= UNKNOWN_TRIES)
                        return g_steal_pointer(&s);
                g_usleep(SETTLE_STEP);
        }
}

static Bus *connect_or_dead(Machine *m) {
        for (unsigned i = 0; i < CONNECTION_TRIES && !container_is_dead(m->container); i++) {
                Bus *bus = bus_open(m->container);

                if (bus)
                        return bus;
                g_usleep(50000);
        }
        return NULL;
}

/* Whether a process sleeps and has no signal to come. */
static bool process_rests(pid_t pid) {
        static const char *const pending[] = { "\nSigPnd:\t", "\nShdPnd:\t" };
        g_autofree char *path = g_strdup_printf("/proc/%d/status", pid), *text = NULL;
        const char *state;

        if (!g_file_get_contents(path, &text, NULL, NULL))
                return false;
        state = strstr(text, "\nState:\t");
        if (!state || !strchr("ST", state[8]))
                return false;
        for (size_t i = 0; i < G_N_ELEMENTS(pending); i++) {
                const char *mask = strstr(text, pending[i]);

                if (mask && strtoull(mask + strlen(pending[i]), NULL, 16) != 0)
                        return false;
        }
        return true;
}

static bool units_rest(const Observation *o) {
        for (unsigned i = 0; i < o->units->len; i++) {
                const SeenUnit *u = o->units->pdata[i];

                if (strstr(u->field[SEEN_ACTIVE_STATE], "ing"))
                        return false;
        }
        return true;
}

/* Nothing goes on that could change what was seen: no job, no unit on its way, PID 1 and all actors asleep. A unit on its way may
 * stay so for good; for those the time decides. */
static bool machine_rests(const Machine *m, Bus *bus, const Sight *s) {
        g_autofree char *jobs = NULL;
        g_autoptr(GPtrArray) actors = NULL;

        if (!units_rest(s->observation))
                return false;
        jobs = bus_get_manager(bus, "NJobs");
        if (g_strcmp0(jobs, "0") != 0)
                return false;
        actors = machine_actors(m);
        for (unsigned i = 0; i < actors->len; i++) {
                const Actor *a = actors->pdata[i];

                if (a->pid && !process_rests(a->pid))
                        return false;
        }
        /* It has just answered. */
        for (unsigned i = 0; i < 5; i++) {
                if (process_rests(m->container->init))
                        return true;
                g_usleep(1000);
        }
        return false;
}

Sight *machine_settle(Machine *m) {
        gint64 end = g_get_monotonic_time() + SETTLE_SECONDS * G_USEC_PER_SEC;
        g_autoptr(Sight) last = NULL;
        Bus *bus = NULL;
        unsigned same = 0, unknown = 0, enough = SETTLE_SAME;

        g_usleep(SETTLE_FIRST);
        while (g_get_monotonic_time() < end) {
                g_autoptr(Sight) s = NULL;
                bool is_unknown = false, rests;

                if (!bus && !(bus = connect_or_dead(m)))
                        return NULL;
                s = look(m, bus, &is_unknown);
                if (!s) {
                        bus_close(bus);
                        bus = NULL;
                        continue;
                }
                rests = !is_unknown && machine_rests(m, bus, s);
                if (is_unknown && unknown++ < UNKNOWN_TRIES)
                        same = 0;
                else
                        same = last && g_str_equal(last->text, s->text) ? same + 1 : 0;
                enough = rests ? SETTLE_SAME_REST : SETTLE_SAME;
                g_clear_pointer(&last, sight_free);
                last = g_steal_pointer(&s);
                if (same >= enough)
                        break;
                g_usleep(rests ? SETTLE_STEP_REST : SETTLE_STEP);
        }
        m->unsettled = m->unsettled || same < enough;
        bus_close(bus);
        g_usleep(10000);
        return g_steal_pointer(&last);
}
