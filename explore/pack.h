/* SPDX-License-Identifier: MIT */
#pragma once

/* Worlds that wait on the frontier, packed: a world is kept as the 64-bit words in which it differs from a base, behind a bit
 * map that says which these are. Most worlds of a search differ from its first one in a few per cent of their words. */

#include "model/world.h"

typedef struct Packer {
        size_t n_words; /* of a world */
        uint64_t *base;
} Packer;

void packer_init(Packer *p, const WorldLayout *l, const World *base);
void packer_clear(Packer *p);

/* Appends @w to @to, whose elements are uint64_t. */
void world_pack(const Packer *p, const World *w, GArray *to);

/* Unpacks the world at @from into @ret. Returns how many words it took. */
size_t world_unpack(const Packer *p, const uint64_t *from, World *ret);
