/* SPDX-License-Identifier: MIT */

/* Which units want to hear of a process: Process.watch[0] is the entry in Manager.watch_pids, the others are the
 * array beside it, in the order in which they came. */

#include "unit.h"

static Process *manager_process(Manager *m, Pid pid) {
        return m->processes + pid - 1;
}

static bool process_is_watched_by(const Process *p, UnitSlot slot) {
        for (size_t i = 0; i < G_N_ELEMENTS(p->watch); i++)
                if (p->watch[i] == slot)
                        return true;

        return false;
}

/* Leaving watch_pids empties its entry and moves nobody up: the next one who comes takes it. */
static void process_remove_watch(Process *p, UnitSlot slot) {
        size_t n = G_N_ELEMENTS(p->watch), i;

        for (i = 0; i < n; i++)
                if (p->watch[i] == slot)
                        break;
        if (i == n)
                return;

        p->watchers--;
        if (i == 0) {
                p->watch[0] = UNIT_NONE;
                return;
        }

        for (; i + 1 < n; i++)
                p->watch[i] = p->watch[i + 1];
        p->watch[n - 1] = UNIT_NONE;
}

void unit_watch_pid(Manager *m, Unit *u, Pid pid, bool exclusive) {
        Process *p = manager_process(m, pid);
        UnitSlot slot = unit_slot(m, u);

        if (exclusive) {
                for (size_t i = 0; i < G_N_ELEMENTS(p->watch); i++)
                        p->watch[i] = UNIT_NONE;
                p->watchers = 0;
        }

        if (process_is_watched_by(p, slot))
                return;

        for (size_t i = 0; i < G_N_ELEMENTS(p->watch); i++)
                if (p->watch[i] == UNIT_NONE) {
                        p->watch[i] = slot;
                        p->watchers++;
                        return;
                }

        manager_limit(m);
}

void unit_unwatch_pid(Manager *m, Unit *u, Pid pid) {
        if (pid > 0)
                process_remove_watch(manager_process(m, pid), unit_slot(m, u));
}

void unit_unwatch_all_pids(Manager *m, Unit *u) {
        for (size_t i = 0; i < m->layout->n_processes; i++)
                process_remove_watch(m->processes + i, unit_slot(m, u));
}
