/* SPDX-License-Identifier: MIT */

/* How a service of each Type= comes up, and what the end of its main process means: core/service.c. */

#include "service-cases.h"

static void test_simple_and_idle(void **state) {
        static const Case cases[] = {
                { "simple runs from the fork", ALL, "Type=simple\n" START_A,
                  .steps = { { "start a.service", "running main=a.1", "a.1" }, { "exit a 0", "dead", "" } } },
                { "no Type= is simple", ALL, START_A,
                  .steps = { { "start a.service", "running main=a.1" },
                             { "exit a 3", "failed result=exit-code" },
                             { "start a.service", "running main=a.2" },
                             { "reset-failed a.service", "running main=a.2" } } },
                { "a signal that asks to stop is a clean end", ALL, START_A,
                  .steps = { { "start a.service", "running main=a.1" },
                             { "signal a 15", "dead" },
                             { "start a.service", "running main=a.2" },
                             { "signal a 9", "failed result=signal" },
                             { "start a.service", "running main=a.3" },
                             { "signal a 11", "failed result=signal" } } },
                { "RemainAfterExit= of simple", ALL, "RemainAfterExit=yes\n" START_A,
                  .steps = { { "start a.service", "running main=a.1" },
                             { "exit a 0", "exited" },
                             { "start a.service", "exited" },
                             { "stop a.service", "dead" },
                             { "start a.service", "running main=a.2" },
                             { "exit a 1", "failed result=exit-code" } } },
                { "idle", ALL, "Type=idle\nExecStartPre=/usr/bin/actor pre\n" START_A,
                  .steps = { { "start a.service", "start-pre control=pre.1" },
                             { "exit pre 0", "running main=a.1" },
                             { "stop a.service", "stop-sigterm job=stop main=a.1" },
                             { "exit a 0", "dead" } } },
        };

        (void) state;
        RUN_CASES(cases);
}

/* While it starts an idle service is active, so its job is done. */
static void test_idle_is_active(void **state) {
        (void) state;

        for (unsigned idle = 0; idle < 2; idle++) {
                g_autofree char *scenario = g_strdup_printf("unit a.service\n"
                                                            "  [Service]\n"
                                                            "  Type=%s\n"
                                                            "  ExecStartPre=/usr/bin/actor pre\n"
                                                            "  ExecStart=/usr/bin/actor a\n"
                                                            "start a.service\n",
                                                            idle ? "idle" : "exec");
                g_autoptr(Fixture) f = fixture_new("257", scenario);

                fixture_run(f);
                assert_unit(f, "a.service",
                            idle ? "loaded active start-pre control=pre.1"
                                 : "loaded activating start-pre job=start control=pre.1");
        }
}

static void test_exec(void **state) {
        static const Case cases[] = {
                { "exec runs from execve()", ALL, "Type=exec\n" START_A,
                  .steps = { { "start a.service", "running main=a.1" },
                             { "signal a 9", "failed result=signal" } } },
                { "exec, gone before PID 1 looks: the end comes behind the pipe", ALL,
                  "Type=exec\nExecStart=/bin/false\n",
                  .steps = { { "start a.service", "failed result=exit-code", "" } } },
                { "exec and true", ALL, "Type=exec\nRemainAfterExit=yes\nExecStart=/bin/true\n",
                  .steps = { { "start a.service", "exited", "" } } },
                { "credentials imply exec", "257 262",
                  "LoadCredential=x\nExecStart=/bin/true\nRemainAfterExit=yes\n",
                  .steps = { { "start a.service", "exited" } } },
        };

        (void) state;
        RUN_CASES(cases);
}

