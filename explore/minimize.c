/* SPDX-License-Identifier: MIT */

#include <string.h>

#include "minimize.h"
#include "model/fixes.h"
#include "traces/error.h"
#include "traces/scenario-edit.h"
#include "traces/scenario.h"
#include "violation.h"

/* A smaller scenario may have more states (a unit that restarts for ever); it shall not take longer than this. */
#define STATES_FACTOR 4U
#define STATES_MIN    1000U

/* Below this, starting threads takes longer than searching. */
#define STATES_FOR_THREADS 5000U

typedef struct Minimizer {
        const char *file;
        const Profile *profile;
        SearchOptions options;
        unsigned property;
        Violation wanted;
        ScenarioEdit *now;
        GHashTable *tried; /* texts */
        Minimized *result;
        bool stopped; /* the user has had enough */
} Minimizer;

static bool has_violation(Minimizer *m, const char *text) {
        g_autoptr(Catalog) c = scenario_parse(m->file, text, strlen(text), NULL, NULL);
        g_auto(Violation) v = {};

        if (!c)
                return false;

        m->result->n_tries++;
        violation_find(c, m->profile, &m->options, m->property, &v);
        m->stopped = v.interrupted;
        m->result->complete = m->result->complete && v.certain;
        return !m->stopped && violation_is_like(&m->wanted, &v);
}

/* Takes @candidate when the violation stays. */
static bool try(Minimizer *m, ScenarioEdit *candidate) {
        g_autofree char *text = scenario_edit_text(candidate);

        if (m->stopped || g_hash_table_contains(m->tried, text))
                return false;
        g_hash_table_add(m->tried, g_strdup(text));
        if (!has_violation(m, text))
                return false;
        m->result->n_kept++;
        scenario_edit_free(m->now);
        m->now = scenario_edit_copy(candidate);
        return true;
}

static bool try_without(Minimizer *m, const GPtrArray *pieces, guint from, guint end) {
        g_autoptr(ScenarioEdit) candidate = scenario_edit_remove(m->now, pieces, from, end);

        return try(m, candidate);
}

/* Halves, quarters, ... single pieces. Words have numbers that change when one before them goes, so pieces are made
 * anew whenever something was taken away; those that follow are then at the same place. */
static bool remove_pieces(Minimizer *m, EditPieces make) {
        g_autoptr(GPtrArray) pieces = make(m->now);
        bool any = false;

        for (guint n = MAX(pieces->len / 2, 1U); n > 0 && !m->stopped; n /= 2)
                for (guint from = 0; from < pieces->len && !m->stopped;) {
                        if (!try_without(m, pieces, from, MIN(from + n, pieces->len))) {
                                from += n;
                                continue;
                        }
                        any = true;
                        g_ptr_array_unref(pieces);
                        pieces = make(m->now);
                }
        return any;
}

static bool simplify_line(Minimizer *m, const EditSimplification *s, guint i) {
        for (unsigned variant = 0; variant < s->n_variants && i < m->now->lines->len; variant++) {
                g_autoptr(ScenarioEdit) candidate = scenario_edit_copy(m->now);

                if (s->apply(candidate, i, variant) && try(m, candidate))
                        return true;
        }
        return false;
}

static bool simplify(Minimizer *m) {
        size_t n;
        const EditSimplification *all = edit_simplifications(&n);
        bool any = false;

        for (size_t k = 0; k < n; k++)
                for (guint i = 0; i < m->now->lines->len && !m->stopped; i++)
                        while (simplify_line(m, all + k, i))
                                any = true;
        return any;
}

/* Until nothing goes any more: what was needed at first may be needed no longer when something else is gone. */
static void shrink(Minimizer *m) {
        static const EditPieces passes[] = {
                edit_pieces_clients,  edit_pieces_units, edit_pieces_statements,
                edit_pieces_sections, edit_pieces_lines, edit_pieces_words,
        };

        for (bool any = true; any && !m->stopped;) {
                any = false;
                for (size_t i = 0; i < G_N_ELEMENTS(passes); i++)
                        any = remove_pieces(m, passes[i]) || any;
                any = simplify(m) || any;
        }
}

