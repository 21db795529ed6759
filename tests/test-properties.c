/* SPDX-License-Identifier: MIT */

/* model/properties: each property violated, held and never put to the test. (order-independent, which is about several
 * runs, is in test-exactness.c.) */

#include "cases.h"

#include "explore/events.h"
#include "model/properties/property.h"

#define VACUOUS "vacuous"
#define HELD    "held"

/* Every look that a search takes at one run of the top level: the text of the first finding, or HELD, or VACUOUS. */
static char *judge(Fixture *f, const char *name) {
        const Property *p = properties(&(size_t) { 0 }) + property_find(name);
        g_autofree Event *events = g_new(Event, events_max(&f->layout));
        g_autofree World *scratch = world_new(&f->layout);
        Finding finding = { .unit = ID_NONE };
        int n = 0, r = 0;

        while (r >= 0 && events_enumerate(f->manager, /* top_level= */ true, events) > 0) {
                f->manager->reload.done = false;
                event_perform(f->manager, events[0]);
                if (p->on_reload && f->manager->reload.done)
                        n += r = p->on_reload(f->manager, &finding);
                world_normalize(&f->layout, f->world, scratch);
                if (p->on_state && r >= 0)
                        n += r = p->on_state(f->manager, &finding);
        }
        if (p->at_rest && r >= 0)
                n += r = p->at_rest(f->manager, &finding);

        assert_false(f->world->flags & WORLD_LIMIT);
        return g_strdup(r < 0 ? finding.text : n > 0 ? HELD : VACUOUS);
}

typedef struct Judgement {
        const char *property;
        const char *versions;
        const char *scenario;
        const char *order;
        const char *expected; /* HELD, VACUOUS, or what is found */
} Judgement;

static void check_judgements(const Judgement *table, size_t n) {
        for (size_t i = 0; i < n; i++) {
                g_auto(GStrv) versions = g_strsplit(table[i].versions, " ", -1);

                for (unsigned j = 0; versions[j]; j++) {
                        g_autoptr(Fixture) f = fixture_new(versions[j], table[i].scenario);

                        if (table[i].order)
                                fixture_order(f, table[i].order);
                        g_autofree char *found = judge(f, table[i].property);
                        if (strcmp(found, table[i].expected) != 0)
                                fail_msg("%s, case %zu, systemd %s: %s", table[i].property, i, versions[j],
                                         found);
                }
        }
}

#define UP_TO_257   "252 254 255 257"
#define EVERY       "252 254 255 257 262"
#define ONE         ACTOR("a", "", "")
#define TWO         ACTOR("a", "", "") ACTOR("b", "", "")
#define KEEPER      ACTOR("k", "  After=n.service\n", "")
/* a.service runs; n.service is a placeholder and becomes its alias. */
#define JOINED      KEEPER ACTOR("a", "", "") "start k.service\nstart a.service\nlink n.service a.service\n"
#define ALIAS_LAST  "k.service a.service n.service"
#define ALIAS_FIRST "k.service n.service a.service"

static void test_states(void **state) {
        static const Judgement table[] = {
                { "no-crash", UP_TO_257, JOINED "daemon-reload\nexit a 0\n", ALIAS_LAST,
                  "service_sigchld_event: a.service is dead but its main process exited" },
                { "no-crash", UP_TO_257, JOINED "daemon-reload\nexit a 0\n", ALIAS_FIRST, HELD },
                { "no-crash", "262", JOINED "daemon-reload\nexit a 0\n", ALIAS_LAST, HELD },

                { "state-kept", UP_TO_257, JOINED "daemon-reload\n", ALIAS_LAST,
                  "a.service: active (running) before the reload, inactive (dead) after it" },
                { "state-kept", EVERY, JOINED "daemon-reload\n", ALIAS_FIRST, HELD },
                { "state-kept", EVERY, JOINED, NULL, VACUOUS },

                { "pid-consistent", UP_TO_257, JOINED "daemon-reload\n", ALIAS_LAST,
                  "a.service is inactive (dead) and has the main process a.1" },
                { "pid-consistent", EVERY, JOINED "daemon-reload\n", ALIAS_FIRST, HELD },
                { "pid-consistent", EVERY, TARGET("t", "") "start t.target\n", NULL, VACUOUS },

                { "no-double-start", UP_TO_257, JOINED "daemon-reload\nstart a.service\n", ALIAS_LAST,
                  "a.service has two living main processes, a.1 (started as a.service) and a.2 (started as "
                  "a.service)" },
                { "no-double-start", EVERY, JOINED "daemon-reload\nstart a.service\n", ALIAS_FIRST, HELD },
                { "no-double-start", EVERY, ONE, NULL, VACUOUS },
        };

        (void) state;
        check_judgements(table, G_N_ELEMENTS(table));
}

