/* SPDX-License-Identifier: MIT */

/* An example of docs/writing-a-fix.md: the patch of Azure Linux. */

#include "fix.h"

static FixVerdict entry(Manager *m, FixEntry *e) {
        return fix_entry_is_alias(e) ? FIX_SKIP : FIX_APPLY;
}

FIX_EXPORT const Fix coldplug_fix = {
        .interface = FIX_INTERFACE,
        .name = "azure-linux",
        .summary = "an entry whose name is not the id of the loaded unit is dropped",
        .entry = entry,
};
