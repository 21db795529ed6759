/* SPDX-License-Identifier: MIT */
#pragma once

#include <glib.h>
#include <stdbool.h>

typedef bool (*ShrinkHolds)(const char *text, void *userdata);

/* A scenario from which nothing can be taken away (units, statements, lines of unit files, words) so that @holds stays true.
 * @text is one that scenario_parse() accepts and for which it is true; what @holds is asked for may be no scenario. */
char *shrink(const char *text, ShrinkHolds holds, void *userdata);
