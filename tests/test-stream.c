/* SPDX-License-Identifier: MIT */

/* The state stream: what each version writes, and what its reader makes of anything (unit-serialize.c,
 * manager-serialize.c, service.c:service_serialize, job.c:job_serialize). */

#include <errno.h>

#include "cases.h"
#include "model/stream.h"

#define KEEPER ACTOR("k", "  After=n.service\n", "")

/* The keys of one entry, jobs included, without what comes of time and accounting. */
static char *keys_of(const Fixture *f, const char *name) {
        g_auto(GStrv) lines = g_strsplit(f->manager->stream, "\n", -1);
        GString *s = g_string_new(NULL);
        bool in_entry = false, in_job = false;

        for (unsigned i = 0; lines[i]; i++) {
                if (!in_entry) {
                        in_entry = g_str_equal(lines[i], name) && i > 0 && lines[i - 1][0] == 0;
                        continue;
                }
                if (lines[i][0] == 0 && !in_job)
                        break;
                if (lines[i][0] == 0) {
                        g_string_append(s, ". ");
                        in_job = false;
                        continue;
                }
                in_job = in_job || g_str_equal(lines[i], "job");
                if (strstr(lines[i], "timestamp=") || g_str_has_prefix(lines[i], "io-accounting") ||
                    g_str_has_prefix(lines[i], "exported-") || g_str_has_prefix(lines[i], "cpu-"))
                        continue;
                g_string_append_printf(s, "%.*s ", (int) strcspn(lines[i], "="), lines[i]);
        }
        return g_string_free(s, FALSE);
}

static void test_keys(void **state) {
        static const struct {
                const char *version, *unit, *keys;
        } cases[] = {
                { "252", "n.service",
                  "state result reload-result main-pid-known bus-name-good bus-name-owner n-restarts "
                  "flush-n-restarts "
                  "forbid-restart transient in-audit cgroup-realized freezer-state " },
                { "254", "n.service",
                  "state result reload-result main-pid-known bus-name-good bus-name-owner n-restarts "
                  "flush-n-restarts "
                  "forbid-restart transient in-audit cgroup-realized freezer-state " },
                { "257", "n.service",
                  "state result reload-result live-mount-result main-pid-known bus-name-good n-restarts "
                  "forbid-restart "
                  "status-errno start-ratelimit auto-start-stop-ratelimit transient in-audit debug-invocation "
                  "freezer-state " },
                { "252", "k.service",
                  "state result reload-result main-pid main-pid-known bus-name-good bus-name-owner n-restarts "
                  "flush-n-restarts main-command main-exec-status-pid main-exec-status-start forbid-restart "
                  "watchdog-original-usec condition-result assert-result transient in-audit cgroup "
                  "cgroup-realized "
                  "cgroup-realized-mask invocation-id freezer-state " },
                { "257", "k.service",
                  "state result reload-result live-mount-result main-pid main-pid main-pid-known bus-name-good "
                  "n-restarts forbid-restart main-command main-exec-status-pid main-exec-status-start "
                  "main-exec-status-handoff status-errno watchdog-original-usec start-ratelimit "
                  "auto-start-stop-ratelimit condition-result assert-result transient in-audit debug-invocation "
                  "cgroup "
                  "cgroup-id cgroup-realized cgroup-realized-mask invocation-id freezer-state " },
        };

        (void) state;

        for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
                g_autoptr(Fixture) f = fixture_new(cases[i].version, KEEPER "start k.service\ndaemon-reload\n");
                g_autofree char *keys = NULL;

                fixture_run(f);
                keys = keys_of(f, cases[i].unit);
                assert_string_equal(keys, cases[i].keys);
        }
}

static void test_jobs(void **state) {
        (void) state;

        for (size_t v = 0; v < 4; v++) {
                const char *const versions[] = { "252", "254", "257", "262" };
                g_autoptr(Fixture) f = fixture_new(
                        versions[v], SLOW_ACTOR("a", "  After=b.service\n") SLOW_ACTOR(
                                             "b", "") "start b.service\nstart a.service\ndaemon-reload\n");
                g_autofree char *waiting = NULL, *running = NULL;

                fixture_run(f);
                waiting = keys_of(f, "a.service");
                running = keys_of(f, "b.service");
                assert_true(g_str_has_suffix(waiting, "job job-id job-type job-state job-irreversible "
                                                      "job-sent-dbus-new-signal job-ignore-order "
                                                      "job-begin . "));
                assert_true(g_str_has_suffix(running, "job job-id job-type job-state job-irreversible "
                                                      "job-sent-dbus-new-signal job-ignore-order "
                                                      "job-begin job-begin-running . "));
                assert_non_null(strstr(f->manager->stream, "job-state=waiting\n"));
                assert_non_null(strstr(f->manager->stream, "job-state=running\n"));
        }
}

