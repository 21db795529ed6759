/* SPDX-License-Identifier: MIT */

/* The printed scripts, as text: what they do on a real systemd is for scripts/lab-check. */

#include <glib/gstdio.h>
#include <string.h>

#include "tests/support.h"

#include "lab/reproduce.h"

static const char alias_text[] = "unit a.service\n  [Service]\n  ExecStart=/usr/bin/actor a\n"
                                 "daemon-reload\nstart a.service\n"
                                 "client x\n  link b.service a.service\n  daemon-reload\n"
                                 "client y\n  exit a 0\n";

static Trace *trace_of(const char *text, const char *property) {
        Trace *t = trace_new();

        t->scenario = g_strdup("x.scenario");
        t->text = g_strdup(text);
        t->systemd = g_strdup("257");
        t->property = g_strdup(property);
        t->unit = g_strdup("a.service");
        t->violation = g_strdup("something is wrong");
        return t;
}

static void add_statement(Trace *t, const char *client, unsigned line) {
        TraceEvent *e = trace_run_add_event(&t->run, TRACE_STATEMENT);

        e->client = g_strdup(client);
        e->line = line;
}

static void add_dispatch(Trace *t, bool reloads) {
        trace_run_add_event(&t->run, TRACE_DISPATCH)->stream = reloads ? g_strdup("") : NULL;
}

static void add_order(TraceRun *r, unsigned key, const char *first, const char *second) {
        TraceOrder *o = trace_run_add_order(r);

        o->key = key;
        o->first = g_strdup(first);
        o->second = g_strdup(second);
}

static GString *script_of(const Trace *t, char **ret_why) {
        g_autoptr(Schedule) s = schedule_new("x", t, ret_why);

        return s ? reproduce_script(t, s, ret_why) : NULL;
}

static void assert_has(const Trace *t, const char *const *texts) {
        g_autofree char *why = NULL;
        g_autoptr(GString) script = script_of(t, &why);

        if (!script) {
                fail_msg("%s", why);
                return;
        }
        for (; *texts; texts++)
                if (!strstr(script->str, *texts))
                        fail_msg("'%s' is not in:\n%s", *texts, script->str);
}

static void assert_refused(const Trace *t, const char *expected) {
        g_autofree char *why = NULL;
        g_autoptr(GString) script = script_of(t, &why);

        assert_null(script);
        assert_non_null(strstr(why, expected));
}

static void test_steps(void **state) {
        static const char *const texts[] = {
                "PAIRS='a.service<b.service'",
                "ln -sfn a.service /etc/systemd/system/b.service\nctl daemon-reload\n",
                "ExecStart=/run/coldplug-reproduce/actor a\n",
                "UNITS='a.service b.service'\n",
                "no 'PID 1 lives'\n",
                NULL,
        };
        g_autoptr(Trace) t = trace_of(alias_text, "no-crash");
        g_autofree char *why = NULL;

        add_order(&t->run, 0, "a.service", "b.service");
        add_statement(t, "x", 7);
        add_statement(t, "x", 8);
        assert_has(t, texts);

        g_autoptr(GString) script = script_of(t, &why);
        assert_null(strstr(script->str, "/usr/bin/actor"));
        assert_null(strstr(script->str, "tell()"));
        assert_null(strstr(script->str, "hold"));
}

static void test_pending_together(void **state) {
        static const char *const texts[] = {
                "hold 1 # what follows is pending together\nctl daemon-reload\ntell a 'exit 0'\nhold 0\n",
                "init.scope", "attempt apart\n", NULL
        };
        g_autoptr(Trace) t = trace_of(alias_text, "no-crash");

        add_statement(t, "x", 8);
        add_statement(t, "y", 10);
        add_dispatch(t, true);
        assert_has(t, texts);
}

