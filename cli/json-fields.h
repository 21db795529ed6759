/* SPDX-License-Identifier: MIT */
#pragma once

/* Members of JSON objects, as all verbs write them. */

#include "explore/exploration.h"
#include "traces/compare.h"

void json_add_text(GString *out, const char *key, const char *text); /* NULL: null */
void json_add_number(GString *out, const char *key, uint64_t n);
void json_add_flag(GString *out, const char *key, bool flag);
/* The names of the fixes that were added to @p. */
void json_add_fixes(GString *out, const char *key, const Profile *p);
/* "step", "do", "what" and "rows" */
void json_add_difference(GString *out, const Recording *r, const Difference *d);
/* "percent" and "boots" */
void json_add_chances(GString *out, const char *fraction);
