/* SPDX-License-Identifier: MIT */

#include <string.h>

#include "traces/show.h"
#include "traces/svg-layout.h"

#define MARGIN         24
#define PADDING        14
#define MAX_LEFT       3 /* names of entries in one column */
#define MAX_FUNCTIONS  6
#define FUNCTION_WIDTH 320
#define NAME_WIDTH     240 /* of a lane, at most */
#define WIDTH_MIN      1120
#define RATIO_WIDTH    16
#define RATIO_HEIGHT   9

const SvgFont svg_font_title = { 24, true };
const SvgFont svg_font_caption = { 17, false };
const SvgFont svg_font_label = { 17, true };
const SvgFont svg_font_bar = { 16, false };
const SvgFont svg_font_small = { 14, false };
const SvgFont svg_font_damage = { 15, true };

/* clang-format off */
static const struct {
        int height;      /* at least */
        const char *what;
} lane_table[] = {
        [SVG_CLIENT]  = { 46, "client"  },
        [SVG_FILES]   = { 46, NULL      },
        [SVG_MANAGER] = { 48, NULL      },
        [SVG_UNIT]    = { 52, NULL      },
        [SVG_PROCESS] = { 52, "process" },
};

static const struct {
        int min, max;
        unsigned lines; /* of the caption */
} column_table[] = {
        [SVG_BEFORE]    = {  90, 400, 0 },
        [SVG_STEP]      = { 110, 260, 5 },
        [SVG_SKIPPED]   = {  70, 110, 4 },
        [SVG_ENTRY]     = {  90, 260, 5 },
        [SVG_LEFT]      = {  60, 200, 0 },
        [SVG_INTERRUPT] = { 110, 260, 5 },
        [SVG_AFTER]     = {  40, 180, 0 },
        [SVG_END]       = {  40, 400, 0 },
};
/* clang-format on */

static GPtrArray *no_lines(void) {
        return g_ptr_array_new_with_free_func(g_free);
}

static void column_free(gpointer data) {
        SvgColumn *c = data;

        g_ptr_array_unref(c->caption);
        g_ptr_array_unref(c->side);
        g_ptr_array_unref(c->files);
        g_ptr_array_unref(c->damage);
        g_free(c);
}

static SvgColumn *add_column(SvgPicture *p, SvgColumnKind kind, const ViewStep *s) {
        SvgColumn *c = g_new0(SvgColumn, 1);

        c->kind = kind;
        c->step = s;
        c->width = column_table[kind].min;
        c->caption = no_lines();
        c->side = no_lines();
        c->files = no_lines();
        c->damage = no_lines();
        g_ptr_array_add(p->columns, c);
        return c;
}

/* Lines of a column need so much room. */
static void widen(SvgColumn *c, const GPtrArray *lines, SvgFont f) {
        for (guint i = 0; i < lines->len; i++)
                c->width = MAX(c->width, svg_text_width(lines->pdata[i], f) + PADDING);
}

static void add_fitting(GPtrArray *lines, const char *text, SvgFont f, int width) {
        g_ptr_array_add(lines, svg_text_fit(text, f, width - PADDING));
}

/* With the width that the text needs, not more. */
static void set_text(SvgColumn *c, GPtrArray **lines, const char *text, SvgFont f) {
        int min = column_table[c->kind].min - PADDING, max = column_table[c->kind].max - PADDING;
        unsigned n = column_table[c->kind].lines;
        int width = svg_text_wrap_width(text, f, MAX(min, c->width - PADDING), max, n);

        g_ptr_array_unref(*lines);
        *lines = svg_text_wrap(text, f, width, n);
        widen(c, *lines, f);
}

/* "syslog.service → rsyslog.service", "a.service: as in line 3" */
static void add_files(SvgColumn *c) {
        for (guint i = 0; i < c->step->changes->len; i++) {
                const ViewChange *v = c->step->changes->pdata[i];
                const Change *change = v->change;
                g_autofree char *name = NULL, *text = NULL;

                if (v->kind != VIEW_FILE)
                        continue;
                name = g_path_get_basename(change->subject);
                if (g_str_has_prefix(change->new, "-> "))
                        text = g_strdup_printf("%s → %s", name, change->new + strlen("-> "));
                else
                        text = g_strdup_printf("%s: %s", name, *change->new ? change->new : "removed");
                add_fitting(c->files, text, svg_font_small, column_table[SVG_STEP].max);
        }
        widen(c, c->files, svg_font_small);
}

