/* SPDX-License-Identifier: MIT */

/* The order of m->units is decided as late as possible, and only for pairs that order-relevance.c calls relevant. Here
 * the same scenarios are explored once for each ranking, which is then fixed from the start: both must come to the
 * same worlds under the same rankings, and so to the same violations.
 *
 * The walk of rankings.h has nothing in common with search.c but the steps themselves, so that this compares the search as
 * well. */

#include "exactness-cases.h"
#include "rankings.h"

#include <string.h>

#include "model/fixes.h"
#include "traces/scenario.h"

#define NAMES_MAX        4U   /* of which all rankings are tried; more: a sample */
#define RANKINGS_MAX     600U /* so many rankings of all keys are tried, or a sample */
#define SAMPLE           24U
#define MIXED            6U    /* and so many in which PID 1's own units stand anywhere */
#define STATES_MAX       6000U /* scenarios with more are left to other tests */
#define RANDOM_SCENARIOS 40U
#define ALIAS_SCENARIOS  30U

static const char *const versions[] = { "252", "254", "255", "257", "262" };

typedef struct Totals {
        unsigned n_scenarios, n_explorations, n_sensitive, n_skipped;
        uint64_t n_rankings, n_states, n_verdicts, n_partial;
} Totals;

static Totals totals;

/* What was reached besides: the worlds, less their orders, and when which property is violated */
typedef struct StateWalk {
        Walk walk; /* first: a Walk is a StateWalk */
        const Catalog *catalog;
        World *projected, *renamed, *scratch;
        GHashTable *states; /* Fingerprint of the world less its order -> OrderSet */
        OrderSet *violated[PROPERTIES_MAX];
} StateWalk;

static void set_free(gpointer p) {
        order_set_free(p);
}

static void note_violations(Walk *walk, uint32_t violated, const World *world) {
        StateWalk *w = (StateWalk *) (void *) walk;

        for (; violated != 0; violated &= violated - 1)
                order_set_add(w->violated[__builtin_ctz(violated)], world_order(&walk->layout, world));
}

/* What is in the queues is looked at anew when PID 1 comes to it, which is before anything else. What is there for nothing makes
 * no difference, nor does who is where. That is put to the test as well: the worlds behind them must be the same. */
static bool queues_are_empty(const World *w) {
        for (size_t q = 0; q < _UNIT_QUEUE_MAX; q++)
                if (q != QUEUE_CGROUP_EMPTY && w->n_queued[q] > 0)
                        return false;
        return true;
}

/* 262: an orphan has a name that means nothing, here the first that is free. So who has which depends on the order in which
 * they come up, and tells nothing. */
static void swap_name(NameId *name, NameId a, NameId b) {
        if (*name == a || *name == b)
                *name = *name == a ? b : a;
}

static void swap_orphans(StateWalk *w, World *world, NameId a, NameId b) {
        const WorldLayout *l = &w->walk.layout;
        UnitSlot *names = world_names(l, world), slot = names[a];

        names[a] = names[b];
        names[b] = slot;
        for (size_t i = 0; i < l->n_units; i++)
                if (world_units(l, world)[i].in_use)
                        swap_name(&world_units(l, world)[i].id, a, b);
        for (size_t i = 0; i < l->n_processes; i++)
                swap_name(&world_processes(l, world)[i].started_for, a, b);
        for (size_t i = 0; i < world->n_inbox; i++)
                swap_name(&world_inbox(l, world)[i].unit, a, b);
        swap_name(&world->crash_unit, a, b);
        world_normalize(l, world, w->scratch);
}

static bool is_used(const StateWalk *w, NameId name) {
        return world_names(&w->walk.layout, w->renamed)[name] != UNIT_NONE;
}

/* The smallest fingerprint that w->renamed has with the names of the orphans from @from on in some order. */
static void minimize_fingerprint(StateWalk *w, size_t from, Fingerprint *best) {
        size_t n = w->walk.layout.n_names;

        while (from < n && (!w->catalog->names[from].is_orphan || !is_used(w, (NameId) from)))
                from++;
        if (from >= n) {
                Fingerprint f = expander_fingerprint(w->walk.x, w->renamed);

                if (f.low < best->low || (f.low == best->low && f.high < best->high))
                        *best = f;
                return;
        }

        minimize_fingerprint(w, from + 1, best);
        for (size_t other = from + 1; other < n; other++)
                if (is_used(w, (NameId) other) &&
                    w->catalog->names[other].type == w->catalog->names[from].type) {
                        swap_orphans(w, w->renamed, (NameId) from, (NameId) other);
                        minimize_fingerprint(w, from + 1, best);
                        swap_orphans(w, w->renamed, (NameId) from, (NameId) other);
                }
}

