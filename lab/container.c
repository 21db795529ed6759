/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lab/container.h"
#include "lab/inside.h"
#include "traces/error.h"

#define CONTAINER_PREFIX     "coldplug-lab-"
#define CONTAINER_NAMESPACES (CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWNET)

static char *find_cgroup2(void) {
        g_autofree char *text = NULL;
        g_auto(GStrv) lines = NULL;

        if (!g_file_get_contents("/proc/self/mounts", &text, NULL, NULL))
                return NULL;
        lines = g_strsplit(text, "\n", -1);
        for (char **line = lines; *line; line++) {
                g_auto(GStrv) words = g_strsplit(*line, " ", 4);

                if (g_strv_length(words) == 4 && g_str_equal(words[2], "cgroup2"))
                        return g_strdup(words[1]);
        }
        return NULL;
}

/* cgroup folders go away with the last process, which the kernel may still be taking apart. */
static void remove_cgroup(const char *path) {
        g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
        const char *name;

        while (dir && (name = g_dir_read_name(dir))) {
                g_autofree char *child = g_build_filename(path, name, NULL);

                if (g_file_test(child, G_FILE_TEST_IS_DIR))
                        remove_cgroup(child);
        }
        for (unsigned i = 0; i < 200 && rmdir(path) < 0 && errno == EBUSY; i++)
                g_usleep(5000);
}

