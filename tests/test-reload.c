/* SPDX-License-Identifier: MIT */

/* manager.c:manager_reload and a reexec: what stays, and what two entries make of one unit. What is expected was seen on
 * real systemds (tests/recordings). */

#include "cases.h"

#define KEEPER ACTOR("k", "  After=n.service\n", "")
/* The crash of the fleet: a.service runs, n.service is a placeholder and becomes its alias. */
#define JOINED                                                                                                  \
        KEEPER ACTOR("a", "", "") "start k.service\nstart a.service\nlink n.service a.service\ndaemon-reload\n"
#define ALIAS_LAST  "k.service a.service n.service"
#define ALIAS_FIRST "k.service n.service a.service"

static void test_state_kept(void **state) {
        static const Case cases[] = {
                { "running", ALL_VERSIONS, ACTOR("a", "", "") "start a.service\ndaemon-reload\n",
                  "a.service loaded active running main=a.1", NULL },
                { "starting, with its job", ALL_VERSIONS, SLOW_ACTOR("a", "") "start a.service\ndaemon-reload\n",
                  "a.service loaded activating start job=start main=a.1", NULL },
                { "whose end still comes", ALL_VERSIONS,
                  SLOW_ACTOR("a", "") "start a.service\ndaemon-reload\nexit a 0\n",
                  "a.service loaded active exited", NULL },
                { "stopping", ALL_VERSIONS,
                  ACTOR("a", "", "") "start a.service\nstop a.service\ndaemon-reload\n",
                  "a.service loaded deactivating stop-sigterm job=stop main=a.1", NULL },
                { "stopped after it", ALL_VERSIONS,
                  ACTOR("a", "", "") "start a.service\nstop a.service\ndaemon-reload\nexit a 0\n",
                  "a.service down", NULL },
                { "failed", ALL_VERSIONS, ACTOR("a", "", "") "start a.service\nexit a 1\ndaemon-reload\n",
                  "a.service loaded failed failed", NULL },
                { "reloading", ALL_VERSIONS,
                  ACTOR("a", "",
                        "  ExecReload=/usr/bin/actor r\n") "start a.service\nreload a.service\ndaemon-reload\n",
                  "a.service loaded reloading reload job=reload main=a.1 control=r.1", NULL },
                { "waiting for a restart", ALL_VERSIONS,
                  ACTOR("a", "",
                        "  Restart=always\n  RestartSec=1h\n") "start a.service\nexit a "
                                                               "1\ndaemon-reload\nelapse a.service restart\n",
                  "a.service loaded active running main=a.2", NULL },
                { "a waiting job", ALL_VERSIONS,
                  SLOW_ACTOR("a", "  After=b.service\n")
                          SLOW_ACTOR("b", "") "start b.service\nstart a.service\ndaemon-reload\nexit b 0\n",
                  "a.service loaded activating start job=start main=a.1\nb.service loaded active exited", NULL },
                { "without its file", ALL_VERSIONS,
                  ACTOR("a", "", "") "start a.service\nrm a.service\ndaemon-reload\n",
                  "a.service not-found active running main=a.1", NULL },
                { "with its file masked", ALL_VERSIONS,
                  ACTOR("a", "", "") "start a.service\nlink a.service /dev/null\ndaemon-reload\n",
                  "a.service masked active running main=a.1", NULL },
                { "an exit in between", ALL_VERSIONS,
                  ACTOR("a", "", "") "start a.service\npause\ndaemon-reload\nexit a 1\nresume\n",
                  "a.service loaded failed failed", NULL },
                { "many times", ALL_VERSIONS,
                  ACTOR("a", "", "") "start "
                                     "a.service\ndaemon-reload\ndaemon-reload\ndaemon-reload\ndaemon-"
                                     "reload\ndaemon-reload\n",
                  "a.service loaded active running main=a.1", NULL },
        };

        (void) state;
        CASES_CHECK(cases);
}

