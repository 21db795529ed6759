/* SPDX-License-Identifier: MIT */

/* The end of the main process and of the control process in every state, also in those that no scenario reaches:
 * service.c:service_sigchld_event. And the assertions, which are why PID 1 can die at all. */

#include "model/service.h"
#include "service-cases.h"

#define CRASH_M "crashed sigchld-main"
#define CRASH_C "crashed sigchld-control"

typedef struct Row {
        ServiceState state;
        const char *versions;
        const char *main_alone;    /* the main process ends, there is no control process */
        const char *main_first;    /* the same, there is one */
        const char *control_first; /* the control process ends, the main process lives */
        const char *control_alone; /* the same, the main process is gone */
} Row;

#define WAITS(s) "dead", s " control=c.1", s " main=a.1", "dead"

static const Row rows[] = {
        { SERVICE_DEAD, ALL, CRASH_M, CRASH_M, CRASH_C, CRASH_C },
        { SERVICE_CONDITION, ALL, CRASH_M, CRASH_M, "running main=a.2", "running main=a.2" },
        { SERVICE_START_PRE, ALL, CRASH_M, CRASH_M, "running main=a.2", "running main=a.2" },
        { SERVICE_START, ALL, "dead", "stop-sigterm", "start main=a.1", "start" },
        { SERVICE_START_POST, ALL, "dead", "start-post control=c.1", "running main=a.1", "dead" },
        { SERVICE_RUNNING, ALL, "dead", "stop-sigterm", CRASH_C, CRASH_C },
        { SERVICE_RUNNING_REVALIDATING, "262", "dead", "stop-sigterm", CRASH_C, CRASH_C },
        { SERVICE_EXITED, ALL, CRASH_M, CRASH_M, CRASH_C, CRASH_C },
        { SERVICE_REFRESH_EXTENSIONS, "262", "dead", "refresh-extensions control=c.1", "running main=a.1",
          "dead" },
        { SERVICE_REFRESH_CREDENTIALS, "262", "dead", "refresh-credentials control=c.1", "running main=a.1",
          "dead" },
        { SERVICE_RELOAD, ALL, "dead", "reload control=c.1", "running main=a.1", "dead" },
        { SERVICE_RELOAD_SIGNAL, "254 255 257", "dead", "reload-signal control=c.1", "running main=a.1",
          "dead" },
        { SERVICE_RELOAD_SIGNAL, "262", "dead", "reload-signal control=c.1", CRASH_C, CRASH_C },
        { SERVICE_RELOAD_NOTIFY, "254 255 257", "dead", "reload-notify control=c.1", "running main=a.1",
          "dead" },
        { SERVICE_RELOAD_NOTIFY, "262", "dead", "reload-notify control=c.1", CRASH_C, CRASH_C },
        { SERVICE_RELOAD_POST, "262", "dead", "reload-post control=c.1", "running main=a.1", "dead" },
        { SERVICE_MOUNTING, "257 262", "dead", "mounting control=c.1", "running main=a.1", "dead" },
        { SERVICE_STOP, ALL, "stop", "stop control=c.1", "stop-sigterm main=a.1", "dead" },
        { SERVICE_STOP_WATCHDOG, ALL, WAITS("stop-watchdog") },
        { SERVICE_STOP_SIGTERM, ALL, WAITS("stop-sigterm") },
        { SERVICE_STOP_SIGKILL, ALL, WAITS("stop-sigkill") },
        { SERVICE_STOP_POST, ALL, WAITS("stop-post") },
        { SERVICE_FINAL_WATCHDOG, ALL, WAITS("final-watchdog") },
        { SERVICE_FINAL_SIGTERM, ALL, WAITS("final-sigterm") },
        { SERVICE_FINAL_SIGKILL, ALL, WAITS("final-sigkill") },
        { SERVICE_FAILED, ALL, CRASH_M, CRASH_M, CRASH_C, CRASH_C },
        { SERVICE_DEAD_BEFORE_AUTO_RESTART, "254 255 257 262", CRASH_M, CRASH_M, CRASH_C, CRASH_C },
        { SERVICE_FAILED_BEFORE_AUTO_RESTART, "254 255 257 262", CRASH_M, CRASH_M, CRASH_C, CRASH_C },
        { SERVICE_DEAD_RESOURCES_PINNED, "254 255 257 262", CRASH_M, CRASH_M, CRASH_C, CRASH_C },
        { SERVICE_AUTO_RESTART, ALL, CRASH_M, CRASH_M, CRASH_C, CRASH_C },
        { SERVICE_AUTO_RESTART_QUEUED, "254 255 257 262", CRASH_M, CRASH_M, CRASH_C, CRASH_C },
        { SERVICE_CLEANING, ALL, CRASH_M, CRASH_M, "dead", "dead" },
};

