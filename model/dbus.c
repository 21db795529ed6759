/* SPDX-License-Identifier: MIT */

/* What arrives at PID 1 with normal priority: the calls that `systemctl --no-block` makes (dbus-manager.c and
 * dbus-unit.c; systemctl/systemctl-start-unit.c; 252-262), timers, D-Bus names, triggers.
 *
 * After a successful call systemctl asks for the unit and its NeedDaemonReload= (need_daemon_reload()). Both
 * find the unit that the call has just loaded, so nothing in PID 1 changes. It looks for triggering units only
 * when it waits for the job. */

#include <errno.h>
#include <signal.h>
#include <string.h>

#include "journal.h"
#include "kernel.h"
#include "service.h"
#include "tables.h"
#include "transaction.h"

/* D-Bus itself is about to go: dbus.socket or dbus.service has a stop job. */
static bool dbus_is_stopping(Manager *m) {
        static const char *const names[] = { "dbus.socket", "dbus.service" };

        for (size_t i = 0; i < 2; i++) {
                const Unit *u = manager_get_unit(m, catalog_find_name(m->catalog, names[i]));

                if (u && u->job.installed && u->job.type == JOB_STOP)
                        return true;
        }

        return false;
}

static bool unit_refuses_manual(const Unit *u, JobType type) {
        bool start = u->config & CONFIG_REFUSE_MANUAL_START, stop = u->config & CONFIG_REFUSE_MANUAL_STOP;

        switch (type) {
        case JOB_START:
                return start;

        case JOB_STOP:
                return stop;

        case JOB_RESTART:
        case JOB_TRY_RESTART:
                return start || stop;

        default:
                return false;
        }
}

/* UNIT_IS_LOAD_ERROR(); a masked unit is none. */
static bool unit_is_load_error(const Unit *u) {
        return u->load_state == UNIT_NOT_FOUND || u->load_state == UNIT_BAD_SETTING ||
               u->load_state == UNIT_ERROR;
}

int unit_queue_job_check(Manager *m, Unit *u, JobType type) {
        /* Units without a file may be stopped, but not when there is nothing to stop. */
        if (type == JOB_STOP && unit_is_load_error(u) && unit_active_state(m, u) == UNIT_INACTIVE)
                return -ENOENT;

        if (unit_refuses_manual(u, type))
                return -EINVAL;

        if (type == JOB_START && u->type == UNIT_SERVICE && u->service.type == SERVICE_DBUS &&
            dbus_is_stopping(m))
                return -ECANCELED;

        return 0;
}

/* dbus-unit.c:bus_unit_queue_job_one (bus_unit_queue_job in 252), job mode replace. */
static int bus_unit_queue_job_one(Manager *m, Unit *u, JobType type) {
        int r;

        r = unit_queue_job_check(m, u, type);
        if (r < 0)
                return r;

        return manager_add_job(m, type, u, JOB_REPLACE);
}

/* dbus-manager.c:method_start_unit_generic: the unit is loaded, whatever becomes of the call. */
static int method_start_unit_generic(Manager *m, NameId name, JobType type) {
        Unit *u;
        int r;

        r = manager_load_unit(m, name, &u);
        if (r < 0)
                return r;

        return bus_unit_queue_job_one(m, u, type);
}

static int method_reset_failed_unit(Manager *m, NameId name) {
        Unit *u = manager_get_unit(m, name);

        if (!u)
                return -ENOENT;

        unit_reset_failed(m, u);
        return 0;
}

