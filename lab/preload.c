/* SPDX-License-Identifier: MIT */

/* Loaded into PID 1, with LD_PRELOAD: its clocks are ahead by what the lab says. sd-event compares its timers with the clock in each
 * turn of its loop, so that what is due after a jump elapses as soon as something else wakes PID 1 up. The kernel's own timers run
 * on the true clock. No library is needed and no version of one: syscall() is taken from the C library that PID 1 has. */

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "lab/actor.h"

#define SECOND 1000000000LL

static ActorClock none;
static volatile ActorClock *the_clock = &none;

/* Other processes that PID 1 starts may have this too, for a moment or, as generators, for good. */
__attribute__((constructor)) static void open_clock(void) {
        int is_init = syscall(SYS_getpid) == 1;
        int fd = (int) syscall(SYS_openat, AT_FDCWD, ACTOR_CLOCK, (is_init ? O_RDWR : O_RDONLY) | O_CLOEXEC);
        long page;

        if (fd < 0)
                return;
        page = syscall(SYS_mmap, NULL, sizeof none, is_init ? PROT_READ | PROT_WRITE : PROT_READ, MAP_SHARED, fd,
                       0L);
        syscall(SYS_close, fd);
        if (page == -1)
                return;
        the_clock = (volatile ActorClock *) page;
        if (is_init)
                the_clock->loaded = 1;
}

static void add(struct timespec *t, long long nanoseconds) {
        long long all = t->tv_sec * SECOND + t->tv_nsec + nanoseconds;

        /* A time of zero would disarm a timer. */
        if (all < 1)
                all = 1;
        t->tv_sec = (time_t) (all / SECOND);
        t->tv_nsec = (long) (all % SECOND);
}

__attribute__((visibility("default"))) int clock_gettime(clockid_t id, struct timespec *ret) {
        if (syscall(SYS_clock_gettime, id, ret) < 0)
                return -1;
        if (the_clock->ahead != 0 && (id == CLOCK_REALTIME || id == CLOCK_MONOTONIC || id == CLOCK_BOOTTIME))
                add(ret, the_clock->ahead);
        return 0;
}

static int is_set(const struct timespec *t) {
        return t->tv_sec != 0 || t->tv_nsec != 0;
}

__attribute__((visibility("default"))) int timerfd_settime(int fd, int flags, const struct itimerspec *value,
                                                           struct itimerspec *ret_old) {
        struct itimerspec v = *value;

        /* What never comes stays so far away that it does not matter. */
        if ((flags & TFD_TIMER_ABSTIME) && is_set(&v.it_value) && v.it_value.tv_sec < INT64_MAX / SECOND / 2)
                add(&v.it_value, -the_clock->ahead);
        return (int) syscall(SYS_timerfd_settime, fd, flags, &v, ret_old);
}
