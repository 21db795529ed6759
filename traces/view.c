/* SPDX-License-Identifier: MIT */

#include <string.h>

#include "traces/view-internal.h"

/* clang-format off */
static const char *const actor_table[_VIEW_ACTOR_MAX] = {
        [VIEW_CLIENT] = "client",
        [VIEW_WORLD]  = "world",
        [VIEW_PID1]   = PID1,
};
/* clang-format on */

const char *view_actor_to_string(ViewActor a) {
        return actor_table[a];
}

static void note_free(gpointer data) {
        g_free(((ViewNote *) data)->sentence);
        g_free(data);
}

static void interrupt_free(gpointer data) {
        ViewInterrupt *i = data;

        g_free(i->caption);
        g_free(i->where);
        g_free(i);
}

static void step_free(gpointer data) {
        ViewStep *s = data;

        g_free(s->caption);
        g_ptr_array_unref(s->interrupts);
        g_ptr_array_unref(s->notes);
        g_ptr_array_unref(s->changes);
        g_ptr_array_unref(s->causes);
        view_state_free(s->state);
        view_stream_free(s->stream);
        g_free(s);
}

static ViewActor actor_of(const TraceEvent *e) {
        switch (e->kind) {
        case TRACE_STATEMENT:
                return VIEW_CLIENT;
        case TRACE_EXIT:
                return VIEW_WORLD;
        default:
                return VIEW_PID1;
        }
}

static bool has_note(const TraceEvent *e, const char *function) {
        for (guint i = 0; i < e->notes->len; i++)
                if (strcmp(((TraceNote *) e->notes->pdata[i])->function, function) == 0)
                        return true;
        return false;
}

/* "a.service goes from dead to running", but "a.service: its cgroup is empty". */
static const char *note_separator(const TraceNote *n) {
        static const char *const subjects[] = {
                "its ", "process ", "PID 1 ", "job ", "a call ", "the ", "start "
        };

        if (!n->unit)
                return "";
        for (size_t i = 0; i < G_N_ELEMENTS(subjects); i++)
                if (g_str_has_prefix(n->text, subjects[i]))
                        return ": ";
        return " ";
}

static void add_notes(ViewStep *s) {
        for (guint i = 0; i < s->event->notes->len; i++) {
                const TraceNote *n = s->event->notes->pdata[i];
                ViewNote *note = g_new0(ViewNote, 1);

                note->note = n;
                note->sentence =
                        g_strdup_printf("%s(): %s%s%s", n->function, n->unit ?: "", note_separator(n), n->text);
                g_ptr_array_add(s->notes, note);
        }
}

static bool subject_is_next(const GPtrArray *changes, guint i, int direction) {
        const Change *c = changes->pdata[i], *d;

        if ((direction < 0 && i == 0) || (direction > 0 && i + 1 == changes->len))
                return false;
        d = changes->pdata[(int) i + direction];
        return strcmp(c->subject, d->subject) == 0;
}

static void add_changes(ViewStep *s, const ViewState *before) {
        const GPtrArray *changes = s->event->changes;

        for (guint i = 0; i < changes->len; i++) {
                const Change *c = changes->pdata[i];
                ViewChange *v = g_new0(ViewChange, 1);

                v->change = c;
                v->kind = view_subject_kind(c->subject);
                v->appears = !subject_is_next(changes, i, -1) && !view_state_find(before, c->subject);
                v->vanishes = !subject_is_next(changes, i, 1) && !view_state_find(s->state, c->subject);
                g_ptr_array_add(s->changes, v);
        }
}

/* A reload that is interrupted has the number behind which its interrupts are counted. */
static void add_interrupts(ViewStep *s) {
        for (guint i = 0; i < s->event->interrupts->len; i++) {
                const TraceInterrupt *t = s->event->interrupts->pdata[i];
                ViewInterrupt *v = g_new0(ViewInterrupt, 1);

                v->interrupt = t;
                v->number = s->number == 0 ? 0 : s->number + i + 1;
                v->actor = t->statement ? VIEW_CLIENT : VIEW_WORLD;
                v->caption = view_caption_interrupt(t);
                v->where = view_where_interrupt(t);
                g_ptr_array_add(s->interrupts, v);
        }
}

static void place_interrupts(ViewStep *s) {
        for (guint i = 0; i < s->interrupts->len; i++) {
                ViewInterrupt *v = s->interrupts->pdata[i];
                bool first = strcmp(v->interrupt->where, OBSERVE_SERIALIZED) == 0;

                if (!first && strcmp(v->interrupt->where, OBSERVE_LOAD) != 0)
                        continue;
                for (guint j = 0; s->stream && j < s->stream->entries->len && v->before == 0; j++) {
                        const ViewEntry *e = s->stream->entries->pdata[j];

                        if (first || g_strcmp0(e->name, v->interrupt->unit) == 0)
                                v->before = e->number;
                }
        }
}

