/* SPDX-License-Identifier: MIT */

#include <string.h>

#include "chunk.h"
#include "counterexample.h"

#define NODE_NONE UINT32_MAX

/* The best way to a state with this last client: what follows depends on both. */
typedef struct Node {
        StateId state;
        uint32_t parent; /* Node; NODE_NONE: a root */
        uint32_t ordinal;
        uint16_t level;
        uint16_t client; /* the last one that did something, ID_NONE: none yet */
        uint16_t changes;
        uint32_t rank;    /* among the texts of its level; equal texts have equal ranks */
        const char *text; /* of its last event */
} Node;

typedef struct Level {
        StateId start;
        guint n_states;
        uint32_t *nodes; /* by state and client; the last column: no client yet */
        size_t *worlds;  /* by state: offset into `packed` plus one */
        GArray *packed;
} Level;

typedef struct Walk {
        const Search *search;
        Expander *x;
        uint32_t properties;
        unsigned n_levels; /* events of the longest counterexample, plus one */
        Level *levels;
        GArray *nodes; /* Node */
        Node best[PROPERTIES_MAX];
        bool found[PROPERTIES_MAX];
        GStringChunk *texts;
        unsigned level; /* of the world that is being expanded */
        StateId state;
} Walk;

static Node *node(const Walk *w, uint32_t i) {
        return &g_array_index(w->nodes, Node, i);
}

/* The texts of a run from its first event on. */
static GPtrArray *run_texts(const Walk *w, const Node *n) {
        GPtrArray *texts = g_ptr_array_new();

        for (; n->text; n = node(w, n->parent))
                g_ptr_array_insert(texts, 0, (gpointer) n->text);
        return texts;
}

static int compare_texts(const Walk *w, const Node *a, const Node *b) {
        if (a->parent == NODE_NONE || b->parent == NODE_NONE)
                return 0;

        const Node *p = node(w, a->parent), *q = node(w, b->parent);
        if (p->level == q->level)
                return p->rank != q->rank ? (p->rank < q->rank ? -1 : 1) : strcmp(a->text, b->text);

        /* An event of several parts stands beside several events. */
        g_autoptr(GPtrArray) x = run_texts(w, a);
        g_autoptr(GPtrArray) y = run_texts(w, b);
        for (guint i = 0; i < x->len && i < y->len; i++) {
                int r = strcmp(x->pdata[i], y->pdata[i]);

                if (r != 0)
                        return r;
        }
        return (int) x->len - (int) y->len;
}

static bool is_better(const Walk *w, const Node *a, const Node *b) {
        if (a->changes != b->changes)
                return a->changes < b->changes;

        return compare_texts(w, a, b) < 0;
}

static const char *client_text(const Walk *w, GString *s, uint16_t client) {
        const Manager *m = w->x->manager;
        const Program *p = m->catalog->clients + client;

        g_string_append_printf(s, "%s: %s", p->name,
                               p->statements[world_clients(m->layout, w->x->parent)[client].pc].source);
        return s->str;
}

static void process_text(const Walk *w, GString *s, Pid pid) {
        const Process *p = world_processes(&w->search->layout, w->x->parent) + pid - 1;

        g_string_append_printf(s, "%s exits", catalog_text_str(w->search->catalog, p->tag));
}

static const char *event_text(Walk *w, const Successor *s) {
        g_autoptr(GString) text = g_string_new(NULL);
        const Interrupts *interrupts = &w->x->interrupts;

        if (s->event.kind == EVENT_STATEMENT)
                client_text(w, text, s->event.actor);
        else if (s->event.kind == EVENT_EXIT)
                process_text(w, text, s->event.actor);
        else
                g_string_append(text, "PID 1");
        for (unsigned i = 0; event_is_dispatch(s->event) && i < interrupts->n; i++) {
                const Interrupt *in = interrupts->log + i;

                g_string_append_printf(text, " %u ", in->point);
                if (in->client == ID_NONE)
                        process_text(w, text, in->pid);
                else
                        g_string_append(text, w->search->catalog->clients[in->client].name);
        }
        return g_string_chunk_insert_const(w->texts, text->str);
}

static void count_client(Node *n, uint16_t client) {
        n->changes = (uint16_t) (n->changes + (n->client != ID_NONE && n->client != client));
        n->client = client;
}

/* How a way through @parent goes on by the transition. */
static Node continue_way(const Walk *w, uint32_t parent, const Successor *s, const char *text) {
        const Interrupts *interrupts = &w->x->interrupts;
        Node n = *node(w, parent);

        n.parent = parent;
        n.ordinal = s->ordinal;
        n.level = (uint16_t) (w->level + s->cost);
        n.text = text;
        if (s->event.kind == EVENT_STATEMENT)
                count_client(&n, s->event.actor);
        for (unsigned i = 0; event_is_dispatch(s->event) && i < interrupts->n; i++)
                if (interrupts->log[i].client != ID_NONE)
                        count_client(&n, interrupts->log[i].client);
        return n;
}

