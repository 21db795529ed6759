/* SPDX-License-Identifier: MIT */

/* Trees for the lab, and what it prints as JSON. What needs namespaces is left out without root; Debian and its tools are stood in
 * for by scripts. */

#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support.h"

#include "cli/lab.h"
#include "json-schema.h"
#include "lab/make-root.h"
#include "lab/root.h"

static char *scratch;

static char *put(const char *path, const char *text, int mode) {
        char *file = g_build_filename(scratch, path, NULL);
        g_autofree char *folder = g_path_get_dirname(file);

        assert_int_equal(g_mkdir_with_parents(folder, 0755), 0);
        assert_true(g_file_set_contents(file, text, -1, NULL));
        assert_int_equal(chmod(file, (mode_t) mode), 0);
        return file;
}

static int begin(void **state) {
        scratch = g_dir_make_tmp("lab-root-XXXXXX", NULL);
        return 0;
}

static int end(void **state) {
        const char *argv[] = { "rm", "-rf", scratch, NULL };

        g_spawn_sync(NULL, (char **) argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, NULL, NULL);
        g_clear_pointer(&scratch, g_free);
        return 0;
}

/* --root */

static void assert_refused(const char *name, const char *message) {
        g_autofree char *dir = g_build_filename(scratch, name, NULL);
        g_autoptr(GError) error = NULL;

        assert_null(root_check(dir, &error));
        assert_non_null(strstr(error->message, message));
}

static void test_tree(void **state) {
        g_autofree char *dir = g_build_filename(scratch, "tree", NULL), *found = NULL;
        g_autoptr(GError) error = NULL;

        assert_refused("tree", "is no folder");
        g_free(put("tree/etc/os-release", "", 0644));
        assert_refused("tree", "has no /usr/lib/systemd/systemd");
        assert_refused("tree/etc/os-release", "is no folder");
        /* Built from source for a system whose folders are not merged. */
        g_free(put("tree/lib/systemd/systemd", "", 0644));
        assert_refused("tree", "has no /usr/lib/systemd/systemd");
        g_free(put("tree/lib/systemd/systemd", "", 0755));
        assert_refused("tree", "has no /usr/bin/systemctl");
        g_free(put("tree/usr/bin/systemctl", "", 0755));
        assert_refused("tree", "has no /bin/sh");
        g_free(put("tree/bin/sh", "", 0755));
        found = root_check(dir, &error);
        assert_string_equal(found, dir);
        g_free(put("a,b/bin/sh", "", 0755));
        g_free(put("a,b/usr/bin/systemctl", "", 0755));
        g_free(put("a,b/usr/lib/systemd/systemd", "", 0755));
        assert_refused("a,b", "comma");
}

/* A link in a tree begins at the tree, not at the machine's root. */
static void test_links(void **state) {
        g_autofree char *dir = g_build_filename(scratch, "tree", NULL),
                        *link = g_build_filename(scratch, "tree", "lib", NULL), *found = NULL;

        g_free(put("tree/usr/lib/systemd/systemd", "", 0755));
        g_free(put("tree/usr/bin/systemctl", "", 0755));
        g_free(put("tree/bin/dash", "", 0755));
        assert_int_equal(symlink("/usr/lib", link), 0);
        assert_refused("tree", "has no /bin/sh");
        g_free(link);
        link = g_build_filename(scratch, "tree", "bin", "sh", NULL);
        assert_int_equal(symlink("/bin/dash", link), 0);
        found = root_check(dir, NULL);
        assert_non_null(found);
}

static void test_version(void **state) {
        g_autofree char *dir = g_build_filename(scratch, "tree", NULL);

        g_free(put("tree/usr/lib/x86_64-linux-gnu/libc.so", "", 0644));
        assert_int_equal(root_version(dir), 0);
        g_free(put("tree/usr/lib/x86_64-linux-gnu/systemd/libsystemd-shared-257.so", "", 0644));
        assert_int_equal(root_version(dir), 257);
        g_free(put("tree/usr/lib64/systemd/libsystemd-shared-263~rc1.so", "", 0644));
        assert_int_equal(root_version(dir), 263);
}

static void test_nearest_profile(void **state) {
        assert_int_equal(root_profile(257)->version, 257);
        assert_int_equal(root_profile(256)->version, 255);
        assert_int_equal(root_profile(999)->version, 262);
        assert_null(root_profile(249));
}

/* Making one */

