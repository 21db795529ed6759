/* SPDX-License-Identifier: MIT */

/* What the types of jobs mean to each other: job.c, 252-262. */

#include <errno.h>

#include "job.h"
#include "unit.h"

/* job.c:job_merging_table; -1: they contradict each other. */
static const int8_t merging_table[_JOB_TYPE_MAX_MERGING][_JOB_TYPE_MAX_MERGING] = {
        [JOB_START] = {
                [JOB_START]         = JOB_START,
                [JOB_VERIFY_ACTIVE] = JOB_START,
                [JOB_STOP]          = -1,
                [JOB_RELOAD]        = JOB_RELOAD_OR_START,
                [JOB_RESTART]       = JOB_RESTART,
        },
        [JOB_VERIFY_ACTIVE] = {
                [JOB_START]         = JOB_START,
                [JOB_VERIFY_ACTIVE] = JOB_VERIFY_ACTIVE,
                [JOB_STOP]          = -1,
                [JOB_RELOAD]        = JOB_RELOAD,
                [JOB_RESTART]       = JOB_RESTART,
        },
        [JOB_STOP] = {
                [JOB_START]         = -1,
                [JOB_VERIFY_ACTIVE] = -1,
                [JOB_STOP]          = JOB_STOP,
                [JOB_RELOAD]        = -1,
                [JOB_RESTART]       = -1,
        },
        [JOB_RELOAD] = {
                [JOB_START]         = JOB_RELOAD_OR_START,
                [JOB_VERIFY_ACTIVE] = JOB_RELOAD,
                [JOB_STOP]          = -1,
                [JOB_RELOAD]        = JOB_RELOAD,
                [JOB_RESTART]       = JOB_RESTART,
        },
        [JOB_RESTART] = {
                [JOB_START]         = JOB_RESTART,
                [JOB_VERIFY_ACTIVE] = JOB_RESTART,
                [JOB_STOP]          = -1,
                [JOB_RELOAD]        = JOB_RESTART,
                [JOB_RESTART]       = JOB_RESTART,
        },
};

/* Callers keep JOB_NOP out, which systemd asserts. */
static int job_type_lookup_merge(JobType a, JobType b) {
        if (a >= _JOB_TYPE_MAX_MERGING || b >= _JOB_TYPE_MAX_MERGING)
                return -1;

        return merging_table[a][b];
}

bool job_type_is_mergeable_pair(JobType a, JobType b) {
        return job_type_lookup_merge(a, b) >= 0;
}

bool job_type_is_conflicting(JobType a, JobType b) {
        return a != JOB_NOP && b != JOB_NOP && !job_type_is_mergeable_pair(a, b);
}

bool job_type_is_superset(JobType a, JobType b) {
        if (b == JOB_NOP)
                return true;
        if (a == JOB_NOP)
                return false;

        return (int) a == job_type_lookup_merge(a, b);
}

bool job_type_is_redundant(JobType a, UnitActiveState b) {
        switch (a) {
        case JOB_START:
        case JOB_VERIFY_ACTIVE:
                return UNIT_IS_ACTIVE_OR_RELOADING(b);

        case JOB_STOP:
                return UNIT_IS_INACTIVE_OR_FAILED(b);

        case JOB_NOP:
                return true;

        default: /* reload and restart always do something */
                return false;
        }
}

bool job_type_allows_late_merge(JobType t) {
        /* A reload that runs has read its configuration already; a second one must not be taken for done. */
        return t != JOB_RELOAD;
}

JobType job_type_collapse(Manager *m, JobType t, Unit *u) {
        UnitActiveState s = unit_active_state(m, u);

        switch (t) {
        case JOB_TRY_RESTART:
                return UNIT_IS_ACTIVE_OR_ACTIVATING(s) ? JOB_RESTART : JOB_NOP;

        case JOB_TRY_RELOAD:
                return UNIT_IS_ACTIVE_OR_RELOADING(s) ? JOB_RELOAD : JOB_NOP;

        case JOB_RELOAD_OR_START:
                return UNIT_IS_ACTIVE_OR_RELOADING(s) ? JOB_RELOAD : JOB_START;

        default:
                return t;
        }
}

int job_type_merge_and_collapse(Manager *m, JobType *a, JobType b, Unit *u) {
        int t;

        t = job_type_lookup_merge(*a, b);
        if (t < 0)
                return -EEXIST;

        *a = job_type_collapse(m, (JobType) t, u);
        return 0;
}

int job_compare(JobType a, JobType b, bool b_is_after_dependency) {
        if (a == JOB_NOP || b == JOB_NOP)
                return 0;

        if (b_is_after_dependency)
                return -job_compare(b, a, false);

        /* What goes down goes down first, whatever the units' order; a restart is a stop at first. */
        return b == JOB_STOP || b == JOB_RESTART ? 1 : -1;
}
