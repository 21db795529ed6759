/* SPDX-License-Identifier: MIT */

/* An example of docs/writing-a-fix.md: a line of an entry is changed. */

#include <stdio.h>
#include <string.h>

#include "fix.h"

static FixLine line(Manager *m, Unit *u, const char *key, const char *value, char *ret_value, size_t size) {
        if (strcmp(key, "state") != 0 || strcmp(value, "dead") != 0 ||
            !fix_unit_has_process(m, u, FIX_MAIN_PROCESS))
                return FIX_LINE_APPLY;

        (void) snprintf(ret_value, size, "%s", "running");
        return FIX_LINE_REPLACE;
}

FIX_EXPORT const Fix coldplug_fix = {
        .interface = FIX_INTERFACE,
        .name = "keep-running",
        .summary = "state=dead is read as state=running if an entry before named a main process",
        .line = line,
};
