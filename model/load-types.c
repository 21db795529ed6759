/* SPDX-License-Identifier: MIT */

/* service.c:service_load, socket.c:socket_load and so on: after the files, what a unit of that type gets by itself and
 * whether it makes sense. Units that every system has (sysinit.target...) get their dependencies only in scenarios
 * that know them. */

#include <errno.h>

#include "disk.h"
#include "load-types.h"

/* unit.c:unit_add_dependency_by_name for a name that may not be known here. */
static int add_special(Manager *m, Unit *u, UnitDependency d, SpecialName special) {
        NameId name = m->catalog->special[special];

        if (name == ID_NONE)
                return 0;

        return unit_add_dependency_by_name(m, u, d, name, /* add_reference= */ true);
}

static int add_two_special(Manager *m, Unit *u, UnitDependency d, UnitDependency e, SpecialName special) {
        int r;

        r = add_special(m, u, d, special);
        if (r < 0)
                return r;

        return add_special(m, u, e, special);
}

static bool unit_wants_default_dependencies(const Unit *u) {
        return !(u->config & CONFIG_NO_DEFAULT_DEPENDENCIES);
}

/* What nearly all types have in common: after sysinit.target, gone at shutdown. */
static int add_sysinit_and_shutdown(Manager *m, Unit *u) {
        int r;

        r = add_two_special(m, u, UNIT_AFTER, UNIT_REQUIRES, SPECIAL_SYSINIT_TARGET);
        if (r < 0)
                return r;

        return add_two_special(m, u, UNIT_BEFORE, UNIT_CONFLICTS, SPECIAL_SHUTDOWN_TARGET);
}

/* service.c:service_verify. */
static int service_verify(Manager *m, Unit *u) {
        const Service *s = &u->service;
        int start = unit_command_first(m, u, SERVICE_EXEC_START);
        bool oneshot = s->type == SERVICE_ONESHOT;

        if (start < 0 && unit_command_first(m, u, SERVICE_EXEC_STOP) < 0)
                return -ENOEXEC;

        if (start < 0 && (!oneshot || !(s->config & SERVICE_REMAIN_AFTER_EXIT)))
                return -ENOEXEC;

        if (!oneshot && unit_command_next(m, u, start) >= 0)
                return -ENOEXEC;

        if (oneshot && (s->restart == SERVICE_RESTART_ALWAYS || s->restart == SERVICE_RESTART_ON_SUCCESS))
                return -ENOEXEC;

        /* From the same version on, such a restart also spares what ended well. */
        if (oneshot && !m->profile->restart_force_spares_success_oneshot &&
            (s->restart_force_status.set[0] > 0 || s->restart_force_status.set[1] > 0))
                return -ENOEXEC;

        if (oneshot && s->exit_type == SERVICE_EXIT_CGROUP)
                return -ENOEXEC;

        return s->type == SERVICE_DBUS && s->bus_name == ID_NONE ? -ENOEXEC : 0;
}

static int service_add_default_dependencies(Manager *m, Unit *u) {
        int r;

        if (!unit_wants_default_dependencies(u))
                return 0;

        r = add_special(m, u, UNIT_AFTER, SPECIAL_BASIC_TARGET);
        if (r < 0)
                return r;

        return add_sysinit_and_shutdown(m, u);
}

/* service.c:service_setup_bus_name, unit.c:unit_watch_bus_name: one unit a name. */
static int service_setup_bus_name(Manager *m, Unit *u) {
        if (u->service.bus_name == ID_NONE)
                return 0;

        for (size_t i = 0; i < m->layout->n_units; i++) {
                const Unit *other = m->units + i;

                if (other != u && other->in_use && other->type == UNIT_SERVICE &&
                    other->load_state == UNIT_LOADED && other->service.bus_name == u->service.bus_name)
                        return -EEXIST;
        }

        if (u->service.type != SERVICE_DBUS)
                return 0;

        return add_two_special(m, u, UNIT_REQUIRES, UNIT_AFTER, SPECIAL_DBUS_SOCKET);
}

/* service.c:service_add_extras, the beginning: a service without Type=. */
static uint8_t service_guess_type(Manager *m, const Unit *u) {
        if (u->service.bus_name != ID_NONE)
                return SERVICE_DBUS;

        if (m->profile->credentials_imply_exec && (u->service.config & SERVICE_HAS_CREDENTIALS))
                return SERVICE_EXEC;

        return unit_command_first(m, u, SERVICE_EXEC_START) >= 0 ? SERVICE_SIMPLE : SERVICE_ONESHOT;
}

