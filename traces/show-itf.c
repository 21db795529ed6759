/* SPDX-License-Identifier: MIT */

#include <string.h>

#include "traces/json-text.h"
#include "traces/show.h"

/* The Informal Trace Format, which Apalache and Quint read: https://apalache-mc.org/docs/adr/015adr-trace.html and
 * docs/itf.schema.json. One state a line. Readers with types want all records of a map to have the same fields, in all
 * states: so each record has all fields that any subject of its kind has at any time, and what is not known is empty. */

#define DESCRIPTION_URL "https://apalache-mc.org/docs/adr/015adr-trace.html"
#define NO_NUMBER       "0"

typedef struct Itf {
        const TraceView *view;
        GPtrArray *fields[_VIEW_SUBJECT_KIND_MAX]; /* const char *, sorted */
        GString *out;
} Itf;

static int compare_texts(gconstpointer a, gconstpointer b) {
        return strcmp(*(const char *const *) a, *(const char *const *) b);
}

static bool has_text(const GPtrArray *a, const char *text) {
        for (guint i = 0; i < a->len; i++)
                if (strcmp(a->pdata[i], text) == 0)
                        return true;
        return false;
}

/* Names that begin with # mean something in the format. */
static void collect_fields(Itf *f, const ViewState *s) {
        for (guint i = 0; i < s->subjects->len; i++) {
                const ViewSubject *x = s->subjects->pdata[i];

                for (guint j = 0; j < x->fields->len; j++) {
                        const char *name = ((const ViewField *) x->fields->pdata[j])->field;

                        if (name[0] != '#' && !has_text(f->fields[x->kind], name))
                                g_ptr_array_add(f->fields[x->kind], (gpointer) name);
                }
        }
}

static void itf_init(Itf *f, const TraceView *v, GString *out) {
        *f = (Itf) { .view = v, .out = out };
        for (unsigned k = 0; k < _VIEW_SUBJECT_KIND_MAX; k++)
                f->fields[k] = g_ptr_array_new();
        collect_fields(f, v->run.first);
        for (guint i = 0; i < v->run.steps->len; i++)
                collect_fields(f, ((const ViewStep *) v->run.steps->pdata[i])->state);
        for (unsigned k = 0; k < _VIEW_SUBJECT_KIND_MAX; k++)
                g_ptr_array_sort(f->fields[k], compare_texts);
}

static void itf_clear(Itf *f) {
        for (unsigned k = 0; k < _VIEW_SUBJECT_KIND_MAX; k++)
                g_ptr_array_unref(f->fields[k]);
}

static void add_text(GString *s, const char *key, const char *value) {
        json_append_key(s, key);
        json_append_string(s, value ?: "");
}

static void add_bool(GString *s, const char *key, bool value) {
        json_append_key(s, key);
        g_string_append(s, value ? "true" : "false");
}

static void append_number(GString *s, const char *digits) {
        g_string_append(s, "{\"#bigint\": ");
        json_append_string(s, digits);
        g_string_append_c(s, '}');
}

static void add_number(GString *s, const char *key, unsigned value) {
        g_autofree char *digits = g_strdup_printf("%u", value);

        json_append_key(s, key);
        append_number(s, digits);
}

static void append_names(GString *s, const char *names) {
        g_auto(GStrv) words = g_strsplit(names ?: "", " ", -1);
        bool any = false;

        g_string_append(s, "{\"#set\": [");
        for (char **w = words; *w; w++) {
                if (!**w)
                        continue;
                g_string_append(s, any ? ", " : "");
                json_append_string(s, *w);
                any = true;
        }
        g_string_append(s, "]}");
}

static bool is_number(const char *s) {
        return *s && strspn(s, "0123456789") == strlen(s);
}

static void add_field(GString *s, const char *field, const char *value) {
        json_append_key(s, field);
        if (strcmp(field, "Aliases") == 0)
                append_names(s, value);
        else if (strcmp(field, "NRestarts") == 0)
                append_number(s, value && is_number(value) ? value : NO_NUMBER);
        else
                json_append_string(s, value ?: "");
}

/* A map from the names of subjects to their records. */
static void add_subjects(const Itf *f, const char *variable, const ViewState *state, ViewSubjectKind kind) {
        bool any = false;

        json_append_key(f->out, variable);
        g_string_append(f->out, "{\"#map\": [");
        for (guint i = 0; i < state->subjects->len; i++) {
                const ViewSubject *x = state->subjects->pdata[i];

                if (x->kind != kind)
                        continue;
                g_string_append(f->out, any ? ", [" : "[");
                json_append_string(f->out, x->label);
                g_string_append(f->out, ", {");
                for (guint j = 0; j < f->fields[kind]->len; j++)
                        add_field(f->out, f->fields[kind]->pdata[j],
                                  view_subject_get(x, f->fields[kind]->pdata[j]));
                g_string_append(f->out, "}]");
                any = true;
        }
        g_string_append(f->out, "]}");
}

