/* SPDX-License-Identifier: MIT */
#pragma once

/* The smallest set of tests that tells all of some things apart, as far as the tests can. */

#include <glib.h>
#include <stdbool.h>

typedef struct Pair {
        unsigned a, b;
} Pair;

typedef struct Distinction {
        GArray *tests; /* of unsigned, ascending: a smallest set, and of these the first one in lexical order */
        GArray *alike; /* of Pair: no test tells these two apart */
} Distinction;

typedef bool (*TellsApart)(unsigned test, unsigned a, unsigned b, const void *userdata);

/* @tells is symmetric in a and b. */
Distinction *distinguish(unsigned n_things, unsigned n_tests, TellsApart tells, const void *userdata);
void distinction_free(Distinction *d);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Distinction, distinction_free)
