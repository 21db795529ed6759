/* SPDX-License-Identifier: MIT */
#pragma once

/* What differs between the versions of systemd, and nothing else: one row a version, one switch a difference.
 * No other file compares version numbers. Each switch names the function in which the sources differ. */

#include "fix.h"
#include "types.h"

typedef struct EventPriorities {
        int8_t cgroup_inotify; /* manager.c, cgroup.c: manager_setup_cgroup */
        int8_t notify;         /* manager_setup_notify */
        int8_t exec_fd;        /* service_allocate_exec_fd_event_source */
        int8_t sigchld;        /* manager_setup_sigchld_event_source */
        int8_t signals;        /* manager_setup_signals */
        int8_t cgroup_empty;   /* cgroup.c: manager_setup_cgroup */
        int8_t normal;         /* D-Bus, timers */
        int8_t watchdog;       /* idle level: service watchdog */
        int8_t run_queue;      /* manager_setup_run_queue */
} EventPriorities;

#define FIXES_MAX 16U

typedef struct Profile {
        int version;           /* 252, 254, 255, 257, 262 */
        const char *name;      /* "257" */
        const char *describes; /* what was read and what was measured, one line */
        EventPriorities priority;
        const struct JournalWords *journal; /* journal.h */

        /* What has been merged so far, and what is tried out on top of it (fixes.h). The order is that in which they are
         * asked; `added` are those that were asked for, also if the version has them anyway. */
        const Fix *fixes[FIXES_MAX], *added[FIXES_MAX];
        unsigned n_fixes, n_added;

        /* Stream, unit-serialize.c and service.c */
        bool pids_first_wins; /* main-pid=, control-pid= ignored when already set */
        bool pidref_lines;    /* two lines a pid, "@FD:PID" first */
        bool stream_fd_index; /* fd-store-fd= ends with an index; a not-found unit keeps its descriptors */
        bool stream_cgroup_realized;    /* cgroup-realized= is written at all */
        bool cgroup_runtime;            /* cgroup state is a heap object that may be absent */
        bool cgroup_path_release_first; /* unit_set_cgroup_path() drops the old path before it inserts */
        bool cgroup_watch_on_deserialize;
        bool stream_start_ratelimit;
        bool stream_exported_debug_invocation; /* debug-invocation= */
        bool stream_live_mount_result;
        bool stream_bus_name_owner;
        bool stream_flush_n_restarts;
        bool stream_notify_access_override;
        bool stream_notify_state;
        bool stream_reload_begin;
        bool stream_restart_delay_chosen;
        bool stream_status_errno;
        bool stream_handoff_timestamp;
        bool empty_job_id_renewed; /* job_deserialize() */
        bool stream_layout_257; /* service keys: forbid-restart after n-restarts, status-text behind the exec status */
        bool state_change_filled; /* unit_deserialize(): an entry without state-change-timestamp gets the present time */
        bool reaped_pids_lost; /* 255: deserialize_pidref() opens the process again, which fails once it is reaped */

        /* Services */
        bool state_before_auto_restart; /* 254: dead-before-auto-restart and its kin; else will_auto_restart */
        bool restart_shortcut;          /* 257: a manual start in auto-restart restarts at once */
        bool restart_direct_replaces;   /* 257: RestartMode=direct enqueues with mode replace */
        bool restart_force_spares_success_oneshot; /* 257 */
        bool n_restarts_by_state;           /* 257: reset unless auto-restart-queued; else the flush flag */
        bool notify_reload_states;          /* 254: reload-signal, reload-notify, Type=notify-reload */
        bool reload_post;                   /* 262: ExecReloadPost, reload-post, refresh-* */
        bool running_revalidating;          /* 262 */
        bool mounting_state;                /* 257 */
        bool notify_tag_precedence;         /* 254: STOPPING > READY > RELOADING; else the last tag wins */
        bool notify_refuses_after_stopping; /* 262 */
        bool release_resources_queue;       /* 254 */
        bool pinned_not_collected;          /* 262: may_gc in dead-resources-pinned */
        bool coldplug_from_pinned;          /* 262: service_coldplug() accepts dead-resources-pinned */
        bool enter_dead_skips_gc_queue;     /* 262: service_enter_dead() does not offer the unit to the gc */
        bool start_limit_wins_result; /* 262: service_enter_dead(): start-limit-hit replaces an earlier result */
        bool start_limit_spares_starting; /* 262: service_test_startable() counts no start of a starting service */
        bool leftovers_by_default_path; /* 262: unit_warn_leftover_processes() looks without setting a cgroup path */
        bool mainpid_while_stopping; /* 257: MAINPID= is taken in stop and stop-sigterm */
        bool notify_restart_reset;   /* 262: RESTART_RESET=1 */
        bool reload_signal_checked;  /* 262: service_check_reload_signal_handler() */
        bool helper_exit_is_opaque;  /* 262: no SuccessExitStatus= for a control process without a command */

        /* Units, jobs, manager */
        bool gc_waits_for_queues;           /* 254: D-Bus, cgroup-empty and oom queues hold a unit */
        bool core_prunes_inactive;          /* 254: cgroup-empty of an inactive unit only prunes */
        bool masked_shortcut;               /* 257: a masked unit's drop-ins are not read */
        bool job_install_needs_free_slot;   /* 254: job_install() asserts that canceling the old job left none */
        bool propagates_stop_gracefully;    /* 254: PropagatesStopTo= is UNIT_ATOM_PROPAGATE_STOP_GRACEFUL */
        bool failed_job_leaves_transaction; /* 254: transaction_add_job_and_dependencies() deletes what it added */
        bool retry_load_keeps_error; /* 257: same function; a retried load that fails is not made not-found */
        bool isolate_keeps_by_trigger_job; /* 257: shall_stop_on_isolate() */
        bool path_is_down_with_deactivating; /* 257: path.c: a unit that is deactivating is down for a path already */
        bool propagate_reload_skips_nop; /* 257: manager_propagate_reload() without a job to propagate to */
        bool transaction_drops_nop; /* 262: transaction_drop_nop(); before, merging with it is an assertion */
        bool transaction_merges_anchored_first; /* 262: transaction_ensure_mergeable() */
        bool reload_canceled_when_down;         /* 262: unit_process_job(), JOB_RELOAD */
        bool enqueue_many; /* 262: method_enqueue_unit_job_many(), which systemctl calls for several units */
        bool start_waits_for_stop; /* 262: unit_start() in deactivating, -EAGAIN before anything is tested */
        bool upheld_by_setting;    /* 254: UpheldBy=, .upholds/ */
        bool knows_254_settings; /* load-fragment-gperf: RestartMode=, FileDescriptorStorePreserve=, ReloadSignal= */
        bool knows_257_settings; /* RestartMode=debug */
        bool knows_262_settings; /* ExecReloadPost=, the prefix "|", FileDescriptorStorePreserve=on-success */
        bool credentials_imply_exec; /* 257: service_add_extras(): no Type= but credentials */
} Profile;

/* All profiles, in ascending order of version; *ret_n is their number. */
const Profile *profiles(size_t *ret_n);

/* The profile called NAME ("257"), NULL when there is none. */
const Profile *profile_find(const char *name);

/* The default: 257. */
const Profile *profile_default(void);

bool profile_has_service_state(const Profile *p, ServiceState s);
