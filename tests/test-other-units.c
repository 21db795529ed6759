/* SPDX-License-Identifier: MIT */

/* Targets, slices, scopes, sockets, timers and paths: target.c, slice.c, scope.c, socket.c, timer.c, path.c. */

#include <errno.h>

#include "cases.h"
#include "model/job.h"
#include "model/stream.h"

#define SOCKET "unit a.socket\n  [Socket]\n  ListenStream=/run/a\n"
#define TIMER  "unit a.timer\n  [Timer]\n  OnCalendar=daily\n"
#define PATH   "unit a.path\n  [Path]\n  PathExists=/run/a\n"
#define LIMIT  "  StartLimitIntervalSec=1h\n  StartLimitBurst=1\n"

static void test_targets(void **state) {
        static const Case cases[] = {
                { "up at once", ALL_VERSIONS, TARGET("t", "") "start t.target\n",
                  "t.target loaded active active", NULL },
                { "and down", ALL_VERSIONS, TARGET("t", "") "start t.target\nstop t.target\n",
                  "t.target not-loaded", NULL },
                { "restart", ALL_VERSIONS, TARGET("t", "") "start t.target\nrestart t.target\n",
                  "t.target loaded active active", NULL },
                { "over a reload", ALL_VERSIONS, TARGET("t", "") "start t.target\ndaemon-reload\n",
                  "t.target loaded active active", NULL },
                { "an alias", ALL_VERSIONS, TARGET("t", "") "link u.target t.target\nstart u.target\n",
                  "t.target loaded active active\nu.target loaded active active", NULL },
        };

        (void) state;
        CASES_CHECK(cases);
}

static void test_slices(void **state) {
        static const Case cases[] = {
                { "started with who is in it, with those above", ALL_VERSIONS,
                  POLITE_ACTOR("a", "", "  Slice=x-y.slice\n")
                          ACTOR("k", "  After=x.slice\n", "") "start a.service\n",
                  "x-y.slice loaded active active\nx.slice loaded active active", NULL },
                { "stops with all in it", ALL_VERSIONS,
                  POLITE_ACTOR("a", "", "  Slice=x-y.slice\n") "start a.service\nstop x.slice\n",
                  "a.service down\nx-y.slice down\nx.slice down", NULL },
                { "over a reload", ALL_VERSIONS,
                  POLITE_ACTOR("a", "", "  Slice=x-y.slice\n") "start a.service\ndaemon-reload\n",
                  "a.service loaded active running main=a.1\nx-y.slice loaded active active", NULL },
                { "a name that is none", ALL_VERSIONS,
                  ACTOR("k", "  After=x--y.slice\n", "") "start k.service\n",
                  "x--y.slice bad-setting inactive dead", NULL },
        };

        (void) state;
        CASES_CHECK(cases);
}

