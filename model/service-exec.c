/* SPDX-License-Identifier: MIT */

#include "journal.h"
#include "service-internal.h"

/* core/service.c: which command runs next, and the way from condition to running. */

/* unit_prepare_exec(), as far as it can be seen afterwards */
static void unit_prepare_exec(Manager *m, Unit *u) {
        unit_realize_cgroup(m, u);

        if (u->flags & UNIT_HAS_INVOCATION_ID)
                u->flags |= UNIT_EXPORTED_INVOCATION_ID;
}

/* service_spawn_internal(): a process for command @command. @is_main: it gets what only the main process
 * gets. */
int service_spawn(Manager *m, Unit *u, int command, bool is_main, TimerLength timeout, Pid *ret_pid) {
        Service *s = &u->service;
        Pid pid;

        unit_prepare_exec(m, u);

        /* An assertion in all versions: a Type=exec service is left in a hurry before its pipe said
         * anything. */
        if (s->flags & SERVICE_EXEC_FD) {
                manager_crash(m, CRASH_OTHER, u);
                return -ENOTRECOVERABLE;
        }

        service_arm_timer(m, u, timeout);

        pid = kernel_spawn(m, u, unit_commands(m, u) + command, is_main);
        if (pid == 0)
                return -ENOMEM;

        if (is_main && s->type == SERVICE_EXEC)
                s->flags |= SERVICE_EXEC_FD | SERVICE_EXEC_FD_HOT;

        unit_watch_pid(m, u, pid, /* exclusive= */ true);

        *ret_pid = pid;
        return 0;
}

/* Starts the first command of @id as control process: 1, there is none: 0. */
int service_spawn_control(Manager *m, Unit *u, ServiceExecCommand id, TimerLength timeout) {
        Service *s = &u->service;
        int command, r;

        command = unit_command_first(m, u, id);
        s->control_command = (uint8_t) (command + 1);
        if (command < 0)
                return 0;

        s->control_command_id = (int8_t) id;

        r = service_spawn(m, u, command, /* is_main= */ false, timeout, &s->control_pid);
        return r < 0 ? r : 1;
}

/* The main process is known from the fork. From 256 on its executor reports the moment before execve(),
 * ahead of everything else in the event loop. */
static void service_set_spawned_main_pid(Manager *m, Unit *u, Pid pid) {
        (void) service_set_main_pid(m, u, pid);

        if (m->profile->stream_handoff_timestamp)
                u->service.flags2 |= SERVICE_MAIN_STATUS_HANDOFF;
}

static void service_next_control_failed(Manager *m, Unit *u) {
        if (IN_STATES(u->state, BIT(SERVICE_CONDITION) | BIT(SERVICE_START_PRE) | BIT(SERVICE_START_POST) |
                                        BIT(SERVICE_STOP)))
                service_enter_signal(m, u, SERVICE_STOP_SIGTERM, SERVICE_FAILURE_RESOURCES);
        else if (u->state == SERVICE_STOP_POST)
                service_enter_dead(m, u, SERVICE_FAILURE_RESOURCES, /* allow_restart= */ true);
        else if (IN_STATES(u->state, BIT(SERVICE_RELOAD) | BIT(SERVICE_RELOAD_POST)))
                service_reload_finish(m, u, SERVICE_FAILURE_RESOURCES);
        else
                service_enter_stop(m, u, SERVICE_FAILURE_RESOURCES);
}

void service_run_next_control(Manager *m, Unit *u) {
        Service *s = &u->service;
        TimerLength timeout;
        int next, r;

        next = unit_command_next(m, u, s->control_command - 1);

        /* Asserted in all versions. The command of a forking service that became oneshot with several lines
         * is how it gets here. */
        if (next < 0 || s->control_command_id == SERVICE_EXEC_START) {
                manager_crash(m, CRASH_RUN_NEXT, u);
                return;
        }

        s->control_command = (uint8_t) (next + 1);
        service_unwatch_control_pid(m, u);

        timeout = IN_STATES(u->state, STATES_STARTING | BIT(SERVICE_RUNNING) | BIT(SERVICE_RELOAD) |
                                              BIT(SERVICE_RELOAD_POST))
                          ? service_start_timeout(u)
                          : service_stop_timeout(u);

        r = service_spawn(m, u, next, /* is_main= */ false, timeout, &s->control_pid);
        if (r < 0 && !MANAGER_CRASHED(m))
                service_next_control_failed(m, u);
}

