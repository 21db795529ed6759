/* SPDX-License-Identifier: MIT */

/* The process of the scenario language: it does nothing by itself, and what it is told at once. It is told by realtime signals,
 * because those queue, carry a number and need no connection; longer texts are in a file that the actor removes when it has
 * read it. Each start leaves a line in the log, by which the n-th process of a tag is known. */

#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "lab/actor.h"
#include "lab/stand-in.h"

static void on_term(int sig) {
        _exit(0);
}

void actor_log(const char *tag) {
        char line[ACTOR_TEXT_MAX];
        int n = snprintf(line, sizeof line, "%.200s %d\n", tag, (int) getpid());
        int fd = open(ACTOR_DIR "/log", O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666);

        if (fd < 0)
                return;
        (void) !write(fd, line, (size_t) n);
        close(fd);
}

void actor_notify(const char *text) {
        const char *path = getenv("NOTIFY_SOCKET");
        struct sockaddr_un address = { .sun_family = AF_UNIX };
        size_t size;
        int fd;

        if (!path || (size = strlen(path)) >= sizeof address.sun_path)
                return;
        memcpy(address.sun_path, path, size);
        if (address.sun_path[0] == '@')
                address.sun_path[0] = 0;
        fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
        if (fd < 0)
                return;
        (void) !sendto(fd, text, strlen(text), 0, (const struct sockaddr *) &address,
                       (socklen_t) (offsetof(struct sockaddr_un, sun_path) + size));
        close(fd);
}

/* What is to be done, if it is a text. */
static bool read_command(char *text, size_t size) {
        char path[64];
        ssize_t n;
        int fd;

        snprintf(path, sizeof path, ACTOR_DIR "/%d.cmd", (int) getpid());
        fd = open(path, O_RDONLY | O_CLOEXEC);
        if (fd < 0)
                return false;
        n = read(fd, text, size - 1);
        close(fd);
        if (n >= 0)
                text[n] = 0;
        return n >= 0;
}

static void command_done(void) {
        char path[64];

        snprintf(path, sizeof path, ACTOR_DIR "/%d.cmd", (int) getpid());
        unlink(path);
}

static void die_by(int sig) {
        sigset_t one;

        sigemptyset(&one);
        sigaddset(&one, sig);
        signal(sig, SIG_DFL);
        sigprocmask(SIG_UNBLOCK, &one, NULL);
        raise(sig);
}

static void obey(int sig, int number) {
        char text[ACTOR_TEXT_MAX];

        if (sig == SIGRTMIN + ACTOR_EXIT)
                _exit(number);
        if (sig == SIGRTMIN + ACTOR_SIGNAL) {
                die_by(number);
                return;
        }
        if (!read_command(text, sizeof text))
                return;
        if (sig == SIGRTMIN + ACTOR_NOTIFY)
                actor_notify(text);
        else if (fork() == 0) {
                actor_log(text);
                return;
        }
        command_done();
}

static void block(sigset_t *set) {
        for (int i = ACTOR_EXIT; i <= ACTOR_FORK; i++)
                sigaddset(set, SIGRTMIN + i);
        sigprocmask(SIG_BLOCK, set, NULL);
}

/* Waits for all that is blocked: commands, and what @on_signal wants to see. */
_Noreturn void actor_obey(void (*on_signal)(int sig)) {
        sigset_t set;

        sigprocmask(SIG_BLOCK, NULL, &set);
        signal(SIGCHLD, SIG_IGN);
        for (;;) {
                siginfo_t info;
                int sig = sigwaitinfo(&set, &info);

                if (sig > SIGRTMIN && sig <= SIGRTMIN + ACTOR_FORK)
                        obey(sig, info.si_value.sival_int);
                else if (sig > 0 && on_signal)
                        on_signal(sig);
        }
}

int main(int argc, char **argv) {
        bool ready = false, exit_on_term = false;
        sigset_t commands;

        sigemptyset(&commands);
        block(&commands);
        stand_in(argv);

        for (int i = 2; i < argc; i++) {
                ready = ready || strcmp(argv[i], "--ready") == 0;
                exit_on_term = exit_on_term || strcmp(argv[i], "--exit-on-term") == 0;
        }
        signal(SIGTERM, exit_on_term ? on_term : SIG_IGN);
        signal(SIGHUP, SIG_IGN);
        actor_log(argc > 1 ? argv[1] : "none");
        if (ready)
                actor_notify("READY=1");
        actor_obey(NULL);
}