static void test_reexec(void **state) {
        static const Case cases[] = {
                { "running", ALL_VERSIONS, ACTOR("a", "", "") "start a.service\ndaemon-reexec\n",
                  "a.service loaded active running main=a.1", NULL },
                { "an exit afterwards", ALL_VERSIONS,
                  ACTOR("a", "", "") "start a.service\ndaemon-reexec\nexit a 1\n",
                  "a.service loaded failed failed", NULL },
                { "an exit in between", ALL_VERSIONS,
                  ACTOR("a", "", "") "start a.service\npause\ndaemon-reexec\nexit a 1\nresume\n",
                  "a.service loaded failed failed", NULL },
                { "a job", ALL_VERSIONS, SLOW_ACTOR("a", "") "start a.service\ndaemon-reexec\nexit a 0\n",
                  "a.service loaded active exited", NULL },
                { "calls that come too late are lost", ALL_VERSIONS,
                  ACTOR("a", "", "")
                          ACTOR("b", "", "") "start a.service\npause\ndaemon-reexec\nstart b.service\nresume\n",
                  "a.service loaded active running main=a.1\nb.service down", NULL },
                { "again and again", ALL_VERSIONS,
                  ACTOR("a", "", "") "start a.service\ndaemon-reexec\ndaemon-reexec\n",
                  "a.service loaded active running main=a.1", NULL },
        };

        (void) state;
        CASES_CHECK(cases);
}

static void test_alias(void **state) {
        static const Case cases[] = {
                { "the running one last", ALL_VERSIONS, JOINED,
                  "a.service loaded active running main=a.1\nn.service loaded active running main=a.1",
                  ALIAS_FIRST },
                { "the running one first", "252 254 257", JOINED,
                  "a.service loaded inactive dead main=a.1\nn.service loaded inactive dead main=a.1",
                  ALIAS_LAST },
                { "the running one first", "262", JOINED,
                  "a.service loaded active running main=a.1\nn.service loaded active running main=a.1",
                  ALIAS_LAST },
                { "its exit, in the good order", ALL_VERSIONS, JOINED "exit a 1\n",
                  "a.service loaded failed failed", ALIAS_FIRST },
                { "a second reload forgets the process", "252 254 257", JOINED "daemon-reload\n",
                  "a.service loaded inactive dead", ALIAS_LAST },
                { "a start makes two of it", "252 254 257", JOINED "start a.service\n",
                  "a.service loaded active running main=a.2", ALIAS_LAST },
        };

        (void) state;
        CASES_CHECK(cases);
}

static void test_crash(void **state) {
        static const struct {
                const char *version, *order;
                bool crashes;
                /* clang-format off */
        } cases[] = {
                { "252", ALIAS_LAST,  true  },
                { "254", ALIAS_LAST,  true  },
                { "255", ALIAS_LAST,  true  },
                { "257", ALIAS_LAST,  true  },
                { "262", ALIAS_LAST,  false },
                { "252", ALIAS_FIRST, false },
                { "254", ALIAS_FIRST, false },
                { "255", ALIAS_FIRST, false },
                { "257", ALIAS_FIRST, false },
                { "262", ALIAS_FIRST, false },
        };
        /* clang-format on */

        (void) state;

        for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
                g_autoptr(Fixture) f = fixture_new(cases[i].version, JOINED "exit a 0\nstart k.service\n");

                fixture_order(f, cases[i].order);
                fixture_run(f);
                assert_int_equal(f->world->crashed, cases[i].crashes ? CRASH_SIGCHLD_MAIN : CRASH_NONE);
                if (cases[i].crashes)
                        assert_int_equal(f->world->crash_unit, catalog_find_name(f->catalog, "a.service"));
        }
}

/* Two that run become one: who keeps the process. */
static void test_two_running(void **state) {
#define BOTH                                                                                                    \
        ACTOR("a", "", "")                                                                                      \
        ACTOR("b", "", "") "start a.service\nstart b.service\nlink b.service a.service\ndaemon-reload\n"
        static const Case cases[] = {
                { "the last pid wins", "252 254", BOTH, "a.service loaded active running main=b.1",
                  "a.service b.service" },
                { "the last pid wins, the other way", "252 254", BOTH,
                  "a.service loaded active running main=a.1", "b.service a.service" },
                { "the first pid wins", "257", BOTH, "a.service loaded active running main=a.1",
                  "a.service b.service" },
                { "the first pid wins, the other way", "257", BOTH, "a.service loaded active running main=b.1",
                  "b.service a.service" },
                { "each unit has its own", "262", BOTH, "a.service loaded active running main=a.1",
                  "a.service b.service" },
                { "each unit has its own, the other way", "262", BOTH,
                  "a.service loaded active running main=a.1", "b.service a.service" },
        };

        (void) state;
        CASES_CHECK(cases);
#undef BOTH
}

