/* SPDX-License-Identifier: MIT */

/* The canonical form of a world between two steps. This runs once for each transition of a search, so each
 * part first looks whether there is something to do. */

#include <string.h>

#include "kernel.h"

static bool units_are_placed(const WorldLayout *l, const Unit *units) {
        for (size_t i = 0; i < l->n_units; i++)
                if (units[i].in_use && units[i].id != i)
                        return false;

        return true;
}

static UnitSlot moved_slot(const Unit *old_units, UnitSlot slot) {
        if (slot == UNIT_NONE || !old_units[slot].in_use)
                return UNIT_NONE;

        return old_units[slot].id;
}

static void move_units(const WorldLayout *l, World *w, const World *old) {
        const Unit *old_units = world_units(l, old);
        Unit *units = world_units(l, w);

        memset(units, 0, l->n_units * sizeof(Unit));
        memset(world_commands(l, w), 0, l->n_units * l->n_commands * sizeof(UnitCommand));
        memset(world_job_ids(l, w), 0, l->n_units * 2 * sizeof(uint32_t));

        for (size_t i = 0; i < l->n_units; i++) {
                const Unit *u = old_units + i;

                if (!u->in_use)
                        continue;

                units[u->id] = *u;
                memcpy(world_commands(l, w) + u->id * l->n_commands, world_commands(l, old) + i * l->n_commands,
                       l->n_commands * sizeof(UnitCommand));
                memcpy(world_job_ids(l, w) + u->id * 2, world_job_ids(l, old) + i * 2, 2 * sizeof(uint32_t));
        }
}

static void move_unit_references(const WorldLayout *l, World *w, const Unit *old_units) {
        UnitSlot *names = world_names(l, w);
        Dependency *d = world_dependencies(l, w);
        Unit *units = world_units(l, w);

        for (size_t i = 0; i < l->n_names; i++)
                names[i] = moved_slot(old_units, names[i]);

        for (size_t i = 0; i < w->n_dependencies; i++) {
                d[i].from = moved_slot(old_units, d[i].from);
                d[i].to = moved_slot(old_units, d[i].to);
        }

        for (size_t i = 0; i < l->n_processes; i++) {
                Process *p = world_processes(l, w) + i;

                for (size_t j = 0; j < G_N_ELEMENTS(p->watch); j++)
                        p->watch[j] = moved_slot(old_units, p->watch[j]);
        }

        for (size_t i = 0; i < l->n_units; i++)
                if (units[i].in_use)
                        units[i].merged_into = moved_slot(old_units, units[i].merged_into);
}

static void place_units(const WorldLayout *l, World *w, World *scratch) {
        if (units_are_placed(l, world_units(l, w)))
                return;

        memcpy(world_units(l, scratch), world_units(l, w), l->n_units * sizeof(Unit));
        memcpy(world_commands(l, scratch), world_commands(l, w),
               l->n_units * l->n_commands * sizeof(UnitCommand));
        memcpy(world_job_ids(l, scratch), world_job_ids(l, w), l->n_units * 2 * sizeof(uint32_t));

        move_units(l, w, scratch);
        move_unit_references(l, w, world_units(l, scratch));
}

/* What is left of a unit in a free slot, and fields that only compare within one step, tell no worlds apart.
 * */
static void clear_units(const WorldLayout *l, World *w) {
        for (size_t i = 0; i < l->n_units; i++) {
                Unit *u = world_units(l, w) + i;
                UnitCommand *commands = world_commands(l, w) + i * l->n_commands;

                if (!u->in_use)
                        memset(u, 0, sizeof(Unit));

                if (l->n_commands > u->n_commands)
                        memset(commands + u->n_commands, 0,
                               (l->n_commands - u->n_commands) * sizeof(UnitCommand));
                if (!u->job.installed)
                        memset(&u->job, 0, sizeof(Job));
                if (!u->nop_job.installed)
                        memset(&u->nop_job, 0, sizeof(Job));
                u->service.timer_seq = 0;
        }

        w->timer_seq = 0;
}

static uint64_t dependency_key(const Dependency *d) {
        return (uint64_t) d->from << 32 | (uint64_t) d->type << 24 | d->to;
}

/* The order of iteration is that of the table, so sorting makes it canonical. Mostly nothing moves. */
static void sort_dependencies(const WorldLayout *l, World *w) {
        Dependency *d = world_dependencies(l, w);

        for (size_t i = 1; i < w->n_dependencies; i++) {
                Dependency moving = d[i];
                size_t j = i;

                for (; j > 0 && dependency_key(d + j - 1) > dependency_key(&moving); j--)
                        d[j] = d[j - 1];
                if (j < i)
                        d[j] = moving;
        }

        memset(d + w->n_dependencies, 0, (l->n_dependencies - w->n_dependencies) * sizeof(Dependency));
}

/* Running processes and zombies by age, from the first slot on, and nothing but free slots behind them. */
static bool processes_are_placed(const WorldLayout *l, const World *w) {
        const Process *p = world_processes(l, w);
        size_t n = 0;

        for (size_t i = 0; i < l->n_processes; i++) {
                if (p[i].state == PROCESS_NONE) {
                        if (!process_slot_is_clean(p + i))
                                return false;
                        continue;
                }

                if (i != n || (n > 0 && p[n - 1].seq >= p[n].seq))
                        return false;
                n++;
        }

        return true;
}

