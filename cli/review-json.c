/* SPDX-License-Identifier: MIT */

#include "cli/json-fields.h"
#include "cli/review-report.h"
#include "traces/json-text.h"

#define REVIEW_FORMAT  "coldplug-review"
#define REVIEW_VERSION 1

/* docs/review.schema.json. A result stands on a line of its own, so that two reviews can be compared by `diff`. */

typedef const char *(*NameOf)(const ReviewReport *r, unsigned i);

static const char *scenario_name(const ReviewReport *r, unsigned i) {
        return review_scenario(r->review, i)->name;
}

static void append_names(GString *out, const char *key, const ReviewReport *r, unsigned n, NameOf name) {
        json_append_key(out, key);
        g_string_append_c(out, '[');
        for (unsigned i = 0; i < n; i++) {
                g_string_append(out, i > 0 ? ", " : "");
                json_append_string(out, name(r, i));
        }
        g_string_append_c(out, ']');
}

static void append_properties(GString *out, uint32_t mask) {
        g_autofree char *names = review_property_names(mask);
        g_auto(GStrv) words = g_strsplit(names, ", ", -1);

        json_append_strings(out, "properties", (const char *const *) words, g_strv_length(words));
}

static void append_columns(GString *out, const ReviewReport *r) {
        g_string_append(out, ",\n\"fixes\": [");
        for (unsigned c = 0; c < r->review->plan->n_columns; c++) {
                g_string_append(out, c > 0 ? ",\n  {" : "\n  {");
                json_add_text(out, "name", review_column_name(r, c));
                json_add_fixes(out, "fixes", review_profile(r->review, 0, c));
                g_string_append_c(out, '}');
        }
        g_string_append_c(out, ']');
}

static void append_example(GString *out, const ReviewReport *r, unsigned column, const ReviewVerdict *v) {
        ReviewPlace place;
        const char *how;
        size_t n;
        g_autofree char *link = NULL;

        json_append_key(out, "example");
        if (!review_verdict_example(v, &place, &how)) {
                g_string_append(out, "null");
                return;
        }
        link = review_trace_link(r, &place, column);
        g_string_append_c(out, '{');
        json_add_text(out, "how", how);
        json_add_text(out, "scenario", scenario_name(r, place.scenario));
        json_add_text(out, "systemd", review_version_name(r, place.version));
        json_add_text(out, "property", properties(&n)[place.property].name);
        json_add_text(out, "trace", link);
        g_string_append_c(out, '}');
}

static void append_verdicts(GString *out, const ReviewReport *r) {
        bool compares = r->base < r->review->plan->n_columns;

        g_string_append(out, ",\n\"verdicts\": [");
        for (unsigned c = 0; c < r->review->plan->n_columns; c++) {
                ReviewVerdict v;

                review_verdict(r->review, c, c == r->base ? r->review->plan->n_columns : r->base, &v);
                g_string_append(out, c > 0 ? ",\n  {" : "\n  {");
                json_add_text(out, "fix", review_column_name(r, c));
                json_add_number(out, "cells", v.n_cells);
                json_add_number(out, "violated", v.n_violated);
                json_add_number(out, "vacuous", v.n_vacuous);
                json_add_number(out, "open", v.n_open);
                if (compares && c != r->base) {
                        json_add_number(out, "repaired", v.n_repaired);
                        json_add_number(out, "broken", v.n_broken);
                        json_add_number(out, "rarer", v.n_fewer);
                        json_add_number(out, "more_frequent", v.n_more);
                }
                json_add_number(out, "order_independent", v.n_independent);
                json_add_number(out, "commuting", v.n_commuting);
                append_example(out, r, c, &v);
                g_string_append_c(out, '}');
        }
        g_string_append_c(out, ']');
}

static void append_distinction(GString *out, const ReviewReport *r) {
        const Distinction *d = r->distinction;

        g_string_append(out, ",\n\"distinguishing_scenarios\": [");
        for (guint i = 0; i < d->tests->len; i++) {
                g_string_append(out, i > 0 ? ", " : "");
                json_append_string(out, scenario_name(r, g_array_index(d->tests, unsigned, i)));
        }
        g_string_append(out, "],\n\"alike\": [");
        for (guint i = 0; i < d->alike->len; i++) {
                const Pair *p = &g_array_index(d->alike, Pair, i);

                g_string_append(out, i > 0 ? ", [" : "[");
                json_append_string(out, review_column_name(r, p->a));
                g_string_append(out, ", ");
                json_append_string(out, review_column_name(r, p->b));
                g_string_append_c(out, ']');
        }
        g_string_append_c(out, ']');
}

