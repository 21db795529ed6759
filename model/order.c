/* SPDX-License-Identifier: MIT */

/* The order in which m->units iterates: a ranking of all names, fixed by the key of the table
 * (basic/hashmap.c), of which a world knows only what was asked so far. */

#include <string.h>

#include "unit.h"

static bool rank_before(Manager *m, NameId a, NameId b) {
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

static void sort_by_rank(Manager *m, UnitSlot *slots, size_t n, OrderMatters matters, const void *userdata) {
        for (size_t i = 1; i < n; i++) {
                size_t j = i;

                /* The slots are sorted by name, so those of equal rank stay in that order. */
                while (j > 0 && m->rank[slot_name(m, slots[j - 1])] > m->rank[slot_name(m, slots[i])])
                        j--;
                move_slot(slots, i, j);
        }

        for (size_t i = 1; i < n; i++)
                if (m->rank[slot_name(m, slots[i - 1])] == m->rank[slot_name(m, slots[i])] &&
                    matters(m, slots[i - 1], slots[i], userdata))
                        m->alternatives++;
}

/* Whether another of the @n slots is known to come before slots[i]. */
static bool is_preceded(const Manager *m, const UnitSlot *slots, size_t n, size_t i) {
        for (size_t j = 0; j < n; j++)
                if (j != i && world_order_known(m->layout, m->world, m->world->epoch, slot_name(m, slots[j]),
                                                slot_name(m, slots[i])) < 0)
                        return true;

        return false;
}

/* The first of all orders that agree with everything that is decided, also about pairs that do not matter
 * here: the next question must not contradict what this iteration seemed to do. */
static void sort_by_decisions(const Manager *m, UnitSlot *slots, size_t n) {
        for (size_t i = 0; i + 1 < n; i++) {
                size_t j = 0;

                while (is_preceded(m, slots + i, n - i, j))
                        j++;
                move_slot(slots, i + j, i);
        }
}

void manager_sort_units(Manager *m, UnitSlot *slots, size_t n, OrderMatters matters, const void *userdata,
                        const char *where) {
        sort_by_name(m, slots, n);

        if (m->rank) {
                sort_by_rank(m, slots, n, matters, userdata);
                return;
        }

        for (size_t i = 0; i < n; i++)
                for (size_t j = i + 1; j < n; j++)
                        if (matters(m, slots[i], slots[j], userdata))
                                (void) manager_name_before(m, slot_name(m, slots[i]), slot_name(m, slots[j]),
                                                           where);

        sort_by_decisions(m, slots, n);
}