static int service_add_extras(Manager *m, Unit *u) {
        Service *s = &u->service;
        int r;

        if (s->type == SERVICE_TYPE_INVALID)
                s->type = service_guess_type(m, u);

        if (s->type == SERVICE_ONESHOT && !(s->config & SERVICE_START_TIMEOUT_DEFINED))
                s->config |= SERVICE_START_TIMEOUT_INFINITE;

        r = unit_set_default_slice(m, u);
        if (r < 0)
                return r;

        if (s->notify_access == NOTIFY_NONE && (s->type == SERVICE_NOTIFY || s->type == SERVICE_NOTIFY_RELOAD ||
                                                (s->config & SERVICE_HAS_WATCHDOG) || s->n_fd_store_max > 0))
                s->notify_access = NOTIFY_MAIN;

        r = service_add_default_dependencies(m, u);
        if (r < 0)
                return r;

        return service_setup_bus_name(m, u);
}

int service_load(Manager *m, Unit *u) {
        int r;

        r = unit_load_fragment_and_dropin(m, u, /* fragment_required= */ true);
        if (r < 0)
                return r;
        if (u->load_state != UNIT_LOADED)
                return 0;

        r = service_add_extras(m, u);
        if (r < 0)
                return r;

        return service_verify(m, u);
}

/* unit.c:unit_load_related_unit: the service of the same name. */
static int unit_load_related_unit(Manager *m, Unit *u, Unit **ret) {
        NameId name = m->catalog->names[u->id].related;

        if (name == ID_NONE || unit_has_name(m, u, name))
                return -EINVAL;

        return manager_load_unit(m, name, ret);
}

static bool socket_have_non_accept(const Unit *u) {
        return !(u->service.config & SOCKET_ACCEPT) || (u->service.config & SOCKET_HAS_NON_ACCEPTING);
}

/* socket.c:socket_add_extras */
static int socket_add_extras(Manager *m, Unit *u) {
        int r;

        if (socket_have_non_accept(u)) {
                Unit *service = manager_get_unit(m, u->trigger);

                if (!service) {
                        r = unit_load_related_unit(m, u, &service);
                        if (r < 0)
                                return r;
                        u->trigger = service->id;
                }

                r = unit_add_two_dependencies(m, u, UNIT_BEFORE, UNIT_TRIGGERS, service,
                                              /* add_reference= */ true);
                if (r < 0)
                        return r;
        }

        r = unit_set_default_slice(m, u);
        if (r < 0 || !unit_wants_default_dependencies(u))
                return r;

        r = add_special(m, u, UNIT_BEFORE, SPECIAL_SOCKETS_TARGET);
        if (r < 0)
                return r;

        return add_sysinit_and_shutdown(m, u);
}

int socket_load(Manager *m, Unit *u) {
        bool explicit_service;
        int r;

        r = unit_load_fragment_and_dropin(m, u, /* fragment_required= */ true);
        if (r < 0)
                return r;
        if (u->load_state != UNIT_LOADED)
                return 0;

        explicit_service = u->trigger != ID_NONE;
        r = socket_add_extras(m, u);
        if (r < 0)
                return r;

        /* socket.c:socket_verify */
        if (!(u->service.config & TRIGGER_HAS_SOURCE))
                return -ENOEXEC;
        if ((u->service.config & SOCKET_ACCEPT) && (explicit_service || socket_have_non_accept(u)))
                return -ENOEXEC;

        return 0;
}

/* timer.c:timer_add_trigger_dependencies, path.c:path_add_trigger_dependencies */
static int unit_add_trigger_dependencies(Manager *m, Unit *u) {
        Unit *service;
        int r;

        if (unit_get_trigger(m, u))
                return 0;

        r = unit_load_related_unit(m, u, &service);
        if (r < 0)
                return r;

        u->trigger = service->id;
        return unit_add_two_dependencies(m, u, UNIT_BEFORE, UNIT_TRIGGERS, service, /* add_reference= */ true);
}

static int timer_add_default_dependencies(Manager *m, Unit *u) {
        int r;

        if (!unit_wants_default_dependencies(u))
                return 0;

        r = add_special(m, u, UNIT_BEFORE, SPECIAL_TIMERS_TARGET);
        if (r < 0)
                return r;

        if (u->service.config & TIMER_HAS_CALENDAR) {
                r = add_special(m, u, UNIT_AFTER, SPECIAL_TIME_SYNC_TARGET);
                if (r < 0)
                        return r;

                r = add_special(m, u, UNIT_AFTER, SPECIAL_TIME_SET_TARGET);
                if (r < 0)
                        return r;
        }

        return add_sysinit_and_shutdown(m, u);
}

int timer_load(Manager *m, Unit *u) {
        int r;

        r = unit_load_fragment_and_dropin(m, u, /* fragment_required= */ true);
        if (r < 0)
                return r;
        if (u->load_state != UNIT_LOADED)
                return 0;

        r = unit_add_trigger_dependencies(m, u);
        if (r < 0)
                return r;

        r = timer_add_default_dependencies(m, u);
        if (r < 0)
                return r;

        return u->service.config & TRIGGER_HAS_SOURCE ? 0 : -ENOEXEC;
}

