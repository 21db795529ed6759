/* SPDX-License-Identifier: MIT */

/* service.c:service_serialize, service_deserialize_item, and the command lines in between. */

#include <errno.h>
#include <string.h>

#include "journal.h"
#include "service.h"
#include "stream.h"
#include "tables.h"

/* Writing */

/* Where @index is among the commands of its kind, and whether it is the last of them. */
static unsigned command_position(Manager *m, const Unit *u, ServiceExecCommand id, int index, bool *ret_last) {
        unsigned position = 0;

        for (int i = unit_command_first(m, u, id); i >= 0 && i != index; i = unit_command_next(m, u, i))
                position++;

        *ret_last = unit_command_next(m, u, index) < 0;
        return position;
}

/* service_serialize_exec_command(): a main command is always one of ExecStart=, so one that is the control command as
 * well is written as such, twice. */
static void serialize_command(Manager *m, const Unit *u, unsigned command) {
        const Service *s = &u->service;
        bool is_control = command == s->control_command, last;
        const UnitCommand *c;
        ServiceExecCommand id;
        const char *word;
        unsigned position;

        if (command == 0 || command > u->n_commands)
                return;

        c = unit_commands(m, u) + command - 1;
        id = is_control ? (ServiceExecCommand) s->control_command_id : SERVICE_EXEC_START;
        word = service_exec_command_to_string(id);
        position = command_position(m, u, id, (int) command - 1, &last);

        if (is_control)
                stream_literal(m, "control-command=");
        else
                stream_literal(m, "main-command=");
        stream_append(m, word, strlen(word));
        stream_append(m, " +", last ? 2 : 1);
        stream_append_unsigned(m, position);
        stream_literal(m, " ");
        stream_line(m, m->catalog->commands[c->command].serialized);
}

static void serialize_exec_fd(Manager *m, const Service *s) {
        if (!(s->flags & SERVICE_EXEC_FD))
                return;

        stream_literal(m, "exec-fd=40\n");
        stream_item_bool(m, "exec-fd-hot", s->flags & SERVICE_EXEC_FD_HOT);
}

static void serialize_fd_store(Manager *m, const Service *s) {
        for (unsigned i = 0; i < s->n_fd_store; i++)
                stream_item(m, "fd-store-fd",
                            m->profile->stream_fd_index ? "%u \"stored\" 1 0" : "%u \"stored\" 1", 50 + i);
}

static void serialize_main_exec_status(Manager *m, const Service *s) {
        bool exited = s->flags & SERVICE_MAIN_STATUS_EXITED;

        if (!(s->flags & SERVICE_MAIN_STATUS_SET))
                return;

        stream_item_unsigned(m, "main-exec-status-pid", s->main_pid > 0 ? s->main_pid : 1U);
        stream_item_timestamp(m, "main-exec-status-start", true);
        stream_item_timestamp(m, "main-exec-status-exit", exited);
        if (m->profile->stream_handoff_timestamp)
                stream_item_timestamp(m, "main-exec-status-handoff", s->flags2 & SERVICE_MAIN_STATUS_HANDOFF);

        if (exited) {
                stream_item_unsigned(m, "main-exec-status-code", s->main_exit_code);
                stream_item_unsigned(m, "main-exec-status-status", s->main_exit_status);
        }
}

static void serialize_status_text(Manager *m, const Unit *u) {
        if (u->flags & UNIT_HAS_STATUS_TEXT)
                stream_literal(m, "status-text=status\n");
}

static void serialize_watchdog_original(Manager *m, const Service *s) {
        if (s->flags2 & SERVICE_WATCHDOG_ORIGINAL)
                stream_item_string(m, "watchdog-original-usec",
                                   s->config & SERVICE_HAS_WATCHDOG ? "30000000" : "0");
}

static void serialize_watchdog_override(Manager *m, const Service *s) {
        if (s->flags2 & SERVICE_WATCHDOG_OVERRIDE)
                stream_item_string(m, "watchdog-override-usec",
                                   s->flags2 & SERVICE_WATCHDOG_OVERRIDE_NONE ? "0" : "30000000");
}

