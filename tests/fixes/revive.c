/* SPDX-License-Identifier: MIT */

/* An example of docs/writing-a-fix.md: a last look before states take effect. */

#include <string.h>

#include "fix.h"

static void coldplug(Manager *m, Unit *u) {
        if (strcmp(fix_unit_deserialized_state(m, u), "dead") == 0 &&
            fix_unit_has_process(m, u, FIX_MAIN_PROCESS) && fix_unit_set_deserialized_state(m, u, "running"))
                fix_note(m, "service_coldplug", u, "is not dead: it has a main process");
}

FIX_EXPORT const Fix coldplug_fix = {
        .interface = FIX_INTERFACE,
        .name = "revive",
        .summary = "a service that is dead, but has a main process, is running",
        .coldplug = coldplug,
};
