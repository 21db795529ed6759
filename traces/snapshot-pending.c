/* SPDX-License-Identifier: MIT */

#include <string.h>

#include "model/unit.h"
#include "traces/snapshot.h"

#define PID1 "PID 1"

/* clang-format off */
static const char *const call_table[_STATEMENT_TYPE_MAX] = {
        [STATEMENT_DAEMON_RELOAD] = "daemon-reload",
        [STATEMENT_DAEMON_REEXEC] = "daemon-reexec",
        [STATEMENT_START]         = "start",
        [STATEMENT_STOP]          = "stop",
        [STATEMENT_RESTART]       = "restart",
        [STATEMENT_TRY_RESTART]   = "try-restart",
        [STATEMENT_RELOAD]        = "reload",
        [STATEMENT_RESET_FAILED]  = "reset-failed",
        [STATEMENT_KILL]          = "kill",
};

static const char *const event_table[] = {
        [INBOX_CALL]      = NULL,
        [INBOX_TIMER]     = "timer",
        [INBOX_BUS_NAME]  = "D-Bus name",
        [INBOX_TRIGGER]   = "trigger",
        [INBOX_WATCHDOG]  = "watchdog",
        [INBOX_JOB_TIMER] = "job timeout",
        [INBOX_PID_FILE]  = "PID file",
};
/* clang-format on */

static bool has_field(const GPtrArray *rows, const char *field) {
        for (guint i = rows->len; i-- > 0;) {
                const SnapshotRow *r = rows->pdata[i];

                if (strcmp(r->subject, PID1) != 0)
                        return false;
                if (strcmp(r->field, field) == 0)
                        return true;
        }
        return false;
}

/* A field is there once, so equal things that wait are counted. */
static void add_waiting(GPtrArray *rows, const char *what) {
        g_autofree char *field = g_strdup(what);

        for (unsigned n = 2; has_field(rows, field); n++) {
                g_free(field);
                field = g_strdup_printf("%s (%u)", what, n);
        }
        snapshot_add_row(rows, PID1, field, g_strdup("waiting"));
}

static char *call_words(const Manager *m, const InboxEntry *e) {
        const Catalog *c = m->catalog;
        const Program *p = catalog_program(c, e->client == ID_NONE ? 0 : e->client); /* 0: the top level */
        g_autoptr(GString) s = g_string_new("call");

        if (p->name)
                g_string_append_printf(s, " of %s", p->name);
        g_string_append_printf(s, ": %s", call_table[e->statement]);
        for (size_t i = 0; i < e->n; i++)
                g_string_append_printf(s, " %s", catalog_name_str(c, p->statements[e->first + i].unit));
        if (e->n == 0 && e->unit != ID_NONE && e->statement != STATEMENT_DAEMON_RELOAD &&
            e->statement != STATEMENT_DAEMON_REEXEC)
                g_string_append_printf(s, " %s", catalog_name_str(c, e->unit));
        return g_string_free(g_steal_pointer(&s), FALSE);
}

static char *entry_words(const Manager *m, const InboxEntry *e) {
        return e->kind == INBOX_CALL ? call_words(m, e)
                                     : g_strdup_printf("%s of %s", event_table[e->kind],
                                                       catalog_name_str(m->catalog, e->unit));
}

static void add_messages(GPtrArray *rows, const Manager *m) {
        for (size_t i = 0; i < m->world->n_messages; i++) {
                const Message *message = m->messages + i;
                g_autofree char *what = g_strdup_printf(
                        "message of %s.%u: %s", catalog_text_str(m->catalog, m->processes[message->pid - 1].tag),
                        (unsigned) world_instances(m->layout, m->world)[message->pid - 1],
                        catalog_text_str(m->catalog, message->text));

                add_waiting(rows, what);
        }
}

static void add_empty_cgroups(GPtrArray *rows, const Manager *m) {
        for (size_t i = 0; i < m->layout->n_units; i++) {
                const Unit *u = m->units + i;

                if (u->in_use && unit_in_queue(u, QUEUE_CGROUP_EMPTY)) {
                        g_autofree char *what = g_strdup_printf("empty cgroup of %s", unit_name(m, u));

                        add_waiting(rows, what);
                }
        }
}

void snapshot_add_pending(GPtrArray *rows, Manager *m) {
        if (m->world->flags & WORLD_REEXEC_WANTED)
                snapshot_add_row(rows, PID1, "Next", g_strdup("reexec"));
        else if (m->world->flags & WORLD_RELOAD_WANTED)
                snapshot_add_row(rows, PID1, "Next", g_strdup("reload"));
        for (size_t i = 0; i < m->world->n_inbox; i++) {
                g_autofree char *what = entry_words(m, m->inbox + i);

                add_waiting(rows, what);
        }
        add_messages(rows, m);
        add_empty_cgroups(rows, m);
}
