/* SPDX-License-Identifier: MIT */
#pragma once

/* The smallest condition on the order of m->units that decides whether a ranking is in an OrderSet: pairs of names, "this one comes
 * before that one", joined by "and" and "or". */

#include "partial-order.h"

typedef enum ConditionKind {
        CONDITION_UNKNOWN, /* too many names, or too much work: no condition is given */
        CONDITION_NEVER,   /* no ranking is in it */
        CONDITION_ALWAYS,  /* all are */
        CONDITION_WHEN,    /* those for which one of the terms holds */
        CONDITION_UNLESS,  /* those for which none of the terms holds */
        _CONDITION_KIND_MAX,
} ConditionKind;

const char *condition_kind_to_string(ConditionKind k);

/* Under hash key `key` `first` comes before `second`. */
typedef struct OrderLiteral {
        uint8_t key;
        NameId first, second;
} OrderLiteral;

typedef struct OrderCondition {
        ConditionKind kind;
        bool smallest; /* proven: no condition of this form, nor of its opposite, has fewer literals */
        unsigned n_literals;
        GPtrArray *terms; /* of GArray of OrderLiteral; all literals of a term hold when it does. WHEN, UNLESS */
} OrderCondition;

OrderCondition *order_condition_new(const OrderSet *s);
void order_condition_free(OrderCondition *c);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(OrderCondition, order_condition_free)

/* Whether it holds for a ranking, as in order_set_has(). The kind must not be UNKNOWN. */
bool order_condition_has(const OrderCondition *c, const uint16_t *const *ranks);

/* How it is said. @step is what the order is that of, as a participle ("serialized"), NULL: the order of the unit table.
 * @n_keys are the hash keys that a run can draw. "a.service is serialized before b.service"; NULL for kinds without terms. */
char *order_condition_text(const OrderCondition *c, const Catalog *catalog, unsigned n_keys, const char *step);

/* "a1..a8.service, b.service": names (of NameId) in their order. */
char *order_names_text(const Catalog *catalog, const GArray *names);

/* condition-exact.c: the terms, as PartialOrder, with the fewest literals that together are @wanted's rankings, or if @outside all
 * others. NULL: none have fewer than @n_literals. *ret_proven: that is certain. */
GArray *fewest_terms(const OrderUnion *wanted, bool outside, unsigned n_literals, bool *ret_proven);
