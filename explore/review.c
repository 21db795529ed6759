/* SPDX-License-Identifier: MIT */

#include <string.h>

#include "fraction.h"
#include "review.h"

typedef struct Pool {
        Review *review;
        GMutex lock;
        GCond changed;
        unsigned n_done; /* under the lock */
} Pool;

void review_scenario_free(ReviewScenario *s) {
        g_free(s->name);
        g_free(s->text);
        catalog_free(s->catalog);
        g_free(s);
}

static unsigned n_profiles(const ReviewPlan *p) {
        return p->profiles->len;
}

static ReviewRun *run_of(const Review *r, unsigned scenario, unsigned profile) {
        return r->runs + (size_t) scenario * n_profiles(r->plan) + profile;
}

const ReviewRun *review_run_at(const Review *r, unsigned scenario, unsigned version, unsigned column) {
        unsigned profile = version * r->plan->n_columns + column;

        return run_of(r, scenario, run_of(r, scenario, profile)->same_as);
}

const Profile *review_run_profile(const Review *r, unsigned scenario, unsigned version, unsigned column) {
        return r->plan->profiles->pdata[run_of(r, scenario, version * r->plan->n_columns + column)->same_as];
}

/* The fixes that were asked for do not matter, only those in effect, and which is asked first. */
static bool same_in_effect(const Profile *a, const Profile *b) {
        return a->version == b->version && a->n_fixes == b->n_fixes &&
               memcmp(a->fixes, b->fixes, a->n_fixes * sizeof(a->fixes[0])) == 0;
}

static unsigned first_alike(const ReviewPlan *p, unsigned profile) {
        for (unsigned i = 0; i < profile; i++)
                if (same_in_effect(p->profiles->pdata[i], p->profiles->pdata[profile]))
                        return i;
        return profile;
}

/* What is kept of an exploration */

static char *describe_interrupt(const TraceInterrupt *i) {
        if (i->statement)
                return g_strdup_printf("  meanwhile, before %s%s%s: %s: %s", i->where, i->unit ? " of " : "",
                                       i->unit ?: "", i->client, i->statement);
        return g_strdup_printf("  meanwhile, before %s%s%s: %s exits", i->where, i->unit ? " of " : "",
                               i->unit ?: "", i->process);
}

static char *describe_event(const TraceEvent *e) {
        const char *who = e->client ?: "top level";

        if (e->skipped)
                return g_strdup_printf("%s: not possible under this order", e->client ?: e->process);
        switch (e->kind) {
        case TRACE_STATEMENT:
                return g_strdup_printf("%s: %s%s%s%s", who, e->statement, e->process ? " (hits " : "",
                                       e->process ?: "", e->process ? ")" : "");
        case TRACE_EXIT:
                return g_strdup_printf("%s exits", e->process);
        default:
                return g_strdup("PID 1 dispatches");
        }
}

static GPtrArray *describe_steps(const Trace *t) {
        GPtrArray *steps = g_ptr_array_new_with_free_func(g_free);

        for (guint i = 0; i < t->run.orders->len; i++) {
                const TraceOrder *o = t->run.orders->pdata[i];

                g_ptr_array_add(steps, g_strdup_printf("the hash order has %s before %s%s", o->first, o->second,
                                                       o->key == 0 ? "" : " after the reexec"));
        }
        for (guint i = 0; i < t->run.events->len; i++) {
                const TraceEvent *e = t->run.events->pdata[i];

                if (e->top_level)
                        continue;
                g_ptr_array_add(steps, describe_event(e));
                for (guint j = 0; j < e->interrupts->len; j++)
                        g_ptr_array_add(steps, describe_interrupt(e->interrupts->pdata[j]));
        }
        return steps;
}

