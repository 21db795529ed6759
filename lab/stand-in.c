/* SPDX-License-Identifier: MIT */

/* Part of the actor: what any other command of a service is, see docs/scenario-language.md. It says so itself when it was asked to
 * stop, and exits when it is told. */

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "lab/actor.h"
#include "lab/stand-in.h"

#define TABLE_MAX  65536
#define FIELDS_MAX 128

enum { FIELD_UNIT, FIELD_KIND, FIELD_TAG, FIELD_STOP, FIELD_RELOAD, FIELD_PID_FILE, FIELD_ARGV };

static struct {
        char kind;
        const char *tag, *pid_file;
        int stop, reload;
} self;

static ssize_t read_text(const char *path, char *text, size_t size) {
        int fd = open(path, O_RDONLY | O_CLOEXEC);
        ssize_t n, all = 0;

        if (fd < 0)
                return -1;
        while ((n = read(fd, text + all, size - 1 - (size_t) all)) > 0)
                all += n;
        close(fd);
        text[all] = 0;
        return all;
}

/* The last part of the cgroup that ends like a service, NULL: it is in none. */
static const char *find_unit(void) {
        static char text[4096];
        char *unit = NULL, *saved;

        if (read_text("/proc/self/cgroup", text, sizeof text) < 0)
                return NULL;
        for (char *part = strtok_r(text, "/\n", &saved); part; part = strtok_r(NULL, "/\n", &saved)) {
                size_t n = strlen(part);

                if (n > 8 && strcmp(part + n - 8, ".service") == 0)
                        unit = part;
        }
        return unit;
}

static int from_hex(char c) {
        return c <= '9' ? c - '0' : c - 'A' + 10;
}

static void unescape(char *text) {
        char *to = text;

        for (const char *from = text; *from; to++)
                if (*from == '%' && from[1] && from[2]) {
                        *to = (char) (from_hex(from[1]) * 16 + from_hex(from[2]));
                        from += 3;
                } else
                        *to = *from++;
        *to = 0;
}

static size_t split(char *line, char **fields) {
        size_t n = 0;

        while (line && n < FIELDS_MAX - 1) {
                char *tab = strchr(line, '\t');

                if (tab)
                        *tab++ = 0;
                fields[n++] = line;
                line = tab;
        }
        for (size_t i = 0; i < n; i++)
                unescape(fields[i]);
        fields[n] = NULL;
        return n;
}

/* 2: the same; 1: it would be, but for what PID 1 puts in for variables. */
static int compare_arguments(char *const *row, char *const *argv) {
        bool variables = false;
        size_t i = 0;

        for (size_t k = 1; row[0] && row[k]; k++)
                variables = variables || strchr(row[k], '$');
        for (; row[i] && argv[i] && strcmp(row[i], argv[i]) == 0; i++)
                ;
        if (!row[i] && !argv[i])
                return 2;
        return i > 0 && variables;
}

static bool find_row(char **argv) {
        static char table[TABLE_MAX], *fields[FIELDS_MAX];
        const char *unit = find_unit();
        char *saved;
        int best = 0;

        if (!unit || read_text(ACTOR_PROGRAMS, table, sizeof table) <= 0)
                return false;
        for (char *line = strtok_r(table, "\n", &saved); line; line = strtok_r(NULL, "\n", &saved)) {
                int match;

                if (split(line, fields) < FIELD_ARGV || strcmp(fields[FIELD_UNIT], unit) != 0)
                        continue;
                match = compare_arguments(fields + FIELD_ARGV, argv);
                if (match <= best)
                        continue;
                best = match;
                self.kind = fields[FIELD_KIND][0];
                self.tag = fields[FIELD_TAG];
                self.stop = (int) strtol(fields[FIELD_STOP], NULL, 10);
                self.reload = (int) strtol(fields[FIELD_RELOAD], NULL, 10);
                self.pid_file = fields[FIELD_PID_FILE];
        }
        return best > 0;
}

static void willing_path(char *path, size_t size) {
        snprintf(path, size, ACTOR_WILLING, (int) getpid());
}

