/* SPDX-License-Identifier: MIT */

#include <string.h>

#include "lockstep-internal.h"

/* Splits worlds by orders, and answers all else as the schedule says. */
typedef struct LockstepChooser {
        Script script; /* first: the answers about orders */
        FixedAnswers fixed;
} LockstepChooser;

typedef struct Stepper {
        const Search *search;
        Lockstep *result;
        Manager *m;
        World *world, *parent, *scratch;
        LockstepChooser chooser;
        WorldPool pool;
        Visited *visited; /* macro-states */
        GArray *moves;    /* Move, by macro-state: the one that led to it */
        GArray *answers;  /* uint16_t */
        GArray *now,
                *next;  /* uint32_t: macro-states on the frontier, each with its number of worlds and these */
        GArray *roots;  /* as the frontier: those at which the top level is over */
        GArray *worlds; /* WorldId: of the macro-state that is being made */
        Event *events;
        StateId best; /* the macro-state that tells most orders apart */
        WorldId best_run, best_other;
        bool top_level;
} Stepper;

static unsigned lockstep_choose(Chooser *self, Manager *m, const Choice *c) {
        LockstepChooser *k = (LockstepChooser *) (void *) self;

        if (c->n <= 1)
                return 0;
        return choice_is_order(c->kind) ? script_choose(self, m, c) : fixed_answer(&k->fixed, c);
}

static void perform_top_level(Stepper *r) {
        Event e;
        bool done = false;

        for (unsigned i = 0; i < TOP_EVENTS_MAX; i++) {
                if (events_enumerate(r->m, true, &e) == 0 || (e.kind == EVENT_TOP && done))
                        return;
                done = done || e.kind == EVENT_TOP;
                event_perform(r->m, e);
        }
        r->world->flags |= WORLD_LIMIT;
}

static void add_world(Stepper *r, WorldId id) {
        for (guint i = 0; i < r->worlds->len; i++)
                if (g_array_index(r->worlds, WorldId, i) == id)
                        return;
        g_array_append_val(r->worlds, id);
}

/* Adds what becomes of the world @id by @move, under each order. */
static void move_world(Stepper *r, WorldId id, const Move *move) {
        const WorldLayout *l = &r->search->layout;
        Event e = {};

        world_pool_get(&r->pool, id, r->parent);
        memcpy(r->world, r->parent, l->size);
        if (move->kind == MOVE_TOP ? r->world->crashed != CRASH_NONE : !move_to_event(r->m, move, &e)) {
                add_world(r, id);
                return;
        }

        script_reset(&r->chooser.script);
        do {
                memcpy(r->world, r->parent, l->size);
                r->chooser.fixed.position = 0;
                if (move->kind == MOVE_TOP)
                        perform_top_level(r);
                else
                        event_perform(r->m, e);
                world_normalize(l, r->world, r->scratch);
                if (r->chooser.script.overflow || r->chooser.fixed.overflow ||
                    (r->world->flags & WORLD_LIMIT) != 0) {
                        r->result->n_limited++;
                        continue;
                }
                add_world(r, world_pool_add(&r->pool, r->m));
        } while (script_next(&r->chooser.script));
}

static int compare_ids(gconstpointer a, gconstpointer b) {
        WorldId x = *(const WorldId *) a, y = *(const WorldId *) b;

        return (x > y) - (x < y);
}

static Fingerprint macro_fingerprint(const GArray *worlds) {
        Fingerprint f = { UINT64_C(0x243f6a8885a308d3), UINT64_C(0x13198a2e03707344) };

        for (guint i = 0; i < worlds->len; i++) {
                uint64_t id = g_array_index(worlds, WorldId, i) + 1;

                f.low = (f.low ^ id) * UINT64_C(0x9e3779b97f4a7c15);
                f.low ^= f.low >> 31;
                f.high = (f.high + id) * UINT64_C(0xd6e8feb86659fd93);
                f.high ^= f.high >> 32;
        }
        return f;
}

static void put_on_frontier(GArray *frontier, StateId id, const GArray *worlds) {
        uint32_t n = worlds->len;

        g_array_append_val(frontier, id);
        g_array_append_val(frontier, n);
        g_array_append_vals(frontier, worlds->data, n);
}