static void test_processes(void **state) {
        static const Judgement table[] = {
                /* Both run; the cgroup of one of them is nobody's afterwards. */
                { "no-lost-process", "252 254 255",
                  TWO "start a.service b.service\nlink b.service a.service\ndaemon-reload\n",
                  "a.service b.service", "a.1, started for a.service, lives but belongs to no service" },
                { "no-lost-process", "262",
                  TWO "start a.service b.service\nlink b.service a.service\ndaemon-reload\n",
                  "a.service b.service", HELD },
                { "no-lost-process", EVERY, ONE "start a.service\ndaemon-reload\n", NULL, HELD },
                { "no-lost-process", EVERY, ONE "daemon-reload\n", NULL, VACUOUS },
        };

        (void) state;
        check_judgements(table, G_N_ELEMENTS(table));
}

#define RENAMED ACTOR("new", "", "") "link old.service new.service\ndaemon-reload\n"

static void test_rename_kept(void **state) {
        static const Judgement table[] = {
                { "rename-kept", EVERY, ACTOR("old", "", "") "start old.service\n" RENAMED, NULL, HELD },
                { "rename-kept", EVERY, SLOW_ACTOR("old", "") "start old.service\n" RENAMED, NULL, HELD },
                /* Somebody knows the new name: there is an entry for it, a dead one. */
                { "rename-kept", EVERY,
                  ACTOR("k", "  After=new.service\n", "")
                          ACTOR("old", "", "") "start k.service\nstart old.service\n" RENAMED,
                  "k.service old.service new.service",
                  "new.service: active (running) before the reload, inactive (dead) after it" },
                { "rename-kept", UP_TO_257,
                  ACTOR("k", "  After=new.service\n", "")
                          ACTOR("old", "", "") "start k.service\nstart old.service\n" RENAMED,
                  "k.service new.service old.service", HELD },
                { "rename-kept", "262",
                  ACTOR("k", "  After=new.service\n", "")
                          ACTOR("old", "", "") "start k.service\nstart old.service\n" RENAMED,
                  "k.service new.service old.service",
                  "new.service: active (running) before the reload, inactive (dead) after it" },
                /* There is room for one. */
                { "rename-kept", EVERY,
                  TWO "start a.service b.service\nlink b.service a.service\ndaemon-reload\n", NULL, VACUOUS },
                { "rename-kept", EVERY,
                  TWO
                  "start a.service b.service\n" ACTOR("c", "", "") "link a.service c.service\n"
                                                                   "link b.service c.service\ndaemon-reload\n",
                  NULL, VACUOUS },
                /* The names went separate ways, the unit is not up, its name is as it was. */
                { "rename-kept", EVERY,
                  ACTOR("old", "", "") "link also.service old.service\ndaemon-reload\nstart old.service "
                                       "also.service\nrm also.service\n" ACTOR("also", "", "") RENAMED,
                  NULL, VACUOUS },
                { "rename-kept", EVERY,
                  ACTOR("k", "  After=old.service\n", "") ACTOR("old", "", "") "start k.service\n" RENAMED, NULL,
                  VACUOUS },
                { "rename-kept", EVERY, ONE "start a.service\ndaemon-reload\n", NULL, VACUOUS },
        };

        (void) state;
        check_judgements(table, G_N_ELEMENTS(table));
}

/* Two reload jobs that never end; then the two units become one. */
/* clang-format off */
#define TWO_RELOADS                                                                                             \
        ACTOR("a", "", "  ExecReload=/usr/bin/actor ar\n")                                                      \
        ACTOR("b", "", "  ExecReload=/usr/bin/actor br\n") "start a.service b.service\n"                        \
                                                           "reload a.service b.service\n"                       \
                                                           "link b.service a.service\ndaemon-reload\n"
/* clang-format on */

