/* SPDX-License-Identifier: MIT */

/* One job and its unit: job.c, 252-262. What a request pulls in is in test-transaction.c. */

#include <errno.h>

#include "cases.h"
#include "model/job.h"

#define N JOB_NOP

/* job.c:job_merging_table and what is read off it. */
static void test_types(void **state) {
        enum { NO = -1 };
        /* clang-format off */
        static const int merged[_JOB_TYPE_MAX_MERGING][_JOB_TYPE_MAX_MERGING] = {
                [JOB_START]         = { JOB_START,           JOB_START,         NO,       JOB_RELOAD_OR_START, JOB_RESTART },
                [JOB_VERIFY_ACTIVE] = { JOB_START,           JOB_VERIFY_ACTIVE, NO,       JOB_RELOAD,          JOB_RESTART },
                [JOB_STOP]          = { NO,                  NO,                JOB_STOP, NO,                  NO          },
                [JOB_RELOAD]        = { JOB_RELOAD_OR_START, JOB_RELOAD,        NO,       JOB_RELOAD,          JOB_RESTART },
                [JOB_RESTART]       = { JOB_RESTART,         JOB_RESTART,       NO,       JOB_RESTART,         JOB_RESTART },
        };
        /* clang-format on */
        g_autoptr(Fixture) f = fixture_new("257", ACTOR("a", "", "") "start a.service\n");
        Unit *u;

        (void) state;
        fixture_run(f);
        u = manager_get_unit(f->manager, catalog_find_name(f->catalog, "a.service"));

        for (JobType a = 0; a < _JOB_TYPE_MAX_MERGING; a++)
                for (JobType b = 0; b < _JOB_TYPE_MAX_MERGING; b++) {
                        JobType t = a, wanted;

                        assert_int_equal(job_type_is_mergeable_pair(a, b), merged[a][b] != NO);
                        assert_int_equal(job_type_is_conflicting(a, b), merged[a][b] == NO);
                        assert_int_equal(job_type_is_superset(a, b), merged[a][b] == (int) a);
                        assert_int_equal(job_type_merge_and_collapse(f->manager, &t, b, u),
                                         merged[a][b] == NO ? -EEXIST : 0);
                        if (merged[a][b] == NO)
                                continue;
                        wanted = (JobType) merged[a][b];
                        assert_int_equal(t, wanted == JOB_RELOAD_OR_START ? JOB_RELOAD : wanted);
                }

        assert_false(job_type_is_mergeable_pair(N, JOB_START));
        assert_false(job_type_is_conflicting(N, JOB_STOP));
        assert_false(job_type_is_conflicting(JOB_STOP, N));
        assert_true(job_type_is_superset(JOB_STOP, N));
        assert_false(job_type_is_superset(N, JOB_STOP));
        assert_false(job_type_allows_late_merge(JOB_RELOAD));
        assert_true(job_type_allows_late_merge(JOB_START));
}

static void test_collapse(void **state) {
        static const struct {
                const char *statements;
                JobType try_restart, try_reload, reload_or_start;
                /* clang-format off */
        } cases[] = {
                { "",                                  N,           N,          JOB_START  },
                { "start a.service\n",                 N,           N,          JOB_START  },
                { "start a.service\nnotify a READY=1\n", JOB_RESTART, JOB_RELOAD, JOB_RELOAD },
        };
        /* clang-format on */

        (void) state;

        for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
                g_autofree char *text = g_strconcat(
                        ACTOR("a", "", "  Type=notify\n") TARGET("t", "  After=a.service\n") "start t.target\n",
                        cases[i].statements, NULL);
                g_autoptr(Fixture) f = fixture_new("257", text);
                Unit *u;

                fixture_run(f);
                u = manager_get_unit(f->manager, catalog_find_name(f->catalog, "a.service"));

                /* Only try-restart has to do with what is starting. */
                assert_int_equal(job_type_collapse(f->manager, JOB_TRY_RESTART, u),
                                 i == 1 ? JOB_RESTART : cases[i].try_restart);
                assert_int_equal(job_type_collapse(f->manager, JOB_TRY_RELOAD, u), cases[i].try_reload);
                assert_int_equal(job_type_collapse(f->manager, JOB_RELOAD_OR_START, u),
                                 cases[i].reload_or_start);
                assert_int_equal(job_type_collapse(f->manager, JOB_STOP, u), JOB_STOP);
        }
}

