/* SPDX-License-Identifier: MIT */

/* The hooks of a fix: what they are told and what becomes of their answers. */

#include "fixes-scenarios.h"
#include "support.h"

#include <string.h>

#include "model/fixes.h"
#include "model/stream.h"
#include "traces/fix-module.h"

/* clang-format off */
#define SAME_UNIT                                                                                                      \
        ACTOR("a", "  [Unit]\n  Wants=b.service\n")                                                                    \
        "daemon-reload\nstart a.service\nlink b.service a.service\ndaemon-reload\n"
/* clang-format on */
/* clang-format off */
#define BOTH                                                                                                           \
        ACTOR("a", "") ACTOR("b", "") "daemon-reload\nstart a.service b.service\nlink b.service a.service\n"           \
        "daemon-reload\n"
/* clang-format on */

typedef struct FixedRun {
        Profile profile;
        Fixture *fixture;
} FixedRun;

static Fixture *run_fixes(FixedRun *r, const Fix *first, const Fix *second, const char *order,
                          const char *text) {
        const Fix *add[] = { first, second };
        const char *a, *b;

        assert_int_equal(profile_add_fixes(profile_find("257"), add, second ? 2 : 1, &r->profile, &a, &b), 0);
        r->fixture = fixture_new("257", text);
        r->fixture->manager->profile = &r->profile;
        fixture_order(r->fixture, order);
        fixture_run(r->fixture);
        return r->fixture;
}

static void run_clear(FixedRun *r) {
        g_clear_pointer(&r->fixture, fixture_free);
}

#define FIX(...) ((const Fix) { .interface = FIX_INTERFACE, .name = "test", .summary = "tests", __VA_ARGS__ })
#define OTHER_FIX(...)                                                                                          \
        ((const Fix) { .interface = FIX_INTERFACE, .name = "other", .summary = "tests", __VA_ARGS__ })

/* Writing */

static bool writes_only_a(const Manager *m, const Unit *u) {
        return strcmp(fix_unit_id(m, u), "a.service") == 0;
}

static void an_entry_is_not_written(void **state) {
        FixedRun r;

        run_fixes(&r, &FIX(.writes_entry = writes_only_a), NULL, "a.service b.service", SAME_UNIT);
        assert_unit(r.fixture, "a.service", "loaded active running main=a.1");
        assert_int_equal(strncmp(strstr(r.fixture->manager->stream, "\n\n"), "\n\na.service\n", 12), 0);
        assert_null(strstr(r.fixture->manager->stream, "\nb.service\n"));
        run_clear(&r);
}

static int backwards(const Manager *m, const Unit *a, const Unit *b) {
        return strcmp(fix_unit_id(m, b), fix_unit_id(m, a));
}

static int forwards(const Manager *m, const Unit *a, const Unit *b) {
        return strcmp(fix_unit_id(m, a), fix_unit_id(m, b));
}

static void entries_are_sorted(void **state) {
        FixedRun r;

        run_fixes(&r, &FIX(.compare_entries = backwards), NULL, "a.service b.service", SAME_UNIT);
        assert_unit(r.fixture, "a.service", "loaded active running main=a.1");
        run_clear(&r);
        run_fixes(&r, &FIX(.compare_entries = forwards), NULL, "b.service a.service", SAME_UNIT);
        assert_unit(r.fixture, "a.service", "loaded inactive dead main=a.1");
        run_clear(&r);
        run_fixes(&r, &FIX(.compare_entries = backwards), &OTHER_FIX(.compare_entries = forwards),
                  "a.service b.service", SAME_UNIT);
        assert_unit(r.fixture, "a.service", "loaded active running main=a.1");
        run_clear(&r);
}

/* A class of entries first, and in it the hash order. */
static int loaded_first(const Manager *m, const Unit *a, const Unit *b) {
        return strcmp(fix_unit_load_state(m, a), fix_unit_load_state(m, b));
}

static void the_hash_order_is_left_where_a_fix_says_nothing(void **state) {
        FixedRun r;
        const char *stream, *found[3];

        run_fixes(&r, &FIX(.compare_entries = loaded_first), NULL, "p.service b.service a.service",
                  ACTOR("a", "  [Unit]\n  After=p.service\n")
                          ACTOR("b", "") "daemon-reload\nstart a.service b.service\ndaemon-reload\n");
        stream = r.fixture->manager->stream;
        found[0] = strstr(stream, "\n\nb.service\n");
        found[1] = strstr(stream, "\n\na.service\n");
        found[2] = strstr(stream, "\n\np.service\n");
        assert_true(found[0] && found[1] && found[2]);
        assert_true(found[0] < found[1] && found[1] < found[2]);
        run_clear(&r);
}

