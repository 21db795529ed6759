/* SPDX-License-Identifier: MIT */
#pragma once

/* A run that is put together anew, event by event, from boot on: what other-run.c and again.c do alike. They differ in where an
 * event and the answers to its questions come from. */

#include "interrupts.h"
#include "route.h"
#include "traces/trace.h"

typedef struct Retake {
        Chooser chooser; /* first: a Chooser is a Retake */
        Interrupts interrupts;
        const Search *search;
        Manager *m;
        World *world, *scratch;
        GArray *answers; /* Answer: of the present step */
        GArray *route;   /* RouteStep: so far */
} Retake;

/* @r must not move from here on. @choose gives each answer to retake_answer(), too. */
void retake_init(Retake *r, const Search *s, unsigned (*choose)(Chooser *self, Manager *m, const Choice *c));
/* Returns the route. */
GArray *retake_finish(Retake *r);

/* Notes the answer of the present step; returns it. */
unsigned retake_answer(Retake *r, const Choice *c, unsigned answer);

/* The event happens, which must be possible. */
void retake_event(Retake *r, Event e, bool top_level);
/* The client's statement or, ID_NONE, the process's exit does not. */
void retake_skip(Retake *r, uint16_t client, const char *process);

/* The process of this name, which may be NULL, that can exit by itself; 0: none. */
Pid retake_find_exiting(const Retake *r, const char *process);
/* The client of the trace's interrupt, or its process, is the one of @in. */
bool retake_is_actor(const Retake *r, const TraceInterrupt *t, const Interrupt *in);

/* Between the questions of the interrupts before the event and what is left of them behind it. */
void perform_with_interrupts(Interrupts *i, Manager *m, Event e);
