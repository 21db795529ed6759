/* SPDX-License-Identifier: MIT */

/* Pull request 38800 sorts the units by id before it writes them: the bug is the same in every boot then. It was made to show the
 * bug, not to fix it. */

#include <string.h>

#include "model/fixes.h"

static int compare_entries(const Manager *m, const Unit *a, const Unit *b) {
        return strcmp(fix_unit_id(m, a), fix_unit_id(m, b));
}

const Fix fix_sort_by_id = {
        .interface = FIX_INTERFACE,
        .name = "sort-by-id",
        .summary = "manager_serialize() writes the entries sorted by the units' ids",
        .follows = "pull request 38800 (September 2025, closed)",
        .compare_entries = compare_entries,
};
