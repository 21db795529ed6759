/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lab/make-root.h"
#include "traces/error.h"

#define MAKE_STEP 200 /* milliseconds */

/* $1: the version, $2: the folder to work in, $3 and further: suites. Says why not on stdout. Which version a suite has is
 * in its list of packages; reading that first also shows in seconds whether there is a network. Backports are their base first.
 * debootstrap has a script for each suite that it knows of: newer ones are as sid. */
static const char make_script[] =
        "set -u\n"
        "PATH=$PATH:/usr/sbin:/sbin\n"
        "version=$1 work=$2\n"
        "shift 2\n"
        "mirror=${DEBIAN_MIRROR:-http://deb.debian.org/debian}\n"
        "fail() { echo \"$*\"; exit 1; }\n"
        "tail_of() { sed -n 's/^E: //p' \"$work/log\" | tail -n 1; }\n"
        "command -v debootstrap >/dev/null || fail 'debootstrap is missing; install it, or name a tree with "
        "--root'\n"
        "arch=$(dpkg --print-architecture 2>/dev/null) || arch=amd64\n"
        "read_packages() {\n"
        "        for unpack in xz gzip; do\n"
        "                command -v $unpack >/dev/null || continue\n"
        "                [ $unpack = xz ] && end=xz || end=gz\n"
        "                wget -q --tries=1 --timeout=10 -O \"$work/packages\" "
        "\"$mirror/dists/$suite/main/binary-$arch/Packages.$end\" 2>/dev/null && return 0\n"
        "                [ $? = 8 ] || return 1 # the server answers, and has no such file\n"
        "        done\n"
        "        return 1\n"
        "}\n"
        "found= seen=\n"
        "for suite; do\n"
        "        read_packages ||\n"
        "                fail \"$mirror/dists/$suite cannot be read; see to the network, name a mirror with "
        "\\$DEBIAN_MIRROR, or a tree with --root\"\n"
        "        has=$($unpack -dc \"$work/packages\" | sed -n '/^Package: systemd$/,/^$/s/^Version: //p' |\n"
        "                sort -t. -k1,1n | tail -n 1)\n"
        "        seen=\"$seen${seen:+, }$suite has systemd ${has:-nothing}\"\n"
        "        case $has in \"$version\"[!0-9]*) found=$suite; break ;; esac\n"
        "done\n"
        "[ -n \"$found\" ] || fail \"systemd $version is not in Debian any more: $seen now; name a tree that "
        "has it "
        "with --root\"\n"
        "base=${found%-backports}\n"
        "script=/usr/share/debootstrap/scripts/$base\n"
        "[ -e \"$script\" ] || script=${script%/*}/sid\n"
        "[ -e \"$script\" ] || script=\n"
        "debootstrap --variant=minbase --include=systemd,dbus,systemd-sysv \"$base\" \"$work/tree\" \"$mirror\" "
        "$script >\"$work/log\" 2>&1 ||\n"
        "        fail \"debootstrap cannot make it: $(tail_of); mend that, or name a tree with --root\"\n"
        "if [ \"$base\" != \"$found\" ]; then\n"
        "        echo \"deb $mirror $found main\" >>\"$work/tree/etc/apt/sources.list\"\n"
        "        mount -t proc proc \"$work/tree/proc\" 2>/dev/null\n"
        "        { chroot \"$work/tree\" apt-get -q update &&\n"
        "          DEBIAN_FRONTEND=noninteractive chroot \"$work/tree\" apt-get -qy install -t \"$found\" "
        "systemd "
        "systemd-sysv; } "
        ">\"$work/log\" 2>&1 ||\n"
        "                fail \"apt-get cannot install it from $found: $(tail_of); mend that, or name a tree "
        "with "
        "--root\"\n"
        "        umount \"$work/tree/proc\" 2>/dev/null\n"
        "fi\n"
        "got=$(chroot \"$work/tree\" dpkg-query -W -f '${Version}' systemd)\n"
        "case $got in \"$version\"[!0-9]*) ;; *) fail \"$found gave systemd $got, not $version; name a tree "
        "that has "
        "it with "
        "--root\" ;; esac\n";

