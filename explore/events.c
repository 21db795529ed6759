/* SPDX-License-Identifier: MIT */

#include "events.h"

size_t events_max(const WorldLayout *l) {
        return l->n_clients + l->n_processes + 1;
}

/* As outside_run_statement() does: after each operation PID 1 settles, unless it is paused. */
static size_t enumerate_top_level(Manager *m, Event *ret) {
        bool paused = (m->world->flags & WORLD_PAUSED) != 0;

        if (!paused && manager_is_pending(m)) {
                *ret = (Event) { .kind = EVENT_DISPATCH };
                return 1;
        }

        Pid pid = paused ? 0 : kernel_oldest_exiting(m);
        if (pid != 0)
                *ret = (Event) { .kind = EVENT_EXIT, .actor = pid };
        else if (m->world->top_pc < m->catalog->top.n_statements)
                *ret = (Event) { .kind = EVENT_TOP };
        else
                return 0;
        return 1;
}

size_t events_enumerate(Manager *m, bool top_level, Event *ret) {
        size_t n = 0;

        if (MANAGER_CRASHED(m))
                return 0;
        if (top_level)
                return enumerate_top_level(m, ret);

        for (size_t i = 0; i < m->catalog->n_clients; i++)
                if (!m->clients[i].waiting && m->clients[i].pc < m->catalog->clients[i].n_statements)
                        ret[n++] = (Event) { .kind = EVENT_STATEMENT, .actor = (uint16_t) i };
        for (size_t i = 0; i < m->layout->n_processes; i++)
                if (process_can_exit(m->processes + i))
                        ret[n++] = (Event) { .kind = EVENT_EXIT, .actor = (uint16_t) (i + 1) };
        if (manager_is_pending(m))
                ret[n++] = (Event) { .kind = EVENT_DISPATCH };
        return n;
}

bool event_is_possible(const Manager *m, Event e) {
        if (MANAGER_CRASHED(m))
                return false;

        switch ((EventKind) e.kind) {
        case EVENT_TOP:
                return m->world->top_pc < m->catalog->top.n_statements;
        case EVENT_STATEMENT:
                return !m->clients[e.actor].waiting &&
                       m->clients[e.actor].pc < m->catalog->clients[e.actor].n_statements;
        case EVENT_EXIT:
                return process_can_exit(m->processes + e.actor - 1);
        case EVENT_DISPATCH:
        case EVENT_INTERRUPTED:
                return manager_is_pending(m);
        }
        return false;
}

void event_perform(Manager *m, Event e) {
        switch ((EventKind) e.kind) {
        case EVENT_TOP:
                outside_advance(m, 0);
                break;
        case EVENT_STATEMENT:
                outside_advance(m, e.actor + 1U);
                break;
        case EVENT_EXIT:
                kernel_exit(m, e.actor, CODE_EXITED, 0);
                break;
        case EVENT_DISPATCH:
        case EVENT_INTERRUPTED:
                manager_dispatch(m);
                break;
        }
}

bool world_is_at_rest(const Manager *m) {
        if (MANAGER_CRASHED(m))
                return true;
        if (manager_is_pending(m))
                return false;
        for (size_t i = 0; i < m->catalog->n_clients; i++)
                if (m->clients[i].waiting || m->clients[i].pc < m->catalog->clients[i].n_statements)
                        return false;
        return true;
}
