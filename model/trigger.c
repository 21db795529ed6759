/* SPDX-License-Identifier: MIT */

/* What sockets, timers and paths have in common. */

#include <errno.h>

#include "job.h"
#include "unit-types.h"

bool unit_stop_pending(const Unit *u) {
        return u->job.installed && u->job.type == JOB_STOP;
}

bool unit_active_or_pending(const Manager *m, const Unit *u) {
        if (UNIT_IS_ACTIVE_OR_ACTIVATING(unit_active_state(m, u)))
                return true;

        return u->job.installed && (u->job.type == JOB_START || u->job.type == JOB_RESTART);
}

int unit_test_trigger_loaded(Manager *m, const Unit *u) {
        const Unit *trigger = unit_get_trigger(m, u);

        if (!trigger || trigger->load_state != UNIT_LOADED) {
                manager_note(m, "unit_test_trigger_loaded", u,
                             "refuses to start, its unit to trigger is not loaded");
                return -ENOENT;
        }

        return 0;
}

void trigger_set_result(const Manager *m, Unit *u, ServiceResult f) {
        /* What a socket's service has hit goes through socket_enter_stop_pre(), where it does not count. */
        bool is_start_limit = f == SERVICE_FAILURE_START_LIMIT_HIT || f == PATH_FAILURE_UNIT_START_LIMIT_HIT;

        if (u->service.result == SERVICE_SUCCESS || (is_start_limit && m->profile->start_limit_wins_result))
                u->service.result = (uint8_t) f;
}

void job_set_activation_details(Unit *u, UnitType trigger) {
        if (u->job.installed && u->job.details == 0)
                u->job.details = (uint8_t) trigger;
}

void unit_trigger_fire(Manager *m, Unit *u) {
        /* clang-format off */
        static void (*const fire[_UNIT_TYPE_MAX])(Manager *m, Unit *u) = {
                [UNIT_SOCKET] = socket_fire,
                [UNIT_TIMER]  = timer_fire,
                [UNIT_PATH]   = path_fire,
        };
        /* clang-format on */

        if (fire[u->type])
                fire[u->type](m, u);
}
