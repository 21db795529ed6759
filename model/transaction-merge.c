/* SPDX-License-Identifier: MIT */

/* Several jobs of one unit in a transaction become one: transaction.c:transaction_merge_jobs, 252-262. */

#include <errno.h>

#include "tables.h"
#include "transaction.h"

bool job_matters_to_anchor(const JobNode *j) {
        for (; j; j = j->next)
                if (j->matters_to_anchor)
                        return true;

        return false;
}

static void transaction_merge_and_delete_job(Plan *tr, JobNode *j, JobNode *other, JobType t) {
        JobLink *last = NULL;

        j->type = (uint8_t) t;
        j->flags |= other->flags & JOB_IRREVERSIBLE;
        j->matters_to_anchor = j->matters_to_anchor || other->matters_to_anchor;

        for (JobLink *l = other->subject_list; l; l = l->subject_next) {
                l->subject = j;
                last = l;
        }
        if (last) {
                last->subject_next = j->subject_list;
                if (j->subject_list)
                        j->subject_list->subject_prev = last;
                j->subject_list = other->subject_list;
        }

        last = NULL;
        for (JobLink *l = other->object_list; l; l = l->object_next) {
                l->object = j;
                last = l;
        }
        if (last) {
                last->object_next = j->object_list;
                if (j->object_list)
                        j->object_list->object_prev = last;
                j->object_list = other->object_list;
        }

        other->subject_list = NULL;
        other->object_list = NULL;
        transaction_delete_job(tr, other, true);
}

static bool job_is_conflicted_by(const JobNode *j) {
        for (const JobLink *l = j->object_list; l; l = l->object_next)
                if (l->conflicts)
                        return true;

        return false;
}

/* Rather the start than the stop is kept, unless the stop comes from a Conflicts=. */
static JobNode *job_to_drop(JobNode *j, JobNode *k) {
        if (j->matters_to_anchor && k->matters_to_anchor)
                return NULL;
        if (k->matters_to_anchor)
                return j;
        if (j->matters_to_anchor)
                return k;

        if (j->type == JOB_STOP)
                return job_is_conflicted_by(j) ? k : j;
        if (k->type == JOB_STOP)
                return job_is_conflicted_by(k) ? j : k;
        return j;
}

static int delete_one_unmergeable_job(Plan *tr, JobNode *job) {
        for (JobNode *j = job; j; j = j->next)
                for (JobNode *k = j->next; k; k = k->next) {
                        JobNode *d;

                        if (job_type_is_mergeable_pair((JobType) j->type, (JobType) k->type))
                                continue;

                        d = job_to_drop(j, k);
                        if (!d)
                                return -ENOEXEC;

                        manager_note(tr->m, "delete_one_unmergeable_job", job_node_unit(tr, d),
                                     "jobs %s and %s contradict each other, %s is dropped",
                                     job_type_to_string((JobType) j->type),
                                     job_type_to_string((JobType) k->type),
                                     job_type_to_string((JobType) d->type));
                        transaction_delete_job(tr, d, true);
                        return 0;
                }

        return -EINVAL;
}

/* The type that all jobs of the unit make together, -EEXIST when two of them contradict each other. */
static int job_list_merge_types(Plan *tr, JobNode *j, JobType *ret) {
        Unit *u = job_node_unit(tr, j);
        JobType t = (JobType) j->type;

        for (JobNode *k = j->next; k; k = k->next) {
                int r;

                /* job_type_lookup_merge() asserts that neither is a job that does nothing. One can get
                 * here as the anchor of manager_propagate_reload(), when the reload comes back to where
                 * it began. */
                if (t == JOB_NOP || k->type == JOB_NOP) {
                        manager_crash(tr->m, CRASH_MERGE_JOBS, u);
                        return -ENOTRECOVERABLE;
                }

                r = job_type_merge_and_collapse(tr->m, &t, (JobType) k->type, u);
                if (r < 0)
                        return r;
        }

        *ret = t;
        return 0;
}

/* One pass over the units; 262 does one for those that matter to the anchor and then one for the others. */
static int transaction_ensure_mergeable(Plan *tr, bool by_matter, bool matters) {
        for (size_t i = 0; i < tr->n_order; i++) {
                JobNode *j = tr->jobs[tr->order[i]];
                JobType t;
                int r;

                if (by_matter && job_matters_to_anchor(j) != matters)
                        continue;

                r = job_list_merge_types(tr, j, &t);
                if (r >= 0)
                        continue;
                if (r != -EEXIST)
                        return r;

                /* -EAGAIN: to be tried again once what this leaves without a reason is gone */
                return delete_one_unmergeable_job(tr, j) >= 0 ? -EAGAIN : -EDEADLK;
        }

        return 0;
}

/* 262: a job that does nothing gives way to any other job of its unit, and hands on being an anchor. */
static void transaction_drop_nop(Plan *tr) {
        for (size_t i = 0; i < tr->n_order; i++) {
                JobNode *nop = NULL, *regular = NULL;

                for (JobNode *k = tr->jobs[tr->order[i]]; k; k = k->next)
                        *(k->type == JOB_NOP ? &nop : &regular) = k;

                if (!nop || !regular)
                        continue;

                regular->is_anchor = regular->is_anchor || nop->is_anchor;
                transaction_delete_job(tr, nop, false);
        }
}

int transaction_merge_jobs(Plan *tr) {
        bool by_matter = tr->m->profile->transaction_merges_anchored_first;
        int r;

        if (tr->m->profile->transaction_drops_nop)
                transaction_drop_nop(tr);

        r = transaction_ensure_mergeable(tr, by_matter, true);
        if (r < 0)
                return r;

        if (by_matter) {
                r = transaction_ensure_mergeable(tr, true, false);
                if (r < 0)
                        return r;
        }

        for (size_t i = 0; i < tr->n_order; i++) {
                JobNode *j = tr->jobs[tr->order[i]], *k;
                JobType t;

                r = job_list_merge_types(tr, j, &t);
                if (r < 0)
                        return r;

                while ((k = j->next))
                        if (k->is_anchor) {
                                transaction_merge_and_delete_job(tr, k, j, t);
                                j = k;
                        } else
                                transaction_merge_and_delete_job(tr, j, k, t);
        }

        return 0;
}
