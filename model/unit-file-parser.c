/* SPDX-License-Identifier: MIT */

#include <errno.h>
#include <glib.h>
#include <string.h>

#include "extract-word.h"
#include "unit-file-parser.h"

#define LONG_LINE_MAX        (1024U * 1024U)
#define UTF8_BYTE_ORDER_MARK "\xef\xbb\xbf"

typedef struct UnitFileParser {
        UnitFileHandler *handler;
        char *section; /* NULL: none, or one that is ignored */
        bool section_ignored;
        GString *continuation; /* lines that ended in a backslash so far; NULL: none */
        unsigned line;         /* of the line being read */
        unsigned first_line;   /* where the assignment begins */
} UnitFileParser;

static void parse_problem(UnitFileParser *p, const char *format, ...) G_GNUC_PRINTF(2, 3);
static void parse_problem(UnitFileParser *p, const char *format, ...) {
        g_autofree char *text = NULL;
        va_list ap;

        va_start(ap, format);
        text = g_strdup_vprintf(format, ap);
        va_end(ap);

        p->handler->problem(p->handler, p->first_line, text);
}

/* basic/fileio.c:read_line_full: LF, CR and both in any order end a line. The next line, NULL at the end. */
static char *read_line(const char **text) {
        const char *line = *text;
        size_t n;
        char end;

        if (*line == 0)
                return NULL;

        n = strcspn(line, "\n\r");
        end = line[n];
        *text = line + n;
        if (end) {
                (*text)++;
                if (**text && **text != end && strchr("\n\r", **text))
                        (*text)++;
        }

        return g_strndup(line, n);
}

/* basic/string-util.c:string_is_safe */
static bool section_name_is_safe(const char *name) {
        for (; *name; name++)
                if ((unsigned char) *name < ' ' || strchr("\"'\\\x7f", *name))
                        return false;

        return true;
}

static int parse_section(UnitFileParser *p, char *l) {
        size_t n = strlen(l);
        SectionKind kind;

        if (n < 2 || l[n - 1] != ']') {
                parse_problem(p, "'%s' is no section; write for example [Service]", l);
                return -EBADMSG;
        }

        l[n - 1] = 0;
        l++;

        if (!section_name_is_safe(l)) {
                parse_problem(p, "'[%s]' has characters that no section has; write for example [Service]", l);
                return -EBADMSG;
        }

        kind = g_str_has_prefix(l, "X-") ? SECTION_SILENT : p->handler->section(p->handler, l);
        if (kind == SECTION_UNKNOWN)
                parse_problem(p, "PID 1 knows no section [%s] here; it ignores all of it", l);

        g_free(p->section);
        p->section = kind == SECTION_KNOWN ? g_strdup(l) : NULL;
        p->section_ignored = kind != SECTION_KNOWN;
        return 0;
}

static int parse_line(UnitFileParser *p, char *l) {
        char *value;

        l = g_strstrip(l);
        if (*l == 0)
                return 0;

        if (!g_utf8_validate(l, -1, NULL)) {
                parse_problem(p, "a byte that is not text; PID 1 refuses the file");
                return -EINVAL;
        }

        if (*l == '[')
                return parse_section(p, l);

        if (!p->section) {
                if (!p->section_ignored)
                        parse_problem(p, "an assignment before the first section; PID 1 ignores it");
                return 0;
        }

        value = strchr(l, '=');
        if (!value || value == l) {
                parse_problem(p, value ? "nothing before the '='; PID 1 ignores the line"
                                       : "a line without '='; PID 1 ignores it");
                return 0;
        }

        *value++ = 0;
        return p->handler->assignment(p->handler, p->section, g_strstrip(l), g_strstrip(value), p->first_line);
}

/* A backslash that is not itself escaped, at the very end. */
static bool line_is_continued(const char *l) {
        bool escaped = false;

        for (; *l; l++)
                escaped = !escaped && *l == '\\';

        return escaped;
}

/* A physical line; comments disappear even between continued ones. */
static int parse_physical_line(UnitFileParser *p, const char *l) {
        const char *start = l + strspn(l, WHITESPACE);
        g_autoptr(GString) whole = NULL;

        if (*start == '#' || *start == ';')
                return 0;

        whole = g_steal_pointer(&p->continuation);
        if (!whole) {
                whole = g_string_new(NULL);
                p->first_line = p->line;
        }

        if (whole->len + strlen(l) > LONG_LINE_MAX)
                return -ENOBUFS;
        g_string_append(whole, l);

        if (line_is_continued(whole->str)) {
                whole->str[whole->len - 1] = ' ';
                p->continuation = g_steal_pointer(&whole);
                return 0;
        }

        return parse_line(p, whole->str);
}

static int parse_text(UnitFileParser *p, const char *text) {
        int r = 0;

        if (g_str_has_prefix(text, UTF8_BYTE_ORDER_MARK))
                text += strlen(UTF8_BYTE_ORDER_MARK);

        for (;;) {
                g_autofree char *l = read_line(&text);

                if (!l)
                        break;

                p->line++;
                r = parse_physical_line(p, l);
                if (r < 0)
                        return r;
        }

        return p->continuation ? parse_line(p, p->continuation->str) : 0;
}

int unit_file_parse(const char *text, UnitFileHandler *handler) {
        UnitFileParser p = { .handler = handler };
        int r;

        r = parse_text(&p, text);

        g_free(p.section);
        if (p.continuation)
                g_string_free(p.continuation, TRUE);
        return r;
}
