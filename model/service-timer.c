/* SPDX-License-Identifier: MIT */

#include "journal.h"
#include "service-internal.h"

/* core/service.c: the timer of a service, its watchdog, and what happens when they elapse. */

static bool inbox_entry_is_timer_of(const Manager *m, const InboxEntry *e, const Unit *u) {
        return e->kind == INBOX_TIMER && (e->unit == u->id || m->names[e->unit] == unit_slot(m, u));
}

/* A source that is disabled or set anew is no longer pending. */
static void service_drop_timer_events(Manager *m, const Unit *u) {
        for (unsigned i = m->world->n_inbox; i > 0; i--)
                if (inbox_entry_is_timer_of(m, m->inbox + i - 1, u))
                        manager_inbox_remove(m, i - 1);
}

void service_disarm_timer(Manager *m, Unit *u) {
        Service *s = &u->service;

        if (!(s->flags & SERVICE_TIMER_ARMED))
                return;

        s->flags &= ~(SERVICE_TIMER_ARMED | SERVICE_TIMER_NOW);
        s->timer_seq = 0;
        service_drop_timer_events(m, u);
}

/* unit_arm_timer(). A length without end is as good as no timer. */
void service_arm_timer(Manager *m, Unit *u, TimerLength length) {
        Service *s = &u->service;

        service_disarm_timer(m, u);

        if (length == TIMER_LENGTH_INFINITE)
                return;

        s->flags |= SERVICE_TIMER_ARMED;
        s->timer_seq = ++m->world->timer_seq;

        if (length != TIMER_LENGTH_ZERO)
                return;

        s->flags |= SERVICE_TIMER_NOW;
        manager_inbox_add(m, &(InboxEntry) { .kind = INBOX_TIMER, .unit = u->id, .client = ID_NONE });
}

TimerLength service_coldplug_timeout(const Unit *u) {
        ServiceState state = u->service.deserialized_state;

        if (IN_STATES(state, STATES_STARTING | STATES_BUSY))
                return service_start_timeout(u);

        if (IN_STATES(state, STATES_STOPPING | STATES_FINAL))
                return service_stop_timeout(u);

        if (state == SERVICE_RUNNING)
                return service_running_timeout(u);

        if (state != SERVICE_AUTO_RESTART)
                return TIMER_LENGTH_INFINITE;

        /* The delay counts from when the unit became inactive. With RestartMode=direct it may never have been, and
         * what is not set is the time of boot: that is longer ago than any delay. */
        if (service_restart_timeout(u) == TIMER_LENGTH_FINITE && !(u->timestamps & TIMESTAMP_INACTIVE_ENTER))
                return TIMER_LENGTH_ZERO;

        return service_restart_timeout(u);
}

TimerKind service_timer_kind(const Unit *u) {
        if (!(u->service.flags & SERVICE_TIMER_ARMED))
                return TIMER_ANY;

        if (IN_STATES(u->state, STATES_RUNNING))
                return TIMER_RUNTIME;

        if (u->state == SERVICE_AUTO_RESTART)
                return TIMER_RESTART;

        return IN_STATES(u->state, STATES_STARTING | STATES_BUSY) ? TIMER_START : TIMER_STOP;
}

/* service_get_watchdog_usec(): a value that the service sent wins over the one that the run began with. */
static bool service_wants_watchdog(const Unit *u) {
        const Service *s = &u->service;

        if (s->flags2 & SERVICE_WATCHDOG_OVERRIDE)
                return (s->flags2 & SERVICE_WATCHDOG_OVERRIDE_NONE) == 0;

        return (s->flags2 & SERVICE_WATCHDOG_ORIGINAL) && (s->config & SERVICE_HAS_WATCHDOG);
}

void service_start_watchdog(Unit *u) {
        if (!service_wants_watchdog(u)) {
                service_stop_watchdog(u);
                return;
        }

        u->service.flags |= SERVICE_WATCHDOG_ARMED;
}

void service_stop_watchdog(Unit *u) {
        u->service.flags &= ~SERVICE_WATCHDOG_ARMED;
        u->service.flags2 &= ~SERVICE_WATCHDOG_TIMESTAMP;
}

void service_reset_watchdog(Unit *u) {
        u->service.flags2 |= SERVICE_WATCHDOG_TIMESTAMP;
        service_start_watchdog(u);
}

void service_dispatch_watchdog(Manager *m, Unit *u) {
        if (!(u->service.flags & SERVICE_WATCHDOG_ARMED))
                return;

        u->service.flags &= ~SERVICE_WATCHDOG_ARMED;
        service_enter_signal(m, u, SERVICE_STOP_WATCHDOG, SERVICE_FAILURE_WATCHDOG);
}

