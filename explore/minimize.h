/* SPDX-License-Identifier: MIT */
#pragma once

/* Makes a scenario smaller as long as a property is violated in the same way; see docs/minimizing.md. */

#include "exploration.h"

typedef struct Minimized {
        char *text;
        GPtrArray *removed; /* of char *: "line 12: client other"; in the order of the original */
        unsigned n_tries;   /* smaller scenarios that were searched */
        unsigned n_kept;    /* of those, in which the violation stayed */
        bool complete;      /* false: interrupted, or a bound was hit on the way; it may become still smaller */

        Catalog *catalog; /* of `text` */
        SearchOptions options;
        Exploration *exploration; /* of `text`, for the one property; NULL: interrupted */
} Minimized;

/* @file and @text are those of the scenario; @profile, the strings and @options must outlive the result. NULL and @error
 * (TRACES_ERROR): it is no scenario, or @property is not violated. */
Minimized *minimize(const char *file, const char *text, const Profile *profile, const SearchOptions *options,
                    unsigned property, GError **error);
void minimized_free(Minimized *m);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Minimized, minimized_free)
