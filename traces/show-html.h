/* SPDX-License-Identifier: MIT */
#pragma once

/* Between the parts of the page only. */

#include "traces/show.h"

/* What can be stepped to: a step of the run and the one of the other run that stands for the same; one may be NULL. */
typedef struct HtmlPosition {
        const ViewStep *run, *other;
        bool differs;
        char *id; /* "step-7", which a link names; "other-8" when only the other run has it */
} HtmlPosition;

typedef struct HtmlPage {
        const TraceView *view;
        GPtrArray *positions;      /* HtmlPosition; those of the top level only when there are no others */
        unsigned from, other_from; /* the index of the first step of each run that is among them */
        int first_difference;      /* in positions; -1: the two runs do not differ, or there is one only */
} HtmlPage;

/* The step of either run, the first of all if it has both. */
const ViewStep *html_position_step(const HtmlPosition *p);

/* Appends text that stands for itself in the body and in attributes. */
void html_append_text(GString *s, const char *text);

/* The other run is of the largest class of orders, and does not lack a violation. */
bool html_compares_orders(const Trace *t);

/* Who acts: what a process does is its own, whoever made it do so. */
ViewActor html_step_actor(const ViewStep *s);

/* show-html-data.c: all that the scripts of the page show, as JSON that may stand in an element "script". */
void html_append_data(const HtmlPage *p, GString *out);

/* show-html-steps.c: all steps as items of a list, which tell everything in words. */
void html_append_steps(const HtmlPage *p, GString *out);
void html_append_setting(const HtmlPage *p, GString *out);
void html_append_differences(const HtmlPage *p, GString *out);

/* traces/html/, embedded by embed.cmake */
extern const char page_html[], page_css[], page_js[];
