/* SPDX-License-Identifier: MIT */

#include <errno.h>
#include <glib.h>
#include <stdint.h>
#include <string.h>

#include "extract-word.h"

static int unescape_digits(const char *p, unsigned n, unsigned base, uint32_t *ret) {
        uint32_t v = 0;

        for (unsigned i = 0; i < n; i++) {
                int d = g_ascii_xdigit_value(p[i]);

                if (d < 0 || (unsigned) d >= base)
                        return -EINVAL;

                v = v * base + (uint32_t) d;
        }

        if (v == 0)
                return -EINVAL;

        *ret = v;
        return (int) n;
}

static int unescape_unichar(GString *s, const char *p, unsigned n) {
        uint32_t v;
        int r;

        r = unescape_digits(p + 1, n, 16, &v);
        if (r < 0)
                return r;
        if (!g_unichar_validate(v))
                return -EINVAL;

        g_string_append_unichar(s, v);
        return r + 1;
}

/* basic/escape.c:cunescape_one: @p is behind the backslash. Returns how many characters are used up. */
static int cunescape_one(GString *s, const char *p) {
        static const char letters[] = "abfnrtv\\\"'s", values[] = "\a\b\f\n\r\t\v\\\"' ";
        const char *found = strchr(letters, *p);
        uint32_t v;
        int r;

        if (*p && found) {
                g_string_append_c(s, values[found - letters]);
                return 1;
        }

        switch (*p) {
        case 'x':
                r = unescape_digits(p + 1, 2, 16, &v);
                break;

        case 'u':
                return unescape_unichar(s, p, 4);

        case 'U':
                return unescape_unichar(s, p, 8);

        default:
                r = unescape_digits(p, 3, 8, &v);
                if (r < 0 || v > 255)
                        return -EINVAL;
                g_string_append_c(s, (char) v);
                return r;
        }

        if (r < 0)
                return r;

        g_string_append_c(s, (char) v);
        return r + 1;
}

/* **p is what follows a backslash, or the end. */
static int extract_escaped(const char **p, ExtractFlags flags, char quote, GString *s) {
        if (**p == 0) {
                if (!(flags & EXTRACT_UNESCAPE_RELAX) || quote)
                        return -EINVAL;

                g_string_append_c(s, '\\');
                return 0;
        }

        if (flags & EXTRACT_CUNESCAPE) {
                int r = cunescape_one(s, *p);

                if (r > 0) {
                        *p += r;
                        return 0;
                }
                if (!(flags & EXTRACT_UNESCAPE_RELAX))
                        return -EINVAL;

                g_string_append_c(s, '\\');
        }

        g_string_append_c(s, **p);
        (*p)++;
        return 0;
}

int extract_first_word(const char **p, ExtractFlags flags, char **ret) {
        g_autoptr(GString) s = g_string_new(NULL);
        char quote = 0;

        if (!*p)
                return 0;

        *p += strspn(*p, WHITESPACE);
        if (**p == 0) {
                *p = NULL;
                return 0;
        }

        while (**p && (quote || !strchr(WHITESPACE, **p))) {
                char c = *(*p)++;

                if (c == quote)
                        quote = 0;
                else if (!quote && (c == '\'' || c == '"') && (flags & EXTRACT_UNQUOTE))
                        quote = c;
                else if (c == '\\' && !(flags & EXTRACT_RETAIN_ESCAPE)) {
                        int r = extract_escaped(p, flags, quote, s);

                        if (r < 0)
                                return r;
                } else
                        g_string_append_c(s, c);
        }

        if (quote)
                return -EINVAL;

        *p += strspn(*p, WHITESPACE);
        if (**p == 0)
                *p = NULL;

        *ret = g_strdup(s->str);
        return 1;
}

int extract_first_word_relaxed(const char **p, ExtractFlags flags, char **ret) {
        const char *save = *p;
        int r;

        r = extract_first_word(p, flags, ret);
        if (r != -EINVAL)
                return r;

        *p = save;
        r = extract_first_word(p, flags | EXTRACT_UNESCAPE_RELAX, ret);
        return r == 1 ? 2 : r;
}
