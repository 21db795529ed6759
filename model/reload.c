/* SPDX-License-Identifier: MIT */

/* manager.c:manager_reload; main.c and manager.c:manager_startup for a new PID 1 that finds a stream. */

#include <string.h>

#include "base-units.h"
#include "fixes.h"
#include "journal.h"
#include "kernel.h"

#define RELOAD_COUNT_MAX 3U

static void observe(Manager *m, const char *where, NameId name) {
        if (m->chooser->observation_point)
                m->chooser->observation_point(m->chooser, m, where, name);
}

/* Events that hang on objects which a reload frees. What an armed timer waits for does not move by it, so one that has
 * elapsed elapses at once when it is armed again; a watch of a PID file is gone for good. */
typedef struct PendingTimers {
        InboxEntry *entries;
        size_t n;
} PendingTimers;

static bool inbox_kind_is_timer(uint8_t kind) {
        return kind == INBOX_TIMER || kind == INBOX_WATCHDOG || kind == INBOX_JOB_TIMER;
}

static void take_pending_timers(Manager *m, PendingTimers *timers) {
        for (unsigned i = 0; i < m->world->n_inbox;) {
                const InboxEntry *e = m->inbox + i;

                if (inbox_kind_is_timer(e->kind))
                        timers->entries[timers->n++] = *e;
                else if (e->kind != INBOX_PID_FILE) {
                        i++;
                        continue;
                }
                manager_inbox_remove(m, i);
        }
}

static bool timer_is_armed(const Unit *u, uint8_t kind) {
        switch (kind) {
        case INBOX_TIMER:
                return u->type == UNIT_SERVICE && (u->service.flags & SERVICE_TIMER_ARMED);

        case INBOX_WATCHDOG:
                return u->type == UNIT_SERVICE && (u->service.flags & SERVICE_WATCHDOG_ARMED);

        case INBOX_JOB_TIMER:
                return u->job.installed && (u->job.flags & JOB_HAS_TIMER);

        default:
                return false;
        }
}

static void return_pending_timers(Manager *m, const PendingTimers *timers) {
        for (size_t i = 0; i < timers->n; i++) {
                InboxEntry e = timers->entries[i];
                const Unit *u = manager_get_unit(m, e.unit);

                if (!u || !timer_is_armed(u, e.kind))
                        continue;

                e.unit = u->id;
                if (!manager_inbox_has(m, (InboxKind) e.kind, e.unit))
                        manager_inbox_add(m, &e);
        }
}

/* Calls that wait in other connections are lost with these (bus_fdset_add_all() keeps them open until the new PID 1 is
 * there, and nobody reads them): the clients see a disconnect. */
static void drop_calls(Manager *m) {
        for (unsigned i = 0; i < m->world->n_inbox;) {
                uint16_t client = m->inbox[i].client;

                if (m->inbox[i].kind != INBOX_CALL) {
                        i++;
                        continue;
                }

                if (client != ID_NONE && client > 0)
                        m->clients[client - 1].waiting = 0;
                manager_inbox_remove(m, i);
        }
}

/* manager_clear_jobs_and_units(): in the order of the table, but nothing remains that could tell. */
static void manager_clear_jobs_and_units(Manager *m) {
        for (size_t i = 0; i < m->layout->n_units; i++)
                if (m->units[i].in_use)
                        unit_free(m, m->units + i);

        /* Freeing one unit may have put another into a queue, but that one is gone as well. */
        memset(m->world->n_queued, 0, sizeof(m->world->n_queued));
}

/* Fills @slots and returns how many there are. */
static size_t manager_list_units(Manager *m, UnitSlot *slots, const OrderRule *rule, const char *where) {
        size_t n = 0;

        for (size_t i = 0; i < m->layout->n_units; i++)
                if (m->units[i].in_use)
                        slots[n++] = (UnitSlot) i;

        manager_sort_units(m, slots, n, rule, NULL, where);
        return n;
}

typedef void (*UnitVisit)(Manager *m, Unit *u);

/* Visits each unit once. Units that come up meanwhile are not visited, units that go are not missed. */
static void manager_visit_units(Manager *m, const OrderRule *rule, const char *function, const char *where,
                                UnitVisit visit) {
        UnitSlot *slots = g_newa(UnitSlot, m->layout->n_units);
        NameId *ids = g_newa(NameId, m->layout->n_units);
        size_t n;

        n = manager_list_units(m, slots, rule, function);
        for (size_t i = 0; i < n; i++)
                ids[i] = m->units[slots[i]].id;

        for (size_t i = 0; i < n && !MANAGER_CRASHED(m); i++) {
                Unit *u = m->units + slots[i];

                observe(m, where, ids[i]);
                if (u->in_use && u->id == ids[i])
                        visit(m, u);
        }
}

