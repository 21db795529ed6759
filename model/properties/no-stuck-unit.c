/* SPDX-License-Identifier: MIT */

#include "model/kernel.h"
#include "model/tables.h"
#include "model/transaction.h"
#include "property.h"

/* What can take a service out of a state. */
/* clang-format off */
enum {
        BY_TIMER    = 1 << 0,
        BY_MAIN     = 1 << 1, /* the end of the main process */
        BY_CONTROL  = 1 << 2, /* the end of the control process */
        BY_EMPTY    = 1 << 3, /* the last process of the cgroup is gone */
        BY_MESSAGE  = 1 << 4, /* sd_notify() */
        BY_PID_FILE = 1 << 5,
        BY_BUS_NAME = 1 << 6,
        BY_JOB      = 1 << 7,
        WAITS       = 1 << 8, /* the state is one that is to pass */
};
/* clang-format on */

#define WAITS_FOR_CONTROL (WAITS | BY_TIMER | BY_CONTROL)
#define WAITS_FOR_RELOAD  (WAITS | BY_TIMER | BY_MAIN | BY_CONTROL)
#define WAITS_FOR_END     (WAITS | BY_TIMER | BY_MAIN | BY_CONTROL | BY_EMPTY)
#define RUNS              (BY_TIMER | BY_MAIN | BY_EMPTY | BY_MESSAGE | BY_BUS_NAME)

/* After service_sigchld_event(), service_notify_cgroup_empty_event(), service_notify_message() and
 * service_dispatch_timer(), 252-262. The two states before auto-restart are left again at once. */
/* clang-format off */
static const uint16_t ways_out[_SERVICE_STATE_MAX] = {
        [SERVICE_CONDITION]                  = WAITS_FOR_CONTROL,
        [SERVICE_START_PRE]                  = WAITS_FOR_CONTROL,
        [SERVICE_START]                      = WAITS_FOR_END | BY_MESSAGE | BY_PID_FILE | BY_BUS_NAME,
        [SERVICE_START_POST]                 = WAITS_FOR_END | BY_PID_FILE,
        [SERVICE_RUNNING]                    = RUNS,
        [SERVICE_RUNNING_REVALIDATING]       = WAITS | RUNS,
        [SERVICE_REFRESH_EXTENSIONS]         = WAITS_FOR_RELOAD,
        [SERVICE_REFRESH_CREDENTIALS]        = WAITS_FOR_RELOAD,
        [SERVICE_RELOAD]                     = WAITS_FOR_RELOAD | BY_MESSAGE,
        [SERVICE_RELOAD_SIGNAL]              = WAITS_FOR_RELOAD | BY_MESSAGE,
        [SERVICE_RELOAD_NOTIFY]              = WAITS_FOR_RELOAD | BY_MESSAGE,
        [SERVICE_RELOAD_POST]                = WAITS_FOR_RELOAD,
        [SERVICE_MOUNTING]                   = WAITS_FOR_RELOAD,
        [SERVICE_STOP]                       = WAITS_FOR_CONTROL,
        [SERVICE_STOP_WATCHDOG]              = WAITS_FOR_END,
        [SERVICE_STOP_SIGTERM]               = WAITS_FOR_END,
        [SERVICE_STOP_SIGKILL]               = WAITS_FOR_END,
        [SERVICE_STOP_POST]                  = WAITS_FOR_END,
        [SERVICE_FINAL_WATCHDOG]             = WAITS_FOR_END,
        [SERVICE_FINAL_SIGTERM]              = WAITS_FOR_END,
        [SERVICE_FINAL_SIGKILL]              = WAITS_FOR_END,
        [SERVICE_DEAD_BEFORE_AUTO_RESTART]   = WAITS,
        [SERVICE_FAILED_BEFORE_AUTO_RESTART] = WAITS,
        [SERVICE_AUTO_RESTART]               = WAITS | BY_TIMER,
        [SERVICE_AUTO_RESTART_QUEUED]        = WAITS | BY_JOB,
        [SERVICE_CLEANING]                   = WAITS_FOR_CONTROL,
};
/* clang-format on */