static void test_job_kept(void **state) {
        static const Judgement table[] = {
                { "job-kept", EVERY, SLOW_ACTOR("a", "") "start a.service\ndaemon-reload\n", NULL, HELD },
                { "job-kept", EVERY, SLOW_ACTOR("a", "") "start a.service\ndaemon-reexec\n", NULL, HELD },
                { "job-kept", EVERY, ONE "start a.service\nstop a.service\nrm a.service\ndaemon-reload\n", NULL,
                  HELD },
                /* A job that was renamed with its unit */
                { "job-kept", EVERY, ACTOR("old", "", "") "start old.service\nstop old.service\n" RENAMED, NULL,
                  HELD },
                { "job-kept", EVERY, ONE "start a.service\nrestart a.service\ndaemon-reload\nexit a 0\n", NULL,
                  HELD },
                { "job-kept", EVERY,
                  SLOW_ACTOR("a", "") ACTOR("b", "  After=a.service\n",
                                            "") "start a.service\nstart b.service\ndaemon-reload\nexit a 0\n",
                  NULL, HELD },
                /* It ended before the reload. */
                { "job-kept", EVERY,
                  SLOW_ACTOR("a", "") "start a.service\npause\ndaemon-reload\nexit a 0\nresume\n", NULL,
                  VACUOUS },
                /* One of the two is refused, in the order of the entries. */
                { "job-kept", UP_TO_257, TWO_RELOADS, "a.service b.service",
                  "b.service: the reload job is gone after the reload, and nobody was told" },
                { "job-kept", UP_TO_257, TWO_RELOADS, "b.service a.service",
                  "a.service: the reload job is gone after the reload, and nobody was told" },
                /* The orphan's job is cancelled, while PID 1 reloads. */
                { "job-kept", "262", TWO_RELOADS, NULL,
                  "b.service: the reload job is gone after the reload, and nobody was told" },
                /* But a stop job goes with the orphan. */
                { "job-kept", EVERY,
                  TWO "start a.service b.service\nstop b.service\nlink b.service a.service\ndaemon-reload\n",
                  NULL, HELD },
                { "job-kept", EVERY, ONE "start a.service\ndaemon-reload\n", NULL, VACUOUS },
        };

        (void) state;
        check_judgements(table, G_N_ELEMENTS(table));
}

static void test_stream_intact(void **state) {
        static const Judgement table[] = {
                { "stream-intact", EVERY, ONE "start a.service\ndaemon-reload\n", NULL, HELD },
                { "stream-intact", EVERY, ONE "start a.service\n", NULL, VACUOUS },
                /* The rest of an entry is skipped, and what is skipped ends with the nop job in it. */
                { "stream-intact", UP_TO_257,
                  TWO "start a.service b.service\nstop a.service b.service\nlink b.service a.service\n"
                      "pause\ntry-restart b.service\ndaemon-reload\nresume\n",
                  "a.service b.service",
                  "the stream has 2 entries, the reader began 3; the first one out of place is behind the "
                  "last" },
                { "stream-intact", "262",
                  TWO "start a.service b.service\nstop a.service b.service\nlink b.service a.service\n"
                      "pause\ntry-restart b.service\ndaemon-reload\nresume\n",
                  "a.service b.service", HELD },
        };

        (void) state;
        check_judgements(table, G_N_ELEMENTS(table));
}

#define FORKING(timeout)                                                                                        \
        ACTOR("f", "", "  Type=forking\n  PIDFile=/run/f.pid\n" timeout)                                        \
        "start f.service\nfork f daemon\nexit f 0\n"

static void test_no_stuck_unit(void **state) {
        static const Judgement table[] = {
                { "no-stuck-unit", EVERY, ONE "start a.service\nstop a.service\n", NULL, HELD },
                { "no-stuck-unit", EVERY, ONE "start a.service\n", NULL, VACUOUS },
                { "no-stuck-unit", EVERY, SLOW_ACTOR("a", "") "start a.service\n", NULL, HELD },
                { "no-stuck-unit", EVERY, SLOW_ACTOR("a", "") "start a.service\nexit a 0\n", NULL, VACUOUS },
                /* A job that waits for another one */
                { "no-stuck-unit", EVERY,
                  SLOW_ACTOR("a", "") ACTOR("b", "  After=a.service\n", "") "start a.service\nstart b.service\n",
                  NULL, HELD },
                { "no-stuck-unit", EVERY,
                  ACTOR("a", "", "  Restart=always\n  RestartSec=1h\n") "start a.service\n"
                                                                        "exit a 1\n",
                  NULL, HELD },
                { "no-stuck-unit", EVERY,
                  ACTOR("a", "", "  Restart=always\n  RestartSec=infinity\n") "start a.service\nexit a 1\n",
                  NULL, "a.service is activating (auto-restart) at rest, and nothing can happen that ends it" },
                /* A reload forgets the watch; what is left is the timeout, if there is one. */
                { "no-stuck-unit", EVERY, FORKING("  TimeoutSec=infinity\n"), NULL, HELD },
                { "no-stuck-unit", EVERY, FORKING("  TimeoutSec=infinity\n") "daemon-reload\n", NULL,
                  "f.service is activating (start) at rest, and nothing can happen that ends it" },
                { "no-stuck-unit", EVERY, FORKING("") "daemon-reload\n", NULL, HELD },
                /* A stop job on a unit that a dead entry was applied to */
                { "no-stuck-unit", UP_TO_257, JOINED "stop a.service\ndaemon-reload\n", ALIAS_LAST,
                  "a.service is inactive (dead) at rest, and nothing can end its running stop job" },
                { "no-stuck-unit", EVERY, JOINED "stop a.service\ndaemon-reload\n", ALIAS_FIRST, HELD },
                /* The restart job fails when there is nothing left to start. */
                { "no-stuck-unit", "254 255 257 262",
                  ACTOR("b", "  After=c.service\n", "  Restart=always\n") SLOW_ACTOR(
                          "c", "") "start b.service\nstart c.service\nexit b 1\nrm b.service\ndaemon-reload\n",
                  NULL,
                  "b.service is activating (auto-restart-queued) at rest, and nothing can happen that ends it" },
                /* The orphan waits for the job that was cancelled. */
                { "no-stuck-unit", "262",
                  ACTOR("a", "", "") ACTOR("b", "  After=c.service\n", "  Restart=always\n") SLOW_ACTOR(
                          "c",
                          "") "start a.service b.service\nstart c.service\nexit b 1\nlink b.service a.service\n"
                              "daemon-reload\nexit c 0\n",
                  NULL,
                  "orphaned-r1.service is activating (auto-restart-queued) at rest, and nothing can happen that "
                  "ends it" },
        };

        (void) state;
        check_judgements(table, G_N_ELEMENTS(table));
}

