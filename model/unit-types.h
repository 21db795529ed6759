/* SPDX-License-Identifier: MIT */
#pragma once

/* The unit types other than services, as far as services need them: targets and slices to be wanted by and to be
 * put into, sockets, timers and paths to be triggered by and to hold them in memory, scopes for their processes. */

#include "unit.h"

extern const UnitVTable target_vtable;
extern const UnitVTable slice_vtable;
extern const UnitVTable scope_vtable;
extern const UnitVTable socket_vtable;
extern const UnitVTable timer_vtable;
extern const UnitVTable path_vtable;

bool unit_type_may_alias(UnitType t);
bool unit_type_may_template(UnitType t);
bool unit_type_has_cgroup(UnitType t); /* UNIT_HAS_CGROUP_CONTEXT() */

/* trigger.c */
bool unit_stop_pending(const Unit *u);
bool unit_active_or_pending(const Manager *m, const Unit *u);
int unit_test_trigger_loaded(Manager *m, const Unit *u);

/* socket.c:socket_enter_dead, path.c:path_enter_dead, timer.c:timer_enter_dead: the first failure counts; with 262 a start limit
 * that was hit replaces it. */
void trigger_set_result(const Manager *m, Unit *u, ServiceResult f);

/* job.c:job_set_activation_details, 252-262: the older ones win. */
void job_set_activation_details(Unit *u, UnitType trigger);

/* What `trigger UNIT` does to a unit of that type. */
void socket_fire(Manager *m, Unit *u);
void timer_fire(Manager *m, Unit *u);
void path_fire(Manager *m, Unit *u);

/* What the types with few states have in common: changes the state and tells the world, with the active states
 * that @translation gives. */
void unit_set_simple_state(Manager *m, Unit *u, uint8_t state, const UnitActiveState *translation,
                           const char *function);

/* unit-deps.c, for unit.c */
void unit_merge_dependencies(Manager *m, Unit *u, Unit *other);
void unit_clear_dependencies(Manager *m, Unit *u);
void manager_sort_dependencies(Manager *m); /* after an id has changed */
