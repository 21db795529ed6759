/* SPDX-License-Identifier: MIT */

/* Which jobs a request pulls in: transaction.c:transaction_add_job_and_dependencies, 252-262. */

#include <errno.h>

#include "transaction.h"

static bool unit_load_is_complete(const Unit *u) {
        return u->in_use && u->load_state != UNIT_STUB && u->load_state != UNIT_MERGED;
}

/* Up to 254 a unit whose file has an error counts as not found then, and is looked for again. That happens at once when there is
 * a client: PID 1 announces the change, sd_bus_emit_properties_changed() looks for the object, and bus_unit_find() loads it. */
static void transaction_forget_error(Manager *m, Unit *u) {
        bool has_error = u->load_state == UNIT_ERROR || u->load_state == UNIT_BAD_SETTING;

        if (has_error && m->in_call)
                return;
        if (has_error)
                u->flags |= UNIT_NOT_FOUND_STALE;
        u->load_state = UNIT_NOT_FOUND;
}

/* A unit that was not found and whose file may be there now is read again on the spot. It can be
 * swallowed by the unit that it turns out to be an alias of: then there is no such unit for this
 * transaction. */
static int transaction_retry_load(Manager *m, Unit *u) {
        NameId id = u->id;
        UnitSlot slot = unit_slot(m, u);
        int r;

        u->load_state = UNIT_STUB;
        u->flags &= (uint16_t) ~UNIT_NOT_FOUND_STALE;
        r = unit_load(m, u);

        if (!u->in_use || m->names[id] != slot)
                return -ENOENT;

        if (!m->profile->retry_load_keeps_error && (r < 0 || u->load_state == UNIT_STUB))
                transaction_forget_error(m, u);

        return 0;
}

static int transaction_check_unit(Manager *m, Unit *u, JobType type) {
        int r;

        /* Jobs can be asked for while units are coldplugged (path_coldplug()): what they look at must be
         * in its deserialized state by then. */
        if (MANAGER_IS_RELOADING(m))
                unit_coldplug(m, u);

        if (!unit_load_is_complete(u))
                return -EIO;

        if (type != JOB_STOP) {
                if (u->load_state == UNIT_NOT_FOUND && (u->flags & UNIT_NOT_FOUND_STALE)) {
                        r = transaction_retry_load(m, u);
                        if (r < 0)
                                return r;
                }

                r = unit_validate_load_state(u);
                if (r < 0)
                        return r;
        }

        return unit_job_is_applicable(m, u, type) ? 0 : -EBADR;
}

/* Adds a job of @type to each unit that @job's unit has one of the dependencies @types on. A job that is
 * @required makes the whole request fail, unless it is of a type that the unit does not know. */
static int transaction_pull_in(Plan *tr, JobNode *job, uint64_t types, JobType type, unsigned flags,
                               bool required) {
        UnitList l = unit_list_dependencies(tr->m, job_node_unit(tr, job), types);
        int r = 0;

        for (size_t i = 0; i < l.n; i++) {
                Unit *dep = unit_list_get(tr->m, &l, i);

                r = dep ? transaction_add_job_and_dependencies(tr, type, dep, job, flags) : -EIO;
                if (r < 0 && required && r != -EBADR)
                        break;
                r = 0;
        }

        unit_list_release(tr->m, &l);
        return r;
}

static int transaction_pull_in_for_start(Plan *tr, JobNode *job, unsigned order) {
        int r;

        r = transaction_pull_in(tr, job, DEPS_PULL_IN_START, JOB_START, TRANSACTION_MATTERS | order, true);
        if (r < 0)
                return r;

        transaction_pull_in(tr, job, DEPS_PULL_IN_START_IGNORED, JOB_START, order, false);

        r = transaction_pull_in(tr, job, DEPS_PULL_IN_VERIFY, JOB_VERIFY_ACTIVE, TRANSACTION_MATTERS | order,
                                true);
        if (r < 0)
                return r;

        r = transaction_pull_in(tr, job, DEPS_PULL_IN_STOP, JOB_STOP,
                                TRANSACTION_MATTERS | TRANSACTION_CONFLICTS | order, true);
        if (r < 0)
                return r;

        transaction_pull_in(tr, job, DEPS_PULL_IN_STOP_IGNORED, JOB_STOP, order, false);
        return 0;
}

