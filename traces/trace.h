/* SPDX-License-Identifier: MIT */
#pragma once

/* A trace: one run of a scenario, step by step, that shows how a property is violated; see docs/trace.schema.json. It has all
 * that is needed to run it again: the scenario's text, the profile, who did what when, and each choice. */

#include <json-glib/json-glib.h>

#include "model/manager.h"
#include "traces/snapshot.h"

#define TRACE_FORMAT   "coldplug-trace"
#define TRACE_VERSION  1
#define TRACE_SIZE_MAX (64U * 1024U * 1024U)

typedef enum TraceEventKind {
        TRACE_STATEMENT, /* of a client, or of the top level when `client` is NULL */
        TRACE_EXIT,      /* a process exits by itself */
        TRACE_DISPATCH,  /* PID 1 dispatches */
        _TRACE_EVENT_KIND_MAX,
} TraceEventKind;

const char *trace_event_kind_to_string(TraceEventKind k);
const char *choice_kind_to_string(ChoiceKind k);

/* A question that the step asked, and the answer. */
typedef struct TraceChoice {
        ChoiceKind kind;
        char *where;
        unsigned answer, n;
        char *first, *second; /* CHOICE_ORDER: this name comes before that one */
        char *name;           /* CHOICE_FIRST, CHOICE_LAST: this one is it */
} TraceChoice;

/* Something from outside in the middle of a reload. */
typedef struct TraceInterrupt {
        unsigned point; /* how many observation points the reload had before */
        char *where;    /* and which one it is */
        char *unit;
        char *client; /* NULL: `process` exits by itself */
        char *process;
        char *statement;
        unsigned line;
} TraceInterrupt;

typedef struct TraceNote {
        char *function;
        char *unit; /* NULL: none */
        char *text;
} TraceNote;

typedef struct TraceEntry {
        char *name;
        char *applied_to; /* NULL: it was dropped */
} TraceEntry;

typedef struct TraceEvent {
        TraceEventKind kind;
        bool top_level; /* not counted */
        bool skipped;   /* impossible under this order; only in schedules that are run under two */
        char *client;
        char *process; /* EXIT: who exits; else whom the statement hit, NULL: nobody */
        char *statement;
        unsigned line;         /* in the scenario */
        GPtrArray *choices;    /* TraceChoice */
        GPtrArray *interrupts; /* TraceInterrupt */
        GPtrArray *changes;    /* Change */
        GPtrArray *notes;      /* TraceNote */
        char *stream;          /* of a reload or reexec, else NULL */
        GPtrArray *entries;    /* TraceEntry, in the order in which they were applied */
        GPtrArray *journal;    /* char *, what PID 1 logged */
        unsigned n_shared;     /* by so many runs besides the first */
} TraceEvent;

/* What is decided about a ranking: this name comes before that one, under this hash key. */
typedef struct TraceOrder {
        unsigned key;
        char *first, *second;
} TraceOrder;

typedef struct TraceRun {
        GPtrArray *orders; /* TraceOrder, none that follows from others */
        GPtrArray *events; /* TraceEvent */
} TraceRun;

typedef struct Trace {
        char *scenario; /* its file name */
        char *text;
        char *systemd;    /* the profile */
        GPtrArray *fixes; /* of char *: what was added to it */
        char *property;
        char *unit;                               /* which the violation is about, NULL: none */
        char *violation;                          /* what is wrong */
        char *n_orders, *n_all_orders, *fraction; /* under which the property is violated */
        unsigned n_events;                        /* that count */
        TraceRun run;
        bool has_other; /* the same schedule under another order: of the largest class, or that does not violate the property */
        TraceRun other;
        GPtrArray *differences; /* Change: old is `other`, new is `run`; in which they end */
} Trace;

Trace *trace_new(void);
void trace_free(Trace *t);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Trace, trace_free)

/* What it was found in, as profile_label() has it: "257", "257 + sort-by-id+tolerate-dead". */
char *trace_systemd(const Trace *t);

/* Each adds an empty one and returns it. */
TraceEvent *trace_run_add_event(TraceRun *r, TraceEventKind kind);
/* The same event in one more run, or whatever else frees it by trace_event_unref(). Nobody may change it any more. */
TraceEvent *trace_event_ref(TraceEvent *e);
void trace_event_unref(gpointer event);
TraceChoice *trace_event_add_choice(TraceEvent *e);
TraceInterrupt *trace_event_add_interrupt(TraceEvent *e);
TraceNote *trace_event_add_note(TraceEvent *e);
TraceEntry *trace_event_add_entry(TraceEvent *e);
TraceOrder *trace_run_add_order(TraceRun *r);

/* As JSON, with a newline at the end. */
char *trace_to_json(const Trace *t);

/* Reads what trace_to_json() writes; NULL and @error (TRACES_ERROR) for anything else. @file is for messages. */
Trace *trace_from_json(const char *file, const char *json, size_t size, GError **error);
Trace *trace_load(const char *file, GError **error);