/* PID 1 takes RELOADING=1 only with a time that is not before its own signal, and its clock may be ahead. */
static void answer_reload(void) {
        ActorClock clock = {};
        struct timespec now;
        char text[128];
        int fd = open(ACTOR_CLOCK, O_RDONLY | O_CLOEXEC);

        if (fd >= 0) {
                if (read(fd, &clock, sizeof clock) != sizeof clock)
                        clock.ahead = 0;
                close(fd);
        }
        clock_gettime(CLOCK_MONOTONIC, &now);
        snprintf(text, sizeof text, "RELOADING=1\nMONOTONIC_USEC=%lld",
                 (long long) now.tv_sec * 1000000 + (now.tv_nsec + clock.ahead) / 1000);
        actor_notify(text);
        actor_notify("READY=1");
}

static void on_signal(int sig) {
        char path[64];

        if (sig == SIGTERM || sig == SIGINT || sig == self.stop) {
                willing_path(path, sizeof path);
                close(open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644));
        } else if (sig == self.reload)
                answer_reload();
}

/* Closes @ready when it is up; -1: nobody waits for that. */
_Noreturn static void be_daemon(int ready) {
        const int signals[] = { SIGTERM, SIGINT, SIGHUP, self.stop, self.reload };
        sigset_t set;
        char path[64];

        /* Of a process that had this PID before. */
        willing_path(path, sizeof path);
        unlink(path);
        sigemptyset(&set);
        for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
                if (signals[i] > 0 && signals[i] != SIGKILL)
                        sigaddset(&set, signals[i]);
        sigprocmask(SIG_BLOCK, &set, NULL);
        actor_log(self.tag);
        if (self.kind == ACTOR_PROGRAM_NOTIFY)
                actor_notify("READY=1");
        if (ready >= 0)
                close(ready);
        actor_obey(on_signal);
}

static void make_folders(const char *path) {
        char folder[4096];

        for (const char *slash = path; (slash = strchr(slash + 1, '/'));) {
                snprintf(folder, sizeof folder, "%.*s", (int) (slash - path), path);
                mkdir(folder, 0755);
        }
}

static void write_pid_file(pid_t pid) {
        char number[32];
        int fd;

        if (!*self.pid_file)
                return;
        make_folders(self.pid_file);
        fd = open(self.pid_file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
        if (fd < 0)
                return;
        (void) !write(fd, number, (size_t) snprintf(number, sizeof number, "%d\n", (int) pid));
        close(fd);
}

/* The first process ends when the daemon is in the log and the PID file has it. */
_Noreturn static void leave_daemon(void) {
        int ready[2];
        char byte;
        pid_t pid;

        actor_log(self.tag);
        if (pipe2(ready, O_CLOEXEC) < 0)
                _exit(1);
        pid = fork();
        if (pid == 0) {
                close(ready[0]);
                setsid();
                be_daemon(ready[1]);
        }
        close(ready[1]);
        write_pid_file(pid);
        (void) !read(ready[0], &byte, 1);
        _exit(0);
}

static bool is_called(const char *path, const char *name) {
        const char *slash = strrchr(path, '/');

        return strcmp(slash ? slash + 1 : path, name) == 0;
}

/* Of no service of the scenario: the program that was there before. */
static void pass_on(char **argv) {
        const char *path = (const char *) getauxval(AT_EXECFN);
        char real[4096];

        if (!path || is_called(path, "actor"))
                return;
        snprintf(real, sizeof real, "%s" ACTOR_REAL, path);
        execv(real, argv);
        _exit(is_called(path, "false") ? 1 : is_called(path, "true") ? 0 : 127);
}

void stand_in(char **argv) {
        if (!find_row(argv)) {
                pass_on(argv);
                return;
        }
        switch (self.kind) {
        case ACTOR_PROGRAM_DAEMON:
        case ACTOR_PROGRAM_NOTIFY:
                be_daemon(-1);
        case ACTOR_PROGRAM_FORK:
                leave_daemon();
        default:
                actor_log(self.tag);
                _exit(self.kind == ACTOR_PROGRAM_FAIL);
        }
}
