/* SPDX-License-Identifier: MIT */
#pragma once

#include <glib.h>
#include <stdbool.h>

/* Makes @folder, a tree with systemd @version, from the first of @suites (a NULL at their end) that has it. Nothing of that
 * name is there before it is complete, and of several processes that want it one makes it. */
bool make_root(int version, const char *const *suites, const char *folder, bool (*stop)(void), GError **error);
