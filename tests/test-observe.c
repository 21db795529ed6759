/* SPDX-License-Identifier: MIT */

/* A world, seen as a recording sees a machine. */

#include <string.h>

#include "tests/support.h"
#include "traces/observe.h"

static const char *unit_field(const Observation *o, const char *unit, SeenField f) {
        const SeenUnit *u = observation_find_unit(o, unit);

        return u && u->field[f] ? u->field[f] : "-";
}

static char *process_list(const Observation *o) {
        GString *s = g_string_new(NULL);

        for (unsigned i = 0; i < o->processes->len; i++) {
                const SeenProcess *p = o->processes->pdata[i];

                g_string_append_printf(s, "%s%s in %s", i ? ", " : "", p->name, p->cgroup);
        }
        return g_string_free(s, FALSE);
}

static void test_service(void **state) {
        g_autoptr(Fixture) f = fixture_new("257", "unit a.service\n"
                                                  "  [Unit]\n"
                                                  "  Wants=missing.service\n"
                                                  "  [Service]\n"
                                                  "  ExecStart=/usr/bin/actor a\n"
                                                  "  ExecStop=/usr/bin/actor a-stop\n"
                                                  "  Restart=on-failure\n"
                                                  "link z.service a.service\n"
                                                  "link b.service a.service\n"
                                                  "start b.service z.service\n"
                                                  "stop a.service\n");
        g_autoptr(Observation) before = observe(f->manager, false), after = NULL;
        g_autofree char *processes = NULL;

        assert_int_equal(before->units->len, 0);
        fixture_run(f);
        after = observe(f->manager, false);
        assert_string_equal(unit_field(after, "a.service", SEEN_ID), "a.service");
        assert_string_equal(unit_field(after, "a.service", SEEN_NAMES), "a.service b.service z.service");
        assert_string_equal(unit_field(after, "a.service", SEEN_LOAD_STATE), "loaded");
        assert_string_equal(unit_field(after, "a.service", SEEN_ACTIVE_STATE), "deactivating");
        assert_string_equal(unit_field(after, "a.service", SEEN_SUB_STATE), "stop");
        assert_string_equal(unit_field(after, "a.service", SEEN_RESULT), "success");
        assert_string_equal(unit_field(after, "a.service", SEEN_MAIN_PID), "a.1");
        assert_string_equal(unit_field(after, "a.service", SEEN_CONTROL_PID), "a-stop.1");
        assert_string_equal(unit_field(after, "a.service", SEEN_N_RESTARTS), "0");
        assert_string_equal(unit_field(after, "a.service", SEEN_CONTROL_GROUP), "/system.slice/a.service");
        assert_string_equal(unit_field(after, "a.service", SEEN_FRAGMENT_PATH), "/etc/systemd/system/a.service");
        assert_string_equal(unit_field(after, "a.service", SEEN_JOB), "stop");
        assert_null(observation_find_unit(after, "b.service"));
        processes = process_list(after);
        assert_string_equal(processes, "a-stop.1 in /system.slice/a.service, a.1 in /system.slice/a.service");
}

/* Only what ListUnits shows: reading more would load it again. */
static void test_not_found(void **state) {
        g_autoptr(Fixture) f = fixture_new("257", "unit a.service\n"
                                                  "  [Unit]\n"
                                                  "  After=missing.service\n"
                                                  "  [Service]\n"
                                                  "  ExecStart=/usr/bin/actor a\n"
                                                  "start a.service\n");
        g_autoptr(Observation) o = NULL;

        fixture_run(f);
        o = observe(f->manager, false);
        assert_string_equal(unit_field(o, "missing.service", SEEN_LOAD_STATE), "not-found");
        assert_string_equal(unit_field(o, "missing.service", SEEN_SUB_STATE), "dead");
        assert_string_equal(unit_field(o, "missing.service", SEEN_NAMES), "-");
        assert_string_equal(unit_field(o, "missing.service", SEEN_MAIN_PID), "-");
}

