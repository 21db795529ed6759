/* SPDX-License-Identifier: MIT */

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "journal.h"
#include "kernel.h"
#include "service.h"
#include "tables.h"

const JournalWords journal_252 = {
        .reloading = "Reloading.",
        .own_process = "Caught <ABRT> from our own process.",
        .stop_failed = "Stopped (with error) %s.",
        .line_sigchld_main = 3651,
        .line_sigchld_control = 3837,
        .line_timer = 4048,
};

const JournalWords journal_254 = {
        .reload_request = "Reloading",
        .reexec_request = "Reexecuting",
        .reloading = "Reloading...",
        .reloaded = "Reloading finished in ? ms.",
        .own_process = "Caught <ABRT> from our own process.",
        .stop_failed = "Stopped (with error) %s.",
        .line_sigchld_main = 3878,
        .line_sigchld_control = 4072,
        .line_timer = 4285,
};

/* Not read: as 254. */
const JournalWords journal_255 = {
        .reload_request = "Reloading",
        .reexec_request = "Reexecuting",
        .reloading = "Reloading...",
        .reloaded = "Reloading finished in ? ms.",
        .own_process = "Caught <ABRT> from our own process.",
        .stop_failed = "Stopped (with error) %s.",
};

const JournalWords journal_257 = {
        .reload_request = "Reload",
        .reexec_request = "Reexecution",
        .reloading = "Reloading...",
        .reloaded = "Reloading finished in ? ms.",
        .own_process = "Caught <ABRT>, from our own process.",
        .stop_failed = "Stopped (with error) %s.",
        .line_sigchld_main = 4064,
        .line_sigchld_control = 4261,
        .line_timer = 4480,
};

const JournalWords journal_262 = {
        .reload_request = "Reload",
        .reexec_request = "Reexecution",
        .reloading = "Reloading...",
        .reloaded = "Reloading finished in ? ms.",
        .own_process = "Caught <ABRT>, from our own process.",
        .stop_failed = "Stopped %s with error.",
        .line_sigchld_main = 4926,
        .line_sigchld_control = 5140,
        .line_timer = 5352,
};

#define LINE_SIZE 1024

static void G_GNUC_PRINTF(3, 0) emit(Manager *m, const char *prefix, const char *format, va_list ap) {
        char text[LINE_SIZE];
        int n = snprintf(text, sizeof(text), "%s%s", prefix, *prefix ? ": " : "");

        if (n < 0 || (size_t) n >= sizeof(text))
                return;
        (void) vsnprintf(text + n, sizeof(text) - (size_t) n, format, ap);
        m->observer->log(m->observer, m, text);
}

void journal_line(Manager *m, const char *format, ...) {
        va_list ap;

        if (!journal_is_wanted(m))
                return;
        va_start(ap, format);
        emit(m, "", format, ap);
        va_end(ap);
}

void journal_unit(Manager *m, const Unit *u, const char *format, ...) {
        va_list ap;

        if (!journal_is_wanted(m))
                return;
        va_start(ap, format);
        emit(m, unit_name(m, u), format, ap);
        va_end(ap);
}

/* The value of the last Description= in the unit's file, as it is now; 0: there is none. */
static size_t find_description(const Manager *m, const Unit *u, const char **ret) {
        static const char key[] = "Description=";
        const char *line;

        if (u->fragment == ID_NONE || m->disk[u->fragment] == ID_NONE)
                return 0;

        *ret = NULL;
        line = m->catalog->contents[m->disk[u->fragment]].text;
        while (line && *line) {
                line += strspn(line, " \t");
                if (strncmp(line, key, strlen(key)) == 0)
                        *ret = line + strlen(key);

                line = strchr(line, '\n');
                if (line)
                        line++;
        }
        return *ret ? strcspn(*ret, "\n") : 0;
}

/* unit.c:unit_status_string, with StatusUnitFormat=combined */
static void status_string(const Manager *m, const Unit *u, char *ret, size_t size) {
        const char *description;
        size_t n = find_description(m, u, &description);

        if (u->flags & UNIT_IS_ORPHAN)
                (void) snprintf(ret, size, "%s - Orphaned resources adopted from aliased unit", unit_name(m, u));
        else if (n == 0 || (n == strlen(unit_name(m, u)) && strncmp(description, unit_name(m, u), n) == 0))
                (void) snprintf(ret, size, "%s", unit_name(m, u));
        else
                (void) snprintf(ret, size, "%s - %.*s", unit_name(m, u), (int) n, description);
}

