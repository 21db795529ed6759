/* SPDX-License-Identifier: MIT */
#pragma once

/* The view of a trace: all that somebody who shows one needs, computed from the trace alone. Text, page, diagram and the
 * formats of others are made from it; none of them looks into the trace itself. See docs/show.md.
 *
 * A run is an array of steps, one for each event of the trace, in order. Steps of the top level come first and are numbered
 * 0; the others are numbered from 1 as `violation.events` counts them: what happens in the middle of a reload
 * (ViewInterrupt) has numbers of its own, between that of the reload and that of the next step.
 *
 * Everything is owned by the TraceView and lives as long as it; strings may point into the trace. Nothing is ever NULL
 * unless it says so; arrays are never NULL. */

#include "traces/trace.h"

typedef enum ViewActor {
        VIEW_CLIENT, /* a client, or the top level when `client` is NULL */
        VIEW_WORLD,  /* a process exits by itself */
        VIEW_PID1,
        _VIEW_ACTOR_MAX,
} ViewActor;

/* "client", "world", "PID 1" */
const char *view_actor_to_string(ViewActor a);

typedef enum ViewSubjectKind {
        VIEW_UNIT,
        VIEW_PROCESS, /* `name` is "process TAG.N" */
        VIEW_FILE,    /* `name` is a path */
        VIEW_MANAGER, /* "PID 1" */
        _VIEW_SUBJECT_KIND_MAX,
} ViewSubjectKind;

/* "unit", "process", "file", "PID 1" */
const char *view_subject_kind_to_string(ViewSubjectKind k);

/* Instead of the index of a step: what was so when the trace began. */
#define VIEW_BOOT UINT_MAX

/* What is known of one field at some moment. */
typedef struct ViewField {
        const char *field;
        const char *value;
        unsigned step; /* the index of the step that gave it this value */
} ViewField;

/* A unit, a process, a file or PID 1 at some moment. */
typedef struct ViewSubject {
        const char *name;
        const char *label; /* the name, less "process " */
        ViewSubjectKind kind;
        GPtrArray *fields; /* ViewField; fields without a value are not there */
        unsigned step;     /* the index of the step that changed it last */
} ViewSubject;

/* The state after a step. Steps that do not change a subject share it. */
typedef struct ViewState {
        GPtrArray *subjects; /* ViewSubject, sorted by kind and name */
} ViewState;

/* NULL: there is no such subject, or field. */
const ViewSubject *view_state_find(const ViewState *s, const char *subject);
const char *view_subject_get(const ViewSubject *s, const char *field);
const char *view_state_get(const ViewState *s, const char *subject, const char *field);
/* What waits for PID 1, oldest first: the ViewFields of "PID 1" whose value is VIEW_WAITING. Free the array. */
GPtrArray *view_state_queue(const ViewState *s);
#define VIEW_WAITING "waiting"

/* The cgroups at some moment: those that a unit or a process has, sorted by path. */
typedef struct ViewCgroup {
        const char *path;
        GPtrArray *units;     /* ViewSubject */
        GPtrArray *processes; /* ViewSubject */
} ViewCgroup;
GPtrArray *view_state_cgroups(const ViewState *s); /* ViewCgroup; free the array */

typedef struct ViewChange {
        const Change *change;
        ViewSubjectKind kind;
        bool appears,
                vanishes; /* the first, last field of a subject that was not there before, is not there after */
        bool needed;      /* the violation needs it */
} ViewChange;

/* A function of PID 1 and what it did. */
typedef struct ViewNote {
        const TraceNote *note;
        char *sentence; /* "service_set_state(): a.service goes from dead to running" */
        bool needed;
} ViewNote;

/* What became of an entry of the stream. */
typedef enum ViewFate {
        VIEW_APPLIED, /* to the unit of its name */
        VIEW_ALIASED, /* to the unit that its name now is an alias of */
        VIEW_GIVEN,   /* to another unit, by a fix */
        VIEW_ADOPTED, /* by an orphan */
        VIEW_DROPPED, /* read and applied to nothing */
        VIEW_UNREAD,  /* written, but the reader never began it */
        VIEW_STRAY,   /* the reader took a line in the middle of something for its name; there are no lines */
        _VIEW_FATE_MAX,
} ViewFate;

/* "applied", "aliased", ... */
const char *view_fate_to_string(ViewFate f);

/* A line of an entry. Of lines with the same meaning for the same unit, one gives the value that stays. */
typedef struct ViewLine ViewLine;
struct ViewLine {
        const struct ViewEntry *entry;
        const char *key, *value;    /* value: "" for a line without "=" */
        const char *meaning;        /* the value in words, "rsyslog.1" for main-pid=1; NULL: as it is */
        unsigned section;           /* 0: of the unit; n: of its n-th job */
        const char *field;          /* of the unit, ViewField.field, that it decides; NULL: none that is shown */
        bool known;                 /* this systemd reads the key */
        bool sets;                  /* it was applied and took effect */
        const ViewLine *overwrites; /* the line whose effect it replaced; NULL: none */
        const ViewLine *overwritten_by; /* the line that replaced its effect; NULL: it stays */
        const ViewLine
                *ignored_for; /* the earlier line that keeps it from taking effect (first wins); NULL: none */
        bool needed;
};

/* Whether the values of the two differ: only then is it worth a mark. Also false when @b is NULL. */
bool view_line_differs(const ViewLine *a, const ViewLine *b);

