/* SPDX-License-Identifier: MIT */

#include <string.h>

#include "fixes.h"
#include "journal.h"

/* One row a version. 252, 254, 257 and 262 were read in the sources (252.39, 254.26, 257.13, 262) and are measured
 * by recordings of the packaged daemons. 255 was never run: it is 254 with what the tag v255 changed. */

#define PRIORITY_IDLE 100

/* manager.c, cgroup.c, service.c, 252-255: each source has its number where it is made. */
/* clang-format off */
#define PRIORITIES_252                                                                                       \
        {                                                                                                    \
                .cgroup_inotify = -9,                                                                        \
                .notify = -8,                                                                                \
                .sigchld = -7,                                                                               \
                .signals = -6,                                                                               \
                .cgroup_empty = -5,                                                                          \
                .exec_fd = -3,                                                                               \
                .normal = 0,                                                                                 \
                .watchdog = PRIORITY_IDLE,                                                                   \
                .run_queue = PRIORITY_IDLE,                                                                  \
        }
/* clang-format on */

/* manager.h:EVENT_PRIORITY_*, 257-262; only the idle levels differ between the two. */
/* clang-format off */
#define PRIORITIES_257(watchdog_level, run_queue_level)                                                      \
        {                                                                                                    \
                .cgroup_inotify = -10,                                                                       \
                .exec_fd = -6,                                                                               \
                .notify = -5,                                                                                \
                .sigchld = -4,                                                                               \
                .signals = -3,                                                                               \
                .cgroup_empty = -2,                                                                          \
                .normal = 0,                                                                                 \
                .watchdog = PRIORITY_IDLE + (watchdog_level),                                                \
                .run_queue = PRIORITY_IDLE + (run_queue_level),                                              \
        }
/* clang-format on */

