/* SPDX-License-Identifier: MIT */
#pragma once

/* The text of a scenario as lines that can be taken away, moved and rewritten one by one. Comments and blank lines are not
 * kept, and continued lines of a unit file are one line. Nothing here knows what a scenario means: a changed text may be no
 * scenario at all, which scenario_parse() tells. */

#include <glib.h>
#include <stdbool.h>

typedef enum EditKind { EDIT_STATEMENT, EDIT_CLIENT, EDIT_SECTION, EDIT_SETTING } EditKind;

typedef struct EditLine {
        unsigned id;     /* the same in all versions of a scenario */
        unsigned number; /* of the line in the original */
        unsigned
                depth; /* 0: top level; 1: a client's statement, a line of a unit file; 2: such a line below a client */
        EditKind kind;
        GRefString *text; /* words with single blanks; of a unit file: the line */
} EditLine;

/* Lines in their order; what belongs to a line follows it and is deeper. */
typedef struct ScenarioEdit {
        GArray *lines; /* EditLine */
        unsigned n_comments;
} ScenarioEdit;

/* @text is one that scenario_parse() accepts. */
ScenarioEdit *scenario_edit_new(const char *text);
ScenarioEdit *scenario_edit_copy(const ScenarioEdit *e);
void scenario_edit_free(ScenarioEdit *e);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ScenarioEdit, scenario_edit_free)

/* The text, indented by two blanks. */
char *scenario_edit_text(const ScenarioEdit *e);

static inline EditLine *edit_line(const ScenarioEdit *e, guint i) {
        return &g_array_index(e->lines, EditLine, i);
}

/* One behind the last line that belongs to the line at @i. */
guint edit_line_end(const ScenarioEdit *e, guint i);
void edit_line_set_text(EditLine *l, const char *text);

/* The line in words; of a setting the first is "Key=". Free with g_strfreev(). */
char **edit_line_words(const EditLine *l);

/* Moves the lines from @from up to @end in front of the line at @to (of before the move), which is none of them. */
void scenario_edit_move(ScenarioEdit *e, guint from, guint end, guint to);

/* Drops clients that have nothing to do. */
void scenario_edit_drop_idle_clients(ScenarioEdit *e);

/* What is taken away together. */
#define EDIT_WHOLE (-1)
typedef struct EditRemoval {
        unsigned id;
        int word; /* EDIT_WHOLE: the line and all that belongs to it */
} EditRemoval;

/* Sets of removals (GArray of EditRemoval), smallest sensible pieces of a kind, in the order of the text. */
typedef GPtrArray *(*EditPieces)(const ScenarioEdit *e);
GPtrArray *edit_pieces_clients(const ScenarioEdit *e);
GPtrArray *edit_pieces_units(const ScenarioEdit *e); /* a unit and every mention of it */
GPtrArray *edit_pieces_statements(const ScenarioEdit *e);
GPtrArray *edit_pieces_sections(const ScenarioEdit *e);
GPtrArray *edit_pieces_lines(const ScenarioEdit *e); /* of unit files */
GPtrArray *edit_pieces_words(const ScenarioEdit *e);

/* A copy without the pieces @from up to @end. A line whose last argument goes is gone, too. */
ScenarioEdit *scenario_edit_remove(const ScenarioEdit *e, const GPtrArray *pieces, guint from, guint end);

/* How a scenario that has no line less may become simpler at the line @i; false: not in this way. @variant counts the ways. */
typedef bool (*EditSimplify)(ScenarioEdit *e, guint i, unsigned variant);

typedef struct EditSimplification {
        EditSimplify apply;
        unsigned n_variants;
} EditSimplification;

const EditSimplification *edit_simplifications(size_t *ret_n);

/* What became of @original, one line each ("line 12: client other"); an array of char *. */
GPtrArray *scenario_edit_differences(const ScenarioEdit *original, const ScenarioEdit *now);
