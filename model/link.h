/* SPDX-License-Identifier: MIT */
#pragma once

/* link.c: where the symlinks of the unit search path lead to, as text. For unit-file.c and dropin.c. */

#include "manager.h"

typedef enum LinkKind {
        LINK_INVALID, /* no valid alias: the link counts as absent */
        LINK_ALIAS,   /* to a name in the search path */
        LINK_OUTSIDE, /* a linked unit file or a mask: the link itself is the unit file */
} LinkKind;

/* What the link @content in the place of the unit file @path is (unit-file.c:unit_file_resolve_symlink). For an alias
 * *ret_name is the name that it leads to; ID_NONE: a valid one that the scenario does not know. */
LinkKind link_classify(const Catalog *c, PathId path, const CatalogContent *content, NameId *ret_name);

/* The file that the link @content in the place of @path points to, ID_NONE when there is no such path. *ret_null: it
 * points to /dev/null. One step only. */
PathId link_follow(const Catalog *c, PathId path, const CatalogContent *content, bool *ret_null);