typedef struct ViewEntry ViewEntry;
struct ViewEntry {
        unsigned number;        /* from 1, in the order of the stream */
        const char *name;       /* as written */
        const char *applied_to; /* the unit; NULL: none */
        ViewFate fate;
        const char *main_pid;    /* of the unit that wrote it, "TAG.N" or "" */
        GPtrArray *lines;        /* ViewLine */
        const ViewEntry *before; /* the last entry before it that was applied to the same unit; NULL: none */
        const ViewEntry *after;  /* the next one that is; NULL: none */
        unsigned n_overwrites;   /* lines of it that replace another value of an earlier entry */
        bool needed;
};

/* "rsyslog.service <- syslog.service: overwrites state, main-pid-known" and the like; the caller frees it. */
char *view_entry_describe(const ViewEntry *e);
const ViewLine *view_entry_find(const ViewEntry *e, const char *key); /* the last line of section 0; NULL */

typedef struct ViewStream {
        const char *text;
        GPtrArray *header;  /* char *, lines of PID 1 itself */
        GPtrArray *entries; /* ViewEntry */
} ViewStream;

/* Something from outside in the middle of a reload. */
typedef struct ViewInterrupt {
        const TraceInterrupt *interrupt;
        unsigned number;
        ViewActor actor;
        char *caption;   /* "process a.1 exits" */
        char *where;     /* "before the entry of a.service is loaded" */
        unsigned before; /* ViewEntry.number of the entry that follows it; 0: no entry does */
        bool needed;
} ViewInterrupt;

typedef struct ViewStep ViewStep;
struct ViewStep {
        const TraceEvent *event;
        unsigned index;  /* in ViewRun.steps */
        unsigned number; /* 0: top level */
        ViewActor actor;
        const char *client;    /* NULL: none */
        char *caption;         /* "admin links syslog.service to rsyslog.service" */
        GPtrArray *interrupts; /* ViewInterrupt */
        GPtrArray *notes;      /* ViewNote, in order */
        GPtrArray *changes;    /* ViewChange, sorted by subject */
        GPtrArray *journal;    /* char *: what PID 1 logs, see docs/show.md */
        ViewState *state;      /* after it */
        ViewStream *stream;    /* NULL: no reload or reexec */
        bool reexec;           /* the stream is one of a reexec */
        bool violates;         /* the violation is seen after it */
        bool skipped;          /* it was impossible under this order and did not happen */
        bool needed;           /* the violation needs it */
        GPtrArray *causes;     /* ViewCause; empty unless needed */
};

/* Why a step is needed: a later one needs what this one did. */
typedef enum ViewCauseKind {
        VIEW_CAUSE_VALUE,   /* it gave `subject` the value of `field` that the later step found */
        VIEW_CAUSE_STREAM,  /* it gave it what the later step, a reload, wrote into the stream and read back */
        VIEW_CAUSE_PROGRAM, /* the same client does it before */
        VIEW_CAUSE_OUTCOME, /* the violation is about `field` of `subject` */
        _VIEW_CAUSE_KIND_MAX,
} ViewCauseKind;

typedef struct ViewCause {
        ViewCauseKind kind;
        unsigned later;              /* the index of the step that needs it; for OUTCOME that of the last step */
        const char *subject, *field; /* NULL for PROGRAM */
} ViewCause;

/* "value", "stream", "program", "outcome" */
const char *view_cause_kind_to_string(ViewCauseKind k);

typedef struct ViewRun {
        const TraceRun *run;
        ViewState *first;  /* what was there before the first step, as far as the trace tells */
        GPtrArray *steps;  /* ViewStep */
        unsigned n_top;    /* so many of them are of the top level, which come first */
        unsigned n_needed; /* steps behind the top level that the violation needs */
        GPtrArray *orders; /* char *, what it needs of the hash order: "a.service before b.service" */
} ViewRun;

/* NULL: @index is too high. */
ViewStep *view_run_step(const ViewRun *r, unsigned index);
/* The state before a step. */
const ViewState *view_step_before(const ViewRun *r, const ViewStep *s);
/* Nothing changed, was noted or read. */
bool view_step_is_quiet(const ViewStep *s);

/* A step of the run and the step of the other run that stands for the same; one of both may be NULL. */
typedef struct ViewPair {
        const ViewStep *run, *other;
        bool differs; /* they do not do the same, or one is missing */
} ViewPair;

typedef struct TraceView {
        const Trace *trace;
        const Profile *profile; /* NULL: this program does not know the trace's systemd */
        char *title;            /* "azure-linux.scenario · systemd 257 · no-crash" */
        const char *violation;  /* the sentence */
        char *odds;             /* "3 of 6 hash orders (1/2)" */
        ViewRun run;
        bool has_other;            /* only then: */
        ViewRun other;             /* the same schedule under an order in which it ends well, or otherwise */
        GPtrArray *pairs;          /* ViewPair; both runs side by side */
        unsigned first_difference; /* the index of the first pair that differs */
        GPtrArray *differences;    /* const Change *; at rest: old is of `other`, new of `run` */
} TraceView;

/* @t must outlive it. Never fails: what a trace does not say is not shown. */
TraceView *trace_view_new(const Trace *t);
void trace_view_free(TraceView *v);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(TraceView, trace_view_free)
