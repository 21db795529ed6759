/* SPDX-License-Identifier: MIT */
#pragma once

/* Errors of files: one line each, `FILE:LINE: what is wrong; what would be right`. */

#include <glib.h>

#define TRACES_ERROR (traces_error_quark())
GQuark traces_error_quark(void);

typedef enum TracesError {
        TRACES_ERROR_IO,     /* a file cannot be read or written */
        TRACES_ERROR_SYNTAX, /* a file says something that it must not say */
        TRACES_ERROR_LIMIT,  /* a file is longer or deeper than anything sensible */
} TracesError;

/* Sets @error to "FILE:LINE: ..."; without the line when @line is 0. What @format quotes from the file may be
 * anything: control characters are replaced, so that the message stays one line of valid UTF-8. */
void traces_set_error(GError **error, TracesError code, const char *file, unsigned line, const char *format, ...)
        G_GNUC_PRINTF(5, 6);

/* Makes @s printable in one line, in place; the result is valid UTF-8. Frees @s and returns what replaces it. */
char *make_one_line(char *s);
