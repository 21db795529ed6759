/* SPDX-License-Identifier: MIT */
#pragma once

/* The verbs of the command line: one row of the table in main.c and one file each. */

#include <stddef.h>

typedef struct Verb {
        const char *name;
        const char *arguments; /* behind the options, as --help shows them */
        const char *summary;   /* one line */
        const char *details;   /* further lines of --help; NULL: none */
        /* argv[0] is the verb. Returns the exit status of the program (common.h). */
        int (*run)(int argc, char **argv);
} Verb;

const Verb *verbs(size_t *ret_n);
const Verb *verb_find(const char *name);

int verb_check(int argc, char **argv);
int verb_replay(int argc, char **argv);
int verb_show(int argc, char **argv);
int verb_conform(int argc, char **argv);
int verb_review(int argc, char **argv);
int verb_fixes(int argc, char **argv);
int verb_lab(int argc, char **argv);
int verb_reproduce(int argc, char **argv);
int verb_profiles(int argc, char **argv);
int verb_properties(int argc, char **argv);
