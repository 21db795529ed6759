/* SPDX-License-Identifier: MIT */

#include <string.h>

#include "manager.h"

void manager_inbox_add(Manager *m, const InboxEntry *e) {
        if (m->world->n_inbox >= m->layout->n_inbox) {
                manager_limit(m);
                return;
        }

        m->inbox[m->world->n_inbox++] = *e;
}

bool manager_inbox_has(const Manager *m, InboxKind kind, NameId unit) {
        for (size_t i = 0; i < m->world->n_inbox; i++)
                if (m->inbox[i].kind == kind && m->inbox[i].unit == unit)
                        return true;

        return false;
}

void manager_inbox_add_event(Manager *m, InboxKind kind, NameId unit) {
        InboxEntry e = { .kind = (uint8_t) kind, .unit = unit, .client = ID_NONE };

        if (!manager_inbox_has(m, kind, unit))
                manager_inbox_add(m, &e);
}

void manager_inbox_remove(Manager *m, unsigned index) {
        World *w = m->world;

        w->n_inbox--;
        memmove(m->inbox + index, m->inbox + index + 1, (w->n_inbox - index) * sizeof(InboxEntry));
        memset(m->inbox + w->n_inbox, 0, sizeof(InboxEntry));
}
