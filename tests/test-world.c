/* SPDX-License-Identifier: MIT */

/* Worlds as bytes: the layout, the canonical form, the fingerprint. */

#include "cases.h"

static void test_layout(void **state) {
        g_autoptr(Fixture) f =
                fixture_new("257", ACTOR("a", "", "") ACTOR("b", "", "") "start a.service\n"
                                                                         "client x\n  start b.service\n");
        const WorldLayout *l = &f->layout;
        const size_t offsets[] = {
                l->units,  l->commands,  l->dependencies, l->processes, l->names, l->disk,
                l->inbox,  l->messages,  l->pid_files,    l->bus_names, l->order, l->clients,
                l->hashed, l->tag_count, l->instances,    l->job_ids,   l->size,
        };

        (void) state;
        assert_true(offsets[0] >= sizeof(World));
        for (size_t i = 0; i < G_N_ELEMENTS(offsets); i++) {
                assert_int_equal(offsets[i] % 8, 0);
                if (i > 0)
                        assert_true(offsets[i] >= offsets[i - 1]);
        }

        assert_int_equal(l->n_clients, 1);
        assert_int_equal(l->n_names, f->catalog->n_names);
        assert_true(l->n_units >= l->n_names);
}

static void test_new(void **state) {
        g_autoptr(Fixture) f = fixture_new("257", ACTOR("a", "", "") "start a.service\n");
        g_autofree World *w = world_new(&f->layout), *other = world_new(&f->layout);

        (void) state;
        assert_memory_equal(w, other, f->layout.size);
        assert_int_equal(w->crash_unit, ID_NONE);
        for (size_t i = 0; i < f->layout.n_names; i++)
                assert_int_equal(world_names(&f->layout, w)[i], UNIT_NONE);
        for (size_t i = 0; i < f->layout.n_paths; i++)
                assert_int_equal(world_disk(&f->layout, w)[i], ID_NONE);

        /* It is its own canonical form. */
        world_normalize(&f->layout, w, other);
        world_init(&f->layout, other);
        assert_memory_equal(w, other, f->layout.hashed);
}

static Fingerprint fingerprint(Fixture *f, World *w, World *scratch) {
        Fingerprint first, second;

        memcpy(w, f->world, f->layout.size);
        /* Where the statements stand is part of a world, and is not the point here. */
        w->top_pc = 0;
        world_normalize(&f->layout, w, scratch);
        first = world_fingerprint(&f->layout, w);

        /* What is canonical stays as it is. */
        world_normalize(&f->layout, w, scratch);
        second = world_fingerprint(&f->layout, w);
        assert_int_equal(first.low, second.low);
        assert_int_equal(first.high, second.high);
        return first;
}

/* Of what has happened only that counts which can still be seen: after @then further statements. */
static void test_fingerprint(void **state) {
        static const struct {
                const char *first, *then;
                bool equal;
        } cases[] = {
                { "start b.service\n", "start b.service\n", true },
                { "start b.service\n", "start a.service\n", false },
                { "start b.service\nexit b 0\n", "start b.service\nexit b 0\n", true },
                { "start b.service\nexit b 0\n", "start b.service\nexit b 1\n", false },
                { "start b.service\nexit b 1\n", "reset-failed b.service\nstart b.service\nexit b 1\n", true },
                /* Numbers of jobs and of processes are labels. */
                { "start a.service\nstart b.service\n", "exit b 0\nstart b.service\n", true },
                /* Which process is older, though, decides which zombie comes first. */
                { "start d.service\nstart b.service\n", "exit d 0\nstart d.service\n", false },
                { "start d.service\nstart b.service\n", "exit d 0\nexit b 0\nstart d.service\nstart b.service\n",
                  true },
                /* A file that is gone is gone. */
                { "start b.service\n", "link x.service b.service\nrm x.service\n", true },
                { "start b.service\n", "link x.service b.service\n", false },
        };

        (void) state;

        for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
                g_autofree char *text =
                        g_strconcat(ACTOR("a", "  After=c.service\n", "") ACTOR("b", "", "") ACTOR("d", "", ""),
                                    cases[i].first, cases[i].then, NULL);
                g_autoptr(Fixture) f = fixture_new("257", text);
                g_autofree World *w = world_new(&f->layout), *scratch = world_new(&f->layout);
                Fingerprint x, y;
                unsigned n = 3;

                for (const char *c = cases[i].first; *c; c++)
                        n += *c == '\n';
                fixture_step(f, n);
                x = fingerprint(f, w, scratch);
                fixture_run(f);
                y = fingerprint(f, w, scratch);

                if ((x.low == y.low && x.high == y.high) != cases[i].equal)
                        fail_msg("%s and then %s", cases[i].first, cases[i].then);
        }
}

