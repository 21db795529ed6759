/* SPDX-License-Identifier: MIT */

/* The order of m->units: what a world knows of it, and who asks for more. */

#include "cases.h"

#define UNITS ACTOR("a", "", "") ACTOR("b", "", "") ACTOR("c", "", "") ACTOR("d", "", "") ACTOR("e", "", "")
#define ALL   "start a.service b.service c.service d.service e.service\n"

typedef struct CountingChooser {
        Chooser chooser;
        unsigned n_asked, answer;
} CountingChooser;

static unsigned count_and_choose(Chooser *self, Manager *m, const Choice *choice) {
        CountingChooser *c = (CountingChooser *) self;

        (void) m;
        assert_int_equal(choice->kind, CHOICE_ORDER);
        assert_int_equal(choice->n, 2);
        assert_true(choice->a < choice->b);
        c->n_asked++;
        return c->answer;
}

static Fixture *five_units(void) {
        Fixture *f = fixture_new("257", UNITS ALL);

        fixture_run(f);
        return f;
}

static NameId name_of(const Fixture *f, const char *letter) {
        g_autofree char *name = g_strconcat(letter, ".service", NULL);

        return catalog_find_name(f->catalog, name);
}

/* Whatever is decided in whatever order, all that follows from it is known. */
static void test_transitive(void **state) {
        g_autoptr(Fixture) f = fixture_new("257", UNITS ALL "daemon-reexec\n");
        NameId a = name_of(f, "a"), b = name_of(f, "b"), c = name_of(f, "c"), d = name_of(f, "d"),
               e = name_of(f, "e");
        const NameId order[] = { e, c, a, d, b };
        static const uint8_t steps[][2] = { { 0, 1 }, { 3, 4 }, { 2, 3 }, { 1, 2 } };

        (void) state;
        assert_int_equal(f->layout.n_epochs, 2);
        assert_int_equal(world_order_known(&f->layout, f->world, 0, a, b), 0);

        for (size_t i = 0; i < G_N_ELEMENTS(steps); i++)
                world_order_decide(&f->layout, f->world, 0, order[steps[i][0]], order[steps[i][1]]);

        for (size_t i = 0; i < G_N_ELEMENTS(order); i++)
                for (size_t j = 0; j < G_N_ELEMENTS(order); j++)
                        assert_int_equal(world_order_known(&f->layout, f->world, 0, order[i], order[j]),
                                         i < j ? -1 : i > j);

        /* Another key knows nothing of it. */
        assert_int_equal(world_order_known(&f->layout, f->world, 1, a, b), 0);
}

/* All ways to decide the pairs of four names one by one end in a total order. */
static void test_all_decisions(void **state) {
        (void) state;

        for (unsigned answers = 0; answers < 64; answers++) {
                g_autoptr(Fixture) f = five_units();
                const NameId n[] = { name_of(f, "a"), name_of(f, "b"), name_of(f, "c"), name_of(f, "d") };
                unsigned bit = 0, before[4] = {};

                for (size_t i = 0; i < 4; i++)
                        for (size_t j = i + 1; j < 4; j++) {
                                bool swap = answers & BIT(bit++);

                                if (world_order_known(&f->layout, f->world, 0, n[i], n[j]) == 0)
                                        world_order_decide(&f->layout, f->world, 0, n[swap ? j : i],
                                                           n[swap ? i : j]);
                        }

                for (size_t i = 0; i < 4; i++)
                        for (size_t j = 0; j < 4; j++) {
                                int known = world_order_known(&f->layout, f->world, 0, n[i], n[j]);

                                assert_int_equal(known, -world_order_known(&f->layout, f->world, 0, n[j], n[i]));
                                assert_int_equal(known == 0, i == j);
                                before[i] += known > 0;
                        }

                /* The numbers of predecessors are 0, 1, 2 and 3. */
                assert_int_equal((1 << before[0]) | (1 << before[1]) | (1 << before[2]) | (1 << before[3]), 15);
        }
}

