/* SPDX-License-Identifier: MIT */

#include <string.h>

#include "traces/view-internal.h"

/* What a statement says in plain words. %c: who makes it; %1, %2: its words; %r: the words from the second on; %p: the process
 * that it hits; %u: the units that this part of it is about. */
typedef struct Phrase {
        const char *statement;
        const char *text;
} Phrase;

/* clang-format off */
static const Phrase phrase_table[] = {
        { "unit",          "%c writes %1"                              },
        { "rm",            "%c removes %1"                             },
        { "link",          "%c links %1 to %2"                         },
        { "daemon-reload", "%c asks PID 1 to reload"                   },
        { "daemon-reexec", "%c asks PID 1 to execute itself again"     },
        { "start",         "%c asks PID 1 to start %u"                 },
        { "stop",          "%c asks PID 1 to stop %u"                  },
        { "restart",       "%c asks PID 1 to restart %u"               },
        { "try-restart",   "%c asks PID 1 to restart %u if it is active" },
        { "reload",        "%c asks PID 1 to reload %u"                },
        { "reset-failed",  "%c asks PID 1 to forget the failure of %u" },
        { "kill",          "%c asks PID 1 to kill the processes of %u" },
        { "exit",          "process %p exits with status %2"           },
        { "signal",        "process %p gets signal %2"                 },
        { "notify",        "process %p sends PID 1 the message %r"     },
        { "elapse",        "the timer of %1 elapses"                   },
        { "fork",          "process %p forks %2"                       },
        { "own-name",      "process %p takes the D-Bus name %2"        },
        { "trigger",       "%1 is triggered"                           },
        { "pause",         "PID 1 is paused"                           },
        { "resume",        "PID 1 goes on"                             },
};
/* clang-format on */

static const char *find_phrase(const char *word) {
        for (size_t i = 0; i < G_N_ELEMENTS(phrase_table); i++)
                if (strcmp(phrase_table[i].statement, word) == 0)
                        return phrase_table[i].text;
        return NULL;
}

static const char *rest_of(const char *statement, unsigned n_words) {
        for (; n_words > 0 && statement; n_words--) {
                statement = strchr(statement, ' ');
                statement = statement ? statement + 1 : NULL;
        }
        return statement ?: "";
}

static void append_phrase(GString *s, const char *phrase, const char *client, const char *process,
                          const char *statement, const char *units) {
        g_auto(GStrv) words = g_strsplit(statement, " ", -1);
        guint n = g_strv_length(words);

        for (const char *p = phrase; *p; p++) {
                if (*p != '%') {
                        g_string_append_c(s, *p);
                        continue;
                }
                switch (*++p) {
                case 'c':
                        g_string_append(s, client ?: "root");
                        break;
                case 'p':
                        g_string_append(s, process ?: n > 1 ? words[1] : "");
                        break;
                case 'u':
                        g_string_append(s, units);
                        break;
                case 'r':
                        g_string_append(s, rest_of(statement, 2));
                        break;
                default:
                        g_string_append(s, (guint) (*p - '0') < n ? words[*p - '0'] : "");
                }
        }
}

static char *statement_words(const char *client, const char *process, const char *statement, const char *units) {
        g_autofree char *word = g_strndup(statement, strcspn(statement, " "));
        const char *phrase = find_phrase(word);
        GString *s = g_string_new(NULL);

        if (phrase)
                append_phrase(s, phrase, client, process, statement, units);
        else
                g_string_append_printf(s, "%s: %s", client ?: "root", statement);
        return g_string_free(s, FALSE);
}

/* One line with several units is several events. Which one this is can be told from what PID 1 is asked for now. */
static const char *units_of_call(const TraceEvent *e) {
        for (guint i = 0; i < e->changes->len; i++) {
                const Change *c = e->changes->pdata[i];
                const char *call = strstr(c->field, ": ");

                if (strcmp(c->new, VIEW_WAITING) == 0 && g_str_has_prefix(c->field, "call") && call)
                        return rest_of(call + 2, 1);
        }
        return rest_of(e->statement, 1);
}

