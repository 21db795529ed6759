/* SPDX-License-Identifier: MIT */

/* Which settings there are: core/load-fragment-gperf.gperf.in of 252-262. */

#include <string.h>

#include "fragment.h"
#include "parse-util.h"
#include "tables.h"

/* Sections that say how processes are killed, and in which slice they are */
#define IN_KILL   (IN_SERVICE | IN_SOCKET | IN_SCOPE)
#define IN_CGROUP (IN_SERVICE | IN_SOCKET | IN_SCOPE | IN_SLICE)

#define UNIT_FIELD(name)    offsetof(Unit, name)
#define SERVICE_FIELD(name) offsetof(Unit, service.name)

#define DEPENDENCY(key, type)                                                                                   \
        { key, IN_UNIT, parse_dependencies, type, 0, NEEDS_NOTHING, NULL }
#define UNIT_FLAG(key, bit, inverted)                                                                           \
        { key, IN_UNIT, parse_unit_flag, bit, inverted, NEEDS_NOTHING, NULL }
#define SERVICE_FLAG(key, sections, bit)                                                                        \
        { key, sections, parse_service_flag, bit, 0, NEEDS_NOTHING, NULL }
#define ENUM(key, sections, field, from_string)                                                                 \
        { key, sections, parse_enum, field, 0, NEEDS_NOTHING, from_string }
#define VALUE(key, sections, parser, where)                                                                     \
        { key, sections, parser, where, 0, NEEDS_NOTHING, NULL }
#define VALUE_EXTRA(key, sections, parser, where, extra)                                                        \
        { key, sections, parser, where, extra, NEEDS_NOTHING, NULL }
#define EXEC(key, command)                                                                                      \
        { key, IN_SERVICE, parse_exec, command, 0, NEEDS_NOTHING, NULL }
#define NOT_MODELLED(key, sections)                                                                             \
        { key, sections, parse_not_modelled, 0, 0, NEEDS_NOTHING, NULL }

/* execute.c: "yes" and "no" have the many spellings of a boolean. */
static int exec_preserve_mode_or_boolean_from_string(const char *s) {
        int b = parse_boolean(s);

        if (b >= 0)
                return b ? EXEC_PRESERVE_YES : EXEC_PRESERVE_NO;

        return exec_preserve_mode_from_string(s);
}

