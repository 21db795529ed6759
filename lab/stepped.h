/* SPDX-License-Identifier: MIT */
#pragma once

/* A run of a trace on a booted machine, turn by turn of PID 1: each thing from outside happens just between the two dispatches
 * between which the trace has it. */

#include "lab/machine.h"
#include "lab/order.h"
#include "traces/trace.h"

/* Adds what is seen to @r, which has the top level already; @c is all of the scenario. False: it could not be followed, *ret_why
 * says why, or is NULL when the names are not in the order of @run. What is seen is no recording that the model could run: no
 * scenario says what is between two dispatches. */
bool stepped_run(Machine *m, const Catalog *c, const WantedOrder *order, Recording *r, char **ret_why);
