/* SPDX-License-Identifier: MIT */

/* A request for a job: its memory, manager_add_job() and the application. transaction.c and manager.c,
 * 252-262. */

#include <errno.h>
#include <string.h>

#include "tables.h"
#include "transaction.h"

/* One unit has at most one job of each type in a transaction, and a dependency makes at most one link for
 * each type of the job that it comes from. */
#define PLAN_JOBS_FACTOR (2 * _JOB_TYPE_MAX_IN_TRANSACTION)

struct Transaction *transaction_scratch_new(const WorldLayout *layout) {
        struct Transaction *t = g_new0(struct Transaction, 1);
        size_t n = layout->n_units;

        t->nodes_max = n * PLAN_JOBS_FACTOR + 16;
        t->links_max = (layout->n_dependencies + n) * PLAN_JOBS_FACTOR + 16;
        t->slots_max = 2 * layout->n_dependencies * PLAN_JOBS_FACTOR + 16;

        t->nodes = g_new0(JobNode, t->nodes_max);
        t->links = g_new0(JobLink, t->links_max);
        t->slots = g_new0(UnitSlot, t->slots_max);
        t->jobs = g_new0(JobNode *, PLANS_MAX * n);
        t->order = g_new0(UnitSlot, PLANS_MAX * n);
        t->installed = g_new0(JobNode, n);
        return t;
}

void transaction_scratch_free(struct Transaction *t) {
        if (!t)
                return;

        g_free(t->nodes);
        g_free(t->links);
        g_free(t->slots);
        g_free(t->jobs);
        g_free(t->order);
        g_free(t->installed);
        g_free(t);
}

UnitList unit_list_dependencies(Manager *m, const Unit *u, uint64_t types) {
        struct Transaction *t = m->transaction;
        DependencyIterator i = { .types = types };
        UnitList l = { .slots = t->slots + t->n_slots };
        Unit *other;

        while ((other = unit_next_dependency(m, u, &i))) {
                if (t->n_slots >= t->slots_max) {
                        manager_limit(m);
                        break;
                }

                t->slots[t->n_slots++] = unit_slot(m, other);
                l.n++;
        }

        return l;
}

Unit *unit_list_get(Manager *m, const UnitList *l, size_t i) {
        Unit *u = m->units + l->slots[i];

        return u->in_use ? u : NULL;
}

void unit_list_release(Manager *m, const UnitList *l) {
        m->transaction->n_slots = (size_t) (l->slots - m->transaction->slots);
}

static Plan *transaction_new(Manager *m, bool irreversible) {
        struct Transaction *t = m->transaction;
        size_t n = m->layout->n_units;
        Plan *tr;

        if (t->n_plans >= PLANS_MAX) {
                manager_limit(m);
                return NULL;
        }

        tr = t->plans + t->n_plans;
        *tr = (Plan) {
                .m = m,
                .irreversible = irreversible,
                .jobs = t->jobs + t->n_plans * n,
                .order = t->order + t->n_plans * n,
                .first_node = t->n_nodes,
                .first_link = t->n_links,
        };
        memset(tr->jobs, 0, n * sizeof(*tr->jobs));

        t->n_plans++;
        return tr;
}

static void transaction_free(Plan *tr) {
        struct Transaction *t = tr->m->transaction;

        t->n_nodes = tr->first_node;
        t->n_links = tr->first_link;
        t->n_plans--;
}

static JobNode *job_new(Plan *tr) {
        struct Transaction *t = tr->m->transaction;
        JobNode *j = tr->free_nodes;

        if (j)
                tr->free_nodes = j->next;
        else if (t->n_nodes < t->nodes_max)
                j = t->nodes + t->n_nodes++;
        else {
                manager_limit(tr->m);
                return NULL;
        }

        *j = (JobNode) {};
        return j;
}

static void job_free(Plan *tr, JobNode *j) {
        j->next = tr->free_nodes;
        tr->free_nodes = j;
}

JobNode *plan_get(const Plan *tr, const Unit *u) {
        return tr->jobs[unit_slot(tr->m, u)];
}

