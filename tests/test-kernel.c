/* SPDX-License-Identifier: MIT */

/* Processes, signals, cgroups and the programs of a scenario. */

#include <signal.h>

#include "cases.h"

static Pid find_process(Fixture *f, const char *tag) {
        return kernel_find_tag(f->manager, catalog_find_text(f->catalog, tag));
}

static Process *process(Fixture *f, Pid pid) {
        return f->manager->processes + pid - 1;
}

#define THREE                                                                                                   \
        ACTOR("a", "", "")                                                                                      \
        ACTOR("b", "", "")                                                                                      \
        ACTOR("c", "", "  Slice=x-y.slice\n") "start a.service\nstart b.service\nstart c.service\n"

static void test_processes(void **state) {
        g_autoptr(Fixture) f = fixture_new("257", THREE "fork a child\n");
        Manager *m = f->manager;
        Pid a, child;

        (void) state;
        fixture_run(f);
        a = find_process(f, "a"), child = find_process(f, "child");
        assert_true(a > 0 && child > 0);
        assert_int_equal(process(f, child)->parent, a);
        assert_false(process(f, child)->flags & PROCESS_IS_CHILD);
        assert_true(kernel_process_alive(m, a));
        assert_true(kernel_process_exists(m, a));
        assert_false(kernel_process_alive(m, 0));
        assert_false(kernel_process_exists(m, 0));

        /* The dead are zombies until they are reaped; their children are PID 1's. */
        kernel_exit(m, a, CODE_EXITED, 7);
        assert_false(kernel_process_alive(m, a));
        assert_true(kernel_process_exists(m, a));
        assert_int_equal(kernel_peek_zombie(m), a);
        assert_int_equal(process(f, child)->parent, 0);
        assert_true(process(f, child)->flags & PROCESS_IS_CHILD);
        assert_false(kernel_signal(m, a, SIGKILL));
        assert_int_equal(find_process(f, "a"), 0);
        assert_true(m->world->flags & WORLD_SIGNAL);

        /* The second death changes nothing. */
        kernel_exit(m, a, CODE_EXITED, 8);
        assert_int_equal(process(f, a)->exit_status, 7);
}

/* A process whose parent is not PID 1 leaves nothing behind. */
static void test_grandchildren(void **state) {
        g_autoptr(Fixture) f = fixture_new("257", THREE "fork a child\n");
        Pid child;

        (void) state;
        fixture_run(f);
        child = find_process(f, "child");
        kernel_exit(f->manager, child, CODE_EXITED, 0);
        assert_false(kernel_process_exists(f->manager, child));
        assert_int_equal(kernel_peek_zombie(f->manager), 0);
}

static void test_zombies_by_age(void **state) {
        g_autoptr(Fixture) f = fixture_new("257", THREE);
        Pid a, b, c;

        (void) state;
        fixture_run(f);
        a = find_process(f, "a"), b = find_process(f, "b"), c = find_process(f, "c");
        kernel_exit(f->manager, c, CODE_EXITED, 0);
        kernel_exit(f->manager, b, CODE_EXITED, 0);
        assert_int_equal(kernel_peek_zombie(f->manager), b);
        kernel_exit(f->manager, a, CODE_EXITED, 0);
        assert_int_equal(kernel_peek_zombie(f->manager), a);
        kernel_reap(f->manager, a);
        assert_int_equal(kernel_peek_zombie(f->manager), b);
}

static void test_newest_with_tag(void **state) {
        static const Case cases[] = {
                { "each process has a number of its own", ALL_VERSIONS,
                  "unit a.service\n  [Service]\n  ExecStart=/usr/bin/actor x\nunit b.service\n  [Service]\n"
                  "  ExecStart=/usr/bin/actor x\nstart a.service\nstart b.service\nexit x 0\n",
                  "a.service loaded active running main=x.1\nb.service not-loaded", NULL },
                { "a signal", ALL_VERSIONS, ACTOR("a", "", "") "start a.service\nsignal a 9\n",
                  "a.service loaded failed failed", NULL },
                { "nobody is hit", ALL_VERSIONS, ACTOR("a", "", "") "start a.service\nexit a 0\nexit a 0\n",
                  "a.service not-loaded", NULL },
        };

        (void) state;
        CASES_CHECK(cases);
}

