/* SPDX-License-Identifier: MIT */

/* The search as a whole: what it must find, and that it finds the same with any number of threads. */

#include "support.h"

#include <string.h>

#include "explore/exploration.h"
#include "traces/scenario.h"
#include "traces/validate.h"

static const char crash[] = "unit rsyslog.service\n"
                            "  [Service]\n"
                            "  ExecStart=/usr/bin/actor rsyslog\n"
                            "unit keeper.service\n"
                            "  [Unit]\n"
                            "  After=syslog.service\n"
                            "  [Service]\n"
                            "  ExecStart=/usr/bin/actor keeper\n"
                            "daemon-reload\n"
                            "start rsyslog.service keeper.service\n"
                            "client admin\n"
                            "  link syslog.service rsyslog.service\n"
                            "  restart rsyslog.service\n"
                            "client other\n"
                            "  daemon-reload\n"
                            "client rsyslogd\n"
                            "  exit rsyslog 0\n";

typedef struct Run {
        Catalog *catalog;
        SearchOptions options;
        Exploration *exploration;
} Run;

static void run_init(Run *r, const char *version, const char *text, SearchOptions options) {
        g_autoptr(GError) error = NULL;

        r->options = options;
        r->options.properties = r->options.properties ?: UINT16_MAX;
        r->options.n_jobs = MAX(options.n_jobs, 1U);
        r->catalog = scenario_parse("test.scenario", text, strlen(text), NULL, &error);
        assert_null(error);
        r->exploration = exploration_run("test.scenario", text, r->catalog, profile_find(version), &r->options);
}

static void run_clear(Run *r) {
        exploration_free(r->exploration);
        catalog_free(r->catalog);
}

static const PropertyOutcome *outcome(const Run *r, const char *property) {
        return r->exploration->outcomes + property_find(property);
}

static void crash_in_half_of_all_orders(void **state) {
        static const char *const versions[] = { "252", "254", "255", "257" };

        for (size_t i = 0; i < G_N_ELEMENTS(versions); i++) {
                const PropertyOutcome *o;
                Run r;

                run_init(&r, versions[i], crash, (SearchOptions) {});
                o = outcome(&r, "no-crash");
                assert_int_equal(o->judgement, JUDGEMENT_VIOLATED);
                assert_true(o->complete);
                assert_null(o->wrong);
                assert_string_equal(o->n_orders, "3");
                assert_string_equal(o->n_all_orders, "6");
                assert_string_equal(o->fraction, "1/2");
                assert_int_equal(o->length, o->trace->n_events);
                run_clear(&r);
        }
}

static void no_crash_on_262(void **state) {
        Run r;

        run_init(&r, "262", crash, (SearchOptions) {});
        for (unsigned i = 0; i < PROPERTIES_MAX; i++)
                assert_true(r.exploration->outcomes[i].judgement == JUDGEMENT_HOLDS ||
                            r.exploration->outcomes[i].judgement == JUDGEMENT_VACUOUS || /* nothing is renamed */
                            r.exploration->outcomes[i].judgement == JUDGEMENT_NOT_ASKED);
        run_clear(&r);
}

static void dead_aliases_count(void **state) {
        for (unsigned k = 1; k <= 5; k++) {
                g_autoptr(GString) text =
                        g_string_new("unit r.service\n  [Service]\n  ExecStart=/usr/bin/actor r\n"
                                     "unit k.service\n  [Unit]\n  After=");
                g_autofree char *fraction = g_strdup_printf("%u/%u", k, k + 1);
                Run r;

                for (unsigned i = 1; i <= k; i++)
                        g_string_append_printf(text, "a%u.service ", i);
                g_string_append(text, "\n  [Service]\n  ExecStart=/usr/bin/actor k\ndaemon-reload\nstart "
                                      "r.service k.service\n");
                for (unsigned i = 1; i <= k; i++)
                        g_string_append_printf(text, "link a%u.service r.service\n", i);
                g_string_append(text, "client c\n  daemon-reload\nclient w\n  exit r 0\n");

                run_init(&r, "254", text->str,
                         (SearchOptions) { .properties = (uint32_t) BIT(property_find("no-crash")) });
                assert_string_equal(outcome(&r, "no-crash")->fraction, fraction);
                run_clear(&r);
        }
}

