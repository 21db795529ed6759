/* SPDX-License-Identifier: MIT */
#pragma once

/* A booted machine, and what can be seen of it from outside. */

#include "lab/bus.h"
#include "lab/container.h"
#include "traces/recording.h"

/* A process that was started as an actor. */
typedef struct Actor {
        char *tag;
        unsigned number; /* the n-th of its tag */
        int inner;       /* its PID as PID 1 has it */
        pid_t pid;       /* as this process has it; 0: it is gone */
        char *cgroup;    /* NULL: it is gone */
} Actor;

typedef struct Sight {
        Observation *observation;
        char **order; /* the scenario's units in the order of the unit table */
        char *text;   /* all of that, for comparing */
} Sight;

typedef struct Machine {
        Container *container;
        const Catalog *catalog; /* whose names are looked at; NULL: none yet */
        int version;            /* of its systemd */
        char *systemd;          /* the same as recordings have it */
        bool paused;
        bool unsettled;             /* it never came to rest */
        GPtrArray *timers;          /* while it is stopped: clock.c */
        GPtrArray *sources, *baits; /* trigger.c; sources: while it is stopped */
        char *refused;              /* why it could not be made to do what a statement says; NULL: it could */
        Bus *calls;                 /* while it is stopped: for calls that wait for it */
} Machine;

/* Boots and waits until it is up. */
Machine *machine_boot(const char *tree, const char *actor, GError **error);
void machine_free(Machine *m);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Machine, machine_free)

/* All actors in the order of their starts: array of Actor. */
GPtrArray *machine_actors(const Machine *m);
/* The newest living process with this tag, NULL: none. */
const Actor *actors_find(const GPtrArray *actors, const char *tag);

/* What is there when PID 1 has come to rest. NULL: PID 1 is dead. */
Sight *machine_settle(Machine *m);
/* What is there now. NULL: the connection is lost. */
Sight *machine_look(Machine *m, Bus *bus);
void sight_free(Sight *s);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Sight, sight_free)

/* Runs `systemctl --no-block ARGV...` there; returns its exit status. */
int machine_systemctl(Machine *m, const char *const *arguments);
/* Does not wait. */
pid_t machine_systemctl_start(Machine *m, const char *const *arguments);
/* Puts @text where @argv expects it, "/run/actor/script", and runs that; *ret_said is what "/run/actor/out" has then or, when PID 1
 * died, had last. */
int machine_run_script(Machine *m, const char *text, const char *const *argv, char **ret_said);
int process_wait(pid_t pid, unsigned seconds);

/* Whether its systemctl starts several units in one call, see profile.h. */
bool machine_is_enqueue_many(const Machine *m);
