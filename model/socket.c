/* SPDX-License-Identifier: MIT */

/* Sockets without commands of their own: every start and every stop is complete at once. Those with Accept=yes never
 * get a connection, since the services for these have names that no scenario can know. */

#include <errno.h>
#include <signal.h>

#include "job.h"
#include "load-types.h"
#include "unit-types.h"

/* clang-format off */
static const UnitActiveState state_translation[_SOCKET_STATE_MAX] = {
        [SOCKET_DEAD]             = UNIT_INACTIVE,
        [SOCKET_START_PRE]        = UNIT_ACTIVATING,
        [SOCKET_START_CHOWN]      = UNIT_ACTIVATING,
        [SOCKET_START_POST]       = UNIT_ACTIVATING,
        [SOCKET_LISTENING]        = UNIT_ACTIVE,
        [SOCKET_RUNNING]          = UNIT_ACTIVE,
        [SOCKET_STOP_PRE]         = UNIT_DEACTIVATING,
        [SOCKET_STOP_PRE_SIGTERM] = UNIT_DEACTIVATING,
        [SOCKET_STOP_PRE_SIGKILL] = UNIT_DEACTIVATING,
        [SOCKET_STOP_POST]        = UNIT_DEACTIVATING,
        [SOCKET_FINAL_SIGTERM]    = UNIT_DEACTIVATING,
        [SOCKET_FINAL_SIGKILL]    = UNIT_DEACTIVATING,
        [SOCKET_FAILED]           = UNIT_FAILED,
        [SOCKET_CLEANING]         = UNIT_MAINTENANCE,
};
/* clang-format on */

/* socket.c:SOCKET_SERVICE_IS_ACTIVE, 254-262; 252 lists the same states in its two callers. */
static bool socket_service_is_active(const Manager *m, const Unit *service, bool allow_finalize) {
        if (UNIT_IS_INACTIVE_OR_FAILED(unit_active_state(m, service)))
                return false;

        switch (service->state) {
        case SERVICE_AUTO_RESTART:
        case SERVICE_AUTO_RESTART_QUEUED:
                return false;

        case SERVICE_FINAL_SIGTERM:
        case SERVICE_FINAL_SIGKILL:
        case SERVICE_CLEANING:
                return !allow_finalize;

        default:
                return true;
        }
}

/* kill.c:kill_context_init */
static void socket_init(Manager *m, Unit *u) {
        (void) m;

        u->service.kill_mode = KILL_CONTROL_GROUP;
        u->service.kill_signal = SIGTERM;
        u->service.config |= SERVICE_SEND_SIGKILL;
}

static void socket_set_state(Manager *m, Unit *u, SocketState state) {
        unit_set_simple_state(m, u, (uint8_t) state, state_translation, "socket_set_state");
}

static void socket_enter_dead(Manager *m, Unit *u, ServiceResult f) {
        trigger_set_result(m, u, f);

        (void) unit_warn_leftover_processes(m, u);
        socket_set_state(m, u, u->service.result != SERVICE_SUCCESS ? SOCKET_FAILED : SOCKET_DEAD);
}

static int socket_coldplug(Manager *m, Unit *u) {
        if (u->service.deserialized_state != u->state)
                socket_set_state(m, u, (SocketState) u->service.deserialized_state);

        return 0;
}

/* socket.c:socket_can_start */
static int socket_test_startable(Manager *m, Unit *u) {
        int r;

        r = unit_test_start_limit(m, u);
        if (r < 0)
                socket_enter_dead(m, u, SERVICE_FAILURE_START_LIMIT_HIT);

        return r < 0 ? r : 1;
}

static int socket_start(Manager *m, Unit *u) {
        const Unit *service = manager_get_unit(m, u->trigger);

        if (service) {
                if (service->load_state != UNIT_LOADED) {
                        manager_note(m, "socket_start", u, "refuses, %s is not loaded", unit_name(m, service));
                        return -ENOENT;
                }

                if (socket_service_is_active(m, service, /* allow_finalize= */ false)) {
                        manager_note(m, "socket_start", u, "refuses, %s is active already",
                                     unit_name(m, service));
                        return -EBUSY;
                }
        }

        if (u->state != SOCKET_DEAD && u->state != SOCKET_FAILED) {
                manager_crash(m, CRASH_OTHER, u);
                return 0;
        }

        u->flags |= UNIT_HAS_INVOCATION_ID;
        u->service.result = SERVICE_SUCCESS;
        (void) unit_warn_leftover_processes(m, u); /* socket_enter_start_pre() */
        socket_set_state(m, u, SOCKET_LISTENING);
        return 1;
}

static int socket_stop(Manager *m, Unit *u) {
        if (u->state != SOCKET_LISTENING && u->state != SOCKET_RUNNING) {
                manager_crash(m, CRASH_OTHER, u);
                return 0;
        }

        socket_enter_dead(m, u, SERVICE_SUCCESS);
        return 1;
}

static UnitActiveState socket_active_state(const Manager *m, const Unit *u) {
        (void) m;

        return state_translation[u->state];
}

static void socket_trigger_notify(Manager *m, Unit *u, Unit *other) {
        if (other->type != UNIT_SERVICE)
                return;

        if (u->state != SOCKET_RUNNING && u->state != SOCKET_LISTENING)
                return;

        if (u->service.config & SOCKET_ACCEPT)
                return;

        if (other->flags & UNIT_START_LIMIT_HIT) {
                socket_enter_dead(m, u, SOCKET_FAILURE_SERVICE_START_LIMIT_HIT);
                return;
        }

        if (other->job.installed)
                return;

        if (!socket_service_is_active(m, other, /* allow_finalize= */ true))
                socket_set_state(m, u, SOCKET_LISTENING);

        if (other->state == SERVICE_RUNNING)
                socket_set_state(m, u, SOCKET_RUNNING);
}

static void socket_reset_failed(Manager *m, Unit *u) {
        if (u->state == SOCKET_FAILED)
                socket_set_state(m, u, SOCKET_DEAD);

        u->service.result = SERVICE_SUCCESS;
}

static bool socket_trigger_is_pending(Manager *m, const Unit *u) {
        DependencyIterator i = { .types = BIT(UNIT_TRIGGERS) };
        const Unit *other;

        while ((other = unit_next_dependency(m, u, &i)))
                if (unit_active_or_pending(m, other))
                        return true;

        return false;
}

/* socket.c:socket_dispatch_io, socket_enter_running. */
void socket_fire(Manager *m, Unit *u) {
        Unit *service;

        if (u->state != SOCKET_LISTENING || (u->service.config & SOCKET_ACCEPT) || unit_stop_pending(u))
                return;

        manager_note(m, "socket_enter_running", u, "has incoming traffic");

        if (!socket_trigger_is_pending(m, u)) {
                service = manager_get_unit(m, u->trigger);
                if (!service || manager_add_job(m, JOB_START, service, JOB_REPLACE) < 0) {
                        socket_enter_dead(m, u, SERVICE_FAILURE_RESOURCES);
                        return;
                }
        }

        socket_set_state(m, u, SOCKET_RUNNING);
}

const UnitVTable socket_vtable = {
        .track_orphaned = true,
        .can_fail = true,
        .can_trigger = true,
        .init = socket_init,
        .load = socket_load,
        .coldplug = socket_coldplug,
        .start = socket_start,
        .stop = socket_stop,
        .active_state = socket_active_state,
        .trigger_notify = socket_trigger_notify,
        .reset_failed = socket_reset_failed,
        .test_startable = socket_test_startable,
};
