/* SPDX-License-Identifier: MIT */
#pragma once

/* A shell script that makes a real systemd do what a trace says, without coldplug, and says whether it did: its exit status is 0 when it
 * happens, 1 when it does not, 2 when it cannot run there. PID 1's death takes a container with it: then its last line says "it happens". */

#include "lab/schedule.h"

/* NULL with *ret_why: no script can. */
GString *reproduce_script(const Trace *t, const Schedule *s, char **ret_why);
