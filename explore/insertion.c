/* SPDX-License-Identifier: MIT */

/* In which order a scenario's names come into m->units: read off one run of the model. */

#include "events.h"
#include "order-dist.h"

#define EVENTS_MAX 20000U /* a run that does not end by itself */

typedef struct Watcher {
        Observer observer;
        const Catalog *catalog;
        OrderDistName *names;
        size_t n;
        bool *seen; /* by NameId */
} Watcher;

static unsigned choose_first(Chooser *self, Manager *m, const Choice *choice) {
        (void) self, (void) m, (void) choice;
        return 0;
}

static void add(Watcher *w, NameId name) {
        w->seen[name] = true;
        w->names[w->n++] = (OrderDistName) { .id = name, .name = w->catalog->names[name].name };
}

/* Who comes into memory waits to be looked at by the garbage collector, which takes its turn only once all is loaded; further
 * names of a unit are added when its file has been read (load-fragment.c:unit_load_fragment, 252-262). */
static unsigned place_among_new(const Manager *m, NameId name) {
        const Unit *u = m->units + m->names[name];

        return u->id == name ? u->queue[QUEUE_GC] : UINT_MAX - 1;
}

/* Adds the names that are new in memory. */
static void watch(Watcher *w, const Manager *m) {
        for (;;) {
                NameId first = ID_NONE;
                unsigned first_place = UINT_MAX;

                for (NameId i = 0; i < w->catalog->n_names; i++) {
                        if (m->names[i] == UNIT_NONE || w->seen[i] || place_among_new(m, i) >= first_place)
                                continue;
                        first_place = place_among_new(m, i);
                        first = i;
                }
                if (first == ID_NONE)
                        return;
                add(w, first);
        }
}

static void on_note(Observer *self, Manager *m, const char *function, NameId unit, const char *text) {
        (void) function, (void) unit, (void) text;
        watch((Watcher *) self, m);
}

/* The run in which always the first happens of what can, and no order is anything but canonical. */
static void run(Watcher *w, Manager *m) {
        g_autofree Event *events = g_new(Event, events_max(m->layout));
        unsigned n = 0;

        manager_startup(m);
        watch(w, m);
        for (unsigned clients = 0; clients < 2; clients++)
                for (; n < EVENTS_MAX && events_enumerate(m, clients == 0, events) > 0; n++) {
                        event_perform(m, events[0]);
                        watch(w, m);
                }
}

OrderDistName *order_dist_names(const Catalog *c, const Profile *profile, const bool *asked, size_t *ret_n) {
        Chooser chooser = { .choose = choose_first };
        Watcher w = {
                .observer = { .note = on_note },
                .catalog = c,
                .names = g_new(OrderDistName, c->n_names),
                .seen = g_new0(bool, c->n_names),
        };
        WorldLayout layout;

        world_layout(c, &layout);
        Manager *m = manager_new(c, &layout, profile);
        World *world = world_new(&layout);

        m->chooser = &chooser;
        m->observer = &w.observer;
        manager_bind(m, world);
        run(&w, m);

        for (NameId i = 0; i < c->n_names; i++)
                if (!w.seen[i] && !c->names[i].is_template && (!c->names[i].is_orphan || (asked && asked[i])))
                        add(&w, i);

        manager_free(m);
        g_free(world);
        g_free(w.seen);
        *ret_n = w.n;
        return w.names;
}
