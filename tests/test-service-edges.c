/* SPDX-License-Identifier: MIT */

/* What goes wrong around a service: no process can be made, PID files of others, a stream that says strange
 * things. */

#include "model/stream.h"
#include "service-cases.h"

static Unit *find_service(Fixture *f) {
        Unit *u = manager_get_unit(f->manager, catalog_find_name(f->catalog, "a.service"));

        assert_non_null(u);
        return u;
}

/* No pid is left: fork() fails from now on. */
static void exhaust_pids(Fixture *f) {
        for (size_t i = 0; i < f->layout.n_processes; i++)
                if (f->manager->processes[i].state == PROCESS_NONE) {
                        f->manager->processes[i].state = PROCESS_RUNNING;
                        f->manager->processes[i].parent = UINT16_MAX;
                }
}

/* Each state has its own idea of what to do then. The last step fails; a.1 ignores SIGTERM, so its states show.
 */
static void test_fork_fails(void **state) {
        static const struct {
                const char *versions, *unit, *steps, *last, *expected;
        } table[] = {
                { ALL, "ExecCondition=/usr/bin/actor c\n" START_A, "", "start a.service",
                  "failed result=resources" },
                { ALL, "ExecStartPre=/usr/bin/actor c\n" START_A, "", "start a.service",
                  "failed result=resources" },
                { ALL, START_A, "", "start a.service", "failed result=resources" },
                { ALL, START_A "ExecStartPost=/usr/bin/actor c\n", "", "start a.service",
                  "failed result=resources" },
                { ALL, "Type=notify\n" START_A "ExecStartPost=/usr/bin/actor c\n", "start a.service\n",
                  "notify a READY=1", "stop-sigterm result=resources job=start main=a.1" },
                { ALL, "ExecStartPre=/usr/bin/actor c\nExecStartPre=/usr/bin/actor d\n" START_A,
                  "start a.service\n", "exit c 0", "failed result=resources" },
                { ALL, "Type=oneshot\n" START_A "ExecStart=/usr/bin/actor b\n", "start a.service\n", "exit a 0",
                  "failed result=resources" },
                { ALL, START_A "ExecReload=/usr/bin/actor c\n", "start a.service\n", "reload a.service",
                  "running reload=resources main=a.1" },
                { ALL, START_A "ExecReload=/usr/bin/actor c\nExecReload=/usr/bin/actor d\n",
                  "start a.service\nreload a.service\n", "exit c 0", "running reload=resources main=a.1" },
                { "262", START_A "ExecReload=/usr/bin/actor c\nExecReloadPost=/usr/bin/actor d\n",
                  "start a.service\nreload a.service\n", "exit c 0", "running reload=resources main=a.1" },
                { ALL, START_A "ExecStop=/usr/bin/actor c\n", "start a.service\n", "stop a.service",
                  "stop-sigterm result=resources job=stop main=a.1" },
                { ALL, START_A "ExecStop=/usr/bin/actor c\nExecStop=/usr/bin/actor d\n",
                  "start a.service\nstop a.service\n", "exit c 0",
                  "stop-sigterm result=resources job=stop main=a.1" },
                { ALL, START_A "ExecStopPost=/usr/bin/actor c\n", "start a.service\n", "exit a 0",
                  "failed result=resources" },
                { ALL, START_A "ExecStopPost=/usr/bin/actor c\nExecStopPost=/usr/bin/actor d\n",
                  "start a.service\nexit a 0\n", "exit c 0", "failed result=resources" },
        };

        (void) state;

        for (unsigned i = 0; i < G_N_ELEMENTS(table); i++) {
                g_auto(GStrv) versions = g_strsplit(table[i].versions, " ", -1);
                g_auto(GStrv) steps = g_strsplit(table[i].steps, "\n", -1);
                Case c = { "fork fails", ALL, table[i].unit };
                unsigned n = 0;

                for (; steps[n] && steps[n][0] != '\0'; n++)
                        c.steps[n].statement = steps[n];
                c.steps[n].statement = table[i].last;

                for (unsigned j = 0; versions[j]; j++) {
                        g_autofree char *scenario = case_scenario(&c, NULL), *is = NULL;
                        g_autoptr(Fixture) f = fixture_new(versions[j], scenario);
                        bool two = strstr(table[i].unit, "Type=") == NULL &&
                                   strstr(table[i].unit, "ExecStartPost=");

                        fixture_step(f, CASE_PREFIX + n);
                        exhaust_pids(f);
                        if (two) /* the main process is made, but not the one behind it */
                                f->manager->processes[0] = process_none;
                        fixture_step(f, 1);
                        is = describe_service(f, "a.service");
                        if (two)
                                assert_string_equal(is, "stop-sigterm result=resources job=start main=a.1");
                        else
                                assert_string_equal(is, table[i].expected);
                        assert_true(f->world->flags & WORLD_LIMIT);
                }
        }
}

