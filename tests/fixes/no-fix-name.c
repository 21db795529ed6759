/* SPDX-License-Identifier: MIT */

/* The name that means no fix. */

#include "fix.h"

FIX_EXPORT const Fix coldplug_fix = { .interface = FIX_INTERFACE, .name = "none", .summary = "is called so" };
