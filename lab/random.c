/* SPDX-License-Identifier: MIT */
#include <stdbool.h>
#include <string.h>

#include "lab/random.h"

#define N_SERVICES 3
#define N_ALIASES  2

/* No timer of these is ever seen to elapse: RestartSec= is an hour and nothing has a timeout that matters. */
static const char *const types[] = { "simple", "simple", "exec", "notify", "oneshot" };
static const char *const restarts[] = { "no", "no", "always", "on-failure" };
static const char *const dependencies[] = { "After",    "After",   "Before", "Wants",
                                            "Requires", "BindsTo", "PartOf", "Upholds" };
static const char *const calls[] = { "start",   "start",       "start",  "stop",
                                     "restart", "try-restart", "reload", "reset-failed" };

#define PICK(r, table) (table)[g_rand_int_range(r, 0, G_N_ELEMENTS(table))]

static bool chance(GRand *r, double p) {
        return g_rand_double(r) < p;
}

static char service(GRand *r) {
        return (char) ('a' + g_rand_int_range(r, 0, N_SERVICES));
}

/* A service, or a name that may be an alias of one. */
static char name(GRand *r) {
        return chance(r, 0.25) ? (char) ('x' + g_rand_int_range(r, 0, N_ALIASES)) : service(r);
}

static void append_unit(GString *s, GRand *r, char me) {
        const char *type = PICK(r, types);
        unsigned n = (unsigned) g_rand_int_range(r, 0, 3);

        g_string_append_printf(s, "unit %c.service\n  [Unit]\n", me);
        for (unsigned i = 0; i < n; i++) {
                const char *dependency = PICK(r, dependencies);
                char other = name(r);

                if (other != me)
                        g_string_append_printf(s, "  %s=%c.service\n", dependency, other);
        }
        g_string_append_printf(
                s, "  [Service]\n  Type=%s\n  TimeoutSec=infinity\n  ExecStart=/usr/bin/actor %c%s%s\n", type,
                me, chance(r, 0.2) ? " --exit-on-term" : "",
                g_str_equal(type, "notify") && chance(r, 0.4) ? " --ready" : "");
        if (chance(r, 0.15))
                g_string_append_printf(s, "  ExecStartPre=/usr/bin/actor %c-pre\n", me);
        if (chance(r, 0.15))
                g_string_append_printf(s, "  ExecReload=/usr/bin/actor %c-reload\n", me);
        if (chance(r, 0.2))
                g_string_append(s, "  RemainAfterExit=yes\n");
        if (!g_str_equal(type, "oneshot"))
                g_string_append_printf(s, "  Restart=%s\n  RestartSec=1h\n", PICK(r, restarts));
}

/* Names that others refer to stay in memory, as what they are when a reload comes. */
static void append_keeper(GString *s) {
        g_string_append(s, "unit keeper.service\n  [Unit]\n  After=x.service y.service\n"
                           "  [Service]\n  ExecStart=/usr/bin/actor keeper\n");
}

static void append_event(GString *s, GRand *r) {
        char tag = service(r);

        switch (g_rand_int_range(r, 0, 12)) {
        case 0:
        case 1:
                g_string_append_printf(s, "exit %c %d\n", tag, chance(r, 0.7) ? 0 : 1);
                return;
        case 2:
                g_string_append_printf(s, "signal %c 9\n", tag);
                return;
        case 3:
                g_string_append_printf(s, "notify %c %s\n", tag, chance(r, 0.8) ? "READY=1" : "STOPPING=1");
                return;
        case 4:
                g_string_append_printf(s, "link %c.service %c.service\n",
                                       'x' + g_rand_int_range(r, 0, N_ALIASES), tag);
                return;
        case 5:
                g_string_append_printf(s, "rm %c.service\n", name(r));
                return;
        case 6:
                g_string_append_printf(s, "exit %c-%s 0\n", tag, chance(r, 0.5) ? "pre" : "reload");
                return;
        case 7:
        case 8:
                g_string_append(s, chance(r, 0.85) ? "daemon-reload\n" : "daemon-reexec\n");
                return;
        default:
                g_string_append_printf(s, "%s %c.service\n", PICK(r, calls), name(r));
        }
}

char *random_scenario(guint32 seed, unsigned n) {
        const guint32 seeds[] = { seed, n };
        g_autoptr(GRand) r = g_rand_new_with_seed_array(seeds, G_N_ELEMENTS(seeds));
        unsigned n_events = (unsigned) g_rand_int_range(r, 8, 19);
        GString *s = g_string_new(NULL);

        for (unsigned i = 0; i < N_SERVICES; i++)
                append_unit(s, r, (char) ('a' + i));
        append_keeper(s);
        g_string_append(s, "daemon-reload\nstart keeper.service\n");
        for (unsigned i = 0; i < n_events; i++)
                append_event(s, r);
        g_string_append(s, "daemon-reload\n");
        return g_string_free(s, FALSE);
}

char *random_without(const char *text, unsigned n) {
        g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
        g_autoptr(GString) s = g_string_new(NULL);
        int statement = -1;

        for (char **line = lines; *line && **line; line++) {
                statement += **line != ' ';
                if (statement != (int) n)
                        g_string_append_printf(s, "%s\n", *line);
        }
        return statement < (int) n ? NULL : g_string_free(g_steal_pointer(&s), FALSE);
}
