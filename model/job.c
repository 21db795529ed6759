/* SPDX-License-Identifier: MIT */

/* A job from its installation to its result: job.c, 252-262, and the run queue of manager.c. */

#include <errno.h>
#include <string.h>

#include "journal.h"
#include "tables.h"
#include "transaction.h"

static Job *unit_job_place(Unit *u, JobType type) {
        return type == JOB_NOP ? &u->nop_job : &u->job;
}

static uint32_t *job_id(Manager *m, const Unit *u, const Job *j) {
        return world_job_ids(m->layout, m->world) + (size_t) unit_slot(m, u) * 2 + (j == &u->nop_job);
}

static uint32_t manager_get_new_job_id(Manager *m) {
        uint32_t *current = world_job_ids(m->layout, m->world) + m->layout->n_units * 2;

        /* manager.c:manager_new: ids begin at 1. */
        if (*current == 0)
                *current = 1;

        return (*current)++;
}

static const char *job_name(const Job *j) {
        return job_type_to_string((JobType) j->type);
}

void job_uninstall(Manager *m, Unit *u, Job *j) {
        memset(j, 0, sizeof(*j));
        unit_add_to_gc_queue(m, u);
}

static bool jobs_may_late_merge(JobType type, uint8_t flags, const Job *uj) {
        return (flags & JOB_REFUSE_LATE_MERGE) == 0 && job_type_allows_late_merge(type) &&
               job_type_is_superset((JobType) uj->type, type);
}

static void job_merge_into_installed(Manager *m, Unit *u, Job *j, JobType type, uint8_t flags) {
        JobType t = (JobType) j->type;

        if (t != JOB_NOP && job_type_merge_and_collapse(m, &t, type, u) >= 0)
                j->type = (uint8_t) t;

        j->flags |= flags & (JOB_IRREVERSIBLE | JOB_IGNORE_ORDER);
}

Job *job_install(Manager *m, Unit *u, JobType type, uint8_t flags) {
        Job *j = unit_job_place(u, type);

        if (j->installed && job_type_is_conflicting((JobType) j->type, type)) {
                job_finish_and_invalidate(m, u, j, JOB_CANCELED, false, false);

                /* A path or socket that was notified may have asked for a new job meanwhile. */
                if (j->installed && m->profile->job_install_needs_free_slot) {
                        manager_crash(m, CRASH_OTHER, u);
                        return j;
                }
        } else if (j->installed) {
                bool rerun = j->state != JOB_WAITING && !jobs_may_late_merge(type, flags, j);

                job_merge_into_installed(m, u, j, type, flags);
                if (rerun)
                        j->state = JOB_WAITING;
                manager_note(m, "job_install", u, "%s is merged into the installed job, now %s%s",
                             job_type_to_string(type), job_name(j), rerun ? ", which is to run again" : "");
                return j;
        }

        *j = (Job) {
                .installed = 1,
                .type = (uint8_t) type,
                .state = JOB_WAITING,
                .flags = (uint8_t) ((flags & (JOB_IRREVERSIBLE | JOB_IGNORE_ORDER)) | JOB_SENT_NEW),
        };
        *job_id(m, u, j) = manager_get_new_job_id(m);

        manager_note(m, "job_install", u, "job %s is installed", job_name(j));
        job_add_to_gc_queue(m, u, j);
        return j;
}

int job_install_deserialized(Manager *m, Unit *u, const Job *job) {
        Job *j;

        if (job->type >= _JOB_TYPE_MAX_IN_TRANSACTION)
                return -EINVAL;

        j = unit_job_place(u, (JobType) job->type);
        if (j->installed) {
                manager_note(m, "job_install_deserialized", u,
                             "has a job %s already, the job %s of the stream is lost", job_name(j),
                             job_name(job));
                return -EEXIST;
        }

        *j = *job;
        j->installed = 1;
        /* Queues and timers are not in the stream, job_coldplug() makes them anew. */
        j->flags &= JOB_IRREVERSIBLE | JOB_IGNORE_ORDER | JOB_SENT_NEW;

        manager_note(m, "job_install_deserialized", u, "job %s (%s) is there again", job_name(j),
                     job_state_to_string((JobState) j->state));
        return 0;
}

