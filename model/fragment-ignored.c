/* SPDX-License-Identifier: MIT */

/* Settings that PID 1 knows in one of 252-262 and that change nothing here: descriptions, sandboxes, limits, accounts.
 * (core/load-fragment-gperf.gperf.in) */

#include <string.h>

#include "fragment.h"

/* [Unit] */
static const char *const ignored_unit[] = {
        "Description", "Documentation", "FailureActionExitStatus", "IgnoreOnSnapshot",
        "JobTimeoutRebootArgument", "RebootArgument", "RequiresMountsFor", "SourcePath",
        "SuccessActionExitStatus", "SurviveFinalKillSignal", "WantsMountsFor",
};

/* [Install], for systemctl */
static const char *const ignored_install[] = {
        "Alias", "Also", "DefaultInstance", "RequiredBy", "UpheldBy", "WantedBy",
};

/* How processes are run, killed and accounted for: wherever there are processes */
static const char *const ignored_context[] = {
        "AllowedCPUs", "AllowedMemoryNodes", "AmbientCapabilities", "AppArmorProfile",
        "BPFDelegateAttachments", "BPFDelegateCommands", "BPFDelegateMaps", "BPFDelegatePrograms",
        "BPFProgram", "BindLogSockets", "BindNetworkInterface", "BindPaths", "BindReadOnlyPaths",
        "BlockIOAccounting", "BlockIODeviceWeight", "BlockIOReadBandwidth", "BlockIOWeight",
        "BlockIOWriteBandwidth", "CPUAccounting", "CPUAffinity", "CPUPressureThresholdSec",
        "CPUPressureWatch", "CPUQuota", "CPUQuotaPeriodSec", "CPUSchedulingPolicy", "CPUSchedulingPriority",
        "CPUSchedulingResetOnFork", "CPUSetPartition", "CPUShares", "CPUWeight", "CacheDirectory",
        "CacheDirectoryAccounting", "CacheDirectoryMode", "CacheDirectoryQuota", "Capabilities",
        "CapabilityBoundingSet", "ConfigurationDirectory", "ConfigurationDirectoryMode", "CoredumpFilter",
        "CoredumpReceive", "DefaultMemoryLow", "DefaultMemoryMin", "DefaultStartupMemoryLow", "Delegate",
        "DelegateNamespaces", "DelegateSubgroup", "DeviceAllow", "DevicePolicy", "DisableControllers",
        "DynamicUser", "Environment", "EnvironmentFile", "ExecPaths", "ExecSearchPath",
        "ExtensionDirectories", "ExtensionImagePolicy", "ExtensionImages", "Group", "IOAccounting",
        "IODeviceLatencyTargetSec", "IODeviceWeight", "IOPressureThresholdSec", "IOPressureWatch",
        "IOReadBandwidthMax", "IOReadIOPSMax", "IOSchedulingClass", "IOSchedulingPriority", "IOWeight",
        "IOWriteBandwidthMax", "IOWriteIOPSMax", "IPAccounting", "IPAddressAllow", "IPAddressDeny",
        "IPCNamespacePath", "IPEgressFilterPath", "IPIngressFilterPath", "IgnoreSIGPIPE",
        "InaccessibleDirectories", "InaccessiblePaths", "KeyringMode", "LimitAS", "LimitCORE", "LimitCPU",
        "LimitDATA", "LimitFSIZE", "LimitLOCKS", "LimitMEMLOCK", "LimitMSGQUEUE", "LimitNICE",
        "LimitNOFILE", "LimitNPROC", "LimitRSS", "LimitRTPRIO", "LimitRTTIME", "LimitSIGPENDING",
        "LimitSTACK", "LockPersonality", "LogExtraFields", "LogFilterPatterns", "LogLevelMax",
        "LogNamespace", "LogRateLimitBurst", "LogRateLimitIntervalSec", "LogsDirectory",
        "LogsDirectoryAccounting", "LogsDirectoryMode", "LogsDirectoryQuota", "ManagedOOMMemoryPressure",
        "ManagedOOMMemoryPressureDurationSec", "ManagedOOMMemoryPressureLimit", "ManagedOOMPreference",
        "ManagedOOMSwap", "MemoryAccounting", "MemoryDenyWriteExecute", "MemoryHigh", "MemoryKSM",
        "MemoryLimit", "MemoryLow", "MemoryMax", "MemoryMin", "MemoryPressureThresholdSec",
        "MemoryPressureWatch", "MemorySwapMax", "MemoryTHP", "MemoryZSwapMax", "MemoryZSwapWriteback",
        "MountAPIVFS", "MountFlags", "MountImagePolicy", "MountImages", "NFTSet", "NUMAMask", "NUMAPolicy",
        "NetClass", "NetworkNamespacePath", "Nice", "NoExecPaths", "NoNewPrivileges", "OOMRules",
        "OOMScoreAdjust", "PAMName", "PassEnvironment", "Personality", "PrivateBPF", "PrivateDevices",
        "PrivateIPC", "PrivateMounts", "PrivateNetwork", "PrivatePIDs", "PrivateTmp", "PrivateUsers",
        "ProcSubset", "ProtectClock", "ProtectControlGroups", "ProtectHome", "ProtectHostname",
        "ProtectKernelLogs", "ProtectKernelModules", "ProtectKernelTunables", "ProtectProc",
        "ProtectSystem", "ReadOnlyDirectories", "ReadOnlyPaths", "ReadWriteDirectories", "ReadWritePaths",
        "RemoveIPC", "RestrictAddressFamilies", "RestrictFileSystems", "RestrictNamespaces",
        "RestrictNetworkInterfaces", "RestrictRealtime", "RestrictSUIDSGID", "RootDirectory",
        "RootEphemeral", "RootHash", "RootHashSignature", "RootImage", "RootImageOptions",
        "RootImagePolicy", "RootMStack", "RootVerity", "RuntimeDirectory", "RuntimeDirectoryMode",
        "RuntimeDirectoryPreserve", "SELinuxContext", "SecureBits", "SetLoginEnvironment",
        "SmackProcessLabel", "SocketBindAllow", "SocketBindDeny", "StandardError", "StandardInput",
        "StandardInputData", "StandardInputText", "StandardOutput", "StartupAllowedCPUs",
        "StartupAllowedMemoryNodes", "StartupBlockIOWeight", "StartupCPUShares", "StartupCPUWeight",
        "StartupIOWeight", "StartupMemoryHigh", "StartupMemoryLow", "StartupMemoryMax",
        "StartupMemorySwapMax", "StartupMemoryZSwapMax", "StateDirectory", "StateDirectoryAccounting",
        "StateDirectoryMode", "StateDirectoryQuota", "SupplementaryGroups", "SyslogFacility",
        "SyslogIdentifier", "SyslogLevel", "SyslogLevelPrefix", "SystemCallArchitectures",
        "SystemCallErrorNumber", "SystemCallFilter", "SystemCallLog", "TTYColumns", "TTYPath", "TTYReset",
        "TTYRows", "TTYVHangup", "TTYVTDisallocate", "TasksAccounting", "TasksMax", "TemporaryFileSystem",
        "TimeoutCleanSec", "TimerSlackNSec", "UMask", "UnsetEnvironment", "User", "UserNamespacePath",
        "UtmpIdentifier", "UtmpMode", "WorkingDirectory",
};

