/* SPDX-License-Identifier: MIT */

#include <errno.h>
#include <string.h>

#include "cli/check-report.h"
#include "cli/common.h"
#include "cli/verb.h"
#include "traces/error.h"
#include "traces/scenario.h"

#define JOBS_MAX 256

typedef struct Check {
        char **systemd, **property; /* as given */
        gint64 jobs, max_states, max_depth;
        char *max_memory;
        gboolean json, stats;
        char *traces;

        SearchOptions search;
        GPtrArray *profiles; /* Profile */
        GString *out;
        bool any; /* something was reported already */
        int status;
} Check;

static bool select_profiles(Check *c) {
        if (!c->systemd) {
                g_ptr_array_add(c->profiles, (gpointer) profile_default());
                return true;
        }
        for (char **i = c->systemd; *i; i++) {
                const Profile *p = profile_find(*i);

                if (!p) {
                        usage_error("check: systemd '%.80s' is not modelled; 'coldplug profiles' lists what is",
                                    *i);
                        return false;
                }
                if (!g_ptr_array_find(c->profiles, p, NULL))
                        g_ptr_array_add(c->profiles, (gpointer) p);
        }
        return true;
}

static bool select_properties(Check *c) {
        size_t n;

        properties(&n);
        if (!c->property)
                c->search.properties = (uint32_t) (BIT(n) - 1);
        for (char **i = c->property; i && *i; i++) {
                int p = property_find(*i);

                if (p < 0) {
                        usage_error("check: there is no property '%.80s'; 'coldplug properties' lists them", *i);
                        return false;
                }
                c->search.properties |= (uint32_t) BIT(p);
        }
        return true;
}

/* "512M" */
static bool parse_memory(const char *text, uint64_t *ret) {
        static const char suffixes[] = "KMGT";
        char *end = NULL;
        const char *suffix;
        uint64_t n, factor = 1;

        if (!g_ascii_isdigit(*text))
                return false;
        errno = 0;
        n = g_ascii_strtoull(text, &end, 10);
        if (errno != 0 || n == 0)
                return false;
        suffix = *end ? strchr(suffixes, *end) : NULL;
        if (suffix) {
                factor = UINT64_C(1) << (10 * (suffix - suffixes + 1));
                end++;
        }
        if (*end || n > UINT64_MAX / factor)
                return false;
        *ret = n * factor;
        return true;
}

static bool check_number(const char *option, gint64 value, gint64 max) {
        if (value >= 1 && value <= max)
                return true;
        usage_error("check: --%s is out of range; give a number from 1 to %" G_GINT64_FORMAT, option, max);
        return false;
}

static bool check_bounds(Check *c) {
        if (!check_number("jobs", c->jobs, JOBS_MAX))
                return false;
        if (c->max_states != -1 && !check_number("max-states", c->max_states, UINT32_MAX - 1))
                return false;
        if (c->max_depth != -1 && !check_number("max-depth", c->max_depth, INT32_MAX))
                return false;
        c->search.n_jobs = (unsigned) c->jobs;
        c->search.max_states = c->max_states == -1 ? 0 : (uint64_t) c->max_states;
        c->search.max_depth = c->max_depth == -1 ? 0 : (unsigned) c->max_depth;
        if (c->max_memory && !parse_memory(c->max_memory, &c->search.max_memory)) {
                usage_error("check: '%.80s' is no amount of memory; give bytes, or a number with K, M, G or T",
                            c->max_memory);
                return false;
        }
        return true;
}

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

static char *trace_file(const Check *c, const char *scenario, const Exploration *e, const char *property) {
        g_autofree char *stem = g_str_has_suffix(scenario, ".scenario")
                                        ? g_strndup(scenario, strlen(scenario) - strlen(".scenario"))
                                        : g_strdup(scenario);
        g_autofree char *name = g_strdup_printf("%s.%s.%s.trace.json", stem, e->search->profile->name, property);

        return g_build_filename(c->traces, name, NULL);
}