static void keep_outcome(const ReviewPlan *p, PropertyOutcome *o, ReviewCell *to) {
        *to = (ReviewCell) {
                .judgement = o->judgement,
                .n_tests = o->n_tests,
                .length = o->length,
                .exact = o->complete,
                .n_names = o->n_names,
                .n_orders = g_steal_pointer(&o->n_orders),
                .n_all_orders = g_steal_pointer(&o->n_all_orders),
                .fraction = g_steal_pointer(&o->fraction),
                .wrong = g_steal_pointer(&o->wrong),
        };
        if (!o->trace)
                return;
        to->violation = g_strdup(o->trace->violation);
        to->unit = g_strdup(o->trace->unit);
        if (o->why && o->why->condition->kind != CONDITION_ALWAYS) {
                to->why = g_strdup(o->why->sentence);
                to->closest = g_strdup(o->why->closest_sentence);
        }
        if (p->keep_steps)
                to->steps = describe_steps(o->trace);
        if (p->keep_traces && !to->wrong)
                to->trace = trace_to_json(o->trace);
}

static void explore(const ReviewPlan *p, unsigned scenario, unsigned profile, ReviewRun *to) {
        const ReviewScenario *s = p->scenarios->pdata[scenario];
        SearchOptions options = p->search;
        g_autoptr(Exploration) e = NULL;

        options.n_jobs = 1;
        options.progress = NULL;
        options.explain = true;
        e = exploration_run(s->name, s->text, s->catalog, p->profiles->pdata[profile], &options);
        to->n_states = visited_size(e->search->visited);
        to->n_transitions = e->search->n_transitions;
        to->n_keys = e->search->n_keys;
        to->incomplete = exploration_incomplete_reason(e);
        to->interrupted = exploration_was_interrupted(e);
        for (size_t i = 0; i < PROPERTIES_MAX; i++)
                keep_outcome(p, e->outcomes + i, to->cells + i);
        to->commutes = e->commute && e->commute->result == COMMUTE_HOLDS;
        to->certificate = e->commute ? g_strdup(e->commute->sentence) : NULL;
        to->done = true;
}

/* Side by side */

static void work(gpointer data, gpointer userdata) {
        Pool *pool = userdata;
        const ReviewPlan *p = pool->review->plan;
        size_t job = GPOINTER_TO_SIZE(data) - 1;
        bool stop = p->search.interrupted && p->search.interrupted();

        if (!stop)
                explore(p, (unsigned) (job / n_profiles(p)), (unsigned) (job % n_profiles(p)),
                        pool->review->runs + job);
        g_mutex_lock(&pool->lock);
        pool->n_done++;
        g_cond_signal(&pool->changed);
        g_mutex_unlock(&pool->lock);
}

static void wait_for_all(Pool *pool) {
        const ReviewPlan *p = pool->review->plan;
        unsigned n_done = 0;

        while (n_done < pool->review->n_explored) {
                g_mutex_lock(&pool->lock);
                while (pool->n_done == n_done)
                        g_cond_wait(&pool->changed, &pool->lock);
                n_done = pool->n_done;
                g_mutex_unlock(&pool->lock);
                if (p->progress)
                        p->progress(n_done, pool->review->n_explored, p->userdata);
        }
}

Review *review_run(const ReviewPlan *plan) {
        Review *r = g_new0(Review, 1);
        size_t n = (size_t) plan->scenarios->len * n_profiles(plan);
        Pool pool = { .review = r };
        GThreadPool *threads;

        r->plan = plan;
        r->runs = g_new0(ReviewRun, n);
        g_mutex_init(&pool.lock);
        g_cond_init(&pool.changed);
        for (size_t i = 0; i < n; i++)
                r->runs[i].same_as = first_alike(plan, (unsigned) (i % n_profiles(plan)));
        for (size_t i = 0; i < n; i++)
                r->n_explored += r->runs[i].same_as == i % n_profiles(plan);

        threads = g_thread_pool_new(work, &pool, (int) plan->search.n_jobs, TRUE, NULL);
        for (size_t i = 0; i < n; i++)
                if (r->runs[i].same_as == i % n_profiles(plan))
                        g_thread_pool_push(threads, GSIZE_TO_POINTER(i + 1), NULL);
        wait_for_all(&pool);
        g_thread_pool_free(threads, FALSE, TRUE);
        g_mutex_clear(&pool.lock);
        g_cond_clear(&pool.changed);
        return r;
}

static void cell_clear(ReviewCell *c) {
        g_free(c->n_orders);
        g_free(c->n_all_orders);
        g_free(c->fraction);
        g_free(c->violation);
        g_free(c->unit);
        g_free(c->why);
        g_free(c->closest);
        g_free(c->trace);
        g_free(c->wrong);
        if (c->steps)
                g_ptr_array_unref(c->steps);
}

