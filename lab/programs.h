/* SPDX-License-Identifier: MIT */
#pragma once

/* Programs of the scenario that are no actors: the actor stands in for them, see lab/stand-in.c. */

#include "lab/machine.h"

/* Why it cannot, NULL: it can. */
char *programs_obstacle(const Catalog *c);

/* Whether there are any. */
bool programs_are_needed(const Catalog *c);

/* The table that says what each is. */
char *programs_table(const Catalog *c);

/* Puts the actor where the programs are looked for. False: PID 1 is dead or its tree cannot be changed. */
bool programs_install(const Machine *m, const Catalog *c);

/* Lets the oldest process exit that was asked to stop and may do so. False: there is none. */
bool programs_exit_one(const Machine *m);