static uint32_t *node_of(const Walk *w, const Level *l, StateId state, uint16_t client) {
        size_t n_columns = w->search->catalog->n_clients + 1;

        return l->nodes + (state - l->start) * n_columns + (client == ID_NONE ? n_columns - 1 : client);
}

static void put_node(Walk *w, Level *l, const Node *n) {
        uint32_t *i = node_of(w, l, n->state, n->client);

        if (*i == NODE_NONE) {
                *i = w->nodes->len;
                g_array_append_val(w->nodes, *n);
        } else if (is_better(w, n, node(w, *i)))
                *node(w, *i) = *n;
}

/* The level that the state was first reached on, 0 for the worlds from which the clients start. */
static unsigned level_of(const Search *s, StateId id) {
        unsigned low = 0, high = s->level_starts->len;

        while (low < high) {
                unsigned middle = (low + high) / 2;

                if (g_array_index(s->level_starts, StateId, middle) <= id)
                        low = middle + 1;
                else
                        high = middle;
        }
        return low;
}

static uint32_t violated_by(Walk *w, const Successor *s, unsigned level, bool is_first) {
        uint32_t wanted = 0, violated = s->reload_violated;
        uint16_t tests[PROPERTIES_MAX];

        for (uint32_t p = w->properties; p != 0; p &= p - 1) {
                const Verdict *v = w->search->verdicts + __builtin_ctz(p);

                if (!v->in_top_level && v->length == level)
                        wanted |= p & -p;
        }
        if (wanted != 0 && is_first)
                violated |= check_state(w->x, wanted, tests);
        return violated & wanted;
}

static bool follow(Expander *x, const Successor *s, void *userdata) {
        Walk *w = userdata;
        unsigned level = w->level + s->cost;

        if (s->limit || level >= w->n_levels)
                return true;

        StateId id = visited_find(w->search->visited, s->fingerprint);
        bool is_first = id != STATE_NONE && level_of(w->search, id) == level;
        uint32_t violated = violated_by(w, s, level, is_first);
        if (!is_first && violated == 0)
                return true;

        const Level *from = w->levels + w->level;
        const char *text = event_text(w, s);
        for (uint16_t c = 0; c <= w->search->catalog->n_clients; c++) {
                uint32_t parent = *node_of(w, from, w->state, c == w->search->catalog->n_clients ? ID_NONE : c);

                if (parent == NODE_NONE)
                        continue;

                Node n = continue_way(w, parent, s, text);
                n.state = id;
                if (is_first)
                        put_node(w, w->levels + level, &n);
                for (uint32_t p = violated; p != 0; p &= p - 1) {
                        unsigned i = (unsigned) __builtin_ctz(p);

                        if (!w->found[i] || is_better(w, &n, w->best + i))
                                w->best[i] = n;
                        w->found[i] = true;
                }
        }
        if (is_first && level + 1 < w->n_levels) {
                Level *to = w->levels + level;

                if (to->worlds[id - to->start] == 0) {
                        to->worlds[id - to->start] = to->packed->len + 1;
                        world_pack(&w->search->packer, x->world, to->packed);
                }
        }
        return true;
}

static int compare_nodes(gconstpointer a, gconstpointer b, gpointer userdata) {
        const Walk *w = userdata;
        uint32_t i = *(const uint32_t *) a, j = *(const uint32_t *) b;
        int r = compare_texts(w, node(w, i), node(w, j));

        return r != 0 ? r : (i > j) - (i < j);
}

/* All ways to the level's states are known: their texts can be ranked. */
static void rank_level(Walk *w, Level *l) {
        size_t n_columns = w->search->catalog->n_clients + 1;
        g_autoptr(GArray) order = g_array_new(FALSE, FALSE, sizeof(uint32_t));

        for (size_t i = 0; i < l->n_states * n_columns; i++)
                if (l->nodes[i] != NODE_NONE)
                        g_array_append_val(order, l->nodes[i]);
        g_array_sort_with_data(order, compare_nodes, w);
        for (guint i = 0; i < order->len; i++) {
                Node *n = node(w, g_array_index(order, uint32_t, i));
                const Node *before = i == 0 ? NULL : node(w, g_array_index(order, uint32_t, i - 1));

                n->rank = !before ? 0 : before->rank + (compare_texts(w, before, n) != 0);
        }
}

static void expand_level(Walk *w, Level *l) {
        for (guint i = 0; i < l->n_states; i++) {
                if (l->worlds[i] == 0)
                        continue;
                w->state = l->start + i;
                world_unpack(&w->search->packer, &g_array_index(l->packed, uint64_t, l->worlds[i] - 1),
                             w->x->parent);
                expander_run(w->x, visited_get(w->search->visited, w->state)->fingerprint, follow, w);
        }
}

