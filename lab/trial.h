/* SPDX-License-Identifier: MIT */
#pragma once

/* A trace, on a real systemd. */

#include "model/profile.h"
#include "traces/trace.h"

typedef enum TrialVerdict {
        TRIAL_CONFIRMED,     /* PID 1 did what the trace says */
        TRIAL_REFUTED,       /* it did something else */
        TRIAL_NOT_STEERABLE, /* it cannot be brought to where the trace begins or goes along */
} TrialVerdict;

/* @profile: what the model takes the systemd of @tree for, with the fixes that it has. *ret_why: what was seen; *ret_recording: the run that decided, a line of JSON, NULL if there was none that
 * the model could run, too. */
bool trial_run(const char *file, const Trace *t, const char *tree, const Profile *profile, const char *actor,
               TrialVerdict *ret, char **ret_why, char **ret_recording, GError **error);
