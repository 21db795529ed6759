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
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lab/container.h"
#include "lab/inside.h"
#include "traces/error.h"

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

typedef struct Supervisor {
        const char *tree, *actor, *cgroups;
        char *dir, *cgroup;
        pid_t init;
} Supervisor;

static void supervisor_clean(Supervisor *s) {
        if (s->init > 0) {
                kill(s->init, SIGKILL);
                waitpid(s->init, NULL, 0);
        }
        if (s->cgroup)
                remove_cgroup(s->cgroup);
        if (s->dir)
                rmdir(s->dir);
}

/* NULL, or what failed. */
static const char *supervisor_make(Supervisor *s) {
        int go[2];

        s->dir = g_strdup("/tmp/coldplug-lab.XXXXXX");
        if (!mkdtemp(s->dir)) {
                g_clear_pointer(&s->dir, g_free);
                return "no folder can be made in /tmp";
        }
        s->cgroup = g_strdup_printf("%s/%s", s->cgroups, strrchr(s->dir, '/') + 1);
        if (mkdir(s->cgroup, 0755) < 0) {
                g_clear_pointer(&s->cgroup, g_free);
                return "no cgroup can be made";
        }
        if (pipe2(go, O_CLOEXEC) < 0)
                return "no pipe can be made";

        s->init = (pid_t) syscall(SYS_clone, CONTAINER_NAMESPACES | SIGCHLD, NULL, NULL, NULL, NULL);
        if (s->init < 0)
                return "no namespaces can be made";
        if (s->init == 0) {
                prctl(PR_SET_PDEATHSIG, SIGKILL);
                inside_boot(s->tree, s->dir, s->cgroup, s->actor, go[1]);
        }
        close(go[1]);
        /* The end of the pipe is PID 1's exec. */
        static char why[256];
        ssize_t n = read(go[0], why, sizeof why - 1);

        close(go[0]);
        return n > 0 ? why : NULL;
}

_Noreturn static void supervise(Supervisor *s, int hold, int report) {
        const char *why;
        char line[512];
        sigset_t all;
        char end;

        setsid();
        sigfillset(&all);
        sigprocmask(SIG_BLOCK, &all, NULL);
        prctl(PR_SET_NAME, "coldplug-lab");
        for (int fd = 0; fd < 3; fd++)
                dup2(open("/dev/null", O_RDWR), fd);
        hold = dup2(hold, 3);
        report = dup2(report, 4);
        close_range(5, ~0U, 0);

        why = supervisor_make(s);
        if (why)
                snprintf(line, sizeof line, "!%s\n", why);
        else
                snprintf(line, sizeof line, "%d %s\n", s->init, s->cgroup);
        (void) !write(report, line, strlen(line));
        close(report);
        while (!why && read(hold, &end, 1) < 0 && errno == EINTR)
                ;
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

Container *container_start(const char *tree, const char *actor, GError **error) {
        g_autoptr(Container) c = g_new0(Container, 1);
        g_autofree char *cgroups = find_cgroup2();
        Supervisor s = { .tree = tree, .actor = actor, .cgroups = cgroups };
        int hold[2], report[2];
        bool ok;

        c->hold = c->init_fd = -1;
        if (!cgroups) {
                traces_set_error(error, TRACES_ERROR_IO, "lab", 0, "no cgroup2 is mounted; mount one");
                return NULL;
        }
        if (pipe2(hold, O_CLOEXEC) < 0 || pipe2(report, O_CLOEXEC) < 0) {
                traces_set_error(error, TRACES_ERROR_IO, "lab", 0, "no pipe can be made: %s", g_strerror(errno));
                return NULL;
        }
        c->supervisor = fork();
        if (c->supervisor == 0) {
                close(hold[1]);
                close(report[0]);
                /* Descriptors 3 and 4 must not be overwritten before they are moved. */
                supervise(&s, fcntl(hold[0], F_DUPFD, 10), fcntl(report[1], F_DUPFD, 10));
        }
        close(hold[0]);
        close(report[1]);
        c->hold = hold[1];
        ok = c->supervisor > 0 && read_report(c, report[0], error);
        close(report[0]);
        return ok ? g_steal_pointer(&c) : NULL;
}

void container_free(Container *c) {
        if (!c)
                return;
        if (c->hold >= 0)
                close(c->hold);
        if (c->supervisor > 0)
                while (waitpid(c->supervisor, NULL, 0) < 0 && errno == EINTR)
                        ;
        if (c->init_fd >= 0)
                close(c->init_fd);
        g_free(c->cgroup);
        g_free(c->root);
        g_free(c);
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
