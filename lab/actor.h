/* SPDX-License-Identifier: MIT */
#pragma once

/* How an actor is told what to do. */

#define ACTOR_DIR      "/run/actor" /* the log of starts, and texts for the actors */
#define ACTOR_TEXT_MAX 1024

/* SIGRTMIN plus this. */
typedef enum ActorCommand {
        ACTOR_EXIT = 1,   /* with the number that the signal carries */
        ACTOR_NOTIFY = 2, /* the text in PID.cmd */
        ACTOR_SIGNAL = 3, /* dies by the signal that the number names */
        ACTOR_FORK = 4,   /* a child whose tag is the text */
} ActorCommand;
