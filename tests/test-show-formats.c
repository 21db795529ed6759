/* SPDX-License-Identifier: MIT */

#include "tests/support.h"

#include <glib/gstdio.h>
#include <sys/wait.h>

#include "tests/json-schema.h"
#include "tests/strange-traces.h"
#include "traces/show.h"
#include "traces/svg-text.h"

/* The diagrams and the formats of others: of the traces of some scenarios, of traces that nobody would write, of a long one. */

static GPtrArray *traces; /* Trace, of scenarios */

static const char *const scenarios[] = {
        "azure-linux",    "cgroup-empties-in-reload", "mariadb", "nop-job", "reload-during-stop",
        "rsyslog-debian", "upholds-double-start",
};

static void explore(const char *folder, const char *scenario) {
        g_autofree char *file = g_strdup_printf(SOURCE_DIR "/traces/scenarios/%s.scenario", scenario);
        const char *argv[] = { COLDPLUG_PROGRAM, "check", "--traces", folder, file, NULL };
        g_autofree char *out = NULL;
        g_autoptr(GError) error = NULL;

        assert_true(
                g_spawn_sync(NULL, (char **) argv, NULL, G_SPAWN_DEFAULT, NULL, NULL, &out, NULL, NULL, &error));
}

static int compare_names(gconstpointer a, gconstpointer b) {
        return strcmp(*(const char *const *) a, *(const char *const *) b);
}

static void load_traces(const char *folder) {
        g_autoptr(GPtrArray) files = g_ptr_array_new_with_free_func(g_free);
        g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);

        for (const char *name = g_dir_read_name(dir); name; name = g_dir_read_name(dir))
                g_ptr_array_add(files, g_build_filename(folder, name, NULL));
        g_ptr_array_sort(files, compare_names);
        for (guint i = 0; i < files->len; i++) {
                g_autofree char *json = NULL;

                assert_true(g_file_get_contents(files->pdata[i], &json, NULL, NULL));
                g_ptr_array_add(traces, parse_trace(json));
                assert_int_equal(g_remove(files->pdata[i]), 0);
        }
}

static int group_setup(void **state) {
        g_autofree char *folder = g_dir_make_tmp("show-XXXXXX", NULL);

        traces = g_ptr_array_new_with_free_func((GDestroyNotify) trace_free);
        for (size_t i = 0; i < G_N_ELEMENTS(scenarios); i++)
                explore(folder, scenarios[i]);
        load_traces(folder);
        assert_int_equal(g_rmdir(folder), 0);
        assert_true(traces->len >= 2 * G_N_ELEMENTS(scenarios));
        return 0;
}

static int group_teardown(void **state) {
        g_ptr_array_unref(traces);
        return 0;
}

static char *show(const Trace *t, const char *format) {
        g_autoptr(TraceView) v = trace_view_new(t);
        const ShowOptions o = { .colors = { "", "", "", "", "" } };
        GString *s = g_string_new(NULL);

        show_format_find(format)->show(v, &o, s);
        return g_string_free(s, FALSE);
}

typedef void (*TraceCheck)(const Trace *t);

static void check_strange(TraceCheck check) {
        g_autofree char *long_name = g_strnfill(300, 'w'), *words = g_strnfill(3000, 'x');
        const char *const texts[] = { HOSTILE,     "",        " ",   "wrap: x", "-> x",
                                      "a.service", long_name, words, "\n\n",    "end" };

        for (size_t i = 2; i < 3000; i += 3)
                words[i] = ' ';
        for (size_t i = 0; i < G_N_ELEMENTS(texts); i++)
                for (size_t j = 0; j < G_N_ELEMENTS(texts); j++) {
                        g_autoptr(Trace) t =
                                strange_trace(texts[i], texts[j], i % 2 == 0 ? "no-crash" : texts[j]);

                        check(t);
                }
}

static void check_all(TraceCheck check) {
        g_autoptr(Trace) many = long_trace(), none = empty_trace();

        for (guint i = 0; i < traces->len; i++)
                check(traces->pdata[i]);
        check_strange(check);
        check(many);
        check(none);
}

/* json */

static void json_is_the_same(const Trace *t) {
        g_autofree char *json = show(t, "json"), *again = NULL;
        g_autoptr(Trace) read = parse_trace(json);

        again = show(read, "json");
        assert_string_equal(json, again);
}

static void test_json(void **state) {
        check_all(json_is_the_same);
}

/* itf */

static void check_shape(JsonObject *record, char **shape) {
        g_autoptr(GList) members = json_object_get_members(record);
        g_autoptr(GString) s = g_string_new(NULL);

        for (GList *i = members; i; i = i->next)
                g_string_append_printf(s, "%s,", (const char *) i->data);
        if (!*shape)
                *shape = g_string_free(g_steal_pointer(&s), FALSE);
        else
                assert_string_equal(*shape, s->str);
}

