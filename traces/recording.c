/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "model/tables.h"
#include "traces/error.h"
#include "traces/json-text.h"
#include "traces/recording.h"
#include "traces/scenario.h"

/* A line with more than this is no recording. */
#define RECORDING_LINE_MAX  (64U * 1024U * 1024U)
#define RECORDING_ORDER_MAX SCENARIO_NAMES_MAX

typedef struct Reader {
        const char *file;
        unsigned line;
        bool strict; /* all that a recording has must be there */
        char *place; /* where in the line: "step 3: " */
        GError **error;
} Reader;

static void reader_clear(Reader *r) {
        g_clear_pointer(&r->place, g_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Reader, reader_clear)

static void G_GNUC_PRINTF(2, 3) reader_error(Reader *r, const char *format, ...) {
        g_autofree char *text = NULL;
        va_list ap;

        va_start(ap, format);
        text = g_strdup_vprintf(format, ap);
        va_end(ap);
        traces_set_error(r->error, TRACES_ERROR_SYNTAX, r->file, r->line, "%s%s", r->place ? r->place : "",
                         text);
}

static void G_GNUC_PRINTF(2, 3) reader_set_place(Reader *r, const char *format, ...) {
        va_list ap;

        g_free(r->place);
        va_start(ap, format);
        r->place = g_strdup_vprintf(format, ap);
        va_end(ap);
}

/* The member called @key. *ret is NULL when it is missing or null; false when it is @required then. */
static bool get_member(Reader *r, JsonObject *o, const char *key, bool required, JsonNode **ret) {
        JsonNode *node = json_object_get_member(o, key);

        *ret = node && !JSON_NODE_HOLDS_NULL(node) ? node : NULL;
        if (!*ret && required) {
                reader_error(r, "'%s' is missing; a recording has it", key);
                return false;
        }
        return true;
}

static bool holds_string(JsonNode *node) {
        return JSON_NODE_HOLDS_VALUE(node) && json_node_get_value_type(node) == G_TYPE_STRING;
}

static bool get_string(Reader *r, JsonObject *o, const char *key, bool required, char **ret) {
        JsonNode *node;

        if (!get_member(r, o, key, required, &node))
                return false;
        if (node && !holds_string(node)) {
                reader_error(r, "'%s' is no string; write it in quotes", key);
                return false;
        }
        *ret = node ? g_strdup(json_node_get_string(node)) : NULL;
        return true;
}

static bool get_object(Reader *r, JsonObject *o, const char *key, bool required, JsonObject **ret) {
        JsonNode *node;

        if (!get_member(r, o, key, required, &node))
                return false;
        if (node && !JSON_NODE_HOLDS_OBJECT(node)) {
                reader_error(r, "'%s' is no object; it begins with '{'", key);
                return false;
        }
        *ret = node ? json_node_get_object(node) : NULL;
        return true;
}

static bool get_array(Reader *r, JsonObject *o, const char *key, bool required, JsonArray **ret) {
        JsonNode *node;

        if (!get_member(r, o, key, required, &node))
                return false;
        if (node && !JSON_NODE_HOLDS_ARRAY(node)) {
                reader_error(r, "'%s' is no array; it begins with '['", key);
                return false;
        }
        *ret = node ? json_node_get_array(node) : NULL;
        return true;
}

static bool get_strings(Reader *r, JsonObject *o, const char *key, char ***ret) {
        g_autoptr(GPtrArray) strings = g_ptr_array_new_with_free_func(g_free);
        JsonArray *array;

        *ret = NULL;
        if (!get_array(r, o, key, false, &array))
                return false;
        if (!array)
                return true;
        for (unsigned i = 0; i < json_array_get_length(array); i++) {
                JsonNode *node = json_array_get_element(array, i);

                if (!holds_string(node)) {
                        reader_error(r, "element %u of '%s' is no string; write it in quotes", i + 1, key);
                        return false;
                }
                g_ptr_array_add(strings, g_strdup(json_node_get_string(node)));
        }
        g_ptr_array_add(strings, NULL);
        g_ptr_array_set_free_func(strings, NULL);
        *ret = (char **) g_ptr_array_free(g_steal_pointer(&strings), FALSE);
        return true;
}

/* Members that nothing reads must have the right type all the same. */
static bool check_numbers(Reader *r, JsonObject *o) {
        static const char *const keys[] = { "rc", "n_units", "n_units_before", "n_units_after" };
        JsonNode *node;

        for (size_t i = 0; i < G_N_ELEMENTS(keys); i++) {
                if (!get_member(r, o, keys[i], false, &node))
                        return false;
                if (node && !(JSON_NODE_HOLDS_VALUE(node) && json_node_get_value_type(node) == G_TYPE_INT64)) {
                        reader_error(r, "'%s' is no whole number; write one without quotes", keys[i]);
                        return false;
                }
        }
        return true;
}

static bool read_unit(Reader *r, const char *id, JsonNode *node, Observation *to) {
        static const SeenField always[] = { SEEN_ID, SEEN_LOAD_STATE, SEEN_ACTIVE_STATE, SEEN_SUB_STATE,
                                            SEEN_JOB };
        JsonObject *o;
        SeenUnit *u;

        if (!JSON_NODE_HOLDS_OBJECT(node)) {
                reader_error(r, "unit '%.80s' is no object; it begins with '{'", id);
                return false;
        }
        o = json_node_get_object(node);
        u = observation_add_unit(to, id);
        for (SeenField f = 0; f < _SEEN_FIELD_MAX; f++)
                if (!get_string(r, o, seen_field_to_string(f), false, &u->field[f]))
                        return false;
        for (size_t i = 0; i < G_N_ELEMENTS(always); i++)
                if (!u->field[always[i]]) {
                        reader_error(r, "unit '%.80s' has no '%s'; each unit has one", id,
                                     seen_field_to_string(always[i]));
                        return false;
                }
        if (!g_str_equal(u->field[SEEN_ID], id)) {
                reader_error(r, "unit '%.80s' has the Id '%.80s'; units are listed by their Id", id,
                             u->field[SEEN_ID]);
                return false;
        }
        return true;
}

static bool read_units(Reader *r, JsonObject *units, Observation *to) {
        g_autoptr(GList) ids = json_object_get_members(units);

        for (GList *i = ids; i; i = i->next)
                if (!read_unit(r, i->data, json_object_get_member(units, i->data), to))
                        return false;
        return true;
}

static bool read_processes(Reader *r, JsonObject *processes, Observation *to) {
        g_autoptr(GList) names = json_object_get_members(processes);

        for (GList *i = names; i; i = i->next) {
                JsonNode *node = json_object_get_member(processes, i->data);

                if (!holds_string(node)) {
                        reader_error(r, "the cgroup of process '%.80s' is no string; write it in quotes",
                                     (char *) i->data);
                        return false;
                }
                observation_add_process(to, i->data, json_node_get_string(node));
        }
        return true;
}

static bool read_orphans(Reader *r, JsonArray *orphans, Observation *to) {
        for (unsigned i = 0; i < json_array_get_length(orphans); i++) {
                JsonNode *node = json_array_get_element(orphans, i);
                SeenOrphan *orphan;

                if (!JSON_NODE_HOLDS_OBJECT(node)) {
                        reader_error(r, "orphan %u is no object; it begins with '{'", i + 1);
                        return false;
                }
                orphan = observation_add_orphan(to);
                for (OrphanField f = 0; f < _ORPHAN_FIELD_MAX; f++)
                        if (!get_string(r, json_node_get_object(node), orphan_field_to_string(f), r->strict,
                                        &orphan->field[f]))
                                return false;
        }
        return true;
}

/* A blank observation is none. */
static bool read_after(Reader *r, JsonObject *o, Observation **ret) {
        g_autoptr(Observation) after = observation_new();
        JsonObject *seen, *units, *processes;
        JsonArray *orphans;

        if (!get_object(r, o, "after", false, &seen))
                return false;
        if (!seen)
                return true;
        if (!get_object(r, seen, "units", r->strict, &units) ||
            !get_object(r, seen, "processes", r->strict, &processes) ||
            !get_array(r, seen, "orphans", r->strict, &orphans))
                return false;
        if (!units || !processes || !orphans)
                return true;

        if (!read_units(r, units, after) || !read_processes(r, processes, after) ||
            !read_orphans(r, orphans, after))
                return false;
        observation_sort(after);
        *ret = g_steal_pointer(&after);
        return true;
}

static bool read_stream(Reader *r, JsonObject *o, Step *s) {
        g_auto(GStrv) entries = NULL;

        if (!get_strings(r, o, "stream", &entries))
                return false;
        if (!entries)
                return true;
        s->stream = g_ptr_array_new_with_free_func(g_free);
        for (char **i = entries; *i; i++) {
                g_autofree char *name = g_strndup(*i, strcspn(*i, "\n"));

                if (unit_name_to_type(name) == _UNIT_TYPE_INVALID) {
                        reader_error(r,
                                     "an entry of 'stream' begins with '%.80s'; it begins with the name of a "
                                     "unit",
                                     name);
                        return false;
                }
                g_ptr_array_add(s->stream, g_strdup(*i));
        }
        return true;
}

static bool read_order(Reader *r, JsonObject *o, const char *key, char ***ret) {
        g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);

        if (!get_strings(r, o, key, ret))
                return false;
        if (*ret && g_strv_length(*ret) > RECORDING_ORDER_MAX) {
                reader_error(r, "'%s' is too long; it has at most %u names", key, RECORDING_ORDER_MAX);
                return false;
        }
        for (char **i = *ret; i && *i; i++) {
                if (unit_name_to_type(*i) == _UNIT_TYPE_INVALID) {
                        reader_error(r, "'%.80s' in '%s' is no unit name; write for example a.service", *i, key);
                        return false;
                }
                if (!g_hash_table_add(seen, *i)) {
                        reader_error(r, "'%s' has '%.80s' twice; a ranking has each name once", key, *i);
                        return false;
                }
        }
        return true;
}

