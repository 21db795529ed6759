/* SPDX-License-Identifier: MIT */

#include <string.h>

#include "service-internal.h"
#include "tables.h"

/* service.c:state_translation_table, state_translation_table_idle, 252-262. The states of starting differ
 * for Type=idle, which counts as active from the first moment so that it delays nobody. */
/* clang-format off */
static const uint8_t state_translation_table[_SERVICE_STATE_MAX] = {
        [SERVICE_DEAD]                       = UNIT_INACTIVE,
        [SERVICE_CONDITION]                  = UNIT_ACTIVATING,
        [SERVICE_START_PRE]                  = UNIT_ACTIVATING,
        [SERVICE_START]                      = UNIT_ACTIVATING,
        [SERVICE_START_POST]                 = UNIT_ACTIVATING,
        [SERVICE_RUNNING]                    = UNIT_ACTIVE,
        [SERVICE_RUNNING_REVALIDATING]       = UNIT_ACTIVE,
        [SERVICE_EXITED]                     = UNIT_ACTIVE,
        [SERVICE_REFRESH_EXTENSIONS]         = UNIT_REFRESHING,
        [SERVICE_REFRESH_CREDENTIALS]        = UNIT_REFRESHING,
        [SERVICE_RELOAD]                     = UNIT_RELOADING,
        [SERVICE_RELOAD_SIGNAL]              = UNIT_RELOADING,
        [SERVICE_RELOAD_NOTIFY]              = UNIT_RELOADING,
        [SERVICE_RELOAD_POST]                = UNIT_RELOADING,
        [SERVICE_MOUNTING]                   = UNIT_REFRESHING,
        [SERVICE_STOP]                       = UNIT_DEACTIVATING,
        [SERVICE_STOP_WATCHDOG]              = UNIT_DEACTIVATING,
        [SERVICE_STOP_SIGTERM]               = UNIT_DEACTIVATING,
        [SERVICE_STOP_SIGKILL]               = UNIT_DEACTIVATING,
        [SERVICE_STOP_POST]                  = UNIT_DEACTIVATING,
        [SERVICE_FINAL_WATCHDOG]             = UNIT_DEACTIVATING,
        [SERVICE_FINAL_SIGTERM]              = UNIT_DEACTIVATING,
        [SERVICE_FINAL_SIGKILL]              = UNIT_DEACTIVATING,
        [SERVICE_FAILED]                     = UNIT_FAILED,
        [SERVICE_DEAD_BEFORE_AUTO_RESTART]   = UNIT_INACTIVE,
        [SERVICE_FAILED_BEFORE_AUTO_RESTART] = UNIT_FAILED,
        [SERVICE_DEAD_RESOURCES_PINNED]      = UNIT_INACTIVE,
        [SERVICE_AUTO_RESTART]               = UNIT_ACTIVATING,
        [SERVICE_AUTO_RESTART_QUEUED]        = UNIT_ACTIVATING,
        [SERVICE_CLEANING]                   = UNIT_MAINTENANCE,
};
/* clang-format on */

static UnitActiveState service_translate_state(const Unit *u, ServiceState state) {
        if (u->service.type == SERVICE_IDLE && IN_STATES(state, STATES_STARTING))
                return UNIT_ACTIVE;

        return state_translation_table[state];
}

static UnitActiveState service_active_state(const Manager *m, const Unit *u) {
        (void) m;

        return service_translate_state(u, u->state);
}

/* SERVICE_STATE_WITH_CONTROL_PROCESS(); 262 no longer counts the two states that wait for the main process.
 * */
bool service_state_with_control_process(const Manager *m, ServiceState state) {
        uint64_t set = STATES_STARTING | STATES_BUSY | STATES_STOPPING | STATES_FINAL | BIT(SERVICE_CLEANING);

        if (m->profile->reload_post)
                set &= ~(BIT(SERVICE_RELOAD_SIGNAL) | BIT(SERVICE_RELOAD_NOTIFY));

        return IN_STATES(state, set);
}

/* main_pid_good(): 1 alive, 0 gone, negative: unknown. A pid that is set but not "known" is unknown. */
int service_main_pid_good(const Manager *m, const Unit *u) {
        const Service *s = &u->service;

        if (!(s->flags & SERVICE_MAIN_PID_KNOWN))
                return -EAGAIN;

        if ((s->flags & SERVICE_MAIN_PID_ALIEN) && s->main_pid > 0)
                return kernel_process_alive(m, s->main_pid);

        return s->main_pid > 0;
}

int service_cgroup_good(const Manager *m, const Unit *u) {
        int r = unit_cgroup_is_empty(m, u);

        if (r == -ENXIO)
                return 0;
        if (r < 0)
                return r;

        return r == 0;
}

