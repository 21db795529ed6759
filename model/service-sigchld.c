/* SPDX-License-Identifier: MIT */

#include "fixes.h"
#include "journal.h"
#include "service-internal.h"
#include "tables.h"

/* core/service.c:service_sigchld_event() and what an empty cgroup means. The two default branches are where
 * PID 1 aborts: a process belongs to a unit whose state says that it has none. */

/* shared/exit-status.c:is_clean_exit. A daemon may die of the signals that ask it to stop. */
static bool is_clean_exit(uint8_t code, uint8_t status, bool daemon, const ExitStatusSet *success_status) {
        if (code == CODE_EXITED && status == 0)
                return true;

        if (code == CODE_KILLED && daemon &&
            (status == SIGHUP || status == SIGINT || status == SIGTERM || status == SIGPIPE))
                return true;

        /* A core dump is never clean, whatever SuccessExitStatus= says. */
        return success_status && code != CODE_DUMPED && exit_status_set_test(success_status, code, status);
}

static ServiceResult service_exit_result(const Manager *m, const Unit *u, Pid pid, uint8_t code,
                                         uint8_t status) {
        const Service *s = &u->service;
        bool is_control = s->control_pid == pid;
        bool is_command = is_control && s->control_command_id != SERVICE_EXEC_START;
        bool opaque = m->profile->helper_exit_is_opaque && is_control && s->control_command_id < 0;

        if (is_clean_exit(code, status, s->type != SERVICE_ONESHOT && !is_command,
                          opaque ? NULL : &s->success_status))
                return SERVICE_SUCCESS;

        switch (code) {
        case CODE_KILLED:
                return SERVICE_FAILURE_SIGNAL;
        case CODE_DUMPED:
                return SERVICE_FAILURE_CORE_DUMP;
        default:
                return SERVICE_FAILURE_EXIT_CODE;
        }
}

static bool service_command_ignores_failure(Manager *m, const Unit *u, int command) {
        return command >= 0 && m->catalog->commands[unit_commands(m, u)[command].command].ignore_failure;
}

/* The main process of a service in state start is gone. */
static void service_main_gone_start(Manager *m, Unit *u, ServiceResult f) {
        const Service *s = &u->service;

        if (s->type == SERVICE_ONESHOT) {
                if (f == SERVICE_SUCCESS)
                        service_enter_start_post(m, u);
                else
                        service_enter_signal(m, u, SERVICE_STOP_SIGTERM, f);
                return;
        }

        if (s->type != SERVICE_NOTIFY && s->type != SERVICE_NOTIFY_RELOAD) {
                service_enter_running(m, u, f);
                return;
        }

        /* Only a message makes it run. Without RemainAfterExit= nobody is left who could send one. */
        if (f != SERVICE_SUCCESS)
                service_enter_signal(m, u, SERVICE_STOP_SIGTERM, f);
        else if (!(s->config & SERVICE_REMAIN_AFTER_EXIT) || service_get_notify_access(u) == NOTIFY_MAIN)
                service_enter_signal(m, u, SERVICE_STOP_SIGTERM, SERVICE_FAILURE_PROTOCOL);
}

/* What the state makes of the end of the main process */
static void service_main_gone(Manager *m, Unit *u, ServiceResult f) {
        switch (u->state) {
        case SERVICE_START_POST:
        case SERVICE_REFRESH_EXTENSIONS:
        case SERVICE_REFRESH_CREDENTIALS:
        case SERVICE_RELOAD:
        case SERVICE_RELOAD_SIGNAL:
        case SERVICE_RELOAD_NOTIFY:
        case SERVICE_RELOAD_POST:
        case SERVICE_MOUNTING:
                if (!service_control_pid_good(u))
                        service_enter_stop(m, u, f);
                break;

        case SERVICE_STOP:
                break;

        case SERVICE_START:
                service_main_gone_start(m, u, f);
                break;

        case SERVICE_RUNNING:
        case SERVICE_RUNNING_REVALIDATING:
                service_enter_running(m, u, f);
                break;

        case SERVICE_STOP_WATCHDOG:
        case SERVICE_STOP_SIGTERM:
        case SERVICE_STOP_SIGKILL:
                if (!service_control_pid_good(u))
                        service_enter_stop_post(m, u, f);
                break;

        case SERVICE_STOP_POST:
                if (!service_control_pid_good(u))
                        service_enter_signal(m, u, SERVICE_FINAL_SIGTERM, f);
                break;

        case SERVICE_FINAL_WATCHDOG:
        case SERVICE_FINAL_SIGTERM:
        case SERVICE_FINAL_SIGKILL:
                if (!service_control_pid_good(u))
                        service_enter_dead(m, u, f, /* allow_restart= */ true);
                break;

        default:
                manager_crash(m, CRASH_SIGCHLD_MAIN, u);
        }
}

