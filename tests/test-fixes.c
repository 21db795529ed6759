/* SPDX-License-Identifier: MIT */

/* What each fix that is built in does, and what it does not do, as the proposals did. */

#include "fixes-scenarios.h"
#include "support.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "explore/search.h"
#include "model/fixes.h"
#include "traces/scenario.h"

#define AS_MERGED "skip-stale-entry skip-job-sections adopt-orphans"

/* "257", "skip-stale-entry adopt-orphans"; "": none. */
static void add_fixes(const char *version, const char *names, Profile *ret) {
        g_auto(GStrv) split = g_strsplit(names, " ", -1);
        const Fix *add[FIXES_MAX];
        const char *a, *b;
        size_t n = 0;

        while (split[n] && *names) {
                add[n] = fix_find(split[n]);
                assert_non_null(add[n]);
                n++;
        }
        assert_int_equal(profile_add_fixes(profile_find(version), add, n, ret, &a, &b), 0);
}

/* The part of all orders that violates the property: "1/2". */
static char *measure(const char *version, const char *fixes, const char *text, const char *property) {
        SearchOptions options = { .n_jobs = 1 };
        g_autoptr(GError) error = NULL;
        g_autoptr(Catalog) c = scenario_parse("test", text, strlen(text), NULL, &error);
        int i = property_find(property);
        char *result;
        Profile p;
        mpq_t part;

        if (!c)
                fail_msg("%s", error->message);
        assert_true(i >= 0);
        add_fixes(version, fixes, &p);
        options.properties = 1U << i;

        g_autoptr(Search) s = search_run(c, &p, &options);
        assert_true(search_is_complete(s));
        mpq_init(part);
        assert_int_equal(order_set_measure(s->verdicts[i].orders, part), 0);
        result = mpq_get_str(NULL, 10, part);
        mpq_clear(part);
        return result;
}

/* clang-format off */
#define assert_violated(version, fixes, scenario, property, expected)                                                  \
        do {                                                                                                           \
                g_autofree char *part_ = measure(version, fixes, scenario, property);                                  \
                assert_string_equal(part_, expected);                                                                  \
        } while (0)
/* clang-format on */

/* One run, under one order. */
typedef struct FixedRun {
        Profile profile;
        Fixture *fixture;
} FixedRun;

static void run_profile(FixedRun *r, const char *order, const char *text) {
        r->fixture = fixture_new(r->profile.name, text);
        r->fixture->manager->profile = &r->profile;
        fixture_order(r->fixture, order);
        fixture_run(r->fixture);
}

static Fixture *run_fixed(FixedRun *r, const char *version, const char *fixes, const char *order,
                          const char *text) {
        add_fixes(version, fixes, &r->profile);
        run_profile(r, order, text);
        return r->fixture;
}

static void run_clear(FixedRun *r) {
        g_clear_pointer(&r->fixture, fixture_free);
}

/* The name that the first orphan gets. */
static const char *first_orphan(const Fixture *f) {
        for (size_t i = 0; i < f->catalog->n_names; i++)
                if (f->catalog->names[i].is_orphan && f->catalog->names[i].type == UNIT_SERVICE)
                        return f->catalog->names[i].name;
        return NULL;
}

/* clang-format off */
#define RENAMED                                                                                                        \
        ACTOR("old", "") "daemon-reload\nstart old.service\n" ACTOR("new", "") "link old.service new.service\n"        \
        "daemon-reload\n"
/* clang-format on */
/* clang-format off */
#define OVERRIDDEN                                                                                                     \
        ACTOR("a", "") ACTOR("b", "")                                                                                  \
        "daemon-reload\nstart a.service b.service\nlink b.service a.service\ndaemon-reload\n"
/* clang-format on */
/* clang-format off */
#define CLOBBERED                                                                                                      \
        ACTOR("a", "  [Unit]\n  Wants=b.service\n")                                                                    \
        "daemon-reload\nstart a.service\nlink b.service a.service\ndaemon-reload\n"
/* clang-format on */

static void without_a_fix_the_order_decides(void **state) {
        FixedRun r;

        run_fixed(&r, "257", "", "b.service a.service", CLOBBERED);
        assert_unit(r.fixture, "a.service", "loaded active running main=a.1");
        run_clear(&r);
        run_fixed(&r, "257", "", "a.service b.service", CLOBBERED);
        assert_unit(r.fixture, "a.service", "loaded inactive dead main=a.1");
        run_clear(&r);
        assert_violated("257", "", PLACEHOLDER, "no-crash", "1/2");
        assert_violated("257", "", PLACEHOLDER_BEFORE, "no-crash", "1/2");
}