/* Those that there are get the first names. */
static void compact_orphans(StateWalk *w) {
        const CatalogName *names = w->catalog->names;

        for (NameId free_name = 0; free_name < w->walk.layout.n_names; free_name++)
                for (NameId n = (NameId) (free_name + 1);
                     n < w->walk.layout.n_names && names[free_name].is_orphan; n++)
                        if (!is_used(w, free_name) && is_used(w, n) && names[n].type == names[free_name].type)
                                swap_orphans(w, w->renamed, free_name, n);
}

static Fingerprint fingerprint_without_orphan_names(StateWalk *w) {
        Fingerprint f = { .low = UINT64_MAX, .high = UINT64_MAX };

        memcpy(w->renamed, w->projected, w->walk.layout.size);
        compact_orphans(w);
        minimize_fingerprint(w, 0, &f);
        return f;
}

/* Names for one thing: a unit's trigger by any name that it has; and a look for the file of a unit that was not found is only
 * repeated, or not, with the same outcome. */
static void forget_ways(const WorldLayout *l, World *world) {
        Unit *units = world_units(l, world);

        for (size_t i = 0; i < l->n_units; i++) {
                NameId trigger = units[i].trigger;

                units[i].flags &= (uint16_t) ~UNIT_NOT_FOUND_STALE;
                if (units[i].in_use && trigger != ID_NONE && world_names(l, world)[trigger] != UNIT_NONE)
                        units[i].trigger = units[world_names(l, world)[trigger]].id;
        }
}

/* Files @world under what it is without its order. */
static void note_state(StateWalk *w, const World *world) {
        memcpy(w->projected, world, w->walk.layout.size);
        memset(world_order(&w->walk.layout, w->projected), 0,
               world_order_size(&w->walk.layout) * sizeof(uint64_t));
        forget_ways(&w->walk.layout, w->projected);

        Fingerprint f = fingerprint_without_orphan_names(w);
        OrderSet *orders = g_hash_table_lookup(w->states, &f);

        if (!orders) {
                orders = order_set_new(&w->walk.layout);
                g_hash_table_insert(w->states, g_memdup2(&f, sizeof(f)), orders);
        }
        order_set_add(orders, world_order(&w->walk.layout, world));
}

static void note_world(Walk *walk, const World *world) {
        if (queues_are_empty(world))
                note_state((StateWalk *) (void *) walk, world);
}

static void state_walk_init(StateWalk *w, const Catalog *c, const Profile *p, const uint16_t *const *ranks) {
        *w = (StateWalk) { .catalog = c };
        walk_init(&w->walk, c, p, ranks);
        w->walk.note_violations = note_violations;
        w->walk.note_world = note_world;
        w->projected = world_new(&w->walk.layout);
        w->renamed = world_new(&w->walk.layout);
        w->scratch = world_new(&w->walk.layout);
        w->states = g_hash_table_new_full(fingerprint_hash, fingerprint_equal, g_free, set_free);
        for (size_t i = 0; i < PROPERTIES_MAX; i++)
                w->violated[i] = order_set_new(&w->walk.layout);
}

static void state_walk_clear(StateWalk *w) {
        g_hash_table_unref(w->states);
        g_free(w->projected);
        g_free(w->renamed);
        g_free(w->scratch);
        for (size_t i = 0; i < PROPERTIES_MAX; i++)
                order_set_free(w->violated[i]);
        walk_clear(&w->walk);
}

/* Comparing */
typedef struct Comparison {
        const char *what, *version, *text;
        const Search *search;
        StateWalk lazy;
        Rankings rankings;
        unsigned n_violated[PROPERTIES_MAX];
} Comparison;

static void disagree(const Comparison *c, const char *about, const char *found) {
        GString *s = g_string_new(NULL);

        for (unsigned key = 0; key < c->rankings.n_keys; key++) {
                g_string_append(s, key == 0 ? "" : " /");
                for (uint16_t place = 0; place < c->rankings.n_names; place++)
                        for (NameId i = 0; i < c->rankings.n_names; i++)
                                if (c->rankings.places[key][i] == place)
                                        g_string_append_printf(s, " %s", c->search->catalog->names[i].name);
        }
        fail_msg("%s with %s, %s: %s\nunder%s\n%s", c->what, c->version, about, found, s->str, c->text);
}

