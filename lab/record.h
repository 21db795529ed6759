/* SPDX-License-Identifier: MIT */
#pragma once

/* Runs a scenario on a booted machine and writes down what happens, as docs/recordings.md has it. */

#include "lab/machine.h"
#include "traces/scenario.h"

/* Why the lab cannot make happen what some statement says, NULL: it can. */
char *record_obstacle(const Catalog *c);

/* @m is used up by that. The recording as a line of JSON; NULL and @error when the machine does not do as it is told.
 * @one_call: several units of a line are one call, see profile.h. */
char *record_scenario(Machine *m, const char *name, const char *text, const Catalog *c, bool one_call,
                      GError **error);
/* The same; from the step @told_from on processes exit only when a statement says so, see docs/recordings.md. */
char *record_told(Machine *m, const char *name, const char *text, const Catalog *c, unsigned told_from,
                  GError **error);
