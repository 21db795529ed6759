/* SPDX-License-Identifier: MIT */

#include <string.h>

#include "traces/json-text.h"
#include "traces/show-html.h"

/* The data of the page. Traces repeat themselves: each text stands there once and is mentioned by its number, and so are the
 * entries of streams, their lines, and whole steps. States are not there: the page makes them from the first one and the changes. */

/* What is mentioned by number, as JSON. */
typedef struct Pool {
        GHashTable *numbers; /* item -> number + 1 */
        GString *items;
} Pool;

typedef struct Data {
        GString *out;
        Pool texts, blocks, entries, steps;
        Pool shown; /* keys of a stream, with the field of a unit that they decide */
} Data;

/* Whatever comes next is an item of its own. */
static void next(GString *s) {
        if (s->len > 0 && !strchr("[{:", s->str[s->len - 1]))
                g_string_append_c(s, ',');
}

static void begin(Data *d, const char *key, char bracket) {
        next(d->out);
        if (key)
                g_string_append_printf(d->out, "\"%s\":", key);
        g_string_append_c(d->out, bracket);
}

static void end(Data *d, char bracket) {
        g_string_append_c(d->out, bracket);
}

static void add_number(Data *d, const char *key, long n) {
        next(d->out);
        if (key)
                g_string_append_printf(d->out, "\"%s\":", key);
        g_string_append_printf(d->out, "%li", n);
}

/* Small numbers of flags, and only if there are any. */
static void add_flags(Data *d, const char *key, unsigned flags) {
        if (flags != 0)
                add_number(d, key, flags);
}

static void pool_init(Pool *p) {
        p->numbers = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
        p->items = g_string_new(NULL);
}

static void pool_clear(Pool *p) {
        g_hash_table_unref(p->numbers);
        g_string_free(p->items, TRUE);
}

static unsigned pool_number(Pool *p, const char *item) {
        unsigned n = GPOINTER_TO_UINT(g_hash_table_lookup(p->numbers, item));

        if (n > 0)
                return n - 1;
        n = g_hash_table_size(p->numbers);
        g_hash_table_insert(p->numbers, g_strdup(item), GUINT_TO_POINTER(n + 1));
        next(p->items);
        g_string_append(p->items, item);
        return n;
}

static unsigned number_of(Data *d, const char *text) {
        g_autoptr(GString) s = g_string_new(NULL);

        json_append_string(s, text);
        return pool_number(&d->texts, s->str);
}

/* What is written from here on is an item of a pool. */
static GString *divert(Data *d) {
        GString *before = d->out;

        d->out = g_string_new(NULL);
        return before;
}

static void add_diverted(Data *d, GString *before, const char *key, Pool *pool) {
        unsigned n = pool_number(pool, d->out->str);

        g_string_free(d->out, TRUE);
        d->out = before;
        add_number(d, key, n);
}

/* -1: NULL */
static void add_text(Data *d, const char *key, const char *text) {
        add_number(d, key, text ? (long) number_of(d, text) : -1);
}

/* [[subject, field, value, field, value, ...], ...] */
static void add_state(Data *d, const char *key, const ViewState *s) {
        begin(d, key, '[');
        for (guint i = 0; i < s->subjects->len; i++) {
                const ViewSubject *x = s->subjects->pdata[i];

                begin(d, NULL, '[');
                add_text(d, NULL, x->name);
                for (guint j = 0; j < x->fields->len; j++) {
                        const ViewField *f = x->fields->pdata[j];

                        add_text(d, NULL, f->field);
                        add_text(d, NULL, f->value);
                }
                end(d, ']');
        }
        end(d, ']');
}

/* [subject, field, old, new, 1: needed, 2: the subject appears, 4: it vanishes] */
static void add_change(Data *d, const ViewChange *v) {
        const Change *c = v->change;
        unsigned flags = (v->needed ? 1 : 0) | (v->appears ? 2 : 0) | (v->vanishes ? 4 : 0);

        begin(d, NULL, '[');
        add_text(d, NULL, c->subject);
        add_text(d, NULL, c->field);
        add_text(d, NULL, c->old);
        add_text(d, NULL, c->new);
        add_flags(d, NULL, flags);
        end(d, ']');
}

/* [function, what it did, needed] */
static void add_note(Data *d, const ViewNote *n) {
        const char *did = strstr(n->sentence, "(): ");

        begin(d, NULL, '[');
        add_text(d, NULL, n->note->function);
        add_text(d, NULL, did ? did + strlen("(): ") : n->sentence);
        if (n->needed)
                add_number(d, NULL, 1);
        end(d, ']');
}

/* [number, caption, where, before which entry, needed] */
static void add_interrupt(Data *d, const ViewInterrupt *i) {
        begin(d, NULL, '[');
        add_number(d, NULL, i->number);
        add_text(d, NULL, i->caption);
        add_text(d, NULL, i->where);
        add_number(d, NULL, i->before);
        add_number(d, NULL, i->interrupt->process ? VIEW_WORLD : i->actor);
        if (i->needed)
                add_number(d, NULL, 1);
        end(d, ']');
}

