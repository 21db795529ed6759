/* SPDX-License-Identifier: MIT */

#include <string.h>

#include "model/stream.h"
#include "model/tables.h"
#include "traces/view-internal.h"

/* clang-format off */
static const char *const fate_table[_VIEW_FATE_MAX] = {
        [VIEW_APPLIED] = "applied",
        [VIEW_ALIASED] = "aliased",
        [VIEW_GIVEN]   = "given",
        [VIEW_ADOPTED] = "adopted",
        [VIEW_DROPPED] = "dropped",
        [VIEW_UNREAD]  = "unread",
        [VIEW_STRAY]   = "stray",
};

/* Which fields of a unit a key decides, as snapshots call them. */
static const struct {
        const char *key, *field;
} field_table[] = {
        { "state",       "SubState"     },
        { "result",      "Result"       },
        { "main-pid",    "MainPID"      },
        { "control-pid", "ControlPID"   },
        { "n-restarts",  "NRestarts"    },
        { "cgroup",      "ControlGroup" },
};
/* clang-format on */

typedef enum LineRule {
        RULE_LAST,  /* the last one stays */
        RULE_FIRST, /* the first one stays */
        RULE_ADD,   /* each adds something */
} LineRule;

typedef struct StreamBuilder {
        const TraceView *view;
        const TraceEvent *event;
        const ViewState *before, *after;
        ViewStream *stream;
        StreamIndex *index; /* NULL: nobody knows which keys are read */
} StreamBuilder;

const char *view_fate_to_string(ViewFate f) {
        return fate_table[f];
}

static void line_free(gpointer data) {
        ViewLine *l = data;

        g_free((char *) l->key);
        g_free((char *) l->value);
        g_free(l);
}

static void entry_free(gpointer data) {
        g_ptr_array_unref(((ViewEntry *) data)->lines);
        g_free((char *) ((ViewEntry *) data)->name);
        g_free(data);
}

static ViewEntry *add_entry(ViewStream *s, const char *name) {
        ViewEntry *e = g_new0(ViewEntry, 1);

        e->name = g_strdup(name);
        e->fate = VIEW_UNREAD;
        e->main_pid = "";
        e->lines = g_ptr_array_new_with_free_func(line_free);
        g_ptr_array_add(s->entries, e);
        return e;
}

static ViewLine *add_line(ViewEntry *e, const char *text, unsigned section) {
        ViewLine *l = g_new0(ViewLine, 1);
        const char *equals = strchr(text, '=');

        l->entry = e;
        l->key = equals ? g_strndup(text, (size_t) (equals - text)) : g_strdup(text);
        l->value = g_strdup(equals ? equals + 1 : "");
        l->section = section;
        g_ptr_array_add(e->lines, l);
        return l;
}

/* unit-serialize.c:unit_serialize_state: a name, lines, an empty line. A line "job" begins what is said of a job, up to an
 * empty line of its own. */
static void split_stream(ViewStream *s, const char *text) {
        g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
        unsigned section = 0, n_sections = 0;
        ViewEntry *e = NULL;
        guint i = 0;

        for (; lines[i] && *lines[i]; i++)
                g_ptr_array_add(s->header, g_strdup(lines[i]));
        for (; lines[i]; i++) {
                if (!*lines[i] && section > 0)
                        section = 0;
                else if (!*lines[i])
                        e = NULL;
                else if (!e) {
                        e = add_entry(s, lines[i]);
                        section = n_sections = 0;
                } else {
                        if (strcmp(lines[i], "job") == 0)
                                section = ++n_sections;
                        (void) add_line(e, lines[i], section);
                }
        }
}

static UnitType type_of(const char *name) {
        return name ? unit_name_to_type(name) : _UNIT_TYPE_INVALID;
}

/* An entry goes to another unit when its name has become an alias of that unit, when an orphan of it is made, or when a
 * fix says so. */
