/* SPDX-License-Identifier: MIT */
#pragma once

/* The clock of PID 1, which lab/preload.c puts ahead. A jump is taken back when PID 1 has come to rest, so that rate limits and other
 * timers do not see that time has passed. */

#include "lab/machine.h"

/* Makes the timer of the statement `elapse UNIT [WHICH]` elapse. False: it cannot be done, *ret_why says why. No such timer is
 * armed: nothing happens. */
bool clock_elapse(const Machine *m, const Catalog *c, const Statement *s, char **ret_why);

/* Makes a timer unit elapse, in the same way. */
bool clock_fire(const Machine *m, const Catalog *c, const char *unit, char **ret_why);

/* Before PID 1 is stopped: it cannot be asked then. */
void clock_prepare(Machine *m, const Catalog *c);

/* After that, at rest. */
void clock_return(const Machine *m);
