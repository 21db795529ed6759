/* SPDX-License-Identifier: MIT */

#include <string.h>

#include "traces/svg-layout.h"

/* What somebody's bar says over time. */

#define PADDING       6
#define BADGE_PADDING 20
#define MAX_LABELS    3

/* clang-format off */
static const struct {
        const char *prefix, *class;
} class_table[] = {
        { "dead",        "inactive"   },
        { "failed",      "failed"     },
        { "running",     "active"     },
        { "exited",      "active"     },
        { "active",      "active"     },
        { "listening",   "active"     },
        { "mounted",     "active"     },
        { "plugged",     "active"     },
        { "waiting",     "active"     },
        { "elapsed",     "active"     },
        { "reload",      "reloading"  },
        { "start",       "activating" },
        { "condition",   "activating" },
        { "auto-restart", "activating" },
        { "activating",  "activating" },
        { "mounting",    "activating" },
        { "stop",        "stopping"   },
        { "final",       "stopping"   },
        { "deactivating", "stopping"  },
        { "unmounting",  "stopping"   },
        { "zombie",      "stopping"   },
};
/* clang-format on */

/* What is so from here on. */
typedef struct Look {
        const char *class;        /* NULL: nothing is there */
        char *labels[MAX_LABELS]; /* the longest one first; NULL: no more */
        bool stream, wrong;
} Look;

typedef struct Bars {
        const SvgPicture *picture;
        const SvgLane *lane;
        GPtrArray *pieces;
        Look now;
        int since;
} Bars;

static const char *class_of(const char *state) {
        for (size_t i = 0; i < G_N_ELEMENTS(class_table); i++)
                if (g_str_has_prefix(state, class_table[i].prefix))
                        return class_table[i].class;
        return "other";
}

static void look_clear(Look *l) {
        for (unsigned i = 0; i < MAX_LABELS; i++)
                g_free(l->labels[i]);
        *l = (Look) {};
}

/* A job, a process: " · job stop waiting" */
static char *with(const char *label, const char *prefix, const char *value) {
        return value ? g_strdup_printf("%s · %s%s", label, prefix, value) : g_strdup(label);
}

static Look look_of_unit(const ViewSubject *x) {
        const char *sub = view_subject_get(x, "SubState") ?: "", *load = view_subject_get(x, "LoadState");
        const char *process = view_subject_get(x, "MainPID") ?: view_subject_get(x, "ControlPID");
        const char *job = view_subject_get(x, "Job");
        Look l = { .class = class_of(sub) };

        if (load && strcmp(load, "loaded") != 0 && strcmp(l.class, "inactive") == 0) {
                l.class = "absent";
                sub = load;
        }
        l.labels[2] = g_strdup(sub);
        l.labels[1] = with(sub, "", process);
        l.labels[0] = with(l.labels[1], "job ", job);
        l.wrong = process && (strcmp(l.class, "inactive") == 0 || strcmp(l.class, "failed") == 0);
        return l;
}

static Look look_of_process(const ViewSubject *x) {
        const char *state = view_subject_get(x, "State") ?: "";

        return (Look) { .class = class_of(state), .labels = { g_strdup(state) } };
}

static Look look_of_manager(const ViewState *s, bool reloads) {
        const char *state = view_state_get(s, "PID 1", "State");

        if (state && strcmp(state, "crashed") == 0)
                return (Look) { .class = "failed", .labels = { g_strdup("crashed") } };
        if (reloads)
                return (Look) { .class = "reloading" };
        return (Look) { .class = "manager" };
}

static Look look_of(const Bars *b, const ViewState *s) {
        g_autofree char *process = NULL;
        const ViewSubject *x;

        if (b->lane->kind == SVG_MANAGER)
                return look_of_manager(s, false);
        if (b->lane->kind == SVG_PROCESS)
                process = g_strdup_printf("process %s", b->lane->name);
        x = view_state_find(s, process ?: b->lane->name);
        if (!x)
                return (Look) {};
        return x->kind == VIEW_PROCESS ? look_of_process(x) : look_of_unit(x);
}

