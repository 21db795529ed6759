/* SPDX-License-Identifier: MIT */
#pragma once

/* What `check --minimize` prints before the report on what is left of a scenario. */

#include "explore/minimize.h"

void minimized_report_text(GString *out, const char *scenario, const Profile *profile, unsigned property,
                           const Minimized *m);
/* A whole result, of one that was interrupted before the rest could be explored. */
void minimized_report_json(GString *out, const char *scenario, const Profile *profile, unsigned property,
                           const Minimized *m);
/* The value of a result's member "minimized". */
void minimized_append_json(GString *out, const Minimized *m);