static void test_oneshot(void **state) {
        static const Case cases[] = {
                { "oneshot is done when its process is", ALL, "Type=oneshot\n" START_A,
                  .steps = { { "start a.service", "start job=start main=a.1" }, { "exit a 0", "dead" } } },
                { "commands one after another", ALL,
                  "Type=oneshot\nRemainAfterExit=yes\n" START_A "ExecStart=/usr/bin/actor b\n",
                  .steps = { { "start a.service", "start job=start main=a.1" },
                             { "exit a 0", "start job=start main=b.1", "b.1" },
                             { "exit b 0", "exited" } } },
                { "a failure ends the list", ALL, "Type=oneshot\n" START_A "ExecStart=/usr/bin/actor b\n",
                  .steps = { { "start a.service", "start job=start main=a.1" },
                             { "exit a 1", "failed result=exit-code", "" } } },
                { "but not with a dash", ALL,
                  "Type=oneshot\nExecStart=-/usr/bin/actor a\nExecStart=/usr/bin/actor b\n",
                  .steps = { { "start a.service", "start job=start main=a.1" },
                             { "exit a 1", "start job=start main=b.1" },
                             { "exit b 1", "failed result=exit-code" } } },
                { "SIGTERM is no clean end of a command", ALL, "Type=oneshot\n" START_A,
                  .steps = { { "start a.service", "start job=start main=a.1" },
                             { "signal a 15", "failed result=signal" } } },
                { "no command at all", ALL, "RemainAfterExit=yes\nExecStop=/usr/bin/actor stop\n",
                  .steps = { { "start a.service", "exited" },
                             { "stop a.service", "stop job=stop control=stop.1" },
                             { "exit stop 0", "dead" } } },
                { "stopped while it works", ALL, "Type=oneshot\n" START_A,
                  .steps = { { "start a.service", "start job=start main=a.1" },
                             { "stop a.service", "stop-sigterm job=stop main=a.1" },
                             { "exit a 1", "failed result=exit-code" } } },
                { "with Post", ALL,
                  "Type=oneshot\nRemainAfterExit=yes\n" START_A "ExecStartPost=/usr/bin/actor post\n",
                  .steps = { { "start a.service", "start job=start main=a.1" },
                             { "exit a 0", "start-post job=start control=post.1" },
                             { "exit post 0", "exited" } } },
        };

        (void) state;
        RUN_CASES(cases);
}

static void test_notify(void **state) {
        static const Case cases[] = {
                { "notify waits for READY=1", ALL, "Type=notify\n" START_A,
                  .steps = { { "start a.service", "start job=start main=a.1" },
                             { "notify a STATUS=hello", "start job=start main=a.1" },
                             { "notify a READY=1", "running main=a.1" },
                             { "exit a 0", "dead" } } },
                { "READY=1 at once", ALL, "Type=notify\nExecStart=/usr/bin/actor a --ready\n",
                  .steps = { { "start a.service", "running main=a.1" } } },
                { "gone before it was ready", ALL, "Type=notify\n" START_A,
                  .steps = { { "start a.service", "start job=start main=a.1" },
                             { "exit a 0", "failed result=protocol" },
                             { "start a.service", "start job=start main=a.2" },
                             { "exit a 2", "failed result=exit-code" } } },
                { "RemainAfterExit= does not help the main process alone", ALL,
                  "Type=notify\nRemainAfterExit=yes\n" START_A,
                  .steps = { { "start a.service", "start job=start main=a.1" },
                             { "exit a 0", "failed result=protocol" } } },
                { "but where others may speak", ALL,
                  "Type=notify\nRemainAfterExit=yes\nNotifyAccess=all\n" START_A,
                  .steps = { { "start a.service", "start job=start main=a.1" },
                             { "fork a b", "start job=start main=a.1", "a.1 b.1" },
                             { "exit a 0", "start job=start", "b.1" },
                             { "notify b READY=1", "exited" } } },
                { "until nobody is left: the cgroup is empty", ALL,
                  "Type=notify\nRemainAfterExit=yes\nNotifyAccess=all\n" START_A,
                  .steps = { { "start a.service", "start job=start main=a.1" },
                             { "fork a b", "start job=start main=a.1" },
                             { "exit a 0", "start job=start" },
                             { "exit b 0", "failed result=protocol" } } },
                { "a notify daemon that is no actor", ALL, "Type=notify\nExecStart=/usr/sbin/daemon\n",
                  .steps = { { "start a.service", "running main=a.1" }, { "stop a.service", "dead" } } },
        };

        (void) state;
        RUN_CASES(cases);
}

