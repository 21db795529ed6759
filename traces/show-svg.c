/* SPDX-License-Identifier: MIT */

#include <string.h>

#include "traces/show.h"
#include "traces/svg-layout.h"

/* A picture for slides, one file without scripts. svg-layout.c says where everything is; here it is drawn, what lies behind
 * first. Colours are those of a light or a dark page; each has a contrast of 4.5 at least with the text on it. */

#define BADGE_RADIUS  13
#define CHIP_RADIUS   11
#define ARROW_SIZE    7
#define BASE_LINE     5 /* below the middle of a line of text */
#define LABEL_PADDING 6

static const char style[] =
        "<style>\n"
        "svg { font-family: Helvetica, Arial, \"Liberation Sans\", sans-serif }\n"
        ".bg { fill: #ffffff } text { fill: #1f2328 } .dim { fill: #57606a } .bad { fill: #a40e26 }\n"
        ".line { stroke: #d0d7de } .life { stroke: #8c959f; stroke-dasharray: 2 4 }\n"
        ".band { fill: #fff4d1; stroke: #d4a72c } .banner { fill: #ffebe9; stroke: #cf222e; stroke-width: 2 }\n"
        ".arrow { stroke: #1f2328; stroke-width: 2; fill: none } .head { fill: #1f2328 }\n"
        ".weak { stroke-dasharray: 5 4 } .mark { stroke: #cf222e; stroke-width: 2; stroke-dasharray: 6 4 }\n"
        ".badge { fill: #1f2328 } .onbadge { fill: #ffffff } .badbadge { fill: #a40e26 } .chip { fill: #ffffff; "
        "stroke: #1f2328; "
        "stroke-width: 1.5 } .badchip { stroke: #cf222e; stroke-width: 3 }\n"
        ".bar { stroke-width: 1.5 } .stream { stroke-dasharray: 5 3 }\n"
        ".active { fill: #aceebb; stroke: #1a7f37 } .inactive { fill: #e4e8ec; stroke: #6e7781 } "
        ".failed { fill: #ffcecb; stroke: #cf222e } .activating { fill: #b6e3ff; stroke: #0969da }\n"
        ".stopping { fill: #ffd8a8; stroke: #bc4c00 } .reloading { fill: #ffe9a8; stroke: #9a6700 } "
        ".absent { fill: #ffffff; stroke: #6e7781; stroke-dasharray: 3 3 } .manager { fill: #d8dee4; stroke: "
        "#57606a } "
        ".other { fill: #eaeef2; stroke: #57606a }\n"
        ".wrong { stroke: #cf222e; stroke-width: 3 }\n"
        "@media (prefers-color-scheme: dark) {\n"
        ".bg { fill: #0d1117 } text { fill: #f0f6fc } .dim { fill: #9198a1 } .bad { fill: #ff9492 }\n"
        ".line { stroke: #30363d } .life { stroke: #656c76 } .band { fill: #272215; stroke: #9e6a03 }\n"
        ".banner { fill: #3a1517; stroke: #f85149 } .arrow { stroke: #f0f6fc } .head { fill: #f0f6fc } .mark { "
        "stroke: #f85149 }\n"
        ".badge { fill: #f0f6fc } .onbadge { fill: #0d1117 } .badbadge { fill: #ff9492 } .chip { fill: #0d1117; "
        "stroke: #f0f6fc } "
        ".badchip { stroke: #f85149 }\n"
        ".active { fill: #12401f; stroke: #3fb950 } .inactive { fill: #2d333b; stroke: #848d97 } "
        ".failed { fill: #5c1a1b; stroke: #f85149 } .activating { fill: #10335c; stroke: #58a6ff }\n"
        ".stopping { fill: #5a3210; stroke: #f0883e } .reloading { fill: #33290a; stroke: #d29922 } "
        ".absent { fill: #0d1117; stroke: #848d97 } .manager { fill: #2d333b; stroke: #9198a1 } "
        ".other { fill: #21262d; stroke: #9198a1 } .wrong { stroke: #f85149 }\n"
        "}\n"
        "</style>\n";