ServiceState service_determine_dead_state(const Manager *m, const Unit *u) {
        const Service *s = &u->service;

        if (!m->profile->release_resources_queue || s->n_fd_store == 0)
                return SERVICE_DEAD;

        /* Only 262 parses "on-success" for FileDescriptorStorePreserve=, others never have that value. */
        if (s->fd_store_preserve_mode == EXEC_PRESERVE_YES ||
            s->fd_store_preserve_mode == EXEC_PRESERVE_ON_SUCCESS)
                return SERVICE_DEAD_RESOURCES_PINNED;

        return SERVICE_DEAD;
}

void service_release_fd_store(Unit *u) {
        u->service.n_fd_store = 0;
}

void service_init(Manager *m, Unit *u) {
        Service *s = &u->service;

        memset(s, 0, sizeof(*s));
        u->state = SERVICE_DEAD;
        s->type = SERVICE_TYPE_INVALID;
        s->config = SERVICE_GUESS_MAIN_PID | SERVICE_SEND_SIGKILL | SERVICE_RESTART_ZERO;
        s->kill_mode = KILL_CONTROL_GROUP;
        s->kill_signal = SIGTERM;
        s->reload_signal = SIGHUP;
        s->notify_access = NOTIFY_NONE;
        s->fd_store_preserve_mode = EXEC_PRESERVE_RESTART;
        s->pid_file = ID_NONE;
        s->bus_name = ID_NONE;
        s->control_command_id = _SERVICE_EXEC_COMMAND_INVALID;

        /* 262: zero, which is not infinity, hence always written */
        if (m->profile->stream_restart_delay_chosen)
                s->flags2 |= SERVICE_RESTART_DELAY_CHOSEN;
}

static void service_done(Manager *m, Unit *u) {
        service_unwatch_main_pid(m, u);
        service_unwatch_control_pid(m, u);
        u->service.flags &= ~(SERVICE_WATCH_PID_FILE | SERVICE_EXEC_FD | SERVICE_EXEC_FD_HOT);
        service_stop_watchdog(u);
        service_disarm_timer(m, u);
        service_release_fd_store(u);
}

/* service.c:service_set_state, 252-262: every transition comes through here, coldplug's too. */
void service_set_state(Manager *m, Unit *u, ServiceState state) {
        Service *s = &u->service;
        ServiceState old_state = u->state;

        u->state = state;
        s->flags &= ~SERVICE_WATCH_PID_FILE;

        if (!IN_STATES(state, STATES_STARTING | BIT(SERVICE_RUNNING) | STATES_BUSY | STATES_STOPPING |
                                      STATES_FINAL | BIT(SERVICE_AUTO_RESTART) | BIT(SERVICE_CLEANING)))
                service_disarm_timer(m, u);

        if (!IN_STATES(state, STATES_WITH_MAIN_PROCESS)) {
                service_unwatch_main_pid(m, u);
                s->main_command = 0;
        }

        if (!service_state_with_control_process(m, state)) {
                service_unwatch_control_pid(m, u);
                s->control_command = 0;
                s->control_command_id = _SERVICE_EXEC_COMMAND_INVALID;
        }

        if (IN_STATES(state, STATES_DEAD | STATES_BEFORE_AUTO_RESTART | STATES_AUTO_RESTART))
                unit_unwatch_all_pids(m, u);

        if (state != SERVICE_START)
                s->flags &= ~(SERVICE_EXEC_FD | SERVICE_EXEC_FD_HOT);

        if (!IN_STATES(state, STATES_WITH_WATCHDOG))
                service_stop_watchdog(u);

        /* unit_notify() prunes for the inactive states only */
        if (state == SERVICE_EXITED && !MANAGER_IS_RELOADING(m))
                unit_prune_cgroup(m, u);

        if (old_state != state)
                manager_note(m, __func__, u, "goes from %s to %s", service_state_to_string(old_state),
                             service_state_to_string(state));

        if (UNIT_IS_INACTIVE_OR_FAILED(service_translate_state(u, state)))
                u->flags &= ~UNIT_EXPORTED_INVOCATION_ID; /* unit_unlink_state_files() */

        unit_notify(m, u, service_translate_state(u, old_state), service_translate_state(u, state),
                    s->reload_result == SERVICE_SUCCESS);
}

/* service.c:service_coldplug, 252-262. The early return is what leaves a process behind in a unit that ended
 * up dead: nothing of service_set_state() happens then. */
