/* SPDX-License-Identifier: MIT */

/* Time-outs in every state: service.c:service_dispatch_timer. */

#include "service-cases.h"

#define PRE       "ExecStartPre=/usr/bin/actor pre\n"
#define POST      "ExecStartPost=/usr/bin/actor post\n"
#define STOP      "ExecStop=/usr/bin/actor stop\n"
#define STOP_POST "ExecStopPost=/usr/bin/actor stoppost\n"

static void test_start(void **state) {
        static const Case cases[] = {
                { "condition", ALL, "ExecCondition=/usr/bin/actor cond\n" START_A,
                  .steps = { { "start a.service", "condition job=start control=cond.1" },
                             { "elapse a.service start",
                               "stop-sigterm result=timeout job=start control=cond.1" },
                             { "exit cond 1", "failed result=timeout" } } },
                { "start-pre", ALL, PRE START_A,
                  .steps = { { "start a.service", "start-pre job=start control=pre.1" },
                             { "elapse a.service", "stop-sigterm result=timeout job=start control=pre.1" },
                             { "elapse a.service", "failed result=timeout", "" } } },
                { "start", ALL, "Type=notify\n" START_A,
                  .steps = { { "start a.service", "start job=start main=a.1" },
                             { "elapse a.service", "stop-sigterm result=timeout job=start main=a.1" } } },
                { "start of an oneshot has no end", ALL, "Type=oneshot\n" START_A,
                  .steps = { { "start a.service", "start job=start main=a.1" },
                             { "elapse a.service start", "start job=start main=a.1" } } },
                { "unless it says so", ALL, "Type=oneshot\nTimeoutStartSec=5\n" START_A,
                  .steps = { { "start a.service", "start job=start main=a.1" },
                             { "elapse a.service start", "stop-sigterm result=timeout job=start main=a.1" } } },
                { "infinity", ALL, "Type=notify\nTimeoutStartSec=infinity\n" START_A,
                  .steps = { { "start a.service", "start job=start main=a.1" },
                             { "elapse a.service start", "start job=start main=a.1" } } },
                { "start-post", ALL, START_A POST,
                  .steps = { { "start a.service", "start-post job=start main=a.1 control=post.1" },
                             { "elapse a.service",
                               "stop-sigterm result=timeout job=start main=a.1 control=post.1" },
                             { "exit post 0", "stop-sigterm result=timeout job=start main=a.1" },
                             { "exit a 0", "failed result=timeout" } } },
                { "abort", ALL, "TimeoutStartFailureMode=abort\nType=notify\n" START_A,
                  .steps = { { "start a.service", "start job=start main=a.1" },
                             { "elapse a.service", "failed result=timeout", "" } } },
                { "kill", ALL, "TimeoutStartFailureMode=kill\nType=notify\n" START_A,
                  .steps = { { "start a.service", "start job=start main=a.1" },
                             { "elapse a.service", "failed result=timeout", "" } } },
                { "kill, but SendSIGKILL=no", ALL,
                  "TimeoutStartFailureMode=kill\nSendSIGKILL=no\nType=notify\n" START_A STOP_POST,
                  .steps = { { "start a.service", "start job=start main=a.1" },
                             { "elapse a.service",
                               "stop-post result=timeout job=start main=a.1 control=stoppost.1",
                               "a.1 stoppost.1" } } },
        };

        (void) state;
        RUN_CASES(cases);
}

static void test_running(void **state) {
        static const Case cases[] = {
                { "RuntimeMaxSec=", ALL, "RuntimeMaxSec=10\n" START_A STOP,
                  .steps = { { "start a.service", "running main=a.1" },
                             { "elapse a.service runtime", "stop result=timeout main=a.1 control=stop.1" },
                             { "exit stop 0", "stop-sigterm result=timeout main=a.1" },
                             { "exit a 0", "failed result=timeout" } } },
                { "none", ALL, START_A,
                  .steps = { { "start a.service", "running main=a.1" },
                             { "elapse a.service runtime", "running main=a.1" },
                             { "elapse a.service", "running main=a.1" } } },
                { "an oneshot has none", ALL, "Type=oneshot\nRemainAfterExit=yes\nRuntimeMaxSec=10\n" START_A,
                  .steps = { { "start a.service", "start job=start main=a.1" },
                             { "exit a 0", "exited" },
                             { "elapse a.service runtime", "exited" } } },
        };

        (void) state;
        RUN_CASES(cases);
}

