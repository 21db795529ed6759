/* SPDX-License-Identifier: MIT */

#include <string.h>

#include "hashmap.h"
#include "order-dist.h"
#include "statistics.h"
#include "table-names.h"

#define EXACT_NAMES_MAX    6U      /* so many fit into the first seven buckets */
#define EXACT_RANKINGS_MAX 100000U /* of all keys together */

/* Rankings of all keys: places[(i * n_keys + key) * n + name], the i-th of them weighs weights[i]. */
struct OrderDist {
        NameId *ids; /* by the order of insertion */
        size_t n, n_layout_names;
        unsigned n_keys;
        double confidence;

        bool exact;
        uint16_t *places;
        uint64_t *weights; /* NULL: all weigh 1 */
        size_t n_rankings;
        uint64_t total;
};

void order_dist_result_init(OrderDistResult *r) {
        *r = (OrderDistResult) {};
        mpq_init(r->fraction);
}

void order_dist_result_done(OrderDistResult *r) {
        mpq_clear(r->fraction);
}

/* The exact way. The table has its two direct buckets and then seven; all vectors of buckets that the hashes of the names can
 * ask for are equally likely. */
typedef struct Vectors {
        uint8_t direct[EXACT_NAMES_MAX], indirect[EXACT_NAMES_MAX];
        uint32_t *weights; /* of each order, as order_number() counts them */
        size_t n_orders;
        uint64_t total;
} Vectors;

static uint64_t vector_hash(const void *userdata, unsigned item, const SipKey *key, bool direct) {
        const Vectors *v = userdata;

        return direct ? v->direct[item] : v->indirect[item];
}

static void draw_nothing(void *userdata, SipKey *ret) {
        *ret = (SipKey) {};
}

/* In lexicographic order. */
static size_t order_number(const unsigned *order, size_t n) {
        size_t number = 0;

        for (size_t i = 0; i < n; i++) {
                size_t smaller = 0;

                for (size_t k = i + 1; k < n; k++)
                        smaller += order[k] < order[i];
                number = number * (n - i) + smaller;
        }
        return number;
}

static void order_of_number(size_t number, size_t n, unsigned *ret) {
        for (size_t i = n; i-- > 0;) {
                ret[i] = (unsigned) (number % (n - i));
                number /= n - i;
        }
        for (size_t i = n; i-- > 0;)
                for (size_t k = i + 1; k < n; k++)
                        ret[k] += ret[k] >= ret[i];
}

/* The next vector with digits below @base; false after the last one, which leaves the first. */
static bool next_vector(uint8_t *v, size_t n, uint8_t base) {
        for (size_t i = 0; i < n; i++) {
                if (++v[i] < base)
                        return true;
                v[i] = 0;
        }
        return false;
}

static void vectors_init(Vectors *v, size_t n) {
        HashKeys keys = { .draw = draw_nothing };
        size_t n_direct = MIN(n, 2), n_indirect = n > 2 ? n : 0;
        unsigned order[EXACT_NAMES_MAX];
        g_auto(Hashmap) h = {};

        *v = (Vectors) { .n_orders = 1 };
        for (size_t i = 2; i <= n; i++)
                v->n_orders *= i;
        v->weights = g_new0(uint32_t, v->n_orders);

        hashmap_init(&h, &keys, vector_hash, v);
        do
                do {
                        hashmap_renew(&h, 0);
                        for (unsigned i = 0; i < n; i++)
                                hashmap_put(&h, i);
                        hashmap_order(&h, order);
                        v->weights[order_number(order, n)]++;
                        v->total++;
                } while (next_vector(v->indirect, n_indirect, 7));
        while (next_vector(v->direct, n_direct, 2));
}

/* All rankings of @key and those that follow. A new PID 1 inserts in the order in which the last one listed. */
static void enumerate(OrderDist *d, const Vectors *v, unsigned key, const unsigned *insertion, uint64_t weight,
                      uint16_t *places) {
        if (key == d->n_keys) {
                size_t size = d->n_keys * d->n;

                memcpy(d->places + d->n_rankings * size, places, size * sizeof(*places));
                d->weights[d->n_rankings++] = weight;
                d->total += weight;
                return;
        }

        for (size_t number = 0; number < v->n_orders; number++) {
                unsigned order[EXACT_NAMES_MAX], listed[EXACT_NAMES_MAX];

                if (v->weights[number] == 0)
                        continue;
                order_of_number(number, d->n, order);
                for (size_t i = 0; i < d->n; i++) {
                        listed[i] = insertion[order[i]];
                        places[key * d->n + listed[i]] = (uint16_t) i;
                }
                enumerate(d, v, key + 1, listed, weight * v->weights[number], places);
        }
}