/* All records of a kind have the same fields. */
static void check_shapes(JsonArray *states, const char *variable) {
        g_autofree char *shape = NULL;

        for (guint i = 0; i < json_array_get_length(states); i++) {
                JsonObject *o =
                        json_object_get_object_member(json_array_get_object_element(states, i), variable);
                JsonArray *map = json_object_get_array_member(o, "#map");

                for (guint j = 0; j < json_array_get_length(map); j++)
                        check_shape(json_array_get_object_element(json_array_get_array_element(map, j), 1),
                                    &shape);
        }
}

static void check_itf(const Trace *t) {
        g_autofree char *itf = show(t, "itf");
        g_autoptr(JsonNode) node = assert_schema("itf.schema.json", itf);
        JsonArray *states = json_object_get_array_member(json_node_get_object(node), "states");

        assert_int_equal(json_array_get_length(states), t->run.events->len + 1);
        for (guint i = 0; i < json_array_get_length(states); i++) {
                JsonObject *meta =
                        json_object_get_object_member(json_array_get_object_element(states, i), "#meta");

                assert_int_equal(json_object_get_int_member(meta, "index"), i);
        }
        check_shapes(states, "units");
        check_shapes(states, "processes");
        check_shapes(states, "files");
}

static void test_itf(void **state) {
        check_all(check_itf);
}

/* sarif */

static JsonObject *only_run(JsonNode *sarif) {
        return json_array_get_object_element(json_object_get_array_member(json_node_get_object(sarif), "runs"),
                                             0);
}

static JsonObject *only_result(JsonNode *sarif) {
        return json_array_get_object_element(json_object_get_array_member(only_run(sarif), "results"), 0);
}

static JsonArray *flow(JsonNode *sarif) {
        JsonObject *code =
                json_array_get_object_element(json_object_get_array_member(only_result(sarif), "codeFlows"), 0);
        JsonObject *thread = json_array_get_object_element(json_object_get_array_member(code, "threadFlows"), 0);

        return json_object_get_array_member(thread, "locations");
}

/* The region is text of the scenario's line. */
static void check_region(const Trace *t, JsonObject *location) {
        JsonObject *place = json_object_get_object_member(location, "physicalLocation");
        JsonObject *region = json_object_get_object_member(place, "region");
        gint64 line = json_object_get_int_member(region, "startLine");
        g_auto(GStrv) lines = g_strsplit(t->text, "\n", -1);

        assert_int_equal(line, json_object_get_int_member(region, "endLine"));
        assert_true(line <= MAX((gint64) g_strv_length(lines), 1));
        assert_true(json_object_get_int_member(region, "startColumn") <=
                    json_object_get_int_member(region, "endColumn"));
        assert_int_equal(json_object_get_int_member(region, "endColumn"),
                         g_utf8_strlen(lines[0] ? lines[line - 1] : "", -1) + 1);
}

static void check_sarif(const Trace *t) {
        g_autofree char *sarif = show(t, "sarif");
        g_autoptr(JsonNode) node = assert_schema("sarif-subset.schema.json", sarif);
        JsonObject *driver =
                json_object_get_object_member(json_object_get_object_member(only_run(node), "tool"), "driver");
        JsonArray *rules = json_object_get_array_member(driver, "rules"), *places = flow(node);
        JsonObject *result = only_result(node);
        gint64 rule = json_object_get_int_member(result, "ruleIndex");

        assert_string_equal(
                json_object_get_string_member(json_array_get_object_element(rules, (guint) rule), "id"),
                json_object_get_string_member(result, "ruleId"));
        check_region(t, json_array_get_object_element(json_object_get_array_member(result, "locations"), 0));
        for (guint i = 0; i < json_array_get_length(places); i++) {
                JsonObject *place = json_array_get_object_element(places, i);

                check_region(t, json_object_get_object_member(place, "location"));
                assert_int_equal(json_object_get_int_member(place, "executionOrder"), i + 1);
        }
}

static void test_sarif(void **state) {
        check_all(check_sarif);
}

static char *fingerprint_of(const Trace *t) {
        g_autofree char *sarif = show(t, "sarif");
        g_autoptr(JsonNode) node = assert_schema("sarif-subset.schema.json", sarif);
        JsonObject *prints = json_object_get_object_member(only_result(node), "partialFingerprints");

        return g_strdup(json_object_get_string_member(prints, "primaryLocationLineHash"));
}

