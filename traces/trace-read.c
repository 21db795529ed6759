/* SPDX-License-Identifier: MIT */

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "traces/error.h"
#include "traces/json-text.h"
#include "traces/trace.h"

/* So many events are no trace that anybody could have made. */
#define TRACE_ARRAY_MAX 1000000U

typedef struct Reader {
        const char *file;
        const char *place; /* "event 3" */
        GError **error;
        bool failed;
} Reader;

static void G_GNUC_PRINTF(2, 3) fail(Reader *r, const char *format, ...) {
        g_autofree char *text = NULL;
        va_list ap;

        if (r->failed)
                return;
        r->failed = true;
        va_start(ap, format);
        text = g_strdup_vprintf(format, ap);
        va_end(ap);
        traces_set_error(r->error, TRACES_ERROR_SYNTAX, r->file, 0, "%s%s%s", r->place ?: "",
                         r->place ? ": " : "", text);
}

static JsonNode *get(Reader *r, JsonObject *o, const char *key, bool required) {
        JsonNode *node = json_object_get_member(o, key);

        if (node && !JSON_NODE_HOLDS_NULL(node))
                return node;
        if (required)
                fail(r, "'%s' is missing; see docs/trace.schema.json", key);
        return NULL;
}

static char *get_text(Reader *r, JsonObject *o, const char *key, bool required) {
        JsonNode *node = get(r, o, key, required);

        if (!node)
                return NULL;
        if (!JSON_NODE_HOLDS_VALUE(node) || json_node_get_value_type(node) != G_TYPE_STRING) {
                fail(r, "'%s' is no string; write it in quotes", key);
                return NULL;
        }
        return g_strdup(json_node_get_string(node));
}

static unsigned get_number(Reader *r, JsonObject *o, const char *key, bool required) {
        JsonNode *node = get(r, o, key, required);

        if (!node)
                return 0;
        if (!JSON_NODE_HOLDS_VALUE(node) || json_node_get_value_type(node) != G_TYPE_INT64 ||
            json_node_get_int(node) < 0 || json_node_get_int(node) > UINT32_MAX) {
                fail(r, "'%s' is no number from 0 to %u; write one", key, UINT32_MAX);
                return 0;
        }
        return (unsigned) json_node_get_int(node);
}

static bool get_flag(Reader *r, JsonObject *o, const char *key) {
        JsonNode *node = get(r, o, key, false);

        if (!node)
                return false;
        if (!JSON_NODE_HOLDS_VALUE(node) || json_node_get_value_type(node) != G_TYPE_BOOLEAN) {
                fail(r, "'%s' is neither true nor false; write one of these", key);
                return false;
        }
        return json_node_get_boolean(node);
}

static JsonObject *get_object(Reader *r, JsonObject *o, const char *key) {
        JsonNode *node = get(r, o, key, true);

        if (!node)
                return NULL;
        if (!JSON_NODE_HOLDS_OBJECT(node)) {
                fail(r, "'%s' is no object; write it in braces", key);
                return NULL;
        }
        return json_node_get_object(node);
}

static JsonArray *get_array(Reader *r, JsonObject *o, const char *key, bool required) {
        JsonNode *node = get(r, o, key, required);

        if (!node)
                return NULL;
        if (!JSON_NODE_HOLDS_ARRAY(node) || json_array_get_length(json_node_get_array(node)) > TRACE_ARRAY_MAX) {
                fail(r, "'%s' is no array; write it in brackets", key);
                return NULL;
        }
        return json_node_get_array(node);
}

typedef void (*ReadElement)(Reader *r, JsonObject *o, void *owner);

static void read_elements(Reader *r, JsonObject *o, const char *key, bool required, ReadElement read,
                          void *owner) {
        JsonArray *array = get_array(r, o, key, required);
        guint n = array ? json_array_get_length(array) : 0;

        for (guint i = 0; i < n && !r->failed; i++) {
                JsonNode *node = json_array_get_element(array, i);

                if (JSON_NODE_HOLDS_OBJECT(node))
                        read(r, json_node_get_object(node), owner);
                else
                        fail(r, "'%s' has an element that is no object; write it in braces", key);
        }
}

static int find_word(Reader *r, const char *word, const char *what, int max, const char *(*to_string)(int) ) {
        for (int i = 0; word && i < max; i++)
                if (strcmp(word, to_string(i)) == 0)
                        return i;
        if (word)
                fail(r, "'%s' is no kind of %s; see docs/trace.schema.json", word, what);
        return 0;
}

