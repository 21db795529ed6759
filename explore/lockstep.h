/* SPDX-License-Identifier: MIT */
#pragma once

/* order-independent: one schedule, run under all orders at once.
 *
 * A macro-state is a set of worlds, whose orders are disjoint and together all there are. A step is one of a schedule: the next
 * operation of the top level, up to where PID 1 is at rest again; a client's next statement; the exit of a process;
 * a dispatch. Every world takes it, or skips it when it cannot; a question about an order splits a world. All other
 * questions are part of the schedule and get the same answer in all worlds. */

#include "route.h"

typedef struct Lockstep {
        SearchEnd end;
        unsigned n_limited; /* worlds in which a capacity of the model was exceeded */
        bool uncountable;   /* too many names to measure, or an order was lost */
        uint64_t n_tests;   /* schedules that came to rest after a reload */
        uint64_t n_macro_states;
        bool violated;
        unsigned length; /* events of the schedule that tells most apart */
        mpq_t fraction;  /* all orders but the largest class */
        OrderSet
                *apart; /* violated: the orders that bring that schedule to another end than the largest class */
        GArray *run,
                *other; /* that schedule under an order of another class, and under one of the largest (route.h) */
} Lockstep;

/* @s is a finished search of the same scenario; its bounds hold for the macro-states too. */
Lockstep *lockstep_run(const Search *s);
void lockstep_free(Lockstep *k);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Lockstep, lockstep_free)
