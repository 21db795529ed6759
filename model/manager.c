/* SPDX-License-Identifier: MIT */

#include <stdarg.h>
#include <stdio.h>

#include "base-units.h"
#include "disk.h"
#include "job.h"
#include "journal.h"
#include "kernel.h"
#include "service.h"
#include "stream.h"
#include "unit.h"

Manager *manager_new(const Catalog *catalog, const WorldLayout *layout, const Profile *profile) {
        Manager *m = g_new0(Manager, 1);

        m->catalog = catalog;
        m->layout = layout;
        m->profile = profile;
        m->before_reload = world_new(layout);
        m->scratch_world = world_new(layout);
        m->stream_allocated = 64 * 1024;
        m->stream = g_malloc0(m->stream_allocated);
        m->stream_index = stream_index_new(profile);
        m->unit_files = unit_file_cache_new(layout);
        m->transaction = transaction_scratch_new(layout);
        m->reload.first_stray = ID_NONE;
        m->hit_tag = ID_NONE;
        return m;
}

void manager_free(Manager *m) {
        if (!m)
                return;

        transaction_scratch_free(m->transaction);
        unit_file_cache_free(m->unit_files);
        g_free(m->stream_index);
        g_free(m->stream);
        g_free(m->scratch_world);
        g_free(m->before_reload);
        g_free(m);
}

void manager_bind(Manager *m, World *w) {
        const WorldLayout *l = m->layout;

        m->world = w;
        m->units = world_units(l, w);
        m->commands = world_commands(l, w);
        m->dependencies = world_dependencies(l, w);
        m->processes = world_processes(l, w);
        m->names = world_names(l, w);
        m->disk = world_disk(l, w);
        m->inbox = world_inbox(l, w);
        m->messages = world_messages(l, w);
        m->pid_files = world_pid_files(l, w);
        m->bus_names = world_bus_names(l, w);
        m->clients = world_clients(l, w);
}

void manager_crash(Manager *m, CrashSite site, const Unit *u) {
        if (MANAGER_CRASHED(m))
                return;

        m->world->crashed = (uint8_t) site;
        m->world->crash_unit = u ? u->id : ID_NONE;
        manager_note(m, "assert", u, "PID 1 reaches an assertion");
        journal_crash(m, site);
}

void manager_note(Manager *m, const char *function, const Unit *u, const char *format, ...) {
        char text[512];
        va_list ap;

        if (!m->observer || !m->observer->note)
                return;

        va_start(ap, format);
        (void) vsnprintf(text, sizeof(text), format, ap);
        va_end(ap);

        m->observer->note(m->observer, m, function, u ? u->id : ID_NONE, text);
}

/* manager.c:manager_loop, 252-262. The first queue in which there was something to do begins a new turn. */
static bool manager_dispatch_queues(Manager *m) {
        static unsigned (*const queues[])(Manager *) = {
                manager_dispatch_load_queue,
                manager_dispatch_gc_job_queue,
                manager_dispatch_gc_unit_queue,
                manager_dispatch_cleanup_queue,
                manager_dispatch_cgroup_realize_queue,
                manager_dispatch_start_when_upheld_queue,
                manager_dispatch_stop_when_bound_queue,
                manager_dispatch_stop_when_unneeded_queue,
                manager_dispatch_release_resources_queue,
                manager_dispatch_stop_notify_queue,
        };
        bool did_something = false;

        for (size_t i = 0; i < G_N_ELEMENTS(queues) && !MANAGER_CRASHED(m); i++)
                if (queues[i](m) > 0) {
                        did_something = true;
                        i = SIZE_MAX;
                }

        return did_something;
}

static bool queues_are_pending(const Manager *m) {
        for (UnitQueue q = 0; q < _UNIT_QUEUE_MAX; q++)
                if (m->world->n_queued[q] > 0 && q != QUEUE_TARGET_DEPS && q != QUEUE_CGROUP_EMPTY)
                        return true;

        for (size_t i = 0; i < m->layout->n_units; i++)
                if (m->units[i].job.flags & JOB_IN_GC_QUEUE)
                        return true;

        return false;
}

