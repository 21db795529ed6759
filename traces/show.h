/* SPDX-License-Identifier: MIT */
#pragma once

/* Forms in which a trace is shown. A new one is a function, its prototype below and a row of the table in show.c. */

#include "traces/view.h"

/* Escape sequences, or empty strings. */
typedef struct ShowColors {
        const char *bad, *good, *dim, *bold, *off;
} ShowColors;

typedef struct ShowOptions {
        ShowColors colors; /* for what a terminal shows only */
        bool brief;        /* text: fits a commit message */
} ShowOptions;

typedef void (*ShowFunction)(const TraceView *v, const ShowOptions *o, GString *out);

typedef struct ShowFormat {
        const char *name;
        const char *summary;
        ShowFunction show;
} ShowFormat;

const ShowFormat *show_formats(size_t *ret_n);
const ShowFormat *show_format_find(const char *name); /* NULL: there is none */

void show_text(const TraceView *v, const ShowOptions *o, GString *out);
void show_brief(const TraceView *v, const ShowOptions *o, GString *out);
void show_journal(const TraceView *v, const ShowOptions *o, GString *out);
void show_html(const TraceView *v, const ShowOptions *o, GString *out);
void show_mermaid(const TraceView *v, const ShowOptions *o, GString *out);
void show_svg(const TraceView *v, const ShowOptions *o, GString *out);
void show_itf(const TraceView *v, const ShowOptions *o, GString *out);
void show_sarif(const TraceView *v, const ShowOptions *o, GString *out);
void show_json(const TraceView *v, const ShowOptions *o, GString *out);

/* show-words.c: what the textual formats say alike; the caller frees the texts. */

/* "active (running) -> inactive (dead), MainPID a.1 -> none": all changes of the subject whose first one is number *i, which
 * moves on to the next subject. NULL: nothing that needs words (the subject is PID 1). */
char *show_changes_of_subject(const ViewStep *s, guint *i, bool *ret_needed);
/* "active (running), main process a.1, start job waiting" */
char *show_subject(const ViewSubject *s);
/* "state=dead over state=running of entry 1"; NULL: it overwrites nothing that differs. */
char *show_overwritten(const ViewEntry *e);
/* "main-pid=a.1 of entry 1": what stays of the entries before it and is shown; NULL: nothing. */
char *show_kept(const ViewEntry *e);
/* "state=running main-pid=a.1": the lines whose fields are shown. */
char *show_entry_values(const ViewEntry *e);
/* What the entries of the stream tell better, where the format shows them. */
bool show_note_is_of_entry(const ViewStep *s, const ViewNote *n);
/* "what PID 1 does next", "SubState of a.service" */
char *show_cause(const ViewCause *c);
