/* SPDX-License-Identifier: MIT */
#pragma once

/* Everything that can be said about one scenario under one systemd: the search, the verdict on each property, and for each
 * violation a trace that the validator has run again. */

#include "commute.h"
#include "record.h"
#include "why.h"

typedef enum Judgement {
        JUDGEMENT_NOT_ASKED,
        JUDGEMENT_HOLDS, /* in all orders and all schedules */
        JUDGEMENT_VIOLATED,
        JUDGEMENT_VACUOUS, /* never put to the test */
        JUDGEMENT_OPEN,    /* not violated so far, but not everything was explored */
        _JUDGEMENT_MAX,
} Judgement;

const char *judgement_to_string(Judgement j);

typedef struct PropertyOutcome {
        Judgement judgement;
        uint64_t n_tests;
        unsigned length;                          /* VIOLATED: events of the shortest run */
        bool complete;                            /* all orders under which it is violated are known */
        char *n_orders, *n_all_orders, *fraction; /* of that; "?" when they cannot be counted */
        unsigned n_names;                         /* of which n_all_orders are the rankings, once for each key */
        Trace *trace;                             /* VIOLATED */
        Why *why;    /* VIOLATED, under orders that are all known, and it was asked for */
        char *wrong; /* the validator does not agree: what it says */
} PropertyOutcome;

typedef struct Exploration {
        Search *search;
        Lockstep *lockstep; /* NULL: order-independent was not asked about, or was decided without */
        unsigned n_names;   /* of the scenario */
        char *n_all_orders; /* rankings of them */
        Commute *commute; /* a certificate for order-independent; NULL: it does not hold, or nobody asked why */
        char *n_classes;  /* of which so many can be told apart; "?" when that cannot be counted */
        PropertyOutcome outcomes[PROPERTIES_MAX];
} Exploration;

/* @file and @text are those of the scenario. All must outlive the result. */
Exploration *exploration_run(const char *file, const char *text, const Catalog *catalog, const Profile *profile,
                             const SearchOptions *options);
void exploration_free(Exploration *e);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Exploration, exploration_free)

/* Why not everything was explored, NULL: it was. */
char *exploration_incomplete_reason(const Exploration *e);
bool exploration_was_interrupted(const Exploration *e);

/* The names that the fraction is about: those with a file or a link, and those they refer to. */
unsigned count_observed_names(const Catalog *c);