static int transaction_propagate_stop(Plan *tr, JobNode *job, bool is_stop, unsigned order) {
        Manager *m = tr->m;
        uint64_t types = DEPS_PROPAGATE_STOP;
        UnitList l;
        int r = 0;

        /* 252 treats PropagatesStopTo= like PartOf= of the other side, but for stopping only. */
        if (is_stop && !m->profile->propagates_stop_gracefully)
                types |= DEPS_PROPAGATE_STOP_GRACEFUL;

        l = unit_list_dependencies(m, job_node_unit(tr, job), types);

        for (size_t i = 0; i < l.n; i++) {
                Unit *dep = unit_list_get(m, &l, i);
                JobType t;

                if (!dep) {
                        r = -EIO;
                        break;
                }

                /* A restart does not start what is not running. */
                t = job_type_collapse(m, is_stop ? JOB_STOP : JOB_TRY_RESTART, dep);
                if (t == JOB_NOP)
                        continue;

                r = transaction_add_job_and_dependencies(tr, t, dep, job, TRANSACTION_MATTERS | order);
                if (r < 0 && r != -EBADR)
                        break;
                r = 0;
        }

        unit_list_release(m, &l);
        return r;
}

/* job_type_propagate_stop_graceful(): a stop job would contradict a start job that is there. */
static JobType job_type_propagate_stop_graceful(const JobNode *j) {
        JobType type = JOB_STOP;

        for (; j; j = j->next) {
                if (j->type == JOB_STOP || j->type == JOB_RESTART)
                        return JOB_NOP;
                if (j->type == JOB_START)
                        type = JOB_RESTART;
        }

        return type;
}

static int transaction_propagate_stop_gracefully(Plan *tr, JobNode *job, unsigned order) {
        Manager *m = tr->m;
        UnitList l = unit_list_dependencies(m, job_node_unit(tr, job), DEPS_PROPAGATE_STOP_GRACEFUL);
        int r = 0;

        for (size_t i = 0; i < l.n; i++) {
                Unit *dep = unit_list_get(m, &l, i);
                JobType t;

                if (!dep) {
                        r = -EIO;
                        break;
                }

                t = job_type_propagate_stop_graceful(plan_get(tr, dep));
                if (t == JOB_NOP)
                        continue;

                r = transaction_add_job_and_dependencies(tr, t, dep, job,
                                                         TRANSACTION_MATTERS | order |
                                                                 TRANSACTION_PROCESS_PROPAGATE_STOP_GRACEFUL);
                if (r < 0 && r != -EBADR)
                        break;
                r = 0;
        }

        unit_list_release(m, &l);
        return r;
}

void transaction_add_propagate_reload_jobs(Plan *tr, Unit *u, JobNode *by, unsigned flags) {
        Manager *m = tr->m;
        UnitList l = unit_list_dependencies(m, u, BIT(UNIT_PROPAGATES_RELOAD_TO));

        for (size_t i = 0; i < l.n; i++) {
                Unit *dep = unit_list_get(m, &l, i);
                JobType t;

                if (!dep)
                        continue;

                t = job_type_collapse(m, JOB_TRY_RELOAD, dep);
                if (t != JOB_NOP)
                        (void) transaction_add_job_and_dependencies(tr, t, dep, by, flags);
        }

        unit_list_release(m, &l);
}

static int transaction_add_dependencies(Plan *tr, JobNode *job, bool is_anchor, unsigned flags) {
        JobType type = (JobType) job->type;
        unsigned order = flags & TRANSACTION_IGNORE_ORDER;
        int r;

        if (type == JOB_START || type == JOB_RESTART) {
                r = transaction_pull_in_for_start(tr, job, order);
                if (r < 0) {
                        if (tr->m->profile->failed_job_leaves_transaction)
                                transaction_delete_job(tr, job, false);
                        return r;
                }
        }

        if (type == JOB_RESTART || type == JOB_STOP ||
            (type == JOB_START && (flags & TRANSACTION_PROPAGATE_START_AS_RESTART))) {
                r = transaction_propagate_stop(tr, job, type == JOB_STOP, order);
                if (r < 0)
                        return r;

                /* Last of all, so that it can see what the other dependencies pulled in. */
                if (tr->m->profile->propagates_stop_gracefully &&
                    (is_anchor || (flags & TRANSACTION_PROCESS_PROPAGATE_STOP_GRACEFUL))) {
                        r = transaction_propagate_stop_gracefully(tr, job, order);
                        if (r < 0)
                                return r;
                }
        }

        if (type == JOB_RELOAD)
                transaction_add_propagate_reload_jobs(tr, job_node_unit(tr, job), job, order);

        return 0;
}

