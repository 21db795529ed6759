/* SPDX-License-Identifier: MIT */

/* Automatic restarts: service.c:service_shall_restart, service_enter_dead, service_enter_restart. */

#include "service-cases.h"

/* systemd.service(5) has the same table. */
static void test_restart_settings(void **state) {
        static const char *const endings[] = { "exit a 0",
                                               "exit a 1",
                                               "signal a 15",
                                               "signal a 9",
                                               "signal a 6",
                                               "elapse a.service runtime",
                                               "elapse a.service watchdog" };
        static const char *const results[] = { "",
                                               " result=exit-code",
                                               "",
                                               " result=signal",
                                               " result=signal",
                                               " result=timeout",
                                               " result=watchdog" };
        static const struct {
                const char *setting;
                const char *restarts; /* one letter for each ending */
        } table[] = {
                { "no", "-------" },          { "always", "rrrrrrr" },      { "on-success", "r-r----" },
                { "on-failure", "-r-rrrr" },  { "on-abnormal", "---rrrr" }, { "on-abort", "---rr--" },
                { "on-watchdog", "------r" },
        };

        (void) state;

        for (unsigned i = 0; i < G_N_ELEMENTS(table); i++)
                for (unsigned j = 0; j < G_N_ELEMENTS(endings); j++) {
                        g_autofree char *unit =
                                g_strdup_printf("Restart=%s\nRestartSec=1h\nRuntimeMaxSec=1h\nWatchdogSec=1h\n"
                                                "KillSignal=SIGCONT\nSendSIGKILL=no\n" START_A,
                                                table[i].setting);
                        bool restarts = table[i].restarts[j] == 'r', stays = j == 5;
                        g_autofree char *expected = g_strdup_printf("%s%s",
                                                                    restarts                ? "auto-restart"
                                                                    : results[j][0] == '\0' ? "dead"
                                                                                            : "failed",
                                                                    results[j]);
                        const Case c = {
                                table[i].setting,
                                ALL,
                                unit,
                                .steps = { { "start a.service", "running main=a.1" },
                                           { endings[j], stays ? NULL : expected },
                                           { stays ? "exit a 0" : "exit nobody 0", expected } },
                        };

                        run_cases(&c, 1);
                }
}

static void test_restart(void **state) {
        static const Case cases[] = {
                { "the job stops first in 252", "252", "Restart=on-failure\nRestartSec=1h\n" START_A,
                  .steps = { { "start a.service", "running main=a.1" },
                             { "exit a 1", "auto-restart result=exit-code" },
                             { "elapse a.service restart", "running restarts=1 main=a.2" },
                             { "exit a 1", "auto-restart result=exit-code restarts=1" },
                             { "elapse a.service", "running restarts=2 main=a.3" },
                             { "stop a.service", "stop-sigterm restarts=2 job=stop main=a.3" },
                             { "exit a 0", "dead restarts=2" },
                             { "start a.service", "running main=a.4" } } },
                { "later it only starts", "254 255 257 262", "Restart=on-failure\nRestartSec=1h\n" START_A,
                  .steps = { { "start a.service", "running main=a.1" },
                             { "exit a 1", "auto-restart result=exit-code" },
                             { "elapse a.service restart", "running restarts=1 main=a.2" },
                             { "exit a 1", "auto-restart result=exit-code restarts=1" },
                             { "elapse a.service", "running restarts=2 main=a.3" },
                             { "exit a 0", "dead restarts=2" },
                             { "start a.service", "running main=a.4" } } },
                { "stop ends the wait", ALL, "Restart=always\nRestartSec=1h\n" START_A,
                  .steps = { { "start a.service", "running main=a.1" },
                             { "exit a 1", "auto-restart result=exit-code" },
                             { "stop a.service", "dead result=exit-code" },
                             { "start a.service", "running main=a.2" } } },
                { "a start while it waits has to wait, too", "252 254 255",
                  "Restart=always\nRestartSec=1h\n" START_A,
                  .steps = { { "start a.service", "running main=a.1" },
                             { "exit a 1", "auto-restart result=exit-code" },
                             { "start a.service", "auto-restart result=exit-code job=start" },
                             { "elapse a.service", "running restarts=1 main=a.2" } } },
                { "or is quicker", "257 262", "Restart=always\nRestartSec=1h\n" START_A,
                  .steps = { { "start a.service", "running main=a.1" },
                             { "exit a 1", "auto-restart result=exit-code" },
                             { "start a.service", "running restarts=1 main=a.2" } } },
                { "a restart while it waits", "252 254 255", "Restart=always\nRestartSec=1h\n" START_A,
                  .steps = { { "start a.service", "running main=a.1" },
                             { "exit a 1", "auto-restart result=exit-code" },
                             { "restart a.service", "running main=a.2" } } },
                { "no restart after a manual stop", ALL, "Restart=always\nRestartSec=0\n" START_A,
                  .steps = { { "start a.service", "running main=a.1" },
                             { "stop a.service", "stop-sigterm job=stop main=a.1" },
                             { "exit a 1", "failed result=exit-code" } } },
                { "infinite RestartSec=", ALL, "Restart=always\nRestartSec=infinity\n" START_A,
                  .steps = { { "start a.service", "running main=a.1" },
                             { "exit a 1", "auto-restart result=exit-code" },
                             { "elapse a.service restart", "auto-restart result=exit-code" },
                             { "reset-failed a.service", "auto-restart" } } },
                { "reset-failed resets the counter", ALL, "Restart=always\nRestartSec=0\n" START_A,
                  .steps = { { "start a.service", "running main=a.1" },
                             { "exit a 1", "running restarts=1 main=a.2" },
                             { "reset-failed a.service", "running main=a.2" },
                             { "exit a 1", "running restarts=1 main=a.3" } } },
                { "a time-out while a start fails", ALL,
                  "Type=notify\nRestart=on-failure\nRestartSec=1h\n" START_A,
                  .steps = { { "start a.service", "start job=start main=a.1" },
                             { "elapse a.service start", "stop-sigterm result=timeout job=start main=a.1" },
                             { "exit a 0", "auto-restart result=timeout" },
                             { "elapse a.service restart", "start restarts=1 job=start main=a.2" },
                             { "notify a READY=1", "running restarts=1 main=a.2" } } },
                { "a result of Pre counts", ALL,
                  "Restart=on-failure\nRestartSec=1h\nExecStartPre=/usr/bin/actor pre\n" START_A,
                  .steps = { { "start a.service", "start-pre job=start control=pre.1" },
                             { "exit pre 1", "auto-restart result=exit-code" } } },
        };

        (void) state;
        RUN_CASES(cases);
}