static void add_functions(const SvgPicture *p, SvgColumn *c) {
        guint more;

        for (guint i = 0; i < c->step->notes->len; i++) {
                const ViewNote *n = c->step->notes->pdata[i];
                g_autofree char *text = g_strdup_printf("%s()", n->note->function);

                if (show_cast_has_note(p->cast, n) && show_cast_find(c->side, text) < 0)
                        add_fitting(c->side, text, svg_font_small, FUNCTION_WIDTH);
        }
        more = c->side->len > MAX_FUNCTIONS ? c->side->len - MAX_FUNCTIONS + 1 : 0;
        if (more > 0) {
                g_ptr_array_set_size(c->side, MAX_FUNCTIONS - 1);
                g_ptr_array_add(c->side, g_strdup_printf("and %u more", more));
        }
        widen(c, c->side, svg_font_small);
}

static void add_step(SvgPicture *p, const ViewStep *s) {
        g_autofree char *caption = g_strdup_printf("%u. %s", s->number, s->caption);
        SvgColumn *c = add_column(p, SVG_STEP, s);

        if (s->actor == VIEW_PID1)
                add_functions(p, c);
        add_files(c);
        set_text(c, &c->caption, caption, svg_font_caption);
}

static void add_interrupts(SvgPicture *p, const ViewStep *s, unsigned before) {
        for (guint i = 0; i < s->interrupts->len; i++) {
                const ViewInterrupt *v = s->interrupts->pdata[i];
                g_autofree char *caption = g_strdup_printf("%u. %s", v->number, v->caption);
                SvgColumn *c;

                if (v->before != before || (!v->needed && !p->cast->everybody))
                        continue;
                c = add_column(p, SVG_INTERRUPT, s);
                c->interrupt = v;
                set_text(c, &c->caption, caption, svg_font_caption);
        }
}

static void add_damage_line(SvgColumn *c, const char *text, unsigned max_lines) {
        g_autoptr(GPtrArray) lines = NULL;
        int width =
                svg_text_wrap_width(text, svg_font_damage, MAX(column_table[SVG_ENTRY].min, c->width) - PADDING,
                                    column_table[SVG_ENTRY].max - PADDING, max_lines);

        lines = svg_text_wrap(text, svg_font_damage, width, 3);
        g_ptr_array_extend_and_steal(c->damage, g_steal_pointer(&lines));
        widen(c, c->damage, svg_font_damage);
}

/* "state: running → dead", "keeps main-pid=a.1 of entry 1" */
static void add_damage(SvgColumn *c, const ViewEntry *e) {
        g_autofree char *overwritten = show_overwritten(e), *kept = NULL, *keeps = NULL;

        if (!overwritten)
                return;
        for (guint i = 0; i < e->lines->len; i++) {
                const ViewLine *l = e->lines->pdata[i];
                const ViewLine *old = l->overwrites;
                g_autofree char *text = NULL;

                if (!old || old->entry == e || !l->field || !view_line_differs(old, l))
                        continue;
                text = g_strdup_printf("%s: %s → %s", l->key, old->meaning ?: old->value,
                                       l->meaning ?: l->value);
                add_damage_line(c, text, 1);
        }
        kept = show_kept(e);
        if (c->damage->len == 0 || kept) {
                keeps = kept ? g_strdup_printf("keeps %s", kept) : g_strdup_printf("overwrites %s", overwritten);
                add_damage_line(c, keeps, 2);
        }
}

static void add_entry(SvgPicture *p, const ViewStep *s, const ViewEntry *e) {
        SvgColumn *c = add_column(p, SVG_ENTRY, s);

        c->entry = e;
        add_fitting(c->side, e->name, svg_font_small, column_table[SVG_ENTRY].max);
        if (e->fate == VIEW_ALIASED)
                g_ptr_array_add(c->side, g_strdup("now an alias"));
        else if (e->fate != VIEW_APPLIED)
                g_ptr_array_add(c->side, g_strdup(view_fate_to_string(e->fate)));
        widen(c, c->side, svg_font_small);
        add_damage(c, e);
}

