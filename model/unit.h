/* SPDX-License-Identifier: MIT */
#pragma once

/* unit.c, unit-deps.c, gc.c, load.c: what all unit types share. Names and order of steps are systemd's. */

#include "manager.h"

/* What a unit type does differently: unit.h:UnitVTable. NULL: not there. Return values are negative errno. */
typedef struct UnitVTable {
        uint8_t track_orphaned : 1;
        uint8_t can_fail : 1;
        uint8_t can_trigger : 1;
        uint8_t can_reload_always : 1;
        void (*init)(Manager *m, Unit *u);
        int (*load)(Manager *m, Unit *u);
        void (*done)(Manager *m, Unit *u);
        int (*coldplug)(Manager *m, Unit *u);
        int (*start)(Manager *m, Unit *u);
        int (*stop)(Manager *m, Unit *u);
        int (*reload)(Manager *m, Unit *u);
        bool (*can_reload)(Manager *m, Unit *u);
        bool (*may_gc)(Manager *m, Unit *u);
        bool (*will_restart)(Manager *m, Unit *u);
        void (*release_resources)(Manager *m, Unit *u);
        UnitActiveState (*active_state)(const Manager *m, const Unit *u);
        void (*sigchld_event)(Manager *m, Unit *u, Pid pid, uint8_t code, uint8_t status);
        void (*notify_message)(Manager *m, Unit *u, Pid pid, TextId text);
        void (*notify_cgroup_empty)(Manager *m, Unit *u);
        void (*trigger_notify)(Manager *m, Unit *u, Unit *other);
        void (*reset_failed)(Manager *m, Unit *u);
        int (*test_startable)(Manager *m,
                              Unit *u); /* can_start before 262: 1 go on, 0 nothing to do, or negative */
} UnitVTable;

const UnitVTable *unit_vtable(const Unit *u);

/* Objects. unit_new_for_name() takes a free slot, sets id and defaults (vtable init), registers the name; NULL and
 * WORLD_LIMIT when no slot is left. */
Unit *unit_new_for_name(Manager *m, NameId name);
void unit_free(Manager *m, Unit *u);
int unit_add_name(Manager *m, Unit *u, NameId name);
int unit_choose_id(Manager *m, Unit *u, NameId name);
int unit_merge(Manager *m, Unit *u, Unit *other);
int unit_merge_by_name(Manager *m, Unit *u, NameId name);
Unit *unit_follow_merge(Manager *m, Unit *u);
bool unit_has_name(const Manager *m, const Unit *u, NameId name);

/* load.c: manager.c:manager_load_unit and friends. */
int manager_load_unit_prepare(Manager *m, NameId name, Unit **ret); /* 0: was loaded, 1: put in the load queue */
int manager_load_unit(Manager *m, NameId name, Unit **ret);
unsigned manager_dispatch_load_queue(Manager *m);
int unit_load(Manager *m, Unit *u);

/* States */
UnitActiveState unit_active_state(const Manager *m, const Unit *u);
bool unit_will_restart(Manager *m, Unit *u);
int unit_start(Manager *m, Unit *u);
int unit_stop(Manager *m, Unit *u);
int unit_reload(Manager *m, Unit *u);
bool unit_can_start(const Manager *m, const Unit *u);
bool unit_can_stop(const Manager *m, const Unit *u);
bool unit_can_reload(Manager *m, Unit *u);
void unit_reset_failed(Manager *m, Unit *u);
int unit_test_start_limit(Manager *m, Unit *u); /* counts one start: 0, or -ECANCELED when the limit is hit */
/* unit.c:manager_ratelimit_requeue: the rate limits are refilled, the queues look at the unit again. */
void manager_ratelimit_requeue(Manager *m, Unit *u);
/* OnSuccess= (UNIT_ON_SUCCESS) or OnFailure= (UNIT_ON_FAILURE) of @u: start them. */
void unit_start_on_termination_deps(Manager *m, Unit *u, UnitDependency d);
void unit_notify(Manager *m, Unit *u, UnitActiveState os, UnitActiveState ns, bool reload_success);
void unit_trigger_notify(Manager *m, Unit *u);
void unit_coldplug(Manager *m, Unit *u);
void unit_catchup(Manager *m, Unit *u);

