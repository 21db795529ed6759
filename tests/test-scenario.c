/* SPDX-License-Identifier: MIT */

/* The scenario language: what a text becomes, and what is refused (tests/bad has the messages). */

#include <string.h>

#include "tests/support.h"
#include "traces/error.h"
#include "traces/scenario.h"

static Catalog *parse(const char *text) {
        g_autoptr(GError) error = NULL;
        Catalog *c = scenario_parse("test", text, strlen(text), NULL, &error);

        if (!c)
                fail_msg("%s", error->message);
        return c;
}

static char *refusal(const char *text, size_t size) {
        g_autoptr(GError) error = NULL;
        g_autoptr(Catalog) c = scenario_parse("test", text, size, NULL, &error);

        assert_null(c);
        assert_int_equal(error->domain, TRACES_ERROR);
        return g_strdup(error->message);
}

static void assert_refused(const char *text, const char *where) {
        g_autofree char *message = refusal(text, strlen(text));

        if (!g_str_has_prefix(message, where) || !strstr(message, "; "))
                fail_msg("%s: %s", where, message);
}

static void test_statements(void **state) {
        static const struct {
                const char *line;
                StatementType type;
                int number;
        } cases[] = {
                { "unit a.service", STATEMENT_WRITE, 0 },
                { "rm a.service", STATEMENT_RM, 0 },
                { "link a.service b.service", STATEMENT_LINK, 0 },
                { "link a.service /dev/null", STATEMENT_LINK, 0 },
                { "daemon-reload", STATEMENT_DAEMON_RELOAD, 0 },
                { "daemon-reexec", STATEMENT_DAEMON_REEXEC, 0 },
                { "start a.service", STATEMENT_START, 0 },
                { "stop a.service", STATEMENT_STOP, 0 },
                { "restart a.service", STATEMENT_RESTART, 0 },
                { "try-restart a.service", STATEMENT_TRY_RESTART, 0 },
                { "reload a.service", STATEMENT_RELOAD, 0 },
                { "reset-failed a.service", STATEMENT_RESET_FAILED, 0 },
                { "kill a.service", STATEMENT_KILL, 0 },
                { "exit a 255", STATEMENT_EXIT, 255 },
                { "signal a 64", STATEMENT_SIGNAL, 64 },
                { "notify a STATUS=so far so good", STATEMENT_NOTIFY, 0 },
                { "elapse a.service", STATEMENT_ELAPSE, TIMER_ANY },
                { "elapse a.service start", STATEMENT_ELAPSE, TIMER_START },
                { "elapse a.service limit", STATEMENT_ELAPSE, TIMER_LIMIT },
                { "fork a b", STATEMENT_FORK, 0 },
                { "own-name a org.example.A", STATEMENT_OWN_NAME, 0 },
                { "trigger a.socket", STATEMENT_TRIGGER, 0 },
                { "trigger a.timer", STATEMENT_TRIGGER, 0 },
                { "trigger a.path", STATEMENT_TRIGGER, 0 },
        };

        for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
                g_autoptr(Catalog) c = parse(cases[i].line);
                const Statement *s = c->top.statements;

                assert_int_equal(c->top.n_statements, 1);
                assert_int_equal(s->type, cases[i].type);
                assert_int_equal(s->number, cases[i].number);
                assert_string_equal(s->source, cases[i].line);
                assert_true(g_str_has_prefix(s->source, statement_type_to_string(s->type)));
        }
}

static void test_words(void **state) {
        g_autoptr(Catalog) c = parse("# comment\n\n  # indented comment\nnotify \t a   STATUS=x  y\r\n\nlink  "
                                     "a.service\tb.service");

        assert_int_equal(c->top.n_statements, 2);
        assert_string_equal(c->top.statements[0].source, "notify a STATUS=x y");
        assert_int_equal(c->top.statements[0].line, 4);
        assert_string_equal(catalog_text_str(c, c->top.statements[0].text), "STATUS=x y");
        assert_string_equal(catalog_text_str(c, c->top.statements[0].tag), "a");
        assert_int_equal(c->top.statements[1].line, 6);
        assert_string_equal(c->paths[c->top.statements[1].path].path, "/etc/systemd/system/a.service");
}

