/* SPDX-License-Identifier: MIT */
#pragma once

/* Properties are predicates on worlds: they look and change nothing. Each has one file and one row in property.c.
 *
 * A check returns how often the property was put to the test by this look, or PROPERTY_VIOLATED. A property that
 * was never put to the test in a whole exploration holds vacuously, and is reported as such. */

#include "model/unit.h"

#define PROPERTY_VIOLATED (-1)

#define PROPERTIES_MAX 16U /* a set of properties is a bit mask */

/* What is wrong, for people. Not filled when the caller gives NULL, as a search does. */
typedef struct Finding {
        NameId unit; /* ID_NONE: none in particular */
        char text[240];
} Finding;

/* @m is bound to the world to look at. */
typedef int (*PropertyCheck)(Manager *m, Finding *ret_finding);

typedef struct Property {
        const char *name;
        const char *summary;    /* "holds when ...", one line */
        const char *definition; /* one precise paragraph */

        PropertyCheck on_state;  /* after each event */
        PropertyCheck on_reload; /* after an event that was a reload: m->before_reload, m->world, m->reload */
        PropertyCheck at_rest;   /* nothing is pending and all clients have finished, or PID 1 died */
        bool compares_orders;    /* about several runs of one schedule: the search has a procedure of its own */
} Property;

/* All properties in the order in which they are reported. */
const Property *properties(size_t *ret_n);

/* The index of the property called @name, -1 when there is none. */
int property_find(const char *name);

int no_crash_on_state(Manager *m, Finding *ret_finding);
int state_kept_on_reload(Manager *m, Finding *ret_finding);
int rename_kept_on_reload(Manager *m, Finding *ret_finding);
int pid_consistent_on_state(Manager *m, Finding *ret_finding);
int no_lost_process_on_state(Manager *m, Finding *ret_finding);
int no_double_start_on_state(Manager *m, Finding *ret_finding);
int job_kept_on_reload(Manager *m, Finding *ret_finding);
int stream_intact_on_reload(Manager *m, Finding *ret_finding);
int no_stuck_unit_at_rest(Manager *m, Finding *ret_finding);

/* Violated when @now, of m->world, is not as @old, of m->before_reload, was: its active or sub state, its main or control
 * process, its job. Else 1. */
int property_compare_units(Manager *m, const Unit *old, const Unit *now, Finding *ret_finding);

/* Fills *ret (may be NULL) and returns PROPERTY_VIOLATED. */
int property_violated(Finding *ret, NameId unit, const char *format, ...) G_GNUC_PRINTF(3, 4);

/* "rsyslog.1": the name of a process, as recordings write it. */
const char *process_label(const Manager *m, Pid pid, char *buffer, size_t size);
