/* SPDX-License-Identifier: MIT */

#include <string.h>

#include "pack.h"

void packer_init(Packer *p, const WorldLayout *l, const World *base) {
        p->n_words = l->size / sizeof(uint64_t);
        g_assert(p->n_words % WORLD_GROUP_WORDS == 0 && p->n_words * sizeof(uint64_t) == l->size);
        p->base = g_memdup2(base, l->size);
}

void packer_clear(Packer *p) {
        g_clear_pointer(&p->base, g_free);
}

void world_pack(const Packer *p, const World *w, GArray *to) {
        const uint64_t *words = (const uint64_t *) (const void *) w, *base = p->base;
        size_t n = p->n_words;
        guint start = to->len;

        /* Room for the worst case; what is not used is given back. */
        g_array_set_size(to, start + (guint) (n + n / 64 + 1));
        uint64_t *map = &g_array_index(to, uint64_t, start);
        uint64_t *out = map + (n + 63) / 64;

        memset(map, 0, (n + 63) / 64 * sizeof(uint64_t));
        for (size_t i = 0; i < n; i += WORLD_GROUP_WORDS) {
                if (memcmp(words + i, base + i, WORLD_GROUP_WORDS * sizeof(uint64_t)) == 0)
                        continue; /* as most are */

                for (size_t j = i; j < i + WORLD_GROUP_WORDS; j++)
                        if (words[j] != base[j]) {
                                map[j / 64] |= BIT(j % 64);
                                *out++ = words[j];
                        }
        }
        g_array_set_size(to, (guint) (out - (uint64_t *) (void *) to->data));
}

size_t world_unpack(const Packer *p, const uint64_t *from, World *ret) {
        uint64_t *words = (uint64_t *) (void *) ret;
        const uint64_t *in = from + (p->n_words + 63) / 64;

        memcpy(words, p->base, p->n_words * sizeof(uint64_t));
        for (size_t i = 0; i < p->n_words; i += 64)
                for (uint64_t bits = from[i / 64]; bits != 0; bits &= bits - 1)
                        words[i + (unsigned) __builtin_ctzll(bits)] = *in++;
        return (size_t) (in - from);
}