#define PLACE_NONE UINT16_MAX

/* Calls @visit for each place in which a world says a pid; the callee may change it. */
typedef void (*VisitPid)(uint16_t *place, Pid *pid);

static void visit_pids(const WorldLayout *l, World *w, uint16_t *place, VisitPid visit) {
        for (size_t i = 0; i < l->n_units; i++) {
                Service *s = &world_units(l, w)[i].service;

                visit(place, &s->main_pid);
                visit(place, &s->control_pid);
        }
        for (size_t i = 0; i < w->n_messages; i++)
                visit(place, &world_messages(l, w)[i].pid);
        for (size_t i = 0; i < l->n_texts; i++) {
                visit(place, world_pid_files(l, w) + i);
                visit(place, world_bus_names(l, w) + i);
        }
        for (size_t i = 0; i < l->n_processes; i++)
                visit(place, &world_processes(l, w)[i].parent);
}

/* place[0] counts the places given, place[pid] is that of a process. */
static void give_place(uint16_t *place, Pid *pid) {
        if (*pid != 0 && place[*pid] == PLACE_NONE)
                place[*pid] = place[0]++;
}

static void rewrite_pid(uint16_t *place, Pid *pid) {
        if (*pid != 0)
                *pid = (Pid) (place[*pid] + 1);
}

static Pid oldest_without_place(const WorldLayout *l, const World *w, const uint16_t *place) {
        const Process *p = world_processes(l, w);
        Pid oldest = 0;

        for (Pid pid = 1; pid <= l->n_processes; pid++)
                if (p[pid - 1].state != PROCESS_NONE && place[pid] == PLACE_NONE &&
                    (oldest == 0 || p[pid - 1].seq < p[oldest - 1].seq))
                        oldest = pid;

        return oldest;
}

static void give_places(const WorldLayout *l, World *w, uint16_t *place) {
        Process *p = world_processes(l, w);
        Pid pid;

        memset(place, 0xFF, (l->n_processes + 1) * sizeof(uint16_t));
        place[0] = 0;

        while ((pid = oldest_without_place(l, w, place)) != 0)
                give_place(place, &pid);

        /* The pids of dead processes that are still mentioned, in the order in which they are. */
        visit_pids(l, w, place, give_place);

        for (pid = 1; pid <= l->n_processes; pid++)
                if (place[pid] == PLACE_NONE) {
                        if (p[pid - 1].watchers == 0) {
                                p[pid - 1] = process_none;
                                world_instances(l, w)[pid - 1] = 0;
                        }
                        give_place(place, &pid);
                }
}

static void permute_processes(const WorldLayout *l, World *w, uint16_t *place) {
        Process *p = world_processes(l, w);
        uint16_t *instances = world_instances(l, w);

        for (size_t i = 0; i < l->n_processes; i++)
                while (place[i + 1] != i) {
                        size_t to = place[i + 1];
                        Process process = p[to];
                        uint16_t instance = instances[to];

                        p[to] = p[i];
                        p[i] = process;
                        instances[to] = instances[i];
                        instances[i] = instance;
                        place[i + 1] = place[to + 1];
                        place[to + 1] = (uint16_t) to;
                }
}

static void place_processes(const WorldLayout *l, World *w, World *scratch) {
        Process *p = world_processes(l, w);
        uint16_t n = 0;

        if (!processes_are_placed(l, w)) {
                /* One number more than there are processes, each of which takes more room in a world. */
                uint16_t *place = (uint16_t *) (void *) scratch;

                give_places(l, w, place);
                visit_pids(l, w, place, rewrite_pid);
                permute_processes(l, w, place);
        }

        for (size_t i = 0; i < l->n_processes; i++) {
                /* What counts is whether it has lived through a reload. */
                p[i].epoch = p[i].state == PROCESS_RUNNING && p[i].epoch > 0;
                if (p[i].state != PROCESS_NONE)
                        p[i].seq = n++;
        }

        w->n_processes_seq = n;
}

/* One call alone is no group, unless others may yet join it. */
static void dissolve_groups(const WorldLayout *l, World *w) {
        InboxEntry *inbox = world_inbox(l, w);

        if (w->flags & WORLD_PAUSED)
                return;

        for (size_t i = 0; i < w->n_inbox; i++) {
                bool alone = true;

                for (size_t j = 0; j < w->n_inbox && alone; j++)
                        alone = i == j || inbox[j].group != inbox[i].group;

                if (alone)
                        inbox[i].group = inbox[i].connection = 0;
        }
}

void world_normalize(const WorldLayout *l, World *w, World *scratch) {
        place_units(l, w, scratch);
        clear_units(l, w);
        sort_dependencies(l, w);
        place_processes(l, w, scratch);
        dissolve_groups(l, w);

        memset(world_inbox(l, w) + w->n_inbox, 0, (l->n_inbox - w->n_inbox) * sizeof(InboxEntry));
        memset(world_messages(l, w) + w->n_messages, 0, (l->n_messages - w->n_messages) * sizeof(Message));
}
