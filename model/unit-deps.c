/* SPDX-License-Identifier: MIT */

/* The dependency graph. Each edge is stored once and read from both ends; the array stays sorted by the ids of its
 * units, so that no iteration can tell in which order the units were loaded. */

#include <errno.h>
#include <string.h>

#include "disk.h"
#include "tables.h"
#include "unit-types.h"

/* Of each pair of inverse types the one with the smaller value is stored. */
static bool unit_dependency_forward(UnitDependency d) {
        return d <= unit_dependency_inverse(d);
}

static int dependency_compare(const Manager *m, const Dependency *a, const Dependency *b) {
        if (a->from != b->from)
                return m->units[a->from].id < m->units[b->from].id ? -1 : 1;
        if (a->type != b->type)
                return a->type < b->type ? -1 : 1;
        if (a->to != b->to)
                return m->units[a->to].id < m->units[b->to].id ? -1 : 1;

        return 0;
}

/* JoinsNamespaceOf= is its own inverse: its edge starts at the smaller id. */
static void dependency_turn(const Manager *m, Dependency *d) {
        UnitSlot from = d->from;

        if (unit_dependency_inverse((UnitDependency) d->type) != (UnitDependency) d->type)
                return;
        if (m->units[d->from].id < m->units[d->to].id)
                return;

        d->from = d->to;
        d->to = from;
        d->flags = (uint8_t) (((d->flags & DEPENDENCY_FROM_REFERENCES) ? DEPENDENCY_TO_REFERENCES : 0) |
                              ((d->flags & DEPENDENCY_TO_REFERENCES) ? DEPENDENCY_FROM_REFERENCES : 0));
}

/* Returns 1 when the graph has changed. */
static int manager_insert_dependency(Manager *m, const Dependency *d) {
        Dependency *array = m->dependencies;
        size_t i, n = m->world->n_dependencies;

        for (i = 0; i < n; i++) {
                int c = dependency_compare(m, array + i, d);

                if (c == 0) {
                        uint8_t flags = array[i].flags;

                        array[i].flags |= d->flags;
                        return array[i].flags != flags;
                }
                if (c > 0)
                        break;
        }

        if (n >= m->layout->n_dependencies) {
                manager_limit(m);
                return 0;
        }

        memmove(array + i + 1, array + i, (n - i) * sizeof(Dependency));
        array[i] = *d;
        m->world->n_dependencies++;
        return 1;
}

/* Sorts all edges anew and joins those that have become equal. Few edges move, so insertion is quick. */
void manager_sort_dependencies(Manager *m) {
        size_t n = m->world->n_dependencies;

        m->world->n_dependencies = 0;
        for (size_t i = 0; i < n; i++) {
                Dependency d = m->dependencies[i];

                dependency_turn(m, &d);
                (void) manager_insert_dependency(m, &d);
        }

        memset(m->dependencies + m->world->n_dependencies, 0,
               (n - m->world->n_dependencies) * sizeof(Dependency));
}

/* unit.c:unit_add_dependency, what is refused (negative) and what is silently left out (0). */
static int unit_may_add_dependency(const Unit *u, UnitDependency d, const Unit *other) {
        if (u == other)
                return 0;

        switch (d) {
        case UNIT_BEFORE:
                return other->type != UNIT_DEVICE;

        case UNIT_ON_FAILURE:
                return unit_vtable(u)->can_fail;

        case UNIT_TRIGGERS:
                return unit_vtable(u)->can_trigger ? 1 : -EINVAL;

        case UNIT_TRIGGERED_BY:
                return unit_vtable(other)->can_trigger ? 1 : -EINVAL;

        case UNIT_IN_SLICE:
                return other->type == UNIT_SLICE && unit_type_has_cgroup((UnitType) u->type) ? 1 : -EINVAL;

        case UNIT_SLICE_OF:
                return u->type == UNIT_SLICE && unit_type_has_cgroup((UnitType) other->type) ? 1 : -EINVAL;

        default:
                return 1;
        }
}

int unit_add_dependency(Manager *m, Unit *u, UnitDependency d, Unit *other, bool add_reference) {
        Dependency edge;
        bool forward;
        int r;

        u = unit_follow_merge(m, u);
        other = unit_follow_merge(m, other);

        r = unit_may_add_dependency(u, d, other);
        if (r <= 0)
                return r;

        forward = unit_dependency_forward(d);
        edge = (Dependency) {
                .from = unit_slot(m, forward ? u : other),
                .to = unit_slot(m, forward ? other : u),
                .type = (uint8_t) (forward ? d : unit_dependency_inverse(d)),
        };
        if (add_reference)
                edge.flags |= forward ? DEPENDENCY_FROM_REFERENCES : DEPENDENCY_TO_REFERENCES;
        if (edge.type == UNIT_REFERENCES)
                edge.flags |= DEPENDENCY_FROM_REFERENCES;

        dependency_turn(m, &edge);
        return manager_insert_dependency(m, &edge);
}

int unit_add_two_dependencies(Manager *m, Unit *u, UnitDependency d, UnitDependency e, Unit *other,
                              bool add_reference) {
        int r, s;

        r = unit_add_dependency(m, u, d, other, add_reference);
        if (r < 0)
                return r;

        s = unit_add_dependency(m, u, e, other, add_reference);
        if (s < 0)
                return s;

        return r > 0 || s > 0;
}