/* clang-format off */
static const Setting settings[] = {
        DEPENDENCY("Requires",             UNIT_REQUIRES),
        DEPENDENCY("Requisite",            UNIT_REQUISITE),
        DEPENDENCY("Wants",                UNIT_WANTS),
        DEPENDENCY("BindsTo",              UNIT_BINDS_TO),
        DEPENDENCY("BindTo",               UNIT_BINDS_TO),
        DEPENDENCY("Upholds",              UNIT_UPHOLDS),
        DEPENDENCY("PartOf",               UNIT_PART_OF),
        DEPENDENCY("Conflicts",            UNIT_CONFLICTS),
        DEPENDENCY("Before",               UNIT_BEFORE),
        DEPENDENCY("After",                UNIT_AFTER),
        DEPENDENCY("OnFailure",            UNIT_ON_FAILURE),
        DEPENDENCY("OnSuccess",            UNIT_ON_SUCCESS),
        DEPENDENCY("PropagatesReloadTo",   UNIT_PROPAGATES_RELOAD_TO),
        DEPENDENCY("PropagateReloadTo",    UNIT_PROPAGATES_RELOAD_TO),
        DEPENDENCY("ReloadPropagatedFrom", UNIT_RELOAD_PROPAGATED_FROM),
        DEPENDENCY("PropagateReloadFrom",  UNIT_RELOAD_PROPAGATED_FROM),
        DEPENDENCY("PropagatesStopTo",     UNIT_PROPAGATES_STOP_TO),
        DEPENDENCY("StopPropagatedFrom",   UNIT_STOP_PROPAGATED_FROM),
        DEPENDENCY("JoinsNamespaceOf",     UNIT_JOINS_NAMESPACE_OF),
        DEPENDENCY("RequiresOverridable",  UNIT_REQUIRES),
        DEPENDENCY("RequisiteOverridable", UNIT_REQUISITE),

        UNIT_FLAG("StopWhenUnneeded",    CONFIG_STOP_WHEN_UNNEEDED, 0),
        UNIT_FLAG("DefaultDependencies", CONFIG_NO_DEFAULT_DEPENDENCIES, 1),
        UNIT_FLAG("RefuseManualStart",   CONFIG_REFUSE_MANUAL_START, 0),
        UNIT_FLAG("RefuseManualStop",    CONFIG_REFUSE_MANUAL_STOP, 0),
        UNIT_FLAG("AllowIsolate",        CONFIG_ALLOW_ISOLATE, 0),
        UNIT_FLAG("IgnoreOnIsolate",     CONFIG_IGNORE_ON_ISOLATE, 0),

        ENUM("CollectMode",      IN_UNIT, UNIT_FIELD(collect_mode), collect_mode_from_string),
        ENUM("OnFailureJobMode", IN_UNIT, UNIT_FIELD(on_failure_job_mode), job_mode_from_string),
        ENUM("OnSuccessJobMode", IN_UNIT, UNIT_FIELD(on_success_job_mode), job_mode_from_string),
        VALUE("OnFailureIsolate", IN_UNIT, parse_isolate, UNIT_FIELD(on_failure_job_mode)),

        VALUE("JobTimeoutSec",         IN_UNIT, parse_job_timeout, CONFIG_JOB_TIMEOUT),
        VALUE("JobRunningTimeoutSec",  IN_UNIT, parse_job_timeout, CONFIG_JOB_RUNNING_TIMEOUT),
        VALUE("StartLimitIntervalSec", IN_UNIT, parse_limit_interval, UNIT_FIELD(start_limit_interval_zero)),
        VALUE("StartLimitInterval",    IN_UNIT | IN_SERVICE, parse_limit_interval, UNIT_FIELD(start_limit_interval_zero)),
        VALUE("StartLimitBurst",       IN_UNIT | IN_SERVICE, parse_count, UNIT_FIELD(start_limit_burst)),

        EXEC("ExecCondition", SERVICE_EXEC_CONDITION),
        EXEC("ExecStartPre",  SERVICE_EXEC_START_PRE),
        EXEC("ExecStart",     SERVICE_EXEC_START),
        EXEC("ExecStartPost", SERVICE_EXEC_START_POST),
        EXEC("ExecReload",    SERVICE_EXEC_RELOAD),
        EXEC("ExecStop",      SERVICE_EXEC_STOP),
        EXEC("ExecStopPost",  SERVICE_EXEC_STOP_POST),
        { "ExecReloadPost", IN_SERVICE, parse_exec, SERVICE_EXEC_RELOAD_POST, 0, NEEDS_262, NULL },

        ENUM("Type",         IN_SERVICE, SERVICE_FIELD(type), service_type_from_string),
        ENUM("ExitType",     IN_SERVICE, SERVICE_FIELD(exit_type), service_exit_type_from_string),
        ENUM("Restart",      IN_SERVICE, SERVICE_FIELD(restart), service_restart_from_string),
        ENUM("NotifyAccess", IN_SERVICE, SERVICE_FIELD(notify_access), notify_access_from_string),
        ENUM("TimeoutStartFailureMode", IN_SERVICE, SERVICE_FIELD(timeout_start_failure_mode),
             service_timeout_failure_mode_from_string),
        ENUM("TimeoutStopFailureMode", IN_SERVICE, SERVICE_FIELD(timeout_stop_failure_mode),
             service_timeout_failure_mode_from_string),
        { "RestartMode", IN_SERVICE, parse_enum, SERVICE_FIELD(restart_mode), 0, NEEDS_254,
          service_restart_mode_from_string },
        { "FileDescriptorStorePreserve", IN_SERVICE, parse_enum, SERVICE_FIELD(fd_store_preserve_mode), 0, NEEDS_254,
          exec_preserve_mode_or_boolean_from_string },
        { "ReloadSignal", IN_SERVICE, parse_signal, SERVICE_FIELD(reload_signal), 0, NEEDS_254, NULL },

        SERVICE_FLAG("RemainAfterExit",        IN_SERVICE, SERVICE_REMAIN_AFTER_EXIT),
        SERVICE_FLAG("GuessMainPID",           IN_SERVICE, SERVICE_GUESS_MAIN_PID),
        SERVICE_FLAG("RootDirectoryStartOnly", IN_SERVICE, SERVICE_ROOT_STARTS_ONLY),
        VALUE("PIDFile",                       IN_SERVICE, parse_pid_file, SERVICE_FIELD(pid_file)),
        VALUE("BusName",                       IN_SERVICE, parse_bus_name, SERVICE_FIELD(bus_name)),
        VALUE("FileDescriptorStoreMax",        IN_SERVICE, parse_count, SERVICE_FIELD(n_fd_store_max)),
        VALUE("SuccessExitStatus",             IN_SERVICE, parse_status, SERVICE_FIELD(success_status)),
        VALUE("RestartPreventExitStatus",      IN_SERVICE, parse_status, SERVICE_FIELD(restart_prevent_status)),
        VALUE("RestartForceExitStatus",        IN_SERVICE, parse_status, SERVICE_FIELD(restart_force_status)),
        VALUE("RestartSec",                    IN_SERVICE, parse_restart_sec, 0),
        VALUE("TimeoutStartSec",               IN_SERVICE, parse_timeout, SERVICE_START_TIMEOUT_INFINITE),
        VALUE("TimeoutStopSec",                IN_SERVICE | IN_SCOPE, parse_timeout, SERVICE_STOP_TIMEOUT_INFINITE),
        VALUE("TimeoutSec", IN_SERVICE, parse_timeout, SERVICE_START_TIMEOUT_INFINITE | SERVICE_STOP_TIMEOUT_INFINITE),
        VALUE_EXTRA("WatchdogSec",             IN_SERVICE, parse_optional_sec, SERVICE_HAS_WATCHDOG, 1),
        VALUE("RuntimeMaxSec",                 IN_SERVICE | IN_SCOPE, parse_optional_sec, SERVICE_HAS_RUNTIME_MAX),
        VALUE("Sockets",                       IN_SERVICE, parse_sockets, 0),

        VALUE("LoadCredential",          IN_SERVICE, parse_present, SERVICE_HAS_CREDENTIALS),
        VALUE("LoadCredentialEncrypted", IN_SERVICE, parse_present, SERVICE_HAS_CREDENTIALS),
        VALUE("SetCredential",           IN_SERVICE, parse_present, SERVICE_HAS_CREDENTIALS),
        VALUE("SetCredentialEncrypted",  IN_SERVICE, parse_present, SERVICE_HAS_CREDENTIALS),
        VALUE("ImportCredential",        IN_SERVICE, parse_present, SERVICE_HAS_CREDENTIALS),

        ENUM("KillMode",        IN_KILL, SERVICE_FIELD(kill_mode), kill_mode_from_string),
        VALUE("KillSignal",     IN_KILL, parse_signal, SERVICE_FIELD(kill_signal)),
        VALUE("FinalKillSignal", IN_KILL, parse_signal, SERVICE_FIELD(final_kill_signal)),
        SERVICE_FLAG("SendSIGKILL", IN_KILL, SERVICE_SEND_SIGKILL),
        SERVICE_FLAG("SendSIGHUP",  IN_KILL, SERVICE_SEND_SIGHUP),
        VALUE("Slice", IN_CGROUP, parse_slice, 0),

        VALUE("ListenStream",           IN_SOCKET, parse_listen, LISTEN_SOCKET),
        VALUE("ListenSequentialPacket", IN_SOCKET, parse_listen, LISTEN_SOCKET),
        VALUE_EXTRA("ListenDatagram",     IN_SOCKET, parse_listen, LISTEN_SOCKET, 1),
        VALUE_EXTRA("ListenFIFO",         IN_SOCKET, parse_listen, LISTEN_FIFO, 1),
        VALUE_EXTRA("ListenNetlink",      IN_SOCKET, parse_listen, LISTEN_NETLINK, 1),
        VALUE_EXTRA("ListenSpecial",      IN_SOCKET, parse_listen, LISTEN_SPECIAL, 1),
        VALUE_EXTRA("ListenMessageQueue", IN_SOCKET, parse_listen, LISTEN_MQUEUE, 1),
        VALUE_EXTRA("ListenUSBFunction",  IN_SOCKET, parse_listen, LISTEN_USB_FUNCTION, 1),
        SERVICE_FLAG("Accept", IN_SOCKET, SOCKET_ACCEPT),
        VALUE("Service", IN_SOCKET, parse_socket_service, 0),

        VALUE("Unit", IN_TIMER | IN_PATH, parse_trigger_unit, 0),
        VALUE("OnActiveSec",       IN_TIMER, parse_timer, 0),
        VALUE("OnBootSec",         IN_TIMER, parse_timer, 0),
        VALUE("OnStartupSec",      IN_TIMER, parse_timer, 0),
        VALUE("OnUnitActiveSec",   IN_TIMER, parse_timer, 0),
        VALUE("OnUnitInactiveSec", IN_TIMER, parse_timer, 0),
        VALUE_EXTRA("OnCalendar",  IN_TIMER, parse_timer, 0, 1),
        VALUE("OnClockChange",     IN_TIMER, parse_clock_change, 0),
        VALUE("OnTimezoneChange",  IN_TIMER, parse_clock_change, 0),

        VALUE("PathExists",        IN_PATH, parse_path_spec, 0),
        VALUE("PathExistsGlob",    IN_PATH, parse_path_spec, 0),
        VALUE("PathChanged",       IN_PATH, parse_path_spec, 0),
        VALUE("PathModified",      IN_PATH, parse_path_spec, 0),
        VALUE("DirectoryNotEmpty", IN_PATH, parse_path_spec, 0),

        NOT_MODELLED("SuccessAction",     IN_UNIT),
        NOT_MODELLED("FailureAction",     IN_UNIT | IN_SERVICE),
        NOT_MODELLED("StartLimitAction",  IN_UNIT | IN_SERVICE),
        NOT_MODELLED("JobTimeoutAction",  IN_UNIT),
        NOT_MODELLED("RestartKillSignal", IN_KILL),
        NOT_MODELLED("WatchdogSignal",    IN_KILL),
        NOT_MODELLED("RemainAfterElapse", IN_TIMER),
        NOT_MODELLED("ExecStartPre",      IN_SOCKET),
        NOT_MODELLED("ExecStartPost",     IN_SOCKET),
        NOT_MODELLED("ExecStopPre",       IN_SOCKET),
        NOT_MODELLED("ExecStopPost",      IN_SOCKET),
        NOT_MODELLED("ActivatingConcurrencyMax", IN_SLICE),
        NOT_MODELLED("ConcurrencyHardMax", IN_SLICE),
        NOT_MODELLED("ConcurrencySoftMax", IN_SLICE),
};
/* clang-format on */

/* All Condition*= and Assert*= settings are alike. */
static const Setting condition = { NULL, IN_UNIT, parse_condition, 0, 0, NEEDS_NOTHING, NULL };

const Setting *setting_find(unsigned section, const char *key) {
        for (size_t i = 0; i < G_N_ELEMENTS(settings); i++)
                if ((settings[i].sections & section) && strcmp(settings[i].name, key) == 0)
                        return settings + i;

        if (section == IN_UNIT && (g_str_has_prefix(key, "Condition") || g_str_has_prefix(key, "Assert")))
                return &condition;

        return NULL;
}
