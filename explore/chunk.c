/* SPDX-License-Identifier: MIT */

#include <string.h>

#include "chunk.h"

void frontier_init(Frontier *f) {
        *f = (Frontier) {
                .ids = g_array_new(FALSE, FALSE, sizeof(StateId)),
                .offsets = g_array_new(FALSE, FALSE, sizeof(size_t)),
                .worlds = g_array_new(FALSE, FALSE, sizeof(uint64_t)),
        };
}

void frontier_clear(Frontier *f) {
        g_clear_pointer(&f->ids, g_array_unref);
        g_clear_pointer(&f->offsets, g_array_unref);
        g_clear_pointer(&f->worlds, g_array_unref);
}

void frontier_reset(Frontier *f) {
        g_array_set_size(f->ids, 0);
        g_array_set_size(f->offsets, 0);
        g_array_set_size(f->worlds, 0);
}

size_t frontier_memory(const Frontier *f) {
        return f->ids->len * (sizeof(StateId) + sizeof(size_t)) + f->worlds->len * sizeof(uint64_t);
}

Chunk *chunk_new(const Search *s) {
        Chunk *c = g_new0(Chunk, 1);

        c->search = s;
        c->records = g_array_new(FALSE, FALSE, sizeof(Record));
        c->worlds = g_array_new(FALSE, FALSE, sizeof(uint64_t));
        c->done = g_array_new(FALSE, FALSE, sizeof(guint));
        return c;
}

void chunk_free(Chunk *c) {
        g_array_unref(c->records);
        g_array_unref(c->worlds);
        g_array_unref(c->done);
        g_free(c);
}

uint32_t check_state(Expander *x, uint32_t wanted, uint16_t *ret_tests) {
        uint32_t violated = 0;
        size_t n;
        const Property *all = properties(&n);
        int at_rest = -1;

        for (size_t i = 0; i < n; i++) {
                const Property *p = all + i;
                int r = 0;

                ret_tests[i] = 0;
                if ((wanted & BIT(i)) == 0)
                        continue;
                if (p->on_state)
                        r = p->on_state(x->manager, NULL);
                if (p->at_rest && r >= 0) {
                        if (at_rest < 0)
                                at_rest = world_is_at_rest(x->manager);
                        if (at_rest)
                                r = p->at_rest(x->manager, NULL);
                }
                if (r < 0)
                        violated |= (uint32_t) BIT(i);
                ret_tests[i] = (uint16_t) (r < 0 ? 1 : MIN(r, UINT16_MAX));
        }
        return violated;
}

typedef struct Expansion {
        Chunk *chunk;
        StateId parent;
} Expansion;

static bool add_record(Expander *x, const Successor *s, void *userdata) {
        Expansion *e = userdata;
        Chunk *c = e->chunk;
        guint n = c->records->len;

        g_array_set_size(c->records, n + 1);
        Record *r = &g_array_index(c->records, Record, n);

        r->fingerprint = s->fingerprint;
        r->parent = e->parent;
        r->ordinal = s->ordinal;
        r->cost = s->cost;
        r->limit = s->limit;
        r->had_reload = s->had_reload;
        r->world = r->world_words = 0;
        r->epoch = x->world->epoch;
        r->state_violated = 0;
        r->reload_violated = s->reload_violated;
        if (s->had_reload)
                memcpy(r->reload_tests, s->reload_tests, sizeof(r->reload_tests));
        else
                memset(r->reload_tests, 0, sizeof(r->reload_tests));

        bool fresh = !s->limit && visited_find(c->search->visited, s->fingerprint) == STATE_NONE;
        r->has_world = fresh || r->reload_violated != 0;
        if (fresh)
                r->state_violated = check_state(x, x->properties, r->state_tests);
        if (r->has_world) {
                r->world = c->worlds->len;
                world_pack(&c->search->packer, x->world, c->worlds);
                r->world_words = c->worlds->len - r->world;
        }
        return true;
}

void chunk_expand(Chunk *c, Expander *x) {
        bool (*interrupted)(void) = c->search->options->interrupted;

        g_array_set_size(c->records, 0);
        g_array_set_size(c->worlds, 0);
        g_array_set_size(c->done, 0);
        x->top_level = c->top_level;
        x->properties = c->search->options->properties;

        for (guint i = c->from; i < c->to && !(interrupted && interrupted()); i++) {
                size_t offset = g_array_index(c->frontier->offsets, size_t, i);
                Expansion e = { .chunk = c, .parent = g_array_index(c->frontier->ids, StateId, i) };

                world_unpack(&c->search->packer, &g_array_index(c->frontier->worlds, uint64_t, offset),
                             x->parent);
                expander_run(x, visited_get(c->search->visited, e.parent)->fingerprint, add_record, &e);
                if (x->top_level && x->n_events == 0 && x->parent->crashed == CRASH_NONE)
                        g_array_append_val(c->done, i);
        }
}