static bool read_step(Reader *r, JsonNode *node, const char *source, Recording *to) {
        Step *s = recording_add_step(to, source);
        g_autofree char *written = NULL;
        JsonObject *o;

        reader_set_place(r, "step %u: ", to->steps->len);
        if (!JSON_NODE_HOLDS_OBJECT(node)) {
                reader_error(r, "a step is no object; it begins with '{'");
                return false;
        }
        o = json_node_get_object(node);
        if (!get_string(r, o, "do", r->strict, &written))
                return false;
        if ((r->strict || (written && *written)) && !g_str_equal(written, source)) {
                reader_error(r,
                             "'%.80s' was done, but the scenario's statement is '%.80s'; steps follow the "
                             "scenario",
                             written, source);
                return false;
        }
        s->hits_process = json_object_has_member(o, "process");
        return get_string(r, o, "process", false, &s->process) && check_numbers(r, o) &&
               read_order(r, o, "order_before", &s->order_before) &&
               read_order(r, o, "order_after", &s->order_after) && read_stream(r, o, s) &&
               read_after(r, o, &s->after);
}

/* The statements of the scenario, one a line. */
static GPtrArray *scenario_lines(const Catalog *c) {
        GPtrArray *lines = g_ptr_array_new();

        for (size_t i = 0; i < c->top.n_statements; i++)
                if (!c->top.statements[i].continues)
                        g_ptr_array_add(lines, c->top.statements[i].source);
        return lines;
}

