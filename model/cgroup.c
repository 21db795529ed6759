/* SPDX-License-Identifier: MIT */

/* core/cgroup.c: which cgroup a unit has, and what PID 1 hears of it. */

#include <errno.h>

#include "kernel.h"
#include "unit-types.h"

/* cgroup.c:unit_default_cgroup_path, 252-262. A unit without a file is in no slice and gets no path here: it
 * is not started. */
CGroupPath unit_default_cgroup_path(const Manager *m, const Unit *u) {
        CGroupPath path = { .name = ID_NONE, .slice = ID_NONE };
        UnitSlot slot = unit_slot(m, u);
        NameId slice = u->slice;

        if (u->type == UNIT_SLICE) {
                if (g_strcmp0(unit_name(m, u), "-.slice") != 0)
                        path.name = u->id;
                return path;
        }

        if (u->load_state != UNIT_LOADED)
                return path;

        for (size_t i = 0; i < m->world->n_dependencies; i++)
                if (m->dependencies[i].type == UNIT_IN_SLICE && m->dependencies[i].from == slot)
                        slice = m->units[m->dependencies[i].to].id;

        path.name = u->id;
        if (slice != ID_NONE && g_strcmp0(catalog_name_str(m->catalog, slice), "system.slice") != 0)
                path.slice = slice;
        return path;
}

static bool manager_has_cgroup(const Manager *m, CGroupPath path) {
        for (size_t i = 0; i < m->layout->n_units; i++)
                if (m->units[i].in_use && cgroup_path_equal(m->units[i].cgroup, path))
                        return true;

        return false;
}

/* cgroup.c:unit_release_cgroup, 252-262, without dropping the CGroupRuntime. The cgroup stays; nobody
 * watches it. */
void unit_release_cgroup(Manager *m, Unit *u) {
        (void) m;

        u->cgroup = (CGroupPath) { .name = ID_NONE, .slice = ID_NONE };
        u->flags &= (uint16_t) ~(UNIT_CGROUP_WATCHED | UNIT_CGROUP_EVENT);
}

/* cgroup.c:unit_set_cgroup_path. Up to 255 a path that another unit has leaves the old one; later the old
 * one, and all else that is known about the cgroup, is gone by then. */
int unit_set_cgroup_path(Manager *m, Unit *u, CGroupPath path) {
        if (m->profile->cgroup_path_release_first) {
                if ((u->flags & UNIT_HAS_CGROUP_RUNTIME) && cgroup_path_equal(u->cgroup, path))
                        return 0;

                unit_release_cgroup(m, u);
                u->flags &= (uint16_t) ~UNIT_CGROUP_REALIZED;
                u->flags |= UNIT_HAS_CGROUP_RUNTIME;
        } else if (cgroup_path_equal(u->cgroup, path))
                return 0;

        if (cgroup_path_is_set(path) && manager_has_cgroup(m, path))
                return -EEXIST;

        unit_release_cgroup(m, u);
        u->cgroup = path;
        return 1;
}

/* cgroup.c:unit_realize_cgroup, unit_realize_cgroup_now, unit_update_cgroup, 252-262. Doing it again changes
 * nothing, so it does not matter what was realized. */
void unit_realize_cgroup(Manager *m, Unit *u) {
        if (!unit_type_has_cgroup((UnitType) u->type))
                return;

        manager_queue_remove(m, QUEUE_CGROUP_REALIZE, u);

        if (m->profile->cgroup_runtime)
                u->flags |= UNIT_HAS_CGROUP_RUNTIME;

        if (!cgroup_path_is_set(u->cgroup)) {
                CGroupPath path = unit_default_cgroup_path(m, u);

                if (!cgroup_path_is_set(path))
                        return;

                if (unit_set_cgroup_path(m, u, path) < 0) {
                        manager_note(m, __func__, u, "cannot have its default cgroup, another unit has it");
                        return;
                }
        }

        u->flags |= UNIT_CGROUP_WATCHED | UNIT_CGROUP_REALIZED;
}

int unit_cgroup_is_empty(const Manager *m, const Unit *u) {
        if (!cgroup_path_is_set(u->cgroup))
                return -ENXIO;

        return !kernel_cgroup_populated(m, u->cgroup);
}

/* unit.c:unit_warn_leftover_processes, 252-262: are there processes? To find out, a unit without a cgroup path
 * takes the default one, unless another unit has it; 262 only looks there. */
bool unit_warn_leftover_processes(Manager *m, Unit *u) {
        CGroupPath path = unit_default_cgroup_path(m, u);

        if (cgroup_path_is_set(u->cgroup))
                return kernel_cgroup_populated(m, u->cgroup);

        if (m->profile->leftovers_by_default_path)
                return kernel_cgroup_populated(m, path);

        return unit_set_cgroup_path(m, u, path) >= 0 && kernel_cgroup_populated(m, path);
}

/* A socket has a path (unit_warn_leftover_processes()) but nothing runs in it, so there is no cgroup with events. */
int unit_check_cgroup_events(const Manager *m, const Unit *u) {
        return u->type == UNIT_SOCKET ? -ENOENT : unit_cgroup_is_empty(m, u);
}

/* cgroup.c:unit_prune_cgroup, 252-262. rmdir(2) does not mind zombies, so what is empty can always be
 * removed. */
void unit_prune_cgroup(Manager *m, Unit *u) {
        if (unit_cgroup_is_empty(m, u) <= 0)
                return;

        unit_release_cgroup(m, u);
        u->flags &= (uint16_t) ~UNIT_CGROUP_REALIZED;
}

/* cgroup.c:unit_add_to_cgroup_empty_queue; up to 257 it looks again whether the cgroup is empty, as all
 * callers have just done. */
void unit_add_to_cgroup_empty_queue(Manager *m, Unit *u) {
        manager_queue_add(m, QUEUE_CGROUP_EMPTY, u);
}

/* cgroup.c:on_cgroup_inotify_event, unit_check_cgroup_events, 252-262: all that is pending. Several changes
 * are one event, and what counts is how things are now. */
void manager_dispatch_cgroup_inotify(Manager *m) {
        for (size_t i = 0; i < m->layout->n_units; i++) {
                Unit *u = m->units + i;

                if ((u->flags & UNIT_CGROUP_EVENT) == 0)
                        continue;

                u->flags &= (uint16_t) ~UNIT_CGROUP_EVENT;

                if (unit_cgroup_is_empty(m, u) > 0)
                        unit_add_to_cgroup_empty_queue(m, u);
                else
                        manager_queue_remove(m, QUEUE_CGROUP_EMPTY, u);
        }
}

/* cgroup.c:on_cgroup_empty_event, 252-262: one unit */
void manager_dispatch_cgroup_empty(Manager *m) {
        Unit *u = manager_queue_pop(m, QUEUE_CGROUP_EMPTY);

        if (!u)
                return;

        manager_note(m, "on_cgroup_empty_event", u, "its cgroup is empty");

        unit_add_to_gc_queue(m, u);

        if (m->profile->core_prunes_inactive && UNIT_IS_INACTIVE_OR_FAILED(unit_active_state(m, u)))
                unit_prune_cgroup(m, u);
        else if (unit_vtable(u)->notify_cgroup_empty)
                unit_vtable(u)->notify_cgroup_empty(m, u);
}
