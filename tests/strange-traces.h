/* SPDX-License-Identifier: MIT */
#pragma once

/* Traces that no search finds, for those who show traces. */

#include <string.h>

#include "traces/json-text.h"
#include "traces/trace.h"

static Trace *parse_trace(const char *json) {
        g_autoptr(GError) error = NULL;
        Trace *t = trace_from_json("test", json, strlen(json), &error);

        if (!t)
                fail_msg("%s", error->message);
        return t;
}

/* What nobody would write: names full of what the formats read as their own. */

#define HOSTILE "a\"'<&>;#%%{x}`$$|\\\n\t\x01 end <br/> --\xc3\xa9\xef\xbf\xbf\xe4\xb8\xad %{init}% ]]> as"

static void add_string(GString *s, const char *key, const char *value) {
        json_append_key(s, key);
        json_append_string(s, value);
}

static void add_change(GString *s, const char *subject, const char *field, const char *old, const char *new) {
        g_string_append(s, s->str[s->len - 1] == '[' ? "{" : ", {");
        add_string(s, "subject", subject);
        add_string(s, "field", field);
        add_string(s, "old", old);
        add_string(s, "new", new);
        g_string_append_c(s, '}');
}

static void add_all_changes(GString *s, const char *name, const char *text) {
        static const char *const fields[] = { "LoadState", "ActiveState", "SubState", "Job",
                                              "MainPID",   "NRestarts",   "Aliases" };
        g_autofree char *file = g_strconcat("/", name, NULL), *process = g_strconcat("process ", name, NULL);

        g_string_append(s, ", \"changes\": [");
        for (size_t i = 0; i < G_N_ELEMENTS(fields); i++)
                add_change(s, name, fields[i], "", text);
        add_change(s, name, text, text, name);
        add_change(s, name, "#map", "", "x");
        add_change(s, file, "File", "", text);
        add_change(s, process, "State", "", text);
        add_change(s, "PID 1", text, "", "waiting");
        g_string_append_c(s, ']');
}

static void add_stream(GString *s, const char *name, const char *text) {
        g_autofree char *stream =
                g_strdup_printf("%s=1\n\n%s\nstate=running\nmain-pid=1\n\n%s\nstate=%s\n\n%s\nstate=dead\n\n",
                                text, name, name, text, name);

        add_string(s, "stream", stream);
        g_string_append(s, ", \"entries\": [{");
        add_string(s, "name", name);
        add_string(s, "applied_to", name);
        g_string_append(s, "}, {");
        add_string(s, "name", name);
        add_string(s, "applied_to", name);
        g_string_append(s, "}, {");
        add_string(s, "name", text);
        add_string(s, "applied_to", NULL);
        g_string_append(s, "}], \"interrupts\": [{\"point\": 0, \"where\": ");
        json_append_string(s, text);
        add_string(s, "process", name);
        g_string_append(s, "}, {\"point\": 1, \"where\": \"serialized\", \"unit\": ");
        json_append_string(s, name);
        add_string(s, "client", text);
        add_string(s, "statement", text);
        g_string_append(s, ", \"line\": 77}]");
}

static void add_notes(GString *s, const char *name, const char *text) {
        g_string_append(s, ", \"notes\": [{");
        add_string(s, "function", text);
        add_string(s, "unit", name);
        add_string(s, "text", text);
        g_string_append(s, "}, {");
        add_string(s, "function", "");
        add_string(s, "text", "");
        g_string_append(s, "}]");
}

static Trace *strange_trace(const char *name, const char *text, const char *property) {
        g_autoptr(GString) s = g_string_new(
                "{\"format\": \"coldplug-trace\", \"version\": 1, \"systemd\": \"257\", \"fixes\": []");

        g_string_append(s, ", \"scenario\": {");
        add_string(s, "name", name);
        add_string(s, "text", text);
        g_string_append(s, "}, \"violation\": {");
        add_string(s, "property", property);
        g_string_append(s, ", \"events\": 3");
        add_string(s, "unit", name);
        add_string(s, "text", text);
        add_string(s, "orders", "1");
        add_string(s, "of", "2");
        add_string(s, "fraction", "1/2");
        g_string_append(s, "}, \"run\": {\"orders\": [{\"key\": 0");
        add_string(s, "first", name);
        add_string(s, "second", text);
        g_string_append(s, "}], \"events\": [{\"kind\": \"statement\"");
        add_string(s, "client", name);
        add_string(s, "statement", text);
        g_string_append(s, ", \"line\": 4000000000");
        add_all_changes(s, name, text);
        g_string_append(s, "}, {\"kind\": \"dispatch\"");
        add_all_changes(s, text, name);
        add_notes(s, name, text);
        add_stream(s, name, text);
        g_string_append(s, "}, {\"kind\": \"exit\"");
        add_string(s, "process", name);
        add_all_changes(s, name, "");
        add_notes(s, text, name);
        g_string_append(s, "}]}}");
        return parse_trace(s->str);
}

/* Of 200 events and 100 units. */
static Trace *long_trace(void) {
        g_autoptr(GString) s = g_string_new(
                "{\"format\": \"coldplug-trace\", \"version\": 1, \"systemd\": \"257\", \"fixes\": [], "
                "\"scenario\": {\"name\": \"long.scenario\", \"text\": \"\"}, \"violation\": "
                "{\"property\": \"no-crash\", \"events\": 200, \"text\": \"a200.service\", \"orders\": "
                "\"1\", \"of\": \"1\", \"fraction\": \"1\"}, \"run\": {\"orders\": [], \"events\": [");

        for (unsigned i = 0; i < 200; i++) {
                g_autofree char *name = g_strdup_printf("a%u.service", i % 100);

                g_string_append(s, i > 0 ? ", {\"kind\": \"dispatch\"" : "{\"kind\": \"dispatch\"");
                add_all_changes(s, name, i < 100 ? "running" : "dead");
                g_string_append_c(s, '}');
        }
        g_string_append(s, "]}}");
        return parse_trace(s->str);
}

/* No steps at all: the top level itself violates the property. */
static Trace *empty_trace(void) {
        return parse_trace(
                "{\"format\": \"coldplug-trace\", \"version\": 1, \"systemd\": \"257\", \"fixes\": "
                "[\"skip-alias-entry\"], "
                "\"scenario\": {\"name\": \"none.scenario\", \"text\": \"\"}, \"violation\": {\"property\": "
                "\"no-crash\", \"events\": 0, \"text\": \"PID 1 died\", \"orders\": \"1\", \"of\": \"1\", "
                "\"fraction\": \"?\"}, \"run\": {\"orders\": [], \"events\": []}}");
}