/* The orders of equal observable states, put together, largest first in @ret_max. False: they do not add up. */
static bool measure_classes(Stepper *r, mpq_t ret_max, WorldId *ret_largest, WorldId *ret_other) {
        g_autoptr(GHashTable) seen = g_hash_table_new(NULL, NULL);
        mpq_t sum, all, part, second;
        bool ok = true;

        mpq_inits(sum, all, part, second, NULL);
        mpq_set_ui(ret_max, 0, 1);
        *ret_largest = *ret_other = g_array_index(r->worlds, WorldId, 0);
        for (guint i = 0; i < r->worlds->len; i++) {
                uint32_t observable = pooled_world(&r->pool, g_array_index(r->worlds, WorldId, i))->observable;

                if (!g_hash_table_add(seen, GUINT_TO_POINTER(observable)))
                        continue;
                mpq_set_ui(sum, 0, 1);
                for (guint j = i; j < r->worlds->len; j++) {
                        WorldId id = g_array_index(r->worlds, WorldId, j);

                        if (pooled_world(&r->pool, id)->observable != observable)
                                continue;
                        ok = world_pool_measure(&r->pool, id, r->parent, part) >= 0 && ok;
                        mpq_add(sum, sum, part);
                }
                mpq_add(all, all, sum);
                if (mpq_cmp(sum, ret_max) > 0) {
                        mpq_set(second, ret_max);
                        mpq_set(ret_max, sum);
                        *ret_other = *ret_largest;
                        *ret_largest = g_array_index(r->worlds, WorldId, i);
                        if (mpq_sgn(second) == 0)
                                *ret_other = *ret_largest;
                } else if (mpq_cmp(sum, second) > 0) {
                        mpq_set(second, sum);
                        *ret_other = g_array_index(r->worlds, WorldId, i);
                }
        }
        ok = ok && mpq_cmp_ui(all, 1, 1) == 0;
        mpq_clears(sum, all, part, second, NULL);
        return ok;
}

static void note_orders_apart(Stepper *r, WorldId largest) {
        const WorldLayout *l = &r->search->layout;
        uint32_t observable = pooled_world(&r->pool, largest)->observable;

        order_set_free(r->result->apart);
        r->result->apart = order_set_new(l);
        for (guint i = 0; i < r->worlds->len; i++) {
                WorldId id = g_array_index(r->worlds, WorldId, i);

                if (pooled_world(&r->pool, id)->observable == observable)
                        continue;
                world_pool_get(&r->pool, id, r->parent);
                order_set_add(r->result->apart, world_order(l, r->parent));
        }
}

static bool is_crashed(Stepper *r, WorldId id) {
        world_pool_get(&r->pool, id, r->parent);
        return r->parent->crashed != CRASH_NONE;
}

/* The schedule has come to rest: how many orders does it tell apart? */
static void compare_worlds(Stepper *r, StateId macro) {
        Lockstep *k = r->result;
        bool differ = false, reloaded = false;
        WorldId largest, other;
        uint32_t first = 0;
        mpq_t part, half;

        for (guint i = 0; i < r->worlds->len; i++) {
                WorldId id = g_array_index(r->worlds, WorldId, i);
                uint32_t observable;

                world_pool_get(&r->pool, id, r->world);
                observable = world_pool_observable(&r->pool, id, r->m);
                first = i == 0 ? observable : first;
                differ = differ || observable != first;
                reloaded = reloaded || pooled_world(&r->pool, id)->reloaded;
        }
        k->n_tests += reloaded;
        if (!differ)
                return;

        mpq_inits(part, half, NULL);
        mpq_set_ui(half, 1, 2);
        k->uncountable = !measure_classes(r, part, &largest, &other) || k->uncountable;
        mpz_sub(mpq_numref(part), mpq_denref(part), mpq_numref(part));
        if (is_crashed(r, largest) && !is_crashed(r, other) && mpq_cmp(part, half) == 0) {
                WorldId swap = largest;

                largest = other; /* equally large: what is shown shall be the crash */
                other = swap;
        }
        if (!k->violated || mpq_cmp(part, k->fraction) > 0) {
                k->violated = true;
                mpq_set(k->fraction, part);
                r->best = macro;
                r->best_run = other;
                r->best_other = largest;
                note_orders_apart(r, largest);
        }
        mpq_clears(part, half, NULL);
}

static bool all_at_rest(const Stepper *r) {
        for (guint i = 0; i < r->worlds->len; i++)
                if (!pooled_world(&r->pool, g_array_index(r->worlds, WorldId, i))->at_rest)
                        return false;
        return true;
}

