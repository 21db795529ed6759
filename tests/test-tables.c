/* SPDX-License-Identifier: MIT */

/* The string tables, and which version knows what. */

#include <stdlib.h>

#include "cases.h"

typedef struct Table {
        const char *name;
        int n;
        const char *(*to_string)(int v);
        int (*from_string)(const char *s);
} Table;

/* Calls through a type of its own, since each table has one. */
/* clang-format off */
#define WRAP(table, type)                                                                                    \
        static const char *table##_string(int v) {                                                           \
                return table##_to_string((type) v);                                                          \
        }
WRAP(unit_type, UnitType)
WRAP(unit_load_state, UnitLoadState)
WRAP(unit_active_state, UnitActiveState)
WRAP(service_state, ServiceState)
WRAP(target_state, TargetState)
WRAP(slice_state, SliceState)
WRAP(scope_state, ScopeState)
WRAP(socket_state, SocketState)
WRAP(timer_state, TimerState)
WRAP(path_state, PathState)
WRAP(service_result, ServiceResult)
WRAP(service_exit_type, ServiceExitType)
WRAP(service_restart, ServiceRestart)
WRAP(service_restart_mode, ServiceRestartMode)
WRAP(service_timeout_failure_mode, ServiceTimeoutFailureMode)
WRAP(service_exec_command, ServiceExecCommand)
WRAP(kill_mode, KillMode)
WRAP(notify_access, NotifyAccess)
WRAP(notify_state, NotifyState)
WRAP(collect_mode, CollectMode)
WRAP(exec_preserve_mode, ExecPreserveMode)
WRAP(job_type, JobType)
WRAP(job_state, JobState)
WRAP(job_mode, JobMode)
WRAP(job_result, JobResult)
WRAP(unit_dependency, UnitDependency)

#define ROW(table, max)                                                                                         \
        { #table, max, table##_string, table##_from_string }

static void test_round_trip(void **state) {
        static const Table tables[] = {
                ROW(unit_type, _UNIT_TYPE_MAX),
                ROW(unit_load_state, _UNIT_LOAD_STATE_MAX),
                ROW(unit_active_state, _UNIT_ACTIVE_STATE_MAX),
                ROW(service_state, _SERVICE_STATE_MAX),
                ROW(target_state, _TARGET_STATE_MAX),
                ROW(slice_state, _SLICE_STATE_MAX),
                ROW(scope_state, _SCOPE_STATE_MAX),
                ROW(socket_state, _SOCKET_STATE_MAX),
                ROW(timer_state, _TIMER_STATE_MAX),
                ROW(path_state, _PATH_STATE_MAX),
                ROW(service_result, _SERVICE_RESULT_MAX),
                ROW(service_exit_type, _SERVICE_EXIT_TYPE_MAX),
                ROW(service_restart, _SERVICE_RESTART_MAX),
                ROW(service_restart_mode, _SERVICE_RESTART_MODE_MAX),
                ROW(service_timeout_failure_mode, _SERVICE_TIMEOUT_FAILURE_MODE_MAX),
                ROW(service_exec_command, _SERVICE_EXEC_COMMAND_MAX),
                ROW(kill_mode, _KILL_MODE_MAX),
                ROW(notify_access, _NOTIFY_ACCESS_MAX),
                ROW(notify_state, _NOTIFY_STATE_MAX),
                ROW(collect_mode, _COLLECT_MODE_MAX),
                ROW(exec_preserve_mode, _EXEC_PRESERVE_MODE_MAX),
                ROW(job_type, _JOB_TYPE_MAX),
                ROW(job_state, _JOB_STATE_MAX),
                ROW(job_mode, _JOB_MODE_MAX),
                ROW(job_result, _JOB_RESULT_MAX),
                ROW(unit_dependency, _UNIT_DEPENDENCY_MAX),
        };

        (void) state;

        for (size_t i = 0; i < G_N_ELEMENTS(tables); i++) {
                const Table *t = tables + i;

                for (int v = 0; v < t->n; v++) {
                        const char *s = t->to_string(v);

                        if (t->from_string(s) != v)
                                fail_msg("%s: \"%s\" is %d and not %d", t->name, s, t->from_string(s), v);
                }

                assert_true(t->from_string("nonsense") < 0);
                assert_true(t->from_string("") < 0);
                assert_true(t->from_string(NULL) < 0);
                assert_string_equal(t->to_string(t->n), "invalid");
                assert_string_equal(t->to_string(-1), "invalid");
        }
}

/* Type= has no word for the type of a unit without a file. */
static void test_service_type(void **state) {
        (void) state;

        for (ServiceType t = SERVICE_SIMPLE; t < _SERVICE_TYPE_MAX; t++)
                assert_int_equal(service_type_from_string(service_type_to_string(t)), (int) t);
        assert_true(service_type_from_string("daemon") < 0);
}

static void test_inverse(void **state) {
        static const UnitDependency pairs[][2] = {
                { UNIT_REQUIRES,             UNIT_REQUIRED_BY            },
                { UNIT_REQUISITE,            UNIT_REQUISITE_OF           },
                { UNIT_WANTS,                UNIT_WANTED_BY              },
                { UNIT_BINDS_TO,             UNIT_BOUND_BY               },
                { UNIT_PART_OF,              UNIT_CONSISTS_OF            },
                { UNIT_UPHOLDS,              UNIT_UPHELD_BY              },
                { UNIT_CONFLICTS,            UNIT_CONFLICTED_BY          },
                { UNIT_BEFORE,               UNIT_AFTER                  },
                { UNIT_ON_SUCCESS,           UNIT_ON_SUCCESS_OF          },
                { UNIT_ON_FAILURE,           UNIT_ON_FAILURE_OF          },
                { UNIT_TRIGGERS,             UNIT_TRIGGERED_BY           },
                { UNIT_PROPAGATES_RELOAD_TO, UNIT_RELOAD_PROPAGATED_FROM },
                { UNIT_PROPAGATES_STOP_TO,   UNIT_STOP_PROPAGATED_FROM   },
                { UNIT_JOINS_NAMESPACE_OF,   UNIT_JOINS_NAMESPACE_OF     },
                { UNIT_REFERENCES,           UNIT_REFERENCED_BY          },
                { UNIT_IN_SLICE,             UNIT_SLICE_OF               },
        };

        (void) state;

        for (size_t i = 0; i < G_N_ELEMENTS(pairs); i++) {
                assert_int_equal(unit_dependency_inverse(pairs[i][0]), pairs[i][1]);
                assert_int_equal(unit_dependency_inverse(pairs[i][1]), pairs[i][0]);
        }
}

static void test_unit_types(void **state) {
        static const struct {
                const char *name;
                UnitType type;
        } cases[] = {
                { "a.service",      UNIT_SERVICE       },
                { "a.b.socket",     UNIT_SOCKET        },
                { "a@b.timer",      UNIT_TIMER         },
                { "-.slice",        UNIT_SLICE         },
                { "a",              _UNIT_TYPE_INVALID },
                { "a.",             _UNIT_TYPE_INVALID },
                { "a.service.conf", _UNIT_TYPE_INVALID },
                { "",               _UNIT_TYPE_INVALID },
        };

        (void) state;

        for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
                assert_int_equal(unit_name_to_type(cases[i].name), cases[i].type);
}

static void test_sub_states(void **state) {
        static const struct {
                UnitType type;
                const char *names;
        } cases[] = {
                { UNIT_SERVICE, "dead start running exited failed auto-restart" },
                { UNIT_SOCKET,  "dead listening running failed"                 },
                { UNIT_TARGET,  "dead active"                                   },
                { UNIT_TIMER,   "dead waiting running elapsed failed"           },
                { UNIT_PATH,    "dead waiting running failed"                   },
                { UNIT_SLICE,   "dead active"                                   },
                { UNIT_SCOPE,   "dead running abandoned failed"                 },
        };

        (void) state;

        for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
                g_auto(GStrv) names = g_strsplit(cases[i].names, " ", -1);

                for (unsigned n = 0; names[n]; n++) {
                        int s = unit_sub_state_from_string(cases[i].type, names[n]);

                        assert_true(s >= 0);
                        assert_string_equal(unit_sub_state_to_string(cases[i].type, (uint8_t) s), names[n]);
                }
                assert_true(unit_sub_state_from_string(cases[i].type, "mounted") < 0);
        }

        assert_string_equal(unit_sub_state_to_string(UNIT_DEVICE, 0), "dead");
}

