/* SPDX-License-Identifier: MIT */
#pragma once

/* What one worker finds at a time: all transitions of some neighbouring worlds of the frontier. */

#include "search.h"

#define CHUNK_STATES 64U

/* Worlds that wait to be expanded, packed one behind the other. */
typedef struct Frontier {
        GArray *ids;     /* StateId */
        GArray *offsets; /* size_t, into `worlds` */
        GArray *worlds;  /* uint64_t, see pack.h */
} Frontier;

void frontier_init(Frontier *f);
void frontier_clear(Frontier *f);
void frontier_reset(Frontier *f);
size_t frontier_memory(const Frontier *f);

/* A transition. */
typedef struct Record {
        Fingerprint fingerprint;
        StateId parent;
        uint32_t ordinal;
        uint32_t cost;
        bool limit, had_reload;
        bool has_world; /* `world` is set: it was new when it was found, or the transition violates something */
        uint8_t epoch;
        size_t world; /* offset into the chunk's worlds */
        size_t world_words;
        uint32_t state_violated, reload_violated;
        uint16_t state_tests[PROPERTIES_MAX];
        uint32_t reload_tests[PROPERTIES_MAX];
} Record;

typedef struct Chunk {
        const Search *search;
        const Frontier *frontier;
        guint from, to; /* of the frontier */
        bool top_level;
        GArray *records; /* Record */
        GArray *worlds;  /* uint64_t */
        GArray *done;    /* StateId and offset into the frontier: worlds at which the top level is over */
} Chunk;

Chunk *chunk_new(const Search *s);
void chunk_free(Chunk *c);

/* Expands the chunk's part of the frontier; several threads may do so at a time with chunks of their own. */
void chunk_expand(Chunk *c, Expander *x);
