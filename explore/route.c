/* SPDX-License-Identifier: MIT */

#include <string.h>

#include "route.h"

static void step_clear(gpointer data) {
        RouteStep *s = data;

        g_clear_pointer(&s->answers, g_free);
        g_clear_pointer(&s->process, g_free);
}

GArray *route_new(void) {
        GArray *route = g_array_new(FALSE, FALSE, sizeof(RouteStep));

        g_array_set_clear_func(route, step_clear);
        return route;
}

void route_append(GArray *route, const RouteStep *step) {
        RouteStep copy = *step;

        copy.answers = g_memdup2(step->answers, step->n_answers * sizeof(Answer));
        copy.process = g_strdup(step->process);
        g_array_append_val(route, copy);
}

GArray *route_from_ordinals(const Search *s, const GArray *ordinals) {
        g_autoptr(Expander) x = expander_new(s->catalog, &s->layout, s->profile);
        g_autoptr(GArray) route = route_new();

        memcpy(x->parent, s->boot, s->layout.size);
        x->top_level = true;
        for (guint i = 0; i < ordinals->len; i++) {
                uint32_t ordinal = g_array_index(ordinals, uint32_t, i);
                Successor successor;

                if (ordinal == UINT32_MAX) {
                        x->top_level = false;
                        continue;
                }
                if (!expander_repeat(x, ordinal, &successor))
                        return NULL;
                route_append(route, &(RouteStep) {
                                            .event = successor.event,
                                            .top_level = x->top_level,
                                            .n_answers = x->script.position,
                                            .answers = x->script.answers,
                                    });
                memcpy(x->parent, x->world, s->layout.size);
        }
        return g_steal_pointer(&route);
}

GArray *search_ordinals_to(const Search *s, StateId id) {
        GArray *ordinals = g_array_new(FALSE, FALSE, sizeof(uint32_t));

        for (const VisitedState *v = visited_get(s->visited, id); v->parent != STATE_NONE;
             v = visited_get(s->visited, v->parent))
                g_array_prepend_val(ordinals, v->ordinal);
        return ordinals;
}
