/* SPDX-License-Identifier: MIT */

/* Why a result depends on the order: conditions against plain enumeration of all rankings, the closest order, and the second run. */

#include "support.h"

#include <string.h>

#include "explore/counterexample.h"
#include "explore/exploration.h"
#include "explore/why.h"
#include "traces/scenario.h"
#include "traces/validate.h"

#define NAMES_MAX 6U
#define TRIES     150U

/* Sets of rankings of a few names. */
typedef struct Fixed {
        WorldLayout layout;
        OrderSet *set;
        uint64_t rows[WORLD_EPOCHS_MAX * 24]; /* of the set that is being made */
} Fixed;

static void fixed_init(Fixed *f, size_t n_names) {
        *f = (Fixed) { .layout = { .n_epochs = WORLD_EPOCHS_MAX, .n_names = n_names, .order_words = 1 } };
        f->set = order_set_new(&f->layout);
}

static void fixed_clear(Fixed *f) {
        order_set_free(f->set);
}

/* Decides a before b and what follows; nothing when it is decided. */
static void decide(Fixed *f, unsigned key, unsigned a, unsigned b) {
        uint64_t *rows = f->rows + key * f->layout.n_names;

        if (a == b || (rows[a] & BIT(b)) != 0 || (rows[b] & BIT(a)) != 0)
                return;
        for (size_t x = 0; x < f->layout.n_names; x++)
                if (x == a || (rows[x] & BIT(a)) != 0)
                        rows[x] |= rows[b] | BIT(b);
}

static void add(Fixed *f) {
        order_set_add(f->set, f->rows);
        memset(f->rows, 0, sizeof(f->rows));
}

static char name_r[] = "r.service", name_a1[] = "a1.service", name_a2[] = "a2.service", name_a3[] = "a3.service",
            name_a4[] = "a4.service", name_b[] = "b.service";
static CatalogName names[] = { { .name = name_r },  { .name = name_a1 }, { .name = name_a2 },
                               { .name = name_a3 }, { .name = name_a4 }, { .name = name_b } };
static const Catalog catalog = { .names = names, .n_names = G_N_ELEMENTS(names) };

static void assert_condition(Fixed *f, ConditionKind kind, unsigned n_keys, const char *step,
                             const char *expected) {
        g_autoptr(OrderCondition) c = order_condition_new(f->set);
        g_autofree char *text = order_condition_text(c, &catalog, n_keys, step);

        assert_int_equal(c->kind, kind);
        assert_true(c->smallest);
        if (expected)
                assert_string_equal(text, expected);
        else
                assert_null(text);
        fixed_clear(f);
}

static void nothing_and_everything(void **state) {
        Fixed f;

        fixed_init(&f, 3);
        assert_condition(&f, CONDITION_NEVER, 1, NULL, NULL);
        fixed_init(&f, 3);
        add(&f);
        assert_condition(&f, CONDITION_ALWAYS, 1, NULL, NULL);
        fixed_init(&f, 3);
        decide(&f, 0, 0, 1);
        add(&f);
        decide(&f, 0, 1, 0);
        add(&f);
        assert_condition(&f, CONDITION_ALWAYS, 1, NULL, NULL);
}

static void one_pair(void **state) {
        Fixed f;

        fixed_init(&f, 6);
        decide(&f, 0, 0, 5);
        add(&f);
        assert_condition(&f, CONDITION_WHEN, 1, "serialized", "r.service is serialized before b.service");

        /* The same pair, found by asking for others first. */
        fixed_init(&f, 6);
        for (unsigned i = 0; i < 4; i++) {
                decide(&f, 0, 0, 5);
                decide(&f, 0, i < 2 ? 1 : 2, i < 2 ? 2 : 1);
                decide(&f, 0, i % 2 == 0 ? 1 : 5, i % 2 == 0 ? 5 : 1);
                add(&f);
        }
        assert_condition(&f, CONDITION_WHEN, 1, NULL, "r.service comes before b.service");
}

