/* SPDX-License-Identifier: MIT */
#include "lab/stepped.h"
#include "lab/bus.h"
#include "lab/schedule.h"
#include "lab/steer.h"
#include "lab/stepper.h"

#define TURNS_MAX     60 /* for one dispatch of the trace */
#define IDLE_TRIES    30
#define DEATH_SECONDS 4

typedef enum DispatchKind {
        DISPATCH_OTHER,
        DISPATCH_CALL,
        DISPATCH_RELOAD_CALL, /* the reload begins in the same turn */
        DISPATCH_RELOAD,
        DISPATCH_EXIT, /* PID 1 learns that a process is gone */
} DispatchKind;

typedef struct Stepped {
        Machine *machine;
        const Catalog *catalog;
        const TraceRun *run;
        const WantedOrder *order;
        Recording *recording;
        Step *step;
        Step *reload; /* called for when PID 1 was just looked at, and nothing else has happened since */
        Stepper *stepper;
        Bus *bus;
        unsigned owed; /* turns that are only taken when something comes after them */
        bool out_of_order;
        unsigned idle;
        int left; /* of what was sent to it, before this dispatch */
        char *why;
} Stepped;

static DispatchKind dispatch_kind(const TraceEvent *e) {
        DispatchKind kind = DISPATCH_OTHER;

        if (e->stream || (e->entries && e->entries->len > 0))
                return DISPATCH_RELOAD;
        for (unsigned i = 0; i < e->changes->len; i++) {
                const Change *c = e->changes->pdata[i];

                if (g_str_equal(c->subject, "PID 1") && g_str_equal(c->field, "Next") && *c->new)
                        return DISPATCH_RELOAD_CALL;
                if (g_str_equal(c->subject, "PID 1") && g_str_has_prefix(c->field, "call of ") && !*c->new)
                        kind = DISPATCH_CALL;
                if (g_str_has_prefix(c->subject, "process ") && g_str_equal(c->old, "zombie") &&
                    g_str_equal(c->field, "State"))
                        kind = DISPATCH_EXIT;
        }
        return kind;
}

/* While a reply is waited for. */
static bool pump(void *userdata) {
        Stepped *s = userdata;

        s->idle = stepper_step(s->stepper) ? 0 : s->idle + 1;
        return stepper_place(s->stepper) != STEPPER_LOST && s->idle < IDLE_TRIES;
}

static bool is_lost(const Stepped *s) {
        return stepper_place(s->stepper) == STEPPER_LOST;
}

/* What is pending at the bus comes before jobs, so looking does not let them run. */
static bool look(Stepped *s, Sight **ret) {
        s->idle = 0;
        *ret = s->bus ? machine_look(s->machine, s->bus) : NULL;
        return *ret;
}

/* What is seen is the end of @step. */
static void fill_step(Stepped *s, Step *step) {
        g_autoptr(Sight) sight = NULL;

        s->step = step;
        if (!look(s, &sight))
                return;
        step->after = g_steal_pointer(&sight->observation);
        step->order_after = g_steal_pointer(&sight->order);
}

static void add_sight(Stepped *s, const char *source) {
        fill_step(s, recording_add_step(s->recording, source));
}

static void pay(Stepped *s) {
        for (; s->owed > 0; s->owed--)
                if (!stepper_step(s->stepper))
                        break;
        s->owed = 0;
}

static bool call_is_taken(const Stepped *s) {
        return bus_left(s->bus) < s->left && stepper_place(s->stepper) == STEPPER_TURN;
}

static bool reload_begins(const Stepped *s) {
        return stepper_place(s->stepper) == STEPPER_STATE;
}

static void step_until(Stepped *s, bool (*is_done)(const Stepped *s), const char *what) {
        s->owed = 0;
        s->left = bus_left(s->bus);
        for (unsigned i = 0; i < TURNS_MAX && !is_lost(s); i++) {
                if (is_done(s))
                        return;
                stepper_step(s->stepper);
        }
        if (!is_lost(s) && !is_done(s))
                s->why = g_strdup_printf("PID 1 did not %s", what);
}

/* Two turns: one that reads the signal, one that asks which process it is. */
static void step_exit(Stepped *s) {
        pay(s);
        stepper_step(s->stepper);
        s->owed = 1;
}

static void step_reload(Stepped *s) {
        if (!reload_begins(s)) {
                s->why = g_strdup("a reload came where the trace has none");
                return;
        }
        stepper_step(s->stepper);
        if (is_lost(s) || bus_is_alive(s->bus))
                return;
        bus_close(s->bus);
        s->idle = 0;
        s->bus = bus_open_pumped(s->machine->container, pump, s);
        if (!s->bus && !is_lost(s))
                s->why = g_strdup("PID 1 did not take a new connection");
}

static void dispatch(Stepped *s, const TraceEvent *e) {
        switch (dispatch_kind(e)) {
        case DISPATCH_CALL:
                step_until(s, call_is_taken, "take a call");
                return;
        case DISPATCH_RELOAD_CALL:
                step_until(s, reload_begins, "begin a reload");
                return;
        case DISPATCH_RELOAD:
                step_reload(s);
                return;
        case DISPATCH_EXIT:
                step_exit(s);
                return;
        default:
                s->owed++;
        }
}

static bool is_reload(const Statement *s) {
        return s->type == STATEMENT_DAEMON_RELOAD || s->type == STATEMENT_DAEMON_REEXEC;
}

