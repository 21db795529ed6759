/* SPDX-License-Identifier: MIT */

/* Who leaves memory: unit.c:unit_may_gc, manager.c:unit_gc_sweep. Not-found units live exactly as long as something
 * that stays refers to them; that decides which stale entries a stream has. */

#include "cases.h"

static void test_references(void **state) {
        static const Case cases[] = {
                { "a reference holds what is not there", ALL_VERSIONS,
                  ACTOR("a", "  After=b.service\n", "") "start a.service\n",
                  "a.service loaded active running main=a.1\nb.service not-found inactive dead", NULL },
                { "as long as it lives", ALL_VERSIONS,
                  POLITE_ACTOR("a", "  After=b.service\n", "") "start a.service\nstop a.service\n",
                  "a.service not-loaded\nb.service not-loaded", NULL },
                { "what is dead and unknown goes", ALL_VERSIONS, POLITE_ACTOR("a", "", "") "stop a.service\n",
                  "a.service not-loaded", NULL },
                { "a chain", ALL_VERSIONS,
                  ACTOR("a", "  After=b.service\n", "")
                          ACTOR("b", "  After=c.service\n", "") "start a.service\n",
                  "b.service loaded inactive dead\nc.service not-found inactive dead", NULL },
                { "a chain without its end", ALL_VERSIONS,
                  POLITE_ACTOR("a", "  After=b.service\n", "")
                          ACTOR("b", "  After=c.service\n", "") "start a.service\nstop a.service\n",
                  "a.service not-loaded\nb.service not-loaded\nc.service not-loaded", NULL },
                { "a circle holds nobody", ALL_VERSIONS,
                  POLITE_ACTOR("a", "  After=b.service\n", "") ACTOR("b", "  After=c.service\n", "")
                          ACTOR("c", "  After=b.service\n", "") "start a.service\nstop a.service\n",
                  "b.service not-loaded\nc.service not-loaded", NULL },
                { "somebody outside of it does", ALL_VERSIONS,
                  POLITE_ACTOR("a", "  After=b.service\n", "") ACTOR("b", "  After=c.service\n",
                                                                     "") ACTOR("c", "  After=b.service\n", "")
                          ACTOR("d", "  After=c.service\n", "") "start a.service d.service\nstop a.service\n",
                  "a.service not-loaded\nb.service loaded inactive dead\nc.service loaded inactive dead", NULL },
                { "the other end of a dependency does not", ALL_VERSIONS,
                  ACTOR("a", "", "") ACTOR("b", "  After=a.service\n", "") "start a.service\nstop b.service\n",
                  "a.service loaded active running main=a.1\nb.service not-loaded", NULL },
                { "a trigger holds what it triggers", ALL_VERSIONS,
                  "unit a.timer\n  [Timer]\n  OnCalendar=daily\n" ACTOR("a", "", "") "start a.timer\n",
                  "a.timer loaded active waiting\na.service loaded inactive dead", NULL },
                { "after a reload as before", ALL_VERSIONS,
                  ACTOR("a", "  After=b.service\n", "") ACTOR("c", "", "") "start a.service\ndaemon-reload\n",
                  "b.service not-found inactive dead\nc.service not-loaded", NULL },
                { "a reload that takes the reference away", ALL_VERSIONS,
                  ACTOR("a", "  After=b.service\n", "") "start a.service\n" ACTOR("a", "", "") "daemon-reload\n",
                  "a.service loaded active running main=a.1\nb.service not-loaded", NULL },
        };

        (void) state;
        CASES_CHECK(cases);
}

static void test_states(void **state) {
        static const Case cases[] = {
                { "a failed one stays", ALL_VERSIONS, ACTOR("a", "", "") "start a.service\nexit a 1\n",
                  "a.service loaded failed failed", NULL },
                { "until somebody has seen it", ALL_VERSIONS,
                  ACTOR("a", "", "") "start a.service\nexit a 1\nreset-failed a.service\n",
                  "a.service not-loaded", NULL },
                { "CollectMode=inactive-or-failed", ALL_VERSIONS,
                  ACTOR("a", "  CollectMode=inactive-or-failed\n", "") "start a.service\nexit a 1\n",
                  "a.service not-loaded", NULL },
                { "what has exited is active", ALL_VERSIONS,
                  "unit a.service\n  [Service]\n  Type=oneshot\n  RemainAfterExit=yes\n  ExecStart=true\n"
                  "start a.service\n",
                  "a.service loaded active exited", NULL },
                { "a left-over process", ALL_VERSIONS,
                  ACTOR("a", "",
                        "  KillMode=process\n") "start a.service\nfork a child\nstop a.service\nexit a 0\n",
                  "a.service loaded inactive dead", NULL },
                { "until it is gone", ALL_VERSIONS,
                  ACTOR("a", "", "  KillMode=process\n") "start a.service\nfork a child\nstop a.service\nexit a "
                                                         "0\nexit child 0\n",
                  "a.service not-loaded", NULL },
                { "a job", ALL_VERSIONS,
                  SLOW_ACTOR("a", "  After=b.service\n")
                          SLOW_ACTOR("b", "") "start b.service\nstart a.service\n",
                  "a.service loaded inactive dead job=start", NULL },
                { "a handler that is about to run", ALL_VERSIONS,
                  ACTOR("a", "  OnSuccess=h.service\n", "") SLOW_ACTOR("h", "") "start a.service\nexit a 0\n",
                  "a.service loaded inactive dead\nh.service loaded activating start job=start main=h.1", NULL },
                { "nobody looks again when that is over", ALL_VERSIONS,
                  ACTOR("a", "  OnSuccess=h.service\n", "")
                          SLOW_ACTOR("h", "") "start a.service\nexit a 0\nexit h 1\n",
                  "a.service loaded inactive dead\nh.service loaded failed failed", NULL },
                { "a slice that somebody is in", ALL_VERSIONS,
                  ACTOR("a", "", "  Slice=x.slice\n") "start a.service\n", "x.slice loaded active active",
                  NULL },
                { "waiting for a restart", ALL_VERSIONS,
                  ACTOR("a", "", "  Restart=always\n  RestartSec=1h\n") "start a.service\nexit a 0\n",
                  "a.service loaded activating auto-restart", NULL },
        };

        (void) state;
        CASES_CHECK(cases);
}

static void test_perpetual(void **state) {
        static const Case cases[] = {
                { "slices of PID 1", ALL_VERSIONS,
                  ACTOR("a", "  After=-.slice system.slice init.scope\n",
                        "") "start a.service\nstop a.service\nexit a 0\n",
                  "-.slice loaded active active\nsystem.slice loaded active active\ninit.scope loaded active "
                  "running",
                  NULL },
                { "what the rest of the system holds", ALL_VERSIONS,
                  POLITE_ACTOR("a", "  After=basic.target\n", "") "start a.service\nstop a.service\n",
                  "a.service not-loaded\nbasic.target loaded active active", NULL },
                { "syslog.service, which syslog.socket triggers", ALL_VERSIONS,
                  POLITE_ACTOR("a", "  After=syslog.service\n", "") "start a.service\nstop a.service\n",
                  "a.service not-loaded\nsyslog.service not-found inactive dead", NULL },
        };

        (void) state;
        CASES_CHECK(cases);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_references),
                cmocka_unit_test(test_states),
                cmocka_unit_test(test_perpetual),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