/* A job's message is a text before the unit and one behind it. */
static void emit_job(Manager *m, const Unit *u, const char *message) {
        const char *place = strstr(message, "%s");
        char unit[LINE_SIZE / 2];

        status_string(m, u, unit, sizeof(unit));
        journal_line(m, "%.*s%s%s", (int) (place - message), message, unit, place + 2);
}

void journal_job_started(Manager *m, const Unit *u, JobType t) {
        if (!journal_is_wanted(m))
                return;
        if (t == JOB_START)
                emit_job(m, u, "Starting %s...");
        else if (t == JOB_STOP || t == JOB_RESTART)
                emit_job(m, u, "Stopping %s...");
        else if (t == JOB_RELOAD)
                emit_job(m, u, "Reloading %s...");
}

typedef struct DoneMessage {
        int unit_type; /* -1: of all others */
        JobType type;
        JobResult result;
        const char *message;
} DoneMessage;

/* job.c:job_done_message_format and status_message_formats of the types; the first that fits */
/* clang-format off */
static const DoneMessage done_table[] = {
        { UNIT_TARGET, JOB_START,         JOB_DONE,        "Reached target %s."         },
        { UNIT_TARGET, JOB_STOP,          JOB_DONE,        "Stopped target %s."         },
        { UNIT_SOCKET, JOB_START,         JOB_DONE,        "Listening on %s."           },
        { UNIT_SOCKET, JOB_START,         JOB_FAILED,      "Failed to listen on %s."    },
        { UNIT_SOCKET, JOB_STOP,          JOB_DONE,        "Closed %s."                 },
        { UNIT_SOCKET, JOB_STOP,          JOB_FAILED,      "Failed stopping %s."        },
        { UNIT_SLICE,  JOB_START,         JOB_DONE,        "Created slice %s."          },
        { UNIT_SLICE,  JOB_STOP,          JOB_DONE,        "Removed slice %s."          },
        { -1,          JOB_START,         JOB_DONE,        "Started %s."                },
        { -1,          JOB_START,         JOB_TIMEOUT,     "Timed out starting %s."     },
        { -1,          JOB_START,         JOB_FAILED,      "Failed to start %s."        },
        { -1,          JOB_START,         JOB_DEPENDENCY,  "Dependency failed for %s."  },
        { -1,          JOB_START,         JOB_ASSERT,      "Assertion failed for %s."   },
        { -1,          JOB_START,         JOB_UNSUPPORTED, "Starting of %s unsupported." },
        { -1,          JOB_START,         JOB_COLLECTED,   "Unnecessary job was removed for %s." },
        { -1,          JOB_START,         JOB_ONCE,        "Unit %s has been started before and cannot be started again." },
        { -1,          JOB_STOP,          JOB_DONE,        "Stopped %s."                },
        { -1,          JOB_STOP,          JOB_FAILED,      "Stopped %s with error."     },
        { -1,          JOB_STOP,          JOB_TIMEOUT,     "Timed out stopping %s."     },
        { -1,          JOB_RELOAD,        JOB_DONE,        "Reloaded %s."               },
        { -1,          JOB_RELOAD,        JOB_FAILED,      "Reload failed for %s."      },
        { -1,          JOB_RELOAD,        JOB_TIMEOUT,     "Timed out reloading %s."    },
        { -1,          JOB_VERIFY_ACTIVE, JOB_SKIPPED,     "%s is inactive."            },
};
/* clang-format on */

static const char *done_message(const Manager *m, const Unit *u, JobType t, JobResult result) {
        if (t == JOB_START && result == JOB_DONE) {
                if (!(u->flags & UNIT_CONDITION_RESULT))
                        return "Condition check resulted in %s being skipped.";
                if (u->type == UNIT_SERVICE && u->service.type == SERVICE_ONESHOT)
                        return "Finished %s.";
        }
        if (t == JOB_RESTART)
                t = JOB_STOP;
        if (t == JOB_STOP && result == JOB_FAILED && u->type == UNIT_SERVICE)
                return m->profile->journal->stop_failed;
        for (size_t i = 0; i < G_N_ELEMENTS(done_table); i++)
                if ((done_table[i].unit_type < 0 || done_table[i].unit_type == u->type) &&
                    done_table[i].type == t && done_table[i].result == result)
                        return done_table[i].message;
        return NULL;
}

void journal_job_done(Manager *m, const Unit *u, JobType t, JobResult result) {
        const char *message = journal_is_wanted(m) ? done_message(m, u, t, result) : NULL;

        if (message)
                emit_job(m, u, message);
}