/* An old failure in an entry that comes first makes the healthy service a failed one at the next occasion. */
static void test_stale_result(void **state) {
#define FAILED                                                                                                  \
        KEEPER ACTOR("n", "", "") ACTOR(                                                                        \
                "a", "", "  ExecReload=/usr/bin/actor r\n") "start k.service\n"                                 \
                                                            "start n.service\nexit n 1\nstart a.service\nlink " \
                                                            "n.service a.service\ndaemon-reload\n"
        static const Case cases[] = {
                { "it seems to be well", ALL_VERSIONS, FAILED, "a.service loaded active running main=a.1",
                  ALIAS_FIRST },
                { "but a reload kills it", "252 254 257", FAILED "reload a.service\nexit r 0\n",
                  "a.service loaded deactivating stop-sigterm job=reload main=a.1", ALIAS_FIRST },
                { "not so in 262", "262", FAILED "reload a.service\nexit r 0\n",
                  "a.service loaded active running main=a.1", ALIAS_FIRST },
                { "or it is failed at once", "252 254 257", FAILED, "a.service loaded failed failed",
                  ALIAS_LAST },
        };

        (void) state;
        CASES_CHECK(cases);
#undef FAILED
}

static const Unit *find_orphan(Fixture *f) {
        for (size_t i = 0; i < f->layout.n_units; i++)
                if (f->manager->units[i].in_use && f->catalog->names[f->manager->units[i].id].is_orphan)
                        return f->manager->units + i;

        return NULL;
}

static void test_orphans(void **state) {
        static const struct {
                const char *statements;
                ServiceState state;
                bool main_pid, exists;
                int job; /* -1: none */
                /* clang-format off */
        } cases[] = {
                { "",                                      SERVICE_RUNNING,      true,  true,  -1       },
                { "exit b 0\n",                            SERVICE_DEAD,         false, false, -1       },
                { "exit b 1\n",                            SERVICE_FAILED,       false, false, -1       },
                { "daemon-reload\n",                       SERVICE_RUNNING,      true,  true,  -1       },
                { "daemon-reload\nexit b 0\n",             SERVICE_DEAD,         false, false, -1       },
                { "rm b.service\ndaemon-reload\nexit a 0\n", SERVICE_RUNNING,    true,  true,  -1       },
                { "daemon-reload\nexit b 1\n",             SERVICE_FAILED,       false, true,  -1       },
                { "stop a.service\nexit a 0\n",            SERVICE_RUNNING,      true,  true,  -1       },
        };
        /* clang-format on */

        (void) state;

        for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
                g_autofree char *text = g_strconcat(
                        ACTOR("a", "", "") ACTOR("b", "", "") "start a.service\nstart b.service\n"
                                                              "link b.service a.service\ndaemon-reload\n",
                        cases[i].statements, NULL);
                g_autoptr(Fixture) f = fixture_new("262", text);
                const Unit *orphan;

                fixture_run(f);
                orphan = find_orphan(f);
                assert_int_equal(orphan != NULL, cases[i].exists);
                if (!orphan)
                        continue;
                assert_int_equal(orphan->state, cases[i].state);
                assert_int_equal(orphan->load_state, UNIT_NOT_FOUND);
                /* Loaded again from the stream it is like any unit without a file. */
                assert_int_equal(orphan->collect_mode, strstr(cases[i].statements, "reload")
                                                               ? COLLECT_INACTIVE
                                                               : COLLECT_INACTIVE_OR_FAILED);
                assert_int_equal(orphan->service.main_pid != 0, cases[i].main_pid);
                assert_int_equal(orphan->job.installed ? orphan->job.type : -1, cases[i].job);
        }
}

/* What was to be done with the former unit is not to be done with the orphan, except to stop it. */
static void test_jobs_of_orphans(void **state) {
        static const struct {
                const char *statements;
                int job;
                /* clang-format off */
        } cases[] = {
                { "start b.service\nstop b.service\n",                             JOB_STOP },
                { "start b.service\nreload b.service\n",                           -1       },
                { "start b.service\nstop b.service\nrestart b.service\n",          -1       },
        };
        /* clang-format on */

        (void) state;

        for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
                g_autofree char *text = g_strconcat(
                        ACTOR("a", "", "") ACTOR("b", "", "  ExecReload=/usr/bin/actor r\n") "start a.service\n",
                        cases[i].statements, "link b.service a.service\ndaemon-reload\n", NULL);
                g_autoptr(Fixture) f = fixture_new("262", text);
                const Unit *orphan;

                fixture_run(f);
                orphan = find_orphan(f);
                assert_non_null(orphan);
                assert_int_equal(orphan->job.installed ? orphan->job.type : -1, cases[i].job);
        }
}

