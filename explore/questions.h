/* SPDX-License-Identifier: MIT */
#pragma once

/* The questions about m->units that a search has asked: is this name before that one, which of these is the first, which the
 * last. The answers to all of them are what the search can tell rankings apart by. */

#include <gmp.h>

#include "model/manager.h"

typedef struct OrderQuestions OrderQuestions;

OrderQuestions *order_questions_new(void);
void order_questions_free(OrderQuestions *q);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(OrderQuestions, order_questions_free)

/* Once is enough. */
void order_questions_add(OrderQuestions *q, unsigned epoch, ChoiceKind kind, const NameId *names, size_t n);
void order_questions_merge(OrderQuestions *q, const OrderQuestions *other);

/* How many classes of rankings have different answers, as far as these are about names in @names (one for each name): a
 * question about several names is then one about those of them. -E2BIG when that is too much work. */
int order_questions_count_classes(const OrderQuestions *q, const bool *names, size_t n_names, mpz_t ret);
