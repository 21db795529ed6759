/* SPDX-License-Identifier: MIT */
#pragma once

/* What `review` prints. All forms say the same: first what each fix comes to, then which scenarios tell the fixes apart, then for
 * each scenario a table of fixes and properties, and for each violation its trace. */

#include "cli/select.h"
#include "explore/distinguish.h"
#include "explore/review.h"

typedef struct ReviewReport {
        const Review *review;
        const Selection *selection;
        const char *link; /* the folder of the traces, as seen from the report; NULL: none were written */
        unsigned base;    /* the column without fixes; n_columns: there is none */
        Distinction *distinction;
        GPtrArray *alike; /* of char *: "a, b and c", which no scenario tells apart */
} ReviewReport;

void review_report_init(ReviewReport *r, const Review *review, const Selection *selection, const char *link);
void review_report_clear(ReviewReport *r);

void review_text(GString *out, const ReviewReport *r);
void review_markdown(GString *out, const ReviewReport *r);
void review_html(GString *out, const ReviewReport *r);
void review_json(GString *out, const ReviewReport *r);

/* The exit status that all cells together stand for. */
int review_status(const Review *r);

/* What the forms share */

const char *review_column_name(const ReviewReport *r, unsigned column);
const char *review_version_name(const ReviewReport *r, unsigned version);

/* "26 scenarios, systemd 254 and 262, 8 fixes, 10 properties" */
char *review_scope(const ReviewReport *r);

/* "holds everything it was asked about", "violated in 3 cells of 40; repairs 5 cells, breaks 1". */
char *review_verdict_text(const ReviewReport *r, const ReviewVerdict *v, unsigned column);
/* The cells a reader wants to see: the first that it breaks, makes worse, or else leaves violated; false: none. */
bool review_verdict_example(const ReviewVerdict *v, ReviewPlace *ret, const char **ret_how);

/* "ok", "1/2", "vacuous", "incomplete". */
char *review_cell_text(const ReviewRun *run, const ReviewCell *c);
typedef enum CellKind { CELL_OK, CELL_BAD, CELL_VACUOUS, CELL_OPEN } CellKind;
CellKind review_cell_kind(const ReviewRun *run, const ReviewCell *c);
/* "at least 3 of 6 orders (1/2, 50 %, once in 2 boots)" */
char *review_cell_orders(const ReviewRun *run, const ReviewCell *c);
/* The file of a cell's trace; NULL: it has none. */
char *review_trace_link(const ReviewReport *r, const ReviewPlace *p, unsigned column);

/* Versions of which everything that is shown of a scenario is the same. */
typedef struct ReviewTable {
        unsigned scenario;
        GArray *versions;  /* of unsigned */
        uint32_t rows;     /* properties that are violated or open somewhere */
        bool known;        /* something of it was explored */
        uint32_t untested; /* that are vacuous everywhere */
        GPtrArray *notes;  /* ReviewNote */
} ReviewTable;

/* A violation, and which fixes leave it. */
typedef struct ReviewNote {
        unsigned property;
        const ReviewRun *run; /* of the first column */
        const ReviewCell *cell;
        GArray *columns; /* of unsigned */
} ReviewNote;

GPtrArray *review_tables(const ReviewReport *r, unsigned scenario);
/* Of char *: "none and sort-by-id: --max-states was reached". */
GPtrArray *review_table_incomplete(const ReviewReport *r, const ReviewTable *t);
/* The properties that hold in all of it. */
uint32_t review_table_holds(const ReviewReport *r, const ReviewTable *t);
/* "252, 254 and 257" */
char *review_table_versions(const ReviewReport *r, const ReviewTable *t);
/* Names of the properties in a bit mask, "a, b"; "" when there are none. */
char *review_property_names(uint32_t mask);
char *review_note_columns(const ReviewReport *r, const ReviewNote *n);
