/* SPDX-License-Identifier: MIT */
#pragma once

/* What may happen from outside in the middle of a reload, at its observation points.
 *
 * Points at which nothing observable can differ are merged, most of them away:
 *  - Serialization looks at no process and at no file, so what happens just after it could as well happen just before the
 *    reload, which is an event of its own.
 *  - A change of files is seen by the loads after it. It is offered before the load of a name that it may affect, once
 *    another such name was loaded (PID 1's own units drag some in before the first entry is read); before the first such
 *    load it is the same as before the reload, after the last one the same as after it.
 *  - An exit is seen by looks at the process and at its cgroup. Coldplugging a unit that is inactive or failed looks at
 *    its cgroup (to prune it), and coldplugging any unit asks whether a process that is not PID 1's child still exists; then
 *    catchup looks at the cgroup. Only between these two does an exit differ from one before or one after the reload.
 *  - Calls and messages queue up and are handled after the reload.
 * Calls of clients are thus never offered, only statements about files and processes. */

#include "file-groups.h"

#define INTERRUPTS_MAX 16U /* in one reload; more: the result is incomplete */

typedef struct Interrupt {
        uint16_t point;  /* how many observation points the reload had before */
        uint16_t client; /* whose next statement it is; ID_NONE: the process exits by itself */
        Pid pid;
} Interrupt;

typedef struct Interrupts Interrupts;
struct Interrupts {
        uint8_t *groups;  /* file_groups_new() */
        uint8_t *enabled; /* of those, which can change in this reload */
        uint8_t *touched; /* by group: a name of it was loaded */
        bool *dragged_in; /* by name: one of PID 1's own units speaks of it */
        bool active;      /* in this run */
        unsigned n_points;
        unsigned n;
        Interrupt log[INTERRUPTS_MAX];
        const Interrupt *candidates; /* while CHOICE_INTERRUPT is asked: what its answers from 1 on stand for */
        /* Called just before an interrupt happens; NULL: nobody wants to know. */
        void (*note)(Interrupts *i, Manager *m, const Interrupt *in, const char *where, NameId name);
        void *userdata;
};

void interrupts_init(Interrupts *i, const Catalog *c);
void interrupts_clear(Interrupts *i);

/* Before a dispatch of the world that @m is bound to: whether something may happen in the middle of it. */
bool interrupts_possible(Interrupts *i, Manager *m);

/* Before each run of the dispatch; @active: with interrupts. */
void interrupts_start(Interrupts *i, Manager *m, bool active);

/* After the run. */
void interrupts_stop(Interrupts *i, Manager *m);

/* Chooser.observation_point() of a search. */
void interrupts_observe(Interrupts *i, Manager *m, const char *where, NameId name);

/* What the interrupt does. */
void interrupt_perform(Manager *m, const Interrupt *i);