static void compare_states(const Comparison *c, const StateWalk *fixed, const uint16_t *const *ranks) {
        GHashTableIter i;
        gpointer f, orders;

        g_hash_table_iter_init(&i, fixed->states);
        while (g_hash_table_iter_next(&i, &f, NULL)) {
                orders = g_hash_table_lookup(c->lazy.states, f);
                if (!orders || !order_set_has(orders, ranks))
                        disagree(c, "states", "one is reached only when the ranking is fixed");
        }

        g_hash_table_iter_init(&i, c->lazy.states);
        while (g_hash_table_iter_next(&i, &f, &orders))
                if (order_set_has(orders, ranks) && !g_hash_table_contains(fixed->states, f))
                        disagree(c, "states", "one is reached only when the ranking is decided lazily");
}

/* Explores with c->rankings.places fixed. Where the place of an orphan matters, which of the equivalent names is its own depends
 * on the search: then only the fractions must be the same. */
static void compare_ranking(Comparison *c) {
        const uint16_t *const *ranks = (const uint16_t *const *) c->rankings.places;
        size_t n;
        const Property *all = properties(&n);
        StateWalk fixed;

        state_walk_init(&fixed, c->search->catalog, c->search->profile, ranks);
        assert_true(walk_run(&fixed.walk, STATES_MAX));
        assert_int_equal(fixed.walk.limited, c->lazy.walk.limited);
        if (!c->rankings.orphans)
                compare_states(c, &fixed, ranks);
        for (size_t i = 0; i < n; i++) {
                bool violated = !order_set_is_empty(fixed.violated[i]);

                c->n_violated[i] += violated;
                totals.n_verdicts++;
                if (!c->rankings.orphans && violated != order_set_has(c->search->verdicts[i].orders, ranks))
                        disagree(c, all[i].name,
                                 violated ? "violated, says the enumeration" : "violated, says the search");
        }
        totals.n_rankings++;
        totals.n_states += g_hash_table_size(fixed.states);
        state_walk_clear(&fixed);
}

static void compare_fractions(const Comparison *c, unsigned n_rankings) {
        mpq_t measured, counted;
        size_t n;
        const Property *all = properties(&n);

        mpq_inits(measured, counted, NULL);
        for (size_t i = 0; i < n; i++) {
                assert_int_equal(order_set_measure(c->search->verdicts[i].orders, measured), 0);
                mpq_set_ui(counted, c->n_violated[i], n_rankings);
                mpq_canonicalize(counted);
                if (!mpq_equal(measured, counted))
                        disagree(c, all[i].name, "another fraction");
                totals.n_partial += mpq_sgn(counted) > 0 && c->n_violated[i] < n_rankings;
        }
        mpq_clears(measured, counted, NULL);
}

static void compare_all(Comparison *c, GRand *rand) {
        unsigned n = rankings_count(&c->rankings, NAMES_MAX, RANKINGS_MAX);

        totals.n_sensitive += c->rankings.asked;
        for (unsigned i = 0; i < n; i++) {
                rank_number(&c->rankings, i);
                compare_ranking(c);
        }
        if (n > 0)
                compare_fractions(c, n);
        for (unsigned i = 0; i < (n > 0 ? MIXED : SAMPLE); i++) {
                rank_randomly(&c->rankings, rand);
                compare_ranking(c);
        }
}

static void compare_version(const char *what, const char *version, const Catalog *catalog, const char *text,
                            GRand *rand) {
        SearchOptions options = { .properties = UINT16_MAX, .n_jobs = 1 };
        Comparison c = { .what = what, .version = version, .text = text };

        state_walk_init(&c.lazy, catalog, profile_find(version), NULL);
        if (!walk_run(&c.lazy.walk, STATES_MAX)) {
                totals.n_skipped++;
                state_walk_clear(&c.lazy);
                return;
        }

        g_autoptr(Search) s = search_run(catalog, profile_find(version), &options);
        c.search = s;
        assert_int_equal(visited_size(s->visited), g_hash_table_size(c.lazy.walk.visited));
        rankings_init(&c.rankings, s);
        compare_all(&c, rand);
        rankings_clear(&c.rankings);
        state_walk_clear(&c.lazy);
        totals.n_explorations++;
}