/* clang-format off */
#define FAKE_WGET                                                                                             \
        "#!/bin/sh\n"                                                                                         \
        "case $* in\n"                                                                                        \
        "*.xz) exit 8 ;;\n"                                                                                   \
        "*/dists/forky/*) v=$FORKY ;;\n"                                                                      \
        "*/dists/sid/*) v=$SID ;;\n"                                                                          \
        "esac\n"                                                                                              \
        "[ -n \"$v\" ] || exit 4\n"                                                                           \
        "while [ \"$1\" != -O ]; do shift; done\n"                                                            \
        "printf 'Package: systemd-x\\nVersion: 1\\n\\nPackage: systemd\\nVersion: %s\\n\\n' $v | gzip >\"$2\"\n"
/* clang-format on */

/* clang-format off */
#define FAKE_DEBOOTSTRAP                                                                                      \
        "#!/bin/sh\n"                                                                                         \
        "mkdir -p \"$4/usr\" && echo \"$3\" >\"$4/usr/suite\" && echo x >>\"$SCRATCH/made\"\n"                \
        "[ -z \"$SLOW\" ] || sleep \"$SLOW\"\n"                                                               \
        "[ -z \"$BROKEN\" ] || { echo 'E: broken'; exit 1; }\n"
/* clang-format on */

#define FAKE_CHROOT "#!/bin/sh\nprintf %s \"$GOT\"\n"

static void fake_debian(const char *forky, const char *sid, const char *got) {
        g_autofree char *bin = g_build_filename(scratch, "bin", NULL);
        g_autofree char *path = g_strconcat(bin, ":/usr/bin:/bin", NULL);

        g_free(put("bin/wget", FAKE_WGET, 0755));
        g_free(put("bin/debootstrap", FAKE_DEBOOTSTRAP, 0755));
        g_free(put("bin/chroot", FAKE_CHROOT, 0755));
        g_setenv("PATH", path, TRUE);
        g_setenv("SCRATCH", scratch, TRUE);
        g_setenv("FORKY", forky, TRUE);
        g_setenv("SID", sid, TRUE);
        g_setenv("GOT", got, TRUE);
        g_unsetenv("BROKEN");
        g_unsetenv("SLOW");
}

static bool make(const char *name, GError **error) {
        static const char *const suites[] = { "forky", "sid", NULL };
        g_autofree char *folder = g_build_filename(scratch, name, NULL);

        return make_root(262, suites, folder, NULL, error);
}

static void assert_not_made(const char *message) {
        g_autofree char *folder = g_build_filename(scratch, "root", NULL),
                        *work = g_strconcat(folder, ".new", NULL);
        g_autoptr(GError) error = NULL;

        assert_false(make("root", &error));
        if (!strstr(error->message, message))
                fail_msg("'%s' has no '%s'", error->message, message);
        assert_false(g_file_test(folder, G_FILE_TEST_EXISTS));
        assert_false(g_file_test(work, G_FILE_TEST_EXISTS));
}

static void assert_suite(const char *suite) {
        g_autofree char *file = g_build_filename(scratch, "root", "usr", "suite", NULL), *text = NULL;

        assert_true(g_file_get_contents(file, &text, NULL, NULL));
        assert_string_equal(g_strchomp(text), suite);
}

static void need_root(void) {
        if (geteuid() != 0)
                skip();
}

static void test_made(void **state) {
        need_root();
        fake_debian("262.1-1", "263-1", "262.1-1");
        assert_true(make("root", NULL));
        assert_suite("forky");
}

static void test_suite_has_moved_on(void **state) {
        need_root();
        fake_debian("260-1", "262~rc1-1", "262~rc1-1");
        assert_true(make("root", NULL));
        assert_suite("sid");
}

static void test_not_made(void **state) {
        need_root();
        fake_debian("263-1", "264-1", "");
        assert_not_made("forky has systemd 263-1, sid has systemd 264-1 now");
        fake_debian("", "", "");
        assert_not_made("cannot be read; see to the network");
        fake_debian("262-1", "", "263-1");
        assert_not_made("forky gave systemd 263-1, not 262");
        g_setenv("BROKEN", "1", TRUE);
        assert_not_made("debootstrap cannot make it: broken");
        g_setenv("PATH", "/nonexistent", TRUE);
        g_setenv("PATH", "/usr/bin:/bin", TRUE);
}

