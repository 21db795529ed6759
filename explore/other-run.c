/* SPDX-License-Identifier: MIT */

#include <string.h>

#include "lockstep-internal.h"
#include "other-run.h"
#include "retake.h"

typedef struct Follower {
        Retake retake; /* first: a Chooser is a Follower */
        const ClosestOrder *order;
        GArray *fixed; /* uint16_t: the run's answers to questions that are not about orders */
        guint position;
        GPtrArray *
                wanted; /* TraceInterrupt: what happened in the middle of the run's reload, and has not yet in this one */
} Follower;

static bool comes_before(const Follower *f, NameId a, NameId b) {
        return closest_order_before(f->order, f->retake.world->epoch, a, b);
}

/* Which of the names that can be the first or last it is. */
static unsigned find_end(const Follower *f, const Choice *c) {
        unsigned end = 0;

        for (unsigned i = 1; i < c->n; i++)
                if (comes_before(f, c->names[i], c->names[end]) == (c->kind == CHOICE_FIRST))
                        end = i;
        return end;
}

static bool is_wanted(const Follower *f, const TraceInterrupt *t, const Interrupt *in, const Choice *c) {
        return strcmp(t->where, c->where) == 0 &&
               g_strcmp0(t->unit, catalog_name_str(f->retake.search->catalog, c->a)) == 0 &&
               retake_is_actor(&f->retake, t, in);
}

/* What happened at this point of the run's reload. */
static unsigned find_interrupt(Follower *f, const Choice *c) {
        if (f->wanted->len == 0)
                return 0;
        for (unsigned i = 1; i < c->n; i++)
                if (is_wanted(f, f->wanted->pdata[0], f->retake.interrupts.candidates + i - 1, c)) {
                        g_ptr_array_remove_index(f->wanted, 0);
                        return i;
                }
        return 0;
}

static unsigned next_fixed(Follower *f, unsigned n) {
        uint16_t answer = g_array_index(f->fixed, uint16_t, f->position++);

        return MIN(answer, n - 1);
}

static unsigned follower_choose(Chooser *self, Manager *m, const Choice *c) {
        Follower *f = (Follower *) (void *) self;
        unsigned answer = 0;

        if (c->n <= 1)
                return 0;
        if (c->kind == CHOICE_ORDER)
                answer = comes_before(f, c->b, c->a);
        else if (choice_is_order(c->kind))
                answer = find_end(f, c);
        else if (c->kind == CHOICE_INTERRUPT)
                answer = find_interrupt(f, c);
        else if (f->position < f->fixed->len)
                answer = next_fixed(f, c->n);
        return retake_answer(&f->retake, c, answer);
}

/* The next operation of the top level, up to where PID 1 is at rest again. */
static void take_top_level(Follower *f) {
        Event e;
        bool done = false;

        for (unsigned i = 0; i < TOP_EVENTS_MAX && events_enumerate(f->retake.m, true, &e) > 0; i++) {
                if (e.kind == EVENT_TOP && done)
                        return;
                done = done || e.kind == EVENT_TOP;
                retake_event(&f->retake, e, true);
        }
}

static void take_statement(Follower *f, uint16_t client) {
        Event e = { .kind = EVENT_STATEMENT, .actor = client };

        if (event_is_possible(f->retake.m, e))
                retake_event(&f->retake, e, false);
        else
                retake_skip(&f->retake, client, NULL);
}

static void take_exit(Follower *f, const char *process) {
        Event e = { .kind = EVENT_EXIT, .actor = retake_find_exiting(&f->retake, process) };

        if (e.actor != 0)
                retake_event(&f->retake, e, false);
        else
                retake_skip(&f->retake, ID_NONE, process);
}

static void take_dispatch(Follower *f, const TraceEvent *t) {
        bool reloads = (f->retake.world->flags & (WORLD_RELOAD_WANTED | WORLD_REEXEC_WANTED)) != 0;

        g_ptr_array_set_size(f->wanted, 0);
        for (guint i = 0; i < t->interrupts->len; i++)
                g_ptr_array_add(f->wanted, t->interrupts->pdata[i]);
        if (event_is_possible(f->retake.m, (Event) { .kind = EVENT_DISPATCH }))
                retake_event(
                        &f->retake,
                        (Event) { .kind = f->wanted->len > 0 && reloads ? EVENT_INTERRUPTED : EVENT_DISPATCH },
                        false);

        /* What cannot happen in the middle of it happens right after it. */
        while (f->wanted->len > 0) {
                const TraceInterrupt *in = g_ptr_array_remove_index(f->wanted, 0);
                const Catalog *c = f->retake.search->catalog;

                if (!in->client) {
                        take_exit(f, in->process);
                        continue;
                }
                for (size_t i = 0; i < c->n_clients; i++)
                        if (strcmp(c->clients[i].name, in->client) == 0)
                                take_statement(f, (uint16_t) i);
        }
}

static void note_fixed_answers(Follower *f, const RouteStep *step) {
        for (unsigned i = 0; i < step->n_answers; i++)
                if (!choice_is_order(step->answers[i].kind) && step->answers[i].kind != CHOICE_INTERRUPT)
                        g_array_append_val(f->fixed, step->answers[i].answer);
}

/* Returns how many steps of the run that was. */
static guint follow(Follower *f, const GArray *route, const TraceRun *run, guint i) {
        const RouteStep *step = &g_array_index(route, RouteStep, i);
        bool done = false;
        guint n = 1;

        g_array_set_size(f->fixed, 0);
        f->position = 0;
        if (!step->top_level) {
                const TraceEvent *t = run->events->pdata[i];

                note_fixed_answers(f, step);
                if (step->event.kind == EVENT_STATEMENT)
                        take_statement(f, step->event.actor);
                else if (step->event.kind == EVENT_EXIT)
                        take_exit(f, t->process);
                else
                        take_dispatch(f, t);
                return n;
        }

        for (n = 0; i + n < route->len; n++) {
                step = &g_array_index(route, RouteStep, i + n);
                if (!step->top_level || (step->event.kind == EVENT_TOP && done))
                        break;
                done = done || step->event.kind == EVENT_TOP;
                note_fixed_answers(f, step);
        }
        take_top_level(f);
        return n;
}

GArray *other_run_route(const Search *s, const GArray *route, const TraceRun *run, const ClosestOrder *order) {
        Follower f = {
                .order = order,
                .fixed = g_array_new(FALSE, FALSE, sizeof(uint16_t)),
                .wanted = g_ptr_array_new(),
        };

        retake_init(&f.retake, s, follower_choose);
        for (guint i = 0; i < route->len && i < run->events->len;)
                i += follow(&f, route, run, i);

        g_array_unref(f.fixed);
        g_ptr_array_unref(f.wanted);
        return retake_finish(&f.retake);
}
