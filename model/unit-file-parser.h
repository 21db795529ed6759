/* SPDX-License-Identifier: MIT */
#pragma once

/* The text of unit files: shared/conf-parser.c, which reads the same in 252-262. Sections, comments, continued lines;
 * what a setting means is none of its business. */

#include <stdbool.h>

typedef enum SectionKind {
        SECTION_UNKNOWN, /* worth a warning */
        SECTION_KNOWN,
        SECTION_SILENT, /* skipped without a word: "[X-...]" and those of other programs */
} SectionKind;

typedef struct UnitFileHandler UnitFileHandler;
struct UnitFileHandler {
        SectionKind (*section)(UnitFileHandler *self, const char *name);
        /* One assignment in a known section; a negative errno ends the parsing. */
        int (*assignment)(UnitFileHandler *self, const char *section, const char *key, const char *value,
                          unsigned line);
        /* What PID 1 would log and go on. */
        void (*problem)(UnitFileHandler *self, unsigned line, const char *text);
};

/* config_parse(). Lines count from 1; an assignment has the number of the line on which it begins. 0, or what the
 * handler or a file that is no unit file at all returns: -EBADMSG for a bad section header, -EINVAL for something that
 * is not UTF-8, -ENOBUFS for a line that is too long. */
int unit_file_parse(const char *text, UnitFileHandler *handler);