static void test_stop(void **state) {
        static const Case cases[] = {
                { "stop, stop-sigterm, stop-sigkill", ALL, START_A STOP,
                  .steps = { { "start a.service", "running main=a.1" },
                             { "stop a.service", "stop job=stop main=a.1 control=stop.1" },
                             { "elapse a.service stop",
                               "stop-sigterm result=timeout job=stop main=a.1 control=stop.1" },
                             { "elapse a.service stop", "failed result=timeout", "" } } },
                { "stop, abort", ALL, "TimeoutStopFailureMode=abort\nSendSIGKILL=no\n" START_A STOP STOP_POST,
                  .steps = { { "start a.service", "running main=a.1" },
                             { "stop a.service", "stop job=stop main=a.1 control=stop.1" },
                             { "elapse a.service stop", "stop-post result=timeout job=stop control=stoppost.1",
                               "stoppost.1" },
                             { "elapse a.service stop", "failed result=timeout", "" } } },
                { "stop, kill", ALL, "TimeoutStopFailureMode=kill\n" START_A STOP,
                  .steps = { { "start a.service", "running main=a.1" },
                             { "stop a.service", "stop job=stop main=a.1 control=stop.1" },
                             { "elapse a.service stop", "failed result=timeout", "" } } },
                { "stop, kill, SendSIGKILL=no", ALL,
                  "TimeoutStopFailureMode=kill\nSendSIGKILL=no\n" START_A STOP STOP_POST,
                  .steps = { { "start a.service", "running main=a.1" },
                             { "stop a.service", "stop job=stop main=a.1 control=stop.1" },
                             { "elapse a.service stop",
                               "stop-post result=timeout job=stop main=a.1 control=stoppost.1",
                               "a.1 stop.1 stoppost.1" },
                             { "elapse a.service stop", "failed result=timeout", "a.1 stop.1 stoppost.1" } } },
                { "stop-sigterm, abort", ALL, "TimeoutStopFailureMode=abort\n" START_A,
                  .steps = { { "start a.service", "running main=a.1" },
                             { "stop a.service", "stop-sigterm job=stop main=a.1" },
                             { "elapse a.service stop", "failed result=timeout", "" } } },
                { "stop-sigterm, SendSIGKILL=no", ALL, "SendSIGKILL=no\n" START_A,
                  .steps = { { "start a.service", "running main=a.1" },
                             { "stop a.service", "stop-sigterm job=stop main=a.1" },
                             { "elapse a.service stop", "final-sigterm result=timeout job=stop main=a.1",
                               "a.1" },
                             { "exit a 0", "failed result=timeout" } } },
                { "no time-out at all", ALL, "TimeoutStopSec=infinity\n" START_A,
                  .steps = { { "start a.service", "running main=a.1" },
                             { "stop a.service", "stop-sigterm job=stop main=a.1" },
                             { "elapse a.service stop", "stop-sigterm job=stop main=a.1" } } },
        };

        (void) state;
        RUN_CASES(cases);
}

static void test_stop_post_and_final(void **state) {
        static const Case cases[] = {
                { "stop-post, final-sigterm, final-sigkill", ALL, START_A STOP_POST,
                  .steps = { { "start a.service", "running main=a.1" },
                             { "exit a 0", "stop-post control=stoppost.1" },
                             { "elapse a.service", "final-sigterm result=timeout control=stoppost.1" },
                             { "elapse a.service", "failed result=timeout", "" } } },
                { "stop-post, abort", ALL, "TimeoutStopFailureMode=abort\n" START_A STOP_POST,
                  .steps = { { "start a.service", "running main=a.1" },
                             { "exit a 0", "stop-post control=stoppost.1" },
                             { "elapse a.service", "failed result=timeout", "" } } },
                { "stop-post, kill", ALL, "TimeoutStopFailureMode=kill\n" START_A STOP_POST,
                  .steps = { { "start a.service", "running main=a.1" },
                             { "exit a 0", "stop-post control=stoppost.1" },
                             { "elapse a.service", "failed result=timeout", "" } } },
                { "stop-post, kill, SendSIGKILL=no", ALL,
                  "Restart=always\nTimeoutStopFailureMode=kill\nSendSIGKILL=no\n" START_A STOP_POST,
                  .steps = { { "start a.service", "running main=a.1" },
                             { "exit a 0", "stop-post control=stoppost.1" },
                             { "elapse a.service", "failed result=timeout", "stoppost.1" } } },
                { "final-sigterm, abort", ALL, "TimeoutStopFailureMode=abort\n" START_A STOP_POST,
                  .steps = { { "start a.service", "running main=a.1" },
                             { "exit a 0", "stop-post control=stoppost.1" },
                             { "fork stoppost b" },
                             { "exit stoppost 0", "final-sigterm" },
                             { "elapse a.service", "failed result=timeout", "" } } },
                { "final-sigterm without SIGKILL is not restarted", ALL,
                  "Restart=always\nSendSIGKILL=no\n" START_A STOP_POST,
                  .steps = { { "start a.service", "running main=a.1" },
                             { "exit a 0", "stop-post control=stoppost.1" },
                             { "fork stoppost b" },
                             { "exit stoppost 0", "final-sigterm" },
                             { "elapse a.service", "failed result=timeout", "b.1" } } },
                { "final-sigterm ends with its process", ALL, START_A STOP_POST,
                  .steps = { { "start a.service", "running main=a.1" },
                             { "exit a 0", "stop-post control=stoppost.1" },
                             { "elapse a.service", "final-sigterm result=timeout control=stoppost.1" },
                             { "exit stoppost 0", "failed result=timeout" } } },
        };

        (void) state;
        RUN_CASES(cases);
}

