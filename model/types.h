/* SPDX-License-Identifier: MIT */
#pragma once

/* The vocabulary of the model: small integers for names, and systemd's own enumerations.
 *
 * Every enumeration keeps systemd's names and has a string table in tables.c; values are the model's own and
 * are never written to a stream (streams hold the strings, as systemd's do). */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Interned when a scenario is loaded; see catalog.h. */
typedef uint16_t NameId;    /* a unit name, index into Catalog.names */
typedef uint16_t PathId;    /* a file name below a unit search folder, index into Catalog.paths */
typedef uint16_t ContentId; /* what such a file may hold, index into Catalog.contents */
typedef uint16_t CommandId; /* a parsed Exec*= line, index into Catalog.commands */
typedef uint16_t
        TextId;       /* any other string: tag, notify message, PID file, bus name; index into Catalog.texts */
typedef uint16_t Pid; /* 0: no process; else the process in slot pid - 1 of World's process table */

#define ID_NONE UINT16_MAX

#define BIT(n) (UINT64_C(1) << (n))

typedef enum UnitType {
        UNIT_SERVICE,
        UNIT_MOUNT,
        UNIT_SWAP,
        UNIT_SOCKET,
        UNIT_TARGET,
        UNIT_DEVICE,
        UNIT_AUTOMOUNT,
        UNIT_TIMER,
        UNIT_PATH,
        UNIT_SLICE,
        UNIT_SCOPE,
        _UNIT_TYPE_MAX,
        _UNIT_TYPE_INVALID = -1,
} UnitType;

typedef enum UnitLoadState {
        UNIT_STUB,
        UNIT_LOADED,
        UNIT_NOT_FOUND,
        UNIT_BAD_SETTING,
        UNIT_ERROR,
        UNIT_MERGED,
        UNIT_MASKED,
        _UNIT_LOAD_STATE_MAX,
} UnitLoadState;

typedef enum UnitActiveState {
        UNIT_ACTIVE,
        UNIT_RELOADING,
        UNIT_INACTIVE,
        UNIT_FAILED,
        UNIT_ACTIVATING,
        UNIT_DEACTIVATING,
        UNIT_MAINTENANCE,
        UNIT_REFRESHING,
        _UNIT_ACTIVE_STATE_MAX,
} UnitActiveState;

#define UNIT_IS_ACTIVE_OR_RELOADING(s)      ((s) == UNIT_ACTIVE || (s) == UNIT_RELOADING || (s) == UNIT_REFRESHING)
#define UNIT_IS_ACTIVE_OR_ACTIVATING(s)     (UNIT_IS_ACTIVE_OR_RELOADING(s) || (s) == UNIT_ACTIVATING)
#define UNIT_IS_INACTIVE_OR_FAILED(s)       ((s) == UNIT_INACTIVE || (s) == UNIT_FAILED)
#define UNIT_IS_INACTIVE_OR_DEACTIVATING(s) (UNIT_IS_INACTIVE_OR_FAILED(s) || (s) == UNIT_DEACTIVATING)

/* The states of all versions; profile_has_service_state() says which a version knows. Other unit types keep
 * their (few) states in the same field, with their own enumerations below. Zero is "dead" for every type. */
typedef enum ServiceState {
        SERVICE_DEAD,
        SERVICE_CONDITION,
        SERVICE_START_PRE,
        SERVICE_START,
        SERVICE_START_POST,
        SERVICE_RUNNING,
        SERVICE_RUNNING_REVALIDATING, /* 262 */
        SERVICE_EXITED,
        SERVICE_REFRESH_EXTENSIONS,  /* 262 */
        SERVICE_REFRESH_CREDENTIALS, /* 262 */
        SERVICE_RELOAD,
        SERVICE_RELOAD_SIGNAL, /* 254 */
        SERVICE_RELOAD_NOTIFY, /* 254 */
        SERVICE_RELOAD_POST,   /* 262 */
        SERVICE_MOUNTING,      /* 257 */
        SERVICE_STOP,
        SERVICE_STOP_WATCHDOG,
        SERVICE_STOP_SIGTERM,
        SERVICE_STOP_SIGKILL,
        SERVICE_STOP_POST,
        SERVICE_FINAL_WATCHDOG,
        SERVICE_FINAL_SIGTERM,
        SERVICE_FINAL_SIGKILL,
        SERVICE_FAILED,
        SERVICE_DEAD_BEFORE_AUTO_RESTART,   /* 254 */
        SERVICE_FAILED_BEFORE_AUTO_RESTART, /* 254 */
        SERVICE_DEAD_RESOURCES_PINNED,      /* 254 */
        SERVICE_AUTO_RESTART,
        SERVICE_AUTO_RESTART_QUEUED, /* 254 */
        SERVICE_CLEANING,
        _SERVICE_STATE_MAX,
        _SERVICE_STATE_INVALID = -1,
} ServiceState;

