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

/* Adds a row; takes @value. Nothing when that is NULL. */
void snapshot_add_row(GPtrArray *rows, const char *subject, const char *field, char *value);
/* snapshot-pending.c: what waits for PID 1, as fields of "PID 1" whose value is "waiting", oldest first. */
void snapshot_add_pending(GPtrArray *rows, Manager *m);

/* Rows sorted by subject; those of one subject in a fixed order. @m is bound to the world. */
GPtrArray *snapshot_take(Manager *m, SnapshotScope scope);

typedef struct Change {
        char *subject, *field;
        char *old, *new; /* "": there was none */
} Change;

void change_free(gpointer change);

/* The rows in which the two differ, as an array of Change. */
GPtrArray *snapshot_changes(const GPtrArray *before, const GPtrArray *after);

/* The same for what @before and m->world hold in SNAPSHOT_ALL, which mostly is a small part of it. Both are normalized. */
GPtrArray *snapshot_changes_since(Manager *m, World *before);

/* The observable state as one string: equal strings are equal states. */
char *snapshot_observable_text(Manager *m);
