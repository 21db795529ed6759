/* SPDX-License-Identifier: MIT */
#pragma once

/* String tables of the enumerations in types.h. The strings are systemd's (they appear in streams, in
 * recordings and in output). X_to_string() never returns NULL for a valid value; X_from_string() returns a
 * negative value for an unknown string. Real tables: basic/unit-def.c, core/service.c, core/job.c. */

#include "types.h"

/* clang-format off */
#define DECLARE_STRING_TABLE(name, type)                                                                     \
        const char *name##_to_string(type v);                                                                \
        int name##_from_string(const char *s)
/* clang-format on */

DECLARE_STRING_TABLE(unit_type, UnitType);
DECLARE_STRING_TABLE(unit_load_state, UnitLoadState);
DECLARE_STRING_TABLE(unit_active_state, UnitActiveState);
DECLARE_STRING_TABLE(service_state, ServiceState);
DECLARE_STRING_TABLE(target_state, TargetState);
DECLARE_STRING_TABLE(slice_state, SliceState);
DECLARE_STRING_TABLE(scope_state, ScopeState);
DECLARE_STRING_TABLE(socket_state, SocketState);
DECLARE_STRING_TABLE(timer_state, TimerState);
DECLARE_STRING_TABLE(path_state, PathState);
DECLARE_STRING_TABLE(service_result, ServiceResult);
DECLARE_STRING_TABLE(service_type, ServiceType);
DECLARE_STRING_TABLE(service_exit_type, ServiceExitType);
DECLARE_STRING_TABLE(service_restart, ServiceRestart);
DECLARE_STRING_TABLE(service_restart_mode, ServiceRestartMode);
DECLARE_STRING_TABLE(service_timeout_failure_mode, ServiceTimeoutFailureMode);
/* "ExecStart" and so on: the names that main-command= and control-command= use. */
DECLARE_STRING_TABLE(service_exec_command, ServiceExecCommand);
/* What stands behind the unit's name in the tag of such a command's process, when it is no actor; NULL for ExecStart=. */
const char *service_exec_command_to_tag_suffix(ServiceExecCommand c);
DECLARE_STRING_TABLE(kill_mode, KillMode);
DECLARE_STRING_TABLE(notify_access, NotifyAccess);
DECLARE_STRING_TABLE(notify_state, NotifyState);
DECLARE_STRING_TABLE(collect_mode, CollectMode);
DECLARE_STRING_TABLE(exec_preserve_mode, ExecPreserveMode);
DECLARE_STRING_TABLE(job_type, JobType);
DECLARE_STRING_TABLE(job_state, JobState);
DECLARE_STRING_TABLE(job_mode, JobMode);
DECLARE_STRING_TABLE(job_result, JobResult);
DECLARE_STRING_TABLE(unit_dependency, UnitDependency); /* "Requires", ... */

/* The state name of a unit of this type ("running", "listening", ...), and back. */
const char *unit_sub_state_to_string(UnitType type, uint8_t state);
int unit_sub_state_from_string(UnitType type, const char *s);

/* The type that the suffix of a unit name says, _UNIT_TYPE_INVALID when there is none. */
UnitType unit_name_to_type(const char *name);

/* The dependency seen from the other side. */
UnitDependency unit_dependency_inverse(UnitDependency d);
