/* SPDX-License-Identifier: MIT */

/* With fixes other pairs of entries commute. Here what the search says is compared with a plain enumeration: all rankings of
 * the names, each fixed from the start, or a sample of them. */

#include "exactness-cases.h"
#include "fixes-scenarios.h"
#include "rankings.h"

#include <string.h>

#include "model/fixes.h"
#include "traces/fix-module.h"
#include "traces/scenario.h"

#define NAMES_MAX        5U   /* of which all rankings are tried; more: a sample */
#define RANKINGS_MAX     120U /* so many are all tried; else a sample */
#define SAMPLE           12U
#define STATES_MAX       1500U /* scenarios with more are left to other tests */
#define RANDOM_SCENARIOS 20U

static const char *const scenarios[] = {
        PLACEHOLDER,
        PLACEHOLDER_BEFORE,
        BOTH_RUN,
        RENAME,
        JOB_IN_ALIAS,
        JOB_ELSEWHERE,
        UPHELD,
        /* Two entries for one unit that has none. */
        ACTOR("a", "") ACTOR("b", "") "daemon-reload\nstart a.service b.service\n" ACTOR(
                "n", "") "link a.service n.service\nlink b.service n.service\n"
                         "client c\n  daemon-reload\nclient w\n  exit b 0\n",
        /* An alias of an alias, and one of the three is dead. */
        ACTOR("a", "") ACTOR("b", "")
                ACTOR("r", "  [Unit]\n  After=b.service\n") "daemon-reload\nstart r.service a.service\nlink "
                                                            "a.service r.service\nlink b.service a.service\n"
                                                            "client c\n  daemon-reload\nclient w\n  exit r 0\n",
        /* The file is masked, with aliases. */
        ACTOR("r", "") ACTOR("a", "") ACTOR("b", "") "daemon-reload\nstart a.service b.service\n"
                                                     "link r.service /dev/null\nlink a.service r.service\n"
                                                     "link b.service r.service\n"
                                                     "client c\n  daemon-reload\nclient w\n  exit a 0\n",
        /* The second reload meets what the first one left. */
        ACTOR("a", "") ACTOR("b", "") "daemon-reload\nstart a.service b.service\nlink b.service a.service\n"
                                      "client c\n  daemon-reload\n  rm b.service\n  daemon-reload\n",
        /* The link comes in the middle of a reload, perhaps, and entries have jobs. */
        ACTOR("a", "") ACTOR("b", "")
                ACTOR("k", "") "daemon-reload\nstart a.service b.service k.service\nstop k.service\n"
                               "client c\n  daemon-reload\nclient d\n  link b.service a.service\n",
        ACTOR("a", "") ACTOR("b", "")
                ACTOR("k", "") "daemon-reload\nstart a.service b.service k.service\nstop b.service\n"
                               "client c\n  daemon-reload\nclient d\n  link b.service a.service\n",
        /* Both have a job, of which one unit can have one. */
        ACTOR("a", "") ACTOR("b", "") ACTOR(
                "k", "") "daemon-reload\nstart a.service b.service k.service\nstop a.service\nstop b.service\n"
                         "link b.service a.service\n"
                         "client c\n  daemon-reload\nclient w\n  exit a 0\n",
        /* A job and a nop job. */
        ACTOR("a", "") "unit b.service\n  [Service]\n  Type=notify\n  ExecStart=/usr/bin/actor b\n"
                       "daemon-reload\nstart a.service b.service\nlink b.service a.service\n"
                       "client c\n  try-restart b.service\n  daemon-reload\nclient w\n  notify b READY=1\n",
};

/* Which properties some run violates, under one ranking. */
typedef struct VerdictWalk {
        Walk walk; /* first: a Walk is a VerdictWalk */
        uint32_t violated;
} VerdictWalk;

static void note_violations(Walk *w, uint32_t violated, const World *world) {
        ((VerdictWalk *) (void *) w)->violated |= violated;
}

