/* SPDX-License-Identifier: MIT */

#include <errno.h>
#include <string.h>

#include "tables.h"

#define N_ELEMENTS(x) (sizeof(x) / sizeof((x)[0]))

static const char *table_to_string(const char *const *table, size_t n, long i) {
        return i >= 0 && (size_t) i < n && table[i] ? table[i] : "invalid";
}

static int table_from_string(const char *const *table, size_t n, const char *s) {
        if (!s)
                return -EINVAL;

        for (size_t i = 0; i < n; i++)
                if (table[i] && strcmp(table[i], s) == 0)
                        return (int) i;

        return -EINVAL;
}

/* clang-format off */
#define DEFINE_STRING_TABLE(name, type)                                                                      \
        const char *name##_to_string(type v) {                                                               \
                return table_to_string(name##_table, N_ELEMENTS(name##_table), (long) v);                    \
        }                                                                                                    \
        int name##_from_string(const char *s) {                                                              \
                return table_from_string(name##_table, N_ELEMENTS(name##_table), s);                         \
        }

static const char *const unit_type_table[_UNIT_TYPE_MAX] = {
        [UNIT_SERVICE]   = "service",
        [UNIT_MOUNT]     = "mount",
        [UNIT_SWAP]      = "swap",
        [UNIT_SOCKET]    = "socket",
        [UNIT_TARGET]    = "target",
        [UNIT_DEVICE]    = "device",
        [UNIT_AUTOMOUNT] = "automount",
        [UNIT_TIMER]     = "timer",
        [UNIT_PATH]      = "path",
        [UNIT_SLICE]     = "slice",
        [UNIT_SCOPE]     = "scope",
};
DEFINE_STRING_TABLE(unit_type, UnitType)

static const char *const unit_load_state_table[_UNIT_LOAD_STATE_MAX] = {
        [UNIT_STUB]        = "stub",
        [UNIT_LOADED]      = "loaded",
        [UNIT_NOT_FOUND]   = "not-found",
        [UNIT_BAD_SETTING] = "bad-setting",
        [UNIT_ERROR]       = "error",
        [UNIT_MERGED]      = "merged",
        [UNIT_MASKED]      = "masked",
};
DEFINE_STRING_TABLE(unit_load_state, UnitLoadState)

static const char *const unit_active_state_table[_UNIT_ACTIVE_STATE_MAX] = {
        [UNIT_ACTIVE]       = "active",
        [UNIT_RELOADING]    = "reloading",
        [UNIT_INACTIVE]     = "inactive",
        [UNIT_FAILED]       = "failed",
        [UNIT_ACTIVATING]   = "activating",
        [UNIT_DEACTIVATING] = "deactivating",
        [UNIT_MAINTENANCE]  = "maintenance",
        [UNIT_REFRESHING]   = "refreshing",
};
DEFINE_STRING_TABLE(unit_active_state, UnitActiveState)