static void level_init(Walk *w, unsigned i) {
        const GArray *starts = w->search->level_starts;
        Level *l = w->levels + i;
        StateId end = i < starts->len ? g_array_index(starts, StateId, i) : visited_size(w->search->visited);

        l->start = i == 0 ? 0 : g_array_index(starts, StateId, i - 1);
        l->n_states = end - l->start;
        l->nodes = g_new(uint32_t, l->n_states * (w->search->catalog->n_clients + 1));
        memset(l->nodes, 0xff, l->n_states * (w->search->catalog->n_clients + 1) * sizeof(uint32_t));
        l->worlds = g_new0(size_t, l->n_states);
        l->packed = g_array_new(FALSE, FALSE, sizeof(uint64_t));
}

static void level_clear(Level *l) {
        g_clear_pointer(&l->nodes, g_free);
        g_clear_pointer(&l->worlds, g_free);
        g_clear_pointer(&l->packed, g_array_unref);
}

/* The worlds at which the top level was over; each is made again. */
static void add_roots(Walk *w) {
        const Search *s = w->search;
        Level *l = w->levels;

        for (guint i = 0; i < l->n_states; i++) {
                if (visited_get(s->visited, i)->ordinal != UINT32_MAX)
                        continue;

                g_autoptr(GArray) ordinals = search_ordinals_to(s, i);
                memcpy(w->x->parent, s->boot, s->layout.size);
                w->x->top_level = true;
                for (guint j = 0; j + 1 < ordinals->len; j++) {
                        Successor ignored;

                        expander_repeat(w->x, g_array_index(ordinals, uint32_t, j), &ignored);
                        memcpy(w->x->parent, w->x->world, s->layout.size);
                }
                w->x->top_level = false;
                l->worlds[i] = l->packed->len + 1;
                world_pack(&s->packer, w->x->parent, l->packed);
                put_node(w, l, &(Node) { .state = i, .parent = NODE_NONE, .client = ID_NONE });
        }
}

static void walk(Walk *w) {
        for (w->level = 0; w->level + 1 < w->n_levels; w->level++) {
                rank_level(w, w->levels + w->level);
                expand_level(w, w->levels + w->level);
                level_clear(w->levels + w->level);
        }
}

static GArray *ordinals_of(const Walk *w, const Node *last) {
        g_autoptr(GArray) ordinals = g_array_new(FALSE, FALSE, sizeof(uint32_t));
        const Node *n = last;

        for (; n->parent != NODE_NONE; n = node(w, n->parent))
                g_array_prepend_val(ordinals, n->ordinal);

        GArray *all = search_ordinals_to(w->search, n->state);
        if (ordinals->len > 0)
                g_array_append_vals(all, ordinals->data, ordinals->len);
        return all;
}

/* What the search itself remembers: a shortest run, but no choice among these. */
static GArray *first_found(const Search *s, const Verdict *v) {
        GArray *ordinals = search_ordinals_to(s, v->parent);

        g_array_append_val(ordinals, v->ordinal);
        return ordinals;
}

void counterexamples_find(const Search *s, uint32_t wanted, GArray **ret) {
        Walk w = { .search = s };

        for (unsigned i = 0; i < PROPERTIES_MAX; i++) {
                const Verdict *v = s->verdicts + i;

                ret[i] = NULL;
                if (!v->violated || (wanted & BIT(i)) == 0)
                        continue;
                ret[i] = first_found(s, v);
                if (v->in_top_level || s->end == SEARCH_INTERRUPTED)
                        continue;
                w.properties |= (uint32_t) BIT(i);
                w.n_levels = MAX(w.n_levels, v->length + 1);
        }
        if (w.properties == 0)
                return;

        w.x = expander_new(s->catalog, &s->layout, s->profile);
        w.x->properties = w.properties;
        w.levels = g_new0(Level, w.n_levels);
        w.nodes = g_array_new(FALSE, FALSE, sizeof(Node));
        w.texts = g_string_chunk_new(4096);
        for (unsigned i = 0; i < w.n_levels; i++)
                level_init(&w, i);
        add_roots(&w);
        walk(&w);

        for (unsigned i = 0; i < PROPERTIES_MAX; i++)
                if (w.found[i]) {
                        g_array_unref(ret[i]);
                        ret[i] = ordinals_of(&w, w.best + i);
                }
        for (unsigned i = 0; i < w.n_levels; i++)
                level_clear(w.levels + i);
        g_free(w.levels);
        g_array_unref(w.nodes);
        g_string_chunk_free(w.texts);
        expander_free(w.x);
}
