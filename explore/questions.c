/* SPDX-License-Identifier: MIT */

#include <errno.h>
#include <string.h>

#include "orders.h"
#include "questions.h"

/* Answers are tried one after another where there is no formula. */
#define CLASSES_MAX 200000U

struct OrderQuestions {
        GHashTable *set; /* of GBytes: a Question */
};

/* The members are sorted, and stand for pairs of a key and a name once the questions are sorted out. */
typedef struct Question {
        uint16_t kind; /* ChoiceKind */
        uint16_t epoch;
        uint16_t n;
        uint16_t names[];
} Question;

static size_t question_size(size_t n) {
        return sizeof(Question) + n * sizeof(uint16_t);
}

OrderQuestions *order_questions_new(void) {
        OrderQuestions *q = g_new(OrderQuestions, 1);

        q->set = g_hash_table_new_full(g_bytes_hash, g_bytes_equal, (GDestroyNotify) g_bytes_unref, NULL);
        return q;
}

void order_questions_free(OrderQuestions *q) {
        if (!q)
                return;

        g_hash_table_unref(q->set);
        g_free(q);
}

static void insert_sorted(Question *question, uint16_t name) {
        uint16_t i = question->n++;

        for (; i > 0 && question->names[i - 1] > name; i--)
                question->names[i] = question->names[i - 1];
        question->names[i] = name;
}

void order_questions_add(OrderQuestions *q, unsigned epoch, ChoiceKind kind, const NameId *names, size_t n) {
        g_autofree Question *question = g_malloc(question_size(n));
        g_autoptr(GBytes) key = NULL;

        *question = (Question) { .kind = (uint16_t) kind, .epoch = (uint16_t) epoch };
        for (size_t i = 0; i < n; i++)
                insert_sorted(question, names[i]);

        key = g_bytes_new_static(question, question_size(n));
        if (!g_hash_table_contains(q->set, key))
                g_hash_table_add(q->set, g_bytes_new(question, question_size(n)));
}

void order_questions_merge(OrderQuestions *q, const OrderQuestions *other) {
        GHashTableIter i;
        gpointer key;

        g_hash_table_iter_init(&i, other->set);
        while (g_hash_table_iter_next(&i, &key, NULL))
                g_hash_table_add(q->set, g_bytes_ref(key));
}

/* Counting. Questions that have no name in common, also not by way of others, are answered independently. */

typedef struct Part {
        GPtrArray *
                questions; /* Question: with the place of each name among those of the part instead of the name */
        unsigned n;        /* names */
} Part;

/* What is left of the question when only @names count; NULL: nothing that could be answered in two ways. */
static Question *restrict_question(const Question *from, const bool *names) {
        Question *q = g_malloc(question_size(from->n));

        *q = (Question) { .kind = from->kind, .epoch = from->epoch };
        for (uint16_t i = 0; i < from->n; i++)
                if (names[from->names[i]])
                        q->names[q->n++] = from->names[i];
        if (q->n == 2)
                q->kind = CHOICE_ORDER;
        if (q->n < 2)
                g_clear_pointer(&q, g_free);
        return q;
}

static int compare_questions(gconstpointer a, gconstpointer b) {
        const Question *x = *(const Question *const *) a, *y = *(const Question *const *) b;

        if (x->n != y->n)
                return x->n < y->n ? 1 : -1;
        return memcmp(x, y, question_size(x->n));
}

static GPtrArray *list_questions(const OrderQuestions *q, const bool *names) {
        GPtrArray *list = g_ptr_array_new_with_free_func(g_free);
        GHashTableIter i;
        gpointer key;

        g_hash_table_iter_init(&i, q->set);
        while (g_hash_table_iter_next(&i, &key, NULL)) {
                Question *question = restrict_question(g_bytes_get_data(key, NULL), names);

                if (question)
                        g_ptr_array_add(list, question);
        }

        g_ptr_array_sort(list, compare_questions);
        return list;
}

static uint16_t find_root(const uint16_t *root, uint16_t i) {
        while (root[i] != i)
                i = root[i];
        return i;
}

/* Those of @list, of one key, that hang together with @first, with places for names. NULL: they are too many. */
static void collect_part(const GPtrArray *list, const uint16_t *root, const Question *first, uint16_t *places,
                         Part *ret) {
        uint16_t wanted = find_root(root, first->names[0]);

        *ret = (Part) { .questions = g_ptr_array_new_with_free_func(g_free) };
        for (guint i = 0; i < list->len; i++) {
                const Question *q = list->pdata[i];
                Question *copy,
                        *last = ret->questions->len > 0 ? ret->questions->pdata[ret->questions->len - 1] : NULL;

                if (q->epoch != first->epoch || find_root(root, q->names[0]) != wanted)
                        continue;

                copy = g_memdup2(q, question_size(q->n));
                for (uint16_t k = 0; k < q->n; k++) {
                        if (places[q->names[k]] == UINT16_MAX)
                                places[q->names[k]] = (uint16_t) ret->n++;
                        copy->names[k] = places[q->names[k]];
                }
                /* Two questions about three names may be the same one about two. */
                if (last && last->n == copy->n && memcmp(last, copy, question_size(copy->n)) == 0)
                        g_free(copy);
                else
                        g_ptr_array_add(ret->questions, copy);
        }
}

