/* SPDX-License-Identifier: MIT */

/* Events about processes, and the units that they are for. */

#include <string.h>

#include "kernel.h"
#include "unit.h"

/* cgroup.c:manager_get_unit_by_cgroup, 252-262. A cgroup that no unit has belongs to the next one above it
 * that a unit has, which is a slice's. */
Unit *manager_get_unit_by_cgroup(Manager *m, CGroupPath path) {
        Unit *best = NULL;

        if (!cgroup_path_is_set(path))
                return NULL;

        /* Mostly a unit has it, and then no slice has to be looked for. */
        for (size_t i = 0; i < m->layout->n_units; i++)
                if (cgroup_path_equal(m->units[i].cgroup, path) && m->units[i].in_use)
                        return m->units + i;

        for (size_t i = 0; i < m->layout->n_units; i++) {
                Unit *u = m->units + i;

                if (!u->in_use || !cgroup_path_contains(m->catalog, u->cgroup, path))
                        continue;
                if (!best || cgroup_path_contains(m->catalog, best->cgroup, u->cgroup))
                        best = u;
        }

        return best;
}

static size_t add_unit(UnitSlot *units, size_t n, UnitSlot slot) {
        if (slot == UNIT_NONE)
                return n;

        for (size_t i = 0; i < n; i++)
                if (units[i] == slot)
                        return n;

        units[n] = slot;
        return n + 1;
}

/* manager.c:manager_get_units_for_pidref, 257-262; 252 and 254 do the same in the two dispatchers. /proc
 * tells the cgroup of a zombie too. Duplicates are dropped by the callers there (sigchldgen, notifygen). */
size_t manager_get_units_for_pid(Manager *m, Pid pid, UnitSlot ret[static 5]) {
        const Process *p = m->processes + pid - 1;
        const Unit *u;
        size_t n = 0;

        if (p->state != PROCESS_NONE) {
                u = manager_get_unit_by_cgroup(m, p->cgroup);
                if (u)
                        n = add_unit(ret, n, unit_slot(m, u));
        }

        for (size_t i = 0; i < G_N_ELEMENTS(p->watch); i++)
                n = add_unit(ret, n, p->watch[i]);

        return n;
}

/* manager.c:manager_invoke_sigchld_event, 252-262 */
static void manager_invoke_sigchld_event(Manager *m, Unit *u, Pid pid) {
        const Process *p = m->processes + pid - 1;

        manager_note(m, __func__, u, "process %s.%u %s with %u", catalog_text_str(m->catalog, p->tag),
                     (unsigned) world_instances(m->layout, m->world)[pid - 1],
                     p->exit_code == CODE_EXITED ? "exited" : "was killed", (unsigned) p->exit_status);

        unit_unwatch_pid(m, u, pid);

        if (unit_vtable(u)->sigchld_event)
                unit_vtable(u)->sigchld_event(m, u, pid, p->exit_code, p->exit_status);
}

/* manager.c:manager_dispatch_sigchld, 252-262: one child, reaped once all have heard of it */
void manager_dispatch_sigchld(Manager *m) {
        UnitSlot units[5];
        size_t n;
        Pid pid;

        pid = kernel_peek_zombie(m);
        if (pid != 0) {
                n = manager_get_units_for_pid(m, pid, units);

                for (size_t i = 0; i < n; i++) {
                        manager_invoke_sigchld_event(m, m->units + units[i], pid);
                        if (MANAGER_CRASHED(m))
                                return;
                }

                kernel_reap(m, pid);
        }

        /* The event source is turned off by the dispatch that finds no child; nothing can be told from that.
         * */
        if (kernel_peek_zombie(m) == 0)
                m->world->flags &= (uint16_t) ~WORLD_SIGCHLD_ON;
}

/* manager.c:manager_dispatch_notify_fd, 252-262: one datagram */
void manager_dispatch_notify(Manager *m) {
        World *w = m->world;
        Message message = m->messages[0];
        UnitSlot units[5];
        size_t n;

        w->n_messages--;
        memmove(m->messages, m->messages + 1, w->n_messages * sizeof(Message));
        memset(m->messages + w->n_messages, 0, sizeof(Message));

        n = manager_get_units_for_pid(m, message.pid, units);

        for (size_t i = 0; i < n && !MANAGER_CRASHED(m); i++) {
                Unit *u = m->units + units[i];

                if (unit_vtable(u)->notify_message)
                        unit_vtable(u)->notify_message(m, u, message.pid, message.text);
        }
}
