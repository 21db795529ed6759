/* SPDX-License-Identifier: MIT */

#include <string.h>

#include "traces/show.h"

/* For a commit message. */
#define COLUMNS   72
#define MAX_LINES 11

static size_t width(const char *s) {
        return (size_t) g_utf8_strlen(s, -1);
}

/* Breaks lines at blanks; @indent goes before each but the first. */
static void append_wrapped(GPtrArray *lines, const char *text, const char *indent) {
        g_auto(GStrv) words = g_strsplit(text, " ", -1);
        GString *line = g_string_new(NULL);

        for (guint i = 0; words[i]; i++) {
                if (i > 0 && width(line->str) + 1 + width(words[i]) > COLUMNS) {
                        g_ptr_array_add(lines, g_string_free(line, FALSE));
                        line = g_string_new(indent);
                } else if (i > 0)
                        g_string_append_c(line, ' ');
                g_string_append(line, words[i]);
        }
        g_ptr_array_add(lines, g_string_free(line, FALSE));
}

/* One line, cut. */
static void append_cut(GPtrArray *lines, const char *text) {
        g_autofree char *cut = NULL;

        if (width(text) <= COLUMNS) {
                g_ptr_array_add(lines, g_strdup(text));
                return;
        }
        cut = g_utf8_substring(text, 0, COLUMNS - 3);
        g_ptr_array_add(lines, g_strconcat(cut, "...", NULL));
}

static void append_orders(GString *s, const ViewRun *r) {
        if (r->orders->len == 0)
                return;
        g_string_append(s, ", with ");
        for (guint i = 0; i < r->orders->len; i++)
                g_string_append_printf(s, "%s%s", i == 0 ? "" : ", ", (char *) r->orders->pdata[i]);
}

/* PID 1 takes a call: whoever made it is told of already. */
static bool only_takes_call(const ViewStep *s) {
        for (guint i = 0; i < s->changes->len; i++)
                if (((ViewChange *) s->changes->pdata[i])->kind != VIEW_MANAGER)
                        return false;
        return s->actor == VIEW_PID1 && !s->stream && !s->violates;
}

/* The entry of the stream that overwrites something, and that the violation needs. */
static char *overwriting(const ViewStep *s) {
        for (guint i = 0; s->stream && i < s->stream->entries->len; i++) {
                const ViewEntry *e = s->stream->entries->pdata[i];

                if (e->needed && e->n_overwrites > 0 && e->applied_to)
                        return g_strdup_printf(", the entry %s overwrites %s", e->name, e->applied_to);
        }
        return g_strdup("");
}

static void append_step(GPtrArray *lines, const ViewStep *s) {
        g_autofree char *overwritten = overwriting(s);
        g_autofree char *text = g_strdup_printf("%2u. %s%s", s->number, s->caption, overwritten);

        append_cut(lines, text);
        for (guint i = 0; i < s->interrupts->len; i++) {
                const ViewInterrupt *v = s->interrupts->pdata[i];
                g_autofree char *line = g_strdup_printf("%2u. %s, %s", v->number, v->caption, v->where);

                append_cut(lines, line);
        }
}

static void append_head(GPtrArray *lines, const TraceView *v) {
        g_autofree char *sentence = g_strconcat(v->violation, ".", NULL);
        g_autoptr(GString) odds = g_string_new(NULL);

        g_string_append_printf(odds, "Happens in %s", v->odds);
        append_orders(odds, &v->run);
        g_string_append(odds, ":");
        append_wrapped(lines, v->title, "");
        append_wrapped(lines, sentence, "");
        append_wrapped(lines, odds->str, "");
}

void show_brief(const TraceView *v, const ShowOptions *o, GString *out) {
        g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func(g_free);
        g_autoptr(GPtrArray) steps = g_ptr_array_new_with_free_func(g_free);
        guint room, head;

        append_head(lines, v);
        for (unsigned i = v->run.n_top; i < v->run.steps->len; i++) {
                const ViewStep *s = view_run_step(&v->run, i);

                if (s->needed && !only_takes_call(s))
                        append_step(steps, s);
        }

        /* Too many: the first and the last ones, which say how it begins and how it ends. */
        if (lines->len > MAX_LINES - 3)
                g_ptr_array_set_size(lines, MAX_LINES - 3);
        room = MAX_LINES - lines->len;
        head = steps->len <= room ? steps->len : (room - 1) / 2;
        for (guint i = 0; i < lines->len; i++)
                g_string_append_printf(out, "%s\n", (char *) lines->pdata[i]);
        for (guint i = 0; i < head; i++)
                g_string_append_printf(out, "%s\n", (char *) steps->pdata[i]);
        if (head == steps->len)
                return;
        g_string_append_printf(out, "    ... %u more\n", steps->len - (room - 1));
        for (guint i = steps->len - (room - 1 - head); i < steps->len; i++)
                g_string_append_printf(out, "%s\n", (char *) steps->pdata[i]);
}