/* Only types that hold something have orphans. */
static void test_types_without_orphans(void **state) {
        g_autoptr(Fixture) f =
                fixture_new("262", TARGET("a", "") TARGET("b", "") "start a.target\nstart b.target\n"
                                                                   "link b.target a.target\ndaemon-reload\n");

        (void) state;
        fixture_run(f);
        assert_null(find_orphan(f));
        assert_unit(f, "b.target", "loaded active active");
}

/* The job of one of two entries: the other one is lost. */
static void test_job_collision(void **state) {
#define JOBS                                                                                                    \
        SLOW_ACTOR("a", "")                                                                                     \
        SLOW_ACTOR("b", "")                                                                                     \
        "start a.service\nstart b.service\nlink b.service a.service\n"                                          \
        "daemon-reload\n"
        static const Case cases[] = {
                { "the state of the second, the job of the first", "252 254", JOBS,
                  "a.service loaded activating start job=start main=b.1", "a.service b.service" },
                { "the first pid", "257", JOBS, "a.service loaded activating start job=start main=a.1",
                  "a.service b.service" },
                { "each its own", "262", JOBS, "a.service loaded activating start job=start main=a.1",
                  "a.service b.service" },
        };

        (void) state;
        CASES_CHECK(cases);
#undef JOBS
}

/* Timers that had elapsed, watches and messages that were on their way. */
static void test_pending(void **state) {
        static const Case cases[] = {
                { "an elapsed restart", ALL_VERSIONS,
                  ACTOR("a", "", "  Restart=always\n  RestartSec=1h\n") "start a.service\nexit a "
                                                                        "1\npause\ndaemon-reload\nelapse "
                                                                        "a.service restart\nresume\n",
                  "a.service loaded active running main=a.2", NULL },
                { "an elapsed job", ALL_VERSIONS,
                  SLOW_ACTOR("a", "  JobRunningTimeoutSec=1h\n") "start a.service\npause\ndaemon-reload\nelapse "
                                                                 "a.service job\nresume\n",
                  "a.service loaded activating start main=a.1", NULL },
                { "an elapsed watchdog", ALL_VERSIONS,
                  POLITE_ACTOR("a", "",
                               "  WatchdogSec=1h\n  Type=notify\n") "start a.service\nnotify a "
                                                                    "READY=1\npause\ndaemon-reload\nelapse "
                                                                    "a.service watchdog\nresume\n",
                  "a.service loaded failed failed", NULL },
                { "a message", ALL_VERSIONS,
                  ACTOR("a", "",
                        "  Type=notify\n") "start a.service\npause\ndaemon-reload\nnotify a READY=1\nresume\n",
                  "a.service loaded active running main=a.1", NULL },
                { "a start in the same breath", ALL_VERSIONS,
                  ACTOR("a", "", "") "pause\nstart a.service\ndaemon-reload\nresume\n",
                  "a.service loaded active running main=a.1", NULL },
        };

        (void) state;
        CASES_CHECK(cases);
}

/* A unit with both kinds of jobs; and a waiting job that does nothing. */
static void test_nop_job(void **state) {
        (void) state;

        for (size_t v = 0; v < 4; v++) {
                const char *const versions[] = { "252", "254", "257", "262" };
                g_autoptr(Fixture) f = fixture_new(
                        versions[v],
                        KEEPER ACTOR("n", "", "")
                                SLOW_ACTOR("b", "") "start k.service\nstart b.service\n"
                                                    "pause\ntry-restart n.service\ndaemon-reload\nresume\n");
                const Unit *b;

                fixture_run(f);
                b = manager_get_unit(f->manager, catalog_find_name(f->catalog, "b.service"));
                assert_non_null(strstr(f->manager->stream, "job-type=nop\n"));
                assert_false(b->nop_job.installed);
                assert_true(b->job.installed);
                assert_unit(f, "n.service", "loaded inactive dead");
        }
}