typedef enum TargetState { TARGET_DEAD, TARGET_ACTIVE, _TARGET_STATE_MAX } TargetState;
typedef enum SliceState { SLICE_DEAD, SLICE_ACTIVE, _SLICE_STATE_MAX } SliceState;

typedef enum ScopeState {
        SCOPE_DEAD,
        SCOPE_START_CHOWN,
        SCOPE_RUNNING,
        SCOPE_ABANDONED,
        SCOPE_STOP_SIGTERM,
        SCOPE_STOP_SIGKILL,
        SCOPE_FAILED,
        _SCOPE_STATE_MAX,
} ScopeState;

typedef enum SocketState {
        SOCKET_DEAD,
        SOCKET_START_PRE,
        SOCKET_START_CHOWN,
        SOCKET_START_POST,
        SOCKET_LISTENING,
        SOCKET_RUNNING,
        SOCKET_STOP_PRE,
        SOCKET_STOP_PRE_SIGTERM,
        SOCKET_STOP_PRE_SIGKILL,
        SOCKET_STOP_POST,
        SOCKET_FINAL_SIGTERM,
        SOCKET_FINAL_SIGKILL,
        SOCKET_FAILED,
        SOCKET_CLEANING,
        _SOCKET_STATE_MAX,
} SocketState;

typedef enum TimerState {
        TIMER_DEAD,
        TIMER_WAITING,
        TIMER_RUNNING,
        TIMER_ELAPSED,
        TIMER_FAILED,
        _TIMER_STATE_MAX
} TimerState;
typedef enum PathState { PATH_DEAD, PATH_WAITING, PATH_RUNNING, PATH_FAILED, _PATH_STATE_MAX } PathState;

typedef enum ServiceResult {
        SERVICE_SUCCESS,
        SERVICE_FAILURE_RESOURCES,
        SERVICE_FAILURE_PROTOCOL,
        SERVICE_FAILURE_TIMEOUT,
        SERVICE_FAILURE_EXIT_CODE,
        SERVICE_FAILURE_SIGNAL,
        SERVICE_FAILURE_CORE_DUMP,
        SERVICE_FAILURE_WATCHDOG,
        SERVICE_FAILURE_START_LIMIT_HIT,
        SERVICE_FAILURE_OOM_KILL,
        SERVICE_SKIP_CONDITION,
        SOCKET_FAILURE_SERVICE_START_LIMIT_HIT, /* of the unit that a socket triggers */
        PATH_FAILURE_UNIT_START_LIMIT_HIT,      /* of the unit that a path triggers */
        _SERVICE_RESULT_MAX,
} ServiceResult;

/* SERVICE_TYPE_INVALID is what a unit without a fragment runs with (service.c:service_init). */
typedef enum ServiceType {
        SERVICE_TYPE_INVALID,
        SERVICE_SIMPLE,
        SERVICE_FORKING,
        SERVICE_ONESHOT,
        SERVICE_DBUS,
        SERVICE_NOTIFY,
        SERVICE_NOTIFY_RELOAD, /* 254 (253) */
        SERVICE_IDLE,
        SERVICE_EXEC,
        _SERVICE_TYPE_MAX,
} ServiceType;

typedef enum ServiceExitType { SERVICE_EXIT_MAIN, SERVICE_EXIT_CGROUP, _SERVICE_EXIT_TYPE_MAX } ServiceExitType;

typedef enum ServiceRestart {
        SERVICE_RESTART_NO,
        SERVICE_RESTART_ON_SUCCESS,
        SERVICE_RESTART_ON_FAILURE,
        SERVICE_RESTART_ON_ABNORMAL,
        SERVICE_RESTART_ON_WATCHDOG,
        SERVICE_RESTART_ON_ABORT,
        SERVICE_RESTART_ALWAYS,
        _SERVICE_RESTART_MAX,
} ServiceRestart;

typedef enum ServiceRestartMode {
        SERVICE_RESTART_MODE_NORMAL,
        SERVICE_RESTART_MODE_DIRECT,
        SERVICE_RESTART_MODE_DEBUG, /* 257 */
        _SERVICE_RESTART_MODE_MAX,
} ServiceRestartMode;

typedef enum ServiceTimeoutFailureMode {
        SERVICE_TIMEOUT_TERMINATE,
        SERVICE_TIMEOUT_ABORT,
        SERVICE_TIMEOUT_KILL,
        _SERVICE_TIMEOUT_FAILURE_MODE_MAX,
} ServiceTimeoutFailureMode;

