/* SPDX-License-Identifier: MIT */
#pragma once

/* What the files of core/service.c share among each other; nobody else includes this. */

#include <errno.h>
#include <signal.h>

#include "job.h"
#include "kernel.h"
#include "service.h"

#define IN_STATES(state, set) ((BIT(state) & (set)) != 0)

/* Sets of ServiceState. States that a version does not know never occur in it, so the sets hold for all
 * versions, unless a comment says otherwise. */
#define STATES_STARTING                                                                                         \
        (BIT(SERVICE_CONDITION) | BIT(SERVICE_START_PRE) | BIT(SERVICE_START) | BIT(SERVICE_START_POST))
#define STATES_RUNNING     (BIT(SERVICE_RUNNING) | BIT(SERVICE_RUNNING_REVALIDATING))
#define STATES_REFRESH     (BIT(SERVICE_REFRESH_EXTENSIONS) | BIT(SERVICE_REFRESH_CREDENTIALS))
/* clang-format off */
#define STATES_RELOAD                                                                                        \
        (BIT(SERVICE_RELOAD) | BIT(SERVICE_RELOAD_SIGNAL) | BIT(SERVICE_RELOAD_NOTIFY) |                     \
         BIT(SERVICE_RELOAD_POST))
/* clang-format on */
#define STATES_STOP_SIGNAL (BIT(SERVICE_STOP_WATCHDOG) | BIT(SERVICE_STOP_SIGTERM) | BIT(SERVICE_STOP_SIGKILL))
#define STATES_STOPPING    (BIT(SERVICE_STOP) | STATES_STOP_SIGNAL | BIT(SERVICE_STOP_POST))
#define STATES_FINAL       (BIT(SERVICE_FINAL_WATCHDOG) | BIT(SERVICE_FINAL_SIGTERM) | BIT(SERVICE_FINAL_SIGKILL))
#define STATES_BEFORE_AUTO_RESTART                                                                              \
        (BIT(SERVICE_DEAD_BEFORE_AUTO_RESTART) | BIT(SERVICE_FAILED_BEFORE_AUTO_RESTART))
#define STATES_AUTO_RESTART  (BIT(SERVICE_AUTO_RESTART) | BIT(SERVICE_AUTO_RESTART_QUEUED))
#define STATES_DEAD          (BIT(SERVICE_DEAD) | BIT(SERVICE_FAILED) | BIT(SERVICE_DEAD_RESOURCES_PINNED))
/* A running service whose own or foreign request is being worked on */
#define STATES_BUSY          (STATES_RELOAD | STATES_REFRESH | BIT(SERVICE_MOUNTING))
#define STATES_WITH_WATCHDOG (BIT(SERVICE_START_POST) | STATES_RUNNING | STATES_BUSY)
/* clang-format off */
#define STATES_WITH_MAIN_PROCESS                                                                             \
        (BIT(SERVICE_START) | BIT(SERVICE_START_POST) | STATES_RUNNING | STATES_BUSY | STATES_STOPPING |     \
         STATES_FINAL)
/* clang-format on */

/* What a timer is set to. Time does not pass, so this is all that matters. */
typedef enum TimerLength { TIMER_LENGTH_ZERO, TIMER_LENGTH_FINITE, TIMER_LENGTH_INFINITE } TimerLength;

/* service.c */
bool service_state_with_control_process(const Manager *m, ServiceState state);
int service_main_pid_good(const Manager *m, const Unit *u);
static inline bool service_control_pid_good(const Unit *u) {
        return u->service.control_pid > 0;
}
int service_cgroup_good(const Manager *m, const Unit *u);
static inline bool service_has_command(Manager *m, const Unit *u, ServiceExecCommand id) {
        return unit_command_first(m, u, id) >= 0;
}
static inline bool unit_has_job_type(const Unit *u, JobType type) {
        return u->job.installed && u->job.type == type;
}
static inline NotifyAccess service_get_notify_access(const Unit *u) {
        return u->service.flags & SERVICE_NOTIFY_OVERRIDE ? u->service.notify_access_override
                                                          : u->service.notify_access;
}
static inline void service_note_result(Unit *u, ServiceResult f) {
        if (u->service.result == SERVICE_SUCCESS)
                u->service.result = f;
}
ServiceState service_determine_dead_state(const Manager *m, const Unit *u);
void service_release_fd_store(Unit *u);

