/* SPDX-License-Identifier: MIT */

#include <string.h>

#include "record.h"
#include "recorded-top.h"
#include "retake.h"
#include "traces/process-name.h"

typedef struct Recorder {
        Chooser chooser;
        Observer observer;
        Interrupts interrupts;
        const Search *search;
        Manager *m;
        World *world, *before, *scratch;
        const RouteStep *step;
        unsigned position; /* of the next answer */
        bool failed;       /* other questions than when the route was found */
        TraceEvent *event;
        const Property *property;
        bool violated;         /* by the last event */
        bool ever_violated;    /* by some event */
        bool checks_all;       /* look at all properties, for others that begin with the same steps */
        uint32_t all_violated; /* these, then */
        Finding finding;
} Recorder;

/* container_of() for the two interfaces that are not first. */
#define RECORDER_OF(pointer, member) ((Recorder *) (void *) ((uint8_t *) (pointer) -offsetof(Recorder, member)))

static const char *name_or_null(const Manager *m, NameId name) {
        return name == ID_NONE ? NULL : catalog_name_str(m->catalog, name);
}

static unsigned recorder_choose(Chooser *self, Manager *m, const Choice *c) {
        Recorder *r = RECORDER_OF(self, chooser);

        if (c->n <= 1)
                return 0;
        if (r->position >= r->step->n_answers) {
                r->failed = true;
                return 0;
        }

        const Answer *a = r->step->answers + r->position++;
        r->failed = r->failed || a->kind != c->kind || a->n != c->n;
        if (c->kind == CHOICE_INTERRUPT)
                return a->answer;

        TraceChoice *t = trace_event_add_choice(r->event);
        t->kind = c->kind;
        t->where = g_strdup(c->where);
        t->answer = a->answer;
        t->n = c->n;
        if (c->kind == CHOICE_ORDER) {
                t->first = g_strdup(name_or_null(m, a->answer == 0 ? c->a : c->b));
                t->second = g_strdup(name_or_null(m, a->answer == 0 ? c->b : c->a));
        } else if (choice_is_order(c->kind))
                t->name = g_strdup(name_or_null(m, c->names[MIN(a->answer, c->n - 1)]));
        return a->answer;
}

static void recorder_observation_point(Chooser *self, Manager *m, const char *where, NameId name) {
        interrupts_observe(&RECORDER_OF(self, chooser)->interrupts, m, where, name);
}

static void note_interrupt(Interrupts *i, Manager *m, const Interrupt *in, const char *where, NameId name) {
        Recorder *r = i->userdata;
        TraceInterrupt *t = trace_event_add_interrupt(r->event);

        t->point = in->point;
        t->where = g_strdup(where);
        t->unit = g_strdup(name_or_null(m, name));
        if (in->client == ID_NONE) {
                t->process = process_name(m, in->pid);
                return;
        }

        const Statement *s = m->catalog->clients[in->client].statements + m->clients[in->client].pc;
        t->client = g_strdup(m->catalog->clients[in->client].name);
        t->statement = g_strdup(s->source);
        t->line = s->line;
}

static void recorder_note(Observer *self, Manager *m, const char *function, NameId unit, const char *text) {
        TraceNote *n = trace_event_add_note(RECORDER_OF(self, observer)->event);

        n->function = g_strdup(function);
        n->unit = g_strdup(name_or_null(m, unit));
        n->text = g_strdup(text);
}

static void recorder_stream(Observer *self, Manager *m, const char *text, size_t size) {
        Recorder *r = RECORDER_OF(self, observer);

        g_free(r->event->stream);
        r->event->stream = g_strndup(text, size);
}

static void recorder_entry(Observer *self, Manager *m, const char *name, NameId applied_to) {
        TraceEntry *e = trace_event_add_entry(RECORDER_OF(self, observer)->event);

        e->name = g_strdup(name);
        e->applied_to = g_strdup(name_or_null(m, applied_to));
}