#define OTHER(settings)                                                                                         \
        "unit b.service\n  [Service]\n  Type=forking\n  " settings                                              \
        "PIDFile=/run/a.pid\n  ExecStart=/usr/sbin/daemon"
#define FIRST "Type=forking\nPIDFile=/run/a.pid\nExecStart=/usr/bin/actor first\n"

static void test_pid_file_of_others(void **state) {
        static const Case cases[] = {
                { "it is written late, by whomever", ALL, FIRST, .fragile = true,
                  .steps = { { OTHER("") },
                             { "start a.service", "start job=start control=first.1" },
                             { "fork first a" },
                             { "exit first 0", "start job=start", "a.1" },
                             { "start b.service", "running main=b.2" } } },
                { "after a reload nobody looks", ALL, FIRST, .fragile = true,
                  .steps = { { OTHER("") },
                             { "start a.service", "start job=start control=first.1" },
                             { "fork first a" },
                             { "exit first 0", "start job=start" },
                             { "daemon-reload", "start job=start" },
                             { "start b.service", "start job=start" } } },
                { "the main process moved", ALL,
                  "Type=forking\nPIDFile=/run/a.pid\nExecStart=/usr/sbin/daemon\n", .fragile = true,
                  .steps = { { OTHER("") },
                             { "start a.service", "running main=a.2" },
                             { "start b.service", "running main=a.2" },
                             { "signal a 9", "running main=b.2", "b.2" } } },
                { "it names a process that is gone", ALL, FIRST, .fragile = true,
                  .steps = { { OTHER("RemainAfterExit=yes\n  ") },
                             { "start b.service" },
                             { "signal b 15" },
                             { "start a.service", "start job=start control=first.1", "first.1" },
                             { "fork first a" },
                             { "exit first 0", "start job=start" } } },
                { "it has the file already", ALL, FIRST, .fragile = true,
                  .steps = { { OTHER("RemainAfterExit=yes\n  ") },
                             { "start b.service" },
                             { "start a.service", "start job=start control=first.1" },
                             { "exit first 0", "running main=b.2" } } },
                { "all are gone while Post waits for it", ALL,
                  "ExitType=cgroup\nNotifyAccess=all\n" FIRST "ExecStartPost=/usr/bin/actor post\n",
                  .fragile = true,
                  .steps = { { "start a.service", "start job=start control=first.1" },
                             { "fork first a" },
                             { "fork first b" },
                             { "exit first 0", "start-post job=start control=post.1" },
                             { "notify a MAINPID=a", "start-post job=start main=a.1 control=post.1" },
                             { "exit post 0", "start-post job=start main=a.1" },
                             { "exit a 0", "start-post job=start", "b.1" },
                             { "exit b 0", "failed result=protocol" } } },
                { "all are gone, the main one was never a child of PID 1", ALL, "NotifyAccess=all\n" FIRST,
                  .fragile = true,
                  .steps = { { "start a.service", "start job=start control=first.1" },
                             { "fork first p" },
                             { "fork p b" },
                             { "notify first MAINPID=b", "start job=start main=b.1 control=first.1" },
                             { "exit first 0", "start job=start main=b.1", "b.1 p.1" },
                             { "exit b 0", "start job=start main=b.1", "p.1" },
                             { "exit p 0", "failed result=protocol" } } },
        };

        (void) state;
        RUN_CASES(cases);
}