static void plan_forget_unit(Plan *tr, UnitSlot slot) {
        size_t i = 0;

        tr->jobs[slot] = NULL;

        while (i < tr->n_order && tr->order[i] != slot)
                i++;
        if (i >= tr->n_order)
                return;

        tr->n_order--;
        memmove(tr->order + i, tr->order + i + 1, (tr->n_order - i) * sizeof(*tr->order));
}

JobNode *transaction_add_one_job(Plan *tr, JobType type, Unit *u, bool *ret_is_new) {
        UnitSlot slot = unit_slot(tr->m, u);
        JobNode *first = tr->jobs[slot], *j;

        for (j = first; j; j = j->next)
                if (j->type == type) {
                        *ret_is_new = false;
                        return j;
                }

        j = job_new(tr);
        if (!j)
                return NULL;

        j->unit = slot;
        j->name = u->id;
        j->type = (uint8_t) type;
        j->flags = tr->irreversible ? JOB_IRREVERSIBLE : 0;

        j->next = first;
        if (first)
                first->prev = j;
        else
                tr->order[tr->n_order++] = slot;
        tr->jobs[slot] = j;

        *ret_is_new = true;
        return j;
}

int job_dependency_new(Plan *tr, JobNode *subject, JobNode *object, unsigned flags) {
        struct Transaction *t = tr->m->transaction;
        JobLink *l = tr->free_links;

        if (l)
                tr->free_links = l->subject_next;
        else if (t->n_links < t->links_max)
                l = t->links + t->n_links++;
        else {
                manager_limit(tr->m);
                return -ENOMEM;
        }

        *l = (JobLink) {
                .subject = subject,
                .object = object,
                .matters = flags & TRANSACTION_MATTERS,
                .conflicts = flags & TRANSACTION_CONFLICTS,
                .subject_next = subject->subject_list,
                .object_next = object->object_list,
        };

        if (l->subject_next)
                l->subject_next->subject_prev = l;
        subject->subject_list = l;

        if (l->object_next)
                l->object_next->object_prev = l;
        object->object_list = l;

        return 0;
}

static void job_dependency_free(Plan *tr, JobLink *l) {
        if (l->subject_next)
                l->subject_next->subject_prev = l->subject_prev;
        if (l->subject_prev)
                l->subject_prev->subject_next = l->subject_next;
        else
                l->subject->subject_list = l->subject_next;

        if (l->object_next)
                l->object_next->object_prev = l->object_prev;
        if (l->object_prev)
                l->object_prev->object_next = l->object_next;
        else
                l->object->object_list = l->object_next;

        l->subject_next = tr->free_links;
        tr->free_links = l;
}

void transaction_unlink_job(Plan *tr, JobNode *j, bool delete_dependencies) {
        if (j->prev)
                j->prev->next = j->next;
        else if (j->next)
                tr->jobs[j->unit] = j->next;
        else
                plan_forget_unit(tr, j->unit);

        if (j->next)
                j->next->prev = j->prev;
        j->prev = j->next = NULL;

        while (j->subject_list)
                job_dependency_free(tr, j->subject_list);

        while (j->object_list) {
                JobNode *other = j->object_list->matters ? j->object_list->subject : NULL;

                job_dependency_free(tr, j->object_list);

                /* What cannot do without this job goes as well. */
                if (other && delete_dependencies)
                        transaction_delete_job(tr, other, true);
        }
}

void transaction_delete_job(Plan *tr, JobNode *j, bool delete_dependencies) {
        transaction_unlink_job(tr, j, delete_dependencies);
        job_free(tr, j);
}

/* transaction_apply(), modes isolate and flush: jobs of units that the transaction does not know go. */
static void transaction_cancel_others(Plan *tr) {
        Manager *m = tr->m;

        for (size_t i = 0; i < m->layout->n_units && !MANAGER_CRASHED(m); i++) {
                Unit *u = m->units + i;

                if (!u->in_use || (u->config & CONFIG_IGNORE_ON_ISOLATE) || plan_get(tr, u))
                        continue;

                if (u->job.installed)
                        job_finish_and_invalidate(m, u, &u->job, JOB_CANCELED, false, false);
                if (u->nop_job.installed)
                        job_finish_and_invalidate(m, u, &u->nop_job, JOB_CANCELED, false, false);
        }
}

