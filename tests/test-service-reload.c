/* SPDX-License-Identifier: MIT */

/* Reloading a service; and what a reload of PID 1 makes of a service whose file changed or that got another
 * name. */

#include "service-cases.h"

#define RELOAD "ExecReload=/usr/bin/actor reload\n"

static void test_exec_reload(void **state) {
        static const Case cases[] = {
                { "it works", ALL, START_A RELOAD "ExecReload=/usr/bin/actor seload\n",
                  .steps = { { "start a.service", "running main=a.1" },
                             { "reload a.service", "reload job=reload main=a.1 control=reload.1" },
                             { "exit reload 0", "reload job=reload main=a.1 control=seload.1" },
                             { "exit seload 0", "running main=a.1" } } },
                { "it fails, the service does not", ALL, START_A RELOAD "ExecReload=/usr/bin/actor seload\n",
                  .steps = { { "start a.service", "running main=a.1" },
                             { "reload a.service", "reload job=reload main=a.1 control=reload.1" },
                             { "exit reload 1", "running reload=exit-code main=a.1" },
                             { "exit a 0", "dead reload=exit-code" },
                             { "start a.service", "running main=a.2" } } },
                { "it may fail", ALL, START_A "ExecReload=-/usr/bin/actor reload\n",
                  .steps = { { "start a.service", "running main=a.1" },
                             { "reload a.service", "reload job=reload main=a.1 control=reload.1" },
                             { "exit reload 1", "running main=a.1" } } },
                { "the main process does not see its end", ALL, START_A RELOAD,
                  .steps = { { "start a.service", "running main=a.1" },
                             { "reload a.service", "reload job=reload main=a.1 control=reload.1" },
                             { "exit a 0", "reload job=reload control=reload.1" },
                             { "exit reload 0", "dead" } } },
                { "stop meanwhile", ALL,
                  START_A "ExecReload=/usr/bin/actor reload --exit-on-term\nExecStop=/usr/bin/actor stop\n",
                  .steps = { { "start a.service", "running main=a.1" },
                             { "reload a.service", "reload job=reload main=a.1 control=reload.1" },
                             { "stop a.service", "stop-sigterm job=stop main=a.1" },
                             { "exit a 0", "dead" } } },
                { "nothing to reload", ALL, START_A,
                  .steps = { { "start a.service", "running main=a.1" },
                             { "reload a.service", "running main=a.1" } } },
                { "exited services can", ALL, "Type=oneshot\nRemainAfterExit=yes\n" START_A RELOAD,
                  .steps = { { "start a.service", "start job=start main=a.1" },
                             { "exit a 0", "exited" },
                             { "reload a.service", "reload job=reload control=reload.1" },
                             { "exit reload 0", "exited" } } },
                { "it finds the main process", ALL,
                  "Type=forking\nGuessMainPID=yes\nExecStart=/usr/bin/actor first\n" RELOAD,
                  .steps = { { "start a.service", "start job=start control=first.1" },
                             { "fork first a" },
                             { "fork first b" },
                             { "exit first 0", "running", "a.1 b.1" },
                             { "exit b 0", "running", "a.1" },
                             { "reload a.service", "reload job=reload control=reload.1" },
                             { "exit reload 0", "running main=a.1" } } },
                { "ExecReloadPost= of 262", "262", START_A RELOAD "ExecReloadPost=/usr/bin/actor rpost\n",
                  .steps = { { "start a.service", "running main=a.1" },
                             { "reload a.service", "reload job=reload main=a.1 control=reload.1" },
                             { "exit reload 0", "reload-post job=reload main=a.1 control=rpost.1" },
                             { "exit rpost 3", "running reload=exit-code main=a.1" },
                             { "reload a.service", "reload job=reload main=a.1 control=reload.2" },
                             { "exit reload 1", "running reload=exit-code main=a.1" },
                             { "reload a.service", "reload job=reload main=a.1 control=reload.3" },
                             { "exit reload 0", "reload-post job=reload main=a.1 control=rpost.2" },
                             { "exit a 0", "reload-post job=reload control=rpost.2" },
                             { "exit rpost 0", "dead" } } },
                { "the same with a time-out, and stopped", "262",
                  START_A RELOAD "ExecReloadPost=/usr/bin/actor rpost\n",
                  .steps = { { "start a.service", "running main=a.1" },
                             { "reload a.service" },
                             { "exit reload 0", "reload-post job=reload main=a.1 control=rpost.1" },
                             { "elapse a.service start", "running reload=timeout main=a.1" },
                             { "reload a.service" },
                             { "exit reload 0", "reload-post job=reload main=a.1 control=rpost.2" },
                             { "stop a.service", "stop-sigterm job=stop main=a.1 control=rpost.2" } } },
                { "others do not know it", "252 254 255 257",
                  START_A RELOAD "ExecReloadPost=/usr/bin/actor rpost\n",
                  .steps = { { "start a.service", "running main=a.1" },
                             { "reload a.service" },
                             { "exit reload 0", "running main=a.1" } } },
        };

        (void) state;
        RUN_CASES(cases);
}

