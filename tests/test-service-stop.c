/* SPDX-License-Identifier: MIT */

/* The way of a service from its first control process to its last: what fails, what is ignored, who is killed.
 */

#include "service-cases.h"

static void test_condition(void **state) {
        static const Case cases[] = {
                { "it is met", ALL, "ExecCondition=/usr/bin/actor cond\n" START_A,
                  .steps = { { "start a.service", "condition job=start control=cond.1" },
                             { "exit cond 0", "running main=a.1" } } },
                { "1 to 254: skipped, no failure", ALL,
                  "Restart=always\nRestartSec=0\nExecCondition=/usr/bin/actor cond\n" START_A
                  "ExecStopPost=/bin/true\n",
                  .steps = { { "start a.service", "condition job=start control=cond.1" },
                             { "exit cond 1", "dead result=exec-condition", "" },
                             { "start a.service", "condition job=start control=cond.2" },
                             { "exit cond 254", "dead result=exec-condition" } } },
                { "255 fails", ALL, "ExecCondition=/usr/bin/actor cond\n" START_A,
                  .steps = { { "start a.service", "condition job=start control=cond.1" },
                             { "exit cond 255", "failed result=exit-code" } } },
                { "so does a signal", ALL, "ExecCondition=/usr/bin/actor cond\n" START_A,
                  .steps = { { "start a.service", "condition job=start control=cond.1" },
                             { "signal cond 15", "failed result=signal" } } },
                { "with a dash nothing is skipped", ALL, "ExecCondition=-/usr/bin/actor cond\n" START_A,
                  .steps = { { "start a.service", "condition job=start control=cond.1" },
                             { "exit cond 1", "running main=a.1" } } },
                { "two of them", ALL,
                  "ExecCondition=/usr/bin/actor cond\nExecCondition=/usr/bin/actor dono\n" START_A,
                  .steps = { { "start a.service", "condition job=start control=cond.1" },
                             { "exit cond 0", "condition job=start control=dono.1" },
                             { "exit dono 3", "dead result=exec-condition" } } },
                { "stop meanwhile", ALL, "ExecCondition=/usr/bin/actor cond\n" START_A,
                  .steps = { { "start a.service", "condition job=start control=cond.1" },
                             { "stop a.service", "stop-sigterm job=stop control=cond.1" },
                             { "exit cond 0", "dead" } } },
        };

        (void) state;
        RUN_CASES(cases);
}

/* condition-result= of the unit, as the last ExecCondition= left it */
static void test_condition_result(void **state) {
        (void) state;

        for (unsigned code = 0; code < 2; code++) {
                g_autofree char *scenario = g_strdup_printf("unit a.service\n"
                                                            "  [Service]\n"
                                                            "  ExecCondition=/usr/bin/actor cond\n"
                                                            "  ExecStart=/usr/bin/actor a\n"
                                                            "unit z.target\n"
                                                            "  [Unit]\n"
                                                            "  After=a.service\n"
                                                            "start z.target\n"
                                                            "start a.service\n"
                                                            "exit cond %u\n",
                                                            code);
                g_autoptr(Fixture) f = fixture_new("257", scenario);
                const Unit *u;

                fixture_run(f);
                u = manager_get_unit(f->manager, catalog_find_name(f->catalog, "a.service"));
                assert_non_null(u);
                assert_int_equal((u->flags & UNIT_CONDITION_RESULT) != 0, code == 0);
        }
}

