/* SPDX-License-Identifier: MIT */

/* The port of systemd's Hashmap against the real one, of the libsystemd-shared that is installed here, or of the file in
 * COLDPLUG_LIBSYSTEMD_SHARED. */

#include <dlfcn.h>
#include <glob.h>
#include <string.h>

#include "tests/support.h"

#include "explore/hashmap.h"

#define NAMES_MAX 256U

/* The message 00 01 02 ... with the key 00 01 ... 0f: some of the 64 values that the authors of SipHash give. */
static void test_siphash_reference(void **state) {
        static const struct {
                size_t size;
                uint64_t expected;
        } vectors[] = {
                { 0, UINT64_C(0x726fdb47dd0e0e31) },  { 1, UINT64_C(0x74f839c593dc67fd) },
                { 2, UINT64_C(0x0d6c8009d9a94f5a) },  { 3, UINT64_C(0x85676696d7fb7e2d) },
                { 7, UINT64_C(0xab0200f58b01d137) },  { 8, UINT64_C(0x93f5f5799a932462) },
                { 15, UINT64_C(0xa129ca6149be45e5) }, { 63, UINT64_C(0x958a324ceb064572) },
        };
        SipKey key = { { UINT64_C(0x0706050403020100), UINT64_C(0x0f0e0d0c0b0a0908) } };
        uint8_t message[64];

        for (unsigned i = 0; i < sizeof(message); i++)
                message[i] = (uint8_t) i;
        for (size_t i = 0; i < G_N_ELEMENTS(vectors); i++)
                assert_true(siphash24(message, vectors[i].size, &key) == vectors[i].expected);
}

/* What the port needs to know of the real table, read from its memory. On 64-bit machines: a pointer, then 39 bytes that are the
 * two buckets and their distances, or a pointer, the key and four numbers; then bits: two of the type, one for which it is. */
typedef struct RealTable RealTable;

static const uint8_t *real_bytes(const RealTable *t) {
        return (const uint8_t *) t + sizeof(void *);
}

static bool real_is_direct(const RealTable *t) {
        return (real_bytes(t)[39] & 4) == 0;
}

static SipKey real_key(const RealTable *t) {
        SipKey key;

        memcpy(key.words, real_bytes(t) + 8, sizeof(key.words));
        return (SipKey) { { GUINT64_FROM_LE(key.words[0]), GUINT64_FROM_LE(key.words[1]) } };
}

/* The bucket, of two, that the hash of @name asks for. */
static unsigned real_direct_bucket(const RealTable *t, const char *name) {
        for (unsigned i = 0; i < 2; i++) {
                const char *key;

                memcpy(&key, real_bytes(t) + (size_t) i * 16, sizeof(key));
                if (real_bytes(t)[32 + i] != 0xff && key == name)
                        return (i + 2 - real_bytes(t)[32 + i]) % 2;
        }
        fail_msg("%s is not in the table", name);
        return 0;
}

typedef struct RealIterator {
        const void *next_key;
        unsigned index;
} RealIterator;

typedef struct Library {
        void *handle;
        RealTable *(*table_new)(const void *ops);
        int (*put)(RealTable *t, const void *key, void *value);
        void *(*remove)(RealTable *t, const void *key);
        void *(*free)(RealTable *t, void *free_key,
                      void *free_value); /* 262 looks at the first argument alone */
        bool (*iterate)(RealTable *t, RealIterator *i, void **value, const void **key);
        const void *string_ops;
} Library;

static void *library_open(void) {
        static const char *const places[] = {
                "/usr/lib/*/systemd/libsystemd-shared-*.so",
                "/usr/lib/systemd/libsystemd-shared-*.so",
                "/usr/lib64/systemd/libsystemd-shared-*.so",
                "/lib/*/systemd/libsystemd-shared-*.so",
        };
        const char *given = g_getenv("COLDPLUG_LIBSYSTEMD_SHARED");

        if (given)
                return dlopen(given, RTLD_NOW | RTLD_LOCAL);

        for (size_t i = 0; i < G_N_ELEMENTS(places); i++) {
                glob_t found = {};
                void *handle = NULL;

                if (glob(places[i], 0, NULL, &found) == 0)
                        handle = dlopen(found.gl_pathv[0], RTLD_NOW | RTLD_LOCAL);
                globfree(&found);
                if (handle)
                        return handle;
        }
        return NULL;
}