static void test_dbus(void **state) {
        static const Case cases[] = {
                { "dbus waits for the name", ALL, "Type=dbus\nBusName=org.a\n" START_A,
                  .steps = { { "start a.service", "start job=start main=a.1" },
                             { "own-name a org.b", "start job=start main=a.1" },
                             { "own-name a org.a", "running main=a.1" },
                             { "exit a 0", "dead" } } },
                { "BusName= alone says dbus", ALL, "BusName=org.a\nExecStart=/usr/sbin/daemon\n",
                  .steps = { { "start a.service", "running main=a.1" },
                             { "signal a 9", "failed result=signal" } } },
                { "the name never comes", ALL, "Type=dbus\nBusName=org.a\n" START_A,
                  .steps = { { "start a.service", "start job=start main=a.1" },
                             { "elapse a.service start", "stop-sigterm result=timeout job=start main=a.1" },
                             { "exit a 0", "failed result=timeout" } } },
                { "gone before it has the name", ALL, "Type=dbus\nBusName=org.a\n" START_A,
                  .steps = { { "start a.service", "start job=start main=a.1" }, { "exit a 0", "dead" } } },
                { "another takes the name: nothing is lost", ALL, "Type=dbus\nBusName=org.a\n" START_A,
                  .steps = { { "start a.service", "start job=start main=a.1" },
                             { "own-name a org.a", "running main=a.1" },
                             { "fork a b", "running main=a.1" },
                             { "own-name b org.a", "running main=a.1" } } },
                { "the name goes and its owner lives: stop", ALL, "Type=dbus\nBusName=org.a\n" START_A,
                  .steps = { { "start a.service", "start job=start main=a.1" },
                             { "fork a b", "start job=start main=a.1" },
                             { "own-name b org.a", "running main=a.1" },
                             { "exit b 0", "stop-sigterm main=a.1" },
                             { "exit a 0", "dead" } } },
                { "the same with RemainAfterExit=", ALL,
                  "Type=dbus\nRemainAfterExit=yes\nBusName=org.a\n" START_A,
                  .steps = { { "start a.service", "start job=start main=a.1" },
                             { "fork a b", "start job=start main=a.1" },
                             { "own-name b org.a", "running main=a.1" },
                             { "exit b 0", "exited", "a.1" } } },
                { "a name that is no criterion tells the main process", ALL,
                  "Type=forking\nGuessMainPID=no\nBusName=org.a\nExecStart=/usr/bin/actor launcher\n",
                  .steps = { { "start a.service", "start job=start control=launcher.1" },
                             { "fork launcher a", "start job=start control=launcher.1" },
                             { "exit launcher 0", "running" },
                             { "own-name a org.a", "running main=a.1" },
                             { "exit a 0", "dead" } } },
                { "which is known already", ALL, "Type=simple\nBusName=org.a\n" START_A,
                  .steps = { { "start a.service", "running main=a.1" },
                             { "fork a b", "running main=a.1" },
                             { "own-name b org.a", "running main=a.1" },
                             { "exit b 0", "running main=a.1" } } },
        };

        (void) state;
        RUN_CASES(cases);
}

