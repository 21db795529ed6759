/* SPDX-License-Identifier: MIT */
#pragma once

/* One statement of a scenario: inside of the parser. */

#include "traces/scenario.h"

/* The program that statements are added to: the top level or a client. */
typedef struct ProgramBuilder {
        bool is_client;
        GArray *statements;   /* of Statement */
        unsigned paused_line; /* of the `pause` that has no `resume` yet; 0: none */
} ProgramBuilder;

typedef struct Parser {
        const char *file;
        Catalog *catalog;
        GError **error;
        size_t n_statements; /* in all programs */
} Parser;

/* One line, in words. */
typedef struct Line {
        unsigned number;
        char **words;
        size_t n_words;
        const char *source; /* the words with single blanks */
} Line;

/* Parses @line and appends what it says to @program. @body is the indented block below it, NULL: there is none;
 * @body_line is its first line. */
bool statement_parse(Parser *p, ProgramBuilder *program, const Line *line, const char *body, unsigned body_line);

/* True when a statement that begins with @word may have an indented block of text. */
bool statement_takes_body(const char *word);

void statement_clear(gpointer statement);

void parse_error(Parser *p, unsigned line, const char *format, ...) G_GNUC_PRINTF(3, 4);
