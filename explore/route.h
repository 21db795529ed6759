/* SPDX-License-Identifier: MIT */
#pragma once

/* A run, from boot on, as steps that can be taken again: each event with the answers to the questions that it asked. */

#include "search.h"

typedef struct RouteStep {
        Event event;
        bool top_level;
        bool skipped;    /* impossible in this run; only in schedules that are run under several orders */
        uint16_t client; /* skipped: whose statement or, ID_NONE, which process's exit was skipped */
        char *process;   /* skipped: its name */
        unsigned n_answers;
        Answer *answers;
} RouteStep;

/* Arrays of RouteStep. */
GArray *route_new(void);
void route_append(GArray *route, const RouteStep *step); /* copies the answers */

/* What a search keeps of the last route; one for each search. */
typedef struct RouteTop RouteTop;
RouteTop *route_top_new(void);
void route_top_free(RouteTop *t);

/* Follows the transitions called @ordinals (of uint32_t; UINT32_MAX: the top level is over) from boot on. NULL: that goes
 * nowhere, which is an internal error. */
GArray *route_from_ordinals(const Search *s, const GArray *ordinals);

/* The transitions by which the search first came to the state. */
GArray *search_ordinals_to(const Search *s, StateId id);