/* What is read back is what was written: a further reload writes the same text. (Up to 257 the first one gives a time of
 * change to units that never changed.) */
static void test_round_trip(void **state) {
        (void) state;

        for (size_t v = 0; v < 4; v++) {
                const char *const versions[] = { "252", "254", "257", "262" };
                g_autoptr(Fixture) f = fixture_new(
                        versions[v],
                        KEEPER ACTOR("a", "",
                                     "  Restart=always\n  RestartSec=1h\n  WatchdogSec=1h\n  "
                                     "ExecReload=/usr/bin/actor r\n") SLOW_ACTOR("b", "")
                                SLOW_ACTOR(
                                        "c",
                                        "  After=b.service\n") "unit s.socket\n  [Socket]\n  "
                                                               "ListenStream=/run/s\n  Service=k.service\n"
                                                               "unit t.timer\n  [Timer]\n  OnCalendar=daily\n  "
                                                               "Unit=k.service\n"
                                                               "unit p.path\n  [Path]\n  PathExists=/run/p\n  "
                                                               "Unit=b.service\n" ACTOR("d", "", "") ACTOR(
                                                                       "e", "",
                                                                       "  Restart=always\n  RestartSec=1h\n")
                                                                       ACTOR("g", "",
                                                                             "  Slice=x-y.slice\n") "start "
                                                                                                    "s."
                                                                                                    "socket\nsta"
                                                                                                    "rt "
                                                                                                    "t."
                                                                                                    "timer\nstar"
                                                                                                    "t "
                                                                                                    "p."
                                                                                                    "path\nstart"
                                                                                                    " k."
                                                                                                    "service\nst"
                                                                                                    "art "
                                                                                                    "a."
                                                                                                    "service\nst"
                                                                                                    "art "
                                                                                                    "b.service\n"
                                                                                                    "start "
                                                                                                    "c."
                                                                                                    "service\nst"
                                                                                                    "art "
                                                                                                    "d."
                                                                                                    "service\nex"
                                                                                                    "it d "
                                                                                                    "3\nstart "
                                                                                                    "e."
                                                                                                    "service\nex"
                                                                                                    "it e "
                                                                                                    "0\nstart "
                                                                                                    "g.service\n"
                                                                                                    "reload "
                                                                                                    "a."
                                                                                                    "service\nex"
                                                                                                    "it b "
                                                                                                    "0\ndaemon-"
                                                                                                    "reload\ndae"
                                                                                                    "mon-"
                                                                                                    "reload\ndae"
                                                                                                    "mon-"
                                                                                                    "reload\n");
                g_autofree char *first = NULL;
                unsigned n = 0;

                for (const Statement *s = f->catalog->top.statements; s->type != STATEMENT_DAEMON_RELOAD; s++)
                        n++;
                while (f->world->top_pc <= n + 1)
                        fixture_step(f, 1);
                first = g_strdup(f->manager->stream);
                assert_non_null(strstr(first, "k.service\n"));
                fixture_run(f);
                assert_string_equal(first, f->manager->stream);
                assert_true(f->manager->reload.stream_intact);
                assert_int_equal(f->manager->reload.n_written, f->manager->reload.n_begun);
        }
}

static void test_read_line(void **state) {
        static const struct {
                const char *text;
                size_t size;
                int result;
                const char *line;
                /* clang-format off */
        } cases[] = {
                { "",            0,  0,        NULL  },
                { "a\n",         2,  1,        "a"   },
                { "a",           1,  1,        "a"   },
                { " \t a b \r\n", 9, 1,        "a b" },
                { "\n",          1,  1,        ""    },
                { "  \n",        3,  1,        ""    },
                { "a\0b\n",      4,  -EBADMSG, NULL  },
        };
        g_autofree char *long_line = g_strnfill(STREAM_LINE_MAX + 2, 'x');

        (void) state;

        for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
                StreamReader r = { .text = cases[i].text, .size = cases[i].size };
                const char *line;
                size_t size;

                assert_int_equal(stream_read_line(&r, &line, &size), cases[i].result);
                if (cases[i].result > 0) {
                        assert_int_equal(size, strlen(cases[i].line));
                        assert_memory_equal(line, cases[i].line, size);
                        assert_int_equal(r.offset, cases[i].size);
                }
        }

        {
                StreamReader r = { .text = long_line, .size = STREAM_LINE_MAX + 1 };
                const char *line;
                size_t size;

                assert_int_equal(stream_read_line(&r, &line, &size), -ENOBUFS);
                r.size = STREAM_LINE_MAX;
                assert_int_equal(stream_read_line(&r, &line, &size), 1);
                assert_int_equal(size, STREAM_LINE_MAX);
        }
}

