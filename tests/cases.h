/* SPDX-License-Identifier: MIT */
#pragma once

/* Tables of scenarios: what the units are when a scenario has run, in each version. */

#include "support.h"

#include <string.h>

#define ALL_VERSIONS "252 254 257 262"
#define SINCE_254    "254 257 262"
#define SINCE_257    "257 262"

/* A service that is an actor with its own name as tag, with these settings. */
/* clang-format off */
#define ACTOR(name, unit_section, service_section)                                                           \
        "unit " name ".service\n  [Unit]\n" unit_section "  [Service]\n"                                     \
        "  ExecStart=/usr/bin/actor " name "\n" service_section
/* clang-format on */
/* The same that goes away when it is told to. */
/* clang-format off */
#define POLITE_ACTOR(name, unit_section, service_section)                                                    \
        "unit " name ".service\n  [Unit]\n" unit_section "  [Service]\n"                                     \
        "  ExecStart=/usr/bin/actor " name " --exit-on-term\n" service_section
/* clang-format on */
/* A oneshot that is starting until `exit` ends it. */
#define SLOW_ACTOR(name, unit_section) ACTOR(name, unit_section, "  Type=oneshot\n  RemainAfterExit=yes\n")
#define TARGET(name, unit_section)     "unit " name ".target\n  [Unit]\n" unit_section

typedef struct Case {
        const char *name;
        const char *versions;
        const char *scenario;
        const char *expected; /* "UNIT DESCRIPTION", one a line; see fixture_describe(), or "down" */
        const char *order;    /* of m->units; NULL: any */
} Case;

static inline Fixture *case_run(const Case *c, const char *version) {
        Fixture *f = fixture_new(version, c->scenario);

        if (c->order)
                fixture_order(f, c->order);
        fixture_run(f);
        return f;
}

/* For those to whom it does not matter whether a dead unit has left memory: it is "down" either way. */
static inline bool description_is_down(const char *described) {
        return strcmp(described, "not-loaded") == 0 || strcmp(described, "loaded inactive dead") == 0;
}

/* Says on @report what is not as it should be. */
static inline void case_check(const Case *c, const char *version, GString *report) {
        g_autoptr(Fixture) f = case_run(c, version);
        g_auto(GStrv) lines = g_strsplit(c->expected, "\n", -1);

        if (f->world->crashed)
                g_string_append_printf(report, "%s, %s: PID 1 crashed\n", c->name, version);
        if (f->world->flags & WORLD_LIMIT)
                g_string_append_printf(report, "%s, %s: a capacity was exceeded\n", c->name, version);

        for (unsigned i = 0; lines[i]; i++) {
                g_autofree char *name = g_strndup(lines[i], strcspn(lines[i], " "));
                g_autofree char *described = fixture_describe(f, name);
                g_autofree char *line = g_strdup_printf("%s %s", name, described);

                if (g_str_has_suffix(lines[i], " down") && description_is_down(described))
                        continue;
                if (strcmp(line, lines[i]) != 0)
                        g_string_append_printf(report, "%s, %s: \"%s\" instead of \"%s\"\n", c->name, version,
                                               line, lines[i]);
        }
}

static inline void cases_check(const Case *cases, size_t n) {
        g_autoptr(GString) report = g_string_new(NULL);

        for (size_t i = 0; i < n; i++) {
                g_auto(GStrv) versions = g_strsplit(cases[i].versions, " ", -1);

                for (unsigned v = 0; versions[v]; v++)
                        case_check(cases + i, versions[v], report);
        }

        assert_string_equal(report->str, "");
}

#define CASES_CHECK(cases) cases_check(cases, G_N_ELEMENTS(cases))
