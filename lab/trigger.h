/* SPDX-License-Identifier: MIT */
#pragma once

/* The statement `trigger UNIT`. What fires the unit is there until PID 1 has seen it, and then no more, as if the service had taken
 * care of it at once: the model has no traffic that waits for the next time. PID 1 is held from turn to turn meanwhile. */

#include "lab/machine.h"

/* True: @s has happened, or its unit does not wait for anything. False: it cannot be done, *ret_why says why. */
bool trigger_fire(Machine *m, const Catalog *c, const Statement *s, char **ret_why);

/* Before PID 1 is stopped: it cannot be asked then. */
void trigger_prepare(Machine *m, const Catalog *c);

/* After it goes on. */
void trigger_finish(Machine *m);