static void test_pre_and_post(void **state) {
        static const Case cases[] = {
                { "Pre commands one after another", ALL,
                  "ExecStartPre=/usr/bin/actor pre\nExecStartPre=/usr/bin/actor qre\n" START_A,
                  .steps = { { "start a.service", "start-pre job=start control=pre.1" },
                             { "exit pre 0", "start-pre job=start control=qre.1" },
                             { "exit qre 0", "running main=a.1" } } },
                { "Pre fails", ALL,
                  "ExecStartPre=/usr/bin/actor pre\n" START_A "ExecStopPost=/usr/bin/actor stoppost\n",
                  .steps = { { "start a.service", "start-pre job=start control=pre.1" },
                             { "exit pre 1", "stop-post result=exit-code job=start control=stoppost.1" },
                             { "exit stoppost 0", "failed result=exit-code" } } },
                { "Pre may fail", ALL,
                  "ExecStartPre=-/usr/bin/actor pre\nExecStartPre=/usr/bin/actor qre\n" START_A,
                  .steps = { { "start a.service", "start-pre job=start control=pre.1" },
                             { "exit pre 1", "start-pre job=start control=qre.1" },
                             { "exit qre 0", "running main=a.1" } } },
                { "SIGTERM is no clean end of Pre", ALL, "ExecStartPre=/usr/bin/actor pre\n" START_A,
                  .steps = { { "start a.service", "start-pre job=start control=pre.1" },
                             { "signal pre 15", "failed result=signal" } } },
                { "stop in Pre", ALL, "ExecStartPre=/usr/bin/actor pre --exit-on-term\n" START_A,
                  .steps = { { "start a.service", "start-pre job=start control=pre.1" },
                             { "stop a.service", "dead" } } },
                { "Post", ALL, START_A "ExecStartPost=/usr/bin/actor post\n",
                  .steps = { { "start a.service", "start-post job=start main=a.1 control=post.1" },
                             { "exit post 0", "running main=a.1" } } },
                { "Post fails", ALL, START_A "ExecStartPost=/usr/bin/actor post\n",
                  .steps = { { "start a.service", "start-post job=start main=a.1 control=post.1" },
                             { "exit post 1", "stop-sigterm result=exit-code job=start main=a.1" },
                             { "exit a 0", "failed result=exit-code" } } },
                { "Post may fail", ALL, START_A "ExecStartPost=-/usr/bin/actor post\n",
                  .steps = { { "start a.service", "start-post job=start main=a.1 control=post.1" },
                             { "exit post 1", "running main=a.1" } } },
                { "the main process does not see the end of Post", ALL,
                  START_A "ExecStartPost=/usr/bin/actor post\n",
                  .steps = { { "start a.service", "start-post job=start main=a.1 control=post.1" },
                             { "exit a 1", "start-post result=exit-code job=start control=post.1" },
                             { "exit post 0", "failed result=exit-code" } } },
                { "Stop is not asked when starting is given up", ALL,
                  START_A "ExecStartPost=/usr/bin/actor post\nExecStop=/usr/bin/actor stop\n",
                  .steps = { { "start a.service", "start-post job=start main=a.1 control=post.1" },
                             { "stop a.service", "stop-sigterm job=stop main=a.1 control=post.1" },
                             { "exit a 0", "stop-sigterm job=stop control=post.1" },
                             { "exit post 0", "dead", "" } } },
                { "the control process first", ALL, START_A "ExecStartPost=/usr/bin/actor post\n",
                  .steps = { { "start a.service", "start-post job=start main=a.1 control=post.1" },
                             { "stop a.service", "stop-sigterm job=stop main=a.1 control=post.1" },
                             { "exit post 3", "stop-sigterm result=exit-code job=stop main=a.1" },
                             { "exit a 0", "failed result=exit-code" } } },
        };

        (void) state;
        RUN_CASES(cases);
}