/* Starting or stopping took too long. What comes next is the mildest means that the failure mode asks for
 * and that was not tried yet: SIGTERM, the watchdog signal, SIGKILL. */
static void service_stop_timed_out(Manager *m, Unit *u, ServiceTimeoutFailureMode mode) {
        if (mode == SERVICE_TIMEOUT_ABORT && u->state != SERVICE_STOP_WATCHDOG)
                service_enter_signal(m, u, SERVICE_STOP_WATCHDOG, SERVICE_FAILURE_TIMEOUT);
        else if (mode == SERVICE_TIMEOUT_TERMINATE && !IN_STATES(u->state, STATES_STOP_SIGNAL))
                service_enter_signal(m, u, SERVICE_STOP_SIGTERM, SERVICE_FAILURE_TIMEOUT);
        else if (u->service.config & SERVICE_SEND_SIGKILL)
                service_enter_signal(m, u, SERVICE_STOP_SIGKILL, SERVICE_FAILURE_TIMEOUT);
        else
                service_enter_stop_post(m, u, SERVICE_FAILURE_TIMEOUT);
}

/* The same behind ExecStopPost= */
static void service_final_timed_out(Manager *m, Unit *u) {
        ServiceTimeoutFailureMode mode = u->service.timeout_stop_failure_mode;

        if (mode == SERVICE_TIMEOUT_ABORT && u->state != SERVICE_FINAL_WATCHDOG)
                service_enter_signal(m, u, SERVICE_FINAL_WATCHDOG, SERVICE_FAILURE_TIMEOUT);
        else if (mode == SERVICE_TIMEOUT_TERMINATE && u->state == SERVICE_STOP_POST)
                service_enter_signal(m, u, SERVICE_FINAL_SIGTERM, SERVICE_FAILURE_TIMEOUT);
        else if (u->service.config & SERVICE_SEND_SIGKILL)
                service_enter_signal(m, u, SERVICE_FINAL_SIGKILL, SERVICE_FAILURE_TIMEOUT);
        else
                service_enter_dead(m, u, SERVICE_FAILURE_TIMEOUT, /* allow_restart= */ false);
}

static void service_reload_timed_out(Manager *m, Unit *u) {
        service_kill_control_process(m, u);

        if (u->state == SERVICE_MOUNTING) {
                service_enter_running(m, u, SERVICE_SUCCESS);
                return;
        }

        service_reload_finish(m, u, SERVICE_FAILURE_TIMEOUT);
}

/* service.c:service_dispatch_timer, 252-262 */
void service_dispatch_timer(Manager *m, Unit *u) {
        if (!(u->service.flags & SERVICE_TIMER_ARMED))
                return;

        service_disarm_timer(m, u);
        journal_timeout(m, u);

        switch (u->state) {
        case SERVICE_CONDITION:
        case SERVICE_START_PRE:
        case SERVICE_START:
        case SERVICE_START_POST:
                service_stop_timed_out(m, u, u->service.timeout_start_failure_mode);
                break;

        case SERVICE_RUNNING:
                service_enter_stop(m, u, SERVICE_FAILURE_TIMEOUT);
                break;

        case SERVICE_RUNNING_REVALIDATING: /* service_dispatch_bus_name_grace() */
                service_enter_exited_or_stop(m, u);
                break;

        case SERVICE_REFRESH_EXTENSIONS:
        case SERVICE_REFRESH_CREDENTIALS:
        case SERVICE_RELOAD:
        case SERVICE_RELOAD_SIGNAL:
        case SERVICE_RELOAD_NOTIFY:
        case SERVICE_RELOAD_POST:
        case SERVICE_MOUNTING:
                service_reload_timed_out(m, u);
                break;

        case SERVICE_STOP:
        case SERVICE_STOP_WATCHDOG:
        case SERVICE_STOP_SIGTERM:
                service_stop_timed_out(m, u, u->service.timeout_stop_failure_mode);
                break;

        case SERVICE_STOP_SIGKILL:
                service_enter_stop_post(m, u, SERVICE_FAILURE_TIMEOUT);
                break;

        case SERVICE_STOP_POST:
        case SERVICE_FINAL_WATCHDOG:
        case SERVICE_FINAL_SIGTERM:
                service_final_timed_out(m, u);
                break;

        case SERVICE_FINAL_SIGKILL:
                service_enter_dead(m, u, SERVICE_FAILURE_TIMEOUT, /* allow_restart= */ true);
                break;

        case SERVICE_AUTO_RESTART:
                service_enter_restart(m, u, /* shortcut= */ false);
                break;

        case SERVICE_CLEANING:
                service_enter_signal(m, u, SERVICE_FINAL_SIGKILL, SERVICE_SUCCESS);
                break;

        default:
                manager_crash(m, CRASH_SERVICE_TIMER, u);
        }
}
