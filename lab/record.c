/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "lab/capture.h"
#include "lab/clock.h"
#include "lab/programs.h"
#include "lab/record.h"
#include "lab/steer.h"
#include "lab/trigger.h"
#include "traces/error.h"
#include "traces/observe.h"

#define DEATH_TRIES 40

typedef struct Recorder {
        Machine *machine;
        const Catalog *catalog;
        Recording *recording;
        Step *step;
        bool one_call;
} Recorder;

char *record_obstacle(const Catalog *c) {
        if (c->n_clients > 0)
                return g_strdup("it has clients: 'coldplug check --traces DIR' finds what they can do, and the "
                                "lab takes the traces");
        for (size_t i = 0; i < c->top.n_statements; i++) {
                const Statement *s = c->top.statements + i;

                switch (s->type) {
                case STATEMENT_ELAPSE:
                        if (s->number != TIMER_LIMIT)
                                break;
                        return g_strdup_printf("'%s': the lab cannot refill the rate limits of one unit alone",
                                               s->source);
                case STATEMENT_OWN_NAME:
                        return g_strdup_printf("'%s': the lab has no message bus", s->source);
                default:
                        break;
                }
        }
        return programs_obstacle(c);
}

/* PID 1 comes to rest; as long as some process may exit by itself then, the oldest does. NULL: PID 1 is dead. */
static Sight *settle(Recorder *r) {
        bool is_told = r->recording->told_from > 0 && r->recording->steps->len >= r->recording->told_from;
        Sight *s = machine_settle(r->machine);

        while (s && !is_told && programs_exit_one(r->machine)) {
                sight_free(s);
                s = machine_settle(r->machine);
        }
        return s;
}

/* Files, processes: PID 1 settles, unless it is stopped. */
static bool see_after(Recorder *r) {
        g_autoptr(Sight) s = NULL;

        if (r->machine->paused) {
                g_usleep(20000);
                return true;
        }
        s = settle(r);
        if (!s)
                return false;
        r->step->after = g_steal_pointer(&s->observation);
        return true;
}

static bool see_orders(Recorder *r, char ***ret_order, bool with_observation) {
        g_autoptr(Sight) s = settle(r);

        if (!s)
                return false;
        *ret_order = g_steal_pointer(&s->order);
        if (with_observation)
                r->step->after = g_steal_pointer(&s->observation);
        return true;
}

/* `systemctl kill` with the signal that the language means. */
static void call(Recorder *r, StatementType verb, GPtrArray *units) {
        g_autoptr(GPtrArray) arguments = g_ptr_array_new();

        if (r->machine->paused) {
                steer_call(r->machine, verb, units->len > 0 ? units->pdata[0] : NULL);
                return;
        }
        g_ptr_array_add(arguments, (char *) statement_type_to_string(verb));
        for (unsigned i = 0; i < units->len; i++)
                g_ptr_array_add(arguments, units->pdata[i]);
        g_ptr_array_add(arguments, NULL);
        machine_systemctl(r->machine, (const char *const *) arguments->pdata);
}

static bool takes_one_call(const Recorder *r, StatementType t) {
        return r->one_call && !r->machine->paused && t != STATEMENT_RESET_FAILED && t != STATEMENT_KILL;
}

/* The operations of one line, from @s on. */
static bool record_calls(Recorder *r, const Statement *s, size_t n) {
        g_autoptr(GPtrArray) units = g_ptr_array_new();

        for (size_t i = 0; i < n; i++) {
                g_ptr_array_add(units, (char *) catalog_name_str(r->catalog, s[i].unit));
                if (takes_one_call(r, s->type) && i + 1 < n)
                        continue;
                call(r, s->type, units);
                g_ptr_array_set_size(units, 0);
                g_clear_pointer(&r->step->after, observation_free);
                if (!r->machine->paused && !see_after(r))
                        return false;
        }
        return true;
}

static bool record_reload(Recorder *r, const Statement *s) {
        const char *const arguments[] = { statement_type_to_string(s->type), NULL };
        pid_t init = r->machine->container->init;
        g_autoptr(GPtrArray) none = g_ptr_array_new();
        int status;

        if (r->machine->paused) {
                call(r, s->type, none);
                return true;
        }
        if (!see_orders(r, &r->step->order_before, false))
                return false;
        if (capture_begin(init)) {
                GString *text = capture_stream(init, machine_systemctl_start(r->machine, arguments), &status);

                r->step->stream = observe_stream(r->catalog, text->str, text->len);
                g_string_free(text, TRUE);
        } else
                machine_systemctl(r->machine, arguments);
        return see_orders(r, &r->step->order_after, true);
}

