/* SPDX-License-Identifier: MIT */

/* The first rounds of pull request 39703, and what Azure Linux shipped in March 2026: an entry whose name is not the id of the
 * loaded unit is dropped, whatever the unit itself has in the stream. */

#include "model/fixes.h"

static const char *const refuses[] = { "skip-stale-entry", "adopt-orphans", NULL };

static FixVerdict entry(Manager *m, FixEntry *e) {
        if (!fix_entry_is_alias(e))
                return FIX_APPLY;

        fix_note(m, "manager_deserialize_one_unit", fix_entry_unit(e),
                 "the entry is for another name, and is dropped");
        return FIX_SKIP;
}

const Fix fix_skip_alias_entry = {
        .interface = FIX_INTERFACE,
        .name = "skip-alias-entry",
        .summary = "an entry whose name is not the id of the loaded unit is dropped",
        .follows =
                "pull request 39703, first rounds (November 2025); Azure Linux pull request 16191 (March 2026)",
        .refuses = refuses,
        .entry = entry,
};
