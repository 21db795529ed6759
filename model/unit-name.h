/* SPDX-License-Identifier: MIT */
#pragma once

/* Unit names as text: basic/unit-name.c, which has been the same from 252 to 262. For building a catalog only, since
 * most of this allocates; between steps names are integers. */

#include <stdbool.h>

#define UNIT_NAME_MAX 256U

/* clang-format off */
typedef enum UnitNameKind {
        UNIT_NAME_INVALID  = 0,
        UNIT_NAME_PLAIN    = 1 << 0, /* foo.service */
        UNIT_NAME_TEMPLATE = 1 << 1, /* foo@.service */
        UNIT_NAME_INSTANCE = 1 << 2, /* foo@bar.service */
} UnitNameKind;
/* clang-format on */

/* What kind of name @name is (unit_name_is_valid(), unit_name_to_instance()). */
UnitNameKind unit_name_kind(const char *name);

static inline bool unit_name_is_valid(const char *name, unsigned kinds) {
        return (unit_name_kind(name) & kinds) != 0;
}

/* Parts of a valid name; the caller frees them with g_free(). */
char *unit_name_to_prefix(const char *name);              /* "foo" */
char *unit_name_to_prefix_and_instance(const char *name); /* "foo@bar" */
char *unit_name_to_instance(const char *name);            /* "bar", NULL: it is no instance */
char *unit_name_template(const char *name);               /* "foo@.service", NULL: it is no instance */

/* Built names, NULL when the result is not valid. */
char *unit_name_change_suffix(const char *name, const char *suffix);
char *unit_name_insert_instance(const char *name, const char *instance);

bool unit_name_prefix_equal(const char *a, const char *b);
bool slice_name_is_valid(const char *name);
char *slice_build_parent_slice(const char *name); /* NULL: it is the root slice */

char *unit_name_escape(const char *s);
char *unit_name_unescape(const char *s);      /* NULL: not properly escaped */
char *unit_name_path_unescape(const char *s); /* NULL: no path */
