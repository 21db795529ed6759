/* SPDX-License-Identifier: MIT */
#pragma once

/* A World is one state of PID 1, its processes, its disk and its clients: one contiguous value without pointers.
 * It is copied with memcpy, compared and hashed as bytes. Its arrays have lengths that the Catalog fixes, so
 * their places are computed once (WorldLayout). All padding is explicit and zero.
 *
 *   +--------+-------+----------+------+-----------+--------------+-------+-------+--------||--------+
 *   | header | units | commands | deps | processes | names, disk  | inbox | order | clients|| labels |
 *   +--------+-------+----------+------+-----------+--------------+-------+-------+--------||--------+
 *   <------------------------------- hashed: WorldLayout.hashed -------------------------->|| counters that
 *                                                                                           only name things
 *
 * Units: slot = position in the table. world_normalize() puts each unit into the slot of its canonical name, so
 * between two steps unit number i has id i; during a step use Unit.id, never the slot. */

#include "catalog.h"
#include "profile.h"
#include "types.h"

/* Slot of a Unit; UNIT_NONE: none. */
typedef uint16_t UnitSlot;
#define UNIT_NONE UINT16_MAX

/* The queues of Manager in which a unit can wait; all are LIFO but the realize queue (manager.h, 5.1). */
typedef enum UnitQueue {
        QUEUE_LOAD,
        QUEUE_GC,
        QUEUE_CLEANUP,
        QUEUE_CGROUP_REALIZE, /* FIFO */
        QUEUE_CGROUP_EMPTY,
        QUEUE_TARGET_DEPS,
        QUEUE_STOP_WHEN_UNNEEDED,
        QUEUE_START_WHEN_UPHELD,
        QUEUE_STOP_WHEN_BOUND,
        QUEUE_RELEASE_RESOURCES,
        QUEUE_STOP_NOTIFY,
        _UNIT_QUEUE_MAX,
} UnitQueue;

/* A cgroup path is that of a slice and, below it, a unit: /SLICE/UNIT. name == ID_NONE: no path. */
typedef struct CGroupPath {
        NameId name;
        NameId slice; /* ID_NONE: system.slice */
} CGroupPath;

/* clang-format off */
enum { /* Job.flags */
        JOB_IRREVERSIBLE   = 1 << 0,
        JOB_IGNORE_ORDER   = 1 << 1,
        JOB_IN_RUN_QUEUE   = 1 << 2,
        JOB_SENT_NEW       = 1 << 3,
        JOB_HAS_TIMER      = 1 << 4, /* a JobTimeoutSec= timer is armed */
        JOB_REFUSE_LATE_MERGE = 1 << 5,
        JOB_IN_GC_QUEUE    = 1 << 6,
};

typedef struct Job {
        uint8_t installed; /* 0: there is none */
        uint8_t type;      /* JobType */
        uint8_t state;     /* JobState */
        uint8_t flags;
        uint8_t begin_running; /* it was running at some time: job-begin-running= (job-begin= is always set) */
        uint8_t details; /* UnitType of the path or timer that has asked for it, 0: nobody */
} Job;

enum { /* Unit.timestamps: which are set */
        TIMESTAMP_STATE_CHANGE   = 1 << 0,
        TIMESTAMP_INACTIVE_EXIT  = 1 << 1,
        TIMESTAMP_ACTIVE_ENTER   = 1 << 2,
        TIMESTAMP_ACTIVE_EXIT    = 1 << 3,
        TIMESTAMP_INACTIVE_ENTER = 1 << 4,
        TIMESTAMP_CONDITION      = 1 << 5,
        TIMESTAMP_ASSERT         = 1 << 6,
};

