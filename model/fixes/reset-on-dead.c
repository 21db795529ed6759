/* SPDX-License-Identifier: MIT */

/* Keeps state and pids consistent where they come apart: whoever is dead has no processes. */

#include <string.h>

#include "model/fixes.h"

static FixLine line(Manager *m, Unit *u, const char *key, const char *value, char *ret_value, size_t size) {
        (void) ret_value;
        (void) size;

        if (strcmp(key, "state") != 0 || strcmp(value, "dead") != 0)
                return FIX_LINE_APPLY;

        if (fix_unit_has_process(m, u, FIX_MAIN_PROCESS) || fix_unit_has_process(m, u, FIX_CONTROL_PROCESS))
                fix_note(m, "service_deserialize_item", u, "is dead, and its processes are forgotten");

        fix_unit_forget_processes(m, u);
        return FIX_LINE_APPLY;
}

const Fix fix_reset_on_dead = {
        .interface = FIX_INTERFACE,
        .name = "reset-on-dead",
        .summary = "reading state=dead clears the main and the control pid",
        .follows = "the mixed keys of two entries for one unit (issue 38817)",
        .line = line,
};
