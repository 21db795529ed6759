/* SPDX-License-Identifier: MIT */
#pragma once

/* PID 1, one turn of its event loop after the other. It is followed by ptrace and held where a turn begins, at the entry of
 * epoll_wait(): what is there by then is what it sees in this turn. */

#include <stdbool.h>
#include <sys/types.h>

typedef enum StepperPlace {
        STEPPER_LOST,  /* PID 1 is dead, or nobody knows where it is */
        STEPPER_TURN,  /* a turn begins */
        STEPPER_STATE, /* it has taken a call for a reload or reexec, and nothing of its state is written yet */
} StepperPlace;

typedef struct Stepper Stepper;

/* NULL: PID 1 cannot be followed. */
Stepper *stepper_new(pid_t init);
/* Lets PID 1 go on. */
void stepper_free(Stepper *s);

StepperPlace stepper_place(const Stepper *s);

/* Goes on to the next place. False: PID 1 has nothing to do, or is lost. */
bool stepper_step(Stepper *s);