static Unit *find_service(Fixture *f) {
        Unit *u = manager_get_unit(f->manager, catalog_find_name(f->catalog, "a.service"));

        assert_non_null(u);
        return u;
}

/* A process that ended long ago and is forgotten */
static void forget(Fixture *f, Pid *pid) {
        kernel_exit(f->manager, *pid, CODE_EXITED, 0);
        kernel_reap(f->manager, *pid);
        f->world->flags &= (uint16_t) ~WORLD_SIGNAL;
        *pid = 0;
}

/* a.service is running as a.1, with a second process c.1, and nothing else. */
static Fixture *fixture_running(const char *version, const char *statement) {
        g_autofree char *scenario = g_strdup_printf("unit a.service\n"
                                                    "  [Service]\n"
                                                    "  ExecStart=/usr/bin/actor a\n"
                                                    "unit z.target\n"
                                                    "  [Unit]\n"
                                                    "  After=a.service\n"
                                                    "start z.target\n"
                                                    "start a.service\n"
                                                    "fork a c\n"
                                                    "%s\n",
                                                    statement);
        Fixture *f = fixture_new(version, scenario);

        fixture_step(f, 5);
        return f;
}

static void check_row(const Row *row, const char *version, bool main_ends, bool other_lives,
                      const char *expected) {
        g_autoptr(Fixture) f = fixture_running(version, main_ends ? "exit a 0" : "exit c 0");
        Unit *u = find_service(f);
        Pid pid = kernel_find_tag(f->manager, catalog_find_text(f->catalog, "c"));
        g_autofree char *is = NULL;

        f->manager->processes[pid - 1].flags |= PROCESS_IS_CHILD;
        f->manager->processes[pid - 1].parent = 0;
        u->service.control_pid = pid;
        u->state = row->state;

        if (!other_lives)
                forget(f, main_ends ? &u->service.control_pid : &u->service.main_pid);

        fixture_run(f);
        is = describe_service(f, "a.service");
        if (strcmp(is, expected) == 0)
                return;

        n_differences++;
        print_error("systemd %s in %s, the %s process ends%s: \"%s\" instead of \"%s\"\n", version,
                    service_state_to_string(row->state), main_ends ? "main" : "control",
                    other_lives ? "" : " alone", is, expected);
}

static void test_every_state(void **state) {
        (void) state;

        n_differences = 0;
        for (unsigned i = 0; i < G_N_ELEMENTS(rows); i++) {
                g_auto(GStrv) versions = g_strsplit(rows[i].versions, " ", -1);

                for (unsigned j = 0; versions[j]; j++) {
                        check_row(rows + i, versions[j], true, false, rows[i].main_alone);
                        check_row(rows + i, versions[j], true, true, rows[i].main_first);
                        check_row(rows + i, versions[j], false, true, rows[i].control_first);
                        check_row(rows + i, versions[j], false, false, rows[i].control_alone);
                }
        }
        assert_int_equal(n_differences, 0);
}

static void test_every_state_is_there(void **state) {
        uint64_t seen = 0;

        (void) state;

        for (unsigned i = 0; i < G_N_ELEMENTS(rows); i++)
                seen |= UINT64_C(1) << rows[i].state;
        assert_true(seen == (UINT64_C(1) << _SERVICE_STATE_MAX) - 1);
}

/* A stop in the states of a helper process */
static void test_stop_kills_helper(void **state) {
        static const struct {
                ServiceState state;
                const char *version;
        } table[] = {
                { SERVICE_MOUNTING, "257" },
                { SERVICE_MOUNTING, "262" },
                { SERVICE_REFRESH_EXTENSIONS, "262" },
                { SERVICE_REFRESH_CREDENTIALS, "262" },
        };

        (void) state;

        for (unsigned i = 0; i < G_N_ELEMENTS(table); i++) {
                g_autoptr(Fixture) f = fixture_running(table[i].version, "stop a.service");
                Unit *u = find_service(f);
                g_autofree char *alive = NULL;

                u->service.control_pid = kernel_find_tag(f->manager, catalog_find_text(f->catalog, "c"));
                f->manager->processes[u->service.control_pid - 1].flags |= PROCESS_IS_CHILD;
                f->manager->processes[u->service.control_pid - 1].parent = 0;
                u->state = (uint8_t) table[i].state;
                fixture_run(f);

                assert_unit(f, "a.service", "loaded deactivating stop-sigterm job=stop main=a.1");
                alive = describe_processes(f);
                assert_string_equal(alive, "a.1");
        }
}