/* A function pointer is not a data pointer, but dlsym() is made for that. */
static bool library_symbol(const Library *l, const char *name, const char *newer_name, void *ret) {
        void *symbol = dlsym(l->handle, name);

        if (!symbol && newer_name)
                symbol = dlsym(l->handle, newer_name);
        memcpy(ret, &symbol, sizeof(symbol));
        return symbol;
}

/* Skips the test where there is no library, or none that gives us its tables. */
static void library_init(Library *l) {
        *l = (Library) { .handle = sizeof(void *) == 8 ? library_open() : NULL };

        if (l->handle && library_symbol(l, "_hashmap_new", "hashmap_new", &l->table_new) &&
            library_symbol(l, "hashmap_put", NULL, &l->put) &&
            library_symbol(l, "_hashmap_remove", NULL, &l->remove) &&
            library_symbol(l, "_hashmap_free", NULL, &l->free) &&
            library_symbol(l, "_hashmap_iterate", NULL, &l->iterate) &&
            library_symbol(l, "string_hash_ops", NULL, &l->string_ops))
                return;

        print_message("there is no libsystemd-shared to compare with\n");
        skip();
        g_assert_not_reached();
}

/* A real table and its port side by side. */
typedef struct Pair {
        const Library *shared_object;
        RealTable *real;
        Hashmap port;
        HashKeys *keys;
        unsigned n_drawn;
        const RealTable *drawing; /* the table of which the port's next key is */
        char *names[NAMES_MAX];
        unsigned direct[NAMES_MAX]; /* the bucket, of two, that a name asked for */
        bool present[NAMES_MAX];
} Pair;

static uint64_t pair_hash(const void *userdata, unsigned item, const SipKey *key, bool direct) {
        const Pair *p = userdata;

        return direct ? p->direct[item] : siphash24(p->names[item], strlen(p->names[item]) + 1, key);
}

/* The real table has already grown when its port draws a key. */
static void pair_draw(void *userdata, SipKey *ret) {
        Pair *p = userdata;

        p->n_drawn++;
        *ret = real_key(p->drawing);
}

static void pair_init(Pair *p, const Library *library, HashKeys *keys, GRand *rand) {
        *p = (Pair) { .shared_object = library, .keys = keys };
        p->real = library->table_new(library->string_ops);
        hashmap_init(&p->port, keys, pair_hash, p);
        for (unsigned i = 0; i < NAMES_MAX; i++)
                p->names[i] = g_strdup_printf("%x-%u.service", g_rand_int(rand), i);
}

static void pair_done(Pair *p) {
        p->shared_object->free(p->real, NULL, NULL);
        hashmap_done(&p->port);
        for (unsigned i = 0; i < NAMES_MAX; i++)
                g_free(p->names[i]);
}

static void pair_put(Pair *p, unsigned item) {
        assert_int_equal(p->shared_object->put(p->real, p->names[item], p->names[item]), 1);
        if (real_is_direct(p->real))
                p->direct[item] = real_direct_bucket(p->real, p->names[item]);
        p->drawing = p->real;
        p->keys->userdata = p;
        hashmap_put(&p->port, item);
        p->present[item] = true;

        assert_int_equal(p->port.direct, real_is_direct(p->real));
        if (!p->port.direct) {
                SipKey key = real_key(p->real);

                assert_memory_equal(&p->port.key, &key, sizeof(key));
        }
}

static void pair_remove(Pair *p, unsigned item) {
        assert_ptr_equal(p->shared_object->remove(p->real, p->names[item]), p->names[item]);
        assert_true(hashmap_remove(&p->port, item));
        p->present[item] = false;
}

static void pair_compare(Pair *p) {
        unsigned order[NAMES_MAX], n = 0;
        RealIterator i = { .index = UINT_MAX - 1 };
        const void *key;

        hashmap_order(&p->port, order);
        while (p->shared_object->iterate(p->real, &i, NULL, &key)) {
                assert_in_range(n, 0, p->port.n_entries - 1);
                assert_string_equal(key, p->names[order[n]]);
                n++;
        }
        assert_int_equal(n, p->port.n_entries);
}