static size_t count_rankings(size_t n, unsigned n_keys) {
        size_t orders = 1, all = 1;

        for (size_t i = 2; i <= n; i++)
                orders *= i;
        for (unsigned i = 0; i < n_keys && all <= EXACT_RANKINGS_MAX; i++)
                all *= orders;
        return all;
}

static void fill_exactly(OrderDist *d) {
        static const unsigned insertion[EXACT_NAMES_MAX] = { 0, 1, 2, 3, 4, 5 };
        uint16_t places[WORLD_EPOCHS_MAX * EXACT_NAMES_MAX];
        size_t n = count_rankings(d->n, d->n_keys);
        Vectors v;

        d->exact = true;
        d->places = g_new(uint16_t, n * d->n_keys * d->n + 1);
        d->weights = g_new(uint64_t, n);
        vectors_init(&v, d->n);
        enumerate(d, &v, 0, insertion, 1, places);
        g_free(v.weights);
}

/* Sampling. The items of the table are first the other names, then those of the scenario. */
typedef struct Sampler {
        char **texts;
        size_t *sizes; /* with the NUL byte, which is hashed as well */
        unsigned n_others, n;
        unsigned *insertion, *order;
        uint64_t random; /* state of splitmix64 */
} Sampler;

static uint64_t next_random(uint64_t *state) {
        uint64_t x = *state += UINT64_C(0x9e3779b97f4a7c15);

        x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
        x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
        return x ^ x >> 31;
}

static void draw_key(void *userdata, SipKey *ret) {
        Sampler *s = userdata;

        ret->words[0] = next_random(&s->random);
        ret->words[1] = next_random(&s->random);
}

static uint64_t name_hash(const void *userdata, unsigned item, const SipKey *key, bool direct) {
        const Sampler *s = userdata;

        return siphash24(s->texts[item], s->sizes[item], key);
}

static void sampler_init(Sampler *s, const OrderDistName *names, size_t n, const OrderDistOptions *options) {
        g_autoptr(GHashTable) own = g_hash_table_new(g_str_hash, g_str_equal);

        *s = (Sampler) { .n_others = options->table_size, .n = options->table_size + (unsigned) n };
        s->texts = g_new(char *, s->n + 1);
        s->sizes = g_new(size_t, s->n + 1);
        s->insertion = g_new(unsigned, s->n + 1);
        s->order = g_new(unsigned, s->n + 1);

        for (size_t i = 0; i < n; i++) {
                g_hash_table_add(own, (gpointer) names[i].name);
                s->texts[s->n_others + i] = g_strdup(names[i].name);
        }
        for (size_t i = 0, next = 0; i < s->n_others; i++) {
                s->texts[i] = table_name(next++);
                while (g_hash_table_contains(own, s->texts[i])) {
                        g_free(s->texts[i]);
                        s->texts[i] = table_name(next++);
                }
        }
        for (size_t i = 0; i < s->n; i++)
                s->sizes[i] = strlen(s->texts[i]) + 1;
}

static void sampler_done(Sampler *s) {
        for (size_t i = 0; i < s->n; i++)
                g_free(s->texts[i]);
        g_free(s->texts);
        g_free(s->sizes);
        g_free(s->insertion);
        g_free(s->order);
}

/* One PID 1: it inserts in the order of s->insertion, and lists in that of s->order. The first @n_before are others. */
static void sample_key(Sampler *s, Hashmap *h, unsigned n_before, uint16_t *places) {
        HashKeys keys = { .draw = draw_key, .userdata = s };

        draw_key(s, &keys.direct);
        h->keys = &keys;
        hashmap_renew(h, n_before);
        for (unsigned i = 0; i < s->n; i++)
                hashmap_put(h, s->insertion[i]);
        hashmap_order(h, s->order);
        h->keys = NULL;

        for (unsigned i = 0, place = 0; i < s->n; i++)
                if (s->order[i] >= s->n_others)
                        places[s->order[i] - s->n_others] = (uint16_t) place++;
}

