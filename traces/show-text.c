/* SPDX-License-Identifier: MIT */

#include <string.h>

#include "traces/show.h"

#define MARK_NEEDED "●"
#define MARK_OTHER  "○"
#define INDENT      "      "

typedef struct Text {
        const TraceView *view;
        const ViewRun *run;
        const ShowColors *c;
        GString *out;
        bool chain; /* steps that the violation needs are told apart from others */
} Text;

/* What the caption or the stream's table says too. */
static bool note_is_told(const ViewStep *s, const ViewNote *n) {
        if (strcmp(n->note->function, "manager_reload") == 0 && strcmp(n->note->text, "reloads") == 0)
                return true;
        return show_note_is_of_entry(s, n);
}

/* A function that does the same twice is told of once. */
static bool note_is_repeated(const ViewStep *s, guint i) {
        for (guint j = 0; j < i; j++)
                if (strcmp(((ViewNote *) s->notes->pdata[j])->sentence,
                           ((ViewNote *) s->notes->pdata[i])->sentence) == 0)
                        return true;
        return false;
}

static void show_notes(const Text *t, const ViewStep *s) {
        for (guint i = 0; i < s->notes->len; i++) {
                const ViewNote *n = s->notes->pdata[i];
                bool dim = t->chain && !n->needed;

                if (!note_is_told(s, n) && !note_is_repeated(s, i))
                        g_string_append_printf(t->out, INDENT "%s%s%s\n", dim ? t->c->dim : "", n->sentence,
                                               dim ? t->c->off : "");
        }
}

static void show_changes(const Text *t, const ViewStep *s) {
        for (guint i = 0; i < s->changes->len;) {
                bool needed;
                g_autofree char *line = show_changes_of_subject(s, &i, &needed);

                if (line)
                        g_string_append_printf(t->out, INDENT "%s» %s%s\n", !t->chain || needed ? "" : t->c->dim,
                                               line, !t->chain || needed ? "" : t->c->off);
        }
}

static void show_interrupts_before(const Text *t, const ViewStep *s, unsigned entry) {
        for (guint i = 0; i < s->interrupts->len; i++) {
                const ViewInterrupt *v = s->interrupts->pdata[i];

                if (v->before == entry)
                        g_string_append_printf(t->out, "%2u %s   %s%s%s (%s)\n", v->number,
                                               !t->chain || v->needed ? MARK_NEEDED : MARK_OTHER, t->c->bold,
                                               v->caption, t->c->off, v->where);
        }
}

static void show_entry(const Text *t, const ViewEntry *e) {
        g_autofree char *values = show_entry_values(e), *overwritten = show_overwritten(e), *kept = NULL;
        bool dim = t->chain && !e->needed;

        g_string_append_printf(t->out, INDENT "  %s%2u %s", dim ? t->c->dim : "", e->number, e->name);
        switch (e->fate) {
        case VIEW_APPLIED:
                break;
        case VIEW_DROPPED:
                g_string_append(t->out, ", dropped");
                break;
        case VIEW_UNREAD:
                g_string_append(t->out, ", never read");
                break;
        case VIEW_STRAY:
                g_string_append(t->out, ", which is no entry, but taken for one");
                break;
        default:
                g_string_append_printf(t->out, " -> %s%s", e->fate == VIEW_ADOPTED ? "orphan " : "",
                                       e->applied_to);
        }
        g_string_append_printf(t->out, "%s%s%s\n", *values ? ": " : "", values, dim ? t->c->off : "");
        if (!overwritten)
                return;
        kept = show_kept(e);
        g_string_append_printf(t->out, INDENT "     %s! overwrites %s%s\n", t->c->bad, overwritten, t->c->off);
        if (kept)
                g_string_append_printf(t->out, INDENT "     %s! keeps %s%s\n", t->c->bad, kept, t->c->off);
}

static void show_stream(const Text *t, const ViewStep *s) {
        if (!s->stream)
                return;
        g_string_append_printf(t->out, INDENT "the stream has %u entr%s:\n", s->stream->entries->len,
                               s->stream->entries->len == 1 ? "y" : "ies");
        for (guint i = 0; i < s->stream->entries->len; i++) {
                show_interrupts_before(t, s, i + 1);
                show_entry(t, s->stream->entries->pdata[i]);
        }
}

static void show_step(const Text *t, const ViewStep *s) {
        bool dim = t->chain && !s->needed;

        g_string_append_printf(t->out, "%2u %s %s%s%s\n", s->number, dim ? MARK_OTHER : MARK_NEEDED,
                               dim ? t->c->dim : t->c->bold, s->caption, t->c->off);
        show_stream(t, s);
        show_interrupts_before(t, s, 0);
        if (t->chain && !dim)
                show_notes(t, s);
        show_changes(t, s);
}

/* What was there when the first client began. */
static void show_setting(const Text *t) {
        const ViewStep *last = t->run->n_top > 0 ? view_run_step(t->run, t->run->n_top - 1) : NULL;

        if (!last)
                return;
        g_string_append_printf(t->out, "\n%s 0   after %u steps of the top level%s\n", t->c->dim, t->run->n_top,
                               t->c->off);
        for (guint i = 0; i < last->state->subjects->len; i++) {
                const ViewSubject *x = last->state->subjects->pdata[i];
                g_autofree char *words = show_subject(x);

                if (x->kind == VIEW_UNIT)
                        g_string_append_printf(t->out, INDENT "%s: %s\n", x->name, words);
        }
}

