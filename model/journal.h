/* SPDX-License-Identifier: MIT */
#pragma once

/* What PID 1 logs at level info or above, for Observer.log(). Nothing happens without one. Numbers that the model does not
 * know, process ids and durations, are "?". */

#include "manager.h"
#include "unit.h"

/* How a version says it. */
typedef struct JournalWords {
        const char *reload_request, *reexec_request; /* dbus-manager.c:log_caller(); NULL: says nothing */
        const char *reloading, *reloaded;            /* main.c:do_reload; reloaded NULL: says nothing */
        const char *own_process;                     /* crash-handler.c */
        const char *stop_failed; /* service.c:service_vtable, a stop job with result failed */
        /* Where service.c has the assertions that are violated; 0: not known */
        unsigned line_sigchld_main, line_sigchld_control, line_timer;
} JournalWords;

extern const JournalWords journal_252, journal_254, journal_255, journal_257, journal_262;

static inline bool journal_is_wanted(const Manager *m) {
        return m->observer && m->observer->log;
}

/* A line of its own, and one that begins with the unit's name. */
void journal_line(Manager *m, const char *format, ...) G_GNUC_PRINTF(2, 3);
void journal_unit(Manager *m, const Unit *u, const char *format, ...) G_GNUC_PRINTF(3, 4);

void journal_job_started(Manager *m, const Unit *u, JobType t);                /* job_emit_start_message() */
void journal_job_done(Manager *m, const Unit *u, JobType t, JobResult result); /* job_emit_done_message() */
void journal_job_failed(Manager *m, const Unit *u, JobType t,
                        JobResult result);      /* job_finish_and_invalidate() */
void journal_result(Manager *m, const Unit *u); /* service_enter_dead() */
/* unit_log_process_exit(); a success is not worth a line */
void journal_process_exit(Manager *m, const Unit *u, const char *kind, bool success, uint8_t code,
                          uint8_t status);
void journal_leftovers(Manager *m, const Unit *u, bool start);               /* unit_warn_leftover_processes() */
void journal_kill(Manager *m, const Unit *u, bool whole_cgroup, int signal); /* log_kill() */
void journal_timeout(Manager *m, const Unit *u); /* service_dispatch_timer(): what it is about to do */
void journal_request(Manager *m, bool reexec);
void journal_crash(Manager *m, CrashSite site);
