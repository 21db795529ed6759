/* SPDX-License-Identifier: MIT */

#include "world-pool.h"
#include "events.h"
#include "orders.h"
#include "traces/snapshot.h"

void world_pool_init(WorldPool *p, const WorldLayout *l, const World *base) {
        *p = (WorldPool) {
                .layout = l,
                .ids = visited_new(),
                .packed = g_array_new(FALSE, FALSE, sizeof(uint64_t)),
                .worlds = g_array_new(FALSE, TRUE, sizeof(PooledWorld)),
                .observables = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL),
        };
        packer_init(&p->packer, l, base);
}

void world_pool_clear(WorldPool *p) {
        for (guint i = 0; i < p->worlds->len; i++)
                if (pooled_world(p, i)->measured)
                        mpq_clear(pooled_world(p, i)->measure);
        g_clear_pointer(&p->ids, visited_free);
        g_clear_pointer(&p->packed, g_array_unref);
        g_clear_pointer(&p->worlds, g_array_unref);
        g_clear_pointer(&p->observables, g_hash_table_unref);
        packer_clear(&p->packer);
}

static uint64_t mix(uint64_t hash, const uint16_t *values, size_t n) {
        for (size_t i = 0; i < n; i++) {
                hash = (hash ^ values[i]) * UINT64_C(0x9e3779b97f4a7c15);
                hash ^= hash >> 29;
        }
        return hash;
}

static Fingerprint full_fingerprint(const WorldLayout *l, const World *w) {
        Fingerprint f = world_fingerprint(l, w);

        f.low = mix(f.low, world_tag_count(l, w), l->n_texts);
        f.high = mix(f.high, world_instances(l, w), l->n_processes);
        return f;
}

WorldId world_pool_add(WorldPool *p, Manager *m) {
        VisitedState state = { .fingerprint = full_fingerprint(p->layout, m->world), .parent = STATE_NONE };
        bool fresh;
        WorldId id = visited_add(p->ids, &state, &fresh);

        if (!fresh)
                return id;

        PooledWorld w = {
                .packed = p->packed->len,
                .at_rest = world_is_at_rest(m),
                .reloaded = m->world->reload_count > 0,
        };
        world_pack(&p->packer, m->world, p->packed);
        g_array_append_val(p->worlds, w);
        return id;
}

void world_pool_get(const WorldPool *p, WorldId id, World *ret) {
        world_unpack(&p->packer, &g_array_index(p->packed, uint64_t, pooled_world(p, id)->packed), ret);
}

uint32_t world_pool_observable(WorldPool *p, WorldId id, Manager *m) {
        PooledWorld *w = pooled_world(p, id);

        if (w->observable == 0) {
                g_autofree char *text = snapshot_observable_text(m);
                gpointer n = g_hash_table_lookup(p->observables, text);

                if (!n) {
                        n = GUINT_TO_POINTER(g_hash_table_size(p->observables) + 1);
                        g_hash_table_insert(p->observables, g_steal_pointer(&text), n);
                }
                w->observable = GPOINTER_TO_UINT(n);
        }
        return w->observable;
}

int world_pool_measure(WorldPool *p, WorldId id, World *scratch, mpq_t ret) {
        PooledWorld *w = pooled_world(p, id);

        if (!w->measured) {
                int r;

                mpq_init(w->measure);
                w->measured = true;
                world_pool_get(p, id, scratch);
                r = order_rows_measure(p->layout, world_order(p->layout, scratch), w->measure);
                if (r < 0)
                        return r;
        }
        mpq_set(ret, w->measure);
        return 0;
}

size_t world_pool_memory(const WorldPool *p) {
        return visited_memory(p->ids) + p->packed->len * sizeof(uint64_t) + p->worlds->len * sizeof(PooledWorld);
}