int job_compare_jobs(const Job *a, const Job *b, bool b_is_after_dependency) {
        if ((a->flags | b->flags) & JOB_IGNORE_ORDER)
                return 0;

        return job_compare((JobType) a->type, (JobType) b->type, b_is_after_dependency);
}

/* Whether @j has to wait for (sign 1), or holds up (sign -1), a job of a unit that it is ordered against. */
static bool job_is_ordered_against_any(Manager *m, const Unit *u, const Job *j, int sign) {
        static const UnitDependency directions[] = { UNIT_AFTER, UNIT_BEFORE };
        Unit *other;

        for (size_t d = 0; d < 2; d++) {
                DependencyIterator i = { .types = BIT(directions[d]) };

                while ((other = unit_next_dependency(m, u, &i)))
                        if (other->job.installed &&
                            job_compare_jobs(j, &other->job, directions[d] == UNIT_AFTER) * sign > 0)
                                return true;
        }

        return false;
}

bool job_is_runnable(Manager *m, Unit *u, const Job *j) {
        if (j->flags & JOB_IGNORE_ORDER || j->type == JOB_NOP)
                return true;

        return !job_is_ordered_against_any(m, u, j, 1);
}

void job_start_timer(Unit *u, Job *j, bool job_running) {
        if (job_running)
                j->begin_running = 1;

        if (u->config & (job_running ? CONFIG_JOB_RUNNING_TIMEOUT : CONFIG_JOB_TIMEOUT))
                j->flags |= JOB_HAS_TIMER;
}

void job_dispatch_timer(Manager *m, Unit *u, Job *j) {
        if (!j || !j->installed || (j->flags & JOB_HAS_TIMER) == 0)
                return;

        manager_note(m, "job_dispatch_timer", u, "job %s timed out", job_name(j));
        job_finish_and_invalidate(m, u, j, JOB_TIMEOUT, true, false);
}

void job_add_to_run_queue(Manager *m, Unit *u, Job *j) {
        (void) m;
        (void) u;
        j->flags |= JOB_IN_RUN_QUEUE;
}

/* Type, then name; CPU weight and nice levels are those of all in the model. */
static bool unit_runs_before(const Manager *m, const Unit *a, const Unit *b) {
        if (a->type != b->type)
                return a->type > b->type;

        return strcmp(unit_name(m, a), unit_name(m, b)) < 0;
}

static Job *run_queue_peek(Manager *m, Unit **ret_unit) {
        Unit *best = NULL;

        for (size_t i = 0; i < m->layout->n_units; i++) {
                Unit *u = m->units + i;

                if (!u->in_use || ((u->job.flags | u->nop_job.flags) & JOB_IN_RUN_QUEUE) == 0)
                        continue;

                if (!best || unit_runs_before(m, u, best))
                        best = u;
        }

        *ret_unit = best;
        if (!best)
                return NULL;

        return best->job.flags & JOB_IN_RUN_QUEUE ? &best->job : &best->nop_job;
}

void manager_dispatch_run_queue(Manager *m) {
        Unit *u;
        Job *j;

        m->world->flags |= WORLD_DISPATCHING_RUN_QUEUE;

        while (!MANAGER_CRASHED(m) && (j = run_queue_peek(m, &u)))
                (void) job_run_and_invalidate(m, u, j);

        m->world->flags &= (uint16_t) ~WORLD_DISPATCHING_RUN_QUEUE;
}

/* *ret_gone: the job is not the installed one any more: it finished at once, or another one took its
 * place. */
