/* SPDX-License-Identifier: MIT */

#include <string.h>

#include "model/properties/property.h"
#include "traces/json-text.h"
#include "traces/show-cast.h"
#include "traces/show.h"

/* SARIF 2.1.0: one run with one result. docs/show-formats.md says what pages of code scanning want of it: a place in a file
 * for everything, also for what happens in PID 1. That has the line of the statement that came last before it, and the
 * function as its logical place. */

#define SCHEMA_URL   "https://json.schemastore.org/sarif-2.1.0.json"
#define TOOL_NAME    "coldplug"
#define TEXT_MAX     1000U /* what pages show of a description */
#define FINGERPRINT  "coldplugViolation/v1"
#define NAME_OF_PID1 "PID 1"
#define NOTHING      "-" /* no text may be empty */

typedef struct Sarif {
        const TraceView *view;
        char **lines; /* of the scenario */
        guint n_lines;
        unsigned order; /* of the flow's places */
        GString *out;
} Sarif;

static void add_text(GString *s, const char *key, const char *value) {
        json_append_key(s, key);
        json_append_string(s, value);
}

/* {"text": ...} */
static void add_message(GString *s, const char *key, const char *text) {
        json_append_key(s, key);
        g_string_append_c(s, '{');
        add_text(s, "text", *text ? text : NOTHING);
        g_string_append_c(s, '}');
}

static void add_uri(GString *s, const char *file) {
        g_autofree char *uri = g_uri_escape_string(*file ? file : NOTHING, "/", false);

        add_text(s, "uri", uri);
}

/* The line as far as it has text; a line that is not there is the first one. */
static void add_place(const Sarif *f, unsigned line) {
        const char *text = line > 0 && line <= f->n_lines ? f->lines[line - 1] : NULL;
        glong start, end;

        if (!text) {
                line = 1;
                text = f->n_lines > 0 ? f->lines[0] : "";
        }
        start = (glong) strspn(text, " \t");
        end = MAX(g_utf8_strlen(text, -1), start);
        json_append_key(f->out, "physicalLocation");
        g_string_append(f->out, "{\"artifactLocation\": {");
        add_uri(f->out, f->view->trace->scenario);
        g_string_append_printf(
                f->out,
                ", \"index\": 0}, \"region\": {\"startLine\": %u, \"startColumn\": %ld, \"endLine\": %u, "
                "\"endColumn\": %ld}}",
                line, start + 1, line, end + 1);
}

static void append_logical(GString *s, const char *name, const char *kind) {
        g_autofree char *whole = g_strdup_printf("%s/%s", NAME_OF_PID1, name);

        g_string_append_c(s, '{');
        add_text(s, "name", name);
        add_text(s, "fullyQualifiedName", whole);
        add_text(s, "kind", kind);
        g_string_append_c(s, '}');
}

static void add_logical(GString *s, const char *function, const char *unit) {
        if (function && !*function)
                function = NULL;
        if (unit && !*unit)
                unit = NULL;
        if (!function && !unit)
                return;
        json_append_key(s, "logicalLocations");
        g_string_append_c(s, '[');
        if (function)
                append_logical(s, function, "function");
        if (unit) {
                g_string_append(s, function ? ", " : "");
                append_logical(s, unit, "resource");
        }
        g_string_append_c(s, ']');
}

/* One object a subject and field: what it is after the step. */
static void add_state(GString *s, const ViewStep *step) {
        if (step->changes->len == 0)
                return;
        json_append_key(s, "state");
        g_string_append_c(s, '{');
        for (guint i = 0; i < step->changes->len; i++) {
                const Change *c = ((const ViewChange *) step->changes->pdata[i])->change;
                g_autofree char *key = g_strdup_printf("%s: %s", c->subject, c->field);

                add_message(s, key, *c->new ? c->new : "(none)");
        }
        g_string_append_c(s, '}');
}

static void begin_place(Sarif *f, const char *message, unsigned line, const char *function, const char *unit) {
        g_string_append_printf(f->out, "%s\n        {\"location\": {", f->order > 0 ? "," : "");
        add_place(f, line);
        add_logical(f->out, function, unit);
        add_message(f->out, "message", message);
        g_string_append_c(f->out, '}');
}

static void end_place(Sarif *f, unsigned nesting, bool needed) {
        g_string_append_printf(f->out, ", \"nestingLevel\": %u, \"executionOrder\": %u, \"importance\": \"%s\"}",
                               nesting, ++f->order, needed ? "essential" : "unimportant");
}

static void append_entry(Sarif *f, const ViewEntry *e, unsigned line) {
        g_autofree char *entry = show_entry_line(e), *damage = show_entry_damage(e);
        g_autofree char *text = g_strconcat(entry, damage ? "; " : NULL, damage, NULL);

        begin_place(f, text, line, "manager_deserialize_one_unit", e->applied_to);
        end_place(f, 1, e->needed);
}