/* The placeholder's name makes the bug certain, or impossible. */
static void sort_by_id_lets_the_names_decide(void **state) {
        assert_violated("257", "sort-by-id", PLACEHOLDER, "no-crash", "1");
        assert_violated("257", "sort-by-id", PLACEHOLDER_BEFORE, "no-crash", "0");
        assert_violated("257", "sort-by-id", UPHELD, "no-double-start", "1");
        assert_violated("257", "sort-by-id", PLACEHOLDER_BEFORE, "state-kept", "0");
}

static void skip_alias_entry_loses_renamed_units(void **state) {
        FixedRun r;

        assert_violated("257", "skip-alias-entry", PLACEHOLDER, "no-crash", "0");
        assert_violated("257", "skip-alias-entry", PLACEHOLDER, "state-kept", "0");
        assert_violated("257", "skip-alias-entry", BOTH_RUN, "no-lost-process", "1");
        assert_violated("257", "", RENAME, "rename-kept", "0");
        assert_violated("257", "skip-alias-entry", RENAME, "rename-kept", "1");
        assert_violated("257", "skip-alias-entry", RENAME, "no-lost-process", "1");

        run_fixed(&r, "257", "", "old.service new.service", RENAMED);
        assert_unit(r.fixture, "new.service", "loaded active running main=old.1");
        run_clear(&r);
        run_fixed(&r, "257", "skip-alias-entry", "old.service new.service", RENAMED);
        assert_unit(r.fixture, "new.service", "not-loaded");
        run_clear(&r);
}

static void skip_stale_entry_keeps_renamed_units(void **state) {
        FixedRun r;

        assert_violated("257", "skip-stale-entry", RENAME, "rename-kept", "0");
        assert_violated("257", "skip-stale-entry", RENAME, "no-lost-process", "0");
        assert_violated("257", "skip-stale-entry", PLACEHOLDER, "no-crash", "0");
        assert_violated("257", "skip-stale-entry", PLACEHOLDER, "state-kept", "0");

        run_fixed(&r, "257", "skip-stale-entry", "old.service new.service", RENAMED);
        assert_unit(r.fixture, "new.service", "loaded active running main=old.1");
        run_clear(&r);
}

/* "Any processes from the overridden unit are now abandoned!" */
static void skip_stale_entry_abandons_processes(void **state) {
        static const char *const orders[] = { "a.service b.service", "b.service a.service" };

        for (size_t i = 0; i < G_N_ELEMENTS(orders); i++) {
                FixedRun r;
                Pid pid;
                UnitSlot found[5];

                run_fixed(&r, "257", "skip-stale-entry", orders[i], OVERRIDDEN);
                assert_unit(r.fixture, "a.service", "loaded active running main=a.1");
                assert_unit(r.fixture, "b.service", "loaded active running main=a.1");
                pid = kernel_find_tag(r.fixture->manager, catalog_find_text(r.fixture->catalog, "b"));
                assert_int_not_equal(pid, 0);
                for (size_t k = manager_get_units_for_pid(r.fixture->manager, pid, found); k > 0; k--)
                        assert_int_not_equal(r.fixture->manager->units[found[k - 1]].type, UNIT_SERVICE);
                run_clear(&r);
        }
        assert_violated("257", "skip-stale-entry", BOTH_RUN, "no-lost-process", "1");
        assert_violated("257", "skip-stale-entry", BOTH_RUN, "state-kept", "0");
}

/* The end of a job is taken for the end of the entry: in the entry that is skipped, and in any when names are collected. */
static void skipping_loses_its_way_in_jobs(void **state) {
        assert_violated("257", "skip-alias-entry", JOB_IN_ALIAS, "stream-intact", "1");
        assert_violated("257", "skip-alias-entry", JOB_IN_ALIAS, "state-kept", "2/3");
        assert_violated("257", "skip-stale-entry", JOB_IN_ALIAS, "stream-intact", "2/3");
        assert_violated("257", "skip-stale-entry", JOB_ELSEWHERE, "stream-intact", "0");
        assert_violated("257", "skip-stale-entry", JOB_ELSEWHERE, "state-kept", "1/6");
        assert_violated("257", "skip-alias-entry", JOB_ELSEWHERE, "state-kept", "0");

        assert_violated("257", "skip-alias-entry skip-job-sections", JOB_IN_ALIAS, "stream-intact", "0");
        assert_violated("257", "skip-stale-entry skip-job-sections", JOB_IN_ALIAS, "stream-intact", "0");
        assert_violated("257", "skip-stale-entry skip-job-sections", JOB_IN_ALIAS, "state-kept", "0");
        assert_violated("257", "skip-stale-entry skip-job-sections", JOB_ELSEWHERE, "state-kept", "0");
        assert_violated("257", "skip-stale-entry skip-job-sections", JOB_IN_ALIAS, "job-kept", "1");
        assert_violated("257", "skip-stale-entry skip-job-sections", JOB_IN_ALIAS, "no-lost-process", "1");
}