/* False: there are too many states. */
static bool explore_ranking(const Search *s, const uint16_t *const *ranks, uint32_t *ret_violated) {
        VerdictWalk w = {};
        bool complete;

        walk_init(&w.walk, s->catalog, s->profile, ranks);
        w.walk.note_violations = note_violations;
        complete = walk_run(&w.walk, STATES_MAX) && !w.walk.limited;
        *ret_violated = w.violated;
        walk_clear(&w.walk);
        return complete;
}

/* Comparing */
static struct {
        unsigned n_explorations, n_skipped, n_partial;
        uint64_t n_rankings;
} totals;

static void disagree(const Search *s, unsigned property, const Rankings *r, const char *found) {
        g_autofree char *label = profile_label(s->profile);
        g_autoptr(GString) order = g_string_new(NULL);
        size_t n;

        for (uint16_t place = 0; place < r->n_names; place++)
                for (size_t i = 0; i < r->n_names; i++)
                        if (r->places[0][i] == place && s->catalog->names[i].observed)
                                g_string_append_printf(order, " %s", s->catalog->names[i].name);
        fail_msg("%s with %s: %s\nunder%s\n%s", properties(&n)[property].name, label, found, order->str,
                 s->catalog->file);
}

static bool compare_ranking(const Search *s, const Rankings *r, unsigned *n_violated) {
        const uint16_t *const *ranks = (const uint16_t *const *) r->places;
        uint32_t violated;
        size_t n;
        const Property *all = properties(&n);

        if (!explore_ranking(s, ranks, &violated))
                return false;

        for (unsigned i = 0; i < n; i++) {
                bool is_violated = (violated >> i) & 1;

                n_violated[i] += is_violated;
                if (!r->orphans && !all[i].compares_orders &&
                    is_violated != order_set_has(s->verdicts[i].orders, ranks))
                        disagree(s, i, r,
                                 is_violated ? "only the enumeration violates it"
                                             : "only the search violates it");
        }
        totals.n_rankings++;
        return true;
}

static void compare_fractions(const Search *s, const Rankings *r, unsigned n_rankings,
                              const unsigned *n_violated) {
        mpq_t measured, counted;
        size_t n;
        const Property *all = properties(&n);

        mpq_inits(measured, counted, NULL);
        for (unsigned i = 0; i < n; i++) {
                if (all[i].compares_orders)
                        continue;
                assert_int_equal(order_set_measure(s->verdicts[i].orders, measured), 0);
                mpq_set_ui(counted, n_violated[i], n_rankings);
                mpq_canonicalize(counted);
                if (!mpq_equal(measured, counted))
                        disagree(s, i, r, "another fraction");
                totals.n_partial += mpq_sgn(counted) > 0 && n_violated[i] < n_rankings;
        }
        mpq_clears(measured, counted, NULL);
}

static void compare(const Catalog *c, const Profile *p, GRand *rand) {
        SearchOptions options = { .properties = UINT16_MAX, .n_jobs = 1, .max_states = STATES_MAX };
        g_autoptr(Search) s = search_run(c, p, &options);
        unsigned n_violated[PROPERTIES_MAX] = {};
        Rankings r;
        unsigned n;

        if (!search_is_complete(s)) {
                totals.n_skipped++;
                return;
        }

        rankings_init(&r, s);
        n = rankings_count(&r, NAMES_MAX, RANKINGS_MAX);
        for (unsigned i = 0; i < (n > 0 ? n : SAMPLE); i++) {
                if (n > 0)
                        rank_number(&r, i);
                else
                        rank_randomly(&r, rand);
                assert_true(compare_ranking(s, &r, n_violated));
        }
        if (n > 0)
                compare_fractions(s, &r, n, n_violated);
        rankings_clear(&r);
        totals.n_explorations++;
}

/* What is put together: each fix alone, what was merged or proposed together, and two that were loaded. */
typedef struct FixedProfile {
        Profile profile;
        FixModule *module;
} FixedProfile;

