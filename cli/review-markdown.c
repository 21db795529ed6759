/* SPDX-License-Identifier: MIT */

#include <string.h>

#include "cli/review-report.h"

/* For a pull request: what a reader wants first comes first, the rest is folded, and what makes it too long is left out. */

#define COMMENT_SIZE_MAX 65536U /* characters; GitHub takes no more */

typedef enum Detail {
        DETAIL_TABLES,
        DETAIL_LINKS,
        DETAIL_VIOLATIONS,
        DETAIL_RUNS,
} Detail;

/* What is missing, by the detail that is left. */
static const char *const left_out[] = {
        [DETAIL_TABLES] = "the runs, the violations and the links to the traces",
        [DETAIL_LINKS] = "the runs and the violations",
        [DETAIL_VIOLATIONS] = "the runs",
        [DETAIL_RUNS] = NULL,
};

static void append_escaped(GString *out, const char *text) {
        for (const char *p = text; *p; p++) {
                if (strchr("\\`*_<>|[]#~", *p))
                        g_string_append_c(out, '\\');
                g_string_append_c(out, *p);
        }
}

/* Between angle brackets, since a folder may have blanks and parentheses in its name. */
static void append_link(GString *out, const char *label, const char *file) {
        g_autofree char *escaped = g_uri_escape_string(file, "/+", FALSE);

        g_string_append_printf(out, "[%s](%s)", label, escaped);
}

/* Verdicts */

static void append_verdict_row(GString *out, const ReviewReport *r, unsigned column, const ReviewVerdict *v) {
        const char *word = v->n_violated > 0 ? "violated" : v->n_open > 0 ? "open" : "holds";

        g_string_append_printf(out, "| `%s` | %s | %u of %u |", review_column_name(r, column), word,
                               v->n_violated, v->n_cells);
        if (r->base == r->review->plan->n_columns)
                g_string_append_c(out, '\n');
        else if (column == r->base)
                g_string_append(out, " | | | |\n");
        else
                g_string_append_printf(out, " %u | %u | %u | %u |\n", v->n_repaired, v->n_broken, v->n_fewer,
                                       v->n_more);
}

static void append_example(GString *out, const ReviewReport *r, unsigned column, const ReviewVerdict *v) {
        const ReviewRun *run;
        const ReviewCell *cell;
        ReviewPlace place;
        const char *how;
        size_t n;
        g_autofree char *orders = NULL;
        g_autofree char *link = NULL;

        if (!review_verdict_example(v, &place, &how))
                return;
        run = review_run_at(r->review, place.scenario, place.version, column);
        cell = run->cells + place.property;
        orders = review_cell_orders(run, cell);
        link = review_trace_link(r, &place, column);
        g_string_append_printf(out, "- `%s` %s `%s` in `%s`, systemd %s, %s: ", review_column_name(r, column),
                               how, properties(&n)[place.property].name,
                               review_scenario(r->review, place.scenario)->name,
                               review_version_name(r, place.version), orders);
        append_escaped(out, cell->violation ?: "");
        if (link) {
                g_string_append(out, " (");
                append_link(out, "trace", link);
                g_string_append_c(out, ')');
        }
        g_string_append_c(out, '\n');
}

static void append_verdicts(GString *out, const ReviewReport *r) {
        unsigned n = r->review->plan->n_columns;
        g_autoptr(GString) examples = g_string_new(NULL);

        if (r->base < n)
                g_string_append(
                        out,
                        "| fix | verdict | violated | repairs | breaks | makes rarer | makes more frequent |\n"
                        "| --- | --- | --- | ---: | ---: | ---: | ---: |\n");
        else
                g_string_append(out, "| fix | verdict | violated |\n| --- | --- | --- |\n");
        for (unsigned c = 0; c < n; c++) {
                ReviewVerdict v;

                review_verdict(r->review, c, c == r->base ? n : r->base, &v);
                append_verdict_row(out, r, c, &v);
                append_example(examples, r, c, &v);
        }
        if (examples->len > 0)
                g_string_append_printf(out, "\n%s", examples->str);
}

static void append_distinction(GString *out, const ReviewReport *r) {
        const GArray *tests = r->distinction->tests;

        for (guint i = 0; i < tests->len; i++)
                g_string_append_printf(out, "%s`%s`",
                                       i == 0 ? "\nThe smallest set of scenarios that tells the fixes apart: "
                                              : ", ",
                                       review_scenario(r->review, g_array_index(tests, unsigned, i))->name);
        g_string_append(out, tests->len > 0 ? ".\n" : "");
        for (guint i = 0; i < r->alike->len; i++)
                g_string_append_printf(out, "%sNo scenario tells apart: %s.\n", i == 0 ? "\n" : "",
                                       (const char *) r->alike->pdata[i]);
}

/* Tables */

