/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lab/capture.h"
#include "lab/machine.h"

#define CAPTURE_SECONDS 40

typedef struct Capture {
        pid_t init;
        int fd;       /* the memfd; -1: not made yet */
        bool is_ours; /* the memfd_create() in progress is for the state */
        bool is_complete;
        struct __ptrace_syscall_info entry;
        GString *text;
} Capture;

static size_t read_memory(pid_t pid, uint64_t address, void *to, size_t size) {
        struct iovec local = { to, size }, remote = { (void *) (uintptr_t) address, size };
        ssize_t n = process_vm_readv(pid, &local, 1, &remote, 1, 0);

        return n < 0 ? 0 : (size_t) n;
}

/* "systemd-state" up to 254 or so, "systemd-serialization" later; others are for generators and executors. */
static bool is_state_name(pid_t pid, uint64_t address) {
        char name[33] = {};

        for (size_t i = 0; i + 1 < sizeof name; i++)
                if (read_memory(pid, address + i, name + i, 1) == 0 || name[i] == 0)
                        break;
        return strstr(name, "state") || strstr(name, "serialization");
}

static void on_return(Capture *c, int64_t value) {
        uint64_t nr = c->entry.entry.nr;

        if (nr == SYS_memfd_create && c->fd < 0 && c->is_ours && value >= 0)
                c->fd = (int) value;
        else if (nr == SYS_write && c->fd >= 0 && (int) c->entry.entry.args[0] == c->fd && value > 0) {
                size_t old = c->text->len;

                g_string_set_size(c->text, old + (size_t) value);
                g_string_truncate(c->text, old + read_memory(c->init, c->entry.entry.args[1], c->text->str + old,
                                                             (size_t) value));
        } else if (nr == SYS_lseek && c->fd >= 0 && (int) c->entry.entry.args[0] == c->fd)
                /* It goes back to the beginning, to read. What it does from now on needs nobody to follow: a stop at each call
                 * takes longer than all the rest of a reload. */
                c->is_complete =
                        c->text->len > 0 && c->entry.entry.args[1] == 0 && c->entry.entry.args[2] == SEEK_SET;
}

static void on_syscall(Capture *c) {
        struct __ptrace_syscall_info info;

        if (ptrace(PTRACE_GET_SYSCALL_INFO, c->init, sizeof info, &info) <= 0)
                return;
        if (info.op == PTRACE_SYSCALL_INFO_ENTRY) {
                c->entry = info;
                c->is_ours = info.entry.nr == SYS_memfd_create && is_state_name(c->init, info.entry.args[0]);
        } else if (info.op == PTRACE_SYSCALL_INFO_EXIT && c->entry.op == PTRACE_SYSCALL_INFO_ENTRY) {
                on_return(c, info.exit.rval);
                c->entry.op = PTRACE_SYSCALL_INFO_NONE;
        }
}

/* What to pass on to PID 1: a signal that stopped it, or none. */
static int on_stop(Capture *c, int status) {
        int sig = WSTOPSIG(status);

        if (sig == (SIGTRAP | 0x80)) {
                on_syscall(c);
                return 0;
        }
        return status >> 16 ? 0 : sig;
}

/* True while there is something to follow. */
static bool follow(Capture *c) {
        int status;
        pid_t pid = waitpid(c->init, &status, __WALL | WNOHANG);

        if (pid == 0) {
                g_usleep(200);
                return true;
        }
        if (pid < 0 || !WIFSTOPPED(status))
                return false;

        int sig = on_stop(c, status);
        if (c->is_complete) {
                ptrace(PTRACE_DETACH, c->init, NULL, (void *) (intptr_t) sig);
                return false;
        }
        return ptrace(PTRACE_SYSCALL, c->init, NULL, (void *) (intptr_t) sig) == 0;
}

static void let_go(Capture *c) {
        int status;

        if (ptrace(PTRACE_INTERRUPT, c->init, NULL, NULL) < 0)
                return;
        while (waitpid(c->init, &status, __WALL) == c->init && WIFSTOPPED(status)) {
                int sig = on_stop(c, status);

                if (sig == 0) {
                        ptrace(PTRACE_DETACH, c->init, NULL, NULL);
                        return;
                }
                ptrace(PTRACE_SYSCALL, c->init, NULL, (void *) (intptr_t) sig);
        }
}

static bool reap(pid_t pid, int *ret_status) {
        return waitpid(pid, ret_status, WNOHANG) != 0;
}

bool capture_begin(pid_t init) {
        int status;

        if (ptrace(PTRACE_SEIZE, init, NULL, (void *) PTRACE_O_TRACESYSGOOD) < 0 ||
            ptrace(PTRACE_INTERRUPT, init, NULL, NULL) < 0)
                return false;
        if (waitpid(init, &status, __WALL) != init || !WIFSTOPPED(status))
                return false;
        return ptrace(PTRACE_SYSCALL, init, NULL, (void *) (intptr_t) (status >> 16 ? 0 : WSTOPSIG(status))) ==
               0;
}

GString *capture_stream(pid_t init, pid_t command, int *ret_status) {
        Capture c = { .init = init, .fd = -1, .text = g_string_new(NULL) };
        gint64 end = g_get_monotonic_time() + CAPTURE_SECONDS * G_USEC_PER_SEC;
        bool alive = true, done = false;

        while (alive && !(done = reap(command, ret_status)) && g_get_monotonic_time() < end)
                alive = follow(&c);
        if (alive)
                let_go(&c);
        if (!done)
                *ret_status = process_wait(command, CAPTURE_SECONDS);
        return c.text;
}
