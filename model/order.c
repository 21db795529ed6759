/* SPDX-License-Identifier: MIT */

/* The order in which m->units iterates: a ranking of all names, fixed by the key of the table
 * (basic/hashmap.c), of which a world knows only what was asked so far. */

#include <string.h>

#include "unit.h"

static void note_ranked(Manager *m, NameId name) {
        if (m->ranked)
                m->ranked[name] = true;
}

static bool rank_before(Manager *m, NameId a, NameId b) {
        note_ranked(m, a);
        note_ranked(m, b);
        if (m->rank[a] != m->rank[b])
                return m->rank[a] < m->rank[b];

        m->alternatives++;
        return a < b;
}

static void manager_decide_order(Manager *m, NameId a, NameId b, const char *where) {
        unsigned epoch = m->world->epoch;
        Choice choice = {
                .kind = CHOICE_ORDER,
                .n = 2,
                .a = a,
                .b = b,
                .where = where,
        };

        if (m->chooser->choose(m->chooser, m, &choice) == 0)
                world_order_decide(m->layout, m->world, epoch, a, b);
        else
                world_order_decide(m->layout, m->world, epoch, b, a);
}

bool manager_name_before(Manager *m, NameId a, NameId b, const char *where) {
        unsigned epoch = m->world->epoch;

        if (a == b)
                return false;
        if (m->rank)
                return rank_before(m, a, b);

        if (world_order_known(m->layout, m->world, epoch, a, b) == 0)
                manager_decide_order(m, MIN(a, b), MAX(a, b), where);

        return world_order_known(m->layout, m->world, epoch, a, b) < 0;
}

bool manager_name_is_surpassed(const Manager *m, ChoiceKind kind, const NameId *names, size_t n, size_t i) {
        int beyond = kind == CHOICE_LAST ? -1 : 1;

        for (size_t j = 0; j < n; j++)
                if (world_order_known(m->layout, m->world, m->world->epoch, names[i], names[j]) == beyond)
                        return true;

        return false;
}

static void decide_end(Manager *m, ChoiceKind kind, NameId end, const NameId *names, size_t n) {
        unsigned epoch = m->world->epoch;

        for (size_t i = 0; i < n; i++) {
                if (names[i] == end || world_order_known(m->layout, m->world, epoch, names[i], end) != 0)
                        continue;
                if (kind == CHOICE_LAST)
                        world_order_decide(m->layout, m->world, epoch, names[i], end);
                else
                        world_order_decide(m->layout, m->world, epoch, end, names[i]);
        }
}

static size_t end_by_pairs(Manager *m, ChoiceKind kind, const NameId *names, size_t n, const char *where) {
        size_t end = 0;

        for (size_t i = 1; i < n; i++)
                if (manager_name_before(m, names[end], names[i], where) == (kind == CHOICE_LAST))
                        end = i;

        return end;
}

size_t manager_decide_end(Manager *m, ChoiceKind kind, const NameId *names, size_t n, const char *where) {
        NameId *candidates = g_newa(NameId, n);
        size_t *indices = g_newa0(size_t, n), answer = 0;
        Choice choice = {
                .kind = kind, .names = candidates, .among = names, .n_among = (unsigned) n, .where = where
        };

        if (m->rank || n <= 2)
                return end_by_pairs(m, kind, names, n, where);

        for (size_t i = 0; i < n; i++)
                if (!manager_name_is_surpassed(m, kind, names, n, i)) {
                        indices[choice.n] = i;
                        candidates[choice.n++] = names[i];
                }

        if (choice.n > 1) {
                answer = m->chooser->choose(m->chooser, m, &choice);
                decide_end(m, kind, candidates[answer], names, n);
        }
        return indices[answer];
}

static NameId slot_name(const Manager *m, UnitSlot slot) {
        return m->units[slot].id;
}

static void move_slot(UnitSlot *slots, size_t from, size_t to) {
        UnitSlot moving = slots[from];

        memmove(slots + to + 1, slots + to, (from - to) * sizeof(UnitSlot));
        slots[to] = moving;
}

static void sort_by_name(const Manager *m, UnitSlot *slots, size_t n) {
        for (size_t i = 1; i < n; i++) {
                size_t j = i;

                while (j > 0 && slot_name(m, slots[j - 1]) > slot_name(m, slots[i]))
                        j--;
                move_slot(slots, i, j);
        }
}

