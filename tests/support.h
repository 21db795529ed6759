/* SPDX-License-Identifier: MIT */
#pragma once

/* What the test programs share: a PID 1 that has run the top level of a scenario. cmocka wants its headers in this
 * order and before its own. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <glib.h>

#include "model/kernel.h"
#include "model/manager.h"
#include "model/outside.h"
#include "model/tables.h"
#include "model/unit.h"

typedef struct Fixture {
        Catalog *catalog;
        WorldLayout layout;
        Manager *manager;
        World *world;
        Chooser chooser; /* answers 0 to everything */
        NameId *first;   /* names in the order that fixture_order() asked for; other questions get 0 */
        size_t n_first;
} Fixture;

/* Boots a PID 1 of this version ("257") with this scenario; nothing has run yet. Fails the test on a parse error. */
Fixture *fixture_new(const char *version, const char *scenario);
void fixture_free(Fixture *f);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Fixture, fixture_free)

/* Fixes the order of m->units, a blank-separated list of names; names that are not in it follow. */
void fixture_order(Fixture *f, const char *names);

/* Runs the whole top level, or until PID 1 dies. */
void fixture_run(Fixture *f);
/* Runs the next @n statements. */
void fixture_step(Fixture *f, unsigned n);

/* "not-loaded", or "LOAD ACTIVE SUB" with " job=TYPE" and " main=TAG.N" and " control=TAG.N" where there is one. The
 * caller frees it. */
char *fixture_describe(Fixture *f, const char *name);

/* clang-format off */
#define assert_unit(f, name, expected)                                                                       \
        do {                                                                                                 \
                g_autofree char *described_ = fixture_describe(f, name);                                     \
                assert_string_equal(described_, expected);                                                   \
        } while (0)
/* clang-format on */