void service_run_next_main(Manager *m, Unit *u) {
        Service *s = &u->service;
        Pid pid;
        int next, r;

        next = unit_command_next(m, u, s->main_command - 1);
        if (next < 0 || s->type != SERVICE_ONESHOT) {
                manager_crash(m, CRASH_RUN_NEXT, u);
                return;
        }

        s->main_command = (uint8_t) (next + 1);
        service_unwatch_main_pid(m, u);

        r = service_spawn(m, u, next, /* is_main= */ true, service_start_timeout(u), &pid);
        if (MANAGER_CRASHED(m))
                return;
        if (r < 0) {
                service_enter_stop(m, u, SERVICE_FAILURE_RESOURCES);
                return;
        }

        service_set_spawned_main_pid(m, u, pid);
}

static int service_adverse_to_leftover_processes(Manager *m, Unit *u) {
        const Service *s = &u->service;

        if (!unit_warn_leftover_processes(m, u))
                return 0;

        journal_leftovers(m, u, /* start= */ true);
        if ((s->config & SERVICE_SEND_SIGKILL) ||
            (s->kill_mode != KILL_CONTROL_GROUP && s->kill_mode != KILL_MIXED))
                return 0;

        return -EBUSY;
}

void service_enter_condition(Manager *m, Unit *u) {
        int r;

        service_unwatch_control_pid(m, u);

        if (!service_has_command(m, u, SERVICE_EXEC_CONDITION)) {
                u->service.control_command = 0;
                service_enter_start_pre(m, u);
                return;
        }

        r = service_adverse_to_leftover_processes(m, u);
        if (r >= 0)
                r = service_spawn_control(m, u, SERVICE_EXEC_CONDITION, service_start_timeout(u));
        if (MANAGER_CRASHED(m))
                return;
        if (r < 0)
                service_enter_dead(m, u, SERVICE_FAILURE_RESOURCES, /* allow_restart= */ true);
        else
                service_set_state(m, u, SERVICE_CONDITION);
}

void service_enter_start_pre(Manager *m, Unit *u) {
        int r;

        service_unwatch_control_pid(m, u);

        if (!service_has_command(m, u, SERVICE_EXEC_START_PRE)) {
                u->service.control_command = 0;
                service_enter_start(m, u);
                return;
        }

        r = service_adverse_to_leftover_processes(m, u);
        if (r >= 0)
                r = service_spawn_control(m, u, SERVICE_EXEC_START_PRE, service_start_timeout(u));
        if (MANAGER_CRASHED(m))
                return;
        if (r < 0)
                service_enter_dead(m, u, SERVICE_FAILURE_RESOURCES, /* allow_restart= */ true);
        else
                service_set_state(m, u, SERVICE_START_PRE);
}

/* service_enter_start(), once its first process runs */
static void service_started(Manager *m, Unit *u, Pid pid) {
        switch (u->service.type) {
        case SERVICE_SIMPLE:
        case SERVICE_IDLE:
                service_set_spawned_main_pid(m, u, pid);
                service_enter_start_post(m, u);
                break;

        case SERVICE_FORKING:
                u->service.control_pid = pid;
                service_set_state(m, u, SERVICE_START);
                break;

        case SERVICE_ONESHOT:
        case SERVICE_EXEC:
        case SERVICE_DBUS:
        case SERVICE_NOTIFY:
        case SERVICE_NOTIFY_RELOAD:
                service_set_spawned_main_pid(m, u, pid);
                service_set_state(m, u, SERVICE_START);
                break;

        default:
                manager_crash(m, CRASH_OTHER, u);
        }
}

