/* SPDX-License-Identifier: MIT */
#pragma once

/* The successors of one world: each event, in each way in which its step can go. */

#include "events.h"
#include "interrupts.h"
#include "model/properties/property.h"
#include "script.h"

typedef struct Expander {
        const WorldLayout *layout;
        Manager *manager; /* bound to `world` for good */
        World *parent;    /* the world to expand, normalized */
        World *world;     /* the present successor, normalized */
        World *scratch;
        Event *events;
        size_t n_events; /* that are possible in `parent` */
        Script script;   /* the answers of the present successor */
        Interrupts interrupts;
        bool top_level;      /* the world is one of the top level */
        uint32_t properties; /* which to check on reloads */
        /* By epoch a complete ranking as in Manager.rank, which is followed without asking; NULL: orders are asked for. */
        const uint16_t *const *ranks;
} Expander;

typedef struct Successor {
        uint32_t ordinal; /* counts the runs of the parent's steps; names this transition */
        Event event;
        unsigned cost; /* events: one, and one for each interrupt */
        bool limit;    /* a capacity was exceeded: not to be relied on */
        bool had_reload;
        uint32_t reload_violated; /* properties that the reload violates */
        uint32_t reload_tests[PROPERTIES_MAX];
        Fingerprint fingerprint;
} Successor;

/* False: enough. */
typedef bool (*SuccessorFunc)(Expander *x, const Successor *s, void *userdata);

Expander *expander_new(const Catalog *c, const WorldLayout *l, const Profile *p);
void expander_free(Expander *x);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Expander, expander_free)

/* Fills x->parent with PID 1 just after boot. */
void expander_boot(Expander *x);

/* Calls @func for each transition of x->parent, whose fingerprint is @parent; steps that change nothing are none. */
bool expander_run(Expander *x, Fingerprint parent, SuccessorFunc func, void *userdata);

/* Repeats the transition @ordinal of x->parent: x->world, x->script and *ret are its. False: there is none. */
bool expander_repeat(Expander *x, uint32_t ordinal, Successor *ret);

/* Worlds of the top level are no worlds of the clients, even if they are equal. */
static inline Fingerprint expander_fingerprint(const Expander *x, const World *w) {
        Fingerprint f = world_fingerprint(x->layout, w);

        if (x->top_level)
                f.low = ~f.low;
        return f;
}