static int service_coldplug(Manager *m, Unit *u) {
        Service *s = &u->service;
        ServiceState state = s->deserialized_state;

        if (u->state != SERVICE_DEAD &&
            !(m->profile->coldplug_from_pinned && u->state == SERVICE_DEAD_RESOURCES_PINNED)) {
                manager_crash(m, CRASH_SERVICE_COLDPLUG, u);
                return -ENOTRECOVERABLE;
        }

        if (state == u->state)
                return 0;

        service_arm_timer(m, u, service_coldplug_timeout(u));

        /* pid_is_unwaited(): a zombie that nobody reaped counts */
        if (s->main_pid > 0 && kernel_process_exists(m, s->main_pid) &&
            IN_STATES(state, STATES_WITH_MAIN_PROCESS))
                unit_watch_pid(m, u, s->main_pid, /* exclusive= */ false);

        if (s->control_pid > 0 && kernel_process_exists(m, s->control_pid) &&
            service_state_with_control_process(m, state))
                unit_watch_pid(m, u, s->control_pid, /* exclusive= */ false);

        if (IN_STATES(state, STATES_WITH_WATCHDOG))
                service_start_watchdog(u);

        service_set_state(m, u, state);

        /* The grace timer of 262 is a source of its own; here it is the one timer, which set_state()
         * dropped. */
        if (state == SERVICE_RUNNING_REVALIDATING)
                service_arm_timer(m, u, TIMER_LENGTH_FINITE);

        return 0;
}

/* service_start(), the fields of the previous run */
static void service_reset_run(Manager *m, Unit *u) {
        Service *s = &u->service;

        s->result = SERVICE_SUCCESS;
        s->reload_result = SERVICE_SUCCESS;
        s->flags &= ~(SERVICE_MAIN_PID_KNOWN | SERVICE_MAIN_PID_ALIEN | SERVICE_FORBID_RESTART);

        if (m->profile->n_restarts_by_state) {
                if (u->state != SERVICE_AUTO_RESTART_QUEUED)
                        s->n_restarts = 0;
        } else if (s->flags & SERVICE_FLUSH_N_RESTARTS) {
                s->n_restarts = 0;
                s->flags &= ~SERVICE_FLUSH_N_RESTARTS;
        }

        u->flags &= ~UNIT_HAS_STATUS_TEXT;
        s->flags &= ~SERVICE_NOTIFY_OVERRIDE;
        s->notify_access_override = NOTIFY_NONE;
        s->notify_state = NOTIFY_UNKNOWN;

        if (m->profile->reload_post) {
                s->flags &= ~SERVICE_RELOAD_BEGIN;
                s->flags2 &= ~SERVICE_REVALIDATE_BEGIN;
        }

        /* The configured value, if only zero: from now on it is not infinity, and so it is written. */
        s->flags2 |= SERVICE_WATCHDOG_ORIGINAL;
        s->flags2 &= ~(SERVICE_WATCHDOG_OVERRIDE | SERVICE_WATCHDOG_OVERRIDE_NONE | SERVICE_MAIN_STATUS_HANDOFF);

        s->flags &= ~(SERVICE_MAIN_STATUS_SET | SERVICE_MAIN_STATUS_EXITED);
        s->main_exit_code = 0;
        s->main_exit_status = 0;
}

static int service_start(Manager *m, Unit *u) {
        uint64_t startable = BIT(SERVICE_DEAD) | BIT(SERVICE_FAILED);

        if (IN_STATES(u->state, STATES_STOPPING | STATES_FINAL | BIT(SERVICE_CLEANING)))
                return -EAGAIN;

        if (IN_STATES(u->state, STATES_STARTING))
                return 0;

        if (u->state == SERVICE_AUTO_RESTART) {
                /* 257: a start in between is a wish to hurry up; before, the job waits for the timer. */
                if (m->profile->restart_shortcut)
                        service_enter_restart(m, u, /* shortcut= */ true);

                return -EAGAIN;
        }

        if (!m->profile->restart_shortcut && IN_STATES(u->state, STATES_BEFORE_AUTO_RESTART))
                return -EAGAIN;

        if (m->profile->state_before_auto_restart)
                startable |= BIT(SERVICE_DEAD_RESOURCES_PINNED) | BIT(SERVICE_AUTO_RESTART_QUEUED);

        if (!IN_STATES(u->state, startable)) {
                manager_crash(m, CRASH_SERVICE_START, u);
                return -ENOTRECOVERABLE;
        }

        u->flags |= UNIT_HAS_INVOCATION_ID; /* unit_acquire_invocation_id() */
        service_reset_run(m, u);
        service_enter_condition(m, u);

        return 1;
}