typedef struct Drawing {
        const SvgPicture *picture;
        GString *out;
} Drawing;

static void append_line(GString *s, const char *class, int x, int y, int to_x, int to_y) {
        g_string_append_printf(s, "<line class=\"%s\" x1=\"%d\" y1=\"%d\" x2=\"%d\" y2=\"%d\"/>\n", class, x, y,
                               to_x, to_y);
}

static void append_box(GString *s, const char *class, int x, int y, int width, int height, int radius) {
        g_string_append_printf(s,
                               "<rect class=\"%s\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"%d\"/>\n",
                               class, x, y, width, height, radius);
}

/* Up or down; the head ends at @to. */
static void append_arrow(GString *s, const char *more, int x, int from, int to) {
        int back = to > from ? -ARROW_SIZE : ARROW_SIZE;
        g_autofree char *class = g_strconcat("arrow", more, NULL);

        append_line(s, class, x, from, x, to + back);
        g_string_append_printf(s, "<path class=\"head\" d=\"M%d %d l%d %d h%d z\"/>\n", x, to, -ARROW_SIZE + 1,
                               2 * back, 2 * (ARROW_SIZE - 1));
}

/* Numbers in circles, as large as they may be and, when they are long, become. */
typedef struct Disc {
        const char *class, *bad_class, *text_class;
        int radius, size, min_size;
} Disc;

static const Disc badge = { "badge", "badge badbadge", "onbadge", BADGE_RADIUS, 15, 8 };
static const Disc chip = { "chip", "chip badchip", NULL, CHIP_RADIUS, 14, 7 };

static void append_disc(GString *s, const Disc *d, int x, int y, unsigned number, bool bad) {
        g_autofree char *text = g_strdup_printf("%u", number);
        SvgFont f = { d->size, true };

        while (svg_text_width(text, f) > 2 * d->radius - 4 && f.size > d->min_size)
                f.size--;
        g_string_append_printf(s, "<circle class=\"%s\" cx=\"%d\" cy=\"%d\" r=\"%d\"/>\n",
                               bad ? d->bad_class : d->class, x, y, d->radius);
        svg_append_text(s, x, y + BASE_LINE, f, SVG_MIDDLE, d->text_class, text);
}

static void draw_head(const Drawing *d) {
        const SvgPicture *p = d->picture;
        const TraceView *v = p->view;
        GString *s = d->out;

        g_string_append_printf(
                s,
                "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\" "
                "role=\"img\" aria-labelledby=\"title desc\">\n<title id=\"title\">",
                p->width, p->height, p->width, p->height);
        svg_append_escaped(s, v->title);
        g_string_append(s, "</title>\n<desc id=\"desc\">");
        svg_append_escaped(s, v->violation);
        g_string_append_c(s, '.');
        for (unsigned i = v->run.n_top; i < v->run.steps->len; i++) {
                const ViewStep *step = view_run_step(&v->run, i);

                if (!show_cast_has_step(p->cast, step))
                        continue;
                g_string_append_printf(s, " %u. ", step->number);
                svg_append_escaped(s, step->caption);
                g_string_append_c(s, '.');
        }
        g_string_append(s, "</desc>\n");
        g_string_append(s, style);
        append_box(s, "bg", 0, 0, p->width, p->height, 0);
}

static void draw_title(const Drawing *d) {
        const SvgPicture *p = d->picture;
        int y = p->margin + svg_font_title.size;
        g_autofree char *title = svg_text_fit(p->view->title, svg_font_title, p->width - 2 * p->margin);

        svg_append_text(d->out, p->margin, y, svg_font_title, SVG_START, NULL, title);
        svg_append_lines(d->out, p->margin, y + svg_line_height(svg_font_caption) + 4, svg_font_caption,
                         SVG_START, "dim", p->odds);
}

/* The last column of the reload that begins with @first. */
static const SvgColumn *reload_end(const SvgPicture *p, guint first) {
        const SvgColumn *c = p->columns->pdata[first];

        while (c->kind != SVG_AFTER)
                c = p->columns->pdata[++first];
        return c;
}

