/* SPDX-License-Identifier: MIT */
#pragma once

/* job.c and transaction.c: jobs and how a request becomes jobs. */

#include "manager.h"

/* u->job when it is installed, else NULL. */
static inline Job *unit_job(Unit *u) {
        return u->job.installed ? &u->job : NULL;
}

/* job.c */
bool job_type_is_mergeable_pair(JobType a, JobType b); /* job_type_is_mergeable() */
int job_type_merge_and_collapse(Manager *m, JobType *a, JobType b, Unit *u);
JobType job_type_collapse(Manager *m, JobType t, Unit *u);
bool job_type_is_conflicting(JobType a, JobType b);
bool job_type_is_superset(JobType a, JobType b);
bool job_type_is_redundant(JobType a, UnitActiveState b);
bool job_type_allows_late_merge(JobType t);
int job_compare(JobType a, JobType b, bool b_is_after_dependency); /* job_compare(): who goes first */

/* Installs a job of @type in @u (job_install()); @job_id 0: a new one. Returns the installed job, which may be one
 * that was there and was merged into. */
Job *job_install(Manager *m, Unit *u, JobType type, uint8_t flags);
int job_install_deserialized(Manager *m, Unit *u, const Job *job); /* -EEXIST */
void job_uninstall(Manager *m, Unit *u, Job *j);
int job_finish_and_invalidate(Manager *m, Unit *u, Job *j, JobResult result, bool recursive, bool already);
int job_run_and_invalidate(Manager *m, Unit *u, Job *j);
bool job_is_runnable(Manager *m, Unit *u, const Job *j);
void job_add_to_run_queue(Manager *m, Unit *u, Job *j);
void job_coldplug(Manager *m, Unit *u, Job *j);
bool job_may_gc(Manager *m, Unit *u, const Job *j);
void job_add_to_gc_queue(Manager *m, Unit *u, Job *j);
unsigned manager_dispatch_gc_job_queue(Manager *m);
/* unit.c:unit_process_job; true: the state change was unexpected */
bool unit_process_job(Manager *m, Unit *u, Job *j, UnitActiveState ns, bool reload_success);
void job_dispatch_timer(Manager *m, Unit *u, Job *j);

/* transaction.c: manager.c:manager_add_job, without reply. Negative errno when the request is refused. */
int manager_add_job(Manager *m, JobType type, Unit *u, JobMode mode);
/* @reenqueue_anchor: TRANSACTION_REENQUEUE_ANCHOR, the job never merges into a running one (service_enter_restart()).
 * manager_add_job() does so by itself for JOB_RESTART_DEPENDENCIES. */
int manager_add_job_full(Manager *m, JobType type, Unit *u, JobMode mode, bool reenqueue_anchor);
/* manager.c:manager_add_jobs, 262, mode replace: one transaction for the units of @n operations, which are loaded and
 * checked one after the other. */
int manager_add_jobs(Manager *m, JobType type, const Statement *operations, size_t n);
int manager_add_job_by_name(Manager *m, JobType type, NameId name, JobMode mode);
int manager_propagate_reload(Manager *m, Unit *u, JobMode mode);
/* Memory of one transaction, sized for @layout. */
struct Transaction *transaction_scratch_new(const WorldLayout *layout);
void transaction_scratch_free(struct Transaction *tr);
