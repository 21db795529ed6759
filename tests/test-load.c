/* SPDX-License-Identifier: MIT */

/* How a name becomes a unit: load states, merging, what each type checks and adds (unit.c:unit_load, unit_merge,
 * load-fragment.c:merge_by_names, service.c:service_verify and its kin). */

#include <errno.h>

#include "cases.h"
#include "model/load-types.h"

#define KEEP(names)      TARGET("keep", "  DefaultDependencies=no\n  After=" names "\n") "start keep.target\n"
#define SERVICE(section) "unit a.service\n  [Service]\n" section KEEP("a.service")

static void test_load_states(void **state) {
        static const Case cases[] = {
                { "no file", ALL_VERSIONS, KEEP("a.service"), "a.service not-found inactive dead", NULL },
                { "a file", ALL_VERSIONS, SERVICE("  ExecStart=true\n"), "a.service loaded inactive dead",
                  NULL },
                { "masked by a link", ALL_VERSIONS, "link a.service /dev/null\n" KEEP("a.service"),
                  "a.service masked inactive dead", NULL },
                { "masked by an empty file", ALL_VERSIONS, "unit a.service\n" KEEP("a.service"),
                  "a.service masked inactive dead", NULL },
                { "a dangling link", ALL_VERSIONS, "link a.service b.service\n" KEEP("a.service"),
                  "a.service not-found inactive dead", NULL },
                { "a loop", ALL_VERSIONS,
                  "link a.service b.service\nlink b.service a.service\n" KEEP("a.service"),
                  "a.service not-found inactive dead", NULL },
                { "a broken file", ALL_VERSIONS,
                  "unit a.service\n  [Service\n  ExecStart=true\n" KEEP("a.service"),
                  "a.service error inactive dead", NULL },
                { "an alias", ALL_VERSIONS,
                  SERVICE("  ExecStart=true\n") "link b.service a.service\n"
                                                "daemon-reload\nstart b.service\n",
                  "a.service down\nb.service down", NULL },
                { "a drop-in for nothing", ALL_VERSIONS,
                  "unit a.service.d/x.conf\n  [Service]\n  ExecStart=true\n" KEEP("a.service"),
                  "a.service not-found inactive dead", NULL },
                { "a drop-in that makes it whole", ALL_VERSIONS,
                  "unit a.service\n  [Unit]\nunit a.service.d/x.conf\n  [Service]\n  ExecStart=true\n" KEEP(
                          "a.service"),
                  "a.service loaded inactive dead", NULL },
                { "a masked drop-in", ALL_VERSIONS,
                  "unit a.service\n  [Unit]\nunit a.service.d/x.conf\n" KEEP("a.service"),
                  "a.service bad-setting inactive dead", NULL },
        };

        (void) state;
        CASES_CHECK(cases);
}

#define GOOD "a.service loaded inactive dead"
#define BAD  "a.service bad-setting inactive dead"