/* r->worlds is what @move makes of the macro-state @parent. */
static void add_macro_state(Stepper *r, StateId parent, Move move) {
        const SearchOptions *o = r->search->options;
        bool fresh;

        g_array_sort(r->worlds, compare_ids);
        VisitedState state = { .fingerprint = macro_fingerprint(r->worlds), .parent = parent };
        if (r->top_level) /* as in expander_fingerprint() */
                state.fingerprint.low = ~state.fingerprint.low;
        StateId id = visited_add(r->visited, &state, &fresh);
        if (!fresh)
                return;

        move.answers = r->answers->len;
        move.n_answers = r->chooser.fixed.n;
        g_array_append_vals(r->answers, r->chooser.fixed.answer, r->chooser.fixed.n);
        g_array_append_val(r->moves, move);
        put_on_frontier(r->next, id, r->worlds);
        if (!r->top_level && all_at_rest(r))
                compare_worlds(r, id);

        if (o->max_states != 0 && visited_size(r->visited) >= o->max_states)
                r->result->end = SEARCH_MAX_STATES;
        else if (o->max_memory != 0 && world_pool_memory(&r->pool) + visited_memory(r->visited) > o->max_memory)
                r->result->end = SEARCH_MAX_MEMORY;
        else if (o->interrupted && o->interrupted())
                r->result->end = SEARCH_INTERRUPTED;
}

static void make_move(Stepper *r, StateId macro, const WorldId *worlds, guint n, Move move) {
        r->chooser.fixed = (FixedAnswers) {};
        do {
                g_array_set_size(r->worlds, 0);
                for (guint i = 0; i < n; i++)
                        move_world(r, worlds[i], &move);
                if (r->worlds->len > 0)
                        add_macro_state(r, macro, move);
        } while (fixed_next(&r->chooser.fixed) && r->result->end == SEARCH_COMPLETE);
}

static Move event_to_move(const Stepper *r, Event e) {
        const Process *p;

        switch ((EventKind) e.kind) {
        case EVENT_STATEMENT:
                return (Move) { .kind = MOVE_STATEMENT, .client = e.actor };
        case EVENT_EXIT:
                p = r->m->processes + e.actor - 1;
                return (Move) { .kind = MOVE_EXIT,
                                .tag = p->tag,
                                .number = world_instances(r->m->layout, r->world)[e.actor - 1] };
        default:
                return (Move) { .kind = MOVE_DISPATCH };
        }
}

static bool same_move(const Move *a, const Move *b) {
        return a->kind == b->kind && a->client == b->client && a->tag == b->tag && a->number == b->number;
}

/* All moves that are possible in one of the worlds. */
static void list_moves(Stepper *r, const WorldId *worlds, guint n, GArray *moves) {
        for (guint i = 0; i < n; i++) {
                world_pool_get(&r->pool, worlds[i], r->world);
                size_t n_events = events_enumerate(r->m, false, r->events);

                for (size_t j = 0; j < n_events; j++) {
                        Move move = event_to_move(r, r->events[j]);
                        bool known = false;

                        for (guint k = 0; k < moves->len && !known; k++)
                                known = same_move(&g_array_index(moves, Move, k), &move);
                        if (!known)
                                g_array_append_val(moves, move);
                }
        }
}

static void report_progress(const Stepper *r) {
        const SearchOptions *o = r->search->options;

        if (o->progress)
                o->progress(&(SearchProgress) { .n_states = visited_size(r->visited),
                                                .n_frontier = r->now->len / 2,
                                                .comparing = true },
                            o->userdata);
}

static bool is_same_set(const GArray *worlds, const WorldId *ids, guint n) {
        return worlds->len == n && memcmp(worlds->data, ids, n * sizeof(WorldId)) == 0;
}

static void expand_frontier(Stepper *r) {
        g_autoptr(GArray) moves = g_array_new(FALSE, FALSE, sizeof(Move));

        for (guint i = 0; i < r->now->len && r->result->end == SEARCH_COMPLETE;) {
                const uint32_t *entry = &g_array_index(r->now, uint32_t, i);
                StateId macro = entry[0];
                guint n = entry[1];

                g_array_set_size(moves, 0);
                if (r->top_level)
                        g_array_append_val(moves, ((Move) { .kind = MOVE_TOP }));
                else
                        list_moves(r, entry + 2, n, moves);
                for (guint j = 0; j < moves->len && r->result->end == SEARCH_COMPLETE; j++)
                        make_move(r, macro, entry + 2, n, g_array_index(moves, Move, j));
                if (r->top_level && is_same_set(r->worlds, entry + 2, n))
                        g_array_append_vals(r->roots, entry, 2 + n); /* nothing was left to do */
                i += 2 + n;
                if (i % 1024 < 2 + n)
                        report_progress(r);
        }
}

static void next_level(Stepper *r) {
        GArray *old = r->now;

        r->now = r->next;
        r->next = old;
        g_array_set_size(r->next, 0);
}