static void test_stop_commands(void **state) {
        static const Case cases[] = {
                { "Stop, the signal, StopPost, the end", ALL,
                  START_A "ExecStop=/usr/bin/actor stop\nExecStopPost=/usr/bin/actor stoppost\n",
                  .steps = { { "start a.service", "running main=a.1" },
                             { "stop a.service", "stop job=stop main=a.1 control=stop.1" },
                             { "exit stop 0", "stop-sigterm job=stop main=a.1" },
                             { "exit a 0", "stop-post job=stop control=stoppost.1" },
                             { "exit stoppost 0", "dead" } } },
                { "Stop did it", ALL, START_A "ExecStop=/usr/bin/actor stop\nExecStop=/usr/bin/actor ttop\n",
                  .steps = { { "start a.service", "running main=a.1" },
                             { "stop a.service", "stop job=stop main=a.1 control=stop.1" },
                             { "exit a 0", "stop job=stop control=stop.1" },
                             { "exit stop 0", "stop job=stop control=ttop.1" },
                             { "exit ttop 0", "dead" } } },
                { "Stop fails", ALL, START_A "ExecStop=/usr/bin/actor stop\nExecStop=/usr/bin/actor ttop\n",
                  .steps = { { "start a.service", "running main=a.1" },
                             { "stop a.service", "stop job=stop main=a.1 control=stop.1" },
                             { "exit stop 1", "stop-sigterm result=exit-code job=stop main=a.1", "a.1" },
                             { "exit a 0", "failed result=exit-code" } } },
                { "Stop may fail", ALL, START_A "ExecStop=-/usr/bin/actor stop\n",
                  .steps = { { "start a.service", "running main=a.1" },
                             { "stop a.service", "stop job=stop main=a.1 control=stop.1" },
                             { "exit stop 1", "stop-sigterm job=stop main=a.1" },
                             { "exit a 0", "dead" } } },
                { "an end of its own runs Stop as well", ALL, START_A "ExecStop=/usr/bin/actor stop\n",
                  .steps = { { "start a.service", "running main=a.1" },
                             { "exit a 0", "stop control=stop.1" },
                             { "exit stop 0", "dead" } } },
                { "but not a failure", ALL,
                  START_A "ExecStop=/usr/bin/actor stop\nExecStopPost=/usr/bin/actor stoppost\n",
                  .steps = { { "start a.service", "running main=a.1" },
                             { "exit a 1", "stop-post result=exit-code control=stoppost.1" },
                             { "stop a.service", "stop-post result=exit-code job=stop control=stoppost.1" },
                             { "exit stoppost 1", "failed result=exit-code" } } },
                { "StopPost fails", ALL,
                  START_A "ExecStopPost=/usr/bin/actor stoppost\nExecStopPost=/usr/bin/actor ttoppost\n",
                  .steps = { { "start a.service", "running main=a.1" },
                             { "exit a 0", "stop-post control=stoppost.1" },
                             { "exit stoppost 1", "failed result=exit-code" } } },
                { "StopPost may fail", ALL,
                  START_A "ExecStopPost=-/usr/bin/actor stoppost\nExecStopPost=/usr/bin/actor ttoppost\n",
                  .steps = { { "start a.service", "running main=a.1" },
                             { "exit a 0", "stop-post control=stoppost.1" },
                             { "exit stoppost 1", "stop-post control=ttoppost.1" },
                             { "exit ttoppost 0", "dead" } } },
                { "a main process that may fail", ALL, "ExecStart=-/usr/bin/actor a\n",
                  .steps = { { "start a.service", "running main=a.1" }, { "exit a 1", "dead" } } },
                { "a start waits for the stop", ALL, START_A "ExecStopPost=/usr/bin/actor stoppost\n",
                  .steps = { { "start a.service", "running main=a.1" },
                             { "exit a 0", "stop-post control=stoppost.1" },
                             { "start a.service", "stop-post job=start control=stoppost.1" },
                             { "exit stoppost 0", "running main=a.2" } } },
                { "a restart", ALL, "ExecStart=/usr/bin/actor a --exit-on-term\n",
                  .steps = { { "start a.service", "running main=a.1" },
                             { "restart a.service", "running main=a.2" },
                             { "try-restart a.service", "running main=a.3" },
                             { "stop a.service", "dead" },
                             { "try-restart a.service", "dead" } } },
                { "main is gone, its exit status comes while the last process is killed", ALL,
                  START_A "ExecStopPost=/usr/bin/actor stoppost\n",
                  .steps = { { "start a.service", "running main=a.1" },
                             { "fork a b" },
                             { "exit a 0", "stop-sigterm", "b.1" },
                             { "exit b 0", "stop-post control=stoppost.1" },
                             { "fork stoppost c" },
                             { "exit stoppost 0", "final-sigterm", "c.1" },
                             { "exit c 0", "dead" } } },
        };

        (void) state;
        RUN_CASES(cases);
}

