/* SPDX-License-Identifier: MIT */

/* Calls a function that is not in fix.h. */

#include "fix.h"

bool fix_unit_is_lucky(const Unit *u);

static bool writes_entry(const Manager *m, const Unit *u) {
        (void) m;
        return fix_unit_is_lucky(u);
}

FIX_EXPORT const Fix coldplug_fix = {
        .interface = FIX_INTERFACE,
        .name = "missing-function",
        .summary = "writes the entries of lucky units",
        .writes_entry = writes_entry,
};
