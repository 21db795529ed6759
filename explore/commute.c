/* SPDX-License-Identifier: MIT */

#include <string.h>

#include "commute-probe.h"

/* So many elements are permuted in full: 2^n states. */
#define PERMUTED_MAX 10U
/* Of more so many are looked at in pairs. */
#define SHOWN_MAX    24U
/* Reloads that are executed for one proof. */
#define RUNS_MAX     2000000U

static const char *const phase_verb[_COMMUTE_PHASE_MAX] = { "read", "coldplugged", "caught up with" };

typedef struct Prover {
        const Search *search;
        Commute *result;
        Probe *probe;
        Visited *reloads;
        /* The walk over all worlds */
        Visited *seen;
        GArray *now, *next; /* uint64_t: worlds, packed one after another */
        bool top_level;
        World *world;
        bool limited;
} Prover;

/* Elements that are permuted: behind `before`, and before all others. */
typedef struct Permuted {
        CommutePhase phase;
        unsigned n, n_before;
        NameId ids[PROBE_MAX]; /* `before`, then those that are permuted */
} Permuted;

/* By set of elements: its state, and for which further elements the step to the next set was not yet taken. */
typedef struct Lattice {
        const Permuted *permuted;
        Fingerprint *states;
        uint16_t *pending;
        bool *known;
} Lattice;

static bool same_state(Fingerprint a, Fingerprint b) {
        return a.low == b.low && a.high == b.high;
}

/* The elements of @set in ascending order behind `before`. Returns how many there are in all. */
static unsigned put_set(const Permuted *p, unsigned set, NameId *ids) {
        unsigned n = p->n_before;

        memcpy(ids, p->ids, n * sizeof(NameId));
        for (unsigned i = 0; i < p->n; i++)
                if ((set & (1U << i)) != 0)
                        ids[n++] = p->ids[p->n_before + i];
        return n;
}

/* A way from @set on that takes a step that was not yet taken wherever it can. */
static unsigned put_way(const Lattice *l, unsigned set, NameId *ids, uint8_t *way) {
        const Permuted *p = l->permuted;
        unsigned all = (1U << p->n) - 1, n = put_set(p, set, ids), k = 0;

        for (unsigned i = 0; i < p->n; i++)
                if ((set & (1U << i)) != 0)
                        way[k++] = (uint8_t) i;
        while (set != all) {
                unsigned next = l->pending[set] != 0 ? l->pending[set] : all & ~set,
                         x = (unsigned) __builtin_ctz(next);

                way[k++] = (uint8_t) x;
                ids[n++] = p->ids[p->n_before + x];
                set |= 1U << x;
        }
        return n;
}

static void look(Prover *r, const Permuted *p, unsigned set, unsigned x, unsigned y, ProbeLook *ret) {
        NameId ids[PROBE_MAX];
        unsigned all = (1U << p->n) - 1, n = put_set(p, set, ids), after;

        ids[n++] = p->ids[p->n_before + x];
        ids[n++] = p->ids[p->n_before + y];
        after = n;
        for (unsigned i = 0; i < p->n; i++)
                if ((all & ~set & ~(1U << x) & ~(1U << y) & (1U << i)) != 0)
                        ids[n++] = p->ids[p->n_before + i];
        r->result->n_runs++;
        probe_look(r->probe, p->phase, ids, n, after, ret);
}

/* The states after both in the one order and in the other differ. */
static bool commute_after(Prover *r, const Permuted *p, unsigned set, unsigned x, unsigned y) {
        Fingerprint states[2][PROBE_MAX + 1] = {};
        NameId ids[PROBE_MAX];

        for (unsigned i = 0; i < 2; i++) {
                unsigned n = put_set(p, set, ids);

                ids[n++] = p->ids[p->n_before + (i == 0 ? x : y)];
                ids[n++] = p->ids[p->n_before + (i == 0 ? y : x)];
                r->result->n_runs++;
                if (!probe_run(r->probe, p->phase, ids, n, states[i]))
                        return false;
                if (i == 1 && !same_state(states[0][n], states[1][n]))
                        return false;
        }
        return true;
}

/* After those in @set @x and @y do not commute. */
static void note_failure(Prover *r, const Permuted *p, unsigned set, unsigned x, unsigned y) {
        Commute *c = r->result;
        ProbeLook one, two;

        c->result = COMMUTE_FAILS;
        c->phase = p->phase;
        c->first = p->ids[p->n_before + x];
        c->second = p->ids[p->n_before + y];
        for (unsigned i = 0; i < p->n; i++)
                if ((set & (1U << i)) != 0)
                        g_array_append_val(c->before, p->ids[p->n_before + i]);

        look(r, p, set, x, y, &one);
        look(r, p, set, y, x, &two);
        g_ptr_array_unref(c->differences);
        c->differences = snapshot_changes(one.stated, two.stated);
        g_ptr_array_extend_and_steal(c->differences, snapshot_changes(one.rows, two.rows));
        c->same_end = same_state(one.end, two.end);
        g_ptr_array_unref(one.rows);
        g_ptr_array_unref(one.stated);
        g_ptr_array_unref(two.rows);
        g_ptr_array_unref(two.stated);
}

