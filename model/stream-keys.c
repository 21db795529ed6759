/* SPDX-License-Identifier: MIT */

/* Finds the reader of a key. A search reads hundreds of lines for each reload, most of them with keys that the model does not
 * keep and which no table has, so each key is looked for only once: in a small hash table per type of unit. */

#include <string.h>

#include "stream.h"
#include "unit-types.h"

#define SLOTS_MAX 256U /* a few times the number of keys */

typedef struct KeySlots {
        const StreamKey *keys[SLOTS_MAX];
        size_t sizes[SLOTS_MAX]; /* of the keys' texts */
} KeySlots;

struct StreamIndex {
        KeySlots types[_UNIT_TYPE_MAX];
};

/* Keys differ in their lengths and in these places. */
static unsigned key_hash(const char *key, size_t size) {
        const uint8_t *k = (const uint8_t *) key;

        return (unsigned) (size + k[0] * 7U + k[size / 2] * 31U + k[size - 1] * 127U) % SLOTS_MAX;
}

static unsigned find_slot(const KeySlots *slots, const char *key, size_t size) {
        unsigned i = key_hash(key, size);

        while (slots->keys[i] && (slots->sizes[i] != size || memcmp(slots->keys[i]->key, key, size) != 0))
                i = (i + 1) % SLOTS_MAX;

        return i;
}

/* A key that is there already stays. */
static void add_keys(KeySlots *slots, const StreamKey *keys, size_t n) {
        for (size_t i = 0; i < n; i++) {
                size_t size = strlen(keys[i].key);
                unsigned slot = find_slot(slots, keys[i].key, size);

                if (slots->keys[slot])
                        continue;
                slots->keys[slot] = keys + i;
                slots->sizes[slot] = size;
        }
}

StreamIndex *stream_index_new(const Profile *p) {
        StreamIndex *index = g_new0(StreamIndex, 1);
        const StreamKey *keys;
        size_t n;

        for (UnitType t = 0; t < _UNIT_TYPE_MAX; t++) {
                keys = unit_stream_keys(&n);
                add_keys(index->types + t, keys, n);

                /* Up to 255 every unit has the cgroup fields, later only types with a cgroup context. */
                if (!p->cgroup_runtime || unit_type_has_cgroup(t)) {
                        keys = cgroup_stream_keys(&n);
                        add_keys(index->types + t, keys, n);
                }

                keys = t == UNIT_SERVICE ? service_stream_keys(&n) : other_stream_keys(&n);
                add_keys(index->types + t, keys, n);
        }

        return index;
}

const StreamKey *stream_index_find(const StreamIndex *index, UnitType type, const char *key, size_t size) {
        const KeySlots *slots = index->types + type;

        return size == 0 ? NULL : slots->keys[find_slot(slots, key, size)];
}