enum { /* Unit.flags, runtime */
        UNIT_CONDITION_RESULT   = 1 << 0,
        UNIT_ASSERT_RESULT      = 1 << 1,
        UNIT_IN_AUDIT           = 1 << 2,
        UNIT_START_LIMIT_HIT    = 1 << 3,
        UNIT_HAS_INVOCATION_ID  = 1 << 4,
        UNIT_CGROUP_REALIZED    = 1 << 5,
        UNIT_HAS_CGROUP_RUNTIME = 1 << 6,  /* [257+] CGroupRuntime exists */
        UNIT_CGROUP_WATCHED     = 1 << 7,  /* inotify on cgroup.events */
        UNIT_CGROUP_EVENT       = 1 << 8,  /* that inotify is pending */
        UNIT_COLDPLUGGED        = 1 << 9,
        UNIT_EXPORTED_INVOCATION_ID = 1 << 10,
        UNIT_NOT_FOUND_STALE    = 1 << 11, /* the disk changed since the load that found nothing */
        UNIT_BUS_TRACKED        = 1 << 12, /* a client holds it (Ref) */
        UNIT_PERPETUAL          = 1 << 13,
        UNIT_IS_ORPHAN          = 1 << 14, /* made by manager_synthesize_orphaned_unit() */
        UNIT_HAS_STATUS_TEXT    = 1 << 15,
};

enum { /* Unit.config, [Unit] section */
        CONFIG_STOP_WHEN_UNNEEDED   = 1 << 0,
        CONFIG_NO_DEFAULT_DEPENDENCIES = 1 << 1,
        CONFIG_REFUSE_MANUAL_START  = 1 << 2,
        CONFIG_REFUSE_MANUAL_STOP   = 1 << 3,
        CONFIG_ALLOW_ISOLATE        = 1 << 4,
        CONFIG_IGNORE_ON_ISOLATE    = 1 << 5,
        CONFIG_JOB_TIMEOUT          = 1 << 6, /* JobTimeoutSec= is finite */
        CONFIG_JOB_RUNNING_TIMEOUT  = 1 << 7,
};

enum { /* Service.config */
        SERVICE_REMAIN_AFTER_EXIT = 1 << 0,
        SERVICE_GUESS_MAIN_PID    = 1 << 1,
        SERVICE_SEND_SIGKILL      = 1 << 2,
        SERVICE_SEND_SIGHUP       = 1 << 3,
        SERVICE_HAS_WATCHDOG      = 1 << 4, /* WatchdogSec= is set */
        SERVICE_HAS_RUNTIME_MAX   = 1 << 5,
        SERVICE_ROOT_STARTS_ONLY  = 1 << 6,
        SERVICE_START_TIMEOUT_INFINITE = 1 << 7,
        SERVICE_STOP_TIMEOUT_INFINITE  = 1 << 8,
        SERVICE_RESTART_ZERO      = 1 << 9,  /* RestartSec= is at most its default, 100 ms: elapses at once */
        SERVICE_RESTART_INFINITE  = 1 << 10,
        SERVICE_START_TIMEOUT_DEFINED = 1 << 13, /* TimeoutSec= or TimeoutStartSec= is set */
        SERVICE_HAS_CREDENTIALS   = 1 << 14, /* LoadCredential= and the like */
};

enum { /* Service.config of a socket, timer or path; the bits about killing are a socket's, too */
        TRIGGER_HAS_SOURCE        = 1 << 15, /* Listen*=, On*=, Path*= */
        SOCKET_ACCEPT             = 1 << 14, /* Accept=yes */
        SOCKET_HAS_NON_ACCEPTING  = 1 << 13, /* a Listen*= that cannot accept connections */
        TIMER_HAS_CALENDAR        = 1 << 13, /* OnCalendar= */
};

enum { /* Service.flags of a timer, runtime */
        TIMER_HAS_LAST_TRIGGER     = 1 << 0,
};

enum { /* Service.flags, runtime */
        SERVICE_MAIN_PID_KNOWN     = 1 << 0,
        SERVICE_MAIN_PID_ALIEN     = 1 << 1,
        SERVICE_FORBID_RESTART     = 1 << 2,
        SERVICE_BUS_NAME_GOOD      = 1 << 3,
        SERVICE_FLUSH_N_RESTARTS   = 1 << 4, /* [252, 254] */
        SERVICE_WILL_AUTO_RESTART  = 1 << 5, /* [252] */
        SERVICE_EXEC_FD            = 1 << 6, /* the Type=exec pipe is open */
        SERVICE_EXEC_FD_HOT        = 1 << 7,
        SERVICE_TIMER_ARMED        = 1 << 8,
        SERVICE_TIMER_NOW          = 1 << 9, /* of length zero: elapses at once */
        SERVICE_WATCHDOG_ARMED     = 1 << 10,
        SERVICE_WATCH_PID_FILE     = 1 << 11,
        SERVICE_MAIN_STATUS_EXITED = 1 << 12, /* main_exec_status has an exit timestamp */
        SERVICE_MAIN_STATUS_SET    = 1 << 13, /* main_exec_status.pid > 0 */
        SERVICE_NOTIFY_OVERRIDE    = 1 << 14,
        SERVICE_RELOAD_BEGIN       = 1 << 15, /* reload_begin_usec is finite */
};