/* [Service] */
static const char *const ignored_service[] = {
        "BusPolicy", "LUOSession", "NonBlocking", "OOMPolicy", "OpenFile", "PermissionsStartOnly",
        "RebootArgument", "RefreshOnReload", "RestartMaxDelaySec", "RestartRandomizedDelaySec",
        "RestartSteps", "RuntimeRandomizedExtraSec", "SysVStartPriority", "TimeoutAbortSec",
        "USBFunctionDescriptors", "USBFunctionStrings",
};

/* [Socket] */
static const char *const ignored_socket[] = {
        "AcceptFileDescriptors", "Backlog", "BindIPv6Only", "BindToDevice", "Broadcast", "DeferAcceptSec",
        "DeferTrigger", "DeferTriggerMaxSec", "DirectoryMode", "FileDescriptorName", "FlushPending",
        "FreeBind", "IPTOS", "IPTTL", "KeepAlive", "KeepAliveIntervalSec", "KeepAliveProbes",
        "KeepAliveTimeSec", "Mark", "MaxConnections", "MaxConnectionsPerSource", "MessageQueueMaxMessages",
        "MessageQueueMessageSize", "NoDelay", "PassCredentials", "PassFileDescriptorsToExec", "PassPIDFD",
        "PassPacketInfo", "PassSecurity", "PipeSize", "PollLimitBurst", "PollLimitIntervalSec", "Priority",
        "ReceiveBuffer", "RemoveOnStop", "ReusePort", "SELinuxContextFromNet", "SendBuffer", "SmackLabel",
        "SmackLabelIPIn", "SmackLabelIPOut", "SocketGroup", "SocketMode", "SocketProtocol", "SocketUser",
        "Symlinks", "TCPCongestion", "TimeoutSec", "Timestamping", "Transparent", "TriggerLimitBurst",
        "TriggerLimitIntervalSec", "Writable", "XAttrAccept", "XAttrEntryPoint", "XAttrListen",
};

/* [Timer] */
static const char *const ignored_timer[] = {
        "AccuracySec", "DeferReactivation", "FixedRandomDelay", "Persistent", "RandomizedDelaySec",
        "RandomizedOffsetSec", "WakeSystem",
};

/* [Path] */
static const char *const ignored_path[] = {
        "DirectoryMode", "MakeDirectory", "TriggerLimitBurst", "TriggerLimitIntervalSec",
};

/* [Scope] */
static const char *const ignored_scope[] = {
        "OOMPolicy", "RuntimeRandomizedExtraSec",
};

#define IGNORED(sections, list) { sections, list, G_N_ELEMENTS(list) }

static const struct {
        unsigned sections;
        const char *const *names;
        size_t n_names;
} ignored[] = {
        IGNORED(IN_UNIT, ignored_unit),
        IGNORED(IN_INSTALL, ignored_install),
        IGNORED(IN_SERVICE | IN_SOCKET | IN_SLICE | IN_SCOPE, ignored_context),
        IGNORED(IN_SERVICE, ignored_service),
        IGNORED(IN_SOCKET, ignored_socket),
        IGNORED(IN_TIMER, ignored_timer),
        IGNORED(IN_PATH, ignored_path),
        IGNORED(IN_SCOPE, ignored_scope),
};

bool setting_is_ignored(unsigned section, const char *key) {
        if (section == IN_OTHER || g_str_has_prefix(key, "X-"))
                return true;

        for (size_t i = 0; i < G_N_ELEMENTS(ignored); i++) {
                if (!(ignored[i].sections & section))
                        continue;

                for (size_t k = 0; k < ignored[i].n_names; k++)
                        if (strcmp(ignored[i].names[k], key) == 0)
                                return true;
        }

        return false;
}