static void test_report(void **state) {
        g_autoptr(Fixture) f = fixture_new(
                "257", KEEPER ACTOR("a", "", "") "start k.service\nstart a.service\ndaemon-reload\n");

        (void) state;
        fixture_run(f);
        assert_int_equal(f->world->reload_count, 1);
        assert_int_equal(f->manager->reload.n_written, 3);
        assert_int_equal(f->manager->reload.n_begun, 3);
        assert_true(f->manager->reload.stream_intact);
        assert_int_equal(f->manager->reload.first_stray, ID_NONE);
        assert_false(f->world->flags & WORLD_RELOADING);
}

typedef struct Asker {
        Chooser chooser;
        GString *text; /* "FUNCTION:a b " */
        unsigned n_points;
} Asker;

static unsigned note_question(Chooser *self, Manager *m, const Choice *choice) {
        g_string_append_printf(((Asker *) self)->text, "%s:%s %s ", choice->where,
                               catalog_name_str(m->catalog, choice->a), catalog_name_str(m->catalog, choice->b));
        return 0;
}

static void count_point(Chooser *self, Manager *m, const char *where, NameId name) {
        (void) m, (void) where, (void) name;
        ((Asker *) self)->n_points++;
}

/* Only orders that can make a difference are asked for. */
static void test_questions(void **state) {
        static const struct {
                const char *version, *scenario, *questions;
        } cases[] = {
                { "257",
                  ACTOR("a", "", "") ACTOR("b", "", "") "start a.service\nstart b.service\ndaemon-reload\n",
                  "" },
                { "257", JOINED, "manager_serialize:a.service n.service " },
                { "262", JOINED, "" },
                /* Two that look alike. */
                { "257",
                  ACTOR("k", "  After=x.service y.service\n", "")
                          ACTOR("a", "", "") "start k.service\nlink x.service a.service\nlink y.service "
                                             "a.service\ndaemon-reload\n",
                  "" },
                /* Who is upheld first: which pairs are asked for depends on the answers. */
                { "257",
                  ACTOR("a", "  Upholds=c.service\n", "") ACTOR("b", "  Upholds=d.service\n", "") ACTOR(
                          "c", "", "") ACTOR("d", "", "") "start a.service\nstart b.service\ndaemon-reload\n",
                  NULL },
        };

        (void) state;

        for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
                g_autoptr(Fixture) f = fixture_new(cases[i].version, cases[i].scenario);
                Asker asker = {
                        .chooser = { .choose = note_question, .observation_point = count_point },
                        .text = g_string_new(NULL),
                };

                f->manager->chooser = &asker.chooser;
                fixture_run(f);
                if (cases[i].questions)
                        assert_string_equal(asker.text->str, cases[i].questions);
                else
                        assert_non_null(strstr(asker.text->str, "manager_coldplug:"));
                assert_true(asker.n_points > 3);
                g_string_free(asker.text, TRUE);
        }
}

/* More keys than a world has room for: the run goes on and is no proof of anything. */
static void test_epochs(void **state) {
        g_autoptr(Fixture) f =
                fixture_new("257", ACTOR("a", "", "") "start a.service\ndaemon-reexec\ndaemon-reexec\n"
                                                      "daemon-reexec\ndaemon-reexec\n");

        (void) state;
        fixture_step(f, 5);
        assert_int_equal(f->world->epoch, WORLD_EPOCHS_MAX - 1);
        assert_false(f->world->flags & WORLD_LIMIT);
        fixture_run(f);
        assert_true(f->world->flags & WORLD_LIMIT);
        assert_int_equal(f->world->reload_count, 3);
        assert_unit(f, "a.service", "loaded active running main=a.1");
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_state_kept),
                cmocka_unit_test(test_reexec),
                cmocka_unit_test(test_alias),
                cmocka_unit_test(test_crash),
                cmocka_unit_test(test_two_running),
                cmocka_unit_test(test_stale_result),
                cmocka_unit_test(test_orphans),
                cmocka_unit_test(test_jobs_of_orphans),
                cmocka_unit_test(test_types_without_orphans),
                cmocka_unit_test(test_job_collision),
                cmocka_unit_test(test_pending),
                cmocka_unit_test(test_nop_job),
                cmocka_unit_test(test_report),
                cmocka_unit_test(test_questions),
                cmocka_unit_test(test_epochs),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
