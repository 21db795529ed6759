/* SPDX-License-Identifier: MIT */

/* Puts what unit files say into units: core/load-fragment.c. */

#include <errno.h>
#include <string.h>

#include "load-fragment.h"
#include "load-types.h"

static bool profile_meets(const Profile *p, AssignmentNeeds needs) {
        switch (needs) {
        case NEEDS_254:
                return p->knows_254_settings;

        case NEEDS_257:
                return p->knows_257_settings;

        case NEEDS_262:
                return p->knows_262_settings;

        default:
                return true;
        }
}

static uint8_t *unit_field(Unit *u, size_t offset) {
        return (uint8_t *) u + offset;
}

/* Keeps it sorted and each number once. The set of a unit file that names more than fit is cut off. */
static void status_set_add(Manager *m, ExitStatusSet *s, const Assignment *a) {
        bool is_code = a->kind == ASSIGN_STATUS_CODE;
        unsigned v = a->value + (is_code ? 1U : 0U);
        uint8_t *n = s->set + (is_code ? 0 : 1);
        size_t max = is_code ? G_N_ELEMENTS(s->codes) : G_N_ELEMENTS(s->signals), i = 0;

        while (i < *n && (is_code ? s->codes[i] : s->signals[i]) < v)
                i++;
        if (i < *n && (is_code ? s->codes[i] : s->signals[i]) == v)
                return;

        if (*n >= max) {
                manager_limit(m);
                return;
        }

        if (is_code) {
                memmove(s->codes + i + 1, s->codes + i, (*n - i) * sizeof(s->codes[0]));
                s->codes[i] = (uint16_t) v;
        } else {
                memmove(s->signals + i + 1, s->signals + i, (*n - i) * sizeof(s->signals[0]));
                s->signals[i] = (uint8_t) v;
        }
        (*n)++;
}

static void unit_clear_commands(Manager *m, Unit *u, uint8_t id) {
        UnitCommand *commands = unit_commands(m, u);
        uint8_t n = 0;

        for (uint8_t i = 0; i < u->n_commands; i++)
                if (commands[i].id != id)
                        commands[n++] = commands[i];

        memset(commands + n, 0, (size_t) (u->n_commands - n) * sizeof(UnitCommand));
        u->n_commands = n;
}

static void unit_append_command(Manager *m, Unit *u, const Assignment *a) {
        if (u->n_commands >= m->layout->n_commands || u->n_commands == UINT8_MAX) {
                manager_limit(m);
                return;
        }

        unit_commands(m, u)[u->n_commands++] = (UnitCommand) { .command = a->value, .id = (uint8_t) a->where };
}

/* config_parse_unit_slice(), config_parse_socket_service(): the other unit is loaded at once. */
static void unit_assign_slice(Manager *m, Unit *u, NameId name) {
        Unit *slice;

        if (manager_load_unit(m, name, &slice) >= 0)
                (void) unit_set_slice(m, u, slice);
}

static void unit_assign_socket_service(Manager *m, Unit *u, NameId name) {
        Unit *service;

        if (manager_load_unit(m, name, &service) >= 0)
                u->trigger = name;
}

/* config_parse_trigger_unit() */
static void unit_assign_trigger(Manager *m, Unit *u, NameId name) {
        if (unit_get_trigger(m, u) || unit_has_name(m, u, name))
                return;

        if (unit_add_two_dependencies_by_name(m, u, UNIT_BEFORE, UNIT_TRIGGERS, name,
                                              /* add_reference= */ true) >= 0)
                u->trigger = name;
}

/* config_parse_service_sockets() */
static void unit_assign_socket(Manager *m, Unit *u, NameId name) {
        (void) unit_add_two_dependencies_by_name(m, u, UNIT_WANTS, UNIT_AFTER, name, /* add_reference= */ true);
        (void) unit_add_dependency_by_name(m, u, UNIT_TRIGGERED_BY, name, /* add_reference= */ true);
}

