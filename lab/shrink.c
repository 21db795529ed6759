/* SPDX-License-Identifier: MIT */
#include "lab/shrink.h"
#include "traces/scenario-edit.h"

typedef struct Shrinker {
        ScenarioEdit *now;
        GHashTable *tried; /* texts */
        ShrinkHolds holds;
        void *userdata;
} Shrinker;

static bool try_without(Shrinker *s, const GPtrArray *pieces, guint from, guint end) {
        g_autoptr(ScenarioEdit) less = scenario_edit_remove(s->now, pieces, from, end);
        char *text = scenario_edit_text(less);

        if (!g_hash_table_add(s->tried, text) || !s->holds(text, s->userdata))
                return false;
        scenario_edit_free(s->now);
        s->now = g_steal_pointer(&less);
        return true;
}

/* Whole ranges of @size pieces, from the last: most often everything behind the first difference goes at once. */
static bool pass(Shrinker *s, EditPieces find, guint size) {
        g_autoptr(GPtrArray) pieces = find(s->now);
        guint end = pieces->len;
        bool smaller = false;

        while (end > 0) {
                guint from = end > size ? end - size : 0;

                if (try_without(s, pieces, from, end)) {
                        smaller = true;
                        g_ptr_array_unref(pieces);
                        pieces = find(s->now);
                        end = MIN(from, pieces->len);
                } else
                        end = from;
        }
        return smaller;
}

static guint half_of_pieces(const Shrinker *s, EditPieces find) {
        g_autoptr(GPtrArray) pieces = find(s->now);

        return pieces->len / 2;
}

char *shrink(const char *text, ShrinkHolds holds, void *userdata) {
        static const EditPieces kinds[] = {
                edit_pieces_statements,
                edit_pieces_units,
                edit_pieces_lines,
                edit_pieces_words,
        };
        g_autoptr(GHashTable) tried = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
        Shrinker s = { scenario_edit_new(text), tried, holds, userdata };
        bool smaller = true;
        char *small;

        while (smaller) {
                smaller = false;
                for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++)
                        for (guint size = half_of_pieces(&s, kinds[i]) + 1; size > 0; size /= 2)
                                smaller = pass(&s, kinds[i], size) || smaller;
        }
        small = scenario_edit_text(s.now);
        scenario_edit_free(s.now);
        return small;
}
