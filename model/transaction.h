/* SPDX-License-Identifier: MIT */
#pragma once

/* A transaction while it is being built: transaction.h. Nothing of it is in the World; jobs enter the
 * World in transaction_apply().
 *
 * Transactions nest: coldplugging a path unit, or canceling a job in favour of another one, can ask for
 * further jobs. So all of them take their memory from one set of pools in the way of a stack.
 *
 * systemd keeps the jobs of a transaction in a hashmap that is keyed by Unit pointers. The model goes
 * through them in the order in which the units entered; Manager.alternatives counts the decisions that
 * hang on that order. */

#include "job.h"
#include "unit.h"

/* clang-format off */
enum { /* TransactionAddFlags */
        TRANSACTION_MATTERS                         = 1 << 0,
        TRANSACTION_CONFLICTS                       = 1 << 1,
        TRANSACTION_IGNORE_REQUIREMENTS             = 1 << 2,
        TRANSACTION_IGNORE_ORDER                    = 1 << 3,
        TRANSACTION_PROCESS_PROPAGATE_STOP_GRACEFUL = 1 << 4,
        TRANSACTION_PROPAGATE_START_AS_RESTART      = 1 << 5,
        TRANSACTION_REENQUEUE_ANCHOR                = 1 << 6,
};
/* clang-format on */

typedef struct JobNode JobNode;
typedef struct JobLink JobLink;

/* A job of a transaction, or (when the order is verified) a stand-in for an installed one. */
struct JobNode {
        UnitSlot unit;
        uint8_t type;
        uint8_t flags; /* JOB_IRREVERSIBLE, JOB_IGNORE_ORDER, JOB_REFUSE_LATE_MERGE */
        bool matters_to_anchor;
        bool is_anchor; /* somebody asked for it: anchor_jobs (262: several) */
        NameId name;    /* one that the unit had when the job was made */
        unsigned generation;
        JobNode *marker;       /* where the walk of verify_order came from; itself: the start */
        JobNode *next, *prev;  /* jobs of the same unit, the newest first; `next` also chains free nodes */
        JobLink *subject_list; /* what this job pulled in, the newest first */
        JobLink *object_list;  /* what pulled this job in, the newest first */
};

/* JobDependency: @subject pulled in @object. */
struct JobLink {
        JobNode *subject, *object;
        bool matters, conflicts;
        JobLink *subject_next, *subject_prev; /* in subject->subject_list; subject_next also chains free links */
        JobLink *object_next, *object_prev;   /* in object->object_list */
};

/* One transaction: systemd's Transaction. */
typedef struct Plan {
        Manager *m;
        JobNode *anchor; /* while it is built: the anchor added last */
        bool irreversible;
        JobNode **jobs;  /* by unit slot: the newest job of that unit, NULL: none */
        UnitSlot *order; /* the units that have jobs, in the order in which they entered */
        size_t n_order;
        JobNode *free_nodes;
        JobLink *free_links;
        size_t first_node, first_link; /* where the pools stood */
} Plan;

#define PLANS_MAX 8 /* how deep transactions nest */

/* Manager.transaction */
struct Transaction {
        Plan plans[PLANS_MAX];
        size_t n_plans;
        JobNode *nodes;
        size_t n_nodes, nodes_max;
        JobLink *links;
        size_t n_links, links_max;
        UnitSlot *slots; /* UnitList */
        size_t n_slots, slots_max;
        JobNode **jobs;     /* PLANS_MAX times n_units */
        UnitSlot *order;    /* PLANS_MAX times n_units */
        JobNode *installed; /* n_units, only while an order is verified */
};

/* A snapshot of dependencies, for loops whose body can load units and so change them
 * (UNIT_FOREACH_DEPENDENCY_SAFE). Lists are released in the reverse order of their making. */
typedef struct UnitList {
        UnitSlot *slots;
        size_t n;
} UnitList;

UnitList unit_list_dependencies(Manager *m, const Unit *u, uint64_t types);
Unit *unit_list_get(Manager *m, const UnitList *l, size_t i); /* NULL: it was merged away in the meantime */
void unit_list_release(Manager *m, const UnitList *l);

/* transaction.c: jobs and links */
JobNode *plan_get(const Plan *tr, const Unit *u);
JobNode *transaction_add_one_job(Plan *tr, JobType type, Unit *u, bool *ret_is_new);
int job_dependency_new(Plan *tr, JobNode *subject, JobNode *object, unsigned flags);
void transaction_delete_job(Plan *tr, JobNode *j, bool delete_dependencies);
void transaction_unlink_job(Plan *tr, JobNode *j, bool delete_dependencies);
static inline Unit *job_node_unit(const Plan *tr, const JobNode *j) {
        return tr->m->units + j->unit;
}

/* transaction-build.c */
int transaction_add_job_and_dependencies(Plan *tr, JobType type, Unit *u, JobNode *by, unsigned flags);
void transaction_add_propagate_reload_jobs(Plan *tr, Unit *u, JobNode *by, unsigned flags);
void transaction_add_isolate_jobs(Plan *tr);
void transaction_add_triggering_jobs(Plan *tr, Unit *u);

/* transaction-check.c: all of transaction_activate() but the application */
int transaction_prepare(Plan *tr, JobMode mode);

/* transaction-merge.c */
int transaction_merge_jobs(Plan *tr);
bool job_matters_to_anchor(const JobNode *j);

/* job.c */
void job_start_timer(Unit *u, Job *j, bool job_running);
int job_compare_jobs(const Job *a, const Job *b, bool b_is_after_dependency); /* job_compare() with its flags */

/* dbus.c: unit.c:unit_queue_job_check_and_mangle_type, 262; before part of bus_unit_queue_job_one(). What a request from
 * outside must meet. */
int unit_queue_job_check(Manager *m, Unit *u, JobType type);

/* unit-start.c */
bool unit_job_is_applicable(Manager *m, Unit *u, JobType type);
/* bus_unit_validate_load_state(): 0 when loaded, else the errno of the D-Bus error. */
int unit_validate_load_state(const Unit *u);
