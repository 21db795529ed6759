/* SPDX-License-Identifier: MIT */

/* Any text is parsed or refused; what parses runs for a while. */

#include <string.h>

#include "tests/fuzz/fuzz.h"
#include "traces/scenario.h"

/* What is larger is parsed only. */
#define NAMES_MAX 80U

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        g_autoptr(GPtrArray) warnings = g_ptr_array_new_with_free_func(g_free);
        g_autoptr(GError) error = NULL;
        uint32_t seed = fuzz_seed(data, size);
        g_autoptr(Catalog) c = scenario_parse("fuzz", (const char *) data, size, warnings, &error);
        FuzzRun run;

        fuzz_require(!c == !!error, "a scenario is parsed, or there is an error");
        if (!c) {
                fuzz_require(g_utf8_validate(error->message, -1, NULL) && !strchr(error->message, '\n'),
                             "an error is one line of text");
                return 0;
        }
        if (c->n_names > NAMES_MAX)
                return 0;
        fuzz_start(&run, c, fuzz_profile(seed), seed);
        fuzz_play(&run, true, 60);
        fuzz_play(&run, false, 60);
        fuzz_end(&run);
        return 0;
}
