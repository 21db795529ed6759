/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "lab/order.h"
#include "traces/observe.h"
#include "traces/scenario.h"

static void neighbours_free(gpointer p) {
        Neighbours *n = p;

        g_free(n->first);
        g_free(n->second);
        g_free(n);
}

static void add_once(GPtrArray *names, char *name) {
        if (!g_ptr_array_find_with_equal_func(names, name, g_str_equal, NULL))
                g_ptr_array_add(names, name);
}

static bool was_read(const TraceEvent *e, const char *name) {
        for (unsigned i = 0; i < e->entries->len; i++)
                if (g_str_equal(((const TraceEntry *) e->entries->pdata[i])->name, name))
                        return true;
        return false;
}

/* What is in the stream and was never read as an entry was swallowed by the one before it, itself swallowed or not. In the model that is the scenario's
 * next unit, in reality whatever unit comes next. */
static void add_neighbours(WantedOrder *o, const Catalog *c, const TraceEvent *e) {
        g_autoptr(GPtrArray) entries = observe_stream(c, e->stream, strlen(e->stream));
        g_autofree char *before = NULL;

        for (unsigned i = 0; i < entries->len; i++) {
                const char *entry = entries->pdata[i];
                char *name = g_strndup(entry, strcspn(entry, "\n"));

                if (before && !was_read(e, name)) {
                        Neighbours *n = g_new(Neighbours, 1);

                        *n = (Neighbours) { .first = g_strdup(before), .second = g_strdup(name) };
                        g_ptr_array_add(o->neighbours, n);
                        add_once(o->names, n->first);
                        add_once(o->names, n->second);
                }
                g_free(before);
                before = name;
        }
}

WantedOrder *wanted_order_new(const Trace *t, const TraceRun *run) {
        g_autoptr(Catalog) c = scenario_parse(t->scenario, t->text, strlen(t->text), NULL, NULL);
        WantedOrder *o = g_new(WantedOrder, 1);

        *o = (WantedOrder) {
                .run = run,
                .names = g_ptr_array_new(),
                .neighbours = g_ptr_array_new_with_free_func(neighbours_free),
        };
        for (unsigned i = 0; i < run->orders->len; i++) {
                const TraceOrder *pair = run->orders->pdata[i];

                if (pair->key != 0)
                        continue;
                add_once(o->names, pair->first);
                add_once(o->names, pair->second);
        }
        for (unsigned i = 0; c && i < run->events->len; i++) {
                const TraceEvent *e = run->events->pdata[i];

                if (e->stream && e->entries)
                        add_neighbours(o, c, e);
        }
        return o;
}

void wanted_order_free(WantedOrder *o) {
        if (!o)
                return;
        g_ptr_array_unref(o->names);
        g_ptr_array_unref(o->neighbours);
        g_free(o);
}

static int place_of(char *const *order, const char *name) {
        for (int i = 0; order[i]; i++)
                if (g_str_equal(order[i], name))
                        return i;
        return -1;
}

bool wanted_order_fits(const WantedOrder *o, char *const *order) {
        for (unsigned i = 0; i < o->run->orders->len; i++) {
                const TraceOrder *pair = o->run->orders->pdata[i];
                int first = place_of(order, pair->first), second = place_of(order, pair->second);

                if (pair->key == 0 && first >= 0 && second >= 0 && first > second)
                        return false;
        }
        return true;
}

bool wanted_order_fits_table(const WantedOrder *o, char *const *table) {
        for (unsigned i = 0; i < o->neighbours->len; i++) {
                const Neighbours *n = o->neighbours->pdata[i];

                if (place_of(table, n->first) + 1 != place_of(table, n->second))
                        return false;
        }
        return wanted_order_fits(o, table);
}
