/* SPDX-License-Identifier: MIT */
#pragma once

/* Worlds that are kept, each once, with what is known of them. Other than in the search worlds also differ here by what
 * only names things but can be seen, such as the N of TAG.N. */

#include <gmp.h>

#include "model/manager.h"
#include "pack.h"
#include "visited.h"

typedef uint32_t WorldId;

typedef struct PooledWorld {
        size_t packed;       /* offset */
        uint32_t observable; /* equal numbers: equal observable states; 0: not asked for yet */
        bool at_rest, reloaded, measured;
        mpq_t measure; /* the part of all rankings that its orders have */
} PooledWorld;

typedef struct WorldPool {
        const WorldLayout *layout;
        Packer packer;
        Visited *ids;
        GArray *packed; /* uint64_t */
        GArray *worlds; /* PooledWorld */
        GHashTable *observables;
} WorldPool;

void world_pool_init(WorldPool *p, const WorldLayout *l, const World *base);
void world_pool_clear(WorldPool *p);

/* The world that @m is bound to, which is normalized. */
WorldId world_pool_add(WorldPool *p, Manager *m);
void world_pool_get(const WorldPool *p, WorldId id, World *ret);

static inline PooledWorld *pooled_world(const WorldPool *p, WorldId id) {
        return &g_array_index(p->worlds, PooledWorld, id);
}

/* @m's world is that of @id, for the first and, but for its memory, any further time. */
uint32_t world_pool_observable(WorldPool *p, WorldId id, Manager *m);
int world_pool_measure(WorldPool *p, WorldId id, World *scratch, mpq_t ret);

size_t world_pool_memory(const WorldPool *p);
