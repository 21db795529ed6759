/* SPDX-License-Identifier: MIT */

#include <gmp.h>
#include <math.h>
#include <string.h>

#include "fraction.h"

/* So many digits are still read. */
#define DIGITS_MAX 24U

static bool parse(const char *text, mpq_t ret) {
        if (!text || mpq_set_str(ret, text, 10) != 0 || mpz_sgn(mpq_denref(ret)) == 0)
                return false;

        mpq_canonicalize(ret);
        return true;
}

/* The decimal logarithm; a double cannot hold 1/400!. */
static double log10_of(const mpz_t n) {
        long exponent;
        double mantissa = mpz_get_d_2exp(&exponent, n);

        return log10(mantissa) + (double) exponent * log10(2);
}

/* Three digits of a positive number of which the logarithm is known. */
static char *three_digits(double logarithm) {
        double exponent = floor(logarithm), mantissa;

        if (logarithm > -5 && logarithm < 6)
                return g_strdup_printf("%.3g", pow(10, logarithm) * (1 + 1e-12));

        mantissa = pow(10, logarithm - exponent);
        if (mantissa >= 9.95) {
                mantissa = 1;
                exponent++;
        }
        return g_strdup_printf("%.1fe%.0f", mantissa, exponent);
}

char *fraction_percent(const char *fraction) {
        g_autofree char *digits = NULL;
        mpq_t q;

        mpq_init(q);
        if (!parse(fraction, q)) {
                mpq_clear(q);
                return g_strdup("?");
        }
        if (mpq_sgn(q) == 0)
                digits = g_strdup("0");
        else
                digits = three_digits(log10_of(mpq_numref(q)) - log10_of(mpq_denref(q)) + 2);
        /* Only all is 100 %. */
        if (mpq_cmp_ui(q, 1, 1) < 0 && g_str_equal(digits, "100")) {
                g_free(digits);
                digits = g_strdup("99.9");
        }
        mpq_clear(q);
        return g_strdup_printf("%s %%", digits);
}

static char *more_than_half(const mpq_t q) {
        if (mpz_cmp_ui(mpq_denref(q), 100) <= 0)
                return g_strdup_printf("in %lu of %lu boots", mpz_get_ui(mpq_numref(q)),
                                       mpz_get_ui(mpq_denref(q)));

        unsigned per_mille = (unsigned) (mpq_get_d(q) * 1000);

        return g_strdup_printf("in about %u of 1000 boots", per_mille);
}

/* Whole numbers as they are, others with three digits. */
static char *once_in(const mpq_t q) {
        g_autofree char *digits = NULL;

        if (mpz_cmp_ui(mpq_numref(q), 1) == 0 && mpz_sizeinbase(mpq_denref(q), 10) <= 9)
                return g_strdup_printf("once in %lu boots", mpz_get_ui(mpq_denref(q)));

        digits = three_digits(log10_of(mpq_denref(q)) - log10_of(mpq_numref(q)));
        if (strchr(digits, 'e') || strlen(digits) > 6)
                return g_strdup_printf("once in %s boots", digits);
        return g_strdup_printf("about once in %s boots", digits);
}

char *fraction_boots(const char *fraction) {
        char *text;
        mpq_t q;

        mpq_init(q);
        if (!parse(fraction, q))
                text = g_strdup("?");
        else if (mpq_sgn(q) == 0)
                text = g_strdup("in no boot");
        else if (mpq_cmp_ui(q, 1, 1) >= 0)
                text = g_strdup("in every boot");
        else if (mpq_cmp_ui(q, 1, 2) > 0)
                text = more_than_half(q);
        else
                text = once_in(q);
        mpq_clear(q);
        return text;
}

char *orders_number(const char *number, unsigned n_names, unsigned n_keys) {
        if (strlen(number) <= DIGITS_MAX)
                return g_strdup(number);
        if (n_keys == 1)
                return g_strdup_printf("%u!", n_names);
        return g_strdup_printf("%u!^%u", n_names, n_keys);
}

char *fraction_describe(const char *n_orders, const char *n_all_orders, const char *fraction, unsigned n_names,
                        unsigned n_keys) {
        g_autofree char *all = orders_number(n_all_orders, n_names, n_keys);
        g_autofree char *percent = fraction_percent(fraction);
        g_autofree char *boots = fraction_boots(fraction);

        if (g_str_equal(fraction, "?"))
                return g_strdup("some orders (they cannot be counted)");
        if (strlen(n_all_orders) > DIGITS_MAX && strlen(fraction) > DIGITS_MAX)
                return g_strdup_printf("about %s of %s orders (%s)", percent, all, boots);
        if (strlen(n_all_orders) > DIGITS_MAX && !g_str_equal(fraction, "1"))
                return g_strdup_printf("%s of %s orders (%s, %s)", fraction, all, percent, boots);
        if (g_str_equal(fraction, "1"))
                return g_strdup_printf("%s of %s orders (%s)", all, all, boots);
        return g_strdup_printf("%s of %s orders (%s, %s, %s)", n_orders, all, fraction, percent, boots);
}

bool fraction_compare(const char *a, const char *b, int *ret) {
        bool readable;
        mpq_t p, q;

        mpq_inits(p, q, NULL);
        readable = parse(a, p) && parse(b, q);
        if (readable) {
                *ret = mpq_cmp(p, q);
                *ret = (*ret > 0) - (*ret < 0);
        }
        mpq_clears(p, q, NULL);
        return readable;
}