static void exit_by_itself(Stepped *s, const char *process) {
        pay(s);
        if (is_lost(s))
                return;
        s->step = recording_add_step(s->recording, process);
        s->reload = NULL;
        if (!steer_exit_named(s->machine, process))
                s->why = g_strdup_printf("%s is no living process", process);
}

static void happen(Stepped *s, const TraceEvent *e, bool alone) {
        const Statement *statement = schedule_find_statement(s->catalog, e->line);
        const char *unit;

        pay(s);
        if (alone && is_reload(statement))
                add_sight(s, "just before the reload");
        if (is_lost(s))
                return;
        s->step = recording_add_step(s->recording, statement->source);
        s->reload = alone && is_reload(statement) ? s->step : NULL;
        if (steer(s->machine, s->catalog, statement, &s->step->process))
                return;
        unit = statement->unit == ID_NONE ? NULL : catalog_name_str(s->catalog, statement->unit);
        if (!bus_send(s->bus, statement->type, unit))
                s->why = g_strdup_printf("'%s' cannot be said to PID 1", statement->source);
}

static bool is_last(const Stepped *s, unsigned i) {
        return i + 1 >= s->run->events->len;
}

/* What is not seen now may be gone later. Where something from outside comes next, looking would let PID 1 go on. */
static bool may_look(const Stepped *s, unsigned i, const TraceEvent *e) {
        const TraceEvent *next = is_last(s, i) ? NULL : s->run->events->pdata[i + 1];

        return e->kind == TRACE_DISPATCH && dispatch_kind(e) == DISPATCH_RELOAD &&
               (!next || next->kind == TRACE_DISPATCH);
}

static void run_events(Stepped *s) {
        bool pending = false; /* something that PID 1 has not dispatched */

        for (unsigned i = 0; i < s->run->events->len && !s->why && !is_lost(s); i++) {
                const TraceEvent *e = s->run->events->pdata[i];

                if (e->top_level || e->skipped)
                        continue;
                if (e->kind == TRACE_DISPATCH)
                        dispatch(s, e);
                else if (e->kind == TRACE_EXIT)
                        exit_by_itself(s, e->process);
                else
                        happen(s, e, !pending);
                pending = e->kind != TRACE_DISPATCH;
                if (s->why || is_lost(s) || !may_look(s, i, e))
                        continue;
                if (s->reload)
                        fill_step(s, s->reload);
                else
                        add_sight(s, "just after the reload");
                s->reload = NULL;
        }
        if (s->why || is_lost(s))
                return;
        pay(s);
        add_sight(s, "at the end of the trace");
}

/* At rest, and with the names in order. */
static bool begin(Stepped *s) {
        g_autoptr(Sight) sight = NULL;

        s->bus = bus_open(s->machine->container);
        s->stepper = s->bus ? stepper_new(s->machine->container->init) : NULL;
        if (!s->stepper) {
                s->why = g_strdup("PID 1 cannot be followed");
                return false;
        }
        bus_set_pump(s->bus, pump, s);
        for (unsigned i = 0; i < TURNS_MAX && stepper_step(s->stepper); i++)
                ;
        if (!look(s, &sight))
                s->why = g_strdup("PID 1 does not answer");
        else
                s->out_of_order = !wanted_order_fits(s->order, sight->order);
        return !s->why && !s->out_of_order;
}

static void let_go(Stepped *s) {
        g_clear_pointer(&s->stepper, stepper_free);
        g_clear_pointer(&s->bus, bus_close);
}

static void end(Stepped *s) {
        g_autoptr(Sight) sight = NULL;

        let_go(s);
        if (s->why)
                return;
        sight = machine_settle(s->machine);
        if (!sight) {
                if (container_dies_within(s->machine->container, DEATH_SECONDS * 1000))
                        s->recording->outcome = OUTCOME_CRASHED;
                else
                        s->why = g_strdup("PID 1 lives and does not answer");
                return;
        }
        s->step = recording_add_step(s->recording, "at rest");
        s->step->after = g_steal_pointer(&sight->observation);
        s->step->order_after = g_steal_pointer(&sight->order);
}

static bool has_several(const Catalog *c, unsigned line) {
        for (size_t i = 0; i < c->n_clients; i++)
                for (size_t j = 0; j < c->clients[i].n_statements; j++)
                        if (c->clients[i].statements[j].line == line && c->clients[i].statements[j].continues)
                                return true;
        return false;
}

static char *find_obstacle(const Catalog *c, const TraceRun *run) {
        for (unsigned i = 0; i < run->events->len; i++) {
                const TraceEvent *e = run->events->pdata[i];

                if (e->top_level || e->skipped || e->kind != TRACE_STATEMENT)
                        continue;
                if (has_several(c, e->line) || !schedule_find_statement(c, e->line))
                        return g_strdup_printf("line %u is several calls", e->line);
        }
        return NULL;
}

bool stepped_run(Machine *m, const Catalog *c, const WantedOrder *order, Recording *r, char **ret_why) {
        Stepped s = { .machine = m, .catalog = c, .run = order->run, .order = order, .recording = r };

        s.why = find_obstacle(c, order->run);
        m->catalog = c;
        if (!s.why && begin(&s)) {
                run_events(&s);
                end(&s);
        }
        let_go(&s);
        m->catalog = NULL;
        *ret_why = s.why;
        return !s.why && !s.out_of_order;
}
