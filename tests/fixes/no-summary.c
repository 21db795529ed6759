/* SPDX-License-Identifier: MIT */

/* Nobody knows what it does. */

#include "fix.h"

FIX_EXPORT const Fix coldplug_fix = { .interface = FIX_INTERFACE, .name = "no-summary" };