/* 262 gives a name that went away with the broker two seconds to come back: that is the look after a reload. */
static void test_dbus_revalidating(void **state) {
        static const Case cases[] = {
                { "ready by ExecStartPost= without the name", "252 254 255 257",
                  "Type=dbus\nBusName=org.a\n" START_A "ExecStartPost=/usr/bin/actor post\n", .fragile = true,
                  .steps = { { "start a.service", "start job=start main=a.1" },
                             { "fork a b" },
                             { "own-name b org.a", "start-post job=start main=a.1 control=post.1" },
                             { "exit b 0", "start-post job=start main=a.1 control=post.1" },
                             { "exit post 0", "stop-sigterm job=start main=a.1" } } },
                { "the same in 262", "262",
                  "Type=dbus\nBusName=org.a\n" START_A "ExecStartPost=/usr/bin/actor post\n",
                  .steps = { { "start a.service", "start job=start main=a.1" },
                             { "fork a b" },
                             { "own-name b org.a", "start-post job=start main=a.1 control=post.1" },
                             { "exit b 0", "start-post job=start main=a.1 control=post.1" },
                             { "exit post 0", "running-revalidating main=a.1" },
                             { "notify a STATUS=x", "running-revalidating main=a.1" },
                             { "own-name a org.a", "running main=a.1" } } },
                { "the grace period ends", "262",
                  "Type=dbus\nBusName=org.a\n" START_A "ExecStartPost=/usr/bin/actor post\n",
                  .steps = { { "start a.service", "start job=start main=a.1" },
                             { "fork a b" },
                             { "own-name b org.a", "start-post job=start main=a.1 control=post.1" },
                             { "exit b 0" },
                             { "exit post 0", "running-revalidating main=a.1" },
                             { "elapse a.service", "stop-sigterm main=a.1" },
                             { "exit a 0", "dead" } } },
                { "or its process does", "262",
                  "Type=dbus\nBusName=org.a\n" START_A "ExecStartPost=/usr/bin/actor post\n",
                  .steps = { { "start a.service", "start job=start main=a.1" },
                             { "fork a b" },
                             { "own-name b org.a", "start-post job=start main=a.1 control=post.1" },
                             { "exit b 0" },
                             { "exit post 0", "running-revalidating main=a.1" },
                             { "exit a 1", "failed result=exit-code" } } },
                { "stop meanwhile", "262",
                  "Type=dbus\nBusName=org.a\n" START_A "ExecStartPost=/usr/bin/actor post\n",
                  .steps = { { "start a.service", "start job=start main=a.1" },
                             { "fork a b" },
                             { "own-name b org.a", "start-post job=start main=a.1 control=post.1" },
                             { "exit b 0" },
                             { "exit post 0", "running-revalidating main=a.1" },
                             { "stop a.service", "stop-sigterm job=stop main=a.1" } } },
        };

        (void) state;
        RUN_CASES(cases);
}

static void test_forking(void **state) {
        static const Case cases[] = {
                { "the only process that is left is the main one", ALL,
                  "Type=forking\nExecStart=/usr/bin/actor first\n",
                  .steps = { { "start a.service", "start job=start control=first.1" },
                             { "fork first a", "start job=start control=first.1" },
                             { "exit first 0", "running main=a.1" },
                             { "exit a 1", "failed result=exit-code" } } },
                { "two are too many", ALL, "Type=forking\nExecStart=/usr/bin/actor first\n",
                  .steps = { { "start a.service", "start job=start control=first.1" },
                             { "fork first a" },
                             { "fork first b" },
                             { "exit first 0", "running", "a.1 b.1" },
                             { "exit a 1", "running" },
                             { "exit b 1", "dead" } } },
                { "GuessMainPID=no", ALL, "Type=forking\nGuessMainPID=no\nExecStart=/usr/bin/actor first\n",
                  .steps = { { "start a.service", "start job=start control=first.1" },
                             { "fork first a" },
                             { "exit first 0", "running", "a.1" },
                             { "stop a.service", "stop-sigterm job=stop" },
                             { "exit a 0", "dead" } } },
                { "nothing is left", ALL, "Type=forking\nExecStart=/usr/bin/actor first\n",
                  .steps = { { "start a.service", "start job=start control=first.1" },
                             { "exit first 0", "dead" } } },
                { "the first one fails", ALL, "Type=forking\nExecStart=/usr/bin/actor first\n",
                  .steps = { { "start a.service", "start job=start control=first.1" },
                             { "fork first a" },
                             { "exit first 4", "stop-sigterm result=exit-code job=start" },
                             { "exit a 0", "failed result=exit-code" } } },
                { "it fails and may", ALL, "Type=forking\nExecStart=-/usr/bin/actor first\n",
                  .steps = { { "start a.service", "start job=start control=first.1" },
                             { "fork first a" },
                             { "exit first 4", "running main=a.1" },
                             { "exit a 1", "dead" } } },
                { "SIGTERM is a clean end of it", ALL, "Type=forking\nExecStart=/usr/bin/actor first\n",
                  .steps = { { "start a.service", "start job=start control=first.1" },
                             { "fork first a" },
                             { "signal first 15", "running main=a.1" } } },
                { "a real daemon", ALL, "Type=forking\nPIDFile=/run/a.pid\nExecStart=/usr/sbin/daemon\n",
                  .steps = { { "start a.service", "running main=a.2", "a.2" },
                             { "stop a.service", "dead" },
                             { "start a.service", "running main=a.4" } } },
                { "a real daemon without a PID file", ALL, "Type=forking\nExecStart=/usr/sbin/daemon\n",
                  .steps = { { "start a.service", "running main=a.2" },
                             { "signal a 6", "failed result=signal" } } },
                { "with Post", ALL,
                  "Type=forking\nExecStart=/usr/bin/actor first\nExecStartPost=/usr/bin/actor post\n",
                  .steps = { { "start a.service", "start job=start control=first.1" },
                             { "fork first a" },
                             { "exit first 0", "start-post job=start main=a.1 control=post.1" },
                             { "exit post 0", "running main=a.1" } } },
                { "the daemon does not see the end of Post", ALL,
                  "Type=forking\nExecStart=/usr/bin/actor first\nExecStartPost=/usr/bin/actor post\n",
                  .steps = { { "start a.service", "start job=start control=first.1" },
                             { "fork first a" },
                             { "exit first 0", "start-post job=start main=a.1 control=post.1" },
                             { "exit a 0", "start-post job=start control=post.1" },
                             { "exit post 0", "dead" } } },
        };

        (void) state;
        RUN_CASES(cases);
}

