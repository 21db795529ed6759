/* SPDX-License-Identifier: MIT */

#include <string.h>

#include "traces/svg-text.h"

#define ELLIPSIS "…"

/* Thousandths of the size, of the characters from blank to tilde, as in Helvetica. */
/* clang-format off */
static const short advance_table[] = {
        278, 278, 355, 556,  556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, /* blank to / */
        556, 556, 556, 556,  556, 556, 556, 556, 556, 556, 278, 278, 584, 584, 584, 556, /* 0 to ? */
        1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833, 722, 778, /* @ to O */
        667, 778, 722, 667,  611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469, 556, /* P to _ */
        333, 556, 556, 500,  556, 556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556, /* ` to o */
        556, 556, 333, 500,  278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584,      /* p to ~ */
};
/* clang-format on */

#define ADVANCE_MAX   1015
#define ADVANCE_OTHER 750
#define BOLD_PERCENT  108

static int advance(gunichar c) {
        if (c >= 0x20 && c < 0x20 + G_N_ELEMENTS(advance_table))
                return advance_table[c - 0x20];
        if (c == 0xb7)
                return advance_table['.' - 0x20];
        return g_unichar_iswide(c) || c >= 0x2000 ? ADVANCE_MAX : ADVANCE_OTHER;
}

static bool is_allowed(gunichar c) {
        return c >= 0x20 && c != 0x7f && !(c >= 0xfffe && (c & 0xfffe) == 0xfffe) && !(c >= 0x80 && c < 0xa0);
}

static char *clean(const char *text) {
        g_autofree char *valid = g_utf8_make_valid(text, -1);
        GString *s = g_string_new(NULL);

        for (const char *p = valid; *p; p = g_utf8_next_char(p))
                g_string_append_unichar(s, is_allowed(g_utf8_get_char(p)) ? g_utf8_get_char(p) : ' ');
        return g_string_free(s, FALSE);
}

/* @text is clean; @size: how many bytes of it. */
static int width_of(const char *text, size_t size, SvgFont f) {
        gint64 sum = 0;

        for (const char *p = text; p < text + size; p = g_utf8_next_char(p))
                sum += advance(g_utf8_get_char(p));
        sum = sum * f.size * (f.bold ? BOLD_PERCENT : 100);
        return (int) MIN((sum + 99999) / 100000, G_MAXINT / 4);
}

int svg_text_width(const char *text, SvgFont f) {
        g_autofree char *s = clean(text);

        return width_of(s, strlen(s), f);
}

/* The bytes of the longest beginning that is no wider; at least one character. */
static size_t fitting(const char *text, SvgFont f, int width) {
        const char *p = text;

        while (*p && width_of(text, (size_t) (g_utf8_next_char(p) - text), f) <= width)
                p = g_utf8_next_char(p);
        return p == text && *p ? (size_t) (g_utf8_next_char(p) - text) : (size_t) (p - text);
}

static char *cut(const char *text, SvgFont f, int width) {
        size_t n = fitting(text, f, MAX(width - width_of(ELLIPSIS, strlen(ELLIPSIS), f), 0));

        return g_strdup_printf("%.*s" ELLIPSIS, (int) n, text);
}

char *svg_text_fit(const char *text, SvgFont f, int width) {
        g_autofree char *s = clean(text);

        return width_of(s, strlen(s), f) <= width ? g_steal_pointer(&s) : cut(s, f, width);
}

/* How many bytes of @text make the next line. */
static size_t line_size(const char *text, SvgFont f, int width) {
        size_t fits = fitting(text, f, width), n = fits;

        if (!text[fits] || text[fits] == ' ')
                return fits;
        while (n > 0 && text[n - 1] != ' ')
                n--;
        return n > 0 ? n : fits;
}

GPtrArray *svg_text_wrap(const char *text, SvgFont f, int width, unsigned max_lines) {
        GPtrArray *lines = g_ptr_array_new_with_free_func(g_free);
        g_autofree char *s = clean(text);
        const char *p = s;

        while (*p) {
                size_t n = line_size(p, f, width);

                if (lines->len + 1 == max_lines && p[n]) {
                        g_ptr_array_add(lines, cut(p, f, width));
                        break;
                }
                char *line = g_strndup(p, n);

                g_ptr_array_add(lines, g_strchomp(line));
                p += n;
                while (*p == ' ')
                        p++;
        }
        return lines;
}

/* So that no word is broken. */
static int longest_word(const char *text, SvgFont f) {
        g_auto(GStrv) words = g_strsplit(text, " ", -1);
        int width = 0;

        for (char **w = words; *w; w++)
                width = MAX(width, svg_text_width(*w, f));
        return width;
}

int svg_text_wrap_width(const char *text, SvgFont f, int min, int max, unsigned max_lines) {
        min = MAX(min, longest_word(text, f));
        for (int width = min; width < max; width += 10) {
                g_autoptr(GPtrArray) lines = svg_text_wrap(text, f, width, G_MAXUINT);

                if (lines->len <= max_lines)
                        return width;
        }
        return max;
}

void svg_append_escaped(GString *s, const char *text) {
        g_autofree char *valid = clean(text);
        g_autofree char *escaped = g_markup_escape_text(valid, -1);

        g_string_append(s, escaped);
}

void svg_append_text(GString *s, int x, int y, SvgFont f, SvgAnchor anchor, const char *class,
                     const char *text) {
        g_string_append_printf(s, "<text x=\"%d\" y=\"%d\" font-size=\"%d\"%s%s%s%s%s>", x, y, f.size,
                               f.bold ? " font-weight=\"bold\"" : "",
                               anchor == SVG_MIDDLE ? " text-anchor=\"middle\"" : "", class ? " class=\"" : "",
                               class ?: "", class ? "\"" : "");
        svg_append_escaped(s, text);
        g_string_append(s, "</text>\n");
}

void svg_append_lines(GString *s, int x, int y, SvgFont f, SvgAnchor anchor, const char *class,
                      const GPtrArray *lines) {
        for (guint i = 0; i < lines->len; i++)
                svg_append_text(s, x, y + (int) i * svg_line_height(f), f, anchor, class, lines->pdata[i]);
}

int svg_line_height(SvgFont f) {
        return f.size * 5 / 4;
}