/* The same sets of worlds once more, as those from which the clients start. */
static void start_clients(Stepper *r) {
        r->top_level = false;
        r->chooser.fixed = (FixedAnswers) {};
        for (guint i = 0; i < r->roots->len; i += 2 + g_array_index(r->roots, uint32_t, i + 1)) {
                const uint32_t *entry = &g_array_index(r->roots, uint32_t, i);

                g_array_set_size(r->worlds, 0);
                g_array_append_vals(r->worlds, entry + 2, entry[1]);
                /* A move that is none: nothing was done, and the route leaves it out. */
                add_macro_state(r, entry[0], (Move) { .kind = MOVE_DISPATCH, .client = ID_NONE });
        }
        next_level(r);
}

static void explore(Stepper *r) {
        manager_bind(r->m, r->world);
        memcpy(r->world, r->search->boot, r->search->layout.size);
        WorldId boot = world_pool_add(&r->pool, r->m);
        g_array_append_val(r->worlds, boot);
        r->top_level = true;
        add_macro_state(r, STATE_NONE, (Move) { .kind = MOVE_TOP, .client = ID_NONE });
        next_level(r);

        while (r->now->len > 0 && r->result->end == SEARCH_COMPLETE) {
                expand_frontier(r);
                next_level(r);
        }
        if (r->result->end != SEARCH_COMPLETE)
                return;
        start_clients(r);
        for (unsigned depth = 1; r->now->len > 0 && r->result->end == SEARCH_COMPLETE; depth++) {
                if (r->search->options->max_depth != 0 && depth > r->search->options->max_depth) {
                        r->result->end = SEARCH_MAX_DEPTH;
                        return;
                }
                expand_frontier(r);
                next_level(r);
        }
}

/* The schedule that led to the macro-state. */
static GArray *moves_to(const Stepper *r, StateId macro) {
        GArray *moves = g_array_new(FALSE, FALSE, sizeof(Move));

        for (StateId id = macro; id != STATE_NONE; id = visited_get(r->visited, id)->parent) {
                const Move *move = &g_array_index(r->moves, Move, id);

                if (move->client != ID_NONE)
                        g_array_prepend_val(moves, *move);
        }
        return moves;
}

static void make_routes(Stepper *r) {
        Lockstep *k = r->result;
        const WorldLayout *l = &r->search->layout;

        if (!k->violated)
                return;

        g_autoptr(GArray) moves = moves_to(r, r->best);
        for (guint i = 0; i < moves->len; i++)
                k->length += g_array_index(moves, Move, i).kind != MOVE_TOP;
        world_pool_get(&r->pool, r->best_run, r->world);
        k->run = lockstep_route(r->search, moves, r->answers, world_order(l, r->world));
        world_pool_get(&r->pool, r->best_other, r->world);
        k->other = lockstep_route(r->search, moves, r->answers, world_order(l, r->world));
}

Lockstep *lockstep_run(const Search *s) {
        Lockstep *k = g_new0(Lockstep, 1);
        Stepper r = {
                .search = s,
                .result = k,
                .m = manager_new(s->catalog, &s->layout, s->profile),
                .world = world_new(&s->layout),
                .parent = world_new(&s->layout),
                .scratch = world_new(&s->layout),
                .visited = visited_new(),
                .moves = g_array_new(FALSE, FALSE, sizeof(Move)),
                .answers = g_array_new(FALSE, FALSE, sizeof(uint16_t)),
                .now = g_array_new(FALSE, FALSE, sizeof(uint32_t)),
                .next = g_array_new(FALSE, FALSE, sizeof(uint32_t)),
                .roots = g_array_new(FALSE, FALSE, sizeof(uint32_t)),
                .worlds = g_array_new(FALSE, FALSE, sizeof(WorldId)),
                .events = g_new(Event, events_max(&s->layout)),
        };

        mpq_init(k->fraction);
        script_init(&r.chooser.script);
        r.chooser.script.chooser = (Chooser) { .choose = lockstep_choose };
        r.m->chooser = &r.chooser.script.chooser;
        world_pool_init(&r.pool, &s->layout, s->boot);

        explore(&r);
        make_routes(&r);
        k->n_macro_states = visited_size(r.visited);

        world_pool_clear(&r.pool);
        visited_free(r.visited);
        g_array_unref(r.moves);
        g_array_unref(r.answers);
        g_array_unref(r.now);
        g_array_unref(r.next);
        g_array_unref(r.roots);
        g_array_unref(r.worlds);
        g_free(r.events);
        g_free(r.world);
        g_free(r.parent);
        g_free(r.scratch);
        manager_free(r.m);
        return k;
}

void lockstep_free(Lockstep *k) {
        if (!k)
                return;

        g_clear_pointer(&k->run, g_array_unref);
        g_clear_pointer(&k->other, g_array_unref);
        order_set_free(k->apart);
        mpq_clear(k->fraction);
        g_free(k);
}