enum { /* Service.flags2 */
        SERVICE_WATCHDOG_TIMESTAMP    = 1 << 0,
        SERVICE_WATCHDOG_ORIGINAL     = 1 << 1, /* watchdog_original_usec is not infinity */
        SERVICE_WATCHDOG_OVERRIDE     = 1 << 2,
        SERVICE_REVALIDATE_BEGIN      = 1 << 3,
        SERVICE_RESTART_DELAY_CHOSEN  = 1 << 4,
        SERVICE_MAIN_STATUS_HANDOFF   = 1 << 5,
        SERVICE_WATCHDOG_OVERRIDE_NONE = 1 << 6, /* the override says that there is no watchdog */
};

/* A set of exit codes or signals, as SuccessExitStatus= has: up to 6 each, kept sorted. 0-terminated; codes are
 * stored plus one. */
typedef struct ExitStatusSet {
        uint16_t codes[6];
        uint8_t signals[6];
        uint8_t set[2]; /* [0]: number of codes, [1]: number of signals */
} ExitStatusSet;

/* What a socket or path unit waits for, by the keys that it has in the state stream. */
typedef enum ListenKind {
        LISTEN_SOCKET,
        LISTEN_NETLINK,
        LISTEN_SPECIAL,
        LISTEN_MQUEUE,
        LISTEN_USB_FUNCTION,
        LISTEN_FIFO,
        LISTEN_PATH, /* of a path unit */
        _LISTEN_KIND_MAX,
} ListenKind;
G_STATIC_ASSERT(sizeof(ExitStatusSet) >= _LISTEN_KIND_MAX);

typedef struct Service {
        /* configuration, from the fragment; defaults are service_init()'s */
        uint16_t config;                    /* SERVICE_REMAIN_AFTER_EXIT... */
        uint8_t type;                       /* ServiceType */
        uint8_t exit_type;                  /* ServiceExitType */
        uint8_t restart;                    /* ServiceRestart */
        uint8_t restart_mode;               /* ServiceRestartMode */
        uint8_t notify_access;              /* NotifyAccess */
        uint8_t kill_mode;                  /* KillMode */
        uint8_t timeout_start_failure_mode; /* ServiceTimeoutFailureMode */
        uint8_t timeout_stop_failure_mode;
        uint8_t kill_signal; /* signal number */
        uint8_t reload_signal;
        uint8_t n_fd_store_max;
        uint8_t fd_store_preserve_mode; /* ExecPreserveMode */
        TextId pid_file;                /* PIDFile= */
        TextId bus_name;                /* BusName= */
        union { /* of one size, for worlds are compared as bytes */
                ExitStatusSet success_status;
                uint8_t n_listen[sizeof(ExitStatusSet)]; /* of a socket or path, by ListenKind */
        };
        ExitStatusSet restart_prevent_status;
        ExitStatusSet restart_force_status;

        /* runtime */
        uint16_t flags; /* SERVICE_MAIN_PID_KNOWN... */
        uint8_t flags2;
        uint8_t deserialized_state;
        uint8_t result; /* ServiceResult */
        uint8_t reload_result;
        uint8_t notify_state; /* NotifyState */
        uint8_t notify_access_override;
        Pid main_pid; /* stays as it was when the process is gone: see 2.5 */
        Pid control_pid;
        uint8_t main_command; /* 1 + index into the unit's commands, 0: NULL */
        uint8_t control_command;
        int8_t control_command_id; /* ServiceExecCommand, -1: invalid */
        uint8_t main_exit_code;    /* of main_exec_status: CLD_EXITED and so on, 0: none */
        uint16_t n_restarts;
        uint8_t main_exit_status;
        uint8_t n_fd_store;
        uint16_t timer_seq;        /* order of arming, for `elapse UNIT` without a name; smaller is earlier */
        uint8_t final_kill_signal; /* configuration, too: FinalKillSignal=, 0: SIGKILL */
        uint8_t reserved;
} Service;