static const char *const fixed_profiles[] = {
        "254 sort-by-id",
        "254 skip-alias-entry",
        "257 sort-by-id",
        "257 skip-alias-entry",
        "257 skip-stale-entry",
        "257 skip-job-sections",
        "257 adopt-orphans",
        "257 tolerate-dead",
        "257 reset-on-dead",
        "254 skip-stale-entry sort-by-id",
        "257 skip-alias-entry skip-job-sections reset-on-dead",
        "257 skip-stale-entry skip-job-sections",
        "257 skip-stale-entry skip-job-sections adopt-orphans",
        "262 skip-alias-entry",
        "262 sort-by-id tolerate-dead",
        "257 ./my-fix",
        "262 ./my-fix",
        "257 ./everything",
        "262 ./everything",
};

static void fixed_profile_init(FixedProfile *p, const char *text) {
        g_auto(GStrv) words = g_strsplit(text, " ", -1);
        const Fix *add[FIXES_MAX];
        const char *a, *b;
        size_t n = 0;

        p->module = NULL;
        for (size_t i = 1; words[i]; i++) {
                if (g_str_has_prefix(words[i], "./")) {
                        g_autofree char *path = g_strdup_printf("%s/%s.so", FIXES_DIR, words[i]);

                        p->module = fix_module_load(path, NULL);
                        assert_non_null(p->module);
                        add[n++] = fix_module_fix(p->module);
                } else
                        add[n++] = fix_find(words[i]);
                assert_non_null(add[n - 1]);
        }
        assert_int_equal(profile_add_fixes(profile_find(words[0]), add, n, &p->profile, &a, &b), 0);
}

static void compare_all(const char *text, GRand *rand) {
        g_autoptr(GError) error = NULL;
        g_autoptr(Catalog) c = scenario_parse(text, text, strlen(text), NULL, &error);

        if (!c)
                fail_msg("%s", error->message);
        for (size_t i = 0; i < G_N_ELEMENTS(fixed_profiles); i++) {
                FixedProfile p;

                fixed_profile_init(&p, fixed_profiles[i]);
                compare(c, &p.profile, rand);
                fix_module_free(p.module);
        }
}

static int print_totals(void **state) {
        print_message("%u explorations (%u too large), %" G_GUINT64_FORMAT
                      " rankings, %u fractions between 0 and 1\n",
                      totals.n_explorations, totals.n_skipped, totals.n_rankings, totals.n_partial);
        memset(&totals, 0, sizeof(totals));
        return 0;
}

static void fixes_are_exact_where_they_differ(void **state) {
        g_autoptr(GRand) rand = g_rand_new_with_seed(1);

        for (size_t i = 0; i < G_N_ELEMENTS(scenarios); i++)
                compare_all(scenarios[i], rand);
        assert_true(totals.n_partial > 0);
        assert_int_equal(totals.n_skipped, 0);
}

static void fixes_are_exact_in_tricky_scenarios(void **state) {
        g_autoptr(GRand) rand = g_rand_new_with_seed(2);

        for (size_t i = 0; i < G_N_ELEMENTS(tricky_scenarios); i++)
                compare_all(tricky_scenarios[i].text, rand);
}

static void fixes_are_exact_in_random_scenarios(void **state) {
        const char *n = g_getenv("EXACTNESS_SCENARIOS"), *seed = g_getenv("EXACTNESS_SEED");
        g_autoptr(GRand) rand =
                g_rand_new_with_seed(seed ? (guint32) g_ascii_strtoull(seed, NULL, 10) : 20261123);

        for (unsigned i = n ? (unsigned) g_ascii_strtoull(n, NULL, 10) : RANDOM_SCENARIOS; i > 0; i--) {
                g_autofree char *text = random_scenario(rand);

                compare_all(text, rand);
        }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_teardown(fixes_are_exact_where_they_differ, print_totals),
                cmocka_unit_test_teardown(fixes_are_exact_in_tricky_scenarios, print_totals),
                cmocka_unit_test_teardown(fixes_are_exact_in_random_scenarios, print_totals),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
