/* SPDX-License-Identifier: MIT */

/* Timers that always have a next time at which they elapse, as OnCalendar= and OnUnitActiveSec= ones do. When that is
 * only the scenario says (`trigger`). */

#include "job.h"
#include "load-types.h"
#include "unit-types.h"

/* clang-format off */
static const UnitActiveState state_translation[_TIMER_STATE_MAX] = {
        [TIMER_DEAD]    = UNIT_INACTIVE,
        [TIMER_WAITING] = UNIT_ACTIVE,
        [TIMER_RUNNING] = UNIT_ACTIVE,
        [TIMER_ELAPSED] = UNIT_ACTIVE,
        [TIMER_FAILED]  = UNIT_FAILED,
};
/* clang-format on */

static void timer_set_state(Manager *m, Unit *u, TimerState state) {
        unit_set_simple_state(m, u, (uint8_t) state, state_translation, "timer_set_state");
}

static void timer_enter_dead(Manager *m, Unit *u, ServiceResult f) {
        trigger_set_result(m, u, f);

        timer_set_state(m, u, u->service.result != SERVICE_SUCCESS ? TIMER_FAILED : TIMER_DEAD);
}

static void timer_enter_waiting(Manager *m, Unit *u) {
        if (unit_get_trigger(m, u))
                timer_set_state(m, u, TIMER_WAITING);
        else
                timer_enter_dead(m, u, SERVICE_FAILURE_RESOURCES);
}

static int timer_coldplug(Manager *m, Unit *u) {
        if (u->service.deserialized_state == u->state)
                return 0;

        if (u->service.deserialized_state == TIMER_WAITING)
                timer_enter_waiting(m, u);
        else
                timer_set_state(m, u, (TimerState) u->service.deserialized_state);

        return 0;
}

/* timer.c:timer_can_start */
static int timer_test_startable(Manager *m, Unit *u) {
        int r;

        r = unit_test_start_limit(m, u);
        if (r < 0)
                timer_enter_dead(m, u, SERVICE_FAILURE_START_LIMIT_HIT);

        return r < 0 ? r : 1;
}

static int timer_start(Manager *m, Unit *u) {
        int r;

        if (u->state != TIMER_DEAD && u->state != TIMER_FAILED) {
                manager_crash(m, CRASH_OTHER, u);
                return 0;
        }

        r = unit_test_trigger_loaded(m, u);
        if (r < 0)
                return r;

        u->flags |= UNIT_HAS_INVOCATION_ID;
        u->service.result = SERVICE_SUCCESS;
        timer_enter_waiting(m, u);
        return 1;
}

static int timer_stop(Manager *m, Unit *u) {
        if (!UNIT_IS_ACTIVE_OR_RELOADING(state_translation[u->state])) {
                manager_crash(m, CRASH_OTHER, u);
                return 0;
        }

        timer_enter_dead(m, u, SERVICE_SUCCESS);
        return 1;
}

static UnitActiveState timer_active_state(const Manager *m, const Unit *u) {
        (void) m;

        return state_translation[u->state];
}

static void timer_trigger_notify(Manager *m, Unit *u, Unit *other) {
        switch (u->state) {
        case TIMER_WAITING:
        case TIMER_ELAPSED:
                timer_enter_waiting(m, u);
                break;

        case TIMER_RUNNING:
                if (UNIT_IS_INACTIVE_OR_FAILED(unit_active_state(m, other)))
                        timer_enter_waiting(m, u);
                break;

        default:
                break;
        }
}

static void timer_reset_failed(Manager *m, Unit *u) {
        if (u->state == TIMER_FAILED)
                timer_set_state(m, u, TIMER_DEAD);

        u->service.result = SERVICE_SUCCESS;
}

/* timer.c:timer_dispatch, timer_enter_running. */
void timer_fire(Manager *m, Unit *u) {
        Unit *trigger;

        if (u->state != TIMER_WAITING || unit_stop_pending(u))
                return;

        manager_note(m, "timer_dispatch", u, "elapses");

        trigger = unit_get_trigger(m, u);
        if (!trigger || manager_add_job(m, JOB_START, trigger, JOB_REPLACE) < 0) {
                timer_enter_dead(m, u, SERVICE_FAILURE_RESOURCES);
                return;
        }

        job_set_activation_details(trigger, UNIT_TIMER);
        u->service.flags |= TIMER_HAS_LAST_TRIGGER;
        timer_set_state(m, u, TIMER_RUNNING);
}

const UnitVTable timer_vtable = {
        .can_fail = true,
        .can_trigger = true,
        .load = timer_load,
        .coldplug = timer_coldplug,
        .start = timer_start,
        .stop = timer_stop,
        .active_state = timer_active_state,
        .trigger_notify = timer_trigger_notify,
        .reset_failed = timer_reset_failed,
        .test_startable = timer_test_startable,
};
