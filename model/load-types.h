/* SPDX-License-Identifier: MIT */
#pragma once

/* How a unit of each type is loaded: the files, the checks, the dependencies that nobody writes down. UnitVTable.load. */

#include "unit.h"

int service_load(Manager *m, Unit *u);
int socket_load(Manager *m, Unit *u);
int timer_load(Manager *m, Unit *u);
int path_load(Manager *m, Unit *u);
int target_load(Manager *m, Unit *u);
int slice_load(Manager *m, Unit *u);
int scope_load(Manager *m, Unit *u);

/* load-slice.c: unit.c:unit_set_slice (1: changed), unit.c:unit_set_default_slice. */
int unit_set_slice(Manager *m, Unit *u, Unit *slice);
int unit_set_default_slice(Manager *m, Unit *u);
