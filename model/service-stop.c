/* SPDX-License-Identifier: MIT */

#include "journal.h"
#include "service-internal.h"
#include "tables.h"

/* core/service.c: the way from running to dead, and from dead back through an automatic restart. */

void service_enter_stop(Manager *m, Unit *u, ServiceResult f) {
        int r;

        service_note_result(u, f);
        service_unwatch_control_pid(m, u);

        r = service_spawn_control(m, u, SERVICE_EXEC_STOP, service_stop_timeout(u));
        if (MANAGER_CRASHED(m))
                return;
        if (r > 0)
                service_set_state(m, u, SERVICE_STOP);
        else
                service_enter_signal(m, u, SERVICE_STOP_SIGTERM,
                                     r < 0 ? SERVICE_FAILURE_RESOURCES : SERVICE_SUCCESS);
}

/* The service said that it stops: as if it had been sent SIGTERM. */
void service_enter_stop_by_notify(Manager *m, Unit *u) {
        service_arm_timer(m, u, service_stop_timeout(u));
        service_set_state(m, u, SERVICE_STOP_SIGTERM);
}

void service_enter_exited_or_stop(Manager *m, Unit *u) {
        u->service.flags2 &= ~SERVICE_REVALIDATE_BEGIN;

        if (u->service.config & SERVICE_REMAIN_AFTER_EXIT)
                service_set_state(m, u, SERVICE_EXITED);
        else
                service_enter_stop(m, u, SERVICE_SUCCESS);
}

void service_enter_stop_post(Manager *m, Unit *u, ServiceResult f) {
        int r;

        service_note_result(u, f);
        service_unwatch_control_pid(m, u);

        r = service_spawn_control(m, u, SERVICE_EXEC_STOP_POST, service_stop_timeout(u));
        if (MANAGER_CRASHED(m))
                return;
        if (r > 0)
                service_set_state(m, u, SERVICE_STOP_POST);
        else
                service_enter_signal(m, u, SERVICE_FINAL_SIGTERM,
                                     r < 0 ? SERVICE_FAILURE_RESOURCES : SERVICE_SUCCESS);
}

static KillOperation state_to_kill_operation(const Unit *u, ServiceState state) {
        switch (state) {
        case SERVICE_STOP_WATCHDOG:
        case SERVICE_FINAL_WATCHDOG:
                return KILL_WATCHDOG;

        case SERVICE_STOP_SIGTERM:
                return unit_has_job_type(u, JOB_RESTART) ? KILL_RESTART : KILL_TERMINATE;

        case SERVICE_STOP_SIGKILL:
        case SERVICE_FINAL_SIGKILL:
                return KILL_KILL;

        default:
                return KILL_TERMINATE;
        }
}

/* What comes next when there was nothing to kill, or nothing to wait for */
static void service_skip_signal(Manager *m, Unit *u, ServiceState state) {
        bool sigkill = u->service.config & SERVICE_SEND_SIGKILL;

        if (state == SERVICE_STOP_WATCHDOG || state == SERVICE_STOP_SIGTERM) {
                if (sigkill)
                        service_enter_signal(m, u, SERVICE_STOP_SIGKILL, SERVICE_SUCCESS);
                else
                        service_enter_stop_post(m, u, SERVICE_SUCCESS);
        } else if (state == SERVICE_STOP_SIGKILL)
                service_enter_stop_post(m, u, SERVICE_SUCCESS);
        else if (state != SERVICE_FINAL_SIGKILL && sigkill)
                service_enter_signal(m, u, SERVICE_FINAL_SIGKILL, SERVICE_SUCCESS);
        else
                service_enter_dead(m, u, SERVICE_SUCCESS, /* allow_restart= */ true);
}

void service_enter_signal(Manager *m, Unit *u, ServiceState state, ServiceResult f) {
        service_note_result(u, f);

        if (!unit_kill_context(m, u, state_to_kill_operation(u, state))) {
                service_skip_signal(m, u, state);
                return;
        }

        service_arm_timer(m, u, service_stop_timeout(u));
        service_set_state(m, u, state);
}

