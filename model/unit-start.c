/* SPDX-License-Identifier: MIT */

/* Starting, stopping and reloading a unit, and what may be asked of it: unit.c, 252-262. */

#include <errno.h>

#include "journal.h"
#include "transaction.h"

/* Conditions and assertions are always met in the model; that they were looked at shows in the stream. */
static void unit_test_conditions(Unit *u) {
        u->timestamps |= TIMESTAMP_CONDITION | TIMESTAMP_ASSERT;
        u->flags |= UNIT_CONDITION_RESULT | UNIT_ASSERT_RESULT;
}

/* BindsTo= counts here only together with After=. */
static bool unit_verify_deps(Manager *m, Unit *u) {
        DependencyIterator i = { .types = DEPS_CANNOT_BE_ACTIVE_WITHOUT };
        Unit *other;

        while ((other = unit_next_dependency(m, u, &i)))
                if (unit_has_dependency(m, u, BIT(UNIT_AFTER), other) &&
                    !UNIT_IS_ACTIVE_OR_RELOADING(unit_active_state(m, other)))
                        return false;

        return true;
}

int unit_test_start_limit(Manager *m, Unit *u) {
        bool below = true;

        if (!u->start_limit_interval_zero && u->start_limit_burst > 0) {
                /* No time passes, so the window never ends. One above the burst is as good as any number. */
                if (u->start_ratelimit <= u->start_limit_burst)
                        u->start_ratelimit++;
                below = u->start_ratelimit <= u->start_limit_burst;
        }

        if (below) {
                u->flags &= (uint16_t) ~UNIT_START_LIMIT_HIT;
                return 0;
        }

        manager_note(m, "unit_test_start_limit", u, "start requested too often");
        journal_unit(m, u, "Start request repeated too quickly.");
        u->flags |= UNIT_START_LIMIT_HIT;
        return -ECANCELED;
}

static bool unit_starts_once_only(const Unit *u) {
        return u->type == UNIT_SCOPE;
}

int unit_start(Manager *m, Unit *u) {
        const UnitVTable *v = unit_vtable(u);
        UnitActiveState state = unit_active_state(m, u);
        int r;

        if (UNIT_IS_ACTIVE_OR_RELOADING(state))
                return -EALREADY;

        if (state == UNIT_MAINTENANCE)
                return -EAGAIN;

        /* Before 262 only the unit type says so, after the conditions were looked at and the start was
         * counted. */
        if (state == UNIT_DEACTIVATING && m->profile->start_waits_for_stop)
                return -EAGAIN;

        if (u->load_state != UNIT_LOADED)
                return -EINVAL;

        if (unit_starts_once_only(u) && (u->timestamps & TIMESTAMP_INACTIVE_ENTER))
                return -ESTALE;

        if (state != UNIT_ACTIVATING)
                unit_test_conditions(u);

        if (!unit_verify_deps(m, u))
                return -ENOLINK;

        if (v->test_startable) {
                r = v->test_startable(m, u);
                if (r < 0 || (r == 0 && m->profile->start_waits_for_stop))
                        return r;
        }

        if (!v->start)
                return -EBADR;

        /* Also when it is activating: that can shorten the wait for an automatic restart. */
        return v->start(m, u);
}

int unit_stop(Manager *m, Unit *u) {
        const UnitVTable *v = unit_vtable(u);

        if (UNIT_IS_INACTIVE_OR_FAILED(unit_active_state(m, u)))
                return -EALREADY;

        return v->stop ? v->stop(m, u) : -EBADR;
}

int unit_reload(Manager *m, Unit *u) {
        const UnitVTable *v = unit_vtable(u);
        UnitActiveState state;

        if (u->load_state != UNIT_LOADED)
                return -EINVAL;

        if (!unit_can_reload(m, u))
                return -EBADR;

        state = unit_active_state(m, u);
        if (state == UNIT_RELOADING || state == UNIT_REFRESHING)
                return -EAGAIN;

        if (state != UNIT_ACTIVE)
                return -ENOEXEC;

        if (!v->reload) {
                /* There is nothing to do but to pass it on, which the transaction has done. */
                unit_notify(m, u, state, state, true);
                return 0;
        }

        return v->reload(m, u);
}

bool unit_can_start(const Manager *m, const Unit *u) {
        (void) m;

        if (u->load_state != UNIT_LOADED)
                return false;

        if (unit_starts_once_only(u) && (u->timestamps & TIMESTAMP_INACTIVE_EXIT))
                return false;

        return unit_vtable(u)->start;
}

bool unit_can_stop(const Manager *m, const Unit *u) {
        (void) m;

        return (u->flags & UNIT_PERPETUAL) == 0 && unit_vtable(u)->stop;
}

bool unit_can_reload(Manager *m, Unit *u) {
        const UnitVTable *v = unit_vtable(u);

        if (v->can_reload_always)
                return true;

        if (v->can_reload)
                return v->can_reload(m, u);

        return unit_has_dependency(m, u, BIT(UNIT_PROPAGATES_RELOAD_TO), NULL) || v->reload;
}

bool unit_job_is_applicable(Manager *m, Unit *u, JobType type) {
        switch (type) {
        case JOB_STOP:
                return (u->flags & UNIT_PERPETUAL) == 0;

        case JOB_RESTART:
        case JOB_TRY_RESTART:
                return unit_can_stop(m, u) && unit_can_start(m, u);

        case JOB_RELOAD:
        case JOB_TRY_RELOAD:
                return unit_can_reload(m, u);

        case JOB_RELOAD_OR_START:
                return unit_can_reload(m, u) && unit_can_start(m, u);

        default: /* a unit that PID 1 cannot start, a device, may still come */
                return true;
        }
}

int unit_validate_load_state(const Unit *u) {
        switch (u->load_state) {
        case UNIT_LOADED:
                return 0;

        case UNIT_BAD_SETTING:
                return -ENOEXEC;

        case UNIT_ERROR:
                return -EIO;

        case UNIT_MASKED:
                return -ERFKILL;

        default:
                return -ENOENT;
        }
}

bool unit_will_restart(Manager *m, Unit *u) {
        const UnitVTable *v = unit_vtable(u);

        return v->will_restart && v->will_restart(m, u);
}

void unit_reset_failed(Manager *m, Unit *u) {
        const UnitVTable *v = unit_vtable(u);

        if (v->reset_failed)
                v->reset_failed(m, u);

        u->start_ratelimit = 0;
        u->flags &= (uint16_t) ~UNIT_START_LIMIT_HIT;
}
