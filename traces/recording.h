/* SPDX-License-Identifier: MIT */
#pragma once

/* A run of a scenario as it was seen from outside: of a real systemd (a line of a recording, see
 * tests/recordings/README.md) or of the model (a prediction, see conform.h). */

#include "model/catalog.h"
#include "model/profile.h"

/* What is seen of a unit, in the order in which a recording has it. */
typedef enum SeenField {
        SEEN_MAIN_PID,
        SEEN_CONTROL_PID,
        SEEN_STATUS_TEXT,
        SEEN_RESULT,
        SEEN_N_RESTARTS,
        SEEN_CONTROL_GROUP,
        SEEN_ID,
        SEEN_NAMES,
        SEEN_LOAD_STATE,
        SEEN_ACTIVE_STATE,
        SEEN_SUB_STATE,
        SEEN_FRAGMENT_PATH,
        SEEN_JOB,
        _SEEN_FIELD_MAX,
} SeenField;

const char *seen_field_to_string(SeenField f); /* "MainPID" */

typedef struct SeenUnit {
        char *id;
        char *field[_SEEN_FIELD_MAX]; /* NULL: not seen */
} SeenUnit;

typedef struct SeenProcess {
        char *name; /* TAG.N */
        char *cgroup;
} SeenProcess;

/* A unit that 262 made for what an alias held: its name is made up, so it is seen by what it is. */
typedef enum OrphanField {
        ORPHAN_DESCRIPTION,
        ORPHAN_LOAD_STATE,
        ORPHAN_SUB_STATE,
        ORPHAN_MAIN_PID,
        ORPHAN_CONTROL_GROUP,
        ORPHAN_JOB,
        _ORPHAN_FIELD_MAX,
} OrphanField;

const char *orphan_field_to_string(OrphanField f);

typedef struct SeenOrphan {
        char *field[_ORPHAN_FIELD_MAX];
} SeenOrphan;

/* All that is seen between two statements. */
typedef struct Observation {
        GPtrArray *units;     /* of SeenUnit, by id */
        GPtrArray *processes; /* of SeenProcess, by name */
        GPtrArray *orphans;   /* of SeenOrphan, by their fields */
} Observation;

Observation *observation_new(void);
void observation_free(Observation *o);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Observation, observation_free)
void observation_sort(Observation *o);
const SeenUnit *observation_find_unit(const Observation *o, const char *id);
/* Adds an empty one and returns it. */
SeenUnit *observation_add_unit(Observation *o, const char *id);
void observation_add_process(Observation *o, const char *name, const char *cgroup);
SeenOrphan *observation_add_orphan(Observation *o);

/* One line of the scenario. */
typedef struct Step {
        char *source;        /* the statement */
        bool hits_process;   /* exit, signal, notify */
        char *process;       /* which one it hit; NULL: none was alive */
        char **order_before; /* NULL: not given */
        char **order_after;
        GPtrArray *stream;  /* of char *: the entries of the scenario's units; NULL: none was seen */
        Observation *after; /* NULL: nothing was seen (inside of a pause, PID 1 died) */
        GPtrArray *notes;   /* of char *: what the model did; NULL in a recording */
} Step;

typedef enum Outcome {
        OUTCOME_UNKNOWN, /* left blank, see RECORDING_MAY_BE_BLANK */
        OUTCOME_ALIVE,
        OUTCOME_CRASHED, /* PID 1 died in the last step */
} Outcome;

typedef struct Recording {
        char *file; /* where it was read */
        unsigned line;
        char *name;
        char *systemd; /* the first line of systemctl --version */
        const Profile *profile;
        char *scenario;
        Catalog *catalog; /* the scenario, parsed */
        Outcome outcome;
        GPtrArray *steps;   /* of Step */
        char **journal;     /* what PID 1 logged; NULL: not given */
        unsigned told_from; /* from this step on processes exit only when a statement says so; 0: from none */
        bool stand_ins; /* actors stand in for other programs, so that their processes are known as TAG.N too */
        bool predicted;
        unsigned alternatives; /* predicted: questions that the recording's orders left open */
        bool limit;            /* predicted: a capacity of the model was exceeded */
} Recording;

void recording_free(Recording *r);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Recording, recording_free)
GPtrArray *recording_steps_new(void);
Step *recording_add_step(Recording *r, const char *source);

typedef enum RecordingFlags {
        RECORDING_MAY_BE_BLANK = 1 << 0, /* only what a prediction reads must be there */
} RecordingFlags;

/* Reads the recording in the @size bytes at @text, line @line of @file. */
Recording *recording_parse(const char *file, unsigned line, const char *text, size_t size, RecordingFlags flags,
                           GError **error);

/* Called for each recording of a file, in their order; owns @r. False: stop. */
typedef bool (*RecordingFunc)(Recording *r, void *userdata);

/* Reads all of @file. False and @error when any line cannot be read; stopping early is no error. */
bool recording_for_each(const char *file, RecordingFlags flags, RecordingFunc func, void *userdata,
                        GError **error);

/* Appends @r as one line of JSON, in the format and order of a recording. */
void recording_write(const Recording *r, GString *out);
