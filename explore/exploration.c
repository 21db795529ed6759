/* SPDX-License-Identifier: MIT */

#include <string.h>

#include "counterexample.h"
#include "exploration.h"
#include "traces/validate.h"

/* clang-format off */
static const char *const judgement_table[_JUDGEMENT_MAX] = {
        [JUDGEMENT_NOT_ASKED] = "not-asked",
        [JUDGEMENT_HOLDS]     = "holds",
        [JUDGEMENT_VIOLATED]  = "violated",
        [JUDGEMENT_VACUOUS]   = "vacuous",
        [JUDGEMENT_OPEN]      = "open",
};
/* clang-format on */

const char *judgement_to_string(Judgement j) {
        return judgement_table[j];
}

bool exploration_was_interrupted(const Exploration *e) {
        return e->search->end == SEARCH_INTERRUPTED || (e->lockstep && e->lockstep->end == SEARCH_INTERRUPTED);
}

char *exploration_incomplete_reason(const Exploration *e) {
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
                                       s->n_limited == 1 ? "" : "s");
        if (e->lockstep && e->lockstep->end != SEARCH_COMPLETE)
                return g_strdup_printf("%s while comparing orders", bounds[e->lockstep->end]);
        if (e->lockstep && e->lockstep->n_limited > 0)
                return g_strdup("the model's capacity was exceeded while comparing orders");
        return NULL;
}

unsigned count_observed_names(const Catalog *c) {
        unsigned n = 0;

        for (size_t i = 0; i < c->n_names; i++)
                n += c->names[i].observed;
        return n;
}

/* mpz_get_str() with GLib's memory. */
static char *number_text(const mpz_t n) {
        char *text = g_malloc(mpz_sizeinbase(n, 10) + 2);

        return mpz_get_str(text, 10, n);
}

static char *fraction_text(const mpq_t q) {
        char *text = g_malloc(mpz_sizeinbase(mpq_numref(q), 10) + mpz_sizeinbase(mpq_denref(q), 10) + 3);

        return mpq_get_str(text, 10, q);
}

/* All rankings of @n_names, once for each key that a run can draw. */
static void count_rankings(unsigned n_names, unsigned n_keys, mpz_t ret) {
        mpz_fac_ui(ret, n_names);
        mpz_pow_ui(ret, ret, n_keys);
}

/* PID 1's own units factor out of most fractions. Where they do not, they are among the names that are counted. */
static void describe_fraction(const Search *s, const OrderSet *orders, const mpq_t part, PropertyOutcome *o) {
        g_autofree bool *named = g_new0(bool, s->catalog->n_names);
        unsigned n_names = count_observed_names(s->catalog);
        mpz_t all, n;

        mpz_inits(all, n, NULL);
        count_rankings(n_names, s->n_keys, all);
        mpz_mul(n, all, mpq_numref(part));
        if (!mpz_divisible_p(n, mpq_denref(part))) {
                order_set_names(orders, named);
                for (size_t i = 0; i < s->catalog->n_names; i++)
                        n_names += named[i] && !s->catalog->names[i].observed;
                count_rankings(n_names, s->n_keys, all);
                mpz_mul(n, all, mpq_numref(part));
        }
        mpz_tdiv_q(n, n, mpq_denref(part));
        o->n_orders = number_text(n);
        o->n_all_orders = number_text(all);
        o->fraction = fraction_text(part);
        o->n_names = n_names;
        mpz_clears(all, n, NULL);
}

static void set_uncountable(PropertyOutcome *o) {
        o->n_orders = g_strdup("?");
        o->n_all_orders = g_strdup("?");
        o->fraction = g_strdup("?");
}

static Judgement judge(bool violated, uint64_t n_tests, bool complete) {
        if (violated)
                return JUDGEMENT_VIOLATED;
        if (!complete)
                return JUDGEMENT_OPEN;
        return n_tests > 0 ? JUDGEMENT_HOLDS : JUDGEMENT_VACUOUS;
}

static void judge_by_search(Exploration *e, unsigned i) {
        const Search *s = e->search;
        const Verdict *v = s->verdicts + i;
        PropertyOutcome *o = e->outcomes + i;
        mpq_t part;

        o->complete = search_is_complete(s);
        o->judgement = judge(v->violated, v->n_tests, o->complete);
        o->n_tests = v->n_tests;
        o->length = v->length;
        if (!v->violated)
                return;

        mpq_init(part);
        if (order_set_measure(v->orders, part) < 0)
                set_uncountable(o);
        else
                describe_fraction(s, v->orders, part, o);
        mpq_clear(part);
}

static bool any_order_was_asked_for(const Search *s) {
        for (size_t i = 0; i < asked_pairs_words(&s->layout); i++)
                if (s->asked[i] != 0)
                        return true;
        return false;
}

