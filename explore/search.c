/* SPDX-License-Identifier: MIT */

#include <string.h>

#include "chunk.h"
#include "recorded-top.h"

/* Chunks that are expanded before the next merge, for each worker. */
#define CHUNKS_PER_WORKER 8U

/* For each operation of the top level: PID 1 that does not come to rest by then never does. */
#define TOP_LEVEL_STEPS_MAX 20000U

/* Transitions of several events, which lead to a level further ahead. */
typedef struct Ahead {
        GArray *records; /* Record */
        GArray *worlds;  /* uint64_t */
} Ahead;

typedef struct Searcher {
        Search *search;
        Frontier now, next;
        GPtrArray *ahead; /* of Ahead, by level; NULL: none */
        guint n_chunks;
        Chunk **chunks;
        Expander **expanders;  /* one for each worker */
        GAsyncQueue *idle;     /* of Expander */
        GAsyncQueue *finished; /* of Chunk */
        GThreadPool *pool;     /* NULL: one worker, which is us */
        World *scratch;
        bool top_level;
        unsigned level; /* of the worlds in `next` */
} Searcher;

static bool interrupted(const Search *s) {
        return s->options->interrupted && s->options->interrupted();
}

static void ahead_free(gpointer p) {
        Ahead *a = p;

        if (!a)
                return;
        g_array_unref(a->records);
        g_array_unref(a->worlds);
        g_free(a);
}

static void add_to_frontier(Frontier *f, StateId id, const uint64_t *world, size_t n_words) {
        size_t offset = f->worlds->len;

        g_array_append_val(f->ids, id);
        g_array_append_val(f->offsets, offset);
        g_array_append_vals(f->worlds, world, (guint) n_words);
}

static void note_violations(Searcher *r, const Record *record, uint32_t violated, const uint64_t *world) {
        Search *s = r->search;

        if (violated == 0)
                return;

        world_unpack(&s->packer, world, r->scratch);
        for (; violated != 0; violated &= violated - 1) {
                Verdict *v = s->verdicts + __builtin_ctz(violated);

                order_set_add(v->orders, world_order(&s->layout, r->scratch));
                if (v->violated)
                        continue;
                v->violated = true;
                v->in_top_level = r->top_level;
                v->length = r->top_level ? 0 : r->level;
                v->parent = record->parent;
                v->ordinal = record->ordinal;
        }
}

static void check_bounds(Searcher *r) {
        Search *s = r->search;
        size_t memory = visited_memory(s->visited) + frontier_memory(&r->now) + frontier_memory(&r->next);

        s->memory_max = MAX(s->memory_max, memory);
        if (s->options->max_states != 0 && visited_size(s->visited) >= s->options->max_states)
                s->end = SEARCH_MAX_STATES;
        else if (s->options->max_memory != 0 && memory > s->options->max_memory)
                s->end = SEARCH_MAX_MEMORY;
}

static void merge_record(Searcher *r, const Record *record, const uint64_t *world) {
        Search *s = r->search;
        bool fresh;

        s->n_transitions++;
        s->n_reloads += record->had_reload;
        for (unsigned i = 0; i < PROPERTIES_MAX; i++)
                s->verdicts[i].n_tests += record->reload_tests[i];
        note_violations(r, record, record->reload_violated, world);
        if (record->limit) {
                s->n_limited++;
                return;
        }
        if (!record->has_world)
                return;

        VisitedState state = { .fingerprint = record->fingerprint,
                               .parent = record->parent,
                               .ordinal = record->ordinal };
        StateId id = visited_add(s->visited, &state, &fresh);
        if (id == STATE_NONE) {
                s->end = SEARCH_MAX_STATES;
                return;
        }
        if (!fresh)
                return;

        for (unsigned i = 0; i < PROPERTIES_MAX; i++)
                s->verdicts[i].n_tests += record->state_tests[i];
        note_violations(r, record, record->state_violated, world);
        s->n_keys = MAX(s->n_keys, record->epoch + 1U);
        add_to_frontier(&r->next, id, world, record->world_words);
        check_bounds(r);
}

