/* SPDX-License-Identifier: MIT */

#include <string.h>

#include "cli/common.h"
#include "cli/review-report.h"
#include "cli/trace-file.h"
#include "cli/verb.h"
#include "traces/scenario.h"

typedef void (*ReviewForm)(GString *out, const ReviewReport *r);

static const struct {
        const char *name;
        ReviewForm write;
        bool shows_steps;
} form_table[] = {
        { "text", review_text, false },
        { "markdown", review_markdown, true },
        { "html", review_html, true },
        { "json", review_json, false },
};

typedef struct ReviewVerb {
        char **systemd, **fix, **property; /* as given */
        char *format, *traces, *output;
        Bounds bounds;

        Selection selection;
        ReviewPlan plan;
        GPtrArray *scenarios;
        ReviewForm write;
        int status;
} ReviewVerb;

static bool select_format(ReviewVerb *v) {
        const char *format = v->format ?: "text";

        for (size_t i = 0; i < G_N_ELEMENTS(form_table); i++)
                if (g_str_equal(form_table[i].name, format)) {
                        v->write = form_table[i].write;
                        v->plan.keep_steps = form_table[i].shows_steps;
                        return true;
                }
        usage_error("review: there is no format '%.80s'; there are text, markdown, html and json", format);
        return false;
}

static bool select_all(ReviewVerb *v) {
        Selection *s = &v->selection;

        return select_format(v) && select_versions(s, v->systemd, true) && select_columns(s, v->fix, true) &&
               select_profiles(s) && select_properties(s, v->property, &v->plan.search.properties) &&
               select_bounds(s, &v->bounds, &v->plan.search);
}

static bool name_is_taken(const GPtrArray *scenarios, const char *name) {
        for (guint i = 0; i < scenarios->len; i++)
                if (g_str_equal(((const ReviewScenario *) scenarios->pdata[i])->name, name))
                        return true;
        return false;
}

/* A review of part of what was asked for would be taken for all of it. */
static bool read_scenario(ReviewVerb *v, const char *file) {
        g_autoptr(GPtrArray) warnings = g_ptr_array_new_with_free_func(g_free);
        g_autoptr(GError) error = NULL;
        g_autofree char *text = NULL;
        g_autofree char *name = g_path_get_basename(file);
        g_autoptr(Catalog) catalog = NULL;
        ReviewScenario *s;
        size_t size = 0;

        if (name_is_taken(v->scenarios, name)) {
                usage_error("review: two scenarios are called '%.80s'; rename one, or leave it out", name);
                return false;
        }
        text = scenario_read(file, &size, &error);
        if (text)
                catalog = scenario_parse(file, text, size, warnings, &error);
        if (!catalog) {
                file_error(error);
                return false;
        }
        for (guint i = 0; i < warnings->len; i++)
                warn("%s", (const char *) warnings->pdata[i]);

        s = g_new0(ReviewScenario, 1);
        s->name = g_steal_pointer(&name);
        s->text = g_strndup(text, size);
        s->catalog = g_steal_pointer(&catalog);
        g_ptr_array_add(v->scenarios, s);
        return true;
}

static bool read_scenarios(ReviewVerb *v, char **files) {
        for (char **i = files; *i; i++)
                if (!read_scenario(v, *i))
                        return false;
        return true;
}

static void show_progress(unsigned n_done, unsigned n, void *userdata) {
        progress("%u of %u explored", n_done, n);
}

/* Traces */

static int write_trace(const ReviewVerb *v, const Review *r, const ReviewPlace *p, unsigned column) {
        size_t n;
        const Property *all = properties(&n);
        const ReviewCell *c = review_run_at(r, p->scenario, p->version, column)->cells + p->property;
        const Profile *profile = review_profile(r, p->version, column);
        g_autofree char *name = NULL;
        g_autofree char *file = NULL;
        g_autofree char *label = profile_label(profile);
        g_autoptr(GError) error = NULL;

        /* What was explored for another column is written for that. */
        if (review_run_profile(r, p->scenario, p->version, column) != profile)
                return STATUS_OK;
        if (c->wrong)
                warn("%s: systemd %s, %s: the validator and the search disagree, which is a defect of coldplug: "
                     "%s",
                     review_scenario(r, p->scenario)->name, label, all[p->property].name, c->wrong);
        if (!c->trace)
                return STATUS_OK;

        name = trace_file_name(review_scenario(r, p->scenario)->name, profile, all[p->property].name);
        file = g_build_filename(v->traces, name, NULL);
        return output_write_file(file, c->trace, strlen(c->trace), &error) ? STATUS_OK : file_error(error);
}

static int write_traces(const ReviewVerb *v, const Review *r) {
        int status = STATUS_OK;

        for (unsigned s = 0; s < review_n_scenarios(r); s++)
                for (unsigned version = 0; version < r->plan->n_versions; version++)
                        for (unsigned c = 0; c < r->plan->n_columns; c++)
                                for (unsigned i = 0; i < PROPERTIES_MAX; i++)
                                        status = status_worse(
                                                status,
                                                write_trace(v, r, &(ReviewPlace) { s, version, i, true }, c));
        return status;
}