static void serialize_notify(Manager *m, const Service *s) {
        const Profile *p = m->profile;

        if (p->stream_notify_access_override && s->flags & SERVICE_NOTIFY_OVERRIDE)
                stream_item_string(m, "notify-access-override",
                                   notify_access_to_string((NotifyAccess) s->notify_access_override));
        if (p->stream_notify_state && s->notify_state != NOTIFY_UNKNOWN)
                stream_item_string(m, "notify-state", notify_state_to_string((NotifyState) s->notify_state));
}

/* Behind the stored descriptors, 252-255 */
static void serialize_tail_252(Manager *m, const Service *s) {
        stream_item_timestamp(m, "watchdog-timestamp", s->flags2 & SERVICE_WATCHDOG_TIMESTAMP);
        stream_item_bool(m, "forbid-restart", s->flags & SERVICE_FORBID_RESTART);
        serialize_watchdog_override(m, s);
        serialize_watchdog_original(m, s);
}

/* The same, 257-262 */
static void serialize_tail_257(Manager *m, const Unit *u) {
        const Service *s = &u->service;

        serialize_status_text(m, u);
        if (m->profile->stream_status_errno)
                stream_literal(m, "status-errno=0\n");
        stream_item_timestamp(m, "watchdog-timestamp", s->flags2 & SERVICE_WATCHDOG_TIMESTAMP);
        serialize_watchdog_original(m, s);
        serialize_watchdog_override(m, s);
}

static void serialize_state(Manager *m, const Unit *u) {
        const Service *s = &u->service;

        stream_item_string(m, "state", service_state_to_string((ServiceState) u->state));
        stream_item_string(m, "result", service_result_to_string((ServiceResult) s->result));
        stream_item_string(m, "reload-result", service_result_to_string((ServiceResult) s->reload_result));
        if (m->profile->stream_live_mount_result)
                stream_literal(m, "live-mount-result=success\n");

        stream_item_pid(m, "control-pid", s->control_pid);
        if (s->flags & SERVICE_MAIN_PID_KNOWN)
                stream_item_pid(m, "main-pid", s->main_pid);
        stream_item_bool(m, "main-pid-known", s->flags & SERVICE_MAIN_PID_KNOWN);
        stream_item_bool(m, "bus-name-good", s->flags & SERVICE_BUS_NAME_GOOD);
}

/* 252-255 write the owner of the bus name with the writer for booleans; the model says "no" to a value that nobody
 * reads. */
static void serialize_restart(Manager *m, const Unit *u) {
        const Service *s = &u->service;
        const Profile *p = m->profile;

        if (p->stream_bus_name_owner)
                stream_item_bool(m, "bus-name-owner", false);
        stream_item_unsigned(m, "n-restarts", s->n_restarts);
        if (p->stream_restart_delay_chosen)
                stream_literal(m, "restart-randomized-delay-chosen-usec=0\n");
        if (p->stream_flush_n_restarts)
                stream_item_bool(m, "flush-n-restarts", s->flags & SERVICE_FLUSH_N_RESTARTS);

        if (p->stream_layout_257)
                stream_item_bool(m, "forbid-restart", s->flags & SERVICE_FORBID_RESTART);
        else
                serialize_status_text(m, u);
}

void service_serialize(Manager *m, Unit *u) {
        const Service *s = &u->service;

        serialize_state(m, u);
        serialize_restart(m, u);
        serialize_command(m, u, s->control_command);
        serialize_command(m, u, s->main_command);
        serialize_exec_fd(m, s);
        serialize_fd_store(m, s);
        serialize_main_exec_status(m, s);
        serialize_notify(m, s);

        if (m->profile->stream_layout_257)
                serialize_tail_257(m, u);
        else
                serialize_tail_252(m, s);

        if (m->profile->stream_reload_begin && s->flags & SERVICE_RELOAD_BEGIN)
                stream_literal(m, "reload-begin-usec=1\n");
        if (m->profile->running_revalidating && s->flags2 & SERVICE_REVALIDATE_BEGIN)
                stream_literal(m, "revalidate-runtime-begin-usec=1\n");
}

