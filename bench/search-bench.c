/* SPDX-License-Identifier: MIT */

/* How fast the search alone is, without comparing orders, traces and output: transitions a second, for one thread and for as many
 * as there are processors. Run it in the source folder, or give scenarios. */

#include <stdio.h>

#include "explore/search.h"
#include "traces/scenario.h"

#define ROUNDS 3U

static void run(const char *file, const Catalog *catalog, unsigned n_jobs) {
        size_t n;
        SearchOptions options = { .n_jobs = n_jobs };
        double best = 0;

        properties(&n);
        options.properties = (uint32_t) (BIT(n) - 1);
        for (unsigned i = 0; i < ROUNDS; i++) {
                g_autoptr(Search) s = search_run(catalog, profile_default(), &options);
                double rate = (double) s->n_transitions / s->seconds;

                best = MAX(best, rate);
                if (i + 1 == ROUNDS)
                        printf("%s: %u states, %" G_GUINT64_FORMAT
                               " transitions, %zu bytes a world, %.1f bytes a visited state, "
                               "%u thread%s: %.0f transitions/s\n",
                               file, visited_size(s->visited), s->n_transitions, s->layout.size,
                               (double) visited_memory(s->visited) / visited_size(s->visited), n_jobs,
                               n_jobs == 1 ? "" : "s", best);
        }
}

int main(int argc, char **argv) {
        const char *standard[] = { "bench/three-units.scenario", NULL };
        const char *const *files = argc > 1 ? (const char *const *) argv + 1 : standard;

        for (; *files; files++) {
                g_autoptr(GError) error = NULL;
                g_autoptr(Catalog) catalog = scenario_load(*files, NULL, &error);

                if (!catalog) {
                        fprintf(stderr, "%s\n", error->message);
                        return 1;
                }
                run(*files, catalog, 1);
                if (g_get_num_processors() > 1)
                        run(*files, catalog, g_get_num_processors());
        }
        return 0;
}
