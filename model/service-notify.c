/* SPDX-License-Identifier: MIT */

#include <stdlib.h>
#include <string.h>

#include "service-internal.h"
#include "tables.h"

/* core/service.c:service_notify_message(). A message is a list of assignments, one a line. A scenario has
 * them on one line, with \n written out in between. */

typedef struct Tag {
        const char *text;
        size_t size;
} Tag;

/* The next assignment of *p, false at the end. */
static bool message_next(const char **p, Tag *ret) {
        const char *text = *p;
        size_t n;

        if (*text == '\0')
                return false;

        for (n = 0; text[n] != '\0' && text[n] != '\n'; n++)
                if (text[n] == '\\' && text[n + 1] == 'n')
                        break;

        *ret = (Tag) { text, n };
        *p = text + n + (text[n] == '\0' ? 0 : text[n] == '\n' ? 1 : 2);

        return true;
}

static bool tag_is(Tag tag, const char *s) {
        return strlen(s) == tag.size && memcmp(tag.text, s, tag.size) == 0;
}

static bool message_contains(const char *message, const char *s) {
        Tag tag;

        while (message_next(&message, &tag))
                if (tag_is(tag, s))
                        return true;

        return false;
}

/* The value of the first assignment that begins with @prefix, cut off to fit. */
static bool message_value(const char *message, const char *prefix, char *ret, size_t size) {
        size_t n = strlen(prefix), k;
        Tag tag;

        while (message_next(&message, &tag)) {
                if (tag.size < n || memcmp(tag.text, prefix, n) != 0)
                        continue;

                k = tag.size - n < size ? tag.size - n : size - 1;
                memcpy(ret, tag.text + n, k);
                ret[k] = '\0';
                return true;
        }

        return false;
}

static bool message_number(const char *message, const char *prefix, unsigned long long *ret) {
        char value[32], *end;

        if (!message_value(message, prefix, value, sizeof(value)) || value[0] < '0' || value[0] > '9')
                return false;

        *ret = strtoull(value, &end, 10);
        return *end == '\0';
}

static bool service_notify_message_authorized(const Unit *u, Pid pid) {
        const Service *s = &u->service;

        switch (service_get_notify_access(u)) {
        case NOTIFY_ALL:
                return true;

        case NOTIFY_MAIN:
                return pid == s->main_pid;

        case NOTIFY_EXEC:
                return pid == s->main_pid || pid == s->control_pid;

        default:
                return false;
        }
}

/* MAINPID=TAG: in a scenario a process is known by its tag. */
static void service_notify_main_pid(Manager *m, Unit *u, const char *message) {
        const Service *s = &u->service;
        uint64_t states =
                BIT(SERVICE_START) | BIT(SERVICE_START_POST) | STATES_RUNNING | STATES_RELOAD | STATES_REFRESH;
        char value[128];
        TextId tag;
        Pid pid;

        if (m->profile->mainpid_while_stopping)
                states |= BIT(SERVICE_STOP) | BIT(SERVICE_STOP_SIGTERM);

        if (!message_value(message, "MAINPID=", value, sizeof(value)) || !IN_STATES(u->state, states))
                return;

        tag = catalog_find_text(m->catalog, value);
        pid = tag == ID_NONE ? 0 : kernel_find_tag(m, tag);
        if (pid == 0 || ((s->flags & SERVICE_MAIN_PID_KNOWN) && s->main_pid == pid))
                return;

        if (service_is_suitable_main_pid(m, u, pid) >= 0)
                service_adopt_main_pid(m, u, pid);
}