static void test_pid_file(void **state) {
        static const Case cases[] = {
                { "never written: nobody is left", ALL,
                  "Type=forking\nPIDFile=/run/a.pid\nExecStart=/usr/bin/actor first\n",
                  .steps = { { "start a.service", "start job=start control=first.1" },
                             { "exit first 0", "failed result=protocol" } } },
                { "never written: a main process that nobody knew is not missed", ALL,
                  "Type=forking\nPIDFile=/run/a.pid\nExecStart=/usr/bin/actor first\n",
                  .steps = { { "start a.service", "start job=start control=first.1" },
                             { "fork first a" },
                             { "exit first 0", "start job=start", "a.1" },
                             { "exit a 0", "start job=start" } } },
                { "never written: time is over", ALL,
                  "Type=forking\nPIDFile=/run/a.pid\nExecStart=/usr/bin/actor first\n",
                  .steps = { { "start a.service", "start job=start control=first.1" },
                             { "fork first a" },
                             { "exit first 0", "start job=start" },
                             { "elapse a.service start", "stop-sigterm result=timeout job=start" },
                             { "exit a 0", "failed result=timeout" } } },
                { "Post should have written it", ALL,
                  "Type=forking\nPIDFile=/run/a.pid\nExecStart=/usr/bin/actor first\nExecStartPost=/bin/true\n",
                  .steps = { { "start a.service", "start job=start control=first.1" },
                             { "exit first 0", "failed result=protocol" } } },
                { "Post should have, the daemon lives", ALL,
                  "Type=forking\nPIDFile=/run/a.pid\nExecStart=/usr/bin/actor first\nExecStartPost=/bin/true\n",
                  .steps = { { "start a.service", "start job=start control=first.1" },
                             { "fork first a" },
                             { "exit first 0", "start-post job=start" },
                             { "elapse a.service", "stop-sigterm result=timeout job=start" } } },
                { "it is there when Post is done", ALL,
                  "Type=forking\nPIDFile=/run/a.pid\nExecStart=/usr/sbin/daemon\nExecStartPost=/usr/bin/actor "
                  "post\n",
                  .steps = { { "start a.service", "start-post job=start main=a.2 control=post.1" },
                             { "exit post 0", "running main=a.2" } } },
        };

        (void) state;
        RUN_CASES(cases);
}

