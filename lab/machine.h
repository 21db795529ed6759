/* SPDX-License-Identifier: MIT */
#pragma once

/* A booted machine, and what can be seen of it from outside. */

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
        char *systemd;          /* the first line of systemctl --version */
        bool paused;
        bool unsettled; /* it never came to rest */
        GArray *calls;  /* of pid_t: calls that wait for a stopped PID 1 */
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
