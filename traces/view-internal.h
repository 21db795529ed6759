/* SPDX-License-Identifier: MIT */
#pragma once

/* Between the parts of the view only. */

#include "traces/view.h"

#define PID1 "PID 1"

ViewSubjectKind view_subject_kind(const char *name);
/* The name of a process's subject, less "process "; any other name as it is. */
const char *view_label(const char *subject);
/* @word is one of the words of @text; what a name cannot have parts words. */
bool view_has_word(const char *text, const char *word);
/* In the state's value of "Aliases" of @unit. */
bool view_is_alias(const ViewState *s, const char *unit, const char *name);

/* view-state.c */
ViewState *view_state_first(const TraceRun *r); /* what was there before the first change */
ViewState *view_state_next(const ViewState *before, const TraceEvent *e, unsigned step);
void view_state_free(ViewState *s);

/* view-caption.c; the caller frees the text */
char *view_caption(const TraceEvent *e);
char *view_caption_interrupt(const TraceInterrupt *i);
char *view_where_interrupt(const TraceInterrupt *i);

/* view-stream.c */
ViewStream *view_stream_new(const TraceView *v, const TraceEvent *e, const ViewState *before,
                            const ViewState *after);
void view_stream_free(ViewStream *s);

/* view-cause.c */
void view_find_causes(TraceView *v, ViewRun *r);

/* view-pair.c */
void view_pair_runs(TraceView *v);
