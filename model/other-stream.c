/* SPDX-License-Identifier: MIT */

/* What targets, slices, scopes, sockets, timers and paths write and read: target.c:target_serialize and so on. */

#include <string.h>

#include "kernel.h"
#include "stream.h"
#include "tables.h"

/* Writing */

static bool socket_has_fds(const Unit *u) {
        return u->state != SOCKET_DEAD && u->state != SOCKET_START_PRE && u->state < SOCKET_STOP_POST;
}

static void serialize_trigger_ratelimit(Manager *m) {
        if (m->profile->stream_start_ratelimit)
                stream_literal(m, "trigger-ratelimit=0 2000000 0 200\n");
}

static void serialize_result(Manager *m, const Unit *u) {
        stream_item_string(m, "result", service_result_to_string((ServiceResult) u->service.result));
}

/* A line for each. */
static void serialize_listen(Manager *m, const Unit *u) {
        static const char *const keys[] = {
                [LISTEN_SOCKET] = "socket", [LISTEN_NETLINK] = "netlink",  [LISTEN_SPECIAL] = "special",
                [LISTEN_MQUEUE] = "mqueue", [LISTEN_USB_FUNCTION] = "ffs", [LISTEN_FIFO] = "fifo",
        };

        for (size_t kind = 0; kind < G_N_ELEMENTS(keys); kind++)
                for (size_t i = 0; i < u->service.n_listen[kind]; i++)
                        stream_item(m, keys[kind], kind == LISTEN_SOCKET ? "60 1 /run/%s" : "60 /run/%s",
                                    unit_name(m, u));
}

static void serialize_socket(Manager *m, const Unit *u) {
        serialize_result(m, u);
        stream_literal(m, "n-accepted=0\nn-refused=0\n");
        stream_item_pid(m, "control-pid", u->service.control_pid);
        if (u->service.control_pid > 0 && u->service.control_command_id >= 0)
                stream_item_string(
                        m, "control-command",
                        service_exec_command_to_string((ServiceExecCommand) u->service.control_command_id));
        if (socket_has_fds(u))
                serialize_listen(m, u);
        serialize_trigger_ratelimit(m);
}

static bool process_is_watched_by(const Process *p, UnitSlot slot) {
        for (size_t i = 0; i < G_N_ELEMENTS(p->watch); i++)
                if (p->watch[i] == slot)
                        return true;

        return false;
}

static void serialize_scope(Manager *m, const Unit *u) {
        stream_item_bool(m, "was-abandoned", u->state == SCOPE_ABANDONED);

        for (size_t i = 0; i < m->layout->n_processes; i++)
                if (m->processes[i].state != PROCESS_NONE &&
                    process_is_watched_by(m->processes + i, unit_slot(m, u)))
                        stream_item_pid(m, "pids", (Pid) (i + 1));
}

void other_serialize(Manager *m, Unit *u) {
        stream_item_string(m, "state", unit_sub_state_to_string((UnitType) u->type, u->state));

        switch ((UnitType) u->type) {
        case UNIT_SOCKET:
                serialize_socket(m, u);
                break;

        case UNIT_SCOPE:
                serialize_scope(m, u);
                break;

        case UNIT_PATH:
                serialize_result(m, u);
                for (size_t i = 0; i < u->service.n_listen[LISTEN_PATH]; i++)
                        stream_item(m, "path-spec", "exists 0 /run/%s", unit_name(m, u));
                serialize_trigger_ratelimit(m);
                break;

        case UNIT_TIMER:
                serialize_result(m, u);
                if (u->service.flags & TIMER_HAS_LAST_TRIGGER)
                        stream_literal(m, "last-trigger-realtime=1\nlast-trigger-monotonic=1\n");
                break;

        default:
                break;
        }
}

/* Reading */

static void read_state(Manager *m, Unit *u, const char *value, uint32_t argument) {
        int state = unit_sub_state_from_string((UnitType) u->type, value);

        (void) m;
        (void) argument;

        if (state >= 0)
                u->service.deserialized_state = (uint8_t) state;
}

static bool type_has_result(UnitType t) {
        return t == UNIT_SOCKET || t == UNIT_TIMER || t == UNIT_PATH;
}

/* As with services, a success does not undo a failure. */
static void read_result(Manager *m, Unit *u, const char *value, uint32_t argument) {
        int result = service_result_from_string(value);

        (void) m;
        (void) argument;

        if (result > SERVICE_SUCCESS && type_has_result((UnitType) u->type))
                u->service.result = (uint8_t) result;
}

static void read_last_trigger(Manager *m, Unit *u, const char *value, uint32_t argument) {
        (void) m;
        (void) value;
        (void) argument;

        if (u->type == UNIT_TIMER)
                u->service.flags |= TIMER_HAS_LAST_TRIGGER;
}

static void read_control_pid(Manager *m, Unit *u, const char *value, uint32_t argument) {
        Pid pid;

        (void) argument;

        if (u->type != UNIT_SOCKET || (m->profile->pids_first_wins && u->service.control_pid != 0))
                return;

        if (stream_parse_pid(m, value, &pid) >= 0)
                u->service.control_pid = pid;
}

static void read_pids(Manager *m, Unit *u, const char *value, uint32_t argument) {
        Pid pid;

        (void) argument;

        if (u->type == UNIT_SCOPE && stream_parse_pid(m, value, &pid) >= 0 && kernel_process_exists(m, pid))
                unit_watch_pid(m, u, pid, /* exclusive= */ false);
}

/* clang-format off */
static const StreamKey other_keys[] = {
        { "control-pid",            read_control_pid,  0 },
        { "last-trigger-monotonic", read_last_trigger, 0 },
        { "last-trigger-realtime",  read_last_trigger, 0 },
        { "pids",                   read_pids,         0 },
        { "result",                 read_result,       0 },
        { "state",                  read_state,        0 },
};
/* clang-format on */

const StreamKey *other_stream_keys(size_t *ret_n) {
        *ret_n = G_N_ELEMENTS(other_keys);
        return other_keys;
}