static void test_exit_type_cgroup(void **state) {
        static const Case cases[] = {
                { "it lives as long as anything does", ALL, "ExitType=cgroup\n" START_A,
                  .steps = { { "start a.service", "running main=a.1" },
                             { "fork a b", "running main=a.1" },
                             { "exit a 0", "running", "b.1" },
                             { "exit b 0", "dead" } } },
                { "the result is that of the main process", ALL, "ExitType=cgroup\n" START_A,
                  .steps = { { "start a.service", "running main=a.1" },
                             { "fork a b", "running main=a.1" },
                             { "exit a 7", "running result=exit-code", "b.1" },
                             { "exit b 0", "failed result=exit-code" } } },
                { "it was alone", ALL, "ExitType=cgroup\n" START_A,
                  .steps = { { "start a.service", "running main=a.1" }, { "exit a 0", "dead" } } },
                { "notify: nobody is ready", ALL, "Type=notify\nExitType=cgroup\nNotifyAccess=all\n" START_A,
                  .steps = { { "start a.service", "start job=start main=a.1" },
                             { "fork a b" },
                             { "exit a 0", "start job=start", "b.1" },
                             { "exit b 0", "failed result=protocol" } } },
                { "notify: the child is", ALL, "Type=notify\nExitType=cgroup\nNotifyAccess=all\n" START_A,
                  .steps = { { "start a.service", "start job=start main=a.1" },
                             { "fork a b" },
                             { "exit a 0", "start job=start" },
                             { "notify b READY=1", "running" },
                             { "exit b 0", "dead" } } },
                { "dbus: the name does not come", ALL, "Type=dbus\nBusName=org.a\nExitType=cgroup\n" START_A,
                  .steps = { { "start a.service", "start job=start main=a.1" },
                             { "fork a b" },
                             { "exit a 0", "start job=start", "b.1" },
                             { "exit b 0", "dead" } } },
                { "exec: 252 hears of its end before it reads the pipe", ALL,
                  "Type=exec\nExitType=cgroup\nExecStartPre=/usr/bin/actor pre\nExecStart=/bin/true\n",
                  .steps = { { "start a.service", "start-pre job=start control=pre.1" },
                             { "fork pre b" },
                             { "exit pre 0", "running", "b.1" },
                             { "exit b 0", "dead" } } },
                { "forking", ALL, "Type=forking\nExitType=cgroup\nExecStart=/usr/bin/actor first\n",
                  .steps = { { "start a.service", "start job=start control=first.1" },
                             { "fork first a" },
                             { "exit first 0", "running main=a.1" },
                             { "fork a b" },
                             { "exit a 0", "running" },
                             { "stop a.service", "stop-sigterm job=stop" },
                             { "exit b 0", "dead" } } },
        };

        (void) state;
        RUN_CASES(cases);
}

static void test_success_exit_status(void **state) {
        static const Case cases[] = {
                { "codes and signals of the main process", ALL, "SuccessExitStatus=5 SIGUSR1\n" START_A,
                  .steps = { { "start a.service", "running main=a.1" },
                             { "exit a 5", "dead" },
                             { "start a.service", "running main=a.2" },
                             { "signal a 10", "dead" },
                             { "start a.service", "running main=a.3" },
                             { "exit a 6", "failed result=exit-code" } } },
                { "a signal that could leave a core, too", ALL, "SuccessExitStatus=SIGABRT\n" START_A,
                  .steps = { { "start a.service", "running main=a.1" }, { "signal a 6", "dead" } } },
                { "a control process has them, too", ALL,
                  "SuccessExitStatus=5\nExecStartPre=/usr/bin/actor pre\n" START_A,
                  .steps = { { "start a.service", "start-pre job=start control=pre.1" },
                             { "exit pre 5", "running main=a.1" } } },
                { "an oneshot, too", ALL, "Type=oneshot\nSuccessExitStatus=SIGTERM\n" START_A,
                  .steps = { { "start a.service", "start job=start main=a.1" }, { "signal a 15", "dead" } } },
        };

        (void) state;
        RUN_CASES(cases);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_simple_and_idle),
                cmocka_unit_test(test_idle_is_active),
                cmocka_unit_test(test_exec),
                cmocka_unit_test(test_oneshot),
                cmocka_unit_test(test_notify),
                cmocka_unit_test(test_dbus),
                cmocka_unit_test(test_dbus_revalidating),
                cmocka_unit_test(test_forking),
                cmocka_unit_test(test_pid_file),
                cmocka_unit_test(test_exit_type_cgroup),
                cmocka_unit_test(test_success_exit_status),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
