/* SPDX-License-Identifier: MIT */

/* Paths of which nothing is there unless the scenario says so (`trigger`). */

#include "job.h"
#include "load-types.h"
#include "unit-types.h"

/* clang-format off */
static const UnitActiveState state_translation[_PATH_STATE_MAX] = {
        [PATH_DEAD]    = UNIT_INACTIVE,
        [PATH_WAITING] = UNIT_ACTIVE,
        [PATH_RUNNING] = UNIT_ACTIVE,
        [PATH_FAILED]  = UNIT_FAILED,
};
/* clang-format on */

static void path_set_state(Manager *m, Unit *u, PathState state) {
        unit_set_simple_state(m, u, (uint8_t) state, state_translation, "path_set_state");
}

static void path_enter_dead(Manager *m, Unit *u, ServiceResult f) {
        trigger_set_result(m, u, f);

        path_set_state(m, u, u->service.result != SERVICE_SUCCESS ? PATH_FAILED : PATH_DEAD);
}

/* Until 254 a unit that is going down keeps its path running (path.c:path_enter_waiting, path_trigger_notify_impl). */
static bool path_trigger_is_down(const Manager *m, const Unit *trigger) {
        UnitActiveState s = unit_active_state(m, trigger);

        if (m->profile->path_is_down_with_deactivating)
                return UNIT_IS_INACTIVE_OR_DEACTIVATING(s);

        return UNIT_IS_INACTIVE_OR_FAILED(s);
}

static void path_enter_waiting(Manager *m, Unit *u) {
        const Unit *trigger = unit_get_trigger(m, u);

        if (trigger && !path_trigger_is_down(m, trigger))
                path_set_state(m, u, PATH_RUNNING);
        else
                path_set_state(m, u, PATH_WAITING);
}

/* The triggered unit looks dead here as long as it has not been coldplugged itself; path_trigger_notify() sets that
 * right later. */
static int path_coldplug(Manager *m, Unit *u) {
        if (u->service.deserialized_state == u->state)
                return 0;

        if (u->service.deserialized_state == PATH_WAITING || u->service.deserialized_state == PATH_RUNNING)
                path_enter_waiting(m, u);
        else
                path_set_state(m, u, (PathState) u->service.deserialized_state);

        return 0;
}

/* path.c:path_can_start */
static int path_test_startable(Manager *m, Unit *u) {
        int r;

        r = unit_test_start_limit(m, u);
        if (r < 0)
                path_enter_dead(m, u, SERVICE_FAILURE_START_LIMIT_HIT);

        return r < 0 ? r : 1;
}

static int path_start(Manager *m, Unit *u) {
        int r;

        if (u->state != PATH_DEAD && u->state != PATH_FAILED) {
                manager_crash(m, CRASH_OTHER, u);
                return 0;
        }

        r = unit_test_trigger_loaded(m, u);
        if (r < 0)
                return r;

        u->flags |= UNIT_HAS_INVOCATION_ID;
        u->service.result = SERVICE_SUCCESS;
        path_enter_waiting(m, u);
        return 1;
}

static int path_stop(Manager *m, Unit *u) {
        if (u->state != PATH_WAITING && u->state != PATH_RUNNING) {
                manager_crash(m, CRASH_OTHER, u);
                return 0;
        }

        path_enter_dead(m, u, SERVICE_SUCCESS);
        return 1;
}

static UnitActiveState path_active_state(const Manager *m, const Unit *u) {
        (void) m;

        return state_translation[u->state];
}

/* PID 1 looks again a moment later, from a defer source. Nothing but the state of the path itself can change there,
 * since what it waits for has not appeared; so it is done at once. */
static void path_trigger_notify(Manager *m, Unit *u, Unit *other) {
        bool gone;

        if (u->state != PATH_WAITING && u->state != PATH_RUNNING)
                return;

        if (other->flags & UNIT_START_LIMIT_HIT) {
                path_enter_dead(m, u, PATH_FAILURE_UNIT_START_LIMIT_HIT);
                return;
        }

        if (other->job.installed)
                return;

        gone = path_trigger_is_down(m, other);
        if ((u->state == PATH_RUNNING) == gone)
                path_enter_waiting(m, u);
}

static void path_reset_failed(Manager *m, Unit *u) {
        if (u->state == PATH_FAILED)
                path_set_state(m, u, PATH_DEAD);

        u->service.result = SERVICE_SUCCESS;
}

/* path.c:path_dispatch_io, path_enter_running. */
void path_fire(Manager *m, Unit *u) {
        Unit *trigger;

        if (u->state != PATH_WAITING || unit_stop_pending(u))
                return;

        manager_note(m, "path_enter_running", u, "sees its path");

        trigger = unit_get_trigger(m, u);
        if (!trigger || manager_add_job(m, JOB_START, trigger, JOB_REPLACE) < 0) {
                path_enter_dead(m, u, SERVICE_FAILURE_RESOURCES);
                return;
        }

        job_set_activation_details(trigger, UNIT_PATH);
        path_set_state(m, u, PATH_RUNNING);
}

const UnitVTable path_vtable = {
        .can_fail = true,
        .can_trigger = true,
        .load = path_load,
        .coldplug = path_coldplug,
        .start = path_start,
        .stop = path_stop,
        .active_state = path_active_state,
        .trigger_notify = path_trigger_notify,
        .reset_failed = path_reset_failed,
        .test_startable = path_test_startable,
};
