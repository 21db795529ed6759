/* SPDX-License-Identifier: MIT */
#pragma once

/* PID 1's private bus. A connection is open only while something is read: with one open, PID 1 tells it of changes, and
 * that loads units which nobody asked for. */

#include "lab/container.h"
#include "model/catalog.h"

typedef struct BusUnit {
        char *name, *load_state, *active_state, *sub_state, *job;
} BusUnit;

typedef struct Bus Bus;

/* NULL: nobody takes the connection (now). */
Bus *bus_open(const Container *c);
void bus_close(Bus *bus);

/* Called instead of waiting for PID 1, that is while there is nothing to read; false: nothing will come. */
typedef bool (*BusPump)(void *userdata);

Bus *bus_open_pumped(const Container *c, BusPump pump, void *userdata);
void bus_set_pump(Bus *bus, BusPump pump, void *userdata);

/* Sends the call of a statement and does not wait. Calls on one connection are taken in their order, one in each turn of PID 1. */
bool bus_send(Bus *bus, StatementType verb, const char *unit);
/* How much of what was sent PID 1 has not read; whole calls count, and the kernel's share of them. */
int bus_left(const Bus *bus);
/* Whether PID 1 has the connection still. */
bool bus_is_alive(const Bus *bus);
/* Waits for the replies to all calls. */
void bus_drain(Bus *bus);

/* All units, in the order of PID 1's table: array of BusUnit. NULL: the connection is lost. */
GPtrArray *bus_list_units(Bus *bus);

/* Which of these has the name, also as an alias, and is loaded; NULL: none. Nothing gets loaded by that. */
char *bus_find_unit(Bus *bus, const GPtrArray *units, const char *name);

/* A property as text: a list has blanks between its sorted members. NULL: there is none, or *ret_lost is set because the
 * connection is lost. @interface: "Unit", "Service"... */
char *bus_get(Bus *bus, const char *unit, const char *interface, const char *property, bool *ret_lost);
/* The same of PID 1 itself. */
char *bus_get_manager(Bus *bus, const char *property);
