/* SPDX-License-Identifier: MIT */

#include <string.h>

#include "commute-probe.h"
#include "model/fixes.h"

/* Units in a queue of which all orders are tried. */
#define QUEUE_PERMUTED_MAX 5U

struct Probe {
        Chooser chooser;
        Observer observer;
        const Search *search;
        Manager *m;
        World *start, *world, *middle, *scratch;
        uint16_t *ranks[_COMMUTE_PHASE_MAX];
        CommutePhase phase; /* that is looked at */
        const NameId *ids;  /* its order; NULL: the phases are to be listed */
        unsigned n, n_seen[_COMMUTE_PHASE_MAX];
        Fingerprint *states; /* NULL: nobody wants them */
        unsigned n_states;
        unsigned stop; /* no more is to be done after so many elements; UINT_MAX: go on to the end */
        unsigned look_after;
        GPtrArray *rows, *stated; /* the state after look_after elements, and what the entries so far say */
        ProbeList *lists;
        uint64_t *taken; /* ids of units that have taken the entry of another name */
        bool strayed;
        bool limited;       /* a capacity was exceeded, once */
        bool had_schedules; /* something was left to pointers or the kernel, once */
};

#define PROBE_OF(pointer, member) ((Probe *) (void *) ((uint8_t *) (pointer) -offsetof(Probe, member)))

static unsigned probe_choose(Chooser *self, Manager *m, const Choice *c) {
        Probe *p = (Probe *) (void *) self;

        p->had_schedules = p->had_schedules || (c->kind == CHOICE_SCHEDULE && c->n > 1);
        return 0;
}

/* Which fixes ask for is which units have taken an entry so far; that is not in the world. */
static void probe_entry(Observer *self, Manager *m, const char *name, NameId applied_to) {
        Probe *p = PROBE_OF(self, observer);

        if (applied_to != ID_NONE && strcmp(catalog_name_str(m->catalog, applied_to), name) != 0)
                p->taken[applied_to / 64] |= BIT(applied_to % 64);
}

static bool entries_are_judged(const Profile *profile) {
        for (unsigned i = 0; i < profile->n_fixes; i++)
                if (profile->fixes[i]->entry)
                        return true;
        return false;
}

static Fingerprint mix(Fingerprint f, const uint64_t *words, size_t n) {
        for (size_t i = 0; i < n; i++) {
                f.low = (f.low ^ words[i]) * UINT64_C(0x9e3779b97f4a7c15) + i;
                f.low ^= f.low >> 29;
                f.high = (f.high + words[i]) * UINT64_C(0xd6e8feb86659fd93) + i;
                f.high ^= f.high >> 31;
        }
        return f;
}

/* Queues that are filled in the middle of a reload and emptied after it. The order in them is left out of the states;
 * probe_queues_commute() sees to it that it makes no difference. */
static const UnitQueue late_queues[] = { QUEUE_GC, QUEUE_CGROUP_REALIZE };

static void forget_places(const WorldLayout *l, World *w) {
        Unit *units = world_units(l, w);

        for (size_t q = 0; q < G_N_ELEMENTS(late_queues); q++)
                for (size_t i = 0; i < l->n_units; i++)
                        units[i].queue[late_queues[q]] = units[i].queue[late_queues[q]] != 0;
}

static Fingerprint take_state(Probe *p) {
        const WorldLayout *l = &p->search->layout;
        Fingerprint f;

        memcpy(p->middle, p->world, l->size);
        world_normalize(l, p->middle, p->scratch);
        forget_places(l, p->middle);
        f = world_fingerprint(l, p->middle);
        return p->m->observer ? mix(f, p->taken, l->order_words) : f;
}

/* The states that coldplug will put into effect. */
static GPtrArray *list_stated(Manager *m) {
        GPtrArray *rows = snapshot_take(m, SNAPSHOT_ALL);

        g_ptr_array_set_size(rows, 0);
        for (size_t i = 0; i < m->layout->n_units; i++)
                if (m->units[i].in_use)
                        snapshot_add_row(rows, unit_name(m, m->units + i), "deserialized state",
                                         g_strdup(fix_unit_deserialized_state(m, m->units + i)));
        return rows;
}

