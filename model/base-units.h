/* SPDX-License-Identifier: MIT */
#pragma once

/* PID 1's own units, as far as a scenario's names touch them: what every system has in memory. They are loaded from
 * files that lie below all files of a scenario, and something that is not in the scenario holds them. */

#include "unit.h"

/* Interns those that one of the names in @c is, or that refer to one of the names; sets CatalogName.base. */
void base_units_intern(Catalog *c);

/* When all names are known: fills Catalog.base_units. */
void base_units_seal(Catalog *c);

/* After boot: they are there, in their state. */
void base_units_startup(Manager *m);

/* manager.c:manager_enumerate_perpetual, manager.c:manager_enumerate: before any entry is read after a reload, they
 * are loaded, with what they refer to. */
void base_units_enumerate(Manager *m);