/* The process lives, and what it does is reported to @u. */
static bool is_heard(Manager *m, const Unit *u, Pid pid) {
        UnitSlot found[5];
        size_t n;

        if (pid == 0 || !kernel_process_alive(m, pid))
                return false;

        n = manager_get_units_for_pid(m, pid, found);
        for (size_t i = 0; i < n; i++)
                if (found[i] == unit_slot(m, u))
                        return true;
        return false;
}

static bool anybody_is_heard(Manager *m, const Unit *u) {
        for (Pid pid = 1; pid <= m->layout->n_processes; pid++)
                if (is_heard(m, u, pid))
                        return true;
        return false;
}

/* service_notify_cgroup_empty_event(): most states go on only if no main and no control process is left, as far as the
 * service knows. A main process that is not its child it looks for. */
static bool empty_cgroup_helps(const Unit *u) {
        const Service *s = &u->service;
        bool has_main =
                s->main_pid > 0 && (s->flags & SERVICE_MAIN_PID_KNOWN) && !(s->flags & SERVICE_MAIN_PID_ALIEN);
        bool gone = !has_main && s->control_pid == 0;

        switch (u->state) {
        case SERVICE_START:
                return (s->exit_type == SERVICE_EXIT_CGROUP && !has_main) ||
                       (gone && (s->type == SERVICE_NOTIFY || s->type == SERVICE_NOTIFY_RELOAD ||
                                 (s->flags & SERVICE_WATCH_PID_FILE)));

        case SERVICE_START_POST:
                return gone && (s->flags & SERVICE_WATCH_PID_FILE);

        case SERVICE_RUNNING:
        case SERVICE_RUNNING_REVALIDATING:
                return true;

        default:
                return gone;
        }
}

static NotifyAccess notify_access(const Unit *u) {
        return u->service.flags & SERVICE_NOTIFY_OVERRIDE ? u->service.notify_access_override
                                                          : u->service.notify_access;
}

/* Of @ways those that are still open. The end of a process is a way out even for a process that may send a message
 * first, so only messages of others count as such. */
static bool service_can_move(Manager *m, const Unit *u, unsigned ways) {
        const Service *s = &u->service;
        bool populated = cgroup_path_is_set(u->cgroup) && kernel_cgroup_populated(m, u->cgroup);

        if (s->flags & SERVICE_WATCHDOG_ARMED)
                return true;
        if ((ways & BY_TIMER) && (s->flags & SERVICE_TIMER_ARMED))
                return true;
        if ((ways & BY_MAIN) && is_heard(m, u, s->main_pid))
                return true;
        if ((ways & BY_CONTROL) && is_heard(m, u, s->control_pid))
                return true;
        if ((ways & BY_EMPTY) && populated && (u->flags & UNIT_CGROUP_WATCHED) && empty_cgroup_helps(u))
                return true;
        if ((ways & BY_MESSAGE) && notify_access(u) == NOTIFY_ALL && anybody_is_heard(m, u))
                return true;
        if ((ways & BY_PID_FILE) && (s->flags & SERVICE_WATCH_PID_FILE) && populated)
                return true;
        return (ways & BY_BUS_NAME) && s->type == SERVICE_DBUS && anybody_is_heard(m, u);
}

/* Units of other types change their states at once, but for scopes, whose stop has a timeout (that the model never lets
 * elapse), and for those whose state is the world's: a device may be plugged in at any time. */
static bool unit_can_move(Manager *m, const Unit *u) {
        UnitActiveState state;

        if (u->type == UNIT_SERVICE)
                return service_can_move(m, u, ways_out[u->state]);
        if (!unit_vtable(u)->start)
                return true;

        state = unit_active_state(m, u);
        return state == UNIT_ACTIVATING || state == UNIT_DEACTIVATING;
}