static void test_sockets(void **state) {
        static const Case cases[] = {
                { "listens", ALL_VERSIONS, SOCKET POLITE_ACTOR("a", "", "") "start a.socket\n",
                  "a.socket loaded active listening\na.service loaded inactive dead", NULL },
                { "has traffic", ALL_VERSIONS,
                  SOCKET POLITE_ACTOR("a", "", "") "start a.socket\ntrigger a.socket\n",
                  "a.socket loaded active running\na.service loaded active running main=a.1", NULL },
                { "traffic while the service is up is the service's", ALL_VERSIONS,
                  SOCKET POLITE_ACTOR("a", "", "") "start a.socket\ntrigger a.socket\ntrigger a.socket\n",
                  "a.socket loaded active running\na.service loaded active running main=a.1", NULL },
                { "listens again when the service is gone", ALL_VERSIONS,
                  SOCKET POLITE_ACTOR("a", "", "") "start a.socket\ntrigger a.socket\nexit a 0\n",
                  "a.socket loaded active listening\na.service loaded inactive dead", NULL },
                { "the service by itself", ALL_VERSIONS,
                  SOCKET POLITE_ACTOR("a", "", "") "start a.socket\nstart a.service\n",
                  "a.socket loaded active running\na.service loaded active running main=a.1", NULL },
                { "a stop leaves the service alone", ALL_VERSIONS,
                  SOCKET POLITE_ACTOR("a", "", "") "start a.socket\ntrigger a.socket\nstop a.socket\n",
                  "a.service loaded active running main=a.1", NULL },
                { "not while the service runs", ALL_VERSIONS,
                  SOCKET POLITE_ACTOR("a", "", "") "start a.service\nstart a.socket\n",
                  "a.socket down\na.service loaded active running main=a.1", NULL },
                { "not for a service that is not there", ALL_VERSIONS, SOCKET "start a.socket\n",
                  "a.socket down", NULL },
                { "a service that waits for its restart", ALL_VERSIONS,
                  SOCKET ACTOR(
                          "a", "",
                          "  Restart=always\n  RestartSec=1h\n") "start a.socket\ntrigger a.socket\nexit a 1\n",
                  "a.socket loaded active listening\na.service loaded activating auto-restart", NULL },
                { "a service that is started too often", ALL_VERSIONS,
                  SOCKET POLITE_ACTOR("a", LIMIT,
                                      "") "start a.socket\ntrigger a.socket\nexit a 0\ntrigger a.socket\n",
                  "a.socket loaded failed failed\na.service loaded failed failed", NULL },
                { "which can be forgotten", ALL_VERSIONS,
                  SOCKET POLITE_ACTOR("a", LIMIT, "") "start a.socket\ntrigger a.socket\nexit a 0\ntrigger "
                                                      "a.socket\nreset-failed a.socket\n",
                  "a.socket not-loaded", NULL },
                { "a socket that is started too often", ALL_VERSIONS,
                  "unit a.socket\n  [Unit]\n" LIMIT "  [Socket]\n  ListenStream=/run/a\n" POLITE_ACTOR(
                          "a", "", "") "start a.socket\nstop a.socket\nstart a.socket\n",
                  "a.socket loaded active listening", NULL },
                { "the same one while it is remembered", ALL_VERSIONS,
                  "unit a.socket\n  [Unit]\n" LIMIT
                  "  [Socket]\n  ListenStream=/run/a\n" POLITE_ACTOR("a", "", "")
                          ACTOR("k", "  After=a.socket\n",
                                "") "start k.service\nstart a.socket\nstop a.socket\nstart a.socket\n",
                  "a.socket loaded failed failed", NULL },
                { "over a reload, listening", ALL_VERSIONS,
                  SOCKET POLITE_ACTOR("a", "", "") "start a.socket\ndaemon-reload\ntrigger a.socket\n",
                  "a.socket loaded active running\na.service loaded active running main=a.1", NULL },
                { "over a reload, running", ALL_VERSIONS,
                  SOCKET POLITE_ACTOR("a", "", "") "start a.socket\ntrigger a.socket\ndaemon-reload\nexit a 0\n",
                  "a.socket loaded active listening\na.service loaded inactive dead", NULL },
                { "with Accept= nothing comes", ALL_VERSIONS,
                  SOCKET "unit a.socket\n  [Socket]\n  ListenStream=/run/a\n  Accept=yes\nunit a@.service\n  "
                         "[Service]\n"
                         "  ExecStart=true\nstart a.socket\ntrigger a.socket\n",
                  "a.socket loaded active listening", NULL },
                { "Service=", ALL_VERSIONS,
                  "unit a.socket\n  [Socket]\n  ListenStream=/run/a\n  Service=b.service\n" POLITE_ACTOR(
                          "b", "", "") "start a.socket\ntrigger a.socket\n",
                  "b.service loaded active running main=b.1", NULL },
                { "one that does not hear", ALL_VERSIONS,
                  SOCKET POLITE_ACTOR("a", "", "")
                          ACTOR("k", "  After=a.socket\n", "") "start k.service\ntrigger a.socket\n",
                  "a.socket loaded inactive dead", NULL },
                { "a service that cannot be started", ALL_VERSIONS,
                  SOCKET POLITE_ACTOR("a", "  Requires=no.service\n", "") "start a.socket\ntrigger a.socket\n",
                  "a.socket loaded failed failed", NULL },
        };

        (void) state;
        CASES_CHECK(cases);
}