static bool cgroup_inotify_is_pending(const Manager *m) {
        for (size_t i = 0; i < m->layout->n_units; i++)
                if (m->units[i].flags & UNIT_CGROUP_EVENT)
                        return true;

        return false;
}

static bool notify_is_pending(const Manager *m) {
        return m->world->n_messages > 0;
}

static const Unit *find_exec_fd(const Manager *m) {
        for (size_t i = 0; i < m->layout->n_units; i++) {
                const Unit *u = m->units + i;

                if (u->in_use && u->type == UNIT_SERVICE && service_exec_fd_pending(u))
                        return u;
        }

        return NULL;
}

static bool exec_fd_is_pending(const Manager *m) {
        return find_exec_fd(m);
}

static void dispatch_exec_fd(Manager *m) {
        service_dispatch_exec_io(m, m->units + unit_slot(m, find_exec_fd(m)));
}

static bool sigchld_is_pending(const Manager *m) {
        return m->world->flags & WORLD_SIGCHLD_ON;
}

static bool signals_are_pending(const Manager *m) {
        return m->world->flags & WORLD_SIGNAL;
}

/* manager.c:manager_dispatch_signal_fd */
static void dispatch_signals(Manager *m) {
        m->world->flags &= (uint16_t) ~WORLD_SIGNAL;
        if (kernel_peek_zombie(m) != 0)
                m->world->flags |= WORLD_SIGCHLD_ON;
}

static bool cgroup_empty_is_pending(const Manager *m) {
        return m->world->n_queued[QUEUE_CGROUP_EMPTY] > 0;
}

/* The first entry of the inbox that waits at normal priority, or else at that of the watchdog; negative:
 * none. */
static int find_inbox_entry(const Manager *m, bool watchdog) {
        for (int i = 0; i < m->world->n_inbox; i++)
                if ((m->inbox[i].kind == INBOX_WATCHDOG) == watchdog)
                        return i;

        return -1;
}

static bool normal_is_pending(const Manager *m) {
        return find_inbox_entry(m, false) >= 0;
}

static bool watchdog_is_pending(const Manager *m) {
        return find_inbox_entry(m, true) >= 0;
}

/* Whether inbox[i] may be the next one of @group: nothing older came over the same connection. */
static bool call_may_be_next(const Manager *m, unsigned i, uint16_t group) {
        const InboxEntry *e = m->inbox + i;

        if (e->kind != INBOX_CALL || e->group != group)
                return false;

        for (unsigned j = 0; j < i && e->connection != 0; j++)
                if (m->inbox[j].group == group && m->inbox[j].connection == e->connection)
                        return false;

        return true;
}

/* Calls that arrived over separate connections while PID 1 could not look are in no order. */
static unsigned choose_call(Manager *m, unsigned first) {
        uint16_t group = m->inbox[first].group;
        Choice choice = { .kind = CHOICE_CALL, .a = ID_NONE, .b = ID_NONE, .where = "manager_loop" };
        unsigned answer;

        for (unsigned i = first; i < m->world->n_inbox; i++)
                choice.n += call_may_be_next(m, i, group);

        if (group == 0 || choice.n < 2)
                return first;

        m->alternatives++;
        answer = m->chooser->choose(m->chooser, m, &choice);

        for (unsigned i = first; i < m->world->n_inbox; i++)
                if (call_may_be_next(m, i, group) && answer-- == 0)
                        return i;

        return first;
}

static void dispatch_normal(Manager *m) {
        manager_dispatch_inbox(m, choose_call(m, (unsigned) find_inbox_entry(m, false)));
}

static void dispatch_watchdog(Manager *m) {
        manager_dispatch_inbox(m, (unsigned) find_inbox_entry(m, true));
}