static void test_service_verify(void **state) {
        static const Case cases[] = {
                { "nothing to execute", ALL_VERSIONS, SERVICE("  Type=simple\n"), BAD, NULL },
                { "only a stop, simple", ALL_VERSIONS, SERVICE("  ExecStop=true\n"), BAD, NULL },
                { "only a stop, remains", ALL_VERSIONS, SERVICE("  ExecStop=true\n  RemainAfterExit=yes\n"),
                  GOOD, NULL },
                { "only a stop, oneshot", ALL_VERSIONS,
                  SERVICE("  Type=oneshot\n  ExecStop=true\n  RemainAfterExit=yes\n"), GOOD, NULL },
                { "two starts", ALL_VERSIONS, SERVICE("  ExecStart=true\n  ExecStart=true\n"), BAD, NULL },
                { "two starts, oneshot", ALL_VERSIONS,
                  SERVICE("  Type=oneshot\n  ExecStart=true\n  ExecStart=true\n"), GOOD, NULL },
                { "a start that is taken back", ALL_VERSIONS,
                  SERVICE("  ExecStart=true\n  ExecStart=\n  ExecStart=true\n"), GOOD, NULL },
                { "oneshot, always", ALL_VERSIONS,
                  SERVICE("  Type=oneshot\n  ExecStart=true\n  Restart=always\n"), BAD, NULL },
                { "oneshot, on-success", ALL_VERSIONS,
                  SERVICE("  Type=oneshot\n  ExecStart=true\n  Restart=on-success\n"), BAD, NULL },
                { "oneshot, on-failure", ALL_VERSIONS,
                  SERVICE("  Type=oneshot\n  ExecStart=true\n  Restart=on-failure\n"), GOOD, NULL },
                { "oneshot, forced", "252 254",
                  SERVICE("  Type=oneshot\n  ExecStart=true\n  RestartForceExitStatus=1\n"), BAD, NULL },
                { "oneshot, forced", SINCE_257,
                  SERVICE("  Type=oneshot\n  ExecStart=true\n  RestartForceExitStatus=1\n"), GOOD, NULL },
                { "oneshot, cgroup", ALL_VERSIONS,
                  SERVICE("  Type=oneshot\n  ExecStart=true\n  ExitType=cgroup\n"), BAD, NULL },
                { "dbus without a name", ALL_VERSIONS, SERVICE("  Type=dbus\n  ExecStart=true\n"), BAD, NULL },
                { "dbus", ALL_VERSIONS, SERVICE("  Type=dbus\n  BusName=org.a\n  ExecStart=true\n"), GOOD,
                  NULL },
        };

        (void) state;
        CASES_CHECK(cases);
}

static ServiceType type_of(const char *version, const char *section) {
        g_autofree char *text = g_strconcat("unit a.service\n  [Service]\n", section, KEEP("a.service"), NULL);
        g_autoptr(Fixture) f = fixture_new(version, text);

        fixture_run(f);
        return (ServiceType) manager_get_unit(f->manager, catalog_find_name(f->catalog, "a.service"))
                ->service.type;
}

static void test_guessed_type(void **state) {
        (void) state;
        assert_int_equal(type_of("257", "  ExecStart=true\n"), SERVICE_SIMPLE);
        assert_int_equal(type_of("257", "  ExecStart=true\n  BusName=org.a\n"), SERVICE_DBUS);
        assert_int_equal(type_of("257", "  ExecStop=true\n  RemainAfterExit=yes\n"), SERVICE_ONESHOT);
        assert_int_equal(type_of("257", "  ExecStart=true\n  LoadCredential=a:/b\n"), SERVICE_EXEC);
        assert_int_equal(type_of("254", "  ExecStart=true\n  LoadCredential=a:/b\n"), SERVICE_SIMPLE);
}

/* Two services cannot wait for the same D-Bus name. */
static void test_bus_name(void **state) {
        static const Case cases[] = {
                { "the second is an error", ALL_VERSIONS,
                  "unit a.service\n  [Service]\n  BusName=org.a\n  ExecStart=/usr/bin/actor a\n"
                  "unit b.service\n  [Service]\n  BusName=org.a\n  ExecStart=/usr/bin/actor b\n"
                  "start a.service\n" KEEP("b.service"),
                  "b.service error inactive dead", NULL },
        };

        (void) state;
        CASES_CHECK(cases);
}

