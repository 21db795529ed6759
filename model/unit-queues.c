/* SPDX-License-Identifier: MIT */

/* Queues of units that something may have to be done about: the filters of unit.c and the dispatchers of
 * manager.c, 252-262. A filter looks at the state now, the dispatcher looks again. */

#include "transaction.h"

/* DEFAULT_AUTO_START_STOP: so many times within ten seconds. */
#define AUTO_START_STOP_BURST 16

void unit_submit_to_stop_when_unneeded_queue(Manager *m, Unit *u) {
        if ((u->config & CONFIG_STOP_WHEN_UNNEEDED) == 0)
                return;

        if (UNIT_IS_ACTIVE_OR_RELOADING(unit_active_state(m, u)))
                manager_queue_add(m, QUEUE_STOP_WHEN_UNNEEDED, u);
}

void unit_submit_to_start_when_upheld_queue(Manager *m, Unit *u) {
        if (UNIT_IS_INACTIVE_OR_FAILED(unit_active_state(m, u)) &&
            unit_has_dependency(m, u, DEPS_START_STEADILY, NULL))
                manager_queue_add(m, QUEUE_START_WHEN_UPHELD, u);
}

void unit_submit_to_stop_when_bound_queue(Manager *m, Unit *u) {
        if (UNIT_IS_ACTIVE_OR_RELOADING(unit_active_state(m, u)) &&
            unit_has_dependency(m, u, DEPS_CANNOT_BE_ACTIVE_WITHOUT, NULL))
                manager_queue_add(m, QUEUE_STOP_WHEN_BOUND, u);
}

/* unit_submit_to_release_resources_queue() */
void unit_add_to_release_resources_queue(Manager *m, Unit *u) {
        if (!m->profile->release_resources_queue)
                return;

        if (u->job.installed || u->nop_job.installed || (u->flags & UNIT_PERPETUAL))
                return;

        if (unit_vtable(u)->release_resources)
                manager_queue_add(m, QUEUE_RELEASE_RESOURCES, u);
}

/* manager_ratelimit_check_and_queue(): no time passes, so what is above the limit waits for
 * manager_ratelimit_requeue(). */
static bool manager_ratelimit_check(Manager *m, Unit *u) {
        if (u->auto_start_stop_ratelimit < AUTO_START_STOP_BURST) {
                u->auto_start_stop_ratelimit++;
                return true;
        }

        manager_note(m, "manager_ratelimit_check_and_queue", u, "was started or stopped too often by itself");
        return false;
}

void manager_ratelimit_requeue(Manager *m, Unit *u) {
        u->start_ratelimit = 0;
        u->auto_start_stop_ratelimit = 0;

        unit_submit_to_stop_when_unneeded_queue(m, u);
        unit_submit_to_start_when_upheld_queue(m, u);
        unit_submit_to_stop_when_bound_queue(m, u);
}

static bool unit_is_unneeded(Manager *m, Unit *u) {
        DependencyIterator i = { .types = DEPS_PINS_STOP_WHEN_UNNEEDED };
        Unit *other;

        if ((u->config & CONFIG_STOP_WHEN_UNNEEDED) == 0 || unit_active_state(m, u) != UNIT_ACTIVE ||
            u->job.installed)
                return false;

        while ((other = unit_next_dependency(m, u, &i)))
                if (other->job.installed || !UNIT_IS_INACTIVE_OR_FAILED(unit_active_state(m, other)) ||
                    unit_will_restart(m, other))
                        return false;

        return true;
}

/* The active unit that wants @u to be up, NULL: none, or nothing is to be done. */
static Unit *unit_is_upheld_by_active(Manager *m, Unit *u) {
        DependencyIterator i = { .types = DEPS_START_STEADILY };
        Unit *other;

        if (!UNIT_IS_INACTIVE_OR_FAILED(unit_active_state(m, u)) || u->job.installed)
                return NULL;

        while ((other = unit_next_dependency(m, u, &i)))
                if (!other->job.installed && UNIT_IS_ACTIVE_OR_RELOADING(unit_active_state(m, other)))
                        return other;

        return NULL;
}

