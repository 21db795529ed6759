/* SPDX-License-Identifier: MIT */
#pragma once

/* What can be concluded from counts. */

#include <stdint.h>

/* The regularized incomplete beta function I_x(a, b): the probability that a variable of the beta distribution is below @x. */
double incomplete_beta(double a, double b, double x);

/* The regularized upper incomplete gamma function Q(a, x). */
double incomplete_gamma(double a, double x);

/* The interval of Clopper and Pearson for the probability of what happened @n_hits times out of @n: whatever it is, the
 * interval holds it with at least this @confidence (0.95: in 95 of 100 such experiments). */
void confidence_interval(uint64_t n_hits, uint64_t n, double confidence, double *ret_low, double *ret_high);

/* How likely a sum of squared deviations of at least @statistic is, by chance alone. */
double chi_square_probability(double statistic, unsigned n_freedom);