/* Reading */

static void read_state(Manager *m, Unit *u, const char *value, uint32_t argument) {
        int state = service_state_from_string(value);

        (void) argument;

        if (state >= 0 && profile_has_service_state(m->profile, (ServiceState) state))
                u->service.deserialized_state = (uint8_t) state;
}

/* "success" is never taken over, so a failure that an earlier entry brought stays. */
static void read_result(Manager *m, Unit *u, const char *value, uint32_t argument) {
        int result = service_result_from_string(value);

        (void) m;

        if (result <= SERVICE_SUCCESS)
                return;

        if (argument)
                u->service.reload_result = (uint8_t) result;
        else
                u->service.result = (uint8_t) result;
}

static void read_service_flag(Manager *m, Unit *u, const char *value, uint32_t argument) {
        int r = stream_parse_boolean(value);

        (void) m;

        if (r > 0)
                u->service.flags |= (uint16_t) argument;
        else if (r == 0)
                u->service.flags &= (uint16_t) ~argument;
}

static void read_flush_n_restarts(Manager *m, Unit *u, const char *value, uint32_t argument) {
        if (m->profile->stream_flush_n_restarts)
                read_service_flag(m, u, value, argument);
}

static void read_control_pid(Manager *m, Unit *u, const char *value, uint32_t argument) {
        Pid pid;

        (void) argument;

        if (m->profile->pids_first_wins && u->service.control_pid != 0)
                return;

        if (stream_parse_pid(m, value, &pid) >= 0)
                u->service.control_pid = pid;
}

static void read_main_pid(Manager *m, Unit *u, const char *value, uint32_t argument) {
        Pid pid;

        (void) argument;

        if (m->profile->pids_first_wins && u->service.main_pid != 0)
                return;

        if (stream_parse_pid(m, value, &pid) >= 0)
                (void) service_set_main_pid(m, u, pid);
}

static void read_n_restarts(Manager *m, Unit *u, const char *value, uint32_t argument) {
        unsigned n;

        (void) m;
        (void) argument;

        if (stream_parse_unsigned(value, &n) >= 0)
                u->service.n_restarts = (uint16_t) MIN(n, UINT16_MAX);
}

/* 262 makes room for the descriptors of a unit whose file is gone, and keeps them. */
static void read_fd_store(Manager *m, Unit *u, const char *value, uint32_t argument) {
        Service *s = &u->service;

        (void) argument;

        if (!g_ascii_isdigit(value[0]))
                return;

        if (m->profile->stream_fd_index && u->load_state == UNIT_NOT_FOUND) {
                s->fd_store_preserve_mode = EXEC_PRESERVE_YES;
                if (s->n_fd_store_max < UINT8_MAX)
                        s->n_fd_store_max++;
        }

        if (s->n_fd_store < s->n_fd_store_max)
                s->n_fd_store++;
}

/* exec-fd-hot= has no reader in any version. */
static void read_exec_fd(Manager *m, Unit *u, const char *value, uint32_t argument) {
        unsigned fd;

        (void) m;
        (void) argument;

        if (stream_parse_unsigned(value, &fd) < 0)
                return;

        u->service.flags |= SERVICE_EXEC_FD;
        u->service.flags &= (uint16_t) ~SERVICE_EXEC_FD_HOT;
}

static void read_status_pid(Manager *m, Unit *u, const char *value, uint32_t argument) {
        unsigned pid;

        (void) m;
        (void) argument;

        if (stream_parse_unsigned(value, &pid) >= 0 && pid > 0)
                u->service.flags |= SERVICE_MAIN_STATUS_SET;
}

