/* SPDX-License-Identifier: MIT */

#include <string.h>

#include "cli/common.h"
#include "cli/json-fields.h"
#include "cli/select.h"
#include "cli/verb.h"
#include "explore/again.h"
#include "traces/json-text.h"
#include "traces/scenario.h"
#include "traces/validate.h"

static void append_text(GString *out, const char *file, const Trace *t, const char *why) {
        const Colors *c = colors();

        g_string_append_printf(out, "%s · systemd %s", t->scenario, t->systemd);
        for (guint i = 0; i < t->fixes->len; i++)
                g_string_append_printf(out, "%s%s", i == 0 ? " + " : "+", (const char *) t->fixes->pdata[i]);
        g_string_append_printf(out, " · %s\n", t->property);
        if (why)
                g_string_append_printf(out, "  %sFAIL%s %s: %s\n", c->bad, c->off, file, why);
        else
                g_string_append_printf(out, "  %sok%s   %u event%s again: %s\n", c->good, c->off, t->n_events,
                                       plural(t->n_events), t->violation);
}

static void append_json(GString *out, const char *file, const Trace *t, const char *why, bool first) {
        g_string_append(out, first ? "{" : ",\n{");
        json_add_text(out, "trace", file);
        json_add_text(out, "scenario", t->scenario);
        json_add_text(out, "systemd", t->systemd);
        json_append_array(out, "fixes", t->fixes);
        json_add_text(out, "property", t->property);
        json_add_flag(out, "same", !why);
        json_add_text(out, "difference", why);
        g_string_append_c(out, '}');
}

/* The first line in which the two files differ; NULL: none. */
static char *first_difference(const char *old, const char *new) {
        unsigned line = 1;

        for (; *old && *old == *new; old++, new ++)
                line += *old == '\n';
        return *old == *new ? NULL : g_strdup_printf("recorded anew it is another trace, from line %u on", line);
}

/* The validator looks at what the run does to units and processes. Here all that the trace tells is recorded once more. NULL: it
 * is the same file. */
static char *record_and_compare(const char *file, const Trace *t, const GPtrArray *loaded) {
        const SearchOptions boot_only = { .n_jobs = 1, .max_states = 1 };
        g_autoptr(Catalog) catalog = scenario_parse(file, t->text, strlen(t->text), NULL, NULL);
        g_autofree char *old = trace_to_json(t);
        g_autofree char *new = NULL;
        g_autoptr(Search) s = NULL;
        g_autoptr(Trace) again = NULL;
        Profile profile;

        if (!catalog || !trace_profile(file, t, loaded, &profile, NULL))
                return g_strdup("its scenario cannot be read again");

        s = search_run(catalog, &profile, &boot_only);
        again = record_again(s, t);
        if (!again)
                return g_strdup("it cannot be recorded anew");

        new = trace_to_json(again);
        return first_difference(old, new);
}

static int replay(const char *file, const GPtrArray *loaded, bool json, bool first, GString *out) {
        g_autoptr(GError) error = NULL;
        g_autoptr(Trace) t = trace_load(file, &error);
        g_autofree char *why = NULL;

        if (!t)
                return file_error(error);
        if (!trace_validate_with(file, t, loaded, &why, &error) && !why)
                return file_error(error);
        if (!why)
                why = record_and_compare(file, t, loaded);
        if (json)
                append_json(out, file, t, why, first);
        else
                append_text(out, file, t, why);
        return why ? STATUS_VIOLATED : STATUS_OK;
}

int verb_replay(int argc, char **argv) {
        gboolean json = FALSE;
        g_auto(GStrv) fix = NULL;
        const GOptionEntry entries[] = {
                { "fix", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &fix,
                  "The file of a fix that a trace was made with; may be repeated", "FILE" },
                { "json", 0, 0, G_OPTION_ARG_NONE, &json, "Print one JSON object", NULL },
                {},
        };
        g_autoptr(GString) out = g_string_new(NULL);
        g_autoptr(GString) body = g_string_new(NULL);
        Selection s;
        int status;

        if (!options_parse("replay", entries, &argc, &argv, &status))
                return status;
        if (argc < 2)
                return usage_error("replay: a trace is missing; write 'coldplug replay TRACE...'");

        selection_init(&s, "replay");
        for (char **f = fix; f && *f; f++)
                if (!select_fix(&s, *f)) {
                        selection_clear(&s);
                        return STATUS_WRONG_INPUT;
                }
        g_autoptr(GPtrArray) loaded = selection_loaded(&s);

        status = STATUS_OK;
        for (int i = 1; i < argc; i++)
                status = status_worse(status, replay(argv[i], loaded, json, body->len == 0, body));
        g_string_append_printf(out, json ? "{\"replays\": [%s]}\n" : "%s", body->str);
        selection_clear(&s);
        return output_finish(out, status);
}
