/* SPDX-License-Identifier: MIT */

#include "tests/support.h"

#include <string.h>

#include "traces/json-text.h"
#include "traces/show.h"

/* With $COLDPLUG_PAGES the pages are left in that folder, for the test in a browser (tests/browser/). */
static void leave(const char *name, const char *page) {
        const char *folder = g_getenv("COLDPLUG_PAGES");
        g_autofree char *file = folder ? g_build_filename(folder, name, NULL) : NULL;

        if (file)
                assert_true(g_file_set_contents(file, page, -1, NULL));
}

static char *page_of(const Trace *t) {
        g_autoptr(TraceView) v = trace_view_new(t);
        GString *s = g_string_new(NULL);
        ShowOptions options = {};

        show_format_find("html")->show(v, &options, s);
        return g_string_free(s, FALSE);
}

static void set(char **text, const char *value) {
        g_free(*text);
        *text = g_strdup(value);
}

static Trace *new_trace(const char *text) {
        Trace *t = trace_new();

        set(&t->scenario, "test.scenario");
        set(&t->text, text);
        set(&t->systemd, "257");
        set(&t->property, "state-kept");
        set(&t->violation, "u1.service: is dead, and was running");
        set(&t->unit, "u1.service");
        set(&t->n_orders, "1");
        set(&t->n_all_orders, "2");
        set(&t->fraction, "1/2");
        return t;
}

static void add_change(TraceEvent *e, const char *subject, const char *field, const char *old, const char *new) {
        Change *c = g_new0(Change, 1);

        set(&c->subject, subject);
        set(&c->field, field);
        set(&c->old, old);
        set(&c->new, new);
        g_ptr_array_add(e->changes, c);
}

static void add_note(TraceEvent *e, const char *function, const char *unit, const char *text) {
        TraceNote *n = trace_event_add_note(e);

        set(&n->function, function);
        set(&n->unit, unit);
        set(&n->text, text);
}

static TraceEvent *add_statement(TraceRun *r, const char *client, const char *statement, unsigned line) {
        TraceEvent *e = trace_run_add_event(r, TRACE_STATEMENT);

        e->top_level = !client;
        set(&e->client, client);
        set(&e->statement, statement);
        e->line = line;
        return e;
}

/* What stands between the marks of the element with the data, and how often scripts end in the page. */
static char *data_of(const char *page) {
        g_auto(GStrv) parts = g_strsplit(page, "<script type=\"application/json\" id=\"data\">", 2);

        assert_int_equal(g_strv_length(parts), 2);
        return g_strndup(parts[1], (size_t) (strstr(parts[1], "</script>") - parts[1]));
}

static unsigned count(const char *text, const char *word) {
        unsigned n = 0;

        for (const char *p = text; (p = strstr(p, word)); p += strlen(word))
                n++;
        return n;
}

static bool is_among_texts(const char *data, const char *text) {
        g_autoptr(GError) error = NULL;
        g_autoptr(JsonNode) root = json_parse_object("data", 0, data, strlen(data), &error);
        JsonArray *texts;

        assert_non_null(root);
        texts = json_object_get_array_member(json_node_get_object(root), "texts");
        for (guint i = 0; i < json_array_get_length(texts); i++)
                if (strcmp(json_array_get_string_element(texts, i), text) == 0)
                        return true;
        return false;
}

/* Whatever a trace holds is text, and never markup or script. */
static const char *const nasty[] = {
        "</script><script>alert(1)</script>.service",
        "<!--<script>.service",
        "<img src=x onerror=alert(1)>",
        "]]>&amp;&lt;\"'`{{script}}{{data}}",
        "\\u003c/script\\u003e\\",
        "line\u2028separator\u2029\x01\x1f\x7f",
        "javascript:alert(1)",
        "__proto__",
        "\u202egnp.ecivres\u202c",
        "",
        " ",
};