/* What no reload leaves as it is: up to 254 the count of starts is not written. */
static void test_start_limit(void **state) {
        static const Case cases[] = {
                { "five starts", ALL, "Restart=always\nRestartSec=0\n" START_A, .fragile = true,
                  .steps = { { "start a.service", "running main=a.1" },
                             { "exit a 1", "running restarts=1 main=a.2" },
                             { "exit a 1", "running restarts=2 main=a.3" },
                             { "exit a 1", "running restarts=3 main=a.4" },
                             { "exit a 1", "running restarts=4 main=a.5" },
                             { "exit a 1", NULL, "" } } },
                { "the result that led there stays", "252 254 255 257", "Restart=always\nRestartSec=0\n" START_A,
                  .fragile = true,
                  .steps = { { "start a.service", "running main=a.1" },
                             { "exit a 1" },
                             { "exit a 1" },
                             { "exit a 1" },
                             { "exit a 1" },
                             { "exit a 1", "failed result=exit-code restarts=5" } } },
                { "262 says start-limit-hit", "262", "Restart=always\nRestartSec=0\n" START_A, .fragile = true,
                  .steps = { { "start a.service", "running main=a.1" },
                             { "exit a 1" },
                             { "exit a 1" },
                             { "exit a 1" },
                             { "exit a 1" },
                             { "exit a 1", "failed result=start-limit-hit restarts=5" } } },
                { "a burst of one", ALL, "[Unit]\nStartLimitBurst=1\n[Service]\n" START_A, .fragile = true,
                  .steps = { { "start a.service", "running main=a.1" },
                             { "exit a 0", "dead" },
                             { "start a.service", "failed result=start-limit-hit" },
                             { "elapse a.service limit", "failed result=start-limit-hit" },
                             { "reset-failed a.service", "dead" },
                             { "start a.service", "running main=a.2" } } },
                { "no limit", ALL,
                  "[Unit]\nStartLimitIntervalSec=0\n[Service]\nRestart=always\nRestartSec=0\n" START_A,
                  .steps = { { "start a.service", "running main=a.1" },
                             { "exit a 1" },
                             { "exit a 1" },
                             { "exit a 1" },
                             { "exit a 1" },
                             { "exit a 1" },
                             { "exit a 0", "running restarts=6 main=a.7" } } },
                { "a reload forgets the starts before 255", "252 254",
                  "[Unit]\nStartLimitBurst=1\n[Service]\n" START_A, .fragile = true,
                  .steps = { { "start a.service", "running main=a.1" },
                             { "exit a 0", "dead" },
                             { "daemon-reload", "dead" },
                             { "start a.service", "running main=a.2" } } },
                { "and keeps them later", "255 257 262", "[Unit]\nStartLimitBurst=1\n[Service]\n" START_A,
                  .fragile = true,
                  .steps = { { "start a.service", "running main=a.1" },
                             { "exit a 0", "dead" },
                             { "daemon-reload", "dead" },
                             { "start a.service", "failed result=start-limit-hit" } } },
        };

        (void) state;
        RUN_CASES(cases);
}