/* Entries */

static FixVerdict skip_alias(Manager *m, FixEntry *e) {
        return fix_entry_is_alias(e) ? FIX_SKIP : FIX_APPLY;
}

static FixVerdict adopt_alias(Manager *m, FixEntry *e) {
        return fix_entry_is_alias(e) ? FIX_ADOPT : FIX_APPLY;
}

static FixVerdict give_nothing(Manager *m, FixEntry *e) {
        return FIX_GIVE;
}

static FixVerdict give_to_a(Manager *m, FixEntry *e) {
        return fix_entry_give(m, e, "a.service") ? FIX_GIVE : FIX_APPLY;
}

static FixVerdict undefined(Manager *m, FixEntry *e) {
        return (FixVerdict) 17;
}

static void the_last_verdict_counts(void **state) {
        const char *order = "a.service b.service";
        FixedRun r;

        run_fixes(&r, &FIX(.entry = skip_alias), &OTHER_FIX(.entry = adopt_alias), order, BOTH);
        assert_unit(r.fixture, "a.service", "loaded active running main=a.1");
        for (size_t i = 0; i < r.fixture->catalog->n_names; i++)
                if (r.fixture->catalog->names[i].is_orphan && r.fixture->manager->names[i] != UNIT_NONE)
                        assert_unit(r.fixture, r.fixture->catalog->names[i].name,
                                    "not-found active running main=b.1");
        run_clear(&r);
        /* Who may not give, or names nobody, has said nothing. */
        run_fixes(&r, &FIX(.entry = skip_alias), &OTHER_FIX(.entry = give_nothing), order, SAME_UNIT);
        assert_unit(r.fixture, "a.service", "loaded active running main=a.1");
        run_clear(&r);
        run_fixes(&r, &FIX(.entry = give_to_a), &OTHER_FIX(.entry = skip_alias), order, SAME_UNIT);
        assert_unit(r.fixture, "a.service", "loaded active running main=a.1");
        run_clear(&r);
        run_fixes(&r, &FIX(.entry = skip_alias), &OTHER_FIX(.entry = undefined), order, SAME_UNIT);
        assert_unit(r.fixture, "a.service", "loaded active running main=a.1");
        run_clear(&r);
}

static FixVerdict give_old_to_new(Manager *m, FixEntry *e) {
        if (strcmp(fix_entry_name(e), "old.service") != 0)
                return FIX_APPLY;

        assert_false(fix_entry_give(m, e, "no-such-name.service"));
        assert_false(fix_entry_give(m, e, "x.socket"));
        return fix_entry_give(m, e, "new.service") ? FIX_GIVE : FIX_APPLY;
}

static void an_entry_is_given_away(void **state) {
        FixedRun r;

        run_fixes(&r, &FIX(.entry = give_old_to_new, .gives_entries = true), NULL, "old.service",
                  ACTOR("old", "") "daemon-reload\nstart old.service\nrm old.service\n" ACTOR(
                          "new", "  [Unit]\n  After=x.socket\n") "daemon-reload\n");
        assert_unit(r.fixture, "new.service", "loaded active running main=old.1");
        run_clear(&r);
}

static FixVerdict look_closely(Manager *m, FixEntry *e) {
        bool is_b = strcmp(fix_entry_name(e), "b.service") == 0;
        char value[32], tiny[4];
        Unit *u = fix_entry_unit(e);

        if (!is_b && strcmp(fix_entry_name(e), "a.service") != 0)
                return FIX_APPLY;

        assert_string_equal(fix_unit_id(m, u), "a.service");
        assert_int_equal(fix_entry_is_alias(e), is_b);
        assert_int_equal(fix_entry_is_stale(e), is_b);
        assert_int_equal(fix_entry_has_job(e), is_b);
        assert_true(fix_entry_value(e, "state", value, sizeof(value)));
        assert_string_equal(value, is_b ? "stop-sigterm" : "running");
        assert_true(fix_entry_value(e, "state", tiny, sizeof(tiny)));
        assert_string_equal(tiny, is_b ? "sto" : "run");
        assert_true(fix_entry_value(e, "state", NULL, 0));
        assert_false(fix_entry_value(e, "job-type", value, sizeof(value)));
        assert_false(fix_entry_value(e, "job", value, sizeof(value)));
        assert_false(fix_entry_value(e, "stat", value, sizeof(value)));
        assert_string_equal(fix_unit_load_state(m, u), "loaded");
        assert_string_equal(fix_unit_active_state(m, u), "inactive");
        assert_true(fix_unit_has_name(m, u, "b.service"));
        assert_false(fix_unit_has_name(m, u, "c.service"));
        /* b comes second, and a's entry is there. */
        assert_string_equal(fix_unit_deserialized_state(m, u), is_b ? "running" : "dead");
        assert_int_equal(fix_unit_has_process(m, u, FIX_MAIN_PROCESS), is_b);
        assert_int_equal(fix_unit_process_is_alive(m, u, FIX_MAIN_PROCESS), is_b);
        assert_false(fix_unit_has_process(m, u, FIX_CONTROL_PROCESS));
        assert_false(fix_unit_process_is_alive(m, u, FIX_CONTROL_PROCESS));
        assert_false(fix_unit_has_job(m, u));
        fix_note(m, "manager_deserialize_one_unit", u, "has been looked at");
        return is_b ? FIX_ADOPT : FIX_APPLY;
}