static void test_kill_mode(void **state) {
        static const Case cases[] = {
                { "control-group", ALL, "ExecStart=/usr/bin/actor a --exit-on-term\n",
                  .steps = { { "start a.service", "running main=a.1" },
                             { "fork a b" },
                             { "stop a.service", "dead", "" } } },
                { "mixed: SIGTERM for the main process, SIGKILL for the rest", ALL, "KillMode=mixed\n" START_A,
                  .steps = { { "start a.service", "running main=a.1" },
                             { "fork a b" },
                             { "stop a.service", "stop-sigterm job=stop main=a.1", "a.1 b.1" },
                             { "exit a 0", "dead", "" } } },
                { "mixed, the children would go", ALL,
                  "KillMode=mixed\nExecStart=/usr/bin/actor a --exit-on-term\n",
                  .steps = { { "start a.service", "running main=a.1" },
                             { "fork a b" },
                             { "stop a.service", "dead", "" } } },
                { "process: the others stay", ALL,
                  "KillMode=process\nExecStart=/usr/bin/actor a --exit-on-term\n",
                  .steps = { { "start a.service", "running main=a.1" },
                             { "fork a b" },
                             { "stop a.service", "dead", "b.1" } } },
                { "none: all stay", ALL, "KillMode=none\n" START_A,
                  .steps = { { "start a.service", "running main=a.1" },
                             { "fork a b" },
                             { "stop a.service", "dead", "a.1 b.1" },
                             { "exit a 0", "dead" },
                             { "exit b 0", "dead" } } },
                { "SIGKILL after the time-out, all of them", ALL, START_A,
                  .steps = { { "start a.service", "running main=a.1" },
                             { "fork a b" },
                             { "stop a.service", "stop-sigterm job=stop main=a.1", "a.1 b.1" },
                             { "elapse a.service stop", "failed result=timeout", "" } } },
                { "process: SIGKILL for the main process only", ALL, "KillMode=process\n" START_A,
                  .steps = { { "start a.service", "running main=a.1" },
                             { "fork a b" },
                             { "stop a.service", "stop-sigterm job=stop main=a.1" },
                             { "elapse a.service stop", "failed result=timeout", "b.1" } } },
                { "SendSIGKILL=no", ALL, "SendSIGKILL=no\n" START_A "ExecStopPost=/usr/bin/actor stoppost\n",
                  .steps = { { "start a.service", "running main=a.1" },
                             { "stop a.service", "stop-sigterm job=stop main=a.1" },
                             { "elapse a.service stop",
                               "stop-post result=timeout job=stop main=a.1 control=stoppost.1" },
                             { "exit stoppost 0", "stop-post result=timeout job=stop main=a.1", "a.1" },
                             { "elapse a.service stop", "final-sigterm result=timeout job=stop main=a.1" },
                             { "elapse a.service stop", "failed result=timeout", "a.1" } } },
                { "SendSIGKILL=no: no start among leftovers", ALL, "SendSIGKILL=no\n" START_A,
                  .steps = { { "start a.service", "running main=a.1" },
                             { "stop a.service", "stop-sigterm job=stop main=a.1" },
                             { "elapse a.service stop", "final-sigterm result=timeout job=stop main=a.1" },
                             { "elapse a.service stop", "failed result=timeout", "a.1" },
                             { "start a.service", "stop-sigterm result=resources job=start", "a.1" },
                             { "exit a 0", "failed result=resources" } } },
                { "the same before Pre and the condition", ALL,
                  "SendSIGKILL=no\nExecStartPre=/bin/true\n" START_A,
                  .steps = { { "start a.service", "running main=a.1" },
                             { "stop a.service", "stop-sigterm job=stop main=a.1" },
                             { "elapse a.service stop", "final-sigterm result=timeout job=stop main=a.1" },
                             { "elapse a.service stop", "failed result=timeout", "a.1" },
                             { "start a.service", "failed result=resources", "a.1" } } },
                { "the condition", ALL, "SendSIGKILL=no\nKillMode=mixed\nExecCondition=/bin/true\n" START_A,
                  .steps = { { "start a.service", "running main=a.1" },
                             { "fork a b" },
                             { "stop a.service", "stop-sigterm job=stop main=a.1" },
                             { "exit a 0", "dead", "b.1" },
                             { "start a.service", "failed result=resources", "b.1" } } },
                { "KillMode=process starts among leftovers", ALL,
                  "KillMode=process\nSendSIGKILL=no\nExecStart=/usr/bin/actor a --exit-on-term\n",
                  .steps = { { "start a.service", "running main=a.1" },
                             { "fork a b" },
                             { "stop a.service", "dead", "b.1" },
                             { "start a.service", "running main=a.2", "b.1 a.2" } } },
                { "another signal", ALL, "KillSignal=SIGUSR1\n" START_A,
                  .steps = { { "start a.service", "running main=a.1" },
                             { "stop a.service", "failed result=signal", "" } } },
                { "SIGHUP behind it finds a process that ignores it", ALL, "SendSIGHUP=yes\n" START_A,
                  .steps = { { "start a.service", "running main=a.1" },
                             { "fork a b" },
                             { "stop a.service", "stop-sigterm job=stop main=a.1", "a.1 b.1" } } },
        };

        (void) state;
        RUN_CASES(cases);
}