/* A start of what starts already counts, too, before 262, and the limit then ends it. */
static void test_start_limit_while_starting(void **state) {
        static const Case cases[] = {
                { "in auto-restart", "262",
                  "[Unit]\nStartLimitBurst=2\n[Service]\nRestart=always\nRestartSec=1h\n" START_A,
                  .fragile = true,
                  .steps = { { "start a.service", "running main=a.1" },
                             { "exit a 1", "auto-restart result=exit-code" },
                             { "start a.service", "failed result=start-limit-hit restarts=1" } } },
                { "in auto-restart of 257", "257",
                  "[Unit]\nStartLimitBurst=2\n[Service]\nRestart=always\nRestartSec=1h\n" START_A,
                  .fragile = true,
                  .steps = { { "start a.service", "running main=a.1" },
                             { "exit a 1", "auto-restart result=exit-code" },
                             { "start a.service", "failed result=exit-code restarts=1" } } },
        };

        (void) state;
        RUN_CASES(cases);
}

static void test_exit_status_sets(void **state) {
        static const Case cases[] = {
                { "prevent", ALL, "Restart=always\nRestartSec=1h\nRestartPreventExitStatus=3 SIGUSR1\n" START_A,
                  .steps = { { "start a.service", "running main=a.1" },
                             { "exit a 3", "failed result=exit-code" },
                             { "start a.service", "running main=a.2" },
                             { "signal a 10", "failed result=signal" },
                             { "start a.service", "running main=a.3" },
                             { "exit a 4", "auto-restart result=exit-code" } } },
                { "force", ALL, "RestartForceExitStatus=3 SIGABRT\nRestartSec=1h\n" START_A,
                  .steps = { { "start a.service", "running main=a.1" },
                             { "exit a 4", "failed result=exit-code" },
                             { "start a.service", "running main=a.2" },
                             { "exit a 3", "auto-restart result=exit-code" },
                             { "elapse a.service", "running restarts=1 main=a.3" },
                             { "signal a 6", "auto-restart result=signal restarts=1" } } },
                { "force a success", ALL, "RestartForceExitStatus=0\nRestartSec=1h\n" START_A,
                  .steps = { { "start a.service", "running main=a.1" }, { "exit a 0", "auto-restart" } } },
                { "prevent wins", ALL,
                  "RestartForceExitStatus=3\nRestartPreventExitStatus=3\nRestart=always\nRestartSec="
                  "1h\n" START_A,
                  .steps = { { "start a.service", "running main=a.1" },
                             { "exit a 3", "failed result=exit-code" } } },
                { "an oneshot that ends well is not forced", "257 262",
                  "Type=oneshot\nRestartForceExitStatus=0 3\nRestartSec=1h\n" START_A,
                  .steps = { { "start a.service", "start job=start main=a.1" },
                             { "exit a 0", "dead" },
                             { "start a.service", "start job=start main=a.2" },
                             { "exit a 3", "auto-restart result=exit-code" } } },
                { "an oneshot that has it is refused", "252 254 255",
                  "Type=oneshot\nRestartForceExitStatus=3\n" START_A,
                  .steps = { { "start a.service", "dead bad-setting" } } },
                { "an oneshot and always", ALL, "Type=oneshot\nRestart=always\n" START_A,
                  .steps = { { "start a.service", "dead bad-setting" } } },
                { "an oneshot and on-failure", ALL, "Type=oneshot\nRestart=on-failure\nRestartSec=1h\n" START_A,
                  .steps = { { "start a.service", "start job=start main=a.1" },
                             { "exit a 2", "auto-restart result=exit-code" },
                             { "elapse a.service", "start restarts=1 job=start main=a.2" },
                             { "exit a 0", "dead restarts=1" } } },
        };

        (void) state;
        RUN_CASES(cases);
}