static Trace *nasty_trace(const char *s) {
        g_autofree char *stream =
                g_strdup_printf("header=%s\n\n%s\nstate=%s\nmain-pid=1\n\nu1.service\nstate=dead\n\n", s, s, s);
        Trace *t = new_trace(s);
        TraceEvent *e;
        TraceEntry *entry;
        TraceInterrupt *i;

        set(&t->scenario, s);
        set(&t->systemd, s);
        set(&t->property, s);
        set(&t->violation, s);
        set(&t->unit, s);
        e = add_statement(&t->run, s, s, 1);
        add_change(e, s, s, "", s);
        add_change(e, "u1.service", s, s, "");
        e = trace_run_add_event(&t->run, TRACE_DISPATCH);
        add_note(e, s, s, s);
        add_change(e, "PID 1", s, "", "waiting");
        g_ptr_array_add(e->journal, g_strdup(s));
        e->stream = g_steal_pointer(&stream);
        entry = trace_event_add_entry(e);
        set(&entry->name, s);
        set(&entry->applied_to, "u1.service");
        i = trace_event_add_interrupt(e);
        set(&i->where, s);
        set(&i->unit, s);
        set(&i->client, s);
        set(&i->statement, s);
        return t;
}

static void test_nothing_is_markup(void **state) {
        for (size_t i = 0; i < G_N_ELEMENTS(nasty); i++) {
                g_autoptr(Trace) t = nasty_trace(nasty[i]);
                g_autofree char *page = page_of(t), *data = data_of(page);
                g_autofree char *name = g_strdup_printf("nasty-%zu.html", i);

                assert_int_equal(count(page, "</script>"), 2);
                assert_int_equal(count(page, "<script"), 2);
                assert_null(strstr(page, "<img"));
                assert_null(strpbrk(data, "<>&"));
                assert_true(is_among_texts(data, nasty[i]));
                leave(name, page);
        }
}

/* A trace with bytes of chance in all its texts. */
static void test_bytes_of_chance(void **state) {
        g_autoptr(GRand) random = g_rand_new_with_seed(20260);
        static const char alphabet[] = "<>/!-&\"'\\{}=scriptSCRIPT \n\t#:.;";

        for (unsigned round = 0; round < 300; round++) {
                char text[40] = "";
                g_autoptr(Trace) t = NULL;
                g_autofree char *page = NULL, *data = NULL;

                for (size_t i = 0; i + 1 < sizeof(text); i++)
                        text[i] = alphabet[g_rand_int_range(random, 0, sizeof(alphabet) - 1)];
                t = nasty_trace(text);
                page = page_of(t);
                data = data_of(page);
                assert_int_equal(count(page, "</script>"), 2);
                assert_null(strpbrk(data, "<>&"));
                assert_true(is_among_texts(data, text));
        }
}

/* The top level itself may violate a property, and a run may be empty. */
static void test_few_steps(void **state) {
        g_autoptr(Trace) empty = new_trace(""), top = new_trace("daemon-reload\n");
        g_autofree char *no_page = page_of(empty), *page = NULL;

        leave("empty.html", no_page);
        assert_null(strstr(no_page, "<li id=step-"));
        (void) add_statement(&top->run, NULL, "daemon-reload", 1);
        (void) trace_run_add_event(&top->run, TRACE_DISPATCH);
        page = page_of(top);
        assert_non_null(strstr(page, "<li id=step-1 "));
        leave("top.html", page);
}

#define N_UNITS  100U
#define N_EVENTS 200U

static char *large_unit(unsigned i) {
        return g_strdup_printf("unit-number-%u.service", i);
}

static void append_entry(GString *s, unsigned i, unsigned n) {
        static const char *const keys[] = { "result",        "reload-result", "main-pid-known", "bus-name-good",
                                            "n-restarts",    "transient",     "in-audit",       "cgroup-id",
                                            "freezer-state", "status-errno" };

        g_string_append_printf(s, "unit-number-%u.service\nstate=%s\nmain-pid=%u\n", i,
                               (i + n) % 7 ? "running" : "dead", i + 1);
        for (size_t k = 0; k < G_N_ELEMENTS(keys); k++)
                g_string_append_printf(s, "%s=%s\n", keys[k], k % 2 ? "no" : "0");
        g_string_append_printf(s, "cgroup=/system.slice/unit-number-%u.service\ninvocation-id=%032u\n\n", i, i);
}

