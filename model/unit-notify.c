/* SPDX-License-Identifier: MIT */

/* A unit changed its state: unit.c:unit_notify and what hangs on it, 252-262. */

#include "journal.h"
#include "transaction.h"

/* Starts or stops the units that @u has one of the dependencies @types on. Those that should be started
 * are left alone when they come up by themselves, or when the order says that they belong after @u. */
static void retroactively(Manager *m, Unit *u, uint64_t types, JobType type, JobMode mode) {
        UnitList l = unit_list_dependencies(m, u, types);

        for (size_t i = 0; i < l.n && !MANAGER_CRASHED(m); i++) {
                Unit *other = unit_list_get(m, &l, i);
                UnitActiveState s;

                if (!other)
                        continue;

                s = unit_active_state(m, other);
                if (type == JOB_START &&
                    (UNIT_IS_ACTIVE_OR_ACTIVATING(s) || unit_has_dependency(m, u, BIT(UNIT_AFTER), other)))
                        continue;
                if (type == JOB_STOP && UNIT_IS_INACTIVE_OR_DEACTIVATING(s))
                        continue;

                (void) manager_add_job(m, type, other, mode);
        }

        unit_list_release(m, &l);
}

static void retroactively_start_dependencies(Manager *m, Unit *u) {
        retroactively(m, u, DEPS_RETROACTIVE_START_REPLACE, JOB_START, JOB_REPLACE);
        retroactively(m, u, DEPS_RETROACTIVE_START_FAIL, JOB_START, JOB_FAIL);
        retroactively(m, u, DEPS_RETROACTIVE_STOP_ON_START, JOB_STOP, JOB_REPLACE);
}

static void retroactively_stop_dependencies(Manager *m, Unit *u) {
        retroactively(m, u, DEPS_RETROACTIVE_STOP_ON_STOP, JOB_STOP, JOB_REPLACE);
}

/* unit.c:unit_start_on_failure until 254. */
void unit_start_on_termination_deps(Manager *m, Unit *u, UnitDependency d) {
        JobMode mode = (JobMode) (d == UNIT_ON_SUCCESS ? u->on_success_job_mode : u->on_failure_job_mode);
        UnitList l = unit_list_dependencies(m, u, BIT(d));

        if (l.n > 0) {
                const char *dependency = d == UNIT_ON_SUCCESS ? "OnSuccess" : "OnFailure";

                manager_note(m, "unit_start_on_termination_deps", u, "triggers its %s= dependencies",
                             dependency);
                journal_unit(m, u, "Triggering %s= dependencies.", dependency);
        }

        for (size_t i = 0; i < l.n && !MANAGER_CRASHED(m); i++) {
                Unit *other = unit_list_get(m, &l, i);

                if (other)
                        (void) manager_add_job(m, JOB_START, other, mode);
        }

        unit_list_release(m, &l);
}

void unit_trigger_notify(Manager *m, Unit *u) {
        UnitList l = unit_list_dependencies(m, u, BIT(UNIT_TRIGGERED_BY));

        for (size_t i = 0; i < l.n && !MANAGER_CRASHED(m); i++) {
                Unit *other = unit_list_get(m, &l, i);

                if (other && unit_vtable(other)->trigger_notify)
                        unit_vtable(other)->trigger_notify(m, other, u);
        }

        unit_list_release(m, &l);
}

static bool unit_process_start_job(Manager *m, Unit *u, Job *j, UnitActiveState ns) {
        if (UNIT_IS_ACTIVE_OR_RELOADING(ns)) {
                job_finish_and_invalidate(m, u, j, JOB_DONE, true, false);
                return false;
        }

        if (j->state != JOB_RUNNING || ns == UNIT_ACTIVATING)
                return false;

        if (UNIT_IS_INACTIVE_OR_FAILED(ns))
                job_finish_and_invalidate(m, u, j, ns == UNIT_FAILED ? JOB_FAILED : JOB_DONE, true, false);
        return true;
}