/* Puts and removes at random, at most up to @n_names entries. */
static void pair_exercise(Pair *p, GRand *rand, unsigned n_names, unsigned n_steps) {
        for (unsigned step = 0; step < n_steps; step++) {
                unsigned item = (unsigned) g_rand_int_range(rand, 0, (int) n_names);

                if (!p->present[item])
                        pair_put(p, item);
                else if (g_rand_int_range(rand, 0, 3) == 0)
                        pair_remove(p, item);
                pair_compare(p);
        }
}

/* The library has drawn keys of which we do not know before the first table of ours drew one. */
static void keys_learn(HashKeys *keys, const Library *library, GRand *rand) {
        Pair first;

        *keys = (HashKeys) { .draw = pair_draw };
        pair_init(&first, library, keys, rand);
        for (unsigned i = 0; i < 3; i++)
                pair_put(&first, i);
        pair_done(&first);
}

static void test_insertion(void **state) {
        g_autoptr(GRand) rand = g_rand_new_with_seed(1);
        unsigned n_tables = 0;
        HashKeys keys;
        Library l;

        library_init(&l);
        keys_learn(&keys, &l, rand);

        for (unsigned n = 1; n <= 200; n += n < 30 ? 1 : 7)
                for (unsigned i = 0; i < 10; i++, n_tables++) {
                        Pair p;

                        pair_init(&p, &l, &keys, rand);
                        for (unsigned item = 0; item < n; item++) {
                                pair_put(&p, item);
                                pair_compare(&p);
                        }
                        pair_done(&p);
                }
        print_message("%u tables filled\n", n_tables);
}

/* A new key at each growth but the first, when the table takes the latest one of all. */
static void test_keys(void **state) {
        g_autoptr(GRand) rand = g_rand_new_with_seed(2);
        HashKeys keys;
        Library l;
        Pair p;

        library_init(&l);
        keys_learn(&keys, &l, rand);
        pair_init(&p, &l, &keys, rand);

        for (unsigned i = 0; i < 200; i++) {
                /* the first that does not fit into 7, 15, 30, 60, 120 and 240 buckets */
                static const unsigned growth[] = { 7, 13, 25, 49, 97, 193 };
                unsigned expected = 0;

                pair_put(&p, i);
                while (expected < G_N_ELEMENTS(growth) && i + 1 >= growth[expected])
                        expected++;
                assert_int_equal(p.n_drawn, expected);
        }
        pair_done(&p);
}

static void test_removal(void **state) {
        static const unsigned n_names[] = { 2, 3, 6, 7, 12, 13, 24, 60, 100, 200 };
        g_autoptr(GRand) rand = g_rand_new_with_seed(3);
        HashKeys keys;
        Library l;

        library_init(&l);
        keys_learn(&keys, &l, rand);

        for (size_t i = 0; i < G_N_ELEMENTS(n_names); i++)
                for (unsigned k = 0; k < 10; k++) {
                        Pair p;

                        pair_init(&p, &l, &keys, rand);
                        pair_exercise(&p, rand, n_names[i], 600);
                        pair_done(&p);
                }
}

/* As a reload does it: what comes first is removed until nothing is left, then all come again, in the order they had. */
static void test_refill(void **state) {
        g_autoptr(GRand) rand = g_rand_new_with_seed(4);
        HashKeys keys;
        Library l;

        library_init(&l);
        keys_learn(&keys, &l, rand);

        for (unsigned n = 1; n <= 200; n += 9) {
                unsigned order[NAMES_MAX], n_drawn;
                Pair p;

                pair_init(&p, &l, &keys, rand);
                for (unsigned i = 0; i < n; i++)
                        pair_put(&p, i);
                n_drawn = p.n_drawn;

                hashmap_order(&p.port, order);
                for (unsigned i = 0; i < n; i++) {
                        pair_remove(&p, order[i]);
                        pair_compare(&p);
                }
                for (unsigned i = 0; i < n; i++) {
                        pair_put(&p, order[i]);
                        pair_compare(&p);
                }
                assert_int_equal(p.n_drawn, n_drawn);
                pair_done(&p);
        }
}

/* A table that starts as large as some entries need has the same buckets taken as one that grew, and whoever comes after
 * them lies in the same bucket. */
typedef struct Fixed {
        uint64_t state;
        SipKey last;
        bool given; /* the next key is the last that was drawn */
} Fixed;

