/* SPDX-License-Identifier: MIT */

#include <string.h>

#include "traces/error.h"
#include "traces/scenario-edit.h"
#include "traces/statement.h"

static void line_clear(gpointer p) {
        EditLine *l = p;

        g_clear_pointer(&l->text, g_ref_string_release);
}

static ScenarioEdit *edit_new(void) {
        ScenarioEdit *e = g_new0(ScenarioEdit, 1);

        e->lines = g_array_new(FALSE, FALSE, sizeof(EditLine));
        g_array_set_clear_func(e->lines, line_clear);
        return e;
}

void scenario_edit_free(ScenarioEdit *e) {
        if (!e)
                return;

        g_array_unref(e->lines);
        g_free(e);
}

static void add_copy(ScenarioEdit *to, const EditLine *l) {
        EditLine copy = *l;

        copy.text = g_ref_string_acquire(l->text);
        g_array_append_val(to->lines, copy);
}

ScenarioEdit *scenario_edit_copy(const ScenarioEdit *e) {
        ScenarioEdit *copy = edit_new();

        copy->n_comments = e->n_comments;
        for (guint i = 0; i < e->lines->len; i++)
                add_copy(copy, edit_line(e, i));
        return copy;
}

void edit_line_set_text(EditLine *l, const char *text) {
        GRefString *old = l->text;

        l->text = g_ref_string_new(text);
        g_ref_string_release(old);
}

/* Where the reader of the text is. */
typedef struct Reader {
        ScenarioEdit *edit;
        bool in_client;
        char *body_indent; /* of the statement whose block may follow, NULL: none may */
        bool continued;    /* the last line ends in a backslash */
} Reader;

static size_t indentation(const char *line) {
        return strspn(line, " \t");
}

static void add_line(Reader *r, unsigned number, unsigned depth, EditKind kind, const char *text) {
        EditLine l = {
                .id = r->edit->lines->len,
                .number = number,
                .depth = depth,
                .kind = kind,
                .text = g_ref_string_new(text),
        };

        g_array_append_val(r->edit->lines, l);
}

static char *single_blanks(const char *line) {
        g_auto(GStrv) words = g_strsplit_set(line, " \t", -1);
        GString *s = g_string_new(NULL);

        for (char **w = words; *w; w++)
                if (**w)
                        g_string_append_printf(s, "%s%s", s->len > 0 ? " " : "", *w);
        return g_string_free(s, FALSE);
}

/* An odd number of backslashes at the end, as conf-parser.c:config_parse counts them. */
static bool ends_in_backslash(const char *line) {
        bool escaped = false;

        for (; *line; line++)
                escaped = !escaped && *line == '\\';
        return escaped;
}

static void read_body_line(Reader *r, unsigned number, const char *line) {
        const char *text = line + indentation(line);
        unsigned depth = r->in_client ? 2 : 1;
        bool goes_on = ends_in_backslash(text);
        g_autofree char *joined = NULL;

        if (*text == '#' || *text == ';') {
                r->edit->n_comments++;
                return;
        }

        joined = g_strdup(text);
        if (goes_on)
                joined[strlen(joined) - 1] = ' ';
        if (r->continued) {
                EditLine *last = edit_line(r->edit, r->edit->lines->len - 1);
                g_autofree char *both = g_strconcat(last->text, joined, NULL);

                edit_line_set_text(last, both);
        } else
                add_line(r, number, depth, *text == '[' ? EDIT_SECTION : EDIT_SETTING, joined);
        r->continued = goes_on;
}

static void read_statement(Reader *r, unsigned number, const char *line) {
        g_autofree char *text = single_blanks(line);
        size_t indent = indentation(line);
        g_autofree char *word = g_strndup(text, strcspn(text, " "));

        g_clear_pointer(&r->body_indent, g_free);
        r->continued = false;
        if (indent == 0)
                r->in_client = strcmp(word, "client") == 0;
        add_line(r, number, indent > 0, indent == 0 && r->in_client ? EDIT_CLIENT : EDIT_STATEMENT, text);
        if (statement_takes_body(word))
                r->body_indent = g_strndup(line, indent);
}