/* The lines of an entry; a negative number begins section -number - 1. */
static unsigned block_of(Data *d, const ViewEntry *e) {
        g_autoptr(GString) s = g_string_new("[");
        unsigned section = 0;

        for (guint i = 0; i < e->lines->len; i++) {
                const ViewLine *l = e->lines->pdata[i];
                g_autofree char *line =
                        *l->value ? g_strdup_printf("%s=%s", l->key, l->value) : g_strdup(l->key);

                if (l->section != section) {
                        next(s);
                        g_string_append_printf(s, "-%u", l->section + 1);
                        section = l->section;
                }
                next(s);
                g_string_append_printf(s, "%u", number_of(d, line));
        }
        g_string_append_c(s, ']');
        return pool_number(&d->blocks, s->str);
}

static void add_shown(Data *d, const ViewLine *l) {
        g_autoptr(GString) s = g_string_new(NULL);

        if (!l->field || l->section > 0)
                return;
        json_append_string(s, l->key);
        g_string_append_c(s, ':');
        json_append_string(s, l->field);
        (void) pool_number(&d->shown, s->str);
}

/* "KEY":[entry, line] */
static void add_line_of(Data *d, const char *key, const ViewLine *l) {
        guint i;

        if (!l || !g_ptr_array_find(l->entry->lines, l, &i))
                return;
        begin(d, key, '[');
        add_number(d, NULL, l->entry->number);
        add_number(d, NULL, i);
        end(d, ']');
}

/* Only other values of other entries are worth a mark. */
static const ViewLine *worth(const ViewLine *l, const ViewLine *other) {
        return other && other->entry != l->entry && view_line_differs(l, other) ? other : NULL;
}

static void add_line(Data *d, const ViewLine *l, guint i) {
        const ViewLine *over = worth(l, l->overwrites), *by = worth(l, l->overwritten_by);

        add_shown(d, l);
        if (!over && !by && !l->ignored_for && !l->meaning && !l->needed)
                return;
        begin(d, NULL, '{');
        add_number(d, "l", i);
        add_line_of(d, "o", over);
        add_line_of(d, "b", by);
        add_line_of(d, "g", l->ignored_for);
        if (l->meaning)
                add_text(d, "m", l->meaning);
        add_flags(d, "f", l->needed);
        end(d, '}');
}

/* [name, applied to, fate, block, needed, overwritten lines, [lines that there is more to say of]] */
static void add_entry(Data *d, const ViewEntry *e) {
        GString *before = divert(d);

        begin(d, NULL, '[');
        add_text(d, NULL, e->name);
        add_text(d, NULL, e->applied_to);
        add_text(d, NULL, view_fate_to_string(e->fate));
        add_number(d, NULL, block_of(d, e));
        add_number(d, NULL, e->needed);
        add_number(d, NULL, e->n_overwrites);
        begin(d, NULL, '[');
        for (guint i = 0; i < e->lines->len; i++)
                add_line(d, e->lines->pdata[i], i);
        end(d, ']');
        end(d, ']');
        add_diverted(d, before, NULL, &d->entries);
}

static void add_stream(Data *d, const ViewStream *s) {
        if (!s)
                return;
        begin(d, "stream", '{');
        begin(d, "header", '[');
        for (guint i = 0; i < s->header->len; i++)
                add_text(d, NULL, s->header->pdata[i]);
        end(d, ']');
        begin(d, "entries", '[');
        for (guint i = 0; i < s->entries->len; i++)
                add_entry(d, s->entries->pdata[i]);
        end(d, ']');
        end(d, '}');
}

/* Which later steps need it and what of it, [index, words], each pair once. What is active follows from the sub state. */
static void add_causes(Data *d, const ViewStep *s, unsigned from) {
        g_autoptr(GHashTable) told = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

        for (guint i = 0; i < s->causes->len; i++) {
                const ViewCause *c = s->causes->pdata[i];
                g_autofree char *words = show_cause(c);

                if (c->kind == VIEW_CAUSE_OUTCOME || c->later < from ||
                    g_strcmp0(c->field, "ActiveState") == 0 ||
                    !g_hash_table_add(told, g_strdup_printf("%u %s", c->later, words)))
                        continue;
                if (g_hash_table_size(told) == 1)
                        begin(d, "causes", '[');
                begin(d, NULL, '[');
                add_number(d, NULL, c->later - from);
                add_text(d, NULL, words);
                end(d, ']');
        }
        if (g_hash_table_size(told) > 0)
                end(d, ']');
}

static void add_notes(Data *d, const ViewStep *s) {
        if (s->notes->len == 0)
                return;
        begin(d, "notes", '[');
        for (guint i = 0; i < s->notes->len; i++)
                if (!show_note_is_of_entry(s, s->notes->pdata[i]))
                        add_note(d, s->notes->pdata[i]);
        end(d, ']');
}