static void transaction_apply(Plan *tr, JobMode mode) {
        Manager *m = tr->m;

        if (mode == JOB_ISOLATE || mode == JOB_FLUSH)
                transaction_cancel_others(tr);

        while (tr->n_order > 0 && !MANAGER_CRASHED(m)) {
                JobNode *node = tr->jobs[tr->order[0]];
                Unit *u = job_node_unit(tr, node);
                Job *j;

                transaction_unlink_job(tr, node, false);
                if (!u->in_use)
                        continue;

                j = job_install(m, u, (JobType) node->type, node->flags);
                if (MANAGER_CRASHED(m))
                        return;

                job_add_to_run_queue(m, u, j);
                job_start_timer(u, j, false);
        }
}

static int transaction_activate(Plan *tr, JobMode mode) {
        int r;

        r = transaction_prepare(tr, mode);
        if (r < 0)
                return r;

        transaction_apply(tr, mode);
        return 0;
}

/* The D-Bus errors (bus-common-errors.c) by the errno that each of them is inside of PID 1. */
static const char *refusal_to_string(int error) {
        static const struct {
                int error;
                const char *text;
                /* clang-format off */
        } table[] = {
                { -ENOENT,    "the unit was not found"                                     },
                { -EIO,       "the unit is not loaded properly"                            },
                { -ENOEXEC,   "the unit has a bad setting"                                 },
                { -ERFKILL,   "the unit is masked"                                         },
                { -EBADR,     "the unit knows no such job"                                 },
                { -EDEADLK,   "it contradicts itself or existing jobs"                     },
                { -EPERM,     "the unit may not be isolated"                               },
                { -EINVAL,    "only a dependency may ask for it, or the mode does not fit" },
                { -ECANCELED, "D-Bus is about to stop"                                     },
                { -ENOMEM,    "the model has no room for it"                               },
        };
        /* clang-format on */

        for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
                if (table[i].error == error)
                        return table[i].text;

        return "the unit could not be loaded";
}

static int job_mode_validate(const Unit *u, JobType type, JobMode mode) {
        if (mode == JOB_ISOLATE && type != JOB_START)
                return -EINVAL;

        if (mode == JOB_ISOLATE && (u->config & CONFIG_ALLOW_ISOLATE) == 0)
                return -EPERM;

        if (mode == JOB_TRIGGERING && type != JOB_STOP)
                return -EINVAL;

        if (mode == JOB_RESTART_DEPENDENCIES && type != JOB_START)
                return -EINVAL;

        return 0;
}

static unsigned transaction_flags(JobMode mode, bool reenqueue_anchor) {
        unsigned flags = TRANSACTION_MATTERS;

        if (mode == JOB_IGNORE_DEPENDENCIES || mode == JOB_IGNORE_REQUIREMENTS)
                flags |= TRANSACTION_IGNORE_REQUIREMENTS;
        if (mode == JOB_IGNORE_DEPENDENCIES)
                flags |= TRANSACTION_IGNORE_ORDER;
        if (mode == JOB_RESTART_DEPENDENCIES)
                flags |= TRANSACTION_PROPAGATE_START_AS_RESTART;
        /* With RestartMode=direct the job of the previous start may still be running, the service having
         * never been down; the new one must not be taken for it. 254 says so in transaction_apply(), by
         * the mode. */
        if (reenqueue_anchor || mode == JOB_RESTART_DEPENDENCIES)
                flags |= TRANSACTION_REENQUEUE_ANCHOR;

        return flags;
}

static int manager_build_and_activate(Plan *tr, JobType type, Unit *u, JobMode mode, bool reenqueue_anchor) {
        int r;

        r = transaction_add_job_and_dependencies(tr, type, u, NULL, transaction_flags(mode, reenqueue_anchor));
        if (r < 0)
                return r;

        if (mode == JOB_ISOLATE)
                transaction_add_isolate_jobs(tr);
        if (mode == JOB_TRIGGERING)
                transaction_add_triggering_jobs(tr, u);

        return transaction_activate(tr, mode);
}