static void unit_assign_flag(Unit *u, const Assignment *a) {
        if (a->kind == ASSIGN_UNIT_FLAG) {
                if (a->value)
                        u->config |= (uint8_t) a->where;
                else
                        u->config &= (uint8_t) ~a->where;
        } else if (a->value)
                u->service.config |= a->where;
        else
                u->service.config &= (uint16_t) ~a->where;
}

static int fragment_assign(Manager *m, Unit *u, const Assignment *a) {
        uint8_t *field = unit_field(u, a->where);

        switch ((AssignmentKind) a->kind) {
        case ASSIGN_DEPENDENCY:
                (void) unit_add_dependency_by_name(m, u, (UnitDependency) a->where, a->value,
                                                   /* add_reference= */ true);
                break;

        case ASSIGN_UNIT_FLAG:
        case ASSIGN_SERVICE_FLAG:
                unit_assign_flag(u, a);
                break;

        case ASSIGN_BYTE:
                *field = (uint8_t) a->value;
                break;

        case ASSIGN_ID:
                memcpy(field, &a->value, sizeof(a->value));
                break;

        case ASSIGN_STATUS_CLEAR:
                memset(field, 0, sizeof(ExitStatusSet));
                break;

        case ASSIGN_STATUS_CODE:
        case ASSIGN_STATUS_SIGNAL:
                status_set_add(m, (ExitStatusSet *) (void *) field, a);
                break;

        case ASSIGN_COMMANDS_CLEAR:
                unit_clear_commands(m, u, (uint8_t) a->where);
                break;

        case ASSIGN_COMMAND:
                unit_append_command(m, u, a);
                break;

        case ASSIGN_SLICE:
                unit_assign_slice(m, u, a->value);
                break;

        case ASSIGN_TRIGGER:
                unit_assign_trigger(m, u, a->value);
                break;

        case ASSIGN_SOCKET_SERVICE:
                unit_assign_socket_service(m, u, a->value);
                break;

        case ASSIGN_LISTEN_CLEAR:
                memset(u->service.n_listen, 0, sizeof(u->service.n_listen));
                break;

        case ASSIGN_LISTEN:
                if (u->service.n_listen[a->where] < UINT8_MAX)
                        u->service.n_listen[a->where]++;
                break;

        case ASSIGN_SOCKET:
                unit_assign_socket(m, u, a->value);
                break;

        case ASSIGN_ERROR:
                return -a->value;
        }

        return 0;
}

int fragment_apply(Manager *m, Unit *u, ContentId content, NameId as) {
        const Catalog *c = m->catalog;
        const Fragment *f = c->fragments[(size_t) content * c->n_names + as];

        /* The catalog was made without knowing that this could happen. */
        if (!f) {
                manager_limit(m);
                return 0;
        }

        for (size_t i = 0; i < f->n_assignments; i++) {
                const Assignment *a = f->assignments + i;
                int r;

                if (profile_meets(m->profile, (AssignmentNeeds) a->needs))
                        r = fragment_assign(m, u, a);
                else
                        r = -a->otherwise;
                if (r < 0)
                        return r;
        }

        return 0;
}

/* A name that cannot be joined with a unit that is loaded itself: another unit has it and would not let go of it
 * (unit.c:unit_merge). */
static bool name_is_taken(Manager *m, const Unit *u, NameId name) {
        const Unit *other = manager_get_unit(m, name);

        if (!other || other == u)
                return false;

        return (other->load_state != UNIT_STUB && other->load_state != UNIT_NOT_FOUND) || other->job.installed ||
               other->nop_job.installed || !UNIT_IS_INACTIVE_OR_FAILED(unit_active_state(m, other));
}

/* The set of names has an order of its own, which only shows when one of them is taken: what comes later is not joined
 * any more. Nothing tells that order, so it is part of the schedule. */