static int job_perform_on_unit(Manager *m, Unit *u, Job *j, bool *ret_gone) {
        uint32_t id = *job_id(m, u, j);
        JobType type = (JobType) j->type;
        bool wait_only = false;
        int r;

        switch (j->type) {
        case JOB_START:
                r = unit_start(m, u);
                wait_only = r == -EBADR; /* a unit that cannot be started: wait until it is there */
                break;

        case JOB_STOP:
        case JOB_RESTART:
                r = unit_stop(m, u);
                wait_only = r == -EBADR;
                break;

        default:
                r = unit_reload(m, u);
                break;
        }

        *ret_gone = !u->in_use || !j->installed || *job_id(m, u, j) != id;
        if (!*ret_gone && (r > 0 || wait_only) && !MANAGER_CRASHED(m))
                journal_job_started(m, u, type);
        return wait_only ? 0 : r;
}

static int job_verify_active(Manager *m, Unit *u) {
        UnitActiveState s = unit_active_state(m, u);

        if (UNIT_IS_ACTIVE_OR_RELOADING(s))
                return -EALREADY;

        return s == UNIT_ACTIVATING ? -EAGAIN : -EBADR;
}

static int job_finish_by_errno(Manager *m, Unit *u, Job *j, int error) {
        static const struct {
                int error;
                JobResult result;
                bool already;
                /* clang-format off */
        } results[] = {
                { -EALREADY,     JOB_DONE,        true  },
                { -ECOMM,        JOB_DONE,        false },
                { -EBADR,        JOB_SKIPPED,     false },
                { -ENOEXEC,      JOB_INVALID,     false },
                { -EPROTO,       JOB_ASSERT,      false },
                { -EOPNOTSUPP,   JOB_UNSUPPORTED, false },
                { -ENOLINK,      JOB_DEPENDENCY,  false },
                { -ESTALE,       JOB_ONCE,        false },
                { -EDEADLK,      JOB_FROZEN,      false },
                { -ETOOMANYREFS, JOB_CONCURRENCY, false },
        };
        /* clang-format on */

        for (size_t i = 0; i < sizeof(results) / sizeof(results[0]); i++)
                if (results[i].error == error)
                        return job_finish_and_invalidate(m, u, j, results[i].result, true, results[i].already);

        return job_finish_and_invalidate(m, u, j, JOB_FAILED, true, false);
}

int job_run_and_invalidate(Manager *m, Unit *u, Job *j) {
        bool gone = false;
        int r;

        j->flags &= (uint8_t) ~JOB_IN_RUN_QUEUE;

        if (j->state != JOB_WAITING)
                return 0;

        if (!job_is_runnable(m, u, j))
                return -EAGAIN;

        job_start_timer(u, j, true);
        j->state = JOB_RUNNING;
        manager_note(m, "job_run_and_invalidate", u, "job %s runs", job_name(j));

        if (j->type == JOB_NOP)
                r = -EALREADY;
        else if (j->type == JOB_VERIFY_ACTIVE)
                r = job_verify_active(m, u);
        else
                r = job_perform_on_unit(m, u, j, &gone);

        if (MANAGER_CRASHED(m) || gone || r >= 0)
                return r;

        if (r == -EAGAIN) {
                j->state = JOB_WAITING;
                return r;
        }

        return job_finish_by_errno(m, u, j, r);
}

static void job_fail_dependencies(Manager *m, Unit *u, uint64_t types) {
        UnitList l = unit_list_dependencies(m, u, types);

        for (size_t i = 0; i < l.n && !MANAGER_CRASHED(m); i++) {
                Unit *other = unit_list_get(m, &l, i);

                if (!other || !other->job.installed)
                        continue;
                if (other->job.type != JOB_START && other->job.type != JOB_VERIFY_ACTIVE)
                        continue;

                job_finish_and_invalidate(m, other, &other->job, JOB_DEPENDENCY, true, false);
        }

        unit_list_release(m, &l);
}

/* Jobs that waited for this one look again. */
static void job_wake_up_others(Manager *m, Unit *u) {
        static const UnitDependency directions[] = { UNIT_AFTER, UNIT_BEFORE };
        Unit *other;

        for (size_t d = 0; d < 2; d++) {
                DependencyIterator i = { .types = BIT(directions[d]) };

                while ((other = unit_next_dependency(m, u, &i)))
                        if (other->job.installed) {
                                job_add_to_run_queue(m, other, &other->job);
                                job_add_to_gc_queue(m, other, &other->job);
                        }
        }
}