static void read_status_exit(Manager *m, Unit *u, const char *value, uint32_t argument) {
        int r = stream_parse_timestamp(value);

        (void) m;
        (void) argument;

        if (r > 0)
                u->service.flags |= SERVICE_MAIN_STATUS_EXITED;
        else if (r == 0)
                u->service.flags &= (uint16_t) ~SERVICE_MAIN_STATUS_EXITED;
}

static void read_status_code(Manager *m, Unit *u, const char *value, uint32_t argument) {
        unsigned v;

        (void) m;

        if (stream_parse_unsigned(value, &v) < 0 || v > UINT8_MAX)
                return;

        if (argument)
                u->service.main_exit_status = (uint8_t) v;
        else
                u->service.main_exit_code = (uint8_t) v;
}

/* A time that sets a flag of flags2 */
static void read_timestamp2(Manager *m, Unit *u, const char *value, uint32_t argument) {
        int r = stream_parse_timestamp(value);

        (void) m;

        if (r > 0)
                u->service.flags2 |= (uint8_t) argument;
        else if (r == 0)
                u->service.flags2 &= (uint8_t) ~argument;
}

static bool is_usec(const char *value) {
        uint64_t usec;

        return stream_parse_numbers(value, &usec, 1) >= 0;
}

static void read_usec2(Manager *m, Unit *u, const char *value, uint32_t argument) {
        (void) m;

        if (is_usec(value))
                u->service.flags2 |= (uint8_t) argument;
}

static void read_watchdog_override(Manager *m, Unit *u, const char *value, uint32_t argument) {
        uint64_t usec;

        (void) m;
        (void) argument;

        if (stream_parse_numbers(value, &usec, 1) < 0)
                return;

        u->service.flags2 |= SERVICE_WATCHDOG_OVERRIDE;
        if (usec == 0)
                u->service.flags2 |= SERVICE_WATCHDOG_OVERRIDE_NONE;
        else
                u->service.flags2 &= (uint8_t) ~SERVICE_WATCHDOG_OVERRIDE_NONE;
}

static void read_reload_begin(Manager *m, Unit *u, const char *value, uint32_t argument) {
        (void) argument;

        if (m->profile->stream_reload_begin && is_usec(value))
                u->service.flags |= SERVICE_RELOAD_BEGIN;
}

static void read_status_text(Manager *m, Unit *u, const char *value, uint32_t argument) {
        (void) m;
        (void) value;
        (void) argument;

        u->flags |= UNIT_HAS_STATUS_TEXT;
}

static void read_notify_access(Manager *m, Unit *u, const char *value, uint32_t argument) {
        int access = notify_access_from_string(value);

        (void) argument;

        if (access < 0 || !m->profile->stream_notify_access_override)
                return;

        u->service.notify_access_override = (uint8_t) access;
        u->service.flags |= SERVICE_NOTIFY_OVERRIDE;
}

static void read_notify_state(Manager *m, Unit *u, const char *value, uint32_t argument) {
        int state = notify_state_from_string(value);

        (void) argument;

        if (state > NOTIFY_UNKNOWN && m->profile->stream_notify_state)
                u->service.notify_state = (uint8_t) state;
}

static const char *find_blank(const char *s) {
        return s + strcspn(s, " ");
}

/* The two words before the path: "ExecStart +0 ". Returns what follows them, NULL: not a command. */
static const char *parse_command_head(const char *value, ServiceExecCommand *ret_id, unsigned *ret_position) {
        const char *word_end = find_blank(value), *number, *number_end;
        char word[32];
        int id;

        if (*word_end != ' ' || (size_t) (word_end - value) >= sizeof(word))
                return NULL;
        memcpy(word, value, (size_t) (word_end - value));
        word[word_end - value] = '\0';
        id = service_exec_command_from_string(word);
        if (id < 0)
                return NULL;

        number = word_end + 1;
        number_end = find_blank(number);
        if (*number_end != ' ' || (size_t) (number_end - number) >= sizeof(word))
                return NULL;
        memcpy(word, number, (size_t) (number_end - number));
        word[number_end - number] = '\0';
        if (stream_parse_unsigned(word, ret_position) < 0)
                return NULL;

        *ret_id = (ServiceExecCommand) id;
        return number_end + 1;
}