static void test_other_types(void **state) {
        static const Case cases[] = {
                { "a socket that listens to nothing", ALL_VERSIONS,
                  "unit a.socket\n  [Socket]\n" KEEP("a.socket"), "a.socket bad-setting inactive dead", NULL },
                { "a socket with a service of its own and Accept=", ALL_VERSIONS,
                  "unit a.socket\n  [Socket]\n  ListenStream=/run/a\n  Accept=yes\n  Service=a.service\n" KEEP(
                          "a.socket"),
                  "a.socket bad-setting inactive dead", NULL },
                { "a datagram socket with Accept=", ALL_VERSIONS,
                  "unit a.socket\n  [Socket]\n  ListenDatagram=/run/a\n  Accept=yes\n" KEEP("a.socket"),
                  "a.socket bad-setting inactive dead", NULL },
                { "a stream socket with Accept=", ALL_VERSIONS,
                  "unit a.socket\n  [Socket]\n  ListenStream=/run/a\n  Accept=yes\nunit a@.service\n  "
                  "[Service]\n"
                  "  ExecStart=true\n" KEEP("a.socket"),
                  "a.socket loaded inactive dead", NULL },
                { "a timer without a time", ALL_VERSIONS, "unit a.timer\n  [Timer]\n" KEEP("a.timer"),
                  "a.timer bad-setting inactive dead", NULL },
                { "a timer", ALL_VERSIONS, "unit a.timer\n  [Timer]\n  OnCalendar=daily\n" KEEP("a.timer"),
                  "a.timer loaded inactive dead\na.service not-found inactive dead", NULL },
                { "a path without a path", ALL_VERSIONS, "unit a.path\n  [Path]\n" KEEP("a.path"),
                  "a.path bad-setting inactive dead", NULL },
                { "a path", ALL_VERSIONS,
                  "unit a.path\n  [Path]\n  PathExists=/run/a\n  Unit=b.service\n" KEEP("a.path"),
                  "a.path loaded inactive dead\nb.service not-found inactive dead", NULL },
                { "a slice without a file", ALL_VERSIONS, KEEP("a-b.slice"), "a-b.slice loaded inactive dead",
                  NULL },
                { "a target without a file", ALL_VERSIONS, KEEP("a.target"), "a.target not-found inactive dead",
                  NULL },
                { "a scope", ALL_VERSIONS, KEEP("a.scope"), "a.scope not-found inactive dead", NULL },
        };

        (void) state;
        CASES_CHECK(cases);
}

/* Each type looks at its file in the same way. */
static void test_files_of_all_types(void **state) {
        static const char *const types[] = { "service", "socket", "target", "timer", "path" };
        static const struct {
                const char *text, *load_state;
                /* clang-format off */
        } cases[] = {
                { "",                  "masked"    },
                { "  [Unit\n",         "error"     },
        };
        /* clang-format on */

        (void) state;

        for (size_t t = 0; t < G_N_ELEMENTS(types); t++)
                for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
                        g_autofree char *text = g_strdup_printf(
                                "unit a.%s\n%s" TARGET("keep", "  After=a.%s\n") "start keep.target\n", types[t],
                                cases[i].text, types[t]);
                        g_autofree char *name = g_strdup_printf("a.%s", types[t]);
                        g_autofree char *expected = g_strdup_printf("%s inactive dead", cases[i].load_state);
                        g_autoptr(Fixture) f = fixture_new("257", text);

                        fixture_run(f);
                        assert_unit(f, name, expected);
                }
}

static bool has(Fixture *f, const char *name, UnitDependency d, const char *other) {
        Unit *u = manager_get_unit(f->manager, catalog_find_name(f->catalog, name));
        const Unit *o = manager_get_unit(f->manager, catalog_find_name(f->catalog, other));

        assert_non_null(u);
        assert_non_null(o);
        return unit_has_dependency(f->manager, u, BIT(d), o);
}