static void job_propagate_result(Manager *m, Unit *u, JobType t, JobResult result, bool recursive) {
        if (result != JOB_DONE && recursive) {
                if (t == JOB_START || t == JOB_VERIFY_ACTIVE)
                        job_fail_dependencies(m, u, DEPS_PROPAGATE_START_FAILURE);
                else if (t == JOB_STOP)
                        job_fail_dependencies(m, u, DEPS_PROPAGATE_STOP_FAILURE);
        }

        /* A verify-active job that was merged into this one would have failed: the unit did not become
         * active (a oneshot, or a condition that was not met). */
        if (result == JOB_DONE && recursive && (t == JOB_START || t == JOB_RELOAD) &&
            !UNIT_IS_ACTIVE_OR_RELOADING(unit_active_state(m, u)))
                job_fail_dependencies(m, u, DEPS_PROPAGATE_INACTIVE_START_AS_FAILURE);

        /* These two results come without a state change that would do it; see unit_notify() for the
         * others. */
        journal_job_failed(m, u, t, result);
        if (result == JOB_TIMEOUT || result == JOB_DEPENDENCY)
                unit_start_on_termination_deps(m, u, UNIT_ON_FAILURE);

        unit_trigger_notify(m, u);
}

int job_finish_and_invalidate(Manager *m, Unit *u, Job *j, JobResult result, bool recursive, bool already) {
        JobType t = (JobType) j->type;

        manager_note(m, "job_finish_and_invalidate", u, "job %s finished: %s%s", job_type_to_string(t),
                     job_result_to_string(result), already ? " (nothing to do)" : "");
        if (!already)
                journal_job_done(m, u, t, result);

        if (result == JOB_DONE && t == JOB_RESTART) {
                /* The first half is done, now the unit is to be started. */
                j->type = JOB_START;
                j->state = JOB_WAITING;
                job_add_to_run_queue(m, u, j);
                job_add_to_gc_queue(m, u, j);
        } else {
                job_uninstall(m, u, j);
                job_propagate_result(m, u, t, result, recursive);
        }

        if (MANAGER_CRASHED(m))
                return 0;

        job_wake_up_others(m, u);

        /* A job that failed without a change of state would never be tried again otherwise. */
        unit_submit_to_start_when_upheld_queue(m, u);
        unit_submit_to_stop_when_bound_queue(m, u);
        unit_submit_to_stop_when_unneeded_queue(m, u);
        return 0;
}

void job_coldplug(Manager *m, Unit *u, Job *j) {
        if (j->state == JOB_WAITING)
                job_add_to_run_queue(m, u, j);

        job_add_to_gc_queue(m, u, j);

        if ((u->config & CONFIG_JOB_TIMEOUT) || (j->begin_running && (u->config & CONFIG_JOB_RUNNING_TIMEOUT)))
                j->flags |= JOB_HAS_TIMER;
}

bool job_may_gc(Manager *m, Unit *u, const Job *j) {
        /* Only devices have gc_jobs: their jobs do nothing but wait. */
        if (u->type != UNIT_DEVICE || j->type == JOB_NOP)
                return false;

        return !job_is_ordered_against_any(m, u, j, -1);
}

void job_add_to_gc_queue(Manager *m, Unit *u, Job *j) {
        if (job_may_gc(m, u, j))
                j->flags |= JOB_IN_GC_QUEUE;
}

/* systemd's queue is LIFO; jobs of devices do not order each other, so the order of collecting them does
 * not show. */
unsigned manager_dispatch_gc_job_queue(Manager *m) {
        unsigned n = 0;

        for (size_t i = 0; i < m->layout->n_units; i++) {
                Unit *u = m->units + i;

                if (!u->in_use || (u->job.flags & JOB_IN_GC_QUEUE) == 0)
                        continue;

                u->job.flags &= (uint8_t) ~JOB_IN_GC_QUEUE;
                n++;

                if (job_may_gc(m, u, &u->job))
                        job_finish_and_invalidate(m, u, &u->job, JOB_COLLECTED, false, false);
        }

        return n;
}
