/* SPDX-License-Identifier: MIT */
#pragma once

/* Names of other units that PID 1 has in memory besides those of a scenario. */

#include <stddef.h>

/* The i-th of them; all differ. The caller frees it. */
char *table_name(size_t i);