int transaction_add_job_and_dependencies(Plan *tr, JobType type, Unit *u, JobNode *by, unsigned flags) {
        bool is_new;
        JobNode *job;
        int r;

        r = transaction_check_unit(tr->m, u, type);
        if (r < 0)
                return r;

        job = transaction_add_one_job(tr, type, u, &is_new);
        if (!job)
                return -ENOMEM;

        if (flags & TRANSACTION_IGNORE_ORDER)
                job->flags |= JOB_IGNORE_ORDER;

        if (by) {
                r = job_dependency_new(tr, by, job, flags);
                if (r < 0)
                        return r;
        } else {
                tr->anchor = job;
                job->is_anchor = true;
                if (flags & TRANSACTION_REENQUEUE_ANCHOR)
                        job->flags |= JOB_REFUSE_LATE_MERGE;
        }

        if (!is_new || (flags & TRANSACTION_IGNORE_REQUIREMENTS) || type == JOB_NOP)
                return 0;

        return transaction_add_dependencies(tr, job, !by, flags);
}

/* Until 254 a unit stays when one of those that trigger it stays; from 257 on when one of them is up, is
 * not about to be stopped, and stays or has a job in this transaction. */
static bool unit_is_kept_by_triggers(Plan *tr, Unit *u) {
        DependencyIterator i = { .types = BIT(UNIT_TRIGGERED_BY) };
        Unit *other;

        while ((other = unit_next_dependency(tr->m, u, &i))) {
                bool has_stop = false, ignored = other->config & CONFIG_IGNORE_ON_ISOLATE;
                JobNode *job = plan_get(tr, other);

                if (!tr->m->profile->isolate_keeps_by_trigger_job) {
                        if (ignored || job)
                                return true;
                        continue;
                }

                if (UNIT_IS_INACTIVE_OR_DEACTIVATING(unit_active_state(tr->m, other)))
                        continue;

                for (JobNode *j = job; j; j = j->next)
                        has_stop = has_stop || j->type == JOB_STOP;

                if (!has_stop && (ignored || job))
                        return true;
        }

        return false;
}

void transaction_add_isolate_jobs(Plan *tr) {
        Manager *m = tr->m;

        for (size_t i = 0; i < m->layout->n_units; i++) {
                Unit *u = m->units + i;

                if (!u->in_use)
                        continue;

                if (UNIT_IS_INACTIVE_OR_FAILED(unit_active_state(m, u)) && !u->job.installed)
                        continue;

                if ((u->config & CONFIG_IGNORE_ON_ISOLATE) || plan_get(tr, u) || unit_is_kept_by_triggers(tr, u))
                        continue;

                (void) transaction_add_job_and_dependencies(tr, JOB_STOP, u, tr->anchor, TRANSACTION_MATTERS);
        }
}

void transaction_add_triggering_jobs(Plan *tr, Unit *u) {
        Manager *m = tr->m;
        UnitList l = unit_list_dependencies(m, u, BIT(UNIT_TRIGGERED_BY));

        for (size_t i = 0; i < l.n; i++) {
                Unit *trigger = unit_list_get(m, &l, i);

                if (!trigger || plan_get(tr, trigger))
                        continue;

                if (UNIT_IS_INACTIVE_OR_FAILED(unit_active_state(m, trigger)) && !trigger->job.installed)
                        continue;

                (void) transaction_add_job_and_dependencies(tr, JOB_STOP, trigger, tr->anchor,
                                                            TRANSACTION_MATTERS);
        }

        unit_list_release(m, &l);
}
