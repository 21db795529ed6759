/* SPDX-License-Identifier: MIT */
#pragma once

/* A world in words: who has which value in which field. Traces say what an event changed as the difference of two. */

#include "model/manager.h"

typedef enum SnapshotScope {
        SNAPSHOT_ALL,        /* units, processes and files */
        SNAPSHOT_OBSERVABLE, /* what a recording would show, see observe.h; a dead PID 1 shows nothing else */
} SnapshotScope;

typedef struct SnapshotRow {
        char *subject; /* a unit, a process, a path, "PID 1" */
        char *field;
        char *value;
} SnapshotRow;

/* Rows sorted by subject; those of one subject in a fixed order. @m is bound to the world. */
GPtrArray *snapshot_take(Manager *m, SnapshotScope scope);

typedef struct Change {
        char *subject, *field;
        char *old, *new; /* "": there was none */
} Change;

void change_free(gpointer change);

/* The rows in which the two differ, as an array of Change. */
GPtrArray *snapshot_changes(const GPtrArray *before, const GPtrArray *after);

/* The observable state as one string: equal strings are equal states. */
char *snapshot_observable_text(Manager *m);