/* Units that nothing happens to cost room, but neither states nor orders. */
static void four_hundred_units_are_few_states(void **state) {
        g_autofree char *text = NULL;
        Run r;

        assert_true(g_file_get_contents(SOURCE_DIR "/bench/four-hundred-units.scenario", &text, NULL, NULL));
        run_init(&r, "257", text,
                 (SearchOptions) { .properties = (uint32_t) (BIT(property_find("no-crash")) |
                                                             BIT(property_find("order-independent"))) });
        assert_int_equal(r.exploration->n_names, 400);
        assert_true(search_is_complete(r.exploration->search));
        assert_true(visited_size(r.exploration->search->visited) < 2200);
        assert_string_equal(r.exploration->n_classes, "21");
        assert_string_equal(outcome(&r, "no-crash")->fraction, "20/21");
        assert_string_equal(outcome(&r, "order-independent")->fraction, "1/21");
        assert_null(outcome(&r, "no-crash")->wrong);
        assert_null(outcome(&r, "order-independent")->wrong);
        run_clear(&r);
}

static void threads_change_nothing(void **state) {
        Run one, three;

        run_init(&one, "254", crash, (SearchOptions) { .n_jobs = 1 });
        run_init(&three, "254", crash, (SearchOptions) { .n_jobs = 3 });
        assert_int_equal(visited_size(one.exploration->search->visited),
                         visited_size(three.exploration->search->visited));
        assert_int_equal(one.exploration->search->n_transitions, three.exploration->search->n_transitions);
        for (unsigned i = 0; i < PROPERTIES_MAX; i++) {
                const PropertyOutcome *a = one.exploration->outcomes + i, *b = three.exploration->outcomes + i;
                g_autofree char *x = a->trace ? trace_to_json(a->trace) : NULL,
                                *y = b->trace ? trace_to_json(b->trace) : NULL;

                assert_int_equal(a->n_tests, b->n_tests);
                assert_true(g_strcmp0(x, y) == 0);
        }
        run_clear(&one);
        run_clear(&three);
}

static void bounds_make_it_incomplete(void **state) {
        const SearchOptions bounds[] = { { .max_states = 50 }, { .max_depth = 2 }, { .max_memory = 1 } };
        const SearchEnd ends[] = { SEARCH_MAX_STATES, SEARCH_MAX_DEPTH, SEARCH_MAX_MEMORY };

        for (size_t i = 0; i < G_N_ELEMENTS(bounds); i++) {
                Run r;

                run_init(&r, "254", crash, bounds[i]);
                assert_int_equal(r.exploration->search->end, ends[i]);
                assert_int_equal(outcome(&r, "no-crash")->judgement, JUDGEMENT_OPEN);
                run_clear(&r);
        }
}

static void validator_sees_a_changed_trace(void **state) {
        g_autofree char *why = NULL;
        g_autoptr(GError) error = NULL;
        TraceEvent *last;
        Trace *t;
        Run r;

        run_init(&r, "254", crash, (SearchOptions) {});
        t = outcome(&r, "no-crash")->trace;
        assert_true(trace_validate("t", t, &why, &error));

        /* The other order: nothing crashes. */
        for (guint i = 0; i < t->run.orders->len; i++) {
                TraceOrder *o = t->run.orders->pdata[i];
                char *first = o->first;

                o->first = o->second;
                o->second = first;
        }
        assert_false(trace_validate("t", t, &why, &error));
        assert_null(error);
        assert_non_null(why);
        g_clear_pointer(&why, g_free);

        /* One event less. */
        g_ptr_array_set_size(t->run.orders, 0);
        last = t->run.events->pdata[t->run.events->len - 1];
        assert_int_equal(last->kind, TRACE_DISPATCH);
        g_ptr_array_remove_index(t->run.events, t->run.events->len - 1);
        assert_false(trace_validate("t", t, &why, &error));
        run_clear(&r);
}

static void nothing_to_test_is_vacuous(void **state) {
        static const char text[] =
                "unit a.service\n  [Service]\n  ExecStart=/usr/bin/actor a\nclient c\n  start a.service\n";
        Run r;

        run_init(&r, "257", text, (SearchOptions) {});
        assert_int_equal(outcome(&r, "state-kept")->judgement, JUDGEMENT_VACUOUS);
        assert_int_equal(outcome(&r, "order-independent")->judgement, JUDGEMENT_VACUOUS);
        assert_int_equal(outcome(&r, "no-crash")->judgement, JUDGEMENT_HOLDS);
        run_clear(&r);
}

int main(void) {
        /* clang-format off */
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(crash_in_half_of_all_orders), cmocka_unit_test(no_crash_on_262),
                cmocka_unit_test(dead_aliases_count),          cmocka_unit_test(threads_change_nothing),
                cmocka_unit_test(bounds_make_it_incomplete),   cmocka_unit_test(validator_sees_a_changed_trace),
                cmocka_unit_test(nothing_to_test_is_vacuous),  cmocka_unit_test(four_hundred_units_are_few_states),
        };
        /* clang-format on */

        return cmocka_run_group_tests(tests, NULL, NULL);
}
