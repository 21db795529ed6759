/* SPDX-License-Identifier: MIT */

#include "property.h"

static bool is_living_main(const Process *p) {
        return p->state == PROCESS_RUNNING && (p->flags & PROCESS_IS_MAIN) != 0 && p->started_for != ID_NONE;
}

/* Two processes whose names were joined by a reload have both lived through it. In the event that starts the
 * second one of a violating pair, that one has seen no reload yet; so whoever has seen one need not be looked at
 * again, and the reload that joined the names need not be remembered. */
static bool started_twice(const Manager *m, const Process *p, const Process *q) {
        return (p->epoch == 0 || q->epoch == 0) && m->names[p->started_for] != UNIT_NONE &&
               m->names[p->started_for] == m->names[q->started_for];
}

/* Mostly no two living main processes were started for names of the same unit: then no pair has to be looked at. *ret_n: how
 * many of these processes there are. */
static bool some_share_a_unit(const Manager *m, int *ret_n) {
        bool *has = g_newa0(bool, m->layout->n_units), shared = false;

        *ret_n = 0;
        for (size_t i = 0; i < m->layout->n_processes; i++) {
                const Process *p = m->processes + i;

                if (!is_living_main(p))
                        continue;
                ++*ret_n;

                UnitSlot slot = m->names[p->started_for];
                if (slot == UNIT_NONE)
                        continue;
                shared = shared || has[slot];
                has[slot] = true;
        }
        return shared;
}

int no_double_start_on_state(Manager *m, Finding *ret_finding) {
        char a[64], b[64];
        int n = 0;

        if (MANAGER_CRASHED(m))
                return 0;
        if (!some_share_a_unit(m, &n))
                return n;

        for (size_t i = 0; i < m->layout->n_processes; i++) {
                const Process *p = m->processes + i;

                if (!is_living_main(p))
                        continue;

                for (size_t j = 0; j < i; j++) {
                        const Process *q = m->processes + j;

                        if (!is_living_main(q) || !started_twice(m, p, q))
                                continue;

                        const Unit *u = m->units + m->names[p->started_for];
                        return property_violated(
                                ret_finding, u->id,
                                "%s has two living main processes, %s (started as %s) and %s (started as %s)",
                                unit_name(m, u), process_label(m, (Pid) (j + 1), a, sizeof(a)),
                                catalog_name_str(m->catalog, q->started_for),
                                process_label(m, (Pid) (i + 1), b, sizeof(b)),
                                catalog_name_str(m->catalog, p->started_for));
                }
        }
        return n;
}