static void draw_fixed(void *userdata, SipKey *ret) {
        Fixed *f = userdata;

        if (!f->given)
                f->last = (SipKey) { { ++f->state * UINT64_C(0x9e3779b97f4a7c15), f->state } };
        *ret = f->last;
}

static uint64_t item_hash(const void *userdata, unsigned item, const SipKey *key, bool direct) {
        return siphash24(&item, sizeof(item), key);
}

static void test_renew(void **state) {
        static const unsigned n_before[] = { 3, 5, 8, 13, 20, 30, 49, 80, 97, 150 }, n_later = 12;
        Fixed fixed = {};

        for (unsigned i = 0; i < 500; i++) {
                unsigned n = n_before[i % G_N_ELEMENTS(n_before)];
                HashKeys keys = { .draw = draw_fixed, .userdata = &fixed };
                g_auto(Hashmap) grown = {}, renewed = {};

                fixed.given = false;
                hashmap_init(&grown, &keys, item_hash, NULL);
                for (unsigned item = 0; item < n; item++)
                        hashmap_put(&grown, item);
                unsigned n_buckets = grown.n_buckets;

                fixed.given = true;
                keys.drawn = false;
                hashmap_init(&renewed, &keys, item_hash, NULL);
                hashmap_renew(&renewed, n);
                for (unsigned item = 0; item < n; item++)
                        hashmap_put(&renewed, item);
                assert_int_equal(renewed.n_buckets, n_buckets);

                for (unsigned item = n; item < n + n_later && n + n_later < n_buckets * 4 / 5; item++) {
                        hashmap_put(&grown, item);
                        hashmap_put(&renewed, item);
                }
                assert_int_equal(grown.n_buckets, n_buckets);
                assert_memory_equal(grown.distances, renewed.distances, n_buckets * sizeof(unsigned));
                for (unsigned b = 0; b < n_buckets; b++)
                        if (grown.distances[b] != UINT_MAX && MAX(grown.items[b], renewed.items[b]) >= n)
                                assert_int_equal(grown.items[b], renewed.items[b]);
        }
}

/* A hash that is the item itself: where entries come to lie, by hand. */
static uint64_t same_hash(const void *userdata, unsigned item, const SipKey *key, bool direct) {
        return item;
}

static void draw_nothing(void *userdata, SipKey *ret) {
        *ret = (SipKey) {};
}

static void put_all(Hashmap *h, const unsigned *items, size_t n) {
        for (size_t i = 0; i < n; i++)
                hashmap_put(h, items[i]);
}

static void assert_order(const Hashmap *h, const unsigned *expected, size_t n) {
        unsigned order[16];

        assert_int_equal(h->n_entries, n);
        hashmap_order(h, order);
        assert_memory_equal(order, expected, n * sizeof(*expected));
}

static void test_by_hand(void **state) {
        HashKeys keys = { .draw = draw_nothing };
        g_auto(Hashmap) h = {};

        hashmap_init(&h, &keys, same_hash, NULL);

        /* Two fit directly; both want bucket 0, the first has it. */
        put_all(&h, (unsigned[]) { 2, 4 }, 2);
        assert_true(h.direct);
        assert_order(&h, (unsigned[]) { 2, 4 }, 2);

        /* Seven buckets: 9 wants bucket 2, as 2 does, and lies behind it; 16 does too, and goes further; 4 gives way to it. */
        put_all(&h, (unsigned[]) { 9, 16 }, 2);
        assert_int_equal(h.n_buckets, 7);
        assert_order(&h, (unsigned[]) { 2, 9, 16, 4 }, 4);

        /* 16 and 4 move back when 2 goes: 4 to the bucket it wants. */
        assert_true(hashmap_remove(&h, 2));
        assert_false(hashmap_remove(&h, 2));
        hashmap_put(&h, 3);
        assert_order(&h, (unsigned[]) { 9, 16, 3, 4 }, 4);

        /* 6 and 13 want the last bucket: the one that came later goes around the end, to the first. */
        put_all(&h, (unsigned[]) { 6, 13 }, 2);
        assert_order(&h, (unsigned[]) { 13, 9, 16, 3, 4, 6 }, 6);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_siphash_reference),
                cmocka_unit_test(test_by_hand),
                cmocka_unit_test(test_renew),
                cmocka_unit_test(test_insertion),
                cmocka_unit_test(test_keys),
                cmocka_unit_test(test_removal),
                cmocka_unit_test(test_refill),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
