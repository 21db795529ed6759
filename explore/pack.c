/* SPDX-License-Identifier: MIT */

#include <string.h>

#include "pack.h"

void packer_init(Packer *p, const WorldLayout *l, const World *base) {
        p->n_words = l->size / sizeof(uint64_t);
        g_assert(p->n_words * sizeof(uint64_t) == l->size);
        p->base = g_memdup2(base, l->size);
}

void packer_clear(Packer *p) {
        g_clear_pointer(&p->base, g_free);
}

void world_pack(const Packer *p, const World *w, GArray *to) {
        const uint64_t *words = (const uint64_t *) (const void *) w;
        guint start = to->len;

        /* Room for the worst case; what is not used is given back. */
        g_array_set_size(to, start + (guint) (p->n_words + p->n_words / 64 + 1));
        uint64_t *map = &g_array_index(to, uint64_t, start);
        uint64_t *out = map + (p->n_words + 63) / 64;

        for (size_t i = 0; i < p->n_words; i += 64) {
                size_t n = MIN(p->n_words - i, 64U);
                uint64_t bits = 0;

                for (size_t j = 0; j < n; j++)
                        bits |= (uint64_t) (words[i + j] != p->base[i + j]) << j;
                *map++ = bits;
                for (; bits != 0; bits &= bits - 1)
                        *out++ = words[i + (unsigned) __builtin_ctzll(bits)];
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