/* Who owns a container has its cgroup's folder locked. */
static int open_cgroup(const char *path) {
        return open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static bool is_empty(const char *cgroup) {
        g_autofree char *file = g_build_filename(cgroup, "cgroup.events", NULL), *text = NULL;

        return g_file_get_contents(file, &text, NULL, NULL) && strstr(text, "populated 0");
}

/* Removes what was left by a supervisor and a coldplug that were killed at once. */
static void sweep_cgroups(const char *cgroups) {
        g_autoptr(GDir) dir = g_dir_open(cgroups, 0, NULL);
        const char *name;

        while (dir && (name = g_dir_read_name(dir))) {
                g_autofree char *path = g_build_filename(cgroups, name, NULL);
                int fd;

                if (!g_str_has_prefix(name, CONTAINER_PREFIX) || (fd = open_cgroup(path)) < 0)
                        continue;
                if (flock(fd, LOCK_EX | LOCK_NB) == 0 && is_empty(path))
                        remove_cgroup(path);
                close(fd);
        }
}

typedef struct Supervisor {
        const char *tree, *actor, *cgroups;
        pid_t group; /* of the processes that it works for, which is in the cgroup's name */
        int owner;   /* a pidfd */
        int console;
        char *cgroup;
        pid_t init;
} Supervisor;

static void supervisor_clean(Supervisor *s) {
        if (s->init > 0) {
                kill(s->init, SIGKILL);
                waitpid(s->init, NULL, 0);
        }
        if (s->cgroup)
                remove_cgroup(s->cgroup);
}

/* Between its making and its locking a sweep may take it away. */
static bool make_cgroup(Supervisor *s) {
        for (unsigned i = 0; i < 20; i++) {
                int fd;

                g_free(s->cgroup);
                s->cgroup = g_strdup_printf("%s/" CONTAINER_PREFIX "%d.XXXXXX", s->cgroups, (int) s->group);
                if (!mkdtemp(s->cgroup))
                        break;
                fd = open_cgroup(s->cgroup);
                if (fd >= 0 && flock(fd, LOCK_EX) == 0 && chmod(s->cgroup, 0755) == 0)
                        return true;
                if (fd >= 0)
                        close(fd);
        }
        g_clear_pointer(&s->cgroup, g_free);
        return false;
}

/* PID 1 is not to live without a supervisor; that may be dead before it could be asked for. */
static void die_with_supervisor(int supervisor) {
        struct pollfd p = { .fd = supervisor, .events = POLLIN };

        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (poll(&p, 1, 0) != 0)
                _exit(1);
}

/* Sleeps until @fd can be read. False: the owner is dead. */
static bool supervisor_wait(const Supervisor *s, int fd) {
        struct pollfd p[] = { { .fd = fd, .events = POLLIN }, { .fd = s->owner, .events = POLLIN } };

        while (poll(p, G_N_ELEMENTS(p), -1) < 0 && errno == EINTR)
                ;
        return !p[1].revents;
}

/* NULL, or what failed. */
static const char *supervisor_make(Supervisor *s) {
        static char why[256];
        int go[2], self = pidfd_open(getpid(), 0);
        ssize_t n;

        sweep_cgroups(s->cgroups);
        if (!make_cgroup(s))
                return "no cgroup can be made";
        if (self < 0 || pipe2(go, O_CLOEXEC) < 0)
                return "no pipe can be made";

        s->init = (pid_t) syscall(SYS_clone, CONTAINER_NAMESPACES | SIGCHLD, NULL, NULL, NULL, NULL);
        if (s->init < 0)
                return "no namespaces can be made";
        if (s->init == 0) {
                die_with_supervisor(self);
                inside_boot(s->tree, s->cgroups, s->cgroup, s->actor, s->console, go[1]);
        }
        close(self);
        close(go[1]);
        close(s->console);
        /* The end of the pipe is PID 1's exec. */
        n = supervisor_wait(s, go[0]) ? read(go[0], why, sizeof why - 1) : 0;
        close(go[0]);
        return n > 0 ? why : NULL;
}

_Noreturn static void supervise(Supervisor *s, int hold, int report) {
        const char *why;
        char line[512];
        sigset_t all;

        setsid();
        sigfillset(&all);
        sigprocmask(SIG_BLOCK, &all, NULL);
        prctl(PR_SET_NAME, "coldplug-lab");
        for (int fd = 0; fd < 3; fd++)
                dup2(open("/dev/null", O_RDWR), fd);
        hold = dup2(hold, 3);
        report = dup2(report, 4);
        s->owner = dup2(s->owner, 5);
        s->console = dup2(s->console, 6);
        close_range(7, ~0U, 0);

        why = supervisor_make(s);
        if (why)
                snprintf(line, sizeof line, "!%s\n", why);
        else
                snprintf(line, sizeof line, "%d %s\n", s->init, s->cgroup);
        (void) !write(report, line, strlen(line));
        close(report);
        if (!why)
                supervisor_wait(s, hold);
        supervisor_clean(s);
        _exit(0);
}

static bool read_report(Container *c, int fd, GError **error) {
        char line[512];
        ssize_t n = 0, got;
        char *blank;

        while (n < (ssize_t) sizeof line - 1 && (got = read(fd, line + n, sizeof line - 1 - (size_t) n)) > 0)
                n += got;
        line[n] = 0;
        g_strchomp(line);
        blank = strchr(line, ' ');
        if (line[0] == '!' || !blank) {
                traces_set_error(error, TRACES_ERROR_IO, "lab", 0,
                                 "%s; the lab needs root that may make namespaces, mounts and cgroups",
                                 line[0] == '!' ? line + 1 : "the container cannot be made");
                return false;
        }
        c->init = (pid_t) g_ascii_strtoll(line, NULL, 10);
        c->cgroup = g_strdup(blank + 1);
        c->root = g_strdup_printf("/proc/%d/root", c->init);
        c->init_fd = pidfd_open(c->init, 0);
        return true;
}

/* Descriptors above those that the supervisor moves them to. */
static int move_high(int fd) {
        return fcntl(fd, F_DUPFD, 10);
}

static bool start_supervisor(Container *c, Supervisor *s, GError **error) {
        int hold[2] = { -1, -1 }, report[2] = { -1, -1 };
        bool ok;

        if (s->owner < 0 || c->console < 0 || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, hold) < 0 ||
            pipe2(report, O_CLOEXEC) < 0) {
                traces_set_error(error, TRACES_ERROR_IO, "lab", 0, "no pipe can be made: %s", g_strerror(errno));
                return false;
        }
        c->supervisor = fork();
        if (c->supervisor == 0) {
                close(hold[1]);
                close(report[0]);
                s->owner = move_high(s->owner);
                s->console = move_high(c->console);
                supervise(s, move_high(hold[0]), move_high(report[1]));
        }
        close(hold[0]);
        close(report[1]);
        c->hold = hold[1];
        ok = c->supervisor > 0 && read_report(c, report[0], error);
        close(report[0]);
        return ok;
}