static bool commute_in_set(Prover *r, const Permuted *p, unsigned all, unsigned set) {
        for (unsigned x = 0; x < p->n; x++)
                for (unsigned y = x + 1; y < p->n; y++)
                        if ((all & ~set & (1U << x)) != 0 && (all & ~set & (1U << y)) != 0 &&
                            !commute_after(r, p, set, x, y)) {
                                note_failure(r, p, set, x, y);
                                return false;
                        }
        return true;
}

/* Two ways come to the set @all in different states: some pair on them does not commute. The one with the fewest entries
 * before it is shown. */
static void find_failure(Prover *r, const Permuted *p, unsigned all) {
        for (int size = 0; size <= __builtin_popcount(all); size++)
                for (unsigned set = 0; set <= all; set++)
                        if ((set & ~all) == 0 && __builtin_popcount(set) == size &&
                            !commute_in_set(r, p, all, set))
                                return;
        g_assert_not_reached();
}

static void note_lost_place(Prover *r, const Permuted *p, const uint8_t *way) {
        Commute *c = r->result;

        c->result = COMMUTE_FAILS;
        c->loses_place = true;
        c->phase = p->phase;
        c->first = p->ids[p->n_before + way[0]];
        c->second = p->ids[p->n_before + way[p->n - 1]];
}

/* False: something does not commute. */
static bool take_way(Prover *r, Lattice *l, unsigned from) {
        const Permuted *p = l->permuted;
        Fingerprint states[PROBE_MAX + 1] = {};
        NameId ids[PROBE_MAX];
        uint8_t way[PERMUTED_MAX] = {};
        unsigned n = put_way(l, from, ids, way), set = 0;

        r->result->n_runs++;
        if (!probe_run(r->probe, p->phase, ids, n, states)) {
                note_lost_place(r, p, way);
                return false;
        }
        for (unsigned i = 0; i <= p->n; i++) {
                Fingerprint now = states[p->n_before + i];

                if (!l->known[set]) {
                        l->known[set] = true;
                        l->states[set] = now;
                } else if (!same_state(l->states[set], now)) {
                        find_failure(r, p, set);
                        return false;
                }
                if (i < p->n) {
                        l->pending[set] &= (uint16_t) ~(1U << way[i]);
                        set |= 1U << way[i];
                }
        }
        return true;
}

static bool prove(Prover *r, const Permuted *p) {
        unsigned n_sets = 1U << p->n;
        Lattice l = {
                .permuted = p,
                .states = g_new0(Fingerprint, n_sets),
                .pending = g_new(uint16_t, n_sets),
                .known = g_new0(bool, n_sets),
        };
        bool ok = true;

        for (unsigned set = 0; set < n_sets; set++)
                l.pending[set] = (uint16_t) ((n_sets - 1) & ~set);
        for (unsigned size = 0; size < p->n && ok; size++)
                for (unsigned set = 0; set < n_sets && ok; set++)
                        while (ok && (unsigned) __builtin_popcount(set) == size && l.pending[set] != 0)
                                ok = take_way(r, &l, set);

        r->result->n_states += n_sets;
        r->result->n_pairs += p->n < 2 ? 0 : (uint64_t) p->n * (p->n - 1) / 2 << (p->n - 2);
        if (ok && r->result->n_runs > RUNS_MAX) {
                r->result->result = COMMUTE_TOO_LARGE;
                ok = false;
        }
        g_free(l.states);
        g_free(l.pending);
        g_free(l.known);
        return ok;
}

/* The elements from place @from on, @n of them, that hang together with the first of them by pairs that matter. */
static unsigned find_group(const ProbeList *list, size_t from, size_t n, bool *taken, size_t first,
                           NameId *ids) {
        size_t group[PROBE_MAX];
        unsigned n_group = 1, n_ids = 0;

        group[0] = first;
        taken[first] = true;
        for (unsigned i = 0; i < n_group; i++)
                for (size_t j = from; j < from + n; j++)
                        if (!taken[j] && list->matters[group[i]][j]) {
                                taken[j] = true;
                                group[n_group++] = j;
                        }
        for (size_t j = from; j < from + n; j++)
                for (unsigned i = 0; i < n_group; i++)
                        if (group[i] == j)
                                ids[n_ids++] = list->ids[j];
        return n_ids;
}

