/* SPDX-License-Identifier: MIT */

#include <string.h>

#include <glib.h>

#include "siphash24.h"

typedef struct SipState {
        uint64_t a, b, c, d;
} SipState;

static inline uint64_t rotate(uint64_t x, unsigned by) {
        return x << by | x >> (64 - by);
}

static inline void mix(SipState *s) {
        s->a += s->b;
        s->c += s->d;
        s->b = rotate(s->b, 13) ^ s->a;
        s->d = rotate(s->d, 16) ^ s->c;
        s->a = rotate(s->a, 32);
        s->a += s->d;
        s->c += s->b;
        s->d = rotate(s->d, 21) ^ s->a;
        s->b = rotate(s->b, 17) ^ s->c;
        s->c = rotate(s->c, 32);
}

static inline void absorb(SipState *s, uint64_t word) {
        s->d ^= word;
        mix(s);
        mix(s);
        s->a ^= word;
}

static inline uint64_t load(const uint8_t *p) {
        uint64_t word;

        memcpy(&word, p, sizeof(word));
        return GUINT64_FROM_LE(word);
}

/* The last word holds what is left over, and above it the size modulo 256. */
static inline uint64_t last_word(const uint8_t *data, size_t size) {
        size_t n_left = size % 8;
        uint64_t word = (uint64_t) size << 56;

        if (n_left > 0 && size >= 8)
                return word | load(data + size - 8) >> (64 - 8 * n_left);

        for (size_t i = 0; i < n_left; i++)
                word |= (uint64_t) data[i] << (8 * i);
        return word;
}

uint64_t siphash24(const void *data, size_t size, const SipKey *key) {
        const uint8_t *p = data, *end = p + size / 8 * 8;
        SipState s = {
                .a = key->words[0] ^ UINT64_C(0x736f6d6570736575),
                .b = key->words[1] ^ UINT64_C(0x646f72616e646f6d),
                .c = key->words[0] ^ UINT64_C(0x6c7967656e657261),
                .d = key->words[1] ^ UINT64_C(0x7465646279746573),
        };

        for (; p < end; p += 8)
                absorb(&s, load(p));
        absorb(&s, last_word(data, size));

        s.c ^= 0xff;
        for (unsigned i = 0; i < 4; i++)
                mix(&s);
        return s.a ^ s.b ^ s.c ^ s.d;
}