static void recorder_log(Observer *self, Manager *m, const char *text) {
        g_ptr_array_add(RECORDER_OF(self, observer)->event->journal, g_strdup(text));
}

static void recorder_init(Recorder *r, const Search *s, unsigned property) {
        size_t n;

        *r = (Recorder) {
                .chooser = { .choose = recorder_choose, .observation_point = recorder_observation_point },
                .observer = { .note = recorder_note,
                              .stream = recorder_stream,
                              .entry = recorder_entry,
                              .log = recorder_log },
                .search = s,
                .m = manager_new(s->catalog, &s->layout, s->profile),
                .world = g_memdup2(s->boot, s->layout.size),
                .before = world_new(&s->layout),
                .scratch = world_new(&s->layout),
                .property = properties(&n) + property,
        };
        interrupts_init(&r->interrupts, s->catalog);
        r->interrupts.note = note_interrupt;
        r->interrupts.userdata = r;
        r->m->chooser = &r->chooser;
        r->m->observer = &r->observer;
        manager_bind(r->m, r->world);
}

static void recorder_clear(Recorder *r) {
        interrupts_clear(&r->interrupts);
        manager_free(r->m);
        g_free(r->world);
        g_free(r->before);
        g_free(r->scratch);
}

static void describe_statement(TraceEvent *e, const Program *p, unsigned pc) {
        e->client = g_strdup(p->name);
        e->statement = g_strdup(p->statements[pc].source);
        e->line = p->statements[pc].line;
}

/* Says who is about to do what. */
static TraceEvent *begin_event(Recorder *r, TraceRun *run) {
        const RouteStep *step = r->step;
        const Catalog *c = r->search->catalog;
        TraceEvent *e;

        switch ((EventKind) step->event.kind) {
        case EVENT_TOP:
                e = trace_run_add_event(run, TRACE_STATEMENT);
                describe_statement(e, &c->top, r->world->top_pc);
                break;
        case EVENT_STATEMENT:
                e = trace_run_add_event(run, TRACE_STATEMENT);
                describe_statement(e, c->clients + step->event.actor, r->m->clients[step->event.actor].pc);
                break;
        case EVENT_EXIT:
                e = trace_run_add_event(run, TRACE_EXIT);
                e->process = process_name(r->m, step->event.actor);
                break;
        default:
                e = trace_run_add_event(run, TRACE_DISPATCH);
        }
        e->top_level = step->top_level;
        return e;
}

static void add_skipped(Recorder *r, TraceRun *run) {
        TraceEvent *e = trace_run_add_event(run, r->step->client == ID_NONE ? TRACE_EXIT : TRACE_STATEMENT);

        e->skipped = true;
        if (r->step->client == ID_NONE)
                e->process = g_strdup(r->step->process);
        else
                e->client = g_strdup(r->search->catalog->clients[r->step->client].name);
}

/* The process that a statement hit. */
static char *hit_process(const Manager *m) {
        return m->hit_tag == ID_NONE ? NULL
                                     : g_strdup_printf("%s.%u", catalog_text_str(m->catalog, m->hit_tag),
                                                       (unsigned) m->hit_number);
}

typedef enum Moment { ON_RELOAD, ON_STATE, AT_REST } Moment;

static PropertyCheck property_check(const Property *p, Moment when) {
        switch (when) {
        case ON_RELOAD:
                return p->on_reload;
        case ON_STATE:
                return p->on_state;
        default:
                return p->at_rest;
        }
}

static void check(Recorder *r, Moment when) {
        PropertyCheck own = property_check(r->property, when);
        size_t n;
        const Property *all = properties(&n);

        if (own && !r->violated)
                r->violated = own(r->m, &r->finding) < 0;
        for (size_t i = 0; r->checks_all && i < n; i++) {
                PropertyCheck other = property_check(all + i, when);
                Finding ignored;

                if (other && (r->all_violated & BIT(i)) == 0 && other(r->m, &ignored) < 0)
                        r->all_violated |= (uint32_t) BIT(i);
        }
}

