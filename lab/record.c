/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "lab/capture.h"
#include "lab/record.h"
#include "lab/steer.h"
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
                        return g_strdup_printf("'%s': the lab cannot move the clock", s->source);
                case STATEMENT_OWN_NAME:
                        return g_strdup_printf("'%s': the lab has no message bus", s->source);
                case STATEMENT_TRIGGER:
                        return g_strdup_printf("'%s': the lab cannot fire a unit", s->source);
                default:
                        break;
                }
        }
        return NULL;
}

/* Files, processes: PID 1 settles, unless it is stopped. */
static bool see_after(Recorder *r) {
        g_autoptr(Sight) s = NULL;

        if (r->machine->paused) {
                g_usleep(20000);
                return true;
        }
        s = machine_settle(r->machine);
        if (!s)
                return false;
        r->step->after = g_steal_pointer(&s->observation);
        return true;
}

static bool see_orders(Recorder *r, char ***ret_order, bool with_observation) {
        g_autoptr(Sight) s = machine_settle(r->machine);

        if (!s)
                return false;
        *ret_order = g_steal_pointer(&s->order);
        if (with_observation)
                r->step->after = g_steal_pointer(&s->observation);
        return true;
}

/* `systemctl kill` with the signal that the language means. */
static void call(Recorder *r, const char *verb, GPtrArray *units) {
        g_autoptr(GPtrArray) arguments = g_ptr_array_new();

        g_ptr_array_add(arguments, (char *) verb);
        for (unsigned i = 0; i < units->len; i++)
                g_ptr_array_add(arguments, units->pdata[i]);
        g_ptr_array_add(arguments, NULL);
        if (r->machine->paused) {
                pid_t pid = machine_systemctl_start(r->machine, (const char *const *) arguments->pdata);

                g_array_append_val(r->machine->calls, pid);
                g_usleep(300000); /* it has to have sent its call before the next one does */
                return;
        }
        machine_systemctl(r->machine, (const char *const *) arguments->pdata);
}

static bool takes_one_call(const Recorder *r, StatementType t) {
        return r->one_call && !r->machine->paused && t != STATEMENT_RESET_FAILED && t != STATEMENT_KILL;
}

/* The operations of one line, from @s on. */
static bool record_calls(Recorder *r, const Statement *s, size_t n) {
        const char *verb = statement_type_to_string(s->type);
        g_autoptr(GPtrArray) units = g_ptr_array_new();

        for (size_t i = 0; i < n; i++) {
                g_ptr_array_add(units, (char *) catalog_name_str(r->catalog, s[i].unit));
                if (takes_one_call(r, s->type) && i + 1 < n)
                        continue;
                call(r, verb, units);
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
                call(r, arguments[0], none);
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
                steer_pause(r->machine);
                return true;
        case STATEMENT_RESUME:
                steer_resume(r->machine);
                return see_orders(r, &r->step->order_after, true);
        case STATEMENT_DAEMON_RELOAD:
        case STATEMENT_DAEMON_REEXEC:
                return record_reload(r, s);
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

char *record_scenario(Machine *m, const char *name, const char *text, const Catalog *c, bool one_call,
                      GError **error) {
        g_autoptr(Recording) recording = g_new0(Recording, 1);
        Recorder r = { .machine = m, .catalog = c, .recording = recording, .one_call = one_call };
        g_autoptr(GString) json = g_string_new(NULL);

        m->catalog = c;
        recording->name = g_strdup(name);
        recording->systemd = g_strdup(m->systemd);
        recording->scenario = g_strdup(text);
        recording->outcome = OUTCOME_ALIVE;
        recording->steps = recording_steps_new();
        record_all(&r);
        if (recording->outcome == OUTCOME_CRASHED && !wait_for_death(m)) {
                traces_set_error(error, TRACES_ERROR_IO, name, 0,
                                 "PID 1 lives and does not answer after '%s'; run it again", r.step->source);
                return NULL;
        }
        recording_write(recording, json);
        return g_string_free(g_steal_pointer(&json), FALSE);
}
