/* SPDX-License-Identifier: MIT */

/* From a request to a set of jobs: transaction.c, manager.c:manager_add_job, 252-262. */

#include <errno.h>

#include "cases.h"
#include "model/job.h"

#define WANTS(names) TARGET("t", "  DefaultDependencies=no\n  Wants=" names "\n")

static void test_cycles(void **state) {
        static const Case cases[] = {
                { "one that is only wanted is left out", ALL_VERSIONS,
                  SLOW_ACTOR("a", "  Wants=b.service\n  After=b.service\n")
                          SLOW_ACTOR("b", "  After=a.service\n") "start a.service\n",
                  "a.service loaded activating start job=start main=a.1\nb.service loaded inactive dead", NULL },
                { "one that is required cannot be", ALL_VERSIONS,
                  SLOW_ACTOR("a", "  Requires=b.service\n  After=b.service\n")
                          SLOW_ACTOR("b", "  After=a.service\n") "start a.service\n",
                  "a.service down\nb.service down", NULL },
                { "a longer way round", ALL_VERSIONS,
                  SLOW_ACTOR("a", "  After=b.service\n  Requires=b.service\n")
                          SLOW_ACTOR("b", "  After=c.service\n  Wants=c.service\n")
                                  SLOW_ACTOR("c", "  After=a.service\n") "start a.service\n",
                  "a.service loaded inactive dead job=start\n"
                  "b.service loaded activating start job=start main=b.1\nc.service loaded inactive dead",
                  NULL },
                { "a target that wants two of one", ALL_VERSIONS,
                  SLOW_ACTOR("a", "") SLOW_ACTOR("b", "  After=t.target\n")
                          TARGET("t", "  Wants=a.service b.service\n") "start t.target\n",
                  "a.service loaded activating start job=start main=a.1\nb.service loaded inactive dead "
                  "job=start\n"
                  "t.target loaded inactive dead job=start",
                  NULL },
                { "one with an installed job", ALL_VERSIONS,
                  SLOW_ACTOR("a", "  After=b.service\n")
                          SLOW_ACTOR("b", "  After=a.service\n") "start a.service\nstart b.service\n",
                  "a.service loaded activating start job=start main=a.1\nb.service down", NULL },
        };

        (void) state;
        CASES_CHECK(cases);
}

static void test_contradictions(void **state) {
        static const Case cases[] = {
                { "both are essential", ALL_VERSIONS,
                  ACTOR("a", "", "")
                          TARGET("t", "  Requires=a.service\n  Conflicts=a.service\n") "start t.target\n",
                  "a.service down\nt.target down", NULL },
                { "only the stop is", ALL_VERSIONS,
                  ACTOR("a", "", "")
                          TARGET("t", "  Wants=a.service\n  Conflicts=a.service\n") "start t.target\n",
                  "a.service loaded inactive dead\nt.target loaded active active", NULL },
                { "two that are wanted: what Conflicts= says is done", ALL_VERSIONS,
                  POLITE_ACTOR("a", "  Conflicts=b.service\n", "") POLITE_ACTOR("b", "", "")
                          WANTS("a.service b.service") "start t.target\n",
                  "a.service loaded active running main=a.1\nb.service loaded inactive dead\n"
                  "t.target loaded active active",
                  NULL },
                { "two that are required", ALL_VERSIONS,
                  ACTOR("a", "  Conflicts=b.service\n", "") ACTOR("b", "", "")
                          TARGET("t", "  Requires=a.service b.service\n") "start t.target\n",
                  "a.service down\nb.service down\nt.target down", NULL },
        };

        (void) state;
        CASES_CHECK(cases);
}