static void add_changes(Data *d, const ViewStep *s) {
        if (s->changes->len == 0)
                return;
        begin(d, "changes", '[');
        for (guint i = 0; i < s->changes->len; i++)
                add_change(d, s->changes->pdata[i]);
        end(d, ']');
}

static void add_interrupts(Data *d, const ViewStep *s) {
        if (s->interrupts->len == 0)
                return;
        begin(d, "interrupts", '[');
        for (guint i = 0; i < s->interrupts->len; i++)
                add_interrupt(d, s->interrupts->pdata[i]);
        end(d, ']');
}

static void add_journal(Data *d, const ViewStep *s) {
        if (s->journal->len == 0)
                return;
        begin(d, "journal", '[');
        for (guint i = 0; i < s->journal->len; i++)
                add_text(d, NULL, s->journal->pdata[i]);
        end(d, ']');
}

static unsigned flags_of(const ViewStep *s) {
        return (s->needed ? 1 : 0) | (s->violates ? 2 : 0) | (s->skipped ? 4 : 0) | (s->reexec ? 8 : 0);
}

static void add_step(Data *d, const ViewStep *s, unsigned from) {
        GString *before = divert(d);

        begin(d, NULL, '{');
        add_number(d, "number", s->number > 0 ? s->number : s->index + 1);
        add_number(d, "actor", html_step_actor(s));
        add_text(d, "caption", s->caption);
        add_flags(d, "line", s->event->line);
        add_flags(d, "flags", flags_of(s));
        add_notes(d, s);
        add_changes(d, s);
        add_interrupts(d, s);
        add_journal(d, s);
        add_causes(d, s, from);
        add_stream(d, s->stream);
        end(d, '}');
        add_diverted(d, before, NULL, &d->steps);
}

static void add_run(Data *d, const ViewRun *r, unsigned from) {
        begin(d, NULL, '{');
        add_state(d, "setting", from > 0 ? view_run_step(r, from - 1)->state : r->first);
        begin(d, "steps", '[');
        for (guint i = from; i < r->steps->len; i++)
                add_step(d, r->steps->pdata[i], from);
        end(d, ']');
        end(d, '}');
}

/* [index in the run or -1, index in the other run or -1, differs, id] */
static void add_position(Data *d, const HtmlPage *p, const HtmlPosition *at) {
        begin(d, NULL, '[');
        add_number(d, NULL, at->run ? (long) (at->run->index - p->from) : -1);
        add_number(d, NULL, at->other ? (long) (at->other->index - p->other_from) : -1);
        add_number(d, NULL, at->differs);
        add_text(d, NULL, at->id);
        end(d, ']');
}

static void add_page(Data *d, const HtmlPage *p) {
        const TraceView *v = p->view;

        begin(d, NULL, '{');
        if (v->trace->unit)
                add_text(d, "unit", v->trace->unit);
        add_text(d, "violation", v->violation);
        add_flags(d, "classes", html_compares_orders(v->trace));
        add_number(d, "difference", p->first_difference);
        begin(d, "positions", '[');
        for (guint i = 0; i < p->positions->len; i++)
                add_position(d, p, p->positions->pdata[i]);
        end(d, ']');
        begin(d, "runs", '[');
        add_run(d, &v->run, p->from);
        if (v->has_other)
                add_run(d, &v->other, p->other_from);
        end(d, ']');
        end(d, '}');
}

/* A script ends where "</script" does, even in the middle of a string, and "<!--" is no better. In JSON these stand in strings only. */
static void append_safe(GString *out, const char *json) {
        for (const char *p = json; *p; p++)
                if (strchr("<>&", *p))
                        g_string_append_printf(out, "\\u%04x", (unsigned) *p);
                else
                        g_string_append_c(out, *p);
}

void html_append_data(const HtmlPage *p, GString *out) {
        Data d = { .out = g_string_new(NULL) };
        const struct {
                const char *name;
                Pool *pool;
        } pools[] = {
                { "texts", &d.texts },
                { "blocks", &d.blocks },
                { "entries", &d.entries },
                { "steps", &d.steps },
        };
        g_autoptr(GString) all = g_string_new("{");

        pool_init(&d.shown);
        for (size_t i = 0; i < G_N_ELEMENTS(pools); i++)
                pool_init(pools[i].pool);
        add_page(&d, p);
        for (size_t i = 0; i < G_N_ELEMENTS(pools); i++) {
                g_string_append_printf(all, "\"%s\":[%s],\n", pools[i].name, pools[i].pool->items->str);
                pool_clear(pools[i].pool);
        }
        g_string_append_printf(all, "\"shown\":{%s},\n\"page\":%s}", d.shown.items->str, d.out->str);
        append_safe(out, all->str);
        pool_clear(&d.shown);
        g_string_free(d.out, TRUE);
}
