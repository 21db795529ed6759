/* SPDX-License-Identifier: MIT */
#pragma once

/* A trace as a recipe: its runs are taken once more, event by event and answer by answer, and recorded anew. What a trace says of
 * itself must come out again, to the last byte of its file. */

#include "record.h"

/* @s is a search of the trace's scenario under its profile, which need not have gone further than the boot. NULL: some event or
 * some answer of the trace is not possible, or the property is not violated. */
Trace *record_again(const Search *s, const Trace *t);