Container *container_start(const char *tree, const char *actor, GError **error) {
        g_autoptr(Container) c = g_new0(Container, 1);
        g_autofree char *cgroups = find_cgroup2();
        Supervisor s = { .tree = tree, .actor = actor, .cgroups = cgroups, .group = getpgrp() };
        bool ok;

        c->hold = c->init_fd = c->console = -1;
        if (!cgroups) {
                traces_set_error(error, TRACES_ERROR_IO, "lab", 0, "no cgroup2 is mounted; mount one");
                return NULL;
        }
        c->console = memfd_create("coldplug-console", MFD_CLOEXEC);
        (void) fcntl(c->console, F_SETFL, O_APPEND);
        s.owner = pidfd_open(getpid(), 0);
        ok = start_supervisor(c, &s, error);
        close(s.owner);
        return ok ? g_steal_pointer(&c) : NULL;
}

/* When the supervisor was killed PID 1 dies, and the cgroup is still there. */
static void clean_without_supervisor(const Container *c) {
        if (!c->cgroup || access(c->cgroup, F_OK) < 0)
                return;
        pidfd_send_signal(c->init_fd, SIGKILL, NULL, 0);
        container_dies_within(c, 5000);
        remove_cgroup(c->cgroup);
}

/* A dead PID 1 that this process still follows is a zombie to the supervisor only when it was waited for here. */
static void wait_for_supervisor(const Container *c) {
        pid_t r;

        while ((r = waitpid(c->supervisor, NULL, WNOHANG)) == 0 || (r < 0 && errno == EINTR)) {
                if (c->init > 0)
                        waitpid(c->init, NULL, WNOHANG | __WALL);
                g_usleep(1000);
        }
}

void container_free(Container *c) {
        if (!c)
                return;
        if (c->hold >= 0) {
                /* A process that was forked meanwhile may have it open: the end is not enough. */
                (void) !send(c->hold, "", 1, MSG_NOSIGNAL);
                close(c->hold);
        }
        if (c->supervisor > 0)
                wait_for_supervisor(c);
        clean_without_supervisor(c);
        if (c->init_fd >= 0)
                close(c->init_fd);
        if (c->console >= 0)
                close(c->console);
        g_free(c->cgroup);
        g_free(c->root);
        g_free(c);
}

bool container_is_supervised(const Container *c) {
        siginfo_t info = {};

        return waitid(P_PID, (id_t) c->supervisor, &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid == 0;
}

char *container_console(const Container *c, unsigned n) {
        char text[16384];
        off_t size = lseek(c->console, 0, SEEK_END);
        ssize_t got = pread(c->console, text, sizeof text - 1, MAX(size - (off_t) sizeof text + 1, 0));
        char *start;

        text[MAX(got, 0)] = 0;
        g_strchomp(text);
        for (start = text + strlen(text); start > text; start--)
                if (start[-1] == '\n' && --n == 0)
                        break;
        return g_utf8_make_valid(start, -1);
}

bool container_dies_within(const Container *c, int milliseconds) {
        struct pollfd p = { .fd = c->init_fd, .events = POLLIN };

        return c->init_fd < 0 || poll(&p, 1, milliseconds) > 0;
}

bool container_is_dead(const Container *c) {
        return container_dies_within(c, 0);
}

pid_t container_spawn(const Container *c, const char *const *argv) {
        pid_t pid = fork(), child;
        int status;

        if (pid != 0)
                return pid;
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        close(c->hold);
        setsid();
        for (int fd = 0; fd < 3; fd++)
                dup2(open("/dev/null", O_RDWR), fd);
        if (setns(c->init_fd, CONTAINER_NAMESPACES) < 0 || (child = fork()) < 0)
                _exit(125);
        if (child == 0) {
                static char *const environment[] = { (char *) "PATH=/usr/sbin:/usr/bin:/sbin:/bin", NULL };

                execvpe(argv[0], (char *const *) argv, environment);
                _exit(127);
        }
        while (waitpid(child, &status, 0) < 0 && errno == EINTR)
                ;
        _exit(WIFEXITED(status) ? WEXITSTATUS(status) : 126);
}
