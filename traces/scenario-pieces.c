/* SPDX-License-Identifier: MIT */

/* Which parts of a scenario can be taken away. */

#include <string.h>

#include "model/unit-name.h"
#include "traces/scenario-edit.h"

static GPtrArray *pieces_new(void) {
        return g_ptr_array_new_with_free_func((GDestroyNotify) g_array_unref);
}

static GArray *piece_new(void) {
        return g_array_new(FALSE, FALSE, sizeof(EditRemoval));
}

static void piece_add(GArray *piece, const EditLine *l, int word) {
        g_array_append_val(piece, ((EditRemoval) { .id = l->id, .word = word }));
}

static void add_single(GPtrArray *pieces, const EditLine *l, int word) {
        GArray *piece = piece_new();

        piece_add(piece, l, word);
        g_ptr_array_add(pieces, piece);
}

GPtrArray *edit_pieces_clients(const ScenarioEdit *e) {
        GPtrArray *pieces = pieces_new();

        for (guint i = 0; i < e->lines->len; i++)
                if (edit_line(e, i)->kind == EDIT_CLIENT)
                        add_single(pieces, edit_line(e, i), EDIT_WHOLE);
        return pieces;
}

/* `pause` goes with its `resume`. */
static void add_statement(const ScenarioEdit *e, guint i, GPtrArray *pieces) {
        const EditLine *l = edit_line(e, i);

        if (strcmp(l->text, "resume") == 0)
                return;
        add_single(pieces, l, EDIT_WHOLE);
        for (guint j = i + 1; strcmp(l->text, "pause") == 0 && j < e->lines->len; j++)
                if (strcmp(edit_line(e, j)->text, "resume") == 0) {
                        piece_add(pieces->pdata[pieces->len - 1], edit_line(e, j), EDIT_WHOLE);
                        return;
                }
}

GPtrArray *edit_pieces_statements(const ScenarioEdit *e) {
        GPtrArray *pieces = pieces_new();

        for (guint i = 0; i < e->lines->len; i++)
                if (edit_line(e, i)->kind == EDIT_STATEMENT)
                        add_statement(e, i, pieces);
        return pieces;
}

GPtrArray *edit_pieces_sections(const ScenarioEdit *e) {
        GPtrArray *pieces = pieces_new();

        for (guint i = 0; i < e->lines->len; i++) {
                if (edit_line(e, i)->kind != EDIT_SECTION)
                        continue;
                add_single(pieces, edit_line(e, i), EDIT_WHOLE);
                for (guint j = i + 1; j < e->lines->len && edit_line(e, j)->kind == EDIT_SETTING; j++)
                        piece_add(pieces->pdata[pieces->len - 1], edit_line(e, j), EDIT_WHOLE);
        }
        return pieces;
}

GPtrArray *edit_pieces_lines(const ScenarioEdit *e) {
        GPtrArray *pieces = pieces_new();

        for (guint i = 0; i < e->lines->len; i++)
                if (edit_line(e, i)->kind == EDIT_SETTING || edit_line(e, i)->kind == EDIT_SECTION)
                        add_single(pieces, edit_line(e, i), EDIT_WHOLE);
        return pieces;
}

/* clang-format off */
static const struct {
        const char *word;
        guint first;
} lists[] = {
        { "start",        1 },
        { "stop",         1 },
        { "restart",      1 },
        { "try-restart",  1 },
        { "reload",       1 },
        { "reset-failed", 1 },
        { "kill",         1 },
        { "notify",       2 },
};
/* clang-format on */

static bool is_command(const char *key) {
        return g_str_has_prefix(key, "Exec");
}

