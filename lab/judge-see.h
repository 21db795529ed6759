/* SPDX-License-Identifier: MIT */
#pragma once

/* Whether a violation is to be seen in what was seen. Each looks at the very thing that the property is about
 * (model/properties/), at the trace's unit and processes. */

#include "traces/recording.h"
#include "traces/trace.h"

typedef enum SeeFlags {
        SEE_SETTLED =
                1
                << 0, /* seen when PID 1 had come to rest, where the property is about the moment before: no proof by itself */
        SEE_INVISIBLE = 1 << 1, /* nothing outside of PID 1 shows this violation */
} SeeFlags;

/* What shows the violation in words, NULL: nothing does. */
char *see_violation(const Trace *t, const Recording *r, unsigned *ret_flags);

/* That @r ends as one of the two runs of the trace does, in all that the two differ in and that can be seen; NULL: it does not. */
char *see_end(const Trace *t, const Recording *r, bool other);
bool see_end_is_visible(const Trace *t);