static void test_redundant(void **state) {
        (void) state;

        for (UnitActiveState s = 0; s < _UNIT_ACTIVE_STATE_MAX; s++) {
                assert_int_equal(job_type_is_redundant(JOB_START, s), UNIT_IS_ACTIVE_OR_RELOADING(s));
                assert_int_equal(job_type_is_redundant(JOB_VERIFY_ACTIVE, s), UNIT_IS_ACTIVE_OR_RELOADING(s));
                assert_int_equal(job_type_is_redundant(JOB_STOP, s), UNIT_IS_INACTIVE_OR_FAILED(s));
                assert_true(job_type_is_redundant(N, s));
                assert_false(job_type_is_redundant(JOB_RESTART, s));
                assert_false(job_type_is_redundant(JOB_RELOAD, s));
        }
}

/* Of two units, the second After= the first: who goes first? */
static void test_compare(void **state) {
        static const struct {
                JobType later, earlier;
                int expected;
                /* clang-format off */
        } cases[] = {
                { JOB_START,   JOB_START,   1  },
                { JOB_START,   JOB_STOP,    1  },
                { JOB_START,   JOB_RESTART, 1  },
                { JOB_STOP,    JOB_START,   -1 },
                { JOB_STOP,    JOB_STOP,    -1 },
                { JOB_RESTART, JOB_START,   -1 },
                { JOB_RESTART, JOB_RESTART, -1 },
                { JOB_RELOAD,  JOB_START,   1  },
                { N,           JOB_START,   0  },
                { JOB_STOP,    N,           0  },
        };
        /* clang-format on */

        (void) state;

        for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
                assert_int_equal(job_compare(cases[i].later, cases[i].earlier, true), cases[i].expected);

        assert_int_equal(job_compare(JOB_START, JOB_START, false), -1);
        assert_int_equal(job_compare(JOB_START, JOB_STOP, false), 1);
}

#define RELOADABLE ACTOR("a", "", "  ExecReload=/usr/bin/actor a-reload\n")