static void test_default_dependencies(void **state) {
        static const struct {
                const char *unit;
                UnitDependency type;
                const char *other;
                bool expected;
                /* clang-format off */
        } cases[] = {
                { "a.service", UNIT_AFTER,     "basic.target",     true  },
                { "a.service", UNIT_AFTER,     "sysinit.target",   true  },
                { "a.service", UNIT_REQUIRES,  "sysinit.target",   true  },
                { "a.service", UNIT_BEFORE,    "shutdown.target",  true  },
                { "a.service", UNIT_CONFLICTS, "shutdown.target",  true  },
                { "a.service", UNIT_AFTER,     "system.slice",     true  },
                { "a.service", UNIT_REQUIRES,  "system.slice",     true  },
                { "a.service", UNIT_IN_SLICE,  "system.slice",     true  },
                { "n.service", UNIT_AFTER,     "basic.target",     false },
                { "n.service", UNIT_CONFLICTS, "shutdown.target",  false },
                { "n.service", UNIT_IN_SLICE,  "system.slice",     true  },
                { "a.socket",  UNIT_BEFORE,    "sockets.target",   true  },
                { "a.socket",  UNIT_TRIGGERS,  "a.service",        true  },
                { "a.socket",  UNIT_BEFORE,    "a.service",        true  },
                { "a.timer",   UNIT_BEFORE,    "timers.target",    true  },
                { "a.timer",   UNIT_TRIGGERS,  "a.service",        true  },
                { "a.timer",   UNIT_AFTER,     "time-sync.target", true  },
                { "b.timer",   UNIT_AFTER,     "time-sync.target", false },
                { "b.timer",   UNIT_TRIGGERS,  "a.service",        true  },
                { "a.path",    UNIT_BEFORE,    "paths.target",     true  },
                { "t.target",  UNIT_CONFLICTS, "shutdown.target",  true  },
                { "t.target",  UNIT_AFTER,     "a.service",        true  },
                { "d.service", UNIT_REQUIRES,  "dbus.socket",      true  },
        };
        /* clang-format on */
        g_autoptr(Fixture) f = fixture_new(
                "257",
                ACTOR("a", "", "") ACTOR(
                        "n", "  DefaultDependencies=no\n",
                        "") "unit d.service\n  [Service]\n  Type=dbus\n  BusName=org.d\n  "
                            "ExecStart=/usr/bin/actor d\n"
                            "unit a.socket\n  [Socket]\n  ListenStream=/run/a\n"
                            "unit a.timer\n  [Timer]\n  OnCalendar=daily\n"
                            "unit b.timer\n  [Timer]\n  OnBootSec=1\n  Unit=a.service\n"
                            "unit a.path\n  [Path]\n  PathExists=/run/a\n" TARGET("t", "  Wants=a.service\n")
                                    TARGET("keep", "  DefaultDependencies=no\n  After=a.service n.service "
                                                   "d.service a.socket a.timer b.timer a.path "
                                                   "t.target\n  After=basic.target sysinit.target "
                                                   "shutdown.target system.slice sockets.target "
                                                   "timers.target paths.target time-sync.target "
                                                   "dbus.socket\n") "start keep.target\n");

        (void) state;
        fixture_run(f);
        for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
                if (has(f, cases[i].unit, cases[i].type, cases[i].other) != cases[i].expected)
                        fail_msg("%s %s %s", cases[i].unit, unit_dependency_to_string(cases[i].type),
                                 cases[i].other);
}

/* unit.c:unit_merge: what was not found is swallowed by what it turns out to be. */
static void test_merge(void **state) {
        static const Case cases[] = {
                { "a reload joins what a link joins", ALL_VERSIONS,
                  ACTOR("a", "", "")
                          ACTOR("k", "  After=b.service\n", "") "start a.service k.service\n"
                                                                "link b.service a.service\ndaemon-reload\n",
                  "a.service loaded active running main=a.1\nb.service loaded active running main=a.1",
                  "b.service a.service" },
                { "a start finds the link without a reload", ALL_VERSIONS,
                  ACTOR("a", "", "")
                          ACTOR("k", "  After=b.service\n", "") "start k.service\n"
                                                                "link b.service a.service\nstart b.service\n",
                  "a.service loaded active running main=a.1\nb.service loaded active running main=a.1", NULL },
                { "two that are loaded cannot become one", ALL_VERSIONS,
                  ACTOR("a", "", "") ACTOR("b", "", "") "start a.service b.service\n"
                                                        "link b.service a.service\nstart b.service\n",
                  "a.service loaded active running main=a.1\nb.service loaded active running main=b.1", NULL },
                { "one that is loaded swallows its alias", ALL_VERSIONS,
                  ACTOR("a", "", "")
                          ACTOR("k", "  After=b.service\n", "") "start a.service k.service\n"
                                                                "link b.service a.service\nstart b.service\n",
                  "a.service loaded active running main=a.1", NULL },
        };

        (void) state;
        CASES_CHECK(cases);
}