static void test_refusals(void **state) {
        static const Case cases[] = {
                { "RefuseManualStart=", ALL_VERSIONS,
                  ACTOR("a", "  RefuseManualStart=yes\n", "") "start a.service\n", "a.service down", NULL },
                { "it may be pulled in, though", ALL_VERSIONS,
                  ACTOR("a", "  RefuseManualStart=yes\n", "") WANTS("a.service") "start t.target\n",
                  "a.service loaded active running main=a.1", NULL },
                { "RefuseManualStop=", ALL_VERSIONS,
                  ACTOR("a", "  RefuseManualStop=yes\n",
                        "") "start a.service\nstop a.service\nrestart a.service\n",
                  "a.service loaded active running main=a.1", NULL },
                { "not found", ALL_VERSIONS,
                  ACTOR("a", "  After=b.service\n", "") "start a.service\nstart b.service\n",
                  "b.service not-found inactive dead", NULL },
                { "masked", ALL_VERSIONS,
                  ACTOR("a", "  After=b.service\n", "") "unit b.service\n"
                                                        "start a.service\nstart b.service\n",
                  "b.service masked inactive dead", NULL },
                { "bad setting", ALL_VERSIONS,
                  ACTOR("a", "  After=b.service\n",
                        "") "unit b.service\n  [Service]\n  Type=simple\nstart a.service\nstart b.service\n",
                  "b.service bad-setting inactive dead", NULL },
                { "what is running without a file can be stopped", ALL_VERSIONS,
                  POLITE_ACTOR("a", "", "") "start a.service\nrm a.service\ndaemon-reload\nstop a.service\n",
                  "a.service down", NULL },
                { "but not restarted", ALL_VERSIONS,
                  POLITE_ACTOR("a", "", "") "start a.service\nrm a.service\ndaemon-reload\nrestart a.service\n",
                  "a.service not-found active running main=a.1", NULL },
                { "a slice that is perpetual is not stopped", ALL_VERSIONS,
                  ACTOR("a", "  After=system.slice\n", "") "start a.service\nstop system.slice\n",
                  "system.slice loaded active active", NULL },
                { "a scope is not started", ALL_VERSIONS, "start x.scope\n", "x.scope not-loaded", NULL },
        };

        (void) state;
        CASES_CHECK(cases);
}

/* The file appears after it was looked for: transaction_add_job_and_dependencies() reads it again. */
static void test_retried_load(void **state) {
        static const Case cases[] = {
                { "a file that appears", ALL_VERSIONS,
                  ACTOR("a", "  Wants=b.service\n",
                        "") "start a.service\n" ACTOR("b", "", "") "restart a.service\nexit a 0\n",
                  "b.service loaded active running main=b.1", NULL },
                { "one that makes no sense", ALL_VERSIONS,
                  ACTOR("a", "  Wants=b.service\n", "") "start a.service\nunit b.service\n  [Service]\n"
                                                        "restart a.service\nexit a 0\n",
                  "a.service loaded active running main=a.2", NULL },
                { "an alias of another unit", ALL_VERSIONS,
                  POLITE_ACTOR("a", "  Wants=b.service\n", "")
                          POLITE_ACTOR("c", "", "") "start a.service\nlink b.service c.service\nrestart "
                                                    "a.service\nrestart a.service\n",
                  "b.service loaded active running main=c.1", NULL },
        };

        (void) state;
        CASES_CHECK(cases);
}

typedef struct Request {
        const char *versions;
        const char *scenario;
        const char *unit;
        JobType type;
        JobMode mode;
        int result;
        const char *expected; /* as in Case, after it has settled */
} Request;

static void request_check(const Request *r, const char *version, GString *report) {
        g_autoptr(Fixture) f = fixture_new(version, r->scenario);
        g_auto(GStrv) lines = g_strsplit(r->expected, "\n", -1);
        int result;

        fixture_run(f);
        result = manager_add_job_by_name(f->manager, r->type, catalog_find_name(f->catalog, r->unit), r->mode);
        outside_settle(f->manager);

        if (result != r->result)
                g_string_append_printf(report, "%s, %s %s %s: %d instead of %d\n", version,
                                       job_mode_to_string(r->mode), job_type_to_string(r->type), r->unit, result,
                                       r->result);

        for (unsigned i = 0; lines[i]; i++) {
                g_autofree char *name = g_strndup(lines[i], strcspn(lines[i], " "));
                g_autofree char *described = fixture_describe(f, name);
                g_autofree char *line = g_strdup_printf("%s %s", name, described);

                if (strcmp(line, lines[i]) != 0 &&
                    !(g_str_has_suffix(lines[i], " down") && description_is_down(described)))
                        g_string_append_printf(report, "%s, %s %s %s: \"%s\" instead of \"%s\"\n", version,
                                               job_mode_to_string(r->mode), job_type_to_string(r->type), r->unit,
                                               line, lines[i]);
        }
}

