/* SPDX-License-Identifier: MIT */

/* Its fix has another name, and nobody can see it. */

#include "fix.h"

extern const Fix my_fix;
const Fix my_fix = { .interface = FIX_INTERFACE, .name = "no-symbol", .summary = "is not found" };
