/* SPDX-License-Identifier: MIT */

#include <signal.h>

#include "journal.h"
#include "kernel.h"
#include "unit.h"

/* unit.c:unit_kill_context, 252-262: the signals with which PID 1 stops a unit. What it goes by are the
 * unit's own main and control process and its own cgroup path, even if these do not belong together. */

static int operation_to_signal(const Service *s, KillOperation k) {
        switch (k) {
        case KILL_KILL:
                return s->final_kill_signal > 0 ? s->final_kill_signal : SIGKILL;

        case KILL_WATCHDOG:
                return SIGABRT;

        default:
                return s->kill_signal;
        }
}

/* unit_kill_context_one(). A process that does not exist any more is waited for like any other. */
static bool unit_kill_context_one(Manager *m, Pid pid, bool is_alien, int signal, bool send_sighup) {
        if (pid == 0)
                return false;

        if (kernel_signal(m, pid, signal) && send_sighup)
                (void) kernel_signal(m, pid, SIGHUP);

        return !is_alien;
}

/* A process of the unit's cgroup that is neither its main nor its control process */
static bool unit_has_other_process(const Manager *m, const Unit *u, Pid pid) {
        const Process *p = m->processes + pid - 1;

        return p->state == PROCESS_RUNNING && cgroup_path_equal(p->cgroup, u->cgroup) &&
               pid != u->service.main_pid && pid != u->service.control_pid;
}

/* cg_kill_recursive(). True: there was one. */
static bool unit_kill_cgroup(Manager *m, const Unit *u, int signal) {
        bool killed = false;

        if (!cgroup_path_is_set(u->cgroup))
                return false;

        for (Pid pid = 1; pid <= m->layout->n_processes; pid++)
                if (unit_has_other_process(m, u, pid))
                        killed = kernel_signal(m, pid, signal) || killed;

        return killed;
}

/* KillMode=none and process leave processes alive on purpose. The properties want to know. */
static void unit_exempt_processes(Manager *m, const Unit *u) {
        if (!cgroup_path_is_set(u->cgroup))
                return;

        for (Pid pid = 1; pid <= m->layout->n_processes; pid++)
                if (unit_has_other_process(m, u, pid) ||
                    (u->service.kill_mode == KILL_NONE &&
                     (pid == u->service.main_pid || pid == u->service.control_pid)))
                        m->processes[pid - 1].flags |= PROCESS_EXEMPT;
}

bool unit_kill_context(Manager *m, Unit *u, KillOperation k) {
        const Service *s = &u->service;
        bool wait_for_exit = false, send_sighup;
        int signal;

        if (s->kill_mode == KILL_NONE || s->kill_mode == KILL_PROCESS)
                unit_exempt_processes(m, u);

        if (s->kill_mode == KILL_NONE)
                return false;

        signal = operation_to_signal(s, k);
        send_sighup = (s->config & SERVICE_SEND_SIGHUP) && signal != SIGHUP &&
                      (k == KILL_TERMINATE || k == KILL_TERMINATE_AND_LOG);

        manager_note(m, __func__, u, "sends signal %d to its processes", signal);
        if (k != KILL_TERMINATE && k != KILL_RESTART)
                journal_kill(m, u, k == KILL_KILL || s->kill_mode == KILL_CONTROL_GROUP, signal);

        if (unit_kill_context_one(m, s->main_pid, s->flags & SERVICE_MAIN_PID_ALIEN, signal, send_sighup))
                wait_for_exit = true;
        if (unit_kill_context_one(m, s->control_pid, /* is_alien= */ false, signal, send_sighup))
                wait_for_exit = true;

        if (s->kill_mode != KILL_CONTROL_GROUP && (s->kill_mode != KILL_MIXED || k != KILL_KILL))
                return wait_for_exit;

        if (unit_kill_cgroup(m, u, signal)) {
                wait_for_exit = true;

                if (send_sighup)
                        (void) unit_kill_cgroup(m, u, SIGHUP);
        }

        return wait_for_exit;
}