static const char *event_kind_word(int k) {
        return trace_event_kind_to_string((TraceEventKind) k);
}

static const char *choice_kind_word(int k) {
        return choice_kind_to_string((ChoiceKind) k);
}

static void read_change(Reader *r, JsonObject *o, void *owner) {
        Change *c = g_new0(Change, 1);

        g_ptr_array_add(owner, c);
        c->subject = get_text(r, o, "subject", true);
        c->field = get_text(r, o, "field", true);
        c->old = get_text(r, o, "old", true);
        c->new = get_text(r, o, "new", true);
}

static void read_choice(Reader *r, JsonObject *o, void *owner) {
        TraceChoice *c = trace_event_add_choice(owner);
        g_autofree char *kind = get_text(r, o, "kind", true);

        c->kind = (ChoiceKind) find_word(r, kind, "choice", _CHOICE_KIND_MAX, choice_kind_word);
        c->where = get_text(r, o, "where", true);
        c->answer = get_number(r, o, "answer", true);
        c->n = get_number(r, o, "of", true);
        c->first = get_text(r, o, "first", c->kind == CHOICE_ORDER);
        c->second = get_text(r, o, "second", c->kind == CHOICE_ORDER);
        c->name = get_text(r, o, "name", c->kind == CHOICE_FIRST || c->kind == CHOICE_LAST);
}

static void read_interrupt(Reader *r, JsonObject *o, void *owner) {
        TraceInterrupt *i = trace_event_add_interrupt(owner);

        i->point = get_number(r, o, "point", true);
        i->where = get_text(r, o, "where", true);
        i->unit = get_text(r, o, "unit", false);
        i->client = get_text(r, o, "client", false);
        i->process = get_text(r, o, "process", !i->client);
        i->statement = get_text(r, o, "statement", false);
        i->line = get_number(r, o, "line", false);
}

static void read_note(Reader *r, JsonObject *o, void *owner) {
        TraceNote *n = trace_event_add_note(owner);

        n->function = get_text(r, o, "function", true);
        n->unit = get_text(r, o, "unit", false);
        n->text = get_text(r, o, "text", true);
}

static void read_entry(Reader *r, JsonObject *o, void *owner) {
        TraceEntry *e = trace_event_add_entry(owner);

        e->name = get_text(r, o, "name", true);
        e->applied_to = get_text(r, o, "applied_to", false);
}

static void read_journal(Reader *r, JsonObject *o, GPtrArray *to) {
        JsonArray *lines = get_array(r, o, "journal", false);

        for (guint i = 0; lines && !r->failed && i < json_array_get_length(lines); i++) {
                JsonNode *node = json_array_get_element(lines, i);

                if (JSON_NODE_HOLDS_VALUE(node) && json_node_get_value_type(node) == G_TYPE_STRING)
                        g_ptr_array_add(to, json_node_dup_string(node));
                else
                        fail(r, "'journal' has an element that is no text; write it in quotes");
        }
}

static void read_event(Reader *r, JsonObject *o, void *owner) {
        TraceRun *run = owner;
        g_autofree char *place = g_strdup_printf("event %u", run->events->len + 1);
        g_autofree char *kind = NULL;
        TraceEvent *e;

        r->place = place;
        kind = get_text(r, o, "kind", true);
        e = trace_run_add_event(
                run, (TraceEventKind) find_word(r, kind, "event", _TRACE_EVENT_KIND_MAX, event_kind_word));
        e->top_level = get_flag(r, o, "top_level");
        e->skipped = get_flag(r, o, "skipped");
        e->client = get_text(r, o, "client", e->kind == TRACE_STATEMENT && !e->top_level);
        e->statement = get_text(r, o, "statement", e->kind == TRACE_STATEMENT && !e->skipped);
        e->line = get_number(r, o, "line", false);
        e->process = get_text(r, o, "process", e->kind == TRACE_EXIT);
        e->stream = get_text(r, o, "stream", false);
        read_elements(r, o, "choices", false, read_choice, e);
        read_elements(r, o, "interrupts", false, read_interrupt, e);
        read_elements(r, o, "changes", false, read_change, e->changes);
        read_elements(r, o, "notes", false, read_note, e);
        read_elements(r, o, "entries", false, read_entry, e);
        read_journal(r, o, e->journal);
        r->place = NULL;
}

static void read_order(Reader *r, JsonObject *o, void *owner) {
        TraceOrder *order = trace_run_add_order(owner);

        order->key = get_number(r, o, "key", true);
        order->first = get_text(r, o, "first", true);
        order->second = get_text(r, o, "second", true);
}

