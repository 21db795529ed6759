/* SPDX-License-Identifier: MIT */

/* Any text is a recording or is refused. What the model predicts for a recording is one itself, and agrees with
 * itself. */

#include <string.h>

#include "tests/fuzz/fuzz.h"
#include "traces/compare.h"
#include "traces/conform.h"

/* Larger ones are only read. */
#define NAMES_MAX      80U
#define STATEMENTS_MAX 40U

static Recording *read_again(const Recording *r, GString *text) {
        g_autoptr(GError) error = NULL;
        Recording *again;

        recording_write(r, text);
        again = recording_parse("predicted", 1, text->str, text->len, 0, &error);
        fuzz_require(again != NULL, error ? error->message : "no error");
        return again;
}

static void check_prediction(const Recording *recorded) {
        g_autoptr(GString) text = g_string_new(NULL), same_text = g_string_new(NULL);
        g_autoptr(Recording) predicted = conform_predict(recorded, true), again = NULL, same = NULL;
        g_autoptr(Difference) difference = NULL, none = NULL;
        Agreement agreement = {}, itself = {};

        compare_recordings(recorded, predicted, &agreement, &difference);
        again = read_again(predicted, text);
        compare_recordings(again, predicted, &itself, &none);
        fuzz_require(!none, "a prediction agrees with itself");
        same = conform_predict(again, false);
        recording_write(same, same_text);
        fuzz_require(g_str_equal(text->str, same_text->str), "the prediction for a prediction is the same");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        for (RecordingFlags flags = 0; flags <= RECORDING_MAY_BE_BLANK; flags++) {
                g_autoptr(GError) error = NULL;
                g_autoptr(Recording) r = recording_parse("fuzz", 1, (const char *) data, size, flags, &error);

                fuzz_require(!r == !!error, "a recording is read, or there is an error");
                if (r && r->catalog->n_names <= NAMES_MAX && r->catalog->top.n_statements <= STATEMENTS_MAX)
                        check_prediction(r);
        }
        return 0;
}
