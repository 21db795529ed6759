/* SPDX-License-Identifier: MIT */

/* In which slice a unit is: unit.c:unit_set_slice, unit.c:unit_set_default_slice. */

#include <errno.h>
#include <string.h>

#include "load-types.h"
#include "unit-types.h"

/* unit.c:unit_remove_dependencies, of what Slice= has made before. */
static void unit_remove_slice(Manager *m, const Unit *u) {
        UnitSlot slot = unit_slot(m, u);
        size_t n = 0, was = m->world->n_dependencies;

        for (size_t i = 0; i < was; i++)
                if (m->dependencies[i].from != slot || m->dependencies[i].type != UNIT_IN_SLICE)
                        m->dependencies[n++] = m->dependencies[i];

        memset(m->dependencies + n, 0, (was - n) * sizeof(Dependency));
        m->world->n_dependencies = (uint16_t) n;
}

int unit_set_slice(Manager *m, Unit *u, Unit *slice) {
        const NameId *special = m->catalog->special;
        Unit *old;
        int r;

        if (!unit_type_has_cgroup((UnitType) u->type))
                return -EOPNOTSUPP;
        if (u->type == UNIT_SLICE)
                return -EINVAL;
        if (unit_active_state(m, u) != UNIT_INACTIVE)
                return -EBUSY;
        if (slice->type != UNIT_SLICE)
                return -EINVAL;
        if (unit_has_name(m, u, special[SPECIAL_INIT_SCOPE]) &&
            !unit_has_name(m, slice, special[SPECIAL_ROOT_SLICE]))
                return -EPERM;

        old = unit_get_slice(m, u);
        if (old == slice)
                return 0;
        if (old && (u->flags & UNIT_CGROUP_REALIZED))
                return -EBUSY;
        if (old)
                unit_remove_slice(m, u);

        r = unit_add_dependency(m, u, UNIT_IN_SLICE, slice, /* add_reference= */ true);
        if (r < 0)
                return r;

        /* Paths of cgroups in system.slice are written without it (CGroupPath). */
        u->slice = slice->id == special[SPECIAL_SYSTEM_SLICE] ? ID_NONE : slice->id;
        return 1;
}

int unit_set_default_slice(Manager *m, Unit *u) {
        NameId name = m->catalog->names[u->id].slice;
        Unit *slice;
        int r;

        if (unit_get_slice(m, u))
                return 0;

        /* unit_set_slice() would refuse: a unit that ran on without a file cannot be loaded when it has one again. */
        if (unit_active_state(m, u) != UNIT_INACTIVE)
                return -EBUSY;

        /* system.slice exists in a world only when the scenario mentions it. */
        if (name == ID_NONE)
                return 0;

        r = manager_load_unit(m, name, &slice);
        if (r < 0)
                return r;

        return unit_set_slice(m, u, slice);
}
