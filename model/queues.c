/* SPDX-License-Identifier: MIT */

/* The queues of Manager, 252-262. systemd's are linked lists to which units are prepended, and whose head is
 * taken; only the cgroup realize queue is appended to. Here Unit.queue[] is the place in a queue, counted
 * from 1 without gaps. */

#include "unit.h"

bool unit_in_queue(const Unit *u, UnitQueue q) {
        return u->queue[q] > 0;
}

void manager_queue_add(Manager *m, UnitQueue q, Unit *u) {
        if (!unit_in_queue(u, q))
                u->queue[q] = ++m->world->n_queued[q];
}

void manager_queue_remove(Manager *m, UnitQueue q, Unit *u) {
        uint16_t place = u->queue[q];

        if (place == 0)
                return;

        u->queue[q] = 0;

        if (place < m->world->n_queued[q])
                for (size_t i = 0; i < m->layout->n_units; i++)
                        if (m->units[i].queue[q] > place)
                                m->units[i].queue[q]--;

        m->world->n_queued[q]--;
}

Unit *manager_queue_pop(Manager *m, UnitQueue q) {
        uint16_t place = q == QUEUE_CGROUP_REALIZE ? 1 : m->world->n_queued[q];

        if (m->world->n_queued[q] == 0)
                return NULL;

        for (size_t i = 0; i < m->layout->n_units; i++)
                if (m->units[i].queue[q] == place) {
                        manager_queue_remove(m, q, m->units + i);
                        return m->units + i;
                }

        return NULL;
}

/* cgroup.c:manager_dispatch_cgroup_realize_queue, 252-262 */
unsigned manager_dispatch_cgroup_realize_queue(Manager *m) {
        unsigned n = 0;
        Unit *u;

        while ((u = manager_queue_pop(m, QUEUE_CGROUP_REALIZE))) {
                if (UNIT_IS_INACTIVE_OR_FAILED(unit_active_state(m, u)))
                        continue;

                unit_realize_cgroup(m, u);
                n++;
        }

        return n;
}
