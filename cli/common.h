/* SPDX-License-Identifier: MIT */
#pragma once

/* What all verbs do alike: exit statuses, options, output, progress, interruption. */

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* clang-format off */
typedef enum ExitStatus {
        STATUS_OK          = 0,   /* everything asked about holds */
        STATUS_VIOLATED    = 1,   /* a property is violated; a replay or a recording disagrees */
        STATUS_WRONG_INPUT = 2,   /* the command line or a file is wrong, or an output cannot be written */
        STATUS_INCOMPLETE  = 3,   /* a bound was hit, a property was never exercised */
        STATUS_INTERNAL    = 4,   /* the validator and the search disagree */
        STATUS_INTERRUPTED = 130,
} ExitStatus;
/* clang-format on */

/* The status to exit with when both apply: 130, 2, 4, 1, 3, 0. */
int status_worse(int a, int b);

/* Prints "coldplug: ..." as one line on stderr; returns STATUS_WRONG_INPUT. */
int usage_error(const char *format, ...) G_GNUC_PRINTF(1, 2);

/* Prints what is wrong with a file ("FILE:LINE: ...") as one line on stderr; returns STATUS_WRONG_INPUT. */
int file_error(const GError *error);

/* Prints one line on stderr that does not change the exit status. */
void warn(const char *format, ...) G_GNUC_PRINTF(1, 2);

/* What a noun ends in behind the number @n. */
static inline const char *plural(uint64_t n) {
        return n == 1 ? "" : "s";
}

/* Parses the options of @verb, with --help added. The arguments that are left are argv[1] to argv[argc - 1].
 * False: the verb is done, *ret_status is its exit status. */
bool options_parse(const char *verb, const GOptionEntry *entries, int *argc, char ***argv, int *ret_status);

/* Writes a verb's whole result to stdout. Returns @status, or STATUS_WRONG_INPUT when it cannot be written. */
int output_finish(const GString *out, int status);

/* Writes @content to @file, all of it or nothing: an existing file is replaced only when everything is written.
 */
bool output_write_file(const char *file, const char *content, size_t size, GError **error);

/* Colours for stdout: empty strings unless it is a terminal and NO_COLOR is not set. */
typedef struct Colors {
        const char *bad, *good, *dim, *bold, *off;
} Colors;
const Colors *colors(void);

/* One line of progress on stderr that the next one overwrites; nothing unless stderr is a terminal. At most a
 * few times a second. progress_end() removes it. */
void progress(const char *format, ...) G_GNUC_PRINTF(1, 2);
void progress_end(void);

/* SIGINT and SIGTERM only set what interrupted() returns, from the first call of interrupt_catch() on. */
void interrupt_catch(void);
bool interrupted(void);