static void test_modes(void **state) {
        static const Request requests[] = {
                { ALL_VERSIONS, SLOW_ACTOR("a", "") "start a.service\n", "a.service", JOB_STOP, JOB_FAIL,
                  -EDEADLK, "a.service loaded activating start job=start main=a.1" },
                { ALL_VERSIONS, SLOW_ACTOR("a", "") "start a.service\n", "a.service", JOB_STOP, JOB_REPLACE, 0,
                  "a.service loaded deactivating stop-sigterm job=stop main=a.1" },
                /* The start of what it wants is not worth a contradiction. */
                { ALL_VERSIONS, ACTOR("b", "", "") WANTS("b.service") "start b.service\nstop b.service\n",
                  "t.target", JOB_START, JOB_FAIL, 0,
                  "b.service loaded deactivating stop-sigterm job=stop main=b.1\nt.target loaded active "
                  "active" },
                { ALL_VERSIONS,
                  ACTOR("b", "", "") TARGET("t", "  Requires=b.service\n") "start b.service\nstop b.service\n",
                  "t.target", JOB_START, JOB_FAIL, -EDEADLK,
                  "b.service loaded deactivating stop-sigterm job=stop main=b.1\nt.target not-loaded" },
                /* Stopping what somebody else started is an impact that can be avoided. */
                { ALL_VERSIONS,
                  POLITE_ACTOR("b", "", "") WANTS("c.service")
                          ACTOR("c", "  Conflicts=b.service\n", "") "start b.service\n",
                  "t.target", JOB_START, JOB_FAIL, 0,
                  "b.service loaded active running main=b.1\nc.service loaded inactive dead\n"
                  "t.target loaded active active" },
                { "262", POLITE_ACTOR("b", "", "") ACTOR("c", "  Conflicts=b.service\n", "") "start b.service\n",
                  "c.service", JOB_START, JOB_LENIENT, -EDEADLK,
                  "b.service loaded active running main=b.1\nc.service down" },
                { ALL_VERSIONS,
                  POLITE_ACTOR("b", "", "") ACTOR("c", "  Conflicts=b.service\n", "") "start b.service\n",
                  "c.service", JOB_START, JOB_FAIL, 0,
                  "b.service down\nc.service loaded active running main=c.1" },
                { ALL_VERSIONS, ACTOR("a", "  Requires=b.service\n", "") ACTOR("b", "", ""), "a.service",
                  JOB_START, JOB_IGNORE_DEPENDENCIES, 0,
                  "a.service loaded active running main=a.1\nb.service loaded inactive dead" },
                { ALL_VERSIONS, SLOW_ACTOR("a", "  After=b.service\n") SLOW_ACTOR("b", "") "start b.service\n",
                  "a.service", JOB_START, JOB_IGNORE_DEPENDENCIES, 0,
                  "a.service loaded activating start job=start main=a.1" },
                { ALL_VERSIONS,
                  SLOW_ACTOR("a", "  After=b.service\n  Requires=c.service\n") SLOW_ACTOR("b", "")
                          SLOW_ACTOR("c", "") "start b.service\n",
                  "a.service", JOB_START, JOB_IGNORE_REQUIREMENTS, 0,
                  "a.service loaded inactive dead job=start\nc.service loaded inactive dead" },
                { ALL_VERSIONS, ACTOR("a", "", ""), "a.service", JOB_START, JOB_ISOLATE, -EPERM,
                  "a.service down" },
                { ALL_VERSIONS, ACTOR("a", "", "") "start a.service\n", "a.service", JOB_STOP, JOB_ISOLATE,
                  -EINVAL, "a.service loaded active running main=a.1" },
                { ALL_VERSIONS,
                  TARGET("t", "  AllowIsolate=yes\n  Wants=b.service\n") POLITE_ACTOR("a", "", "")
                          POLITE_ACTOR("b", "", "") POLITE_ACTOR("c", "  IgnoreOnIsolate=yes\n", "")
                                  SLOW_ACTOR("d", "") "start a.service b.service c.service d.service\n",
                  "t.target", JOB_START, JOB_ISOLATE, 0,
                  "a.service down\nb.service loaded active running main=b.1\nc.service loaded active running "
                  "main=c.1\n"
                  "d.service loaded deactivating stop-sigterm job=stop main=d.1\nt.target loaded active "
                  "active" },
                /* Whom a trigger that stays may call for. */
                { ALL_VERSIONS,
                  TARGET("t", "  AllowIsolate=yes\n  Wants=a.timer\n") POLITE_ACTOR(
                          "a", "",
                          "") "unit a.timer\n  [Timer]\n  OnCalendar=daily\nstart a.timer\nstart a.service\n",
                  "t.target", JOB_START, JOB_ISOLATE, 0,
                  "a.service loaded active running main=a.1\na.timer loaded active waiting" },
                { ALL_VERSIONS,
                  TARGET("t", "  AllowIsolate=yes\n") POLITE_ACTOR(
                          "a", "",
                          "") "unit a.timer\n  [Timer]\n  OnCalendar=daily\nstart a.timer\nstart a.service\n",
                  "t.target", JOB_START, JOB_ISOLATE, 0, "a.service down\na.timer down" },
                /* Until 254 the trigger itself may be down. */
                { "252 254",
                  TARGET("t", "  AllowIsolate=yes\n")
                          POLITE_ACTOR("a", "", "") "unit a.timer\n  [Unit]\n  IgnoreOnIsolate=yes\n  [Timer]\n "
                                                    " OnCalendar=daily\n" ACTOR(
                                                            "k", "  IgnoreOnIsolate=yes\n  After=a.timer\n",
                                                            "") "start k.service\nstart a.service\n",
                  "t.target", JOB_START, JOB_ISOLATE, 0,
                  "a.service loaded active running main=a.1\na.timer loaded inactive dead" },
                { SINCE_257,
                  TARGET("t", "  AllowIsolate=yes\n")
                          POLITE_ACTOR("a", "", "") "unit a.timer\n  [Unit]\n  IgnoreOnIsolate=yes\n  [Timer]\n "
                                                    " OnCalendar=daily\n" ACTOR(
                                                            "k", "  IgnoreOnIsolate=yes\n  After=a.timer\n",
                                                            "") "start k.service\nstart a.service\n",
                  "t.target", JOB_START, JOB_ISOLATE, 0,
                  "a.service loaded inactive dead\na.timer loaded inactive dead" },
                /* Others' jobs are canceled, what they began goes on. */
                { ALL_VERSIONS, TARGET("t", "") SLOW_ACTOR("d", "") "start d.service\n", "t.target", JOB_START,
                  JOB_FLUSH, 0, "d.service loaded activating start main=d.1\nt.target loaded active active" },
                { ALL_VERSIONS, ACTOR("a", "", ""), "a.service", JOB_START, JOB_TRIGGERING, -EINVAL,
                  "a.service down" },
                { ALL_VERSIONS,
                  POLITE_ACTOR("a", "", "") "unit a.timer\n  [Timer]\n  OnCalendar=daily\n"
                                            "start a.timer a.service\n",
                  "a.service", JOB_STOP, JOB_TRIGGERING, 0, "a.service down\na.timer down" },
                { ALL_VERSIONS,
                  POLITE_ACTOR("a", "", "") "unit a.timer\n  [Timer]\n  OnCalendar=daily\n"
                                            "start a.timer a.service\n",
                  "a.service", JOB_STOP, JOB_REPLACE, 0,
                  "a.service loaded inactive dead\na.timer loaded active waiting" },
                { ALL_VERSIONS, ACTOR("a", "", ""), "a.service", JOB_STOP, JOB_RESTART_DEPENDENCIES, -EINVAL,
                  "a.service down" },
                { SINCE_254,
                  POLITE_ACTOR("a", "", "")
                          POLITE_ACTOR("b", "  Requires=a.service\n", "") "start b.service\nexit a 0\n",
                  "a.service", JOB_START, JOB_RESTART_DEPENDENCIES, 0,
                  "a.service loaded active running main=a.2\nb.service loaded active running main=b.2" },
                { ALL_VERSIONS,
                  POLITE_ACTOR("a", "", "")
                          POLITE_ACTOR("b", "  Requires=a.service\n", "") "start b.service\nexit a 0\n",
                  "a.service", JOB_START, JOB_REPLACE, 0,
                  "a.service loaded active running main=a.2\nb.service loaded active running main=b.1" },
        };
        g_autoptr(GString) report = g_string_new(NULL);

        (void) state;

        for (size_t i = 0; i < G_N_ELEMENTS(requests); i++) {
                g_auto(GStrv) versions = g_strsplit(requests[i].versions, " ", -1);

                for (unsigned v = 0; versions[v]; v++)
                        request_check(requests + i, versions[v], report);
        }

        assert_string_equal(report->str, "");
}

