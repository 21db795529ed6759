/* SPDX-License-Identifier: MIT */
#pragma once

/* Whether a run of a trace's schedule shows the violation that the trace is of. Looks only at what was seen. */

#include "lab/trial.h"
#include "traces/recording.h"

TrialVerdict judge_recording_of(const Trace *t, const Recording *r, char **ret_why);

/* A run of which PID 1 was followed turn by turn; the model cannot run the same. */
TrialVerdict judge_stepped(const Trace *t, const Recording *r, char **ret_why);

/* A trace that is about how two orders differ is confirmed by two runs. */
bool judge_needs_other(const Trace *t);
TrialVerdict judge_other_run(const Trace *t, const Recording *r, bool stepped, char **ret_why);
