/* SPDX-License-Identifier: MIT */

#include "service-internal.h"

/* core/service.c: ExecReload=, Type=notify-reload and RELOADING=1. */

/* 252 knows one state of reloading only. */
void service_enter_reload_by_notify(Manager *m, Unit *u) {
        service_arm_timer(m, u, service_start_timeout(u));
        service_set_state(m, u, m->profile->notify_reload_states ? SERVICE_RELOAD_NOTIFY : SERVICE_RELOAD);

        (void) manager_propagate_reload(m, u, JOB_FAIL);
}

/* service_reload_finish() of 262, and what stands in its place before */
void service_reload_finish(Manager *m, Unit *u, ServiceResult f) {
        Service *s = &u->service;

        s->reload_result = f;

        if (m->profile->reload_post) {
                s->flags &= ~SERVICE_RELOAD_BEGIN;

                /* Else service_enter_running() would go straight back */
                if (s->notify_state == NOTIFY_RELOADING)
                        s->notify_state = NOTIFY_UNKNOWN;
        }

        service_enter_running(m, u, SERVICE_SUCCESS);
}

/* service_enter_reload(), 252-257: first the signal, then the command. */
static void service_enter_reload_257(Manager *m, Unit *u) {
        Service *s = &u->service;
        bool killed = false;
        int r;

        if (s->type == SERVICE_NOTIFY_RELOAD && s->main_pid > 0) {
                if (!kernel_signal(m, s->main_pid, s->reload_signal) && !kernel_process_exists(m, s->main_pid)) {
                        service_reload_finish(m, u, SERVICE_FAILURE_RESOURCES);
                        return;
                }

                killed = true;
        }

        r = service_spawn_control(m, u, SERVICE_EXEC_RELOAD, service_start_timeout(u));
        if (MANAGER_CRASHED(m))
                return;
        if (r < 0) {
                service_reload_finish(m, u, SERVICE_FAILURE_RESOURCES);
                return;
        }

        if (r > 0)
                service_set_state(m, u, SERVICE_RELOAD);
        else if (killed) {
                service_arm_timer(m, u, service_start_timeout(u));
                service_set_state(m, u, SERVICE_RELOAD_SIGNAL);
        } else {
                service_enter_running(m, u, SERVICE_SUCCESS);
                return;
        }

        if (m->profile->notify_reload_states)
                s->flags |= SERVICE_RELOAD_BEGIN;
}

/* service_enter_reload(), 262: first the command, then the signal, then ExecReloadPost=. Nothing to refresh:
 * there are no extensions and no credentials. */
static void service_enter_reload_262(Manager *m, Unit *u) {
        Service *s = &u->service;
        int r;

        if (s->notify_state == NOTIFY_RELOADING || s->notify_state == NOTIFY_RELOAD_READY)
                s->notify_state = NOTIFY_UNKNOWN;

        s->flags |= SERVICE_RELOAD_BEGIN;

        r = service_spawn_control(m, u, SERVICE_EXEC_RELOAD, service_start_timeout(u));
        if (MANAGER_CRASHED(m))
                return;
        if (r < 0)
                service_reload_finish(m, u, SERVICE_FAILURE_RESOURCES);
        else if (r > 0)
                service_set_state(m, u, SERVICE_RELOAD);
        else
                service_enter_reload_signal(m, u);
}

void service_enter_reload(Manager *m, Unit *u) {
        service_unwatch_control_pid(m, u);

        if (m->profile->reload_post)
                service_enter_reload_262(m, u);
        else
                service_enter_reload_257(m, u);
}

/* 262: does the main process catch or block the signal? Only daemons that answer it do. */
int service_check_reload_signal_handler(const Manager *m, const Unit *u) {
        const Service *s = &u->service;

        if (!m->profile->reload_signal_checked || s->main_pid == 0 || s->reload_signal == SIGKILL ||
            s->reload_signal == SIGSTOP)
                return 0;

        if (!kernel_process_alive(m, s->main_pid))
                return -ESRCH;

        return m->processes[s->main_pid - 1].flags & PROCESS_ANSWERS_RELOAD ? 0 : -EOPNOTSUPP;
}

void service_enter_reload_signal(Manager *m, Unit *u) {
        Service *s = &u->service;

        if (s->type != SERVICE_NOTIFY_RELOAD) {
                service_enter_reload_post(m, u);
                return;
        }

        /* The service may have spoken while ExecReload= ran. */
        if (u->state == SERVICE_RELOAD && s->notify_state == NOTIFY_RELOADING) {
                service_set_state(m, u, SERVICE_RELOAD_NOTIFY);
                return;
        }

        if ((u->state == SERVICE_RELOAD && s->notify_state == NOTIFY_RELOAD_READY) || s->main_pid == 0) {
                service_enter_reload_post(m, u);
                return;
        }

        service_arm_timer(m, u, service_start_timeout(u));

        if (!kernel_signal(m, s->main_pid, s->reload_signal) && !kernel_process_exists(m, s->main_pid))
                service_reload_finish(m, u, SERVICE_FAILURE_RESOURCES);
        else
                service_set_state(m, u, SERVICE_RELOAD_SIGNAL);
}

void service_enter_reload_post(Manager *m, Unit *u) {
        int r;

        service_unwatch_control_pid(m, u);

        r = service_spawn_control(m, u, SERVICE_EXEC_RELOAD_POST, service_start_timeout(u));
        if (MANAGER_CRASHED(m))
                return;
        if (r > 0)
                service_set_state(m, u, SERVICE_RELOAD_POST);
        else
                service_reload_finish(m, u, r < 0 ? SERVICE_FAILURE_RESOURCES : SERVICE_SUCCESS);
}
