/* SPDX-License-Identifier: MIT */

#include <string.h>

#include "traces/show-cast.h"
#include "traces/show.h"

#define TOP_LEVEL "root"

const char *show_cast_client(const char *client) {
        return client ?: TOP_LEVEL;
}

int show_cast_find(const GPtrArray *names, const char *name) {
        for (guint i = 0; name && i < names->len; i++)
                if (strcmp(names->pdata[i], name) == 0)
                        return (int) i;
        return -1;
}

static void add_name(GPtrArray *names, const char *name) {
        if (name && show_cast_find(names, name) < 0)
                g_ptr_array_add(names, (gpointer) name);
}

bool show_cast_has_step(const ShowCast *c, const ViewStep *s) {
        return !s->event->top_level && (s->needed || s->violates || c->everybody);
}

bool show_cast_has_entry(const ShowCast *c, const ViewEntry *e) {
        return c->everybody || e->needed;
}

bool show_cast_has_change(const ShowCast *c, const ViewChange *change) {
        return c->everybody || change->needed;
}

bool show_cast_has_note(const ShowCast *c, const ViewNote *n) {
        return c->everybody || n->needed;
}

static bool is_unit(const TraceView *v, const char *name) {
        if (view_state_find(v->run.first, name))
                return true;
        for (guint i = 0; i < v->run.steps->len; i++)
                if (view_state_find(((const ViewStep *) v->run.steps->pdata[i])->state, name))
                        return true;
        return false;
}

static void cast_entry(const TraceView *v, ShowCast *c, const ViewEntry *e) {
        if (!show_cast_has_entry(c, e))
                return;
        add_name(c->units, e->applied_to);
        if (is_unit(v, e->name))
                add_name(c->units, e->name);
}

static void cast_change(ShowCast *c, const ViewChange *change) {
        if (change->kind == VIEW_FILE)
                c->files = true;
        if (!show_cast_has_change(c, change))
                return;
        if (change->kind == VIEW_UNIT)
                add_name(c->units, change->change->subject);
        if (change->kind == VIEW_PROCESS)
                add_name(c->processes, change->change->subject + strlen("process "));
}

static void cast_interrupt(ShowCast *c, const ViewInterrupt *i) {
        if (!i->needed && !c->everybody)
                return;
        if (i->actor == VIEW_CLIENT) {
                add_name(c->clients, show_cast_client(i->interrupt->client));
                c->files = c->files || show_statement_edits(i->interrupt->statement);
        }
        add_name(c->processes, i->interrupt->process);
}

static void cast_step(const TraceView *v, ShowCast *c, const ViewStep *s) {
        if (s->actor == VIEW_CLIENT && (show_step_calls(s) || show_step_changes_file(s) || !s->event->process))
                add_name(c->clients, show_cast_client(s->client));
        add_name(c->processes, s->event->process);
        for (guint i = 0; i < s->changes->len; i++)
                cast_change(c, s->changes->pdata[i]);
        for (guint i = 0; i < s->interrupts->len; i++)
                cast_interrupt(c, s->interrupts->pdata[i]);
        for (guint i = 0; s->stream && i < s->stream->entries->len; i++)
                cast_entry(v, c, s->stream->entries->pdata[i]);
}

/* As a word: "a.1", but not in "a.10". */
static bool mentions(const char *text, const char *name) {
        for (const char *p = strstr(text, name); p; p = strstr(p + 1, name)) {
                char before = p > text ? p[-1] : ' ', behind = p[strlen(name)];

                if (!g_ascii_isalnum(before) && !g_ascii_isalnum(behind))
                        return true;
        }
        return false;
}

/* Whoever the violation speaks of, also when nothing happens to it. */
static void cast_mentioned(const TraceView *v, ShowCast *c) {
        const ViewState *s;

        if (v->run.steps->len == 0)
                return;
        s = ((const ViewStep *) v->run.steps->pdata[v->run.steps->len - 1])->state;
        for (guint i = 0; i < s->subjects->len; i++) {
                const ViewSubject *x = s->subjects->pdata[i];

                if (*x->label && x->kind == VIEW_PROCESS && mentions(v->violation, x->label))
                        add_name(c->processes, x->label);
                if (*x->label && x->kind == VIEW_UNIT && mentions(v->violation, x->label))
                        add_name(c->units, x->label);
        }
}

static void cast_others(const TraceView *v, ShowCast *c) {
        for (guint i = 0; i < v->run.steps->len; i++) {
                const ViewState *state = ((const ViewStep *) v->run.steps->pdata[i])->state;

                for (guint j = 0; j < state->subjects->len; j++) {
                        const ViewSubject *x = state->subjects->pdata[j];

                        if (x->kind == VIEW_UNIT && show_cast_find(c->units, x->name) < 0)
                                add_name(c->others, x->name);
                }
        }
}

ShowCast *show_cast_new(const TraceView *v) {
        ShowCast *c = g_new0(ShowCast, 1);

        c->clients = g_ptr_array_new();
        c->units = g_ptr_array_new();
        c->processes = g_ptr_array_new();
        c->others = g_ptr_array_new();
        c->everybody = v->run.n_needed == 0;
        if (v->trace->unit && is_unit(v, v->trace->unit))
                add_name(c->units, v->trace->unit);
        for (guint i = 0; i < v->run.steps->len; i++) {
                const ViewStep *s = v->run.steps->pdata[i];

                if (show_cast_has_step(c, s))
                        cast_step(v, c, s);
        }
        cast_mentioned(v, c);
        cast_others(v, c);
        return c;
}

void show_cast_free(ShowCast *c) {
        if (!c)
                return;
        g_ptr_array_unref(c->clients);
        g_ptr_array_unref(c->units);
        g_ptr_array_unref(c->processes);
        g_ptr_array_unref(c->others);
        g_free(c);
}

bool show_step_calls(const ViewStep *s) {
        for (guint i = 0; i < s->changes->len; i++) {
                const ViewChange *c = s->changes->pdata[i];

                if (c->kind == VIEW_MANAGER && strcmp(c->change->new, VIEW_WAITING) == 0)
                        return true;
        }
        return false;
}

bool show_step_changes_file(const ViewStep *s) {
        for (guint i = 0; i < s->changes->len; i++)
                if (((const ViewChange *) s->changes->pdata[i])->kind == VIEW_FILE)
                        return true;
        return false;
}

bool show_statement_edits(const char *statement) {
        static const char *const words[] = { "unit ", "rm ", "link " };

        for (size_t i = 0; i < G_N_ELEMENTS(words); i++)
                if (statement && g_str_has_prefix(statement, words[i]))
                        return true;
        return false;
}

char *show_entry_line(const ViewEntry *e) {
        g_autofree char *values = show_entry_values(e);
        GString *s = g_string_new(NULL);

        g_string_append_printf(s, "entry %u %s", e->number, e->name);
        if (e->applied_to && strcmp(e->applied_to, e->name) != 0)
                g_string_append_printf(s, " -> %s", e->applied_to);
        else if (!e->applied_to)
                g_string_append_printf(s, " (%s)", view_fate_to_string(e->fate));
        g_string_append_printf(s, "%s%s", *values ? ": " : "", values);
        return g_string_free(s, FALSE);
}

char *show_entry_damage(const ViewEntry *e) {
        g_autofree char *overwritten = show_overwritten(e), *kept = NULL;

        if (!overwritten)
                return NULL;
        kept = show_kept(e);
        return g_strdup_printf("overwrites %s%s%s", overwritten, kept ? "; keeps " : "", kept ?: "");
}
