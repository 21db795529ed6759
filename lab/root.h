/* SPDX-License-Identifier: MIT */
#pragma once

/* A tree with a systemd of some version. */

#include <glib.h>

#include "model/profile.h"

/* The folder of the cache for @p, made with debootstrap when it is missing (which takes minutes; says so on stderr). NULL and
 * @error when there is none and none can be made. */
char *root_find(const Profile *p, GError **error);

/* A suite of Debian with that version, NULL: none is known. */
const char *root_suite(const Profile *p);

/* The program that becomes /usr/bin/actor: where $COLDPLUG_ACTOR says, beside this program, or installed with it. */
char *root_actor(GError **error);
