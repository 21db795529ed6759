/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lab/root.h"
#include "traces/error.h"

static const struct {
        const char *version, *suite;
} suites[] = {
        { "252", "bookworm" },
        { "254", "bookworm-backports" },
        { "257", "trixie" },
        { "262", "forky" },
};

/* $1: the suite, $2: the folder, which is there only when it is complete. Backports are bookworm first. */
static const char make_script[] =
        "set -eu\n"
        "suite=$1 new=$2.new.$$\n"
        "base=${suite%-backports}\n"
        "trap 'rm -rf \"$new\"' EXIT INT TERM\n"
        "mkdir -p \"${2%/*}\"\n"
        "debootstrap --variant=minbase --include=systemd,dbus,systemd-sysv \"$base\" \"$new\" "
        "\"${DEBIAN_MIRROR:-http://deb.debian.org/debian}\"\n"
        "if [ \"$base\" != \"$suite\" ]; then\n"
        "        echo \"deb ${DEBIAN_MIRROR:-http://deb.debian.org/debian} $suite main\" "
        ">>\"$new/etc/apt/sources.list\"\n"
        "        chroot \"$new\" apt-get -q update\n"
        "        chroot \"$new\" env DEBIAN_FRONTEND=noninteractive apt-get -qy install -t \"$suite\" systemd "
        "systemd-sysv\n"
        "fi\n"
        "mv \"$new\" \"$2\"\n";

const char *root_suite(const Profile *p) {
        for (size_t i = 0; i < G_N_ELEMENTS(suites); i++)
                if ((int) g_ascii_strtoll(suites[i].version, NULL, 10) == p->version)
                        return suites[i].suite;
        return NULL;
}

static bool make_root(const char *suite, const char *folder, GError **error) {
        const char *const argv[] = { "/bin/sh", "-c", make_script, "sh", suite, folder, NULL };
        int status = 0;

        fprintf(stderr, "making %s from Debian's %s; this takes some minutes\n", folder, suite);
        /* What debootstrap says is progress: stdout is for results. */
        if (!g_spawn_sync(NULL, (char **) argv, NULL, G_SPAWN_STDOUT_TO_DEV_NULL, NULL, NULL, NULL, NULL,
                          &status, error))
                return false;
        if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
                traces_set_error(error, TRACES_ERROR_IO, folder, 0,
                                 "cannot be made with debootstrap; install it and run as root with a network, "
                                 "or name a tree with --root");
                return false;
        }
        return true;
}

char *root_find(const Profile *p, GError **error) {
        g_autofree char *name = g_strdup_printf("root.%d", p->version);
        g_autofree char *folder = g_build_filename(g_get_user_cache_dir(), "coldplug", name, NULL);
        const char *suite = root_suite(p);

        if (!g_file_test(folder, G_FILE_TEST_IS_DIR)) {
                if (!suite) {
                        traces_set_error(
                                error, TRACES_ERROR_IO, folder, 0,
                                "no suite of Debian has systemd %s; name a tree that has it with --root",
                                p->name);
                        return NULL;
                }
                if (!make_root(suite, folder, error))
                        return NULL;
        }
        return g_canonicalize_filename(folder, NULL);
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