static bool unit_process_reload_job(Manager *m, Unit *u, Job *j, UnitActiveState ns, bool reload_success) {
        if (j->state != JOB_RUNNING)
                return false;

        if (ns == UNIT_ACTIVE) {
                job_finish_and_invalidate(m, u, j, reload_success ? JOB_DONE : JOB_FAILED, true, false);
                return false;
        }

        if (ns == UNIT_ACTIVATING || ns == UNIT_RELOADING || ns == UNIT_REFRESHING)
                return false;

        /* Until 257 the job stays while the unit goes down, and a unit that went down well makes it done. */
        if (m->profile->reload_canceled_when_down)
                job_finish_and_invalidate(m, u, j, reload_success ? JOB_CANCELED : JOB_FAILED, true, false);
        else if (UNIT_IS_INACTIVE_OR_FAILED(ns))
                job_finish_and_invalidate(m, u, j, ns == UNIT_FAILED ? JOB_FAILED : JOB_DONE, true, false);
        return true;
}

static bool unit_process_stop_job(Manager *m, Unit *u, Job *j, UnitActiveState ns) {
        if (UNIT_IS_INACTIVE_OR_FAILED(ns)) {
                job_finish_and_invalidate(m, u, j, JOB_DONE, true, false);
                return false;
        }

        if (j->state != JOB_RUNNING || ns == UNIT_DEACTIVATING)
                return false;

        job_finish_and_invalidate(m, u, j, JOB_FAILED, true, false);
        return true;
}

bool unit_process_job(Manager *m, Unit *u, Job *j, UnitActiveState ns, bool reload_success) {
        /* It may have been held back by the old state. */
        if (j->state == JOB_WAITING)
                job_add_to_run_queue(m, u, j);

        switch (j->type) {
        case JOB_START:
        case JOB_VERIFY_ACTIVE:
                return unit_process_start_job(m, u, j, ns);

        case JOB_RELOAD:
                return unit_process_reload_job(m, u, j, ns, reload_success);

        default:
                return unit_process_stop_job(m, u, j, ns);
        }
}

static void unit_update_timestamps(Unit *u, UnitActiveState os, UnitActiveState ns) {
        u->timestamps |= TIMESTAMP_STATE_CHANGE;

        if (UNIT_IS_INACTIVE_OR_FAILED(os) && !UNIT_IS_INACTIVE_OR_FAILED(ns))
                u->timestamps |= TIMESTAMP_INACTIVE_EXIT;
        else if (!UNIT_IS_INACTIVE_OR_FAILED(os) && UNIT_IS_INACTIVE_OR_FAILED(ns))
                u->timestamps |= TIMESTAMP_INACTIVE_ENTER;

        if (!UNIT_IS_ACTIVE_OR_RELOADING(os) && UNIT_IS_ACTIVE_OR_RELOADING(ns))
                u->timestamps |= TIMESTAMP_ACTIVE_ENTER;
        else if (UNIT_IS_ACTIVE_OR_RELOADING(os) && !UNIT_IS_ACTIVE_OR_RELOADING(ns))
                u->timestamps |= TIMESTAMP_ACTIVE_EXIT;
}

/* unit_emit_audit_start() and _stop(); only services have audit messages. */
static void unit_update_audit(Unit *u, UnitActiveState os, UnitActiveState ns) {
        if (u->type != UNIT_SERVICE)
                return;

        if (UNIT_IS_ACTIVE_OR_RELOADING(ns) && !UNIT_IS_ACTIVE_OR_RELOADING(os))
                u->flags |= UNIT_IN_AUDIT;
        else if (UNIT_IS_INACTIVE_OR_FAILED(ns) && !UNIT_IS_INACTIVE_OR_FAILED(os))
                u->flags &= (uint16_t) ~UNIT_IN_AUDIT;
}