static void test_other_ways(void **state) {
        static const Case cases[] = {
                { "KillMode=none without a cgroup", ALL,
                  "Type=oneshot\nRemainAfterExit=yes\nKillMode=none\n" START_A,
                  .steps = { { "start a.service", "start job=start main=a.1" },
                             { "exit a 0", "exited", "" },
                             { "stop a.service", "dead" } } },
                { "Pre speaks", ALL,
                  "Type=notify\nNotifyAccess=all\nExecStartPre=/usr/bin/actor pre --ready\n" START_A,
                  .steps = { { "start a.service", "start-pre job=start control=pre.1" },
                             { "exit pre 0", "start job=start main=a.1" } } },
                { "Pre may not", ALL, "Type=notify\nExecStartPre=/usr/bin/actor pre --ready\n" START_A,
                  .steps = { { "start a.service", "start-pre job=start control=pre.1" },
                             { "exit pre 0", "start job=start main=a.1" } } },
                { "a start of what starts, whose job is gone", ALL,
                  "[Unit]\nJobTimeoutSec=10\n[Service]\nType=notify\n" START_A,
                  .steps = { { "start a.service", "start job=start main=a.1" },
                             { "elapse a.service job", "start main=a.1" },
                             { "start a.service", "start job=start main=a.1" },
                             { "notify a READY=1", "running main=a.1" } } },
                { "descriptors are pinned until the file says otherwise", "254 255 257 262",
                  "FileDescriptorStoreMax=2\nFileDescriptorStorePreserve=yes\n" START_A, .fragile = true,
                  .steps = { { "start a.service", "running main=a.1" },
                             { "notify a FDSTORE=1", "running fds=1 main=a.1" },
                             { "exit a 0", "dead-resources-pinned fds=1" },
                             { "unit a.service\n  [Service]\n  FileDescriptorStoreMax=2\n  " START_A },
                             { "daemon-reload", "dead" } } },
                { "a unit that needs nothing else and has no file", ALL, START_A, .fragile = true,
                  .steps = { { "rm a.service" },
                             { "daemon-reload" },
                             { "start a.service", "dead not-found" } } },
                { "a restart that cannot be queued", ALL, "Restart=always\nRestartSec=1h\n" START_A,
                  .fragile = true,
                  .steps = { { "start a.service", "running main=a.1" },
                             { "exit a 1", "auto-restart result=exit-code" },
                             { "rm a.service" },
                             /* RestartSec= is gone with the file, and its default is long over (measured). */
                             { "daemon-reload", "failed not-found result=exit-code" } } },
        };

        (void) state;
        RUN_CASES(cases);
}

/* Upholds= and StopWhenUnneeded= leave a unit alone that will come back by itself. */
static void test_will_restart(void **state) {
        static const char *const versions[] = { "252", "254", "257", "262" };

        (void) state;

        for (unsigned i = 0; i < G_N_ELEMENTS(versions); i++) {
                g_autoptr(Fixture) f = fixture_new(versions[i], "unit a.service\n"
                                                                "  [Service]\n"
                                                                "  Restart=always\n"
                                                                "  RestartSec=1h\n"
                                                                "  ExecStart=/usr/bin/actor a\n"
                                                                "unit b.service\n"
                                                                "  [Unit]\n"
                                                                "  StopWhenUnneeded=yes\n"
                                                                "  [Service]\n"
                                                                "  ExecStart=/usr/bin/actor b --exit-on-term\n"
                                                                "unit z.target\n"
                                                                "  [Unit]\n"
                                                                "  Upholds=a.service\n"
                                                                "unit y.service\n"
                                                                "  [Unit]\n"
                                                                "  Wants=b.service\n"
                                                                "  [Service]\n"
                                                                "  Restart=always\n"
                                                                "  RestartSec=1h\n"
                                                                "  ExecStart=/usr/bin/actor y\n"
                                                                "start z.target\n"
                                                                "start y.service\n"
                                                                "exit a 1\n"
                                                                "exit y 1\n");

                fixture_run(f);
                assert_unit(f, "a.service", "loaded activating auto-restart");
                assert_unit(f, "b.service", "loaded active running main=b.1");
                assert_unit(f, "y.service", "loaded activating auto-restart");
        }
}

/* The pipe of Type=exec survives a reload, but not that it was about to close: the service starts for ever. Here
 * the program is executed at once, so the flags are set by hand. */