static void compare_scenario(const char *what, const char *text, GRand *rand) {
        g_autoptr(GError) error = NULL;
        g_autoptr(Catalog) catalog = scenario_parse(what, text, strlen(text), NULL, &error);

        if (!catalog)
                fail_msg("%s: %s\n%s", what, error->message, text);
        totals.n_scenarios++;
        for (size_t i = 0; i < G_N_ELEMENTS(versions); i++)
                compare_version(what, versions[i], catalog, text, rand);
}

static int print_totals(void **state) {
        print_message("%u scenarios, %u explorations (%u in which an order is asked for, %u too large), "
                      "%" G_GUINT64_FORMAT " rankings, %" G_GUINT64_FORMAT " states, %" G_GUINT64_FORMAT
                      " verdicts (%" G_GUINT64_FORMAT " fractions between 0 and 1)\n",
                      totals.n_scenarios, totals.n_explorations, totals.n_sensitive, totals.n_skipped,
                      totals.n_rankings, totals.n_states, totals.n_verdicts, totals.n_partial);
        totals = (Totals) {};
        return 0;
}

static void library_is_exact(void **state) {
        g_autofree char *folder = g_build_filename(SOURCE_DIR, "traces", "scenarios", NULL);
        g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
        g_autoptr(GRand) rand = g_rand_new_with_seed(1);
        const char *name;

        assert_non_null(dir);
        while ((name = g_dir_read_name(dir))) {
                g_autofree char *file = g_build_filename(folder, name, NULL), *text = NULL;

                if (g_str_has_suffix(name, ".scenario") && strcmp(name, "dead-aliases-8.scenario") != 0) {
                        assert_true(g_file_get_contents(file, &text, NULL, NULL));
                        compare_scenario(name, text, rand);
                }
        }
}

static void tricky_scenarios_are_exact(void **state) {
        g_autoptr(GRand) rand = g_rand_new_with_seed(2);

        for (size_t i = 0; i < G_N_ELEMENTS(tricky_scenarios); i++)
                compare_scenario(tricky_scenarios[i].what, tricky_scenarios[i].text, rand);
}

static void random_scenarios_are_exact(void **state) {
        const char *n = g_getenv("EXACTNESS_SCENARIOS"), *seed = g_getenv("EXACTNESS_SEED");
        g_autoptr(GRand) rand =
                g_rand_new_with_seed(seed ? (guint32) g_ascii_strtoull(seed, NULL, 10) : 20261123);

        for (unsigned i = n ? (unsigned) g_ascii_strtoull(n, NULL, 10) : RANDOM_SCENARIOS; i > 0; i--) {
                g_autofree char *text = random_scenario(rand);

                compare_scenario("random", text, rand);
        }
}

/* Three aliases at most, so that all rankings can be tried. */
static void random_aliases_are_exact(void **state) {
        const char *n = g_getenv("EXACTNESS_ALIASES"), *seed = g_getenv("EXACTNESS_SEED"),
                   *most = g_getenv("EXACTNESS_ALIASES_MAX");
        g_autoptr(GRand) rand =
                g_rand_new_with_seed(seed ? (guint32) g_ascii_strtoull(seed, NULL, 10) : 20261124);

        for (unsigned i = n ? (unsigned) g_ascii_strtoull(n, NULL, 10) : ALIAS_SCENARIOS; i > 0; i--) {
                g_autofree char *text =
                        random_alias_scenario(rand, most ? (unsigned) g_ascii_strtoull(most, NULL, 10) : 3);

                compare_scenario("aliases", text, rand);
        }
}

/* More names than elsewhere: when PID 1 reloads, @n - 2 of them have become aliases of r, which runs. Some of these run as
 * well, some are dead, and some have no file of their own. */
static char *many_aliases(unsigned n) {
        g_autoptr(GString) s = g_string_new(SERVICE("r", "") "unit k.service\n  [Unit]\n  After=");
        g_autoptr(GString) running = g_string_new("");

        for (unsigned i = 1; i + 2 <= n; i++)
                if (i % 3 != 1)
                        g_string_append_printf(s, "a%u.service ", i);
        g_string_append(s, "\n  [Service]\n  ExecStart=/usr/bin/actor k\n");
        for (unsigned i = 1; i + 2 <= n; i++) {
                if (i % 3 != 0)
                        g_string_append_printf(
                                s, "unit a%u.service\n  [Service]\n  ExecStart=/usr/bin/actor a%u\n", i, i);
                if (i % 3 == 1)
                        g_string_append_printf(running, " a%u.service", i);
        }
        g_string_append_printf(s, "daemon-reload\nstart r.service k.service%s\n", running->str);
        for (unsigned i = 1; i + 2 <= n; i++)
                g_string_append_printf(s, "link a%u.service r.service\n", i);
        g_string_append(s, "client c\n  daemon-reload\nclient w\n  exit r 0\n");
        return g_string_free(g_steal_pointer(&s), FALSE);
}