/* The last of four aliases and the unit decides, as it is asked for: which of them is it? */
static void dead_aliases(void **state) {
        Fixed f;

        fixed_init(&f, 6);
        for (unsigned last = 1; last <= 4; last++) {
                for (unsigned i = 0; i <= 4; i++)
                        decide(&f, 0, i, last);
                add(&f);
        }
        assert_condition(&f, CONDITION_WHEN, 1, "serialized",
                         "at least one of a1..a4.service is serialized after r.service");

        /* As it is asked for when the order of each one matters alone. */
        fixed_init(&f, 6);
        for (unsigned set = 1; set < 16; set++) {
                for (unsigned i = 0; i < 4; i++)
                        decide(&f, 0, (set & BIT(i)) != 0 ? 0 : i + 1, (set & BIT(i)) != 0 ? i + 1 : 0);
                add(&f);
        }
        assert_condition(&f, CONDITION_WHEN, 1, "serialized",
                         "at least one of a1..a4.service is serialized after r.service");
}

static void first_and_last(void **state) {
        Fixed f;

        fixed_init(&f, 6);
        for (unsigned i = 1; i <= 4; i++)
                decide(&f, 0, 0, i);
        add(&f);
        assert_condition(&f, CONDITION_WHEN, 1, "coldplugged",
                         "r.service is coldplugged before all of a1..a4.service");
        fixed_init(&f, 6);
        decide(&f, 0, 1, 0);
        decide(&f, 0, 5, 0);
        add(&f);
        assert_condition(&f, CONDITION_WHEN, 1, NULL, "r.service comes after a1.service and b.service");
}

static void two_keys(void **state) {
        Fixed f;

        fixed_init(&f, 6);
        decide(&f, 0, 0, 5);
        decide(&f, 1, 5, 0);
        add(&f);
        assert_condition(
                &f, CONDITION_WHEN, 2, NULL,
                "before the reexec r.service comes before b.service, and after the reexec b.service comes "
                "before r.service");
        fixed_init(&f, 6);
        decide(&f, 1, 0, 5);
        add(&f);
        assert_condition(&f, CONDITION_WHEN, 2, "serialized",
                         "after the reexec r.service is serialized before b.service");
}

/* One name between two others, either way: two terms of two pairs. */
static void a_middle(void **state) {
        Fixed f;

        fixed_init(&f, 6);
        decide(&f, 0, 1, 0);
        decide(&f, 0, 0, 5);
        add(&f);
        decide(&f, 0, 5, 0);
        decide(&f, 0, 0, 1);
        add(&f);
        assert_condition(
                &f, CONDITION_WHEN, 1, NULL,
                "either b.service, r.service and a1.service come in this order; or a1.service, r.service and "
                "b.service come in this order");
}

/* The rankings outside are said in three pairs, those inside in four. */
static void unless(void **state) {
        Fixed f;

        fixed_init(&f, 6);
        decide(&f, 0, 1, 0);
        decide(&f, 0, 5, 4);
        add(&f);
        decide(&f, 0, 3, 2);
        decide(&f, 0, 5, 4);
        add(&f);
        assert_condition(&f, CONDITION_UNLESS, 1, NULL,
                         "either a4.service comes before b.service; or r.service comes before a1.service, and "
                         "a2.service comes before a3.service");
}

/* More names than can be ranked in all ways. */
static void many_names(void **state) {
        const unsigned n = 20;
        uint64_t run[WORLD_EPOCHS_MAX * 24];
        Fixed f;

        fixed_init(&f, n + 1);
        for (unsigned last = 1; last <= n; last++) {
                for (unsigned i = 0; i <= n; i++)
                        decide(&f, 0, i, last);
                memcpy(run, f.rows, sizeof(run));
                add(&f);
        }
        g_autoptr(OrderCondition) c = order_condition_new(f.set);
        g_autoptr(ClosestOrder) closest = closest_order_new(f.set, run);
        g_autoptr(GArray) to = closest_order_names(closest, 0, true);

        assert_int_equal(c->kind, CONDITION_WHEN);
        assert_true(c->smallest);
        assert_int_equal(c->n_literals, n);
        assert_true(closest->found);
        assert_int_equal(closest->n_swaps, 1);
        assert_true(closest->exact);
        assert_int_equal(to->len, n + 1);
        assert_int_equal(g_array_index(to, NameId, n), 0);
        fixed_clear(&f);
}

/* All rankings of @n_keys keys */

typedef void (*VisitRanking)(const uint16_t *const *ranks, void *userdata);

typedef struct Enumeration {
        unsigned n_names, n_keys;
        uint16_t ranks[WORLD_EPOCHS_MAX][NAMES_MAX];
        VisitRanking visit;
        void *userdata;
} Enumeration;