static void test_refused_names(void **state) {
        g_autoptr(Fixture) f = fixture_new(
                "257", ACTOR("a", "  After=b.service c.socket x@1.service y@2.service s.slice t.slice\n",
                             "") "start a.service\n");
        Manager *m = f->manager;
        Unit *a, *b, *x, *s;

        (void) state;
        fixture_run(f);
#define ID(name) catalog_find_name(f->catalog, name)
        a = manager_get_unit(m, ID("a.service"));
        b = manager_get_unit(m, ID("b.service"));
        x = manager_get_unit(m, ID("x@1.service"));
        s = manager_get_unit(m, ID("s.slice"));

        assert_int_equal(unit_add_name(m, a, ID("a.service")), 0);
        assert_int_equal(unit_add_name(m, a, ID("b.service")), -EEXIST);
        assert_int_equal(unit_merge(m, a, manager_get_unit(m, ID("c.socket"))), -EINVAL);
        assert_int_equal(unit_merge(m, a, x), -EINVAL);
        assert_int_equal(unit_merge(m, x, manager_get_unit(m, ID("y@2.service"))), -EINVAL);
        assert_int_equal(unit_merge(m, s, manager_get_unit(m, ID("t.slice"))), -EEXIST);
        assert_int_equal(unit_merge(m, b, a), -EEXIST);
        assert_int_equal(unit_merge(m, a, a), 0);
        assert_int_equal(unit_choose_id(m, a, ID("b.service")), -ENOENT);
        assert_int_equal(unit_choose_id(m, a, ID("a.service")), 0);

        /* What it has of jobs and of state would be lost. */
        b->job = (Job) { .installed = 1, .type = JOB_STOP };
        assert_int_equal(unit_merge(m, a, b), -EEXIST);
        b->job = (Job) {};
        b->state = SERVICE_RUNNING;
        assert_int_equal(unit_merge(m, a, b), -EEXIST);
        b->state = SERVICE_DEAD;

        assert_int_equal(unit_merge_by_name(m, a, ID("b.service")), 0);
        assert_ptr_equal(manager_get_unit(m, ID("b.service")), a);
        assert_ptr_equal(unit_follow_merge(m, b), a);
        assert_int_equal(unit_active_state(m, b), UNIT_ACTIVE);
        assert_int_equal(unit_merge(m, a, b), 0);
        assert_int_equal(unit_choose_id(m, a, ID("b.service")), 0);
        assert_string_equal(unit_name(m, a), "b.service");
#undef ID
}

/* Templates as names mean the instance that the unit is. */
static void test_template_names(void **state) {
        g_autoptr(Fixture) f = fixture_new(
                "257", ACTOR("a", "  After=x@1.service y@1.service z@2.service\n",
                             "") "unit y@.service\n  [Service]\n  ExecStart=true\n"
                                 "unit z@.service\n  [Service]\n  ExecStart=true\nstart a.service\n");
        Manager *m = f->manager;
        Unit *a, *x;

        (void) state;
        fixture_run(f);
#define ID(name) catalog_find_name(f->catalog, name)
        a = manager_get_unit(m, ID("a.service"));
        x = manager_get_unit(m, ID("x@1.service"));

        assert_int_equal(unit_add_name(m, a, ID("y@.service")), -EINVAL);
        assert_int_equal(unit_choose_id(m, a, ID("y@.service")), -EINVAL);
        assert_int_equal(unit_merge_by_name(m, a, ID("y@.service")), -EINVAL);
        assert_int_equal(unit_add_name(m, x, ID("z@.service")), -EINVAL);
        assert_int_equal(unit_add_name(m, x, ID("y@.service")), -EEXIST);
        assert_null(unit_new_for_name(m, ID("y@.service")));
        assert_null(unit_new_for_name(m, ID("a.service")));

        unit_free(m, manager_get_unit(m, ID("y@1.service")));
        assert_int_equal(unit_add_name(m, x, ID("y@.service")), 0);
        assert_ptr_equal(manager_get_unit(m, ID("y@1.service")), x);
        assert_int_equal(unit_choose_id(m, x, ID("y@.service")), 0);
        assert_string_equal(unit_name(m, x), "y@1.service");
#undef ID
}