static void add_left(SvgPicture *p, const ViewStep *s, unsigned from, unsigned to) {
        SvgColumn *c;

        if (from == to)
                return;
        c = add_column(p, SVG_LEFT, s);
        c->from = from;
        c->to = to;
        for (unsigned i = from; i < to && i < from + MAX_LEFT; i++)
                add_fitting(c->side, ((const ViewEntry *) s->stream->entries->pdata[i])->name, svg_font_small,
                            column_table[SVG_LEFT].max);
        if (to - from > MAX_LEFT)
                g_ptr_array_add(c->side, g_strdup_printf("and %u more", to - from - MAX_LEFT));
        widen(c, c->side, svg_font_small);
}

static bool is_interrupted(const SvgPicture *p, const ViewStep *s, unsigned entry) {
        for (guint i = 0; i < s->interrupts->len; i++) {
                const ViewInterrupt *v = s->interrupts->pdata[i];

                if (v->before == entry && (v->needed || p->cast->everybody))
                        return true;
        }
        return false;
}

static void add_reload(SvgPicture *p, const ViewStep *s) {
        guint first = p->columns->len, told = 0;

        for (guint i = 0; i < s->stream->entries->len; i++) {
                const ViewEntry *e = s->stream->entries->pdata[i];
                bool shown = show_cast_has_entry(p->cast, e);

                if (!shown && !is_interrupted(p, s, i + 1))
                        continue;
                add_left(p, s, told, i);
                add_interrupts(p, s, i + 1);
                if (shown)
                        add_entry(p, s, e);
                told = shown ? i + 1 : i;
        }
        add_left(p, s, told, s->stream->entries->len);
        add_interrupts(p, s, 0);
        (void) add_column(p, SVG_AFTER, s);
        ((SvgColumn *) p->columns->pdata[first])->opens = true;
}

/* Steps that the violation does not need, in a row. */
static void add_skipped(SvgPicture *p, const ViewStep *last, unsigned count) {
        g_autofree char *text = g_strdup_printf(count == 1 ? "%u more step" : "%u more steps", count);
        SvgColumn *c;

        if (count == 0)
                return;
        c = add_column(p, SVG_SKIPPED, last);
        c->count = count;
        set_text(c, &c->caption, text, svg_font_caption);
}

static void add_columns(SvgPicture *p) {
        const ViewRun *r = &p->view->run;
        unsigned skipped = 0;

        (void) add_column(p, SVG_BEFORE, NULL);
        for (unsigned i = r->n_top; i < r->steps->len; i++) {
                const ViewStep *s = view_run_step(r, i);

                if (!show_cast_has_step(p->cast, s)) {
                        skipped++;
                        continue;
                }
                add_skipped(p, i > 0 ? view_run_step(r, i - 1) : NULL, skipped);
                skipped = 0;
                if (s->stream)
                        add_reload(p, s);
                else
                        add_step(p, s);
        }
        add_skipped(p, r->steps->len > 0 ? view_run_step(r, r->steps->len - 1) : NULL, skipped);
        (void) add_column(p, SVG_END, NULL);
}

static void add_lane(SvgPicture *p, SvgLaneKind kind, const char *name, const char *label) {
        SvgLane *l = g_new0(SvgLane, 1);

        l->kind = kind;
        l->name = name;
        l->label = svg_text_fit(label, svg_font_label, NAME_WIDTH);
        l->what = lane_table[kind].what;
        g_ptr_array_add(p->lanes, l);
}

static void add_lanes(SvgPicture *p) {
        const ShowCast *c = p->cast;

        for (guint i = 0; i < c->clients->len; i++)
                add_lane(p, SVG_CLIENT, c->clients->pdata[i], c->clients->pdata[i]);
        if (c->files)
                add_lane(p, SVG_FILES, "", "unit files");
        add_lane(p, SVG_MANAGER, "PID 1", "PID 1");
        for (guint i = 0; i < c->units->len; i++)
                add_lane(p, SVG_UNIT, c->units->pdata[i], c->units->pdata[i]);
        for (guint i = 0; i < c->processes->len; i++)
                add_lane(p, SVG_PROCESS, c->processes->pdata[i], c->processes->pdata[i]);
}

