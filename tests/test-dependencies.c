/* SPDX-License-Identifier: MIT */

/* What each type of dependency does, from both sides: unit-dependency-atom.c, transaction.c, unit.c:unit_notify,
 * systemd.unit(5). */

#include "cases.h"

#define A_RUNS      "a.service loaded active running main=a.1"
#define A_DEAD      "a.service down"
#define B_RUNS      "b.service loaded active running main=b.1"
#define B_DEAD      "b.service down"
#define FAILS(name) "unit " name ".service\n  [Service]\n  Type=oneshot\n  ExecStart=false\n"
#define HANDLER     ACTOR("h", "", "")

static void test_requires(void **state) {
        static const Case cases[] = {
                { "a start pulls it in", ALL_VERSIONS,
                  POLITE_ACTOR("a", "  Requires=b.service\n", "") POLITE_ACTOR("b", "", "") "start a.service\n",
                  A_RUNS "\n" B_RUNS, NULL },
                { "a stop takes it along", ALL_VERSIONS,
                  POLITE_ACTOR("a", "  Requires=b.service\n", "")
                          POLITE_ACTOR("b", "", "") "start a.service\nstop b.service\n",
                  A_DEAD "\n" B_DEAD, NULL },
                { "the other way it is left alone", ALL_VERSIONS,
                  POLITE_ACTOR("a", "  Requires=b.service\n", "")
                          POLITE_ACTOR("b", "", "") "start a.service\nstop a.service\n",
                  A_DEAD "\n" B_RUNS, NULL },
                { "a restart takes it along", ALL_VERSIONS,
                  POLITE_ACTOR("a", "  Requires=b.service\n", "")
                          POLITE_ACTOR("b", "", "") "start a.service\nrestart b.service\n",
                  "a.service loaded active running main=a.2\nb.service loaded active running main=b.2", NULL },
                { "a restart does not start who is down", ALL_VERSIONS,
                  POLITE_ACTOR("a", "  Requires=b.service\n", "")
                          POLITE_ACTOR("b", "", "") "unit keep.target\n  [Unit]\n  After=a.service\nstart "
                                                    "keep.target b.service\nrestart b.service\n",
                  A_DEAD "\nb.service loaded active running main=b.2", NULL },
                { "an exit does not", ALL_VERSIONS,
                  POLITE_ACTOR("a", "  Requires=b.service\n", "")
                          POLITE_ACTOR("b", "", "") "start a.service\nexit b 1\n",
                  A_RUNS "\nb.service loaded failed failed", NULL },
                { "a start that fails fails the other", ALL_VERSIONS,
                  POLITE_ACTOR("a", "  Requires=b.service\n  After=b.service\n", "")
                          FAILS("b") "start a.service\n",
                  "a.service not-loaded\nb.service loaded failed failed", NULL },
                { "but not without an order", ALL_VERSIONS,
                  POLITE_ACTOR("a", "  Requires=b.service\n", "") FAILS("b") "start a.service\n",
                  A_RUNS "\nb.service loaded failed failed", NULL },
                { "what is not there cannot be required", ALL_VERSIONS,
                  POLITE_ACTOR("a", "  Requires=b.service\n", "") "start a.service\n",
                  "a.service not-loaded\nb.service not-loaded", NULL },
                { "nor what is masked", ALL_VERSIONS,
                  POLITE_ACTOR("a", "  Requires=b.service\n", "") "unit b.service\nstart a.service\n",
                  "a.service not-loaded\nb.service not-loaded", NULL },
                { ".requires", ALL_VERSIONS,
                  POLITE_ACTOR("a", "", "")
                          POLITE_ACTOR("b", "", "") "link a.service.requires/b.service ../b.service\nstart "
                                                    "a.service\nstop b.service\n",
                  A_DEAD "\n" B_DEAD, NULL },
        };

        (void) state;
        CASES_CHECK(cases);
}

