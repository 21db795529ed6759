/* SPDX-License-Identifier: MIT */

#include "model/tables.h"
#include "property.h"

/* The unit that has all the names that @slot had before the reload, NULL when they went separate ways. */
static const Unit *new_home(Manager *m, UnitSlot slot) {
        const UnitSlot *old_names = world_names(m->layout, m->before_reload);
        const Unit *home = NULL;

        for (NameId name = 0; name < m->layout->n_names; name++) {
                const Unit *now;

                if (old_names[name] != slot)
                        continue;

                now = manager_get_unit(m, name);
                if (!now || (home && now != home))
                        return NULL;
                home = now;
        }
        return home;
}

static bool was_up(Manager *m, const Unit *old) {
        return !UNIT_IS_INACTIVE_OR_FAILED(unit_active_state(m, old));
}

/* Whether a unit other than @slot that was up before the reload has a name which now belongs to @home: there is room
 * for the state of one only. */
static bool is_shared(Manager *m, UnitSlot slot, const Unit *home) {
        const Unit *old_units = world_units(m->layout, m->before_reload);
        const UnitSlot *old_names = world_names(m->layout, m->before_reload);

        for (NameId name = 0; name < m->layout->n_names; name++)
                if (old_names[name] != UNIT_NONE && old_names[name] != slot &&
                    manager_get_unit(m, name) == home && was_up(m, old_units + old_names[name]))
                        return true;
        return false;
}

int rename_kept_on_reload(Manager *m, Finding *ret_finding) {
        const Unit *old_units = world_units(m->layout, m->before_reload);
        int n = 0;

        if (MANAGER_CRASHED(m))
                return 0;

        for (size_t i = 0; i < m->layout->n_units; i++) {
                const Unit *old = old_units + i, *now;

                if (!old->in_use || !was_up(m, old))
                        continue;

                now = new_home(m, (UnitSlot) i);
                if (!now || now->id == old->id || is_shared(m, (UnitSlot) i, now))
                        continue;
                if (property_compare_units(m, old, now, ret_finding) < 0)
                        return PROPERTY_VIOLATED;
                n++;
        }
        return n;
}