/* Dependencies. @types is a set of BIT(UnitDependency), inverse ones allowed. */
int unit_add_dependency(Manager *m, Unit *u, UnitDependency d, Unit *other, bool add_reference);
int unit_add_dependency_by_name(Manager *m, Unit *u, UnitDependency d, NameId name, bool add_reference);
typedef struct DependencyIterator {
        uint64_t types;
        unsigned next;
} DependencyIterator;
/* The next unit that @u has one of the types on, in canonical order; NULL: no more. A unit may come twice when it
 * has two of the types. Start with { .types = ... }. The dependencies must not change in between. */
Unit *unit_next_dependency(Manager *m, const Unit *u, DependencyIterator *i);
bool unit_has_dependency(Manager *m, const Unit *u, uint64_t types, const Unit *other); /* @other NULL: any */
int unit_add_two_dependencies(Manager *m, Unit *u, UnitDependency d, UnitDependency e, Unit *other,
                              bool add_reference);
int unit_add_two_dependencies_by_name(Manager *m, Unit *u, UnitDependency d, UnitDependency e, NameId name,
                                      bool add_reference);
int unit_add_default_target_dependency(Manager *m, Unit *u,
                                       Unit *target); /* unit.c, for targets and their queue */
Unit *unit_get_slice(Manager *m, const Unit *u);      /* UNIT_GET_SLICE(): what it is InSlice of, NULL: none */
Unit *unit_get_trigger(Manager *m, const Unit *u);    /* UNIT_TRIGGER(): what it triggers, NULL: none */
/* Statement `trigger UNIT`: traffic on a socket, a timer elapses, a path appears. Nothing unless it waits. */
void unit_trigger_fire(Manager *m, Unit *u);
/* The types that have this behaviour ("atom"), as in unit-dependency-atom.c. */
#define DEPS_PULL_IN_START         (BIT(UNIT_REQUIRES) | BIT(UNIT_BINDS_TO))
#define DEPS_PULL_IN_START_IGNORED (BIT(UNIT_WANTS) | BIT(UNIT_UPHOLDS))
#define DEPS_PULL_IN_VERIFY        (BIT(UNIT_REQUISITE))
#define DEPS_PULL_IN_STOP          (BIT(UNIT_CONFLICTS))
#define DEPS_PULL_IN_STOP_IGNORED  (BIT(UNIT_CONFLICTED_BY))
#define DEPS_ADD_STOP_WHEN_UNNEEDED_QUEUE                                                                       \
        (BIT(UNIT_REQUIRES) | BIT(UNIT_REQUISITE) | BIT(UNIT_WANTS) | BIT(UNIT_BINDS_TO) | BIT(UNIT_UPHOLDS))
#define DEPS_PINS_STOP_WHEN_UNNEEDED                                                                            \
        (BIT(UNIT_REQUIRED_BY) | BIT(UNIT_REQUISITE_OF) | BIT(UNIT_WANTED_BY) | BIT(UNIT_BOUND_BY) |            \
         BIT(UNIT_UPHELD_BY))
#define DEPS_CANNOT_BE_ACTIVE_WITHOUT            (BIT(UNIT_BINDS_TO))
#define DEPS_ADD_CANNOT_BE_ACTIVE_WITHOUT_QUEUE  (BIT(UNIT_BOUND_BY))
#define DEPS_START_STEADILY                      (BIT(UNIT_UPHELD_BY))
#define DEPS_ADD_START_WHEN_UPHELD_QUEUE         (BIT(UNIT_UPHOLDS))
#define DEPS_RETROACTIVE_START_REPLACE           (BIT(UNIT_REQUIRES) | BIT(UNIT_BINDS_TO) | BIT(UNIT_UPHOLDS))
#define DEPS_RETROACTIVE_START_FAIL              (BIT(UNIT_WANTS))
#define DEPS_RETROACTIVE_STOP_ON_START           (BIT(UNIT_CONFLICTS) | BIT(UNIT_CONFLICTED_BY))
#define DEPS_RETROACTIVE_STOP_ON_STOP            (BIT(UNIT_BOUND_BY) | BIT(UNIT_PROPAGATES_STOP_TO))
#define DEPS_PROPAGATE_START_FAILURE             (BIT(UNIT_REQUIRED_BY) | BIT(UNIT_REQUISITE_OF) | BIT(UNIT_BOUND_BY))
#define DEPS_PROPAGATE_STOP_FAILURE              (BIT(UNIT_CONFLICTED_BY))
#define DEPS_PROPAGATE_INACTIVE_START_AS_FAILURE (BIT(UNIT_REQUISITE_OF))
#define DEPS_PROPAGATE_STOP                                                                                     \
        (BIT(UNIT_REQUIRED_BY) | BIT(UNIT_REQUISITE_OF) | BIT(UNIT_BOUND_BY) | BIT(UNIT_CONSISTS_OF))
