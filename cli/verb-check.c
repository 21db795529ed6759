/* SPDX-License-Identifier: MIT */

#include <string.h>

#include "cli/check-report.h"
#include "cli/common.h"
#include "cli/minimized-report.h"
#include "cli/select.h"
#include "cli/trace-file.h"
#include "cli/verb.h"
#include "traces/scenario.h"

typedef struct Check {
        char **systemd, **fix, **property; /* as given */
        Bounds bounds;
        OrderChance chance;
        gboolean json, stats, minimize;
        char *traces;

        Selection selection;
        SearchOptions search;
        GString *out;
        bool any; /* something was reported already */
        int status;
} Check;

static void show_progress(const SearchProgress *p, void *userdata) {
        if (p->comparing)
                progress("comparing orders: %" G_GUINT64_FORMAT " sets of worlds, %zu to go on from",
                         p->n_states, p->n_frontier);
        else
                progress("%" G_GUINT64_FORMAT " states, %" G_GUINT64_FORMAT
                         " transitions, level %u with %zu states",
                         p->n_states, p->n_transitions, p->level, p->n_frontier);
}

static void show_stats(const Exploration *e, gint64 start) {
        const Search *s = e->search;
        double seconds = (double) (g_get_monotonic_time() - start) / G_USEC_PER_SEC;
        uint32_t n_states = visited_size(s->visited);

        warn("%u states, %" G_GUINT64_FORMAT
             " transitions, %u levels, %zu bytes a world, %.1f bytes a visited state, "
             "%.1f MiB at most, %" G_GUINT64_FORMAT
             " sets of worlds compared; search %.3f s, %.0f transitions a second; all %.3f s",
             n_states, s->n_transitions, s->depth, s->layout.size,
             (double) visited_memory(s->visited) / n_states, (double) s->memory_max / (1 << 20),
             e->lockstep ? e->lockstep->n_macro_states : 0, s->seconds, (double) s->n_transitions / s->seconds,
             seconds);
}

static int write_traces(const Check *c, const char *scenario, const Exploration *e, char **ret_files) {
        size_t n;
        const Property *all = properties(&n);

        for (unsigned i = 0; c->traces && i < n; i++) {
                const Trace *t = e->outcomes[i].trace;
                g_autofree char *json = NULL;
                g_autofree char *name = NULL;
                g_autoptr(GError) error = NULL;

                if (!t || e->outcomes[i].wrong)
                        continue;
                json = trace_to_json(t);
                name = trace_file_name(scenario, e->search->profile, all[i].name);
                ret_files[i] = g_build_filename(c->traces, name, NULL);
                if (!output_write_file(ret_files[i], json, strlen(json), &error))
                        return file_error(error);
        }
        return STATUS_OK;
}

static void complain(const Exploration *e, const char *scenario) {
        g_autofree char *label = profile_label(e->search->profile);
        size_t n;
        const Property *all = properties(&n);

        for (unsigned i = 0; i < n; i++)
                if (e->outcomes[i].wrong)
                        warn("%s: systemd %s, %s: the validator and the search disagree, which is a defect of "
                             "coldplug: %s",
                             scenario, label, all[i].name, e->outcomes[i].wrong);
}

static void begin_report(Check *c) {
        if (c->any)
                g_string_append(c->out, c->json ? ",\n" : "\n");
        c->any = true;
}

/* Writes the traces, and adds what is to be said to the output. @m: what was made smaller before. */
static void report(Check *c, const char *scenario, const Exploration *e, const Minimized *m) {
        OrderDistResult chances[PROPERTIES_MAX];
        char *files[PROPERTIES_MAX] = {};

        c->status = status_worse(c->status, write_traces(c, scenario, e, files));
        c->status = status_worse(c->status, check_report_status(e));
        order_chance_measure(&c->chance, e, chances);

        const CheckReport r = {
                .scenario = scenario,
                .exploration = e,
                .trace_files = (const char *const *) files,
                .chance = c->chance.systemd ? &c->chance : NULL,
                .chances = chances,
                .minimized = m,
        };
        if (c->json)
                check_report_json(c->out, &r);
        else
                check_report_text(c->out, &r);
        complain(e, scenario);
        for (size_t i = 0; i < PROPERTIES_MAX; i++) {
                order_dist_result_done(chances + i);
                g_free(files[i]);
        }
}

static void minimize_for(Check *c, const char *scenario, const char *text, const Profile *profile,
                         unsigned property) {
        g_autoptr(GError) error = NULL;
        g_autoptr(Minimized) m = minimize(scenario, text, profile, &c->search, property, &error);

        if (!m) {
                c->status = status_worse(c->status, file_error(error));
                return;
        }
        begin_report(c);
        if (!c->json)
                minimized_report_text(c->out, scenario, profile, property, m);
        if (m->exploration)
                report(c, scenario, m->exploration, m);
        else if (c->json)
                minimized_report_json(c->out, scenario, profile, property, m);
}