/* 252: of the three tags the last one counts, and there is only one state of reloading. */
static void service_notify_state_252(Manager *m, Unit *u, const char *message) {
        Service *s = &u->service;
        NotifyState state = NOTIFY_UNKNOWN;
        Tag tag;

        while (message_next(&message, &tag))
                if (tag_is(tag, "READY=1"))
                        state = NOTIFY_READY;
                else if (tag_is(tag, "RELOADING=1"))
                        state = NOTIFY_RELOADING;
                else if (tag_is(tag, "STOPPING=1"))
                        state = NOTIFY_STOPPING;

        if (state == NOTIFY_UNKNOWN)
                return;

        s->notify_state = state;

        if (state == NOTIFY_READY) {
                if (s->type == SERVICE_NOTIFY && u->state == SERVICE_START)
                        service_enter_start_post(m, u);

                if (u->state == SERVICE_RELOAD && s->control_pid == 0)
                        service_enter_running(m, u, SERVICE_SUCCESS);
        } else if (u->state == SERVICE_RUNNING) {
                if (state == NOTIFY_RELOADING)
                        service_enter_reload_by_notify(m, u);
                else
                        service_enter_stop_by_notify(m, u);
        }
}

/* Was it sent after the reload was asked for? Time does not pass: any moment but zero is good. A daemon that
 * answers ReloadSignal= by itself says MONOTONIC_USEC= with it, even if that is not written out. */
static bool service_message_is_fresh(const Manager *m, Pid pid, const char *message) {
        unsigned long long usec;

        if (m->processes[pid - 1].flags & PROCESS_ANSWERS_RELOAD)
                return true;

        return message_number(message, "MONOTONIC_USEC=", &usec) && usec > 0;
}

/* The end of a reload that the service reports: 262 has a stage behind it. */
static void service_notify_reload_done(Manager *m, Unit *u) {
        if (m->profile->reload_post)
                service_enter_reload_post(m, u);
        else
                service_enter_running(m, u, SERVICE_SUCCESS);
}

static void service_notify_stopping(Manager *m, Unit *u) {
        uint64_t states =
                STATES_RUNNING | STATES_REFRESH | BIT(SERVICE_RELOAD_SIGNAL) | BIT(SERVICE_RELOAD_NOTIFY);

        u->service.notify_state = NOTIFY_STOPPING;

        if (IN_STATES(u->state, states))
                service_enter_stop_by_notify(m, u);
}

static void service_notify_ready(Manager *m, Unit *u, Pid pid, const char *message) {
        Service *s = &u->service;

        if (s->type == SERVICE_NOTIFY_RELOAD && u->state == SERVICE_START &&
            service_check_reload_signal_handler(m, u) == -EOPNOTSUPP) {
                service_enter_signal(m, u, SERVICE_STOP_SIGTERM, SERVICE_FAILURE_PROTOCOL);
                return;
        }

        s->notify_state = m->profile->reload_post && s->notify_state == NOTIFY_RELOADING ? NOTIFY_RELOAD_READY
                                                                                         : NOTIFY_READY;

        if (message_contains(message, "RELOADING=1")) {
                if (u->state == SERVICE_RELOAD_SIGNAL && service_message_is_fresh(m, pid, message))
                        service_notify_reload_done(m, u);
                else if (IN_STATES(u->state, STATES_RUNNING))
                        (void) manager_propagate_reload(m, u, JOB_FAIL);
        }

        if ((s->type == SERVICE_NOTIFY || s->type == SERVICE_NOTIFY_RELOAD) && u->state == SERVICE_START)
                service_enter_start_post(m, u);

        if (u->state == SERVICE_RELOAD_NOTIFY)
                service_notify_reload_done(m, u);
}

static void service_notify_reloading(Manager *m, Unit *u, Pid pid, const char *message) {
        u->service.notify_state = NOTIFY_RELOADING;

        if (u->state == SERVICE_RELOAD_SIGNAL && service_message_is_fresh(m, pid, message))
                service_set_state(m, u, SERVICE_RELOAD_NOTIFY);

        if (u->state == SERVICE_RUNNING)
                service_enter_reload_by_notify(m, u);
}

/* 254-262: STOPPING=1 wins over READY=1, and that over RELOADING=1. 262: what stops cannot come back. */
static void service_notify_state(Manager *m, Unit *u, Pid pid, const char *message) {
        bool refused = m->profile->notify_refuses_after_stopping && u->service.notify_state == NOTIFY_STOPPING;

        if (message_contains(message, "STOPPING=1"))
                service_notify_stopping(m, u);
        else if (message_contains(message, "READY=1")) {
                if (!refused)
                        service_notify_ready(m, u, pid, message);
        } else if (message_contains(message, "RELOADING=1")) {
                if (!refused)
                        service_notify_reloading(m, u, pid, message);
        }
}