/* The timer in states of helpers; and cleaning, which is stopped brutally */
static void test_timer_of_helper(void **state) {
        static const struct {
                ServiceState state;
                const char *version, *expected;
        } table[] = {
                { SERVICE_MOUNTING, "257", "running main=a.1" },
                { SERVICE_MOUNTING, "262", "running main=a.1" },
                { SERVICE_REFRESH_EXTENSIONS, "262", "running reload=timeout main=a.1" },
                { SERVICE_REFRESH_CREDENTIALS, "262", "running reload=timeout main=a.1" },
                { SERVICE_CLEANING, "257", "failed result=signal" },
                { SERVICE_EXITED, "257", "crashed timer" },
                { SERVICE_FAILED, "252", "crashed timer" },
        };

        (void) state;

        for (unsigned i = 0; i < G_N_ELEMENTS(table); i++) {
                g_autoptr(Fixture) f = fixture_running(table[i].version, "daemon-reload");
                Unit *u = find_service(f);
                g_autofree char *is = NULL;

                u->state = (uint8_t) table[i].state;
                u->service.flags |= SERVICE_TIMER_ARMED;
                service_dispatch_timer(f->manager, u);
                if (!f->world->crashed)
                        manager_settle(f->manager, 1000);
                is = describe_service(f, "a.service");
                assert_string_equal(is, table[i].expected);

                /* Nothing is armed any more in a state that waits for nothing. */
                if (!f->world->crashed)
                        service_dispatch_timer(f->manager, find_service(f));
        }
}

typedef enum Call { CALL_START, CALL_STOP, CALL_RELOAD, CALL_COLDPLUG } Call;

/* What a job asks of a service in a state in which it must not */
static void test_assertions(void **state) {
        static const struct {
                Call call;
                ServiceState state;
                const char *version, *expected;
        } table[] = {
                { CALL_START, SERVICE_RUNNING, "257", "crashed start" },
                { CALL_START, SERVICE_EXITED, "252", "crashed start" },
                { CALL_START, SERVICE_DEAD_BEFORE_AUTO_RESTART, "257", "crashed start" },
                { CALL_START, SERVICE_FAILED_BEFORE_AUTO_RESTART, "254", "failed-before-auto-restart main=a.1" },
                { CALL_START, SERVICE_STOP, "257", "stop main=a.1" },
                { CALL_START, SERVICE_START, "257", "start main=a.1" },
                { CALL_STOP, SERVICE_DEAD, "257", "crashed stop" },
                { CALL_STOP, SERVICE_FAILED, "252", "crashed stop" },
                { CALL_STOP, SERVICE_FINAL_SIGKILL, "252", "final-sigkill main=a.1" },
                { CALL_STOP, SERVICE_STOP_WATCHDOG, "257", "stop-sigterm main=a.1" },
                { CALL_STOP, SERVICE_CLEANING, "257", "final-sigkill main=a.1" },
                { CALL_RELOAD, SERVICE_DEAD, "257", "crashed reload" },
                { CALL_RELOAD, SERVICE_START, "262", "crashed reload" },
                { CALL_COLDPLUG, SERVICE_RUNNING, "257", "crashed coldplug" },
                { CALL_COLDPLUG, SERVICE_DEAD_RESOURCES_PINNED, "257", "crashed coldplug" },
        };

        (void) state;

        for (unsigned i = 0; i < G_N_ELEMENTS(table); i++) {
                g_autoptr(Fixture) f = fixture_running(table[i].version, "daemon-reload");
                Unit *u = find_service(f);
                g_autofree char *is = NULL;

                u->state = (uint8_t) table[i].state;
                switch (table[i].call) {
                case CALL_START:
                        (void) service_vtable.start(f->manager, u);
                        break;

                case CALL_STOP:
                        (void) service_vtable.stop(f->manager, u);
                        break;

                case CALL_RELOAD:
                        (void) service_vtable.reload(f->manager, u);
                        break;

                case CALL_COLDPLUG:
                        u->service.deserialized_state = SERVICE_DEAD;
                        (void) service_vtable.coldplug(f->manager, u);
                }

                is = describe_service(f, "a.service");
                assert_string_equal(is, table[i].expected);
        }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_every_state),       cmocka_unit_test(test_every_state_is_there),
                cmocka_unit_test(test_stop_kills_helper), cmocka_unit_test(test_timer_of_helper),
                cmocka_unit_test(test_assertions),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