/* Without its comments the text should say the same. Should it not, nothing that is made of it is any good. */
static char *shrink_text(Minimizer *m, const char *text) {
        g_autofree char *plain = scenario_edit_text(m->now);

        if (m->stopped || (strcmp(plain, text) != 0 && !has_violation(m, plain)))
                return g_strdup(text);
        shrink(m);
        return scenario_edit_text(m->now);
}

/* The text that is left, and what it shows. */
static void finish(Minimizer *m, const ScenarioEdit *original, const SearchOptions *options) {
        Minimized *r = m->result;
        g_autofree char *scenario = g_path_get_basename(m->file);

        r->complete = r->complete && !m->stopped;
        r->removed = scenario_edit_differences(original, m->now);
        r->catalog = scenario_parse(m->file, r->text, strlen(r->text), NULL, NULL);
        r->options = *options;
        r->options.properties = (uint32_t) BIT(m->property);
        if (!m->stopped)
                r->exploration = exploration_run(scenario, r->text, r->catalog, m->profile, &r->options);
}

static void set_not_violated(const Minimizer *m, bool certain, GError **error) {
        g_autofree char *systemd = profile_label(m->profile);
        size_t n;

        traces_set_error(error, TRACES_ERROR_SYNTAX, m->file, 0,
                         "%s is not violated under systemd %s%s; nothing to minimise",
                         properties(&n)[m->property].name, systemd, certain ? "" : " in what was explored");
}

/* From here on nothing may cost much more than what was paid for the original. */
static void set_bounds(Minimizer *m) {
        uint64_t n = m->wanted.n_states, max = MAX(STATES_FACTOR * n, STATES_MIN);

        if (m->options.max_states == 0 || m->options.max_states > max)
                m->options.max_states = max;
        if (n < STATES_FOR_THREADS)
                m->options.n_jobs = 1;
}

/* True: what is violated is known, or the user did not wait for it. */
static bool find_wanted(Minimizer *m, const char *text, GError **error) {
        g_autoptr(Catalog) c = scenario_parse(m->file, text, strlen(text), NULL, error);

        if (!c)
                return false;
        violation_find(c, m->profile, &m->options, m->property, &m->wanted);
        m->stopped = m->wanted.interrupted;
        if (!m->wanted.found && !m->stopped) {
                set_not_violated(m, m->wanted.certain, error);
                return false;
        }
        set_bounds(m);
        return true;
}

static void minimizer_clear(Minimizer *m) {
        violation_clear(&m->wanted);
        scenario_edit_free(m->now);
        g_clear_pointer(&m->tried, g_hash_table_unref);
        minimized_free(m->result);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Minimizer, minimizer_clear)

Minimized *minimize(const char *file, const char *text, const Profile *profile, const SearchOptions *options,
                    unsigned property, GError **error) {
        g_auto(Minimizer) m = { .file = file, .profile = profile, .options = *options, .property = property };
        g_autoptr(ScenarioEdit) original = NULL;

        m.options.properties = (uint32_t) BIT(property);
        if (!find_wanted(&m, text, error))
                return NULL;

        m.result = g_new0(Minimized, 1);
        m.result->complete = true;
        m.tried = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
        original = scenario_edit_new(text);
        m.now = scenario_edit_copy(original);
        m.result->text = shrink_text(&m, text);
        finish(&m, original, options);
        return g_steal_pointer(&m.result);
}

void minimized_free(Minimized *m) {
        if (!m)
                return;

        exploration_free(m->exploration);
        catalog_free(m->catalog);
        g_clear_pointer(&m->removed, g_ptr_array_unref);
        g_free(m->text);
        g_free(m);
}