static void an_entry_is_looked_at(void **state) {
        FixedRun r;

        run_fixes(&r, &FIX(.entry = look_closely, .collects_names = true, .skip_knows_jobs = true), NULL,
                  "a.service b.service",
                  ACTOR("a", "")
                          ACTOR("b", "") "daemon-reload\nstart a.service b.service\nlink b.service a.service\n"
                                         "stop b.service\ndaemon-reload\n");
        assert_unit(r.fixture, "a.service", "loaded active running main=a.1");
        run_clear(&r);
}

/* Lines */

static FixLine drop_dead(Manager *m, Unit *u, const char *key, const char *value, char *ret_value, size_t size) {
        assert_true(size >= 4096);
        assert_string_not_equal(key, "job");
        return strcmp(key, "state") == 0 && strcmp(value, "dead") == 0 ? FIX_LINE_DROP : FIX_LINE_APPLY;
}

static FixLine replace_dead(Manager *m, Unit *u, const char *key, const char *value, char *ret_value,
                            size_t size) {
        if (strcmp(key, "state") != 0 || strcmp(value, "dead") != 0)
                return FIX_LINE_APPLY;
        (void) g_strlcpy(ret_value, "exited", size);
        return FIX_LINE_REPLACE;
}

/* It has no NUL, and is longer than any state. */
static FixLine replace_all(Manager *m, Unit *u, const char *key, const char *value, char *ret_value,
                           size_t size) {
        memset(ret_value, 'x', size);
        return FIX_LINE_REPLACE;
}

static void lines_are_dropped_and_replaced(void **state) {
        const char *order = "a.service b.service";
        FixedRun r;

        run_fixes(&r, &FIX(.line = drop_dead), NULL, order, SAME_UNIT);
        assert_unit(r.fixture, "a.service", "loaded active running main=a.1");
        run_clear(&r);
        run_fixes(&r, &FIX(.line = replace_dead), NULL, order, SAME_UNIT);
        assert_unit(r.fixture, "a.service", "loaded active exited");
        run_clear(&r);
        run_fixes(&r, &FIX(.line = replace_all), NULL, order, SAME_UNIT);
        assert_unit(r.fixture, "a.service", "not-loaded");
        run_clear(&r);
        /* The second one sees what the first one wrote. */
        run_fixes(&r, &FIX(.line = replace_dead), &OTHER_FIX(.line = drop_dead), order, SAME_UNIT);
        assert_unit(r.fixture, "a.service", "loaded active exited");
        run_clear(&r);
}

/* Coldplug and SIGCHLD */

static void revive(Manager *m, Unit *u) {
        assert_false(fix_unit_set_deserialized_state(m, u, "no-such-state"));
        assert_false(fix_unit_set_deserialized_state(m, u, "refresh-credentials")); /* 258 */
        if (strcmp(fix_unit_deserialized_state(m, u), "dead") == 0 &&
            fix_unit_process_is_alive(m, u, FIX_MAIN_PROCESS))
                assert_true(fix_unit_set_deserialized_state(m, u, "running"));
}

static void coldplug_is_preceded(void **state) {
        FixedRun r;

        run_fixes(&r, &FIX(.coldplug = revive), NULL, "a.service b.service", SAME_UNIT);
        assert_unit(r.fixture, "a.service", "loaded active running main=a.1");
        run_clear(&r);
        run_fixes(&r, &FIX(.coldplug = revive), NULL, "a.service b.service", SAME_UNIT "exit a 0\n");
        assert_unit(r.fixture, "a.service", "not-loaded");
        assert_int_equal(r.fixture->world->crashed, CRASH_NONE);
        run_clear(&r);
}

