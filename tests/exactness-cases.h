/* SPDX-License-Identifier: MIT */
#pragma once

/* Scenarios in which the order of m->units matters, or seems to. */

#include <glib.h>

#define SERVICE(name, more) "unit " name ".service\n" more "  [Service]\n  ExecStart=/usr/bin/actor " name "\n"
#define UNIT(directives)    "  [Unit]\n" directives

typedef struct TrickyScenario {
        const char *what, *text;
} TrickyScenario;

static const TrickyScenario tricky_scenarios[] = {
        { "two reloads, an alias comes between them",
          SERVICE("r", "") SERVICE(
                  "k", UNIT("  After=a.service b.service\n")) "daemon-reload\nstart r.service k.service\n"
                                                              "link a.service r.service\ndaemon-reload\n"
                                                              "client c\n  link b.service r.service\n  "
                                                              "daemon-reload\nclient w\n  exit r 0\n" },
        { "an alias of an alias", SERVICE("r", "") SERVICE("a", "")
                                          SERVICE("b", "") "daemon-reload\nstart r.service a.service b.service\n"
                                                           "link a.service r.service\nlink b.service a.service\n"
                                                           "client c\n  daemon-reload\nclient w\n  exit a 0\n" },
        { "two reloads, an alias of an alias comes late",
          SERVICE("r", "") SERVICE("a", "")
                  SERVICE("b", "") "daemon-reload\nstart a.service b.service\nlink a.service r.service\n"
                                   "client c\n  daemon-reload\n  link b.service a.service\n  daemon-reload\n" },
        { "aliases of a masked unit",
          SERVICE("r", "") SERVICE("a", "") SERVICE(
                  "b", "") "daemon-reload\nstart r.service a.service b.service\n"
                           "link r.service /dev/null\nlink a.service r.service\nlink b.service r.service\n"
                           "client c\n  daemon-reload\n  stop a.service\nclient w\n  exit a 0\n" },
        { "a unit that speaks of an alias of a masked unit",
          "unit a.service\n  [Unit]\n  Upholds=b.service\n  [Service]\n  Type=oneshot\n  "
          "ExecStart=/usr/bin/actor a\n" SERVICE(
                  "b",
                  UNIT("  Upholds=x.service\n")) "daemon-reload\nstart a.service\nlink a.service /dev/null\n"
                                                 "client p\n  link x.service a.service\n  daemon-reload\n  "
                                                 "notify a READY=1\n" },
        { "a unit becomes an alias of a masked one that another unit wants",
          SERVICE("a", UNIT("  Upholds=c.service\n  StopWhenUnneeded=yes\n")) SERVICE("b", "") SERVICE(
                  "c", UNIT("  Wants=a.service\n")) "daemon-reload\nstart a.service\nstart b.service\nstart "
                                                    "c.service\nlink a.service /dev/null\n"
                                                    "client p\n  exit c 0\n  daemon-reload\nclient q\n  link "
                                                    "b.service a.service\n" },
        { "a link to a unit whose file is empty",
          SERVICE("r", "") SERVICE(
                  "a", "") "daemon-reload\nstart r.service a.service\nunit r.service\nlink a.service r.service\n"
                           "client c\n  daemon-reload\n  start a.service\nclient w\n  exit r 0\n" },
        { "a renamed unit with two aliases and no entry of its own",
          SERVICE("a", "") SERVICE("b", "") "daemon-reload\nstart a.service b.service\n" SERVICE(
                  "n", "") "link a.service n.service\nlink b.service n.service\n"
                           "client c\n  daemon-reload\n  stop n.service\nclient w\n  exit b 0\n" },
        { "a cgroup whose name another unit takes over",
          SERVICE("a", "")
                  SERVICE("k", UNIT("  After=b.service\n")) "daemon-reload\nstart a.service k.service\n" SERVICE(
                          "b", "") "link a.service b.service\ndaemon-reload\n"
                                   "rm a.service\n" SERVICE("a", "") "daemon-reload\n"
                                                                     "client c\n  start a.service\n  "
                                                                     "daemon-reload\nclient w\n  exit a 0\n" },
        { "the jobs of two entries collide in one unit",
          "unit r.service\n  [Service]\n  Type=notify\n  ExecStart=/usr/bin/actor r\n"
          "unit a.service\n  [Service]\n  Type=notify\n  ExecStart=/usr/bin/actor a\n"
          "daemon-reload\nstart r.service a.service\nlink a.service r.service\n"
          "client c\n  daemon-reload\nclient w\n  notify r READY=1\n" },
        { "a skip that loses its way",
          "unit r.service\n  [Service]\n  Type=notify\n  ExecStart=/usr/bin/actor r\n"
          "unit a.service\n  [Service]\n  Type=notify\n  ExecStart=/usr/bin/actor a\n" SERVICE(
                  "k", UNIT("  After=z.service\n")) "daemon-reload\nstart k.service r.service a.service\nlink "
                                                    "a.service r.service\n"
                                                    "client c\n  try-restart a.service\n  daemon-reload\nclient "
                                                    "w\n  exit k 0\n" },
        { "a skip that loses its way in a unit with two jobs",
          "unit s.service\n  [Service]\n  Type=notify\n  ExecStart=/usr/bin/actor s\n" SERVICE(
                  "a", UNIT("  After=s.service\n"))
                  SERVICE("b", UNIT("  After=s.service\n")) "daemon-reload\nstart s.service a.service "
                                                            "b.service\nlink a.service b.service\n"
                                                            "client c\n  try-restart a.service\nclient d\n  "
                                                            "daemon-reload\nclient w\n  exit s 0\n" },
        { "two units uphold two others",
          SERVICE("a", "") SERVICE("b", "") SERVICE("u", UNIT("  Upholds=a.service\n"))
                  SERVICE("v", UNIT("  Upholds=b.service\n")) "daemon-reload\nstart u.service v.service\n"
                                                              "client c\n  daemon-reload\nclient w\n  exit a "
                                                              "0\n  exit b 1\n" },
        { "two units are bound to one that goes",
          SERVICE("a", "") SERVICE("x", UNIT("  BindsTo=a.service\n")) SERVICE(
                  "y", UNIT("  BindsTo=a.service\n")) "daemon-reload\nstart a.service x.service y.service\n"
                                                      "client c\n  daemon-reload\nclient w\n  exit a 0\n" },
        { "bindings that come with the reload",
          SERVICE("a", "") SERVICE("x", "")
                  SERVICE("y", "") "daemon-reload\nstart x.service y.service\n" SERVICE(
                          "x", UNIT("  BindsTo=a.service\n  After=a.service\n"))
                          SERVICE("y",
                                  UNIT("  BindsTo=a.service\n  Upholds=a.service\n")) "client c\n  "
                                                                                      "daemon-reload\nclient "
                                                                                      "w\n  exit x 0\n" },
        { "units that nobody needs any more",
          SERVICE("a", UNIT("  StopWhenUnneeded=yes\n")) SERVICE("b", UNIT("  StopWhenUnneeded=yes\n"))
                  SERVICE("x", UNIT("  Wants=a.service b.service\n")) "daemon-reload\nstart x.service\n" SERVICE(
                          "x",
                          UNIT("  Wants=a.service\n")) "client c\n  daemon-reload\nclient w\n  exit a 0\n" },
        { "two cgroups are empty at catchup",
          "unit a.service\n  [Service]\n  ExecStart=/usr/bin/actor a\n  RemainAfterExit=yes\n  KillMode=none\n"
          "unit b.service\n  [Service]\n  ExecStart=/usr/bin/actor b\n  RemainAfterExit=yes\n  KillMode=none\n"
          "daemon-reload\nstart a.service b.service\nexit a 0\n"
          "client c\n  daemon-reload\nclient w\n  exit b 0\n" },
        { "processes that are not PID 1's children",
          "unit a.service\n  [Service]\n  Type=forking\n  ExecStart=/usr/bin/a\n"
          "unit b.service\n  [Service]\n  Type=forking\n  ExecStart=/usr/bin/b\n"
          "daemon-reload\nstart a.service b.service\n"
          "client c\n  daemon-reload\nclient w\n  exit a 0\n  exit b 0\n" },
        { "a socket and the service that it triggers",
          SERVICE("a", "") "unit a.socket\n  [Socket]\n  ListenStream=/run/a\n"
                           "daemon-reload\nstart a.socket\n"
                           "client c\n  trigger a.socket\n  daemon-reload\nclient w\n  exit a 1\n" },
        { "a path unit, and its service becomes an alias",
          SERVICE("a", "")
                  SERVICE("r", "") "unit a.path\n  [Path]\n  PathExists=/run/a\n"
                                   "daemon-reload\nstart a.service r.service a.path\nlink a.service r.service\n"
                                   "client c\n  daemon-reload\nclient w\n  exit a 0\n" },
        { "a new PID 1",
          SERVICE("r", "") SERVICE(
                  "k", UNIT("  After=a.service\n")) "daemon-reload\nstart r.service k.service\nlink a.service "
                                                    "r.service\n"
                                                    "client c\n  daemon-reexec\nclient w\n  exit r 0\n" },
        { "a reload, then a new PID 1, then a reload",
          SERVICE("r", "")
                  SERVICE("a", "") "daemon-reload\nstart r.service a.service\nlink a.service r.service\n"
                                   "client c\n  daemon-reexec\n  daemon-reload\nclient w\n  exit r 0\n" },
        { "a link while PID 1 reloads",
          SERVICE("r", "") SERVICE("a", "") "daemon-reload\nstart r.service a.service\n"
                                            "client c\n  daemon-reload\nclient d\n  link a.service "
                                            "r.service\nclient w\n  exit a 0\n" },
        { "a file goes while PID 1 reloads",
          SERVICE("r", "") SERVICE(
                  "k",
                  UNIT("  Wants=r.service a.service\n")) "link a.service r.service\ndaemon-reload\nstart "
                                                         "r.service k.service\n"
                                                         "client c\n  daemon-reload\nclient d\n  rm a.service\n"
                                                         "  unit a.service\n    [Service]\n    "
                                                         "ExecStart=/usr/bin/actor a\n" },
        { "a file changes while PID 1 reloads twice",
          SERVICE("r", "")
                  SERVICE("k", UNIT("  After=r.service\n")) "daemon-reload\nstart r.service k.service\n"
                                                            "client c\n  daemon-reload\n  daemon-reload\nclient "
                                                            "d\n  link r.service k.service\n" },
        { "two clients link while PID 1 reloads",
          SERVICE("r", "") SERVICE(
                  "k",
                  UNIT("  After=a.service b.service\n")) "daemon-reload\nstart r.service k.service\n"
                                                         "client c\n  daemon-reload\nclient d\n  link a.service "
                                                         "r.service\nclient e\n  link b.service r.service\n" },
};

