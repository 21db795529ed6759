/* SPDX-License-Identifier: MIT */
#pragma once

/* What happens from outside of PID 1: statements of the scenario, exits of processes. */

#include "kernel.h"

/* Performs one operation. Calls (start, daemon-reload, ...) only arrive; PID 1 handles them in manager_dispatch().
 * @client: 0 top level, else 1 + index. Returns the process that EXIT, SIGNAL and NOTIFY hit, 0: none. */
Pid outside_perform(Manager *m, const Statement *s, unsigned client);

/* Performs the next operation of @client (0: the top level) and goes on to the one behind it; with it all those that
 * go into the same call (Profile.enqueue_many). Returns as outside_perform(). */
Pid outside_advance(Manager *m, unsigned client);

/* True when @s is a call to PID 1 that is answered later. */
bool statement_is_call(StatementType t);

/* Runs the top level from its present operation up to and including the end of the present line: performs it and,
 * unless PID 1 is paused, settles (the oldest process that can exit by itself exits, until none can).
 * *ret_hit (may be NULL): the process that was hit. */
void outside_run_statement(Manager *m, Pid *ret_hit);

/* Settles as the top level does. */
void outside_settle(Manager *m);