/* The way from the folder of @report to the folder @to. */
static char *relative_folder(const char *report, const char *to) {
        g_autofree char *from = g_path_get_dirname(report);
        g_autofree char *from_path = g_canonicalize_filename(from, NULL);
        g_autofree char *to_path = g_canonicalize_filename(to, NULL);
        g_auto(GStrv) a = g_strsplit(from_path + 1, "/", -1);
        g_auto(GStrv) b = g_strsplit(to_path + 1, "/", -1);
        g_autoptr(GString) s = g_string_new(NULL);
        guint common = 0;

        while (a[common] && b[common] && g_str_equal(a[common], b[common]))
                common++;
        for (char **p = a + common; *p && **p; p++)
                g_string_append_printf(s, "%s..", s->len > 0 ? "/" : "");
        for (char **p = b + common; *p && **p; p++)
                g_string_append_printf(s, "%s%s", s->len > 0 ? "/" : "", *p);
        return g_string_free(g_steal_pointer(&s), FALSE);
}

static int report(ReviewVerb *v, const Review *r) {
        g_autoptr(GString) out = g_string_new(NULL);
        g_autoptr(GError) error = NULL;
        g_autofree char *link = NULL;
        ReviewReport shown;

        if (v->traces)
                link = v->output ? relative_folder(v->output, v->traces) : g_strdup(v->traces);
        review_report_init(&shown, r, &v->selection, link);
        v->write(out, &shown);
        review_report_clear(&shown);
        if (!v->output)
                return output_finish(out, STATUS_OK);
        progress_end();
        return output_write_file(v->output, out->str, out->len, &error) ? STATUS_OK : file_error(error);
}

static int review(ReviewVerb *v) {
        g_autoptr(Review) r = NULL;
        int status;

        if (v->traces && !trace_folder_make("review", v->traces))
                return STATUS_WRONG_INPUT;

        interrupt_catch();
        v->plan.scenarios = v->scenarios;
        v->plan.profiles = v->selection.profiles;
        v->plan.n_versions = v->selection.versions->len;
        v->plan.n_columns = v->selection.columns->len;
        v->plan.keep_traces = v->traces != NULL;
        v->plan.search.interrupted = interrupted;
        v->plan.progress = show_progress;
        r = review_run(&v->plan);
        status = status_worse(write_traces(v, r), review_status(r));
        if (interrupted())
                status = STATUS_INTERRUPTED;
        return status_worse(report(v, r), status);
}

static void scenario_free(gpointer data) {
        review_scenario_free(data);
}

int verb_review(int argc, char **argv) {
        ReviewVerb v = { .bounds = BOUNDS_DEFAULT };
        const GOptionEntry entries[] = {
                { "systemd", 0, 0, G_OPTION_ARG_STRING_ARRAY, &v.systemd,
                  "Explore this systemd (default: all); may be repeated", "VERSION" },
                { "fix", 0, 0, G_OPTION_ARG_STRING_ARRAY, &v.fix,
                  "Try this fix, a built-in one or a file (A+B: both; default: none and each); may be repeated",
                  "FIX" },
                { "property", 0, 0, G_OPTION_ARG_STRING_ARRAY, &v.property,
                  "Check this property (default: all); may be repeated", "PROPERTY" },
                { "format", 0, 0, G_OPTION_ARG_STRING, &v.format, "text (default), markdown, html or json",
                  "FORMAT" },
                { "output", 'o', 0, G_OPTION_ARG_FILENAME, &v.output, "Write the report to this file", "FILE" },
                { "traces", 0, 0, G_OPTION_ARG_FILENAME, &v.traces,
                  "Write counterexamples to this folder, and link them", "DIR" },
                BOUNDS_ENTRIES(v.bounds),
                {},
        };
        int status;

        if (!options_parse("review", entries, &argc, &argv, &status))
                return status;

        selection_init(&v.selection, "review");
        v.scenarios = g_ptr_array_new_with_free_func(scenario_free);
        if (argc < 2)
                status = usage_error("review: a scenario is missing; write 'coldplug review SCENARIO...'");
        else if (v.output && !*v.output)
                status = usage_error("review: --output has no file; write '--output FILE'");
        else if (!select_all(&v) || !read_scenarios(&v, argv + 1))
                status = STATUS_WRONG_INPUT;
        else
                status = review(&v);
        g_ptr_array_unref(v.scenarios);
        selection_clear(&v.selection);
        g_strfreev(v.systemd);
        g_strfreev(v.fix);
        g_strfreev(v.property);
        g_free(v.format);
        g_free(v.traces);
        g_free(v.output);
        g_free(v.bounds.max_memory);
        return status;
}