static Unit *unit_is_bound_by_inactive(Manager *m, Unit *u) {
        DependencyIterator i = { .types = DEPS_CANNOT_BE_ACTIVE_WITHOUT };
        Unit *other;

        if (unit_active_state(m, u) != UNIT_ACTIVE || u->job.installed)
                return NULL;

        while ((other = unit_next_dependency(m, u, &i)))
                if (!other->job.installed && UNIT_IS_INACTIVE_OR_FAILED(unit_active_state(m, other)))
                        return other;

        return NULL;
}

unsigned manager_dispatch_stop_when_unneeded_queue(Manager *m) {
        unsigned n = 0;
        Unit *u;

        while (!MANAGER_CRASHED(m) && (u = manager_queue_pop(m, QUEUE_STOP_WHEN_UNNEEDED))) {
                n++;

                if (!unit_is_unneeded(m, u) || !manager_ratelimit_check(m, u))
                        continue;

                manager_note(m, "manager_dispatch_stop_when_unneeded_queue", u, "is not needed any more");
                (void) manager_add_job(m, JOB_STOP, u, JOB_FAIL);
        }

        return n;
}

unsigned manager_dispatch_start_when_upheld_queue(Manager *m) {
        unsigned n = 0;
        Unit *u;

        while (!MANAGER_CRASHED(m) && (u = manager_queue_pop(m, QUEUE_START_WHEN_UPHELD))) {
                Unit *culprit;

                n++;

                culprit = unit_is_upheld_by_active(m, u);
                if (!culprit || !manager_ratelimit_check(m, u))
                        continue;

                manager_note(m, "manager_dispatch_start_when_upheld_queue", u,
                             "is upheld by %s, which is active", unit_name(m, culprit));
                (void) manager_add_job(m, JOB_START, u, JOB_FAIL);
        }

        return n;
}

unsigned manager_dispatch_stop_when_bound_queue(Manager *m) {
        unsigned n = 0;
        Unit *u;

        while (!MANAGER_CRASHED(m) && (u = manager_queue_pop(m, QUEUE_STOP_WHEN_BOUND))) {
                Unit *culprit;

                n++;

                culprit = unit_is_bound_by_inactive(m, u);
                if (!culprit || !manager_ratelimit_check(m, u))
                        continue;

                manager_note(m, "manager_dispatch_stop_when_bound_queue", u, "is bound to %s, which is inactive",
                             unit_name(m, culprit));
                (void) manager_add_job(m, JOB_STOP, u, JOB_REPLACE);
        }

        return n;
}

static void unit_release_resources(Manager *m, Unit *u) {
        const UnitVTable *v = unit_vtable(u);

        if (u->job.installed || u->nop_job.installed || (u->flags & UNIT_PERPETUAL))
                return;

        if (!UNIT_IS_INACTIVE_OR_FAILED(unit_active_state(m, u)) || unit_will_restart(m, u))
                return;

        if (v->release_resources)
                v->release_resources(m, u);
}

unsigned manager_dispatch_release_resources_queue(Manager *m) {
        unsigned n = 0;
        Unit *u;

        while (!MANAGER_CRASHED(m) && (u = manager_queue_pop(m, QUEUE_RELEASE_RESOURCES))) {
                n++;
                unit_release_resources(m, u);
        }

        return n;
}

/* 262: only a socket in state deferred waits here (DeferTrigger=), and no modelled unit has that state. */
unsigned manager_dispatch_stop_notify_queue(Manager *m) {
        unsigned n = 0;

        while (manager_queue_pop(m, QUEUE_STOP_NOTIFY))
                n++;

        return n;
}

unsigned manager_dispatch_target_deps_queue(Manager *m) {
        unsigned n = 0;
        Unit *u;

        while ((u = manager_queue_pop(m, QUEUE_TARGET_DEPS))) {
                UnitList l = unit_list_dependencies(m, u, DEPS_DEFAULT_TARGET_DEPENDENCIES);

                n++;

                for (size_t i = 0; i < l.n; i++) {
                        Unit *target = unit_list_get(m, &l, i);

                        if (target)
                                (void) unit_add_default_target_dependency(m, u, target);
                }

                unit_list_release(m, &l);
        }

        return n;
}
