/* SPDX-License-Identifier: MIT */
#pragma once

/* systemd's Hashmap (src/basic/hashmap.c, 252-262 alike) as far as the order goes in which it lists its entries: which keys it
 * draws, when it grows, and in which bucket an entry comes to lie. The entries are small numbers; what they stand for, and so
 * their hash, is the business of the caller. Sizes are those of 64-bit machines.
 *
 * See docs/order-distribution.md. */

#include <stdbool.h>

#include <glib.h>

#include "siphash24.h"

/* The keys of all tables of a process. */
typedef struct HashKeys {
        SipKey direct; /* of all tables that have not outgrown their own two buckets */
        SipKey latest; /* the last one drawn: a table that outgrows them takes this one */
        bool drawn;    /* whether there is one */
        void (*draw)(void *userdata, SipKey *ret);
        void *userdata;
} HashKeys;

/* The hash of @item. @direct: the table still has its own two buckets only. */
typedef uint64_t (*HashFunction)(const void *userdata, unsigned item, const SipKey *key, bool direct);

typedef struct Hashmap {
        HashKeys *keys;
        HashFunction hash;
        const void *userdata;

        bool direct;
        SipKey key; /* if not direct */
        unsigned n_entries, n_buckets;
        unsigned *items; /* what lies in each bucket */
        unsigned *
                distances; /* and how far it is from the bucket that its hash asked for; or a mark, see hashmap.c */
        unsigned n_allocated;
} Hashmap;

void hashmap_init(Hashmap *h, HashKeys *keys, HashFunction hash, const void *userdata);
void hashmap_done(Hashmap *h);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Hashmap, hashmap_done)

/* Makes it a new one. To remove all entries one by one is different: it then keeps its key and its buckets.
 *
 * With @n_entries it is as large as that many need, with a key that it took at once. Whatever then comes finds the same buckets
 * taken as if it had grown step by step, since those do not depend on the order of insertion; only which of the first
 * @n_entries lies in which of the buckets that several of them ask for does. */
void hashmap_renew(Hashmap *h, unsigned n_entries);

/* @item must not be in it. */
void hashmap_put(Hashmap *h, unsigned item);
/* Whether it was in it. */
bool hashmap_remove(Hashmap *h, unsigned item);

/* The entries in the order in which the table lists them; there are h->n_entries. */
void hashmap_order(const Hashmap *h, unsigned *ret_items);