static bool read_steps(Reader *r, JsonObject *o, Recording *to) {
        g_autoptr(GPtrArray) lines = scenario_lines(to->catalog);
        JsonArray *steps;

        if (!get_array(r, o, "steps", true, &steps))
                return false;
        if (json_array_get_length(steps) > lines->len || (r->strict && json_array_get_length(steps) == 0)) {
                reader_error(r, "%u steps, but the scenario has %u statements; steps follow the scenario",
                             json_array_get_length(steps), lines->len);
                return false;
        }
        for (unsigned i = 0; i < json_array_get_length(steps); i++)
                if (!read_step(r, json_array_get_element(steps, i), lines->pdata[i], to))
                        return false;

        reader_set_place(r, "%s", "");
        if (r->strict && to->outcome == OUTCOME_ALIVE && to->steps->len < lines->len) {
                reader_error(r, "the steps end after %u of %u statements; when PID 1 is alive all are there",
                             to->steps->len, lines->len);
                return false;
        }
        if (r->strict && to->outcome == OUTCOME_CRASHED &&
            ((Step *) to->steps->pdata[to->steps->len - 1])->after) {
                reader_error(r, "PID 1 crashed, but the last step has 'after'; nothing is seen of a dead PID 1");
                return false;
        }
        return true;
}