/* Another violation has another fingerprint; the same one keeps it when the trace is found another way. */
static void test_sarif_fingerprints(void **state) {
        g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

        for (guint i = 0; i < traces->len; i++) {
                Trace *t = traces->pdata[i];
                g_autofree char *before = fingerprint_of(t), *after = NULL, *odds = t->n_orders;

                t->n_orders = g_strdup("77");
                after = fingerprint_of(t);
                assert_string_equal(before, after);
                g_free(t->n_orders);
                t->n_orders = g_steal_pointer(&odds);
                assert_true(g_hash_table_add(seen, g_steal_pointer(&before)));
        }
}

/* mermaid: one line is one statement of the part of the language that is written. */

#define ID   "([cup][0-9]+|f|m)"
#define SIGN "[A-Za-z0-9.,_@/()=+*'!?:-]|[^\\x00-\\x7f]|#[0-9]+;|<br/>"
#define TEXT "(" SIGN "| )*(" SIGN ") *"

static bool matches(const char *pattern, const char *line) {
        return g_regex_match_simple(pattern, line, G_REGEX_DOLLAR_ENDONLY, 0);
}

static void check_participants(GHashTable *known, const char *line) {
        g_autofree char *head = g_strndup(line, strcspn(line, ":"));
        g_autoptr(GRegex) r = g_regex_new("\\b" ID "\\b", 0, 0, NULL);
        g_autoptr(GMatchInfo) m = NULL;

        for (g_regex_match(r, head, 0, &m); g_match_info_matches(m); g_match_info_next(m, NULL)) {
                g_autofree char *id = g_match_info_fetch(m, 1);

                assert_true(g_hash_table_contains(known, id));
        }
}

static void check_mermaid(const Trace *t) {
        g_autofree char *mermaid = show(t, "mermaid");
        g_auto(GStrv) lines = g_strsplit(mermaid, "\n", -1);
        g_autoptr(GHashTable) known = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
        guint n = g_strv_length(lines);
        int depth = 0;

        assert_string_equal(lines[0], "sequenceDiagram");
        assert_string_equal(lines[n - 1], "");
        for (guint i = 1; i + 1 < n; i++) {
                if (matches("^    (accTitle:|accDescr:|title) " TEXT "$", lines[i]))
                        continue;
                if (matches("^    participant " ID " as " TEXT "$", lines[i])) {
                        g_autofree char *id = g_strndup(lines[i] + 16, strcspn(lines[i] + 16, " "));

                        assert_true(g_hash_table_add(known, g_steal_pointer(&id)));
                } else if (matches("^    rect rgba\\([0-9]+, [0-9]+, [0-9]+, 0\\.[0-9]+\\)$", lines[i]))
                        depth++;
                else if (strcmp(lines[i], "    end") == 0)
                        depth--;
                else if (matches("^    (" ID "(->>|-\\))" ID "|Note over " ID "(," ID ")?): " TEXT "$",
                                 lines[i]))
                        check_participants(known, lines[i]);
                else
                        fail_msg("%s is no line of a diagram", lines[i]);
                assert_in_range(depth, 0, 1);
        }
        assert_int_equal(depth, 0);
}

static void test_mermaid(void **state) {
        check_all(check_mermaid);
}

/* svg */

typedef struct Box {
        int x, y, width, height;
        char *text;
} Box;

typedef struct Picture {
        int width, height;
        GArray *boxes; /* of texts */
        Box box;       /* of the text that is open, without a width */
        bool in_text, middle, bold, title, desc;
} Picture;

static const char *attribute(const char **names, const char **values, const char *name) {
        for (; *names; names++, values++)
                if (strcmp(*names, name) == 0)
                        return *values;
        return NULL;
}

static int number(const char **names, const char **values, const char *name) {
        const char *value = attribute(names, values, name);
        char *end;
        long n;

        assert_non_null(value);
        n = strtol(value, &end, 10);
        assert_true(*value && !*end);
        return (int) n;
}

static void begin_text(Picture *p, const char **names, const char **values) {
        p->in_text = true;
        p->middle = attribute(names, values, "text-anchor");
        p->bold = attribute(names, values, "font-weight");
        p->box = (Box) { .x = number(names, values, "x"),
                         .y = number(names, values, "y"),
                         .height = number(names, values, "font-size") };
}

static void start_element(GMarkupParseContext *c, const char *name, const char **names, const char **values,
                          gpointer data, GError **error) {
        static const char *const allowed[] = { "svg",  "title", "desc",   "style", "rect",
                                               "line", "path",  "circle", "text" };
        Picture *p = data;
        bool known = false;

        for (size_t i = 0; i < G_N_ELEMENTS(allowed); i++)
                known = known || strcmp(name, allowed[i]) == 0;
        assert_true(known);
        for (const char **n = names; *n; n++)
                assert_false(g_str_has_prefix(*n, "on") || strstr(*n, "href"));
        if (strcmp(name, "svg") == 0) {
                p->width = number(names, values, "width");
                p->height = number(names, values, "height");
                assert_string_equal(attribute(names, values, "role"), "img");
        }
        if (strcmp(name, "rect") == 0) {
                assert_in_range(number(names, values, "x") + number(names, values, "width"), 0, p->width);
                assert_in_range(number(names, values, "y") + number(names, values, "height"), 0, p->height);
        }
        p->title = p->title || strcmp(name, "title") == 0;
        p->desc = p->desc || strcmp(name, "desc") == 0;
        if (strcmp(name, "text") == 0)
                begin_text(p, names, values);
}

