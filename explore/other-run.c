/* SPDX-License-Identifier: MIT */

#include <string.h>

#include "lockstep-internal.h"
#include "other-run.h"

typedef struct Follower {
        Chooser chooser;
        Interrupts interrupts;
        const Search *search;
        Manager *m;
        World *world, *scratch;
        const ClosestOrder *order;
        GArray *fixed; /* uint16_t: the run's answers to questions that are not about orders */
        guint position;
        GPtrArray *
                wanted; /* TraceInterrupt: what happened in the middle of the run's reload, and has not yet in this one */
        GArray *answers; /* Answer: of the present step */
        GArray *route;
} Follower;

static bool comes_before(const Follower *f, NameId a, NameId b) {
        return closest_order_before(f->order, f->world->epoch, a, b);
}

/* Which of the names that can be the first or last it is. */
static unsigned find_end(const Follower *f, const Choice *c) {
        unsigned end = 0;

        for (unsigned i = 1; i < c->n; i++)
                if (comes_before(f, c->names[i], c->names[end]) == (c->kind == CHOICE_FIRST))
                        end = i;
        return end;
}

static char *process_name(const Manager *m, Pid pid) {
        return g_strdup_printf("%s.%u", catalog_text_str(m->catalog, m->processes[pid - 1].tag),
                               (unsigned) world_instances(m->layout, m->world)[pid - 1]);
}

static bool is_wanted(const Follower *f, const TraceInterrupt *t, const Interrupt *in, const Choice *c) {
        const Catalog *catalog = f->search->catalog;

        if (strcmp(t->where, c->where) != 0 || g_strcmp0(t->unit, catalog_name_str(catalog, c->a)) != 0)
                return false;
        if (in->client != ID_NONE)
                return t->client && strcmp(t->client, catalog->clients[in->client].name) == 0;

        g_autofree char *process = process_name(f->m, in->pid);
        return !t->client && g_strcmp0(t->process, process) == 0;
}

/* What happened at this point of the run's reload. */
static unsigned find_interrupt(Follower *f, const Choice *c) {
        if (f->wanted->len == 0)
                return 0;
        for (unsigned i = 1; i < c->n; i++)
                if (is_wanted(f, f->wanted->pdata[0], f->interrupts.candidates + i - 1, c)) {
                        g_ptr_array_remove_index(f->wanted, 0);
                        return i;
                }
        return 0;
}

static unsigned follower_choose(Chooser *self, Manager *m, const Choice *c) {
        Follower *f = (Follower *) (void *) self;
        Answer a = { .n = (uint16_t) c->n, .kind = (uint8_t) c->kind };

        if (c->n <= 1)
                return 0;
        if (c->kind == CHOICE_ORDER)
                a.answer = comes_before(f, c->b, c->a);
        else if (choice_is_order(c->kind))
                a.answer = (uint16_t) find_end(f, c);
        else if (c->kind == CHOICE_INTERRUPT)
                a.answer = (uint16_t) find_interrupt(f, c);
        else if (f->position < f->fixed->len) {
                uint16_t answer = g_array_index(f->fixed, uint16_t, f->position++);

                a.answer = MIN(answer, (uint16_t) (c->n - 1));
        }
        g_array_append_val(f->answers, a);
        return a.answer;
}

static void follower_observe(Chooser *self, Manager *m, const char *where, NameId name) {
        interrupts_observe(&((Follower *) (void *) self)->interrupts, m, where, name);
}

static void take(Follower *f, Event e, bool top_level) {
        bool interrupted = e.kind == EVENT_INTERRUPTED;

        g_array_set_size(f->answers, 0);
        if (interrupted)
                (void) interrupts_possible(&f->interrupts, f->m);
        interrupts_start(&f->interrupts, f->m, interrupted);
        event_perform(f->m, e);
        interrupts_stop(&f->interrupts, f->m);
        world_normalize(&f->search->layout, f->world, f->scratch);
        route_append(f->route, &(RouteStep) {
                                       .event = e,
                                       .top_level = top_level,
                                       .n_answers = f->answers->len,
                                       .answers = (Answer *) (void *) f->answers->data,
                               });
}

/* The next operation of the top level, up to where PID 1 is at rest again. */
static void take_top_level(Follower *f) {
        Event e;
        bool done = false;

        for (unsigned i = 0; i < TOP_EVENTS_MAX && events_enumerate(f->m, true, &e) > 0; i++) {
                if (e.kind == EVENT_TOP && done)
                        return;
                done = done || e.kind == EVENT_TOP;
                take(f, e, true);
        }
}

static void take_or_skip(Follower *f, Event e, uint16_t client, const char *process) {
        if (event_is_possible(f->m, e))
                take(f, e, false);
        else
                route_append(f->route,
                             &(RouteStep) { .skipped = true, .client = client, .process = (char *) process });
}

static void take_statement(Follower *f, uint16_t client) {
        take_or_skip(f, (Event) { .kind = EVENT_STATEMENT, .actor = client }, client, NULL);
}

static void take_exit(Follower *f, const char *process) {
        Event e = { .kind = EVENT_EXIT };

        for (Pid pid = 1; pid <= f->m->layout->n_processes && e.actor == 0; pid++) {
                g_autofree char *name = NULL;

                if (!process_can_exit(f->m->processes + pid - 1))
                        continue;
                name = process_name(f->m, pid);
                if (strcmp(name, process) == 0)
                        e.actor = pid;
        }
        if (e.actor != 0)
                take(f, e, false);
        else
                route_append(f->route,
                             &(RouteStep) { .skipped = true, .client = ID_NONE, .process = (char *) process });
}

static void take_dispatch(Follower *f, const TraceEvent *t) {
        bool reloads = (f->world->flags & (WORLD_RELOAD_WANTED | WORLD_REEXEC_WANTED)) != 0;

        g_ptr_array_set_size(f->wanted, 0);
        for (guint i = 0; i < t->interrupts->len; i++)
                g_ptr_array_add(f->wanted, t->interrupts->pdata[i]);
        if (event_is_possible(f->m, (Event) { .kind = EVENT_DISPATCH }))
                take(f, (Event) { .kind = f->wanted->len > 0 && reloads ? EVENT_INTERRUPTED : EVENT_DISPATCH },
                     false);

        /* What cannot happen in the middle of it happens right after it. */
        while (f->wanted->len > 0) {
                const TraceInterrupt *in = g_ptr_array_remove_index(f->wanted, 0);
                const Catalog *c = f->search->catalog;

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
                .chooser = { .choose = follower_choose, .observation_point = follower_observe },
                .search = s,
                .m = manager_new(s->catalog, &s->layout, s->profile),
                .world = g_memdup2(s->boot, s->layout.size),
                .scratch = world_new(&s->layout),
                .order = order,
                .fixed = g_array_new(FALSE, FALSE, sizeof(uint16_t)),
                .wanted = g_ptr_array_new(),
                .answers = g_array_new(FALSE, FALSE, sizeof(Answer)),
                .route = route_new(),
        };

        interrupts_init(&f.interrupts, s->catalog);
        f.m->chooser = &f.chooser;
        manager_bind(f.m, f.world);
        for (guint i = 0; i < route->len && i < run->events->len;)
                i += follow(&f, route, run, i);

        interrupts_clear(&f.interrupts);
        g_array_unref(f.fixed);
        g_ptr_array_unref(f.wanted);
        g_array_unref(f.answers);
        manager_free(f.m);
        g_free(f.world);
        g_free(f.scratch);
        return f.route;
}