static void test_install(void **state) {
        static const Case cases[] = {
                { "a second start is the first", ALL_VERSIONS,
                  SLOW_ACTOR("a", "") "start a.service\nstart a.service\n",
                  "a.service loaded activating start job=start main=a.1", NULL },
                { "a stop replaces a start", ALL_VERSIONS,
                  SLOW_ACTOR("a", "") "start a.service\nstop a.service\n",
                  "a.service loaded deactivating stop-sigterm job=stop main=a.1", NULL },
                { "a start replaces a stop and waits for its end", ALL_VERSIONS,
                  ACTOR("a", "", "") "start a.service\nstop a.service\nstart a.service\n",
                  "a.service loaded deactivating stop-sigterm job=start main=a.1", NULL },
                { "and then starts", ALL_VERSIONS,
                  ACTOR("a", "", "") "start a.service\nstop a.service\nstart a.service\nexit a 0\n",
                  "a.service loaded active running main=a.2", NULL },
                { "a restart replaces a stop", ALL_VERSIONS,
                  ACTOR("a", "", "") "start a.service\nstop a.service\nrestart a.service\n",
                  "a.service loaded deactivating stop-sigterm job=restart main=a.1", NULL },
                { "a restart swallows a start", ALL_VERSIONS,
                  SLOW_ACTOR("a", "") "start a.service\nrestart a.service\n",
                  "a.service loaded deactivating stop-sigterm job=restart main=a.1", NULL },
                { "a restart is a start once the unit is down", ALL_VERSIONS,
                  SLOW_ACTOR("a", "") "start a.service\nrestart a.service\nexit a 0\n",
                  "a.service loaded activating start job=start main=a.2", NULL },
                { "a restart of what is down", ALL_VERSIONS, ACTOR("a", "", "") "restart a.service\n",
                  "a.service loaded active running main=a.1", NULL },
                { "a try-restart of what is down", ALL_VERSIONS, ACTOR("a", "", "") "try-restart a.service\n",
                  "a.service down", NULL },
                { "a try-restart of what is up", ALL_VERSIONS,
                  POLITE_ACTOR("a", "", "") "start a.service\ntry-restart a.service\n",
                  "a.service loaded active running main=a.2", NULL },
                { "a reload", ALL_VERSIONS, RELOADABLE "start a.service\nreload a.service\nexit a-reload 0\n",
                  "a.service loaded active running main=a.1", NULL },
                { "a reload that fails", ALL_VERSIONS,
                  RELOADABLE "start a.service\nreload a.service\nexit a-reload 1\n",
                  "a.service loaded active running main=a.1", NULL },
                { "a second reload is not merged into one that runs", ALL_VERSIONS,
                  RELOADABLE "start a.service\nreload a.service\nreload a.service\nexit a-reload 0\n",
                  "a.service loaded reloading reload job=reload main=a.1 control=a-reload.2", NULL },
                { "a restart swallows a reload", ALL_VERSIONS,
                  RELOADABLE "start a.service\nreload a.service\nrestart a.service\n",
                  "a.service loaded deactivating stop-sigterm job=restart main=a.1 control=a-reload.1", NULL },
                { "a reload of what cannot", ALL_VERSIONS,
                  ACTOR("a", "", "") "start a.service\nreload a.service\n",
                  "a.service loaded active running main=a.1", NULL },
                { "a reload of what is down", ALL_VERSIONS, RELOADABLE "reload a.service\n", "a.service down",
                  NULL },
                { "a stop of what is down", ALL_VERSIONS, RELOADABLE "stop a.service\n", "a.service down",
                  NULL },
                { "a start of what is up", ALL_VERSIONS, RELOADABLE "start a.service\nstart a.service\n",
                  "a.service loaded active running main=a.1", NULL },
                { "a reload while starting waits", ALL_VERSIONS,
                  ACTOR("a", "",
                        "  Type=notify\n  ExecReload=/usr/bin/actor a-reload\n") "start a.service\nreload "
                                                                                 "a.service\n",
                  "a.service loaded activating start job=start main=a.1", NULL },
                { "and is lost in the start", ALL_VERSIONS,
                  ACTOR("a", "",
                        "  Type=notify\n  ExecReload=/usr/bin/actor a-reload\n") "start a.service\nreload "
                                                                                 "a.service\nnotify a READY=1\n",
                  "a.service loaded active running main=a.1", NULL },
        };

        (void) state;
        CASES_CHECK(cases);
}

static void test_timeout(void **state) {
        static const Case cases[] = {
                { "a job that takes too long", ALL_VERSIONS,
                  SLOW_ACTOR("a", "  JobTimeoutSec=1h\n  OnFailure=h.service\n")
                          ACTOR("h", "", "") "start a.service\nelapse a.service job\n",
                  "a.service loaded activating start main=a.1\nh.service loaded active running main=h.1", NULL },
                { "while it runs", ALL_VERSIONS,
                  SLOW_ACTOR("a", "  JobRunningTimeoutSec=1h\n") "start a.service\nelapse a.service\n",
                  "a.service loaded activating start main=a.1", NULL },
                { "not while it waits", ALL_VERSIONS,
                  SLOW_ACTOR("a", "  JobRunningTimeoutSec=1h\n  After=b.service\n")
                          SLOW_ACTOR("b", "") "start b.service\nstart a.service\nelapse a.service job\n",
                  "a.service loaded inactive dead job=start", NULL },
                { "nothing to elapse", ALL_VERSIONS,
                  SLOW_ACTOR("a", "") "start a.service\nelapse a.service job\n",
                  "a.service loaded activating start job=start main=a.1", NULL },
                { "a waiting one, and those that wait for it", ALL_VERSIONS,
                  SLOW_ACTOR("a", "  JobTimeoutSec=1h\n  After=b.service\n") SLOW_ACTOR("b", "") SLOW_ACTOR(
                          "c", "  Requires=a.service\n  After=a.service\n") "start b.service\nstart "
                                                                            "c.service\nelapse a.service job\n",
                  "a.service down\nb.service loaded activating start job=start main=b.1\nc.service down", NULL },
                { "after a reload it runs on", ALL_VERSIONS,
                  SLOW_ACTOR("a", "  JobRunningTimeoutSec=1h\n") "start a.service\ndaemon-reload\nelapse "
                                                                 "a.service job\n",
                  "a.service loaded activating start main=a.1", NULL },
        };

        (void) state;
        CASES_CHECK(cases);
}