/* The service says that it reloads while ExecReload= runs. */
static void test_reload_and_notify(void **state) {
        static const Case cases[] = {
                { "252 has one state for both", "252",
                  "Type=notify\nExecStart=/usr/bin/actor a --ready\n" RELOAD, .fragile = true,
                  .steps = { { "start a.service", "running main=a.1" },
                             { "reload a.service", "reload job=reload main=a.1 control=reload.1" },
                             { "notify a RELOADING=1", "reload job=reload main=a.1 control=reload.1" },
                             { "exit reload 0", "reload job=reload main=a.1" },
                             { "notify a READY=1", "running main=a.1" } } },
                { "READY=1 in time", ALL, "Type=notify\nExecStart=/usr/bin/actor a --ready\n" RELOAD,
                  .steps = { { "start a.service", "running main=a.1" },
                             { "reload a.service", "reload job=reload main=a.1 control=reload.1" },
                             { "notify a RELOADING=1", "reload job=reload main=a.1 control=reload.1" },
                             { "notify a READY=1", "reload job=reload main=a.1 control=reload.1" },
                             { "exit reload 0", "running main=a.1" } } },
                { "later it is a state of its own", "254 255 257",
                  "Type=notify\nExecStart=/usr/bin/actor a --ready\n" RELOAD, .fragile = true,
                  .steps = { { "start a.service", "running main=a.1" },
                             { "reload a.service", "reload job=reload main=a.1 control=reload.1" },
                             { "notify a RELOADING=1", "reload job=reload main=a.1 control=reload.1" },
                             { "exit reload 0", "reload-notify job=reload main=a.1" },
                             { "notify a READY=1", "running main=a.1" } } },
                { "262: only for notify-reload", "262",
                  "Type=notify\nExecStart=/usr/bin/actor a --ready\n" RELOAD,
                  .steps = { { "start a.service", "running main=a.1" },
                             { "reload a.service", "reload job=reload main=a.1 control=reload.1" },
                             { "notify a RELOADING=1", "reload job=reload main=a.1 control=reload.1" },
                             { "exit reload 0", "running main=a.1" } } },
                { "262: notify-reload", "262",
                  "Type=notify-reload\nReloadSignal=SIGSTOP\nExecStart=/usr/bin/actor a --ready\n" RELOAD,
                  .steps = { { "start a.service", "running main=a.1" },
                             { "reload a.service", "reload job=reload main=a.1 control=reload.1" },
                             { "notify a RELOADING=1", "reload job=reload main=a.1 control=reload.1" },
                             { "exit reload 0", "reload-notify job=reload main=a.1" },
                             { "notify a READY=1", "running main=a.1" },
                             { "reload a.service", "reload job=reload main=a.1 control=reload.2" },
                             { "notify a RELOADING=1" },
                             { "notify a READY=1" },
                             { "exit reload 0", "running main=a.1" },
                             { "reload a.service", "reload job=reload main=a.1 control=reload.3" },
                             { "exit reload 0", "reload-signal job=reload main=a.1" } } },
        };

        (void) state;
        RUN_CASES(cases);
}

