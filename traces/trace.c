/* SPDX-License-Identifier: MIT */

#include <string.h>

#include "traces/trace.h"

/* clang-format off */
static const char *const event_kind_table[_TRACE_EVENT_KIND_MAX] = {
        [TRACE_STATEMENT] = "statement",
        [TRACE_EXIT]      = "exit",
        [TRACE_DISPATCH]  = "dispatch",
};
/* clang-format on */

/* clang-format off */
static const char *const choice_kind_table[_CHOICE_KIND_MAX] = {
        [CHOICE_ORDER]     = "order",
        [CHOICE_CALL]      = "call",
        [CHOICE_INTERRUPT] = "interrupt",
        [CHOICE_SCHEDULE]  = "schedule",
        [CHOICE_FIRST]     = "first",
        [CHOICE_LAST]      = "last",
};
/* clang-format on */

const char *trace_event_kind_to_string(TraceEventKind k) {
        return event_kind_table[k];
}

const char *choice_kind_to_string(ChoiceKind k) {
        return choice_kind_table[k];
}

static void choice_free(gpointer data) {
        TraceChoice *c = data;

        g_free(c->where);
        g_free(c->first);
        g_free(c->second);
        g_free(c->name);
        g_free(c);
}

static void interrupt_free(gpointer data) {
        TraceInterrupt *i = data;

        g_free(i->where);
        g_free(i->unit);
        g_free(i->client);
        g_free(i->process);
        g_free(i->statement);
        g_free(i);
}

static void note_free(gpointer data) {
        TraceNote *n = data;

        g_free(n->function);
        g_free(n->unit);
        g_free(n->text);
        g_free(n);
}

static void entry_free(gpointer data) {
        TraceEntry *e = data;

        g_free(e->name);
        g_free(e->applied_to);
        g_free(e);
}

static void order_free(gpointer data) {
        TraceOrder *o = data;

        g_free(o->first);
        g_free(o->second);
        g_free(o);
}

TraceEvent *trace_event_ref(TraceEvent *e) {
        e->n_shared++;
        return e;
}

void trace_event_unref(gpointer event) {
        TraceEvent *e = event;

        if (e->n_shared > 0) {
                e->n_shared--;
                return;
        }
        g_free(e->client);
        g_free(e->process);
        g_free(e->statement);
        g_free(e->stream);
        g_ptr_array_unref(e->choices);
        g_ptr_array_unref(e->interrupts);
        g_ptr_array_unref(e->changes);
        g_ptr_array_unref(e->notes);
        g_ptr_array_unref(e->entries);
        g_ptr_array_unref(e->journal);
        g_free(e);
}

static void run_init(TraceRun *r) {
        r->orders = g_ptr_array_new_with_free_func(order_free);
        r->events = g_ptr_array_new_with_free_func(trace_event_unref);
}

static void run_clear(TraceRun *r) {
        g_ptr_array_unref(r->orders);
        g_ptr_array_unref(r->events);
}

Trace *trace_new(void) {
        Trace *t = g_new0(Trace, 1);

        t->fixes = g_ptr_array_new_with_free_func(g_free);
        t->differences = g_ptr_array_new_with_free_func(change_free);
        run_init(&t->run);
        run_init(&t->other);
        return t;
}

void trace_free(Trace *t) {
        if (!t)
                return;

        g_free(t->scenario);
        g_free(t->text);
        g_free(t->systemd);
        g_free(t->property);
        g_free(t->unit);
        g_free(t->violation);
        g_free(t->n_orders);
        g_free(t->n_all_orders);
        g_free(t->fraction);
        g_ptr_array_unref(t->fixes);
        g_ptr_array_unref(t->differences);
        run_clear(&t->run);
        run_clear(&t->other);
        g_free(t);
}

char *trace_systemd(const Trace *t) {
        GString *s = g_string_new(t->systemd);

        for (guint i = 0; i < t->fixes->len; i++)
                g_string_append_printf(s, "%s%s", i == 0 ? " + " : "+", (char *) t->fixes->pdata[i]);
        return g_string_free(s, FALSE);
}

TraceEvent *trace_run_add_event(TraceRun *r, TraceEventKind kind) {
        TraceEvent *e = g_new0(TraceEvent, 1);

        e->kind = kind;
        e->choices = g_ptr_array_new_with_free_func(choice_free);
        e->interrupts = g_ptr_array_new_with_free_func(interrupt_free);
        e->changes = g_ptr_array_new_with_free_func(change_free);
        e->notes = g_ptr_array_new_with_free_func(note_free);
        e->entries = g_ptr_array_new_with_free_func(entry_free);
        e->journal = g_ptr_array_new_with_free_func(g_free);
        g_ptr_array_add(r->events, e);
        return e;
}

/* clang-format off */
#define DEFINE_ADD(type, function, owner, array)                                                             \
        type *function(owner *o) {                                                                           \
                type *x = g_new0(type, 1);                                                                   \
                                                                                                             \
                g_ptr_array_add(o->array, x);                                                                \
                return x;                                                                                    \
        }
/* clang-format on */

DEFINE_ADD(TraceChoice, trace_event_add_choice, TraceEvent, choices)
DEFINE_ADD(TraceInterrupt, trace_event_add_interrupt, TraceEvent, interrupts)
DEFINE_ADD(TraceNote, trace_event_add_note, TraceEvent, notes)
DEFINE_ADD(TraceEntry, trace_event_add_entry, TraceEvent, entries)
DEFINE_ADD(TraceOrder, trace_run_add_order, TraceRun, orders)