static void service_sigchld_main(Manager *m, Unit *u, uint8_t code, uint8_t status, ServiceResult f) {
        Service *s = &u->service;

        s->flags &= ~(SERVICE_EXEC_FD | SERVICE_EXEC_FD_HOT);

        /* A forking service may have moved to another process and said so in its PID file. */
        if (service_load_pid_file(m, u) > 0)
                return;

        s->main_pid = 0;
        s->flags |= SERVICE_MAIN_STATUS_SET | SERVICE_MAIN_STATUS_EXITED;
        s->main_exit_code = code;
        s->main_exit_status = status;

        if (service_command_ignores_failure(m, u,
                                            s->main_command > 0 ? s->main_command - 1
                                                                : unit_command_first(m, u, SERVICE_EXEC_START)))
                f = SERVICE_SUCCESS;

        journal_process_exit(m, u, "Main process", f == SERVICE_SUCCESS, code, status);
        service_note_result(u, f);

        if (s->main_command > 0 && s->type == SERVICE_ONESHOT && f == SERVICE_SUCCESS &&
            unit_command_next(m, u, s->main_command - 1) >= 0) {
                service_run_next_main(m, u);
                return;
        }

        s->main_command = 0;
        if (fixes_sigchld(m, u, FIX_MAIN_PROCESS))
                return;

        if (s->exit_type == SERVICE_EXIT_MAIN || service_cgroup_good(m, u) <= 0)
                service_main_gone(m, u, f);
        else if (u->state == SERVICE_START && s->type != SERVICE_NOTIFY && s->type != SERVICE_NOTIFY_RELOAD &&
                 s->type != SERVICE_DBUS)
                /* ExitType=cgroup: it was faster than its exec_fd, which is gone now, so it counts as
                 * started. */
                service_enter_start_post(m, u);
}

/* The first process of a forking service is gone: who is the main process? */
static void service_forked(Manager *m, Unit *u, ServiceResult f) {
        bool has_start_post;

        if (u->service.type != SERVICE_FORKING)
                return;

        if (f != SERVICE_SUCCESS) {
                service_enter_signal(m, u, SERVICE_STOP_SIGTERM, f);
                return;
        }

        if (u->service.pid_file == ID_NONE)
                service_search_main_pid(m, u);
        else {
                has_start_post = service_has_command(m, u, SERVICE_EXEC_START_POST);

                if (service_load_pid_file(m, u) < 0 && !has_start_post) {
                        if (service_demand_pid_file(m, u) < 0 || service_cgroup_good(m, u) == 0)
                                service_enter_signal(m, u, SERVICE_STOP_SIGTERM, SERVICE_FAILURE_PROTOCOL);
                        return;
                }
        }

        if (!MANAGER_CRASHED(m))
                service_enter_start_post(m, u);
}

static void service_start_post_done(Manager *m, Unit *u, ServiceResult f) {
        if (f != SERVICE_SUCCESS) {
                service_enter_signal(m, u, SERVICE_STOP_SIGTERM, f);
                return;
        }

        if (u->service.pid_file == ID_NONE)
                service_search_main_pid(m, u);
        else if (service_load_pid_file(m, u) < 0) {
                if (service_demand_pid_file(m, u) < 0 || service_cgroup_good(m, u) == 0)
                        service_enter_stop(m, u, SERVICE_FAILURE_PROTOCOL);
                return;
        }

        if (!MANAGER_CRASHED(m))
                service_enter_running(m, u, SERVICE_SUCCESS);
}

/* ExecReload= is done. 252: back to running. 254-257: unless the service said that it is at it. 262: the
 * signal. */