static void manager_coldplug(Manager *m) {
        fixes_coldplug(m);
        manager_visit_units(m, &coldplug_order_rule, "manager_coldplug", OBSERVE_COLDPLUG, unit_coldplug);

        /* Nobody reads it after this, so worlds shall not differ by it. */
        for (size_t i = 0; i < m->layout->n_units; i++)
                m->units[i].service.deserialized_state = 0;
}

static void manager_catchup(Manager *m) {
        manager_visit_units(m, &catchup_order_rule, "manager_catchup", OBSERVE_CATCHUP, unit_catchup);
}

/* Processes that were there in this reload, for no-double-start. */
static void count_reload(Manager *m) {
        World *w = m->world;

        if (w->reload_count < RELOAD_COUNT_MAX)
                w->reload_count++;

        for (size_t i = 0; i < m->layout->n_processes; i++) {
                Process *p = m->processes + i;

                if (p->state != PROCESS_NONE && p->epoch < UINT16_MAX)
                        p->epoch++;
        }
}

static void write_stream(Manager *m) {
        m->reload = (ReloadReport) { .first_stray = ID_NONE };
        memcpy(m->before_reload, m->world, m->layout->size);

        m->world->flags &= (uint16_t) ~(WORLD_RELOAD_WANTED | WORLD_REEXEC_WANTED);
        m->world->flags |= WORLD_RELOADING;

        manager_serialize(m);
        if (m->observer && m->observer->stream)
                m->observer->stream(m->observer, m, m->stream, m->stream_size);

        if (m->rank_after)
                m->rank = m->rank_after;
        observe(m, OBSERVE_SERIALIZED, ID_NONE);
}

/* Returns what manager_deserialize() returns. */
static int read_stream(Manager *m) {
        StreamReader r = { .text = m->stream, .size = m->stream_size };

        /* First what is there anyway, with what it drags in. */
        base_units_enumerate(m);
        return manager_deserialize(m, &r);
}

static void answer_client(Manager *m) {
        uint16_t client = m->world->reload_client;

        m->world->reload_client = ID_NONE;
        if (client != ID_NONE && client > 0)
                m->clients[client - 1].waiting = 0;
}

/* manager_ready(), and the main loop that begins again: manager_loop() turns on the reaping of zombies that may have
 * been left behind. */
static void manager_ready(Manager *m) {
        manager_catchup(m);

        if (kernel_peek_zombie(m) > 0)
                m->world->flags |= WORLD_SIGCHLD_ON;
}

/* manager_coldplug() to the end */
static void fire_up(Manager *m, const PendingTimers *timers) {
        manager_coldplug(m);
        if (MANAGER_CRASHED(m))
                return;

        return_pending_timers(m, timers);
        count_reload(m);
        m->world->flags &= (uint16_t) ~WORLD_RELOADING;

        manager_ready(m);
        m->reload.done = true;
        answer_client(m);
}

void manager_reload(Manager *m) {
        PendingTimers timers = { .entries = g_newa(InboxEntry, m->layout->n_inbox) };

        manager_note(m, "manager_reload", NULL, "reloads");
        journal_line(m, "%s", m->profile->journal->reloading);
        write_stream(m);
        if (MANAGER_CRASHED(m))
                return;

        take_pending_timers(m, &timers);
        manager_clear_jobs_and_units(m);

        if (read_stream(m) < 0)
                manager_note(m, "manager_reload", NULL, "could not read the stream to its end, and goes on");
        if (MANAGER_CRASHED(m))
                return;

        fire_up(m, &timers);
        if (m->profile->journal->reloaded && !MANAGER_CRASHED(m))
                journal_line(m, "%s", m->profile->journal->reloaded);
}

/* A new process has tables with a new key. */
static void begin_epoch(Manager *m) {
        if (m->world->epoch + 1U >= m->layout->n_epochs) {
                manager_limit(m);
                return;
        }

        m->world->epoch++;
}

void manager_reexec(Manager *m) {
        PendingTimers timers = { .entries = g_newa(InboxEntry, m->layout->n_inbox) };

        manager_note(m, "manager_reexec", NULL, "executes itself again");
        journal_line(m, "Reexecuting.");
        write_stream(m);
        if (MANAGER_CRASHED(m))
                return;

        take_pending_timers(m, &timers);
        drop_calls(m);
        manager_clear_jobs_and_units(m);
        begin_epoch(m);

        /* Other than a reload, a start without its state is none. */
        if (read_stream(m) < 0)
                manager_crash(m, CRASH_OTHER, NULL);
        if (MANAGER_CRASHED(m))
                return;

        fire_up(m, &timers);
}
