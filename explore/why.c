/* SPDX-License-Identifier: MIT */

#include <string.h>

#include "other-run.h"
#include "record.h"
#include "why.h"

/* What the run knows of the order, as rows of world_order(). */
static uint64_t *rows_of_run(const Search *s, const TraceRun *run) {
        g_autofree World *w = world_new(&s->layout);
        size_t size = world_order_size(&s->layout) * sizeof(uint64_t);

        for (guint i = 0; i < run->orders->len; i++) {
                const TraceOrder *o = run->orders->pdata[i];

                world_order_decide(&s->layout, w, o->key, catalog_find_name(s->catalog, o->first),
                                   catalog_find_name(s->catalog, o->second));
        }
        return g_memdup2(world_order(&s->layout, w), size);
}

static bool condition_mentions(const OrderCondition *c, const Catalog *catalog, const char *name) {
        NameId id = name ? catalog_find_name(catalog, name) : ID_NONE;

        for (guint i = 0; i < c->terms->len && id != ID_NONE; i++) {
                const GArray *term = c->terms->pdata[i];

                for (guint j = 0; j < term->len; j++) {
                        const OrderLiteral *l = &g_array_index(term, OrderLiteral, j);

                        if (l->first == id || l->second == id)
                                return true;
                }
        }
        return false;
}

static const char *step_of_function(const char *where) {
        static const char *const steps[][2] = {
                { "manager_serialize", "serialized" },
                { "manager_coldplug", "coldplugged" },
        };

        for (size_t i = 0; i < G_N_ELEMENTS(steps); i++)
                if (strcmp(where, steps[i][0]) == 0)
                        return steps[i][1];
        return NULL;
}

/* Which step of the reload asked for the order of the names that decide. */
static const char *find_step(const OrderCondition *c, const Catalog *catalog, const Trace *t) {
        const char *step = NULL;

        for (guint i = 0; t && i < t->run.events->len; i++) {
                const TraceEvent *e = t->run.events->pdata[i];

                for (guint j = 0; j < e->choices->len; j++) {
                        const TraceChoice *choice = e->choices->pdata[j];
                        bool about = choice->kind == CHOICE_ORDER
                                             ? condition_mentions(c, catalog, choice->first) &&
                                                       condition_mentions(c, catalog, choice->second)
                                             : condition_mentions(c, catalog, choice->name);

                        if (!choice_is_order(choice->kind) || !about)
                                continue;
                        const char *now = step_of_function(choice->where);
                        if (!now || (step && strcmp(step, now) != 0))
                                return NULL;
                        step = now;
                }
        }
        return step;
}

static char *say_condition(const Why *w, const char *what) {
        const char *place = w->step ? "" : "in the unit table ";

        switch (w->condition->kind) {
        case CONDITION_NEVER:
                return g_strdup_printf("%s under no order.", what);
        case CONDITION_ALWAYS:
                return g_strdup_printf("%s whatever the order.", what);
        case CONDITION_WHEN:
                return g_strdup_printf("%s exactly when %s%s.", what, place, w->text);
        case CONDITION_UNLESS:
                return g_strdup_printf("%s unless %s%s.", what, place, w->text);
        default:
                return g_strdup_printf("%s under some orders; what decides is too much to say.", what);
        }
}

/* The pairs that are the other way round, as a condition that they all have to hold. */
static char *say_swapped(const Why *w, const Search *s) {
        g_autoptr(GPtrArray) terms = g_ptr_array_new();
        OrderCondition c = { .kind = CONDITION_WHEN, .terms = terms };

        g_ptr_array_add(terms, w->closest->swapped);
        return order_condition_text(&c, s->catalog, s->n_keys, w->step);
}

static bool condition_has_name(const OrderCondition *c, unsigned key, NameId name) {
        for (guint i = 0; i < c->terms->len; i++) {
                const GArray *term = c->terms->pdata[i];

                for (guint j = 0; j < term->len; j++) {
                        const OrderLiteral *l = &g_array_index(term, OrderLiteral, j);

                        if (l->key == key && (l->first == name || l->second == name))
                                return true;
                }
        }
        return false;
}

/* The names that decide, in the closest order. */
static GArray *deciding_names(const Why *w, unsigned key) {
        g_autoptr(GArray) all = closest_order_names(w->closest, key, true);
        GArray *names = g_array_new(FALSE, FALSE, sizeof(NameId));

        for (guint i = 0; i < all->len; i++)
                if (condition_has_name(w->condition, key, g_array_index(all, NameId, i)))
                        g_array_append_val(names, g_array_index(all, NameId, i));
        return names;
}

/* The whole order, where the pairs that have changed do not say it all. */
static char *say_full_order(const Why *w, const Search *s) {
        static const char *const places[] = { "before the reexec ", "after it ", "after the next one ",
                                              "after the one after that " };
        GString *text = g_string_new(NULL);
        unsigned n_names = 0;

        for (unsigned key = 0; key < WORLD_EPOCHS_MAX; key++) {
                g_autoptr(GArray) names = deciding_names(w, key);
                g_autofree char *list = order_names_text(s->catalog, names);

                n_names += names->len;
                if (names->len > 0)
                        g_string_append_printf(text, "%s%s%s", text->len == 0 ? "; the order is " : "; ",
                                               s->n_keys > 1 ? places[key] : "", list);
        }
        if (n_names <= 2)
                g_string_truncate(text, 0);
        return g_string_free(text, FALSE);
}

static char *say_closest(const Why *w, const Search *s) {
        const ClosestOrder *c = w->closest;
        g_autofree char *swapped = NULL, *order = NULL, *swaps = NULL;

        if (!c->found || c->n_swaps == 0)
                return NULL;
        swapped = say_swapped(w, s);
        order = say_full_order(w, s);
        swaps = c->n_swaps == 1 ? g_strdup("One swap of neighbours in the order is")
                                : g_strdup_printf("%s%u swaps of neighbours in the order are",
                                                  c->exact ? "" : "At most ", c->n_swaps);
        return g_strdup_printf("%s enough to avoid it: then %s%s.", swaps, swapped, order);
}

static Why *why_new(const Search *s, const OrderSet *orders, const Trace *t, const char *what) {
        Why *w = g_new0(Why, 1);
        g_autofree uint64_t *rows = rows_of_run(s, &t->run);

        w->condition = order_condition_new(orders);
        w->step = find_step(w->condition, s->catalog, t);
        w->text = order_condition_text(w->condition, s->catalog, s->n_keys, w->step);
        w->sentence = say_condition(w, what);
        w->closest = closest_order_new(orders, rows);
        w->closest_sentence = say_closest(w, s);
        return w;
}

Why *why_violated(const Search *s, const OrderSet *orders, const Trace *t) {
        return why_new(s, orders, t, "Violated");
}

Why *why_apart(const Search *s, const Lockstep *k, const Trace *t) {
        return k->violated ? why_new(s, k->apart, t, "This schedule comes to another end") : NULL;
}

void why_free(Why *w) {
        if (!w)
                return;

        order_condition_free(w->condition);
        closest_order_free(w->closest);
        g_free(w->text);
        g_free(w->sentence);
        g_free(w->closest_sentence);
        g_free(w);
}

bool why_add_other_run(const Search *s, unsigned property, const GArray *route, const Why *w, Trace *t) {
        g_autoptr(GArray) other = NULL;

        if (!w->closest->found || t->has_other)
                return false;
        other = other_run_route(s, route, &t->run, w->closest);
        return record_other(s, property, route, other, t);
}