/* PID 1 of a PID namespace: with it dies all that it started; and what it mounted goes with its mount namespace. */
_Noreturn static void run_inside(const char *const *argv, int out) {
        static char *const environment[] = { (char *) "LC_ALL=C", NULL };
        int null = open("/dev/null", O_RDWR | O_CLOEXEC), status = 0;
        pid_t pid;

        prctl(PR_SET_PDEATHSIG, SIGKILL);
        setsid();
        signal(SIGINT, SIG_DFL);
        signal(SIGTERM, SIG_DFL);
        if (unshare(CLONE_NEWPID | CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
            (pid = fork()) < 0) {
                static const char why[] = "namespaces cannot be made; the lab needs root that may make them";

                (void) !write(out, why, sizeof why - 1);
                _exit(1);
        }
        if (pid == 0) {
                prctl(PR_SET_PDEATHSIG, SIGKILL);
                dup2(null, 0);
                dup2(out, 1);
                dup2(null, 2);
                putenv(environment[0]);
                execv(argv[0], (char *const *) argv);
                _exit(127);
        }
        while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
                ;
        _exit(!WIFEXITED(status) || WEXITSTATUS(status) != 0);
}

/* Until the end of what @fd has, which is that of the script. False: @stop said so. */
static bool read_all(int fd, GString *said, bool (*stop)(void)) {
        struct pollfd p = { .fd = fd, .events = POLLIN };
        char buffer[4096];
        ssize_t n;

        for (;;) {
                if (stop && stop())
                        return false;
                if (poll(&p, 1, MAKE_STEP) <= 0)
                        continue;
                n = read(fd, buffer, sizeof buffer);
                if (n == 0 || (n < 0 && errno != EINTR))
                        return true;
                g_string_append_len(said, buffer, MAX(n, 0));
        }
}

/* Returns why it failed, NULL: it did not. */
static char *run(const char *const *argv, bool (*stop)(void)) {
        g_autoptr(GString) said = g_string_new(NULL);
        int out[2], status = 0;
        pid_t pid;

        if (pipe2(out, O_CLOEXEC) < 0 || (pid = fork()) < 0)
                return g_strdup_printf("no process can be made: %s", g_strerror(errno));
        if (pid == 0)
                run_inside(argv, out[1]);
        close(out[1]);
        if (!read_all(out[0], said, stop)) {
                kill(pid, SIGKILL);
                g_string_assign(said, "interrupted");
        }
        close(out[0]);
        while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
                ;
        if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
                return NULL;
        g_strchomp(said->str);
        return g_strdup(said->str[0] ? said->str : "the shell that makes it was killed");
}

static void remove_all(const char *folder) {
        const char *const argv[] = { "rm", "-rf", "--one-file-system", "--", folder, NULL };

        g_spawn_sync(NULL, (char **) argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, NULL, NULL);
}

static bool is_same_folder(int fd, const char *path) {
        struct stat a, b;

        return fstat(fd, &a) == 0 && stat(path, &b) == 0 && a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

/* The folder @work, locked: as long as the descriptor is open nobody else works in it. -1: cannot be made, or @stop. */
static int lock_folder(const char *work, bool (*stop)(void)) {
        bool said = false;

        while (!stop || !stop()) {
                int fd;

                if (g_mkdir_with_parents(work, 0755) < 0)
                        return -1;
                fd = open(work, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
                if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0 && is_same_folder(fd, work))
                        return fd;
                if (!said && fd >= 0)
                        fprintf(stderr, "another coldplug makes it already; waiting for that\n");
                said = true;
                if (fd >= 0)
                        close(fd);
                g_usleep(MAKE_STEP * 1000);
        }
        errno = EINTR;
        return -1;
}

/* What an earlier try that was killed has left is removed first. */
static char *make_in(int version, const char *const *suites, const char *work, const char *folder,
                     bool (*stop)(void)) {
        g_autofree char *tree = g_build_filename(work, "tree", NULL), *number = g_strdup_printf("%d", version);
        g_autoptr(GPtrArray) argv = g_ptr_array_new();
        const char *const shell[] = { "/bin/sh", "-c", make_script, "sh", number, work };
        char *why;

        remove_all(tree);
        for (size_t i = 0; i < G_N_ELEMENTS(shell); i++)
                g_ptr_array_add(argv, (char *) shell[i]);
        for (; *suites; suites++)
                g_ptr_array_add(argv, (char *) *suites);
        g_ptr_array_add(argv, NULL);
        why = run((const char *const *) argv->pdata, stop);
        if (!why && rename(tree, folder) < 0)
                why = g_strdup_printf("%s", g_strerror(errno));
        return why;
}

bool make_root(int version, const char *const *suites, const char *folder, bool (*stop)(void), GError **error) {
        g_autofree char *work = g_strconcat(folder, ".new", NULL), *why = NULL;
        int lock;

        fprintf(stderr, "making %s from Debian's %s; this takes a minute or two\n", folder, suites[0]);
        lock = lock_folder(work, stop);
        if (lock < 0)
                why = g_strdup_printf("cannot be made: %s; name a tree with --root", g_strerror(errno));
        else if (access(folder, F_OK) < 0)
                why = make_in(version, suites, work, folder, stop);
        if (lock >= 0) {
                remove_all(work);
                close(lock);
        }
        if (why)
                traces_set_error(error, TRACES_ERROR_IO, folder, 0, "%s", why);
        return !why;
}