typedef struct Unit {
        NameId id;            /* canonical name */
        uint8_t in_use;       /* 0: the slot is free */
        uint8_t type;         /* UnitType */
        uint8_t load_state;   /* UnitLoadState */
        uint8_t state;        /* ServiceState, TargetState, ... by type */
        uint8_t config;       /* CONFIG_STOP_WHEN_UNNEEDED... */
        uint8_t collect_mode; /* CollectMode */
        PathId fragment;      /* FragmentPath=, ID_NONE: none */
        UnitSlot merged_into; /* load_state merged: the unit that swallowed it */
        uint16_t flags;       /* UNIT_CONDITION_RESULT... */
        uint8_t timestamps;
        uint8_t on_failure_job_mode;
        CGroupPath cgroup;                 /* set: also registered in Manager.cgroup_unit */
        NameId slice;                      /* Slice=, ID_NONE: the default */
        uint8_t start_limit_interval_zero; /* StartLimitIntervalSec=0 */
        uint8_t start_limit_burst;
        uint8_t start_ratelimit; /* hits so far */
        uint8_t auto_start_stop_ratelimit;
        uint8_t n_commands;
        uint8_t on_success_job_mode;
        Job job;
        Job nop_job;
        uint16_t queue
                [_UNIT_QUEUE_MAX]; /* place in each queue, 1 is the bottom (FIFO: the front); 0: not queued */
        NameId trigger;            /* socket, timer, path: the unit that Service= or Unit= names */
        Service service;           /* also used, where it fits, by socket and scope: result, control_pid */
} Unit;

typedef struct UnitCommand {
        CommandId command;
        uint8_t id; /* ServiceExecCommand */
        uint8_t reserved;
} UnitCommand;

enum { /* Dependency.flags */
        DEPENDENCY_FROM_REFERENCES = 1 << 0, /* `from` has UNIT_REFERENCES on `to` */
        DEPENDENCY_TO_REFERENCES   = 1 << 1, /* and the other way */
};

/* One edge, stored once, in the direction that unit_dependency_forward() calls forward. */
typedef struct Dependency {
        UnitSlot from;
        UnitSlot to;
        uint8_t type; /* UnitDependency, forward ones only */
        uint8_t flags;
} Dependency;

typedef enum ProcessState { PROCESS_NONE, PROCESS_RUNNING, PROCESS_ZOMBIE, _PROCESS_STATE_MAX } ProcessState;

enum { /* Process.flags */
        PROCESS_IS_CHILD     = 1 << 0, /* PID 1 is its parent, so it becomes PID 1's zombie */
        PROCESS_IS_MAIN      = 1 << 1, /* started as the main process of `started_for` */
        PROCESS_IS_CONTROL   = 1 << 2,
        PROCESS_EXEMPT       = 1 << 3, /* left alive on purpose (KillMode=none, process) */
        PROCESS_CAN_EXIT     = 1 << 4, /* may exit 0 by itself at any time from now on */
        PROCESS_IS_DAEMON    = 1 << 5, /* no actor: may exit 0 after SIGTERM */
        PROCESS_EXIT_ON_TERM = 1 << 6,
        PROCESS_ANSWERS_RELOAD = 1 << 7, /* answers ReloadSignal= by RELOADING=1 and READY=1 */
};

typedef struct Process {
        uint8_t state; /* ProcessState */
        uint8_t flags;
        TextId tag;
        CGroupPath cgroup;
        NameId started_for; /* name of the unit that it was started for, ID_NONE: none */
        CommandId command;  /* ID_NONE: a forked child */
        Pid parent;         /* 0: PID 1 */
        uint16_t seq;       /* age: smaller is older; dense after world_normalize() */
        uint16_t watchers;  /* how many units watch it [see watch below] */
        uint8_t exit_code;  /* CLD_EXITED, CLD_KILLED, CLD_DUMPED of a zombie */
        uint8_t exit_status;
        UnitSlot watch[4]; /* watch_pids[pid] and then the array, in order; UNIT_NONE: none */
        uint16_t epoch;    /* number of reloads seen while alive, saturating: for no-double-start */
} Process;

