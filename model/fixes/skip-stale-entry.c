/* SPDX-License-Identifier: MIT */

/* Pull request 39703 as merged for 261: all names are collected first, and an alias's entry is dropped only if the canonical
 * unit has one too. Looking ahead and dropping both use the skipping routine as it was. */

#include "model/fixes.h"

static FixVerdict entry(Manager *m, FixEntry *e) {
        if (!fix_entry_is_stale(e))
                return FIX_APPLY;

        fix_note(m, "manager_deserialize_one_unit", fix_entry_unit(e),
                 "the entry of its alias is stale, and is dropped");
        return FIX_SKIP;
}

const Fix fix_skip_stale_entry = {
        .interface = FIX_INTERFACE,
        .name = "skip-stale-entry",
        .summary = "an alias's entry is dropped if the canonical unit has an entry of its own",
        .follows = "pull request 39703 as merged (April 2026, 261)",
        .collects_names = true,
        .entry = entry,
};