static void enumerate(Enumeration *e, unsigned key, unsigned place, unsigned used) {
        if (place == e->n_names && key + 1 < e->n_keys) {
                enumerate(e, key + 1, 0, 0);
                return;
        }
        if (place == e->n_names) {
                const uint16_t *ranks[WORLD_EPOCHS_MAX];

                for (unsigned i = 0; i < WORLD_EPOCHS_MAX; i++)
                        ranks[i] = e->ranks[i < e->n_keys ? i : 0];
                e->visit(ranks, e->userdata);
                return;
        }
        for (unsigned i = 0; i < e->n_names; i++)
                if ((used & (1U << i)) == 0) {
                        e->ranks[key][i] = (uint16_t) place;
                        enumerate(e, key, place + 1, used | (1U << i));
                }
}

typedef struct Both {
        const OrderSet *set;
        const OrderCondition *condition;
} Both;

static void assert_same(const uint16_t *const *ranks, void *userdata) {
        const Both *b = userdata;

        assert_int_equal(order_set_has(b->set, ranks), order_condition_has(b->condition, ranks));
}

static void random_union(Fixed *f, GRand *rand, unsigned n_keys) {
        fixed_init(f, n_keys == 2 ? 4 : (size_t) g_rand_int_range(rand, 2, NAMES_MAX + 1));
        for (int sets = g_rand_int_range(rand, 0, 6); sets > 0; sets--) {
                for (int j = g_rand_int_range(rand, 1, 6); j > 0; j--)
                        decide(f, (unsigned) g_rand_int_range(rand, 0, (int) n_keys),
                               (unsigned) g_rand_int_range(rand, 0, (int) f->layout.n_names),
                               (unsigned) g_rand_int_range(rand, 0, (int) f->layout.n_names));
                add(f);
        }
}

static void conditions_are_equivalent(void **state) {
        g_autoptr(GRand) rand = g_rand_new_with_seed(20261123);
        unsigned n_smallest = 0;

        for (unsigned i = 0; i < TRIES; i++) {
                unsigned n_keys = i % 10 == 0 ? 2 : 1;
                Fixed f;

                random_union(&f, rand, n_keys);
                g_autoptr(OrderCondition) c = order_condition_new(f.set);
                Both both = { f.set, c };
                Enumeration e = { .n_names = (unsigned) f.layout.n_names,
                                  .n_keys = n_keys,
                                  .visit = assert_same,
                                  .userdata = &both };

                assert_int_not_equal(c->kind, CONDITION_UNKNOWN);
                enumerate(&e, 0, 0, 0);
                n_smallest += c->smallest;
                fixed_clear(&f);
        }
        assert_true(n_smallest > TRIES * 3 / 4);
}

/* Three names have six rankings, which are bits here, and so each condition can be looked at. */

typedef struct Three {
        unsigned n_rankings;
        unsigned n_terms, rankings[64], n_literals[64];
        uint16_t ranks[6][3];
} Three;

static void add_three(const uint16_t *const *ranks, void *userdata) {
        Three *t = userdata;

        memcpy(t->ranks[t->n_rankings++], ranks[0], sizeof(t->ranks[0]));
}

static void add_three_terms(Three *t) {
        static const unsigned pairs[6][2] = { { 0, 1 }, { 1, 0 }, { 0, 2 }, { 2, 0 }, { 1, 2 }, { 2, 1 } };

        for (unsigned set = 0; set < 64; set++) {
                unsigned rankings = 0;

                for (unsigned r = 0; r < 6; r++) {
                        bool holds = true;

                        for (unsigned i = 0; i < 6; i++)
                                if ((set & BIT(i)) != 0)
                                        holds = holds && t->ranks[r][pairs[i][0]] < t->ranks[r][pairs[i][1]];
                        rankings |= holds ? 1U << r : 0;
                }
                t->rankings[t->n_terms] = rankings;
                t->n_literals[t->n_terms++] = (unsigned) __builtin_popcount(set);
        }
}

static unsigned fewest_of_three(const Three *t, unsigned wanted) {
        unsigned fewest[64];

        memset(fewest, 0x7f, sizeof(fewest));
        fewest[0] = 0;
        for (unsigned round = 0; round < 6; round++)
                for (unsigned covered = 0; covered < 64; covered++)
                        for (unsigned i = 0; i < t->n_terms; i++)
                                if ((t->rankings[i] & ~wanted) == 0 && fewest[covered] < 100)
                                        fewest[covered | t->rankings[i]] =
                                                MIN(fewest[covered | t->rankings[i]],
                                                    fewest[covered] + t->n_literals[i]);
        return fewest[wanted];
}