/* Whether @path is @u's cgroup, or below it if it is a slice. */
static bool cgroup_is_of_unit(Manager *m, CGroupPath path, const Unit *u) {
        const char *outer = unit_name(m, u), *inner;
        size_t n;

        if (!cgroup_path_is_set(u->cgroup) || !cgroup_path_is_set(path))
                return false;
        if (cgroup_path_equal(path, u->cgroup))
                return true;
        if (u->type != UNIT_SLICE)
                return false;

        inner = path.slice == ID_NONE ? "system.slice" : catalog_name_str(m->catalog, path.slice);
        if (strcmp(outer, "-.slice") == 0 || strcmp(outer, inner) == 0)
                return true;

        n = strlen(outer) - strlen(".slice");
        return strncmp(outer, inner, n) == 0 && inner[n] == '-';
}

/* The oldest process in @u's cgroup that is younger than @after and is neither of the two. */
static Pid cgroup_next_process(Manager *m, const Unit *u, int after, Pid main_pid, Pid control_pid) {
        Pid best = 0;

        for (size_t i = 0; i < m->layout->n_processes; i++) {
                const Process *p = m->processes + i;
                Pid pid = (Pid) (i + 1);

                if (p->state != PROCESS_RUNNING || pid == main_pid || pid == control_pid || p->seq <= after)
                        continue;

                if ((best == 0 || p->seq < m->processes[best - 1].seq) && cgroup_is_of_unit(m, p->cgroup, u))
                        best = pid;
        }

        return best;
}

/* unit.c:unit_kill (unit_kill_common in 252), whom=all, SIGTERM. It neither loads the unit nor asks
 * whether it is. */
static int method_kill_unit(Manager *m, NameId name) {
        Unit *u = manager_get_unit(m, name);
        Pid main_pid = 0, control_pid, pid;
        int seq = -1;

        if (!u)
                return -ENOENT;
        if (u->type == UNIT_TARGET || u->type == UNIT_TIMER || u->type == UNIT_PATH || u->type == UNIT_DEVICE ||
            u->type == UNIT_AUTOMOUNT)
                return -EOPNOTSUPP;

        control_pid = u->service.control_pid;
        if (u->type == UNIT_SERVICE)
                main_pid = u->service.main_pid;

        if (control_pid > 0)
                kernel_signal(m, control_pid, SIGTERM);
        if (main_pid > 0)
                kernel_signal(m, main_pid, SIGTERM);

        while ((pid = cgroup_next_process(m, u, seq, main_pid, control_pid)) > 0) {
                seq = m->processes[pid - 1].seq;
                kernel_signal(m, pid, SIGTERM);
        }

        return 0;
}

/* The client may send its next statement. */
static void bus_reply(Manager *m, uint16_t client) {
        if (client != ID_NONE && client > 0)
                m->clients[client - 1].waiting = 0;
}

static JobType statement_to_job_type(StatementType t) {
        switch (t) {
        case STATEMENT_START:
                return JOB_START;

        case STATEMENT_STOP:
                return JOB_STOP;

        case STATEMENT_RESTART:
                return JOB_RESTART;

        case STATEMENT_TRY_RESTART:
                return JOB_TRY_RESTART;

        case STATEMENT_RELOAD:
                return JOB_RELOAD;

        default:
                return _JOB_TYPE_INVALID;
        }
}

static const Statement *call_operations(const Manager *m, const InboxEntry *e) {
        return catalog_program(m->catalog, e->client)->statements + e->first;
}

/* systemctl-start-unit.c:verb_start, 262: a masked unit is no error for try-restart, so when the call for all of them
 * was refused because of one, each is asked for by itself. A client goes back to where its line begins. The top level
 * may be elsewhere by now (pause); its calls arrive together. */
static void retry_one_by_one(Manager *m, const InboxEntry *e) {
        const Statement *operations = call_operations(m, e);
        InboxEntry single = *e;

        if (e->client > 0) {
                m->clients[e->client - 1].pc = e->first;
                m->clients[e->client - 1].one_by_one = 1;
                return;
        }

        single.first = single.n = 0;
        for (size_t i = 0; i < e->n; i++) {
                single.unit = operations[i].unit;
                manager_inbox_add(m, &single);
        }
}

