/* SPDX-License-Identifier: MIT */

/* Two lines would spoil a report. */

#include "fix.h"

FIX_EXPORT const Fix coldplug_fix = { .interface = FIX_INTERFACE,
                                      .name = "two-lines",
                                      .summary = "says much",
                                      .follows = "one\ntwo" };
