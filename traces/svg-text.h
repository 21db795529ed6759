/* SPDX-License-Identifier: MIT */
#pragma once

/* Text in pictures that are made without asking a font: how wide it is, where it is broken, how it is written. */

#include <glib.h>
#include <stdbool.h>

typedef enum SvgAnchor {
        SVG_START,
        SVG_MIDDLE,
} SvgAnchor;

typedef struct SvgFont {
        int size;
        bool bold;
} SvgFont;

/* In pixels, at least what Helvetica and the fonts of its measures need. */
int svg_text_width(const char *text, SvgFont f);

/* A copy without what XML cannot hold, cut to @width with an ellipsis. */
char *svg_text_fit(const char *text, SvgFont f, int width);

/* Lines (char *) no wider than @width, broken at blanks, or anywhere in a word that is too long; of more than @max_lines the
 * last one ends in an ellipsis. */
GPtrArray *svg_text_wrap(const char *text, SvgFont f, int width, unsigned max_lines);

/* The least width from @min to @max, in which @text needs no more than @max_lines. */
int svg_text_wrap_width(const char *text, SvgFont f, int min, int max, unsigned max_lines);

/* @text without what XML cannot hold, its markup escaped. */
void svg_append_escaped(GString *s, const char *text);

/* @y is the base line. @class: of the style sheet. */
void svg_append_text(GString *s, int x, int y, SvgFont f, SvgAnchor anchor, const char *class, const char *text);

/* Lines from @y, which is the base line of the first one. */
void svg_append_lines(GString *s, int x, int y, SvgFont f, SvgAnchor anchor, const char *class,
                      const GPtrArray *lines);

/* From one base line to the next. */
int svg_line_height(SvgFont f);