static void add_pid1(GString *s, const ViewState *state) {
        const ViewSubject *x = view_state_find(state, "PID 1");
        g_autoptr(GPtrArray) queue = view_state_queue(state);

        json_append_key(s, "pid1");
        g_string_append_c(s, '{');
        add_text(s, "state", (x ? view_subject_get(x, "State") : NULL) ?: "running");
        add_text(s, "next", x ? view_subject_get(x, "Next") : NULL);
        json_append_key(s, "queue");
        g_string_append_c(s, '[');
        for (guint i = 0; i < queue->len; i++) {
                g_string_append(s, i > 0 ? ", " : "");
                json_append_string(s, ((const ViewField *) queue->pdata[i])->field);
        }
        g_string_append(s, "]}");
}

static void add_interrupts(GString *s, const ViewStep *step) {
        json_append_key(s, "interrupts");
        g_string_append_c(s, '[');
        for (guint i = 0; step && i < step->interrupts->len; i++) {
                const ViewInterrupt *v = step->interrupts->pdata[i];

                g_string_append(s, i > 0 ? ", {" : "{");
                add_number(s, "number", v->number);
                add_text(s, "caption", v->caption);
                add_text(s, "where", v->where);
                g_string_append_c(s, '}');
        }
        g_string_append_c(s, ']');
}

static void add_entries(GString *s, const ViewStep *step) {
        const GPtrArray *entries = step && step->stream ? step->stream->entries : NULL;

        json_append_key(s, "entries");
        g_string_append_c(s, '[');
        for (guint i = 0; entries && i < entries->len; i++) {
                const ViewEntry *e = entries->pdata[i];

                g_string_append(s, i > 0 ? ", {" : "{");
                add_text(s, "name", e->name);
                add_text(s, "applied_to", e->applied_to);
                add_text(s, "fate", view_fate_to_string(e->fate));
                g_string_append_c(s, '}');
        }
        g_string_append_c(s, ']');
}

/* What led to the state; the first state has one that says so. */
static void add_event(GString *s, const ViewStep *step) {
        json_append_key(s, "event");
        g_string_append_c(s, '{');
        add_number(s, "number", step ? step->number : 0);
        add_text(s, "actor", step ? view_actor_to_string(step->actor) : NULL);
        add_text(s, "client", step ? step->client : NULL);
        add_text(s, "process", step ? step->event->process : NULL);
        add_text(s, "statement", step ? step->event->statement : NULL);
        add_number(s, "line", step ? step->event->line : 0);
        add_text(s, "caption", step ? step->caption : "the trace begins");
        add_bool(s, "top_level", !step || step->event->top_level);
        add_bool(s, "needed", step && step->needed);
        add_bool(s, "violates", step && step->violates);
        add_interrupts(s, step);
        add_entries(s, step);
        g_string_append_c(s, '}');
}

static void append_state(const Itf *f, unsigned index, const ViewStep *step, const ViewState *state) {
        GString *s = f->out;

        g_string_append_printf(s, "\n  {\"#meta\": {\"index\": %u", index);
        if (step && step->notes->len > 0) {
                json_append_key(s, "notes");
                for (guint i = 0; i < step->notes->len; i++) {
                        g_string_append(s, i > 0 ? ", " : "[");
                        json_append_string(s, ((const ViewNote *) step->notes->pdata[i])->sentence);
                }
                g_string_append_c(s, ']');
        }
        g_string_append_c(s, '}');
        add_event(s, step);
        add_pid1(s, state);
        add_subjects(f, "units", state, VIEW_UNIT);
        add_subjects(f, "processes", state, VIEW_PROCESS);
        add_subjects(f, "files", state, VIEW_FILE);
        g_string_append_c(s, '}');
}

static void append_meta(GString *s, const TraceView *v) {
        const Trace *t = v->trace;

        g_string_append(s, "{\"#meta\": {\"format\": \"ITF\"");
        add_text(s, "format-description", DESCRIPTION_URL);
        add_text(s, "source", t->scenario);
        add_text(s, "status", "violation");
        add_text(s, "description", v->violation);
        add_text(s, "property", t->property);
        add_text(s, "systemd", t->systemd);
        json_append_array(s, "fixes", t->fixes);
        g_string_append(
                s, "},\n\"vars\": [\"event\", \"pid1\", \"units\", \"processes\", \"files\"],\n\"states\": [");
}

void show_itf(const TraceView *v, const ShowOptions *o, GString *out) {
        Itf f;

        itf_init(&f, v, out);
        append_meta(out, v);
        append_state(&f, 0, NULL, v->run.first);
        for (guint i = 0; i < v->run.steps->len; i++) {
                const ViewStep *s = v->run.steps->pdata[i];

                g_string_append_c(out, ',');
                append_state(&f, i + 1, s, s->state);
        }
        g_string_append(out, "]}\n");
        itf_clear(&f);
}