/* A line with several units is one statement for a reader and several operations for PID 1. */
static void test_several_units(void **state) {
        g_autoptr(Catalog) c = parse("start a.service b.socket a.service\nstop a.service");

        assert_int_equal(c->top.n_statements, 4);
        assert_false(c->top.statements[0].continues);
        assert_true(c->top.statements[1].continues);
        assert_true(c->top.statements[2].continues);
        assert_false(c->top.statements[3].continues);
        assert_string_equal(c->top.statements[2].source, "start a.service b.socket a.service");
        assert_string_equal(catalog_name_str(c, c->top.statements[1].unit), "b.socket");
        assert_int_equal(c->top.statements[0].unit, c->top.statements[2].unit);
}

static const char *body(const Catalog *c, size_t statement) {
        return c->contents[c->top.statements[statement].content].text;
}

static void test_bodies(void **state) {
        g_autoptr(Catalog) c = parse("unit a.service\n"
                                     "    [Service]\n"
                                     "\n"
                                     "# a comment of the scenario\n"
                                     "      ExecStart=/usr/bin/actor a\n"
                                     "    # a comment of the unit file\n"
                                     "\n"
                                     "unit masked.service\n"
                                     "unit tabs.service\n"
                                     "\t[Unit]\n"
                                     "\t\tAfter=a.service\n");

        assert_string_equal(body(c, 0),
                            "[Service]\n\n\n  ExecStart=/usr/bin/actor a\n# a comment of the unit file\n");
        assert_string_equal(body(c, 1), "");
        assert_string_equal(body(c, 2), "[Unit]\n\tAfter=a.service\n");
        assert_int_equal(c->top.statements[2].line, 9);
}

static void test_file_names(void **state) {
        static const char *const good[] = {
                "a.service",
                "a@.service",
                "a@x-y:z.service",
                "a.service.d/b.conf",
                "service.d/b.conf",
                "a-.service.d/b.conf",
                "t.target.wants/a.service",
                "t.target.requires/a@b.service",
                "t.target.upholds/a.service",
                "/run/systemd/system/a.service",
                "/usr/lib/systemd/system/a.service.d/b.conf",
                "/etc/elsewhere/x.service",
                "/run/anything",
        };
        static const char *const bad[] = {
                "a",
                "a.servce",
                ".service",
                "a b.service",
                "a.service/b.conf",
                "a.service.d/b",
                "a.service.d/.conf",
                "x.d/b.conf",
                "t.target.wants/a",
                "t.wants/a.service",
                "t.target.wants/a/b",
                "/etc/systemd/system",
                "/etc/systemd/system/",
                "/etc//a.service",
                "/etc/./a.service",
                "/etc/../a.service",
                "/home/a.service",
                "/",
                "//",
                "a.service.wanted/b.service",
        };

        for (size_t i = 0; i < G_N_ELEMENTS(good); i++) {
                g_autofree char *line = g_strdup_printf("rm %s", good[i]);
                g_autoptr(Catalog) c = parse(line);

                assert_int_equal(c->top.n_statements, 1);
        }
        for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
                g_autofree char *line = g_strdup_printf("daemon-reload\nrm %s", bad[i]);

                assert_refused(line, "test:2: ");
        }
}

static void test_clients(void **state) {
        g_autoptr(Catalog) c = parse("start a.service\n"
                                     "client admin-1\n"
                                     "  # what it does\n"
                                     "  unit b.service\n"
                                     "    [Service]\n"
                                     "    ExecStart=/usr/bin/actor b\n"
                                     "\n"
                                     "  start b.service c.service\n"
                                     "client other_2\n"
                                     "\tdaemon-reload\n");

        assert_int_equal(c->top.n_statements, 1);
        assert_int_equal(c->n_clients, 2);
        assert_string_equal(c->clients[0].name, "admin-1");
        assert_int_equal(c->clients[0].n_statements, 3);
        assert_int_equal(c->clients[0].statements[1].line, 8);
        assert_true(c->clients[0].statements[2].continues);
        assert_string_equal(c->contents[c->clients[0].statements[0].content].text,
                            "[Service]\nExecStart=/usr/bin/actor b\n");
        assert_string_equal(c->clients[1].name, "other_2");
        assert_ptr_equal(catalog_program(c, 2), c->clients + 1);
        assert_ptr_equal(catalog_program(c, 0), &c->top);
}