static const char *const service_state_table[_SERVICE_STATE_MAX] = {
        [SERVICE_DEAD]                       = "dead",
        [SERVICE_CONDITION]                  = "condition",
        [SERVICE_START_PRE]                  = "start-pre",
        [SERVICE_START]                      = "start",
        [SERVICE_START_POST]                 = "start-post",
        [SERVICE_RUNNING]                    = "running",
        [SERVICE_RUNNING_REVALIDATING]       = "running-revalidating",
        [SERVICE_EXITED]                     = "exited",
        [SERVICE_REFRESH_EXTENSIONS]         = "refresh-extensions",
        [SERVICE_REFRESH_CREDENTIALS]        = "refresh-credentials",
        [SERVICE_RELOAD]                     = "reload",
        [SERVICE_RELOAD_SIGNAL]              = "reload-signal",
        [SERVICE_RELOAD_NOTIFY]              = "reload-notify",
        [SERVICE_RELOAD_POST]                = "reload-post",
        [SERVICE_MOUNTING]                   = "mounting",
        [SERVICE_STOP]                       = "stop",
        [SERVICE_STOP_WATCHDOG]              = "stop-watchdog",
        [SERVICE_STOP_SIGTERM]               = "stop-sigterm",
        [SERVICE_STOP_SIGKILL]               = "stop-sigkill",
        [SERVICE_STOP_POST]                  = "stop-post",
        [SERVICE_FINAL_WATCHDOG]             = "final-watchdog",
        [SERVICE_FINAL_SIGTERM]              = "final-sigterm",
        [SERVICE_FINAL_SIGKILL]              = "final-sigkill",
        [SERVICE_FAILED]                     = "failed",
        [SERVICE_DEAD_BEFORE_AUTO_RESTART]   = "dead-before-auto-restart",
        [SERVICE_FAILED_BEFORE_AUTO_RESTART] = "failed-before-auto-restart",
        [SERVICE_DEAD_RESOURCES_PINNED]      = "dead-resources-pinned",
        [SERVICE_AUTO_RESTART]               = "auto-restart",
        [SERVICE_AUTO_RESTART_QUEUED]        = "auto-restart-queued",
        [SERVICE_CLEANING]                   = "cleaning",
};
DEFINE_STRING_TABLE(service_state, ServiceState)

static const char *const target_state_table[_TARGET_STATE_MAX] = {
        [TARGET_DEAD]   = "dead",
        [TARGET_ACTIVE] = "active",
};
DEFINE_STRING_TABLE(target_state, TargetState)

static const char *const slice_state_table[_SLICE_STATE_MAX] = {
        [SLICE_DEAD]   = "dead",
        [SLICE_ACTIVE] = "active",
};
DEFINE_STRING_TABLE(slice_state, SliceState)

static const char *const scope_state_table[_SCOPE_STATE_MAX] = {
        [SCOPE_DEAD]         = "dead",
        [SCOPE_START_CHOWN]  = "start-chown",
        [SCOPE_RUNNING]      = "running",
        [SCOPE_ABANDONED]    = "abandoned",
        [SCOPE_STOP_SIGTERM] = "stop-sigterm",
        [SCOPE_STOP_SIGKILL] = "stop-sigkill",
        [SCOPE_FAILED]       = "failed",
};
DEFINE_STRING_TABLE(scope_state, ScopeState)

static const char *const socket_state_table[_SOCKET_STATE_MAX] = {
        [SOCKET_DEAD]             = "dead",
        [SOCKET_START_PRE]        = "start-pre",
        [SOCKET_START_CHOWN]      = "start-chown",
        [SOCKET_START_POST]       = "start-post",
        [SOCKET_LISTENING]        = "listening",
        [SOCKET_RUNNING]          = "running",
        [SOCKET_STOP_PRE]         = "stop-pre",
        [SOCKET_STOP_PRE_SIGTERM] = "stop-pre-sigterm",
        [SOCKET_STOP_PRE_SIGKILL] = "stop-pre-sigkill",
        [SOCKET_STOP_POST]        = "stop-post",
        [SOCKET_FINAL_SIGTERM]    = "final-sigterm",
        [SOCKET_FINAL_SIGKILL]    = "final-sigkill",
        [SOCKET_FAILED]           = "failed",
        [SOCKET_CLEANING]         = "cleaning",
};
DEFINE_STRING_TABLE(socket_state, SocketState)

static const char *const timer_state_table[_TIMER_STATE_MAX] = {
        [TIMER_DEAD]    = "dead",
        [TIMER_WAITING] = "waiting",
        [TIMER_RUNNING] = "running",
        [TIMER_ELAPSED] = "elapsed",
        [TIMER_FAILED]  = "failed",
};
DEFINE_STRING_TABLE(timer_state, TimerState)

static const char *const path_state_table[_PATH_STATE_MAX] = {
        [PATH_DEAD]    = "dead",
        [PATH_WAITING] = "waiting",
        [PATH_RUNNING] = "running",
        [PATH_FAILED]  = "failed",
};
DEFINE_STRING_TABLE(path_state, PathState)

