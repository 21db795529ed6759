/* SPDX-License-Identifier: MIT */

/* Random scenarios, and how they shrink. */

#include <string.h>

#include "tests/support.h"

#include "lab/random.h"
#include "lab/record.h"
#include "lab/shrink.h"
#include "traces/scenario.h"

#define N 500U

/* Of a setting that the model does not look at only what is always so can stand in a random scenario. */
static void check_warnings(const GPtrArray *warnings) {
        static const char *const known[] = { "ConditionPathExists= is not", "AssertPathExists= is not" };

        for (unsigned i = 0; i < warnings->len; i++) {
                bool is_known = false;

                for (size_t j = 0; j < G_N_ELEMENTS(known); j++)
                        is_known = is_known || strstr(warnings->pdata[i], known[j]);
                if (!is_known)
                        fail_msg("%s", (const char *) warnings->pdata[i]);
        }
}

/* All that is drawn can be run, and is drawn again. */
static void test_valid(void **state) {
        for (unsigned n = 0; n < N; n++) {
                g_autofree char *text = random_scenario(7, n), *again = random_scenario(7, n), *why = NULL;
                g_autoptr(GError) error = NULL;
                g_autoptr(GPtrArray) warnings = g_ptr_array_new_with_free_func(g_free);
                g_autoptr(Catalog) c = scenario_parse("x", text, strlen(text), warnings, &error);

                check_warnings(warnings);
                assert_string_equal(text, again);
                if (!c)
                        fail_msg("%s in\n%s", error->message, text);
                why = record_obstacle(c);
                if (why)
                        fail_msg("%s in\n%s", why, text);
        }
}

/* Whatever the tables have comes up. */
static void test_variety(void **state) {
        /* clang-format off */
        static const char *const parts[] = {
                "Type=forking",  "PIDFile=",       "-second",       ".service.d/",  "/dev/null",
                "unit t.target", "Conflicts=",     "OnFailure=",    "unit w@",      "start w@1.service",
                "Slice=s.slice", "unit a.socket", "unit a.timer", "unit a.path",  "KillMode=",     "fork a ",      "kill ",
                "reset-failed ", "pause\n",        "daemon-reexec", "exit w1 ",     "Upholds=",
                "link x.service", ".wants/",       "notify c ",    "unit /run/systemd/system/",
                "actor w%i-pre", "link y.service", "ExecStopPost=", "RestartSec=1h", "StartLimitIntervalSec=0",
        };
        /* clang-format on */
        g_autoptr(GString) all = g_string_new(NULL);

        for (unsigned n = 0; n < N; n++) {
                g_autofree char *text = random_scenario(7, n);

                g_string_append(all, text);
        }
        for (size_t i = 0; i < G_N_ELEMENTS(parts); i++)
                if (!strstr(all->str, parts[i]))
                        fail_msg("'%s' never comes", parts[i]);
        assert_null(strpbrk(all->str, "{}|~^$+"));
}

static void test_seeds(void **state) {
        g_autofree char *one = random_scenario(1, 0), *other = random_scenario(2, 0),
                        *next = random_scenario(1, 1);

        assert_string_not_equal(one, other);
        assert_string_not_equal(one, next);
}

static bool has_both(const char *text, void *userdata) {
        unsigned *n = userdata;

        ++*n;
        return strstr(text, "  Type=notify\n") && strstr(text, "\nstop a.service\n");
}

static void test_shrink(void **state) {
        static const char text[] = "unit a.service\n  [Unit]\n  After=b.service\n  [Service]\n  Type=notify\n"
                                   "unit b.service\n  [Service]\n  Type=simple\ndaemon-reload\nstart a.service\n"
                                   "stop a.service b.service\nexit a 0\ndaemon-reload\n";
        unsigned n = 0;
        g_autofree char *small = shrink(text, has_both, &n);

        assert_string_equal(small, "unit a.service\n  Type=notify\nstop a.service\n");
        assert_in_range(n, 1, 60);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_valid),
                cmocka_unit_test(test_variety),
                cmocka_unit_test(test_seeds),
                cmocka_unit_test(test_shrink),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
