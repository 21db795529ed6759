/* SPDX-License-Identifier: MIT */

#include "traces/show.h"

/* The trace itself. Reading a trace and writing it gives the same bytes again. */
void show_json(const TraceView *v, const ShowOptions *o, GString *out) {
        g_autofree char *json = trace_to_json(v->trace);

        g_string_append(out, json);
}
