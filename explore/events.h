/* SPDX-License-Identifier: MIT */
#pragma once

/* What can happen next in a world between two steps of PID 1. */

#include "model/outside.h"

typedef enum EventKind {
        EVENT_TOP,         /* the next operation of the top level */
        EVENT_STATEMENT,   /* the next operation of client `actor` */
        EVENT_EXIT,        /* the process `actor` exits by itself */
        EVENT_DISPATCH,    /* PID 1 dispatches */
        EVENT_INTERRUPTED, /* PID 1 reloads, and something happens in the middle of it */
} EventKind;

typedef struct Event {
        uint8_t kind;
        uint16_t actor;
} Event;

/* An upper bound for what events_enumerate() returns. */
size_t events_max(const WorldLayout *l);

/* The events that are possible in the world that @m is bound to, in canonical order. With @top_level the world is one
 * of the top level, where there is at most one; none: the top level is done. */
size_t events_enumerate(Manager *m, bool top_level, Event *ret);

/* False: it is not possible (for a statement: the client waits or is done; for an exit: the process cannot). */
bool event_is_possible(const Manager *m, Event e);

/* Performs it, which must be possible. EVENT_INTERRUPTED is a dispatch; who interrupts is the chooser's affair. */
void event_perform(Manager *m, Event e);

static inline bool event_is_dispatch(Event e) {
        return e.kind == EVENT_DISPATCH || e.kind == EVENT_INTERRUPTED;
}

static inline bool process_can_exit(const Process *p) {
        return p->state == PROCESS_RUNNING && (p->flags & PROCESS_CAN_EXIT) != 0;
}

/* Nothing is pending and all clients have finished, or PID 1 died. */
bool world_is_at_rest(const Manager *m);