/* Alone it changes nothing: nobody skips. */
static void skip_job_sections_alone_does_nothing(void **state) {
        assert_violated("257", "skip-job-sections", PLACEHOLDER, "no-crash", "1/2");
        assert_violated("257", "skip-job-sections", JOB_IN_ALIAS, "stream-intact", "0");
}

static void adopt_orphans_keeps_processes(void **state) {
        FixedRun r;

        assert_violated("257", "adopt-orphans", BOTH_RUN, "no-lost-process", "0");
        assert_violated("257", "adopt-orphans", PLACEHOLDER, "no-crash", "0");
        assert_violated("257", "adopt-orphans", RENAME, "rename-kept", "0");
        /* Looking ahead skips, too. */
        assert_violated("257", "adopt-orphans", JOB_ELSEWHERE, "state-kept", "1/6");
        assert_violated("257", "adopt-orphans skip-job-sections", JOB_ELSEWHERE, "state-kept", "0");
        assert_violated("257", AS_MERGED, JOB_IN_ALIAS, "job-kept", "0");

        run_fixed(&r, "257", AS_MERGED, "a.service b.service", OVERRIDDEN);
        assert_unit(r.fixture, "b.service", "loaded active running main=a.1");
        assert_unit(r.fixture, first_orphan(r.fixture), "not-found active running main=b.1");
        run_clear(&r);
}

/* PID 1 lives, and knows no more than before. */
static void tolerate_dead_only_survives(void **state) {
        FixedRun r;

        assert_violated("257", "tolerate-dead", PLACEHOLDER, "no-crash", "0");
        assert_violated("257", "tolerate-dead", PLACEHOLDER, "state-kept", "1/2");
        assert_violated("257", "tolerate-dead", PLACEHOLDER, "pid-consistent", "1/2");
        assert_violated("257", "", UPHELD, "no-double-start", "1/2");
        assert_violated("257", "tolerate-dead", UPHELD, "no-double-start", "1/2");

        run_fixed(&r, "257", "", "a.service b.service", CLOBBERED "exit a 0\n");
        assert_int_equal(r.fixture->world->crashed, CRASH_SIGCHLD_MAIN);
        run_clear(&r);
        run_fixed(&r, "257", "tolerate-dead", "a.service b.service", CLOBBERED "exit a 0\n");
        assert_int_equal(r.fixture->world->crashed, CRASH_NONE);
        assert_unit(r.fixture, "a.service", "not-loaded");
        run_clear(&r);
}

static void reset_on_dead_forgets_processes(void **state) {
        FixedRun r;

        assert_violated("257", "reset-on-dead", PLACEHOLDER, "no-crash", "0");
        assert_violated("257", "reset-on-dead", PLACEHOLDER, "pid-consistent", "0");
        assert_violated("257", "reset-on-dead", PLACEHOLDER, "state-kept", "1/2");
        assert_violated("257", "reset-on-dead", UPHELD, "no-double-start", "1/2");

        run_fixed(&r, "257", "reset-on-dead", "a.service b.service", CLOBBERED);
        assert_unit(r.fixture, "a.service", "loaded inactive dead");
        run_clear(&r);
        run_fixed(&r, "257", "reset-on-dead", "b.service a.service", CLOBBERED);
        assert_unit(r.fixture, "a.service", "loaded active running main=a.1");
        run_clear(&r);
}

/* Combinations */

static int combine(const char *first, const char *second) {
        const Fix *add[] = { fix_find(first), fix_find(second) };
        const char *a, *b;
        Profile p;
        int k = profile_add_fixes(profile_find("257"), add, 2, &p, &a, &b);

        if (k < 0) {
                assert_string_equal(a, first);
                assert_string_equal(b, second);
        }
        return k;
}