/* What others see of it: dead or failed in between, or not. */
static void test_restart_mode(void **state) {
        static const Case cases[] = {
                { "direct: the start job of an oneshot waits on", "257 262",
                  "Type=oneshot\nRestart=on-failure\nRestartMode=direct\nRestartSec=1h\n" START_A,
                  .fragile = true,
                  .steps = { { "start a.service", "start job=start main=a.1" },
                             { "exit a 2", "auto-restart result=exit-code job=start" },
                             { "elapse a.service", "start restarts=1 job=start main=a.2" },
                             { "exit a 0", "dead restarts=1" } } },
                { "direct: running services", "254 255 257 262",
                  "Restart=on-failure\nRestartMode=direct\nRestartSec=1h\n" START_A, .fragile = true,
                  .steps = { { "start a.service", "running main=a.1" },
                             { "exit a 2", "auto-restart result=exit-code" },
                             { "elapse a.service", "running restarts=1 main=a.2" } } },
                /* Other than dead-before-auto-restart, it never was inactive, so there is no time from which to
                   wait. */
                { "direct: a reload ends the wait", "254 255 257 262",
                  "Restart=on-failure\nRestartMode=direct\nRestartSec=1h\n" START_A, .fragile = true,
                  .steps = { { "start a.service", "running main=a.1" },
                             { "exit a 2", "auto-restart result=exit-code" },
                             { "daemon-reload", "running restarts=1 main=a.2" } } },
                { "normal: the job fails", "254 255 257 262",
                  "Type=oneshot\nRestart=on-failure\nRestartSec=1h\n" START_A,
                  .steps = { { "start a.service", "start job=start main=a.1" },
                             { "exit a 2", "auto-restart result=exit-code" } } },
                { "252 does not know the setting", "252",
                  "Type=oneshot\nRestart=on-failure\nRestartMode=direct\nRestartSec=1h\n" START_A,
                  .steps = { { "start a.service", "start job=start main=a.1" },
                             { "exit a 2", "auto-restart result=exit-code" } } },
        };

        (void) state;
        RUN_CASES(cases);
}

/* OnFailure= starts a unit at each failure from 254 on, unless the restart is direct; before, at the last one.
 */
static void test_on_failure(void **state) {
        static const struct {
                const char *version, *mode, *expected;
        } table[] = {
                { "252", "normal", "not-loaded" }, { "254", "normal", "loaded active running main=f.1" },
                { "254", "direct", "not-loaded" }, { "257", "normal", "loaded active running main=f.1" },
                { "257", "direct", "not-loaded" }, { "262", "normal", "loaded active running main=f.1" },
                { "262", "direct", "not-loaded" },
        };

        (void) state;

        for (unsigned i = 0; i < G_N_ELEMENTS(table); i++) {
                g_autofree char *scenario = g_strdup_printf("unit a.service\n"
                                                            "  [Unit]\n"
                                                            "  OnFailure=f.service\n"
                                                            "  [Service]\n"
                                                            "  Restart=always\n"
                                                            "  RestartMode=%s\n"
                                                            "  RestartSec=1h\n"
                                                            "  ExecStart=/usr/bin/actor a\n"
                                                            "unit f.service\n"
                                                            "  [Service]\n"
                                                            "  ExecStart=/usr/bin/actor f\n"
                                                            "start a.service\n"
                                                            "exit a 1\n",
                                                            table[i].mode);
                g_autoptr(Fixture) f = fixture_new(table[i].version, scenario);
                g_autofree char *is = NULL;

                fixture_run(f);
                is = fixture_describe(f, "f.service");
                if (strcmp(table[i].expected, "not-loaded") == 0)
                        assert_true(!strstr(is, "main="));
                else
                        assert_string_equal(is, table[i].expected);
        }
}

/* Units that are bound to it: 252 restarts them through the stop job, later versions through the job mode. */
static void test_bound_units_restart(void **state) {
        static const char *const versions[] = { "252", "254", "257", "262" };

        (void) state;

        for (unsigned i = 0; i < G_N_ELEMENTS(versions); i++) {
                g_autoptr(Fixture) f = fixture_new(versions[i], "unit a.service\n"
                                                                "  [Service]\n"
                                                                "  Restart=always\n"
                                                                "  RestartSec=0\n"
                                                                "  ExecStart=/usr/bin/actor a\n"
                                                                "unit b.service\n"
                                                                "  [Unit]\n"
                                                                "  Requires=a.service\n"
                                                                "  After=a.service\n"
                                                                "  [Service]\n"
                                                                "  ExecStart=/usr/bin/actor b --exit-on-term\n"
                                                                "start b.service\n"
                                                                "exit a 1\n");

                fixture_run(f);
                assert_unit(f, "a.service", "loaded active running main=a.2");
                assert_unit(f, "b.service", "loaded active running main=b.2");
        }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_restart_settings), cmocka_unit_test(test_restart),
                cmocka_unit_test(test_start_limit),      cmocka_unit_test(test_start_limit_while_starting),
                cmocka_unit_test(test_exit_status_sets), cmocka_unit_test(test_restart_mode),
                cmocka_unit_test(test_on_failure),       cmocka_unit_test(test_bound_units_restart),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