static void test_requisite(void **state) {
        static const Case cases[] = {
                { "what is up will do", ALL_VERSIONS,
                  ACTOR("a", "  Requisite=b.service\n  After=b.service\n", "")
                          ACTOR("b", "", "") "start b.service\nstart a.service\n",
                  A_RUNS "\n" B_RUNS, NULL },
                { "what is down is not started", ALL_VERSIONS,
                  ACTOR("a", "  Requisite=b.service\n  After=b.service\n", "")
                          ACTOR("b", "", "") "start a.service\n",
                  "a.service not-loaded\nb.service not-loaded", NULL },
                { "what is starting is waited for", ALL_VERSIONS,
                  ACTOR("a", "  Requisite=b.service\n  After=b.service\n", "")
                          SLOW_ACTOR("b", "") "start b.service\nstart a.service\n",
                  "a.service loaded inactive dead job=start\n"
                  "b.service loaded activating start job=start main=b.1",
                  NULL },
                { "and then it will do", ALL_VERSIONS,
                  ACTOR("a", "  Requisite=b.service\n  After=b.service\n", "")
                          SLOW_ACTOR("b", "") "start b.service\nstart a.service\nexit b 0\n",
                  A_RUNS "\nb.service loaded active exited", NULL },
                { "a oneshot that is over will not", ALL_VERSIONS,
                  ACTOR("a", "  Requisite=b.service\n  After=b.service\n", "")
                          ACTOR("b", "", "  Type=oneshot\n") "start b.service\nstart a.service\nexit b 0\n",
                  "a.service not-loaded\nb.service not-loaded", NULL },
                { "a stop takes it along", ALL_VERSIONS,
                  POLITE_ACTOR("a", "  Requisite=b.service\n  After=b.service\n", "")
                          POLITE_ACTOR("b", "", "") "start b.service\nstart a.service\nstop b.service\n",
                  A_DEAD "\n" B_DEAD, NULL },
        };

        (void) state;
        CASES_CHECK(cases);
}

static void test_wants(void **state) {
        static const Case cases[] = {
                { "a start pulls it in", ALL_VERSIONS,
                  POLITE_ACTOR("a", "  Wants=b.service\n", "") POLITE_ACTOR("b", "", "") "start a.service\n",
                  A_RUNS "\n" B_RUNS, NULL },
                { "a stop does not take it along", ALL_VERSIONS,
                  POLITE_ACTOR("a", "  Wants=b.service\n", "")
                          POLITE_ACTOR("b", "", "") "start a.service\nstop b.service\n",
                  A_RUNS "\n" B_DEAD, NULL },
                { "a failure is no failure", ALL_VERSIONS,
                  POLITE_ACTOR("a", "  Wants=b.service\n  After=b.service\n", "") FAILS("b") "start a.service\n",
                  A_RUNS "\nb.service loaded failed failed", NULL },
                { "nor is what is not there", ALL_VERSIONS,
                  POLITE_ACTOR("a", "  Wants=b.service\n", "") "start a.service\n",
                  A_RUNS "\nb.service not-found inactive dead", NULL },
                { "nor what is masked", ALL_VERSIONS,
                  POLITE_ACTOR("a", "  Wants=b.service\n", "") "unit b.service\nstart a.service\n",
                  A_RUNS "\nb.service masked inactive dead", NULL },
                { ".wants", ALL_VERSIONS,
                  POLITE_ACTOR("a", "", "") POLITE_ACTOR(
                          "b", "", "") "link a.service.wants/b.service ../b.service\nstart a.service\n",
                  A_RUNS "\n" B_RUNS, NULL },
        };

        (void) state;
        CASES_CHECK(cases);
}

