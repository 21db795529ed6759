/* SPDX-License-Identifier: MIT */
#pragma once

/* What the fuzz targets share: a PID 1 whose choices follow from the input. */

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

#include "explore/events.h"
#include "model/kernel.h"
#include "model/manager.h"
#include "model/outside.h"
#include "model/profile.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

typedef struct FuzzRun {
        Chooser chooser;
        uint32_t random;
        WorldLayout layout;
        Manager *manager;
        World *world, *scratch;
} FuzzRun;

/* What must hold for each input, also without assertions. */
static inline void fuzz_require(bool holds, const char *what) {
        if (!holds) {
                g_printerr("%s\n", what);
                abort();
        }
}

static inline uint32_t fuzz_random(FuzzRun *run, uint32_t n) {
        run->random = run->random * 1664525U + 1013904223U;
        return (run->random >> 8) % n;
}

static inline unsigned fuzz_choose(Chooser *self, Manager *m, const Choice *choice) {
        (void) m;
        return fuzz_random((FuzzRun *) self, choice->n);
}

/* In the middle of a reload a process may exit. */
static inline void fuzz_observation_point(Chooser *self, Manager *m, const char *where, NameId name) {
        Event events[64];
        size_t n = events_max(m->layout) <= G_N_ELEMENTS(events) ? events_enumerate(m, false, events) : 0;
        Event e =
                n > 0 ? events[fuzz_random((FuzzRun *) self, (uint32_t) n)] : (Event) { .kind = EVENT_DISPATCH };

        (void) where, (void) name;
        if (e.kind == EVENT_EXIT && fuzz_random((FuzzRun *) self, 4) == 0)
                event_perform(m, e);
}

static inline void fuzz_start(FuzzRun *run, const Catalog *c, const Profile *p, uint32_t seed) {
        *run = (FuzzRun) {
                .chooser = { .choose = fuzz_choose, .observation_point = fuzz_observation_point },
                .random = seed,
        };
        world_layout(c, &run->layout);
        run->manager = manager_new(c, &run->layout, p);
        run->world = world_new(&run->layout);
        run->scratch = world_new(&run->layout);
        run->manager->chooser = &run->chooser;
        manager_bind(run->manager, run->world);
        manager_startup(run->manager);
}

static inline void fuzz_end(FuzzRun *run) {
        manager_free(run->manager);
        g_free(run->world);
        g_free(run->scratch);
}

/* Takes @n events of the top level, or of the clients, as the search would. A normalized world is as it was. */
static inline void fuzz_play(FuzzRun *run, bool top_level, unsigned n) {
        Event events[256];

        if (events_max(&run->layout) > G_N_ELEMENTS(events))
                return;
        while (n-- > 0) {
                size_t n_events = events_enumerate(run->manager, top_level, events);

                if (n_events == 0)
                        return;
                event_perform(run->manager, events[fuzz_random(run, (uint32_t) n_events)]);
                if (MANAGER_CRASHED(run->manager))
                        return;
                world_normalize(&run->layout, run->world, run->scratch);
        }
}

static inline const Profile *fuzz_profile(uint32_t i) {
        size_t n;
        const Profile *p = profiles(&n);

        return p + i % n;
}

static inline uint32_t fuzz_seed(const uint8_t *data, size_t size) {
        uint32_t h = 2166136261U;

        for (size_t i = 0; i < size; i++)
                h = (h ^ data[i]) * 16777619U;
        return h;
}
