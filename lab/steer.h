/* SPDX-License-Identifier: MIT */
#pragma once

/* Makes the statements of a scenario happen that need no answer of PID 1. */

#include "lab/machine.h"
#include "model/catalog.h"

/* True: @s is such a statement and has happened. *ret_process: of exit, signal, notify and fork, TAG.N of the process that was
 * hit, NULL: none. */
bool steer(Machine *m, const Catalog *c, const Statement *s, char **ret_process);

/* Stops PID 1, and lets it go on. */
void steer_pause(Machine *m);
void steer_resume(Machine *m);