static const Question *part_question(const Part *p, guint i) {
        return p->questions->pdata[i];
}

/* Whether all questions are about all names of the part; the first, the last, or both. */
static bool count_by_formula(const Part *p, mpz_t ret) {
        unsigned n = 0;

        for (guint i = 0; i < p->questions->len; i++) {
                if (part_question(p, i)->n != p->n || part_question(p, i)->kind == CHOICE_ORDER)
                        return false;
                n++;
        }

        mpz_set_ui(ret, p->n);
        if (n > 1)
                mpz_mul_ui(ret, ret, p->n - 1);
        return true;
}

/* Only pairs: the acyclic orientations of the graph whose edges they are. */
static int count_by_graph(const Part *p, mpz_t ret) {
        uint64_t adjacent[ORDERS_NAMES_MAX] = {};

        for (guint i = 0; i < p->questions->len; i++) {
                const Question *q = part_question(p, i);

                adjacent[q->names[0]] |= BIT(q->names[1]);
                adjacent[q->names[1]] |= BIT(q->names[0]);
        }
        return count_acyclic_orientations(adjacent, p->n == 64 ? UINT64_MAX : BIT(p->n) - 1, ret);
}

/* The names after each one, and what follows from that */
typedef struct Known {
        uint64_t after[ORDERS_NAMES_MAX];
} Known;

static void decide(Known *k, unsigned n, unsigned a, unsigned b) {
        uint64_t later = k->after[b] | BIT(b);

        for (unsigned x = 0; x < n; x++)
                if (x == a || (k->after[x] & BIT(a)) != 0)
                        k->after[x] |= later;
}

static bool is_before(const Known *k, unsigned a, unsigned b) {
        return (k->after[a] & BIT(b)) != 0;
}

/* Decides that member @end is the first or last. False: it cannot be. */
static bool answer(const Question *q, unsigned n, uint16_t end, Known *k) {
        for (uint16_t i = 0; i < q->n; i++) {
                unsigned a = q->kind == CHOICE_LAST ? q->names[i] : q->names[end],
                         b = q->kind == CHOICE_LAST ? q->names[end] : q->names[i];

                if (i == end)
                        continue;
                if (is_before(k, b, a))
                        return false;
                if (!is_before(k, a, b))
                        decide(k, n, a, b);
        }
        return true;
}

/* The ways to answer the questions from number @i on. Stops beyond CLASSES_MAX. */
static void count_answers(const Part *p, guint i, const Known *known, unsigned *count) {
        if (i == p->questions->len) {
                (*count)++;
                return;
        }

        for (uint16_t end = 0; end < part_question(p, i)->n && *count <= CLASSES_MAX; end++) {
                Known k = *known;

                if (answer(part_question(p, i), p->n, end, &k))
                        count_answers(p, i + 1, &k, count);
        }
}

static int count_part(const Part *p, mpz_t ret) {
        Known nothing = {};
        unsigned n = 0;
        bool only_pairs = part_question(p, 0)->kind == CHOICE_ORDER; /* those with more names come first */

        if (!only_pairs && count_by_formula(p, ret))
                return 0;
        if (p->n > ORDERS_NAMES_MAX)
                return -E2BIG;
        if (only_pairs)
                return count_by_graph(p, ret);

        count_answers(p, 0, &nothing, &n);
        mpz_set_ui(ret, n);
        return n > CLASSES_MAX ? -E2BIG : 0;
}

/* Names that a question speaks of together have one root, for each key. */
static void join_names(const GPtrArray *list, unsigned epoch, uint16_t *root, size_t n_names) {
        for (size_t i = 0; i < n_names; i++)
                root[i] = (uint16_t) i;
        for (guint i = 0; i < list->len; i++) {
                const Question *q = list->pdata[i];

                for (uint16_t k = 1; k < q->n && q->epoch == epoch; k++)
                        root[find_root(root, q->names[k])] = find_root(root, q->names[0]);
        }
}

int order_questions_count_classes(const OrderQuestions *q, const bool *names, size_t n_names, mpz_t ret) {
        g_autoptr(GPtrArray) list = list_questions(q, names);
        g_autofree uint16_t *root = g_new(uint16_t, n_names + 1), *places = g_new(uint16_t, n_names + 1);
        mpz_t n;
        int r = 0;

        mpz_init(n);
        mpz_set_ui(ret, 1);
        for (unsigned epoch = 0; epoch < WORLD_EPOCHS_MAX && r >= 0; epoch++) {
                join_names(list, epoch, root, n_names);
                memset(places, 0xFF, n_names * sizeof(uint16_t));
                for (guint i = 0; i < list->len && r >= 0; i++) {
                        const Question *first = list->pdata[i];
                        Part part;

                        if (first->epoch != epoch || places[first->names[0]] != UINT16_MAX)
                                continue;
                        collect_part(list, root, first, places, &part);
                        r = count_part(&part, n);
                        mpz_mul(ret, ret, n);
                        g_ptr_array_unref(part.questions);
                }
        }
        mpz_clear(n);
        return r;
}