/* As much as has room. */
static const char *band_words(int width) {
        static const char *const words[] = {
                "the entries of the stream, in the order in which they are read",
                "the stream's entries, as they are read",
                "entries in order",
        };

        for (size_t i = 0; i < G_N_ELEMENTS(words); i++)
                if (svg_text_width(words[i], svg_font_small) <= width)
                        return words[i];
        return "";
}

static void draw_band(const Drawing *d, guint first) {
        const SvgPicture *p = d->picture;
        const SvgColumn *from = p->columns->pdata[first], *to = reload_end(p, first);
        int width = to->x + to->width - from->x, x = from->x + width / 2, y = p->head + svg_font_caption.size;
        g_autofree char *caption = g_strdup_printf("%u. %s", from->step->number, from->step->caption);
        g_autoptr(GPtrArray) lines = svg_text_wrap(caption, svg_font_caption, width - 2 * LABEL_PADDING, 2);

        append_box(d->out, "band", from->x, p->head - 6, width, p->lanes_end - p->head + 6, 8);
        svg_append_lines(d->out, x, y, svg_font_caption, SVG_MIDDLE, NULL, lines);
        if (lines->len == 1)
                svg_append_text(d->out, x, y + svg_line_height(svg_font_caption), svg_font_small, SVG_MIDDLE,
                                "dim", band_words(width - 2 * LABEL_PADDING));
}

static void draw_captions(const Drawing *d) {
        const SvgPicture *p = d->picture;

        for (guint i = 0; i < p->columns->len; i++) {
                const SvgColumn *c = p->columns->pdata[i];
                int y = (c->kind == SVG_INTERRUPT ? p->band : p->head) + svg_font_caption.size;

                if (c->opens)
                        draw_band(d, i);
                svg_append_lines(d->out, svg_column_center(c), y, svg_font_caption, SVG_MIDDLE,
                                 c->kind == SVG_SKIPPED ? "dim" : NULL, c->caption);
        }
}

/* The line at which a lane begins, who it is, and that it is there all the time. */
static void draw_lane(const Drawing *d, const SvgLane *l) {
        const SvgPicture *p = d->picture;
        const SvgColumn *first = p->columns->pdata[0];
        int y = svg_lane_center(l);

        append_line(d->out, "line", p->margin, l->y, p->width - p->margin, l->y);
        append_line(d->out, "life", first->x, y, p->width - p->margin, y);
        svg_append_text(d->out, p->margin, l->what ? y : y + BASE_LINE, svg_font_label, SVG_START, NULL,
                        l->label);
        if (l->what)
                svg_append_text(d->out, p->margin, y + svg_line_height(svg_font_small), svg_font_small,
                                SVG_START, "dim", l->what);
}

static void draw_pieces(const Drawing *d, const SvgLane *l) {
        g_autoptr(GPtrArray) pieces = NULL;

        if (l->kind == SVG_CLIENT || l->kind == SVG_FILES)
                return;
        pieces = svg_pieces(d->picture, l);
        for (guint i = 0; i < pieces->len; i++) {
                const SvgPiece *piece = pieces->pdata[i];
                g_autofree char *class = g_strconcat("bar ", piece->class, piece->stream ? " stream" : "",
                                                     piece->wrong ? " wrong" : "", NULL);

                append_box(d->out, class, piece->from, l->bar, piece->to - piece->from, SVG_BAR_HEIGHT, 5);
                if (*piece->label)
                        svg_append_text(d->out, piece->from + svg_label_inset(l),
                                        l->bar + SVG_BAR_HEIGHT / 2 + BASE_LINE, svg_font_bar, SVG_START, NULL,
                                        piece->label);
        }
}

static const SvgLane *actor_lane(const SvgPicture *p, ViewActor actor, const char *client, const char *process) {
        const SvgLane *l = NULL;

        if (actor == VIEW_CLIENT)
                l = svg_find_lane(p, SVG_CLIENT, show_cast_client(client));
        if (actor != VIEW_PID1 && !l)
                l = svg_find_lane(p, SVG_PROCESS, process);
        return l ?: svg_find_lane(p, SVG_MANAGER, NULL);
}