int path_load(Manager *m, Unit *u) {
        int r;

        r = unit_load_fragment_and_dropin(m, u, /* fragment_required= */ true);
        if (r < 0)
                return r;
        if (u->load_state != UNIT_LOADED)
                return 0;

        r = unit_add_trigger_dependencies(m, u);
        if (r < 0)
                return r;

        if (unit_wants_default_dependencies(u)) {
                r = add_special(m, u, UNIT_BEFORE, SPECIAL_PATHS_TARGET);
                if (r < 0)
                        return r;

                r = add_sysinit_and_shutdown(m, u);
                if (r < 0)
                        return r;
        }

        return u->service.config & TRIGGER_HAS_SOURCE ? 0 : -ENOEXEC;
}

/* target.c:target_add_default_dependencies; the graph changes while we go through it, so the others are noted first. */
static int target_add_default_dependencies(Manager *m, Unit *u) {
        UnitSlot *others = g_newa(UnitSlot, m->world->n_dependencies + 1U);
        DependencyIterator it = { .types = DEPS_ADD_DEFAULT_TARGET_DEPENDENCY_QUEUE };
        size_t n = 0;
        Unit *other;

        if (!unit_wants_default_dependencies(u))
                return 0;

        while ((other = unit_next_dependency(m, u, &it)))
                others[n++] = unit_slot(m, other);

        for (size_t i = 0; i < n; i++) {
                int r = unit_add_default_target_dependency(m, m->units + others[i], u);

                if (r < 0)
                        return r;
        }

        if (unit_has_name(m, u, m->catalog->special[SPECIAL_SHUTDOWN_TARGET]))
                return 0;

        return add_two_special(m, u, UNIT_BEFORE, UNIT_CONFLICTS, SPECIAL_SHUTDOWN_TARGET);
}

int target_load(Manager *m, Unit *u) {
        int r;

        r = unit_load_fragment_and_dropin(m, u, /* fragment_required= */ true);
        if (r < 0)
                return r;
        if (u->load_state != UNIT_LOADED)
                return 0;

        return target_add_default_dependencies(m, u);
}

/* slice.c:slice_add_parent_slice, slice.c:slice_add_default_dependencies, slice.c:slice_verify */
static int slice_add_extras(Manager *m, Unit *u) {
        const CatalogName *name = m->catalog->names + u->id;
        int r;

        if (!name->is_valid_slice)
                return -ENOEXEC;

        if (!unit_get_slice(m, u) && name->slice != ID_NONE) {
                r = unit_add_dependency_by_name(m, u, UNIT_IN_SLICE, name->slice, /* add_reference= */ true);
                if (r < 0)
                        return r;
        }

        if (!unit_wants_default_dependencies(u))
                return 0;

        return add_two_special(m, u, UNIT_BEFORE, UNIT_CONFLICTS, SPECIAL_SHUTDOWN_TARGET);
}

int slice_load(Manager *m, Unit *u) {
        const NameId *special = m->catalog->special;
        int r;

        if (unit_has_name(m, u, special[SPECIAL_ROOT_SLICE]) ||
            unit_has_name(m, u, special[SPECIAL_SYSTEM_SLICE])) {
                u->flags |= UNIT_PERPETUAL;
                u->config |= CONFIG_NO_DEFAULT_DEPENDENCIES;
        }

        r = unit_load_fragment_and_dropin(m, u, /* fragment_required= */ false);
        if (r < 0)
                return r;
        if (u->load_state != UNIT_LOADED)
                return 0;

        return slice_add_extras(m, u);
}

/* scope.c:scope_load: scopes are not made by unit files; only while reloading one that was there comes back. */
int scope_load(Manager *m, Unit *u) {
        bool is_init = unit_has_name(m, u, m->catalog->special[SPECIAL_INIT_SCOPE]);
        int r;

        if (is_init) {
                u->flags |= UNIT_PERPETUAL;
                u->config |= CONFIG_NO_DEFAULT_DEPENDENCIES;
        } else if (!MANAGER_IS_RELOADING(m))
                return -ENOENT;

        r = unit_load_fragment_and_dropin(m, u, /* fragment_required= */ false);
        if (r < 0)
                return r;
        if (u->load_state != UNIT_LOADED)
                return 0;

        r = unit_set_default_slice(m, u);
        if (r < 0 || !unit_wants_default_dependencies(u))
                return r;

        return add_two_special(m, u, UNIT_BEFORE, UNIT_CONFLICTS, SPECIAL_SHUTDOWN_TARGET);
}
