/* SPDX-License-Identifier: MIT */

#include "rankings.h"

#include <string.h>

void rankings_init(Rankings *r, const Search *s) {
        g_autofree bool *asked = g_new0(bool, s->catalog->n_names);
        g_autoptr(OrderSet) pairs = order_set_new(&s->layout);

        order_set_add(pairs, s->asked);
        order_set_names(pairs, asked);
        *r = (Rankings) {
                .n_names = s->catalog->n_names,
                .wanted = g_array_new(FALSE, FALSE, sizeof(NameId)),
                .n_keys = s->n_keys,
        };
        for (size_t i = 0; i < r->n_names; i++) {
                NameId name = (NameId) i;

                r->asked |= asked[i];
                if (asked[i] || s->catalog->names[i].observed) {
                        g_array_append_val(r->wanted, name);
                        r->orphans |= s->catalog->names[i].is_orphan;
                }
        }
        for (size_t i = 0; i < WORLD_EPOCHS_MAX; i++)
                r->places[i] = g_new0(uint16_t, r->n_names);
}

void rankings_clear(Rankings *r) {
        g_array_unref(r->wanted);
        for (size_t i = 0; i < WORLD_EPOCHS_MAX; i++)
                g_free(r->places[i]);
}

unsigned factorial(unsigned n) {
        return n <= 1 ? 1 : n * factorial(n - 1);
}

unsigned rankings_count(const Rankings *r, guint max_names, unsigned max) {
        unsigned n = 1;

        if (r->wanted->len > max_names)
                return 0;
        for (unsigned key = 0; key < r->n_keys && n <= max; key++)
                n *= factorial(r->wanted->len);
        return n > max ? 0 : n;
}

/* The wanted names in the order number @n, the others behind in their own. */
static void rank_wanted(const Rankings *r, uint16_t *places, unsigned n) {
        g_autoptr(GArray) left = g_array_copy(r->wanted);
        uint16_t place = 0, behind = (uint16_t) left->len;

        for (size_t i = 0; i < r->n_names; i++)
                places[i] = UINT16_MAX;
        for (guint k = left->len; k > 0; n /= k, k--) {
                places[g_array_index(left, NameId, n % k)] = place++;
                g_array_remove_index(left, n % k);
        }
        for (size_t i = 0; i < r->n_names; i++)
                if (places[i] == UINT16_MAX)
                        places[i] = behind++;
}

void rank_number(const Rankings *r, unsigned n) {
        unsigned all = factorial(r->wanted->len);

        for (unsigned key = 0; key < WORLD_EPOCHS_MAX; key++, n /= all)
                rank_wanted(r, r->places[key], n % all);
}

void rank_randomly(const Rankings *r, GRand *rand) {
        for (unsigned key = 0; key < WORLD_EPOCHS_MAX; key++)
                for (size_t i = 0; i < r->n_names; i++) {
                        size_t j = (size_t) g_rand_int_range(rand, 0, (int) i + 1);

                        r->places[key][i] = r->places[key][j];
                        r->places[key][j] = (uint16_t) i;
                }
}

guint fingerprint_hash(gconstpointer p) {
        return (guint) ((const Fingerprint *) p)->low;
}

gboolean fingerprint_equal(gconstpointer a, gconstpointer b) {
        return memcmp(a, b, sizeof(Fingerprint)) == 0;
}

void walk_init(Walk *w, const Catalog *c, const Profile *p, const uint16_t *const *ranks) {
        *w = (Walk) {
                .visited = g_hash_table_new_full(fingerprint_hash, fingerprint_equal, g_free, NULL),
                .todo = g_ptr_array_new_with_free_func(g_free),
                .todo_top = g_ptr_array_new_with_free_func(g_free),
        };
        world_layout(c, &w->layout);
        w->x = expander_new(c, &w->layout, p);
        w->x->properties = UINT16_MAX;
        w->x->ranks = ranks;
}

void walk_clear(Walk *w) {
        g_ptr_array_unref(w->todo);
        g_ptr_array_unref(w->todo_top);
        g_hash_table_unref(w->visited);
        expander_free(w->x);
}

static void visit(Walk *w, const World *world, Fingerprint f) {
        if (!g_hash_table_add(w->visited, g_memdup2(&f, sizeof(f))))
                return;

        if (w->note_world)
                w->note_world(w, world);
        g_ptr_array_add(w->x->top_level ? w->todo_top : w->todo, g_memdup2(world, w->layout.size));
}

static bool add_successor(Expander *x, const Successor *s, void *userdata) {
        uint16_t tests[PROPERTIES_MAX];
        Walk *w = userdata;

        w->note_violations(w, s->reload_violated, x->world);
        if (s->limit) {
                w->limited = true;
                return true;
        }
        w->note_violations(w, check_state(x, UINT16_MAX, tests), x->world);
        visit(w, x->world, s->fingerprint);
        return true;
}

static void expand(Walk *w, GPtrArray *todo) {
        g_autofree World *world = g_ptr_array_steal_index_fast(todo, todo->len - 1);
        Expander *x = w->x;

        x->top_level = todo == w->todo_top;
        memcpy(x->parent, world, w->layout.size);
        expander_run(x, expander_fingerprint(x, world), add_successor, w);
        if (!x->top_level || x->n_events > 0 || world->crashed != CRASH_NONE)
                return;

        x->top_level = false;
        visit(w, world, expander_fingerprint(x, world));
}

bool walk_run(Walk *w, unsigned max) {
        Expander *x = w->x;

        expander_boot(x);
        x->top_level = true;
        visit(w, x->parent, expander_fingerprint(x, x->parent));
        while (w->todo_top->len > 0 || w->todo->len > 0) {
                if (g_hash_table_size(w->visited) > max)
                        return false;
                expand(w, w->todo_top->len > 0 ? w->todo_top : w->todo);
        }
        return true;
}