static void read_run(Reader *r, JsonObject *o, const char *key, TraceRun *run) {
        JsonObject *member = get_object(r, o, key);

        if (!member)
                return;
        read_elements(r, member, "orders", true, read_order, run);
        read_elements(r, member, "events", true, read_event, run);
}

static void read_violation(Reader *r, JsonObject *o, Trace *t) {
        JsonObject *v = get_object(r, o, "violation");

        if (!v)
                return;
        t->property = get_text(r, v, "property", true);
        t->n_events = get_number(r, v, "events", true);
        t->unit = get_text(r, v, "unit", false);
        t->violation = get_text(r, v, "text", true);
        t->n_orders = get_text(r, v, "orders", true);
        t->n_all_orders = get_text(r, v, "of", true);
        t->fraction = get_text(r, v, "fraction", true);
}

static void read_scenario(Reader *r, JsonObject *o, Trace *t) {
        JsonObject *s = get_object(r, o, "scenario");

        if (!s)
                return;
        t->scenario = get_text(r, s, "name", true);
        t->text = get_text(r, s, "text", true);
}

static void read_fixes(Reader *r, JsonObject *o, GPtrArray *to) {
        JsonArray *fixes = get_array(r, o, "fixes", true);

        for (guint i = 0; fixes && !r->failed && i < json_array_get_length(fixes); i++) {
                JsonNode *node = json_array_get_element(fixes, i);

                if (JSON_NODE_HOLDS_VALUE(node) && json_node_get_value_type(node) == G_TYPE_STRING)
                        g_ptr_array_add(to, json_node_dup_string(node));
                else
                        fail(r, "'fixes' has an element that is no text; write the name of a fix");
        }
}

static void read_format(Reader *r, JsonObject *o) {
        g_autofree char *format = get_text(r, o, "format", true);
        unsigned version = get_number(r, o, "version", true);

        if (format && strcmp(format, TRACE_FORMAT) != 0)
                fail(r, "'%s' is not the format of a trace; it is '%s'", format, TRACE_FORMAT);
        else if (version != TRACE_VERSION)
                fail(r, "version %u of the format is unknown; this program reads version %d", version,
                     TRACE_VERSION);
}

Trace *trace_from_json(const char *file, const char *json, size_t size, GError **error) {
        Reader r = { .file = file, .error = error };
        g_autoptr(Trace) t = trace_new();
        g_autoptr(JsonNode) root = json_parse_object(file, 0, json, size, error);

        if (!root)
                return NULL;

        JsonObject *o = json_node_get_object(root);
        read_format(&r, o);
        t->systemd = get_text(&r, o, "systemd", true);
        read_fixes(&r, o, t->fixes);
        read_scenario(&r, o, t);
        read_violation(&r, o, t);
        read_run(&r, o, "run", &t->run);
        t->has_other = json_object_has_member(o, "other");
        if (t->has_other) {
                read_run(&r, o, "other", &t->other);
                read_elements(&r, o, "differences", true, read_change, t->differences);
        }
        return r.failed ? NULL : g_steal_pointer(&t);
}

static char *read_file(const char *file, size_t *ret_size, GError **error) {
        g_autofree char *text = NULL;
        FILE *f = fopen(file, "re");
        struct stat st = {};
        int r = f && fstat(fileno(f), &st) >= 0 ? 0 : errno;

        if (r == 0) {
                size_t size = S_ISREG(st.st_mode) && st.st_size < TRACE_SIZE_MAX ? (size_t) st.st_size + 1
                                                                                 : TRACE_SIZE_MAX + 1;

                text = g_malloc(size);
                *ret_size = fread(text, 1, size, f);
                if (ferror(f))
                        r = errno;
        }
        if (f)
                fclose(f);
        if (r != 0) {
                traces_set_error(error, TRACES_ERROR_IO, file, 0, "cannot be read: %s; name a file that can",
                                 g_strerror(r));
                return NULL;
        }
        return g_steal_pointer(&text);
}

Trace *trace_load(const char *file, GError **error) {
        size_t size = 0;
        g_autofree char *json = read_file(file, &size, error);

        if (!json)
                return NULL;
        if (size > TRACE_SIZE_MAX) {
                traces_set_error(error, TRACES_ERROR_LIMIT, file, 0, "longer than %u bytes; no trace is",
                                 TRACE_SIZE_MAX);
                return NULL;
        }
        return trace_from_json(file, json, size, error);
}
