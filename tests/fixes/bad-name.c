/* SPDX-License-Identifier: MIT */

/* A name with blanks and capitals. */

#include "fix.h"

FIX_EXPORT const Fix coldplug_fix = { .interface = FIX_INTERFACE, .name = "My Fix", .summary = "is called so" };
