/* SPDX-License-Identifier: MIT */

/* Units that nothing needs any more leave memory: unit.c:unit_may_gc, manager.c:unit_gc_sweep. */

#include <errno.h>
#include <string.h>

#include "job.h"
#include "unit.h"

static bool unit_success_failure_handler_has_jobs(Manager *m, const Unit *u) {
        DependencyIterator i = { .types = BIT(UNIT_ON_SUCCESS) | BIT(UNIT_ON_FAILURE) };
        Unit *other;

        while ((other = unit_next_dependency(m, u, &i)))
                if (other->job.installed || other->nop_job.installed)
                        return true;

        return false;
}

bool unit_may_gc(Manager *m, Unit *u) {
        UnitActiveState state;
        int r;

        if (u->job.installed || u->nop_job.installed)
                return false;

        /* Before there was a queue for it, asking was what released the resources [252]. */
        state = unit_active_state(m, u);
        if (!m->profile->release_resources_queue && UNIT_IS_INACTIVE_OR_FAILED(state) &&
            unit_vtable(u)->release_resources)
                unit_vtable(u)->release_resources(m, u);

        if (u->flags & UNIT_PERPETUAL)
                return false;

        if (m->profile->gc_waits_for_queues && unit_in_queue(u, QUEUE_CGROUP_EMPTY))
                return false;

        if (u->flags & UNIT_BUS_TRACKED)
                return false;

        if (state != UNIT_INACTIVE && !(state == UNIT_FAILED && u->collect_mode == COLLECT_INACTIVE_OR_FAILED))
                return false;

        if (unit_success_failure_handler_has_jobs(m, u))
                return false;

        /* -ENXIO: there is no cgroup. */
        r = unit_cgroup_is_empty(m, u);
        if (r <= 0 && r != -ENXIO)
                return false;

        return !unit_vtable(u)->may_gc || unit_vtable(u)->may_gc(m, u);
}

void unit_add_to_cleanup_queue(Manager *m, Unit *u) {
        manager_queue_add(m, QUEUE_CLEANUP, u);
}

void unit_add_to_gc_queue(Manager *m, Unit *u) {
        if (!u->in_use || unit_in_queue(u, QUEUE_GC) || unit_in_queue(u, QUEUE_CLEANUP))
                return;

        if (!unit_may_gc(m, u))
                return;

        manager_queue_add(m, QUEUE_GC, u);
}

typedef enum GcMark {
        GC_UNKNOWN,
        GC_IN_PATH, /* we are just looking at what refers to it */
        GC_UNSURE,
        GC_GOOD,
        GC_BAD,
} GcMark;

static void unit_gc_mark_good(Manager *m, const Unit *u, uint8_t *marks) {
        DependencyIterator i = { .types = BIT(UNIT_REFERENCES) };
        Unit *other;

        marks[unit_slot(m, u)] = GC_GOOD;

        while ((other = unit_next_dependency(m, u, &i)))
                if (marks[unit_slot(m, other)] == GC_UNSURE)
                        unit_gc_mark_good(m, other, marks);
}

static void unit_gc_sweep(Manager *m, Unit *u, uint8_t *marks);

/* What those that refer to @u say: the best of their marks, where a unit that is not decided counts as unsure. */
static GcMark unit_gc_sweep_referrers(Manager *m, const Unit *u, uint8_t *marks) {
        DependencyIterator i = { .types = BIT(UNIT_REFERENCED_BY) };
        GcMark mark = GC_BAD;
        Unit *other;

        while ((other = unit_next_dependency(m, u, &i))) {
                unit_gc_sweep(m, other, marks);

                if (marks[unit_slot(m, other)] == GC_GOOD)
                        return GC_GOOD;
                if (marks[unit_slot(m, other)] != GC_BAD)
                        mark = GC_UNSURE;
        }

        return mark;
}

static void unit_gc_sweep(Manager *m, Unit *u, uint8_t *marks) {
        uint8_t *mark = marks + unit_slot(m, u);

        if (*mark != GC_UNKNOWN)
                return;

        if (unit_in_queue(u, QUEUE_CLEANUP))
                *mark = GC_BAD;
        else if (!unit_may_gc(m, u))
                *mark = GC_GOOD;
        else {
                *mark = GC_IN_PATH;
                *mark = (uint8_t) unit_gc_sweep_referrers(m, u, marks);
        }

        if (*mark == GC_GOOD)
                unit_gc_mark_good(m, u, marks);
        else if (*mark == GC_BAD)
                unit_add_to_cleanup_queue(m, u);
        else
                unit_add_to_gc_queue(m, u);
}

unsigned manager_dispatch_gc_unit_queue(Manager *m) {
        uint8_t *marks = g_newa(uint8_t, m->layout->n_units);
        unsigned n = 0;
        Unit *u;

        memset(marks, GC_UNKNOWN, m->layout->n_units);

        while ((u = manager_queue_pop(m, QUEUE_GC))) {
                uint8_t *mark = marks + unit_slot(m, u);

                unit_gc_sweep(m, u, marks);

                /* The sweep may have queued the unit itself again, which is settled with what comes now. */
                manager_queue_remove(m, QUEUE_GC, u);
                n++;

                if (*mark == GC_BAD || *mark == GC_UNSURE) {
                        *mark = GC_BAD;
                        unit_add_to_cleanup_queue(m, u);
                }
        }

        return n;
}

unsigned manager_dispatch_cleanup_queue(Manager *m) {
        unsigned n = 0;
        Unit *u;

        while ((u = manager_queue_pop(m, QUEUE_CLEANUP))) {
                manager_note(m, "manager_dispatch_cleanup_queue", u, "leaves memory");
                unit_free(m, u);
                n++;
        }

        return n;
}