/* From a lane to the bar of another one. */
static void draw_arrow(const Drawing *d, const char *more, int x, const SvgLane *from, const SvgLane *to) {
        if (from == to || !to)
                return;
        append_arrow(d->out, more, x, svg_lane_center(from),
                     to->y > from->y ? to->bar : to->bar + SVG_BAR_HEIGHT);
}

/* PID 1 to those that it changes. */
static void draw_effects(const Drawing *d, const SvgColumn *c) {
        const SvgPicture *p = d->picture;
        const SvgLane *from = svg_find_lane(p, SVG_MANAGER, NULL), *last = NULL;

        for (guint i = 0; i < c->step->changes->len; i++) {
                const ViewChange *v = c->step->changes->pdata[i];
                const char *name = v->change->subject;
                const SvgLane *to = v->kind == VIEW_UNIT ? svg_find_lane(p, SVG_UNIT, name)
                                    : v->kind == VIEW_PROCESS
                                            ? svg_find_lane(p, SVG_PROCESS, name + strlen("process "))
                                            : NULL;

                if (to && to != last && show_cast_has_change(p->cast, v))
                        draw_arrow(d, "", svg_column_center(c), from, to);
                if (to)
                        last = to;
        }
}

static void draw_statement(const Drawing *d, const SvgColumn *c) {
        const SvgPicture *p = d->picture;
        const ViewStep *s = c->step;
        const SvgLane *from = actor_lane(p, s->actor, s->client, s->event->process);
        int x = svg_column_center(c);

        if (show_step_changes_file(s))
                draw_arrow(d, "", x, from, svg_find_lane(p, SVG_FILES, NULL));
        else if (show_step_calls(s))
                draw_arrow(d, "", x, from, svg_find_lane(p, SVG_MANAGER, NULL));
        else if (from->kind == SVG_PROCESS)
                draw_arrow(d, " weak", x, from, svg_find_lane(p, SVG_MANAGER, NULL));
        else
                draw_arrow(d, "", x, from, svg_find_lane(p, SVG_PROCESS, s->event->process));
}

static void draw_interrupt(const Drawing *d, const SvgColumn *c) {
        const SvgPicture *p = d->picture;
        const TraceInterrupt *i = c->interrupt->interrupt;
        const SvgLane *from = actor_lane(p, c->interrupt->actor, i->client, i->process);
        const SvgLane *manager = svg_find_lane(p, SVG_MANAGER, NULL);
        int x = svg_column_center(c);

        if (from->kind == SVG_PROCESS)
                draw_arrow(d, " weak", x, from, manager);
        else if (i->process)
                draw_arrow(d, "", x, from, svg_find_lane(p, SVG_PROCESS, i->process));
        else
                draw_arrow(d, "", x, from,
                           show_statement_edits(i->statement) ? svg_find_lane(p, SVG_FILES, NULL) : manager);
}

static void draw_arrows(const Drawing *d, const SvgColumn *c) {
        const SvgPicture *p = d->picture;
        const SvgLane *manager = svg_find_lane(p, SVG_MANAGER, NULL);

        if (c->kind == SVG_STEP && c->step->violates)
                append_line(d->out, "mark", svg_column_center(c), svg_lane_center(manager), svg_column_center(c),
                            p->lanes_end + 2 * BADGE_RADIUS);
        if (c->kind == SVG_ENTRY)
                draw_arrow(d, "", svg_column_center(c), manager,
                           svg_find_lane(p, SVG_UNIT, c->entry->applied_to));
        else if (c->kind == SVG_INTERRUPT)
                draw_interrupt(d, c);
        else if (c->kind == SVG_STEP && c->step->actor == VIEW_PID1)
                draw_effects(d, c);
        else if (c->kind == SVG_STEP)
                draw_statement(d, c);
}