static bool run_queue_is_pending(const Manager *m) {
        for (size_t i = 0; i < m->layout->n_units; i++)
                if ((m->units[i].job.flags | m->units[i].nop_job.flags) & JOB_IN_RUN_QUEUE)
                        return true;

        return false;
}

/* The sources of the event loop. A silent one only makes other sources pending: whatever could happen
 * between its dispatch and the next one could as well happen before it, so the two are one dispatch here. */
typedef struct EventSource {
        size_t priority; /* offset in EventPriorities */
        bool silent;
        bool (*is_pending)(const Manager *m);
        void (*dispatch)(Manager *m);
} EventSource;

#define SOURCE(name) offsetof(EventPriorities, name)

/* clang-format off */
static const EventSource sources[] = {
        { SOURCE(cgroup_inotify), true,  cgroup_inotify_is_pending, manager_dispatch_cgroup_inotify },
        { SOURCE(notify),         false, notify_is_pending,         manager_dispatch_notify         },
        { SOURCE(exec_fd),        false, exec_fd_is_pending,        dispatch_exec_fd                },
        { SOURCE(sigchld),        false, sigchld_is_pending,        manager_dispatch_sigchld        },
        { SOURCE(signals),        true,  signals_are_pending,       dispatch_signals                },
        { SOURCE(cgroup_empty),   false, cgroup_empty_is_pending,   manager_dispatch_cgroup_empty   },
        { SOURCE(normal),         false, normal_is_pending,         dispatch_normal                 },
        { SOURCE(watchdog),       false, watchdog_is_pending,       dispatch_watchdog               },
        { SOURCE(run_queue),      false, run_queue_is_pending,      manager_dispatch_run_queue      },
};
/* clang-format on */

static int8_t source_priority(const Manager *m, const EventSource *s) {
        return *((const int8_t *) &m->profile->priority + s->priority);
}

/* sd-event.c:event_next_pending, 252-262: the pending source of the highest priority */
static const EventSource *next_pending_source(const Manager *m) {
        const EventSource *best = NULL;

        for (size_t i = 0; i < G_N_ELEMENTS(sources); i++)
                if (sources[i].is_pending(m) &&
                    (!best || source_priority(m, sources + i) < source_priority(m, best)))
                        best = sources + i;

        return best;
}

/* main.c:invoke_main_loop, 252-262: the loop ended right after the call, before any queue was looked at. */
static void manager_dispatch_objective(Manager *m) {
        if (m->world->flags & WORLD_REEXEC_WANTED)
                manager_reexec(m);
        else
                manager_reload(m);
}

bool manager_dispatch(Manager *m) {
        const EventSource *s;
        bool did_something;

        m->reload.done = false;

        if (MANAGER_CRASHED(m) || (m->world->flags & WORLD_PAUSED))
                return false;

        if (m->world->flags & (WORLD_RELOAD_WANTED | WORLD_REEXEC_WANTED)) {
                manager_dispatch_objective(m);
                return true;
        }

        did_something = manager_dispatch_queues(m);

        while (!MANAGER_CRASHED(m) && (s = next_pending_source(m))) {
                did_something = true;
                s->dispatch(m);
                if (!s->silent)
                        break;
        }

        return did_something;
}

bool manager_is_pending(const Manager *m) {
        if (MANAGER_CRASHED(m) || (m->world->flags & WORLD_PAUSED))
                return false;

        return (m->world->flags & (WORLD_RELOAD_WANTED | WORLD_REEXEC_WANTED)) || queues_are_pending(m) ||
               next_pending_source(m);
}

void manager_settle(Manager *m, unsigned limit) {
        for (; manager_is_pending(m); limit--) {
                if (limit == 0) {
                        manager_limit(m);
                        return;
                }

                (void) manager_dispatch(m);
        }
}

void manager_startup(Manager *m) {
        base_units_startup(m);
        (void) manager_dispatch_queues(m);
}