static void conditions_are_smallest(void **state) {
        Three t = {};
        Enumeration e = { .n_names = 3, .n_keys = 1, .visit = add_three, .userdata = &t };

        enumerate(&e, 0, 0, 0);
        add_three_terms(&t);
        for (unsigned wanted = 1; wanted < 63; wanted++) {
                Fixed f;

                fixed_init(&f, 3);
                for (unsigned r = 0; r < 6; r++) {
                        if ((wanted & (1U << r)) == 0)
                                continue;
                        for (unsigned a = 0; a < 3; a++)
                                for (unsigned b = 0; b < 3; b++)
                                        if (t.ranks[r][a] < t.ranks[r][b])
                                                decide(&f, 0, a, b);
                        add(&f);
                }
                g_autoptr(OrderCondition) c = order_condition_new(f.set);
                assert_true(c->smallest);
                assert_int_equal(c->n_literals,
                                 MIN(fewest_of_three(&t, wanted), fewest_of_three(&t, 63 & ~wanted)));
                fixed_clear(&f);
        }
}

/* The closest order */

typedef struct Nearest {
        const Fixed *fixed;
        const uint64_t *rows;
        GArray *inside, *outside; /* of uint16_t [NAMES_MAX] */
} Nearest;

static bool extends(const uint16_t *rank, size_t n, const uint64_t *rows) {
        for (size_t a = 0; a < n; a++)
                for (size_t b = 0; b < n; b++)
                        if ((rows[a] & BIT(b)) != 0 && rank[a] > rank[b])
                                return false;
        return true;
}

static void sort_ranking(const uint16_t *const *ranks, void *userdata) {
        Nearest *near = userdata;

        if (extends(ranks[0], near->fixed->layout.n_names, near->rows))
                g_array_append_vals(near->inside, ranks[0], NAMES_MAX);
        if (!order_set_has(near->fixed->set, ranks))
                g_array_append_vals(near->outside, ranks[0], NAMES_MAX);
}

static unsigned distance(const uint16_t *x, const uint16_t *y, size_t n) {
        unsigned d = 0;

        for (size_t a = 0; a < n; a++)
                for (size_t b = 0; b < a; b++)
                        d += (x[a] < x[b]) != (y[a] < y[b]);
        return d;
}

static unsigned nearest(const Nearest *near) {
        unsigned best = UINT_MAX;

        for (guint i = 0; i < near->inside->len; i += NAMES_MAX)
                for (guint j = 0; j < near->outside->len; j += NAMES_MAX)
                        best = MIN(best, distance(&g_array_index(near->inside, uint16_t, i),
                                                  &g_array_index(near->outside, uint16_t, j),
                                                  near->fixed->layout.n_names));
        return best;
}

static void closest_is_closest(void **state) {
        g_autoptr(GRand) rand = g_rand_new_with_seed(1123);

        for (unsigned i = 0; i < 60; i++) {
                uint64_t rows[WORLD_EPOCHS_MAX * NAMES_MAX] = {};
                Nearest near = { .inside = g_array_new(FALSE, FALSE, sizeof(uint16_t)),
                                 .outside = g_array_new(FALSE, FALSE, sizeof(uint16_t)) };
                Fixed f;

                random_union(&f, rand, 1);
                for (int j = 3; j > 0; j--)
                        decide(&f, 0, (unsigned) g_rand_int_range(rand, 0, (int) f.layout.n_names),
                               (unsigned) g_rand_int_range(rand, 0, (int) f.layout.n_names));
                memcpy(rows, f.rows, f.layout.n_names * sizeof(uint64_t));
                add(&f);
                near.fixed = &f;
                near.rows = rows;
                Enumeration e = { .n_names = (unsigned) f.layout.n_names,
                                  .n_keys = 1,
                                  .visit = sort_ranking,
                                  .userdata = &near };
                enumerate(&e, 0, 0, 0);

                g_autoptr(ClosestOrder) c = closest_order_new(f.set, rows);
                assert_int_equal(c->found, near.outside->len > 0);
                if (c->found) {
                        assert_true(c->exact);
                        assert_int_equal(c->n_swaps, nearest(&near));
                        assert_int_equal(c->swapped->len, c->n_swaps);
                }
                fixed_clear(&f);
                g_array_unref(near.inside);
                g_array_unref(near.outside);
        }
}

/* Scenarios of the library */