void service_kill_control_process(Manager *m, Unit *u) {
        if (u->service.control_pid > 0)
                (void) kernel_signal(m, u->service.control_pid, SIGKILL);
}

/* exit_status_set_test() */
bool exit_status_set_test(const ExitStatusSet *set, uint8_t code, uint8_t status) {
        if (code == CODE_EXITED)
                for (unsigned i = 0; i < set->set[0]; i++)
                        if (set->codes[i] == status + 1)
                                return true;

        if (code == CODE_KILLED || code == CODE_DUMPED)
                for (unsigned i = 0; i < set->set[1]; i++)
                        if (set->signals[i] == status)
                                return true;

        return false;
}

static bool service_restart_setting_matches(const Unit *u) {
        ServiceResult result = u->service.result;

        switch (u->service.restart) {
        case SERVICE_RESTART_ALWAYS:
                return result != SERVICE_SKIP_CONDITION;

        case SERVICE_RESTART_ON_SUCCESS:
                return result == SERVICE_SUCCESS;

        case SERVICE_RESTART_ON_FAILURE:
                return result != SERVICE_SUCCESS && result != SERVICE_SKIP_CONDITION;

        case SERVICE_RESTART_ON_ABNORMAL:
                return result != SERVICE_SUCCESS && result != SERVICE_SKIP_CONDITION &&
                       result != SERVICE_FAILURE_EXIT_CODE;

        case SERVICE_RESTART_ON_WATCHDOG:
                return result == SERVICE_FAILURE_WATCHDOG;

        case SERVICE_RESTART_ON_ABORT:
                return result == SERVICE_FAILURE_SIGNAL || result == SERVICE_FAILURE_CORE_DUMP;

        default:
                return false;
        }
}

/* service.c:service_shall_restart, 252-262. It is the result of the whole run that decides. */
static bool service_shall_restart(const Manager *m, const Unit *u) {
        const Service *s = &u->service;

        if (s->flags & SERVICE_FORBID_RESTART)
                return false;

        if (exit_status_set_test(&s->restart_prevent_status, s->main_exit_code, s->main_exit_status))
                return false;

        if (exit_status_set_test(&s->restart_force_status, s->main_exit_code, s->main_exit_status))
                return !(m->profile->restart_force_spares_success_oneshot && s->type == SERVICE_ONESHOT &&
                         s->result == SERVICE_SUCCESS);

        return service_restart_setting_matches(u);
}

/* service_enter_dead() of 252: the unit is really dead (or failed) for a moment, while a flag tells
 * unit_notify() that it will come back. */
static void service_enter_dead_252(Manager *m, Unit *u, ServiceState end_state, bool restart) {
        Service *s = &u->service;

        if (restart)
                s->flags |= SERVICE_WILL_AUTO_RESTART;

        service_set_state(m, u, end_state);
        s->flags &= ~SERVICE_WILL_AUTO_RESTART;

        if (!restart) {
                s->flags |= SERVICE_FLUSH_N_RESTARTS;
                return;
        }

        service_arm_timer(m, u, service_restart_timeout(u));
        service_set_state(m, u, SERVICE_AUTO_RESTART);
}

/* 254-262: a state of its own in between, which RestartMode=direct leaves out */
static void service_enter_dead_254(Manager *m, Unit *u, ServiceState end_state, bool restart) {
        Service *s = &u->service;

        if (!restart) {
                service_set_state(m, u, end_state);
                if (!m->profile->n_restarts_by_state)
                        s->flags |= SERVICE_FLUSH_N_RESTARTS;
                return;
        }

        if (s->restart_mode != SERVICE_RESTART_MODE_DIRECT)
                service_set_state(m, u,
                                  end_state == SERVICE_FAILED ? SERVICE_FAILED_BEFORE_AUTO_RESTART
                                                              : SERVICE_DEAD_BEFORE_AUTO_RESTART);

        service_arm_timer(m, u, service_restart_timeout(u));
        service_set_state(m, u, SERVICE_AUTO_RESTART);
}

