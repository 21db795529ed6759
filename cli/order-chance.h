/* SPDX-License-Identifier: MIT */
#pragma once

/* --order-dist systemd: how likely a violation is when systemd's own hash table draws the order. */

#include "explore/exploration.h"
#include "explore/order-dist.h"

/* Options as given. */
typedef struct OrderChance {
        char *distribution; /* NULL: uniform */
        gint64 table_size;  /* -1: the default */
        bool systemd;
        OrderDistOptions options;
} OrderChance;

#define ORDER_CHANCE_DEFAULT                                                                                    \
        { .table_size = -1 }

/* Rows of a table of options. */
/* clang-format off */
#define ORDER_CHANCE_ENTRIES(c)                                                                                    \
        { "order-dist", 0, 0, G_OPTION_ARG_STRING, &(c).distribution,                                              \
          "Also say how likely: uniform (default), or systemd for its own hash table", "DIST" },            \
        { "table-size", 0, 0, G_OPTION_ARG_INT64, &(c).table_size,                                                 \
          "With systemd: how many other units PID 1 has (default: 150)", "N" }
/* clang-format on */

/* False: says what is wrong. */
bool order_chance_select(OrderChance *c, const char *verb);

/* Fills @ret (by property; .n_samples 0 and not exact: not known) for what is violated. */
void order_chance_measure(const OrderChance *c, const Exploration *e,
                          OrderDistResult ret[static PROPERTIES_MAX]);
bool order_chance_is_known(const OrderDistResult *r);

/* "49.9 % of boots (49.6 to 50.2 %, 95 % confidence, 100000 keys drawn)", "50 % of boots (1/2, exact)" */
char *order_chance_text(const OrderChance *c, const OrderDistResult *r);