static void test_timers(void **state) {
        static const Case cases[] = {
                { "waits", ALL_VERSIONS, TIMER POLITE_ACTOR("a", "", "") "start a.timer\n",
                  "a.timer loaded active waiting", NULL },
                { "elapses", ALL_VERSIONS, TIMER POLITE_ACTOR("a", "", "") "start a.timer\ntrigger a.timer\n",
                  "a.timer loaded active running\na.service loaded active running main=a.1", NULL },
                { "only once at a time", ALL_VERSIONS,
                  TIMER POLITE_ACTOR("a", "", "") "start a.timer\ntrigger a.timer\ntrigger a.timer\n",
                  "a.timer loaded active running\na.service loaded active running main=a.1", NULL },
                { "and waits again", ALL_VERSIONS,
                  TIMER POLITE_ACTOR("a", "", "") "start a.timer\ntrigger a.timer\nexit a 0\n",
                  "a.timer loaded active waiting", NULL },
                { "also after a failure", ALL_VERSIONS,
                  TIMER POLITE_ACTOR("a", "", "") "start a.timer\ntrigger a.timer\nexit a 1\n",
                  "a.timer loaded active waiting\na.service loaded failed failed", NULL },
                { "stops", ALL_VERSIONS, TIMER POLITE_ACTOR("a", "", "") "start a.timer\nstop a.timer\n",
                  "a.timer not-loaded", NULL },
                { "not for what is not there", ALL_VERSIONS, TIMER "start a.timer\n", "a.timer down", NULL },
                { "over a reload, waiting", ALL_VERSIONS,
                  TIMER POLITE_ACTOR("a", "", "") "start a.timer\ndaemon-reload\ntrigger a.timer\n",
                  "a.timer loaded active running\na.service loaded active running main=a.1", NULL },
                { "over a reload, running", ALL_VERSIONS,
                  TIMER POLITE_ACTOR("a", "", "") "start a.timer\ntrigger a.timer\ndaemon-reload\nexit a 0\n",
                  "a.timer loaded active waiting", NULL },
                { "too often", ALL_VERSIONS,
                  "unit a.timer\n  [Unit]\n" LIMIT "  [Timer]\n  OnCalendar=daily\n" POLITE_ACTOR("a", "", "")
                          ACTOR("k", "  After=a.timer\n",
                                "") "start k.service\nstart a.timer\nstop a.timer\nstart a.timer\n",
                  "a.timer loaded failed failed", NULL },
                { "which can be forgotten", ALL_VERSIONS,
                  "unit a.timer\n  [Unit]\n" LIMIT "  [Timer]\n  OnCalendar=daily\n" POLITE_ACTOR("a", "", "")
                          ACTOR("k", "  After=a.timer\n",
                                "") "start k.service\nstart a.timer\nstop a.timer\nstart a.timer\n"
                                    "reset-failed a.timer\nstart a.timer\n",
                  "a.timer loaded active waiting", NULL },
                { "what cannot be started", ALL_VERSIONS,
                  TIMER POLITE_ACTOR("a", "  Requires=no.service\n", "") "start a.timer\ntrigger a.timer\n",
                  "a.timer loaded failed failed", NULL },
        };

        (void) state;
        CASES_CHECK(cases);
}