static void test_notify_reload(void **state) {
        static const Case cases[] = {
                { "252 has no such type", "252", "Type=notify-reload\n" START_A,
                  .steps = { { "start a.service", "running main=a.1" },
                             { "reload a.service", "running main=a.1" } } },
                { "signal, RELOADING=1, READY=1", "254 255 257",
                  "Type=notify-reload\nExecStart=/usr/bin/actor a --ready\n",
                  .steps = { { "start a.service", "running main=a.1" },
                             { "reload a.service", "reload-signal job=reload main=a.1", "a.1" },
                             { "notify a RELOADING=1", "reload-signal job=reload main=a.1" },
                             { "notify a RELOADING=1\\nMONOTONIC_USEC=x", "reload-signal job=reload main=a.1" },
                             { "notify a RELOADING=1\\nMONOTONIC_USEC=99", "reload-notify job=reload main=a.1" },
                             { "notify a READY=1", "running main=a.1" } } },
                { "the same in 262", "262",
                  "Type=notify-reload\nReloadSignal=SIGSTOP\nExecStart=/usr/bin/actor a --ready\n",
                  .steps = { { "start a.service", "running main=a.1" },
                             { "reload a.service", "reload-signal job=reload main=a.1", "a.1" },
                             { "notify a RELOADING=1", "reload-signal job=reload main=a.1" },
                             { "notify a RELOADING=1\\nMONOTONIC_USEC=99", "reload-notify job=reload main=a.1" },
                             { "notify a READY=1", "running main=a.1" } } },
                { "both at once", "254 255 257", "Type=notify-reload\nExecStart=/usr/bin/actor a --ready\n",
                  .steps = { { "start a.service", "running main=a.1" },
                             { "reload a.service", "reload-signal job=reload main=a.1" },
                             { "notify a READY=1", "reload-signal job=reload main=a.1" },
                             { "notify a RELOADING=1\\nREADY=1\\nMONOTONIC_USEC=99", "running main=a.1" } } },
                { "262 wants the signal to be caught", "262", "Type=notify-reload\n" START_A,
                  .steps = { { "start a.service", "start job=start main=a.1" },
                             { "notify a READY=1", "stop-sigterm result=protocol job=start main=a.1" },
                             { "exit a 0", "failed result=protocol" } } },
                { "a real daemon", "254 255 257 262", "Type=notify-reload\nExecStart=/usr/sbin/daemon\n",
                  .steps = { { "start a.service", "running main=a.1" },
                             { "reload a.service", "running main=a.1", "a.1" },
                             { "kill a.service", "dead" } } },
                { "STOPPING=1 in reload-signal", "254 255 257",
                  "Type=notify-reload\nExecStart=/usr/bin/actor a --ready\n",
                  .steps = { { "start a.service", "running main=a.1" },
                             { "reload a.service", "reload-signal job=reload main=a.1" },
                             { "notify a STOPPING=1", "stop-sigterm job=reload main=a.1" },
                             { "exit a 0", "dead" } } },
                { "and its job in 262", "262",
                  "Type=notify-reload\nReloadSignal=SIGSTOP\nExecStart=/usr/bin/actor a --ready\n",
                  .steps = { { "start a.service", "running main=a.1" },
                             { "reload a.service", "reload-signal job=reload main=a.1" },
                             { "notify a STOPPING=1", "stop-sigterm main=a.1" } } },
                { "the main process dies in reload-signal", "254 255 257",
                  "Type=notify-reload\nExecStart=/usr/bin/actor a --ready\n",
                  .steps = { { "start a.service", "running main=a.1" },
                             { "reload a.service", "reload-signal job=reload main=a.1" },
                             { "exit a 1", "failed result=exit-code" } } },
                { "the signal kills", "254 255 257",
                  "Type=notify-reload\nReloadSignal=SIGUSR1\nExecStart=/usr/bin/actor a --ready\n",
                  .steps = { { "start a.service", "running main=a.1" },
                             { "reload a.service", "failed result=signal" } } },
                { "the signal, then the command", "254 255 257",
                  "Type=notify-reload\nExecStart=/usr/bin/actor a --ready\n" RELOAD,
                  .steps = { { "start a.service", "running main=a.1" },
                             { "reload a.service", "reload job=reload main=a.1 control=reload.1" },
                             { "exit reload 0", "running main=a.1" } } },
                { "nobody is there to get the signal", "254 255 257 262",
                  "Type=notify-reload\nNotifyAccess=all\nRemainAfterExit=yes\n" START_A,
                  .steps = { { "start a.service", "start job=start main=a.1" },
                             { "fork a b" },
                             { "exit a 0", "start job=start" },
                             { "notify b READY=1", "exited", "b.1" },
                             { "reload a.service", "exited" } } },
                { "the main process is no child of PID 1 and gone", "254 255 257",
                  "Type=notify-reload\nExecStart=/usr/bin/actor a --ready\n", .fragile = true,
                  .steps = { { "start a.service", "running main=a.1" },
                             { "fork a b" },
                             { "notify a MAINPID=b", "running main=b.1" },
                             { "exit b 0", "running main=b.1", "a.1" },
                             { "reload a.service", "stop-sigterm reload=resources job=reload main=b.1",
                               "a.1" } } },
                { "the same in 262", "262",
                  "Type=notify-reload\nReloadSignal=SIGSTOP\nExecStart=/usr/bin/actor a --ready\n",
                  .fragile = true,
                  .steps = { { "start a.service", "running main=a.1" },
                             { "fork a b" },
                             { "notify a MAINPID=b", "running main=b.1" },
                             { "exit b 0", "running main=b.1", "a.1" },
                             { "reload a.service", "stop-sigterm reload=resources main=b.1", "a.1" } } },
                { "and when it says READY=1: its signals cannot be looked at", "262",
                  "Type=notify-reload\nNotifyAccess=all\n" START_A, .fragile = true,
                  .steps = { { "start a.service", "start job=start main=a.1" },
                             { "fork a b" },
                             { "notify a MAINPID=b", "start job=start main=b.1" },
                             { "exit b 0", "start job=start main=b.1", "a.1" },
                             { "notify a READY=1", "stop-sigterm job=start main=b.1", "a.1" } } },
                { "the time-out", "254 255 257", "Type=notify-reload\nExecStart=/usr/bin/actor a --ready\n",
                  .steps = { { "start a.service", "running main=a.1" },
                             { "reload a.service", "reload-signal job=reload main=a.1" },
                             { "elapse a.service start", "running reload=timeout main=a.1" } } },
        };

        (void) state;
        RUN_CASES(cases);
}