static void take_step(Recorder *r, TraceRun *run) {
        Manager *m = r->m;

        if (r->step->skipped) {
                add_skipped(r, run);
                return;
        }

        memcpy(r->before, r->world, r->search->layout.size);
        TraceEvent *e = r->event = begin_event(r, run);
        r->position = 0;
        r->violated = false;
        m->reload.done = false;
        m->hit_tag = ID_NONE;
        perform_with_interrupts(&r->interrupts, m, r->step->event);
        r->failed = r->failed || r->position != r->step->n_answers;

        if (e->kind == TRACE_STATEMENT)
                e->process = hit_process(m);
        if (m->reload.done)
                check(r, ON_RELOAD);
        world_normalize(&r->search->layout, r->world, r->scratch);
        check(r, ON_STATE);
        if (world_is_at_rest(m))
                check(r, AT_REST);

        r->ever_violated = r->ever_violated || r->violated;

        g_ptr_array_unref(e->changes);
        e->changes = snapshot_changes_since(m, r->before);
}

static bool follows_from_others(const WorldLayout *l, const World *w, unsigned key, NameId a, NameId b) {
        for (NameId c = 0; c < l->n_names; c++)
                if (c != a && c != b && world_order_known(l, w, key, a, c) < 0 &&
                    world_order_known(l, w, key, c, b) < 0)
                        return true;
        return false;
}

static void add_orders(const Recorder *r, TraceRun *run) {
        const WorldLayout *l = &r->search->layout;

        for (unsigned key = 0; key <= r->world->epoch; key++)
                for (NameId a = 0; a < l->n_names; a++)
                        for (NameId b = 0; b < l->n_names; b++) {
                                if (a == b || world_order_known(l, r->world, key, a, b) >= 0 ||
                                    follows_from_others(l, r->world, key, a, b))
                                        continue;

                                TraceOrder *o = trace_run_add_order(run);
                                o->key = key;
                                o->first = g_strdup(catalog_name_str(r->search->catalog, a));
                                o->second = g_strdup(catalog_name_str(r->search->catalog, b));
                        }
}

/* Returns how many steps that were. */
static guint take_top(Recorder *r, const GArray *route, TraceRun *run) {
        RecordedTop *top = r->search->recorded_top;
        guint n = recorded_top_length(route);
        size_t property = (size_t) (r->property - properties(&(size_t) { 0 }));

        if (n == 0)
                return 0;
        if (recorded_top_use(top, &r->search->layout, route, n, run, r->world)) {
                r->ever_violated = (top->violated & BIT(property)) != 0;
                return n;
        }

        r->checks_all = true;
        for (guint i = 0; i < n; i++) {
                r->step = &g_array_index(route, RouteStep, i);
                take_step(r, run);
        }
        r->checks_all = false;
        if (!r->failed)
                recorded_top_set(top, &r->search->layout, route, n, run, r->world, r->all_violated);
        return n;
}

static void take_route(Recorder *r, const GArray *route, TraceRun *run) {
        for (guint i = take_top(r, route, run); i < route->len; i++) {
                r->step = &g_array_index(route, RouteStep, i);
                take_step(r, run);
        }
        add_orders(r, run);
}

/* Interrupts are events of their own. */
static unsigned count_events(const TraceRun *run) {
        unsigned n = 0;

        for (guint i = 0; i < run->events->len; i++) {
                const TraceEvent *e = run->events->pdata[i];

                if (!e->top_level)
                        n += 1 + e->interrupts->len;
        }
        return n;
}

static Trace *new_trace(const Search *s, unsigned property, const TraceLabels *labels) {
        size_t n;
        Trace *t = trace_new();

        t->scenario = g_strdup(labels->scenario);
        t->text = g_strdup(labels->text);
        t->systemd = g_strdup(s->profile->name);
        for (unsigned i = 0; i < s->profile->n_added; i++)
                g_ptr_array_add(t->fixes, g_strdup(s->profile->added[i]->name));
        t->property = g_strdup(properties(&n)[property].name);
        t->n_orders = g_strdup(labels->n_orders);
        t->n_all_orders = g_strdup(labels->n_all_orders);
        t->fraction = g_strdup(labels->fraction);
        return t;
}