static void append_cell(GString *out, const ReviewReport *r, const ReviewPlace *place, unsigned column) {
        const ReviewRun *run = review_run_at(r->review, place->scenario, place->version, column);
        const ReviewCell *c = run->cells + place->property;
        size_t n;

        g_string_append_c(out, '{');
        json_add_text(out, "name", properties(&n)[place->property].name);
        json_add_text(out, "judgement", judgement_to_string(run->done ? c->judgement : JUDGEMENT_OPEN));
        json_add_number(out, "tests", c->n_tests);
        if (review_cell_kind(run, c) == CELL_BAD) {
                g_autofree char *link = review_trace_link(r, place, column);

                json_add_text(out, "orders", c->n_orders);
                json_add_text(out, "of", c->n_all_orders);
                json_add_text(out, "fraction", c->fraction);
                json_add_chances(out, c->fraction);
                json_add_flag(out, "exact", c->exact);
                json_add_number(out, "events", c->length);
                json_add_text(out, "violation", c->violation);
                json_add_text(out, "unit", c->unit);
                json_add_text(out, "why", c->why);
                json_add_text(out, "closest", c->closest);
                json_add_text(out, "trace", link);
        }
        g_string_append_c(out, '}');
}

static void append_run(GString *out, const ReviewReport *r, ReviewPlace *place, unsigned column) {
        const Review *review = r->review;
        const ReviewRun *run = review_run_at(review, place->scenario, place->version, column);
        const Profile *made_for = review_run_profile(review, place->scenario, place->version, column);
        bool first = true;

        json_add_text(out, "scenario", scenario_name(r, place->scenario));
        json_add_text(out, "systemd", review_version_name(r, place->version));
        json_add_text(out, "fix", review_column_name(r, column));
        json_add_flag(out, "same_as_unfixed", column != r->base && made_for->n_added == 0);
        json_add_number(out, "states", run->n_states);
        json_add_number(out, "transitions", run->n_transitions);
        json_add_flag(out, "complete", run->done && !run->incomplete);
        json_add_text(out, "incomplete_because", run->done ? run->incomplete : "interrupted before it began");
        json_add_flag(out, "commutes", run->commutes);
        json_add_text(out, "certificate", run->certificate);
        json_append_key(out, "properties");
        g_string_append_c(out, '[');
        for (unsigned i = 0; i < PROPERTIES_MAX; i++) {
                if ((review->plan->search.properties & BIT(i)) == 0)
                        continue;
                place->property = i;
                g_string_append(out, first ? "" : ", ");
                first = false;
                append_cell(out, r, place, column);
        }
        g_string_append_c(out, ']');
}

static void append_results(GString *out, const ReviewReport *r) {
        bool first = true;

        g_string_append(out, ",\n\"results\": [");
        for (unsigned s = 0; s < review_n_scenarios(r->review); s++)
                for (unsigned v = 0; v < r->review->plan->n_versions; v++)
                        for (unsigned c = 0; c < r->review->plan->n_columns; c++) {
                                ReviewPlace place = { s, v, 0, true };

                                g_string_append(out, first ? "\n  {" : ",\n  {");
                                first = false;
                                append_run(out, r, &place, c);
                                g_string_append_c(out, '}');
                        }
        g_string_append_c(out, ']');
}

void review_json(GString *out, const ReviewReport *r) {
        g_string_append_c(out, '{');
        json_add_text(out, "format", REVIEW_FORMAT);
        json_add_number(out, "version", REVIEW_VERSION);
        append_names(out, "systemd", r, r->review->plan->n_versions, review_version_name);
        append_properties(out, r->review->plan->search.properties);
        append_names(out, "scenarios", r, review_n_scenarios(r->review), scenario_name);
        append_columns(out, r);
        append_verdicts(out, r);
        append_distinction(out, r);
        append_results(out, r);
        g_string_append(out, "}\n");
}
