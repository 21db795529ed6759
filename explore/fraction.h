/* SPDX-License-Identifier: MIT */
#pragma once

/* How an exact part of all orders is said to a reader. Fractions are texts as mpq_get_str() writes them ("7/24"); "?" stays
 * "?". */

#include <glib.h>
#include <stdbool.h>

/* "50 %", "4.17 %", "1.2e-866 %": three digits. */
char *fraction_percent(const char *fraction);

/* A table of units keeps its key for as long as PID 1 lives, so a part of the orders is a part of the boots: "once in 24 boots",
 * "once in 2.4 boots", "in 2 of 3 boots", "in every boot". */
char *fraction_boots(const char *fraction);

/* "7 of 24 orders (7/24, 29.2 %, about once in 3.43 boots)". Numbers too long to read are left out where the fraction says enough:
 * "20/21 of 400! orders (95.2 %, in 20 of 21 boots)", where 400 is @n_names, and the rankings of @n_keys keys are counted. */
char *fraction_describe(const char *n_orders, const char *n_all_orders, const char *fraction, unsigned n_names,
                        unsigned n_keys);

/* @number, or "400!" where it is too long to read. */
char *orders_number(const char *number, unsigned n_names, unsigned n_keys);

/* -1, 0, 1: as the part @a is the smaller one, they are equal, @b is; false: one of them is not known. */
bool fraction_compare(const char *a, const char *b, int *ret);
