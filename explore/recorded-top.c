/* SPDX-License-Identifier: MIT */

#include <string.h>

#include "recorded-top.h"

RecordedTop *recorded_top_new(void) {
        return g_new0(RecordedTop, 1);
}

static void clear(RecordedTop *t) {
        g_clear_pointer(&t->route, g_array_unref);
        g_clear_pointer(&t->events, g_ptr_array_unref);
        g_clear_pointer(&t->world, g_free);
}

void recorded_top_free(RecordedTop *t) {
        if (!t)
                return;

        clear(t);
        g_free(t);
}

guint recorded_top_length(const GArray *route) {
        guint n = 0;

        while (n + 1 < route->len && g_array_index(route, RouteStep, n).top_level &&
               !g_array_index(route, RouteStep, n).skipped)
                n++;
        return n;
}

static bool same_step(const RouteStep *a, const RouteStep *b) {
        if (a->event.kind != b->event.kind || a->event.actor != b->event.actor || a->n_answers != b->n_answers)
                return false;

        for (unsigned i = 0; i < a->n_answers; i++) {
                const Answer *x = a->answers + i, *y = b->answers + i;

                if (x->kind != y->kind || x->n != y->n || x->answer != y->answer)
                        return false;
        }
        return true;
}

bool recorded_top_use(const RecordedTop *t, const WorldLayout *l, const GArray *route, guint n, TraceRun *run,
                      World *w) {
        if (!t->route || t->route->len != n)
                return false;
        for (guint i = 0; i < n; i++)
                if (!same_step(&g_array_index(t->route, RouteStep, i), &g_array_index(route, RouteStep, i)))
                        return false;

        for (guint i = 0; i < n; i++)
                g_ptr_array_add(run->events, trace_event_ref(t->events->pdata[i]));
        memcpy(w, t->world, l->size);
        return true;
}

void recorded_top_set(RecordedTop *t, const WorldLayout *l, const GArray *route, guint n, const TraceRun *run,
                      const World *w, uint32_t violated) {
        clear(t);
        t->route = route_new();
        t->events = g_ptr_array_new_with_free_func(trace_event_unref);
        for (guint i = 0; i < n; i++) {
                route_append(t->route, &g_array_index(route, RouteStep, i));
                g_ptr_array_add(t->events, trace_event_ref(run->events->pdata[run->events->len - n + i]));
        }
        t->world = g_memdup2(w, l->size);
        t->violated = violated;
}