/* Too many for a proof, but perhaps two of them do not commute right away. */
static void give_up(Prover *r, Permuted *p) {
        p->n = MIN(p->n, SHOWN_MAX);
        if (commute_in_set(r, p, (1U << p->n) - 1, 0))
                r->result->result = COMMUTE_TOO_LARGE;
}

/* The elements from place @from on are walked through behind those before them in any case. */
static bool prove_run(Prover *r, CommutePhase phase, const ProbeList *list, size_t from, size_t n) {
        Permuted p = { .phase = phase, .n_before = (unsigned) from };
        bool taken[PROBE_MAX] = {};

        memcpy(p.ids, list->ids, from * sizeof(NameId));
        if (n <= PERMUTED_MAX) {
                p.n = (unsigned) n;
                memcpy(p.ids + from, list->ids + from, n * sizeof(NameId));
                return prove(r, &p);
        }

        r->result->exhaustive = false;
        for (size_t i = from; i < from + n; i++) {
                if (taken[i])
                        continue;
                p.n = find_group(list, from, n, taken, i, p.ids + from);
                if (p.n > PERMUTED_MAX) {
                        give_up(r, &p);
                        return false;
                }
                if (p.n > 1 && !prove(r, &p))
                        return false;
        }
        return true;
}

static bool prove_reload(Prover *r, const World *w) {
        g_autofree ProbeList *lists = g_new0(ProbeList, _COMMUTE_PHASE_MAX);
        size_t runs[PROBE_MAX + 1], n_runs;
        bool fresh, all_orders;
        VisitedState state = { .fingerprint = probe_start(r->probe, w), .parent = STATE_NONE };

        (void) visited_add(r->reloads, &state, &fresh);
        if (!fresh)
                return true;

        r->result->n_reloads++;
        if (!probe_list(r->probe, lists, runs, &n_runs)) {
                r->result->result = COMMUTE_TOO_LARGE;
                return false;
        }
        runs[n_runs] = lists[COMMUTE_READ].n;
        for (size_t i = 0; i < n_runs; i++)
                if (!prove_run(r, COMMUTE_READ, lists + COMMUTE_READ, runs[i], runs[i + 1] - runs[i]))
                        return false;
        if (!probe_queues_commute(r->probe, &all_orders)) {
                r->result->result = COMMUTE_FAILS;
                r->result->in_queue = true;
                return false;
        }
        r->result->exhaustive = r->result->exhaustive && all_orders;
        return prove_run(r, COMMUTE_COLDPLUG, lists + COMMUTE_COLDPLUG, 0, lists[COMMUTE_COLDPLUG].n) &&
               prove_run(r, COMMUTE_CATCHUP, lists + COMMUTE_CATCHUP, 0, lists[COMMUTE_CATCHUP].n);
}

/* The walk over all worlds of the search */

static void add_world(Prover *r, Expander *x, const World *w) {
        VisitedState state = { .fingerprint = expander_fingerprint(x, w), .parent = STATE_NONE };
        bool fresh;

        (void) visited_add(r->seen, &state, &fresh);
        if (fresh)
                world_pack(&r->search->packer, w, r->next);
}

static bool follow(Expander *x, const Successor *s, void *userdata) {
        Prover *r = userdata;

        if (s->limit)
                r->limited = true;
        else
                add_world(r, x, x->world);
        return true;
}

static bool is_about_to_reload(const World *w) {
        return w->crashed == CRASH_NONE && (w->flags & WORLD_PAUSED) == 0 &&
               (w->flags & (WORLD_RELOAD_WANTED | WORLD_REEXEC_WANTED)) != 0;
}

/* False: that is enough. */
static bool expand(Prover *r, Expander *x, const World *w, GArray *roots) {
        if (is_about_to_reload(w) && !prove_reload(r, w))
                return false;

        memcpy(x->parent, w, r->search->layout.size);
        expander_run(x, expander_fingerprint(x, w), follow, r);
        if (x->top_level && x->n_events == 0)
                world_pack(&r->search->packer, w, roots);
        return true;
}

static bool walk_level(Prover *r, Expander *x, GArray *roots) {
        GArray *old = r->now;

        r->now = r->next;
        r->next = old;
        g_array_set_size(r->next, 0);
        for (guint i = 0; i < r->now->len;) {
                i += (guint) world_unpack(&r->search->packer, &g_array_index(r->now, uint64_t, i), r->world);
                if (!expand(r, x, r->world, roots))
                        return false;
        }
        return true;
}