/* The dead are dead to those who look for their pid, and no new process takes it while a unit names it. */
static void test_pids_are_kept(void **state) {
        g_autoptr(Fixture) f = fixture_new("257", THREE "fork b x\n");
        Manager *m = f->manager;
        Unit *u;
        Pid b, next;

        (void) state;
        fixture_run(f);
        b = find_process(f, "b");
        u = manager_get_unit(m, catalog_find_name(f->catalog, "b.service"));
        kernel_exit(m, b, CODE_EXITED, 0);
        kernel_reap(m, b);
        assert_int_equal(u->service.main_pid, b);
        next = kernel_fork(m, find_process(f, "x"), catalog_find_text(f->catalog, "x"));
        assert_true(next > 0);
        assert_int_not_equal(next, b);
}

static void test_signals(void **state) {
        static const struct {
                const char *settings;
                int signal;
                bool alive, may_exit;
                uint8_t code;
                /* clang-format off */
        } cases[] = {
                { "  ExecStart=/usr/bin/actor a\n",                SIGTERM, true,  false, 0           },
                { "  ExecStart=/usr/bin/actor a\n",                SIGHUP,  true,  false, 0           },
                { "  ExecStart=/usr/bin/actor a\n",                SIGKILL, false, false, CODE_KILLED },
                { "  ExecStart=/usr/bin/actor a\n",                SIGABRT, false, false, CODE_KILLED },
                { "  ExecStart=/usr/bin/actor a\n",                SIGCONT, true,  false, 0           },
                { "  ExecStart=/usr/bin/actor a --exit-on-term\n", SIGTERM, false, false, CODE_EXITED },
                { "  ExecStart=/usr/bin/actor a --exit-on-term\n", SIGINT,  false, false, CODE_KILLED },
                { "  ExecStart=/usr/sbin/a\n",                     SIGTERM, true,  true,  0           },
                { "  ExecStart=/usr/sbin/a\n",                     SIGINT,  true,  true,  0           },
                { "  ExecStart=/usr/sbin/a\n",                     SIGHUP,  true,  false, 0           },
                { "  ExecStart=/usr/sbin/a\n",                     SIGUSR1, false, false, CODE_KILLED },
                { "  ExecStart=/usr/sbin/a\n  KillSignal=SIGUSR1\n", SIGUSR1, true, true, 0           },
                { "  ExecStart=/usr/sbin/a\n",                     SIGSEGV, false, false, CODE_KILLED },
                { "  ExecStart=/usr/sbin/a\n",                     SIGWINCH, true, false, 0           },
        };
        /* clang-format on */

        (void) state;

        for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
                g_autofree char *text = g_strconcat("unit a.service\n  [Service]\n", cases[i].settings,
                                                    "start a.service\n", NULL);
                g_autoptr(Fixture) f = fixture_new("257", text);
                Pid pid;

                fixture_run(f);
                pid = find_process(f, "a");
                assert_true(kernel_signal(f->manager, pid, cases[i].signal));
                assert_int_equal(kernel_process_alive(f->manager, pid), cases[i].alive);
                assert_int_equal(kernel_oldest_exiting(f->manager), cases[i].may_exit ? pid : 0);
                if (!cases[i].alive)
                        assert_int_equal(process(f, pid)->exit_code, cases[i].code);
        }
}