static void test_binds_to(void **state) {
        static const Case cases[] = {
                { "a start pulls it in", ALL_VERSIONS,
                  POLITE_ACTOR("a", "  BindsTo=b.service\n  After=b.service\n", "")
                          POLITE_ACTOR("b", "", "") "start a.service\n",
                  A_RUNS "\n" B_RUNS, NULL },
                { "an exit takes it along", ALL_VERSIONS,
                  POLITE_ACTOR("a", "  BindsTo=b.service\n  After=b.service\n", "")
                          POLITE_ACTOR("b", "", "") "start a.service\nexit b 0\n",
                  A_DEAD "\n" B_DEAD, NULL },
                { "a failure takes it along", ALL_VERSIONS,
                  POLITE_ACTOR("a", "  BindsTo=b.service\n", "")
                          POLITE_ACTOR("b", "", "") "start a.service\nexit b 1\n",
                  A_DEAD "\nb.service loaded failed failed", NULL },
                { "a oneshot that is over is no ground to stand on", ALL_VERSIONS,
                  POLITE_ACTOR("a", "  BindsTo=b.service\n  After=b.service\n", "")
                          ACTOR("b", "", "  Type=oneshot\n") "start a.service\nexit b 0\n",
                  "a.service not-loaded\nb.service not-loaded", NULL },
                { "who is started alone is stopped", ALL_VERSIONS,
                  POLITE_ACTOR("a", "  BindsTo=b.service\n",
                               "") "unit b.service\n  [Service]\n  Type=oneshot\n  ExecStart=true\n"
                                   "start a.service\n",
                  A_DEAD "\n" B_DEAD, NULL },
        };

        (void) state;
        CASES_CHECK(cases);
}

static void test_part_of(void **state) {
        static const Case cases[] = {
                { "a start does not pull it in", ALL_VERSIONS,
                  POLITE_ACTOR("a", "  PartOf=b.service\n", "") POLITE_ACTOR("b", "", "") "start b.service\n",
                  "a.service not-loaded\n" B_RUNS, NULL },
                { "a stop takes it along", ALL_VERSIONS,
                  POLITE_ACTOR("a", "  PartOf=b.service\n", "")
                          POLITE_ACTOR("b", "", "") "start a.service b.service\nstop b.service\n",
                  A_DEAD "\n" B_DEAD, NULL },
                { "a restart takes it along", ALL_VERSIONS,
                  POLITE_ACTOR("a", "  PartOf=b.service\n", "")
                          POLITE_ACTOR("b", "", "") "start a.service b.service\nrestart b.service\n",
                  "a.service loaded active running main=a.2\nb.service loaded active running main=b.2", NULL },
                { "an exit does not", ALL_VERSIONS,
                  POLITE_ACTOR("a", "  PartOf=b.service\n", "")
                          POLITE_ACTOR("b", "", "") "start a.service b.service\nexit b 0\n",
                  A_RUNS "\n" B_DEAD, NULL },
                { "of a target", ALL_VERSIONS,
                  POLITE_ACTOR("a", "  PartOf=t.target\n", "")
                          TARGET("t", "  Wants=a.service\n") "start t.target\nstop t.target\n",
                  A_DEAD "\nt.target down", NULL },
        };

        (void) state;
        CASES_CHECK(cases);
}