int manager_add_job_full(Manager *m, JobType type, Unit *u, JobMode mode, bool reenqueue_anchor) {
        Plan *tr;
        int r;

        r = job_mode_validate(u, type, mode);
        if (r < 0)
                return r;

        type = job_type_collapse(m, type, u);

        tr = transaction_new(m, mode == JOB_REPLACE_IRREVERSIBLY);
        if (!tr)
                return -ENOMEM;

        r = manager_build_and_activate(tr, type, u, mode, reenqueue_anchor);
        if (r < 0)
                manager_note(m, "manager_add_job", u, "job %s (%s) is refused: %s", job_type_to_string(type),
                             job_mode_to_string(mode), refusal_to_string(r));

        transaction_free(tr);
        return r;
}

/* Loading a unit of a request can merge away one that an earlier unit has a job for, as unit_merge() only looks at
 * installed jobs. It was not found, so that is a stop job of a unit that is down: redundant. */
static void transaction_forget_merged(Plan *tr) {
        size_t i = 0;

        while (i < tr->n_order) {
                UnitSlot slot = tr->order[i];

                if (tr->m->names[tr->jobs[slot]->name] == slot) {
                        i++;
                        continue;
                }

                while (tr->jobs[slot])
                        transaction_delete_job(tr, tr->jobs[slot], false);
        }
}

static int transaction_add_request(Plan *tr, JobType type, NameId name, unsigned flags) {
        Manager *m = tr->m;
        Unit *u;
        int r;

        r = manager_load_unit(m, name, &u);
        if (r < 0)
                return r;
        transaction_forget_merged(tr);

        r = unit_queue_job_check(m, u, type);
        if (r >= 0)
                r = transaction_add_job_and_dependencies(tr, job_type_collapse(m, type, u), u, NULL, flags);
        if (r < 0)
                manager_note(m, "manager_add_jobs", u, "job %s is refused, and with it all of the call: %s",
                             job_type_to_string(type), refusal_to_string(r));

        return r;
}

int manager_add_jobs(Manager *m, JobType type, const Statement *operations, size_t n) {
        Plan *tr;
        int r = 0;

        tr = transaction_new(m, /* irreversible= */ false);
        if (!tr)
                return -ENOMEM;

        for (size_t i = 0; i < n && r >= 0; i++)
                r = transaction_add_request(tr, type, operations[i].unit,
                                            transaction_flags(JOB_REPLACE, /* reenqueue_anchor= */ false));
        if (r >= 0) {
                r = transaction_activate(tr, JOB_REPLACE);
                if (r < 0)
                        manager_note(m, "manager_add_jobs", NULL, "jobs %s for %zu units are refused: %s",
                                     job_type_to_string(type), n, refusal_to_string(r));
        }

        transaction_free(tr);
        return r;
}

int manager_add_job(Manager *m, JobType type, Unit *u, JobMode mode) {
        return manager_add_job_full(m, type, u, mode, false);
}

int manager_add_job_by_name(Manager *m, JobType type, NameId name, JobMode mode) {
        Unit *u;
        int r;

        r = manager_load_unit(m, name, &u);
        if (r < 0)
                return r;

        return manager_add_job(m, type, u, mode);
}

int manager_propagate_reload(Manager *m, Unit *u, JobMode mode) {
        Plan *tr;
        int r;

        tr = transaction_new(m, mode == JOB_REPLACE_IRREVERSIBLY);
        if (!tr)
                return -ENOMEM;

        /* The unit reloads by itself already; the job that does nothing is only the anchor. */
        r = transaction_add_job_and_dependencies(tr, JOB_NOP, u, NULL,
                                                 TRANSACTION_IGNORE_REQUIREMENTS | TRANSACTION_IGNORE_ORDER);
        if (r >= 0) {
                unsigned order = mode == JOB_IGNORE_DEPENDENCIES ? TRANSACTION_IGNORE_ORDER : 0;

                transaction_add_propagate_reload_jobs(tr, u, tr->anchor, order);

                if (tr->n_order > 1 || !m->profile->propagate_reload_skips_nop)
                        r = transaction_activate(tr, mode);
        }

        transaction_free(tr);
        return r;
}