/* The numbers of entries that are only named. */
static void append_range(GString *s, int x, int y, const SvgColumn *c) {
        g_autofree char *text = c->to - c->from == 1 ? g_strdup_printf("%u", c->to)
                                                     : g_strdup_printf("%u–%u", c->from + 1, c->to);

        svg_append_text(s, x, y + BASE_LINE, svg_font_small, SVG_MIDDLE, "dim", text);
}

/* What was written into which file. */
static void draw_files(const Drawing *d, const SvgColumn *c) {
        const SvgLane *l = svg_find_lane(d->picture, SVG_FILES, NULL);
        int height = (int) c->files->len * svg_line_height(svg_font_small) + 8, top;

        if (c->files->len == 0 || !l)
                return;
        top = svg_lane_center(l) - height / 2;
        append_box(d->out, "chip", c->x + 2, top, c->width - 4, height, 5);
        svg_append_lines(d->out, svg_column_center(c), top + svg_font_small.size + 2, svg_font_small, SVG_MIDDLE,
                         NULL, c->files);
}

/* What stands on the bars. */
static void draw_marks(const Drawing *d, const SvgColumn *c) {
        const SvgPicture *p = d->picture;
        const SvgLane *manager = svg_find_lane(p, SVG_MANAGER, NULL);
        const SvgLane *unit = c->entry ? svg_find_lane(p, SVG_UNIT, c->entry->applied_to) : NULL;
        const ViewInterrupt *i = c->interrupt;
        int x = svg_column_center(c), height = (int) c->side->len * svg_line_height(svg_font_small);

        svg_append_lines(d->out, x, manager->bar - height + 4, svg_font_small, SVG_MIDDLE,
                         c->kind == SVG_ENTRY ? NULL : "dim", c->side);
        if (c->kind == SVG_STEP)
                append_disc(
                        d->out, &badge, x,
                        svg_lane_center(actor_lane(p, c->step->actor, c->step->client, c->step->event->process)),
                        c->step->number, c->step->violates);
        else if (c->kind == SVG_INTERRUPT)
                append_disc(
                        d->out, &badge, x,
                        svg_lane_center(actor_lane(p, i->actor, i->interrupt->client, i->interrupt->process)),
                        i->number, false);
        else if (c->kind == SVG_ENTRY)
                append_disc(d->out, &chip, x, svg_lane_center(manager), c->entry->number, c->damage->len > 0);
        else if (c->kind == SVG_LEFT)
                append_range(d->out, x, svg_lane_center(manager), c);
        if (unit)
                svg_append_lines(d->out, x, unit->bar + SVG_BAR_HEIGHT + svg_font_damage.size + 4,
                                 svg_font_damage, SVG_MIDDLE, "bad", c->damage);
}

static void draw_foot(const Drawing *d) {
        const SvgPicture *p = d->picture;
        int y = p->lanes_end + 20, height = (int) p->violation->len * svg_line_height(svg_font_label) + 16;

        append_box(d->out, "banner", p->margin, y, p->width - 2 * p->margin, height, 8);
        svg_append_lines(d->out, p->width / 2, y + svg_font_label.size + 8, svg_font_label, SVG_MIDDLE, "bad",
                         p->violation);
        svg_append_lines(d->out, p->margin, y + height + svg_font_small.size + 8, svg_font_small, SVG_START,
                         "dim", p->absent);
}

void show_svg(const TraceView *v, const ShowOptions *o, GString *out) {
        g_autoptr(SvgPicture) p = svg_picture_new(v);
        Drawing d = { .picture = p, .out = out };

        draw_head(&d);
        draw_title(&d);
        draw_captions(&d);
        for (guint i = 0; i < p->lanes->len; i++)
                draw_lane(&d, p->lanes->pdata[i]);
        for (guint i = 0; i < p->columns->len; i++)
                draw_arrows(&d, p->columns->pdata[i]);
        for (guint i = 0; i < p->lanes->len; i++)
                draw_pieces(&d, p->lanes->pdata[i]);
        for (guint i = 0; i < p->columns->len; i++) {
                draw_files(&d, p->columns->pdata[i]);
                draw_marks(&d, p->columns->pdata[i]);
        }
        draw_foot(&d);
        g_string_append(out, "</svg>\n");
}