/* service-pid.c */
int service_is_suitable_main_pid(const Manager *m, const Unit *u, Pid pid);
int service_load_pid_file(Manager *m, Unit *u);
int service_demand_pid_file(Manager *m, Unit *u);
void service_search_main_pid(Manager *m, Unit *u);
void service_adopt_main_pid(Manager *m, Unit *u, Pid pid);

/* service-exec.c */
int service_spawn(Manager *m, Unit *u, int command, bool is_main, TimerLength timeout, Pid *ret_pid);
int service_spawn_control(Manager *m, Unit *u, ServiceExecCommand id, TimerLength timeout);
void service_run_next_control(Manager *m, Unit *u);
void service_run_next_main(Manager *m, Unit *u);
void service_enter_condition(Manager *m, Unit *u);
void service_enter_start_pre(Manager *m, Unit *u);
void service_enter_start(Manager *m, Unit *u);
void service_enter_start_post(Manager *m, Unit *u);
void service_enter_running(Manager *m, Unit *u, ServiceResult f);

/* service-stop.c */
void service_enter_stop(Manager *m, Unit *u, ServiceResult f);
void service_enter_stop_by_notify(Manager *m, Unit *u);
void service_enter_signal(Manager *m, Unit *u, ServiceState state, ServiceResult f);
void service_enter_stop_post(Manager *m, Unit *u, ServiceResult f);
void service_enter_exited_or_stop(Manager *m, Unit *u);
void service_enter_dead(Manager *m, Unit *u, ServiceResult f, bool allow_restart);
void service_enter_restart(Manager *m, Unit *u, bool shortcut);
void service_kill_control_process(Manager *m, Unit *u);
bool exit_status_set_test(const ExitStatusSet *set, uint8_t code, uint8_t status);

/* service-reload.c */
void service_enter_reload(Manager *m, Unit *u);
void service_enter_reload_by_notify(Manager *m, Unit *u);
void service_enter_reload_signal(Manager *m, Unit *u);
void service_enter_reload_post(Manager *m, Unit *u);
void service_reload_finish(Manager *m, Unit *u, ServiceResult f);
int service_check_reload_signal_handler(const Manager *m, const Unit *u);

/* service-sigchld.c, service-notify.c: members of the vtable */
void service_sigchld_event(Manager *m, Unit *u, Pid pid, uint8_t code, uint8_t status);
void service_notify_cgroup_empty_event(Manager *m, Unit *u);
void service_notify_message(Manager *m, Unit *u, Pid pid, TextId text);

/* service-timer.c */
void service_arm_timer(Manager *m, Unit *u, TimerLength length);
void service_disarm_timer(Manager *m, Unit *u);
void service_start_watchdog(Unit *u);
void service_stop_watchdog(Unit *u);
void service_reset_watchdog(Unit *u);
TimerLength service_coldplug_timeout(const Unit *u);
static inline TimerLength service_start_timeout(const Unit *u) {
        return u->service.config & SERVICE_START_TIMEOUT_INFINITE ? TIMER_LENGTH_INFINITE : TIMER_LENGTH_FINITE;
}
static inline TimerLength service_stop_timeout(const Unit *u) {
        return u->service.config & SERVICE_STOP_TIMEOUT_INFINITE ? TIMER_LENGTH_INFINITE : TIMER_LENGTH_FINITE;
}
static inline TimerLength service_running_timeout(const Unit *u) {
        return u->service.config & SERVICE_HAS_RUNTIME_MAX ? TIMER_LENGTH_FINITE : TIMER_LENGTH_INFINITE;
}
static inline TimerLength service_restart_timeout(const Unit *u) {
        if (u->service.config & SERVICE_RESTART_INFINITE)
                return TIMER_LENGTH_INFINITE;

        return u->service.config & SERVICE_RESTART_ZERO ? TIMER_LENGTH_ZERO : TIMER_LENGTH_FINITE;
}
