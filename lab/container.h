/* SPDX-License-Identifier: MIT */
#pragma once

/* A real systemd as PID 1 of its own namespaces, on an overlay of a tree. Nothing of it outlives this process, however that ends:
 * a supervisor of its own session sees that, kills the PID namespace and removes the cgroup. PID 1 dies with the supervisor;
 * then this process removes the cgroup or, if it is dead too, whoever starts the next container. */

#include <glib.h>
#include <stdbool.h>
#include <sys/types.h>

typedef struct Container {
        pid_t supervisor;
        int hold;     /* closing it ends everything */
        pid_t init;   /* PID 1, as this process sees it */
        int init_fd;  /* a pidfd */
        int console;  /* what PID 1 has printed */
        char *cgroup; /* the folder of PID 1's root cgroup */
        char *root;   /* the file system that PID 1 sees, by way of /proc */
} Container;

/* Boots the systemd of @tree; @actor is the program that is to be /usr/bin/actor. Does not wait for the boot. */
Container *container_start(const char *tree, const char *actor, GError **error);
void container_free(Container *c);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Container, container_free)

bool container_is_dead(const Container *c);
/* Its processes are killed before PID 1 itself is gone. */
bool container_dies_within(const Container *c, int milliseconds);

/* False: its supervisor was killed, which is why PID 1 is dead. */
bool container_is_supervised(const Container *c);

/* The last @n lines on its console, also of a dead one; empty if there are none. */
char *container_console(const Container *c, unsigned n);

/* Starts @argv in the namespaces of @c; returns the PID of a process whose exit status is that of the program. */
pid_t container_spawn(const Container *c, const char *const *argv);
