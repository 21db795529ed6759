/* SPDX-License-Identifier: MIT */
#pragma once

/* Makes the statements of a scenario happen that need no answer of PID 1. */

#include "lab/machine.h"
#include "model/catalog.h"

/* True: @s is such a statement and has happened. *ret_process: of exit, signal, notify and fork, TAG.N of the process that was
 * hit, NULL: none. */
bool steer(Machine *m, const Catalog *c, const Statement *s, char **ret_process);

/* @a exits 0; steer_exit_named(): the process TAG.N, false: it does not live. */
void steer_exit(const Actor *a);
bool steer_exit_named(const Machine *m, const char *name);

/* Stops PID 1, and lets it go on. */
void steer_pause(Machine *m);
void steer_resume(Machine *m);
/* A call to a stopped PID 1, that it finds when it goes on, after those before. */
void steer_call(Machine *m, StatementType verb, const char *unit);
