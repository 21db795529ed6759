/* SPDX-License-Identifier: MIT */

#include "traces/json-text.h"
#include "traces/trace.h"

/* One object of an array on each line, so that two traces can be compared by `diff`. */

static void add_text(GString *s, const char *key, const char *value) {
        json_append_key(s, key);
        json_append_string(s, value);
}

static void add_optional(GString *s, const char *key, const char *value) {
        if (value)
                add_text(s, key, value);
}

static void add_number(GString *s, const char *key, unsigned value) {
        json_append_key(s, key);
        g_string_append_printf(s, "%u", value);
}

static void add_change(GString *s, gconstpointer data) {
        const Change *c = data;

        add_text(s, "subject", c->subject);
        add_text(s, "field", c->field);
        add_text(s, "old", c->old);
        add_text(s, "new", c->new);
}

static void add_choice(GString *s, gconstpointer data) {
        const TraceChoice *c = data;

        add_text(s, "kind", choice_kind_to_string(c->kind));
        add_text(s, "where", c->where);
        add_number(s, "answer", c->answer);
        add_number(s, "of", c->n);
        add_optional(s, "first", c->first);
        add_optional(s, "second", c->second);
        add_optional(s, "name", c->name);
}

static void add_interrupt(GString *s, gconstpointer data) {
        const TraceInterrupt *i = data;

        add_number(s, "point", i->point);
        add_text(s, "where", i->where);
        add_optional(s, "unit", i->unit);
        add_optional(s, "client", i->client);
        add_optional(s, "process", i->process);
        add_optional(s, "statement", i->statement);
        if (i->statement)
                add_number(s, "line", i->line);
}

static void add_note(GString *s, gconstpointer data) {
        const TraceNote *n = data;

        add_text(s, "function", n->function);
        add_optional(s, "unit", n->unit);
        add_text(s, "text", n->text);
}

static void add_entry(GString *s, gconstpointer data) {
        const TraceEntry *e = data;

        add_text(s, "name", e->name);
        add_text(s, "applied_to", e->applied_to);
}

static void add_order(GString *s, gconstpointer data) {
        const TraceOrder *o = data;

        add_number(s, "key", o->key);
        add_text(s, "first", o->first);
        add_text(s, "second", o->second);
}

typedef void (*AddObject)(GString *s, gconstpointer data);

static void add_array(GString *s, const char *key, const GPtrArray *array, const char *indent, AddObject add) {
        json_append_key(s, key);
        g_string_append_c(s, '[');
        for (guint i = 0; i < array->len; i++) {
                g_string_append_printf(s, "%s\n%s  {", i > 0 ? "," : "", indent);
                add(s, array->pdata[i]);
                g_string_append_c(s, '}');
        }
        g_string_append(s, "]");
}

static void add_array_unless_empty(GString *s, const char *key, const GPtrArray *array, const char *indent,
                                   AddObject add) {
        if (array->len > 0)
                add_array(s, key, array, indent, add);
}

static void add_event(GString *s, gconstpointer data) {
        const TraceEvent *e = data;

        add_text(s, "kind", trace_event_kind_to_string(e->kind));
        if (e->top_level)
                g_string_append(s, ", \"top_level\": true");
        if (e->skipped)
                g_string_append(s, ", \"skipped\": true");
        add_optional(s, "client", e->client);
        add_optional(s, "statement", e->statement);
        if (e->statement)
                add_number(s, "line", e->line);
        add_optional(s, "process", e->process);
        add_array_unless_empty(s, "choices", e->choices, "    ", add_choice);
        add_array_unless_empty(s, "interrupts", e->interrupts, "    ", add_interrupt);
        add_array_unless_empty(s, "changes", e->changes, "    ", add_change);
        add_array_unless_empty(s, "notes", e->notes, "    ", add_note);
        if (e->journal->len > 0)
                json_append_array(s, "journal", e->journal);
        add_optional(s, "stream", e->stream);
        add_array_unless_empty(s, "entries", e->entries, "    ", add_entry);
}

static void add_run(GString *s, const char *key, const TraceRun *r) {
        json_append_key(s, key);
        g_string_append_c(s, '{');
        add_array(s, "orders", r->orders, "", add_order);
        g_string_append(s, ",\n");
        g_string_append(s, "\"events\": [");
        for (guint i = 0; i < r->events->len; i++) {
                g_string_append(s, i > 0 ? ",\n  {" : "\n  {");
                add_event(s, r->events->pdata[i]);
                g_string_append_c(s, '}');
        }
        g_string_append(s, "]}");
}

static void add_violation(GString *s, const Trace *t) {
        json_append_key(s, "violation");
        g_string_append_c(s, '{');
        add_text(s, "property", t->property);
        add_number(s, "events", t->n_events);
        add_optional(s, "unit", t->unit);
        add_text(s, "text", t->violation);
        add_text(s, "orders", t->n_orders);
        add_text(s, "of", t->n_all_orders);
        add_text(s, "fraction", t->fraction);
        g_string_append_c(s, '}');
}

char *trace_to_json(const Trace *t) {
        g_autoptr(GString) s = g_string_new("{");

        add_text(s, "format", TRACE_FORMAT);
        add_number(s, "version", TRACE_VERSION);
        add_text(s, "systemd", t->systemd);
        json_append_array(s, "fixes", t->fixes);
        g_string_append(s, ",\n\"scenario\": {");
        add_text(s, "name", t->scenario);
        add_text(s, "text", t->text);
        g_string_append(s, "}");
        add_violation(s, t);
        add_run(s, "run", &t->run);
        if (t->has_other) {
                add_run(s, "other", &t->other);
                add_array(s, "differences", t->differences, "", add_change);
        }
        g_string_append(s, "}\n");
        return g_string_free(g_steal_pointer(&s), FALSE);
}