static void test_exec_pipe_after_reload(void **state) {
        static const char *const versions[] = { "252", "257", "262" };

        (void) state;

        for (unsigned i = 0; i < G_N_ELEMENTS(versions); i++) {
                g_autoptr(Fixture) f = fixture_new(versions[i], "unit a.service\n"
                                                                "  [Service]\n"
                                                                "  Type=notify\n"
                                                                "  ExecStart=/usr/bin/actor a\n"
                                                                "start a.service\n"
                                                                "unit a.service\n"
                                                                "  [Service]\n"
                                                                "  Type=exec\n"
                                                                "  ExecStart=/usr/bin/actor a\n");

                fixture_run(f);
                find_service(f)->service.flags |= SERVICE_EXEC_FD | SERVICE_EXEC_FD_HOT;
                manager_reload(f->manager);
                assert_int_equal(find_service(f)->service.type, SERVICE_EXEC);
                assert_int_equal(find_service(f)->service.flags & (SERVICE_EXEC_FD | SERVICE_EXEC_FD_HOT),
                                 SERVICE_EXEC_FD);

                manager_settle(f->manager, 1000);
                assert_unit(f, "a.service", "loaded activating start job=start main=a.1");
                assert_false(find_service(f)->service.flags & SERVICE_EXEC_FD);
        }
}

/* service_spawn_internal() asserts that there is no pipe: KillMode=none leads straight to the next command. */
static void test_exec_pipe_in_the_way(void **state) {
        g_autoptr(Fixture) f = fixture_new("257", "unit a.service\n"
                                                  "  [Service]\n"
                                                  "  Type=notify\n"
                                                  "  KillMode=none\n"
                                                  "  ExecStart=/usr/bin/actor a\n"
                                                  "  ExecStopPost=/bin/true\n"
                                                  "start a.service\n");
        g_autofree char *is = NULL;
        Unit *u;

        (void) state;

        fixture_run(f);
        u = find_service(f);
        u->service.flags |= SERVICE_EXEC_FD;
        (void) unit_stop(f->manager, u);
        is = describe_service(f, "a.service");
        assert_string_equal(is, "crashed other");
}

static Fixture *fixture_loaded(const char *version) {
        Fixture *f = fixture_new(version, "unit a.service\n"
                                          "  [Service]\n"
                                          "  ExecStartPre=/usr/bin/actor pre\n"
                                          "  ExecStart=/usr/bin/actor a\n"
                                          "unit z.target\n"
                                          "  [Unit]\n"
                                          "  After=a.service\n"
                                          "start z.target\n");

        fixture_run(f);
        return f;
}

/* Returns whether anybody reads such a key. */
static bool apply_item(Fixture *f, Unit *u, const char *key, const char *value) {
        const StreamKey *keys;
        size_t n;

        keys = service_stream_keys(&n);
        for (size_t i = 0; i < n; i++)
                if (strcmp(keys[i].key, key) == 0) {
                        keys[i].read(f->manager, u, value, keys[i].argument);
                        return true;
                }

        return false;
}

/* What a reader does not understand leaves everything as it was. */
static void test_stream_items_refused(void **state) {
        static const struct {
                const char *key, *value;
        } items[] = {
                { "state", "sleeping" },
                { "state", "" },
                { "result", "success" },
                { "result", "x" },
                { "reload-result", "x" },
                { "main-pid", "x" },
                { "control-pid", "-1" },
                { "main-pid-known", "maybe" },
                { "bus-name-good", "" },
                { "n-restarts", "-3" },
                { "fd-store-fd", "x" },
                { "fd-store-fd", "40 \"stored\" 1" }, /* there is no room */
                { "exec-fd", "x" },
                { "main-exec-status-pid", "x" },
                { "main-exec-status-pid", "0" },
                { "main-exec-status-exit", "x" },
                { "main-exec-status-exit", "0 0" },
                { "main-exec-status-handoff", "0 0" },
                { "main-exec-status-code", "256" },
                { "main-exec-status-status", "x" },
                { "watchdog-original-usec", "x" },
                { "watchdog-override-usec", "x" },
                { "watchdog-timestamp", "x" },
                { "reload-begin-usec", "x" },
                { "notify-access-override", "some" },
                { "notify-state", "sleeping" },
                { "main-command", "ExecStart" },
                { "main-command", "ExecNothing 0 /usr/bin/actor \"/usr/bin/actor\" \"a\"" },
                { "main-command", "ExecStart 0" },
                { "main-command", "ExecStart x /usr/bin/actor \"/usr/bin/actor\" \"a\"" },
                { "main-command", "ExecStart 0 /usr/bin/actor \"/usr/bin/actor\" \"b\"" },
                { "control-command", "ExecStartPreeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee 0 /x" },
        };

        (void) state;

        for (unsigned i = 0; i < G_N_ELEMENTS(items); i++) {
                g_autoptr(Fixture) f = fixture_loaded("262");
                Unit *u = find_service(f), before = *u;

                assert_true(apply_item(f, u, items[i].key, items[i].value));
                if (memcmp(u, &before, sizeof(before)) != 0)
                        fail_msg("%s=%s changes something", items[i].key, items[i].value);
        }
}