static int write_traces(const Check *c, const char *scenario, const Exploration *e, char **ret_files) {
        size_t n;
        const Property *all = properties(&n);

        for (unsigned i = 0; c->traces && i < n; i++) {
                const Trace *t = e->outcomes[i].trace;
                g_autofree char *json = NULL;
                g_autoptr(GError) error = NULL;

                if (!t || e->outcomes[i].wrong)
                        continue;
                json = trace_to_json(t);
                ret_files[i] = trace_file(c, scenario, e, all[i].name);
                if (!output_write_file(ret_files[i], json, strlen(json), &error))
                        return file_error(error);
        }
        return STATUS_OK;
}

static void complain(const Exploration *e, const char *scenario) {
        size_t n;
        const Property *all = properties(&n);

        for (unsigned i = 0; i < n; i++)
                if (e->outcomes[i].wrong)
                        warn("%s: systemd %s, %s: the validator and the search disagree, which is a defect of "
                             "coldplug: %s",
                             scenario, e->search->profile->name, all[i].name, e->outcomes[i].wrong);
}

static void report(Check *c, const CheckReport *r) {
        if (c->json) {
                g_string_append(c->out, c->any ? ",\n" : "");
                check_report_json(c->out, r);
        } else {
                g_string_append(c->out, c->any ? "\n" : "");
                check_report_text(c->out, r);
        }
        c->any = true;
}

static void check_one(Check *c, const char *file, const char *text, const Catalog *catalog,
                      const Profile *profile) {
        gint64 start = g_get_monotonic_time();
        g_autofree char *scenario = g_path_get_basename(file);
        g_autoptr(Exploration) e = exploration_run(scenario, text, catalog, profile, &c->search);
        char *files[PROPERTIES_MAX] = {};

        c->status = status_worse(c->status, write_traces(c, scenario, e, files));
        c->status = status_worse(c->status, check_report_status(e));
        report(c, &(CheckReport) {
                          .scenario = scenario, .exploration = e, .trace_files = (const char *const *) files });
        complain(e, scenario);
        if (c->stats)
                show_stats(e, start);
        for (size_t i = 0; i < PROPERTIES_MAX; i++)
                g_free(files[i]);
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
        for (guint i = 0; i < c->profiles->len && !interrupted(); i++)
                check_one(c, file, terminated, catalog, c->profiles->pdata[i]);
}

static int check(Check *c, char **files) {
        if (c->traces && g_mkdir_with_parents(c->traces, 0777) < 0)
                return usage_error("check: the folder '%.200s' cannot be made: %s", c->traces,
                                   g_strerror(errno));

        interrupt_catch();
        c->search.interrupted = interrupted;
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

int verb_check(int argc, char **argv) {
        Check c = { .jobs = (gint64) MIN(g_get_num_processors(), (guint) JOBS_MAX),
                    .max_states = -1,
                    .max_depth = -1 };
        const GOptionEntry entries[] = {
                { "systemd", 0, 0, G_OPTION_ARG_STRING_ARRAY, &c.systemd,
                  "Explore this systemd (default: 257); may be repeated", "VERSION" },
                { "property", 0, 0, G_OPTION_ARG_STRING_ARRAY, &c.property,
                  "Check this property (default: all); may be repeated", "PROPERTY" },
                { "jobs", 'j', 0, G_OPTION_ARG_INT64, &c.jobs, "Use N threads (default: one for each processor)",
                  "N" },
                { "max-states", 0, 0, G_OPTION_ARG_INT64, &c.max_states, "Stop after N states", "N" },
                { "max-memory", 0, 0, G_OPTION_ARG_STRING, &c.max_memory,
                  "Stop when the states take M bytes (K, M, G)", "M" },
                { "max-depth", 0, 0, G_OPTION_ARG_INT64, &c.max_depth, "Stop after N events", "N" },
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

        c.profiles = g_ptr_array_new();
        c.out = g_string_new(NULL);
        if (argc < 2)
                status = usage_error("check: a scenario is missing; write 'coldplug check SCENARIO...'");
        else if (!select_profiles(&c) || !select_properties(&c) || !check_bounds(&c))
                status = STATUS_WRONG_INPUT;
        else
                status = check(&c, argv + 1);
        g_ptr_array_unref(c.profiles);
        g_string_free(c.out, TRUE);
        g_strfreev(c.systemd);
        g_strfreev(c.property);
        g_free(c.max_memory);
        g_free(c.traces);
        return status;
}