/* A reload of all units, of which each tenth has become an alias of the one before. */
static void add_reload(TraceRun *r, unsigned n, bool swapped) {
        g_autoptr(GString) s = g_string_new("current-job-id=1\n\n");
        TraceEvent *e = trace_run_add_event(r, TRACE_DISPATCH);

        for (unsigned i = 0; i < N_UNITS; i++) {
                unsigned at = swapped ? i ^ 1U : i;
                TraceEntry *entry = trace_event_add_entry(e);

                append_entry(s, at, n);
                entry->name = large_unit(at);
                entry->applied_to = large_unit(at % 10 == 1 ? at - 1 : at);
        }
        e->stream = g_string_free(g_steal_pointer(&s), FALSE);
        add_note(e, "manager_reload", NULL, "reloads");
        for (unsigned i = 0; i < N_UNITS; i += 10) {
                g_autofree char *unit = large_unit(i);

                add_note(e, "service_set_state", unit, "goes from dead to running");
                add_change(e, unit, "SubState", n % 2 ? "running" : "dead", n % 2 ? "dead" : "running");
        }
}

static void fill_large(TraceRun *r, bool other) {
        for (unsigned i = 0; i < N_UNITS; i++) {
                g_autofree char *unit = large_unit(i), *statement = g_strdup_printf("start %s", unit);
                g_autofree char *process = g_strdup_printf("process p%u.1", i),
                                *path = g_strdup_printf("/system.slice/%s", unit);
                TraceEvent *e = add_statement(r, NULL, statement, i + 1);

                add_change(e, unit, "LoadState", "", "loaded");
                add_change(e, unit, "ActiveState", "", "active");
                add_change(e, unit, "SubState", "", "running");
                add_change(e, unit, "MainPID", "", process + strlen("process "));
                add_change(e, unit, "Result", "", "success");
                add_change(e, unit, "NRestarts", "", "0");
                add_change(e, unit, "ControlGroup", "", path);
                add_change(e, process, "State", "", "running");
                add_change(e, process, "ControlGroup", "", path);
        }
        for (unsigned i = 0; i < N_EVENTS; i++) {
                g_autofree char *unit = large_unit(i % N_UNITS),
                                *statement = g_strdup_printf("restart %s", unit);
                TraceEvent *e;

                if (i % 20 == 19) {
                        add_reload(r, i / 20, other && i > 100);
                        continue;
                }
                e = add_statement(r, i % 2 ? "admin" : "other", statement, i % N_UNITS + 1);
                add_change(e, unit, "SubState", i < N_UNITS ? "running" : "stop-sigterm",
                           i < N_UNITS ? "stop-sigterm" : "running");
                add_change(e, unit, "Job", "", "restart waiting");
        }
}

static void test_large(void **state) {
        g_autoptr(Trace) t = new_trace("unit a.service\n");
        g_autofree char *page = NULL, *again = NULL;
        gint64 begin = g_get_monotonic_time();

        t->has_other = true;
        set(&t->unit, "unit-number-0.service");
        fill_large(&t->run, false);
        fill_large(&t->other, true);
        page = page_of(t);
        print_message("%u events, %u units: %zu kB in %li ms\n", N_EVENTS, N_UNITS, strlen(page) / 1000,
                      (long) (g_get_monotonic_time() - begin) / 1000);
        again = page_of(t);
        assert_string_equal(page, again);
        leave("large.html", page);
        assert_true(strlen(page) < 300000);
}

/* Nothing is fetched: no address but those in the page itself. */
static void test_needs_nothing_else(void **state) {
        g_autoptr(Trace) t = new_trace("daemon-reload\n");
        g_autofree char *page = page_of(t);

        assert_null(strstr(page, "{{"));
        assert_null(strstr(page, "@import"));
        assert_null(strstr(page, "url(http"));
        assert_null(strstr(page, " src="));
        assert_int_equal(count(page, "http"),
                         count(page, "http-equiv") + count(page, "http://www.w3.org/2000/svg"));
}

int main(void) {
        /* clang-format off */
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_nothing_is_markup), cmocka_unit_test(test_bytes_of_chance),
                cmocka_unit_test(test_few_steps),         cmocka_unit_test(test_large),
                cmocka_unit_test(test_needs_nothing_else),
        };
        /* clang-format on */

        return cmocka_run_group_tests(tests, NULL, NULL);
}
