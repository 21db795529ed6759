/* SPDX-License-Identifier: MIT */

#include <string.h>

#include "expander.h"

Expander *expander_new(const Catalog *c, const WorldLayout *l, const Profile *p) {
        Expander *x = g_new0(Expander, 1);

        x->layout = l;
        x->manager = manager_new(c, l, p);
        x->parent = world_new(l);
        x->world = world_new(l);
        x->scratch = world_new(l);
        x->events = g_new(Event, events_max(l));
        script_init(&x->script);
        interrupts_init(&x->interrupts, c);
        x->script.interrupts = &x->interrupts;
        x->manager->chooser = &x->script.chooser;
        manager_bind(x->manager, x->world);
        return x;
}

void expander_free(Expander *x) {
        if (!x)
                return;

        interrupts_clear(&x->interrupts);
        manager_free(x->manager);
        g_free(x->events);
        g_free(x->scratch);
        g_free(x->world);
        g_free(x->parent);
        g_free(x);
}

static void follow_ranks(Expander *x) {
        unsigned epoch = x->world->epoch;
        bool new_key = (x->world->flags & WORLD_REEXEC_WANTED) != 0 && epoch + 1 < x->layout->n_epochs;

        if (!x->ranks)
                return;

        x->manager->rank = x->ranks[epoch];
        x->manager->rank_after = new_key ? x->ranks[epoch + 1] : NULL;
}

void expander_boot(Expander *x) {
        script_reset(&x->script);
        world_init(x->layout, x->world);
        follow_ranks(x);
        manager_bind(x->manager, x->world);
        manager_startup(x->manager);
        world_normalize(x->layout, x->world, x->scratch);
        memcpy(x->parent, x->world, x->layout->size);
}

static void check_reload(Expander *x, Successor *s) {
        size_t n;
        const Property *all = properties(&n);

        s->reload_violated = 0;
        for (size_t i = 0; i < n; i++) {
                s->reload_tests[i] = 0;
                if (!all[i].on_reload || (x->properties & BIT(i)) == 0)
                        continue;

                int r = all[i].on_reload(x->manager, NULL);
                if (r < 0)
                        s->reload_violated |= (uint32_t) BIT(i);
                s->reload_tests[i] = r < 0 ? 1U : (uint32_t) r;
        }
}

/* One run with the script as it stands. */
static void run_once(Expander *x, Successor *s) {
        Manager *m = x->manager;

        memcpy(x->world, x->parent, x->layout->size);
        follow_ranks(x);
        m->reload.done = false;
        interrupts_start(&x->interrupts, m, s->event.kind == EVENT_INTERRUPTED);
        event_perform(m, s->event);
        interrupts_stop(&x->interrupts, m);

        s->cost = 1 + x->interrupts.n;
        s->limit = x->script.overflow || (x->world->flags & WORLD_LIMIT) != 0;
        s->had_reload = m->reload.done;
        if (s->had_reload && !s->limit)
                check_reload(x, s);
        else
                s->reload_violated = 0;
        world_normalize(x->layout, x->world, x->scratch);
}

/* All runs of one event. False: @func has enough. */
static bool run_event(Expander *x, Event e, uint32_t *ordinal, Fingerprint parent, SuccessorFunc func,
                      void *userdata) {
        Successor s = { .event = e };

        script_reset(&x->script);
        do {
                s.ordinal = (*ordinal)++;
                run_once(x, &s);
                if (e.kind == EVENT_INTERRUPTED && x->interrupts.n == 0)
                        continue; /* that is EVENT_DISPATCH */

                s.fingerprint = expander_fingerprint(x, x->world);
                if (s.fingerprint.low == parent.low && s.fingerprint.high == parent.high)
                        continue;
                if (!func(x, &s, userdata))
                        return false;
        } while (script_next(&x->script));
        return true;
}

bool expander_run(Expander *x, Fingerprint parent, SuccessorFunc func, void *userdata) {
        uint32_t ordinal = 0;

        memcpy(x->world, x->parent, x->layout->size);
        size_t n = x->n_events = events_enumerate(x->manager, x->top_level, x->events);
        bool interruptible = !x->top_level && n > 0 && x->events[n - 1].kind == EVENT_DISPATCH &&
                             interrupts_possible(&x->interrupts, x->manager);

        for (size_t i = 0; i < n; i++)
                if (!run_event(x, x->events[i], &ordinal, parent, func, userdata))
                        return false;
        return !interruptible ||
               run_event(x, (Event) { .kind = EVENT_INTERRUPTED }, &ordinal, parent, func, userdata);
}

typedef struct Wanted {
        uint32_t ordinal;
        Successor *ret;
        bool found;
} Wanted;

static bool is_wanted(Expander *x, const Successor *s, void *userdata) {
        Wanted *w = userdata;

        if (s->ordinal != w->ordinal)
                return true;
        *w->ret = *s;
        w->found = true;
        return false;
}

bool expander_repeat(Expander *x, uint32_t ordinal, Successor *ret) {
        Wanted w = { .ordinal = ordinal, .ret = ret };

        memcpy(x->world, x->parent, x->layout->size);
        expander_run(x, expander_fingerprint(x, x->parent), is_wanted, &w);
        return w.found;
}