static const char *const service_result_table[_SERVICE_RESULT_MAX] = {
        [SERVICE_SUCCESS]                 = "success",
        [SERVICE_FAILURE_RESOURCES]       = "resources",
        [SERVICE_FAILURE_PROTOCOL]        = "protocol",
        [SERVICE_FAILURE_TIMEOUT]         = "timeout",
        [SERVICE_FAILURE_EXIT_CODE]       = "exit-code",
        [SERVICE_FAILURE_SIGNAL]          = "signal",
        [SERVICE_FAILURE_CORE_DUMP]       = "core-dump",
        [SERVICE_FAILURE_WATCHDOG]        = "watchdog",
        [SERVICE_FAILURE_START_LIMIT_HIT] = "start-limit-hit",
        [SERVICE_FAILURE_OOM_KILL]        = "oom-kill",
        [SERVICE_SKIP_CONDITION]          = "exec-condition",
        [SOCKET_FAILURE_SERVICE_START_LIMIT_HIT] = "service-start-limit-hit",
        [PATH_FAILURE_UNIT_START_LIMIT_HIT]      = "unit-start-limit-hit",
};
DEFINE_STRING_TABLE(service_result, ServiceResult)

/* SERVICE_TYPE_INVALID has no name: Type= must not be able to set it. */
static const char *const service_type_table[_SERVICE_TYPE_MAX] = {
        [SERVICE_SIMPLE]        = "simple",
        [SERVICE_FORKING]       = "forking",
        [SERVICE_ONESHOT]       = "oneshot",
        [SERVICE_DBUS]          = "dbus",
        [SERVICE_NOTIFY]        = "notify",
        [SERVICE_NOTIFY_RELOAD] = "notify-reload",
        [SERVICE_IDLE]          = "idle",
        [SERVICE_EXEC]          = "exec",
};
DEFINE_STRING_TABLE(service_type, ServiceType)

static const char *const service_exit_type_table[_SERVICE_EXIT_TYPE_MAX] = {
        [SERVICE_EXIT_MAIN]   = "main",
        [SERVICE_EXIT_CGROUP] = "cgroup",
};
DEFINE_STRING_TABLE(service_exit_type, ServiceExitType)

static const char *const service_restart_table[_SERVICE_RESTART_MAX] = {
        [SERVICE_RESTART_NO]          = "no",
        [SERVICE_RESTART_ON_SUCCESS]  = "on-success",
        [SERVICE_RESTART_ON_FAILURE]  = "on-failure",
        [SERVICE_RESTART_ON_ABNORMAL] = "on-abnormal",
        [SERVICE_RESTART_ON_WATCHDOG] = "on-watchdog",
        [SERVICE_RESTART_ON_ABORT]    = "on-abort",
        [SERVICE_RESTART_ALWAYS]      = "always",
};
DEFINE_STRING_TABLE(service_restart, ServiceRestart)

static const char *const service_restart_mode_table[_SERVICE_RESTART_MODE_MAX] = {
        [SERVICE_RESTART_MODE_NORMAL] = "normal",
        [SERVICE_RESTART_MODE_DIRECT] = "direct",
        [SERVICE_RESTART_MODE_DEBUG]  = "debug",
};
DEFINE_STRING_TABLE(service_restart_mode, ServiceRestartMode)

static const char *const service_timeout_failure_mode_table[_SERVICE_TIMEOUT_FAILURE_MODE_MAX] = {
        [SERVICE_TIMEOUT_TERMINATE] = "terminate",
        [SERVICE_TIMEOUT_ABORT]     = "abort",
        [SERVICE_TIMEOUT_KILL]      = "kill",
};
DEFINE_STRING_TABLE(service_timeout_failure_mode, ServiceTimeoutFailureMode)

