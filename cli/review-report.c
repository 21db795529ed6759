/* SPDX-License-Identifier: MIT */

#include <string.h>

#include "cli/common.h"
#include "cli/review-report.h"
#include "cli/trace-file.h"
#include "explore/fraction.h"

/* A fraction that is longer is given as a percentage. */
#define FRACTION_WIDTH 9U

const char *review_column_name(const ReviewReport *r, unsigned column) {
        return ((const FixColumn *) r->selection->columns->pdata[column])->name;
}

const char *review_version_name(const ReviewReport *r, unsigned version) {
        return ((const Profile *) r->selection->versions->pdata[version])->name;
}

static char *join(const GPtrArray *words) {
        GString *s = g_string_new(NULL);

        for (guint i = 0; i < words->len; i++)
                g_string_append_printf(s, "%s%s",
                                       i == 0                ? ""
                                       : i + 1 == words->len ? " and "
                                                             : ", ",
                                       (const char *) words->pdata[i]);
        return g_string_free(s, FALSE);
}

char *review_scope(const ReviewReport *r) {
        g_autoptr(GPtrArray) versions = g_ptr_array_new();
        g_autofree char *joined = NULL;
        unsigned n_fixes = r->selection->columns->len - (r->base < r->selection->columns->len);
        unsigned n_properties = (unsigned) __builtin_popcount(r->review->plan->search.properties);

        for (unsigned v = 0; v < r->review->plan->n_versions; v++)
                g_ptr_array_add(versions, (gpointer) review_version_name(r, v));
        joined = join(versions);
        return g_strdup_printf("%u scenario%s, systemd %s, %s%u %s%s, %u propert%s",
                               review_n_scenarios(r->review), plural(review_n_scenarios(r->review)), joined,
                               r->base < r->selection->columns->len ? "no fix and " : "", n_fixes, "fix",
                               n_fixes == 1 ? "" : "es", n_properties, n_properties == 1 ? "y" : "ies");
}

/* Fixes that are alike in pairs are one group. */
static bool are_alike(const Distinction *d, unsigned a, unsigned b) {
        for (guint i = 0; i < d->alike->len; i++) {
                const Pair *p = &g_array_index(d->alike, Pair, i);

                if ((p->a == a && p->b == b) || (p->a == b && p->b == a))
                        return true;
        }
        return false;
}

static void group_alike(ReviewReport *r) {
        unsigned n = r->review->plan->n_columns;
        g_autofree bool *said = g_new0(bool, (size_t) n *n);

        r->alike = g_ptr_array_new_with_free_func(g_free);
        for (guint i = 0; i < r->distinction->alike->len; i++) {
                const Pair *p = &g_array_index(r->distinction->alike, Pair, i);
                g_autoptr(GArray) group = g_array_new(FALSE, FALSE, sizeof(unsigned));
                g_autoptr(GPtrArray) names = g_ptr_array_new();

                if (said[p->a * n + p->b])
                        continue;
                for (unsigned c = p->a; c < n; c++) {
                        bool all = c == p->a || c >= p->b;

                        for (guint j = 0; all && j < group->len; j++)
                                all = are_alike(r->distinction, g_array_index(group, unsigned, j), c);
                        if (!all)
                                continue;
                        for (guint j = 0; j < group->len; j++)
                                said[g_array_index(group, unsigned, j) * n + c] = true;
                        g_array_append_val(group, c);
                        g_ptr_array_add(names, (gpointer) review_column_name(r, c));
                }
                g_ptr_array_add(r->alike, join(names));
        }
}

static bool tells_apart(unsigned scenario, unsigned a, unsigned b, const void *userdata) {
        return review_columns_differ(userdata, scenario, a, b);
}

void review_report_init(ReviewReport *r, const Review *review, const Selection *selection, const char *link) {
        *r = (ReviewReport) {
                .review = review,
                .selection = selection,
                .link = link,
                .base = review_base_column(review),
                .distinction =
                        distinguish(review->plan->n_columns, review_n_scenarios(review), tells_apart, review),
        };
        group_alike(r);
}

void review_report_clear(ReviewReport *r) {
        distinction_free(r->distinction);
        g_ptr_array_unref(r->alike);
}