typedef enum InboxKind {
        INBOX_CALL,
        INBOX_TIMER,
        INBOX_BUS_NAME,
        INBOX_TRIGGER,
        INBOX_WATCHDOG,
        INBOX_JOB_TIMER,
        INBOX_PID_FILE
} InboxKind;

/* Something of normal priority that has arrived at PID 1 and waits to be dispatched, oldest first. */
typedef struct InboxEntry {
        uint8_t kind;      /* InboxKind */
        uint8_t statement; /* CALL: StatementType */
        NameId unit;       /* the name that the call gives, or the unit whose timer elapsed */
        uint16_t client;   /* CALL: 0 top level, else 1 + index of the client; ID_NONE: nobody waits */
        uint16_t group;    /* calls with the same non-zero group arrived together: any order */
        uint16_t
                connection; /* CALL: those of one group with the same non-zero connection come one after another */
        uint16_t first,
                n; /* CALL for several units (Profile.enqueue_many): its operations; n 0: for `unit` only */
} InboxEntry;

/* A datagram in the notify socket. */
typedef struct Message {
        Pid pid;
        TextId text;
} Message;

typedef struct Client {
        uint16_t pc;        /* next operation of its program */
        uint8_t waiting;    /* its call has not been answered */
        uint8_t one_by_one; /* each unit of the present line gets a call of its own, see dbus.c:retry_one_by_one */
} Client;

/* Why PID 1 died. Zero: it lives. */
typedef enum CrashSite {
        CRASH_NONE,
        CRASH_SIGCHLD_MAIN,    /* service_sigchld_event(), main process */
        CRASH_SIGCHLD_CONTROL, /* service_sigchld_event(), control process */
        CRASH_SERVICE_TIMER,   /* service_dispatch_timer() */
        CRASH_SERVICE_START,
        CRASH_SERVICE_STOP,
        CRASH_SERVICE_RELOAD,
        CRASH_SERVICE_COLDPLUG,
        CRASH_RUN_NEXT, /* service_run_next_main(), Type other than oneshot */
        CRASH_MERGE_JOBS, /* job_type_lookup_merge(), a job that does nothing and another one */
        CRASH_OTHER,
        _CRASH_SITE_MAX,
} CrashSite;

enum { /* World.flags */
        WORLD_PAUSED        = 1 << 0,
        WORLD_RELOADING     = 1 << 1, /* MANAGER_IS_RELOADING; only inside a step */
        WORLD_SIGCHLD_ON    = 1 << 2, /* the sigchld defer source is enabled */
        WORLD_SIGNAL        = 1 << 3, /* signalfd has a SIGCHLD */
        WORLD_RELOAD_WANTED = 1 << 4, /* objective = reload */
        WORLD_REEXEC_WANTED = 1 << 5,
        WORLD_DISPATCHING_LOAD_QUEUE = 1 << 6,
        WORLD_LIMIT         = 1 << 7, /* a capacity was exceeded: the result is incomplete */
        WORLD_DISPATCHING_RUN_QUEUE = 1 << 8,
};

/* How many hash keys one run can draw at most (boot, reexec); more sets WORLD_LIMIT. */
#define WORLD_EPOCHS_MAX 4

typedef struct World {
        uint16_t flags;
        uint8_t crashed; /* CrashSite */
        uint8_t epoch;   /* which hash key m->units has, 0 at boot */
        NameId crash_unit;
        uint16_t n_dependencies;
        uint16_t n_inbox;
        uint16_t n_messages;
        uint16_t n_processes_seq; /* next Process.seq */
        uint16_t timer_seq;       /* next Service.timer_seq */
        uint16_t n_queued[_UNIT_QUEUE_MAX];
        UnitSlot reload_client; /* client that waits for the reload, as InboxEntry.client */
        uint16_t top_pc;        /* next operation of the top level */
        uint16_t reload_count;  /* saturating at 3, for properties */
} World;

