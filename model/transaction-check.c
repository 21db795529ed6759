/* SPDX-License-Identifier: MIT */

/* What is left of a transaction, and in which order it can run: transaction.c:transaction_activate up to the
 * application, 252-262. */

#include <errno.h>

#include "tables.h"
#include "transaction.h"

static void transaction_find_jobs_that_matter_to_anchor_one(JobNode *j, unsigned generation) {
        j->matters_to_anchor = true;
        j->generation = generation;

        for (JobLink *l = j->subject_list; l; l = l->subject_next)
                if (l->matters && l->object->generation != generation)
                        transaction_find_jobs_that_matter_to_anchor_one(l->object, generation);
}

static void transaction_find_jobs_that_matter_to_anchor(Plan *tr, unsigned generation) {
        for (size_t i = 0; i < tr->n_order; i++)
                for (JobNode *j = tr->jobs[tr->order[i]]; j; j = j->next)
                        if (j->is_anchor)
                                transaction_find_jobs_that_matter_to_anchor_one(j, generation);
}

static bool job_changes_installed(const Plan *tr, const JobNode *j) {
        const Unit *u = job_node_unit(tr, j);

        return u->job.installed && job_type_is_conflicting((JobType) j->type, (JobType) u->job.type);
}

/* Modes fail and lenient: a job that would stop something or replace a job goes, or (lenient) the whole
 * request. */
static int transaction_minimize_impact_once(Plan *tr, JobMode mode) {
        for (size_t i = 0; i < tr->n_order; i++)
                for (JobNode *j = tr->jobs[tr->order[i]]; j; j = j->next) {
                        UnitActiveState s = unit_active_state(tr->m, job_node_unit(tr, j));

                        if (j->matters_to_anchor && mode != JOB_LENIENT)
                                continue;

                        if (!(j->type == JOB_STOP && UNIT_IS_ACTIVE_OR_ACTIVATING(s)) &&
                            !job_changes_installed(tr, j))
                                continue;

                        if (j->matters_to_anchor)
                                return -EDEADLK;

                        transaction_delete_job(tr, j, true);
                        return 1;
                }

        return 0;
}

static int transaction_minimize_impact(Plan *tr, JobMode mode) {
        int r;

        if (mode != JOB_FAIL && mode != JOB_LENIENT)
                return 0;

        do
                r = transaction_minimize_impact_once(tr, mode);
        while (r > 0);

        return r;
}

static bool job_list_is_redundant(const Plan *tr, const JobNode *j) {
        for (; j; j = j->next)
                if (j->is_anchor ||
                    !job_type_is_redundant((JobType) j->type, unit_active_state(tr->m, job_node_unit(tr, j))) ||
                    job_changes_installed(tr, j))
                        return false;

        return true;
}

static void transaction_drop_redundant(Plan *tr) {
        size_t i = 0;

        while (i < tr->n_order) {
                JobNode *j = tr->jobs[tr->order[i]];

                if (job_list_is_redundant(tr, j)) {
                        transaction_delete_job(tr, j, false);
                        i = 0;
                } else
                        i++;
        }
}

/* Jobs that nothing pulls in any more; as in systemd only the newest of a unit is looked at. */
static void transaction_collect_garbage(Plan *tr) {
        size_t i = 0;

        while (i < tr->n_order) {
                JobNode *j = tr->jobs[tr->order[i]];

                if (!j->is_anchor && !j->object_list) {
                        transaction_delete_job(tr, j, true);
                        i = 0;
                } else
                        i++;
        }
}

/* The job of @u in the transaction, else the installed one. */
static JobNode *transaction_job_of(Plan *tr, const Unit *u, unsigned generation) {
        JobNode *j = plan_get(tr, u);

        if (j)
                return j;
        if (!u->job.installed)
                return NULL;

        j = tr->m->transaction->installed + unit_slot(tr->m, u);
        if (j->generation != generation)
                *j = (JobNode) {
                        .unit = unit_slot(tr->m, u),
                        .type = u->job.type,
                        .flags = u->job.flags,
                };
        return j;
}

static int job_node_compare(const JobNode *a, const JobNode *b, bool b_is_after_dependency) {
        if ((a->flags | b->flags) & JOB_IGNORE_ORDER)
                return 0;

        return job_compare((JobType) a->type, (JobType) b->type, b_is_after_dependency);
}

/* A cycle was found at @j, coming from @from: the first job on the way back that can be spared is
 * dropped. */