static void test_values(void **state) {
        static const struct {
                const char *text;
                int boolean, number, timestamp;
        } cases[] = {
                { "yes",          1,       -EINVAL, -EINVAL },
                { "On",           1,       -EINVAL, -EINVAL },
                { "1",            1,       1,       -EINVAL },
                { "0",            0,       0,       -EINVAL },
                { "false",        0,       -EINVAL, -EINVAL },
                { "",             -EINVAL, -EINVAL, -EINVAL },
                { "+7",           -EINVAL, 7,       -EINVAL },
                { "4294967296",   -EINVAL, -ERANGE, -EINVAL },
                { "7x",           -EINVAL, -EINVAL, -EINVAL },
                { "-1",           -EINVAL, -EINVAL, -EINVAL },
                { "1 2",          -EINVAL, -EINVAL, 1       },
                { "0 0",          -EINVAL, -EINVAL, 0       },
                { "18446744073709551615 1", -EINVAL, -ERANGE, 0 },
                { "18446744073709551616 1", -EINVAL, -ERANGE, -ERANGE },
                { "1 2 3",        -EINVAL, -EINVAL, -EINVAL },
        };

        (void) state;

        for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
                unsigned u = 0;
                int r;

                assert_int_equal(stream_parse_boolean(cases[i].text), cases[i].boolean);
                r = stream_parse_unsigned(cases[i].text, &u);
                assert_int_equal(r < 0 ? r : (int) u, cases[i].number);
                assert_int_equal(stream_parse_timestamp(cases[i].text), cases[i].timestamp);
        }
}

static void test_pids(void **state) {
        static const struct {
                const char *version, *text;
                int expected;
        } cases[] = {
                { "252", "1",       1       },
                { "252", "0",       -EINVAL },
                { "252", "@5:1",    -EINVAL },
                { "257", "@5:1",    1       },
                { "257", "@5",      -EINVAL },
                { "257", "@5:",     -EINVAL },
                { "257", "1",       1       },
                { "257", "1x",      -EINVAL },
                { "257", "999999",  -ESRCH  },
                { "257", "x",       -EINVAL },
        };

        (void) state;

        for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
                g_autoptr(Fixture) f = fixture_new(cases[i].version, ACTOR("a", "", "") "start a.service\n");
                Pid pid = 0;
                int r;

                fixture_run(f);
                r = stream_parse_pid(f->manager, cases[i].text, &pid);
                assert_int_equal(r < 0 ? r : pid, cases[i].expected);
        }
}

static void test_split(void **state) {
        StreamItem item;
        g_autofree char *long_text = g_strnfill(20000, 'x');

        (void) state;
        stream_split_item("a=b=c", 5, &item);
        assert_string_equal(item.key, "a");
        assert_string_equal(item.value, "b=c");
        stream_split_item("job", 3, &item);
        assert_string_equal(item.key, "job");
        assert_string_equal(item.value, "");
        stream_split_item("=", 1, &item);
        assert_string_equal(item.key, "");
        stream_split_item(long_text, 20000, &item);
        assert_int_equal(strlen(item.key), sizeof(item.key) - 1);
        long_text[1] = '=';
        stream_split_item(long_text, 20000, &item);
        assert_int_equal(strlen(item.value), sizeof(item.value) - 1);
}

/* Reads @text as a whole stream into a fresh PID 1, and says what has become of it. */
static int read_text(Fixture *f, const char *text, size_t size) {
        StreamReader r = { .text = text, .size = size };
        int k;

        f->world->flags |= WORLD_RELOADING;
        k = manager_deserialize(f->manager, &r);
        f->world->flags &= (uint16_t) ~WORLD_RELOADING;
        return k;
}