/* Keeps a transition of several events for the level that it leads to. */
static void put_ahead(Searcher *r, const Record *record, const uint64_t *world) {
        unsigned level = r->level + record->cost - 1;
        Record copy = *record;

        if (r->ahead->len <= level)
                g_ptr_array_set_size(r->ahead, (int) level + 1);
        if (!r->ahead->pdata[level]) {
                Ahead *a = g_new(Ahead, 1);

                a->records = g_array_new(FALSE, FALSE, sizeof(Record));
                a->worlds = g_array_new(FALSE, FALSE, sizeof(uint64_t));
                r->ahead->pdata[level] = a;
        }

        Ahead *a = r->ahead->pdata[level];
        copy.world = a->worlds->len;
        if (record->has_world)
                g_array_append_vals(a->worlds, world, (guint) record->world_words);
        g_array_append_val(a->records, copy);
}

static void merge_ahead(Searcher *r) {
        if (r->top_level || r->ahead->len <= r->level || !r->ahead->pdata[r->level])
                return;

        Ahead *a = r->ahead->pdata[r->level];
        for (guint i = 0; i < a->records->len && r->search->end == SEARCH_COMPLETE; i++) {
                const Record *record = &g_array_index(a->records, Record, i);

                merge_record(r, record, &g_array_index(a->worlds, uint64_t, record->world));
        }
        g_clear_pointer(&r->ahead->pdata[r->level], ahead_free);
}

/* The worlds at which the top level is over are those from which the clients start. */
static void merge_done(Searcher *r, const Chunk *c, Frontier *roots) {
        Search *s = r->search;

        for (guint i = 0; i < c->done->len; i++) {
                guint at = g_array_index(c->done, guint, i);
                StateId parent = g_array_index(r->now.ids, StateId, at);
                const uint64_t *world =
                        &g_array_index(r->now.worlds, uint64_t, g_array_index(r->now.offsets, size_t, at));
                size_t n_words = world_unpack(&s->packer, world, r->scratch);
                VisitedState state = {
                        .fingerprint = world_fingerprint(&s->layout, r->scratch),
                        .parent = parent,
                        .ordinal = UINT32_MAX,
                };
                bool fresh;
                StateId id = visited_add(s->visited, &state, &fresh);

                if (fresh)
                        add_to_frontier(roots, id, world, n_words);
        }
}

static void merge_chunk(Searcher *r, const Chunk *c, Frontier *roots) {
        for (guint i = 0; i < c->records->len && r->search->end == SEARCH_COMPLETE; i++) {
                const Record *record = &g_array_index(c->records, Record, i);
                const uint64_t *world = &g_array_index(c->worlds, uint64_t, record->world);

                if (record->cost > 1)
                        put_ahead(r, record, world);
                else
                        merge_record(r, record, world);
        }
        if (roots)
                merge_done(r, c, roots);
}

static void expand_in_thread(gpointer data, gpointer userdata) {
        Searcher *r = userdata;
        Expander *x = g_async_queue_pop(r->idle);

        chunk_expand(data, x);
        g_async_queue_push(r->idle, x);
        g_async_queue_push(r->finished, data);
}

static void expand_chunks(Searcher *r, guint n) {
        if (!r->pool || n == 1) {
                for (guint i = 0; i < n; i++)
                        chunk_expand(r->chunks[i], r->expanders[0]);
                return;
        }
        for (guint i = 0; i < n; i++)
                g_thread_pool_push(r->pool, r->chunks[i], NULL);
        for (guint i = 0; i < n; i++)
                g_async_queue_pop(r->finished);
}

static void report_progress(const Searcher *r) {
        const Search *s = r->search;
        SearchProgress p = {
                .n_states = visited_size(s->visited),
                .n_transitions = s->n_transitions,
                .level = r->top_level ? 0 : r->level,
                .n_frontier = r->now.ids->len,
        };

        if (s->options->progress)
                s->options->progress(&p, s->options->userdata);
}

