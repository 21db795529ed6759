/* SPDX-License-Identifier: MIT */

#include <string.h>

#include "cli/common.h"
#include "cli/review-report.h"

#define WIDTH       100U
#define LABEL_WIDTH 19U /* of the names of properties */
#define NAME_WIDTH  20U /* of the names of fixes; a longer one has a line of its own */

/* @text, broken at blanks; the first line stands at the column @used already. */
static void append_wrapped(GString *out, const char *text, unsigned used, unsigned indent) {
        g_auto(GStrv) words = g_strsplit(text, " ", -1);
        bool first = true;

        for (char **w = words; *w; w++) {
                unsigned n = (unsigned) g_utf8_strlen(*w, -1);

                if (!first && used + 1 + n > WIDTH) {
                        g_string_append_printf(out, "\n%*s", (int) indent, "");
                        used = indent;
                        first = true;
                }
                g_string_append_printf(out, "%s%s", first ? "" : " ", *w);
                used += n + !first;
                first = false;
        }
        g_string_append_c(out, '\n');
}

/* Verdicts */

static void append_example(GString *out, const ReviewReport *r, unsigned column, const ReviewVerdict *v,
                           unsigned indent) {
        g_autoptr(GString) line = g_string_new(NULL);
        g_autofree char *orders = NULL;
        g_autofree char *link = NULL;
        const ReviewRun *run;
        ReviewPlace place;
        const char *how;
        size_t n;

        if (!review_verdict_example(v, &place, &how))
                return;
        run = review_run_at(r->review, place.scenario, place.version, column);
        orders = review_cell_orders(run, run->cells + place.property);
        link = review_trace_link(r, &place, column);
        g_string_append_printf(
                line, "first it %s: %s in %s, systemd %s, %s: %s", how, properties(&n)[place.property].name,
                review_scenario(r->review, place.scenario)->name, review_version_name(r, place.version), orders,
                run->cells[place.property].violation ?: "");
        g_string_append_printf(out, "%*s", (int) indent, "");
        append_wrapped(out, line->str, indent, indent + 2);
        if (link)
                g_string_append_printf(out, "%*s%s\n", (int) indent + 2, "", link);
}

static unsigned widest_column(const ReviewReport *r) {
        size_t width = 0;

        for (unsigned c = 0; c < r->review->plan->n_columns; c++)
                width = MAX(width, strlen(review_column_name(r, c)));
        return (unsigned) MIN(width, NAME_WIDTH);
}

/* Each part of a verdict begins a line. */
static void append_parts(GString *out, const char *text, unsigned indent) {
        g_auto(GStrv) parts = g_strsplit(text, "; ", -1);

        for (char **part = parts; *part; part++) {
                if (part != parts)
                        g_string_append_printf(out, "%*s", (int) indent, "");
                append_wrapped(out, *part, indent, indent + 2);
        }
}

static void append_verdicts(GString *out, const ReviewReport *r) {
        const Colors *color = colors();
        unsigned width = widest_column(r);

        for (unsigned c = 0; c < r->review->plan->n_columns; c++) {
                ReviewVerdict v;

                review_verdict(r->review, c, c == r->base ? r->review->plan->n_columns : r->base, &v);
                g_autofree char *text = review_verdict_text(r, &v, c);

                g_string_append_printf(out, "  %s%-*s%s", v.n_violated > 0 ? color->bad : color->good,
                                       (int) width, review_column_name(r, c), color->off);
                if (strlen(review_column_name(r, c)) > width)
                        g_string_append_printf(out, "\n%*s", (int) width + 4, "");
                else
                        g_string_append(out, "  ");
                append_parts(out, text, width + 4);
                append_example(out, r, c, &v, width + 4);
        }
}

static void append_distinction(GString *out, const ReviewReport *r) {
        const GArray *tests = r->distinction->tests;
        g_autoptr(GString) line = g_string_new(NULL);

        if (r->review->plan->n_columns < 2)
                return;
        for (guint i = 0; i < tests->len; i++)
                g_string_append_printf(line, "%s%s", i == 0 ? "" : ", ",
                                       review_scenario(r->review, g_array_index(tests, unsigned, i))->name);
        if (tests->len > 0) {
                g_string_prepend(line, "The smallest set of scenarios that tells the fixes apart: ");
                append_wrapped(out, line->str, 0, 2);
        }
        for (guint i = 0; i < r->alike->len; i++) {
                g_autofree char *text =
                        g_strdup_printf("No scenario tells apart: %s", (const char *) r->alike->pdata[i]);

                append_wrapped(out, text, 0, 2);
        }
}