static void test_upholds(void **state) {
        static const Case cases[] = {
                { "a start pulls it in", ALL_VERSIONS,
                  POLITE_ACTOR("a", "  Upholds=b.service\n", "") POLITE_ACTOR("b", "", "") "start a.service\n",
                  A_RUNS "\n" B_RUNS, NULL },
                { "it comes back after an exit", ALL_VERSIONS,
                  POLITE_ACTOR("a", "  Upholds=b.service\n", "")
                          POLITE_ACTOR("b", "", "") "start a.service\nexit b 0\n",
                  A_RUNS "\nb.service loaded active running main=b.2", NULL },
                { "and after a stop", ALL_VERSIONS,
                  POLITE_ACTOR("a", "  Upholds=b.service\n", "")
                          POLITE_ACTOR("b", "", "") "start a.service\nstop b.service\n",
                  A_RUNS "\nb.service loaded active running main=b.2", NULL },
                { "but not once nobody upholds it", ALL_VERSIONS,
                  POLITE_ACTOR("a", "  Upholds=b.service\n", "")
                          POLITE_ACTOR("b", "", "") "start a.service\nstop a.service\nstop b.service\n",
                  A_DEAD "\n" B_DEAD, NULL },
                { "UpheldBy= is not known before 254", "252",
                  POLITE_ACTOR("a", "", "") POLITE_ACTOR("b", "  UpheldBy=a.service\n",
                                                         "") "start a.service b.service\nexit b 0\n",
                  A_RUNS "\nb.service not-loaded", NULL },
                { ".upholds", SINCE_254,
                  POLITE_ACTOR("a", "", "") POLITE_ACTOR(
                          "b", "",
                          "") "link a.service.upholds/b.service ../b.service\nstart a.service\nexit b 0\n",
                  A_RUNS "\nb.service loaded active running main=b.2", NULL },
                { ".upholds is not read by 252", "252",
                  POLITE_ACTOR("a", "", "") POLITE_ACTOR(
                          "b", "", "") "link a.service.upholds/b.service ../b.service\nstart a.service\n",
                  A_RUNS "\nb.service not-loaded", NULL },
        };

        (void) state;
        CASES_CHECK(cases);
}

static void test_conflicts(void **state) {
        static const Case cases[] = {
                { "a start stops the other", ALL_VERSIONS,
                  POLITE_ACTOR("a", "  Conflicts=b.service\n", "")
                          POLITE_ACTOR("b", "", "") "start b.service\nstart a.service\n",
                  A_RUNS "\n" B_DEAD, NULL },
                { "and the other way", ALL_VERSIONS,
                  POLITE_ACTOR("a", "  Conflicts=b.service\n", "")
                          POLITE_ACTOR("b", "", "") "start a.service\nstart b.service\n",
                  A_DEAD "\n" B_RUNS, NULL },
                { "an ordered one waits for the stop", ALL_VERSIONS,
                  POLITE_ACTOR("a", "  Conflicts=b.service\n  After=b.service\n", "")
                          ACTOR("b", "", "") "start b.service\nstart a.service\n",
                  "a.service loaded inactive dead job=start\n"
                  "b.service loaded deactivating stop-sigterm job=stop main=b.1",
                  NULL },
                { "whom somebody wants", ALL_VERSIONS,
                  POLITE_ACTOR("a", "  Conflicts=b.service\n", "") POLITE_ACTOR("b", "", "")
                          TARGET("t", "  Wants=a.service b.service\n") "start t.target\n",
                  "t.target loaded active active", NULL },
        };

        (void) state;
        CASES_CHECK(cases);
}