static void test_pause(void **state) {
        g_autoptr(Catalog) c = parse("pause\ndaemon-reload\nresume\npause\nresume\nclient a\n  daemon-reload");

        assert_int_equal(c->top.n_statements, 5);
        assert_refused("pause\npause\nresume", "test:2: ");
        assert_refused("pause\nresume\nresume", "test:3: ");
        assert_refused("daemon-reload\npause\nclient a\n  daemon-reload", "test:2: ");
        assert_refused("client a\n  resume", "test:2: ");
}

static void test_refused(void **state) {
        static const struct {
                const char *text, *where;
        } cases[] = {
                { "", "test:1: " },
                { "# nothing\n", "test:1: " },
                { "\xef\xbb\xbfstart a.service", "test:1: " },
                { "daemon-reload\n\xff", "test:2: " },
                { "daemon-reload\nenable a.service", "test:2: " },
                { "  daemon-reload", "test:1: " },
                { "daemon-reload\n  start a.service", "test:2: " },
                { "unit a.service\n  [Service]\n x", "test:3: " },
                { "exit a", "test:1: " },
                { "exit a 256", "test:1: " },
                { "exit a/b 1", "test:1: " },
                { "signal a 0", "test:1: " },
                { "signal a/b 1", "test:1: " },
                { "notify a READY", "test:1: " },
                { "notify a =1", "test:1: " },
                { "notify a/b READY=1", "test:1: " },
                { "elapse a.service tomorrow", "test:1: " },
                { "elapse a", "test:1: " },
                { "fork a b/c", "test:1: " },
                { "own-name a x", "test:1: " },
                { "own-name a .x.y", "test:1: " },
                { "own-name a x..y", "test:1: " },
                { "own-name a/b x.y", "test:1: " },
                { "trigger a.service", "test:1: " },
                { "trigger a", "test:1: " },
                { "start a@.service", "test:1: " },
                { "start a.service b", "test:1: " },
                { "link a.service b", "test:1: " },
                { "link a b.service", "test:1: " },
                { "client", "test:1: " },
                { "client a b\n  daemon-reload", "test:1: " },
                { "client a\ndaemon-reload", "test:1: " },
                { "client a\n  daemon-reload\ndaemon-reload", "test:3: " },
                { "client a\n  daemon-reload\nclient a\n  daemon-reload", "test:3: " },
                { "client a\n  client b\n    daemon-reload", "test:2: " },
                { "client a\n    daemon-reload\n  daemon-reload", "test:3: " },
                { "client a\n  unit b.service\n      x\n    y", "test:4: " },
                { "client a\n  sleep 1", "test:2: " },
        };
        g_autofree char *nul = refusal("start a.service\0x", 17);

        for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
                assert_refused(cases[i].text, cases[i].where);
        assert_true(g_str_has_prefix(nul, "test:1: "));
}

static void test_limits(void **state) {
        g_autoptr(GString) s = g_string_new(NULL);

        for (unsigned i = 0; i <= SCENARIO_STATEMENTS_MAX; i++)
                g_string_append(s, "daemon-reload\n");
        assert_refused(s->str, "test:2001: ");

        g_string_assign(s, "start a0.service");
        for (unsigned i = 1; i <= SCENARIO_NAMES_MAX; i++)
                g_string_append_printf(s, " a%u.service", i);
        assert_refused(s->str, "test: ");

        g_string_truncate(s, 0);
        for (unsigned i = 0; i <= SCENARIO_CLIENTS_MAX; i++)
                g_string_append_printf(s, "client c%u\n  daemon-reload\n", i);
        assert_refused(s->str, "test:129: ");

        g_string_truncate(s, 0);
        while (s->len <= SCENARIO_SIZE_MAX)
                g_string_append(s, "# comment\n");
        assert_refused(s->str, "test: ");
}