void service_enter_start(Manager *m, Unit *u) {
        Service *s = &u->service;
        bool is_main = s->type != SERVICE_FORKING;
        TimerLength timeout;
        Pid pid = 0;
        int command, r;

        service_unwatch_control_pid(m, u);
        service_unwatch_main_pid(m, u);

        if (service_adverse_to_leftover_processes(m, u) < 0)
                goto fail;

        command = unit_command_first(m, u, SERVICE_EXEC_START);
        s->control_command_id = is_main ? _SERVICE_EXEC_COMMAND_INVALID : SERVICE_EXEC_START;
        s->control_command = is_main ? 0 : (uint8_t) (command + 1);
        s->main_command = is_main ? (uint8_t) (command + 1) : 0;

        if (command < 0) {
                if (s->type != SERVICE_ONESHOT)
                        goto fail;

                /* Nothing to run: the state is passed through all the same, others depend on the transition.
                 * */
                service_set_state(m, u, SERVICE_START);
                service_enter_start_post(m, u);
                return;
        }

        /* These two cannot be late: they count as started at once. */
        timeout = s->type == SERVICE_SIMPLE || s->type == SERVICE_IDLE ? TIMER_LENGTH_INFINITE
                                                                       : service_start_timeout(u);

        r = service_spawn(m, u, command, is_main, timeout, &pid);
        if (MANAGER_CRASHED(m))
                return;
        if (r >= 0) {
                service_started(m, u, pid);
                return;
        }

fail:
        service_enter_signal(m, u, SERVICE_STOP_SIGTERM, SERVICE_FAILURE_RESOURCES);
}

void service_enter_start_post(Manager *m, Unit *u) {
        int r;

        service_unwatch_control_pid(m, u);
        service_reset_watchdog(u);

        r = service_spawn_control(m, u, SERVICE_EXEC_START_POST, service_start_timeout(u));
        if (MANAGER_CRASHED(m))
                return;
        if (r < 0)
                service_enter_stop(m, u, SERVICE_FAILURE_RESOURCES);
        else if (r > 0)
                service_set_state(m, u, SERVICE_START_POST);
        else
                service_enter_running(m, u, SERVICE_SUCCESS);
}

static bool service_good_except_bus_name(const Manager *m, const Unit *u) {
        int main_pid_ok = service_main_pid_good(m, u);

        if (main_pid_ok > 0)
                return true;
        if (main_pid_ok == 0 && u->service.exit_type == SERVICE_EXIT_MAIN)
                return false;

        return service_cgroup_good(m, u) != 0;
}

static bool service_lacks_bus_name(const Unit *u) {
        return u->service.type == SERVICE_DBUS && !(u->service.flags & SERVICE_BUS_NAME_GOOD);
}

/* 262: all is well but for the bus name, which may come back within a grace period. */
static void service_enter_running_revalidating(Manager *m, Unit *u) {
        if (u->state == SERVICE_RUNNING_REVALIDATING)
                return;

        if (u->state == SERVICE_RUNNING)
                u->service.flags2 |= SERVICE_REVALIDATE_BEGIN;

        service_set_state(m, u, SERVICE_RUNNING_REVALIDATING);
        service_arm_timer(m, u, TIMER_LENGTH_FINITE);
}

void service_enter_running(Manager *m, Unit *u, ServiceResult f) {
        Service *s = &u->service;
        bool good;

        service_note_result(u, f);
        service_unwatch_control_pid(m, u);

        if (s->result != SERVICE_SUCCESS) {
                service_enter_signal(m, u, SERVICE_STOP_SIGTERM, f);
                return;
        }

        good = service_good_except_bus_name(m, u);

        if (good && !service_lacks_bus_name(u)) {
                /* What the service said before it was running, or before a reload, is acted upon now. */
                if (s->notify_state == NOTIFY_RELOADING)
                        service_enter_reload_by_notify(m, u);
                else if (s->notify_state == NOTIFY_STOPPING)
                        service_enter_stop_by_notify(m, u);
                else {
                        service_set_state(m, u, SERVICE_RUNNING);
                        s->flags2 &= ~SERVICE_REVALIDATE_BEGIN;
                        service_arm_timer(m, u, service_running_timeout(u));
                }
        } else if (good && m->profile->running_revalidating)
                service_enter_running_revalidating(m, u);
        else
                service_enter_exited_or_stop(m, u);
}

bool service_exec_fd_pending(const Unit *u) {
        return u->service.flags & SERVICE_EXEC_FD;
}

/* service_dispatch_exec_io() at the end of file. After a reload the pipe is there, but not that it was hot:
 * then the end is ignored and the service stays in start. */
void service_dispatch_exec_io(Manager *m, Unit *u) {
        Service *s = &u->service;
        bool hot = s->flags & SERVICE_EXEC_FD_HOT;

        s->flags &= ~(SERVICE_EXEC_FD | SERVICE_EXEC_FD_HOT);

        if (hot && s->type == SERVICE_EXEC && u->state == SERVICE_START)
                service_enter_start_post(m, u);
}