static const char *pick(GRand *rand, const char *const *from, size_t n) {
        return from[g_rand_int_range(rand, 0, (int) n)];
}
#define PICK(rand, from) pick(rand, from, G_N_ELEMENTS(from))

static const char *const random_names[] = { "a", "b", "c", "x" }; /* x is no service of its own */

static void add_random_service(GString *s, GRand *rand, const char *name, unsigned n_names, const char *indent) {
        static const char *const dependencies[] = { "After", "Wants", "Requires", "Upholds", "BindsTo" };
        static const char *const settings[] = {
                "", "", "", "Type=notify", "Type=oneshot", "RemainAfterExit=yes", "Restart=on-failure"
        };
        const char *setting = PICK(rand, settings);

        g_string_append_printf(s, "%sunit %s.service\n%s  [Unit]\n", indent, name, indent);
        for (int i = g_rand_int_range(rand, 0, 3); i > 0; i--) {
                const char *other = g_rand_boolean(rand) ? pick(rand, random_names, n_names) : "x";

                if (other != name)
                        g_string_append_printf(s, "%s  %s=%s.service\n", indent, PICK(rand, dependencies),
                                               other);
        }
        if (g_rand_int_range(rand, 0, 5) == 0)
                g_string_append_printf(s, "%s  StopWhenUnneeded=yes\n", indent);
        g_string_append_printf(s, "%s  [Service]\n%s  ExecStart=/usr/bin/actor %s%s\n", indent, indent, name,
                               g_rand_int_range(rand, 0, 4) == 0 ? " --exit-on-term" : "");
        if (*setting)
                g_string_append_printf(s, "%s  %s\n", indent, setting);
}