/* Tables: a column a fix, its name broken at the dashes and plus signs so that many stand side by side. */

typedef struct Heading {
        GPtrArray *lines; /* of char * */
        unsigned width;
} Heading;

static GPtrArray *break_name(const char *name) {
        GPtrArray *lines = g_ptr_array_new_with_free_func(g_free);
        const char *start = name;

        for (const char *p = name; *p; p++)
                if ((*p == '-' || *p == '+') && p[1]) {
                        g_ptr_array_add(lines, g_strndup(start, (size_t) (p + 1 - start)));
                        start = p + 1;
                }
        g_ptr_array_add(lines, g_strdup(start));
        return lines;
}

static unsigned cell_width(const ReviewReport *r, const ReviewTable *t, unsigned column) {
        const ReviewRun *run =
                review_run_at(r->review, t->scenario, g_array_index(t->versions, unsigned, 0), column);
        size_t width = 0;

        for (unsigned i = 0; i < PROPERTIES_MAX; i++) {
                g_autofree char *text = NULL;

                if ((t->rows & BIT(i)) == 0)
                        continue;
                text = review_cell_text(run, run->cells + i);
                width = MAX(width, (size_t) g_utf8_strlen(text, -1));
        }
        return (unsigned) width;
}

static Heading *make_headings(const ReviewReport *r, const ReviewTable *t) {
        Heading *h = g_new0(Heading, r->review->plan->n_columns);

        for (unsigned c = 0; c < r->review->plan->n_columns; c++) {
                h[c].lines = break_name(review_column_name(r, c));
                h[c].width = cell_width(r, t, c);
                for (guint i = 0; i < h[c].lines->len; i++)
                        h[c].width = MAX(h[c].width, (unsigned) strlen(h[c].lines->pdata[i]));
        }
        return h;
}

static void free_headings(Heading *h, unsigned n) {
        for (unsigned c = 0; c < n; c++)
                g_ptr_array_unref(h[c].lines);
        g_free(h);
}

/* One behind the last column that fits beside @first. */
static unsigned columns_that_fit(const Heading *h, unsigned first, unsigned n) {
        unsigned used = LABEL_WIDTH + h[first].width + 2, c = first + 1;

        for (; c < n && used + h[c].width + 2 <= WIDTH; c++)
                used += h[c].width + 2;
        return c;
}

static void trim_end(GString *out) {
        while (out->len > 0 && out->str[out->len - 1] == ' ')
                g_string_truncate(out, out->len - 1);
}

static void append_headings(GString *out, const Heading *h, unsigned first, unsigned end) {
        guint n_lines = 0;

        for (unsigned c = first; c < end; c++)
                n_lines = MAX(n_lines, h[c].lines->len);
        for (guint i = 0; i < n_lines; i++) {
                g_string_append_printf(out, "%*s", (int) LABEL_WIDTH, "");
                for (unsigned c = first; c < end; c++) {
                        guint missing = n_lines - h[c].lines->len;

                        g_string_append_printf(out, "  %-*s", (int) h[c].width,
                                               i < missing ? "" : (const char *) h[c].lines->pdata[i - missing]);
                }
                trim_end(out);
                g_string_append_c(out, '\n');
        }
}

static void append_cell(GString *out, const ReviewRun *run, const ReviewCell *cell, unsigned width) {
        const Colors *color = colors();
        const char *const by_kind[] = { color->good, color->bad, color->dim, color->bold };
        g_autofree char *text = review_cell_text(run, cell);
        unsigned n = (unsigned) g_utf8_strlen(text, -1);

        g_string_append_printf(out, "  %s%s%s%*s", by_kind[review_cell_kind(run, cell)], text, color->off,
                               (int) (width - n), "");
}

