/* SPDX-License-Identifier: MIT */

#include "property.h"

static bool counts(const Manager *m, const Process *p) {
        return p->state == PROCESS_RUNNING && p->started_for != ID_NONE && p->command != ID_NONE &&
               (p->flags & PROCESS_EXEMPT) == 0 && m->catalog->names[p->started_for].type == UNIT_SERVICE;
}

int no_lost_process_on_state(Manager *m, Finding *ret_finding) {
        char label[64];
        int n = 0;

        if (MANAGER_CRASHED(m))
                return 0;

        for (size_t i = 0; i < m->layout->n_processes; i++) {
                const Process *p = m->processes + i;
                UnitSlot found[5];
                unsigned n_services = 0;

                if (!counts(m, p))
                        continue;
                n++;

                size_t n_found = manager_get_units_for_pid(m, (Pid) (i + 1), found);
                for (size_t j = 0; j < n_found; j++)
                        n_services += m->units[found[j]].type == UNIT_SERVICE;

                if (n_services == 0)
                        return property_violated(ret_finding, p->started_for,
                                                 "%s, started for %s, lives but belongs to no service",
                                                 process_label(m, (Pid) (i + 1), label, sizeof(label)),
                                                 catalog_name_str(m->catalog, p->started_for));
                if (n_services > 1)
                        return property_violated(ret_finding, p->started_for,
                                                 "%s, started for %s, belongs to %u services",
                                                 process_label(m, (Pid) (i + 1), label, sizeof(label)),
                                                 catalog_name_str(m->catalog, p->started_for), n_services);
        }
        return n;
}