static void note_state(Probe *p) {
        if (p->states)
                p->states[p->n_states] = take_state(p);
        if (p->look_after == p->n_states) {
                (void) take_state(p);
                manager_bind(p->m, p->middle);
                p->rows = snapshot_take(p->m, SNAPSHOT_ALL);
                p->stated = list_stated(p->m);
                manager_bind(p->m, p->world);
        }
        p->n_states++;
        if (p->n_states > p->stop)
                p->world->crashed = CRASH_OTHER; /* everybody returns at once */
}

static const OrderRule *phase_rule(CommutePhase phase) {
        return phase == COMMUTE_COLDPLUG ? &coldplug_order_rule : &catchup_order_rule;
}

/* Before the first unit of a phase: which pairs matter. */
static void list_pairs(Probe *p, CommutePhase phase) {
        ProbeList *list = p->lists + phase;
        Manager *m = p->m;

        for (size_t i = 0; i < m->layout->n_units && list->n < PROBE_MAX; i++)
                if (m->units[i].in_use)
                        list->ids[list->n++] = m->units[i].id;
        for (unsigned i = 0; i < list->n; i++)
                for (unsigned j = 0; j < list->n; j++)
                        list->matters[i][j] = i != j && phase_rule(phase)->matters(m, m->names[list->ids[i]],
                                                                                   m->names[list->ids[j]], NULL);
}

static void see(Probe *p, CommutePhase phase, NameId name) {
        unsigned i = p->n_seen[phase]++;

        if (!p->ids) {
                if (p->lists && phase != COMMUTE_READ && i == 0)
                        list_pairs(p, phase);
                return;
        }
        if (phase == p->phase) {
                p->strayed = p->strayed || (i < p->n && p->ids[i] != name);
                if (!p->strayed && i <= p->n)
                        note_state(p);
        } else if (phase > p->phase && p->n_states == p->n)
                note_state(p);
}

static void probe_observe(Chooser *self, Manager *m, const char *where, NameId name) {
        Probe *p = (Probe *) (void *) self;

        if (MANAGER_CRASHED(m))
                return;
        if (strcmp(where, OBSERVE_SERIALIZED) == 0)
                m->rank = p->ranks[COMMUTE_COLDPLUG];
        else if (strcmp(where, OBSERVE_LOAD) == 0)
                see(p, COMMUTE_READ, name);
        else if (strcmp(where, OBSERVE_COLDPLUG) == 0) {
                see(p, COMMUTE_COLDPLUG, name);
                m->rank = p->ranks[COMMUTE_CATCHUP];
        } else if (strcmp(where, OBSERVE_CATCHUP) == 0)
                see(p, COMMUTE_CATCHUP, name);
}

Probe *probe_new(const Search *s) {
        Probe *p = g_new0(Probe, 1);

        p->chooser = (Chooser) { .choose = probe_choose, .observation_point = probe_observe };
        p->observer = (Observer) { .entry = probe_entry };
        p->search = s;
        p->m = manager_new(s->catalog, &s->layout, s->profile);
        p->m->chooser = &p->chooser;
        p->m->observer = entries_are_judged(s->profile) ? &p->observer : NULL;
        p->start = world_new(&s->layout);
        p->world = world_new(&s->layout);
        p->middle = world_new(&s->layout);
        p->scratch = world_new(&s->layout);
        for (size_t i = 0; i < _COMMUTE_PHASE_MAX; i++)
                p->ranks[i] = g_new(uint16_t, s->layout.n_names);
        p->taken = g_new0(uint64_t, s->layout.order_words);
        return p;
}

void probe_free(Probe *p) {
        for (size_t i = 0; i < _COMMUTE_PHASE_MAX; i++)
                g_free(p->ranks[i]);
        g_free(p->taken);
        g_free(p->start);
        g_free(p->world);
        g_free(p->middle);
        g_free(p->scratch);
        manager_free(p->m);
        g_free(p);
}

