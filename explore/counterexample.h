/* SPDX-License-Identifier: MIT */
#pragma once

/* Of all shortest runs that violate a property, the one to show: with the fewest changes of client, and of these the one with
 * the smaller text. The search stores one way to each state; here its levels are walked again, with all ways. */

#include "route.h"

/* For each property in the bit mask that the search found violated, the transitions of the run to show (see route.h), in
 * @ret (of PROPERTIES_MAX); NULL for the others. */
void counterexamples_find(const Search *s, uint32_t properties, GArray **ret);