/* Expands all worlds of r->now into r->next. */
static void expand_level(Searcher *r, Frontier *roots) {
        Search *s = r->search;

        merge_ahead(r);
        for (guint from = 0; from < r->now.ids->len && s->end == SEARCH_COMPLETE;) {
                guint n = 0;

                for (; n < r->n_chunks && from < r->now.ids->len; n++, from += CHUNK_STATES) {
                        r->chunks[n]->frontier = &r->now;
                        r->chunks[n]->from = from;
                        r->chunks[n]->to = MIN(from + CHUNK_STATES, r->now.ids->len);
                        r->chunks[n]->top_level = r->top_level;
                }
                expand_chunks(r, n);
                if (interrupted(s)) {
                        s->end = SEARCH_INTERRUPTED;
                        return;
                }
                for (guint i = 0; i < n && s->end == SEARCH_COMPLETE; i++)
                        merge_chunk(r, r->chunks[i], roots);
                report_progress(r);
        }
}

static void next_level(Searcher *r) {
        Frontier old = r->now;

        r->now = r->next;
        r->next = old;
        frontier_reset(&r->next);
}

static void add_boot_state(Searcher *r) {
        Search *s = r->search;
        Expander *x = r->expanders[0];
        g_autoptr(GArray) world = g_array_new(FALSE, FALSE, sizeof(uint64_t));
        bool fresh;

        expander_boot(x);
        s->boot = g_memdup2(x->parent, s->layout.size);
        packer_init(&s->packer, &s->layout, s->boot);

        x->top_level = true;
        VisitedState state = { .fingerprint = expander_fingerprint(x, s->boot), .parent = STATE_NONE };
        StateId id = visited_add(s->visited, &state, &fresh);
        world_pack(&s->packer, s->boot, world);
        add_to_frontier(&r->now, id, (const uint64_t *) (void *) world->data, world->len);
}

/* Packs the worlds at which the clients start anew, against the first of them: PID 1 after boot, against which the top level is
 * packed, has next to nothing in common with what follows. */
static void start_clients(Searcher *r, const Frontier *roots) {
        Search *s = r->search;
        g_autoptr(GArray) world = g_array_new(FALSE, FALSE, sizeof(uint64_t));
        Packer old = s->packer;

        if (roots->ids->len == 0)
                return;

        world_unpack(&old, &g_array_index(roots->worlds, uint64_t, 0), r->scratch);
        packer_init(&s->packer, &s->layout, r->scratch);
        for (guint i = 0; i < roots->ids->len; i++) {
                size_t offset = g_array_index(roots->offsets, size_t, i);

                world_unpack(&old, &g_array_index(roots->worlds, uint64_t, offset), r->scratch);
                g_array_set_size(world, 0);
                world_pack(&s->packer, r->scratch, world);
                add_to_frontier(&r->now, g_array_index(roots->ids, StateId, i),
                                (const uint64_t *) (void *) world->data, world->len);
        }
        packer_clear(&old);
}

static void search_top_level(Searcher *r) {
        Frontier roots;

        frontier_init(&roots);
        r->top_level = true;
        for (size_t steps = 0; r->now.ids->len > 0 && r->search->end == SEARCH_COMPLETE; steps++) {
                if (steps > TOP_LEVEL_STEPS_MAX * (r->search->catalog->top.n_statements + 1)) {
                        r->search->n_limited++;
                        break;
                }
                expand_level(r, &roots);
                next_level(r);
        }
        frontier_reset(&r->now);
        start_clients(r, &roots);
        frontier_clear(&roots);
        r->top_level = false;
}

static void search_clients(Searcher *r) {
        Search *s = r->search;

        for (r->level = 1; s->end == SEARCH_COMPLETE && (r->now.ids->len > 0 || r->ahead->len > r->level);
             r->level++) {
                StateId start = visited_size(s->visited);

                if (s->options->max_depth != 0 && r->level > s->options->max_depth) {
                        s->end = SEARCH_MAX_DEPTH;
                        return;
                }
                g_array_append_val(s->level_starts, start);
                expand_level(r, NULL);
                if (visited_size(s->visited) > start)
                        s->depth = r->level;
                next_level(r);
        }
}