static void test_on_failure(void **state) {
        static const Case cases[] = {
                { "an exit that is a failure", ALL_VERSIONS,
                  POLITE_ACTOR("a", "  OnFailure=h.service\n", "") HANDLER "start a.service\nexit a 1\n",
                  "a.service loaded failed failed\nh.service loaded active running main=h.1", NULL },
                { "one that is none", ALL_VERSIONS,
                  POLITE_ACTOR("a", "  OnFailure=h.service\n", "") HANDLER "start a.service\nexit a 0\n",
                  "a.service not-loaded\nh.service not-loaded", NULL },
                { "a stop is none", ALL_VERSIONS,
                  POLITE_ACTOR("a", "  OnFailure=h.service\n", "") HANDLER "start a.service\nstop a.service\n",
                  "a.service not-loaded\nh.service not-loaded", NULL },
                { "a start whose requirement failed", ALL_VERSIONS,
                  POLITE_ACTOR("a", "  Requires=b.service\n  After=b.service\n  OnFailure=h.service\n", "")
                          FAILS("b") HANDLER "start a.service\n",
                  "h.service loaded active running main=h.1", NULL },
                { "what will be restarted has not failed yet", "252",
                  POLITE_ACTOR("a", "  OnFailure=h.service\n", "  Restart=always\n  RestartSec=1h\n") HANDLER
                  "start a.service\nexit a 1\n",
                  "a.service loaded activating auto-restart\nh.service loaded inactive dead", NULL },
                { "what will be restarted has failed in between", SINCE_254,
                  POLITE_ACTOR("a", "  OnFailure=h.service\n", "  Restart=always\n  RestartSec=1h\n") HANDLER
                  "start a.service\nexit a 1\n",
                  "a.service loaded activating auto-restart\nh.service loaded active running main=h.1", NULL },
                { "unless it goes there directly", SINCE_254,
                  POLITE_ACTOR("a", "  OnFailure=h.service\n",
                               "  Restart=always\n  RestartSec=1h\n  RestartMode=direct\n") HANDLER
                  "start a.service\nexit a 1\n",
                  "a.service loaded activating auto-restart\nh.service loaded inactive dead", NULL },
                { "job mode isolate stops all others", ALL_VERSIONS,
                  POLITE_ACTOR("a", "  OnFailure=rescue.target\n  OnFailureJobMode=isolate\n", "")
                          POLITE_ACTOR("b", "", "") "start a.service b.service\nexit a 1\n",
                  "a.service loaded failed failed\nb.service not-loaded\n"
                  "rescue.target loaded active active",
                  NULL },
        };

        (void) state;
        CASES_CHECK(cases);
}

static void test_on_success(void **state) {
        static const Case cases[] = {
                { "an exit that is a success", ALL_VERSIONS,
                  POLITE_ACTOR("a", "  OnSuccess=h.service\n", "") HANDLER "start a.service\nexit a 0\n",
                  A_DEAD "\nh.service loaded active running main=h.1", NULL },
                { "one that is none", ALL_VERSIONS,
                  POLITE_ACTOR("a", "  OnSuccess=h.service\n", "") HANDLER "start a.service\nexit a 1\n",
                  "a.service loaded failed failed\nh.service loaded inactive dead", NULL },
                { "a stop is one", ALL_VERSIONS,
                  POLITE_ACTOR("a", "  OnSuccess=h.service\n", "") HANDLER "start a.service\nstop a.service\n",
                  A_DEAD "\nh.service loaded active running main=h.1", NULL },
        };

        (void) state;
        CASES_CHECK(cases);
}

#define RELOADABLE(name, unit_section) ACTOR(name, unit_section, "  ExecReload=/usr/bin/actor " name "-reload\n")
#define A_RELOADS                      "a.service loaded reloading reload job=reload main=a.1 control=a-reload.1"
#define B_RELOADS                      "b.service loaded reloading reload job=reload main=b.1 control=b-reload.1"

static void test_propagates_reload_to(void **state) {
        static const Case cases[] = {
                { "a reload takes it along", ALL_VERSIONS,
                  RELOADABLE("a", "  PropagatesReloadTo=b.service\n")
                          RELOADABLE("b", "") "start a.service b.service\nreload a.service\n",
                  A_RELOADS "\n" B_RELOADS, NULL },
                { "not the other way", ALL_VERSIONS,
                  RELOADABLE("a", "  PropagatesReloadTo=b.service\n")
                          RELOADABLE("b", "") "start a.service b.service\nreload b.service\n",
                  A_RUNS "\n" B_RELOADS, NULL },
                { "seen from the other side", ALL_VERSIONS,
                  RELOADABLE("a", "") RELOADABLE(
                          "b",
                          "  ReloadPropagatedFrom=a.service\n") "start a.service b.service\nreload a.service\n",
                  A_RELOADS "\n" B_RELOADS, NULL },
                { "who is down stays down", ALL_VERSIONS,
                  RELOADABLE("a", "  PropagatesReloadTo=b.service\n")
                          RELOADABLE("b", "") "start a.service\nreload a.service\n",
                  A_RELOADS "\n" B_DEAD, NULL },
                { "who cannot reload may pass it on", ALL_VERSIONS,
                  TARGET("t", "  PropagatesReloadTo=b.service\n")
                          RELOADABLE("b", "") "start t.target b.service\nreload t.target\n",
                  "t.target loaded active active\n" B_RELOADS, NULL },
                { "who cannot reload and has nobody to pass it on to", ALL_VERSIONS,
                  TARGET("t", "") "start t.target\nreload t.target\n", "t.target loaded active active", NULL },
        };

        (void) state;
        CASES_CHECK(cases);
}

