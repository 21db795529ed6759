/* SPDX-License-Identifier: MIT */

#include <string.h>

#include "visited.h"

/* States stay where they are, in blocks; the table of slots is what is made anew when it grows. A slot is a state's
 * number plus one and 32 bits of its fingerprint, so that a look-up seldom touches another state's memory. */
#define BLOCK_STATES (1U << 14)

struct Visited {
        uint64_t *slots;
        uint64_t mask; /* number of slots less one */
        VisitedState **blocks;
        uint32_t n_blocks, n_blocks_allocated;
        uint32_t n;
};

Visited *visited_new(void) {
        Visited *v = g_new0(Visited, 1);

        v->mask = (1U << 12) - 1;
        v->slots = g_new0(uint64_t, v->mask + 1);
        return v;
}

void visited_free(Visited *v) {
        if (!v)
                return;

        for (uint32_t i = 0; i < v->n_blocks; i++)
                g_free(v->blocks[i]);
        g_free(v->blocks);
        g_free(v->slots);
        g_free(v);
}

static inline uint64_t slot_tag(Fingerprint f) {
        return f.high & UINT64_C(0xffffffff00000000);
}

static inline bool fingerprint_equal(Fingerprint a, Fingerprint b) {
        return a.low == b.low && a.high == b.high;
}

const VisitedState *visited_get(const Visited *v, StateId id) {
        return v->blocks[id / BLOCK_STATES] + id % BLOCK_STATES;
}

uint32_t visited_size(const Visited *v) {
        return v->n;
}

size_t visited_memory(const Visited *v) {
        return (v->mask + 1) * sizeof(uint64_t) + (size_t) v->n_blocks * BLOCK_STATES * sizeof(VisitedState);
}

/* The slot that has @f, or the free one where it belongs. */
static uint64_t *slot_of(const Visited *v, Fingerprint f) {
        uint64_t i = f.low & v->mask, tag = slot_tag(f);

        while (v->slots[i] != 0) {
                uint64_t s = v->slots[i];

                if ((s & UINT64_C(0xffffffff00000000)) == tag &&
                    fingerprint_equal(visited_get(v, (StateId) (s & UINT32_MAX) - 1)->fingerprint, f))
                        break;
                i = (i + 1) & v->mask;
        }
        return v->slots + i;
}

StateId visited_find(const Visited *v, Fingerprint f) {
        uint64_t s = *slot_of(v, f);

        return s == 0 ? STATE_NONE : (StateId) (s & UINT32_MAX) - 1;
}

static void grow(Visited *v) {
        g_free(v->slots);
        v->mask = v->mask * 2 + 1;
        v->slots = g_new0(uint64_t, v->mask + 1);

        for (uint32_t id = 0; id < v->n; id++) {
                Fingerprint f = visited_get(v, id)->fingerprint;
                uint64_t i = f.low & v->mask;

                while (v->slots[i] != 0)
                        i = (i + 1) & v->mask;
                v->slots[i] = slot_tag(f) | (id + 1);
        }
}

static VisitedState *append(Visited *v) {
        if (v->n / BLOCK_STATES == v->n_blocks) {
                if (v->n_blocks == v->n_blocks_allocated) {
                        v->n_blocks_allocated = v->n_blocks_allocated * 2 + 16;
                        v->blocks = g_renew(VisitedState *, v->blocks, v->n_blocks_allocated);
                }
                v->blocks[v->n_blocks++] = g_new(VisitedState, BLOCK_STATES);
        }
        return v->blocks[v->n / BLOCK_STATES] + v->n % BLOCK_STATES;
}

StateId visited_add(Visited *v, const VisitedState *s, bool *ret_new) {
        uint64_t *slot = slot_of(v, s->fingerprint);

        *ret_new = *slot == 0;
        if (!*ret_new)
                return (StateId) (*slot & UINT32_MAX) - 1;
        if (v->n == STATE_NONE - 1) {
                *ret_new = false;
                return STATE_NONE;
        }

        *append(v) = *s;
        *slot = slot_tag(s->fingerprint) | (v->n + 1);
        v->n++;
        if ((uint64_t) v->n * 4 > (v->mask + 1) * 3)
                grow(v);
        return v->n - 1;
}