/* job.c:job_may_gc: the jobs of a device only wait, so they need somebody who waits for them. */
static void test_device(void **state) {
        static const Case cases[] = {
                { "for nobody", ALL_VERSIONS, "unit dev-x.device\n  [Unit]\nstart dev-x.device\n",
                  "dev-x.device not-loaded", NULL },
                { "for a service", ALL_VERSIONS,
                  "unit dev-x.device\n  [Unit]\n" SLOW_ACTOR(
                          "a", "  Requires=dev-x.device\n  After=dev-x.device\n") "start a.service\n",
                  "dev-x.device loaded inactive dead job=start\na.service loaded inactive dead job=start",
                  NULL },
                { "until that does not want it any more", ALL_VERSIONS,
                  "unit dev-x.device\n  [Unit]\n" SLOW_ACTOR(
                          "a",
                          "  Requires=dev-x.device\n  After=dev-x.device\n") "start a.service\nstop a.service\n",
                  "dev-x.device not-loaded\na.service not-loaded", NULL },
        };

        (void) state;
        CASES_CHECK(cases);
}

typedef struct Log {
        Observer observer;
        GString *text;
} Log;

static void log_runs(Observer *self, Manager *m, const char *function, NameId unit, const char *text) {
        Log *log = (Log *) self;

        (void) text;

        if (strcmp(function, "job_run_and_invalidate") == 0)
                g_string_append_printf(log->text, "%s ", catalog_name_str(m->catalog, unit));
}

/* manager.c:compare_job_priority: type, then name. */
static void test_run_queue(void **state) {
        g_autoptr(Fixture) f = fixture_new(
                "257",
                TARGET("t", "  DefaultDependencies=no\n  Wants=b.service a.service x.slice u.target\n")
                        TARGET("u", "  DefaultDependencies=no\n") "unit x.slice\n  [Unit]\n" ACTOR("a", "", "")
                                ACTOR("b", "", "") "start t.target\n");
        Log log = { .observer.note = log_runs, .text = g_string_new(NULL) };

        (void) state;
        f->manager->observer = &log.observer;
        fixture_run(f);
        assert_string_equal(log.text->str, "x.slice t.target u.target a.service b.service ");
        g_string_free(log.text, TRUE);
}

/* The reader and the installer agree on which jobs there can be. */
static void test_install_deserialized(void **state) {
        g_autoptr(Fixture) f =
                fixture_new("257", SLOW_ACTOR("a", "") TARGET("t", "  After=a.service\n") "start t.target\n");
        const Job all_flags = {
                .type = JOB_STOP,
                .state = JOB_RUNNING,
                .flags = JOB_IRREVERSIBLE | JOB_IN_RUN_QUEUE | JOB_HAS_TIMER | JOB_IN_GC_QUEUE,
        };
        Job impossible = { .type = JOB_TRY_RESTART }, nop = { .type = JOB_NOP };
        Unit *u;

        (void) state;
        fixture_run(f);
        u = manager_get_unit(f->manager, catalog_find_name(f->catalog, "a.service"));

        assert_int_equal(job_install_deserialized(f->manager, u, &impossible), -EINVAL);
        assert_int_equal(job_install_deserialized(f->manager, u, &all_flags), 0);
        assert_int_equal(u->job.flags, JOB_IRREVERSIBLE);
        assert_int_equal(u->job.state, JOB_RUNNING);
        assert_int_equal(job_install_deserialized(f->manager, u, &all_flags), -EEXIST);
        assert_int_equal(job_install_deserialized(f->manager, u, &nop), 0);
        assert_true(u->nop_job.installed);
        assert_true(job_is_runnable(f->manager, u, &u->nop_job));
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_types),
                cmocka_unit_test(test_collapse),
                cmocka_unit_test(test_redundant),
                cmocka_unit_test(test_compare),
                cmocka_unit_test(test_install),
                cmocka_unit_test(test_timeout),
                cmocka_unit_test(test_device),
                cmocka_unit_test(test_run_queue),
                cmocka_unit_test(test_install_deserialized),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