/* What real programs do: docs/scenario-language.md. */
static void test_programs(void **state) {
        static const Case cases[] = {
                { "a daemon", ALL_VERSIONS,
                  "unit a.service\n  [Service]\n  ExecStart=/usr/sbin/a -f\nstart a.service\n",
                  "a.service loaded active running main=a.1", NULL },
                { "one that is stopped", ALL_VERSIONS,
                  "unit a.service\n  [Service]\n  ExecStart=/usr/sbin/a -f\nstart a.service\nstop a.service\n",
                  "a.service not-loaded", NULL },
                { "one that says that it is ready", ALL_VERSIONS,
                  "unit a.service\n  [Service]\n  Type=notify\n  ExecStart=/usr/sbin/a\nstart a.service\n",
                  "a.service loaded active running main=a.1", NULL },
                { "one that reloads when it is told to", SINCE_254,
                  "unit a.service\n  [Service]\n  Type=notify-reload\n  ExecStart=/usr/sbin/a\nstart a.service\n"
                  "reload a.service\n",
                  "a.service loaded active running main=a.1", NULL },
                { "one with a D-Bus name", ALL_VERSIONS,
                  "unit a.service\n  [Service]\n  Type=dbus\n  BusName=org.a\n  ExecStart=/usr/sbin/a\nstart "
                  "a.service\n",
                  "a.service loaded active running main=a.1", NULL },
                { "one that forks", ALL_VERSIONS,
                  "unit a.service\n  [Service]\n  Type=forking\n  ExecStart=/usr/sbin/a\nstart a.service\n",
                  "a.service loaded active running main=a.2", NULL },
                { "one that forks and says so", ALL_VERSIONS,
                  "unit a.service\n  [Service]\n  Type=forking\n  PIDFile=/run/a.pid\n  ExecStart=/usr/sbin/a\n"
                  "start a.service\n",
                  "a.service loaded active running main=a.2", NULL },
                { "all the rest ends at once", ALL_VERSIONS,
                  "unit a.service\n  [Service]\n  ExecStartPre=/bin/pre\n  ExecStart=/usr/sbin/a\n  "
                  "ExecStartPost=/bin/post\n"
                  "  ExecReload=/bin/reload\nstart a.service\nreload a.service\n",
                  "a.service loaded active running main=a.1", NULL },
                { "a oneshot", ALL_VERSIONS,
                  "unit a.service\n  [Service]\n  Type=oneshot\n  RemainAfterExit=yes\n  ExecStart=/usr/sbin/a\n"
                  "start a.service\n",
                  "a.service loaded active exited", NULL },
                { "true and false", ALL_VERSIONS,
                  "unit a.service\n  [Service]\n  Type=oneshot\n  RemainAfterExit=yes\n  "
                  "ExecStart=/usr/bin/true\n"
                  "unit b.service\n  [Service]\n  Type=oneshot\n  ExecStart=/bin/false\nstart a.service\nstart "
                  "b.service\n",
                  "a.service loaded active exited\nb.service loaded failed failed", NULL },
                { "an actor that is ready at once", ALL_VERSIONS,
                  "unit a.service\n  [Service]\n  Type=notify\n  ExecStart=/usr/bin/actor a --ready\nstart "
                  "a.service\n",
                  "a.service loaded active running main=a.1", NULL },
                { "one that may not say so", ALL_VERSIONS,
                  "unit a.service\n  [Service]\n  Type=notify\n  ExecStartPre=/usr/bin/actor p --ready\n"
                  "  ExecStart=/usr/bin/actor a\nstart a.service\nexit p 0\n",
                  "a.service loaded activating start job=start main=a.1", NULL },
                { "a name that goes away", ALL_VERSIONS,
                  "unit a.service\n  [Service]\n  Type=dbus\n  BusName=org.a\n  ExecStart=/usr/bin/actor a "
                  "--exit-on-term\n"
                  "start a.service\nown-name a org.a\nfork a b\nown-name b org.a\nexit b 0\n",
                  "a.service down", NULL },
        };

        (void) state;
        CASES_CHECK(cases);
}

static CGroupPath path_of(Fixture *f, const char *name, const char *slice) {
        return (CGroupPath) { catalog_find_name(f->catalog, name),
                              slice ? catalog_find_name(f->catalog, slice) : ID_NONE };
}

static void test_cgroups(void **state) {
        g_autoptr(Fixture) f =
                fixture_new("257", THREE ACTOR("k", "  After=-.slice x.slice system.slice z.slice xy.slice\n",
                                               "") "start k.service\n");
        const struct {
                const char *outer, *outer_slice, *inner, *inner_slice;
                bool expected;
        } cases[] = {
                { "a.service", NULL, "a.service", NULL, true },
                { "a.service", NULL, "b.service", NULL, false },
                { "a.service", NULL, "a.service", "x.slice", false },
                { "system.slice", NULL, "a.service", NULL, true },
                { "-.slice", NULL, "a.service", NULL, true },
                { "x.slice", NULL, "c.service", "x-y.slice", true },
                { "x-y.slice", NULL, "c.service", "x-y.slice", true },
                { "xy.slice", NULL, "c.service", "x-y.slice", false },
                { "x.slice", NULL, "x-y.slice", NULL, true },
                { "x-y.slice", NULL, "x.slice", NULL, false },
                { "z.slice", NULL, "c.service", "x-y.slice", false },
        };
        const CGroupPath none = { ID_NONE, ID_NONE };
        char text[64], tiny[8];

        (void) state;
        fixture_run(f);

        for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
                assert_int_equal(cgroup_path_contains(f->catalog,
                                                      path_of(f, cases[i].outer, cases[i].outer_slice),
                                                      path_of(f, cases[i].inner, cases[i].inner_slice)),
                                 cases[i].expected);
        assert_false(cgroup_path_contains(f->catalog, none, path_of(f, "a.service", NULL)));

        cgroup_path_to_string(f->catalog, path_of(f, "c.service", "x-y.slice"), text, sizeof(text));
        assert_string_equal(text, "/x.slice/x-y.slice/c.service");
        cgroup_path_to_string(f->catalog, path_of(f, "x-y.slice", NULL), text, sizeof(text));
        assert_string_equal(text, "/x.slice/x-y.slice");
        cgroup_path_to_string(f->catalog, path_of(f, "a.service", NULL), text, sizeof(text));
        assert_string_equal(text, "/system.slice/a.service");
        cgroup_path_to_string(f->catalog, path_of(f, "a.service", "-.slice"), text, sizeof(text));
        assert_string_equal(text, "/a.service");
        cgroup_path_to_string(f->catalog, none, text, sizeof(text));
        assert_string_equal(text, "");
        cgroup_path_to_string(f->catalog, path_of(f, "a.service", NULL), tiny, sizeof(tiny));
        assert_string_equal(tiny, "");

        assert_true(kernel_cgroup_populated(f->manager, path_of(f, "c.service", "x-y.slice")));
        assert_true(kernel_cgroup_populated(f->manager, path_of(f, "x.slice", NULL)));
        assert_false(kernel_cgroup_populated(f->manager, path_of(f, "z.slice", NULL)));
        assert_true(kernel_cgroup_populated(f->manager, path_of(f, "system.slice", NULL)));
        assert_false(kernel_cgroup_populated(f->manager, none));

        assert_int_equal(kernel_cgroup_single(f->manager, path_of(f, "c.service", "x-y.slice")),
                         find_process(f, "c"));
        assert_int_equal(kernel_cgroup_single(f->manager, path_of(f, "system.slice", NULL)), 0);
        assert_int_equal(kernel_cgroup_single(f->manager, path_of(f, "z.slice", NULL)), 0);
}