/* Keys that a version does not have mean nothing to it. */
static void test_stream_items_by_version(void **state) {
        static const struct {
                const char *key, *value, *versions; /* those that know it */
        } items[] = {
                { "notify-access-override", "all", "254 255 257 262" },
                { "notify-state", "reloading", "262" },
                { "reload-begin-usec", "5", "254 255 257 262" },
                { "flush-n-restarts", "yes", "252 254 255" },
                { "state", "reload-post", "262" },
                { "state", "running-revalidating", "262" },
                { "state", "mounting", "257 262" },
                { "state", "reload-notify", "254 255 257 262" },
                { "state", "auto-restart-queued", "254 255 257 262" },
                { "state", "dead-resources-pinned", "254 255 257 262" },
                { "state", "cleaning", ALL },
                { "exec-fd", "41", ALL },
                { "status-text", "hello", ALL },
        };
        g_auto(GStrv) versions = g_strsplit(ALL, " ", -1);

        (void) state;

        for (unsigned i = 0; i < G_N_ELEMENTS(items); i++)
                for (unsigned j = 0; versions[j]; j++) {
                        g_autoptr(Fixture) f = fixture_loaded(versions[j]);
                        Unit *u = find_service(f), before = *u;
                        bool knows = strstr(items[i].versions, versions[j]);

                        assert_true(apply_item(f, u, items[i].key, items[i].value));
                        if ((memcmp(u, &before, sizeof(before)) != 0) != knows)
                                fail_msg("%s=%s in %s", items[i].key, items[i].value, versions[j]);
                }
}

/* What is there is overwritten, but a failure by no success, and since 257 no pid by another one. */
static void test_stream_items_overwrite(void **state) {
        g_autoptr(Fixture) f = fixture_loaded("257");
        Unit *u = find_service(f);

        (void) state;

        assert_true(apply_item(f, u, "result", "timeout"));
        (void) apply_item(f, u, "result", "success");
        assert_int_equal(u->service.result, SERVICE_FAILURE_TIMEOUT);

        (void) apply_item(f, u, "main-exec-status-exit", "5 5");
        assert_true(u->service.flags & SERVICE_MAIN_STATUS_EXITED);
        (void) apply_item(f, u, "main-exec-status-exit", "0 0");
        assert_false(u->service.flags & SERVICE_MAIN_STATUS_EXITED);

        (void) apply_item(f, u, "watchdog-timestamp", "5 5");
        assert_true(u->service.flags2 & SERVICE_WATCHDOG_TIMESTAMP);
        (void) apply_item(f, u, "watchdog-timestamp", "0 0");
        assert_false(u->service.flags2 & SERVICE_WATCHDOG_TIMESTAMP);

        (void) apply_item(f, u, "watchdog-override-usec", "0");
        assert_true(u->service.flags2 & SERVICE_WATCHDOG_OVERRIDE_NONE);
        (void) apply_item(f, u, "watchdog-override-usec", "7");
        assert_false(u->service.flags2 & SERVICE_WATCHDOG_OVERRIDE_NONE);

        (void) apply_item(f, u, "main-pid-known", "yes");
        assert_true(u->service.flags & SERVICE_MAIN_PID_KNOWN);
        (void) apply_item(f, u, "main-pid-known", "no");
        assert_false(u->service.flags & SERVICE_MAIN_PID_KNOWN);

        assert_false(apply_item(f, u, "no-such-key", "1"));
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_fork_fails),
                cmocka_unit_test(test_pid_file_of_others),
                cmocka_unit_test(test_other_ways),
                cmocka_unit_test(test_will_restart),
                cmocka_unit_test(test_exec_pipe_after_reload),
                cmocka_unit_test(test_exec_pipe_in_the_way),
                cmocka_unit_test(test_stream_items_refused),
                cmocka_unit_test(test_stream_items_by_version),
                cmocka_unit_test(test_stream_items_overwrite),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