typedef struct WorldLayout {
        size_t n_units, n_names, n_paths, n_processes, n_dependencies, n_commands, n_messages, n_inbox, n_texts,
                n_clients;
        size_t n_epochs;    /* hash keys that a run can draw: one, and one for each reexec of the scenario */
        size_t order_words; /* 64-bit words of one row of the order relation */
        size_t units, commands, dependencies, processes, names, disk, inbox, messages, pid_files, bus_names,
                order, clients;
        size_t hashed;                        /* bytes that tell worlds apart */
        size_t tag_count, instances, job_ids; /* labels, behind the hashed part */
        size_t size;                          /* bytes of a world, in whole groups */
} WorldLayout;

/* Worlds are compared and packed by groups of this many 64-bit words. */
#define WORLD_GROUP_WORDS 8U

/* Fills @ret_layout for worlds of catalog @c. */
void world_layout(const Catalog *c, WorldLayout *ret_layout);

/* Typed views of a world's arrays. */
#define WORLD_VIEW(name, type)                                                                               \
        static inline type *world_##name(const WorldLayout *l, const World *w) {                             \
                return (type *) (void *) ((uint8_t *) (uintptr_t) w + l->name);                              \
        }
/* clang-format on */
WORLD_VIEW(units, Unit)
WORLD_VIEW(commands, UnitCommand) /* n_commands for each unit slot */
WORLD_VIEW(dependencies, Dependency)
WORLD_VIEW(processes, Process)
WORLD_VIEW(names, UnitSlot) /* Manager.units: which unit has this name; UNIT_NONE */
WORLD_VIEW(disk, ContentId) /* what each path holds; ID_NONE: nothing */
WORLD_VIEW(inbox, InboxEntry)
WORLD_VIEW(messages, Message)
WORLD_VIEW(pid_files, Pid)  /* by TextId of the PID file's path: what it says */
WORLD_VIEW(bus_names, Pid)  /* by TextId of the bus name: who owns it */
WORLD_VIEW(order, uint64_t) /* per epoch and name a row: the names that are known to come after it */
WORLD_VIEW(clients, Client)
WORLD_VIEW(tag_count, uint16_t) /* by TextId of a tag: how many processes were started with it */
WORLD_VIEW(instances, uint16_t) /* by process slot: its N in TAG.N */
WORLD_VIEW(job_ids, uint32_t)   /* by unit slot * 2 (+1: nop job); [n_units * 2]: current_job_id */

/* An empty world: nothing on disk, no unit, no process. The caller frees it with g_free(). */
World *world_new(const WorldLayout *l);
void world_init(const WorldLayout *l, World *w);

/* Brings a world between two steps into its canonical form: units into the slots of their ids, process ages,
 * timer and queue numbers dense, dependencies sorted where their order is not observable. Two worlds that behave
 * alike should then be equal bytes (in the hashed part). @scratch has room for one world.
 * Processes move to the slots of their ages, so a Pid means the same process only until then: properties that compare
 * m->before_reload with m->world must look before. */
void world_normalize(const WorldLayout *l, World *w, World *scratch);

/* 128-bit fingerprint of the hashed part. The world must be normalized. */
typedef struct Fingerprint {
        uint64_t low, high;
} Fingerprint;
Fingerprint world_fingerprint(const WorldLayout *l, const World *w);

/* The ranking of names in m->units, decided as far as @w needs it. world_order_known(): -1 a before b, 1 b before
 * a, 0 not decided. world_order_decide(): decides a before b and all that follows from it; they must be undecided. */
int world_order_known(const WorldLayout *l, const World *w, unsigned epoch, NameId a, NameId b);
void world_order_decide(const WorldLayout *l, World *w, unsigned epoch, NameId a, NameId b);

/* All rows, in 64-bit words. */
static inline size_t world_order_size(const WorldLayout *l) {
        return l->n_epochs * l->n_names * l->order_words;
}

/* The names that are known to come after @name, a bit for each. */
static inline uint64_t *world_order_row(const WorldLayout *l, const World *w, unsigned epoch, NameId name) {
        return world_order(l, w) + (epoch * l->n_names + name) * l->order_words;
}