/* "systemd 257 (257.13-1~deb13u1)" */
static const Profile *profile_of(const char *systemd) {
        g_autofree char *version = NULL;

        if (!g_str_has_prefix(systemd, "systemd "))
                return NULL;
        systemd += strlen("systemd ");
        version = g_strndup(systemd, strspn(systemd, "0123456789"));
        return profile_find(version);
}

static bool read_version(Reader *r, JsonObject *o, Recording *to) {
        g_autoptr(GString) known = g_string_new(NULL);
        const Profile *p;
        size_t n;

        if (!get_string(r, o, "systemd", true, &to->systemd))
                return false;
        to->profile = profile_of(to->systemd);
        if (to->profile)
                return true;

        p = profiles(&n);
        for (size_t i = 0; i < n; i++)
                g_string_append_printf(known, "%s%s", i == 0 ? "" : i == n - 1 ? " or " : ", ", p[i].name);
        reader_error(r, "unknown version '%.80s'; write 'systemd N ...', N is %s", to->systemd, known->str);
        return false;
}

static bool read_outcome(Reader *r, JsonObject *o, Recording *to) {
        g_autofree char *outcome = NULL;

        if (!get_string(r, o, "outcome", r->strict, &outcome))
                return false;
        if (outcome && g_str_equal(outcome, "alive"))
                to->outcome = OUTCOME_ALIVE;
        else if (outcome && g_str_equal(outcome, "crashed"))
                to->outcome = OUTCOME_CRASHED;
        else if (r->strict || (outcome && *outcome)) {
                reader_error(r, "unknown outcome '%.80s'; there are alive and crashed", outcome);
                return false;
        }
        return true;
}

static bool read_told_from(Reader *r, JsonObject *o, Recording *to) {
        JsonNode *node;

        if (!get_member(r, o, "told_from", false, &node))
                return false;
        if (!node)
                return true;
        if (!JSON_NODE_HOLDS_VALUE(node) || json_node_get_value_type(node) != G_TYPE_INT64 ||
            json_node_get_int(node) < 0 || json_node_get_int(node) > G_MAXUINT16) {
                reader_error(r, "'told_from' is no step; the first is 1");
                return false;
        }
        to->told_from = (unsigned) json_node_get_int(node);
        return true;
}

static bool read_stand_ins(Reader *r, JsonObject *o, Recording *to) {
        JsonNode *node;

        if (!get_member(r, o, "stand_ins", false, &node))
                return false;
        if (node && (!JSON_NODE_HOLDS_VALUE(node) || json_node_get_value_type(node) != G_TYPE_BOOLEAN)) {
                reader_error(r, "'stand_ins' is neither true nor false; leave it out for false");
                return false;
        }
        to->stand_ins = node && json_node_get_boolean(node);
        return true;
}