/* service.c:service_state_table of each version. */
static void test_profiles(void **state) {
        static const struct {
                ServiceState state;
                int since;
        } states[] = {
                { SERVICE_DEAD,                       252 },
                { SERVICE_RUNNING,                    252 },
                { SERVICE_RELOAD,                     252 },
                { SERVICE_AUTO_RESTART,               252 },
                { SERVICE_CLEANING,                   252 },
                { SERVICE_RELOAD_SIGNAL,              254 },
                { SERVICE_RELOAD_NOTIFY,              254 },
                { SERVICE_DEAD_BEFORE_AUTO_RESTART,   254 },
                { SERVICE_FAILED_BEFORE_AUTO_RESTART, 254 },
                { SERVICE_DEAD_RESOURCES_PINNED,      254 },
                { SERVICE_AUTO_RESTART_QUEUED,        254 },
                { SERVICE_MOUNTING,                   257 },
                { SERVICE_RUNNING_REVALIDATING,       262 },
                { SERVICE_REFRESH_EXTENSIONS,         262 },
                { SERVICE_REFRESH_CREDENTIALS,        262 },
                { SERVICE_RELOAD_POST,                262 },
        };
        /* clang-format on */
        const Profile *all;
        size_t n;

        (void) state;
        all = profiles(&n);
        assert_int_equal(n, 5);

        for (size_t i = 0; i < n; i++) {
                if (i > 0)
                        assert_true(all[i].version > all[i - 1].version);
                assert_ptr_equal(profile_find(all[i].name), all + i);
                assert_int_equal(atoi(all[i].name), all[i].version);
                assert_true(strlen(all[i].describes) > 0);

                for (size_t s = 0; s < G_N_ELEMENTS(states); s++)
                        assert_int_equal(profile_has_service_state(all + i, states[s].state),
                                         all[i].version >= states[s].since);
        }

        assert_null(profile_find("253"));
        assert_int_equal(profile_default()->version, 257);
        assert_false(profile_has_service_state(all, _SERVICE_STATE_INVALID));
}

/* Per loop turn the source with the smallest number is taken; the manager.c of each version. */
static void test_priorities(void **state) {
        const Profile *all;
        size_t n;

        (void) state;
        all = profiles(&n);

        for (size_t i = 0; i < n; i++) {
                const EventPriorities *p = &all[i].priority;

                assert_true(p->notify < p->sigchld);
                assert_true(p->sigchld < p->signals);
                assert_true(p->signals < p->cgroup_empty);
                assert_true(p->cgroup_empty < p->normal);
                assert_true(p->normal < p->run_queue);
                assert_true(p->cgroup_inotify < p->notify);
                assert_int_equal(p->exec_fd < p->sigchld, all[i].version >= 257);
        }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_round_trip), cmocka_unit_test(test_service_type),
                cmocka_unit_test(test_inverse),    cmocka_unit_test(test_unit_types),
                cmocka_unit_test(test_sub_states), cmocka_unit_test(test_profiles),
                cmocka_unit_test(test_priorities),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