static void check_one(Check *c, const char *file, const char *text, const Catalog *catalog,
                      const Profile *profile) {
        gint64 start = g_get_monotonic_time();
        g_autofree char *scenario = g_path_get_basename(file);
        g_autoptr(Exploration) e = exploration_run(scenario, text, catalog, profile, &c->search);
        bool any = false;

        for (unsigned i = 0; c->minimize && i < PROPERTIES_MAX && !interrupted(); i++)
                if (e->outcomes[i].judgement == JUDGEMENT_VIOLATED) {
                        minimize_for(c, scenario, text, profile, i);
                        any = true;
                }
        if (!any) {
                begin_report(c);
                report(c, scenario, e, NULL);
        }
        if (c->stats)
                show_stats(e, start);
}

static void check_file(Check *c, const char *file) {
        g_autoptr(GPtrArray) warnings = g_ptr_array_new_with_free_func(g_free);
        g_autoptr(GError) error = NULL;
        g_autoptr(Catalog) catalog = NULL;
        g_autofree char *text = NULL;
        size_t size = 0;

        text = scenario_read(file, &size, &error);
        if (text)
                catalog = scenario_parse(file, text, size, warnings, &error);
        if (!catalog) {
                c->status = status_worse(c->status, file_error(error));
                return;
        }
        for (guint i = 0; i < warnings->len; i++)
                warn("%s", (const char *) warnings->pdata[i]);

        g_autofree char *terminated = g_strndup(text, size);
        for (guint i = 0; i < c->selection.profiles->len && !interrupted(); i++)
                check_one(c, file, terminated, catalog, c->selection.profiles->pdata[i]);
}

static int check(Check *c, char **files) {
        if (c->traces && !trace_folder_make("check", c->traces))
                return STATUS_WRONG_INPUT;

        interrupt_catch();
        c->search.interrupted = interrupted;
        c->search.explain = true;
        c->search.progress = show_progress;
        if (c->json)
                g_string_append(c->out, "{\"results\": [");
        for (char **i = files; *i && !interrupted(); i++)
                check_file(c, *i);
        if (c->json)
                g_string_append(c->out, "]}\n");
        if (interrupted())
                c->status = STATUS_INTERRUPTED;
        return output_finish(c->out, c->status);
}

static bool select_all(Check *c) {
        Selection *s = &c->selection;

        return select_versions(s, c->systemd, false) && select_columns(s, c->fix, false) && select_profiles(s) &&
               select_properties(s, c->property, &c->search.properties) &&
               select_bounds(s, &c->bounds, &c->search) && order_chance_select(&c->chance, "check");
}

int verb_check(int argc, char **argv) {
        Check c = { .bounds = BOUNDS_DEFAULT, .chance = ORDER_CHANCE_DEFAULT };
        const GOptionEntry entries[] = {
                { "systemd", 0, 0, G_OPTION_ARG_STRING_ARRAY, &c.systemd,
                  "Explore this systemd (default: 257); may be repeated", "VERSION" },
                { "fix", 0, 0, G_OPTION_ARG_STRING_ARRAY, &c.fix,
                  "Put this fix on it, a built-in one or a file (A+B: both); may be repeated", "FIX" },
                { "property", 0, 0, G_OPTION_ARG_STRING_ARRAY, &c.property,
                  "Check this property (default: all); may be repeated", "PROPERTY" },
                { "minimize", 0, 0, G_OPTION_ARG_NONE, &c.minimize,
                  "Shrink a scenario while it is violated, and report on what is left", NULL },
                ORDER_CHANCE_ENTRIES(c.chance),
                BOUNDS_ENTRIES(c.bounds),
                { "json", 0, 0, G_OPTION_ARG_NONE, &c.json, "Print one JSON object", NULL },
                { "stats", 0, 0, G_OPTION_ARG_NONE, &c.stats,
                  "Say on stderr how long it took and how much memory", NULL },
                { "traces", 0, 0, G_OPTION_ARG_FILENAME, &c.traces, "Write counterexamples to this folder",
                  "DIR" },
                {},
        };
        int status;

        if (!options_parse("check", entries, &argc, &argv, &status))
                return status;

        selection_init(&c.selection, "check");
        c.out = g_string_new(NULL);
        if (argc < 2)
                status = usage_error("check: a scenario is missing; write 'coldplug check SCENARIO...'");
        else if (!select_all(&c))
                status = STATUS_WRONG_INPUT;
        else
                status = check(&c, argv + 1);
        g_string_free(c.out, TRUE);
        selection_clear(&c.selection);
        g_strfreev(c.systemd);
        g_strfreev(c.fix);
        g_strfreev(c.property);
        g_free(c.bounds.max_memory);
        g_free(c.chance.distribution);
        g_free(c.traces);
        return status;
}