static void read_line(Reader *r, unsigned number, const char *line) {
        size_t indent = indentation(line);

        if (line[indent] == '\0')
                return;
        if (r->body_indent && g_str_has_prefix(line, r->body_indent) && indent > strlen(r->body_indent)) {
                read_body_line(r, number, line);
                return;
        }
        if (line[indent] == '#')
                r->edit->n_comments++;
        else
                read_statement(r, number, line);
}

ScenarioEdit *scenario_edit_new(const char *text) {
        g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
        Reader r = { .edit = edit_new() };

        for (unsigned i = 0; lines[i]; i++) {
                if (g_str_has_suffix(lines[i], "\r"))
                        lines[i][strlen(lines[i]) - 1] = '\0';
                read_line(&r, i + 1, lines[i]);
        }
        g_free(r.body_indent);
        return r.edit;
}

char *scenario_edit_text(const ScenarioEdit *e) {
        GString *s = g_string_new(NULL);

        for (guint i = 0; i < e->lines->len; i++) {
                const EditLine *l = edit_line(e, i);

                g_string_append_printf(s, "%*s%s\n", 2 * (int) l->depth, "", l->text);
        }
        return g_string_free(s, FALSE);
}

guint edit_line_end(const ScenarioEdit *e, guint i) {
        guint end = i + 1;

        while (end < e->lines->len && edit_line(e, end)->depth > edit_line(e, i)->depth)
                end++;
        return end;
}

static void split_setting(const char *text, GPtrArray *words) {
        const char *equals = strchr(text, '=');
        size_t n = equals ? (size_t) (equals - text) + 1 : strlen(text);
        g_autofree char *values = single_blanks(text + n);

        g_ptr_array_add(words, g_strndup(text, n));
        if (*values) {
                g_auto(GStrv) split = g_strsplit(values, " ", -1);

                for (char **v = split; *v; v++)
                        g_ptr_array_add(words, g_strdup(*v));
        }
}

char **edit_line_words(const EditLine *l) {
        GPtrArray *words = g_ptr_array_new();

        if (l->kind == EDIT_STATEMENT || l->kind == EDIT_CLIENT) {
                g_ptr_array_free(words, TRUE);
                return g_strsplit(l->text, " ", -1);
        }
        split_setting(l->text, words);
        g_ptr_array_add(words, NULL);
        return (char **) g_ptr_array_free(words, FALSE);
}

void scenario_edit_move(ScenarioEdit *e, guint from, guint end, guint to) {
        g_autoptr(ScenarioEdit) old = scenario_edit_copy(e);

        g_array_set_size(e->lines, 0);
        for (guint i = 0; i <= old->lines->len; i++) {
                for (guint j = from; i == to && j < end; j++)
                        add_copy(e, edit_line(old, j));
                if (i < old->lines->len && (i < from || i >= end))
                        add_copy(e, edit_line(old, i));
        }
}

void scenario_edit_drop_idle_clients(ScenarioEdit *e) {
        for (guint i = e->lines->len; i-- > 0;)
                if (edit_line(e, i)->kind == EDIT_CLIENT && edit_line_end(e, i) == i + 1)
                        g_array_remove_index(e->lines, i);
}

/* Marks the words of the line at @l that go; the first one stands for the whole line. */
static bool *mark(const EditLine *l, char **words, const GPtrArray *pieces, guint from, guint end) {
        guint n = g_strv_length(words);
        bool *gone = g_new0(bool, n);

        for (guint i = from; i < end; i++) {
                const GArray *piece = pieces->pdata[i];

                for (guint j = 0; j < piece->len; j++) {
                        const EditRemoval *r = &g_array_index(piece, EditRemoval, j);

                        if (r->id == l->id && (r->word == EDIT_WHOLE || (guint) r->word < n))
                                gone[r->word == EDIT_WHOLE ? 0 : r->word] = true;
                }
        }
        return gone;
}