static int transaction_break_cycle(Plan *tr, JobNode *j, JobNode *from, unsigned generation) {
        JobNode *delete = NULL, *k = from;
        unsigned n = 0;

        while (k) {
                const Unit *u = job_node_unit(tr, k);

                if (plan_get(tr, u) && !job_matters_to_anchor(k)) {
                        delete = delete ?: k;
                        n++;
                }

                if (k == j)
                        break;
                k = k->generation == generation && k->marker != k ? k->marker : NULL;
        }

        if (!delete) {
                manager_note(tr->m, "transaction_verify_order", job_node_unit(tr, j),
                             "the order of jobs is cyclic and no job can be spared");
                return -EDEADLK;
        }

        /* Which one comes first depends on where the walk began: an order of pointers in systemd. */
        if (n > 1)
                tr->m->alternatives++;

        manager_note(tr->m, "transaction_verify_order", job_node_unit(tr, delete),
                     "job %s is dropped, the order of jobs was cyclic",
                     job_type_to_string((JobType) delete->type));

        for (UnitSlot slot = delete->unit; tr->jobs[slot];)
                transaction_delete_job(tr, tr->jobs[slot], true);
        return -EAGAIN;
}

static int transaction_verify_order_one(Plan *tr, JobNode *j, JobNode *from, unsigned generation) {
        static const UnitDependency directions[] = { UNIT_BEFORE, UNIT_AFTER };
        Manager *m = tr->m;
        Unit *other;
        int r;

        if (j->generation == generation) {
                /* Without a marker all that follows was found to be free of cycles. */
                if (!j->marker)
                        return 0;
                return transaction_break_cycle(tr, j, from, generation);
        }

        j->marker = from ?: j;
        j->generation = generation;

        for (size_t d = 0; d < 2; d++) {
                DependencyIterator i = { .types = BIT(directions[d]) };

                while ((other = unit_next_dependency(m, job_node_unit(tr, j), &i))) {
                        JobNode *o = transaction_job_of(tr, other, generation);

                        if (!o || job_node_compare(j, o, directions[d] == UNIT_AFTER) >= 0)
                                continue;

                        r = transaction_verify_order_one(tr, o, j, generation);
                        if (r < 0)
                                return r;
                }
        }

        j->marker = NULL;
        return 0;
}

static int transaction_verify_order(Plan *tr, unsigned generation) {
        int r;

        for (size_t i = 0; i < tr->n_order; i++) {
                r = transaction_verify_order_one(tr, tr->jobs[tr->order[i]], NULL, generation);
                if (r < 0)
                        return r;
        }

        return 0;
}

static int transaction_is_destructive(const Plan *tr, JobMode mode) {
        for (size_t i = 0; i < tr->n_order; i++) {
                const JobNode *j = tr->jobs[tr->order[i]];

                if (job_changes_installed(tr, j) && (mode == JOB_FAIL || mode == JOB_LENIENT ||
                                                     (job_node_unit(tr, j)->job.flags & JOB_IRREVERSIBLE)))
                        return -EDEADLK;
        }

        return 0;
}

static int transaction_order(Plan *tr, JobMode mode, unsigned *generation) {
        int r;

        do {
                if (mode != JOB_ISOLATE)
                        transaction_collect_garbage(tr);

                r = transaction_verify_order(tr, (*generation)++);
        } while (r == -EAGAIN);

        return r;
}

static int transaction_merge(Plan *tr, JobMode mode) {
        for (;;) {
                int r;

                r = transaction_merge_jobs(tr);
                if (r != -EAGAIN)
                        return r;

                if (mode != JOB_ISOLATE)
                        transaction_collect_garbage(tr);
        }
}

int transaction_prepare(Plan *tr, JobMode mode) {
        unsigned generation = 1;
        int r;

        for (size_t i = 0; i < tr->m->layout->n_units; i++)
                tr->m->transaction->installed[i].generation = 0;

        transaction_find_jobs_that_matter_to_anchor(tr, generation++);

        r = transaction_minimize_impact(tr, mode);
        if (r < 0)
                return r;

        transaction_drop_redundant(tr);

        r = transaction_order(tr, mode, &generation);
        if (r < 0)
                return r;

        r = transaction_merge(tr, mode);
        if (r < 0)
                return r;

        /* Merging may have made more of them redundant. */
        transaction_drop_redundant(tr);

        return transaction_is_destructive(tr, mode);
}
