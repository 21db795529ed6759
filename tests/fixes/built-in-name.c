/* SPDX-License-Identifier: MIT */

/* The name of a built-in fix. */

#include "fix.h"

FIX_EXPORT const Fix coldplug_fix = { .interface = FIX_INTERFACE,
                                      .name = "sort-by-id",
                                      .summary = "is called so" };