static void append_interrupts(Sarif *f, const ViewStep *s, unsigned before, unsigned line) {
        for (guint i = 0; i < s->interrupts->len; i++) {
                const ViewInterrupt *v = s->interrupts->pdata[i];
                g_autofree char *text = NULL;

                if (v->before != before)
                        continue;
                text = g_strdup_printf("%u: %s, %s", v->number, v->caption, v->where);
                begin_place(f, text, v->interrupt->line > 0 ? v->interrupt->line : line, NULL,
                            v->interrupt->unit);
                end_place(f, 1, v->needed);
        }
}

/* The same sentence again says nothing new, nor what the entry said. */
static bool note_is_told(const ViewStep *s, guint i) {
        const ViewNote *n = s->notes->pdata[i];

        if (s->stream && strcmp(n->note->function, "manager_deserialize_one_unit") == 0)
                return true;
        for (guint j = 0; j < i; j++)
                if (strcmp(((const ViewNote *) s->notes->pdata[j])->sentence, n->sentence) == 0)
                        return true;
        return false;
}

static void append_step(Sarif *f, const ViewStep *s, unsigned line) {
        g_autofree char *text = g_strdup_printf("%u: %s", s->number, s->caption);

        begin_place(f, text, line, NULL, NULL);
        add_state(f->out, s);
        end_place(f, 0, s->needed);
        for (guint i = 0; s->stream && i < s->stream->entries->len; i++) {
                append_interrupts(f, s, i + 1, line);
                append_entry(f, s->stream->entries->pdata[i], line);
        }
        append_interrupts(f, s, 0, line);
        for (guint i = 0; i < s->notes->len; i++) {
                const ViewNote *n = s->notes->pdata[i];

                if (note_is_told(s, i))
                        continue;
                begin_place(f, n->sentence, line, n->note->function, n->note->unit);
                end_place(f, 1, n->needed);
        }
}

/* The line of the last statement that is needed, of the last one at all, of the first line. */
static unsigned result_line(const ViewRun *r) {
        unsigned line = 1;
        bool needed = false;

        for (guint i = 0; i < r->steps->len; i++) {
                const ViewStep *s = r->steps->pdata[i];

                if (s->event->line == 0 || s->number == 0 || (needed && !s->needed))
                        continue;
                line = s->event->line;
                needed = s->needed;
        }
        return line;
}

static void add_flow(Sarif *f) {
        const ViewRun *r = &f->view->run;
        unsigned line = 1;

        json_append_key(f->out, "codeFlows");
        g_string_append(f->out, "[{\"threadFlows\": [{\"locations\": [");
        for (guint i = 0; i < r->steps->len; i++) {
                const ViewStep *s = r->steps->pdata[i];

                if (s->event->line > 0)
                        line = s->event->line;
                if (i >= r->n_top)
                        append_step(f, s, line);
        }
        if (f->order == 0) {
                begin_place(f, f->view->violation, line, NULL, NULL);
                end_place(f, 0, true);
        }
        g_string_append(f->out, "]}]}]");
}

/* The violation is the same one as long as this is. */
static char *fingerprint(const Trace *t) {
        g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
        const char *const parts[] = { t->systemd, t->scenario, t->property, t->unit ?: "" };

        for (size_t i = 0; i < G_N_ELEMENTS(parts); i++)
                g_checksum_update(sum, (const guchar *) parts[i], (gssize) strlen(parts[i]) + 1);
        for (guint i = 0; i < t->fixes->len; i++)
                g_checksum_update(sum, t->fixes->pdata[i], (gssize) strlen(t->fixes->pdata[i]) + 1);
        return g_strdup(g_checksum_get_string(sum));
}

static void add_fingerprints(GString *s, const Trace *t) {
        g_autofree char *sum = fingerprint(t);

        g_string_append_printf(s,
                               ", \"fingerprints\": {\"" FINGERPRINT "\": \"%s\"}, \"partialFingerprints\": "
                               "{\"primaryLocationLineHash\": \"%.16s:1\"}",
                               sum, sum);
}

static void add_properties(GString *s, const TraceView *v) {
        json_append_key(s, "properties");
        g_string_append_c(s, '{');
        add_text(s, "scenario", v->trace->scenario);
        add_text(s, "systemd", v->trace->systemd);
        json_append_array(s, "fixes", v->trace->fixes);
        add_text(s, "odds", v->odds);
        json_append_array(s, "hashOrder", v->run.orders);
        g_string_append_c(s, '}');
}