/* dbus-manager.c:method_enqueue_unit_job_many, 262: all units or none. */
static int method_enqueue_unit_job_many(Manager *m, const InboxEntry *e) {
        StatementType t = (StatementType) e->statement;
        int r;

        r = manager_add_jobs(m, statement_to_job_type(t), call_operations(m, e), e->n);
        if (r == -ERFKILL && t == STATEMENT_TRY_RESTART)
                retry_one_by_one(m, e);

        return r;
}

/* method_reload(), method_reexecute(): only what the main loop is to do next is noted; the client waits
 * for it. */
static void method_reload(Manager *m, const InboxEntry *e, uint16_t flag) {
        journal_request(m, flag == WORLD_REEXEC_WANTED);
        m->world->flags |= flag;
        m->world->reload_client = e->client;
}

static void manager_dispatch_call(Manager *m, const InboxEntry *e) {
        StatementType t = (StatementType) e->statement;
        int r;

        if (t == STATEMENT_DAEMON_RELOAD) {
                method_reload(m, e, WORLD_RELOAD_WANTED);
                return;
        }

        if (t == STATEMENT_DAEMON_REEXEC) {
                method_reload(m, e, WORLD_REEXEC_WANTED);
                return;
        }

        if (t == STATEMENT_RESET_FAILED)
                r = method_reset_failed_unit(m, e->unit);
        else if (t == STATEMENT_KILL)
                r = method_kill_unit(m, e->unit);
        else if (e->n > 0)
                r = method_enqueue_unit_job_many(m, e);
        else
                r = method_start_unit_generic(m, e->unit, statement_to_job_type(t));

        if (MANAGER_CRASHED(m))
                return;

        manager_note(m, "manager_dispatch_call", manager_get_unit(m, e->unit), "a call is answered%s",
                     r < 0 ? " with an error" : "");
        bus_reply(m, e->client);
}

static void manager_dispatch_job_timer(Manager *m, Unit *u) {
        job_dispatch_timer(m, u, u->job.flags & JOB_HAS_TIMER ? &u->job : &u->nop_job);
}

static void service_dispatch_event(Manager *m, Unit *u, InboxKind kind) {
        Service *s = &u->service;

        switch (kind) {
        case INBOX_TIMER:
                service_dispatch_timer(m, u);
                break;

        case INBOX_WATCHDOG:
                service_dispatch_watchdog(m, u);
                break;

        case INBOX_BUS_NAME:
                service_bus_name_owner_change(m, u, s->bus_name == ID_NONE ? 0 : m->bus_names[s->bus_name]);
                break;

        case INBOX_PID_FILE:
                if (s->flags & SERVICE_WATCH_PID_FILE)
                        service_retry_pid_file(m, u);
                break;

        default:
                break;
        }
}

void manager_dispatch_inbox(Manager *m, unsigned index) {
        InboxEntry e = m->inbox[index];
        World *w = m->world;
        Unit *u;

        w->n_inbox--;
        memmove(m->inbox + index, m->inbox + index + 1, (w->n_inbox - index) * sizeof(InboxEntry));
        memset(m->inbox + w->n_inbox, 0, sizeof(InboxEntry));

        if (e.kind == INBOX_CALL) {
                m->in_call = true;
                manager_dispatch_call(m, &e);
                m->in_call = false;
                return;
        }

        /* The unit, and with it the event source, may be gone. */
        u = manager_get_unit(m, e.unit);
        if (!u)
                return;

        switch (e.kind) {
        case INBOX_TRIGGER:
                unit_trigger_fire(m, u);
                break;

        case INBOX_JOB_TIMER:
                manager_dispatch_job_timer(m, u);
                break;

        default:
                if (u->type == UNIT_SERVICE)
                        service_dispatch_event(m, u, (InboxKind) e.kind);
        }
}

void manager_read_properties(Manager *m, NameId name) {
        Unit *u;

        (void) manager_load_unit(m, name, &u);
}