static ViewStep *add_step(TraceView *v, ViewRun *r, const TraceEvent *e, const ViewState *before,
                          unsigned number) {
        ViewStep *s = g_new0(ViewStep, 1);

        s->event = e;
        s->index = r->steps->len;
        s->number = e->top_level ? 0 : number;
        s->actor = actor_of(e);
        s->client = e->client;
        s->caption = view_caption(e);
        s->interrupts = g_ptr_array_new_with_free_func(interrupt_free);
        s->notes = g_ptr_array_new_with_free_func(note_free);
        s->changes = g_ptr_array_new_with_free_func(g_free);
        s->causes = g_ptr_array_new_with_free_func(g_free);
        s->journal = e->journal;
        s->skipped = e->skipped;
        s->state = view_state_next(before, e, s->index);
        add_notes(s);
        add_changes(s, before);
        add_interrupts(s);
        if (e->stream) {
                s->stream = view_stream_new(v, e, before, s->state);
                s->reexec = has_note(e, "manager_reexec");
        }
        place_interrupts(s);
        g_ptr_array_add(r->steps, s);
        return s;
}

static void add_orders(ViewRun *r) {
        for (guint i = 0; i < r->run->orders->len; i++) {
                const TraceOrder *o = r->run->orders->pdata[i];

                g_ptr_array_add(r->orders, o->key == 0 ? g_strdup_printf("%s before %s", o->first, o->second)
                                                       : g_strdup_printf("%s before %s (with hash key %u)",
                                                                         o->first, o->second, o->key + 1));
        }
}

static void run_init(TraceView *v, ViewRun *r, const TraceRun *from) {
        unsigned number = 1;

        r->run = from;
        r->steps = g_ptr_array_new_with_free_func(step_free);
        r->orders = g_ptr_array_new_with_free_func(g_free);
        r->first = view_state_first(from);
        for (guint i = 0; i < from->events->len; i++) {
                const TraceEvent *e = from->events->pdata[i];
                const ViewStep *last = r->steps->len > 0 ? r->steps->pdata[i - 1] : NULL;

                (void) add_step(v, r, e, last ? last->state : r->first, number);
                if (!e->top_level)
                        number += 1 + e->interrupts->len;
                else
                        r->n_top = i + 1;
        }
        if (r->steps->len > 0)
                ((ViewStep *) r->steps->pdata[r->steps->len - 1])->violates = r == &v->run;
        add_orders(r);
}

static void run_clear(ViewRun *r) {
        if (!r->steps)
                return;
        g_ptr_array_unref(r->steps);
        g_ptr_array_unref(r->orders);
        view_state_free(r->first);
}

ViewStep *view_run_step(const ViewRun *r, unsigned index) {
        return index < r->steps->len ? r->steps->pdata[index] : NULL;
}

const ViewState *view_step_before(const ViewRun *r, const ViewStep *s) {
        return s->index > 0 ? view_run_step(r, s->index - 1)->state : r->first;
}

bool view_step_is_quiet(const ViewStep *s) {
        return s->changes->len == 0 && s->notes->len == 0 && !s->stream && s->interrupts->len == 0;
}

static char *title_of(const Trace *t) {
        g_autofree char *systemd = trace_systemd(t);

        return g_strdup_printf("%s · systemd %s · %s", t->scenario, systemd, t->property);
}

static char *odds_of(const Trace *t) {
        if (strcmp(t->fraction, "?") == 0)
                return g_strdup_printf("%s of %s hash orders", t->n_orders, t->n_all_orders);
        return g_strdup_printf("%s of %s hash orders (%s)", t->n_orders, t->n_all_orders, t->fraction);
}

TraceView *trace_view_new(const Trace *t) {
        TraceView *v = g_new0(TraceView, 1);

        v->trace = t;
        v->profile = profile_find(t->systemd);
        v->title = title_of(t);
        v->violation = t->violation;
        v->odds = odds_of(t);
        v->has_other = t->has_other;
        v->differences = t->differences;
        v->pairs = g_ptr_array_new_with_free_func(g_free);
        run_init(v, &v->run, &t->run);
        if (t->has_other) {
                run_init(v, &v->other, &t->other);
                view_pair_runs(v);
                view_find_causes(v, &v->other);
        }
        view_find_causes(v, &v->run);
        return v;
}

void trace_view_free(TraceView *v) {
        if (!v)
                return;
        g_free(v->title);
        g_free(v->odds);
        g_ptr_array_unref(v->pairs);
        run_clear(&v->run);
        run_clear(&v->other);
        g_free(v);
}