void review_free(Review *r) {
        if (!r)
                return;

        for (size_t i = 0; i < (size_t) r->plan->scenarios->len * n_profiles(r->plan); i++) {
                g_free(r->runs[i].incomplete);
                g_free(r->runs[i].certificate);
                for (size_t j = 0; j < PROPERTIES_MAX; j++)
                        cell_clear(r->runs[i].cells + j);
        }
        g_free(r->runs);
        g_free(r);
}

/* What it comes to */

static bool is_fine(const ReviewCell *c) {
        return c->judgement == JUDGEMENT_HOLDS || c->judgement == JUDGEMENT_VACUOUS;
}

bool review_cells_differ(const ReviewCell *a, const ReviewCell *b) {
        bool bad_a = a->judgement == JUDGEMENT_VIOLATED, bad_b = b->judgement == JUDGEMENT_VIOLATED;
        int order;

        if (bad_a != bad_b)
                return is_fine(bad_a ? b : a);
        return bad_a && a->exact && b->exact && fraction_compare(a->fraction, b->fraction, &order) && order != 0;
}

bool review_columns_differ(const Review *r, unsigned scenario, unsigned a, unsigned b) {
        for (unsigned v = 0; v < r->plan->n_versions; v++)
                for (unsigned i = 0; i < PROPERTIES_MAX; i++)
                        if (review_cells_differ(review_run_at(r, scenario, v, a)->cells + i,
                                                review_run_at(r, scenario, v, b)->cells + i))
                                return true;
        return false;
}

unsigned review_base_column(const Review *r) {
        for (unsigned c = 0; c < r->plan->n_columns; c++)
                if (review_profile(r, 0, c)->n_added == 0)
                        return c;
        return r->plan->n_columns;
}

static void note_place(ReviewPlace *to, const ReviewPlace *here) {
        if (!to->set)
                *to = *here;
}

static void compare_cells(const ReviewCell *with, const ReviewCell *without, const ReviewPlace *here,
                          ReviewVerdict *v) {
        int order;

        if (!review_cells_differ(with, without))
                return;
        if (with->judgement != JUDGEMENT_VIOLATED)
                v->n_repaired++;
        else if (without->judgement != JUDGEMENT_VIOLATED) {
                v->n_broken++;
                v->n_broken_of[here->property]++;
                note_place(&v->broken, here);
        } else if (fraction_compare(with->fraction, without->fraction, &order) && order < 0)
                v->n_fewer++;
        else {
                v->n_more++;
                note_place(&v->more, here);
        }
}

static void judge_cell(const ReviewRun *run, const ReviewPlace *here, ReviewVerdict *v) {
        const ReviewCell *c = run->cells + here->property;
        size_t n;

        v->n_cells++;
        if (properties(&n)[here->property].compares_orders && c->judgement == JUDGEMENT_HOLDS) {
                v->n_independent++;
                v->n_commuting += run->commutes;
        }
        v->n_vacuous += c->judgement == JUDGEMENT_VACUOUS;
        /* A run that was never made knows nothing. */
        v->n_open += c->judgement == JUDGEMENT_OPEN || c->judgement == JUDGEMENT_NOT_ASKED;
        if (c->judgement == JUDGEMENT_VIOLATED) {
                v->n_violated++;
                note_place(&v->violated, here);
        }
}

void review_verdict(const Review *r, unsigned column, unsigned base, ReviewVerdict *ret) {
        *ret = (ReviewVerdict) {};
        for (unsigned s = 0; s < review_n_scenarios(r); s++)
                for (unsigned v = 0; v < r->plan->n_versions; v++)
                        for (unsigned i = 0; i < PROPERTIES_MAX; i++) {
                                const ReviewPlace here = { s, v, i, true };
                                const ReviewRun *run = review_run_at(r, s, v, column);

                                if ((r->plan->search.properties & BIT(i)) == 0)
                                        continue;
                                judge_cell(run, &here, ret);
                                if (base < r->plan->n_columns)
                                        compare_cells(run->cells + i, review_run_at(r, s, v, base)->cells + i,
                                                      &here, ret);
                        }
}
