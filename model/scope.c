/* SPDX-License-Identifier: MIT */

/* Scopes, as far as a scenario can have them: PID 1 starts none by itself, a client would have to make it with a call
 * that the scenario language does not have. */

#include <errno.h>
#include <signal.h>

#include "load-types.h"
#include "unit-types.h"

/* clang-format off */
static const UnitActiveState state_translation[_SCOPE_STATE_MAX] = {
        [SCOPE_DEAD]         = UNIT_INACTIVE,
        [SCOPE_START_CHOWN]  = UNIT_ACTIVATING,
        [SCOPE_RUNNING]      = UNIT_ACTIVE,
        [SCOPE_ABANDONED]    = UNIT_ACTIVE,
        [SCOPE_STOP_SIGTERM] = UNIT_DEACTIVATING,
        [SCOPE_STOP_SIGKILL] = UNIT_DEACTIVATING,
        [SCOPE_FAILED]       = UNIT_FAILED,
};
/* clang-format on */

static void scope_init(Manager *m, Unit *u) {
        (void) m;

        u->config |= CONFIG_IGNORE_ON_ISOLATE;
        u->service.kill_mode = KILL_CONTROL_GROUP;
        u->service.kill_signal = SIGTERM;
        u->service.config |= SERVICE_SEND_SIGKILL;
}

static void scope_set_state(Manager *m, Unit *u, ScopeState state) {
        uint8_t old_state = u->state;

        if ((state == SCOPE_DEAD || state == SCOPE_FAILED) && old_state != SCOPE_DEAD &&
            old_state != SCOPE_FAILED)
                unit_unwatch_all_pids(m, u);

        unit_set_simple_state(m, u, (uint8_t) state, state_translation, "scope_set_state");
}

static void scope_enter_dead(Manager *m, Unit *u) {
        scope_set_state(m, u, u->service.result != SERVICE_SUCCESS ? SCOPE_FAILED : SCOPE_DEAD);
}

static void scope_enter_signal(Manager *m, Unit *u, ScopeState state) {
        if (unit_kill_context(m, u, state == SCOPE_STOP_SIGTERM ? KILL_TERMINATE : KILL_KILL))
                scope_set_state(m, u, state);
        else if (state == SCOPE_STOP_SIGTERM)
                scope_enter_signal(m, u, SCOPE_STOP_SIGKILL);
        else
                scope_enter_dead(m, u);
}

static int scope_coldplug(Manager *m, Unit *u) {
        if (u->service.deserialized_state != u->state)
                scope_set_state(m, u, (ScopeState) u->service.deserialized_state);

        return 0;
}

/* Scopes exist only while whoever made them keeps them, so a start is always refused. */
static int scope_start(Manager *m, Unit *u) {
        (void) m;

        switch (u->state) {
        case SCOPE_FAILED:
                return -EPERM;

        case SCOPE_STOP_SIGTERM:
        case SCOPE_STOP_SIGKILL:
                return -EAGAIN;

        default:
                return -ENOENT;
        }
}

static int scope_stop(Manager *m, Unit *u) {
        if (u->state == SCOPE_STOP_SIGTERM || u->state == SCOPE_STOP_SIGKILL)
                return 0;

        if (u->state != SCOPE_RUNNING && u->state != SCOPE_ABANDONED) {
                manager_crash(m, CRASH_OTHER, u);
                return 0;
        }

        scope_enter_signal(m, u, SCOPE_STOP_SIGTERM);
        return 1;
}

static UnitActiveState scope_active_state(const Manager *m, const Unit *u) {
        (void) m;

        return state_translation[u->state];
}

static void scope_notify_cgroup_empty(Manager *m, Unit *u) {
        switch (u->state) {
        case SCOPE_RUNNING:
        case SCOPE_ABANDONED:
        case SCOPE_STOP_SIGTERM:
        case SCOPE_STOP_SIGKILL:
                scope_enter_dead(m, u);
                break;

        default:
                break;
        }
}

static void scope_reset_failed(Manager *m, Unit *u) {
        if (u->state == SCOPE_FAILED)
                scope_set_state(m, u, SCOPE_DEAD);

        u->service.result = SERVICE_SUCCESS;
}

const UnitVTable scope_vtable = {
        .track_orphaned = true,
        .can_fail = true,
        .init = scope_init,
        .load = scope_load,
        .coldplug = scope_coldplug,
        .start = scope_start,
        .stop = scope_stop,
        .active_state = scope_active_state,
        .notify_cgroup_empty = scope_notify_cgroup_empty,
        .reset_failed = scope_reset_failed,
};