/* Daemons that are no actors: what they make of signals */
static void test_daemon_signals(void **state) {
        static const Case cases[] = {
                { "SIGTERM", ALL, "ExecStart=/usr/sbin/daemon\n",
                  .steps = { { "start a.service", "running main=a.1" }, { "kill a.service", "dead", "" } } },
                { "KillSignal=", ALL, "KillSignal=SIGQUIT\nExecStart=/usr/sbin/daemon\n",
                  .steps = { { "start a.service", "running main=a.1" }, { "stop a.service", "dead", "" } } },
                { "SIGHUP does nothing", ALL, "KillSignal=SIGINT\nSendSIGHUP=yes\nExecStart=/usr/sbin/daemon\n",
                  .steps = { { "start a.service", "running main=a.1" }, { "stop a.service", "dead" } } },
                { "the watchdog's signal kills", ALL, "WatchdogSec=10\nExecStart=/usr/sbin/daemon\n",
                  .steps = { { "start a.service", "running main=a.1" },
                             { "elapse a.service watchdog", "failed result=watchdog" } } },
                { "signals that are ignored by default", ALL, "KillSignal=SIGCHLD\n" START_A,
                  .steps = { { "start a.service", "running main=a.1" },
                             { "stop a.service", "stop-sigterm job=stop main=a.1", "a.1" } } },
                { "fork", ALL, "ExecStart=/usr/sbin/daemon\n",
                  .steps = { { "start a.service", "running main=a.1" },
                             { "fork a b" },
                             { "stop a.service", "dead", "" } } },
                { "tags of control processes", ALL,
                  "ExecStartPre=/usr/bin/x\nExecStart=/usr/sbin/daemon\nExecStop=/usr/bin/x\nExecStopPost=/usr/"
                  "bin/x\n",
                  .steps = { { "start a.service", "running main=a.1" }, { "stop a.service", "dead" } } },
                { "an oneshot is done at once", ALL, "Type=oneshot\nRemainAfterExit=yes\nExecStart=/usr/bin/x\n",
                  .steps = { { "start a.service", "exited", "" } } },
                { "PID file and a child of the daemon", ALL,
                  "Type=forking\nPIDFile=/run/a.pid\nExecStart=/usr/sbin/daemon\n",
                  .steps = { { "start a.service", "running main=a.2" },
                             { "fork a b" },
                             { "stop a.service", "dead", "" } } },
        };

        (void) state;
        RUN_CASES(cases);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_condition),    cmocka_unit_test(test_condition_result),
                cmocka_unit_test(test_pre_and_post), cmocka_unit_test(test_stop_commands),
                cmocka_unit_test(test_kill_mode),    cmocka_unit_test(test_daemon_signals),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