static int run_status(const ReviewRun *run, uint32_t asked) {
        int status = run->incomplete || !run->done ? STATUS_INCOMPLETE : STATUS_OK;

        for (unsigned i = 0; i < PROPERTIES_MAX; i++) {
                const ReviewCell *c = run->cells + i;

                if ((asked & BIT(i)) == 0)
                        continue;
                if (c->judgement == JUDGEMENT_VIOLATED)
                        status = status_worse(status, STATUS_VIOLATED);
                if (c->judgement == JUDGEMENT_VACUOUS || c->judgement == JUDGEMENT_OPEN)
                        status = status_worse(status, STATUS_INCOMPLETE);
                if (c->wrong)
                        status = status_worse(status, STATUS_INTERNAL);
        }
        return status;
}

int review_status(const Review *r) {
        int status = STATUS_OK;

        for (unsigned s = 0; s < review_n_scenarios(r); s++)
                for (unsigned v = 0; v < r->plan->n_versions; v++)
                        for (unsigned c = 0; c < r->plan->n_columns; c++)
                                status = status_worse(status, run_status(review_run_at(r, s, v, c),
                                                                         r->plan->search.properties));
        return status;
}

/* Verdicts */

static void append_count(GString *s, const char *what, unsigned n) {
        if (n > 0)
                g_string_append_printf(s, "%s%s %u", s->len == 0 ? "" : ", ", what, n);
}

/* " (rename-kept 20, no-lost-process 3)" */
static void append_broken(GString *s, const ReviewVerdict *v) {
        bool first = true;
        size_t n;
        const Property *all = properties(&n);

        for (unsigned i = 0; i < n; i++)
                if (v->n_broken_of[i] > 0) {
                        g_string_append_printf(s, "%s%s %u", first ? " (" : ", ", all[i].name,
                                               v->n_broken_of[i]);
                        first = false;
                }
        g_string_append(s, first ? "" : ")");
}

static void append_comparison(GString *s, const ReviewVerdict *v) {
        g_autoptr(GString) parts = g_string_new(NULL);

        append_count(parts, "repairs", v->n_repaired);
        append_count(parts, "breaks", v->n_broken);
        append_broken(parts, v);
        append_count(parts, "makes rarer", v->n_fewer);
        append_count(parts, "makes more frequent", v->n_more);
        g_string_append_printf(s, "; %s",
                               parts->len > 0  ? parts->str
                               : v->n_open > 0 ? "no change is known"
                                               : "changes nothing");
}

char *review_verdict_text(const ReviewReport *r, const ReviewVerdict *v, unsigned column) {
        GString *s = g_string_new(NULL);

        if (v->n_violated > 0)
                g_string_append_printf(s, "violated in %u cell%s of %u", v->n_violated, plural(v->n_violated),
                                       v->n_cells);
        else if (v->n_open == 0 && v->n_vacuous < v->n_cells)
                g_string_append(s, "holds everything it was asked about");
        else
                g_string_append(s, "not violated");
        if (v->n_open > 0)
                g_string_append_printf(s, ", %u open", v->n_open);
        if (v->n_vacuous > 0)
                g_string_append_printf(s, ", %u vacuous", v->n_vacuous);
        if (r->base < r->selection->columns->len && column != r->base)
                append_comparison(s, v);
        if (v->n_independent > 0)
                g_string_append_printf(s, "; order-independent in %u", v->n_independent);
        if (v->n_commuting > 0 && v->n_commuting < v->n_independent)
                g_string_append_printf(s, ", %u of them certified: all entries commute", v->n_commuting);
        else if (v->n_commuting > 0)
                g_string_append(s, ", certified: all entries commute");
        return g_string_free(s, FALSE);
}

bool review_verdict_example(const ReviewVerdict *v, ReviewPlace *ret, const char **ret_how) {
        if (v->broken.set) {
                *ret = v->broken;
                *ret_how = "breaks";
        } else if (v->more.set) {
                *ret = v->more;
                *ret_how = "makes more frequent";
        } else if (v->violated.set) {
                *ret = v->violated;
                *ret_how = "leaves";
        } else
                return false;
        return true;
}

/* Cells */

CellKind review_cell_kind(const ReviewRun *run, const ReviewCell *c) {
        if (!run->done)
                return CELL_OPEN;
        switch (c->judgement) {
        case JUDGEMENT_HOLDS:
                return CELL_OK;
        case JUDGEMENT_VIOLATED:
                return CELL_BAD;
        case JUDGEMENT_VACUOUS:
                return CELL_VACUOUS;
        default:
                return CELL_OPEN;
        }
}