static void append_rows(GString *out, const ReviewReport *r, const ReviewTable *t, Detail detail) {
        unsigned version = g_array_index(t->versions, unsigned, 0);
        size_t n;
        const Property *all = properties(&n);

        g_string_append(out, "\n| |");
        for (unsigned c = 0; c < r->review->plan->n_columns; c++)
                g_string_append_printf(out, " %s |", review_column_name(r, c));
        g_string_append(out, "\n| --- |");
        for (unsigned c = 0; c < r->review->plan->n_columns; c++)
                g_string_append(out, " --- |");
        g_string_append_c(out, '\n');
        for (unsigned i = 0; i < n; i++) {
                if ((t->rows & BIT(i)) == 0)
                        continue;
                g_string_append_printf(out, "| %s |", all[i].name);
                for (unsigned c = 0; c < r->review->plan->n_columns; c++) {
                        const ReviewRun *run = review_run_at(r->review, t->scenario, version, c);
                        const ReviewPlace place = { t->scenario, version, i, true };
                        g_autofree char *text = review_cell_text(run, run->cells + i);
                        g_autofree char *link = detail >= DETAIL_LINKS ? review_trace_link(r, &place, c) : NULL;

                        g_string_append_c(out, ' ');
                        if (review_cell_kind(run, run->cells + i) != CELL_BAD)
                                g_string_append(out, text);
                        else if (link) {
                                g_string_append(out, "**");
                                append_link(out, text, link);
                                g_string_append(out, "**");
                        } else
                                g_string_append_printf(out, "**%s**", text);
                        g_string_append(out, " |");
                }
                g_string_append_c(out, '\n');
        }
}

static void append_note(GString *out, const ReviewReport *r, const ReviewNote *note, Detail detail) {
        g_autofree char *columns = review_note_columns(r, note);
        g_autofree char *orders = review_cell_orders(note->run, note->cell);
        size_t n;

        g_string_append_printf(out, "- **%s**, %s: ", properties(&n)[note->property].name, columns);
        append_escaped(out, note->cell->violation ?: "");
        g_string_append_printf(out, ". %s, %u event%s", orders, note->cell->length,
                               note->cell->length == 1 ? "" : "s");
        if (note->cell->why) {
                g_string_append(out, ". ");
                append_escaped(out, note->cell->why);
                g_string_append(out, detail >= DETAIL_RUNS ? " The run" : "");
        }
        for (guint i = 0; detail >= DETAIL_RUNS && note->cell->steps && i < note->cell->steps->len; i++) {
                g_string_append(out, i == 0 ? ": " : " → ");
                append_escaped(out, g_strchug(note->cell->steps->pdata[i]));
        }
        g_string_append_c(out, '\n');
}

static void append_table(GString *out, const ReviewReport *r, const ReviewTable *t, Detail detail) {
        g_autofree char *versions = review_table_versions(r, t);
        g_autoptr(GPtrArray) incomplete = review_table_incomplete(r, t);
        g_autofree char *holds = review_property_names(review_table_holds(r, t));
        g_autofree char *untested = review_property_names(t->untested);
        g_autofree char *rows = review_property_names(t->rows);

        g_string_append_printf(out, "\n<details><summary><code>%s</code>, systemd %s: %s</summary>\n",
                               review_scenario(r->review, t->scenario)->name, versions,
                               *rows      ? rows
                               : t->known ? "not violated"
                                          : "not explored");
        if (t->rows != 0)
                append_rows(out, r, t, detail);
        g_string_append_c(out, '\n');
        if (*holds)
                g_string_append_printf(out, "- holds: %s\n", holds);
        if (*untested)
                g_string_append_printf(out, "- never put to the test: %s\n", untested);
        for (guint i = 0; i < incomplete->len; i++)
                g_string_append_printf(out, "- %s\n", (const char *) incomplete->pdata[i]);
        for (guint i = 0; detail >= DETAIL_VIOLATIONS && i < t->notes->len; i++)
                append_note(out, r, t->notes->pdata[i], detail);
        g_string_append(out, "\n</details>\n");
}

static void append_all(GString *out, const ReviewReport *r, Detail detail) {
        g_autofree char *scope = review_scope(r);

        g_string_append_printf(
                out, "## coldplug review\n\n%s. Each cell covers all hash orders and all interleavings.\n\n",
                scope);
        append_verdicts(out, r);
        append_distinction(out, r);
        for (unsigned s = 0; s < review_n_scenarios(r->review); s++) {
                g_autoptr(GPtrArray) tables = review_tables(r, s);

                for (guint i = 0; i < tables->len; i++)
                        append_table(out, r, tables->pdata[i], detail);
        }
        if (left_out[detail])
                g_string_append_printf(
                        out, "\nLeft out, so that this fits a pull request: %s. The other forms have all.\n",
                        left_out[detail]);
}

void review_markdown(GString *out, const ReviewReport *r) {
        for (int detail = DETAIL_RUNS; detail >= 0; detail--) {
                g_string_truncate(out, 0);
                append_all(out, r, (Detail) detail);
                if (g_utf8_strlen(out->str, (gssize) out->len) <= COMMENT_SIZE_MAX)
                        return;
        }
}