static void assert_stuck(Fixture *f, const char *expected) {
        Finding finding = { .text = HELD };

        assert_true(no_stuck_unit_at_rest(f->manager, &finding) < 0 || strcmp(expected, HELD) == 0);
        assert_string_equal(finding.text, expected);
}

/* Worlds that no scenario leads to: what a service waits for is taken away bit by bit. */
static void test_no_stuck_unit_by_hand(void **state) {
        static const char *const stuck =
                "a.service is deactivating (stop-sigterm) at rest, and nothing can happen that "
                "ends it";
        g_autoptr(Fixture) f = fixture_new("257", ONE "start a.service\nfork a child\nstop a.service\n");
        Unit *u;

        (void) state;
        fixture_run(f);
        u = manager_get_unit(f->manager, catalog_find_name(f->catalog, "a.service"));
        assert_unit(f, "a.service", "loaded deactivating stop-sigterm job=stop main=a.1");
        assert_stuck(f, HELD);

        u->service.flags &= (uint16_t) ~SERVICE_TIMER_ARMED; /* but the main process lives */
        assert_stuck(f, HELD);

        Pid pid = u->service.main_pid;
        kernel_exit(f->manager, pid, CODE_EXITED, 0); /* and nobody hears of it */
        assert_stuck(f, stuck);

        u->service.main_pid = 0; /* the cgroup has another process, and will be empty */
        assert_stuck(f, HELD);

        u->flags &= (uint16_t) ~UNIT_CGROUP_WATCHED;
        assert_stuck(f, stuck);

        u->state = SERVICE_DEAD;
        assert_stuck(f, "a.service is inactive (dead) at rest, and nothing can end its running stop job");

        u->job.flags |= JOB_HAS_TIMER;
        assert_stuck(f, HELD);
}

/* Jobs that wait for nobody but each other */
static void test_no_stuck_unit_cycle(void **state) {
        g_autoptr(Fixture) f =
                fixture_new("257", SLOW_ACTOR("a", "") ACTOR("b", "  After=a.service\n", "")
                                           ACTOR("c", "  After=b.service\n",
                                                 "") "start a.service\nstart b.service\nstart c.service\n");
        Unit *a;

        (void) state;
        fixture_run(f);
        assert_unit(f, "c.service", "loaded inactive dead job=start");
        assert_stuck(f, HELD);

        a = manager_get_unit(f->manager, catalog_find_name(f->catalog, "a.service"));
        a->state = SERVICE_DEAD;
        a->job.installed = 0;
        assert_stuck(f, "b.service is inactive (dead) at rest, and nothing can end its waiting start job");
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_states),
                cmocka_unit_test(test_processes),
                cmocka_unit_test(test_rename_kept),
                cmocka_unit_test(test_job_kept),
                cmocka_unit_test(test_stream_intact),
                cmocka_unit_test(test_no_stuck_unit),
                cmocka_unit_test(test_no_stuck_unit_by_hand),
                cmocka_unit_test(test_no_stuck_unit_cycle),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