/* Units that have moved away from the slots of their ids come back there, with all that points to them. */
static void test_places(void **state) {
        (void) state;

        for (size_t v = 0; v < 8; v++) {
                const char *const versions[] = { "252", "254", "257", "262" };
                g_autoptr(Fixture) f = fixture_new(
                        versions[v / 2],
                        ACTOR("k", "  After=b.service\n", "") ACTOR("a", "", "") SLOW_ACTOR(
                                "c",
                                "  After=a.service\n") "start k.service\nstart a.service\nstart c.service\nlink "
                                                       "b.service a.service\nlink a2.service a.service\n"
                                                       "daemon-reload\n" ACTOR(
                                                               "b", "",
                                                               "") "link a.service b.service\ndaemon-reload\n");
                g_autofree World *scratch = world_new(&f->layout);
                g_autofree char *before[3] = { NULL };
                const char *const names[] = { "k.service", "b.service", "c.service" };

                fixture_order(f, v % 2 ? "a.service b.service k.service c.service a2.service"
                                       : "k.service b.service a.service c.service a2.service");
                fixture_run(f);
                for (size_t i = 0; i < 3; i++)
                        before[i] = fixture_describe(f, names[i]);

                world_normalize(&f->layout, f->world, scratch);

                for (size_t i = 0; i < 3; i++)
                        assert_unit(f, names[i], before[i]);
                for (size_t i = 0; i < f->layout.n_units; i++)
                        if (f->manager->units[i].in_use)
                                assert_int_equal(f->manager->units[i].id, i);
                for (size_t i = 0; i < f->layout.n_names; i++)
                        if (f->manager->names[i] != UNIT_NONE)
                                assert_true(f->manager->units[f->manager->names[i]].in_use);

                /* It goes on as if nothing had been. */
                outside_settle(f->manager);
                for (size_t i = 0; i < 3; i++) {
                        assert_unit(f, names[i], before[i]);
                        g_free(before[i]);
                        before[i] = NULL;
                }
        }
}

/* Processes stand by age; what is mentioned though it is gone stands behind them. */
static void test_processes(void **state) {
        g_autoptr(Fixture) f = fixture_new(
                "257", ACTOR("a", "", "") ACTOR("b", "", "") ACTOR("c", "", "")
                               ACTOR("d", "", "") "start a.service\nstart b.service\nstart c.service\nfork c "
                                                  "child\nexit a 0\nexit c 0\n"
                                                  "start d.service\nstart a.service\nnotify b READY=1\n");
        g_autofree World *scratch = world_new(&f->layout);
        const Process *p;
        size_t n = 0;

        (void) state;
        fixture_run(f);
        world_normalize(&f->layout, f->world, scratch);
        p = f->manager->processes;
        for (size_t i = 0; i < f->layout.n_processes; i++) {
                if (p[i].state == PROCESS_NONE)
                        continue;
                assert_int_equal(i, n);
                assert_int_equal(p[i].seq, n);
                n++;
        }
        assert_int_equal(f->world->n_processes_seq, n);
        assert_unit(f, "a.service", "loaded active running main=a.2");
        assert_unit(f, "b.service", "loaded active running main=b.1");
        assert_unit(f, "d.service", "loaded active running main=d.1");
}

/* Calls that arrived together keep what tells them apart only as long as there are several. */
static void test_groups(void **state) {
        g_autoptr(Fixture) f = fixture_new(
                "257",
                ACTOR("a", "", "") ACTOR("b", "", "") "pause\nstart a.service\nstart b.service\nresume\n");
        g_autofree World *scratch = world_new(&f->layout);
        Manager *m = f->manager;

        (void) state;
        while (m->world->n_inbox < 2)
                fixture_step(f, 1);
        world_normalize(&f->layout, m->world, scratch);
        assert_int_equal(m->inbox[0].group, m->inbox[1].group);
        assert_int_not_equal(m->inbox[0].group, 0);

        /* While PID 1 is paused others may join it. */
        manager_inbox_remove(m, 0);
        world_normalize(&f->layout, m->world, scratch);
        assert_int_not_equal(m->inbox[0].group, 0);
        m->world->flags &= (uint16_t) ~WORLD_PAUSED;
        world_normalize(&f->layout, m->world, scratch);
        assert_int_equal(m->inbox[0].group, 0);
        assert_int_equal(m->inbox[0].connection, 0);
        fixture_run(f);
        assert_unit(f, "a.service", "not-loaded");
        assert_unit(f, "b.service", "loaded active running main=b.1");
}

static void test_queues(void **state) {
        g_autoptr(Fixture) f = fixture_new("257", ACTOR("a", "", "") ACTOR("b", "", "") ACTOR(
                                                          "c", "", "") "start a.service b.service c.service\n");
        Manager *m = f->manager;
        Unit *a, *b, *c;

        (void) state;
        fixture_run(f);
        a = manager_get_unit(m, catalog_find_name(f->catalog, "a.service"));
        b = manager_get_unit(m, catalog_find_name(f->catalog, "b.service"));
        c = manager_get_unit(m, catalog_find_name(f->catalog, "c.service"));

        for (int q = 0; q < _UNIT_QUEUE_MAX; q++) {
                bool fifo = q == QUEUE_CGROUP_REALIZE;

                manager_queue_add(m, (UnitQueue) q, a);
                manager_queue_add(m, (UnitQueue) q, b);
                manager_queue_add(m, (UnitQueue) q, a);
                manager_queue_add(m, (UnitQueue) q, c);
                assert_int_equal(m->world->n_queued[q], 3);
                manager_queue_remove(m, (UnitQueue) q, b);
                manager_queue_remove(m, (UnitQueue) q, b);
                assert_false(unit_in_queue(b, (UnitQueue) q));
                assert_ptr_equal(manager_queue_pop(m, (UnitQueue) q), fifo ? a : c);
                assert_ptr_equal(manager_queue_pop(m, (UnitQueue) q), fifo ? c : a);
                assert_null(manager_queue_pop(m, (UnitQueue) q));
        }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_layout),      cmocka_unit_test(test_new),
                cmocka_unit_test(test_fingerprint), cmocka_unit_test(test_places),
                cmocka_unit_test(test_processes),   cmocka_unit_test(test_groups),
                cmocka_unit_test(test_queues),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
