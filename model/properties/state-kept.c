/* SPDX-License-Identifier: MIT */

#include "model/fixes.h"
#include "model/tables.h"
#include "property.h"

static const char *job_text(const Job *j) {
        return j->installed ? job_type_to_string(j->type) : "no job";
}

static bool same_job(const Job *a, const Job *b) {
        return a->installed == b->installed && (!a->installed || a->type == b->type);
}

static const char *pid_text(const Manager *m, Pid pid, char *buffer, size_t size) {
        return pid == 0 ? "none" : process_label(m, pid, buffer, size);
}

int property_compare_units(Manager *m, const Unit *old, const Unit *now, Finding *ret_finding) {
        char a[64], b[64];
        UnitActiveState active_old = unit_active_state(m, old), active_now = unit_active_state(m, now);

        if (active_old != active_now || old->state != now->state)
                return property_violated(ret_finding, now->id, "%s: %s (%s) before the reload, %s (%s) after it",
                                         unit_name(m, now), unit_active_state_to_string(active_old),
                                         unit_sub_state_to_string(old->type, old->state),
                                         unit_active_state_to_string(active_now),
                                         unit_sub_state_to_string(now->type, now->state));
        if (old->service.main_pid != now->service.main_pid)
                return property_violated(ret_finding, now->id,
                                         "%s: main process %s before the reload, %s after it", unit_name(m, now),
                                         pid_text(m, old->service.main_pid, a, sizeof(a)),
                                         pid_text(m, now->service.main_pid, b, sizeof(b)));
        if (old->service.control_pid != now->service.control_pid)
                return property_violated(ret_finding, now->id,
                                         "%s: control process %s before the reload, %s after it",
                                         unit_name(m, now), pid_text(m, old->service.control_pid, a, sizeof(a)),
                                         pid_text(m, now->service.control_pid, b, sizeof(b)));
        if (!same_job(&old->job, &now->job))
                return property_violated(ret_finding, now->id, "%s: %s before the reload, %s after it",
                                         unit_name(m, now), job_text(&old->job), job_text(&now->job));
        return 1;
}

/* Its entry was written, and nobody read it. There is nothing to miss of a dead unit. */
static int check_gone(Manager *m, const Unit *old, Finding *ret_finding) {
        UnitActiveState active = unit_active_state(m, old);

        if (active == UNIT_INACTIVE && !old->job.installed)
                return 0;

        return property_violated(ret_finding, old->id,
                                 "%s: %s (%s) before the reload, gone from memory after it", unit_name(m, old),
                                 unit_active_state_to_string(active),
                                 unit_sub_state_to_string(old->type, old->state));
}

int state_kept_on_reload(Manager *m, Finding *ret_finding) {
        const WorldLayout *l = m->layout;
        const Unit *old_units = world_units(l, m->before_reload);
        const UnitSlot *old_names = world_names(l, m->before_reload);
        int n = 0;

        if (MANAGER_CRASHED(m))
                return 0;

        for (NameId name = 0; name < l->n_names; name++) {
                const Unit *now = manager_get_unit(m, name);

                if (old_names[name] == UNIT_NONE || (now && now->id != name))
                        continue;

                const Unit *old = old_units + old_names[name];
                if (old->id != name || !fixes_wrote_entry(m, old))
                        continue;

                int k = now ? property_compare_units(m, old, now, ret_finding) : check_gone(m, old, ret_finding);
                if (k < 0)
                        return PROPERTY_VIOLATED;
                n += k;
        }
        return n;
}
