/* SPDX-License-Identifier: MIT */
#pragma once

/* PID 1's private bus. A connection is open only while something is read: with one open, PID 1 tells it of changes, and
 * that loads units which nobody asked for. */

#include <gio/gio.h>

#include "lab/container.h"

typedef struct BusUnit {
        char *name, *load_state, *active_state, *sub_state, *job;
} BusUnit;

GDBusConnection *bus_open(const Container *c, GError **error);
void bus_close(GDBusConnection *bus);

/* All units, in the order of PID 1's table: array of BusUnit. */
GPtrArray *bus_list_units(GDBusConnection *bus, GError **error);

/* A property as text: a list has blanks between its sorted members. NULL: there is none. @interface: "Unit", "Service"... */
char *bus_get(GDBusConnection *bus, const char *unit, const char *interface, const char *property, GError **error);
/* The same of PID 1 itself. */
char *bus_get_manager(GDBusConnection *bus, const char *property, GError **error);
