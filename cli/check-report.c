/* SPDX-License-Identifier: MIT */

#include "cli/check-report.h"
#include "cli/common.h"
#include "traces/json-text.h"

static const char *plural(uint64_t n) {
        return n == 1 ? "" : "s";
}

/* Why not everything was explored, NULL: it was. */
static char *incomplete_reason(const Exploration *e) {
        const Search *s = e->search;
        /* clang-format off */
        static const char *const bounds[_SEARCH_END_MAX] = {
                [SEARCH_MAX_STATES]  = "--max-states was reached",
                [SEARCH_MAX_MEMORY]  = "--max-memory was reached",
                [SEARCH_MAX_DEPTH]   = "--max-depth was reached",
                [SEARCH_INTERRUPTED] = "interrupted",
        };
        /* clang-format on */

        if (s->end != SEARCH_COMPLETE)
                return g_strdup(bounds[s->end]);
        if (s->n_limited > 0)
                return g_strdup_printf("the model's capacity was exceeded in %u transition%s", s->n_limited,
                                       plural(s->n_limited));
        if (e->lockstep && e->lockstep->end != SEARCH_COMPLETE)
                return g_strdup_printf("%s while comparing orders", bounds[e->lockstep->end]);
        if (e->lockstep && e->lockstep->n_limited > 0)
                return g_strdup("the model's capacity was exceeded while comparing orders");
        return NULL;
}

int check_report_status(const Exploration *e) {
        g_autofree char *reason = incomplete_reason(e);
        int status = reason ? STATUS_INCOMPLETE : STATUS_OK;

        if (e->search->end == SEARCH_INTERRUPTED || (e->lockstep && e->lockstep->end == SEARCH_INTERRUPTED))
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

static void append_violation(GString *out, const char *name, const PropertyOutcome *o) {
        const Colors *c = colors();

        g_string_append_printf(out, "  %sFAIL%s %-17s %s%s of %s orders (%s)  %s\n", c->bad, c->off, name,
                               o->complete ? "" : "at least ", o->n_orders, o->n_all_orders, o->fraction,
                               o->trace ? o->trace->violation : "");
}

static void append_outcome(GString *out, const char *name, const PropertyOutcome *o) {
        const Colors *c = colors();

        switch (o->judgement) {
        case JUDGEMENT_VIOLATED:
                append_violation(out, name, o);
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

void check_report_text(GString *out, const CheckReport *r) {
        const Exploration *e = r->exploration;
        const Search *s = e->search;
        const Colors *c = colors();
        g_autofree char *reason = incomplete_reason(e);
        unsigned n_names = count_observed_names(s->catalog);
        uint64_t n_states = visited_size(s->visited);
        size_t n;
        const Property *all = properties(&n);

        g_string_append_printf(out, "%s%s · systemd %s · %zu client%s, %u name%s%s\n", c->bold, r->scenario,
                               s->profile->name, s->catalog->n_clients, plural(s->catalog->n_clients), n_names,
                               plural(n_names), c->off);
        g_string_append_printf(out,
                               "  explored %" G_GUINT64_FORMAT " state%s, %" G_GUINT64_FORMAT " transition%s, ",
                               n_states, plural(n_states), s->n_transitions, plural(s->n_transitions));
        if (reason)
                g_string_append_printf(out, "%s hash orders: incomplete: %s\n", e->n_all_orders, reason);
        else
                g_string_append_printf(out, "%s of %s hash orders (%s distinct): complete\n", e->n_all_orders,
                                       e->n_all_orders, e->n_classes);

        for (unsigned i = 0; i < n; i++)
                append_outcome(out, all[i].name, e->outcomes + i);
        for (unsigned i = 0; i < n; i++)
                if (e->outcomes[i].judgement == JUDGEMENT_VIOLATED)
                        append_counterexample(out, all[i].name, e->outcomes + i, r->trace_files[i]);
}

static void append_number(GString *out, const char *key, uint64_t n) {
        json_append_key(out, key);
        g_string_append_printf(out, "%" G_GUINT64_FORMAT, n);
}

static void append_text(GString *out, const char *key, const char *text) {
        json_append_key(out, key);
        json_append_string(out, text);
}

static void append_flag(GString *out, const char *key, bool flag) {
        json_append_key(out, key);
        g_string_append(out, flag ? "true" : "false");
}

static void append_outcome_json(GString *out, const char *name, const PropertyOutcome *o, const char *file) {
        g_string_append_c(out, '{');
        append_text(out, "name", name);
        append_text(out, "judgement", judgement_to_string(o->judgement));
        append_number(out, "tests", o->n_tests);
        if (o->judgement == JUDGEMENT_VIOLATED) {
                append_text(out, "orders", o->n_orders);
                append_text(out, "of", o->n_all_orders);
                append_text(out, "fraction", o->fraction);
                append_flag(out, "exact", o->complete);
                append_number(out, "events", o->length);
                append_text(out, "violation", o->trace ? o->trace->violation : NULL);
                append_text(out, "unit", o->trace ? o->trace->unit : NULL);
                append_text(out, "trace", file);
        }
        g_string_append_c(out, '}');
}

void check_report_json(GString *out, const CheckReport *r) {
        const Exploration *e = r->exploration;
        const Search *s = e->search;
        g_autofree char *reason = incomplete_reason(e);
        bool first = true;
        size_t n;
        const Property *all = properties(&n);

        g_string_append_c(out, '{');
        append_text(out, "scenario", r->scenario);
        append_text(out, "systemd", s->profile->name);
        append_number(out, "clients", s->catalog->n_clients);
        append_number(out, "names", count_observed_names(s->catalog));
        append_number(out, "states", visited_size(s->visited));
        append_number(out, "transitions", s->n_transitions);
        append_number(out, "depth", s->depth);
        append_text(out, "orders", e->n_all_orders);
        append_text(out, "distinct_orders", reason ? NULL : e->n_classes);
        append_flag(out, "complete", !reason);
        append_text(out, "incomplete_because", reason);
        json_append_key(out, "properties");
        g_string_append_c(out, '[');
        for (unsigned i = 0; i < n; i++) {
                if (e->outcomes[i].judgement == JUDGEMENT_NOT_ASKED)
                        continue;
                g_string_append(out, first ? "" : ", ");
                first = false;
                append_outcome_json(out, all[i].name, e->outcomes + i, r->trace_files[i]);
        }
        g_string_append(out, "]}");
}
