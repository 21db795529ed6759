/* SPDX-License-Identifier: MIT */
#pragma once

/* The states that were reached, by fingerprint, in the order in which they were reached; each with the transition
 * that reached it first. 24 bytes a state, and 11 to 32 for the table that finds it. */

#include "model/world.h"

typedef uint32_t StateId;
#define STATE_NONE UINT32_MAX

typedef struct VisitedState {
        Fingerprint fingerprint;
        StateId parent;   /* STATE_NONE: none */
        uint32_t ordinal; /* which of the parent's transitions, see expander.h */
} VisitedState;

typedef struct Visited Visited;

Visited *visited_new(void);
void visited_free(Visited *v);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Visited, visited_free)

/* STATE_NONE: not in it. May be called by several threads while nobody adds. */
StateId visited_find(const Visited *v, Fingerprint f);

/* The state of this fingerprint, added when there is none. STATE_NONE: no more states can be counted. */
StateId visited_add(Visited *v, const VisitedState *s, bool *ret_new);

const VisitedState *visited_get(const Visited *v, StateId id);
uint32_t visited_size(const Visited *v);
size_t visited_memory(const Visited *v);