static const char *const service_exec_command_table[_SERVICE_EXEC_COMMAND_MAX] = {
        [SERVICE_EXEC_CONDITION]   = "ExecCondition",
        [SERVICE_EXEC_START_PRE]   = "ExecStartPre",
        [SERVICE_EXEC_START]       = "ExecStart",
        [SERVICE_EXEC_START_POST]  = "ExecStartPost",
        [SERVICE_EXEC_RELOAD]      = "ExecReload",
        [SERVICE_EXEC_RELOAD_POST] = "ExecReloadPost",
        [SERVICE_EXEC_STOP]        = "ExecStop",
        [SERVICE_EXEC_STOP_POST]   = "ExecStopPost",
};
DEFINE_STRING_TABLE(service_exec_command, ServiceExecCommand)

const char *service_exec_command_to_tag_suffix(ServiceExecCommand c) {
        static const char *const table[_SERVICE_EXEC_COMMAND_MAX] = {
                [SERVICE_EXEC_CONDITION]   = "condition",
                [SERVICE_EXEC_START_PRE]   = "pre",
                [SERVICE_EXEC_START_POST]  = "post",
                [SERVICE_EXEC_RELOAD]      = "reload",
                [SERVICE_EXEC_RELOAD_POST] = "reloadpost",
                [SERVICE_EXEC_STOP]        = "stop",
                [SERVICE_EXEC_STOP_POST]   = "stoppost",
        };

        return table[c];
}

static const char *const kill_mode_table[_KILL_MODE_MAX] = {
        [KILL_CONTROL_GROUP] = "control-group",
        [KILL_PROCESS]       = "process",
        [KILL_MIXED]         = "mixed",
        [KILL_NONE]          = "none",
};
DEFINE_STRING_TABLE(kill_mode, KillMode)

static const char *const notify_access_table[_NOTIFY_ACCESS_MAX] = {
        [NOTIFY_NONE] = "none",
        [NOTIFY_ALL]  = "all",
        [NOTIFY_EXEC] = "exec",
        [NOTIFY_MAIN] = "main",
};
DEFINE_STRING_TABLE(notify_access, NotifyAccess)

static const char *const notify_state_table[_NOTIFY_STATE_MAX] = {
        [NOTIFY_UNKNOWN]      = "unknown",
        [NOTIFY_READY]        = "ready",
        [NOTIFY_RELOADING]    = "reloading",
        [NOTIFY_RELOAD_READY] = "reload-ready",
        [NOTIFY_STOPPING]     = "stopping",
};
DEFINE_STRING_TABLE(notify_state, NotifyState)

static const char *const collect_mode_table[_COLLECT_MODE_MAX] = {
        [COLLECT_INACTIVE]           = "inactive",
        [COLLECT_INACTIVE_OR_FAILED] = "inactive-or-failed",
};
DEFINE_STRING_TABLE(collect_mode, CollectMode)

static const char *const exec_preserve_mode_table[_EXEC_PRESERVE_MODE_MAX] = {
        [EXEC_PRESERVE_NO]         = "no",
        [EXEC_PRESERVE_YES]        = "yes",
        [EXEC_PRESERVE_RESTART]    = "restart",
        [EXEC_PRESERVE_ON_SUCCESS] = "on-success",
};
DEFINE_STRING_TABLE(exec_preserve_mode, ExecPreserveMode)

static const char *const job_type_table[_JOB_TYPE_MAX] = {
        [JOB_START]           = "start",
        [JOB_VERIFY_ACTIVE]   = "verify-active",
        [JOB_STOP]            = "stop",
        [JOB_RELOAD]          = "reload",
        [JOB_RESTART]         = "restart",
        [JOB_NOP]             = "nop",
        [JOB_TRY_RESTART]     = "try-restart",
        [JOB_TRY_RELOAD]      = "try-reload",
        [JOB_RELOAD_OR_START] = "reload-or-start",
};
DEFINE_STRING_TABLE(job_type, JobType)

static const char *const job_state_table[_JOB_STATE_MAX] = {
        [JOB_WAITING]  = "waiting",
        [JOB_RUNNING]  = "running",
        [JOB_FINISHED] = "finished",
};
DEFINE_STRING_TABLE(job_state, JobState)

