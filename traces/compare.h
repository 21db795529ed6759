/* SPDX-License-Identifier: MIT */
#pragma once

/* How far two recordings of one scenario agree, as tests/recordings/README.md defines it. */

#include "traces/recording.h"

typedef enum AgreeKind {
        AGREE_OUTCOME,
        AGREE_UNIT,      /* a unit as seen after a step */
        AGREE_ENTRY,     /* an entry of a stream */
        AGREE_RECORDING, /* all of it, processes and the number of orphans included */
        _AGREE_KIND_MAX,
} AgreeKind;

const char *agree_kind_to_string(AgreeKind k);
int agree_kind_from_string(const char *s);

typedef struct Agreement {
        uint64_t agree[_AGREE_KIND_MAX];
        uint64_t total[_AGREE_KIND_MAX];
        uint64_t alternatives; /* questions that the recordings leave open */
        uint64_t recordings;
} Agreement;

typedef struct DifferenceRow {
        char *label, *recorded, *predicted;
        bool differs;
} DifferenceRow;

/* One disagreement, to be shown side by side. */
typedef struct Difference {
        unsigned step;   /* from 1 */
        char *what;      /* "unit a.service" */
        GPtrArray *rows; /* of DifferenceRow */
} Difference;

void difference_free(Difference *d);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Difference, difference_free)

/* Adds how far @predicted agrees with @recorded to @agreement. *ret_first: the first disagreement in the order
 * of the steps, NULL when there is none. */
void compare_recordings(const Recording *recorded, const Recording *predicted, Agreement *agreement,
                        Difference **ret_first);