/* unit.c:unit_add_dependency: what is left out and what is refused. */
static void test_dependencies(void **state) {
        g_autoptr(Fixture) f =
                fixture_new("257", ACTOR("a",
                                         "  After=b.service t.target dev-x.device s.slice u.target\n"
                                         "  Before=v.target w.target x.target y.target z.target\n",
                                         "") "start a.service\n");
        Manager *m = f->manager;
        Unit *a, *b, *t, *d, *s;

        (void) state;
        fixture_run(f);
#define UNIT(name) manager_get_unit(m, catalog_find_name(f->catalog, name))
        a = UNIT("a.service"), b = UNIT("b.service"), t = UNIT("t.target"), d = UNIT("dev-x.device");
        s = UNIT("s.slice");

        assert_int_equal(unit_add_dependency(m, a, UNIT_WANTS, a, true), 0);
        assert_int_equal(unit_add_dependency(m, a, UNIT_BEFORE, d, true), 0);
        assert_int_equal(unit_add_dependency(m, d, UNIT_ON_FAILURE, b, true), 0);
        assert_int_equal(unit_add_dependency(m, a, UNIT_TRIGGERS, b, true), -EINVAL);
        assert_int_equal(unit_add_dependency(m, a, UNIT_TRIGGERED_BY, b, true), -EINVAL);
        assert_int_equal(unit_add_dependency(m, a, UNIT_IN_SLICE, b, true), -EINVAL);
        assert_int_equal(unit_add_dependency(m, t, UNIT_IN_SLICE, s, true), -EINVAL);
        assert_int_equal(unit_add_dependency(m, b, UNIT_SLICE_OF, a, true), -EINVAL);
        assert_int_equal(unit_add_dependency(m, s, UNIT_SLICE_OF, b, false), 1);
        assert_ptr_equal(unit_get_slice(m, b), s);
        assert_int_equal(unit_add_dependency(m, a, UNIT_WANTED_BY, b, false), 1);
        assert_int_equal(unit_add_dependency(m, b, UNIT_WANTS, a, false), 0);
        assert_int_equal(unit_add_dependency(m, b, UNIT_WANTS, a, true), 1);
        assert_true(unit_has_dependency(m, b, BIT(UNIT_REFERENCES), a));
        assert_true(unit_has_dependency(m, a, BIT(UNIT_REFERENCED_BY), b));
        assert_int_equal(unit_add_dependency(m, b, UNIT_JOINS_NAMESPACE_OF, a, true), 1);
        assert_true(unit_has_dependency(m, a, BIT(UNIT_JOINS_NAMESPACE_OF), b));
        assert_int_equal(unit_add_dependency(m, s, UNIT_REFERENCES, b, false), 1);
        assert_true(unit_has_dependency(m, b, BIT(UNIT_REFERENCED_BY), s));
        assert_int_equal(unit_add_dependency(m, a, UNIT_REFERENCED_BY, t, false), 1);
        assert_true(unit_has_dependency(m, t, BIT(UNIT_REFERENCES), a));
#undef UNIT
}

