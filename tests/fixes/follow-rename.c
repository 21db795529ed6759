/* SPDX-License-Identifier: MIT */

/* An example of docs/writing-a-fix.md: an entry goes to another unit. */

#include <string.h>

#include "fix.h"

static FixVerdict entry(Manager *m, FixEntry *e) {
        if (strcmp(fix_unit_load_state(m, fix_entry_unit(e)), "not-found") == 0 &&
            strcmp(fix_entry_name(e), "old.service") == 0 && fix_entry_give(m, e, "new.service"))
                return FIX_GIVE;

        return FIX_APPLY;
}

FIX_EXPORT const Fix coldplug_fix = {
        .interface = FIX_INTERFACE,
        .name = "follow-rename",
        .summary = "once old.service is gone its entry goes to new.service",
        .gives_entries = true,
        .entry = entry,
};