/* service.c:service_stop, 252-262 */
static int service_stop(Manager *m, Unit *u) {
        u->service.flags |= SERVICE_FORBID_RESTART;

        if (IN_STATES(u->state, (STATES_STOPPING | STATES_FINAL) & ~BIT(SERVICE_STOP_WATCHDOG)))
                return 0;

        if (IN_STATES(u->state, STATES_AUTO_RESTART)) {
                service_set_state(m, u, service_determine_dead_state(m, u));
                return 0;
        }

        if (IN_STATES(u->state, STATES_STARTING | STATES_BUSY | BIT(SERVICE_STOP_WATCHDOG))) {
                if (IN_STATES(u->state, STATES_REFRESH | BIT(SERVICE_MOUNTING)))
                        service_kill_control_process(m, u);

                service_enter_signal(m, u, SERVICE_STOP_SIGTERM, SERVICE_SUCCESS);
                return 0;
        }

        if (u->state == SERVICE_CLEANING) {
                service_enter_signal(m, u, SERVICE_FINAL_SIGKILL, SERVICE_SUCCESS);
                return 0;
        }

        if (IN_STATES(u->state, STATES_RUNNING | BIT(SERVICE_EXITED))) {
                service_enter_stop(m, u, SERVICE_SUCCESS);
                return 1;
        }

        manager_crash(m, CRASH_SERVICE_STOP, u);
        return -ENOTRECOVERABLE;
}

static int service_reload(Manager *m, Unit *u) {
        if (!IN_STATES(u->state, STATES_RUNNING | BIT(SERVICE_EXITED))) {
                manager_crash(m, CRASH_SERVICE_RELOAD, u);
                return -ENOTRECOVERABLE;
        }

        u->service.reload_result = SERVICE_SUCCESS;
        service_enter_reload(m, u);

        return 1;
}

static bool service_can_reload(Manager *m, Unit *u) {
        return service_has_command(m, u, SERVICE_EXEC_RELOAD) || u->service.type == SERVICE_NOTIFY_RELOAD;
}

static bool service_may_gc(Manager *m, Unit *u) {
        uint64_t collectable = STATES_DEAD;

        if (service_main_pid_good(m, u) > 0 || service_control_pid_good(u))
                return false;

        if (!m->profile->state_before_auto_restart)
                return true;

        if (m->profile->pinned_not_collected)
                collectable &= ~BIT(SERVICE_DEAD_RESOURCES_PINNED);

        return IN_STATES(u->state, collectable);
}

static bool service_will_restart(Manager *m, Unit *u) {
        (void) m;

        if (u->service.flags & SERVICE_WILL_AUTO_RESTART)
                return true;

        if (IN_STATES(u->state, STATES_BEFORE_AUTO_RESTART | STATES_AUTO_RESTART))
                return true;

        return unit_has_job_type(u, JOB_START); /* unit_will_restart_default() */
}

/* service.c:service_release_resources. 252 calls it from unit_may_gc(), 254-262 from a queue. */
static void service_release_resources(Manager *m, Unit *u) {
        Service *s = &u->service;

        if (!m->profile->release_resources_queue) {
                service_release_fd_store(u);
                return;
        }

        if (!IN_STATES(u->state, STATES_DEAD))
                return;

        if (s->fd_store_preserve_mode == EXEC_PRESERVE_NO ||
            s->fd_store_preserve_mode == EXEC_PRESERVE_RESTART ||
            (s->fd_store_preserve_mode == EXEC_PRESERVE_ON_SUCCESS && u->state == SERVICE_FAILED))
                service_release_fd_store(u);

        if (u->state == SERVICE_DEAD_RESOURCES_PINNED && s->n_fd_store == 0)
                service_set_state(m, u, SERVICE_DEAD);
}

static void service_reset_failed(Manager *m, Unit *u) {
        Service *s = &u->service;

        if (u->state == SERVICE_FAILED)
                service_set_state(m, u, service_determine_dead_state(m, u));

        s->result = SERVICE_SUCCESS;
        s->reload_result = SERVICE_SUCCESS;
        s->n_restarts = 0;
        s->flags &= ~SERVICE_FLUSH_N_RESTARTS;
}

/* service_can_start() up to 257, service_test_startable() in 262 */
static int service_test_startable(Manager *m, Unit *u) {
        int r;

        if (m->profile->start_limit_spares_starting && IN_STATES(u->state, STATES_STARTING))
                return 0;

        r = unit_test_start_limit(m, u);
        if (r < 0) {
                service_enter_dead(m, u, SERVICE_FAILURE_START_LIMIT_HIT, /* allow_restart= */ false);
                return r;
        }

        return 1;
}

const UnitVTable service_vtable = {
        .track_orphaned = true,
        .can_fail = true,

        .init = service_init,
        .load = service_load,
        .done = service_done,

        .coldplug = service_coldplug,

        .start = service_start,
        .stop = service_stop,
        .reload = service_reload,
        .can_reload = service_can_reload,

        .may_gc = service_may_gc,
        .will_restart = service_will_restart,
        .release_resources = service_release_resources,
        .active_state = service_active_state,

        .sigchld_event = service_sigchld_event,
        .notify_message = service_notify_message,
        .notify_cgroup_empty = service_notify_cgroup_empty_event,
        .reset_failed = service_reset_failed,
        .test_startable = service_test_startable,
};
