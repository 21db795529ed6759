/* SPDX-License-Identifier: MIT */

#include <string.h>

#include "again.h"

typedef struct Reader {
        Chooser chooser; /* first: a Chooser is a Reader */
        Interrupts interrupts;
        const Search *search;
        Manager *m;
        World *world, *scratch;
        const TraceEvent *event;
        guint n_choices, n_interrupts; /* of the event that have been made */
        GArray *answers;               /* Answer: of the present step */
        GArray *route;
        bool failed;
} Reader;

static char *process_name(const Manager *m, Pid pid) {
        return g_strdup_printf("%s.%u", catalog_text_str(m->catalog, m->processes[pid - 1].tag),
                               (unsigned) world_instances(m->layout, m->world)[pid - 1]);
}

static bool is_interrupt(const Reader *r, const TraceInterrupt *t, const Interrupt *in) {
        const Catalog *c = r->search->catalog;

        if (t->point != in->point)
                return false;
        if (in->client != ID_NONE)
                return g_strcmp0(t->client, c->clients[in->client].name) == 0;

        g_autofree char *process = process_name(r->m, in->pid);
        return !t->client && g_strcmp0(t->process, process) == 0;
}

/* Which of the candidates is the next interrupt of the event; 0: none, it comes later. */
static unsigned read_interrupt(Reader *r, const Choice *c) {
        if (r->n_interrupts >= r->event->interrupts->len)
                return 0;

        for (unsigned i = 1; i < c->n; i++)
                if (is_interrupt(r, r->event->interrupts->pdata[r->n_interrupts],
                                 r->interrupts.candidates + i - 1)) {
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
        Answer a = { .n = (uint16_t) c->n, .kind = (uint8_t) c->kind };

        (void) m;

        if (c->n <= 1)
                return 0;

        a.answer = (uint16_t) (c->kind == CHOICE_INTERRUPT ? read_interrupt(r, c) : read_choice(r, c));
        g_array_append_val(r->answers, a);
        return a.answer;
}

static void reader_observe(Chooser *self, Manager *m, const char *where, NameId name) {
        interrupts_observe(&((Reader *) (void *) self)->interrupts, m, where, name);
}

static uint16_t find_client(const Catalog *c, const char *name) {
        for (size_t i = 0; name && i < c->n_clients; i++)
                if (strcmp(c->clients[i].name, name) == 0)
                        return (uint16_t) i;
        return ID_NONE;
}

static Pid find_exiting(const Reader *r, const char *name) {
        for (Pid pid = 1; name && pid <= r->m->layout->n_processes; pid++) {
                g_autofree char *process = NULL;

                if (!process_can_exit(r->m->processes + pid - 1))
                        continue;
                process = process_name(r->m, pid);
                if (strcmp(process, name) == 0)
                        return pid;
        }
        return 0;
}

/* The event of the model that the trace's event is; false: there is none. */
static bool find_event(const Reader *r, Event *ret) {
        const TraceEvent *t = r->event;

        if (t->top_level)
                return events_enumerate(r->m, /* top_level= */ true, ret) > 0;

        switch (t->kind) {
        case TRACE_STATEMENT:
                *ret = (Event) { .kind = EVENT_STATEMENT, .actor = find_client(r->search->catalog, t->client) };
                return ret->actor != ID_NONE && event_is_possible(r->m, *ret);

        case TRACE_EXIT:
                *ret = (Event) { .kind = EVENT_EXIT, .actor = find_exiting(r, t->process) };
                return ret->actor != 0;

        default:
                *ret = (Event) { .kind = t->interrupts->len > 0 ? EVENT_INTERRUPTED : EVENT_DISPATCH };
                return event_is_possible(r->m, (Event) { .kind = EVENT_DISPATCH });
        }
}

static void skip(Reader *r) {
        const TraceEvent *t = r->event;
        RouteStep step = { .skipped = true, .client = ID_NONE, .process = t->process };

        if (t->kind == TRACE_STATEMENT)
                step.client = find_client(r->search->catalog, t->client);
        route_append(r->route, &step);
}

static void take(Reader *r) {
        RouteStep step = { .top_level = r->event->top_level };
        bool interrupted;

        if (r->event->skipped) {
                skip(r);
                return;
        }
        if (!find_event(r, &step.event)) {
                r->failed = true;
                return;
        }

        interrupted = step.event.kind == EVENT_INTERRUPTED;
        r->n_choices = r->n_interrupts = 0;
        g_array_set_size(r->answers, 0);
        if (interrupted)
                (void) interrupts_possible(&r->interrupts, r->m);
        interrupts_start(&r->interrupts, r->m, interrupted);
        event_perform(r->m, step.event);
        interrupts_stop(&r->interrupts, r->m);
        world_normalize(&r->search->layout, r->world, r->scratch);

        step.n_answers = r->answers->len;
        step.answers = (Answer *) (void *) r->answers->data;
        route_append(r->route, &step);
}

static GArray *read_route(const Search *s, const TraceRun *run) {
        Reader r = {
                .chooser = { .choose = reader_choose, .observation_point = reader_observe },
                .search = s,
                .m = manager_new(s->catalog, &s->layout, s->profile),
                .world = g_memdup2(s->boot, s->layout.size),
                .scratch = world_new(&s->layout),
                .answers = g_array_new(FALSE, FALSE, sizeof(Answer)),
                .route = route_new(),
        };

        interrupts_init(&r.interrupts, s->catalog);
        r.m->chooser = &r.chooser;
        manager_bind(r.m, r.world);
        for (guint i = 0; i < run->events->len && !r.failed; i++) {
                r.event = run->events->pdata[i];
                take(&r);
        }

        interrupts_clear(&r.interrupts);
        manager_free(r.m);
        g_free(r.world);
        g_free(r.scratch);
        g_array_unref(r.answers);
        if (r.failed)
                g_clear_pointer(&r.route, g_array_unref);
        return r.route;
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
