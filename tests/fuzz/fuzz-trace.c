/* SPDX-License-Identifier: MIT */

/* Any text is a trace or is refused. What is read is written and read as the same again; a trace that lies is
 * found out. */

#include <string.h>

#include "tests/fuzz/fuzz.h"
#include "traces/trace.h"
#include "traces/validate.h"

#define EVENTS_MAX 200U
#define TEXT_MAX   4096U

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        g_autoptr(GError) error = NULL, wrong = NULL;
        g_autoptr(Trace) t = trace_from_json("fuzz", (const char *) data, size, &error), again = NULL;
        g_autofree char *json = NULL, *same = NULL, *why = NULL;

        fuzz_require(!t == !!error, "a trace is read, or there is an error");
        if (!t)
                return 0;
        json = trace_to_json(t);
        again = trace_from_json("written", json, strlen(json), &error);
        fuzz_require(again != NULL, error ? error->message : "no error");
        same = trace_to_json(again);
        fuzz_require(g_str_equal(json, same), "a trace is written as it was read");

        if (t->run.events->len + t->other.events->len > EVENTS_MAX || strlen(t->text) > TEXT_MAX)
                return 0;
        if (!trace_validate("fuzz", t, &why, &wrong))
                fuzz_require(why || wrong, "a trace that is not valid has a reason");
        return 0;
}