static void add_random_change(GString *s, GRand *rand, unsigned n_names, const char *indent) {
        const char *name = g_rand_int_range(rand, 0, 3) == 0 ? "x" : pick(rand, random_names, n_names);
        const char *other = pick(rand, random_names, n_names);

        switch (g_rand_int_range(rand, 0, 8)) {
        case 0:
                g_string_append_printf(s, "%srm %s.service\n", indent, name);
                break;

        case 1:
                add_random_service(s, rand, name, n_names, indent);
                break;

        case 2:
                g_string_append_printf(s, "%slink %s.service /dev/null\n", indent, name);
                break;

        default:
                if (name != other)
                        g_string_append_printf(s, "%slink %s.service %s.service\n", indent, name, other);
        }
}

static void add_random_statement(GString *s, GRand *rand, unsigned n_names) {
        static const char *const calls[] = { "start", "stop", "restart", "try-restart", "reset-failed" };
        const char *name = pick(rand, random_names, n_names);

        switch (g_rand_int_range(rand, 0, 6)) {
        case 0:
                g_string_append_printf(s, "  exit %s %d\n", name, g_rand_boolean(rand));
                break;

        case 1:
                g_string_append(s,
                                g_rand_int_range(rand, 0, 8) == 0 ? "  daemon-reexec\n" : "  daemon-reload\n");
                break;

        case 2:
                g_string_append_printf(s, "  notify %s READY=1\n", name);
                break;

        case 3:
        case 4:
                add_random_change(s, rand, n_names, "  ");
                break;

        default:
                g_string_append_printf(s, "  %s %s.service\n", PICK(rand, calls), name);
        }
}

