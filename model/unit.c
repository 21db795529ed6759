/* SPDX-License-Identifier: MIT */

#include <errno.h>
#include <string.h>

#include "disk.h"
#include "job.h"
#include "kernel.h"
#include "service.h"
#include "tables.h"
#include "unit-types.h"

static int unsupported_load(Manager *m, Unit *u) {
        return unit_load_fragment_and_dropin(m, u, /* fragment_required= */ true);
}

static UnitActiveState unsupported_active_state(const Manager *m, const Unit *u) {
        (void) m;
        (void) u;

        return UNIT_INACTIVE;
}

/* Types that only appear as names in dependencies of services: they can be referred to and never run. */
static const UnitVTable mount_vtable = {
        .track_orphaned = true,
        .can_fail = true,
        .load = unsupported_load,
        .active_state = unsupported_active_state,
};

static const UnitVTable device_vtable = {
        .load = unsupported_load,
        .active_state = unsupported_active_state,
};

static const UnitVTable automount_vtable = {
        .can_fail = true,
        .can_trigger = true,
        .load = unsupported_load,
        .active_state = unsupported_active_state,
};

/* clang-format off */
static const UnitVTable *const vtables[_UNIT_TYPE_MAX] = {
        [UNIT_SERVICE]   = &service_vtable,
        [UNIT_MOUNT]     = &mount_vtable,
        [UNIT_SWAP]      = &mount_vtable,
        [UNIT_SOCKET]    = &socket_vtable,
        [UNIT_TARGET]    = &target_vtable,
        [UNIT_DEVICE]    = &device_vtable,
        [UNIT_AUTOMOUNT] = &automount_vtable,
        [UNIT_TIMER]     = &timer_vtable,
        [UNIT_PATH]      = &path_vtable,
        [UNIT_SLICE]     = &slice_vtable,
        [UNIT_SCOPE]     = &scope_vtable,
};
/* clang-format on */

const UnitVTable *unit_vtable(const Unit *u) {
        return vtables[u->type];
}

bool unit_type_may_alias(UnitType t) {
        return (BIT(t) & (BIT(UNIT_SERVICE) | BIT(UNIT_SOCKET) | BIT(UNIT_TARGET) | BIT(UNIT_DEVICE) |
                          BIT(UNIT_TIMER) | BIT(UNIT_PATH))) != 0;
}

bool unit_type_may_template(UnitType t) {
        return (BIT(t) & (BIT(UNIT_SERVICE) | BIT(UNIT_SOCKET) | BIT(UNIT_TARGET) | BIT(UNIT_TIMER) |
                          BIT(UNIT_PATH))) != 0;
}

bool unit_type_has_cgroup(UnitType t) {
        return (BIT(t) & (BIT(UNIT_SERVICE) | BIT(UNIT_SOCKET) | BIT(UNIT_MOUNT) | BIT(UNIT_SWAP) |
                          BIT(UNIT_SLICE) | BIT(UNIT_SCOPE))) != 0;
}

bool unit_has_name(const Manager *m, const Unit *u, NameId name) {
        return name != ID_NONE && m->names[name] == unit_slot(m, u);
}

Unit *unit_follow_merge(Manager *m, Unit *u) {
        while (u->load_state == UNIT_MERGED)
                u = m->units + u->merged_into;

        return u;
}

/* The slot that a merged unit leaves keeps its forwarding address until the load queue is empty (load.c), so it is
 * not taken before. */
static bool unit_slot_is_free(const Unit *u) {
        return !u->in_use && u->load_state != UNIT_MERGED;
}

/* The slot of its name if possible: that is where world_normalize() would put it. */
static Unit *manager_find_free_slot(Manager *m, NameId name) {
        if (name < m->layout->n_units && unit_slot_is_free(m->units + name))
                return m->units + name;

        for (size_t i = 0; i < m->layout->n_units; i++)
                if (unit_slot_is_free(m->units + i))
                        return m->units + i;

        return NULL;
}

