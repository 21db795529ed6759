/* SPDX-License-Identifier: MIT */

/* The smallest change that keeps PID 1 alive: the handler of SIGCHLD has no opinion about the main process of a service that is
 * dead. */

#include <string.h>

#include "model/fixes.h"

static bool sigchld(Manager *m, Unit *u, FixProcess which) {
        return which == FIX_MAIN_PROCESS && strcmp(fix_unit_sub_state(m, u), "dead") == 0;
}

const Fix fix_tolerate_dead = {
        .interface = FIX_INTERFACE,
        .name = "tolerate-dead",
        .summary = "service_sigchld_event() ignores the main process of a dead service",
        .follows = "the assertion in service_sigchld_event() (issues 5374 and 38817)",
        .sigchld = sigchld,
};
