/* SPDX-License-Identifier: MIT */
#include <glib.h>
#include <stdint.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>

#include "lab/stepper.h"

#define IDLE_LOOKS   20 /* so often found asleep in epoll_wait(): there is nothing for it */
#define BUSY_SECONDS 20
#define LOOK_STEP    500 /* microseconds */

/* manager-serialize.c:manager_open_serialization(), 252-262 */
#define STATE_NAME "systemd-state"

struct Stepper {
        pid_t init;
        StepperPlace place;
        bool inside; /* of a system call */
        uint64_t nr; /* which one */
};

static bool is_wait(uint64_t nr) {
        return nr == SYS_epoll_pwait || nr == SYS_epoll_pwait2
#ifdef SYS_epoll_wait
               || nr == SYS_epoll_wait
#endif
                ;
}

static bool is_state_file(const Stepper *s, uint64_t address) {
        char name[sizeof STATE_NAME] = {};
        struct iovec local = { name, sizeof name }, remote = { (void *) (uintptr_t) address, sizeof name };

        return process_vm_readv(s->init, &local, 1, &remote, 1, 0) == (ssize_t) sizeof name &&
               memcmp(name, STATE_NAME, sizeof name) == 0;
}

/* Where PID 1 is held now, STEPPER_LOST: at no place of interest. */
static StepperPlace on_syscall(Stepper *s) {
        struct __ptrace_syscall_info info;

        if (ptrace(PTRACE_GET_SYSCALL_INFO, s->init, sizeof info, &info) <= 0)
                return STEPPER_LOST;
        s->inside = info.op == PTRACE_SYSCALL_INFO_ENTRY;
        if (!s->inside)
                return STEPPER_LOST;
        s->nr = info.entry.nr;
        if (is_wait(s->nr))
                return STEPPER_TURN;
        return s->nr == SYS_memfd_create && is_state_file(s, info.entry.args[0]) ? STEPPER_STATE : STEPPER_LOST;
}

/* What to pass on to PID 1: a signal that stopped it, or none. */
static int signal_of(int status) {
        int sig = WSTOPSIG(status);

        return sig == (SIGTRAP | 0x80) || status >> 16 ? 0 : sig;
}

static bool go_on(Stepper *s, int sig) {
        return ptrace(PTRACE_SYSCALL, s->init, NULL, (void *) (intptr_t) sig) == 0;
}

/* True: it is held at a place, or lost. */
static bool on_stop(Stepper *s, int status) {
        s->place = STEPPER_LOST;
        if (!WIFSTOPPED(status))
                return true;
        if (WSTOPSIG(status) == (SIGTRAP | 0x80)) {
                s->place = on_syscall(s);
                if (s->place != STEPPER_LOST)
                        return true;
        }
        return !go_on(s, signal_of(status));
}

/* Waking it up while it only waits for a processor would make it miss what is there. */
static bool is_asleep(const Stepper *s) {
        g_autofree char *path = g_strdup_printf("/proc/%d/stat", s->init), *text = NULL;
        const char *end;

        return s->inside && is_wait(s->nr) && g_file_get_contents(path, &text, NULL, NULL) &&
               (end = strrchr(text, ')')) && end[1] == ' ' && end[2] == 'S';
}

/* Until it is held at a place. Who has nothing to do is woken up; that ends its turn. */
static bool follow(Stepper *s) {
        gint64 begin = g_get_monotonic_time();
        unsigned asleep = 0;
        bool woken = false;

        for (;;) {
                int status;
                pid_t pid = waitpid(s->init, &status, __WALL | WNOHANG);
                double seconds = (double) (g_get_monotonic_time() - begin) / G_USEC_PER_SEC;

                if (pid < 0 || seconds > BUSY_SECONDS)
                        break;
                if (pid > 0) {
                        if (on_stop(s, status))
                                return !woken && s->place != STEPPER_LOST;
                        continue;
                }
                asleep = is_asleep(s) ? asleep + 1 : 0;
                if (!woken && asleep > IDLE_LOOKS)
                        woken = ptrace(PTRACE_INTERRUPT, s->init, NULL, NULL) == 0;
                g_usleep(asleep > 0 ? LOOK_STEP : LOOK_STEP / 5);
        }
        s->place = STEPPER_LOST;
        return false;
}

Stepper *stepper_new(pid_t init) {
        Stepper *s = g_new0(Stepper, 1);
        int status;

        s->init = init;
        if (ptrace(PTRACE_SEIZE, init, NULL, (void *) PTRACE_O_TRACESYSGOOD) == 0 &&
            ptrace(PTRACE_INTERRUPT, init, NULL, NULL) == 0 && waitpid(init, &status, __WALL) == init &&
            !on_stop(s, status))
                follow(s);
        if (s->place != STEPPER_LOST)
                return s;
        stepper_free(s);
        return NULL;
}

void stepper_free(Stepper *s) {
        if (!s)
                return;
        /* Held by the entry of a system call it can be let go at once. */
        ptrace(PTRACE_DETACH, s->init, NULL, NULL);
        g_free(s);
}

StepperPlace stepper_place(const Stepper *s) {
        return s->place;
}

bool stepper_step(Stepper *s) {
        return s->place != STEPPER_LOST && go_on(s, 0) && follow(s);
}