/* unit.c:unit_new, unit.c:unit_init. */
static void unit_init(Manager *m, Unit *u, NameId name) {
        *u = (Unit) {
                .id = name,
                .in_use = 1,
                .type = (uint8_t) m->catalog->names[name].type,
                .load_state = UNIT_STUB,
                .collect_mode = COLLECT_INACTIVE,
                .fragment = ID_NONE,
                .merged_into = UNIT_NONE,
                .on_failure_job_mode = JOB_REPLACE,
                .on_success_job_mode = JOB_FAIL,
                .cgroup = { .name = ID_NONE, .slice = ID_NONE },
                .slice = ID_NONE,
                .start_limit_burst = 5, /* DefaultStartLimitBurst= */
                .trigger = ID_NONE,
                .service = {
                        .pid_file = ID_NONE,
                        .bus_name = ID_NONE,
                        .control_command_id = _SERVICE_EXEC_COMMAND_INVALID,
                },
        };

        if (unit_vtable(u)->init)
                unit_vtable(u)->init(m, u);
}

Unit *unit_new_for_name(Manager *m, NameId name) {
        const CatalogName *n = m->catalog->names + name;
        Unit *u;

        if (n->type == _UNIT_TYPE_INVALID || n->is_template || m->names[name] != UNIT_NONE)
                return NULL;

        u = manager_find_free_slot(m, name);
        if (!u) {
                manager_limit(m);
                return NULL;
        }

        unit_init(m, u, name);
        m->names[name] = unit_slot(m, u);
        return u;
}

/* Names may be templates everywhere below; they mean the instance that the unit is. */
static int unit_instantiate_name(const Manager *m, const Unit *u, NameId name, NameId *ret) {
        const Catalog *c = m->catalog;

        if (c->names[name].is_template) {
                if (c->names[u->id].instance == ID_NONE)
                        return -EINVAL;

                name = unit_name_replace_instance(c, name, c->names[u->id].instance);
                if (name == ID_NONE)
                        return -EINVAL;
        }

        *ret = name;
        return 0;
}

int unit_add_name(Manager *m, Unit *u, NameId name) {
        const CatalogName *n;
        int r;

        r = unit_instantiate_name(m, u, name, &name);
        if (r < 0)
                return r;

        if (unit_has_name(m, u, name))
                return 0;

        if (m->names[name] != UNIT_NONE)
                return -EEXIST;

        n = m->catalog->names + name;
        if (n->type != (UnitType) u->type)
                return -EINVAL;
        if (n->instance != m->catalog->names[u->id].instance)
                return -EINVAL;
        if (!unit_type_may_alias(n->type))
                return -EEXIST;

        m->names[name] = unit_slot(m, u);
        manager_note(m, "unit_add_name", u, "gets the name %s", n->name);
        return 0;
}

int unit_choose_id(Manager *m, Unit *u, NameId name) {
        int r;

        r = unit_instantiate_name(m, u, name, &name);
        if (r < 0)
                return r;

        if (u->id == name)
                return 0;

        if (!unit_has_name(m, u, name))
                return -ENOENT;

        manager_note(m, "unit_choose_id", u, "is %s from now on", m->catalog->names[name].name);
        u->id = name;
        manager_sort_dependencies(m);
        return 0;
}

/* unit.c:unit_merge, the conditions. */
static int unit_can_merge(Manager *m, Unit *u, Unit *other) {
        const CatalogName *names = m->catalog->names;

        if (u->type != other->type)
                return -EINVAL;

        if (!unit_type_may_alias((UnitType) u->type))
                return -EEXIST;

        if (other->load_state != UNIT_STUB && other->load_state != UNIT_NOT_FOUND)
                return -EEXIST;

        if (names[u->id].instance != names[other->id].instance)
                return -EINVAL;

        if (other->job.installed || other->nop_job.installed)
                return -EEXIST;

        if (!UNIT_IS_INACTIVE_OR_FAILED(unit_active_state(m, other)))
                return -EEXIST;

        return 0;
}

/* The real function leaves the swallowed object in the cleanup queue, where nobody can find it any more but by its
 * pointer. Here it goes at once, and its slot says until the end of the loading where it went. Nothing happens in
 * between that could tell whether done() ran now or, for a stub in 262, with the cleanup queue. */
int unit_merge(Manager *m, Unit *u, Unit *other) {
        UnitSlot swallowed;
        int r;

        other = unit_follow_merge(m, other);
        if (other == u)
                return 0;

        r = unit_can_merge(m, u, other);
        if (r < 0)
                return r;

        manager_note(m, "unit_merge", u, "swallows %s", unit_name(m, other));
        unit_merge_dependencies(m, u, other);

        swallowed = unit_slot(m, other);
        for (size_t n = 0; n < m->catalog->n_names; n++)
                if (m->names[n] == swallowed)
                        m->names[n] = unit_slot(m, u);

        unit_free(m, other);
        other->load_state = UNIT_MERGED;
        other->merged_into = unit_slot(m, u);
        return 0;
}