/* The file changes under a service that is at something. */
static void test_changed_files(void **state) {
        static const Case cases[] = {
                { "no longer forking: who ends does not matter", ALL,
                  "Type=forking\nExecStart=/usr/bin/actor first\n", .fragile = true,
                  .steps = { { "start a.service", "start job=start control=first.1" },
                             { "unit a.service\n  [Service]\n  ExecStart=/usr/bin/actor first" },
                             { "daemon-reload", "start job=start control=first.1" },
                             { "exit first 0", "start job=start", "" },
                             { "stop a.service", "dead" } } },
                { "oneshot with more lines: the command of a forking service has a next one", ALL,
                  "Type=forking\nExecStart=/usr/bin/actor first\n", .fragile = true,
                  .steps = { { "start a.service", "start job=start control=first.1" },
                             { "unit a.service\n  [Service]\n  Type=oneshot\n  ExecStart=/usr/bin/actor first\n"
                               "  ExecStart=/usr/bin/actor b" },
                             { "daemon-reload", "start job=start control=first.1" },
                             { "exit first 0", "crashed run-next" } } },
                { "the command moves", ALL, "Type=oneshot\nRemainAfterExit=yes\n" START_A, .fragile = true,
                  .steps = { { "start a.service", "start job=start main=a.1" },
                             { "unit a.service\n  [Service]\n  Type=oneshot\n  RemainAfterExit=yes\n"
                               "  ExecStart=/usr/bin/actor b\n  ExecStart=/usr/bin/actor a\n  "
                               "ExecStart=/usr/bin/actor c" },
                             { "daemon-reload", "start job=start main=a.1" },
                             { "exit a 0", "start job=start main=c.1" },
                             { "exit c 0", "exited" } } },
                { "the command goes", ALL,
                  "Type=oneshot\nRemainAfterExit=yes\n" START_A "ExecStart=/usr/bin/actor b\n", .fragile = true,
                  .steps = { { "start a.service", "start job=start main=a.1" },
                             { "unit a.service\n  [Service]\n  Type=oneshot\n  RemainAfterExit=yes\n"
                               "  ExecStart=/usr/bin/actor b\n  ExecStart=/usr/bin/actor c" },
                             { "daemon-reload", "start job=start main=a.1" },
                             { "exit a 0", "exited" } } },
                { "the same command twice", ALL, "Type=oneshot\nRemainAfterExit=yes\n" START_A START_A,
                  .fragile = true,
                  .steps = { { "start a.service", "start job=start main=a.1" },
                             { "exit a 0", "start job=start main=a.2" },
                             { "daemon-reload", "start job=start main=a.2" },
                             { "exit a 0", "exited" } } },
                { "a control command goes", ALL,
                  "ExecStartPre=/usr/bin/actor pre\nExecStartPre=/usr/bin/actor qre\n" START_A, .fragile = true,
                  .steps = { { "start a.service", "start-pre job=start control=pre.1" },
                             { "unit a.service\n  [Service]\n  ExecStartPre=/usr/bin/actor qre\n  " START_A },
                             { "daemon-reload", "start-pre job=start control=pre.1" },
                             { "exit pre 0", "running main=a.1" } } },
                { "no command is left to start", ALL, "ExecStartPre=/usr/bin/actor pre\n" START_A,
                  .fragile = true,
                  .steps = { { "start a.service", "start-pre job=start control=pre.1" },
                             { "rm a.service" },
                             { "daemon-reload", "start-pre not-found job=start control=pre.1" },
                             { "exit pre 0", "failed not-found result=resources" } } },
                { "the file goes while it runs", ALL, START_A "ExecStop=/usr/bin/actor stop\n", .fragile = true,
                  .steps = { { "start a.service", "running main=a.1" },
                             { "rm a.service" },
                             { "daemon-reload", "running not-found main=a.1" },
                             { "stop a.service", "stop-sigterm not-found job=stop main=a.1" },
                             { "exit a 0", "dead not-found" } } },
                { "Restart= comes late", ALL, START_A, .fragile = true,
                  .steps = { { "start a.service", "running main=a.1" },
                             { "unit a.service\n  [Service]\n  Restart=always\n  RestartSec=1h\n  " START_A },
                             { "daemon-reload", "running main=a.1" },
                             { "exit a 0", "auto-restart" } } },
        };

        (void) state;
        RUN_CASES(cases);
}