/* The first and the last labels of bars have room. */
static void widen_ends(SvgPicture *p) {
        const ViewRun *r = &p->view->run;
        const ViewState *first = r->n_top > 0 ? view_run_step(r, r->n_top - 1)->state : r->first;
        const ViewState *last = r->steps->len > 0 ? view_run_step(r, r->steps->len - 1)->state : first;
        SvgColumn *before = p->columns->pdata[0], *end = p->columns->pdata[p->columns->len - 1];
        const SvgColumn *next_to_last = p->columns->pdata[p->columns->len - 2];

        for (guint i = 0; i < p->lanes->len; i++) {
                const SvgLane *l = p->lanes->pdata[i];
                g_autofree char *name =
                        l->kind == SVG_PROCESS ? g_strdup_printf("process %s", l->name) : g_strdup(l->name);
                const ViewSubject *x = view_state_find(first, name), *y = view_state_find(last, name);

                if (l->kind != SVG_UNIT && l->kind != SVG_PROCESS)
                        continue;
                if (x)
                        before->width =
                                CLAMP(svg_label_width(l, x), before->width, column_table[SVG_BEFORE].max);
                if (y)
                        end->width = CLAMP(svg_label_width(l, y) - next_to_last->width / 2, end->width,
                                           column_table[SVG_END].max);
        }
}

/* What comes of a reload has room for its labels, too. */
static void widen_after(SvgPicture *p, guint column) {
        SvgColumn *c = p->columns->pdata[column];
        const SvgColumn *next = p->columns->pdata[column + 1];

        for (guint i = 0; i < p->lanes->len; i++) {
                const SvgLane *l = p->lanes->pdata[i];
                const ViewSubject *x = l->kind == SVG_UNIT ? view_state_find(c->step->state, l->name) : NULL;

                if (x)
                        c->width = CLAMP(2 * svg_label_width(l, x) - next->width, c->width,
                                         column_table[SVG_AFTER].max);
        }
}

static int label_width(const SvgPicture *p) {
        int width = 0;

        for (guint i = 0; i < p->lanes->len; i++)
                width = MAX(width,
                            svg_text_width(((const SvgLane *) p->lanes->pdata[i])->label, svg_font_label));
        return width + 2 * PADDING;
}

static void place_columns(SvgPicture *p) {
        int x = p->margin + label_width(p);

        for (guint i = 0; i < p->columns->len; i++) {
                SvgColumn *c = p->columns->pdata[i];

                c->x = x;
                x += c->width;
        }
        p->width = x + p->margin;
}

/* A picture that is too narrow for its height, or its title, gets wider columns. */
static void stretch_columns(SvgPicture *p, int width) {
        int missing = width - p->width, n = 0;

        for (guint i = 0; i < p->columns->len; i++)
                n += ((const SvgColumn *) p->columns->pdata[i])->kind == SVG_AFTER ? 0 : 1;
        if (missing <= 0)
                return;
        for (guint i = 0; i < p->columns->len; i++) {
                SvgColumn *c = p->columns->pdata[i];

                c->width += c->kind == SVG_AFTER ? 0 : missing / n;
        }
        place_columns(p);
}

static int lines_height(guint n, SvgFont f) {
        return (int) n * svg_line_height(f);
}

static int most_lines(const SvgPicture *p, size_t offset, bool interrupts) {
        guint n = 0;

        for (guint i = 0; i < p->columns->len; i++) {
                const SvgColumn *c = p->columns->pdata[i];

                if ((c->kind == SVG_INTERRUPT) == interrupts)
                        n = MAX(n, (*(GPtrArray *const *) ((const char *) c + offset))->len);
        }
        return (int) n;
}

/* Lines below the bar of a unit. */
static guint damage_lines(const SvgPicture *p, const SvgLane *l) {
        guint n = 0;

        for (guint i = 0; i < p->columns->len; i++) {
                const SvgColumn *c = p->columns->pdata[i];

                if (c->entry && g_strcmp0(c->entry->applied_to, l->name) == 0)
                        n = MAX(n, c->damage->len);
        }
        return n;
}

static void place_lanes(SvgPicture *p, int y, int gap) {
        p->lanes_top = y;
        for (guint i = 0; i < p->lanes->len; i++) {
                SvgLane *l = p->lanes->pdata[i];
                int above = 0, below = 0;

                if (l->kind == SVG_MANAGER)
                        above = lines_height((guint) most_lines(p, offsetof(SvgColumn, side), false),
                                             svg_font_small);
                if (l->kind == SVG_UNIT)
                        below = lines_height(damage_lines(p, l), svg_font_damage);
                l->y = y;
                l->height = lane_table[l->kind].height + above + below + gap;
                if (l->kind == SVG_FILES)
                        l->height = MAX(l->height,
                                        lines_height((guint) most_lines(p, offsetof(SvgColumn, files), false),
                                                     svg_font_small) +
                                                2 * PADDING);
                l->bar = y + above + (lane_table[l->kind].height + gap - SVG_BAR_HEIGHT) / 2;
                y += l->height;
        }
        p->lanes_end = y;
}

