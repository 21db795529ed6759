/* SPDX-License-Identifier: MIT */
#pragma once

/* PID 1's private bus. A connection is open only while something is read: with one open, PID 1 tells it of changes, and
 * that loads units which nobody asked for. */

#include "lab/container.h"

typedef struct BusUnit {
        char *name, *load_state, *active_state, *sub_state, *job;
} BusUnit;

typedef struct Bus Bus;

/* NULL: nobody takes the connection (now). */
Bus *bus_open(const Container *c);
void bus_close(Bus *bus);

/* All units, in the order of PID 1's table: array of BusUnit. NULL: the connection is lost. */
GPtrArray *bus_list_units(Bus *bus);

/* A property as text: a list has blanks between its sorted members. NULL: there is none, or *ret_lost is set because the
 * connection is lost. @interface: "Unit", "Service"... */
char *bus_get(Bus *bus, const char *unit, const char *interface, const char *property, bool *ret_lost);
/* The same of PID 1 itself. */
char *bus_get_manager(Bus *bus, const char *property);