static void show_steps(const Text *t) {
        for (unsigned i = t->run->n_top; i < t->run->steps->len; i++)
                show_step(t, view_run_step(t->run, i));
}

static bool any_other(const ViewRun *r) {
        for (unsigned i = r->n_top; i < r->steps->len; i++)
                if (!view_run_step(r, i)->needed)
                        return true;
        return false;
}

static bool is_reason(const ViewCause *c, unsigned later) {
        return c->later == later && c->kind != VIEW_CAUSE_OUTCOME && g_strcmp0(c->field, "ActiveState") != 0;
}

/* The reasons that later step number @later has to need @s, once each. */
static void append_reasons(GString *out, const ViewStep *s, unsigned later) {
        g_autoptr(GHashTable) told = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
        unsigned n = 0;

        for (guint i = 0; i < s->causes->len; i++) {
                const ViewCause *c = s->causes->pdata[i];
                char *words = is_reason(c, later) ? show_cause(c) : NULL;

                if (words && g_hash_table_add(told, words) && ++n <= 3)
                        g_string_append_printf(out, "%s%s", n == 1 ? "" : ", ", words);
        }
        if (n > 3)
                g_string_append(out, ", ...");
}

static bool is_cause(const ViewStep *s, unsigned later) {
        for (guint i = 0; i < s->causes->len; i++)
                if (is_reason(s->causes->pdata[i], later))
                        return true;
        return false;
}

static void show_chain(const Text *t) {
        g_string_append_printf(t->out, "\n%sWhat it needs%s (%s; %s merely happened)\n", t->c->bold, t->c->off,
                               MARK_NEEDED, any_other(t->run) ? MARK_OTHER : "nothing");
        for (unsigned i = t->run->n_top; i < t->run->steps->len; i++) {
                const ViewStep *later = view_run_step(t->run, i);

                for (unsigned j = t->run->n_top; later->needed && j < i; j++) {
                        const ViewStep *s = view_run_step(t->run, j);

                        if (!is_cause(s, i))
                                continue;
                        g_string_append_printf(t->out, "  %u needs %u: ", later->number, s->number);
                        append_reasons(t->out, s, i);
                        g_string_append_c(t->out, '\n');
                }
        }
}

static void show_orders(const Text *t, const ViewRun *r) {
        for (guint i = 0; i < r->orders->len; i++)
                g_string_append_printf(t->out, "%s%s", i == 0 ? "" : ", ", (char *) r->orders->pdata[i]);
        if (r->orders->len == 0)
                g_string_append(t->out, "any order");
}

static void show_violation(const Text *t) {
        g_string_append_printf(t->out, "%s%s%s\n%s%s%s\nin %s: ", t->c->bold, t->view->title, t->c->off,
                               t->c->bad, t->view->violation, t->c->off, t->view->odds);
        show_orders(t, &t->view->run);
        g_string_append_c(t->out, '\n');
}

/* From the first difference on; what is the same in both runs is only named. */
static void show_other_steps(const Text *t) {
        for (guint i = t->view->first_difference; i < t->view->pairs->len; i++) {
                const ViewPair *p = t->view->pairs->pdata[i];

                if (p->other && p->differs)
                        show_step(t, p->other);
                else if (p->other)
                        g_string_append_printf(t->out, "%2u %s %s%s%s (as in this run)\n", p->other->number,
                                               MARK_NEEDED, t->c->dim, p->other->caption, t->c->off);
        }
}

static void show_differences(const Text *t) {
        g_string_append_printf(t->out, "\n%sAt rest%s\n", t->c->bold, t->c->off);
        for (guint i = 0; i < t->view->differences->len; i++) {
                const Change *c = t->view->differences->pdata[i];

                if (strcmp(c->subject, "PID 1") == 0) {
                        g_string_append_printf(t->out, "  PID 1 %s, and %s in the other run\n",
                                               *c->new ? "is dead" : "lives", *c->old ? "is dead" : "lives");
                        return;
                }
        }
        for (guint i = 0; i < t->view->differences->len; i++) {
                const Change *c = t->view->differences->pdata[i];

                g_string_append_printf(t->out, "  %s: %s %s, and %s in the other run\n", c->subject, c->field,
                                       *c->new ? c->new : "none", *c->old ? c->old : "none");
        }
}

static void show_other(const Text *t) {
        Text other = *t;

        other.run = &t->view->other;
        other.chain = false;
        g_string_append_printf(t->out, "\n%sWhat happens instead%s with ", t->c->bold, t->c->off);
        show_orders(t, other.run);
        g_string_append(t->out, ", from the first difference\n");
        show_other_steps(&other);
        show_differences(t);
}

void show_text(const TraceView *v, const ShowOptions *o, GString *out) {
        Text t = { .view = v, .run = &v->run, .c = &o->colors, .out = out, .chain = true };

        if (o->brief) {
                show_brief(v, o, out);
                return;
        }
        show_violation(&t);
        show_setting(&t);
        g_string_append_c(out, '\n');
        show_steps(&t);
        show_chain(&t);
        if (v->has_other)
                show_other(&t);
}