static bool hits_process(const char *statement) {
        static const char *const words[] = { "exit ", "signal ", "notify ", "fork ", "own-name " };

        for (size_t i = 0; i < G_N_ELEMENTS(words); i++)
                if (g_str_has_prefix(statement, words[i]))
                        return true;
        return false;
}

static const TraceNote *find_note(const TraceEvent *e, const char *function) {
        for (guint i = 0; i < e->notes->len; i++) {
                const TraceNote *n = e->notes->pdata[i];

                if (strcmp(n->function, function) == 0)
                        return n;
        }
        return NULL;
}

static bool crashes(const TraceEvent *e) {
        for (guint i = 0; i < e->changes->len; i++) {
                const Change *c = e->changes->pdata[i];

                if (strcmp(c->subject, PID1) == 0 && strcmp(c->new, "crashed") == 0)
                        return true;
        }
        return false;
}

/* What it took from its queue; NULL: nothing. */
static const char *taken(const TraceEvent *e) {
        for (guint i = 0; i < e->changes->len; i++) {
                const Change *c = e->changes->pdata[i];

                if (strcmp(c->subject, PID1) == 0 && strcmp(c->old, VIEW_WAITING) == 0)
                        return c->field;
        }
        return NULL;
}

static char *dispatch_words(const TraceEvent *e) {
        const char *item = taken(e);
        const TraceNote *n;

        if (e->stream || find_note(e, "manager_reload") || find_note(e, "manager_reexec"))
                return g_strdup(find_note(e, "manager_reexec") ? "PID 1 executes itself again"
                                                               : "PID 1 reloads");
        n = find_note(e, "manager_invoke_sigchld_event");
        if (n)
                return g_strdup_printf("PID 1 learns that %s", n->text);
        if (item)
                return g_strdup_printf("PID 1 takes the %s", item);
        n = find_note(e, "job_run_and_invalidate");
        if (n && n->unit && g_str_has_prefix(n->text, "job ") && g_str_has_suffix(n->text, " runs"))
                return g_strdup_printf("PID 1 runs the %.*s job of %s", (int) (strlen(n->text) - 9), n->text + 4,
                                       n->unit);
        n = e->notes->len > 0 ? e->notes->pdata[0] : NULL;
        if (n)
                return n->unit ? g_strdup_printf("PID 1: %s %s", n->unit, n->text)
                               : g_strdup_printf("PID 1: %s", n->text);
        return g_strdup(e->changes->len > 0 ? "PID 1 does what is due" : "PID 1 finds nothing to do");
}

char *view_caption(const TraceEvent *e) {
        g_autofree char *s = NULL;

        if (e->skipped)
                return e->client ? g_strdup_printf("%s can do nothing here", e->client)
                                 : g_strdup_printf("process %s cannot exit here", e->process ?: "");
        switch (e->kind) {
        case TRACE_STATEMENT:
                s = statement_words(e->client, e->process, e->statement, units_of_call(e));
                if (hits_process(e->statement) && !e->process)
                        return g_strdup_printf("%s, which is not there", s);
                return g_steal_pointer(&s);
        case TRACE_EXIT:
                return g_strdup_printf("process %s exits by itself", e->process);
        default:
                s = dispatch_words(e);
                return crashes(e) ? g_strdup_printf("%s, and crashes", s) : g_steal_pointer(&s);
        }
}

char *view_caption_interrupt(const TraceInterrupt *i) {
        if (i->statement)
                return statement_words(i->client, i->process, i->statement, rest_of(i->statement, 1));
        return g_strdup_printf("process %s exits by itself", i->process ?: "");
}

char *view_where_interrupt(const TraceInterrupt *i) {
        const char *unit = i->unit ?: "a unit";

        if (strcmp(i->where, OBSERVE_SERIALIZED) == 0)
                return g_strdup("when the stream is written");
        if (strcmp(i->where, OBSERVE_LOAD) == 0)
                return g_strdup_printf("before %s is loaded", unit);
        if (strcmp(i->where, OBSERVE_COLDPLUG) == 0)
                return g_strdup_printf("before %s is coldplugged", unit);
        if (strcmp(i->where, OBSERVE_CATCHUP) == 0)
                return g_strdup_printf("before the cgroup of %s is looked at", unit);
        return g_strdup_printf("in %s()", i->where);
}
