/* SPDX-License-Identifier: MIT */
#pragma once

#include <glib.h>

/* The scenario number @n of @seed, one that the lab can run: a few units with aliases, and what may happen to them. */
char *random_scenario(guint32 seed, unsigned n);
