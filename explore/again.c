/* SPDX-License-Identifier: MIT */

#include <string.h>

#include "again.h"
#include "retake.h"

typedef struct Reader {
        Retake retake; /* first: a Chooser is a Reader */
        const TraceEvent *event;
        guint n_choices, n_interrupts; /* of the event that have been made */
        bool failed;
} Reader;

static bool is_interrupt(const Reader *r, const TraceInterrupt *t, const Interrupt *in) {
        return t->point == in->point && retake_is_actor(&r->retake, t, in);
}

/* Which of the candidates is the next interrupt of the event; 0: none, it comes later. */
static unsigned read_interrupt(Reader *r, const Choice *c) {
        if (r->n_interrupts >= r->event->interrupts->len)
                return 0;

        for (unsigned i = 1; i < c->n; i++)
                if (is_interrupt(r, r->event->interrupts->pdata[r->n_interrupts],
                                 r->retake.interrupts.candidates + i - 1)) {
                        r->n_interrupts++;
                        return i;
                }
        return 0;
}

static unsigned read_choice(Reader *r, const Choice *c) {
        const TraceChoice *t;

        if (r->n_choices >= r->event->choices->len) {
                r->failed = true;
                return 0;
        }

        t = r->event->choices->pdata[r->n_choices++];
        if (t->kind != c->kind || t->n != c->n || t->answer >= c->n) {
                r->failed = true;
                return 0;
        }
        return t->answer;
}

static unsigned reader_choose(Chooser *self, Manager *m, const Choice *c) {
        Reader *r = (Reader *) (void *) self;

        if (c->n <= 1)
                return 0;
        return retake_answer(&r->retake, c,
                             c->kind == CHOICE_INTERRUPT ? read_interrupt(r, c) : read_choice(r, c));
}

static uint16_t find_client(const Catalog *c, const char *name) {
        for (size_t i = 0; name && i < c->n_clients; i++)
                if (strcmp(c->clients[i].name, name) == 0)
                        return (uint16_t) i;
        return ID_NONE;
}

/* The event of the model that the trace's event is; false: there is none. */
static bool find_event(const Reader *r, Event *ret) {
        const TraceEvent *t = r->event;

        if (t->top_level)
                return events_enumerate(r->retake.m, /* top_level= */ true, ret) > 0;

        switch (t->kind) {
        case TRACE_STATEMENT:
                *ret = (Event) { .kind = EVENT_STATEMENT,
                                 .actor = find_client(r->retake.search->catalog, t->client) };
                return ret->actor != ID_NONE && event_is_possible(r->retake.m, *ret);

        case TRACE_EXIT:
                *ret = (Event) { .kind = EVENT_EXIT, .actor = retake_find_exiting(&r->retake, t->process) };
                return ret->actor != 0;

        default:
                *ret = (Event) { .kind = t->interrupts->len > 0 ? EVENT_INTERRUPTED : EVENT_DISPATCH };
                return event_is_possible(r->retake.m, (Event) { .kind = EVENT_DISPATCH });
        }
}

static void take(Reader *r) {
        const TraceEvent *t = r->event;
        Event e;

        if (t->skipped) {
                retake_skip(&r->retake,
                            t->kind == TRACE_STATEMENT ? find_client(r->retake.search->catalog, t->client)
                                                       : ID_NONE,
                            t->process);
                return;
        }
        if (!find_event(r, &e)) {
                r->failed = true;
                return;
        }
        r->n_choices = r->n_interrupts = 0;
        retake_event(&r->retake, e, t->top_level);
}

static GArray *read_route(const Search *s, const TraceRun *run) {
        Reader r = {};

        retake_init(&r.retake, s, reader_choose);
        for (guint i = 0; i < run->events->len && !r.failed; i++) {
                r.event = run->events->pdata[i];
                take(&r);
        }

        g_autoptr(GArray) route = retake_finish(&r.retake);
        return r.failed ? NULL : g_steal_pointer(&route);
}

Trace *record_again(const Search *s, const Trace *t) {
        TraceLabels labels = { t->scenario, t->text, t->n_orders, t->n_all_orders, t->fraction };
        g_autoptr(GArray) run = read_route(s, &t->run);
        g_autoptr(GArray) other = t->has_other ? read_route(s, &t->other) : NULL;
        int property = property_find(t->property);
        size_t n;

        if (!run || (t->has_other && !other) || property < 0)
                return NULL;

        if (properties(&n)[property].compares_orders) {
                Lockstep k = { .run = run, .other = other, .length = t->n_events };

                return record_schedule(s, (unsigned) property, &k, &labels);
        }

        g_autoptr(Trace) again = record_trace(s, (unsigned) property, run, &labels);
        if (again && other && !record_other(s, (unsigned) property, run, other, again))
                return NULL;
        return g_steal_pointer(&again);
}
