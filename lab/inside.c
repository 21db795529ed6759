/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lab/actor.h"
#include "lab/inside.h"

static int report_fd;

_Noreturn static void fail(const char *what) {
        char text[256];

        snprintf(text, sizeof text, "%s: %s", what, g_strerror(errno));
        (void) !write(report_fd, text, strlen(text));
        _exit(1);
}

static void mount_or_fail(const char *what, const char *where, const char *type, unsigned long flags,
                          const char *data) {
        if (mount(what, where, type, flags, data) < 0)
                fail(where);
}

static void enter_cgroup(const char *cgroup) {
        g_autofree char *file = g_build_filename(cgroup, "cgroup.procs", NULL);
        int fd = open(file, O_WRONLY | O_CLOEXEC);

        if (fd < 0 || write(fd, "0", 1) < 0)
                fail(file);
        close(fd);
        /* The namespace begins at the cgroup that one is in. */
        if (unshare(CLONE_NEWCGROUP) < 0)
                fail("cgroup namespace");
}

static void mount_overlay(const char *tree, const char *dir) {
        g_autofree char *upper = g_build_filename(dir, "upper", NULL),
                        *work = g_build_filename(dir, "work", NULL), *root = g_build_filename(dir, "root", NULL);
        g_autofree char *options = g_strdup_printf("lowerdir=%s,upperdir=%s,workdir=%s", tree, upper, work);

        mount_or_fail(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL);
        mount_or_fail("tmpfs", dir, "tmpfs", 0, "mode=755");
        if (mkdir(upper, 0755) < 0 || mkdir(work, 0755) < 0 || mkdir(root, 0755) < 0)
                fail(dir);
        mount_or_fail("overlay", root, "overlay", 0, options);
        if (chdir(root) < 0)
                fail(root);
}

static void mount_devices(void) {
        static const char *const nodes[] = { "null", "zero", "full", "random", "urandom", "tty" };

        mount_or_fail("tmpfs", "dev", "tmpfs", MS_NOSUID, "mode=755");
        for (size_t i = 0; i < G_N_ELEMENTS(nodes); i++) {
                g_autofree char *from = g_strconcat("/dev/", nodes[i], NULL);

                close(open(from + 1, O_WRONLY | O_CREAT | O_CLOEXEC, 0666));
                (void) mount(from, from + 1, NULL, MS_BIND, NULL);
        }
        mkdir("dev/pts", 0755);
        mkdir("dev/shm", 01777);
}

static void mount_system(void) {
        static const char *const folders[] = { "proc", "sys", "run", "tmp", "dev" };

        for (size_t i = 0; i < G_N_ELEMENTS(folders); i++)
                mkdir(folders[i], 0755);
        mount_or_fail("proc", "proc", "proc", MS_NOSUID | MS_NOEXEC | MS_NODEV, NULL);
        mount_or_fail("proc/sys", "proc/sys", NULL, MS_BIND, NULL);
        mount_or_fail(NULL, "proc/sys", NULL, MS_REMOUNT | MS_BIND | MS_RDONLY, NULL);
        mount_or_fail("sysfs", "sys", "sysfs", MS_RDONLY, NULL);
        mount_or_fail("cgroup2", "sys/fs/cgroup", "cgroup2", 0, NULL);
        mount_or_fail("tmpfs", "run", "tmpfs", MS_NOSUID, "mode=755");
        mount_or_fail("tmpfs", "tmp", "tmpfs", MS_NOSUID, NULL);
        mount_devices();
}

static void write_file(const char *path, const char *text) {
        if (unlink(path) < 0 && errno != ENOENT)
                fail(path);
        if (!g_file_set_contents_full(path, text, -1, G_FILE_SET_CONTENTS_NONE, 0644, NULL))
                fail(path);
}

static void remove_matching(const char *folder, const char *suffix) {
        g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
        const char *name;

        while (dir && (name = g_dir_read_name(dir)))
                if (g_str_has_suffix(name, suffix)) {
                        g_autofree char *path = g_build_filename(folder, name, NULL);

                        unlink(path);
                }
}

/* The clock of PID 1 jumps, that of its own services does not: their watchdogs would bite. */
static void silence_watchdogs(void) {
        g_autoptr(GDir) dir = g_dir_open("usr/lib/systemd/system", 0, NULL);
        const char *name;

        while (dir && (name = g_dir_read_name(dir))) {
                g_autofree char *path = g_build_filename("usr/lib/systemd/system", name, NULL), *text = NULL,
                                *folder = g_strdup_printf("etc/systemd/system/%s.d", name),
                                *file = g_build_filename(folder, "lab.conf", NULL);

                if (!g_str_has_suffix(name, ".service") || !g_file_get_contents(path, &text, NULL, NULL) ||
                    !strstr(text, "\nWatchdogSec="))
                        continue;
                g_mkdir_with_parents(folder, 0755);
                write_file(file, "[Service]\nWatchdogSec=0\n");
        }
}

