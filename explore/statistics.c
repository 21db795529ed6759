/* SPDX-License-Identifier: MIT */

#include <float.h>
#include <math.h>
#include <stdbool.h>

#include "statistics.h"

#define TERMS_MAX 100000U
#define TINY      1e-300

static double log_gamma(double x) {
        int sign;

        return lgamma_r(x, &sign);
}

/* A continued fraction b0 + a1 / (b1 + a2 / (b2 + ...)) by the method of Lentz: numerators and denominators in turn. */
typedef struct Fraction {
        double value, c, d;
} Fraction;

static void fraction_init(Fraction *f, double b0) {
        *f = (Fraction) { .value = b0 == 0 ? TINY : b0 };
        f->c = f->value;
}

/* Returns whether this term changed anything. */
static bool fraction_add(Fraction *f, double a, double b) {
        f->d = b + a * f->d;
        f->d = 1 / (fabs(f->d) < TINY ? TINY : f->d);
        f->c = b + a / f->c;
        if (fabs(f->c) < TINY)
                f->c = TINY;
        f->value *= f->c * f->d;
        return fabs(f->c * f->d - 1) > 2 * DBL_EPSILON;
}

/* DLMF 8.17.22: x^a (1-x)^b / (a B(a, b)) * 1 / (1 + d1 / (1 + d2 / (1 + ...))); quick where x < (a + 1) / (a + b + 2). */
double incomplete_beta(double a, double b, double x) {
        if (x <= 0)
                return 0;
        if (x >= 1)
                return 1;
        if (x > (a + 1) / (a + b + 2))
                return 1 - incomplete_beta(b, a, 1 - x);

        double front = exp(log_gamma(a + b) - log_gamma(a) - log_gamma(b) + a * log(x) + b * log1p(-x)) / a;
        Fraction f;

        fraction_init(&f, 1);
        for (unsigned i = 1; i < TERMS_MAX; i++) {
                unsigned half = i / 2;
                double m = half;
                double numerator = i % 2 == 0 ? m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
                                              : -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));

                if (!fraction_add(&f, numerator, 1))
                        break;
        }
        return front / f.value;
}

/* 1 - the power series of P(a, x), DLMF 8.11.4; for x < a + 1. */
static double gamma_by_series(double a, double x, double front) {
        double term = 1 / a, sum = term;

        for (unsigned i = 1; i < TERMS_MAX && term > sum * DBL_EPSILON; i++) {
                term *= x / (a + i);
                sum += term;
        }
        return 1 - front * sum;
}

/* DLMF 8.9.2, contracted; for x >= a + 1. */
static double gamma_by_fraction(double a, double x, double front) {
        Fraction f;

        fraction_init(&f, x + 1 - a);
        for (unsigned i = 1; i < TERMS_MAX; i++)
                if (!fraction_add(&f, i * (a - i), x + 2 * i + 1 - a))
                        break;
        return front / f.value;
}

double incomplete_gamma(double a, double x) {
        if (x <= 0)
                return 1;

        double front = exp(a * log(x) - x - log_gamma(a));

        return x < a + 1 ? gamma_by_series(a, x, front) : gamma_by_fraction(a, x, front);
}

/* The x for which I_x(a, b) is @p. */
static double beta_quantile(double a, double b, double p) {
        double low = 0, high = 1;

        for (unsigned i = 0; i < 200 && high - low > DBL_EPSILON * high; i++) {
                double middle = (low + high) / 2;

                if (incomplete_beta(a, b, middle) < p)
                        low = middle;
                else
                        high = middle;
        }
        return (low + high) / 2;
}

void confidence_interval(uint64_t n_hits, uint64_t n, double confidence, double *ret_low, double *ret_high) {
        double outside = (1 - confidence) / 2, hits = (double) n_hits, misses = (double) (n - n_hits);

        *ret_low = n_hits == 0 ? 0 : beta_quantile(hits, misses + 1, outside);
        *ret_high = n_hits == n ? 1 : beta_quantile(hits + 1, misses, 1 - outside);
}

double chi_square_probability(double statistic, unsigned n_freedom) {
        return incomplete_gamma(n_freedom / 2.0, statistic / 2);
}
