/* SPDX-License-Identifier: MIT */

#include <errno.h>

#include "unit-types.h"

/* manager.c:manager_unit_cache_should_retry_load: only what was not found is ever read again without a reload. */
static bool manager_unit_cache_should_retry_load(const Unit *u) {
        return u->load_state == UNIT_NOT_FOUND && (u->flags & UNIT_NOT_FOUND_STALE);
}

void unit_add_to_load_queue(Manager *m, Unit *u) {
        if (u->load_state == UNIT_STUB)
                manager_queue_add(m, QUEUE_LOAD, u);
}

int manager_load_unit_prepare(Manager *m, NameId name, Unit **ret) {
        const CatalogName *n;
        Unit *u;

        if (name == ID_NONE)
                return -EINVAL;

        n = m->catalog->names + name;
        if (n->type == _UNIT_TYPE_INVALID || n->is_template)
                return -EINVAL;

        u = manager_get_unit(m, name);
        if (u) {
                if (!manager_unit_cache_should_retry_load(u)) {
                        *ret = u;
                        return 0;
                }

                u->load_state = UNIT_STUB;
        } else {
                u = unit_new_for_name(m, name);
                if (!u)
                        return -ENOMEM;
        }

        unit_add_to_load_queue(m, u);
        unit_add_to_gc_queue(m, u);

        *ret = u;
        return 1;
}

int manager_load_unit(Manager *m, NameId name, Unit **ret) {
        Unit *u;
        int r;

        r = manager_load_unit_prepare(m, name, &u);
        if (r < 0)
                return r;
        if (r > 0) {
                manager_dispatch_load_queue(m);

                /* Wherever the unit was merged into, its name went along. */
                u = manager_get_unit(m, name);
        }

        *ret = u;
        return 0;
}

/* Nobody holds a merged unit by its pointer once all loading is done. */
static void manager_forget_merged(Manager *m) {
        for (size_t i = 0; i < m->layout->n_units; i++)
                if (!m->units[i].in_use && m->units[i].load_state == UNIT_MERGED)
                        m->units[i] = (Unit) {};
}

unsigned manager_dispatch_load_queue(Manager *m) {
        unsigned n = 0;
        Unit *u;

        /* A load inside of a load only queues. */
        if (m->world->flags & WORLD_DISPATCHING_LOAD_QUEUE)
                return 0;
        m->world->flags |= WORLD_DISPATCHING_LOAD_QUEUE;

        while ((u = manager_queue_pop(m, QUEUE_LOAD))) {
                (void) unit_load(m, u);
                n++;
        }

        manager_forget_merged(m);
        m->world->flags &= (uint16_t) ~WORLD_DISPATCHING_LOAD_QUEUE;

        (void) manager_dispatch_target_deps_queue(m);
        return n;
}

static int unit_add_slice_dependencies(Manager *m, Unit *u) {
        NameId root;
        Unit *slice;

        if (!unit_type_has_cgroup((UnitType) u->type))
                return 0;

        slice = unit_get_slice(m, u);
        if (slice)
                return unit_add_two_dependencies(m, u, UNIT_AFTER, UNIT_REQUIRES, slice,
                                                 /* add_reference= */ true);

        /* The root slice itself exists in a world only when the scenario mentions it. */
        root = m->catalog->special[SPECIAL_ROOT_SLICE];
        if (root == ID_NONE || unit_has_name(m, u, root))
                return 0;

        return unit_add_two_dependencies_by_name(m, u, UNIT_AFTER, UNIT_REQUIRES, root,
                                                 /* add_reference= */ true);
}

/* unit.c:unit_validate_on_termination_job_modes: isolating is for one unit only. */
static int unit_validate_on_termination_job_modes(Manager *m, const Unit *u) {
        const struct {
                uint8_t mode;
                UnitDependency type;
        } settings[] = {
                { u->on_success_job_mode, UNIT_ON_SUCCESS },
                { u->on_failure_job_mode, UNIT_ON_FAILURE },
        };

        for (size_t i = 0; i < G_N_ELEMENTS(settings); i++) {
                DependencyIterator it = { .types = BIT(settings[i].type) };
                Unit *other, *found = NULL;

                if (settings[i].mode != JOB_ISOLATE)
                        continue;

                while ((other = unit_next_dependency(m, u, &it))) {
                        if (found && found != other)
                                return -ENOEXEC;
                        found = other;
                }
        }

        return 0;
}

static int unit_finish_load(Manager *m, Unit *u) {
        int r;

        if (u->load_state != UNIT_LOADED)
                return 0;

        manager_queue_add(m, QUEUE_TARGET_DEPS, u);

        r = unit_add_slice_dependencies(m, u);
        if (r < 0)
                return r;

        return unit_validate_on_termination_job_modes(m, u);
}

static void unit_load_failed(Manager *m, Unit *u, int error) {
        u->load_state = u->load_state == UNIT_STUB ? UNIT_NOT_FOUND
                        : error == -ENOEXEC        ? UNIT_BAD_SETTING
                                                   : UNIT_ERROR;

        manager_note(m, "unit_load", u, "%s",
                     u->load_state == UNIT_NOT_FOUND     ? "was not found"
                     : u->load_state == UNIT_BAD_SETTING ? "has a bad setting"
                                                         : "failed to load");
}

/* unit.c:unit_load. The unit may be part of another one afterwards (unit_merge()), with which everything is done. */
int unit_load(Manager *m, Unit *u) {
        int r;

        manager_queue_remove(m, QUEUE_LOAD, u);

        if (u->load_state != UNIT_STUB)
                return 0;

        /* What is looked at now is the present state of the disk. */
        u->flags &= (uint16_t) ~UNIT_NOT_FOUND_STALE;

        r = unit_vtable(u)->load(m, u);
        if (u->load_state == UNIT_MERGED)
                return r;
        if (r >= 0)
                r = unit_finish_load(m, u);
        if (r < 0)
                unit_load_failed(m, u, r);

        unit_add_to_gc_queue(m, u);
        return r;
}
