/* SPDX-License-Identifier: MIT */

#include <string.h>

#include "hashmap.h"

#define DIRECT_BUCKETS 2U

/* Marks among the distances. */
#define FREE     UINT_MAX
#define UNHASHED (UINT_MAX - 1) /* lies where the old key put it */

/* A bucket is two pointers and a byte for its distance. A table asks for a power of two of bytes, and for twice of what the
 * direct buckets have at least. */
#define BUCKET_SIZE  17U
#define STORAGE_SIZE 78U

void hashmap_init(Hashmap *h, HashKeys *keys, HashFunction hash, const void *userdata) {
        *h = (Hashmap) { .keys = keys, .hash = hash, .userdata = userdata };
        hashmap_renew(h, 0);
}

void hashmap_done(Hashmap *h) {
        g_clear_pointer(&h->items, g_free);
        g_clear_pointer(&h->distances, g_free);
}

static void resize(Hashmap *h, unsigned n_buckets) {
        if (n_buckets > h->n_allocated) {
                h->items = g_renew(unsigned, h->items, n_buckets);
                h->distances = g_renew(unsigned, h->distances, n_buckets);
                h->n_allocated = n_buckets;
        }
        for (unsigned i = h->n_buckets; i < n_buckets; i++)
                h->distances[i] = FREE;
        h->n_buckets = n_buckets;
}

static inline unsigned next_bucket(const Hashmap *h, unsigned i) {
        return i + 1 == h->n_buckets ? 0 : i + 1;
}

static inline unsigned optimal_bucket(const Hashmap *h, unsigned item) {
        const SipKey *key = h->direct ? &h->keys->direct : &h->key;

        return (unsigned) (h->hash(h->userdata, item, key, h->direct) % h->n_buckets);
}

/* Walks on from @i with *item in hand, its optimal bucket, until there is a place for what is in hand. Who is further from
 * home than the one in the bucket changes places with it. Returns true when the place was that of an entry that is still
 * unhashed, which is now in hand. hashmap_put_robin_hood() */
static bool place(Hashmap *h, unsigned i, unsigned *item) {
        for (unsigned distance = 0;; distance++, i = next_bucket(h, i)) {
                unsigned there = h->distances[i], other = h->items[i];

                if (there != FREE && there != UNHASHED && there >= distance)
                        continue;

                h->items[i] = *item;
                h->distances[i] = distance;
                if (there == FREE)
                        return false;
                *item = other;
                if (there == UNHASHED)
                        return true;
                distance = there;
        }
}

/* The key that a table gets: get_hash_key(). */
static void take_key(Hashmap *h) {
        if (!h->direct || !h->keys->drawn) {
                h->keys->draw(h->keys->userdata, &h->keys->latest);
                h->keys->drawn = true;
        }
        h->key = h->keys->latest;
}

/* Brings all entries to where the new key wants them, in the order of their old buckets. */
static void rehash(Hashmap *h, unsigned n_old_buckets) {
        for (unsigned i = 0; i < n_old_buckets; i++)
                if (h->distances[i] != FREE)
                        h->distances[i] = UNHASHED;

        for (unsigned i = 0; i < n_old_buckets; i++) {
                if (h->distances[i] != UNHASHED)
                        continue;

                unsigned item = h->items[i], optimal = optimal_bucket(h, item);

                if (optimal == i) {
                        h->distances[i] = 0;
                        continue;
                }
                h->distances[i] = FREE;
                while (place(h, optimal, &item))
                        optimal = optimal_bucket(h, item);
        }
}

/* One fifth of the buckets stays free: resize_buckets(). */
static unsigned buckets_for(unsigned n_entries) {
        unsigned n = n_entries + n_entries / 4, storage = 1;

        while (storage < MAX(n * BUCKET_SIZE, STORAGE_SIZE))
                storage *= 2;
        return storage / BUCKET_SIZE;
}

void hashmap_renew(Hashmap *h, unsigned n_entries) {
        h->direct = true;
        h->n_entries = h->n_buckets = 0;
        if (n_entries > DIRECT_BUCKETS) {
                take_key(h);
                h->direct = false;
        }
        resize(h, h->direct ? DIRECT_BUCKETS : buckets_for(n_entries));
}

static void reserve_one(Hashmap *h) {
        unsigned n = h->n_entries + 1, n_old_buckets = h->n_buckets;

        if (h->direct && n <= DIRECT_BUCKETS)
                return;
        if (n + n / 4 <= h->n_buckets)
                return;

        take_key(h);
        h->direct = false;
        resize(h, buckets_for(n));
        rehash(h, n_old_buckets);
}

void hashmap_put(Hashmap *h, unsigned item) {
        reserve_one(h);
        place(h, optimal_bucket(h, item), &item);
        h->n_entries++;
}

static bool find(const Hashmap *h, unsigned item, unsigned *ret_bucket) {
        unsigned i = optimal_bucket(h, item);

        for (unsigned distance = 0; distance < h->n_buckets; distance++, i = next_bucket(h, i)) {
                if (h->distances[i] == FREE || h->distances[i] < distance)
                        return false;
                if (h->items[i] == item) {
                        *ret_bucket = i;
                        return true;
                }
        }
        return false;
}

/* What follows moves one bucket back, up to one that is where its hash wants it: base_remove_entry(). */
bool hashmap_remove(Hashmap *h, unsigned item) {
        unsigned i;

        if (!find(h, item, &i))
                return false;

        for (unsigned next = next_bucket(h, i); h->distances[next] != FREE && h->distances[next] > 0;
             i = next, next = next_bucket(h, next)) {
                h->items[i] = h->items[next];
                h->distances[i] = h->distances[next] - 1;
        }
        h->distances[i] = FREE;
        h->n_entries--;
        return true;
}

void hashmap_order(const Hashmap *h, unsigned *ret_items) {
        for (unsigned i = 0; i < h->n_buckets; i++)
                if (h->distances[i] != FREE)
                        *ret_items++ = h->items[i];
}