static void forget(Manager *m, Unit *u) {
        if (strcmp(fix_unit_id(m, u), "a.service") == 0)
                fix_unit_forget_processes(m, u);
}

static void processes_are_forgotten(void **state) {
        FixedRun r;

        run_fixes(&r, &FIX(.coldplug = forget), NULL, "b.service a.service", SAME_UNIT);
        assert_unit(r.fixture, "a.service", "loaded active running");
        run_clear(&r);
}

static bool ignore_control(Manager *m, Unit *u, FixProcess which) {
        return which == FIX_CONTROL_PROCESS && strcmp(fix_unit_sub_state(m, u), "reload") == 0;
}

static void sigchld_is_ignored(void **state) {
        const char *text =
                "unit a.service\n  [Service]\n  ExecStart=/usr/bin/actor a\n"
                "  ExecReload=/usr/bin/actor r\ndaemon-reload\nstart a.service\nreload a.service\nexit r 0\n";
        FixedRun r;

        run_fixes(&r, &FIX(), NULL, "a.service", text);
        assert_unit(r.fixture, "a.service", "loaded active running main=a.1");
        run_clear(&r);
        run_fixes(&r, &FIX(.sigchld = ignore_control), NULL, "a.service", text);
        assert_unit(r.fixture, "a.service", "loaded reloading reload job=reload main=a.1");
        run_clear(&r);
}

/* The examples of the documentation do what it says, and stand there as they are here. */

static void run_example(FixedRun *r, const char *name, const char *order, const char *text,
                        FixModule **ret_module) {
        g_autofree char *object = g_strdup_printf("%s/%s.so", FIXES_DIR, name);

        *ret_module = fix_module_load(object, NULL);
        assert_non_null(*ret_module);
        run_fixes(r, fix_module_fix(*ret_module), NULL, order, text);
}

static void assert_documented(const char *name) {
        g_autofree char *source = g_strdup_printf("%s/tests/fixes/%s.c", SOURCE_DIR, name), *text = NULL,
                        *docs = NULL;

        assert_true(g_file_get_contents(source, &text, NULL, NULL));
        assert_true(g_file_get_contents(SOURCE_DIR "/docs/writing-a-fix.md", &docs, NULL, NULL));
        if (!strstr(docs, strstr(text, "#include")))
                fail_msg("docs/writing-a-fix.md does not have %s.c", name);
}

static void examples_do_what_the_documentation_says(void **state) {
        static const struct {
                const char *name, *text, *unit, *expected;
        } examples[] = {
                { "azure-linux", SAME_UNIT, "a.service", "loaded active running main=a.1" },
                { "follow-rename",
                  ACTOR("old", "") "daemon-reload\nstart old.service\nrm old.service\n" ACTOR(
                          "new", "") "daemon-reload\n",
                  "new.service", "loaded active running main=old.1" },
                { "keep-running", SAME_UNIT, "a.service", "loaded active running main=a.1" },
                { "revive", SAME_UNIT, "a.service", "loaded active running main=a.1" },
                { "my-fix", SAME_UNIT, "a.service", "loaded active running main=a.1" },
        };

        for (size_t i = 0; i < G_N_ELEMENTS(examples); i++) {
                g_autoptr(FixModule) module = NULL;
                FixedRun r;

                run_example(&r, examples[i].name, i == 1 ? "old.service" : "a.service b.service",
                            examples[i].text, &module);
                assert_unit(r.fixture, examples[i].unit, examples[i].expected);
                run_clear(&r);
                if (strcmp(examples[i].name, "my-fix") != 0)
                        assert_documented(examples[i].name);
        }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(an_entry_is_not_written),
                cmocka_unit_test(entries_are_sorted),
                cmocka_unit_test(the_hash_order_is_left_where_a_fix_says_nothing),
                cmocka_unit_test(the_last_verdict_counts),
                cmocka_unit_test(an_entry_is_given_away),
                cmocka_unit_test(an_entry_is_looked_at),
                cmocka_unit_test(lines_are_dropped_and_replaced),
                cmocka_unit_test(coldplug_is_preceded),
                cmocka_unit_test(processes_are_forgotten),
                cmocka_unit_test(sigchld_is_ignored),
                cmocka_unit_test(examples_do_what_the_documentation_says),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