static bool record_elapse(Recorder *r, const Statement *s) {
        bool alive;

        if (!clock_elapse(r->machine, r->catalog, s, &r->machine->refused))
                return false;
        alive = see_after(r);
        if (!r->machine->paused)
                clock_return(r->machine);
        return alive;
}

static bool record_trigger(Recorder *r, const Statement *s) {
        bool alive;

        if (!trigger_fire(r->machine, r->catalog, s, &r->machine->refused))
                return false;
        alive = see_after(r);
        if (!r->machine->paused)
                clock_return(r->machine);
        return alive;
}

static bool see_after_resume(Recorder *r) {
        bool alive = see_orders(r, &r->step->order_after, true);

        clock_return(r->machine);
        return alive;
}

static bool record_statement(Recorder *r, const Statement *s, size_t n) {
        char *process;

        r->step = recording_add_step(r->recording, s->source);
        r->step->hits_process =
                s->type == STATEMENT_EXIT || s->type == STATEMENT_SIGNAL || s->type == STATEMENT_NOTIFY;
        if (steer(r->machine, r->catalog, s, &process)) {
                if (r->step->hits_process)
                        r->step->process = process;
                else
                        g_free(process);
                return see_after(r);
        }
        switch (s->type) {
        case STATEMENT_PAUSE:
                if (!see_orders(r, &r->step->order_before, false))
                        return false;
                clock_prepare(r->machine, r->catalog);
                trigger_prepare(r->machine, r->catalog);
                steer_pause(r->machine);
                return true;
        case STATEMENT_RESUME:
                steer_resume(r->machine);
                return see_after_resume(r);
        case STATEMENT_DAEMON_RELOAD:
        case STATEMENT_DAEMON_REEXEC:
                return record_reload(r, s);
        case STATEMENT_ELAPSE:
                return record_elapse(r, s);
        case STATEMENT_TRIGGER:
                return record_trigger(r, s);
        default:
                return record_calls(r, s, n);
        }
}

/* False: PID 1 neither answers nor is dead. */
static bool wait_for_death(const Machine *m) {
        for (unsigned i = 0; i < DEATH_TRIES && !container_is_dead(m->container); i++)
                g_usleep(100000);
        return container_is_dead(m->container);
}

static void record_all(Recorder *r) {
        const Program *top = &r->catalog->top;

        for (size_t i = 0, n; i < top->n_statements; i += n) {
                for (n = 1; i + n < top->n_statements && top->statements[i + n].continues;)
                        n++;
                if (!record_statement(r, top->statements + i, n)) {
                        r->recording->outcome = OUTCOME_CRASHED;
                        g_clear_pointer(&r->step->after, observation_free);
                        return;
                }
        }
}

static char *record_run(Machine *m, const char *name, const char *text, const Catalog *c, bool one_call,
                        unsigned told_from, GError **error) {
        g_autoptr(Recording) recording = g_new0(Recording, 1);
        Recorder r = { .machine = m, .catalog = c, .recording = recording, .one_call = one_call };
        g_autoptr(GString) json = g_string_new(NULL);
        const char *last;

        m->catalog = c;
        recording->name = g_strdup(name);
        recording->systemd = g_strdup(m->systemd);
        recording->scenario = g_strdup(text);
        recording->outcome = OUTCOME_ALIVE;
        recording->steps = recording_steps_new();
        recording->told_from = told_from;
        recording->stand_ins = programs_are_needed(c);
        if (!programs_install(m, c)) {
                traces_set_error(error, TRACES_ERROR_IO, name, 0,
                                 "its programs cannot be put into the tree; give them other paths");
                return NULL;
        }
        record_all(&r);
        last = r.step ? r.step->source : "";
        if (m->refused) {
                traces_set_error(error, TRACES_ERROR_IO, name, 0, "'%s' cannot be done: %s", last, m->refused);
                return NULL;
        }
        if (recording->outcome == OUTCOME_CRASHED && !wait_for_death(m)) {
                traces_set_error(error, TRACES_ERROR_IO, name, 0,
                                 "PID 1 lives and does not answer after '%s'; run it again", last);
                return NULL;
        }
        if (recording->outcome == OUTCOME_CRASHED && !container_is_supervised(m->container)) {
                traces_set_error(error, TRACES_ERROR_IO, name, 0,
                                 "somebody killed the container's supervisor, and PID 1 with it; run it again");
                return NULL;
        }
        recording_write(recording, json);
        return g_string_free(g_steal_pointer(&json), FALSE);
}

char *record_scenario(Machine *m, const char *name, const char *text, const Catalog *c, bool one_call,
                      GError **error) {
        return record_run(m, name, text, c, one_call, 0, error);
}

char *record_told(Machine *m, const char *name, const char *text, const Catalog *c, unsigned told_from,
                  GError **error) {
        return record_run(m, name, text, c, machine_is_enqueue_many(m), told_from, error);
}
