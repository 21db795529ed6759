/* SPDX-License-Identifier: MIT */

#include "model/tables.h"
#include "property.h"

/* A client waits for JobRemoved of the job's object, whose path has the job's id. Which unit holds the job does not matter:
 * that may have another name by now, or be the orphan that adopted the entry. Who finishes while PID 1 reloads finishes in
 * silence: job.c:job_uninstall(), 252-262. Only the catchup of devices and mounts comes later than that, and the
 * model has none. So what is not there is lost. */
static bool job_is_there(Manager *m, uint32_t id) {
        const uint32_t *ids = world_job_ids(m->layout, m->world);

        for (size_t i = 0; i < m->layout->n_units; i++) {
                const Unit *u = m->units + i;

                if (u->in_use &&
                    ((u->job.installed && ids[2 * i] == id) || (u->nop_job.installed && ids[2 * i + 1] == id)))
                        return true;
        }
        return false;
}

int job_kept_on_reload(Manager *m, Finding *ret_finding) {
        const Unit *old_units = world_units(m->layout, m->before_reload);
        const uint32_t *ids = world_job_ids(m->layout, m->before_reload);
        int n = 0;

        if (MANAGER_CRASHED(m))
                return 0;

        for (size_t i = 0; i < 2 * m->layout->n_units; i++) {
                const Unit *old = old_units + i / 2;
                const Job *j = i % 2 == 0 ? &old->job : &old->nop_job;

                if (!old->in_use || !j->installed)
                        continue;
                if (!job_is_there(m, ids[i]))
                        return property_violated(ret_finding, old->id,
                                                 "%s: the %s job is gone after the reload, and nobody was told",
                                                 unit_name(m, old), job_type_to_string((JobType) j->type));
                n++;
        }
        return n;
}