static void searcher_start(Searcher *r) {
        Search *s = r->search;
        unsigned n_jobs = MAX(s->options->n_jobs, 1U);

        frontier_init(&r->now);
        frontier_init(&r->next);
        r->ahead = g_ptr_array_new_with_free_func(ahead_free);
        r->scratch = world_new(&s->layout);
        r->n_chunks = n_jobs == 1 ? 1 : n_jobs * CHUNKS_PER_WORKER;
        r->chunks = g_new(Chunk *, r->n_chunks);
        for (guint i = 0; i < r->n_chunks; i++)
                r->chunks[i] = chunk_new(s);

        r->idle = g_async_queue_new();
        r->finished = g_async_queue_new();
        r->expanders = g_new(Expander *, n_jobs);
        for (unsigned i = 0; i < n_jobs; i++) {
                r->expanders[i] = expander_new(s->catalog, &s->layout, s->profile);
                r->expanders[i]->script.asked = g_new0(uint64_t, asked_pairs_words(&s->layout));
                r->expanders[i]->script.questions = order_questions_new();
                g_async_queue_push(r->idle, r->expanders[i]);
        }
        if (n_jobs > 1)
                r->pool = g_thread_pool_new(expand_in_thread, r, (int) n_jobs, TRUE, NULL);
}

static void searcher_stop(Searcher *r) {
        Search *s = r->search;

        if (r->pool)
                g_thread_pool_free(r->pool, FALSE, TRUE);
        for (unsigned i = 0; i < MAX(s->options->n_jobs, 1U); i++) {
                for (size_t j = 0; j < asked_pairs_words(&s->layout); j++)
                        s->asked[j] |= r->expanders[i]->script.asked[j];
                order_questions_merge(s->questions, r->expanders[i]->script.questions);
                order_questions_free(r->expanders[i]->script.questions);
                g_free(r->expanders[i]->script.asked);
                expander_free(r->expanders[i]);
        }
        g_free(r->expanders);
        for (guint i = 0; i < r->n_chunks; i++)
                chunk_free(r->chunks[i]);
        g_free(r->chunks);
        g_async_queue_unref(r->idle);
        g_async_queue_unref(r->finished);
        g_ptr_array_unref(r->ahead);
        g_free(r->scratch);
        frontier_clear(&r->now);
        frontier_clear(&r->next);
}

Search *search_run(const Catalog *catalog, const Profile *profile, const SearchOptions *options) {
        Search *s = g_new0(Search, 1);
        Searcher r = { .search = s };

        s->catalog = catalog;
        s->profile = profile;
        s->options = options;
        world_layout(catalog, &s->layout);
        s->visited = visited_new();
        s->level_starts = g_array_new(FALSE, FALSE, sizeof(StateId));
        s->asked = g_new0(uint64_t, asked_pairs_words(&s->layout));
        s->questions = order_questions_new();
        s->route_top = route_top_new();
        s->recorded_top = recorded_top_new();
        s->n_keys = 1;
        for (size_t i = 0; i < PROPERTIES_MAX; i++)
                s->verdicts[i].orders = order_set_new(&s->layout);

        gint64 start = g_get_monotonic_time();
        searcher_start(&r);
        add_boot_state(&r);
        search_top_level(&r);
        search_clients(&r);
        searcher_stop(&r);
        s->seconds = (double) (g_get_monotonic_time() - start) / G_USEC_PER_SEC;
        return s;
}

void search_free(Search *s) {
        if (!s)
                return;

        for (size_t i = 0; i < PROPERTIES_MAX; i++)
                order_set_free(s->verdicts[i].orders);
        g_array_unref(s->level_starts);
        visited_free(s->visited);
        packer_clear(&s->packer);
        g_free(s->boot);
        order_questions_free(s->questions);
        recorded_top_free(s->recorded_top);
        route_top_free(s->route_top);
        g_free(s->asked);
        g_free(s);
}