static void judge_by_lockstep(Exploration *e, unsigned i) {
        const Search *s = e->search;
        PropertyOutcome *o = e->outcomes + i;
        const Lockstep *k;

        o->complete = search_is_complete(s);
        if (s->end == SEARCH_INTERRUPTED) {
                o->judgement = JUDGEMENT_OPEN;
                return;
        }
        if (o->complete && !any_order_was_asked_for(s)) {
                o->n_tests = s->n_reloads;
                o->judgement = judge(false, o->n_tests, true);
                return;
        }

        k = e->lockstep = lockstep_run(s);
        o->complete = k->end == SEARCH_COMPLETE && k->n_limited == 0;
        o->n_tests = k->n_tests;
        o->length = k->length;
        o->judgement = judge(k->violated, k->n_tests, o->complete);
        if (!k->violated)
                return;
        if (k->uncountable) {
                set_uncountable(o);
                return;
        }

        g_autoptr(OrderSet) orders = order_set_new(&s->layout);
        order_set_add(orders, s->asked);
        describe_fraction(s, orders, k->fraction, o);
}

/* What is printed has been run again before, from the text that is written to the file. */
static void validate(Validation *x, PropertyOutcome *o) {
        g_autofree char *json = NULL;
        g_autoptr(Trace) again = NULL;
        g_autoptr(GError) error = NULL;

        if (!o->trace) {
                o->wrong = g_strdup("the search found a run that violates it, but taking it again does not");
                return;
        }

        json = trace_to_json(o->trace);
        again = trace_from_json("trace", json, strlen(json), &error);
        if (!again || !validation_check(x, "trace", g_steal_pointer(&again), &o->wrong, &error))
                if (!o->wrong)
                        o->wrong = g_strdup(error->message);
}

/* Under which orders: known only if all of them are. */
static void explain(Exploration *e, unsigned i, const GArray *route) {
        const Search *s = e->search;
        PropertyOutcome *o = e->outcomes + i;

        if (!s->options->explain || !o->complete || !o->trace || strcmp(o->fraction, "?") == 0)
                return;
        if (!route) {
                o->why = why_apart(s, e->lockstep, o->trace);
                return;
        }
        o->why = why_violated(s, s->verdicts[i].orders, o->trace);
        (void) why_add_other_run(s, i, route, o->why, o->trace);
}

static void make_traces(Exploration *e, const char *file, const char *text, uint32_t wanted) {
        const Search *s = e->search;
        GArray *ordinals[PROPERTIES_MAX];
        g_autoptr(GPtrArray) fixes = g_ptr_array_new();
        g_autoptr(Validation) validation = validation_new(fixes);

        for (unsigned i = 0; i < s->profile->n_added; i++)
                g_ptr_array_add(fixes, (gpointer) s->profile->added[i]);
        counterexamples_find(s, wanted, ordinals);
        for (unsigned i = 0; i < PROPERTIES_MAX; i++) {
                PropertyOutcome *o = e->outcomes + i;
                TraceLabels labels = { file, text, o->n_orders, o->n_all_orders, o->fraction };

                if (o->judgement != JUDGEMENT_VIOLATED)
                        continue;
                if (ordinals[i]) {
                        g_autoptr(GArray) route = route_from_ordinals(s, ordinals[i]);

                        if (route)
                                o->trace = record_trace(s, i, route, &labels);
                        explain(e, i, route);
                        g_array_unref(ordinals[i]);
                } else {
                        o->trace = record_schedule(s, i, e->lockstep, &labels);
                        explain(e, i, NULL);
                }
                validate(validation, o);
        }
}

static void certify(Exploration *e) {
        size_t n;
        const Property *all = properties(&n);

        for (unsigned i = 0; e->search->options->explain && i < n; i++)
                if (all[i].compares_orders && e->outcomes[i].judgement == JUDGEMENT_HOLDS)
                        e->commute = commute_check(e->search, true);
}

static void count_orders(Exploration *e) {
        const Search *s = e->search;
        g_autofree bool *observed = g_new(bool, s->catalog->n_names);
        mpz_t n;

        for (size_t i = 0; i < s->catalog->n_names; i++)
                observed[i] = s->catalog->names[i].observed;
        mpz_init(n);
        e->n_names = count_observed_names(s->catalog);
        count_rankings(e->n_names, s->n_keys, n);
        e->n_all_orders = number_text(n);
        e->n_classes = order_questions_count_classes(s->questions, observed, s->catalog->n_names, n) < 0
                               ? g_strdup("?")
                               : number_text(n);
        mpz_clear(n);
}

Exploration *exploration_run(const char *file, const char *text, const Catalog *catalog, const Profile *profile,
                             const SearchOptions *options) {
        Exploration *e = g_new0(Exploration, 1);
        size_t n;
        const Property *all = properties(&n);

        e->search = search_run(catalog, profile, options);
        count_orders(e);
        for (unsigned i = 0; i < n; i++) {
                if ((options->properties & BIT(i)) == 0)
                        continue;
                if (all[i].compares_orders)
                        judge_by_lockstep(e, i);
                else
                        judge_by_search(e, i);
        }
        make_traces(e, file, text, options->properties);
        certify(e);
        return e;
}

static void outcome_clear(PropertyOutcome *o) {
        g_free(o->n_orders);
        g_free(o->n_all_orders);
        g_free(o->fraction);
        g_free(o->wrong);
        trace_free(o->trace);
        why_free(o->why);
}

void exploration_free(Exploration *e) {
        if (!e)
                return;

        for (size_t i = 0; i < PROPERTIES_MAX; i++)
                outcome_clear(e->outcomes + i);
        lockstep_free(e->lockstep);
        commute_free(e->commute);
        search_free(e->search);
        g_free(e->n_all_orders);
        g_free(e->n_classes);
        g_free(e);
}
