/* SPDX-License-Identifier: MIT */
#pragma once

/* The schedule of a run under another order of the unit table: who does what when stays the same as far as it is possible. */

#include "closest.h"
#include "route.h"
#include "traces/trace.h"

/* @route and @run are the same run, event by event. Returns an array of RouteStep. */
GArray *other_run_route(const Search *s, const GArray *route, const TraceRun *run, const ClosestOrder *order);
