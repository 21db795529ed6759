/* SPDX-License-Identifier: MIT */
#pragma once

/* How an actor is told what to do. */

#include <stdint.h>

#define ACTOR_DIR      "/run/actor" /* the log of starts, and texts for the actors */
#define ACTOR_TEXT_MAX 1024

/* What the programs of the scenario are that are no actors: a row a line, fields with tabs between them: unit, kind, tag, the
 * signal that stops it, the one that reloads it, PID file, arguments. Control characters, blanks and '%' are written as %XX. */
#define ACTOR_PROGRAMS ACTOR_DIR "/programs"
#define ACTOR_WILLING  ACTOR_DIR "/%d.willing" /* by PID: it was asked to stop and may do so */
/* Behind the path of a program that was there before. */
#define ACTOR_REAL     ".coldplug"

/* How far the clock of PID 1 is ahead. */
#define ACTOR_CLOCK ACTOR_DIR "/clock"

typedef struct ActorClock {
        int64_t ahead;  /* nanoseconds */
        int64_t loaded; /* by PID 1 */
} ActorClock;

/* SIGRTMIN plus this. */
typedef enum ActorCommand {
        ACTOR_EXIT = 1,   /* with the number that the signal carries */
        ACTOR_NOTIFY = 2, /* the text in PID.cmd */
        ACTOR_SIGNAL = 3, /* dies by the signal that the number names */
        ACTOR_FORK = 4,   /* a child whose tag is the text */
} ActorCommand;

typedef enum ActorProgram {
        ACTOR_PROGRAM_DAEMON = 'd', /* lives */
        ACTOR_PROGRAM_NOTIFY = 'n', /* lives and says READY=1 */
        ACTOR_PROGRAM_FORK = 'f',   /* leaves a daemon */
        ACTOR_PROGRAM_EXIT = 'x',   /* exits 0 at once */
        ACTOR_PROGRAM_FAIL = '1',   /* exits 1 at once */
} ActorProgram;