/* One boot, and a new PID 1 for each further key, which inserts in the order in which the last one listed. */
static void sample(OrderDist *d, Sampler *s, Hashmap *h, uint16_t *places) {
        for (unsigned i = 0; i < s->n; i++)
                s->insertion[i] = i;
        for (unsigned key = 0; key < d->n_keys; key++) {
                unsigned *insertion = s->insertion;

                sample_key(s, h, key == 0 ? s->n_others : 0, places + key * d->n);
                s->insertion = s->order;
                s->order = insertion;
        }
}

static void fill_by_samples(OrderDist *d, const OrderDistName *names, const OrderDistOptions *options) {
        g_auto(Hashmap) h = {};
        Sampler s;

        d->n_rankings = options->n_samples;
        d->total = options->n_samples;
        d->places = g_new(uint16_t, d->n_rankings * d->n_keys * d->n + 1);

        sampler_init(&s, names, d->n, options);
        hashmap_init(&h, NULL, name_hash, &s);
        for (size_t i = 0; i < d->n_rankings; i++) {
                uint64_t seed = options->seed;

                seed = next_random(&seed) + i;
                s.random = next_random(&seed);
                sample(d, &s, &h, d->places + i * d->n_keys * d->n);
        }
        sampler_done(&s);
}

OrderDist *order_dist_new(const OrderDistName *names, size_t n, size_t n_layout_names, unsigned n_keys,
                          const OrderDistOptions *options) {
        OrderDist *d = g_new(OrderDist, 1);

        *d = (OrderDist) {
                .ids = g_new(NameId, n),
                .n = n,
                .n_layout_names = n_layout_names,
                .n_keys = MIN(n_keys, WORLD_EPOCHS_MAX),
                .confidence = options->confidence,
        };
        for (size_t i = 0; i < n; i++)
                d->ids[i] = names[i].id;

        if (options->table_size == 0 && n <= EXACT_NAMES_MAX &&
            count_rankings(n, d->n_keys) <= EXACT_RANKINGS_MAX)
                fill_exactly(d);
        else
                fill_by_samples(d, names, options);
        return d;
}

void order_dist_free(OrderDist *d) {
        if (!d)
                return;

        g_free(d->ids);
        g_free(d->places);
        g_free(d->weights);
        g_free(d);
}

/* The weight of the rankings that pass. Names and keys that are not ours keep places of their own, behind ours. */
static uint64_t weigh(const OrderDist *d, OrderDistTest test, void *userdata) {
        g_autofree uint16_t *all = g_new(uint16_t, WORLD_EPOCHS_MAX * d->n_layout_names + 1);
        const uint16_t *ranks[WORLD_EPOCHS_MAX], *places = d->places;
        uint64_t passed = 0;

        for (unsigned key = 0; key < WORLD_EPOCHS_MAX; key++) {
                ranks[key] = all + key * d->n_layout_names;
                for (size_t name = 0; name < d->n_layout_names; name++)
                        all[key * d->n_layout_names + name] = (uint16_t) (d->n + name);
        }

        for (size_t i = 0; i < d->n_rankings; i++) {
                for (unsigned key = 0; key < d->n_keys; key++)
                        for (size_t k = 0; k < d->n; k++)
                                all[key * d->n_layout_names + d->ids[k]] = *places++;
                if (test(ranks, userdata))
                        passed += d->weights ? d->weights[i] : 1;
        }
        return passed;
}

void order_dist_measure_test(const OrderDist *d, OrderDistTest test, void *userdata, OrderDistResult *ret) {
        uint64_t passed = weigh(d, test, userdata);

        ret->exact = d->exact;
        mpq_set_ui(ret->fraction, passed, d->total);
        mpq_canonicalize(ret->fraction);
        ret->estimate = ret->low = ret->high = mpq_get_d(ret->fraction);
        if (d->exact)
                return;

        ret->n_hits = passed;
        ret->n_samples = d->total;
        confidence_interval(passed, d->total, d->confidence, &ret->low, &ret->high);
}

static bool in_set(const uint16_t *const *ranks, void *userdata) {
        return order_set_has(userdata, ranks);
}

void order_dist_measure(const OrderDist *d, const OrderSet *set, OrderDistResult *ret) {
        order_dist_measure_test(d, in_set, (void *) set, ret);
}