static void service_reload_command_done(Manager *m, Unit *u, ServiceResult f) {
        Service *s = &u->service;

        if (m->profile->reload_post && f != SERVICE_SUCCESS) {
                service_reload_finish(m, u, f);
                return;
        }

        if (f == SERVICE_SUCCESS && service_load_pid_file(m, u) < 0)
                service_search_main_pid(m, u);
        if (MANAGER_CRASHED(m))
                return;

        if (m->profile->reload_post) {
                service_enter_reload_signal(m, u);
                return;
        }

        s->reload_result = f;

        if (m->profile->notify_reload_states && s->notify_state == NOTIFY_RELOADING)
                service_set_state(m, u, SERVICE_RELOAD_NOTIFY);
        else
                service_enter_running(m, u, SERVICE_SUCCESS);
}

/* What the state makes of the end of the last control process */
static void service_control_gone(Manager *m, Unit *u, ServiceResult f) {
        bool main_gone = service_main_pid_good(m, u) <= 0;

        switch (u->state) {
        case SERVICE_CONDITION:
                if (f == SERVICE_SUCCESS)
                        service_enter_start_pre(m, u);
                else
                        service_enter_signal(m, u, SERVICE_STOP_SIGTERM, f);
                break;

        case SERVICE_START_PRE:
                if (f == SERVICE_SUCCESS)
                        service_enter_start(m, u);
                else
                        service_enter_signal(m, u, SERVICE_STOP_SIGTERM, f);
                break;

        case SERVICE_START:
                service_forked(m, u, f);
                break;

        case SERVICE_START_POST:
                service_start_post_done(m, u, f);
                break;

        case SERVICE_REFRESH_EXTENSIONS:
        case SERVICE_REFRESH_CREDENTIALS:
                if (f == SERVICE_SUCCESS)
                        service_enter_reload(m, u);
                else
                        service_reload_finish(m, u, f);
                break;

        case SERVICE_RELOAD:
                service_reload_command_done(m, u, f);
                break;

        case SERVICE_RELOAD_POST:
                service_reload_finish(m, u, f);
                break;

        case SERVICE_RELOAD_SIGNAL:
        case SERVICE_RELOAD_NOTIFY:
                if (m->profile->reload_post)
                        manager_crash(m, CRASH_SIGCHLD_CONTROL, u);
                else
                        service_reload_command_done(m, u, f);
                break;

        case SERVICE_MOUNTING:
                service_enter_running(m, u, SERVICE_SUCCESS);
                break;

        case SERVICE_STOP:
                service_enter_signal(m, u, SERVICE_STOP_SIGTERM, f);
                break;

        case SERVICE_STOP_WATCHDOG:
        case SERVICE_STOP_SIGTERM:
        case SERVICE_STOP_SIGKILL:
                if (main_gone)
                        service_enter_stop_post(m, u, f);
                break;

        case SERVICE_STOP_POST:
                if (main_gone)
                        service_enter_signal(m, u, SERVICE_FINAL_SIGTERM, f);
                break;

        case SERVICE_FINAL_WATCHDOG:
        case SERVICE_FINAL_SIGTERM:
        case SERVICE_FINAL_SIGKILL:
                if (main_gone)
                        service_enter_dead(m, u, f, /* allow_restart= */ true);
                break;

        case SERVICE_CLEANING:
                service_enter_dead(m, u, SERVICE_SUCCESS, /* allow_restart= */ false);
                break;

        default:
                manager_crash(m, CRASH_SIGCHLD_CONTROL, u);
        }
}

/* ExecCondition=: 1..254 means "skip", which is no failure. */
static ServiceResult service_condition_result(Unit *u, uint8_t status, ServiceResult f) {
        if (f == SERVICE_SUCCESS)
                u->flags |= UNIT_CONDITION_RESULT;
        else if (f == SERVICE_FAILURE_EXIT_CODE && status < 255) {
                u->flags &= ~UNIT_CONDITION_RESULT;
                return SERVICE_SKIP_CONDITION;
        }

        return f;
}