/* unit.c:resolve_template: a template in a dependency takes the instance of the unit, or else its prefix. */
static int unit_resolve_template(const Manager *m, const Unit *u, NameId name, NameId *ret) {
        const CatalogName *names = m->catalog->names;

        if (names[name].is_template) {
                TextId instance = names[u->id].instance;

                if (instance == ID_NONE)
                        instance = names[u->id].stem;

                name = unit_name_replace_instance(m->catalog, name, instance);
                if (name == ID_NONE)
                        return -EINVAL;
        }

        *ret = name;
        return 0;
}

static int unit_load_other(Manager *m, Unit *u, NameId name, Unit **ret) {
        int r;

        r = unit_resolve_template(m, u, name, &name);
        if (r < 0)
                return r;

        return manager_load_unit(m, name, ret);
}

int unit_add_dependency_by_name(Manager *m, Unit *u, UnitDependency d, NameId name, bool add_reference) {
        Unit *other;
        int r;

        r = unit_load_other(m, u, name, &other);
        if (r < 0)
                return r;

        return unit_add_dependency(m, u, d, other, add_reference);
}

int unit_add_two_dependencies_by_name(Manager *m, Unit *u, UnitDependency d, UnitDependency e, NameId name,
                                      bool add_reference) {
        Unit *other;
        int r;

        r = unit_load_other(m, u, name, &other);
        if (r < 0)
                return r;

        return unit_add_two_dependencies(m, u, d, e, other, add_reference);
}

int unit_add_default_target_dependency(Manager *m, Unit *u, Unit *target) {
        if (target->type != UNIT_TARGET)
                return 0;

        /* The test for loops below only means something once both are complete. */
        if (u->load_state != UNIT_LOADED || target->load_state != UNIT_LOADED)
                return 0;

        if ((u->config & CONFIG_NO_DEFAULT_DEPENDENCIES) || (target->config & CONFIG_NO_DEFAULT_DEPENDENCIES))
                return 0;

        if (unit_has_dependency(m, target, BIT(UNIT_BEFORE), u))
                return 0;

        return unit_add_dependency(m, target, UNIT_AFTER, u, /* add_reference= */ true);
}

static uint64_t dependency_types_from(const Dependency *d) {
        return BIT(d->type) | ((d->flags & DEPENDENCY_FROM_REFERENCES) ? BIT(UNIT_REFERENCES) : 0) |
               ((d->flags & DEPENDENCY_TO_REFERENCES) ? BIT(UNIT_REFERENCED_BY) : 0);
}

static uint64_t dependency_types_to(const Dependency *d) {
        return BIT(unit_dependency_inverse((UnitDependency) d->type)) |
               ((d->flags & DEPENDENCY_FROM_REFERENCES) ? BIT(UNIT_REFERENCED_BY) : 0) |
               ((d->flags & DEPENDENCY_TO_REFERENCES) ? BIT(UNIT_REFERENCES) : 0);
}

Unit *unit_next_dependency(Manager *m, const Unit *u, DependencyIterator *i) {
        UnitSlot slot = unit_slot(m, u);

        while (i->next < m->world->n_dependencies) {
                const Dependency *d = m->dependencies + i->next++;

                if (d->from == slot && (dependency_types_from(d) & i->types))
                        return m->units + d->to;
                if (d->to == slot && (dependency_types_to(d) & i->types))
                        return m->units + d->from;
        }

        return NULL;
}

bool unit_has_dependency(Manager *m, const Unit *u, uint64_t types, const Unit *other) {
        DependencyIterator i = { .types = types };
        Unit *found;

        while ((found = unit_next_dependency(m, u, &i)))
                if (!other || found == other)
                        return true;

        return false;
}

Unit *unit_get_slice(Manager *m, const Unit *u) {
        DependencyIterator i = { .types = BIT(UNIT_IN_SLICE) };

        return unit_next_dependency(m, u, &i);
}

Unit *unit_get_trigger(Manager *m, const Unit *u) {
        DependencyIterator i = { .types = BIT(UNIT_TRIGGERS) };

        return unit_next_dependency(m, u, &i);
}

/* Drops the edges for which both ends are the same unit, keeping the order of the others. */
static void manager_drop_self_dependencies(Manager *m) {
        size_t n = 0;

        for (size_t i = 0; i < m->world->n_dependencies; i++)
                if (m->dependencies[i].from != m->dependencies[i].to)
                        m->dependencies[n++] = m->dependencies[i];

        memset(m->dependencies + n, 0, (m->world->n_dependencies - n) * sizeof(Dependency));
        m->world->n_dependencies = (uint16_t) n;
}

void unit_merge_dependencies(Manager *m, Unit *u, Unit *other) {
        UnitSlot kept = unit_slot(m, u), swallowed = unit_slot(m, other);

        for (size_t i = 0; i < m->world->n_dependencies; i++) {
                Dependency *d = m->dependencies + i;

                if (d->from == swallowed)
                        d->from = kept;
                if (d->to == swallowed)
                        d->to = kept;
        }

        manager_drop_self_dependencies(m);
        manager_sort_dependencies(m);
}

/* What loses a reference may be collected now. */
void unit_clear_dependencies(Manager *m, Unit *u) {
        UnitSlot slot = unit_slot(m, u);
        bool *touched = g_newa(bool, m->layout->n_units);

        memset(touched, 0, m->layout->n_units * sizeof(bool));

        for (size_t i = 0; i < m->world->n_dependencies; i++) {
                Dependency *d = m->dependencies + i;

                if (d->from == slot)
                        touched[d->to] = true;
                else if (d->to == slot)
                        touched[d->from] = true;
                else
                        continue;

                d->from = d->to;
        }

        manager_drop_self_dependencies(m);

        for (size_t i = 0; i < m->layout->n_units; i++)
                if (touched[i])
                        unit_add_to_gc_queue(m, m->units + i);
}