static const char *const job_mode_table[_JOB_MODE_MAX] = {
        [JOB_FAIL]                 = "fail",
        [JOB_LENIENT]              = "lenient",
        [JOB_REPLACE]              = "replace",
        [JOB_REPLACE_IRREVERSIBLY] = "replace-irreversibly",
        [JOB_ISOLATE]              = "isolate",
        [JOB_FLUSH]                = "flush",
        [JOB_IGNORE_DEPENDENCIES]  = "ignore-dependencies",
        [JOB_IGNORE_REQUIREMENTS]  = "ignore-requirements",
        [JOB_TRIGGERING]           = "triggering",
        [JOB_RESTART_DEPENDENCIES] = "restart-dependencies",
};
DEFINE_STRING_TABLE(job_mode, JobMode)

static const char *const job_result_table[_JOB_RESULT_MAX] = {
        [JOB_DONE]        = "done",
        [JOB_CANCELED]    = "canceled",
        [JOB_TIMEOUT]     = "timeout",
        [JOB_FAILED]      = "failed",
        [JOB_DEPENDENCY]  = "dependency",
        [JOB_SKIPPED]     = "skipped",
        [JOB_INVALID]     = "invalid",
        [JOB_ASSERT]      = "assert",
        [JOB_UNSUPPORTED] = "unsupported",
        [JOB_COLLECTED]   = "collected",
        [JOB_ONCE]        = "once",
        [JOB_FROZEN]      = "frozen",
        [JOB_CONCURRENCY] = "concurrency",
};
DEFINE_STRING_TABLE(job_result, JobResult)

static const char *const unit_dependency_table[_UNIT_DEPENDENCY_MAX] = {
        [UNIT_REQUIRES]               = "Requires",
        [UNIT_REQUISITE]              = "Requisite",
        [UNIT_WANTS]                  = "Wants",
        [UNIT_BINDS_TO]               = "BindsTo",
        [UNIT_PART_OF]                = "PartOf",
        [UNIT_UPHOLDS]                = "Upholds",
        [UNIT_REQUIRED_BY]            = "RequiredBy",
        [UNIT_REQUISITE_OF]           = "RequisiteOf",
        [UNIT_WANTED_BY]              = "WantedBy",
        [UNIT_BOUND_BY]               = "BoundBy",
        [UNIT_CONSISTS_OF]            = "ConsistsOf",
        [UNIT_UPHELD_BY]              = "UpheldBy",
        [UNIT_CONFLICTS]              = "Conflicts",
        [UNIT_CONFLICTED_BY]          = "ConflictedBy",
        [UNIT_BEFORE]                 = "Before",
        [UNIT_AFTER]                  = "After",
        [UNIT_ON_SUCCESS]             = "OnSuccess",
        [UNIT_ON_SUCCESS_OF]          = "OnSuccessOf",
        [UNIT_ON_FAILURE]             = "OnFailure",
        [UNIT_ON_FAILURE_OF]          = "OnFailureOf",
        [UNIT_TRIGGERS]               = "Triggers",
        [UNIT_TRIGGERED_BY]           = "TriggeredBy",
        [UNIT_PROPAGATES_RELOAD_TO]   = "PropagatesReloadTo",
        [UNIT_RELOAD_PROPAGATED_FROM] = "ReloadPropagatedFrom",
        [UNIT_PROPAGATES_STOP_TO]     = "PropagatesStopTo",
        [UNIT_STOP_PROPAGATED_FROM]   = "StopPropagatedFrom",
        [UNIT_JOINS_NAMESPACE_OF]     = "JoinsNamespaceOf",
        [UNIT_REFERENCES]             = "References",
        [UNIT_REFERENCED_BY]          = "ReferencedBy",
        [UNIT_IN_SLICE]               = "InSlice",
        [UNIT_SLICE_OF]               = "SliceOf",
};
DEFINE_STRING_TABLE(unit_dependency, UnitDependency)

