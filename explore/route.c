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

/* The top level of the route that was made last: all routes of a search begin with it unless orders part them there. */
struct RouteTop {
        GArray *ordinals; /* uint32_t */
        GArray *route;
        World *world; /* after it; NULL: no route was made yet */
};

RouteTop *route_top_new(void) {
        RouteTop *t = g_new0(RouteTop, 1);

        t->ordinals = g_array_new(FALSE, FALSE, sizeof(uint32_t));
        t->route = route_new();
        return t;
}

void route_top_free(RouteTop *t) {
        g_array_unref(t->ordinals);
        g_array_unref(t->route);
        g_free(t->world);
        g_free(t);
}

static void append_steps(GArray *to, const GArray *from) {
        for (guint i = 0; i < from->len; i++)
                route_append(to, &g_array_index(from, RouteStep, i));
}

static void route_top_set(RouteTop *t, const WorldLayout *l, const GArray *ordinals, guint n,
                          const GArray *route, const World *w) {
        g_array_set_size(t->ordinals, 0);
        g_array_append_vals(t->ordinals, ordinals->data, n);
        g_array_set_size(t->route, 0);
        append_steps(t->route, route);
        g_free(t->world);
        t->world = g_memdup2(w, l->size);
}

static bool route_top_is(const RouteTop *t, const GArray *ordinals, guint n) {
        return t->world && t->ordinals->len == n &&
               memcmp(t->ordinals->data, ordinals->data, n * sizeof(uint32_t)) == 0;
}

/* How many ordinals the top level has, up to the mark behind it. */
static guint count_top(const GArray *ordinals) {
        guint n = 0;

        while (n < ordinals->len && g_array_index(ordinals, uint32_t, n) != UINT32_MAX)
                n++;
        return n;
}

static bool append_transition(Expander *x, uint32_t ordinal, GArray *route) {
        Successor successor;

        if (!expander_repeat(x, ordinal, &successor))
                return false;

        route_append(route, &(RouteStep) {
                                    .event = successor.event,
                                    .top_level = x->top_level,
                                    .n_answers = x->script.position,
                                    .answers = x->script.answers,
                            });
        memcpy(x->parent, x->world, x->layout->size);
        return true;
}

/* The first @n of @ordinals, which are those of the top level. */
static bool append_top(const Search *s, Expander *x, const GArray *ordinals, guint n, GArray *route) {
        if (n > 0 && route_top_is(s->route_top, ordinals, n)) {
                append_steps(route, s->route_top->route);
                memcpy(x->parent, s->route_top->world, s->layout.size);
                return true;
        }

        x->top_level = true;
        for (guint i = 0; i < n; i++)
                if (!append_transition(x, g_array_index(ordinals, uint32_t, i), route))
                        return false;

        route_top_set(s->route_top, &s->layout, ordinals, n, route, x->parent);
        return true;
}

GArray *route_from_ordinals(const Search *s, const GArray *ordinals) {
        g_autoptr(Expander) x = expander_new(s->catalog, &s->layout, s->profile);
        g_autoptr(GArray) route = route_new();
        guint n = count_top(ordinals);

        memcpy(x->parent, s->boot, s->layout.size);
        if (!append_top(s, x, ordinals, n, route))
                return NULL;

        x->top_level = false;
        for (guint i = n + 1; i < ordinals->len; i++)
                if (!append_transition(x, g_array_index(ordinals, uint32_t, i), route))
                        return NULL;
        return g_steal_pointer(&route);
}

GArray *search_ordinals_to(const Search *s, StateId id) {
        GArray *ordinals = g_array_new(FALSE, FALSE, sizeof(uint32_t));

        for (const VisitedState *v = visited_get(s->visited, id); v->parent != STATE_NONE;
             v = visited_get(s->visited, v->parent))
                g_array_prepend_val(ordinals, v->ordinal);
        return ordinals;
}