int svg_label_inset(const SvgLane *l) {
        return l->kind == SVG_UNIT ? PADDING : BADGE_PADDING;
}

int svg_label_width(const SvgLane *l, const ViewSubject *x) {
        Look look = x->kind == VIEW_PROCESS ? look_of_process(x) : look_of_unit(x);
        int width = svg_text_width(look.labels[0], svg_font_bar) + svg_label_inset(l) + PADDING;

        look_clear(&look);
        return width;
}

static bool look_equal(const Look *a, const Look *b) {
        return g_strcmp0(a->class, b->class) == 0 && a->stream == b->stream &&
               g_strcmp0(a->labels[0], b->labels[0]) == 0;
}

static char *label_with_room(const SvgLane *lane, const Look *l, int width) {
        for (unsigned i = 0; i < MAX_LABELS && l->labels[i]; i++)
                if (svg_text_width(l->labels[i], svg_font_bar) + svg_label_inset(lane) + PADDING <= width)
                        return g_strdup(l->labels[i]);
        return g_strdup("");
}

static void end_piece(Bars *b, int x) {
        SvgPiece *p;

        if (b->now.class && x > b->since) {
                p = g_new(SvgPiece, 1);
                *p = (SvgPiece) { b->since,      x,
                                  b->now.class,  label_with_room(b->lane, &b->now, x - b->since),
                                  b->now.stream, b->now.wrong };
                g_ptr_array_add(b->pieces, p);
        }
        look_clear(&b->now);
        b->since = x;
}

/* Takes over @look. */
static void turn(Bars *b, int x, Look look) {
        if (look_equal(&b->now, &look)) {
                look_clear(&look);
                return;
        }
        end_piece(b, x);
        b->now = look;
}

static void read_entry(Bars *b, int x, const ViewEntry *e) {
        const ViewLine *state = view_entry_find(e, "state");
        const ViewLine *pid = view_entry_find(e, "main-pid");
        Look look = { .stream = true };

        if (b->lane->kind != SVG_UNIT || g_strcmp0(e->applied_to, b->lane->name) != 0 || !state || !state->sets)
                return;
        look.class = class_of(state->value);
        look.labels[1] = g_strdup(state->value);
        look.labels[0] = with(state->value, "", pid && pid->meaning ? pid->meaning : NULL);
        turn(b, x, look);
}

/* PID 1 forgets all units, and the stream tells it of them one by one. */
static Look look_in_reload(const Bars *b, const ViewState *before) {
        if (b->lane->kind == SVG_UNIT)
                return (Look) {};
        return b->lane->kind == SVG_MANAGER ? look_of_manager(before, true) : look_of(b, before);
}

static void pass_column(Bars *b, const SvgColumn *c) {
        int center = svg_column_center(c);

        if (c->opens)
                turn(b, c->x, look_in_reload(b, view_step_before(&b->picture->view->run, c->step)));
        switch (c->kind) {
        case SVG_STEP:
        case SVG_SKIPPED:
        case SVG_AFTER:
                turn(b, center, look_of(b, c->step->state));
                break;
        case SVG_ENTRY:
                read_entry(b, center, c->entry);
                break;
        case SVG_LEFT:
                for (unsigned i = c->from; i < c->to; i++)
                        read_entry(b, center, c->step->stream->entries->pdata[i]);
                break;
        default:
                break;
        }
}

static void piece_free(gpointer data) {
        g_free(((SvgPiece *) data)->label);
        g_free(data);
}

GPtrArray *svg_pieces(const SvgPicture *p, const SvgLane *l) {
        Bars b = { .picture = p, .lane = l, .pieces = g_ptr_array_new_with_free_func(piece_free) };
        const ViewRun *r = &p->view->run;
        const SvgColumn *first = p->columns->pdata[0], *last = p->columns->pdata[p->columns->len - 1];

        b.since = first->x;
        b.now = look_of(&b, r->n_top > 0 ? view_run_step(r, r->n_top - 1)->state : r->first);
        for (guint i = 0; i < p->columns->len; i++)
                pass_column(&b, p->columns->pdata[i]);
        end_piece(&b, last->x + last->width);
        return b.pieces;
}