#define DEPS_PROPAGATE_STOP_GRACEFUL (BIT(UNIT_PROPAGATES_STOP_TO))
#define DEPS_ADD_DEFAULT_TARGET_DEPENDENCY_QUEUE                                                                \
        (BIT(UNIT_REQUIRES) | BIT(UNIT_REQUISITE) | BIT(UNIT_WANTS) | BIT(UNIT_BINDS_TO) | BIT(UNIT_UPHOLDS) |  \
         BIT(UNIT_PART_OF))
#define DEPS_DEFAULT_TARGET_DEPENDENCIES                                                                        \
        (BIT(UNIT_REQUIRED_BY) | BIT(UNIT_REQUISITE_OF) | BIT(UNIT_WANTED_BY) | BIT(UNIT_BOUND_BY) |            \
         BIT(UNIT_UPHELD_BY))

/* Garbage collection, unit.c:unit_may_gc, manager.c:manager_dispatch_gc_unit_queue. */
bool unit_may_gc(Manager *m, Unit *u);
void unit_add_to_gc_queue(Manager *m, Unit *u);

/* Queues with a filter, unit.c:unit_submit_to_X_queue. */
void unit_add_to_load_queue(Manager *m, Unit *u);
void unit_add_to_cleanup_queue(Manager *m, Unit *u);
void unit_add_to_release_resources_queue(Manager *m, Unit *u);
void unit_submit_to_stop_when_unneeded_queue(Manager *m, Unit *u);
void unit_submit_to_start_when_upheld_queue(Manager *m, Unit *u);
void unit_submit_to_stop_when_bound_queue(Manager *m, Unit *u);

/* Processes of a unit: watch_pids */
void unit_watch_pid(Manager *m, Unit *u, Pid pid, bool exclusive);
void unit_unwatch_pid(Manager *m, Unit *u, Pid pid);
void unit_unwatch_all_pids(Manager *m, Unit *u);

/* cgroups, core/cgroup.c */
CGroupPath unit_default_cgroup_path(const Manager *m, const Unit *u);
int unit_set_cgroup_path(Manager *m, Unit *u, CGroupPath path); /* -EEXIST: another unit has it */
void unit_release_cgroup(Manager *m, Unit *u);
void unit_realize_cgroup(Manager *m, Unit *u);
bool unit_warn_leftover_processes(Manager *m, Unit *u);
void unit_prune_cgroup(Manager *m, Unit *u);
void unit_add_to_cgroup_empty_queue(Manager *m, Unit *u);
int unit_check_cgroup_events(const Manager *m, const Unit *u); /* the same, -ENOENT: its cgroup was never made */
int unit_cgroup_is_empty(const Manager *m, const Unit *u);     /* 1 empty, 0 not, -ENXIO: no cgroup path */

/* Killing: kill.c:unit_kill_context. True: something was signalled that is worth waiting for. */
typedef enum KillOperation {
        KILL_TERMINATE,
        KILL_TERMINATE_AND_LOG,
        KILL_RESTART,
        KILL_KILL,
        KILL_WATCHDOG
} KillOperation;
bool unit_kill_context(Manager *m, Unit *u, KillOperation k);

/* Exec*= lines of a unit. Indices are those of Service.main_command less one. */
UnitCommand *unit_commands(Manager *m, const Unit *u);
/* First command of @id, or the one after @index: index, or -1. */
int unit_command_first(Manager *m, const Unit *u, ServiceExecCommand id);
int unit_command_next(Manager *m, const Unit *u, int index);
