/* SPDX-License-Identifier: MIT */

#include "service-internal.h"

/* core/service.c: which process is the main one, from the fork, a PID file, the cgroup, a message or the
 * bus. */

void service_unwatch_main_pid(Manager *m, Unit *u) {
        Pid pid = u->service.main_pid;

        if (pid == 0)
                return;

        u->service.main_pid = 0;
        unit_unwatch_pid(m, u, pid);
}

void service_unwatch_control_pid(Manager *m, Unit *u) {
        Pid pid = u->service.control_pid;

        if (pid == 0)
                return;

        u->service.control_pid = 0;
        unit_unwatch_pid(m, u, pid);
}

/* Not being able to tell whose child it is means "not ours" since PidRef, and "ours" before. */
static bool service_pid_is_alien(const Manager *m, Pid pid) {
        if (!kernel_process_exists(m, pid))
                return m->profile->pidref_lines;

        return !(m->processes[pid - 1].flags & PROCESS_IS_CHILD);
}

/* service_set_main_pid(), service_set_main_pidref() */
int service_set_main_pid(Manager *m, Unit *u, Pid pid) {
        Service *s = &u->service;

        if (pid == 0)
                return -ESRCH;

        if ((s->flags & SERVICE_MAIN_PID_KNOWN) && s->main_pid == pid)
                return 0;

        if (s->main_pid != pid) {
                service_unwatch_main_pid(m, u);

                /* exec_status_start() */
                s->flags |= SERVICE_MAIN_STATUS_SET;
                s->flags &= ~SERVICE_MAIN_STATUS_EXITED;
                s->flags2 &= ~SERVICE_MAIN_STATUS_HANDOFF;
                s->main_exit_code = 0;
                s->main_exit_status = 0;
        }

        s->main_pid = pid;
        s->flags |= SERVICE_MAIN_PID_KNOWN;

        if (service_pid_is_alien(m, pid))
                s->flags |= SERVICE_MAIN_PID_ALIEN;
        else
                s->flags &= ~SERVICE_MAIN_PID_ALIEN;

        return 0;
}

void service_adopt_main_pid(Manager *m, Unit *u, Pid pid) {
        if (service_set_main_pid(m, u, pid) >= 0)
                unit_watch_pid(m, u, pid, /* exclusive= */ false);
}

/* A pid outside of the unit is questionable to PID 1, but all senders and writers of PID files here are
 * root, whom it trusts: what is left are the reasons to refuse. */
int service_is_suitable_main_pid(const Manager *m, const Unit *u, Pid pid) {
        if (pid == u->service.control_pid)
                return -EPERM;

        return kernel_process_alive(m, pid) ? 0 : -ESRCH;
}

/* 1: a new main process, 0: the one that is known, negative: none */
int service_load_pid_file(Manager *m, Unit *u) {
        Service *s = &u->service;
        Pid pid;
        int r;

        if (s->pid_file == ID_NONE)
                return -ENOENT;

        pid = m->pid_files[s->pid_file];
        if (pid == 0)
                return -ENOENT;

        if ((s->flags & SERVICE_MAIN_PID_KNOWN) && s->main_pid == pid)
                return 0;

        r = service_is_suitable_main_pid(m, u, pid);
        if (r < 0)
                return r;

        if (s->flags & SERVICE_MAIN_PID_KNOWN) {
                service_unwatch_main_pid(m, u);
                s->flags &= ~SERVICE_MAIN_PID_KNOWN;
        }

        service_adopt_main_pid(m, u, pid);
        return 1;
}

/* unit_search_main_pid(): the one child of PID 1 in the unit's cgroup, 0 when there is none or a choice */
static Pid unit_search_main_pid(const Manager *m, const Unit *u) {
        Pid found = 0;

        if (!cgroup_path_is_set(u->cgroup))
                return 0;

        for (size_t i = 0; i < m->layout->n_processes; i++) {
                const Process *p = m->processes + i;

                if (p->state != PROCESS_RUNNING || !(p->flags & PROCESS_IS_CHILD) ||
                    !cgroup_path_equal(p->cgroup, u->cgroup))
                        continue;

                if (found > 0)
                        return 0;

                found = (Pid) (i + 1);
        }

        return found;
}

void service_search_main_pid(Manager *m, Unit *u) {
        Service *s = &u->service;
        Pid pid;

        if ((s->flags & SERVICE_MAIN_PID_KNOWN) || !(s->config & SERVICE_GUESS_MAIN_PID))
                return;

        /* An assertion in all versions. Two entries of a stream that meet in one unit can leave a main pid
         * that is not "known". */
        if (s->main_pid > 0) {
                manager_crash(m, CRASH_OTHER, u);
                return;
        }

        pid = unit_search_main_pid(m, u);
        if (pid > 0)
                service_adopt_main_pid(m, u, pid);
}

/* service_retry_pid_file(), 0 when there was one */
static int service_try_pid_file(Manager *m, Unit *u) {
        int r = service_load_pid_file(m, u);

        if (r < 0)
                return r;

        u->service.flags &= ~SERVICE_WATCH_PID_FILE;
        service_enter_running(m, u, SERVICE_SUCCESS);

        return 0;
}

/* service_demand_pid_file(), service_watch_pid_file() */
int service_demand_pid_file(Manager *m, Unit *u) {
        u->service.flags |= SERVICE_WATCH_PID_FILE;
        (void) service_try_pid_file(m, u);

        return 0;
}

/* service_dispatch_inotify_io(): the folder of the PID file changed. The watch is no part of the stream, so
 * after a reload nobody listens any more. */
void service_retry_pid_file(Manager *m, Unit *u) {
        if (u->service.flags & SERVICE_WATCH_PID_FILE)
                (void) service_try_pid_file(m, u);
}

/* pick_up_pid_from_bus_name() */
static bool service_wants_pid_from_bus_name(const Unit *u) {
        return u->service.main_pid == 0 && IN_STATES(u->state, BIT(SERVICE_START) | BIT(SERVICE_START_POST) |
                                                                       BIT(SERVICE_RUNNING) | STATES_BUSY);
}

void service_bus_name_owner_change(Manager *m, Unit *u, Pid new_owner) {
        Service *s = &u->service;

        if (new_owner > 0)
                s->flags |= SERVICE_BUS_NAME_GOOD;
        else
                s->flags &= ~SERVICE_BUS_NAME_GOOD;

        manager_note(m, __func__, u, "the D-Bus name is owned by %s", new_owner > 0 ? "a process" : "nobody");

        if (s->type != SERVICE_DBUS) {
                if (new_owner > 0 && service_wants_pid_from_bus_name(u) && kernel_process_exists(m, new_owner))
                        service_adopt_main_pid(m, u, new_owner);

                return;
        }

        if (IN_STATES(u->state, STATES_RUNNING)) {
                /* 262 tells a name that was given up from one that vanished with its broker, which no
                 * scenario has */
                if (new_owner == 0 && m->profile->running_revalidating)
                        service_enter_exited_or_stop(m, u);
                else
                        service_enter_running(m, u, SERVICE_SUCCESS);
        } else if (u->state == SERVICE_START && new_owner > 0)
                service_enter_start_post(m, u);
}