static ViewFate fate_of(const StreamBuilder *b, const char *name, const char *applied_to) {
        if (!applied_to)
                return VIEW_DROPPED;
        if (strcmp(name, applied_to) == 0)
                return VIEW_APPLIED;
        for (guint i = 0; i < b->event->notes->len; i++) {
                const TraceNote *n = b->event->notes->pdata[i];

                if (n->unit && strcmp(n->unit, applied_to) == 0 &&
                    g_str_has_prefix(n->text, "adopts the entry of ") && view_has_word(n->text, name))
                        return VIEW_ADOPTED;
        }
        if (b->view->trace->fixes->len == 0 || view_is_alias(b->after, applied_to, name))
                return VIEW_ALIASED;
        return VIEW_GIVEN;
}

/* Which of the entries that were written the reader began; negative: none. */
static int find_written(const GPtrArray *written, guint from, const char *name) {
        for (guint i = from; i < written->len; i++)
                if (strcmp(((ViewEntry *) written->pdata[i])->name, name) == 0)
                        return (int) i;
        return -1;
}

static ViewEntry *new_stray(ViewStream *s, const char *name) {
        ViewEntry *e = add_entry(s, name);

        (void) g_ptr_array_steal_index(s->entries, s->entries->len - 1);
        e->fate = VIEW_STRAY;
        return e;
}

/* Puts strays where the reader met them. */
static void read_entries(StreamBuilder *b) {
        GPtrArray *entries = b->stream->entries;
        guint next = 0;

        for (guint i = 0; i < b->event->entries->len; i++) {
                const TraceEntry *read = b->event->entries->pdata[i];
                int at = find_written(entries, next, read->name);
                ViewEntry *e;

                if (at < 0) {
                        e = new_stray(b->stream, read->name);
                        g_ptr_array_insert(entries, (int) next++, e);
                        e->applied_to = read->applied_to;
                        continue;
                }
                e = entries->pdata[at];
                e->applied_to = read->applied_to;
                e->fate = fate_of(b, read->name, read->applied_to);
                next = (guint) at + 1;
        }
        for (guint i = 0; i < entries->len; i++)
                ((ViewEntry *) entries->pdata[i])->number = i + 1;
}

static const char *field_of(const ViewLine *l) {
        if (l->section > 0)
                return strcmp(l->key, "job-type") == 0 || strcmp(l->key, "job-state") == 0 ? "Job" : NULL;
        for (size_t i = 0; i < G_N_ELEMENTS(field_table); i++)
                if (strcmp(field_table[i].key, l->key) == 0)
                        return field_table[i].field;
        return NULL;
}

static LineRule rule_of(const StreamBuilder *b, const ViewLine *l) {
        if (l->section > 0)
                return RULE_FIRST;
        if (strcmp(l->key, "fd-store-fd") == 0)
                return RULE_ADD;
        if ((strcmp(l->key, "main-pid") == 0 || strcmp(l->key, "control-pid") == 0) && b->view->profile &&
            b->view->profile->pids_first_wins)
                return RULE_FIRST;
        return RULE_LAST;
}

static bool is_known(const StreamBuilder *b, const ViewEntry *e, const ViewLine *l) {
        UnitType type = type_of(e->applied_to ?: e->name);

        return l->section > 0 || !b->index || type < 0 ||
               stream_index_find(b->index, type, l->key, strlen(l->key));
}

/* The unit that wrote the entry had this process, as a pid is a number only. */
static void find_meanings(StreamBuilder *b, ViewEntry *e) {
        e->main_pid = view_state_get(b->before, e->name, "MainPID") ?: "";
        for (guint i = 0; i < e->lines->len; i++) {
                ViewLine *l = e->lines->pdata[i];

                l->field = field_of(l);
                l->known = is_known(b, e, l);
                if (l->section == 0 && (strcmp(l->key, "main-pid") == 0 || strcmp(l->key, "control-pid") == 0))
                        l->meaning = view_state_get(b->before, e->name, l->field);
        }
}

/* The same key for the same unit; of jobs, each has its own lines. */
static char *line_key(const ViewEntry *e, const ViewLine *l) {
        return g_strdup_printf("%s\n%s%s", e->applied_to, l->section > 0 ? "job " : "", l->key);
}

/* unit_deserialize_job() fails for a unit that has a job already, and the rest of the entry is given up. */
static const ViewLine *refused_job(const StreamBuilder *b, const ViewLine *l, const ViewLine *present) {
        return l->section > 0 && strcmp(l->key, "job") == 0 && present && present->entry != l->entry ? present
                                                                                                     : NULL;
}