/* JoinsNamespaceOf= is its own inverse. */
static const UnitDependency unit_dependency_pairs[][2] = {
        { UNIT_REQUIRES,             UNIT_REQUIRED_BY            },
        { UNIT_REQUISITE,            UNIT_REQUISITE_OF           },
        { UNIT_WANTS,                UNIT_WANTED_BY              },
        { UNIT_BINDS_TO,             UNIT_BOUND_BY               },
        { UNIT_PART_OF,              UNIT_CONSISTS_OF            },
        { UNIT_UPHOLDS,              UNIT_UPHELD_BY              },
        { UNIT_CONFLICTS,            UNIT_CONFLICTED_BY          },
        { UNIT_BEFORE,               UNIT_AFTER                  },
        { UNIT_ON_SUCCESS,           UNIT_ON_SUCCESS_OF          },
        { UNIT_ON_FAILURE,           UNIT_ON_FAILURE_OF          },
        { UNIT_TRIGGERS,             UNIT_TRIGGERED_BY           },
        { UNIT_PROPAGATES_RELOAD_TO, UNIT_RELOAD_PROPAGATED_FROM },
        { UNIT_PROPAGATES_STOP_TO,   UNIT_STOP_PROPAGATED_FROM   },
        { UNIT_REFERENCES,           UNIT_REFERENCED_BY          },
        { UNIT_IN_SLICE,             UNIT_SLICE_OF               },
};
/* clang-format on */

UnitDependency unit_dependency_inverse(UnitDependency d) {
        for (size_t i = 0; i < N_ELEMENTS(unit_dependency_pairs); i++)
                for (size_t side = 0; side < 2; side++)
                        if (unit_dependency_pairs[i][side] == d)
                                return unit_dependency_pairs[i][1 - side];

        return d;
}

/* Types of which a scenario only sees that they are there or not. */
static const char *const mount_state_table[] = { "dead", "mounted" };
static const char *const automount_state_table[] = { "dead", "waiting" };
static const char *const swap_state_table[] = { "dead", "active" };
static const char *const device_state_table[] = { "dead", "plugged" };

typedef struct StateTable {
        const char *const *strings;
        size_t n;
} StateTable;

#define STATE_TABLE(t)                                                                                          \
        { t, N_ELEMENTS(t) }

static const StateTable sub_state_tables[_UNIT_TYPE_MAX] = {
        [UNIT_SERVICE] = STATE_TABLE(service_state_table),     [UNIT_MOUNT] = STATE_TABLE(mount_state_table),
        [UNIT_SWAP] = STATE_TABLE(swap_state_table),           [UNIT_SOCKET] = STATE_TABLE(socket_state_table),
        [UNIT_TARGET] = STATE_TABLE(target_state_table),       [UNIT_DEVICE] = STATE_TABLE(device_state_table),
        [UNIT_AUTOMOUNT] = STATE_TABLE(automount_state_table), [UNIT_TIMER] = STATE_TABLE(timer_state_table),
        [UNIT_PATH] = STATE_TABLE(path_state_table),           [UNIT_SLICE] = STATE_TABLE(slice_state_table),
        [UNIT_SCOPE] = STATE_TABLE(scope_state_table),
};

const char *unit_sub_state_to_string(UnitType type, uint8_t state) {
        if (type < 0 || type >= _UNIT_TYPE_MAX)
                return "invalid";

        return table_to_string(sub_state_tables[type].strings, sub_state_tables[type].n, state);
}

int unit_sub_state_from_string(UnitType type, const char *s) {
        if (type < 0 || type >= _UNIT_TYPE_MAX)
                return -EINVAL;

        return table_from_string(sub_state_tables[type].strings, sub_state_tables[type].n, s);
}

UnitType unit_name_to_type(const char *name) {
        const char *suffix;
        int t;

        suffix = name ? strrchr(name, '.') : NULL;
        if (!suffix)
                return _UNIT_TYPE_INVALID;

        t = unit_type_from_string(suffix + 1);
        return t < 0 ? _UNIT_TYPE_INVALID : (UnitType) t;
}
