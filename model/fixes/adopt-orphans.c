/* SPDX-License-Identifier: MIT */

/* Pull requests 41986 and 42073: what a stale entry speaks of lives on in a unit that is made for it, if its type can hold
 * processes or the like; else the entry is dropped. */

#include "model/fixes.h"

static FixVerdict entry(Manager *m, FixEntry *e) {
        return fix_entry_is_stale(e) ? FIX_ADOPT : FIX_APPLY;
}

const Fix fix_adopt_orphans = {
        .interface = FIX_INTERFACE,
        .name = "adopt-orphans",
        .summary = "an alias's entry goes to an orphaned unit if the canonical unit has an entry of its own",
        .follows = "pull requests 41986 and 42073 (May 2026, 261)",
        .collects_names = true,
        .entry = entry,
};