/* Everything below the lanes moves with them. */
static void place_rows(SvgPicture *p, int gap) {
        int y = p->margin + lines_height(1, svg_font_title) + lines_height(p->odds->len, svg_font_caption) +
                2 * PADDING;

        p->head = y;
        y += lines_height((guint) MAX(most_lines(p, offsetof(SvgColumn, caption), false), 2), svg_font_caption) +
             PADDING;
        p->band = y;
        y += lines_height((guint) most_lines(p, offsetof(SvgColumn, caption), true), svg_font_caption) + PADDING;
        place_lanes(p, y, gap);
        p->height = p->lanes_end + 2 * PADDING + lines_height(p->violation->len, svg_font_label) + 2 * PADDING +
                    (p->absent->len > 0 ? lines_height(p->absent->len, svg_font_small) + PADDING : 0) +
                    p->margin;
}

static void add_texts(SvgPicture *p) {
        const TraceView *v = p->view;
        int width = p->width - 2 * p->margin - 2 * PADDING;
        g_autofree char *violated = g_strdup_printf("%s is violated: %s", v->trace->property, v->violation);
        g_autoptr(GString) odds = g_string_new("in ");
        g_autoptr(GString) absent = g_string_new("Also there, not needed: ");

        g_string_append(odds, v->odds);
        for (guint i = 0; i < v->run.orders->len; i++)
                g_string_append_printf(odds, "%s%s", i == 0 ? ": " : ", ",
                                       (const char *) v->run.orders->pdata[i]);
        for (guint i = 0; i < p->cast->others->len; i++)
                g_string_append_printf(absent, "%s%s", i == 0 ? "" : ", ",
                                       (const char *) p->cast->others->pdata[i]);
        p->odds = svg_text_wrap(odds->str, svg_font_caption, width, 2);
        p->violation = svg_text_wrap(violated, svg_font_label, width, 4);
        p->absent = p->cast->others->len > 0 ? svg_text_wrap(absent->str, svg_font_small, width, 2) : no_lines();
}

static void lane_free(gpointer data) {
        g_free(((SvgLane *) data)->label);
        g_free(data);
}

SvgPicture *svg_picture_new(const TraceView *v) {
        SvgPicture *p = g_new0(SvgPicture, 1);
        int slack;

        p->view = v;
        p->cast = show_cast_new(v);
        p->columns = g_ptr_array_new_with_free_func(column_free);
        p->lanes = g_ptr_array_new_with_free_func(lane_free);
        p->margin = MARGIN;
        add_columns(p);
        add_lanes(p);
        widen_ends(p);
        for (guint i = 0; i < p->columns->len; i++)
                if (((const SvgColumn *) p->columns->pdata[i])->kind == SVG_AFTER)
                        widen_after(p, i);
        place_columns(p);
        stretch_columns(p, WIDTH_MIN);
        add_texts(p);
        place_rows(p, 0);
        stretch_columns(p, p->height * RATIO_WIDTH / RATIO_HEIGHT);
        /* A slide is wide: lanes take the height that it has. */
        slack = p->width * RATIO_HEIGHT / RATIO_WIDTH - p->height;
        if (slack > 0)
                place_rows(p, MIN(slack / (int) p->lanes->len, SVG_BAR_HEIGHT));
        return p;
}

void svg_picture_free(SvgPicture *p) {
        if (!p)
                return;
        show_cast_free(p->cast);
        g_ptr_array_unref(p->columns);
        g_ptr_array_unref(p->lanes);
        g_ptr_array_unref(p->odds);
        g_ptr_array_unref(p->violation);
        g_ptr_array_unref(p->absent);
        g_free(p);
}

const SvgLane *svg_find_lane(const SvgPicture *p, SvgLaneKind kind, const char *name) {
        for (guint i = 0; i < p->lanes->len; i++) {
                const SvgLane *l = p->lanes->pdata[i];

                if (l->kind == kind &&
                    (kind == SVG_FILES || kind == SVG_MANAGER || g_strcmp0(l->name, name) == 0))
                        return l;
        }
        return NULL;
}

int svg_column_center(const SvgColumn *c) {
        return c->x + c->width / 2;
}

int svg_lane_center(const SvgLane *l) {
        return l->bar + SVG_BAR_HEIGHT / 2;
}
