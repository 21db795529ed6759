/* SPDX-License-Identifier: MIT */

/* Fixes in files of their own. FIXES_DIR has what is built of tests/fixes/ and templates/. */

#include "support.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <gmodule.h>
#include <string.h>

#include "model/fixes.h"
#include "traces/error.h"
#include "traces/fix-module.h"

static char *module_path(const char *name) {
        return g_strdup_printf("%s/%s.so", FIXES_DIR, name);
}

static FixModule *load(const char *name) {
        g_autofree char *path = module_path(name);
        g_autoptr(GError) error = NULL;
        FixModule *m = fix_module_load(path, &error);

        if (!m)
                fail_msg("%s", error->message);
        return m;
}

static void assert_path_refused(const char *path, int code, const char *expected) {
        g_autofree char *message = g_strdup_printf("%s: %s", path, expected);
        g_autoptr(GError) error = NULL;

        assert_null(fix_module_load(path, &error));
        assert_true(g_error_matches(error, TRACES_ERROR, code));
        assert_string_equal(error->message, message);
}

static void assert_refused(const char *name, const char *expected) {
        g_autofree char *path = module_path(name);

        assert_path_refused(path, TRACES_ERROR_SYNTAX, expected);
}

static void no_file_is_refused(void **state) {
        assert_path_refused("no-such-file.so", TRACES_ERROR_IO,
                            "cannot be read: No such file or directory; name a shared object with a fix");
        assert_path_refused("", TRACES_ERROR_IO,
                            "cannot be read: No such file or directory; name a shared object with a fix");
        assert_path_refused(SOURCE_DIR "/model", TRACES_ERROR_IO,
                            "cannot be read: Is a directory; name a shared object with a fix");
}

static void other_files_are_refused(void **state) {
        assert_path_refused(SOURCE_DIR "/model/fix.h", TRACES_ERROR_SYNTAX,
                            "is no shared object; build one with 'cc -shared -fPIC'");
        assert_path_refused("/dev/null", TRACES_ERROR_SYNTAX,
                            "is no shared object; build one with 'cc -shared -fPIC'");
}

/* The loader has its own words for it. */
static void half_a_file_is_refused(void **state) {
        g_autofree char *whole = module_path("everything"), *half = module_path("half"), *text = NULL;
        g_autoptr(GError) error = NULL;
        gsize size;

        assert_true(g_file_get_contents(whole, &text, &size, NULL));
        assert_true(g_file_set_contents(half, text, 60, NULL));
        assert_null(fix_module_load(half, &error));
        assert_true(g_str_has_prefix(error->message, half));
        assert_non_null(strstr(error->message, ": cannot be loaded: "));
        assert_true(g_str_has_suffix(error->message, "; build it against the fix.h of this coldplug"));
}

static void another_interface_is_refused(void **state) {
        assert_refused("other-interface",
                       "was built against interface 2 of fix.h, and this coldplug has 1; build it "
                       "against the fix.h of this coldplug");
}

static void missing_symbols_are_refused(void **state) {
        assert_refused("no-symbol", "has no symbol coldplug_fix; define 'FIX_EXPORT const Fix coldplug_fix'");
        assert_refused("missing-function",
                       "cannot be loaded: undefined symbol: fix_unit_is_lucky; build it against the "
                       "fix.h of this coldplug");
}

static void defects_are_refused(void **state) {
        assert_refused("bad-name",
                       "its name is none for a fix; give it one of at most 63 lower-case letters, digits "
                       "and dashes");
        assert_refused("no-fix-name", "its name is \"none\", which stands for no fix; give it another one");
        assert_refused("built-in-name", "a built-in fix has its name; give it another one");
        assert_refused("no-summary", "it has no summary; say in one line what it does");
        assert_refused("two-lines",
                       "what it follows is not one line of text; name the proposal, or leave it out");
}

static void a_fix_is_loaded(void **state) {
        g_autoptr(FixModule) m = load("everything");
        const Fix *f = fix_module_fix(m);

        assert_int_equal(f->interface, FIX_INTERFACE);
        assert_string_equal(f->name, "everything");
        assert_null(fix_defect(f));
        assert_null(fix_find("everything"));
}

static void a_fix_is_loaded_twice(void **state) {
        g_autoptr(FixModule) first = load("my-fix"), second = load("my-fix");
        const Fix *both[] = { fix_module_fix(first), fix_module_fix(second) };
        const char *a, *b;
        Profile p;

        assert_int_equal(profile_add_fixes(profile_find("257"), both, 2, &p, &a, &b), -EEXIST);
        assert_string_equal(a, "my-fix");
        assert_string_equal(b, "my-fix");
}

/* A name without a slash is a file here, not one that the loader looks for elsewhere. */
static void a_fix_is_loaded_from_here(void **state) {
        g_autofree char *here = g_get_current_dir();
        g_autoptr(GError) error = NULL;
        g_autoptr(FixModule) m = NULL;

        assert_int_equal(g_chdir(FIXES_DIR), 0);
        m = fix_module_load("everything.so", &error);
        assert_int_equal(g_chdir(here), 0);
        assert_non_null(m);
}

/* Whatever fix.h declares, a module can call, of this program as of coldplug itself. */
static void functions_are_there(void **state) {
        g_autofree char *header = NULL, *everything = NULL, *symbols = NULL;
        const char *argv[] = { "nm", "-D", "--defined-only", COLDPLUG_PROGRAM, NULL };
        g_autoptr(GRegex) regex = g_regex_new("^[^/\n]*\\b(fix_[a-z_]+)\\(", G_REGEX_MULTILINE, 0, NULL);
        g_autoptr(GMatchInfo) match = NULL;
        GModule *self = g_module_open(NULL, 0);
        unsigned n = 0;

        assert_non_null(self);
        assert_true(g_file_get_contents(SOURCE_DIR "/model/fix.h", &header, NULL, NULL));
        assert_true(g_file_get_contents(SOURCE_DIR "/tests/fixes/everything.c", &everything, NULL, NULL));
        assert_true(g_spawn_sync(NULL, (char **) argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, &symbols, NULL,
                                 NULL, NULL));

        for (g_regex_match(regex, header, 0, &match); g_match_info_matches(match);
             g_match_info_next(match, NULL)) {
                g_autofree char *name = g_match_info_fetch(match, 1), *call = g_strdup_printf("%s(", name),
                                *row = g_strdup_printf(" T %s\n", name);
                gpointer symbol;

                assert_non_null(strstr(everything, call));
                if (!g_module_symbol(self, name, &symbol))
                        fail_msg("no module can call %s()", name);
                if (!strstr(symbols, row))
                        fail_msg("no module of coldplug can call %s()", name);
                n++;
        }
        assert_int_equal(n, 19);
        assert_null(strstr(symbols, " manager_reload\n"));
        (void) g_module_close(self);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(no_file_is_refused),
                cmocka_unit_test(other_files_are_refused),
                cmocka_unit_test(half_a_file_is_refused),
                cmocka_unit_test(another_interface_is_refused),
                cmocka_unit_test(missing_symbols_are_refused),
                cmocka_unit_test(defects_are_refused),
                cmocka_unit_test(a_fix_is_loaded),
                cmocka_unit_test(a_fix_is_loaded_twice),
                cmocka_unit_test(a_fix_is_loaded_from_here),
                cmocka_unit_test(functions_are_there),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