char *review_cell_text(const ReviewRun *run, const ReviewCell *c) {
        const char *bound = c->exact ? "" : "≥";

        switch (review_cell_kind(run, c)) {
        case CELL_OK:
                return g_strdup("ok");
        case CELL_VACUOUS:
                return g_strdup("vacuous");
        case CELL_OPEN:
                return g_strdup("incomplete");
        default:
                if (g_str_equal(c->fraction, "1"))
                        return g_strdup("always");
                if (strlen(c->fraction) <= FRACTION_WIDTH)
                        return g_strconcat(bound, c->fraction, NULL);
                g_autofree char *percent = fraction_percent(c->fraction);
                return g_strconcat(bound, percent, NULL);
        }
}

char *review_cell_orders(const ReviewRun *run, const ReviewCell *c) {
        g_autofree char *orders =
                fraction_describe(c->n_orders, c->n_all_orders, c->fraction, c->n_names, run->n_keys);

        return g_strconcat(c->exact ? "" : "at least ", orders, NULL);
}

char *review_trace_link(const ReviewReport *r, const ReviewPlace *p, unsigned column) {
        size_t n;
        const Property *all = properties(&n);
        const ReviewCell *c = review_run_at(r->review, p->scenario, p->version, column)->cells + p->property;
        g_autofree char *name = NULL;

        if (!r->link || !c->trace)
                return NULL;
        name = trace_file_name(review_scenario(r->review, p->scenario)->name,
                               review_run_profile(r->review, p->scenario, p->version, column),
                               all[p->property].name);
        return *r->link ? g_build_filename(r->link, name, NULL) : g_steal_pointer(&name);
}

char *review_property_names(uint32_t mask) {
        GString *s = g_string_new(NULL);
        size_t n;
        const Property *all = properties(&n);

        for (size_t i = 0; i < n; i++)
                if (mask & BIT(i))
                        g_string_append_printf(s, "%s%s", s->len == 0 ? "" : ", ", all[i].name);
        return g_string_free(s, FALSE);
}

/* Tables */

static void note_free(gpointer data) {
        ReviewNote *n = data;

        g_array_unref(n->columns);
        g_free(n);
}

static void table_free(gpointer data) {
        ReviewTable *t = data;

        g_array_unref(t->versions);
        g_ptr_array_unref(t->notes);
        g_free(t);
}

static bool same_violation(const ReviewCell *a, const ReviewCell *b) {
        return a->length == b->length && a->exact == b->exact && g_strcmp0(a->fraction, b->fraction) == 0 &&
               g_strcmp0(a->n_all_orders, b->n_all_orders) == 0 && g_strcmp0(a->violation, b->violation) == 0 &&
               g_strcmp0(a->why, b->why) == 0 && g_strcmp0(a->closest, b->closest) == 0;
}

static bool same_cell(const ReviewRun *run, const ReviewCell *a, const ReviewRun *other, const ReviewCell *b) {
        CellKind kind = review_cell_kind(run, a);

        return kind == review_cell_kind(other, b) && (kind != CELL_BAD || same_violation(a, b));
}

static bool same_version(const ReviewReport *r, unsigned scenario, unsigned v, unsigned w) {
        const Review *review = r->review;

        for (unsigned c = 0; c < review->plan->n_columns; c++) {
                const ReviewRun *a = review_run_at(review, scenario, v, c),
                                *b = review_run_at(review, scenario, w, c);

                if (g_strcmp0(a->incomplete, b->incomplete) != 0)
                        return false;
                for (unsigned i = 0; i < PROPERTIES_MAX; i++)
                        if (!same_cell(a, a->cells + i, b, b->cells + i))
                                return false;
        }
        return true;
}

static bool says_the_same(const ReviewNote *n, unsigned property, const ReviewCell *cell) {
        return n->property == property && g_strcmp0(n->cell->violation, cell->violation) == 0;
}

static void add_note(ReviewTable *t, unsigned property, unsigned column, const ReviewRun *run) {
        const ReviewCell *cell = run->cells + property;
        ReviewNote *n = NULL;
        int behind = -1; /* notes of one sentence stand together */

        for (guint i = 0; i < t->notes->len && !n; i++) {
                ReviewNote *other = t->notes->pdata[i];

                if (other->property == property && same_violation(other->cell, cell))
                        n = other;
                if (says_the_same(other, property, cell))
                        behind = (int) i + 1;
        }
        if (!n) {
                n = g_new0(ReviewNote, 1);
                n->property = property;
                n->run = run;
                n->cell = cell;
                n->columns = g_array_new(FALSE, FALSE, sizeof(unsigned));
                g_ptr_array_insert(t->notes, behind, n);
        }
        g_array_append_val(n->columns, column);
}