#define FIVE "unit a.service\n  [Service]\n  ExecStart=true\nunit b.service\n  [Service]\n  ExecStart=true\n"              \
        "unit c.service\n  [Service]\n  ExecStart=true\nlink x.service a.service\nunit z.target\n  [Unit]\n"               \
        "unit s.scope\n  [Unit]\n"
#define JOB(type)     "job\njob-id=0\njob-type=" type "\njob-state=waiting\n\n"
#define RUNNING(unit) unit "\nstate=running\n\n"

static char *states(Fixture *f) {
        GString *s = g_string_new(NULL);

        for (const char *const *name = (const char *const[]) { "a.service", "b.service", "c.service", NULL };
             *name; name++) {
                Unit *u = manager_get_unit(f->manager, catalog_find_name(f->catalog, *name));

                g_string_append_printf(s, "%s%s ",
                                       u ? service_state_to_string((ServiceState) u->service.deserialized_state)
                                         : "-",
                                       u && u->job.installed ? "+job" : "");
        }
        return g_string_free(s, FALSE);
}

/* The damage that a skip does which does not know jobs hits the units behind it. */
static void test_desync(void **state) {
        static const struct {
                const char *name, *versions, *stream, *states;
                bool intact;
        } cases[] = {
                { "nothing special", ALL_VERSIONS,
                  "\n" RUNNING("a.service") RUNNING("b.service") RUNNING("c.service"),
                  "running running running ", true },
                { "an unknown name without a job", ALL_VERSIONS,
                  "\n" RUNNING("a.service") "\x01nonsense\nstate=running\n\n" RUNNING("c.service"),
                  "running - running ", true },
                { "an unknown name with a job", "252 254 257",
                  "\n" RUNNING("a.service") "nonsense\nstate=running\n" JOB("start") "\n" RUNNING("b.service")
                          RUNNING("c.service"),
                  "running - running ", false },
                { "an unknown name with a job", "262",
                  "\n" RUNNING("a.service") "nonsense\nstate=running\n" JOB("start") "\n" RUNNING("b.service")
                          RUNNING("c.service"),
                  "running running running ", true },
                { "a second job of one unit is where its entry ends", "252 254 257",
                  "\na.service\nstate=running\n" JOB("start") "\nx.service\nstate=stop\n" JOB(
                          "start") "\n" RUNNING("b.service"),
                  "stop+job running - ", true },
                { "two more of them swallow the next entry", "252 254 257",
                  "\na.service\nstate=running\n" JOB("start") "\nx.service\nstate=stop\n" JOB("start")
                          JOB("nop") "\n" RUNNING("b.service") RUNNING("c.service"),
                  "stop+job - running ", false },
                { "not in 262, to which it is stale", "262",
                  "\na.service\nstate=running\n" JOB("start") "\nx.service\nstate=stop\n" JOB("start")
                          JOB("nop") "\n" RUNNING("b.service") RUNNING("c.service"),
                  "running+job running running ", true },
                { "a job without a type", ALL_VERSIONS,
                  "\na.service\nstate=running\njob\njob-id=1\n\n\n" RUNNING("b.service"), "running running - ",
                  true },
                { "the end comes early", ALL_VERSIONS,
                  "\na.service\nstate=running\n"
                  "job\njob-type=start\njob-state=wait",
                  "running+job - - ", true },
        };

        (void) state;

        for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
                g_auto(GStrv) versions = g_strsplit(cases[i].versions, " ", -1);

                for (unsigned v = 0; versions[v]; v++) {
                        g_autoptr(Fixture) f = fixture_new(versions[v], FIVE);
                        g_autofree char *found = NULL;

                        fixture_run(f);
                        assert_int_equal(read_text(f, cases[i].stream, strlen(cases[i].stream)), 0);
                        found = states(f);
                        if (strcmp(found, cases[i].states) != 0 ||
                            f->manager->reload.stream_intact != cases[i].intact)
                                fail_msg("%s, %s: %s (%d)", cases[i].name, versions[v], found,
                                         f->manager->reload.stream_intact);
                }
        }
}

#define TEXT(s) s, sizeof(s) - 1