static pid_t make_elsewhere(void) {
        pid_t pid = fork();

        if (pid == 0)
                _exit(!make("root", NULL));
        return pid;
}

static bool wait_for_file(const char *name) {
        g_autofree char *file = g_build_filename(scratch, name, NULL);

        for (unsigned i = 0; i < 500 && access(file, F_OK) < 0; i++)
                g_usleep(10000);
        return access(file, F_OK) == 0;
}

/* Both want it; one makes it. */
static void test_two_at_once(void **state) {
        g_autofree char *made = g_build_filename(scratch, "made", NULL), *text = NULL;
        int status[2];
        pid_t pids[2];

        need_root();
        fake_debian("262-1", "", "262-1");
        g_setenv("SLOW", "0.5", TRUE);
        for (unsigned i = 0; i < 2; i++)
                pids[i] = make_elsewhere();
        for (unsigned i = 0; i < 2; i++)
                assert_int_equal(waitpid(pids[i], status + i, 0), pids[i]);
        assert_int_equal(status[0], 0);
        assert_int_equal(status[1], 0);
        assert_true(g_file_get_contents(made, &text, NULL, NULL));
        assert_string_equal(text, "x\n");
}

/* Who is killed leaves nothing under the name that counts, and the next one begins anew. */
static void test_killed(void **state) {
        g_autofree char *folder = g_build_filename(scratch, "root", NULL);
        pid_t pid;

        need_root();
        fake_debian("262-1", "", "262-1");
        g_setenv("SLOW", "60", TRUE);
        pid = make_elsewhere();
        assert_true(wait_for_file("made"));
        kill(pid, SIGKILL);
        waitpid(pid, NULL, 0);
        assert_false(g_file_test(folder, G_FILE_TEST_EXISTS));
        g_unsetenv("SLOW");
        assert_true(make("root", NULL));
        assert_suite("forky");
}

/* JSON */

static void test_json(void **state) {
        static const char difference[] =
                "{\"step\": 1, \"do\": \"start a.service\", \"what\": \"unit a.service\", \"rows\": "
                "[{\"label\": \"x\", \"recorded\": \"1\", \"model\": null, \"differs\": true}]}";
        static const struct {
                int status;
                const char *field[_LAB_FIELD_MAX];
        } results[] = {
                { 0,
                  { "scenario", "a.scenario", "systemd 257 (257.13-1)", NULL, "agrees", NULL, NULL, "text" } },
                { 1,
                  { "scenario", "b.scenario", "systemd 257 (257.13-1)", NULL, "disagrees", NULL, difference } },
                { 3, { "trace", "c.scenario", NULL, "no-crash", "not steerable", "it \"cannot\"" } },
                { 2, { "script", "d.sh", NULL, NULL, NULL, NULL, NULL, NULL, NULL, "d.sh: cannot be read\n" } },
        };
        static const unsigned n_outcomes[LAB_OUTCOMES] = { 1, 1, 0, 0, 1 };
        g_autoptr(GString) out = g_string_new(NULL), text = g_string_new(NULL);

        lab_report_json_begin(out);
        for (size_t i = 0; i < G_N_ELEMENTS(results); i++) {
                LabResult r = { .status = results[i].status };

                for (int f = 0; f < _LAB_FIELD_MAX; f++)
                        r.field[f] = (char *) results[i].field[f];
                g_string_append(out, i > 0 ? "," : "");
                lab_report_json(out, "file", &r);
        }
        lab_report_json_end(out, n_outcomes, 1, 5);
        json_node_unref(assert_schema("lab.schema.json", out->str));
        lab_report_summary(text, n_outcomes, 1, 5);
        assert_string_equal(text->str,
                            "1 agrees, 1 disagrees, 1 not steerable, 1 could not be run, 1 not reached\n");
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(test_tree, begin, end),
                cmocka_unit_test_setup_teardown(test_links, begin, end),
                cmocka_unit_test_setup_teardown(test_version, begin, end),
                cmocka_unit_test(test_nearest_profile),
                cmocka_unit_test_setup_teardown(test_made, begin, end),
                cmocka_unit_test_setup_teardown(test_suite_has_moved_on, begin, end),
                cmocka_unit_test_setup_teardown(test_not_made, begin, end),
                cmocka_unit_test_setup_teardown(test_two_at_once, begin, end),
                cmocka_unit_test_setup_teardown(test_killed, begin, end),
                cmocka_unit_test(test_json),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
