/* SPDX-License-Identifier: MIT */

#include "model/tables.h"
#include "property.h"

int pid_consistent_on_state(Manager *m, Finding *ret_finding) {
        char label[64];
        int n = 0;

        if (MANAGER_CRASHED(m))
                return 0;

        for (size_t i = 0; i < m->layout->n_units; i++) {
                const Unit *u = m->units + i;

                if (!u->in_use || u->type != UNIT_SERVICE)
                        continue;

                UnitActiveState state = unit_active_state(m, u);
                if (!UNIT_IS_INACTIVE_OR_FAILED(state))
                        continue;
                n++;

                Pid pid = u->service.main_pid != 0 ? u->service.main_pid : u->service.control_pid;
                if (pid != 0)
                        return property_violated(ret_finding, u->id, "%s is %s (%s) and has the %s process %s",
                                                 unit_name(m, u), unit_active_state_to_string(state),
                                                 unit_sub_state_to_string(u->type, u->state),
                                                 u->service.main_pid != 0 ? "main" : "control",
                                                 process_label(m, pid, label, sizeof(label)));
        }
        return n;
}
