/* SPDX-License-Identifier: MIT */
#pragma once

/* The specifiers of unit files: shared/specifier.c, core/unit-printf.c. What only a machine could tell (its host name,
 * its kernel) is replaced by a fixed text. */

#include <stdbool.h>

/* unit_full_printf() for the unit called @id: 0, or -EBADSLT for a specifier that there is not, -EINVAL for one that
 * means nothing for this unit. *ret is to be freed with g_free(). */
int unit_full_printf(const char *id, const char *format, char **ret);

/* unit_name_printf(): only those that may be part of a unit name. */
int unit_name_printf(const char *id, const char *format, char **ret);

/* load-fragment.c:contains_instance_specifier_superset. */
bool contains_instance_specifier_superset(const char *format);