static void service_notify_status(Unit *u, const char *message) {
        char value[2];

        if (!message_value(message, "STATUS=", value, sizeof(value)))
                return;

        if (value[0] != '\0')
                u->flags |= UNIT_HAS_STATUS_TEXT;
        else
                u->flags &= ~UNIT_HAS_STATUS_TEXT;
}

/* NOTIFYACCESS=, from 254 on. A value that means nothing takes an earlier one back. */
static void service_notify_access(const Manager *m, Unit *u, const char *message) {
        Service *s = &u->service;
        char value[16];
        int access;

        if (!m->profile->stream_notify_access_override ||
            !message_value(message, "NOTIFYACCESS=", value, sizeof(value)))
                return;

        access = notify_access_from_string(value);
        if (access < 0) {
                s->flags &= ~SERVICE_NOTIFY_OVERRIDE;
                s->notify_access_override = NOTIFY_NONE;
        } else if (service_get_notify_access(u) != (NotifyAccess) access) {
                s->flags |= SERVICE_NOTIFY_OVERRIDE;
                s->notify_access_override = (uint8_t) access;
        }
}

static void service_notify_watchdog(Manager *m, Unit *u, const char *message) {
        unsigned long long usec;
        char value[16];

        if (message_value(message, "WATCHDOG=", value, sizeof(value))) {
                if (strcmp(value, "1") == 0)
                        service_reset_watchdog(u);
                else if (strcmp(value, "trigger") == 0)
                        service_enter_signal(m, u, SERVICE_STOP_WATCHDOG, SERVICE_FAILURE_WATCHDOG);
        }

        if (message_number(message, "WATCHDOG_USEC=", &usec)) {
                u->service.flags2 |= SERVICE_WATCHDOG_OVERRIDE;

                /* Zero, or no end: no watchdog, whatever WatchdogSec= and later WATCHDOG=1 say */
                if (usec == 0 || usec == UINT64_MAX)
                        u->service.flags2 |= SERVICE_WATCHDOG_OVERRIDE_NONE;
                else
                        u->service.flags2 &= ~SERVICE_WATCHDOG_OVERRIDE_NONE;

                service_reset_watchdog(u);
        }
}

/* The store is a number of descriptors here: a message brings one, or takes back the one that it names. */
static void service_notify_fd_store(Unit *u, const char *message) {
        Service *s = &u->service;
        char value[2];

        if (message_contains(message, "FDSTOREREMOVE=1")) {
                if (message_value(message, "FDNAME=", value, sizeof(value)) && s->n_fd_store > 0)
                        s->n_fd_store--;
        } else if (message_contains(message, "FDSTORE=1") && s->n_fd_store < s->n_fd_store_max)
                s->n_fd_store++;
}

/* service.c:service_notify_message, 252-262. EXTEND_TIMEOUT_USEC= means nothing where time does not pass,
 * and ERRNO= is never looked at again. */
void service_notify_message(Manager *m, Unit *u, Pid pid, TextId text) {
        const char *message = catalog_text_str(m->catalog, text);

        if (!service_notify_message_authorized(u, pid)) {
                manager_note(m, __func__, u, "refuses the message %s", message);
                return;
        }

        manager_note(m, __func__, u, "gets the message %s", message);

        service_notify_main_pid(m, u, message);

        if (m->profile->notify_tag_precedence)
                service_notify_state(m, u, pid, message);
        else
                service_notify_state_252(m, u, message);

        if (MANAGER_CRASHED(m))
                return;

        service_notify_status(u, message);
        service_notify_access(m, u, message);
        service_notify_watchdog(m, u, message);

        if (m->profile->notify_restart_reset && message_contains(message, "RESTART_RESET=1") &&
            IN_STATES(u->state, STATES_RUNNING | BIT(SERVICE_STOP)))
                u->service.n_restarts = 0;

        service_notify_fd_store(u, message);
}
