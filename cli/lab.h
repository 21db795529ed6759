/* SPDX-License-Identifier: MIT */
#pragma once

/* What the parts of the verb lab share. */

#include <glib.h>
#include <stdbool.h>

#include "cli/select.h"
#include "traces/compare.h"

typedef struct Lab {
        char *root, *version, *record; /* options */
        char **fix;
        Selection selection; /* each profile with the fixes that the tree has, in the order of profiles() */
        int random, seed;
        int only; /* the number of the one random scenario to run; negative: all */
        gboolean no_minimize;
        int jobs; /* how many containers at once */
        gboolean json;
        char *actor;
        GHashTable *trees; /* by version, see lab_find_tree() */
        GString *recordings;
} Lab;

/* What came of one file. Results cross from one process to another, so they are texts. */
typedef enum LabField {
        LAB_KIND,       /* "scenario", "trace" or "script" */
        LAB_SCENARIO,   /* the name of what was run */
        LAB_SYSTEMD,    /* what ran it */
        LAB_PROPERTY,   /* of a trace */
        LAB_OUTCOME,    /* see lab_outcomes; NULL: it could not be run */
        LAB_REASON,     /* of a trace: why; of a script: what it said */
        LAB_DIFFERENCE, /* from the model, in JSON */
        LAB_TEXT,       /* all of that for a reader */
        LAB_RECORDING,  /* lines of JSON */
        LAB_MESSAGES,   /* for stderr */
        _LAB_FIELD_MAX,
} LabField;

typedef struct LabResult {
        int status; /* the exit status that it stands for */
        char *field[_LAB_FIELD_MAX];
} LabResult;
void lab_result_clear(LabResult *r);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(LabResult, lab_result_clear)

/* Each of @n jobs in a process of its own, @at_once of them at a time; their results go to @done one by one in the order of the
 * jobs, until it returns false. Returns how many results there were: fewer than @n after an interrupt. When it returns
 * nothing that they started is left. */
typedef struct LabWork {
        unsigned n, at_once;
        void (*run)(void *userdata, unsigned job, LabResult *ret);
        bool (*done)(void *userdata, unsigned job, const LabResult *r);
        void *userdata;
} LabWork;
unsigned lab_work(const LabWork *work);

/* The tree with systemd @version (NULL: that which the options say), as it was found or made the first time. NULL: said why on
 * stderr. */
const char *lab_find_tree(Lab *l, const char *version);

/* What the model takes a systemd for: @p, with the fixes of --fix. */
const Profile *lab_profile(const Lab *l, const Profile *p);

/* Runs one file, whatever it is. */
void lab_run_file(Lab *l, const char *file, LabResult *ret);

/* The outcomes in the order of a summary; NULL ends them. */
#define LAB_OUTCOMES 8
extern const char *const lab_outcomes[LAB_OUTCOMES + 1];

/* A member of "results" and the whole that they are in, as docs/lab.schema.json has it. */
void lab_report_json_begin(GString *out);
void lab_report_json(GString *out, const char *file, const LabResult *r);
void lab_report_json_end(GString *out, const unsigned n_outcomes[LAB_OUTCOMES], unsigned n_failed,
                         unsigned n_files);
/* The value of LAB_DIFFERENCE. */
char *lab_report_difference(const Recording *r, const Difference *d);
/* "2 agree, 1 refuted" */
void lab_report_summary(GString *out, const unsigned n_outcomes[LAB_OUTCOMES], unsigned n_failed,
                        unsigned n_files);

/* Boots the systemd that is wanted and runs the scenario there. The recording, a line of JSON; NULL: @ret_status says
 * why there is none. */
char *lab_run_text(Lab *l, const char *name, const char *text, const Catalog *c, int *ret_status);

/* Compares a recording with the model and says so in @out. Returns a status. */
int lab_judge(const Lab *l, const char *name, const char *line, GString *out);

/* Random scenarios, as the options say. */
int lab_random(Lab *l, GString *out);