/* Two or three services with files, links and dependencies; one or two clients with up to four statements, one a reload. */
static char *random_scenario(GRand *rand) {
        unsigned n_names = (unsigned) g_rand_int_range(rand, 2, 4),
                 n_statements = (unsigned) g_rand_int_range(rand, 0, 4);
        GString *s = g_string_new(NULL);

        for (unsigned i = 0; i < n_names; i++)
                add_random_service(s, rand, random_names[i], n_names, "");
        g_string_append(s, "daemon-reload\n");
        for (unsigned i = 0; i < n_names; i++)
                if (g_rand_int_range(rand, 0, 5) > 0)
                        g_string_append_printf(s, "start %s.service\n", random_names[i]);
        for (int i = g_rand_int_range(rand, 0, 3); i > 0; i--)
                add_random_change(s, rand, n_names, "");

        g_string_append(s, "client p\n");
        if (n_statements > 1)
                add_random_statement(s, rand, n_names);
        g_string_append(s, "  daemon-reload\n");
        if (n_statements > 0)
                g_string_append(s, g_rand_boolean(rand) ? "client q\n" : "");
        for (unsigned i = 1; i < n_statements; i++)
                add_random_statement(s, rand, n_names);
        if (g_str_has_suffix(s->str, "client q\n"))
                g_string_append(s, "  exit a 0\n");
        return g_string_free(s, FALSE);
}

/* What has become of a name that is about to be an alias */
static void add_random_alias(GString *files, GString *starts, GRand *rand, const char *name) {
        static const char *const settings[] = {
                "", "Type=notify", "RemainAfterExit=yes", "Restart=on-failure", "KillMode=none", "Type=forking"
        };
        int fate = g_rand_int_range(rand, 0, 8);

        if (fate <= 2)
                return; /* a name of which others speak */

        g_string_append_printf(files, "unit %s.service\n  [Service]\n  ExecStart=/usr/bin/actor %s\n", name,
                               fate == 3 ? "r" : name);
        if (fate >= 4)
                g_string_append_printf(files, "  %s\n", PICK(rand, settings));
        if (fate >= 4)
                g_string_append_printf(starts, "start %s.service\n", name);
        if (fate == 7)
                g_string_append_printf(starts, "exit %s %d\n", name, g_rand_int_range(rand, 0, 2));
}

/* One unit and two to @n_aliases names that become its aliases, some of which are running, some dead, some neither. */
G_GNUC_UNUSED static char *random_alias_scenario(GRand *rand, unsigned n_aliases) {
        static const char *const aliases[] = { "a", "b", "c", "d", "e", "f", "g" };
        unsigned n = (unsigned) g_rand_int_range(rand, 2, (int) MIN(n_aliases, G_N_ELEMENTS(aliases)) + 1);
        g_autoptr(GString) starts = g_string_new(NULL), links = g_string_new(NULL), after = g_string_new(NULL);
        GString *s = g_string_new(NULL);

        for (unsigned i = 0; i < n; i++) {
                add_random_alias(s, starts, rand, aliases[i]);
                g_string_append_printf(links, "link %s.service r.service\n", aliases[i]);
                g_string_append_printf(after, " %s.service", aliases[i]);
        }
        g_string_append_printf(
                s,
                "unit r.service\n  [Unit]\n  After=%s\n  [Service]\n  ExecStart=/usr/bin/actor r\n"
                "daemon-reload\n%s%s%s%s"
                "client c\n  daemon-reload\n%s",
                after->str, g_rand_int_range(rand, 0, 4) > 0 ? "start r.service\n" : "", starts->str,
                g_rand_int_range(rand, 0, 5) == 0 ? "exit r 1\n" : "", links->str,
                g_rand_boolean(rand) ? "client w\n  exit r 0\n" : "");
        return g_string_free(s, FALSE);
}
