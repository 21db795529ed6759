/* SPDX-License-Identifier: MIT */
#include "traces/error.h"

G_DEFINE_QUARK(coldplug - traces - error, traces_error)

char *make_one_line(char *s) {
        char *valid = g_utf8_make_valid(s, -1);

        g_free(s);
        for (char *p = valid; *p; p++)
                if (g_ascii_iscntrl(*p))
                        *p = '?';
        return valid;
}

void traces_set_error(GError **error, TracesError code, const char *file, unsigned line, const char *format,
                      ...) {
        g_autofree char *text = NULL, *message = NULL;
        va_list ap;

        va_start(ap, format);
        text = g_strdup_vprintf(format, ap);
        va_end(ap);

        if (line > 0)
                message = make_one_line(g_strdup_printf("%s:%u: %s", file, line, text));
        else
                message = make_one_line(g_strdup_printf("%s: %s", file, text));
        g_set_error_literal(error, TRACES_ERROR, code, message);
}