static void append_rows(GString *out, const ReviewReport *r, const ReviewTable *t, const Heading *h,
                        unsigned first, unsigned end) {
        size_t n;
        const Property *all = properties(&n);

        for (size_t i = 0; i < n; i++) {
                if ((t->rows & BIT(i)) == 0)
                        continue;
                g_string_append_printf(out, "  %-*s", (int) LABEL_WIDTH - 2, all[i].name);
                for (unsigned c = first; c < end; c++) {
                        const ReviewRun *run = review_run_at(r->review, t->scenario,
                                                             g_array_index(t->versions, unsigned, 0), c);

                        append_cell(out, run, run->cells + i, h[c].width);
                }
                trim_end(out);
                g_string_append_c(out, '\n');
        }
}

static void append_names(GString *out, const char *label, uint32_t mask) {
        g_autofree char *names = review_property_names(mask);
        g_autofree char *text = g_strconcat("  ", label, names, NULL);

        if (*names)
                append_wrapped(out, text, 0, 4);
}

/* @continues: the note before it says the same. */
static void append_note(GString *out, const ReviewReport *r, const ReviewTable *t, const ReviewNote *note,
                        bool continues) {
        const ReviewPlace place = { t->scenario, g_array_index(t->versions, unsigned, 0), note->property, true };
        unsigned column = g_array_index(note->columns, unsigned, 0);
        g_autofree char *columns = review_note_columns(r, note);
        g_autofree char *orders = review_cell_orders(note->run, note->cell);
        g_autofree char *link = review_trace_link(r, &place, column);
        g_autoptr(GString) line = g_string_new(NULL);
        size_t n;

        if (!continues) {
                g_string_append_printf(line, "  %s: %s", properties(&n)[note->property].name,
                                       note->cell->violation ?: "");
                append_wrapped(out, line->str, 0, 6);
        }
        g_string_printf(line, "      %s, %u event%s: %s", orders, note->cell->length,
                        note->cell->length == 1 ? "" : "s", columns);
        append_wrapped(out, line->str, 0, 8);
        if (note->cell->why) {
                g_string_printf(line, "      %s", note->cell->why);
                append_wrapped(out, line->str, 0, 8);
        }
        if (link)
                g_string_append_printf(out, "      %s\n", link);
}

static void append_incomplete(GString *out, const ReviewReport *r, const ReviewTable *t) {
        g_autoptr(GPtrArray) lines = review_table_incomplete(r, t);

        for (guint i = 0; i < lines->len; i++) {
                g_autofree char *line = g_strconcat("  ", (const char *) lines->pdata[i], NULL);

                append_wrapped(out, line, 0, 4);
        }
}

static void append_table(GString *out, const ReviewReport *r, const ReviewTable *t) {
        const Colors *color = colors();
        unsigned n = r->review->plan->n_columns;
        g_autofree char *versions = review_table_versions(r, t);

        g_string_append_printf(out, "\n%s%s · systemd %s%s\n", color->bold,
                               review_scenario(r->review, t->scenario)->name, versions, color->off);
        if (t->rows != 0) {
                Heading *h = make_headings(r, t);

                for (unsigned first = 0, end; first < n; first = end) {
                        end = columns_that_fit(h, first, n);
                        append_headings(out, h, first, end);
                        append_rows(out, r, t, h, first, end);
                }
                free_headings(h, n);
        }
        append_names(out, "holds: ", review_table_holds(r, t));
        append_names(out, "never put to the test: ", t->untested);
        append_incomplete(out, r, t);
        for (guint i = 0; i < t->notes->len; i++) {
                const ReviewNote *note = t->notes->pdata[i], *before = i > 0 ? t->notes->pdata[i - 1] : NULL;

                append_note(out, r, t, note,
                            before && before->property == note->property &&
                                    g_strcmp0(before->cell->violation, note->cell->violation) == 0);
        }
}

void review_text(GString *out, const ReviewReport *r) {
        g_autofree char *scope = review_scope(r);

        append_wrapped(out, scope, 0, 2);
        g_string_append_c(out, '\n');
        append_verdicts(out, r);
        g_string_append_c(out, '\n');
        append_distinction(out, r);
        for (unsigned s = 0; s < review_n_scenarios(r->review); s++) {
                g_autoptr(GPtrArray) tables = review_tables(r, s);

                for (guint i = 0; i < tables->len; i++)
                        append_table(out, r, tables->pdata[i]);
        }
}