static void fill_table(const ReviewReport *r, ReviewTable *t, unsigned version) {
        const Review *review = r->review;

        for (unsigned i = 0; i < PROPERTIES_MAX; i++) {
                unsigned n_untested = 0;

                if ((review->plan->search.properties & BIT(i)) == 0)
                        continue;
                for (unsigned c = 0; c < review->plan->n_columns; c++) {
                        const ReviewRun *run = review_run_at(review, t->scenario, version, c);
                        CellKind kind = review_cell_kind(run, run->cells + i);

                        t->known = t->known || run->done;
                        n_untested += kind == CELL_VACUOUS;
                        if (kind == CELL_BAD || kind == CELL_OPEN)
                                t->rows |= (uint32_t) BIT(i);
                        if (kind == CELL_BAD)
                                add_note(t, i, c, run);
                }
                if (n_untested == review->plan->n_columns)
                        t->untested |= (uint32_t) BIT(i);
        }
        if (!t->known)
                t->rows = 0;
}

GPtrArray *review_tables(const ReviewReport *r, unsigned scenario) {
        GPtrArray *tables = g_ptr_array_new_with_free_func(table_free);

        for (unsigned v = 0; v < r->review->plan->n_versions; v++) {
                ReviewTable *t = NULL;

                for (guint i = 0; i < tables->len && !t; i++) {
                        ReviewTable *other = tables->pdata[i];

                        if (same_version(r, scenario, g_array_index(other->versions, unsigned, 0), v))
                                t = other;
                }
                if (!t) {
                        t = g_new0(ReviewTable, 1);
                        t->scenario = scenario;
                        t->versions = g_array_new(FALSE, FALSE, sizeof(unsigned));
                        t->notes = g_ptr_array_new_with_free_func(note_free);
                        g_ptr_array_add(tables, t);
                        fill_table(r, t, v);
                }
                g_array_append_val(t->versions, v);
        }
        return tables;
}

static const char *incomplete_reason(const ReviewRun *run) {
        return run->done ? run->incomplete : "interrupted before it began";
}

/* Columns with the same reason are named together. */
GPtrArray *review_table_incomplete(const ReviewReport *r, const ReviewTable *t) {
        unsigned version = g_array_index(t->versions, unsigned, 0), n = r->review->plan->n_columns;
        GPtrArray *lines = g_ptr_array_new_with_free_func(g_free);
        g_autofree bool *said = g_new0(bool, n);

        for (unsigned c = 0; c < n; c++) {
                const char *reason = incomplete_reason(review_run_at(r->review, t->scenario, version, c));
                g_autoptr(GPtrArray) names = g_ptr_array_new();
                g_autofree char *joined = NULL;

                if (!reason || said[c])
                        continue;
                for (unsigned d = c; d < n; d++)
                        if (g_strcmp0(incomplete_reason(review_run_at(r->review, t->scenario, version, d)),
                                      reason) == 0) {
                                said[d] = true;
                                g_ptr_array_add(names, (gpointer) review_column_name(r, d));
                        }
                joined = join(names);
                g_ptr_array_add(lines, names->len == n && n > 1
                                               ? g_strdup_printf("incomplete: %s", reason)
                                               : g_strdup_printf("%s: incomplete: %s", joined, reason));
        }
        return lines;
}

uint32_t review_table_holds(const ReviewReport *r, const ReviewTable *t) {
        return t->known ? r->review->plan->search.properties & ~t->rows & ~t->untested : 0;
}

char *review_table_versions(const ReviewReport *r, const ReviewTable *t) {
        g_autoptr(GPtrArray) names = g_ptr_array_new();

        for (guint i = 0; i < t->versions->len; i++)
                g_ptr_array_add(names,
                                (gpointer) review_version_name(r, g_array_index(t->versions, unsigned, i)));
        return join(names);
}

char *review_note_columns(const ReviewReport *r, const ReviewNote *n) {
        g_autoptr(GPtrArray) names = g_ptr_array_new();

        for (guint i = 0; i < n->columns->len; i++)
                g_ptr_array_add(names, (gpointer) review_column_name(r, g_array_index(n->columns, unsigned, i)));
        return join(names);
}
