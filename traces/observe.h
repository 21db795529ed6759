/* SPDX-License-Identifier: MIT */
#pragma once

/* A world, seen as a recording sees a real machine. */

#include "model/manager.h"
#include "traces/recording.h"

/* What is there now: @m is bound to the world. @stand_ins: actors stand in for other programs, and their processes are
 * known as well. */
Observation *observe(Manager *m, bool stand_ins);

/* "TAG.N", "?N" for a process that nobody knows, "" for none. */
char *observe_process(const Manager *m, Pid pid, bool stand_ins);

/* The entries of the scenario's units in the stream at @text, as a recording has them: from the name to before
 * the end marker of the unit. */
GPtrArray *observe_stream(const Catalog *c, const char *text, size_t size);