/* The templates in a unit's dependencies. */
static void test_templates(void **state) {
        static const Case cases[] = {
                { "an instance passes on what it is", ALL_VERSIONS,
                  "unit a@.service\n  [Unit]\n  Wants=b@%i.service\n  [Service]\n  ExecStart=/usr/bin/actor "
                  "a-%i\n"
                  "unit b@.service\n  [Service]\n  ExecStart=/usr/bin/actor b-%i\nstart a@x.service\n",
                  "a@x.service loaded active running main=a-x.1\nb@x.service loaded active running main=b-x.1",
                  NULL },
                { "also by .wants", ALL_VERSIONS,
                  "unit a@.service\n  [Service]\n  ExecStart=/usr/bin/actor a-%i\n"
                  "unit b@.service\n  [Service]\n  ExecStart=/usr/bin/actor b-%i\n"
                  "link a@.service.wants/b@.service ../b@.service\nstart a@x.service\n",
                  "a@x.service loaded active running main=a-x.1\nb@x.service loaded active running main=b-x.1",
                  NULL },
                { "an alias of a template", ALL_VERSIONS,
                  "unit a@.service\n  [Service]\n  ExecStart=/usr/bin/actor a-%i\nlink b@.service a@.service\n"
                  "start b@x.service\n",
                  "a@x.service loaded active running main=a-x.1\nb@x.service loaded active running main=a-x.1",
                  NULL },
        };

        (void) state;
        CASES_CHECK(cases);
}

/* unit.c:unit_set_slice. */
static void test_slice(void **state) {
        g_autoptr(Fixture) f =
                fixture_new("257", ACTOR("a",
                                         "  After=b.service x.slice y.slice t.target init.scope -.slice\n"
                                         "  Before=v.target w.target x.target y.target z.target\n",
                                         "") "start a.service\n");
        Manager *m = f->manager;

        (void) state;
        fixture_run(f);
#define UNIT(name) manager_get_unit(m, catalog_find_name(f->catalog, name))
        assert_int_equal(unit_set_slice(m, UNIT("t.target"), UNIT("x.slice")), -EOPNOTSUPP);
        assert_int_equal(unit_set_slice(m, UNIT("y.slice"), UNIT("x.slice")), -EINVAL);
        assert_int_equal(unit_set_slice(m, UNIT("a.service"), UNIT("x.slice")), -EBUSY);
        assert_int_equal(unit_set_slice(m, UNIT("b.service"), UNIT("a.service")), -EINVAL);
        assert_int_equal(unit_set_slice(m, UNIT("b.service"), UNIT("x.slice")), 1);
        assert_int_equal(unit_set_slice(m, UNIT("b.service"), UNIT("x.slice")), 0);
        assert_int_equal(unit_set_slice(m, UNIT("b.service"), UNIT("y.slice")), 1);
        assert_ptr_equal(unit_get_slice(m, UNIT("b.service")), UNIT("y.slice"));
        UNIT("b.service")->flags |= UNIT_CGROUP_REALIZED;
        assert_int_equal(unit_set_slice(m, UNIT("b.service"), UNIT("x.slice")), -EBUSY);
        UNIT("init.scope")->state = SCOPE_DEAD;
        assert_int_equal(unit_set_slice(m, UNIT("init.scope"), UNIT("x.slice")), -EPERM);
#undef UNIT
}

static void test_job_modes(void **state) {
        static const Case cases[] = {
                { "isolating is for one unit", ALL_VERSIONS,
                  ACTOR("a", "  OnFailure=b.target c.target\n  OnFailureJobMode=isolate\n", "")
                          KEEP("a.service"),
                  BAD, NULL },
                { "one", ALL_VERSIONS,
                  ACTOR("a", "  OnFailure=b.target\n  OnFailureJobMode=isolate\n", "") KEEP("a.service"), GOOD,
                  NULL },
        };

        (void) state;
        CASES_CHECK(cases);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_load_states),
                cmocka_unit_test(test_service_verify),
                cmocka_unit_test(test_guessed_type),
                cmocka_unit_test(test_bus_name),
                cmocka_unit_test(test_other_types),
                cmocka_unit_test(test_files_of_all_types),
                cmocka_unit_test(test_default_dependencies),
                cmocka_unit_test(test_merge),
                cmocka_unit_test(test_refused_names),
                cmocka_unit_test(test_template_names),
                cmocka_unit_test(test_dependencies),
                cmocka_unit_test(test_templates),
                cmocka_unit_test(test_slice),
                cmocka_unit_test(test_job_modes),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
