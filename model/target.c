/* SPDX-License-Identifier: MIT */

#include "load-types.h"
#include "unit-types.h"

/* clang-format off */
static const UnitActiveState state_translation[_TARGET_STATE_MAX] = {
        [TARGET_DEAD]   = UNIT_INACTIVE,
        [TARGET_ACTIVE] = UNIT_ACTIVE,
};
/* clang-format on */

static void target_set_state(Manager *m, Unit *u, TargetState state) {
        unit_set_simple_state(m, u, (uint8_t) state, state_translation, "target_set_state");
}

static int target_coldplug(Manager *m, Unit *u) {
        if (u->service.deserialized_state != u->state)
                target_set_state(m, u, (TargetState) u->service.deserialized_state);

        return 0;
}

static int target_start(Manager *m, Unit *u) {
        if (u->state != TARGET_DEAD) {
                manager_crash(m, CRASH_OTHER, u);
                return 0;
        }

        u->flags |= UNIT_HAS_INVOCATION_ID;
        target_set_state(m, u, TARGET_ACTIVE);
        return 1;
}

static int target_stop(Manager *m, Unit *u) {
        if (u->state != TARGET_ACTIVE) {
                manager_crash(m, CRASH_OTHER, u);
                return 0;
        }

        target_set_state(m, u, TARGET_DEAD);
        return 1;
}

static UnitActiveState target_active_state(const Manager *m, const Unit *u) {
        (void) m;

        return state_translation[u->state];
}

const UnitVTable target_vtable = {
        .can_fail = true,
        .load = target_load,
        .coldplug = target_coldplug,
        .start = target_start,
        .stop = target_stop,
        .active_state = target_active_state,
};