static void walk_again(StateWalk *w) {
        g_hash_table_remove_all(w->walk.visited);
        g_hash_table_remove_all(w->states);
        for (size_t i = 0; i < PROPERTIES_MAX; i++)
                if (!order_set_is_empty(w->violated[i])) {
                        order_set_free(w->violated[i]);
                        w->violated[i] = order_set_new(&w->walk.layout);
                }
        assert_true(walk_run(&w->walk, STATES_MAX));
}

static void compare_verdicts(Comparison *c, StateWalk *fixed) {
        const uint16_t *const *ranks = (const uint16_t *const *) c->rankings.places;
        size_t n;
        const Property *all = properties(&n);

        walk_again(fixed);
        for (size_t i = 0; i < n; i++) {
                bool violated = !order_set_is_empty(fixed->violated[i]);

                c->n_violated[i] += violated;
                totals.n_verdicts++;
                if (!c->rankings.orphans && violated != order_set_has(c->search->verdicts[i].orders, ranks))
                        disagree(c, all[i].name,
                                 violated ? "violated, says the enumeration" : "violated, says the search");
        }
        totals.n_rankings++;
}

static void compare_all_rankings(const Profile *p, const char *text, unsigned n_names) {
        SearchOptions options = { .properties = UINT16_MAX, .n_jobs = 1 };
        g_autoptr(GError) error = NULL;
        g_autoptr(Catalog) catalog = scenario_parse("many", text, strlen(text), NULL, &error);
        g_autoptr(Search) s = catalog ? search_run(catalog, p, &options) : NULL;
        Comparison c = { .what = "many", .version = p->name, .text = text, .search = s };
        unsigned n;
        StateWalk fixed;

        if (!s)
                fail_msg("%s", error->message);
        assert_true(search_is_complete(s));
        rankings_init(&c.rankings, s);
        assert_int_equal(c.rankings.n_keys, 1);
        if (c.rankings.orphans)
                assert_in_range(c.rankings.wanted->len, n_names + 1, 7); /* they have names of their own */
        else
                assert_int_equal(c.rankings.wanted->len, n_names);
        n = factorial(c.rankings.wanted->len);
        state_walk_init(&fixed, catalog, p, (const uint16_t *const *) c.rankings.places);
        for (unsigned i = 0; i < n; i++) {
                rank_number(&c.rankings, i);
                compare_verdicts(&c, &fixed);
        }
        compare_fractions(&c, n);
        state_walk_clear(&fixed);
        rankings_clear(&c.rankings);
        totals.n_scenarios++;
        totals.n_explorations++;
}

static void all_rankings_of_eight_names(void **state) {
        g_autofree char *text = many_aliases(8);

        compare_all_rankings(profile_find("257"), text, 8);
        assert_true(totals.n_partial > 1);
}

static void all_rankings_with_fixes(void **state) {
        static const char *const fixes[][2] = {
                { "skip-stale-entry", NULL },
                { "adopt-orphans", "skip-job-sections" },
                { "reset-on-dead", NULL },
                { "skip-alias-entry", NULL },
        };
        g_autofree char *five = many_aliases(5), *six = many_aliases(6);

        for (size_t i = 0; i < G_N_ELEMENTS(fixes); i++) {
                const Fix *add[2] = { fix_find(fixes[i][0]), fixes[i][1] ? fix_find(fixes[i][1]) : NULL };
                const char *a, *b;
                Profile p;

                assert_int_equal(profile_add_fixes(profile_find("257"), add, fixes[i][1] ? 2 : 1, &p, &a, &b),
                                 0);
                compare_all_rankings(&p, five, 5);
                if (!fixes[i][1])
                        compare_all_rankings(&p, six, 6);
        }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_teardown(library_is_exact, print_totals),
                cmocka_unit_test_teardown(tricky_scenarios_are_exact, print_totals),
                cmocka_unit_test_teardown(random_scenarios_are_exact, print_totals),
                cmocka_unit_test_teardown(random_aliases_are_exact, print_totals),
                cmocka_unit_test_teardown(all_rankings_of_eight_names, print_totals),
                cmocka_unit_test_teardown(all_rankings_with_fixes, print_totals),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