typedef struct Meeting {
        const char *version, *order, *expected;
} Meeting;

static void run_meeting(const char *scenario, const Meeting *meetings, size_t n) {
        for (size_t i = 0; i < n; i++) {
                g_autoptr(Fixture) f = fixture_new(meetings[i].version, scenario);
                g_autofree char *is = NULL;

                fixture_order(f, meetings[i].order);
                fixture_run(f);
                is = describe_service(f, "a.service");
                if (strcmp(is, meetings[i].expected) != 0)
                        fail_msg("systemd %s, %s: %s instead of %s", meetings[i].version, meetings[i].order, is,
                                 meetings[i].expected);
        }
}

/* The entry of a name that was never more than referred to says "dead" and hits the unit that it now is a name
 * of. */
static void test_dead_with_main_process(void **state) {
        static const Meeting meetings[] = {
                { "252", "a.service s.service", "crashed sigchld-main" },
                { "254", "a.service s.service", "crashed sigchld-main" },
                { "255", "a.service s.service", "crashed sigchld-main" },
                { "257", "a.service s.service", "crashed sigchld-main" },
                { "252", "s.service a.service", "running main=a.2" },
                { "254", "s.service a.service", "running main=a.2" },
                { "257", "s.service a.service", "running main=a.2" },
                { "262", "a.service s.service", "running main=a.2" },
                { "262", "s.service a.service", "running main=a.2" },
        };

        (void) state;
        run_meeting("unit a.service\n"
                    "  [Service]\n"
                    "  ExecStart=/usr/bin/actor a\n"
                    "unit z.target\n"
                    "  [Unit]\n"
                    "  After=s.service\n"
                    "start z.target\n"
                    "start a.service\n"
                    "link s.service a.service\n"
                    "restart a.service\n"
                    "daemon-reload\n"
                    "exit a 0\n",
                    meetings, G_N_ELEMENTS(meetings));
}