typedef struct Run {
        char *text;
        Catalog *catalog;
        SearchOptions options;
        Exploration *exploration;
        GArray *ordinals[PROPERTIES_MAX];
} Run;

/* Takes @text. */
static void run_text(Run *r, const char *version, char *text) {
        g_autoptr(GError) error = NULL;

        *r = (Run) { .text = text, .options = { .properties = UINT16_MAX, .n_jobs = 1 } };
        r->catalog = scenario_parse("t.scenario", r->text, strlen(r->text), NULL, &error);
        assert_null(error);
        r->exploration = exploration_run("t.scenario", r->text, r->catalog, profile_find(version), &r->options);
        counterexamples_find(r->exploration->search, UINT16_MAX, r->ordinals);
}

static void run_init(Run *r, const char *version, const char *file) {
        g_autofree char *path = g_build_filename(SOURCE_DIR "/traces/scenarios", file, NULL);
        char *text = NULL;

        assert_true(g_file_get_contents(path, &text, NULL, NULL));
        run_text(r, version, text);
}

static void run_clear(Run *r) {
        for (unsigned i = 0; i < PROPERTIES_MAX; i++)
                g_clear_pointer(&r->ordinals[i], g_array_unref);
        exploration_free(r->exploration);
        catalog_free(r->catalog);
        g_free(r->text);
}

/* Records the counterexample and its other run. */
static Trace *record(const Run *r, unsigned property, Why **ret_why) {
        const Search *s = r->exploration->search;
        TraceLabels labels = { "t.scenario", r->text, "1", "2", "1/2" };
        g_autoptr(GArray) route = route_from_ordinals(s, r->ordinals[property]);
        g_autoptr(Trace) t = record_trace(s, property, route, &labels);

        assert_non_null(t);
        *ret_why = why_violated(s, s->verdicts[property].orders, t);
        assert_int_equal(why_add_other_run(s, property, route, *ret_why, t), (*ret_why)->closest->found);
        return g_steal_pointer(&t);
}

static void assert_valid(const Trace *t) {
        g_autofree char *json = trace_to_json(t), *why = NULL;
        g_autoptr(GError) error = NULL;
        g_autoptr(Trace) again = trace_from_json("t", json, strlen(json), &error);

        assert_non_null(again);
        assert_true(trace_validate("t", again, &why, &error));
        assert_null(why);
}

static void azure_linux(void **state) {
        unsigned crash = (unsigned) property_find("no-crash");
        g_autoptr(Why) why = NULL, apart = NULL;
        g_autoptr(Trace) t = NULL;
        const Exploration *e;
        Run r;

        run_init(&r, "257", "azure-linux.scenario");
        e = r.exploration;
        t = record(&r, crash, &why);
        assert_string_equal(why->sentence,
                            "Violated exactly when rsyslog.service is serialized before syslog.service.");
        assert_string_equal(why->closest_sentence,
                            "One swap of neighbours in the order is enough to avoid it: then "
                            "syslog.service is serialized before rsyslog.service.");
        assert_true(t->has_other);
        assert_true(t->differences->len > 0);
        assert_valid(t);

        apart = why_apart(e->search, e->lockstep, e->outcomes[property_find("order-independent")].trace);
        assert_int_equal(apart->condition->n_literals, 1);
        run_clear(&r);
}

static void dead_aliases_of_the_library(void **state) {
        unsigned crash = (unsigned) property_find("no-crash");
        g_autoptr(Why) why = NULL;
        g_autoptr(Trace) t = NULL;
        Run r;

        run_init(&r, "257", "dead-aliases-8.scenario");
        t = record(&r, crash, &why);
        assert_true(why->condition->smallest);
        assert_string_equal(
                why->sentence,
                "Violated exactly when at least one of a1..a8.service is serialized after rsyslog.service.");
        assert_int_equal(why->closest->n_swaps, 1);
        assert_string_equal(
                why->closest_sentence,
                "One swap of neighbours in the order is enough to avoid it: then a1.service is serialized "
                "before rsyslog.service; the order is a2..a8.service, a1.service, rsyslog.service.");
        assert_valid(t);
        run_clear(&r);
}

static const char in_the_middle[] = "unit a.service\n  [Service]\n  ExecStart=/usr/bin/actor a\n"
                                    "unit keeper.service\n  [Unit]\n  After=x.service\n"
                                    "  [Service]\n  ExecStart=/usr/bin/actor keeper\n"
                                    "daemon-reload\nstart a.service keeper.service\n"
                                    "client a\n  daemon-reexec\n  daemon-reload\n"
                                    "client b\n  link x.service a.service\nclient w\n  exit a 0\n";