static void test_other_types(void **state) {
        g_autoptr(Fixture) f = fixture_new("257", "unit a.service\n"
                                                  "  [Service]\n"
                                                  "  ExecStart=/usr/bin/actor a\n"
                                                  "unit a.socket\n"
                                                  "  [Socket]\n"
                                                  "  ListenStream=/run/a\n"
                                                  "unit t.target\n"
                                                  "  [Unit]\n"
                                                  "  Description=t\n"
                                                  "start a.socket t.target\n");
        g_autoptr(Observation) o = NULL;

        fixture_run(f);
        o = observe(f->manager, false);
        assert_string_equal(unit_field(o, "a.socket", SEEN_SUB_STATE), "listening");
        assert_string_equal(unit_field(o, "a.socket", SEEN_RESULT), "success");
        assert_string_equal(unit_field(o, "a.socket", SEEN_MAIN_PID), "-");
        assert_string_equal(unit_field(o, "a.socket", SEEN_CONTROL_PID), "");
        assert_string_equal(unit_field(o, "t.target", SEEN_SUB_STATE), "active");
        assert_string_equal(unit_field(o, "t.target", SEEN_CONTROL_GROUP), "-");
        assert_string_equal(unit_field(o, "t.target", SEEN_RESULT), "-");
}

/* Processes that are no actors have no name that a recording knows, and are not in its list. */
static void test_processes(void **state) {
        g_autoptr(Fixture) f = fixture_new("257", "unit d.service\n"
                                                  "  [Service]\n"
                                                  "  ExecStart=/usr/sbin/daemon\n"
                                                  "unit a.service\n"
                                                  "  [Service]\n"
                                                  "  ExecStart=/usr/bin/actor a\n"
                                                  "start d.service a.service\n"
                                                  "fork a child\n");
        g_autoptr(Observation) o = NULL;
        g_autofree char *none = NULL, *processes = NULL;

        fixture_step(f, 3);
        o = observe(f->manager, false);
        assert_string_equal(unit_field(o, "a.service", SEEN_MAIN_PID), "a.1");
        observation_free(g_steal_pointer(&o));
        fixture_run(f);
        o = observe(f->manager, false);
        processes = process_list(o);
        assert_string_equal(processes, "a.1 in /system.slice/a.service, child.1 in /system.slice/a.service");
        none = observe_process(f->manager, 0, false);
        assert_string_equal(none, "");
}

static void test_daemon(void **state) {
        g_autoptr(Fixture) f = fixture_new("257", "unit d.service\n"
                                                  "  [Service]\n"
                                                  "  Type=notify\n"
                                                  "  ExecStart=/usr/sbin/daemon\n"
                                                  "start d.service\n");
        Unit *u;
        g_autofree char *name = NULL, *stood_in_for = NULL;

        fixture_run(f);
        u = manager_get_unit(f->manager, catalog_find_name(f->catalog, "d.service"));
        assert_non_null(u);
        assert_int_not_equal(u->service.main_pid, 0);
        name = observe_process(f->manager, u->service.main_pid, false);
        assert_string_equal(name, "?1");
        stood_in_for = observe_process(f->manager, u->service.main_pid, true);
        assert_string_equal(stood_in_for, "d.1");
}

static void assert_entries(const char *text, const char *expected) {
        g_autoptr(Fixture) f = fixture_new("257", "start a.service b.service\n");
        g_autoptr(GPtrArray) entries = observe_stream(f->catalog, text, strlen(text));
        g_autoptr(GString) s = g_string_new(NULL);

        for (unsigned i = 0; i < entries->len; i++)
                g_string_append_printf(s, "[%s]", (char *) entries->pdata[i]);
        assert_string_equal(s->str, expected);
}

static void test_stream(void **state) {
        assert_entries("", "");
        assert_entries("current-job-id=1\n\n", "");
        assert_entries("current-job-id=1\n\na.service\nstate=dead\n\nb.service\n\n",
                       "[a.service\nstate=dead\n][b.service\n]");
        /* Not of the scenario */
        assert_entries("\n-.slice\nstate=active\n\na.service\n\n", "[a.service\n]");
        /* A job has an end marker of its own. */
        assert_entries("\na.service\njob\njob-id=1\n\nstate=dead\n\nb.service\n\n",
                       "[a.service\njob\njob-id=1\n\nstate=dead\n][b.service\n]");
        /* Cut short */
        assert_entries("\na.service\nstate=dead", "[a.service\nstate=dead]");
        assert_entries("\na.service\njob", "[a.service\njob]");
        assert_entries("\na.service", "[a.service]");
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_service),     cmocka_unit_test(test_not_found),
                cmocka_unit_test(test_other_types), cmocka_unit_test(test_processes),
                cmocka_unit_test(test_daemon),      cmocka_unit_test(test_stream),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
