/* SPDX-License-Identifier: MIT */
#pragma once

/* The search: breadth-first by levels over all worlds that a scenario can reach. First the top level, whose steps are
 * not counted, then the clients: level N are the worlds that N events reach and no fewer.
 *
 * Workers expand chunks of a level; what they found is merged by one thread in the order of the chunks. So states have the same
 * numbers, and all results are the same, with any number of threads. */

#include "expander.h"
#include "orders.h"
#include "pack.h"
#include "questions.h"
#include "visited.h"

typedef enum SearchEnd {
        SEARCH_COMPLETE,
        SEARCH_MAX_STATES,
        SEARCH_MAX_MEMORY,
        SEARCH_MAX_DEPTH,
        SEARCH_INTERRUPTED,
        _SEARCH_END_MAX,
} SearchEnd;

typedef struct SearchProgress {
        uint64_t n_states, n_transitions;
        unsigned level;
        size_t n_frontier;
        bool comparing; /* schedules under all orders, for order-independent */
} SearchProgress;

typedef struct SearchOptions {
        uint32_t properties; /* bit mask, as properties() numbers them */
        unsigned n_jobs;     /* at least 1 */
        uint64_t max_states; /* 0: no bound, here and below */
        uint64_t max_memory; /* bytes: states, and worlds on the frontier */
        unsigned max_depth;  /* events */
        bool explain; /* say why a result depends on the order, and put a run that is fine beside each trace */
        bool (*interrupted)(void); /* the user has had enough; called by all threads; NULL: never */
        void (*progress)(const SearchProgress *p, void *userdata);
        void *userdata;
} SearchOptions;

/* What is known of one property. */
typedef struct Verdict {
        bool violated;
        uint64_t n_tests;
        unsigned length; /* events of a shortest violating run; 0: in the top level */
        bool in_top_level;
        StateId parent; /* one transition that violates it first, of `length` events */
        uint32_t ordinal;
        OrderSet *orders; /* under which some run violates it */
} Verdict;

typedef struct Search {
        const Catalog *catalog;
        const Profile *profile;
        const SearchOptions *options;
        WorldLayout layout;
        Packer packer;
        World *boot; /* PID 1 just after boot: state 0 */
        Visited *visited;
        GArray *level_starts; /* of StateId: the first state of each level of the clients */
        Verdict verdicts[PROPERTIES_MAX];

        SearchEnd end;
        unsigned n_limited; /* transitions on which a capacity of the model was exceeded */
        uint64_t n_transitions, n_reloads;
        unsigned n_keys; /* hash keys that a run can draw */
        unsigned depth;  /* levels that have states */
        size_t memory_max;
        double seconds;                   /* that it took */
        uint64_t *asked;                  /* asked_pairs_row(): the pairs of names whose order mattered */
        OrderQuestions *questions;        /* that were asked about orders */
        struct RouteTop *route_top;       /* route.c: of the last route that was made */
        struct RecordedTop *recorded_top; /* record.c: of the last run that was recorded */
} Search;

/* Explores everything. @catalog, @profile and @options must outlive the result. */
Search *search_run(const Catalog *catalog, const Profile *profile, const SearchOptions *options);
void search_free(Search *s);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Search, search_free)

static inline bool search_is_complete(const Search *s) {
        return s->end == SEARCH_COMPLETE && s->n_limited == 0;
}

/* The properties that the world in x->world violates, or that are put to the test by it: on_state, and at_rest if it is. */
uint32_t check_state(Expander *x, uint32_t properties, uint16_t *ret_tests);