static void test_paths(void **state) {
        static const Case cases[] = {
                { "waits", ALL_VERSIONS, PATH POLITE_ACTOR("a", "", "") "start a.path\n",
                  "a.path loaded active waiting", NULL },
                { "sees it", ALL_VERSIONS, PATH POLITE_ACTOR("a", "", "") "start a.path\ntrigger a.path\n",
                  "a.path loaded active running\na.service loaded active running main=a.1", NULL },
                { "waits again", ALL_VERSIONS,
                  PATH POLITE_ACTOR("a", "", "") "start a.path\ntrigger a.path\nexit a 0\n",
                  "a.path loaded active waiting\na.service loaded inactive dead", NULL },
                { "runs because the unit does", ALL_VERSIONS,
                  PATH POLITE_ACTOR("a", "", "") "start a.service\nstart a.path\n",
                  "a.path loaded active running", NULL },
                { "a unit that comes up by itself", ALL_VERSIONS,
                  PATH POLITE_ACTOR("a", "", "") "start a.path\nstart a.service\n",
                  "a.path loaded active running", NULL },
                { "a unit that is going down is not down yet", "252 254",
                  PATH ACTOR("a", "",
                             "  ExecStop=/usr/bin/actor stop\n") "start a.service\nstart a.path\nexit a 0\n",
                  "a.path loaded active running\na.service loaded deactivating stop control=stop.1", NULL },
                { "a unit that is going down is down", SINCE_257,
                  PATH ACTOR("a", "",
                             "  ExecStop=/usr/bin/actor stop\n") "start a.service\nstart a.path\nexit a 0\n",
                  "a.path loaded active waiting\na.service loaded deactivating stop control=stop.1", NULL },
                { "stops", ALL_VERSIONS, PATH POLITE_ACTOR("a", "", "") "start a.path\nstop a.path\n",
                  "a.path not-loaded", NULL },
                { "not for what is not there", ALL_VERSIONS, PATH "start a.path\n", "a.path down", NULL },
                { "over a reload, waiting", ALL_VERSIONS,
                  PATH POLITE_ACTOR("a", "", "") "start a.path\ndaemon-reload\ntrigger a.path\n",
                  "a.path loaded active running\na.service loaded active running main=a.1", NULL },
                { "over a reload, running", ALL_VERSIONS,
                  PATH POLITE_ACTOR("a", "", "") "start a.path\ntrigger a.path\ndaemon-reload\n",
                  "a.path loaded active running\na.service loaded active running main=a.1", "a.path a.service" },
                { "over a reload, running, the other way round", ALL_VERSIONS,
                  PATH POLITE_ACTOR("a", "", "") "start a.path\ntrigger a.path\ndaemon-reload\n",
                  "a.path loaded active running\na.service loaded active running main=a.1", "a.service a.path" },
                { "too often", ALL_VERSIONS,
                  "unit a.path\n  [Unit]\n" LIMIT "  [Path]\n  PathExists=/run/a\n" POLITE_ACTOR("a", "", "")
                          ACTOR("k", "  After=a.path\n",
                                "") "start k.service\nstart a.path\nstop a.path\nstart a.path\ndaemon-reload\n",
                  "a.path loaded failed failed", NULL },
                { "which can be forgotten", ALL_VERSIONS,
                  "unit a.path\n  [Unit]\n" LIMIT "  [Path]\n  PathExists=/run/a\n" POLITE_ACTOR("a", "", "")
                          ACTOR("k", "  After=a.path\n",
                                "") "start k.service\nstart a.path\nstop a.path\nstart a.path\n"
                                    "reset-failed a.path\nstart a.path\n",
                  "a.path loaded active waiting", NULL },
                { "a service that is started too often", ALL_VERSIONS,
                  PATH POLITE_ACTOR("a", LIMIT, "") "start a.path\ntrigger a.path\nexit a 0\ntrigger a.path\n",
                  "a.path loaded failed failed\na.service loaded failed failed", NULL },
                { "what cannot be started", ALL_VERSIONS,
                  PATH POLITE_ACTOR("a", "  Requires=no.service\n", "") "start a.path\ntrigger a.path\n",
                  "a.path loaded failed failed", NULL },
        };

        (void) state;
        CASES_CHECK(cases);
}

/* Scopes come into the world by calls that a scenario cannot make, so the stream makes one here. */
static Fixture *scope_new(const char *version, const char *entry) {
        Fixture *f = fixture_new(version, "unit x.scope\n  [Unit]\n  DefaultDependencies=no\n" ACTOR("a", "", "")
                                                  ACTOR("k", "  After=x.scope\n",
                                                        "") "start k.service\nstart a.service\nfork a child\n");
        Manager *m = f->manager;
        g_autofree char *text = g_strdup_printf("\nx.scope\n%s\n", entry);
        StreamReader r = { .text = text, .size = strlen(text) };
        Unit *u;

        fixture_run(f);
        u = manager_get_unit(m, catalog_find_name(f->catalog, "x.scope"));
        unit_free(m, u);

        m->world->flags |= WORLD_RELOADING;
        assert_int_equal(manager_deserialize(m, &r), 0);
        u = manager_get_unit(m, catalog_find_name(f->catalog, "x.scope"));
        unit_coldplug(m, u);
        m->world->flags &= (uint16_t) ~WORLD_RELOADING;
        unit_catchup(m, u);
        return f;
}

#define SCOPE_RUNS "state=running\nwas-abandoned=no\npids=3\ncgroup=/system.slice/x.scope\ncgroup-realized=yes\n"

static void test_scopes(void **state) {
        (void) state;

        for (size_t v = 0; v < 4; v++) {
                const char *const versions[] = { "252", "254", "257", "262" };
                g_autoptr(Fixture) f = scope_new(versions[v], SCOPE_RUNS);
                Manager *m = f->manager;
                NameId name = catalog_find_name(f->catalog, "x.scope");
                Unit *u = manager_get_unit(m, name);

                /* The child belongs to it. */
                m->processes[kernel_find_tag(m, catalog_find_text(f->catalog, "child")) - 1].cgroup = u->cgroup;
                manager_queue_remove(m, QUEUE_CGROUP_EMPTY, u);
                outside_settle(m);
                assert_unit(f, "x.scope", "loaded active running");

                manager_reload(m);
                outside_settle(m);
                assert_unit(f, "x.scope", "loaded active running");

                /* It takes the child a KILL to go: actors do not mind a TERM. */
                u = manager_get_unit(m, name);
                assert_int_equal(manager_add_job(m, JOB_STOP, u, JOB_REPLACE), 0);
                outside_settle(m);
                assert_unit(f, "x.scope", "loaded deactivating stop-sigterm job=stop");
                assert_int_equal(unit_start(m, u), -EAGAIN);

                kernel_exit(m, kernel_find_tag(m, catalog_find_text(f->catalog, "child")), CODE_EXITED, 0);
                outside_settle(m);
                u = manager_get_unit(m, name);
                assert_int_equal(u->state, SCOPE_DEAD);
        }
}