/* 252: UNIT_NOTIFY_WILL_AUTO_RESTART, which service_set_state() passes on. */
static bool unit_notifies_will_auto_restart(const Manager *m, const Unit *u) {
        return !m->profile->state_before_auto_restart && u->type == UNIT_SERVICE &&
               (u->service.flags & SERVICE_WILL_AUTO_RESTART);
}

/* What is left out while reloading: it would make jobs only because something is active already. */
static void unit_act_on_transition(Manager *m, Unit *u, UnitActiveState os, UnitActiveState ns,
                                   bool reload_success) {
        bool will_auto_restart = unit_notifies_will_auto_restart(m, u), unexpected = true;

        if (u->job.installed)
                unexpected = unit_process_job(m, u, &u->job, ns, reload_success);

        if (MANAGER_CRASHED(m))
                return;

        if (unexpected) {
                if (UNIT_IS_INACTIVE_OR_FAILED(os) && UNIT_IS_ACTIVE_OR_ACTIVATING(ns))
                        retroactively_start_dependencies(m, u);
                else if (UNIT_IS_ACTIVE_OR_ACTIVATING(os) && UNIT_IS_INACTIVE_OR_DEACTIVATING(ns))
                        retroactively_stop_dependencies(m, u);
        }

        unit_update_audit(u, os, ns);

        if (will_auto_restart)
                return;

        if (ns == UNIT_INACTIVE && os != UNIT_FAILED && os != UNIT_INACTIVE && os != UNIT_MAINTENANCE)
                unit_start_on_termination_deps(m, u, UNIT_ON_SUCCESS);
        else if (ns != os && ns == UNIT_FAILED)
                unit_start_on_termination_deps(m, u, UNIT_ON_FAILURE);
}

/* check_unneeded_dependencies() and its kin. */
static void unit_submit_dependencies(Manager *m, Unit *u, uint64_t types, void (*submit)(Manager *m, Unit *u)) {
        DependencyIterator i = { .types = types };
        Unit *other;

        while ((other = unit_next_dependency(m, u, &i)))
                submit(m, other);
}

/* These look at states, not at transitions, and act later; so they are filled while reloading as well. */
static void unit_submit_to_queues(Manager *m, Unit *u, UnitActiveState ns) {
        if (UNIT_IS_INACTIVE_OR_FAILED(ns)) {
                unit_submit_dependencies(m, u, DEPS_ADD_STOP_WHEN_UNNEEDED_QUEUE,
                                         unit_submit_to_stop_when_unneeded_queue);
                unit_submit_dependencies(m, u, DEPS_ADD_CANNOT_BE_ACTIVE_WITHOUT_QUEUE,
                                         unit_submit_to_stop_when_bound_queue);
                unit_submit_to_start_when_upheld_queue(m, u);
                unit_add_to_gc_queue(m, u);
                unit_add_to_release_resources_queue(m, u);

        } else if (UNIT_IS_ACTIVE_OR_RELOADING(ns)) {
                unit_submit_dependencies(m, u, DEPS_ADD_START_WHEN_UPHELD_QUEUE,
                                         unit_submit_to_start_when_upheld_queue);
                unit_submit_to_stop_when_unneeded_queue(m, u);
                unit_submit_to_stop_when_bound_queue(m, u);
        }
}

void unit_notify(Manager *m, Unit *u, UnitActiveState os, UnitActiveState ns, bool reload_success) {
        bool reloading = MANAGER_IS_RELOADING(m);

        if (!reloading)
                unit_update_timestamps(u, os, ns);

        if (UNIT_IS_INACTIVE_OR_FAILED(ns))
                unit_prune_cgroup(m, u);

        if (!reloading)
                unit_act_on_transition(m, u, os, ns, reload_success);

        if (MANAGER_CRASHED(m))
                return;

        unit_trigger_notify(m, u);

        if (!MANAGER_CRASHED(m))
                unit_submit_to_queues(m, u, ns);
}
