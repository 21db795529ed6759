/* SPDX-License-Identifier: MIT */

#include <string.h>

#include "cli/check-report.h"
#include "cli/common.h"
#include "cli/json-fields.h"
#include "cli/minimized-report.h"
#include "explore/fraction.h"
#include "model/fixes.h"
#include "traces/json-text.h"

int check_report_status(const Exploration *e) {
        g_autofree char *reason = exploration_incomplete_reason(e);
        int status = reason ? STATUS_INCOMPLETE : STATUS_OK;

        if (exploration_was_interrupted(e))
                status = STATUS_INTERRUPTED;
        for (unsigned i = 0; i < PROPERTIES_MAX; i++) {
                const PropertyOutcome *o = e->outcomes + i;

                if (o->judgement == JUDGEMENT_VIOLATED)
                        status = status_worse(status, STATUS_VIOLATED);
                if (o->judgement == JUDGEMENT_VACUOUS || o->judgement == JUDGEMENT_OPEN)
                        status = status_worse(status, STATUS_INCOMPLETE);
                if (o->wrong)
                        status = status_worse(status, STATUS_INTERNAL);
        }
        return status;
}

static void append_violation(GString *out, const char *name, const PropertyOutcome *o, unsigned n_keys) {
        const Colors *c = colors();
        g_autofree char *orders =
                fraction_describe(o->n_orders, o->n_all_orders, o->fraction, o->n_names, n_keys);

        g_string_append_printf(out, "  %sFAIL%s %-17s %s%s  %s\n", c->bad, c->off, name,
                               o->complete ? "" : "at least ", orders, o->trace ? o->trace->violation : "");
}

static void append_outcome(GString *out, const char *name, const PropertyOutcome *o, unsigned n_keys) {
        const Colors *c = colors();

        switch (o->judgement) {
        case JUDGEMENT_VIOLATED:
                append_violation(out, name, o, n_keys);
                break;
        case JUDGEMENT_HOLDS:
                g_string_append_printf(out, "  %sok%s   %-17s tested %" G_GUINT64_FORMAT " time%s\n", c->good,
                                       c->off, name, o->n_tests, plural(o->n_tests));
                break;
        case JUDGEMENT_VACUOUS:
                g_string_append_printf(out, "  --   %-17s vacuous: never put to the test\n", name);
                break;
        case JUDGEMENT_OPEN:
                g_string_append_printf(out,
                                       "  ?    %-17s not violated so far, tested %" G_GUINT64_FORMAT " time%s\n",
                                       name, o->n_tests, plural(o->n_tests));
                break;
        default:
                break;
        }
}

static void append_counterexample(GString *out, const char *name, const PropertyOutcome *o, const char *file) {
        if (o->length == 0)
                g_string_append_printf(out, "  shortest counterexample: in the top level, for %s", name);
        else
                g_string_append_printf(out, "  shortest counterexample: %u event%s, for %s", o->length,
                                       plural(o->length), name);
        if (file)
                g_string_append_printf(out, " (in %s)", file);
        g_string_append_c(out, '\n');
}

static char *short_count(const char *number) {
        size_t n = strlen(number);

        return n <= 24 ? g_strdup(number) : g_strdup_printf("over %ce%zu", number[0], n - 1);
}

/* Properties that are violated for the same reason are named together. */
static void append_reasons(GString *out, const Exploration *e) {
        size_t n;
        const Property *all = properties(&n);
        uint32_t said = 0;

        for (unsigned i = 0; i < n; i++) {
                const Why *w = e->outcomes[i].why;

                if (!w || w->condition->kind == CONDITION_ALWAYS || (said & BIT(i)))
                        continue;
                g_string_append_printf(out, "  %s", all[i].name);
                for (unsigned j = i + 1; j < n; j++) {
                        const Why *other = e->outcomes[j].why;

                        if (!other || g_strcmp0(other->sentence, w->sentence) != 0 ||
                            g_strcmp0(other->closest_sentence, w->closest_sentence) != 0)
                                continue;
                        g_string_append_printf(out, ", %s", all[j].name);
                        said |= (uint32_t) BIT(j);
                }
                g_string_append_printf(out, ":\n    %s\n", w->sentence);
                if (w->closest_sentence)
                        g_string_append_printf(out, "    %s\n", w->closest_sentence);
        }
}

static void append_chances(GString *out, const CheckReport *r) {
        size_t n;
        const Property *all = properties(&n);

        if (!r->chance)
                return;
        g_string_append_printf(out, "  with the hash table of systemd, in which %u other units are:\n",
                               r->chance->options.table_size);
        for (unsigned i = 0; i < n; i++) {
                g_autofree char *text = NULL;

                if (!order_chance_is_known(r->chances + i))
                        continue;
                text = order_chance_text(r->chance, r->chances + i);
                g_string_append_printf(out, "    %-17s %s\n", all[i].name, text);
        }
}