static void test_scopes_die(void **state) {
        static const struct {
                const char *entry, *expected;
                /* clang-format off */
        } cases[] = {
                { "state=failed\n",    "loaded failed failed"       },
                { "state=abandoned\n", "loaded active abandoned"    },
                { "state=dead\n",      "loaded inactive dead"       },
                { "state=stop-sigkill\n", "loaded deactivating stop-sigkill" },
                { "state=nonsense\n",  "loaded inactive dead"       },
        };
        /* clang-format on */

        (void) state;

        for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
                g_autoptr(Fixture) f = scope_new("257", cases[i].entry);
                Manager *m = f->manager;
                Unit *u = manager_get_unit(m, catalog_find_name(f->catalog, "x.scope"));

                assert_unit(f, "x.scope", cases[i].expected);
                if (u->state == SCOPE_FAILED) {
                        assert_int_equal(unit_start(m, u), -EPERM);
                        unit_reset_failed(m, u);
                        assert_int_equal(u->state, SCOPE_DEAD);
                } else if (u->state == SCOPE_DEAD)
                        assert_int_equal(unit_start(m, u), -ENOENT);
                else if (u->state == SCOPE_ABANDONED) {
                        /* Nobody is left in it. */
                        assert_int_equal(unit_stop(m, u), 1);
                        assert_int_equal(u->state, SCOPE_DEAD);
                } else
                        assert_int_equal(unit_stop(m, u), 0);
        }
}

/* What asserts in PID 1 is a crash in the model, not undefined. */
static void test_assertions(void **state) {
        static const struct {
                const char *scenario, *unit;
                uint8_t state;
                bool start;
        } cases[] = {
                { TARGET("t", "") "start t.target\n", "t.target", TARGET_ACTIVE, true },
                { ACTOR("a", "", "  Slice=x.slice\n") "start a.service\n", "x.slice", SLICE_ACTIVE, true },
                { SOCKET ACTOR("a", "", "") "start a.socket\n", "a.socket", SOCKET_LISTENING, true },
                { TIMER ACTOR("a", "", "") "start a.timer\n", "a.timer", TIMER_WAITING, true },
                { PATH ACTOR("a", "", "") "start a.path\n", "a.path", PATH_WAITING, true },
                { TARGET("t", "") "start t.target\n", "t.target", TARGET_DEAD, false },
                { ACTOR("a", "", "  Slice=x.slice\n") "start a.service\n", "x.slice", SLICE_DEAD, false },
                { SOCKET ACTOR("a", "", "") "start a.socket\n", "a.socket", SOCKET_DEAD, false },
                { TIMER ACTOR("a", "", "") "start a.timer\n", "a.timer", TIMER_DEAD, false },
                { PATH ACTOR("a", "", "") "start a.path\n", "a.path", PATH_DEAD, false },
        };

        (void) state;

        for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
                g_autoptr(Fixture) f = fixture_new("257", cases[i].scenario);
                Unit *u;

                fixture_run(f);
                u = manager_get_unit(f->manager, catalog_find_name(f->catalog, cases[i].unit));
                u->state = cases[i].state;
                (void) (cases[i].start ? unit_vtable(u)->start(f->manager, u)
                                       : unit_vtable(u)->stop(f->manager, u));
                assert_int_equal(f->world->crashed, CRASH_OTHER);
                assert_int_equal(f->world->crash_unit, u->id);
        }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_targets),    cmocka_unit_test(test_slices),
                cmocka_unit_test(test_sockets),    cmocka_unit_test(test_timers),
                cmocka_unit_test(test_paths),      cmocka_unit_test(test_scopes),
                cmocka_unit_test(test_scopes_die), cmocka_unit_test(test_assertions),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