/* What service_enter_dead() forgets of the run, once the new state is in effect */
static void service_clean_up_run(Manager *m, Unit *u) {
        Service *s = &u->service;

        if (!m->profile->enter_dead_skips_gc_queue)
                unit_add_to_gc_queue(m, u);

        s->flags &= ~(SERVICE_FORBID_RESTART | SERVICE_NOTIFY_OVERRIDE);
        s->notify_access_override = NOTIFY_NONE;

        if (m->profile->reload_post)
                s->notify_state = NOTIFY_UNKNOWN;

        if (m->profile->release_resources_queue &&
            (s->fd_store_preserve_mode == EXEC_PRESERVE_NO ||
             (s->fd_store_preserve_mode == EXEC_PRESERVE_ON_SUCCESS && u->state == SERVICE_FAILED)))
                service_release_fd_store(u);

        if (s->pid_file != ID_NONE)
                m->pid_files[s->pid_file] = 0;
}

/* service.c:service_enter_dead, 252-262 */
void service_enter_dead(Manager *m, Unit *u, ServiceResult f, bool allow_restart) {
        Service *s = &u->service;
        ServiceState end_state;

        /* Not to undo what is queued already */
        if (unit_has_job_type(u, JOB_STOP))
                allow_restart = false;

        service_note_result(u, f);
        if (f == SERVICE_FAILURE_START_LIMIT_HIT && m->profile->start_limit_wins_result)
                s->result = f;

        end_state = s->result == SERVICE_SUCCESS || s->result == SERVICE_SKIP_CONDITION
                            ? service_determine_dead_state(m, u)
                            : SERVICE_FAILED;

        journal_result(m, u);
        if (unit_warn_leftover_processes(m, u))
                journal_leftovers(m, u, /* start= */ false);

        if (allow_restart)
                allow_restart = service_shall_restart(m, u);

        manager_note(m, __func__, u, "ends with result %s%s", service_result_to_string(s->result),
                     allow_restart ? " and will be restarted" : "");

        if (m->profile->state_before_auto_restart)
                service_enter_dead_254(m, u, end_state, allow_restart);
        else
                service_enter_dead_252(m, u, end_state, allow_restart);

        service_clean_up_run(m, u);
}

/* The job that brings the service back. 252 stops it first, which is what restarts those that are bound to
 * it; later versions only start it, and restart the others through the job mode. */
static int service_add_restart_job(Manager *m, Unit *u) {
        if (!m->profile->state_before_auto_restart)
                return manager_add_job(m, JOB_RESTART, u, JOB_REPLACE);

        if (m->profile->restart_direct_replaces && u->service.restart_mode == SERVICE_RESTART_MODE_DIRECT)
                return manager_add_job_full(m, JOB_START, u, JOB_REPLACE, /* reenqueue_anchor= */ true);

        return manager_add_job_full(m, JOB_START, u, JOB_RESTART_DEPENDENCIES, m->profile->restart_shortcut);
}

/* service.c:service_enter_restart, 252-262 */
void service_enter_restart(Manager *m, Unit *u, bool shortcut) {
        Service *s = &u->service;
        int r;

        /* It stays in auto-restart then, without a timer. */
        if (!shortcut && unit_has_job_type(u, JOB_STOP))
                return;

        r = service_add_restart_job(m, u);
        if (MANAGER_CRASHED(m))
                return;
        if (r < 0) {
                service_enter_dead(m, u, SERVICE_FAILURE_RESOURCES, /* allow_restart= */ false);
                return;
        }

        s->n_restarts++;
        s->flags &= ~SERVICE_FLUSH_N_RESTARTS;
        manager_note(m, __func__, u, "queues its restart number %u", s->n_restarts);
        journal_unit(m, u, "Scheduled restart job%s, restart counter is at %u.",
                     shortcut ? " immediately on client request" : "", s->n_restarts);

        /* 252 stays in auto-restart: it is service_stop() of the restart job that ends the state. */
        if (!m->profile->state_before_auto_restart)
                return;

        if (!m->profile->n_restarts_by_state) {
                s->flags &= ~SERVICE_NOTIFY_OVERRIDE;
                s->notify_access_override = NOTIFY_NONE;
        }

        service_set_state(m, u, SERVICE_AUTO_RESTART_QUEUED);
}
