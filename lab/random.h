/* SPDX-License-Identifier: MIT */
#pragma once

#include <glib.h>

/* The scenario number @n of @seed, one that the lab can run: a few services with aliases, and what may happen to them. */
char *random_scenario(guint32 seed, unsigned n);

/* The same text without its statement number @n (from 0), with the block that belongs to it; NULL: it has fewer. */
char *random_without(const char *text, unsigned n);
