/* SPDX-License-Identifier: MIT */

#include "model/tables.h"
#include "property.h"

static const char *crash_text(CrashSite site) {
        /* clang-format off */
        static const char *const texts[_CRASH_SITE_MAX] = {
                [CRASH_SIGCHLD_MAIN]     = "service_sigchld_event: %s is %s but its main process exited",
                [CRASH_SIGCHLD_CONTROL]  = "service_sigchld_event: %s is %s but its control process exited",
                [CRASH_SERVICE_TIMER]    = "service_dispatch_timer: %s is %s but its timer elapsed",
                [CRASH_SERVICE_START]    = "service_start: %s is %s",
                [CRASH_SERVICE_STOP]     = "service_stop: %s is %s",
                [CRASH_SERVICE_RELOAD]   = "service_reload: %s is %s",
                [CRASH_SERVICE_COLDPLUG] = "service_coldplug: %s is %s",
                [CRASH_RUN_NEXT]         = "service_run_next_main: %s is %s and not Type=oneshot",
                [CRASH_MERGE_JOBS]       = "job_type_lookup_merge: %s is %s and its nop job meets another job",
                [CRASH_OTHER]            = "an assertion: %s is %s",
        };
        /* clang-format on */

        return texts[site];
}

int no_crash_on_state(Manager *m, Finding *ret_finding) {
        const World *w = m->world;

        if (w->crashed == CRASH_NONE)
                return 1;
        if (!ret_finding)
                return PROPERTY_VIOLATED;

        const char *name = catalog_name_str(m->catalog, w->crash_unit);
        const Unit *u = manager_get_unit(m, w->crash_unit);
        const char *state = u ? unit_sub_state_to_string(u->type, u->state) : "gone";
        g_auto(GStrv) parts = g_strsplit(crash_text(w->crashed), "%s", 3);

        return property_violated(ret_finding, w->crash_unit, "%s%s%s%s%s", parts[0], name, parts[1], state,
                                 parts[2]);
}