Fingerprint probe_start(Probe *p, const World *w) {
        const WorldLayout *l = &p->search->layout;

        memcpy(p->start, w, l->size);
        memset(world_order(l, p->start), 0, world_order_size(l) * sizeof(uint64_t));
        memset(world_clients(l, p->start), 0, l->n_clients * sizeof(Client));
        p->start->reload_client = ID_NONE;
        p->start->top_pc = 0;
        p->start->epoch = 0;
        return world_fingerprint(l, p->start);
}

/* Those in @ids first, then the others by their ids. */
static void fill_rank(const Probe *p, uint16_t *rank, const NameId *ids, unsigned n) {
        uint16_t place = (uint16_t) n;

        memset(rank, 0xff, p->search->layout.n_names * sizeof(uint16_t));
        for (unsigned i = 0; i < n; i++)
                rank[ids[i]] = (uint16_t) i;
        for (size_t i = 0; i < p->search->layout.n_names; i++)
                if (rank[i] == UINT16_MAX)
                        rank[i] = place++;
}

static void run(Probe *p) {
        const WorldLayout *l = &p->search->layout;
        Manager *m = p->m;

        memcpy(p->world, p->start, l->size);
        memset(p->taken, 0, l->order_words * sizeof(uint64_t));
        memset(p->n_seen, 0, sizeof(p->n_seen));
        p->n_states = 0;
        p->strayed = false;
        for (unsigned i = 0; i < _COMMUTE_PHASE_MAX; i++)
                fill_rank(p, p->ranks[i], p->ids, p->ids && i == p->phase ? p->n : 0);
        manager_bind(m, p->world);
        m->rank = p->ranks[COMMUTE_READ];
        m->reload.done = false;
        (void) manager_dispatch(m);
        p->limited = p->limited || (p->world->flags & WORLD_LIMIT) != 0;
        if (p->ids && !p->strayed && p->n_states == p->n)
                note_state(p);
}

bool probe_is_limited(const Probe *p) {
        return p->limited;
}

bool probe_had_schedules(const Probe *p) {
        return p->had_schedules;
}

static void list_entries(Probe *p, ProbeList *list, size_t *ret_runs, size_t *ret_n_runs) {
        Manager *m = p->m;
        size_t n_units = m->layout->n_units, n_words = SERIALIZED_NAMES_WORDS(m), n = 0;
        g_autofree UnitSlot *slots = g_new(UnitSlot, n_units);
        g_autofree NameId *ids = g_new0(NameId, n_units);
        g_autofree uint64_t *names = g_new0(uint64_t, n_units * n_words);
        g_autofree uint64_t *unsettled = g_new0(uint64_t, n_words);
        g_autofree bool *marks = g_new0(bool, n_units * 3);
        StreamOrder order = { .ids = ids,
                              .names = names,
                              .n_words = n_words,
                              .unsettled = unsettled,
                              .separate = marks,
                              .alone = marks + n_units,
                              .settled = marks + 2 * n_units };

        memcpy(p->world, p->start, m->layout->size);
        manager_bind(m, p->world);
        for (size_t i = 0; i < n_units && n < PROBE_MAX; i++)
                if (m->units[i].in_use && fixes_write_entry(m, m->units + i))
                        slots[n++] = (UnitSlot) i;
        stream_order_prepare(m, &order);
        *ret_n_runs = fixes_sort_entries(m, slots, n, ret_runs);
        list->n = (unsigned) n;
        for (size_t i = 0; i < n; i++) {
                list->ids[i] = m->units[slots[i]].id;
                for (size_t j = 0; j < n; j++)
                        list->matters[i][j] = i != j && stream_order_matters(m, slots[i], slots[j], &order);
        }
}

bool probe_list(Probe *p, ProbeList ret[static _COMMUTE_PHASE_MAX], size_t *ret_runs, size_t *ret_n_runs) {
        for (unsigned i = 0; i < _COMMUTE_PHASE_MAX; i++)
                ret[i].n = 0;
        list_entries(p, ret, ret_runs, ret_n_runs);
        p->lists = ret;
        p->ids = NULL;
        p->states = NULL;
        p->look_after = p->stop = UINT_MAX;
        run(p);
        p->lists = NULL;
        for (unsigned i = 0; i < _COMMUTE_PHASE_MAX; i++)
                if (ret[i].n >= PROBE_MAX)
                        return false;
        return !MANAGER_CRASHED(p->m);
}