void journal_job_failed(Manager *m, const Unit *u, JobType t, JobResult result) {
        if (result == JOB_TIMEOUT || result == JOB_DEPENDENCY)
                journal_unit(m, u, "Job %s/%s failed with result '%s'.", unit_name(m, u), job_type_to_string(t),
                             job_result_to_string(result));
}

void journal_result(Manager *m, const Unit *u) {
        ServiceResult result = (ServiceResult) u->service.result;

        if (result == SERVICE_SUCCESS)
                journal_unit(m, u, "Deactivated successfully.");
        else if (result == SERVICE_SKIP_CONDITION)
                journal_unit(m, u, "Skipped due to '%s'.", service_result_to_string(result));
        else
                journal_unit(m, u, "Failed with result '%s'.", service_result_to_string(result));
}

/* exit-status.c, those that a scenario is likely to have */
static const char *exit_status_word(uint8_t status) {
        /* clang-format off */
        static const struct {
                uint8_t status;
                const char *word;
        } words[] = {
                {   0, "SUCCESS"         }, {   1, "FAILURE"      }, {   2, "INVALIDARGUMENT" }, {   3, "NOTIMPLEMENTED" },
                {   4, "NOPERMISSION"    }, {   5, "NOTINSTALLED" }, {   6, "NOTCONFIGURED"   }, {   7, "NOTRUNNING"     },
                {  64, "USAGE"           }, {  65, "DATAERR"      }, {  66, "NOINPUT"         }, {  67, "NOUSER"         },
                {  68, "NOHOST"          }, {  69, "UNAVAILABLE"  }, {  70, "SOFTWARE"        }, {  71, "OSERR"          },
                {  72, "OSFILE"          }, {  73, "CANTCREAT"    }, {  74, "IOERR"           }, {  75, "TEMPFAIL"       },
                {  76, "PROTOCOL"        }, {  77, "NOPERM"       }, {  78, "CONFIG"          }, { 200, "CHDIR"          },
                { 201, "NICE"            }, { 202, "FDS"          }, { 203, "EXEC"            }, { 204, "MEMORY"         },
                { 205, "LIMITS"          }, { 217, "USER"         }, { 226, "NAMESPACE"       },
        };
        /* clang-format on */

        for (size_t i = 0; i < G_N_ELEMENTS(words); i++)
                if (words[i].status == status)
                        return words[i].word;
        return "n/a";
}

void journal_process_exit(Manager *m, const Unit *u, const char *kind, bool success, uint8_t code,
                          uint8_t status) {
        static const char *const codes[] = {
                [CODE_EXITED] = "exited", [CODE_KILLED] = "killed", [CODE_DUMPED] = "dumped"
        };
        const char *word;

        if (success || !journal_is_wanted(m))
                return;
        word = code == CODE_EXITED ? exit_status_word(status) : sigabbrev_np(status);
        journal_unit(m, u, "%s exited, code=%s, status=%u/%s", kind, codes[code], (unsigned) status,
                     word ? word : "n/a");
}

/* The base name of its main command, as the kernel calls its processes. */
static const char *process_comm(Manager *m, const Unit *u, char *ret, size_t size) {
        int i = u->type == UNIT_SERVICE ? unit_command_first(m, u, SERVICE_EXEC_START) : -1;
        const char *path, *base;

        if (i < 0)
                return "n/a";
        path = m->catalog->commands[unit_commands(m, u)[i].command].serialized;
        base = path;
        for (const char *p = path; *p && *p != ' '; p++)
                if (*p == '/')
                        base = p + 1;
        (void) snprintf(ret, size, "%.*s", (int) strcspn(base, " "), base);
        return ret;
}

void journal_leftovers(Manager *m, const Unit *u, bool start) {
        char comm[LINE_SIZE / 4];
        CGroupPath path;

        if (!journal_is_wanted(m))
                return;
        path = cgroup_path_is_set(u->cgroup) ? u->cgroup : unit_default_cgroup_path(m, u);
        for (size_t i = 0; i < m->layout->n_processes; i++) {
                if (m->processes[i].state != PROCESS_RUNNING || !cgroup_path_equal(m->processes[i].cgroup, path))
                        continue;
                if (start) {
                        journal_unit(
                                m, u,
                                "Found left-over process ? (%s) in control group while starting unit. Ignoring.",
                                process_comm(m, u, comm, sizeof(comm)));
                        journal_line(m,
                                     "This usually indicates unclean termination of a previous run, or service "
                                     "implementation deficiencies.");
                } else
                        journal_unit(m, u, "Unit process ? (%s) remains running after unit stopped.",
                                     process_comm(m, u, comm, sizeof(comm)));
        }
}

