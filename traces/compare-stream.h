/* SPDX-License-Identifier: MIT */
#pragma once

#include <glib.h>

/* What is compared of an entry of a stream: a sorted list of "key" for each key of which only the presence
 * counts and "key=value" for each other one; keys that are left out are not in it. The name comes first, as
 * "name=NAME". */
GPtrArray *stream_entry_items(const char *entry);
