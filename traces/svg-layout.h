/* SPDX-License-Identifier: MIT */
#pragma once

/* Where everything is in the picture of a trace: time goes from left to right in columns, and everybody has a lane. A reload is
 * a group of columns: an entry each, and one for what comes of it. */

#include "traces/show-cast.h"
#include "traces/svg-text.h"

#define SVG_BAR_HEIGHT 30

extern const SvgFont svg_font_title, svg_font_caption, svg_font_label, svg_font_bar, svg_font_small,
        svg_font_damage;

typedef enum SvgColumnKind {
        SVG_BEFORE, /* how it is when the first client begins */
        SVG_STEP,
        SVG_SKIPPED,   /* steps that are only counted: `count`, up to `step` */
        SVG_ENTRY,     /* of the stream */
        SVG_LEFT,      /* entries that are only named: from `from` to before `to` */
        SVG_INTERRUPT, /* in the middle of the reload */
        SVG_AFTER,     /* the end of the reload */
        SVG_END,
} SvgColumnKind;

typedef struct SvgColumn {
        SvgColumnKind kind;
        const ViewStep *step; /* NULL: BEFORE, END */
        const ViewEntry *entry;
        const ViewInterrupt *interrupt;
        unsigned count, from, to;
        bool opens; /* the first one of a reload */
        int x, width;
        GPtrArray *caption; /* lines in the head, of STEP, SKIPPED and INTERRUPT */
        GPtrArray *side;    /* lines above the bar of PID 1: functions, names of entries */
        GPtrArray *files;   /* lines in the lane of the files */
        GPtrArray *damage;  /* lines below the bar of the unit of an entry: what it overwrites */
} SvgColumn;

typedef enum SvgLaneKind {
        SVG_CLIENT,
        SVG_FILES,
        SVG_MANAGER,
        SVG_UNIT,
        SVG_PROCESS,
} SvgLaneKind;

typedef struct SvgLane {
        SvgLaneKind kind;
        const char *name; /* of the subject */
        char *label;      /* as far as there is room */
        const char *what; /* "client", "unit", "process"; NULL: says it all */
        int y, height;    /* all of it */
        int bar;          /* the top of its bar */
} SvgLane;

typedef struct SvgPicture {
        const TraceView *view;
        ShowCast *cast;
        GPtrArray *columns;                   /* SvgColumn */
        GPtrArray *lanes;                     /* SvgLane */
        GPtrArray *odds, *violation, *absent; /* lines: below the title, at the bottom, below that */
        int width, height, margin;
        int head, band, lanes_top, lanes_end; /* y of: the captions, those of interrupts, the lanes, their end */
} SvgPicture;

SvgPicture *svg_picture_new(const TraceView *v);
void svg_picture_free(SvgPicture *p);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SvgPicture, svg_picture_free)

/* NULL: does not appear. */
const SvgLane *svg_find_lane(const SvgPicture *p, SvgLaneKind kind, const char *name);
int svg_column_center(const SvgColumn *c);
/* The middle of a lane's bar, of its line if it has no bar. */
int svg_lane_center(const SvgLane *l);

/* svg-bars.c */

/* A piece of a bar: somebody's state for some time. */
typedef struct SvgPiece {
        int from, to;
        const char *class;
        char *label; /* the longest one that has room, "" */
        bool stream; /* not so yet: what the entries up to now say */
        bool wrong;  /* inactive or failed with a process */
} SvgPiece;

GPtrArray *svg_pieces(const SvgPicture *p, const SvgLane *l); /* SvgPiece; free the array */
/* From the beginning of a piece to its label: there may be a badge. */
int svg_label_inset(const SvgLane *l);
/* How wide the longest label of @subject's state is. */
int svg_label_width(const SvgLane *l, const ViewSubject *x);