/* The line without the marked words; NULL: nothing sensible is left. */
static char *without(const EditLine *l, char **words, const bool *gone) {
        g_autoptr(GString) s = g_string_new(words[0]);
        unsigned n_left = 0, n_gone = 0;

        for (guint i = 1; words[i]; i++) {
                n_gone += gone[i];
                if (gone[i])
                        continue;
                if (l->kind != EDIT_SETTING || n_left > 0)
                        g_string_append_c(s, ' ');
                g_string_append(s, words[i]);
                n_left++;
        }
        if (gone[0] || (n_gone > 0 && n_left == 0))
                return NULL;
        return n_gone == 0 ? g_strdup(l->text) : g_string_free(g_steal_pointer(&s), FALSE);
}

ScenarioEdit *scenario_edit_remove(const ScenarioEdit *e, const GPtrArray *pieces, guint from, guint end) {
        ScenarioEdit *left = edit_new();

        left->n_comments = e->n_comments;
        for (guint i = 0; i < e->lines->len; i++) {
                const EditLine *l = edit_line(e, i);
                g_auto(GStrv) words = edit_line_words(l);
                g_autofree bool *gone = mark(l, words, pieces, from, end);
                g_autofree char *text = without(l, words, gone);

                if (!text) {
                        i = edit_line_end(e, i) - 1;
                        continue;
                }
                add_copy(left, l);
                if (strcmp(text, l->text) != 0)
                        edit_line_set_text(edit_line(left, left->lines->len - 1), text);
        }
        scenario_edit_drop_idle_clients(left);
        return left;
}

static const EditLine *find_line(const ScenarioEdit *e, unsigned id, guint *ret_at) {
        for (guint i = 0; i < e->lines->len; i++)
                if (edit_line(e, i)->id == id) {
                        *ret_at = i;
                        return edit_line(e, i);
                }
        return NULL;
}

/* The line that the one at @i belongs to. */
static const EditLine *parent_of(const ScenarioEdit *e, guint i) {
        unsigned depth = edit_line(e, i)->depth;

        while (depth > 0 && i-- > 0)
                if (edit_line(e, i)->depth < depth)
                        return edit_line(e, i);
        return NULL;
}

static void add_gone(const ScenarioEdit *original, guint i, const ScenarioEdit *now, GPtrArray *ret) {
        const EditLine *l = edit_line(original, i), *parent = parent_of(original, i);
        guint at;

        /* What goes with the line that it belongs to, and section headers, go without saying. */
        if (l->kind != EDIT_SECTION && (!parent || find_line(now, parent->id, &at)))
                g_ptr_array_add(ret, make_one_line(g_strdup_printf("line %u: %s", l->number, l->text)));
}

static void add_kept(const ScenarioEdit *original, guint i, const ScenarioEdit *now, guint at, GPtrArray *ret) {
        const EditLine *l = edit_line(original, i), *k = edit_line(now, at);
        const EditLine *old_parent = parent_of(original, i), *parent = parent_of(now, at);
        bool changed = strcmp(l->text, k->text) != 0;
        bool moved = (old_parent ? old_parent->id : UINT_MAX) != (parent ? parent->id : UINT_MAX);
        g_autoptr(GString) s = g_string_new(NULL);

        if (!changed && !moved)
                return;
        g_string_append_printf(s, "line %u: %s ->", l->number, l->text);
        if (changed)
                g_string_append_printf(s, " %s", k->text);
        if (moved)
                g_string_append_printf(s, "%s %s", changed ? "," : "", parent ? parent->text : "top level");
        g_ptr_array_add(ret, make_one_line(g_string_free(g_steal_pointer(&s), FALSE)));
}

GPtrArray *scenario_edit_differences(const ScenarioEdit *original, const ScenarioEdit *now) {
        GPtrArray *ret = g_ptr_array_new_with_free_func(g_free);

        if (original->n_comments > 0)
                g_ptr_array_add(ret, g_strdup_printf("%u line%s of comments", original->n_comments,
                                                     original->n_comments == 1 ? "" : "s"));
        for (guint i = 0; i < original->lines->len; i++) {
                guint at;

                if (find_line(now, edit_line(original, i)->id, &at))
                        add_kept(original, i, now, at, ret);
                else
                        add_gone(original, i, now, ret);
        }
        return ret;
}