static void walk(Prover *r) {
        const Search *s = r->search;
        g_autoptr(Expander) x = expander_new(s->catalog, &s->layout, s->profile);
        g_autoptr(GArray) roots = g_array_new(FALSE, FALSE, sizeof(uint64_t));

        x->top_level = true;
        add_world(r, x, s->boot);
        while (r->next->len > 0)
                if (!walk_level(r, x, roots))
                        return;

        x->top_level = false;
        for (guint i = 0; i < roots->len;) {
                i += (guint) world_unpack(&s->packer, &g_array_index(roots, uint64_t, i), r->world);
                add_world(r, x, r->world);
        }
        while (r->next->len > 0)
                if (!walk_level(r, x, roots))
                        return;
        if (r->limited || probe_is_limited(r->probe))
                r->result->result = COMMUTE_TOO_LARGE;
}

/* In words */

static const char *name_of(const Search *s, NameId name) {
        return catalog_name_str(s->catalog, name);
}

static char *say_before(const Search *s, const Commute *c) {
        GString *text = g_string_new(NULL);

        for (guint i = 0; i < c->before->len; i++)
                g_string_append_printf(text, "%s%s",
                                       i == 0                    ? ", after "
                                       : i + 1 == c->before->len ? " and "
                                                                 : ", ",
                                       name_of(s, g_array_index(c->before, NameId, i)));
        return g_string_free(text, FALSE);
}

static char *say_difference(const Search *s, const Commute *c) {
        const Change *d = c->differences->len > 0 ? c->differences->pdata[0] : NULL;
        const char *first = name_of(s, c->first);

        if (!d)
                return g_strdup("they leave different states");
        return g_strdup_printf("%s of %s is '%s' when %s comes first, and '%s' when it comes last", d->field,
                               d->subject, d->old, first, d->new);
}

static char *say_failure(const Search *s, const Commute *c) {
        g_autofree char *before = NULL, *difference = NULL;

        if (c->in_queue)
                return g_strdup(
                        "what comes after the reload depends on the order in which units wait in a queue");
        before = say_before(s, c);

        if (c->loses_place)
                return g_strdup_printf(
                        "the reader loses its place in the stream when %s comes first and %s last",
                        name_of(s, c->first), name_of(s, c->second));
        difference = say_difference(s, c);
        return g_strdup_printf("%s and %s do not commute when they are %s%s: %s", name_of(s, c->first),
                               name_of(s, c->second), phase_verb[c->phase], before, difference);
}

static char *say_proof(const Commute *c) {
        const char *which = c->exhaustive ? "" : " that have to do with each other";
        const char *ways =
                c->one_schedule ? " Of what systemd leaves to pointers or the kernel one way was tried." : "";

        if (c->n_reloads == 0)
                return g_strdup("No reload can happen.");
        return g_strdup_printf("All pairs of entries%s, and of units to coldplug and to catch up with, commute "
                               "in all %" G_GUINT64_FORMAT " reachable states of the reload: %" G_GUINT64_FORMAT
                               " pair%s in %" G_GUINT64_FORMAT " %s.%s",
                               which, c->n_states, c->n_pairs, c->n_pairs == 1 ? "" : "s", c->n_reloads,
                               c->n_reloads == 1 ? "reload" : "different reloads", ways);
}

static void describe(const Search *s, Commute *c, bool order_independent) {
        switch (c->result) {
        case COMMUTE_HOLDS:
                c->sentence = say_proof(c);
                return;
        case COMMUTE_FAILS:
                c->text = say_failure(s, c);
                c->sentence = g_strdup_printf("Not all pairs commute%s: %s.",
                                              order_independent ? ", but all orders come to the same end" : "",
                                              c->text);
                return;
        default:
                c->sentence = g_strdup("There are too many states to try all pairs.");
        }
}

static void prover_run(Prover *r) {
        const WorldLayout *l = &r->search->layout;

        r->probe = probe_new(r->search);
        r->reloads = visited_new();
        r->seen = visited_new();
        r->now = g_array_new(FALSE, FALSE, sizeof(uint64_t));
        r->next = g_array_new(FALSE, FALSE, sizeof(uint64_t));
        r->world = world_new(l);
        walk(r);
        r->result->one_schedule = probe_had_schedules(r->probe);
        probe_free(r->probe);
        visited_free(r->reloads);
        visited_free(r->seen);
        g_array_unref(r->now);
        g_array_unref(r->next);
        g_free(r->world);
}

Commute *commute_check(const Search *s, bool order_independent) {
        Commute *c = g_new0(Commute, 1);

        c->exhaustive = true;
        c->before = g_array_new(FALSE, FALSE, sizeof(NameId));
        c->differences = g_ptr_array_new_with_free_func(change_free);
        if (search_is_complete(s))
                prover_run(&(Prover) { .search = s, .result = c });
        else
                c->result = COMMUTE_TOO_LARGE;
        describe(s, c, order_independent);
        return c;
}

void commute_free(Commute *c) {
        if (!c)
                return;

        g_array_unref(c->before);
        g_ptr_array_unref(c->differences);
        g_free(c->text);
        g_free(c->sentence);
        g_free(c);
}
