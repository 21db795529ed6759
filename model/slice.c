/* SPDX-License-Identifier: MIT */

#include "load-types.h"
#include "unit-types.h"

/* clang-format off */
static const UnitActiveState state_translation[_SLICE_STATE_MAX] = {
        [SLICE_DEAD]   = UNIT_INACTIVE,
        [SLICE_ACTIVE] = UNIT_ACTIVE,
};
/* clang-format on */

static void slice_init(Manager *m, Unit *u) {
        (void) m;

        u->config |= CONFIG_IGNORE_ON_ISOLATE;
}

static void slice_set_state(Manager *m, Unit *u, SliceState state) {
        unit_set_simple_state(m, u, (uint8_t) state, state_translation, "slice_set_state");
}

static int slice_coldplug(Manager *m, Unit *u) {
        if (u->service.deserialized_state != u->state)
                slice_set_state(m, u, (SliceState) u->service.deserialized_state);

        return 0;
}

static int slice_start(Manager *m, Unit *u) {
        if (u->state != SLICE_DEAD) {
                manager_crash(m, CRASH_OTHER, u);
                return 0;
        }

        u->flags |= UNIT_HAS_INVOCATION_ID;
        unit_realize_cgroup(m, u);
        slice_set_state(m, u, SLICE_ACTIVE);
        return 1;
}

static int slice_stop(Manager *m, Unit *u) {
        if (u->state != SLICE_ACTIVE) {
                manager_crash(m, CRASH_OTHER, u);
                return 0;
        }

        slice_set_state(m, u, SLICE_DEAD);
        return 1;
}

static UnitActiveState slice_active_state(const Manager *m, const Unit *u) {
        (void) m;

        return state_translation[u->state];
}

const UnitVTable slice_vtable = {
        .init = slice_init,
        .load = slice_load,
        .coldplug = slice_coldplug,
        .start = slice_start,
        .stop = slice_stop,
        .active_state = slice_active_state,
};