/* What comes of the dispatch after the reload when the units in @slots wait in @q in the order @places. */
static Fingerprint dispatch_queue(Probe *p, UnitQueue q, const UnitSlot *slots, const uint16_t *places,
                                  unsigned n) {
        const WorldLayout *l = &p->search->layout;

        memcpy(p->middle, p->world, l->size);
        for (unsigned i = 0; i < n; i++)
                world_units(l, p->middle)[slots[i]].queue[q] = places[i];
        manager_bind(p->m, p->middle);
        (void) manager_dispatch(p->m);
        manager_bind(p->m, p->world);
        world_normalize(l, p->middle, p->scratch);
        return world_fingerprint(l, p->middle);
}

static void swap_places(uint16_t *places, unsigned i, unsigned j) {
        uint16_t place = places[i];

        places[i] = places[j];
        places[j] = place;
}

/* All orders of the places from the @from-th on; with more than a few, only those in which two have changed places. */
static bool try_places(Probe *p, UnitQueue q, const UnitSlot *slots, uint16_t *places, unsigned from, unsigned n,
                       bool all, Fingerprint first) {
        Fingerprint now = dispatch_queue(p, q, slots, places, n);

        if (now.low != first.low || now.high != first.high)
                return false;
        for (unsigned i = from; i < n; i++)
                for (unsigned j = i + 1; j < n; j++) {
                        bool ok;

                        swap_places(places, i, j);
                        ok = try_places(p, q, slots, places, all ? i + 1 : n, n, all, first);
                        swap_places(places, i, j);
                        if (!ok)
                                return false;
                }
        return true;
}

bool probe_queues_commute(Probe *p, bool *ret_all) {
        g_autofree UnitSlot *slots = g_new(UnitSlot, p->search->layout.n_units);
        g_autofree uint16_t *places = g_new(uint16_t, p->search->layout.n_units);

        *ret_all = true;
        p->ids = NULL;
        p->lists = NULL;
        p->states = NULL;
        p->look_after = p->stop = UINT_MAX;
        run(p);
        for (size_t q = 0; q < G_N_ELEMENTS(late_queues) && !MANAGER_CRASHED(p->m); q++) {
                unsigned n = 0;

                for (size_t i = 0; i < p->search->layout.n_units; i++)
                        if (p->m->units[i].in_use && unit_in_queue(p->m->units + i, late_queues[q])) {
                                places[n] = p->m->units[i].queue[late_queues[q]];
                                slots[n++] = (UnitSlot) i;
                        }
                *ret_all = *ret_all && n <= QUEUE_PERMUTED_MAX;
                if (n > 1 && !try_places(p, late_queues[q], slots, places, 0, n, n <= QUEUE_PERMUTED_MAX,
                                         dispatch_queue(p, late_queues[q], slots, places, n)))
                        return false;
        }
        return true;
}

bool probe_run(Probe *p, CommutePhase phase, const NameId *ids, unsigned n, Fingerprint *ret) {
        p->phase = phase;
        p->ids = ids;
        p->n = n;
        p->states = ret;
        p->look_after = UINT_MAX;
        p->stop = n;
        run(p);
        /* PID 1 died before it came to the end. */
        while (!p->strayed && p->n_states <= n)
                p->states[p->n_states++] = take_state(p);
        return !p->strayed;
}

void probe_look(Probe *p, CommutePhase phase, const NameId *ids, unsigned n, unsigned after, ProbeLook *ret) {
        p->phase = phase;
        p->ids = ids;
        p->n = n;
        p->states = NULL;
        p->look_after = after;
        p->stop = UINT_MAX;
        p->rows = p->stated = NULL;
        run(p);
        if (!p->rows) {
                p->look_after = p->n_states;
                note_state(p);
        }
        *ret = (ProbeLook) { .rows = p->rows, .stated = p->stated, .end = take_state(p) };
}