/* What was asked for irreversibly is not replaced by an ordinary request. */
static void test_irreversible(void **state) {
        (void) state;

        for (size_t v = 0; v < 4; v++) {
                const char *const versions[] = { "252", "254", "257", "262" };
                g_autoptr(Fixture) f = fixture_new(versions[v], ACTOR("a", "", "") "start a.service\n");
                Manager *m = f->manager;
                NameId a = catalog_find_name(f->catalog, "a.service");

                fixture_run(f);
                assert_int_equal(manager_add_job_by_name(m, JOB_STOP, a, JOB_REPLACE_IRREVERSIBLY), 0);
                outside_settle(m);
                assert_true(manager_get_unit(m, a)->job.flags & JOB_IRREVERSIBLE);
                assert_int_equal(manager_add_job_by_name(m, JOB_START, a, JOB_REPLACE), -EDEADLK);
                assert_unit(f, "a.service", "loaded deactivating stop-sigterm job=stop main=a.1");
        }
}

static void test_unknown_names(void **state) {
        g_autoptr(Fixture) f = fixture_new("257", ACTOR("a", "", ""));

        (void) state;
        assert_true(manager_add_job_by_name(f->manager, JOB_START, ID_NONE, JOB_REPLACE) < 0);
}

/* manager.c:manager_propagate_reload: a daemon that reloads by itself takes others along. */
static void test_propagate_reload(void **state) {
        static const Case cases[] = {
                { "RELOADING=1", SINCE_254,
                  ACTOR("a", "  PropagatesReloadTo=b.service\n", "  Type=notify\n") ACTOR(
                          "b", "", "  ExecReload=/usr/bin/actor b-reload\n") "start a.service b.service\nnotify "
                                                                             "a READY=1\nnotify a RELOADING=1\n",
                  "b.service loaded reloading reload job=reload main=b.1 control=b-reload.1", NULL },
                { "to nobody", SINCE_254,
                  ACTOR("a", "", "  Type=notify\n") "start a.service\nnotify a READY=1\nnotify a RELOADING=1\n",
                  "a.service loaded reloading reload-notify main=a.1", NULL },
                { "252 knows reload only", "252",
                  ACTOR("a", "  PropagatesReloadTo=b.service\n", "  Type=notify\n") ACTOR(
                          "b", "", "  ExecReload=/usr/bin/actor b-reload\n") "start a.service b.service\nnotify "
                                                                             "a READY=1\nnotify a RELOADING=1\n",
                  "a.service loaded reloading reload main=a.1\n"
                  "b.service loaded reloading reload job=reload main=b.1 control=b-reload.1",
                  NULL },
        };

        (void) state;
        CASES_CHECK(cases);
}