/* lookup_paths_timestamp_hash_same(): a file in a folder that is there already is not noticed. */
static void test_disk(void **state) {
        static const struct {
                const char *change;
                bool noticed;
        } cases[] = {
                { "unit b.service\n  [Service]\n  ExecStart=true\n", true },
                { "unit /usr/lib/systemd/system/b.service\n  [Service]\n  ExecStart=true\n", true },
                { "rm a.service\n", true },
                { "unit b.service.d/x.conf\n  [Unit]\n", true },
                { "unit a.service.d/y.conf\n  [Unit]\n", false },
                { "rm a.service.d/x.conf\n", true },
                { "unit /etc/outside\n  [Unit]\n", false },
        };

        (void) state;

        for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
                g_autofree char *text =
                        g_strconcat(ACTOR("a", "  After=b.service\n", "") "unit a.service.d/x.conf\n  [Unit]\n"
                                                                          "start a.service\n",
                                    cases[i].change, NULL);
                g_autoptr(Fixture) f = fixture_new("257", text);
                const Unit *b;

                fixture_run(f);
                b = manager_get_unit(f->manager, catalog_find_name(f->catalog, "b.service"));
                assert_int_equal((b->flags & UNIT_NOT_FOUND_STALE) != 0, cases[i].noticed);
        }
}

/* Without room for one more the run goes on and is no proof of anything. */
static void test_limits(void **state) {
        g_autoptr(Fixture) f = fixture_new("257", ACTOR("a", "", "") "start a.service\nnotify a READY=1\n");
        Manager *m = f->manager;
        TextId tag;
        Pid a;

        (void) state;
        fixture_run(f);
        tag = catalog_find_text(f->catalog, "a");
        a = find_process(f, "a");
        assert_false(m->world->flags & WORLD_LIMIT);

        kernel_notify(m, a, ID_NONE);
        assert_int_equal(m->world->n_messages, 0);

        for (size_t i = 0; i <= f->layout.n_messages; i++)
                kernel_notify(m, a, tag);
        assert_true(m->world->flags & WORLD_LIMIT);
        assert_int_equal(m->world->n_messages, f->layout.n_messages);

        m->world->flags &= (uint16_t) ~WORLD_LIMIT;
        m->world->n_messages = 0;
        for (size_t i = 0; i < f->layout.n_processes; i++)
                (void) kernel_fork(m, a, tag);
        assert_true(m->world->flags & WORLD_LIMIT);
        assert_int_equal(kernel_fork(m, a, tag), 0);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_processes),      cmocka_unit_test(test_grandchildren),
                cmocka_unit_test(test_zombies_by_age), cmocka_unit_test(test_newest_with_tag),
                cmocka_unit_test(test_pids_are_kept),  cmocka_unit_test(test_signals),
                cmocka_unit_test(test_programs),       cmocka_unit_test(test_cgroups),
                cmocka_unit_test(test_disk),           cmocka_unit_test(test_limits),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
