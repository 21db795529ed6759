/* SPDX-License-Identifier: MIT */
#pragma once

/* What PID 1 listens on for its socket units, and what it waits for in general. Reads from outside and asks nothing of PID 1, which
 * may be stopped. */

#include "lab/container.h"

/* A descriptor for the same open file as PID 1's of that type and address, which are as the property Listen has them; -1: PID 1 does
 * not listen there. */
int listener_find(const Container *c, const char *type, const char *address);

/* Whether such a type can be had. */
bool listener_is_known_type(const char *type);

/* Traffic, from inside of the namespaces. The connection is closed at once, but waits to be accepted. */
bool listener_knock(const Container *c, int fd);

/* Takes all that waits, as a service would. */
void listener_drain(int fd);

/* Whether PID 1 waits for traffic there. */
bool listener_is_watched(const Container *c, int fd);

/* Numbers of the descriptors with inotify events that PID 1 has not read: array of int. */
GArray *inotify_pending(const Container *c);