static void service_sigchld_control(Manager *m, Unit *u, uint8_t code, uint8_t status, ServiceResult f) {
        Service *s = &u->service;
        bool is_condition = u->state == SERVICE_CONDITION;

        s->control_pid = 0;

        if (service_command_ignores_failure(m, u, s->control_command - 1))
                f = SERVICE_SUCCESS;

        if (is_condition)
                f = service_condition_result(u, status, f);

        journal_process_exit(m, u, is_condition ? "Condition check process" : "Control process",
                             f == SERVICE_SUCCESS || (is_condition && f == SERVICE_SKIP_CONDITION), code,
                             status);

        /* A reload that fails does not fail the service. */
        if (!IN_STATES(u->state,
                       STATES_REFRESH | BIT(SERVICE_RELOAD) | BIT(SERVICE_RELOAD_POST) | BIT(SERVICE_MOUNTING)))
                service_note_result(u, f);

        if (s->control_command > 0 && f == SERVICE_SUCCESS &&
            unit_command_next(m, u, s->control_command - 1) >= 0) {
                service_run_next_control(m, u);
                return;
        }

        s->control_command = 0;
        s->control_command_id = _SERVICE_EXEC_COMMAND_INVALID;
        if (!fixes_sigchld(m, u, FIX_CONTROL_PROCESS))
                service_control_gone(m, u, f);
}

/* service.c:service_sigchld_event, 252-262 */
void service_sigchld_event(Manager *m, Unit *u, Pid pid, uint8_t code, uint8_t status) {
        Service *s = &u->service;
        ServiceResult f = service_exit_result(m, u, pid, code, status);

        if (s->main_pid == pid) {
                manager_note(m, __func__, u, "its main process is gone while it is %s",
                             service_state_to_string(u->state));
                service_sigchld_main(m, u, code, status, f);
        } else if (s->control_pid == pid) {
                manager_note(m, __func__, u, "its control process is gone while it is %s",
                             service_state_to_string(u->state));
                service_sigchld_control(m, u, code, status, f);
        }
}

static void service_cgroup_empty_start(Manager *m, Unit *u) {
        Service *s = &u->service;
        int main_pid_ok = service_main_pid_good(m, u);
        bool gone = main_pid_ok == 0 && !service_control_pid_good(u);

        if (u->state == SERVICE_START) {
                if (gone && (s->type == SERVICE_NOTIFY || s->type == SERVICE_NOTIFY_RELOAD)) {
                        service_enter_stop_post(m, u, SERVICE_FAILURE_PROTOCOL);
                        return;
                }

                if (s->exit_type == SERVICE_EXIT_CGROUP && main_pid_ok <= 0) {
                        service_enter_stop_post(m, u, SERVICE_SUCCESS);
                        return;
                }
        }

        /* Nobody is left to write the PID file. */
        if (!gone || !(s->flags & SERVICE_WATCH_PID_FILE))
                return;

        s->flags &= ~SERVICE_WATCH_PID_FILE;

        if (u->state == SERVICE_START)
                service_enter_stop_post(m, u, SERVICE_FAILURE_PROTOCOL);
        else
                service_enter_stop(m, u, SERVICE_FAILURE_PROTOCOL);
}

/* service.c:service_notify_cgroup_empty_event, 252-262. An exit is usually learnt from SIGCHLD, which says
 * more; this is for processes that nobody knew of. */
void service_notify_cgroup_empty_event(Manager *m, Unit *u) {
        uint64_t pruned =
                m->profile->core_prunes_inactive ? STATES_AUTO_RESTART : BIT(SERVICE_DEAD) | BIT(SERVICE_FAILED);
        bool gone = service_main_pid_good(m, u) <= 0 && !service_control_pid_good(u);

        if (IN_STATES(u->state, BIT(SERVICE_START) | BIT(SERVICE_START_POST)))
                service_cgroup_empty_start(m, u);
        else if (IN_STATES(u->state, STATES_RUNNING))
                service_enter_running(m, u, SERVICE_SUCCESS);
        else if (IN_STATES(u->state, STATES_STOP_SIGNAL)) {
                if (gone)
                        service_enter_stop_post(m, u, SERVICE_SUCCESS);
        } else if (IN_STATES(u->state, BIT(SERVICE_STOP_POST) | STATES_FINAL)) {
                if (gone)
                        service_enter_dead(m, u, SERVICE_SUCCESS, /* allow_restart= */ true);
        } else if (IN_STATES(u->state, pruned))
                unit_prune_cgroup(m, u);
}