/* The first word of those that are a list, or that may be left out; none: as many as there are words. */
static guint first_of_list(const EditLine *l, char **words, guint n) {
        if (l->kind == EDIT_STATEMENT) {
                for (size_t i = 0; i < G_N_ELEMENTS(lists); i++)
                        if (strcmp(words[0], lists[i].word) == 0)
                                return n > lists[i].first + 1 ? lists[i].first : n;
                return strcmp(words[0], "elapse") == 0 ? 2 : n;
        }
        if (l->kind != EDIT_SETTING || strpbrk(l->text, "\"'\\"))
                return n;
        if (!is_command(words[0]))
                return n > 2 ? 1 : n;
        /* Of a command its options. The actor's tag is none. */
        return n > 1 && g_str_has_suffix(words[1], "actor") ? 3 : 2;
}

GPtrArray *edit_pieces_words(const ScenarioEdit *e) {
        GPtrArray *pieces = pieces_new();

        for (guint i = 0; i < e->lines->len; i++) {
                const EditLine *l = edit_line(e, i);
                g_auto(GStrv) words = edit_line_words(l);
                guint n = g_strv_length(words);

                for (guint j = first_of_list(l, words, n); j < n; j++)
                        add_single(pieces, l, (int) j);
        }
        return pieces;
}

/* The unit name that is a part of a path, without what makes it a folder. */
static char *name_in(const char *part) {
        static const char *const folders[] = { ".d", ".wants", ".requires", ".upholds" };
        g_autofree char *name = g_strdup(part);

        for (size_t i = 0; i < G_N_ELEMENTS(folders); i++)
                if (g_str_has_suffix(name, folders[i]) && unit_name_kind(part) == UNIT_NAME_INVALID) {
                        name[strlen(name) - strlen(folders[i])] = '\0';
                        break;
                }
        return unit_name_kind(name) == UNIT_NAME_INVALID ? NULL : g_steal_pointer(&name);
}

/* For each unit that @word names, calls @function. */
typedef void (*NameFunction)(const char *name, const EditLine *l, int word, void *userdata);
static void names_in_word(const char *word, const EditLine *l, int index, NameFunction function,
                          void *userdata) {
        g_auto(GStrv) parts = g_strsplit(word, "/", -1);

        for (char **p = parts; *p; p++) {
                g_autofree char *name = name_in(*p);

                if (name)
                        function(name, l, index, userdata);
        }
}

static bool is_of_files(const char *word) {
        return strcmp(word, "unit") == 0 || strcmp(word, "rm") == 0 || strcmp(word, "link") == 0;
}

/* Every mention of a unit, with what has to go for it. */
static void names_in_line(const EditLine *l, NameFunction function, void *userdata) {
        g_auto(GStrv) words = edit_line_words(l);
        bool whole = l->kind == EDIT_STATEMENT && (is_of_files(words[0]) || strcmp(words[0], "elapse") == 0 ||
                                                   strcmp(words[0], "trigger") == 0);

        if (l->kind == EDIT_CLIENT || l->kind == EDIT_SECTION ||
            (l->kind == EDIT_SETTING && is_command(words[0])))
                return;
        for (guint i = 1; words[i]; i++)
                names_in_word(words[i], l, whole ? EDIT_WHOLE : (int) i, function, userdata);
}

typedef struct Mentions {
        GPtrArray *names; /* in the order of the text */
        GPtrArray *pieces;
} Mentions;

static void add_mention(const char *name, const EditLine *l, int word, void *userdata) {
        Mentions *m = userdata;
        guint i;

        if (!g_ptr_array_find_with_equal_func(m->names, name, g_str_equal, &i)) {
                i = m->names->len;
                g_ptr_array_add(m->names, g_strdup(name));
                g_ptr_array_add(m->pieces, piece_new());
        }
        piece_add(m->pieces->pdata[i], l, word);
}

GPtrArray *edit_pieces_units(const ScenarioEdit *e) {
        Mentions m = { .names = g_ptr_array_new_with_free_func(g_free), .pieces = pieces_new() };

        for (guint i = 0; i < e->lines->len; i++)
                names_in_line(edit_line(e, i), add_mention, &m);
        g_ptr_array_unref(m.names);
        return m.pieces;
}