static void add_result(Sarif *f, int rule) {
        const TraceView *v = f->view;
        g_autofree char *text = g_strdup_printf("%s. In %s (%s).", v->violation, v->odds, v->title);

        g_string_append_c(f->out, '{');
        add_text(f->out, "ruleId", *v->trace->property ? v->trace->property : NOTHING);
        if (rule >= 0)
                g_string_append_printf(f->out, ", \"ruleIndex\": %d", rule);
        add_text(f->out, "level", "error");
        add_message(f->out, "message", text);
        g_string_append(f->out, ",\n      \"locations\": [{");
        add_place(f, result_line(&v->run));
        add_logical(f->out, NULL, v->trace->unit);
        g_string_append_c(f->out, '}');
        g_string_append_c(f->out, ']');
        add_fingerprints(f->out, v->trace);
        add_properties(f->out, v);
        add_flow(f);
        g_string_append_c(f->out, '}');
}

/* "no-crash" is "NoCrash". */
static char *rule_name(const char *id) {
        GString *s = g_string_new(NULL);
        bool upper = true;

        for (const char *p = id; *p; p++) {
                if (*p != '-')
                        g_string_append_c(s, upper ? g_ascii_toupper(*p) : *p);
                upper = *p == '-';
        }
        return g_string_free(s, FALSE);
}

static void append_rule(GString *s, const char *id, const char *summary, const char *definition) {
        g_autofree char *cut = g_utf8_strlen(definition, -1) > (glong) TEXT_MAX
                                       ? g_utf8_substring(definition, 0, TEXT_MAX)
                                       : g_strdup(definition);
        g_autofree char *name = rule_name(id);

        g_string_append(s, "\n      {");
        add_text(s, "id", id);
        add_text(s, "name", *name ? name : NOTHING);
        add_message(s, "shortDescription", summary);
        add_message(s, "fullDescription", cut);
        add_message(s, "help", definition);
        g_string_append(
                s,
                ", \"defaultConfiguration\": {\"level\": \"error\"}, \"properties\": "
                "{\"precision\": \"very-high\", \"problem.severity\": \"error\", \"tags\": [\"reliability\"]}}");
}

/* All properties, so that the rules are the same for all traces; and that of the trace if it is not one of them. Returns which
 * one is the trace's. */
static int add_rules(GString *s, const Trace *t) {
        size_t n;
        const Property *p = properties(&n);
        int rule = property_find(t->property);

        g_string_append(s, ", \"rules\": [");
        for (size_t i = 0; i < n; i++) {
                g_string_append(s, i > 0 ? "," : "");
                append_rule(s, p[i].name, p[i].summary, p[i].definition);
        }
        if (rule < 0) {
                const char *id = *t->property ? t->property : NOTHING;

                g_string_append(s, n > 0 ? "," : "");
                append_rule(s, id, "a property that this program does not know", id);
                rule = (int) n;
        }
        g_string_append_c(s, ']');
        return rule;
}

/* A page keeps the results of each category apart; a new run replaces those of its own. */
static void add_category(GString *s, const Trace *t) {
        g_autofree char *scenario = g_uri_escape_string(t->scenario, NULL, false);
        g_autofree char *category = g_strdup_printf("%s/%s/%s/", TOOL_NAME, scenario, t->systemd);

        json_append_key(s, "automationDetails");
        g_string_append_c(s, '{');
        add_text(s, "id", category);
        g_string_append_c(s, '}');
}

static void add_artifact(GString *s, const Trace *t) {
        json_append_key(s, "artifacts");
        g_string_append(s, "[{\"location\": {");
        add_uri(s, t->scenario);
        g_string_append(s, "}, \"mimeType\": \"text/plain\"");
        add_message(s, "contents", t->text);
        g_string_append(s, "}]");
}

void show_sarif(const TraceView *v, const ShowOptions *o, GString *out) {
        g_auto(GStrv) lines = g_strsplit(v->trace->text, "\n", -1);
        Sarif f = { .view = v, .lines = lines, .n_lines = g_strv_length(lines), .out = out };
        int rule;

        g_string_append(out, "{\"$schema\": \"" SCHEMA_URL
                             "\", \"version\": \"2.1.0\", \"runs\": [\n  {\"tool\": {\"driver\": {"
                             "\"name\": \"" TOOL_NAME "\", \"semanticVersion\": \"" COLDPLUG_VERSION "\"");
        rule = add_rules(out, v->trace);
        g_string_append(out, "}},\n    \"columnKind\": \"unicodeCodePoints\"");
        add_category(out, v->trace);
        add_artifact(out, v->trace);
        g_string_append(out, ",\n    \"results\": [\n      ");
        add_result(&f, rule);
        g_string_append(out, "]}]}\n");
}