static void sort_by_rank(Manager *m, UnitSlot *slots, size_t n, const OrderRule *rule, const void *userdata) {
        for (size_t i = 0; i < n && n > 1; i++)
                note_ranked(m, slot_name(m, slots[i]));

        for (size_t i = 1; i < n; i++) {
                size_t j = i;

                /* The slots are sorted by name, so those of equal rank stay in that order. */
                while (j > 0 && m->rank[slot_name(m, slots[j - 1])] > m->rank[slot_name(m, slots[i])])
                        j--;
                move_slot(slots, i, j);
        }

        for (size_t i = 1; i < n; i++)
                if (m->rank[slot_name(m, slots[i - 1])] == m->rank[slot_name(m, slots[i])] &&
                    rule->matters(m, slots[i - 1], slots[i], userdata))
                        m->alternatives++;
}

/* How many of the @n slots are known to come before each of them. */
static void count_preceding(const Manager *m, const UnitSlot *slots, size_t n, uint16_t *ret) {
        const WorldLayout *l = m->layout;
        uint16_t *index = g_newa(uint16_t, l->n_names);

        memset(index, 0xFF, l->n_names * sizeof(uint16_t));
        for (size_t i = 0; i < n; i++) {
                index[slot_name(m, slots[i])] = (uint16_t) i;
                ret[i] = 0;
        }

        for (size_t i = 0; i < n; i++)
                for (size_t w = 0; w < l->order_words; w++)
                        for (uint64_t bits =
                                     world_order_row(l, m->world, m->world->epoch, slot_name(m, slots[i]))[w];
                             bits != 0; bits &= bits - 1) {
                                uint16_t later = index[w * 64 + (unsigned) __builtin_ctzll(bits)];

                                if (later != UINT16_MAX)
                                        ret[later]++;
                        }
}

/* slots[@placed] has its place: what comes after it has one less before it. */
static void release_followers(const Manager *m, const UnitSlot *slots, size_t n, size_t placed,
                              uint16_t *preceding) {
        for (size_t i = placed + 1; i < n; i++)
                if (preceding[i] > 0 &&
                    world_order_known(m->layout, m->world, m->world->epoch, slot_name(m, slots[placed]),
                                      slot_name(m, slots[i])) < 0)
                        preceding[i]--;
}

/* The first of all orders that agree with everything that is decided, also about pairs that do not matter
 * here: the next question must not contradict what this iteration seemed to do. */
static void sort_by_decisions(const Manager *m, UnitSlot *slots, size_t n) {
        uint16_t *preceding = g_newa(uint16_t, n);

        count_preceding(m, slots, n, preceding);
        for (size_t i = 0; i + 1 < n; i++) {
                size_t j = i;

                while (preceding[j] > 0)
                        j++;
                move_slot(slots, j, i);
                memmove(preceding + i + 1, preceding + i, (j - i) * sizeof(uint16_t));
                release_followers(m, slots, n, i, preceding);
        }
}

/* Fills @ret with the slots that the rule marks, sorted as @slots are; returns how many. */
static size_t list_marked(Manager *m, const UnitSlot *slots, size_t n, const OrderRule *rule,
                          const void *userdata, UnitSlot *ret) {
        bool *marked = g_newa0(bool, n + 1);
        size_t n_marked = 0;

        if (rule->mark)
                rule->mark(m, slots, n, userdata, marked);
        for (size_t i = 0; i < n; i++)
                if (!rule->mark || marked[i])
                        ret[n_marked++] = slots[i];

        return n_marked;
}

void manager_sort_units(Manager *m, UnitSlot *slots, size_t n, const OrderRule *rule, const void *userdata,
                        const char *where) {
        UnitSlot *marked = g_newa(UnitSlot, n + 1);
        size_t n_marked;

        sort_by_name(m, slots, n);

        if (m->rank) {
                sort_by_rank(m, slots, n, rule, userdata);
                return;
        }

        n_marked = list_marked(m, slots, n, rule, userdata, marked);
        for (size_t i = 0; i < n_marked; i++)
                for (size_t j = i + 1; j < n_marked; j++)
                        if (rule->matters(m, marked[i], marked[j], userdata))
                                (void) manager_name_before(m, slot_name(m, marked[i]), slot_name(m, marked[j]),
                                                           where);

        sort_by_decisions(m, slots, n);
}
