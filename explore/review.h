/* SPDX-License-Identifier: MIT */
#pragma once

/* Many explorations at once: scenarios x systemds, each of these a version with some fixes. The explorations run side by side,
 * one thread each; what is kept of each is what a report says of it. */

#include "exploration.h"

typedef struct ReviewScenario {
        char *name; /* base name of the file */
        char *text;
        Catalog *catalog;
} ReviewScenario;

typedef struct ReviewPlan {
        const GPtrArray *scenarios; /* ReviewScenario */
        const GPtrArray *profiles;  /* Profile: n_versions times n_columns, the columns of a version together */
        unsigned n_versions, n_columns;
        SearchOptions search; /* n_jobs is how many explorations run at once */
        bool keep_traces;     /* as JSON */
        bool keep_steps;
        void (*progress)(unsigned n_done, unsigned n,
                         void *userdata); /* called by the thread that called review_run() */
        void *userdata;
} ReviewPlan;

/* One property of one scenario under one systemd. */
typedef struct ReviewCell {
        Judgement judgement;
        uint64_t n_tests;
        unsigned length;
        bool exact; /* VIOLATED: the fraction is not only a lower bound */
        unsigned n_names;
        char *n_orders, *n_all_orders, *fraction;
        char *violation, *unit;
        char *why, *closest; /* sentences of explore/why.h, NULL: none */
        GPtrArray *steps;    /* of char *: the events of the trace, one line each; NULL unless they are kept */
        char *trace;         /* JSON; NULL unless it is kept */
        char *wrong;         /* the validator does not agree */
} ReviewCell;

typedef struct ReviewRun {
        unsigned
                same_as; /* the first profile that has the same fixes in effect: it was explored, and its run counts */
        bool done;       /* false: interrupted before it began */
        bool interrupted;
        uint64_t n_states, n_transitions;
        unsigned n_keys;
        char *incomplete;  /* why; NULL: everything was explored */
        bool commutes;     /* order-independent holds, and there is a certificate */
        char *certificate; /* what is known of that, in one sentence; NULL: order-independent does not hold */
        ReviewCell cells[PROPERTIES_MAX];
} ReviewRun;

typedef struct Review {
        const ReviewPlan *plan;
        ReviewRun *runs; /* review_run_at() */
        unsigned n_explored;
} Review;

/* @plan must outlive the result. */
Review *review_run(const ReviewPlan *plan);
void review_free(Review *r);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Review, review_free)

void review_scenario_free(ReviewScenario *s);

static inline unsigned review_n_scenarios(const Review *r) {
        return r->plan->scenarios->len;
}

static inline const ReviewScenario *review_scenario(const Review *r, unsigned i) {
        return r->plan->scenarios->pdata[i];
}

static inline const Profile *review_profile(const Review *r, unsigned version, unsigned column) {
        return r->plan->profiles->pdata[version * r->plan->n_columns + column];
}

/* The run that counts, which may be that of another column. */
const ReviewRun *review_run_at(const Review *r, unsigned scenario, unsigned version, unsigned column);
/* The profile under which it was made. */
const Profile *review_run_profile(const Review *r, unsigned scenario, unsigned version, unsigned column);

/* Whether two cells say something different: one is violated and the other is not, or in another part of the orders. What is
 * not known for certain differs from nothing. */
bool review_cells_differ(const ReviewCell *a, const ReviewCell *b);

/* What a column comes to, against the column without fixes. */
typedef struct ReviewPlace {
        unsigned scenario, version, property;
        bool set;
} ReviewPlace;

typedef struct ReviewVerdict {
        unsigned n_cells, n_violated, n_vacuous, n_open;
        unsigned n_repaired, n_broken; /* violated without it, and holds with it; the other way round */
        unsigned n_broken_of[PROPERTIES_MAX];
        unsigned n_fewer, n_more;            /* violated both times, under fewer or more orders with it */
        unsigned n_independent, n_commuting; /* cells of order-independent that hold; that have a certificate */
        ReviewPlace violated, broken, more;  /* the first one of each */
} ReviewVerdict;

/* @base: the column to compare with, n_columns: there is none. */
void review_verdict(const Review *r, unsigned column, unsigned base, ReviewVerdict *ret);

/* The column without fixes; n_columns: there is none. */
unsigned review_base_column(const Review *r);

/* Whether any cell of the scenario differs between two columns. */
bool review_columns_differ(const Review *r, unsigned scenario, unsigned a, unsigned b);
