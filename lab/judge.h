/* SPDX-License-Identifier: MIT */
#pragma once

/* Whether a run of a trace's schedule shows the violation that the trace is of. Looks only at what was seen. */

#include "lab/trial.h"
#include "traces/recording.h"

Verdict judge_recording_of(const Trace *t, const Recording *r, char **ret_why);
