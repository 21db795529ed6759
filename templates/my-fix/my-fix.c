/* SPDX-License-Identifier: MIT */

/* A fix of one's own. Copy this file, change it, and review it:
 *
 *     cc -shared -fPIC -I model -o my-fix.so my-fix.c
 *     coldplug review --fix none --fix ./my-fix.so traces/scenarios/azure-linux.scenario
 *
 * The interface is fix.h; docs/writing-a-fix.md explains it hook by hook. */

#include <string.h>

#include "fix.h"

/* What is tried here: a unit that is only a name, which others mention, has nothing to tell. Without an entry it cannot
 * overwrite what another entry says. */
static bool writes_entry(const Manager *m, const Unit *u) {
        bool is_placeholder = strcmp(fix_unit_load_state(m, u), "not-found") == 0 &&
                              strcmp(fix_unit_active_state(m, u), "inactive") == 0;

        return !is_placeholder || fix_unit_has_job(m, u) || fix_unit_has_process(m, u, FIX_MAIN_PROCESS) ||
               fix_unit_has_process(m, u, FIX_CONTROL_PROCESS);
}

/* Hooks keep nothing from one call to the next. Leave out those that you do not need. */
FIX_EXPORT const Fix coldplug_fix = {
        .interface = FIX_INTERFACE,
        .name = "my-fix",
        .summary = "no entry is written for a unit that was not found and is inactive",

        /* .follows = "pull request 12345", for the reports */
        /* .refuses = names of fixes with which it makes no sense, then NULL */

        /* Writing: manager_serialize() */
        .writes_entry = writes_entry, /* whether a unit gets an entry */
        /* .compare_entries: which of two entries is written first */

        /* Reading: manager_deserialize() */
        /* .collects_names = true: all names are known before the first entry is applied */
        /* .skip_knows_jobs = true: dropping an entry does not end at the end of a job in it */
        /* .gives_entries = true: `entry` may return FIX_GIVE */
        /* .entry: whether an entry is applied, dropped, or goes to another unit */
        /* .line: whether one line of an entry is applied, dropped, or changed */
        /* .coldplug: a last look at each unit before its state takes effect */

        /* Afterwards: service_sigchld_event() */
        /* .sigchld: true: that a process of a service is gone makes it take no step */
};