static void senseless_combinations_are_refused(void **state) {
        assert_int_equal(combine("skip-alias-entry", "skip-stale-entry"), -EINVAL);
        assert_int_equal(combine("skip-stale-entry", "skip-alias-entry"), -EINVAL);
        assert_int_equal(combine("adopt-orphans", "skip-alias-entry"), -EINVAL);
        assert_int_equal(combine("sort-by-id", "sort-by-id"), -EEXIST);
        assert_int_equal(combine("skip-stale-entry", "adopt-orphans"), 0);
        assert_int_equal(combine("tolerate-dead", "reset-on-dead"), 0);
}

static void too_many_fixes_are_refused(void **state) {
        const Fix *add[FIXES_MAX + 1];
        Fix fixes[FIXES_MAX + 1];
        char names[FIXES_MAX + 1][8];
        const char *a, *b;
        Profile p;

        for (unsigned i = 0; i <= FIXES_MAX; i++) {
                (void) snprintf(names[i], sizeof(names[i]), "x%u", i);
                fixes[i] = (Fix) { .interface = FIX_INTERFACE, .name = names[i], .summary = "nothing" };
                add[i] = fixes + i;
        }
        assert_int_equal(profile_add_fixes(profile_find("257"), add, FIXES_MAX, &p, &a, &b), 0);
        assert_int_equal(profile_add_fixes(profile_find("257"), add, FIXES_MAX + 1, &p, &a, &b), -E2BIG);
        assert_int_equal(profile_add_fixes(profile_find("262"), add, FIXES_MAX, &p, &a, &b), -E2BIG);
}

static void labels_name_what_was_added(void **state) {
        g_autofree char *none = NULL, *two = NULL, *own = NULL;
        Profile p;

        add_fixes("257", "", &p);
        none = profile_label(&p);
        assert_string_equal(none, "257");
        add_fixes("257", "tolerate-dead sort-by-id", &p);
        two = profile_label(&p);
        assert_string_equal(two, "257 + tolerate-dead+sort-by-id");
        add_fixes("262", "adopt-orphans", &p);
        own = profile_label(&p);
        assert_string_equal(own, "262 + adopt-orphans");
        assert_int_equal(p.n_fixes, profile_find("262")->n_fixes);
}

static const char *const histories[] = {
        PLACEHOLDER, PLACEHOLDER_BEFORE, BOTH_RUN, RENAME, JOB_IN_ALIAS, JOB_ELSEWHERE, UPHELD,
};

static void assert_alike(const char *version_a, const char *fixes_a, const char *version_b,
                         const char *fixes_b) {
        size_t n;
        const Property *all = properties(&n);

        for (size_t i = 0; i < G_N_ELEMENTS(histories); i++)
                for (size_t k = 0; k < n; k++) {
                        if (all[k].compares_orders)
                                continue;

                        g_autofree char *a = measure(version_a, fixes_a, histories[i], all[k].name);
                        g_autofree char *b = measure(version_b, fixes_b, histories[i], all[k].name);

                        if (strcmp(a, b) != 0)
                                fail_msg("%s: %s of the orders violate it, and then %s, in\n%s", all[k].name, a,
                                         b, histories[i]);
                }
}

static void what_262_has_changes_nothing_there(void **state) {
        assert_alike("262", "", "262", AS_MERGED);
}

static void with_its_fixes_257_is_as_262(void **state) {
        assert_alike("257", AS_MERGED, "262", "");
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(without_a_fix_the_order_decides),
                cmocka_unit_test(sort_by_id_lets_the_names_decide),
                cmocka_unit_test(skip_alias_entry_loses_renamed_units),
                cmocka_unit_test(skip_stale_entry_keeps_renamed_units),
                cmocka_unit_test(skip_stale_entry_abandons_processes),
                cmocka_unit_test(skipping_loses_its_way_in_jobs),
                cmocka_unit_test(skip_job_sections_alone_does_nothing),
                cmocka_unit_test(adopt_orphans_keeps_processes),
                cmocka_unit_test(tolerate_dead_only_survives),
                cmocka_unit_test(reset_on_dead_forgets_processes),
                cmocka_unit_test(senseless_combinations_are_refused),
                cmocka_unit_test(too_many_fixes_are_refused),
                cmocka_unit_test(labels_name_what_was_added),
                cmocka_unit_test(what_262_has_changes_nothing_there),
                cmocka_unit_test(with_its_fixes_257_is_as_262),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