static bool name_comes_first(Manager *m, NameId name, NameId taken) {
        const Choice choice = {
                .kind = CHOICE_SCHEDULE,
                .n = 2,
                .a = name,
                .b = taken,
                .where = "merge_by_names",
        };

        m->alternatives++;
        return m->chooser->choose(m->chooser, m, &choice) == 0;
}

/* Joins one name with *u, which becomes the unit that has both. Returns 1 when that is another one. */
static int merge_name(Manager *m, Unit **u, NameId name, NameId id) {
        Unit *other;
        int r;

        r = unit_merge_by_name(m, *u, name);
        if (r >= 0) {
                if (name == id)
                        (void) unit_choose_id(m, *u, id);
                return 0;
        }

        /* Then perhaps the other way round. */
        other = manager_get_unit(m, name);
        if (!other)
                return r;

        r = unit_merge(m, other, *u);
        if (r < 0)
                return r;

        *u = other;
        return 1;
}

static int merge_by_names(Manager *m, Unit *u, const NameId *names, size_t n_names, NameId id) {
        NameId taken = ID_NONE;
        int r;

        for (size_t i = 0; i < n_names && taken == ID_NONE; i++)
                if (name_is_taken(m, u, names[i]))
                        taken = names[i];

        for (size_t i = 0; i < n_names; i++) {
                if (taken != ID_NONE && names[i] != u->id &&
                    (name_is_taken(m, u, names[i]) || !name_comes_first(m, names[i], taken)))
                        continue;

                r = merge_name(m, &u, names[i], id);
                if (r < 0)
                        return r;
                if (r > 0)
                        id = ID_NONE; /* the other one keeps its id */
        }

        return taken == ID_NONE ? 0 : merge_name(m, &u, taken, id);
}

/* The file is there: is it a mask, or what does it say? */
static int unit_read_fragment(Manager *m, Unit *u, PathId fragment) {
        ContentId content;
        int r;

        r = disk_read(m, fragment, &content);
        if (r < 0)
                return r;

        u->fragment = fragment;

        if (r == 0) {
                u->load_state = (u->flags & UNIT_PERPETUAL) ? UNIT_LOADED : UNIT_MASKED;
                return 0;
        }

        u->load_state = UNIT_LOADED;
        return fragment_apply(m, u, content, u->id);
}

int unit_load_fragment(Manager *m, Unit *u) {
        const Catalog *c = m->catalog;
        NameId *names = g_newa(NameId, c->n_names), id = u->id;
        PathId fragment = ID_NONE;
        size_t n_names = 0;
        int r;

        /* init.scope is the only transient unit here. */
        if (u->id == c->special[SPECIAL_INIT_SCOPE]) {
                u->load_state = UNIT_LOADED;
                return 0;
        }

        r = unit_file_find_fragment(m, u->id, &fragment, &id, names, &n_names);
        if (r < 0 && r != -ENOENT)
                return r;

        if (fragment != ID_NONE)
                r = unit_read_fragment(m, u, fragment);
        else {
                ContentId base = c->names[u->id].base;

                /* PID 1's own unit files are on every disk, below all those of a scenario. */
                id = u->id;
                r = 0;
                if (base != ID_NONE) {
                        u->load_state = UNIT_LOADED;
                        r = fragment_apply(m, u, base, u->id);
                }
        }
        if (r < 0)
                return r;

        return merge_by_names(m, u, names, n_names, id);
}

int unit_load_fragment_and_dropin(Manager *m, Unit *u, bool fragment_required) {
        int r;

        r = unit_load_fragment(m, u);
        if (r < 0)
                return r;

        if (u->load_state == UNIT_MASKED && m->profile->masked_shortcut)
                return 0;

        if (u->load_state == UNIT_STUB) {
                if (fragment_required)
                        return -ENOENT;

                u->load_state = UNIT_LOADED;
        }

        return unit_load_dropin(m, unit_follow_merge(m, u));
}