/* What would start on its own some time after the boot, and what asks questions at a first boot. */
static void quieten_tree(void) {
        g_autofree char *id = NULL;

        remove_matching("etc/systemd/system", ".service");
        remove_matching("etc/systemd/system/timers.target.wants", ".timer");
        remove_matching("usr/lib/systemd/system/timers.target.wants", ".timer");
        silence_watchdogs();
        if (!g_file_get_contents("etc/machine-id", &id, NULL, NULL) || strlen(id) < 32)
                write_file("etc/machine-id", "0123456789abcdef0123456789abcdef\n");
        write_file("etc/hostname", "lab\n");
        write_file("etc/fstab", "");
        (void) !sethostname("lab", 3);
}

static void bring_loopback_up(void) {
        struct ifreq r = { .ifr_name = "lo", .ifr_flags = IFF_UP };
        int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

        (void) ioctl(fd, SIOCSIFFLAGS, &r);
        close(fd);
}

/* The bytes of the actor, read while it can still be reached. */
static void copy_actor(const char *actor) {
        g_autofree char *bytes = NULL;
        size_t size;

        if (!g_file_get_contents(actor, &bytes, &size, NULL))
                fail(actor);
        mkdir("run/actor", 0777);
        chmod("run/actor", 0777);
        /* Services may have users of their own. */
        close(open("run/actor/log", O_WRONLY | O_CREAT | O_CLOEXEC, 0666));
        chmod("run/actor/log", 0666);
        if (!g_file_set_contents_full("usr/bin/actor", bytes, (gssize) size, G_FILE_SET_CONTENTS_NONE, 0755,
                                      NULL) ||
            chmod("usr/bin/actor", 0755) < 0)
                fail("usr/bin/actor");
}

/* What moves PID 1's clock; without it the clock stays as it is. */
static void copy_clock(const char *actor) {
        g_autofree char *folder = g_path_get_dirname(actor),
                        *path = g_build_filename(folder, "coldplug-clock.so", NULL), *bytes = NULL;
        const ActorClock clock = {};
        size_t size;

        if (!g_file_get_contents(path, &bytes, &size, NULL))
                return;
        g_file_set_contents_full("usr/lib/coldplug-clock.so", bytes, (gssize) size, G_FILE_SET_CONTENTS_NONE,
                                 0755, NULL);
        g_file_set_contents_full(&ACTOR_CLOCK[1], (const char *) &clock, sizeof clock, G_FILE_SET_CONTENTS_NONE,
                                 0644, NULL);
}

_Noreturn static void execute(int console) {
        static const char *const programs[] = { "/usr/lib/systemd/systemd", "/lib/systemd/systemd" };
        char *const environment[] = { (char *) "container=lab", (char *) "PATH=/usr/sbin:/usr/bin:/sbin:/bin",
                                      access("/usr/lib/coldplug-clock.so", R_OK) == 0
                                              ? (char *) "LD_PRELOAD=/usr/lib/coldplug-clock.so"
                                              : NULL,
                                      NULL };

        dup2(open("/dev/null", O_RDONLY), 0);
        dup2(console, 1);
        dup2(console, 2);
        for (size_t i = 0; i < G_N_ELEMENTS(programs); i++) {
                char *const argv[] = { (char *) programs[i], (char *) "--unit=basic.target", NULL };

                execve(programs[i], argv, environment);
        }
        fail("/usr/lib/systemd/systemd");
}

_Noreturn void inside_boot(const char *tree, const char *cover, const char *cgroup, const char *actor,
                           int console, int report) {
        sigset_t none;

        report_fd = fcntl(report, F_DUPFD_CLOEXEC, 10);
        console = fcntl(console, F_DUPFD_CLOEXEC, report_fd + 1);
        close_range(3, (unsigned) report_fd - 1, 0);
        umask(0);
        setsid();
        enter_cgroup(cgroup);
        mount_overlay(tree, cover);
        mount_system();
        quieten_tree();
        copy_actor(actor);
        copy_clock(actor);
        bring_loopback_up();
        mkdir("oldroot", 0755);
        if (syscall(SYS_pivot_root, ".", "oldroot") < 0 || chdir("/") < 0)
                fail("pivot_root");
        umount2("/oldroot", MNT_DETACH);
        rmdir("/oldroot");

        sigemptyset(&none);
        sigprocmask(SIG_SETMASK, &none, NULL);
        execute(console);
}