typedef enum ServiceExecCommand {
        SERVICE_EXEC_CONDITION,
        SERVICE_EXEC_START_PRE,
        SERVICE_EXEC_START,
        SERVICE_EXEC_START_POST,
        SERVICE_EXEC_RELOAD,
        SERVICE_EXEC_RELOAD_POST, /* 262 */
        SERVICE_EXEC_STOP,
        SERVICE_EXEC_STOP_POST,
        _SERVICE_EXEC_COMMAND_MAX,
        _SERVICE_EXEC_COMMAND_INVALID = -1,
} ServiceExecCommand;

typedef enum KillMode { KILL_CONTROL_GROUP, KILL_PROCESS, KILL_MIXED, KILL_NONE, _KILL_MODE_MAX } KillMode;

typedef enum NotifyAccess { NOTIFY_NONE, NOTIFY_ALL, NOTIFY_EXEC, NOTIFY_MAIN, _NOTIFY_ACCESS_MAX } NotifyAccess;

typedef enum NotifyState {
        NOTIFY_UNKNOWN,
        NOTIFY_READY,
        NOTIFY_RELOADING,
        NOTIFY_RELOAD_READY, /* 262 */
        NOTIFY_STOPPING,
        _NOTIFY_STATE_MAX,
} NotifyState;

typedef enum CollectMode { COLLECT_INACTIVE, COLLECT_INACTIVE_OR_FAILED, _COLLECT_MODE_MAX } CollectMode;

typedef enum ExecPreserveMode {
        EXEC_PRESERVE_NO,
        EXEC_PRESERVE_YES,
        EXEC_PRESERVE_RESTART,
        EXEC_PRESERVE_ON_SUCCESS,
        _EXEC_PRESERVE_MODE_MAX
} ExecPreserveMode;

typedef enum JobType {
        JOB_START,
        JOB_VERIFY_ACTIVE,
        JOB_STOP,
        JOB_RELOAD,
        JOB_RESTART,
        _JOB_TYPE_MAX_MERGING,
        JOB_NOP = _JOB_TYPE_MAX_MERGING,
        _JOB_TYPE_MAX_IN_TRANSACTION,
        JOB_TRY_RESTART = _JOB_TYPE_MAX_IN_TRANSACTION,
        JOB_TRY_RELOAD,
        JOB_RELOAD_OR_START,
        _JOB_TYPE_MAX,
        _JOB_TYPE_INVALID = -1,
} JobType;

typedef enum JobState { JOB_WAITING, JOB_RUNNING, JOB_FINISHED, _JOB_STATE_MAX } JobState;

typedef enum JobMode {
        JOB_FAIL,
        JOB_LENIENT, /* 262 */
        JOB_REPLACE,
        JOB_REPLACE_IRREVERSIBLY,
        JOB_ISOLATE,
        JOB_FLUSH,
        JOB_IGNORE_DEPENDENCIES,
        JOB_IGNORE_REQUIREMENTS,
        JOB_TRIGGERING,
        JOB_RESTART_DEPENDENCIES,
        _JOB_MODE_MAX,
} JobMode;

typedef enum JobResult {
        JOB_DONE,
        JOB_CANCELED,
        JOB_TIMEOUT,
        JOB_FAILED,
        JOB_DEPENDENCY,
        JOB_SKIPPED,
        JOB_INVALID,
        JOB_ASSERT,
        JOB_UNSUPPORTED,
        JOB_COLLECTED,
        JOB_ONCE,
        JOB_FROZEN,
        JOB_CONCURRENCY,
        _JOB_RESULT_MAX,
} JobResult;

/* Both directions of each dependency, as in basic/unit-def.h. */
typedef enum UnitDependency {
        UNIT_REQUIRES,
        UNIT_REQUISITE,
        UNIT_WANTS,
        UNIT_BINDS_TO,
        UNIT_PART_OF,
        UNIT_UPHOLDS,
        UNIT_REQUIRED_BY,
        UNIT_REQUISITE_OF,
        UNIT_WANTED_BY,
        UNIT_BOUND_BY,
        UNIT_CONSISTS_OF,
        UNIT_UPHELD_BY,
        UNIT_CONFLICTS,
        UNIT_CONFLICTED_BY,
        UNIT_BEFORE,
        UNIT_AFTER,
        UNIT_ON_SUCCESS,
        UNIT_ON_SUCCESS_OF,
        UNIT_ON_FAILURE,
        UNIT_ON_FAILURE_OF,
        UNIT_TRIGGERS,
        UNIT_TRIGGERED_BY,
        UNIT_PROPAGATES_RELOAD_TO,
        UNIT_RELOAD_PROPAGATED_FROM,
        UNIT_PROPAGATES_STOP_TO,
        UNIT_STOP_PROPAGATED_FROM,
        UNIT_JOINS_NAMESPACE_OF,
        UNIT_REFERENCES,
        UNIT_REFERENCED_BY,
        UNIT_IN_SLICE,
        UNIT_SLICE_OF,
        _UNIT_DEPENDENCY_MAX,
        _UNIT_DEPENDENCY_INVALID = -1,
} UnitDependency;