/* No string that a writer writes has a NUL in it. */
static void test_read_errors(void **state) {
        static const struct {
                const char *text;
                size_t size;
        } cases[] = {
                { TEXT("current-job-id=1\0\n\n") },
                { TEXT("\na\0.service\nstate=running\n\n") },
                { TEXT("\nnonsense\nstate=\0running\n") },
        };

        (void) state;

        for (size_t v = 0; v < 4; v++)
                for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
                        const char *const versions[] = { "252", "254", "257", "262" };
                        g_autoptr(Fixture) f = fixture_new(versions[v], FIVE);

                        fixture_run(f);
                        assert_int_equal(read_text(f, cases[i].text, cases[i].size), -EBADMSG);
                }
}

/* Whatever a key says, it is a value of the model or nothing. */
static void test_hostile(void **state) {
        static const char *const keys[] = {
                "state",
                "result",
                "reload-result",
                "live-mount-result",
                "control-pid",
                "main-pid",
                "main-pid-known",
                "bus-name-good",
                "bus-name-owner",
                "n-restarts",
                "restart-randomized-delay-chosen-usec",
                "flush-n-restarts",
                "status-text",
                "forbid-restart",
                "control-command",
                "main-command",
                "exec-fd",
                "exec-fd-hot",
                "accept-socket",
                "socket-fd",
                "fd-store-fd",
                "extra-fd",
                "main-exec-status-pid",
                "main-exec-status-start",
                "main-exec-status-exit",
                "main-exec-status-handoff",
                "main-exec-status-code",
                "main-exec-status-status",
                "notify-access-override",
                "notify-state",
                "status-errno",
                "watchdog-timestamp",
                "watchdog-original-usec",
                "watchdog-override-usec",
                "reload-begin-usec",
                "revalidate-runtime-begin-usec",
                "refreshed-mask",
                "will-auto-restart",
                "cgroup",
                "cgroup-realized",
                "cgroup-id",
                "start-ratelimit",
                "auto-start-stop-ratelimit",
                "condition-result",
                "assert-timestamp",
                "in-audit",
                "invocation-id",
                "freezer-state",
                "ref",
                "markers",
                "transient",
                "pids",
                "was-abandoned",
                "job-id",
                "job",
                "nonsense",
                "",
        };
        static const char *const values[] = {
                "",
                "x",
                "yes",
                "-1",
                "0",
                "1",
                "65535",
                "65536",
                "4294967295",
                "18446744073709551616",
                "@1:1",
                "@:",
                "1 1",
                "1 2 3 4",
                "running",
                "success",
                "exit-code",
                "/",
                "/system.slice",
                "/system.slice/a.service",
                "//a.service",
                "a.service",
                "ExecStart +0 /bin/true \"true\"",
                "ExecStart 0 true \"true",
                "ExecStart",
                "ExecStart 99999 x \"y\"",
                "Nonsense 0 a b",
                "00000000000000000000000000000001",
                "ready",
                "all",
                "\xff\xfe",
                "\"\\\"",
        };
        static const char *const units[] = { "a.service", "z.target", "s.scope", "b.service" };

        (void) state;

        for (size_t v = 0; v < 4; v++) {
                const char *const versions[] = { "252", "254", "257", "262" };
                g_autoptr(Fixture) f = fixture_new(versions[v], FIVE "start b.service\n");
                g_autoptr(GString) text = g_string_new("current-job-id=x\ncurrent-job-id=7\nnonsense\n\n");

                fixture_run(f);
                for (size_t u = 0; u < G_N_ELEMENTS(units); u++) {
                        g_string_append_printf(text, "%s\n", units[u]);
                        for (size_t k = 0; k < G_N_ELEMENTS(keys); k++)
                                for (size_t i = 0; i < G_N_ELEMENTS(values); i++)
                                        g_string_append_printf(text, "%s=%s\n", keys[k], values[i]);
                        g_string_append(text, "job\n");
                        for (size_t k = 0; k < G_N_ELEMENTS(values); k++)
                                g_string_append_printf(
                                        text, "job-id=%s\njob-type=%s\njob-state=%s\njob-irreversible=%s\n",
                                        values[k], values[k], values[k], values[k]);
                        g_string_append(text, "job-type=try-restart\njob-type=stop\njob-id=0\n\n\n");
                }

                assert_int_equal(read_text(f, text->str, text->len), 0);
                assert_int_equal(f->world->crashed, CRASH_NONE);

                for (size_t i = 0; i < f->layout.n_units; i++) {
                        const Unit *u = f->manager->units + i;

                        if (!u->in_use || u->type != UNIT_SERVICE)
                                continue;
                        assert_true(u->service.deserialized_state < _SERVICE_STATE_MAX);
                        assert_true(u->service.result < _SERVICE_RESULT_MAX);
                        assert_true(u->service.main_pid <= f->layout.n_processes);
                        assert_true(u->service.control_pid <= f->layout.n_processes);
                        assert_true(u->service.main_command <= u->n_commands);
                        assert_true(u->service.control_command <= u->n_commands);
                        assert_true(!u->job.installed || u->job.type < _JOB_TYPE_MAX_IN_TRANSACTION);
                }
        }
}