static void test_propagates_stop_to(void **state) {
        static const Case cases[] = {
                { "a stop takes it along", ALL_VERSIONS,
                  POLITE_ACTOR("a", "  PropagatesStopTo=b.service\n", "")
                          POLITE_ACTOR("b", "", "") "start a.service b.service\nstop a.service\n",
                  A_DEAD "\n" B_DEAD, NULL },
                { "not the other way", ALL_VERSIONS,
                  POLITE_ACTOR("a", "  PropagatesStopTo=b.service\n", "")
                          POLITE_ACTOR("b", "", "") "start a.service b.service\nstop b.service\n",
                  A_RUNS "\n" B_DEAD, NULL },
                { "seen from the other side", ALL_VERSIONS,
                  POLITE_ACTOR("a", "", "") POLITE_ACTOR("b", "  StopPropagatedFrom=a.service\n",
                                                         "") "start a.service b.service\nstop a.service\n",
                  A_DEAD "\n" B_DEAD, NULL },
                { "an exit takes it along", ALL_VERSIONS,
                  POLITE_ACTOR("a", "  PropagatesStopTo=b.service\n", "")
                          POLITE_ACTOR("b", "", "") "start a.service b.service\nexit a 0\n",
                  A_DEAD "\n" B_DEAD, NULL },
                { "a restart is not a stop for 252", "252",
                  POLITE_ACTOR("a", "  PropagatesStopTo=b.service\n", "")
                          POLITE_ACTOR("b", "", "") "start a.service b.service\nrestart a.service\n",
                  "a.service loaded active running main=a.2\n" B_RUNS, NULL },
                { "a restart takes along whom it does not need", SINCE_254,
                  POLITE_ACTOR("a", "  PropagatesStopTo=b.service\n", "")
                          POLITE_ACTOR("b", "", "") "start a.service b.service\nrestart a.service\n",
                  "a.service loaded active running main=a.2\n" B_DEAD, NULL },
                { "and restarts whom it needs", SINCE_254,
                  POLITE_ACTOR("a", "  PropagatesStopTo=b.service\n  Wants=b.service\n", "")
                          POLITE_ACTOR("b", "", "") "start a.service\nrestart a.service\n",
                  "a.service loaded active running main=a.2\nb.service loaded active running main=b.2", NULL },
        };

        (void) state;
        CASES_CHECK(cases);
}

static void test_stop_when_unneeded(void **state) {
        static const Case cases[] = {
                { "the last one goes", ALL_VERSIONS,
                  POLITE_ACTOR("a", "  Wants=b.service\n", "")
                          POLITE_ACTOR("b", "  StopWhenUnneeded=yes\n", "") "start a.service\nstop a.service\n",
                  "a.service not-loaded\nb.service not-loaded", NULL },
                { "another one stays", ALL_VERSIONS,
                  POLITE_ACTOR("a", "  Wants=b.service\n", "") POLITE_ACTOR("b", "  StopWhenUnneeded=yes\n", "")
                          POLITE_ACTOR("c", "  BindsTo=b.service\n",
                                       "") "start a.service c.service\nstop a.service\n",
                  A_DEAD "\n" B_RUNS, NULL },
                { "nobody ever needed it", ALL_VERSIONS,
                  POLITE_ACTOR("b", "  StopWhenUnneeded=yes\n", "") "start b.service\n", "b.service not-loaded",
                  NULL },
                { "an exit is as good", ALL_VERSIONS,
                  POLITE_ACTOR("a", "  Requires=b.service\n", "")
                          POLITE_ACTOR("b", "  StopWhenUnneeded=yes\n", "") "start a.service\nexit a 1\n",
                  "a.service loaded failed failed\n" B_DEAD, NULL },
                { "who comes back needs it still", ALL_VERSIONS,
                  POLITE_ACTOR("a", "  Requires=b.service\n", "  Restart=always\n  RestartSec=1h\n")
                          POLITE_ACTOR("b", "  StopWhenUnneeded=yes\n", "") "start a.service\nexit a 1\n",
                  "a.service loaded activating auto-restart\n" B_RUNS, NULL },
        };

        (void) state;
        CASES_CHECK(cases);
}