static const Profile profile_table[] = {
        {
                .version = 252,
                .name = "252",
                .journal = &journal_252,
                .describes = "read in 252.39, measured by recordings of 252.39",
                .priority = PRIORITIES_252,

                .stream_cgroup_realized = true,
                .cgroup_watch_on_deserialize = true,
                .stream_bus_name_owner = true,
                .stream_flush_n_restarts = true,
                .state_change_filled = true,

        },
        {
                .version = 254,
                .name = "254",
                .journal = &journal_254,
                .describes = "read in 254.26, measured by recordings of 254.26",
                .priority = PRIORITIES_252,

                .stream_cgroup_realized = true,
                .cgroup_watch_on_deserialize = true,
                .stream_bus_name_owner = true,
                .stream_flush_n_restarts = true,
                .stream_notify_access_override = true,
                .stream_reload_begin = true,
                .empty_job_id_renewed = true,
                .state_change_filled = true,

                .state_before_auto_restart = true,
                .notify_reload_states = true,
                .notify_tag_precedence = true,
                .release_resources_queue = true,

                .gc_waits_for_queues = true,
                .core_prunes_inactive = true,
                .job_install_needs_free_slot = true,
                .propagates_stop_gracefully = true,
                .failed_job_leaves_transaction = true,
                .upheld_by_setting = true,
                .knows_254_settings = true,
        },
        {
                /* What v255 changed: PidRef with pidfds (two lines a pid, each of which still overwrites) and
                 * the rate limits in the stream. CGroupRuntime, the restart shortcut and the priorities as an
                 * enumeration are younger. */
                .version = 255,
                .name = "255",
                .journal = &journal_255,
                .describes = "v255, as 254 with what is known to have changed; only read, never measured",
                .priority = PRIORITIES_252,

                .pidref_lines = true,
                .reaped_pids_lost = true,
                .stream_cgroup_realized = true,
                .cgroup_watch_on_deserialize = true,
                .stream_start_ratelimit = true,
                .stream_bus_name_owner = true,
                .stream_flush_n_restarts = true,
                .stream_notify_access_override = true,
                .stream_reload_begin = true,
                .empty_job_id_renewed = true,
                .state_change_filled = true,

                .state_before_auto_restart = true,
                .notify_reload_states = true,
                .notify_tag_precedence = true,
                .release_resources_queue = true,

                .gc_waits_for_queues = true,
                .core_prunes_inactive = true,
                .job_install_needs_free_slot = true,
                .propagates_stop_gracefully = true,
                .failed_job_leaves_transaction = true,
                .upheld_by_setting = true,
                .knows_254_settings = true,
        },
        {
                .version = 257,
                .name = "257",
                .journal = &journal_257,
                .describes = "read in 257.13, measured by recordings of 257.13",
                .priority = PRIORITIES_257(1, 2),

                .pids_first_wins = true,
                .pidref_lines = true,
                .stream_cgroup_realized = true,
                .cgroup_runtime = true,
                .cgroup_path_release_first = true,
                .cgroup_watch_on_deserialize = true,
                .stream_start_ratelimit = true,
                .stream_exported_debug_invocation = true,
                .stream_live_mount_result = true,
                .stream_notify_access_override = true,
                .stream_reload_begin = true,
                .stream_status_errno = true,
                .stream_handoff_timestamp = true,
                .empty_job_id_renewed = true,
                .stream_layout_257 = true,
                .state_change_filled = true,

                .state_before_auto_restart = true,
                .restart_shortcut = true,
                .restart_direct_replaces = true,
                .restart_force_spares_success_oneshot = true,
                .mainpid_while_stopping = true,
                .n_restarts_by_state = true,
                .notify_reload_states = true,
                .mounting_state = true,
                .notify_tag_precedence = true,
                .release_resources_queue = true,

                .gc_waits_for_queues = true,
                .core_prunes_inactive = true,
                .masked_shortcut = true,
                .job_install_needs_free_slot = true,
                .propagates_stop_gracefully = true,
                .failed_job_leaves_transaction = true,
                .retry_load_keeps_error = true,
                .isolate_keeps_by_trigger_job = true,
                .path_is_down_with_deactivating = true,
                .propagate_reload_skips_nop = true,
                .upheld_by_setting = true,
                .knows_254_settings = true,
                .knows_257_settings = true,
                .credentials_imply_exec = true,
        },
        {
                .version = 262,
                .name = "262",
                .journal = &journal_262,
                .describes = "read in 262, measured by recordings of 262.1",
                .priority = PRIORITIES_257(0, 1),
                .fixes = { &fix_skip_stale_entry, &fix_skip_job_sections, &fix_adopt_orphans },
                .n_fixes = 3,

                .pids_first_wins = true,
                .pidref_lines = true,
                .stream_fd_index = true,
                .cgroup_runtime = true,
                .cgroup_path_release_first = true,
                .stream_start_ratelimit = true,
                .stream_exported_debug_invocation = true,
                .stream_live_mount_result = true,
                .stream_notify_access_override = true,
                .stream_notify_state = true,
                .stream_reload_begin = true,
                .stream_restart_delay_chosen = true,
                .stream_status_errno = true,
                .stream_handoff_timestamp = true,
                .empty_job_id_renewed = true,
                .stream_layout_257 = true,

                .state_before_auto_restart = true,
                .restart_shortcut = true,
                .restart_direct_replaces = true,
                .restart_force_spares_success_oneshot = true,
                .mainpid_while_stopping = true,
                .n_restarts_by_state = true,
                .notify_reload_states = true,
                .reload_post = true,
                .running_revalidating = true,
                .mounting_state = true,
                .notify_tag_precedence = true,
                .notify_refuses_after_stopping = true,
                .enter_dead_skips_gc_queue = true,
                .leftovers_by_default_path = true,
                .start_limit_wins_result = true,
                .start_limit_spares_starting = true,
                .notify_restart_reset = true,
                .reload_signal_checked = true,
                .helper_exit_is_opaque = true,
                .release_resources_queue = true,
                .pinned_not_collected = true,
                .coldplug_from_pinned = true,

                .gc_waits_for_queues = true,
                .core_prunes_inactive = true,
                .masked_shortcut = true,
                .job_install_needs_free_slot = true,
                .propagates_stop_gracefully = true,
                .failed_job_leaves_transaction = true,
                .retry_load_keeps_error = true,
                .isolate_keeps_by_trigger_job = true,
                .path_is_down_with_deactivating = true,
                .propagate_reload_skips_nop = true,
                .transaction_drops_nop = true,
                .transaction_merges_anchored_first = true,
                .reload_canceled_when_down = true,
                .enqueue_many = true,
                .start_waits_for_stop = true,
                .upheld_by_setting = true,
                .knows_254_settings = true,
                .knows_257_settings = true,
                .credentials_imply_exec = true,
                .knows_262_settings = true,
        },
};

#define N_PROFILES (sizeof(profile_table) / sizeof(profile_table[0]))

const Profile *profiles(size_t *ret_n) {
        *ret_n = N_PROFILES;
        return profile_table;
}

const Profile *profile_find(const char *name) {
        for (size_t i = 0; i < N_PROFILES; i++)
                if (strcmp(profile_table[i].name, name) == 0)
                        return profile_table + i;

        return NULL;
}

const Profile *profile_default(void) {
        return profile_find("257");
}

/* service.c:service_state_table: a state name that a version does not know is ignored by its reader. */
bool profile_has_service_state(const Profile *p, ServiceState s) {
        switch (s) {
        case SERVICE_RUNNING_REVALIDATING:
                return p->running_revalidating;

        case SERVICE_REFRESH_EXTENSIONS:
        case SERVICE_REFRESH_CREDENTIALS:
        case SERVICE_RELOAD_POST:
                return p->reload_post;

        case SERVICE_RELOAD_SIGNAL:
        case SERVICE_RELOAD_NOTIFY:
                return p->notify_reload_states;

        case SERVICE_MOUNTING:
                return p->mounting_state;

        case SERVICE_DEAD_BEFORE_AUTO_RESTART:
        case SERVICE_FAILED_BEFORE_AUTO_RESTART:
        case SERVICE_AUTO_RESTART_QUEUED:
                return p->state_before_auto_restart;

        case SERVICE_DEAD_RESOURCES_PINNED:
                return p->release_resources_queue;

        default:
                return s >= 0 && s < _SERVICE_STATE_MAX;
        }
}