int unit_merge_by_name(Manager *m, Unit *u, NameId name) {
        Unit *other;
        int r;

        r = unit_instantiate_name(m, u, name, &name);
        if (r < 0)
                return r;

        other = manager_get_unit(m, name);
        if (other)
                return unit_merge(m, u, other);

        return unit_add_name(m, u, name);
}

static void unit_free_jobs(Manager *m, Unit *u) {
        if (u->job.installed)
                job_uninstall(m, u, &u->job);
        if (u->nop_job.installed)
                job_uninstall(m, u, &u->nop_job);
}

void unit_free(Manager *m, Unit *u) {
        UnitSlot slot = unit_slot(m, u);

        if (unit_vtable(u)->done)
                unit_vtable(u)->done(m, u);

        for (size_t n = 0; n < m->catalog->n_names; n++)
                if (m->names[n] == slot)
                        m->names[n] = UNIT_NONE;

        unit_free_jobs(m, u);
        unit_clear_dependencies(m, u);
        unit_release_cgroup(m, u);
        unit_unwatch_all_pids(m, u);

        for (UnitQueue q = 0; q < _UNIT_QUEUE_MAX; q++)
                manager_queue_remove(m, q, u);

        if (m->layout->n_commands > 0)
                memset(unit_commands(m, u), 0, m->layout->n_commands * sizeof(UnitCommand));
        *u = (Unit) {};
}

UnitActiveState unit_active_state(const Manager *m, const Unit *u) {
        while (u->load_state == UNIT_MERGED)
                u = m->units + u->merged_into;

        return unit_vtable(u)->active_state(m, u);
}

void unit_set_simple_state(Manager *m, Unit *u, uint8_t state, const UnitActiveState *translation,
                           const char *function) {
        uint8_t old_state = u->state;

        u->state = state;

        if (state != old_state)
                manager_note(m, function, u, "changed %s -> %s",
                             unit_sub_state_to_string((UnitType) u->type, old_state),
                             unit_sub_state_to_string((UnitType) u->type, state));

        unit_notify(m, u, translation[old_state], translation[state], /* reload_success= */ true);
}

void unit_coldplug(Manager *m, Unit *u) {
        if (u->flags & UNIT_COLDPLUGGED)
                return;
        u->flags |= UNIT_COLDPLUGGED;

        if (unit_vtable(u)->coldplug)
                (void) unit_vtable(u)->coldplug(m, u);
        if (MANAGER_CRASHED(m))
                return;

        if (u->job.installed)
                job_coldplug(m, u, &u->job);
        if (u->nop_job.installed)
                job_coldplug(m, u, &u->nop_job);
}

/* unit.c:unit_catchup, cgroup.c:unit_check_cgroup_events: what cgroup.events says now, since its inotify watch was
 * gone for a while. */
void unit_catchup(Manager *m, Unit *u) {
        int r;

        /* The flag guards against recursion while units are coldplugged, which is over now. */
        u->flags &= (uint16_t) ~UNIT_COLDPLUGGED;

        if (!unit_type_has_cgroup((UnitType) u->type))
                return;

        r = unit_check_cgroup_events(m, u);
        if (r > 0)
                unit_add_to_cgroup_empty_queue(m, u);
        else if (r == 0)
                manager_queue_remove(m, QUEUE_CGROUP_EMPTY, u);
}

UnitCommand *unit_commands(Manager *m, const Unit *u) {
        return m->commands + unit_slot(m, u) * m->layout->n_commands;
}

static int unit_command_from(Manager *m, const Unit *u, int index, uint8_t id) {
        const UnitCommand *commands = unit_commands(m, u);

        for (; index < u->n_commands; index++)
                if (commands[index].id == id)
                        return index;

        return -1;
}

int unit_command_first(Manager *m, const Unit *u, ServiceExecCommand id) {
        return unit_command_from(m, u, 0, (uint8_t) id);
}

int unit_command_next(Manager *m, const Unit *u, int index) {
        return unit_command_from(m, u, index + 1, unit_commands(m, u)[index].id);
}