static void test_name_before(void **state) {
        g_autoptr(Fixture) f = five_units();
        CountingChooser c = { .chooser.choose = count_and_choose, .answer = 1 };
        NameId a = name_of(f, "a"), b = name_of(f, "b");

        (void) state;
        f->manager->chooser = &c.chooser;

        assert_false(manager_name_before(f->manager, a, b, "test"));
        assert_true(manager_name_before(f->manager, b, a, "test"));
        assert_false(manager_name_before(f->manager, a, a, "test"));
        assert_int_equal(c.n_asked, 1);
        f->manager->chooser = &f->chooser;
}

static bool always(Manager *m, UnitSlot a, UnitSlot b, const void *userdata) {
        (void) m, (void) a, (void) b, (void) userdata;
        return true;
}
static const OrderRule all_matter = { .matters = always };

static bool never(Manager *m, UnitSlot a, UnitSlot b, const void *userdata) {
        (void) m, (void) a, (void) b, (void) userdata;
        return false;
}
static const OrderRule none_matters = { .matters = never };

static bool is_the_pair(Manager *m, UnitSlot a, UnitSlot b, const void *userdata) {
        const NameId *pair = userdata;
        NameId x = m->units[a].id, y = m->units[b].id;

        return (x == pair[0] && y == pair[1]) || (x == pair[1] && y == pair[0]);
}
static const OrderRule pair_matters = { .matters = is_the_pair };

static char *sorted(Fixture *f, const OrderRule *rule, const void *userdata) {
        UnitSlot slots[16];
        size_t n = 0;
        GString *s = g_string_new(NULL);

        for (size_t i = f->layout.n_units; i > 0; i--)
                if (f->manager->units[i - 1].in_use)
                        slots[n++] = (UnitSlot) (i - 1);

        manager_sort_units(f->manager, slots, n, rule, userdata, "test");
        for (size_t i = 0; i < n; i++)
                g_string_append_c(s, *unit_name(f->manager, f->manager->units + slots[i]));
        return g_string_free(s, FALSE);
}

static void test_sort_units(void **state) {
        g_autoptr(Fixture) f = five_units();
        CountingChooser c = { .chooser.choose = count_and_choose };
        NameId pair[2] = { name_of(f, "b"), name_of(f, "d") };
        g_autofree char *nothing = NULL, *one = NULL, *later = NULL, *all = NULL, *again = NULL;

        (void) state;
        f->manager->chooser = &c.chooser;

        nothing = sorted(f, &none_matters, NULL);
        assert_string_equal(nothing, "abcde");
        assert_int_equal(c.n_asked, 0);

        c.answer = 1;
        one = sorted(f, &pair_matters, pair);
        assert_int_equal(c.n_asked, 1);
        assert_true(strchr(one, 'd') < strchr(one, 'b'));

        /* What is decided holds also for those to whom it does not matter. */
        later = sorted(f, &none_matters, NULL);
        assert_true(strchr(later, 'd') < strchr(later, 'b'));
        assert_int_equal(c.n_asked, 1);

        all = sorted(f, &all_matter, NULL);
        assert_string_equal(all, "edcba");
        c.n_asked = 0;
        again = sorted(f, &all_matter, NULL);
        assert_string_equal(again, "edcba");
        assert_int_equal(c.n_asked, 0);
        f->manager->chooser = &f->chooser;
}

static void test_rank(void **state) {
        g_autoptr(Fixture) f = five_units();
        g_autofree char *s = NULL, *tied = NULL;
        uint16_t *rank;

        (void) state;
        fixture_order(f, "c.service e.service a.service");
        s = sorted(f, &all_matter, NULL);
        assert_string_equal(s, "ceabd");
        assert_int_equal(f->manager->alternatives, 0);
        assert_true(manager_name_before(f->manager, name_of(f, "e"), name_of(f, "a"), "test"));

        /* A recording that does not say everything. */
        rank = (uint16_t *) (uintptr_t) f->manager->rank;
        rank[name_of(f, "e")] = rank[name_of(f, "c")];
        tied = sorted(f, &all_matter, NULL);
        assert_string_equal(tied, "ceabd");
        assert_int_equal(f->manager->alternatives, 1);
        assert_true(manager_name_before(f->manager, name_of(f, "c"), name_of(f, "e"), "test"));
        assert_int_equal(f->manager->alternatives, 2);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_transitive),  cmocka_unit_test(test_all_decisions),
                cmocka_unit_test(test_name_before), cmocka_unit_test(test_sort_units),
                cmocka_unit_test(test_rank),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