/* A shell sees a backslash, and a percent sign stays one. */
static void test_odd_names(void **state) {
        static const char text[] = "unit foo\\x2dbar.service\n  [Service]\n  ExecStart=-/usr/bin/actor %p 'q\n"
                                   "  EOF\n"
                                   "unit t@.service\n  [Service]\n  ExecStart=/usr/bin/actor t\n"
                                   "daemon-reload\nstart foo\\x2dbar.service\nstart t@1.service\n";
        static const char *const texts[] = {
                "put '/etc/systemd/system/foo\\x2dbar.service' <<'EOF_'\n[Service]\n"
                "ExecStart=-/run/coldplug-reproduce/actor %p 'q\nEOF\nEOF_\n",
                "ctl start 'foo\\x2dbar.service'\nctl start t@1.service\n",
                "UNITS='foo\\x2dbar.service t@1.service'\n",
                NULL,
        };
        g_autoptr(Trace) t = trace_of(text, "no-crash");

        assert_has(t, texts);
}

static void test_refusals(void **state) {
        g_autoptr(Trace) stream = trace_of(alias_text, "stream-intact"), keys = trace_of(alias_text, "no-crash"),
                         alone = trace_of(alias_text, "order-independent"),
                         together = trace_of(alias_text, "state-kept");

        assert_refused(stream, "not to be seen from outside");
        add_order(&keys->run, 1, "a.service", "b.service");
        assert_refused(keys, "second hash key");
        assert_refused(alone, "no second order");
        add_statement(together, "x", 8);
        add_statement(together, "y", 10);
        add_dispatch(together, true);
        assert_refused(together, "pending together with the reload");
}

static void assert_shell_reads(const char *name, const char *text) {
        g_autofree char *path = NULL;
        g_autoptr(GError) error = NULL;
        int fd = g_file_open_tmp("reproduce-XXXXXX.sh", &path, &error), status;
        const char *argv[] = { "sh", "-n", path, NULL };

        assert_true(fd >= 0);
        g_close(fd, NULL);
        assert_true(g_file_set_contents(path, text, -1, &error));
        assert_true(g_spawn_sync(NULL, (char **) argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL,
                                 &status, &error));
        g_unlink(path);
        if (status != 0)
                fail_msg("%s: sh -n: %d", name, status);
}

/* Each helper that a script calls is in it. */
static void assert_complete(const char *name, const char *text) {
        static const char *const helpers[] = { "tell", "hold",   "ctl",   "find_key", "state",
                                               "jobs", "living", "named", "end",      "run" };

        for (size_t i = 0; i < G_N_ELEMENTS(helpers); i++) {
                g_autofree char *call = g_strdup_printf("\n%s ", helpers[i]),
                                *inner = g_strdup_printf("$(%s", helpers[i]),
                                *definition = g_strdup_printf("\n%s() ", helpers[i]);

                if ((strstr(text, call) || strstr(text, inner)) && !strstr(text, definition))
                        fail_msg("%s: it calls %s and does not have it", name, helpers[i]);
        }
}

static void test_golden_traces(void **state) {
        g_autoptr(GDir) dir = g_dir_open(SOURCE_DIR "/traces/golden", 0, NULL);
        unsigned n_scripts = 0;
        const char *name;

        assert_non_null(dir);
        while ((name = g_dir_read_name(dir))) {
                g_autofree char *path = g_build_filename(SOURCE_DIR "/traces/golden", name, NULL), *why = NULL,
                                *again_why = NULL;
                g_autoptr(Trace) t = trace_load(path, NULL);
                g_autoptr(GString) script = NULL, again = NULL;

                assert_non_null(t);
                script = script_of(t, &why);
                again = script_of(t, &again_why);
                assert_true((script != NULL) != (why != NULL));
                if (!script)
                        continue;
                n_scripts++;
                assert_string_equal(script->str, again->str);
                assert_shell_reads(name, script->str);
                assert_complete(name, script->str);
        }
        assert_true(n_scripts >= 25);
}

int main(void) {
        /* clang-format off */
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_steps),     cmocka_unit_test(test_pending_together),
                cmocka_unit_test(test_odd_names), cmocka_unit_test(test_refusals),
                cmocka_unit_test(test_golden_traces),
        };
        /* clang-format on */

        return cmocka_run_group_tests(tests, NULL, NULL);
}