static void apply_line(StreamBuilder *b, GHashTable *lines, ViewEntry *e, ViewLine *l,
                       const ViewLine **given_up) {
        g_autofree char *key = line_key(e, l);
        ViewLine *present = g_hash_table_lookup(lines, key);
        LineRule rule = rule_of(b, l);

        *given_up = *given_up ?: refused_job(b, l, present);
        if (!l->known)
                return;
        if (*given_up || (rule == RULE_FIRST && present && (l->section == 0 || present->entry != e))) {
                l->ignored_for = *given_up ?: present;
                return;
        }

        l->sets = true;
        if (rule == RULE_LAST && present) {
                l->overwrites = present;
                present->overwritten_by = l;
                e->n_overwrites += present->entry != e && view_line_differs(present, l);
        }
        g_hash_table_replace(lines, g_steal_pointer(&key), l);
}

static void apply_entries(StreamBuilder *b) {
        g_autoptr(GHashTable) lines = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
        g_autoptr(GHashTable) last = g_hash_table_new(g_str_hash, g_str_equal);

        for (guint i = 0; i < b->stream->entries->len; i++) {
                ViewEntry *e = b->stream->entries->pdata[i], *before;
                const ViewLine *given_up = NULL;

                find_meanings(b, e);
                if (!e->applied_to)
                        continue;
                for (guint j = 0; j < e->lines->len; j++)
                        apply_line(b, lines, e, e->lines->pdata[j], &given_up);
                before = g_hash_table_lookup(last, e->applied_to);
                if (before) {
                        e->before = before;
                        before->after = e;
                }
                g_hash_table_replace(last, (char *) e->applied_to, e);
        }
}

ViewStream *view_stream_new(const TraceView *v, const TraceEvent *event, const ViewState *before,
                            const ViewState *after) {
        ViewStream *s = g_new0(ViewStream, 1);
        StreamBuilder b = { .view = v, .event = event, .before = before, .after = after, .stream = s };

        s->text = event->stream;
        s->header = g_ptr_array_new_with_free_func(g_free);
        s->entries = g_ptr_array_new_with_free_func(entry_free);
        b.index = v->profile ? stream_index_new(v->profile) : NULL;
        split_stream(s, event->stream);
        read_entries(&b);
        apply_entries(&b);
        g_free(b.index);
        return s;
}

void view_stream_free(ViewStream *s) {
        if (!s)
                return;
        g_ptr_array_unref(s->header);
        g_ptr_array_unref(s->entries);
        g_free(s);
}

bool view_line_differs(const ViewLine *a, const ViewLine *b) {
        return b && strcmp(a->value, b->value) != 0;
}

const ViewLine *view_entry_find(const ViewEntry *e, const char *key) {
        for (guint i = e->lines->len; i-- > 0;) {
                const ViewLine *l = e->lines->pdata[i];

                if (l->section == 0 && strcmp(l->key, key) == 0)
                        return l;
        }
        return NULL;
}

static void append_overwritten(GString *s, const ViewEntry *e) {
        const char *separator = ": overwrites ";

        for (guint i = 0; i < e->lines->len; i++) {
                const ViewLine *l = e->lines->pdata[i];

                if (!l->overwrites || l->overwrites->entry == e || !view_line_differs(l->overwrites, l))
                        continue;
                g_string_append_printf(s, "%s%s", separator, l->key);
                separator = ", ";
        }
}

char *view_entry_describe(const ViewEntry *e) {
        GString *s = g_string_new(e->name);

        switch (e->fate) {
        case VIEW_APPLIED:
                break;
        case VIEW_ALIASED:
        case VIEW_GIVEN:
                g_string_append_printf(s, " -> %s", e->applied_to);
                break;
        case VIEW_ADOPTED:
                g_string_append_printf(s, " -> orphan %s", e->applied_to);
                break;
        case VIEW_DROPPED:
                g_string_append(s, " is dropped");
                break;
        case VIEW_UNREAD:
                g_string_append(s, " is never read");
                break;
        default:
                g_string_append(s, " is no entry, but the reader takes it for one");
        }
        append_overwritten(s, e);
        return g_string_free(s, FALSE);
}