/* States that end at once as a rule, because nothing survives the signal: what a reload brings back can wait in
 * them. */
static void test_waiting_for_the_killed(void **state) {
        static const Case cases[] = {
                { "stop-watchdog, stop-sigkill", ALL, "WatchdogSec=10\n" START_A STOP_POST,
                  .steps = { { "start a.service", "running main=a.1" },
                             { "pause" },
                             { "elapse a.service watchdog" },
                             { "resume", "stop-post result=watchdog control=stoppost.1" } } },
                { "FinalKillSignal= that does not kill", ALL, "FinalKillSignal=SIGCONT\n" START_A STOP_POST,
                  .steps = { { "start a.service", "running main=a.1" },
                             { "stop a.service", "stop-sigterm job=stop main=a.1" },
                             { "elapse a.service stop", "stop-sigkill result=timeout job=stop main=a.1", "a.1" },
                             { "elapse a.service stop",
                               "stop-post result=timeout job=stop main=a.1 control=stoppost.1" },
                             { "elapse a.service stop",
                               "final-sigterm result=timeout job=stop main=a.1 control=stoppost.1" },
                             { "elapse a.service stop",
                               "final-sigkill result=timeout job=stop main=a.1 control=stoppost.1" },
                             { "exit stoppost 0", "final-sigkill result=timeout job=stop main=a.1" },
                             { "elapse a.service stop", "failed result=timeout", "a.1" } } },
        };

        (void) state;
        RUN_CASES(cases);
}

static void test_reload(void **state) {
        static const Case cases[] = {
                { "the command is killed, the service goes on", ALL,
                  START_A "ExecReload=/usr/bin/actor reload\n",
                  .steps = { { "start a.service", "running main=a.1" },
                             { "reload a.service", "reload job=reload main=a.1 control=reload.1" },
                             { "elapse a.service start", "running reload=timeout main=a.1", "a.1" },
                             { "reload a.service", "reload job=reload main=a.1 control=reload.2" },
                             { "exit reload 0", "running main=a.1" } } },
                { "RELOADING=1 has a time-out, too, and 252 forgets it", "252 262",
                  "Type=notify\nExecStart=/usr/bin/actor a --ready\n", .fragile = true,
                  .steps = { { "start a.service", "running main=a.1" },
                             { "notify a RELOADING=1" },
                             { "elapse a.service start", NULL },
                             { "elapse a.service start", NULL } } },
                { "254 to 257 go right back to reloading", "254 255 257",
                  "Type=notify\nExecStart=/usr/bin/actor a --ready\n", .fragile = true,
                  .steps = { { "start a.service", "running main=a.1" },
                             { "notify a RELOADING=1", "reload-notify main=a.1" },
                             { "elapse a.service start", "reload-notify reload=timeout main=a.1" } } },
                { "unless they forgot", "254 255 257", "Type=notify\nExecStart=/usr/bin/actor a --ready\n",
                  .fragile = true,
                  .steps = { { "start a.service", "running main=a.1" },
                             { "notify a RELOADING=1", "reload-notify main=a.1" },
                             { "daemon-reload", "reload-notify main=a.1" },
                             { "elapse a.service start", "running reload=timeout main=a.1" } } },
                { "262 does not", "262", "Type=notify\nExecStart=/usr/bin/actor a --ready\n",
                  .steps = { { "start a.service", "running main=a.1" },
                             { "notify a RELOADING=1", "reload-notify main=a.1" },
                             { "elapse a.service start", "running reload=timeout main=a.1" } } },
        };

        (void) state;
        RUN_CASES(cases);
}

/* The timer that is armed first is meant when none is named. */
static void test_unnamed(void **state) {
        static const Case cases[] = {
                { "the watchdog was there first", ALL, "WatchdogSec=10\nRuntimeMaxSec=10\n" START_A,
                  .steps = { { "start a.service", "running main=a.1" },
                             { "elapse a.service", "failed result=watchdog" } } },
                { "a timer of a state that is over", ALL, "RuntimeMaxSec=10\n" START_A,
                  .steps = { { "start a.service", "running main=a.1" },
                             { "elapse a.service start", "running main=a.1" },
                             { "exit a 0", "dead" },
                             { "elapse a.service", "dead" } } },
                { "stop at the same time", ALL, "RuntimeMaxSec=10\n" START_A STOP,
                  .steps = { { "start a.service", "running main=a.1" },
                             { "pause" },
                             { "elapse a.service runtime" },
                             { "exit a 0" },
                             { "resume", "stop control=stop.1" } } },
        };

        (void) state;
        RUN_CASES(cases);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_start),
                cmocka_unit_test(test_running),
                cmocka_unit_test(test_stop),
                cmocka_unit_test(test_stop_post_and_final),
                cmocka_unit_test(test_waiting_for_the_killed),
                cmocka_unit_test(test_reload),
                cmocka_unit_test(test_unnamed),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