static void test_long_words(void **state) {
        static const char *const statements[] = { "rm /etc/%s",       "link a.service /%s", "exit %s 0",
                                                  "start %s.service", "client %s",          "own-name a b.%s" };
        g_autofree char *word = g_strnfill(5000, 'x');

        for (size_t i = 0; i < G_N_ELEMENTS(statements); i++) {
                g_auto(GStrv) parts = g_strsplit(statements[i], "%s", 2);
                g_autofree char *line = g_strconcat(parts[0], word, parts[1], NULL),
                                *message = refusal(line, strlen(line));

                assert_true(g_str_has_prefix(message, "test:1: "));
                assert_true(strlen(message) < 400);
        }
}

/* What a message quotes cannot break its line or the terminal. */
static void test_quoting(void **state) {
        const char *text = "st\033[31mart\x01";
        g_autofree char *message = refusal(text, strlen(text));

        assert_non_null(strstr(message, "'st?[31mart?'"));
}

static void test_warnings(void **state) {
        static const char text[] =
                "unit a.service\n  [Service]\n  ExecStart=/usr/bin/actor a\n  NoSuchDirective=1\n";
        g_autoptr(GPtrArray) warnings = g_ptr_array_new_with_free_func(g_free);
        g_autoptr(Catalog) c = scenario_parse("test", text, strlen(text), warnings, NULL);

        assert_non_null(c);
        for (unsigned i = 0; i < warnings->len; i++)
                assert_true(g_str_has_prefix(warnings->pdata[i], "test:4: "));
}

static void test_files(void **state) {
        static const char *const unreadable[] = { "/nonexistent.scenario", "/" };
        g_autoptr(Catalog) c = scenario_load(SOURCE_DIR "/traces/scenarios/azure-linux.scenario", NULL, NULL);

        assert_non_null(c);
        assert_int_equal(c->n_clients, 3);
        for (size_t i = 0; i < G_N_ELEMENTS(unreadable); i++) {
                g_autoptr(GError) error = NULL;

                assert_null(scenario_load(unreadable[i], NULL, &error));
                assert_true(g_error_matches(error, TRACES_ERROR, TRACES_ERROR_IO));
        }
}

static void test_library(void **state) {
        g_autoptr(GDir) dir = g_dir_open(SOURCE_DIR "/traces/scenarios", 0, NULL);
        const char *name;

        while ((name = g_dir_read_name(dir))) {
                g_autofree char *path = g_build_filename(SOURCE_DIR "/traces/scenarios", name, NULL);
                g_autoptr(GPtrArray) warnings = g_ptr_array_new_with_free_func(g_free);
                g_autoptr(GError) error = NULL;
                g_autoptr(Catalog) c =
                        g_str_has_suffix(name, ".scenario") ? scenario_load(path, warnings, &error) : NULL;

                if (error)
                        fail_msg("%s", error->message);
                assert_true(!c || c->n_clients > 0);
        }
}

static void test_timer_kinds(void **state) {
        assert_null(timer_kind_to_string(TIMER_ANY));
        assert_string_equal(timer_kind_to_string(TIMER_WATCHDOG), "watchdog");
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_statements),    cmocka_unit_test(test_words),
                cmocka_unit_test(test_several_units), cmocka_unit_test(test_bodies),
                cmocka_unit_test(test_file_names),    cmocka_unit_test(test_clients),
                cmocka_unit_test(test_pause),         cmocka_unit_test(test_refused),
                cmocka_unit_test(test_limits),        cmocka_unit_test(test_long_words),
                cmocka_unit_test(test_quoting),       cmocka_unit_test(test_warnings),
                cmocka_unit_test(test_files),         cmocka_unit_test(test_library),
                cmocka_unit_test(test_timer_kinds),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