static void test_order(void **state) {
        static const Case cases[] = {
                { "the later one waits", ALL_VERSIONS,
                  SLOW_ACTOR("a", "  After=b.service\n") SLOW_ACTOR("b", "")
                          TARGET("t", "  Wants=a.service b.service\n") "start t.target\n",
                  "a.service loaded inactive dead job=start\n"
                  "b.service loaded activating start job=start main=b.1\n"
                  "t.target loaded inactive dead job=start",
                  NULL },
                { "until the first one is up", ALL_VERSIONS,
                  SLOW_ACTOR("a", "") SLOW_ACTOR("b", "  Before=a.service\n")
                          TARGET("t", "  Wants=a.service b.service\n") "start t.target\nexit b 0\n",
                  "a.service loaded activating start job=start main=a.1\nb.service loaded active exited\n"
                  "t.target loaded inactive dead job=start",
                  NULL },
                { "a target waits for what it wants", ALL_VERSIONS,
                  SLOW_ACTOR("a", "") SLOW_ACTOR("b", "")
                          TARGET("t", "  Wants=a.service b.service\n") "start t.target\nexit b 0\nexit a 0\n",
                  "a.service loaded active exited\nb.service loaded active exited\nt.target loaded active "
                  "active",
                  NULL },
                { "a target without default dependencies does not", ALL_VERSIONS,
                  SLOW_ACTOR("a", "")
                          TARGET("t", "  DefaultDependencies=no\n  Wants=a.service\n") "start t.target\n",
                  "a.service loaded activating start job=start main=a.1\nt.target loaded active active", NULL },
                { "stopping goes the other way", ALL_VERSIONS,
                  ACTOR("a", "  After=b.service\n  PartOf=t.target\n", "") ACTOR("b", "  PartOf=t.target\n", "")
                          TARGET("t", "  Wants=a.service b.service\n") "start t.target\nstop t.target\n",
                  "a.service loaded deactivating stop-sigterm job=stop main=a.1\n"
                  "b.service loaded active running job=stop main=b.1",
                  NULL },
                { "and then", ALL_VERSIONS,
                  ACTOR("a", "  After=b.service\n  PartOf=t.target\n", "") ACTOR("b", "  PartOf=t.target\n", "")
                          TARGET("t",
                                 "  Wants=a.service b.service\n") "start t.target\nstop t.target\nexit a 0\n",
                  A_DEAD "\nb.service loaded deactivating stop-sigterm job=stop main=b.1", NULL },
        };

        (void) state;
        CASES_CHECK(cases);
}

/* unit.c:retroactively_start_dependencies: a unit that is up without a job of its own. */
static void test_retroactively(void **state) {
        static const Case cases[] = {
                { "a target that is up after all gets what it wants", ALL_VERSIONS,
                  POLITE_ACTOR("a", "  BindsTo=b.service\n", "")
                          POLITE_ACTOR("b", "", "") "start a.service\nexit b 0\nstart b.service\n",
                  A_DEAD "\nb.service loaded active running main=b.2", NULL },
                { "a restart by itself brings back what it requires", ALL_VERSIONS,
                  POLITE_ACTOR("a", "  Requires=b.service\n", "  Restart=always\n  RestartSec=0\n")
                          POLITE_ACTOR("b", "", "") "start a.service\nexit b 0\nexit a 0\n",
                  "a.service loaded active running main=a.2\nb.service loaded active running main=b.2", NULL },
        };

        (void) state;
        CASES_CHECK(cases);
}

