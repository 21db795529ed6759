/* SPDX-License-Identifier: MIT */
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lab/make-root.h"
#include "lab/root.h"
#include "traces/error.h"

/* Which suites of Debian have a version, the likeliest first. What forky has was in sid before. */
static const struct {
        int version;
        const char *suites[3];
} table[] = {
        { 252, { "bookworm" } },
        { 254, { "bookworm-backports" } },
        { 257, { "trixie" } },
        { 262, { "forky", "sid" } },
};

static const char *const *find_suites(const Profile *p) {
        for (size_t i = 0; i < G_N_ELEMENTS(table); i++)
                if (table[i].version == p->version)
                        return table[i].suites;
        return NULL;
}

/* Whether @path is a program of @tree; its symlinks begin at the tree. */
static bool has_program(int tree, const char *path) {
        const struct open_how how = { .flags = O_RDONLY | O_CLOEXEC, .resolve = RESOLVE_IN_ROOT };
        int fd = (int) syscall(SYS_openat2, tree, path, &how, sizeof how);
        bool is_program;

        if (fd < 0)
                return false;
        is_program = faccessat(fd, "", X_OK, AT_EMPTY_PATH) == 0;
        close(fd);
        return is_program;
}

static const char *find_missing(int tree) {
        if (!has_program(tree, "usr/lib/systemd/systemd") && !has_program(tree, "lib/systemd/systemd"))
                return "/usr/lib/systemd/systemd";
        if (!has_program(tree, "usr/bin/systemctl") && !has_program(tree, "bin/systemctl"))
                return "/usr/bin/systemctl";
        return has_program(tree, "bin/sh") ? NULL : "/bin/sh";
}

char *root_check(const char *dir, GError **error) {
        int fd = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
        const char *missing;

        if (fd < 0) {
                traces_set_error(error, TRACES_ERROR_IO, dir, 0,
                                 "is no folder; name the folder of a whole system that has a systemd");
                return NULL;
        }
        missing = find_missing(fd);
        close(fd);
        if (missing) {
                traces_set_error(error, TRACES_ERROR_IO, dir, 0,
                                 "has no %s; name the folder of a whole system that has a systemd", missing);
                return NULL;
        }
        /* The options of an overlay have these characters for themselves. */
        if (strpbrk(dir, ",:\\\"")) {
                traces_set_error(error, TRACES_ERROR_IO, dir, 0,
                                 "has a comma, colon, quote or backslash in its name; give it another one");
                return NULL;
        }
        return g_canonicalize_filename(dir, NULL);
}

static int version_in(const char *folder) {
        g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
        static const char library[] = "libsystemd-shared-";
        const char *name;
        int version = 0;

        while (dir && version == 0 && (name = g_dir_read_name(dir)))
                if (g_str_has_prefix(name, library))
                        version = (int) g_ascii_strtoll(name + sizeof library - 1, NULL, 10);
        return version;
}

/* The library that PID 1 and systemctl share has the version in its name: in lib/systemd, lib64/systemd or, on Debian,
 * lib/TRIPLET/systemd. */
int root_version(const char *tree) {
        g_autofree char *lib = g_build_filename(tree, "usr/lib", NULL),
                        *lib64 = g_build_filename(tree, "usr/lib64/systemd", NULL);
        g_autoptr(GDir) dir = g_dir_open(lib, 0, NULL);
        int version = version_in(lib64);
        const char *name;

        while (dir && version == 0 && (name = g_dir_read_name(dir))) {
                g_autofree char *direct = g_build_filename(lib, name, NULL),
                                *below = g_build_filename(lib, name, "systemd", NULL);

                version = version_in(g_str_equal(name, "systemd") ? direct : below);
        }
        return version;
}

const Profile *root_profile(int version) {
        const Profile *p = NULL;
        size_t n;

        for (const Profile *all = profiles(&n), *i = all; i < all + n; i++)
                if (i->version <= version)
                        p = i;
        return p;
}

char *root_find(const Profile *p, bool (*stop)(void), GError **error) {
        g_autofree char *name = g_strdup_printf("root.%d", p->version);
        g_autofree char *folder = g_build_filename(g_get_user_cache_dir(), "coldplug", name, NULL);
        const char *const *suites = find_suites(p);
        int version;

        if (!g_file_test(folder, G_FILE_TEST_IS_DIR)) {
                if (!suites) {
                        traces_set_error(
                                error, TRACES_ERROR_IO, folder, 0,
                                "no suite of Debian has systemd %s; name a tree that has it with --root",
                                p->name);
                        return NULL;
                }
                if (!make_root(p->version, suites, folder, stop, error))
                        return NULL;
        }
        version = root_version(folder);
        if (version != 0 && version != p->version) {
                traces_set_error(error, TRACES_ERROR_IO, folder, 0,
                                 "has systemd %d, not %d; remove the folder, and it is made anew", version,
                                 p->version);
                return NULL;
        }
        return root_check(folder, error);
}

char *root_actor(GError **error) {
        const char *given = g_getenv("COLDPLUG_ACTOR");
        g_autofree char *self = g_file_read_link("/proc/self/exe", NULL);
        g_autofree char *folder = self ? g_path_get_dirname(self) : g_strdup(".");
        g_autofree char *beside = g_build_filename(folder, "coldplug-actor", NULL);
        const char *const places[] = { given, beside, COLDPLUG_LIBEXECDIR "/coldplug-actor" };

        for (size_t i = 0; i < G_N_ELEMENTS(places); i++)
                if (places[i] && g_file_test(places[i], G_FILE_TEST_IS_EXECUTABLE))
                        return g_canonicalize_filename(places[i], NULL);
        traces_set_error(error, TRACES_ERROR_IO, "coldplug-actor", 0,
                         "is missing; name it with $COLDPLUG_ACTOR");
        return NULL;
}