/* A reload that comes back to where it began: the job that does nothing meets another one of its unit, which
 * job_type_lookup_merge() asserts never to happen. */
static void test_reload_comes_back(void **state) {
        (void) state;

        for (size_t v = 0; v < 4; v++) {
                const char *const versions[] = { "252", "254", "257", "262" };
                g_autoptr(Fixture) f = fixture_new(
                        versions[v],
                        ACTOR("a", "  PropagatesReloadTo=b.service\n",
                              "  Type=notify\n  ExecReload=/usr/bin/actor ra\n")
                                ACTOR("b", "  PropagatesReloadTo=a.service\n",
                                      "  ExecReload=/usr/bin/actor rb\n") "start a.service\nnotify a "
                                                                          "READY=1\nstart b.service\nnotify a "
                                                                          "RELOADING=1\n");

                fixture_run(f);
                assert_int_equal(f->world->crashed, v < 3 ? CRASH_MERGE_JOBS : CRASH_NONE);
                if (v == 3)
                        assert_unit(f, "b.service", "loaded reloading reload job=reload main=b.1 control=rb.1");
        }
}

/* Several reasons for a job of one unit make one job. */
static void test_merging(void **state) {
        static const Case cases[] = {
                { "a restart that comes back as a start", ALL_VERSIONS,
                  POLITE_ACTOR("a", "  Wants=b.service\n", "")
                          POLITE_ACTOR("b", "  Requires=a.service\n", "") "start a.service\nrestart a.service\n",
                  "a.service loaded active running main=a.2\nb.service loaded active running main=b.2", NULL },
                { "a restart of a pair that needs each other", ALL_VERSIONS,
                  POLITE_ACTOR("a", "  BindsTo=b.service\n", "") POLITE_ACTOR("b", "  BindsTo=a.service\n", "")
                          POLITE_ACTOR("c", "  Requires=a.service b.service\n",
                                       "") "start c.service\nrestart a.service\n",
                  "a.service loaded active running main=a.2\nb.service loaded active running main=b.2\n"
                  "c.service loaded active running main=c.2",
                  NULL },
        };

        (void) state;
        CASES_CHECK(cases);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_cycles),
                cmocka_unit_test(test_contradictions),
                cmocka_unit_test(test_refusals),
                cmocka_unit_test(test_retried_load),
                cmocka_unit_test(test_modes),
                cmocka_unit_test(test_irreversible),
                cmocka_unit_test(test_unknown_names),
                cmocka_unit_test(test_propagate_reload),
                cmocka_unit_test(test_reload_comes_back),
                cmocka_unit_test(test_merging),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