/* unit.c:manager_ratelimit_check_and_queue: sixteen times in ten seconds. */
static void test_rate_limit(void **state) {
#define TWICE(s)   s s
#define SIXTEEN(s) TWICE(TWICE(TWICE(TWICE(s))))
#define UPHELD                                                                                                  \
        POLITE_ACTOR("a", "  Upholds=b.service\n", "")                                                          \
        POLITE_ACTOR("b", "  StartLimitIntervalSec=0\n", "") "start a.service\n"
        static const Case cases[] = {
                { "often", ALL_VERSIONS, UPHELD SIXTEEN("exit b 0\n"),
                  A_RUNS "\nb.service loaded active running main=b.17", NULL },
                { "too often", ALL_VERSIONS, UPHELD SIXTEEN("exit b 0\n") "exit b 0\n",
                  A_RUNS "\nb.service loaded inactive dead", NULL },
                { "until time has passed", ALL_VERSIONS,
                  UPHELD SIXTEEN("exit b 0\n") "exit b 0\nelapse b.service limit\n",
                  A_RUNS "\nb.service loaded active running main=b.18", NULL },
        };

        (void) state;
        CASES_CHECK(cases);
}

/* What a reload makes of dependencies that look at states: a running unit seems to be dead (see test-reload.c). */
static void test_after_reload(void **state) {
#define JOINED(settings)                                                                                        \
        ACTOR("a", "", "")                                                                                      \
        ACTOR("k", "  After=n.service\n", "")                                                                   \
        POLITE_ACTOR("c", settings, "")                                                                         \
        "start a.service\nstart k.service\nstart c.service\nlink "                                              \
        "n.service a.service\ndaemon-reload\n"
        static const Case cases[] = {
                { "who is bound to it is stopped", "252 254 257", JOINED("  BindsTo=a.service\n"),
                  "a.service loaded inactive dead main=a.1\nc.service down", "a.service n.service" },
                { "who upholds it starts it again", "252 254 257", JOINED("  Upholds=a.service\n"),
                  "a.service loaded active running main=a.2\nc.service loaded active running main=c.1",
                  "a.service n.service" },
                { "who requires it does not mind", "252 254 257", JOINED("  Requires=a.service\n"),
                  "a.service loaded inactive dead main=a.1\nc.service loaded active running main=c.1",
                  "a.service n.service" },
                { "not in the other order", ALL_VERSIONS, JOINED("  BindsTo=a.service\n"),
                  "a.service loaded active running main=a.1\nc.service loaded active running main=c.1",
                  "n.service a.service" },
                { "not in 262", "262", JOINED("  BindsTo=a.service\n"),
                  "a.service loaded active running main=a.1\nc.service loaded active running main=c.1",
                  "a.service n.service" },
        };

        (void) state;
        CASES_CHECK(cases);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_requires),
                cmocka_unit_test(test_requisite),
                cmocka_unit_test(test_wants),
                cmocka_unit_test(test_binds_to),
                cmocka_unit_test(test_part_of),
                cmocka_unit_test(test_upholds),
                cmocka_unit_test(test_conflicts),
                cmocka_unit_test(test_on_failure),
                cmocka_unit_test(test_on_success),
                cmocka_unit_test(test_propagates_reload_to),
                cmocka_unit_test(test_propagates_stop_to),
                cmocka_unit_test(test_stop_when_unneeded),
                cmocka_unit_test(test_order),
                cmocka_unit_test(test_retroactively),
                cmocka_unit_test(test_rate_limit),
                cmocka_unit_test(test_after_reload),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