static void test_dead_with_control_process(void **state) {
        static const Meeting meetings[] = {
                { "252", "a.service s.service", "crashed sigchld-control" },
                { "257", "a.service s.service", "crashed sigchld-control" },
                { "257", "s.service a.service", "running main=a.1" },
                { "262", "a.service s.service", "running main=a.1" },
        };

        (void) state;
        run_meeting("unit a.service\n"
                    "  [Service]\n"
                    "  ExecStartPre=/usr/bin/actor pre\n"
                    "  ExecStart=/usr/bin/actor a\n"
                    "unit z.target\n"
                    "  [Unit]\n"
                    "  After=s.service\n"
                    "start z.target\n"
                    "start a.service\n"
                    "link s.service a.service\n"
                    "daemon-reload\n"
                    "exit pre 0\n",
                    meetings, G_N_ELEMENTS(meetings));
}

/* service_search_main_pid() asserts that there is none: the second entry only says that it is not known. */
static void test_main_process_that_is_not_known(void **state) {
        static const Meeting meetings[] = {
                { "252", "a.service b.service", "crashed other" },
                { "254", "a.service b.service", "crashed other" },
                { "257", "a.service b.service", "crashed other" },
        };

        (void) state;
        run_meeting("unit a.service\n"
                    "  [Service]\n"
                    "  ExecStart=/usr/bin/actor a\n"
                    "  ExecReload=/usr/bin/actor reload\n"
                    "unit b.service\n"
                    "  [Service]\n"
                    "  Type=forking\n"
                    "  GuessMainPID=no\n"
                    "  ExecStart=/usr/bin/actor first\n"
                    "  ExecReload=/usr/bin/actor reload\n"
                    "start a.service\n"
                    "start b.service\n"
                    "fork first b\n"
                    "exit first 0\n"
                    "reload b.service\n"
                    "link b.service a.service\n"
                    "daemon-reload\n"
                    "exit reload 0\n",
                    meetings, G_N_ELEMENTS(meetings));
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_exec_reload),
                cmocka_unit_test(test_reload_and_notify),
                cmocka_unit_test(test_notify_reload),
                cmocka_unit_test(test_changed_files),
                cmocka_unit_test(test_dead_with_main_process),
                cmocka_unit_test(test_dead_with_control_process),
                cmocka_unit_test(test_main_process_that_is_not_known),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