Trace *record_trace(const Search *s, unsigned property, const GArray *route, const TraceLabels *labels) {
        g_autoptr(Trace) t = new_trace(s, property, labels);
        Recorder r;
        bool ok;

        recorder_init(&r, s, property);
        take_route(&r, route, &t->run);
        ok = r.violated && !r.failed;
        t->n_events = count_events(&t->run);
        t->violation = g_strdup(r.finding.text);
        t->unit = g_strdup(ok ? name_or_null(r.m, r.finding.unit) : NULL);
        recorder_clear(&r);
        return ok ? g_steal_pointer(&t) : NULL;
}

/* By the state of PID 1 if that differs, else by the first difference of a unit. */
static char *describe_difference(const Trace *t) {
        const Change *c = t->differences->len > 0 ? t->differences->pdata[0] : NULL;

        for (guint i = 0; i < t->differences->len; i++) {
                const Change *d = t->differences->pdata[i];

                if (strcmp(d->subject, "PID 1") == 0)
                        return g_strdup_printf("at rest PID 1 %s, and %s in the largest class of orders",
                                               *d->new ? "is dead" : "lives", *d->new ? "lives" : "is dead");
        }
        return c ? g_strdup_printf("at rest %s has %s '%s', and '%s' in the largest class of orders", c->subject,
                                   c->field, c->new, c->old)
                 : NULL;
}

Trace *record_schedule(const Search *s, unsigned property, const Lockstep *k, const TraceLabels *labels) {
        g_autoptr(Trace) t = new_trace(s, property, labels);
        g_autoptr(GPtrArray) run = NULL;
        g_autoptr(GPtrArray) other = NULL;
        Recorder r;
        bool ok;

        recorder_init(&r, s, property);
        take_route(&r, k->run, &t->run);
        run = snapshot_take(r.m, SNAPSHOT_OBSERVABLE);
        ok = !r.failed;
        recorder_clear(&r);

        recorder_init(&r, s, property);
        take_route(&r, k->other, &t->other);
        other = snapshot_take(r.m, SNAPSHOT_OBSERVABLE);
        ok = ok && !r.failed;
        recorder_clear(&r);

        t->has_other = true;
        t->n_events = k->length;
        g_ptr_array_unref(t->differences);
        t->differences = snapshot_changes(other, run);
        t->violation = describe_difference(t);
        return ok && t->violation ? g_steal_pointer(&t) : NULL;
}

/* The observable state in which @route ends; @run is filled. *ret_ok: it goes as its answers say, and violates the
 * property at no time. */
static GPtrArray *end_of_route(const Search *s, unsigned property, const GArray *route, TraceRun *run,
                               bool *ret_ok) {
        Recorder r;

        recorder_init(&r, s, property);
        take_route(&r, route, run);
        *ret_ok = !r.ever_violated && !r.failed;

        GPtrArray *end = snapshot_take(r.m, SNAPSHOT_OBSERVABLE);
        recorder_clear(&r);
        return end;
}

bool record_other(const Search *s, unsigned property, const GArray *route, const GArray *other, Trace *t) {
        g_autoptr(GPtrArray) run_end = NULL;
        g_autoptr(GPtrArray) other_end = NULL;
        g_autoptr(Trace) again = trace_new(), fresh = trace_new();
        TraceRun unused = t->other;
        bool ignored, ok;

        run_end = end_of_route(s, property, route, &again->run, &ignored);
        other_end = end_of_route(s, property, other, &fresh->other, &ok);
        if (!ok)
                return false;

        t->has_other = true;
        t->other = fresh->other;
        fresh->other = unused;
        g_ptr_array_unref(t->differences);
        t->differences = snapshot_changes(other_end, run_end);
        return true;
}
