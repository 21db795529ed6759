/* SPDX-License-Identifier: MIT */
#pragma once

/* The model runs what a recording is of, with the recording's own hash orders. */

#include "traces/recording.h"

/* What the model predicts for the run that @given is a recording of. Reads nothing of it but its name, version,
 * scenario and orders. What they leave open is taken in canonical order and counted. @with_notes: keep what the
 * model says that it does, step by step. */
Recording *conform_predict(const Recording *given, bool with_notes);