/* service_deserialize_exec_command(): the command at the same place when it is still the same, else one anywhere
 * in the list that is; else execution of the list does not go on. */
static void read_command(Manager *m, Unit *u, const char *value, uint32_t argument) {
        Service *s = &u->service;
        bool is_control = argument, is_last = find_blank(value)[0] == ' ' && find_blank(value)[1] == '+';
        ServiceExecCommand id;
        unsigned position, n = 0;
        int found = -1;

        value = parse_command_head(value, &id, &position);
        if (!value)
                return;

        for (int i = unit_command_first(m, u, id); i >= 0; i = unit_command_next(m, u, i), n++) {
                const UnitCommand *c = unit_commands(m, u) + i;

                if (strcmp(m->catalog->commands[c->command].serialized, value) != 0)
                        continue;
                if (found < 0 || n == position)
                        found = i;
        }

        if (found < 0) {
                manager_note(m, "service_deserialize_exec_command", u, "no longer has the command %s", value);
                if (!is_last)
                        journal_unit(
                                m, u,
                                "Current command vanished from the unit file, execution of the command list "
                                "won't be resumed.");
                return;
        }

        if (is_control) {
                s->control_command = (uint8_t) (found + 1);
                s->control_command_id = (int8_t) id;
        } else
                s->main_command = (uint8_t) (found + 1);
}

/* clang-format off */
static const StreamKey service_keys[] = {
        { "bus-name-good",                 read_service_flag,     SERVICE_BUS_NAME_GOOD       },
        { "control-command",               read_command,          true                        },
        { "control-pid",                   read_control_pid,      0                           },
        { "exec-fd",                       read_exec_fd,          0                           },
        { "fd-store-fd",                   read_fd_store,         0                           },
        { "flush-n-restarts",              read_flush_n_restarts, SERVICE_FLUSH_N_RESTARTS    },
        { "forbid-restart",                read_service_flag,     SERVICE_FORBID_RESTART      },
        { "main-command",                  read_command,          false                       },
        { "main-exec-status-code",         read_status_code,      false                       },
        { "main-exec-status-exit",         read_status_exit,      0                           },
        { "main-exec-status-handoff",      read_timestamp2,       SERVICE_MAIN_STATUS_HANDOFF },
        { "main-exec-status-pid",          read_status_pid,       0                           },
        { "main-exec-status-status",       read_status_code,      true                        },
        { "main-pid",                      read_main_pid,         0                           },
        { "main-pid-known",                read_service_flag,     SERVICE_MAIN_PID_KNOWN      },
        { "n-restarts",                    read_n_restarts,       0                           },
        { "notify-access-override",        read_notify_access,    0                           },
        { "notify-state",                  read_notify_state,     0                           },
        { "reload-begin-usec",             read_reload_begin,     0                           },
        { "reload-result",                 read_result,           true                        },
        { "result",                        read_result,           false                       },
        { "revalidate-runtime-begin-usec", read_usec2,            SERVICE_REVALIDATE_BEGIN    },
        { "state",                         read_state,            0                           },
        { "status-text",                   read_status_text,      0                           },
        { "watchdog-original-usec",        read_usec2,            SERVICE_WATCHDOG_ORIGINAL   },
        { "watchdog-override-usec",        read_watchdog_override, 0                          },
        { "watchdog-timestamp",            read_timestamp2,       SERVICE_WATCHDOG_TIMESTAMP  },
};
/* clang-format on */

int service_deserialize_item(Manager *m, Unit *u, const char *key, const char *value) {
        const StreamKey *k = stream_index_find(m->stream_index, UNIT_SERVICE, key, strlen(key));

        if (!k)
                return 0;

        k->read(m, u, value, k->argument);
        return 1;
}

const StreamKey *service_stream_keys(size_t *ret_n) {
        *ret_n = G_N_ELEMENTS(service_keys);
        return service_keys;
}