static bool read_scenario(Reader *r, JsonObject *o, Recording *to) {
        g_autofree char *file = g_strdup_printf("%s:%u: scenario", r->file, r->line);

        if (!get_string(r, o, "scenario", true, &to->scenario))
                return false;
        to->catalog = scenario_parse(file, to->scenario, strlen(to->scenario), NULL, r->error);
        if (!to->catalog)
                return false;
        if (to->catalog->n_clients > 0) {
                reader_error(r, "the scenario has a client; a recording has statements of the top level only");
                return false;
        }
        return true;
}

Recording *recording_parse(const char *file, unsigned line, const char *text, size_t size, RecordingFlags flags,
                           GError **error) {
        g_auto(Reader)
                r = { .file = file, .line = line, .strict = !(flags & RECORDING_MAY_BE_BLANK), .error = error };
        g_autoptr(Recording) recording = g_new0(Recording, 1);
        g_autoptr(JsonNode) root = NULL;
        JsonObject *o;

        root = json_parse_object(file, line, text, size, error);
        if (!root)
                return NULL;
        o = json_node_get_object(root);
        recording->steps = recording_steps_new();
        recording->file = g_strdup(file);
        recording->line = line;
        if (!get_string(&r, o, "name", true, &recording->name) || !read_version(&r, o, recording) ||
            !get_strings(&r, o, "journal", &recording->journal) || !read_outcome(&r, o, recording) ||
            !read_told_from(&r, o, recording) || !read_stand_ins(&r, o, recording) ||
            !read_scenario(&r, o, recording) || !read_steps(&r, o, recording))
                return NULL;
        return g_steal_pointer(&recording);
}

static bool is_blank(const char *text, size_t size) {
        for (size_t i = 0; i < size; i++)
                if (!g_ascii_isspace(text[i]))
                        return false;
        return true;
}

/* The next line without its newline: false at the end. Reads no more than is sensible, whatever the file is. */
static bool read_line(FILE *f, GString *line) {
        int c = EOF;

        g_string_truncate(line, 0);
        while (line->len <= RECORDING_LINE_MAX && (c = getc_unlocked(f)) != EOF && c != '\n')
                g_string_append_c(line, (char) c);
        return c != EOF || line->len > 0;
}

static bool read_lines(FILE *f, const char *file, RecordingFlags flags, RecordingFunc func, void *userdata,
                       GError **error) {
        g_autoptr(GString) text = g_string_new(NULL);
        bool more = true, any = false;

        for (unsigned line = 1; more && read_line(f, text); line++) {
                Recording *r;

                if (is_blank(text->str, text->len))
                        continue;
                if (text->len > RECORDING_LINE_MAX) {
                        traces_set_error(error, TRACES_ERROR_LIMIT, file, line,
                                         "too long; a line has at most %u bytes", RECORDING_LINE_MAX);
                        return false;
                }
                r = recording_parse(file, line, text->str, text->len, flags, error);
                if (!r)
                        return false;
                any = true;
                more = func(r, userdata);
        }
        if (ferror(f)) {
                traces_set_error(error, TRACES_ERROR_IO, file, 0, "cannot be read: %s; name a file that can",
                                 g_strerror(errno));
                return false;
        }
        if (!any)
                traces_set_error(error, TRACES_ERROR_SYNTAX, file, 1,
                                 "no recording; a file has one in each line");
        return any;
}

bool recording_for_each(const char *file, RecordingFlags flags, RecordingFunc func, void *userdata,
                        GError **error) {
        FILE *f = fopen(file, "re");
        bool ok;

        if (!f) {
                traces_set_error(error, TRACES_ERROR_IO, file, 0,
                                 "cannot be read: %s; name a file with recordings", g_strerror(errno));
                return false;
        }
        ok = read_lines(f, file, flags, func, userdata, error);
        fclose(f);
        return ok;
}