/* job_is_runnable(): a job of another unit that @j waits for can proceed. */
static bool blocker_can_proceed(Manager *m, const Unit *u, const Job *j, const bool *can_proceed) {
        static const UnitDependency directions[] = { UNIT_AFTER, UNIT_BEFORE };
        const Unit *other;

        for (size_t d = 0; d < G_N_ELEMENTS(directions); d++) {
                DependencyIterator i = { .types = BIT(directions[d]) };

                while ((other = unit_next_dependency(m, u, &i)))
                        if (other->job.installed && can_proceed[unit_slot(m, other) * 2] &&
                            job_compare_jobs(j, &other->job, directions[d] == UNIT_AFTER) > 0)
                                return true;
        }
        return false;
}

static bool job_can_proceed(Manager *m, const Unit *u, const Job *j, const bool *can_proceed) {
        if (j->flags & (JOB_IN_RUN_QUEUE | JOB_HAS_TIMER))
                return true;

        /* Only the job of the unit looks again when its state changes, the one that does nothing does not. */
        if (j == &u->job && unit_can_move(m, u))
                return true;

        return j->state == JOB_WAITING && blocker_can_proceed(m, u, j, can_proceed);
}

static const Job *job_at(const Manager *m, size_t i) {
        const Unit *u = m->units + i / 2;
        const Job *j = i % 2 == 0 ? &u->job : &u->nop_job;

        return u->in_use && j->installed ? j : NULL;
}

/* By slot * 2 (+1: nop job). The least fixed point, so that jobs which only wait for each other cannot proceed. */
static void find_jobs_that_can_proceed(Manager *m, bool *ret) {
        bool again;

        do {
                again = false;
                for (size_t i = 0; i < 2 * m->layout->n_units; i++) {
                        const Job *j = job_at(m, i);

                        if (j && !ret[i] && job_can_proceed(m, m->units + i / 2, j, ret))
                                ret[i] = again = true;
                }
        } while (again);
}

static int check_services(Manager *m, const bool *can_proceed, Finding *ret_finding) {
        int n = 0;

        for (size_t i = 0; i < m->layout->n_units; i++) {
                const Unit *u = m->units + i;

                if (!u->in_use || u->type != UNIT_SERVICE || (ways_out[u->state] & WAITS) == 0)
                        continue;
                if (!service_can_move(m, u, ways_out[u->state]) &&
                    !((ways_out[u->state] & BY_JOB) && u->job.installed && can_proceed[2 * i]))
                        return property_violated(
                                ret_finding, u->id, "%s is %s (%s) at rest, and nothing can happen that ends it",
                                unit_name(m, u), unit_active_state_to_string(unit_active_state(m, u)),
                                unit_sub_state_to_string((UnitType) u->type, u->state));
                n++;
        }
        return n;
}

static int check_jobs(Manager *m, const bool *can_proceed, Finding *ret_finding) {
        int n = 0;

        for (size_t i = 0; i < 2 * m->layout->n_units; i++) {
                const Unit *u = m->units + i / 2;
                const Job *j = job_at(m, i);

                if (!j)
                        continue;
                if (!can_proceed[i])
                        return property_violated(
                                ret_finding, u->id, "%s is %s (%s) at rest, and nothing can end its %s %s job",
                                unit_name(m, u), unit_active_state_to_string(unit_active_state(m, u)),
                                unit_sub_state_to_string((UnitType) u->type, u->state),
                                job_state_to_string((JobState) j->state), job_type_to_string((JobType) j->type));
                n++;
        }
        return n;
}

int no_stuck_unit_at_rest(Manager *m, Finding *ret_finding) {
        bool *can_proceed;
        int services, jobs;

        if (MANAGER_CRASHED(m) || (m->world->flags & WORLD_PAUSED))
                return 0;

        can_proceed = g_newa0(bool, 2 * m->layout->n_units);
        find_jobs_that_can_proceed(m, can_proceed);

        services = check_services(m, can_proceed, ret_finding);
        if (services < 0)
                return services;
        jobs = check_jobs(m, can_proceed, ret_finding);
        return jobs < 0 ? jobs : services + jobs;
}