void journal_kill(Manager *m, const Unit *u, bool whole_cgroup, int signal) {
        const char *word = sigabbrev_np(signal);
        char comm[LINE_SIZE / 4];
        unsigned n;

        if (!journal_is_wanted(m))
                return;
        n = (u->service.main_pid > 0) + (u->service.control_pid > 0);
        for (size_t i = 0; whole_cgroup && i < m->layout->n_processes; i++)
                n += m->processes[i].state == PROCESS_RUNNING &&
                     cgroup_path_equal(m->processes[i].cgroup, u->cgroup) && u->service.main_pid != i + 1 &&
                     u->service.control_pid != i + 1;
        for (; n > 0; n--)
                journal_unit(m, u, "Killing process ? (%s) with signal SIG%s.",
                             process_comm(m, u, comm, sizeof(comm)), word ? word : "n/a");
}

/* What is done to a unit that does not stop, by how much is allowed. */
static const char *stop_means(const Unit *u, unsigned mode, bool is_first, bool may_abort) {
        if (may_abort && mode == SERVICE_TIMEOUT_ABORT)
                return "Aborting.";
        if (is_first && mode == SERVICE_TIMEOUT_TERMINATE)
                return "Terminating.";
        return u->service.config & SERVICE_SEND_SIGKILL ? "Killing." : "Skipping SIGKILL.";
}

void journal_timeout(Manager *m, const Unit *u) {
        const char *state = journal_is_wanted(m) ? service_state_to_string(u->state) : NULL;
        unsigned stop_mode = u->service.timeout_stop_failure_mode;

        if (!state)
                return;
        switch (u->state) {
        case SERVICE_CONDITION:
        case SERVICE_START_PRE:
        case SERVICE_START:
        case SERVICE_START_POST:
                journal_unit(m, u, "%s operation timed out. %s", state,
                             stop_means(u, u->service.timeout_start_failure_mode, true, true));
                break;

        case SERVICE_RUNNING:
                journal_unit(m, u, "Service reached runtime time limit. Stopping.");
                break;

        case SERVICE_RELOAD:
        case SERVICE_RELOAD_SIGNAL:
        case SERVICE_RELOAD_NOTIFY:
                journal_unit(m, u, "Reload operation timed out. Killing reload process.");
                break;

        case SERVICE_STOP:
                journal_unit(m, u, "Stopping timed out. %s", stop_means(u, stop_mode, true, true));
                break;

        case SERVICE_STOP_WATCHDOG:
        case SERVICE_FINAL_WATCHDOG:
                journal_unit(m, u, "State '%s' timed out. %s", state, stop_means(u, stop_mode, false, false));
                break;

        case SERVICE_STOP_POST:
                journal_unit(m, u, "State '%s' timed out. %s", state, stop_means(u, stop_mode, true, true));
                break;

        case SERVICE_STOP_SIGTERM:
        case SERVICE_FINAL_SIGTERM:
                journal_unit(m, u, "State '%s' timed out. %s", state, stop_means(u, stop_mode, false, true));
                break;

        case SERVICE_STOP_SIGKILL:
                journal_unit(m, u, "Processes still around after SIGKILL. Ignoring.");
                break;

        case SERVICE_FINAL_SIGKILL:
                journal_unit(m, u, "Processes still around after final SIGKILL. Entering failed mode.");
                break;

        default:
                break;
        }
}

void journal_request(Manager *m, bool reexec) {
        const char *request = reexec ? m->profile->journal->reexec_request : m->profile->journal->reload_request;

        if (request)
                journal_line(m, "%s requested from client PID ? ('systemctl')...", request);
}

/* log.c:log_assert_failed_unreachable, crash-handler.c */
void journal_crash(Manager *m, CrashSite site) {
        const JournalWords *words = m->profile->journal;
        const char *function = "service_sigchld_event";
        unsigned line = 0;

        if (site == CRASH_SIGCHLD_MAIN)
                line = words->line_sigchld_main;
        else if (site == CRASH_SIGCHLD_CONTROL)
                line = words->line_sigchld_control;
        else if (site == CRASH_SERVICE_TIMER) {
                line = words->line_timer;
                function = "service_dispatch_timer";
        }

        if (line > 0)
                journal_line(m,
                             "Code should not be reached at src/core/service.c:%u, function %s(). Aborting. 💥",
                             line, function);
        else
                journal_line(m, "Assertion failed. Aborting. 💥");
        journal_line(m, "%s", words->own_process);
        journal_line(m, "Caught <ABRT>, dumped core as pid ?.");
        journal_line(m, "Exiting PID 1...");
}
