/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "lab/record.h"
#include "lab/schedule.h"
#include "traces/scenario.h"

typedef struct Builder {
        const Catalog *from;
        GString *text;
        GPtrArray *group; /* of const Statement: what is outside before PID 1 goes on */
        GPtrArray *exits; /* of Statement: processes that exit by themselves */
        unsigned n_top;   /* lines of the top level */
        int reloads;      /* called for, and not seen yet */
        bool loose;
} Builder;

static void append_statement(Builder *b, const Statement *s) {
        const char *body = s->type == STATEMENT_WRITE ? b->from->contents[s->content].text : NULL;

        g_string_append_printf(b->text, "%s\n", s->source);
        if (!body || !*body)
                return;

        g_auto(GStrv) lines = g_strsplit(body, "\n", -1);
        for (char **line = lines; *line; line++)
                if (**line)
                        g_string_append_printf(b->text, "  %s\n", *line);
}

static void append_top(Builder *b) {
        for (size_t i = 0; i < b->from->top.n_statements; i++)
                if (!b->from->top.statements[i].continues) {
                        append_statement(b, b->from->top.statements + i);
                        b->n_top++;
                }
}

/* What a process does by itself the lab has to tell it. @process: TAG.N; where several have the tag, the newest is hit. */
static void add_exit(Builder *b, const char *process) {
        const char *dot = strrchr(process, '.');
        Statement *s = g_new0(Statement, 1);

        s->type = STATEMENT_EXIT;
        s->source = g_strdup_printf("exit %.*s 0", (int) (dot - process), process);
        g_ptr_array_add(b->exits, s);
        g_ptr_array_add(b->group, s);
}

static void exit_free(gpointer p) {
        Statement *s = p;

        g_free(s->source);
        g_free(s);
}

static bool is_file(const Statement *s) {
        return s->type == STATEMENT_WRITE || s->type == STATEMENT_RM || s->type == STATEMENT_LINK;
}

/* Files that change before the one thing that PID 1 sees need no pause: PID 1 does not look by itself. */
static bool needs_pause(const GPtrArray *group) {
        for (unsigned i = 0; i + 1 < group->len; i++)
                if (!is_file(group->pdata[i]))
                        return true;
        return false;
}

static void flush_group(Builder *b) {
        bool pause = !b->loose && needs_pause(b->group);

        if (pause)
                g_string_append(b->text, "pause\n");
        for (unsigned i = 0; i < b->group->len; i++)
                append_statement(b, b->group->pdata[i]);
        if (pause)
                g_string_append(b->text, "resume\n");
        g_ptr_array_set_size(b->group, 0);
}

const Statement *schedule_find_statement(const Catalog *c, unsigned line) {
        for (size_t i = 0; i < c->n_clients; i++)
                for (size_t j = 0; j < c->clients[i].n_statements; j++)
                        if (c->clients[i].statements[j].line == line)
                                return c->clients[i].statements + j;
        return NULL;
}

static bool has_note(const TraceEvent *e, const char *function) {
        for (unsigned i = 0; i < e->notes->len; i++)
                if (g_str_equal(((const TraceNote *) e->notes->pdata[i])->function, function))
                        return true;
        return false;
}

/* PID 1 has taken a job and something else comes before it runs: the two were pending together. */
static bool is_held_up(const TraceEvent *e, const TraceEvent *next) {
        return next && next->kind == TRACE_STATEMENT && has_note(e, "job_install") &&
               !has_note(e, "job_run_and_invalidate");
}

static char *add_event(Builder *b, const TraceEvent *e, const TraceEvent *next) {
        const Statement *s;

        if (e->interrupts && e->interrupts->len > 0)
                return g_strdup(
                        "something has to happen in the middle of a reload, where the lab cannot stop PID 1");
        if (e->top_level || e->skipped)
                return NULL;
        if (e->kind == TRACE_EXIT) {
                add_exit(b, e->process);
                return NULL;
        }
        if (e->kind == TRACE_DISPATCH) {
                b->reloads -= e->stream != NULL || (e->entries && e->entries->len > 0);
                /* What is between a call for a reload and the reload is pending together with it. */
                if (b->loose || (b->reloads <= 0 && !is_held_up(e, next)))
                        flush_group(b);
                return NULL;
        }
        s = schedule_find_statement(b->from, e->line);
        if (!s)
                return g_strdup_printf("line %u is no statement of a client", e->line);
        if (s->continues)
                return NULL;
        b->reloads += s->type == STATEMENT_DAEMON_RELOAD || s->type == STATEMENT_DAEMON_REEXEC;
        g_ptr_array_add(b->group, (gpointer) s);
        return NULL;
}

static char *build(Builder *b, const Trace *t, const TraceRun *run) {
        char *why = NULL;

        append_top(b);
        for (unsigned i = 0; run && i < run->events->len && !why; i++)
                why = add_event(b, run->events->pdata[i],
                                i + 1 < run->events->len ? run->events->pdata[i + 1] : NULL);
        flush_group(b);
        return why;
}

static Schedule *make(const char *file, const Trace *t, const TraceRun *run, bool loose, char **ret_why) {
        g_autoptr(Catalog) from = scenario_parse(t->scenario, t->text, strlen(t->text), NULL, NULL);
        g_autoptr(GPtrArray) group = g_ptr_array_new(), exits = g_ptr_array_new_with_free_func(exit_free);
        Builder b = { .from = from, .text = g_string_new(NULL), .group = group, .exits = exits, .loose = loose };
        g_autoptr(Schedule) s = g_new0(Schedule, 1);
        g_autoptr(GError) error = NULL;

        *ret_why = from ? build(&b, t, run) : g_strdup("its scenario cannot be read");
        s->text = g_string_free(b.text, FALSE);
        if (*ret_why)
                return NULL;
        s->catalog = scenario_parse(file, s->text, strlen(s->text), NULL, &error);
        *ret_why = s->catalog ? record_obstacle(s->catalog) : g_strdup(error->message);
        s->told_from = b.n_top + 1;
        return *ret_why ? NULL : g_steal_pointer(&s);
}

Schedule *schedule_new(const char *file, const Trace *t, char **ret_why) {
        return schedule_of_run(file, t, &t->run, ret_why);
}

Schedule *schedule_of_run(const char *file, const Trace *t, const TraceRun *run, char **ret_why) {
        return make(file, t, run, false, ret_why);
}

Schedule *schedule_of_run_loose(const char *file, const Trace *t, const TraceRun *run, char **ret_why) {
        return make(file, t, run, true, ret_why);
}

Schedule *schedule_of_top(const char *file, const Trace *t, char **ret_why) {
        return make(file, t, NULL, false, ret_why);
}

void schedule_free(Schedule *s) {
        if (!s)
                return;
        g_free(s->text);
        g_clear_pointer(&s->catalog, catalog_free);
        g_free(s);
}
