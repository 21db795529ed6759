/* SPDX-License-Identifier: MIT */
#pragma once

/* A tree with a systemd of some version. */

#include <glib.h>
#include <stdbool.h>

#include "model/profile.h"

/* The folder of the cache for @p, made with debootstrap when it is missing (which takes a minute; says so on stderr). NULL and
 * @error when there is none and none can be made. @stop: asked now and then whether to give up; NULL: never. */
char *root_find(const Profile *p, bool (*stop)(void), GError **error);

/* @dir as a tree to boot, absolute; NULL and @error when there is no systemd in it. */
char *root_check(const char *dir, GError **error);

/* The version of a tree's systemd, going by its files; 0: they do not say. */
int root_version(const char *tree);

/* What a systemd of @version is compared with: its own profile, else that of the newest before it; NULL: it is older than all. */
const Profile *root_profile(int version);

/* The program that becomes /usr/bin/actor: where $COLDPLUG_ACTOR says, beside this program, or installed with it. */
char *root_actor(GError **error);