/* unit-serialize.c:unit_deserialize_state, 3.11 of what one entry after another leaves behind. */
static void test_rules(void **state) {
        static const struct {
                const char *versions, *entry;
                uint8_t result;
                bool known;
                Pid main_pid;
        } cases[] = {
                /* A later success does not undo a failure. */
                { ALL_VERSIONS, "result=exit-code\nresult=success\n", SERVICE_FAILURE_EXIT_CODE, false, 0 },
                { ALL_VERSIONS, "result=exit-code\nresult=signal\n",  SERVICE_FAILURE_SIGNAL,    false, 0 },
                { ALL_VERSIONS, "result=nonsense\n",                  SERVICE_SUCCESS,           false, 0 },
                /* Of several pids the last or the first one counts. */
                { "252 254",    "main-pid=1\nmain-pid=2\n",           SERVICE_SUCCESS,           true,  2 },
                { SINCE_257,    "main-pid=1\nmain-pid=2\n",           SERVICE_SUCCESS,           true,  1 },
                { SINCE_257,    "main-pid=@9:1\nmain-pid=1\n",        SERVICE_SUCCESS,           true,  1 },
                { ALL_VERSIONS, "main-pid=1\nmain-pid-known=no\n",    SERVICE_SUCCESS,           false, 1 },
                { ALL_VERSIONS, "main-pid-known=yes\n",               SERVICE_SUCCESS,           true,  0 },
        };
        /* clang-format on */

        (void) state;

        for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
                g_auto(GStrv) versions = g_strsplit(cases[i].versions, " ", -1);

                for (unsigned v = 0; versions[v]; v++) {
                        g_autoptr(Fixture) f = fixture_new(
                                versions[v],
                                FIVE ACTOR("p", "", "") ACTOR("q", "", "") "start p.service\nstart q.service\n");
                        g_autofree char *text = g_strdup_printf("\na.service\n%s\n", cases[i].entry);
                        const Unit *u;

                        fixture_run(f);
                        assert_int_equal(read_text(f, text, strlen(text)), 0);
                        u = manager_get_unit(f->manager, catalog_find_name(f->catalog, "a.service"));
                        assert_int_equal(u->service.result, cases[i].result);
                        assert_int_equal((u->service.flags & SERVICE_MAIN_PID_KNOWN) != 0, cases[i].known);
                        assert_int_equal(u->service.main_pid, cases[i].main_pid);
                }
        }
}

/* basic/cgroup: one unit a path; who comes second. */
static void test_cgroup_clash(void **state) {
        (void) state;

        for (size_t v = 0; v < 4; v++) {
                const char *const versions[] = { "252", "254", "257", "262" };
                g_autoptr(Fixture) f = fixture_new(versions[v], FIVE);
                const char *text =
                        "\na.service\ncgroup=/system.slice/a.service\n\n"
                        "b.service\ncgroup=/system.slice/b.service\ncgroup=/system.slice/a.service\n\n";
                const Unit *a, *b;

                fixture_run(f);
                assert_int_equal(read_text(f, text, strlen(text)), 0);
                a = manager_get_unit(f->manager, catalog_find_name(f->catalog, "a.service"));
                b = manager_get_unit(f->manager, catalog_find_name(f->catalog, "b.service"));
                assert_int_equal(a->cgroup.name, a->id);
                assert_int_equal(b->cgroup.name, v < 2 ? b->id : ID_NONE);
        }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_keys),        cmocka_unit_test(test_jobs),
                cmocka_unit_test(test_round_trip),  cmocka_unit_test(test_read_line),
                cmocka_unit_test(test_values),      cmocka_unit_test(test_pids),
                cmocka_unit_test(test_split),       cmocka_unit_test(test_desync),
                cmocka_unit_test(test_read_errors), cmocka_unit_test(test_hostile),
                cmocka_unit_test(test_rules),       cmocka_unit_test(test_cgroup_clash),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
