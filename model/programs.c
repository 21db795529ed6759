/* SPDX-License-Identifier: MIT */

/* What programs do by themselves. Actors do nothing that the scenario does not say; other programs behave as
 * a service of their type should, so that real unit files can be used as they are. */

#include <signal.h>
#include <stdio.h>

#include "kernel.h"
#include "tables.h"

TextId program_tag(const Manager *m, const Unit *u, const UnitCommand *command) {
        const CatalogCommand *c = m->catalog->commands + command->command;
        const char *suffix = service_exec_command_to_tag_suffix((ServiceExecCommand) command->id);
        TextId stem = m->catalog->names[u->id].stem;
        char tag[512];

        if (c->program == PROGRAM_ACTOR)
                return c->tag;

        if (!suffix)
                return stem;

        (void) snprintf(tag, sizeof(tag), "%s-%s", catalog_text_str(m->catalog, stem), suffix);
        return catalog_find_text(m->catalog, tag);
}

/* service.c:service_exec_needs_notify_socket, service_get_notify_access. Without $NOTIFY_SOCKET nothing is
 * sent. */
static bool has_notify_socket(const Unit *u, const Process *p) {
        const Service *s = &u->service;
        NotifyAccess access;

        if (u->type != UNIT_SERVICE)
                return false;

        access = (NotifyAccess) (s->flags & SERVICE_NOTIFY_OVERRIDE ? s->notify_access_override
                                                                    : s->notify_access);

        if (p->flags & PROCESS_IS_CONTROL)
                return access == NOTIFY_ALL || access == NOTIFY_EXEC;

        return access != NOTIFY_NONE;
}

static void program_notify(Manager *m, const Unit *u, Pid pid, const char *text) {
        if (has_notify_socket(u, m->processes + pid - 1))
                kernel_notify(m, pid, catalog_find_text(m->catalog, text));
}

/* A daemon that is up at once. */
static void program_run(Manager *m, const Unit *u, Pid pid) {
        const Service *s = &u->service;
        Process *p = m->processes + pid - 1;

        p->flags |= PROCESS_IS_DAEMON;
        if (s->type == SERVICE_NOTIFY_RELOAD)
                p->flags |= PROCESS_ANSWERS_RELOAD;

        if (s->type == SERVICE_NOTIFY || s->type == SERVICE_NOTIFY_RELOAD)
                program_notify(m, u, pid, "READY=1");
        if (s->type == SERVICE_DBUS && s->bus_name != ID_NONE)
                kernel_own_name(m, pid, s->bus_name);
}

static void write_pid_file(Manager *m, TextId file, Pid pid) {
        m->pid_files[file] = pid;

        for (size_t i = 0; i < m->layout->n_units; i++) {
                const Unit *u = m->units + i;

                if (u->in_use && (u->service.flags & SERVICE_WATCH_PID_FILE) && u->service.pid_file == file)
                        manager_inbox_add_event(m, INBOX_PID_FILE, u->id);
        }
}

/* daemon(3), as Type=forking expects it */
static void program_daemonize(Manager *m, const Unit *u, Pid pid) {
        Pid child = kernel_fork(m, pid, m->processes[pid - 1].tag);

        if (child != 0) {
                m->processes[child - 1].flags |= PROCESS_IS_DAEMON;
                if (u->service.pid_file != ID_NONE)
                        write_pid_file(m, u->service.pid_file, child);
        }

        kernel_exit(m, pid, CODE_EXITED, 0);
}

static void program_start_other(Manager *m, const Unit *u, Pid pid, const UnitCommand *command) {
        if (u->type != UNIT_SERVICE || command->id != SERVICE_EXEC_START) {
                kernel_exit(m, pid, CODE_EXITED, 0);
                return;
        }

        switch (u->service.type) {
        case SERVICE_FORKING:
                program_daemonize(m, u, pid);
                break;

        case SERVICE_ONESHOT:
                kernel_exit(m, pid, CODE_EXITED, 0);
                break;

        default:
                program_run(m, u, pid);
        }
}

void program_start(Manager *m, Unit *u, Pid pid, const UnitCommand *command) {
        const CatalogCommand *c = m->catalog->commands + command->command;

        switch (c->program) {
        case PROGRAM_ACTOR:
                if (c->ready)
                        program_notify(m, u, pid, "READY=1");
                break;

        case PROGRAM_TRUE:
                kernel_exit(m, pid, CODE_EXITED, 0);
                break;

        case PROGRAM_FALSE:
                kernel_exit(m, pid, CODE_EXITED, 1);
                break;

        case PROGRAM_OTHER:
                program_start_other(m, u, pid, command);
        }
}

/* signal(7); there are no stopped processes in a world */
static bool ignored_by_default(int signal) {
        switch (signal) {
        case SIGCHLD:
        case SIGCONT:
        case SIGURG:
        case SIGWINCH:
        case SIGSTOP:
        case SIGTSTP:
        case SIGTTIN:
        case SIGTTOU:
                return true;

        default:
                return false;
        }
}

/* No core is written: services run with a core limit of zero where nothing catches cores, which is how the recordings
 * were made, and wait() then tells of a signal alone. */
void kernel_kill_by_signal(Manager *m, Pid pid, int signal) {
        kernel_exit(m, pid, CODE_KILLED, (uint8_t) signal);
}

/* A daemon takes the signals that stop a service for a request, and SIGHUP for one that it may not know. */
static bool daemon_handles_signal(Manager *m, Process *p, Pid pid, int signal) {
        const Unit *u = manager_get_unit(m, p->started_for);

        if (signal == SIGTERM || signal == SIGINT || (u && signal == u->service.kill_signal)) {
                p->flags |= PROCESS_CAN_EXIT;
                return true;
        }

        if (u && (p->flags & PROCESS_ANSWERS_RELOAD) && signal == u->service.reload_signal) {
                program_notify(m, u, pid, "RELOADING=1");
                program_notify(m, u, pid, "READY=1");
                return true;
        }

        return signal == SIGHUP;
}

void program_handle_signal(Manager *m, Pid pid, int signal) {
        Process *p = m->processes + pid - 1;

        if (signal != SIGKILL) {
                if (ignored_by_default(signal))
                        return;

                if (p->flags & PROCESS_IS_DAEMON) {
                        if (daemon_handles_signal(m, p, pid, signal))
                                return;
                } else if (signal == SIGTERM || signal == SIGHUP) {
                        /* An actor ignores both: it survives SendSIGHUP= and a reload signal. */
                        if (signal == SIGTERM && (p->flags & PROCESS_EXIT_ON_TERM))
                                kernel_exit(m, pid, CODE_EXITED, 0);
                        return;
                }
        }

        kernel_kill_by_signal(m, pid, signal);
}