static bool has_interrupts(const TraceRun *run) {
        for (guint i = 0; i < run->events->len; i++)
                if (((const TraceEvent *) run->events->pdata[i])->interrupts->len > 0)
                        return true;
        return false;
}

/* Two keys, and a link that is made in the middle of a reexec. */
static void a_reexec_and_an_interrupt(void **state) {
        unsigned crash = (unsigned) property_find("no-crash");
        g_autoptr(Why) why = NULL;
        g_autoptr(Trace) t = NULL;
        Run r;

        run_text(&r, "257", g_strdup(in_the_middle));
        t = record(&r, crash, &why);
        assert_string_equal(
                why->sentence,
                "Violated exactly when before the reexec a.service is serialized before x.service, or after "
                "the reexec a.service is serialized before x.service.");
        assert_true(has_interrupts(&t->run));
        assert_true(t->has_other);
        assert_valid(t);
        run_clear(&r);
}

/* Whatever depends on the order has a second run that the validator agrees with. */
static void other_runs_are_valid(void **state) {
        g_autoptr(GDir) dir = g_dir_open(SOURCE_DIR "/traces/scenarios", 0, NULL);
        unsigned n_others = 0;
        const char *file;

        while ((file = g_dir_read_name(dir))) {
                Run r;

                if (!g_str_has_suffix(file, ".scenario"))
                        continue;
                run_init(&r, "257", file);
                for (unsigned i = 0; i < PROPERTIES_MAX; i++) {
                        g_autoptr(Why) why = NULL;
                        g_autoptr(Trace) t = NULL;

                        if (!r.ordinals[i])
                                continue;
                        t = record(&r, i, &why);
                        assert_int_equal(t->has_other, why->condition->kind != CONDITION_ALWAYS);
                        n_others += t->has_other;
                        assert_valid(t);
                }
                run_clear(&r);
        }
        assert_true(n_others > 20);
}

static void same_bytes_again(void **state) {
        unsigned crash = (unsigned) property_find("no-crash");
        g_autofree char *first = NULL;

        for (unsigned i = 0; i < 2; i++) {
                g_autoptr(Why) why = NULL;
                g_autoptr(Trace) t = NULL;
                g_autofree char *json = NULL;
                Run r;

                run_init(&r, "254", "dead-aliases-8.scenario");
                t = record(&r, crash, &why);
                json = trace_to_json(t);
                if (first)
                        assert_string_equal(json, first);
                else
                        first = g_strdup(json);
                run_clear(&r);
        }
}

static void validator_sees_a_wrong_other_run(void **state) {
        unsigned crash = (unsigned) property_find("no-crash");
        g_autoptr(Why) why = NULL;
        g_autoptr(Trace) t = NULL;
        g_autoptr(GError) error = NULL;
        g_autofree char *what = NULL;
        TraceRun other;
        Run r;

        run_init(&r, "257", "azure-linux.scenario");
        t = record(&r, crash, &why);
        other = t->other;
        t->other = t->run;
        assert_false(trace_validate("t", t, &what, &error));
        assert_string_equal(what, "no-crash is violated under the other order as well");
        t->other = other;

        /* It does not end where it says. */
        g_ptr_array_remove_index(t->differences, 0);
        g_clear_pointer(&what, g_free);
        assert_false(trace_validate("t", t, &what, &error));
        assert_non_null(what);
        run_clear(&r);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(nothing_and_everything),
                cmocka_unit_test(one_pair),
                cmocka_unit_test(dead_aliases),
                cmocka_unit_test(first_and_last),
                cmocka_unit_test(two_keys),
                cmocka_unit_test(a_middle),
                cmocka_unit_test(unless),
                cmocka_unit_test(many_names),
                cmocka_unit_test(conditions_are_equivalent),
                cmocka_unit_test(conditions_are_smallest),
                cmocka_unit_test(closest_is_closest),
                cmocka_unit_test(azure_linux),
                cmocka_unit_test(dead_aliases_of_the_library),
                cmocka_unit_test(a_reexec_and_an_interrupt),
                cmocka_unit_test(other_runs_are_valid),
                cmocka_unit_test(same_bytes_again),
                cmocka_unit_test(validator_sees_a_wrong_other_run),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