static void text(GMarkupParseContext *c, const char *text, gsize size, gpointer data, GError **error) {
        Picture *p = data;
        Box b = p->box;

        if (!p->in_text)
                return;
        b.text = g_strndup(text, size);
        b.width = svg_text_width(b.text, (SvgFont) { b.height, p->bold });
        b.x -= p->middle ? b.width / 2 : 0;
        b.y -= b.height * 3 / 4;
        b.height = b.height * 9 / 10;
        if (b.x < 0 || b.y < 0 || b.x + b.width > p->width || b.y + b.height > p->height)
                fail_msg("%s is not in the picture", b.text);
        g_array_append_val(p->boxes, b);
}

static void end_element(GMarkupParseContext *c, const char *name, gpointer data, GError **error) {
        ((Picture *) data)->in_text = false;
}

static void clear_box(gpointer data) {
        g_free(((Box *) data)->text);
}

static void read_picture(Picture *p, const char *svg) {
        const GMarkupParser parser = { start_element, end_element, text, NULL, NULL };
        g_autoptr(GMarkupParseContext) c = g_markup_parse_context_new(&parser, 0, p, NULL);
        g_autoptr(GError) error = NULL;

        *p = (Picture) { .boxes = g_array_new(FALSE, FALSE, sizeof(Box)) };
        g_array_set_clear_func(p->boxes, clear_box);
        if (!g_markup_parse_context_parse(c, svg, -1, &error) || !g_markup_parse_context_end_parse(c, &error))
                fail_msg("no XML: %s", error->message);
        assert_true(p->title && p->desc && p->width > 0);
}

static bool boxes_overlap(const Box *a, const Box *b) {
        return a->x < b->x + b->width && b->x < a->x + a->width && a->y < b->y + b->height &&
               b->y < a->y + a->height;
}

static void check_svg(const Trace *t) {
        g_autofree char *svg = show(t, "svg");
        Picture p;

        for (const unsigned char *c = (const unsigned char *) svg; *c; c++)
                assert_true(*c >= 0x20 || *c == '\n');
        read_picture(&p, svg);
        for (guint i = 0; i < p.boxes->len; i++)
                for (guint j = 0; j < i; j++) {
                        const Box *a = &g_array_index(p.boxes, Box, i), *b = &g_array_index(p.boxes, Box, j);

                        if (*g_strstrip(a->text) && *g_strstrip(b->text) && boxes_overlap(a, b))
                                fail_msg("%s: '%s' and '%s' overlap", t->scenario, a->text, b->text);
                }
        g_array_unref(p.boxes);
}

static void test_svg(void **state) {
        check_all(check_svg);
}

/* The crash's picture has the shape of a slide. */
static void test_svg_is_a_slide(void **state) {
        for (guint i = 0; i < traces->len; i++) {
                const Trace *t = traces->pdata[i];
                g_autofree char *svg = NULL;
                Picture p;

                if (strcmp(t->scenario, "azure-linux.scenario") != 0 || strcmp(t->property, "no-crash") != 0)
                        continue;
                svg = show(t, "svg");
                read_picture(&p, svg);
                assert_in_range(p.width * 100 / p.height, 165, 190);
                g_array_unref(p.boxes);
                return;
        }
        fail();
}

/* The same bytes each time. */
static void formats_are_stable(const Trace *t) {
        static const char *const formats[] = { "mermaid", "svg", "itf", "sarif", "json" };
        g_autofree char *json = show(t, "json");
        g_autoptr(Trace) again = parse_trace(json);

        for (size_t i = 0; i < G_N_ELEMENTS(formats); i++) {
                g_autofree char *a = show(t, formats[i]), *b = show(again, formats[i]);

                assert_string_equal(a, b);
        }
}

static void test_stable(void **state) {
        check_all(formats_are_stable);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_json),           cmocka_unit_test(test_itf),
                cmocka_unit_test(test_sarif),          cmocka_unit_test(test_sarif_fingerprints),
                cmocka_unit_test(test_mermaid),        cmocka_unit_test(test_svg),
                cmocka_unit_test(test_svg_is_a_slide), cmocka_unit_test(test_stable),
        };

        return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