void check_report_text(GString *out, const CheckReport *r) {
        const Exploration *e = r->exploration;
        const Search *s = e->search;
        const Colors *c = colors();
        g_autofree char *reason = exploration_incomplete_reason(e);
        g_autofree char *label = profile_label(s->profile);
        g_autofree char *classes = short_count(e->n_classes);
        g_autofree char *all_orders = orders_number(e->n_all_orders, e->n_names, s->n_keys);
        uint64_t n_states = visited_size(s->visited);
        size_t n;
        const Property *all = properties(&n);

        g_string_append_printf(out, "%s%s · systemd %s · %zu client%s, %u name%s%s\n", c->bold, r->scenario,
                               label, s->catalog->n_clients, plural(s->catalog->n_clients), e->n_names,
                               plural(e->n_names), c->off);
        g_string_append_printf(out,
                               "  explored %" G_GUINT64_FORMAT " state%s, %" G_GUINT64_FORMAT " transition%s, ",
                               n_states, plural(n_states), s->n_transitions, plural(s->n_transitions));
        if (reason)
                g_string_append_printf(out, "%s hash orders: incomplete: %s\n", all_orders, reason);
        else
                g_string_append_printf(out, "%s of %s hash orders (%s distinct): complete\n", all_orders,
                                       all_orders, classes);

        for (unsigned i = 0; i < n; i++)
                append_outcome(out, all[i].name, e->outcomes + i, s->n_keys);
        append_reasons(out, e);
        if (e->commute)
                g_string_append_printf(out, "  order-independent:\n    %s\n", e->commute->sentence);
        append_chances(out, r);
        for (unsigned i = 0; i < n; i++)
                if (e->outcomes[i].judgement == JUDGEMENT_VIOLATED)
                        append_counterexample(out, all[i].name, e->outcomes + i, r->trace_files[i]);
}

static void append_why_json(GString *out, const Why *w) {
        json_append_key(out, "why");
        if (!w) {
                g_string_append(out, "null");
                return;
        }
        g_string_append_c(out, '{');
        json_add_text(out, "kind", condition_kind_to_string(w->condition->kind));
        json_add_text(out, "condition", w->text);
        json_add_flag(out, "smallest", w->condition->smallest);
        json_add_text(out, "sentence", w->sentence);
        json_add_text(out, "closest", w->closest_sentence);
        g_string_append_c(out, '}');
}

static void append_double(GString *out, const char *key, double value) {
        char text[G_ASCII_DTOSTR_BUF_SIZE];

        json_append_key(out, key);
        g_string_append(out, g_ascii_formatd(text, sizeof(text), "%.10g", value));
}

static void append_chance_json(GString *out, const CheckReport *r, unsigned property) {
        const OrderDistResult *d = r->chances + property;

        if (!r->chance || !order_chance_is_known(d))
                return;
        json_append_key(out, "systemd_table");
        g_string_append_c(out, '{');
        json_add_number(out, "other_units", r->chance->options.table_size);
        json_add_flag(out, "exact", d->exact);
        append_double(out, "probability", d->estimate);
        append_double(out, "low", d->low);
        append_double(out, "high", d->high);
        append_double(out, "confidence", d->exact ? 1 : r->chance->options.confidence);
        json_add_number(out, "samples", d->n_samples);
        g_string_append_c(out, '}');
}

static void append_outcome_json(GString *out, const CheckReport *r, unsigned property) {
        const PropertyOutcome *o = r->exploration->outcomes + property;
        const char *file = r->trace_files[property];
        size_t n;
        const char *name = properties(&n)[property].name;

        g_string_append_c(out, '{');
        json_add_text(out, "name", name);
        json_add_text(out, "judgement", judgement_to_string(o->judgement));
        json_add_number(out, "tests", o->n_tests);
        if (o->judgement == JUDGEMENT_VIOLATED) {
                json_add_text(out, "orders", o->n_orders);
                json_add_text(out, "of", o->n_all_orders);
                json_add_text(out, "fraction", o->fraction);
                json_add_chances(out, o->fraction);
                json_add_flag(out, "exact", o->complete);
                json_add_number(out, "events", o->length);
                json_add_text(out, "violation", o->trace ? o->trace->violation : NULL);
                json_add_text(out, "unit", o->trace ? o->trace->unit : NULL);
                json_add_text(out, "trace", file);
                append_why_json(out, o->why);
                append_chance_json(out, r, property);
        }
        g_string_append_c(out, '}');
}

static void append_certificate(GString *out, const Commute *c) {
        json_append_key(out, "commutes");
        if (!c) {
                g_string_append(out, "null");
                return;
        }
        g_string_append_c(out, '{');
        json_add_flag(out, "all_pairs", c->result == COMMUTE_HOLDS);
        json_add_flag(out, "exhaustive", c->exhaustive);
        json_add_number(out, "reloads", c->n_reloads);
        json_add_number(out, "states", c->n_states);
        json_add_number(out, "pairs", c->n_pairs);
        json_add_text(out, "sentence", c->sentence);
        g_string_append_c(out, '}');
}

void check_report_json(GString *out, const CheckReport *r) {
        const Exploration *e = r->exploration;
        const Search *s = e->search;
        g_autofree char *reason = exploration_incomplete_reason(e);
        bool first = true;
        size_t n;

        properties(&n);
        g_string_append_c(out, '{');
        json_add_text(out, "scenario", r->scenario);
        json_add_text(out, "systemd", s->profile->name);
        json_add_fixes(out, "fixes", s->profile);
        json_add_number(out, "clients", s->catalog->n_clients);
        json_add_number(out, "names", e->n_names);
        json_add_number(out, "states", visited_size(s->visited));
        json_add_number(out, "transitions", s->n_transitions);
        json_add_number(out, "depth", s->depth);
        json_add_text(out, "orders", e->n_all_orders);
        json_add_text(out, "distinct_orders", reason ? NULL : e->n_classes);
        json_add_flag(out, "complete", !reason);
        json_add_text(out, "incomplete_because", reason);
        if (r->minimized) {
                json_append_key(out, "minimized");
                minimized_append_json(out, r->minimized);
        }
        append_certificate(out, e->commute);
        json_append_key(out, "properties");
        g_string_append_c(out, '[');
        for (unsigned i = 0; i < n; i++) {
                if (e->outcomes[i].judgement == JUDGEMENT_NOT_ASKED)
                        continue;
                g_string_append(out, first ? "" : ", ");
                first = false;
                append_outcome_json(out, r, i);
        }
        g_string_append(out, "]}");
}
