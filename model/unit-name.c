/* SPDX-License-Identifier: MIT */

#include <glib.h>
#include <string.h>

#include "tables.h"
#include "unit-name.h"

/* Of prefix and instance; an instance and the whole name may contain @ as well. */
static bool unit_name_char_is_valid(char c) {
        return g_ascii_isalnum(c) || (c != 0 && strchr(":-_.\\", c));
}

UnitNameKind unit_name_kind(const char *name) {
        const char *suffix, *at = NULL;

        if (!name || strlen(name) >= UNIT_NAME_MAX)
                return UNIT_NAME_INVALID;

        suffix = strrchr(name, '.');
        if (!suffix || suffix == name || unit_type_from_string(suffix + 1) < 0)
                return UNIT_NAME_INVALID;

        for (const char *i = name; i < suffix; i++) {
                if (*i == '@') {
                        if (!at)
                                at = i;
                } else if (!unit_name_char_is_valid(*i))
                        return UNIT_NAME_INVALID;
        }

        if (at == name)
                return UNIT_NAME_INVALID;
        if (!at)
                return UNIT_NAME_PLAIN;

        return at + 1 == suffix ? UNIT_NAME_TEMPLATE : UNIT_NAME_INSTANCE;
}

static bool unit_instance_is_valid(const char *instance) {
        if (*instance == 0)
                return false;

        for (; *instance; instance++)
                if (*instance != '@' && !unit_name_char_is_valid(*instance))
                        return false;

        return true;
}

static size_t unit_name_prefix_length(const char *name) {
        const char *at = strchr(name, '@');

        return (size_t) ((at ? at : strrchr(name, '.')) - name);
}

char *unit_name_to_prefix(const char *name) {
        return g_strndup(name, unit_name_prefix_length(name));
}

char *unit_name_to_prefix_and_instance(const char *name) {
        return g_strndup(name, (size_t) (strrchr(name, '.') - name));
}

char *unit_name_to_instance(const char *name) {
        const char *at = strchr(name, '@');

        if (unit_name_kind(name) != UNIT_NAME_INSTANCE)
                return NULL;

        return g_strndup(at + 1, (size_t) (strrchr(name, '.') - at - 1));
}

char *unit_name_template(const char *name) {
        if (unit_name_kind(name) != UNIT_NAME_INSTANCE)
                return NULL;

        return g_strdup_printf("%.*s@%s", (int) unit_name_prefix_length(name), name, strrchr(name, '.'));
}

/* Takes @name. */
static char *unit_name_if_valid(char *name) {
        if (unit_name_kind(name) != UNIT_NAME_INVALID)
                return name;

        g_free(name);
        return NULL;
}

char *unit_name_change_suffix(const char *name, const char *suffix) {
        g_autofree char *stem = NULL;

        if (unit_name_kind(name) == UNIT_NAME_INVALID)
                return NULL;

        stem = unit_name_to_prefix_and_instance(name);
        return unit_name_if_valid(g_strconcat(stem, suffix, NULL));
}

char *unit_name_insert_instance(const char *name, const char *instance) {
        if (!unit_name_is_valid(name, UNIT_NAME_TEMPLATE | UNIT_NAME_INSTANCE) ||
            !unit_instance_is_valid(instance))
                return NULL;

        return unit_name_if_valid(g_strdup_printf("%.*s@%s%s", (int) unit_name_prefix_length(name), name,
                                                  instance, strrchr(name, '.')));
}

bool unit_name_prefix_equal(const char *a, const char *b) {
        size_t n = unit_name_prefix_length(a);

        return n == unit_name_prefix_length(b) && memcmp(a, b, n) == 0;
}

/* basic/unit-name.c:slice_name_is_valid: dashes nest slices, so none may be at an end or next to another one. */
bool slice_name_is_valid(const char *name) {
        const char *suffix = strrchr(name, '.');
        bool dash = true;

        if (unit_name_kind(name) != UNIT_NAME_PLAIN || strcmp(suffix, ".slice") != 0)
                return false;
        if (strcmp(name, "-.slice") == 0)
                return true;

        for (const char *i = name; i < suffix; i++) {
                if (*i == '-' && dash)
                        return false;
                dash = *i == '-';
        }

        return !dash;
}

char *slice_build_parent_slice(const char *name) {
        g_autofree char *prefix = NULL;
        char *dash;

        if (strcmp(name, "-.slice") == 0)
                return NULL;

        prefix = unit_name_to_prefix_and_instance(name);
        dash = strrchr(prefix, '-');
        if (!dash)
                return g_strdup("-.slice");

        *dash = 0;
        return g_strconcat(prefix, ".slice", NULL);
}

char *unit_name_escape(const char *s) {
        GString *escaped = g_string_new(NULL);

        for (const char *i = s; *i; i++)
                if (*i == '/')
                        g_string_append_c(escaped, '-');
                else if ((*i == '.' && i == s) || *i == '-' || *i == '\\' || !unit_name_char_is_valid(*i))
                        g_string_append_printf(escaped, "\\x%02x", (unsigned char) *i);
                else
                        g_string_append_c(escaped, *i);

        return g_string_free(escaped, FALSE);
}

char *unit_name_unescape(const char *s) {
        g_autoptr(GString) text = g_string_new(NULL);

        for (; *s; s++)
                if (*s == '-')
                        g_string_append_c(text, '/');
                else if (*s == '\\') {
                        int high, low;

                        if (s[1] != 'x' || !g_ascii_isxdigit(s[2]) || !g_ascii_isxdigit(s[3]))
                                return NULL;

                        high = g_ascii_xdigit_value(s[2]);
                        low = g_ascii_xdigit_value(s[3]);
                        g_string_append_c(text, (char) (high << 4 | low));
                        s += 3;
                } else
                        g_string_append_c(text, *s);

        return g_strdup(text->str);
}

/* No empty, "." or ".." component. */
static bool path_is_normalized(const char *path) {
        g_auto(GStrv) parts = g_strsplit(path + 1, "/", -1);

        for (char **i = parts; *i; i++)
                if (g_str_equal(*i, "") || g_str_equal(*i, ".") || g_str_equal(*i, ".."))
                        return false;

        return true;
}

char *unit_name_path_unescape(const char *s) {
        g_autofree char *unescaped = NULL, *path = NULL;

        if (*s == 0)
                return NULL;
        if (g_str_equal(s, "-"))
                return g_strdup("/");

        unescaped = unit_name_unescape(s);
        if (!unescaped)
                return NULL;

        path = g_strconcat("/", unescaped, NULL);
        return path_is_normalized(path) ? g_steal_pointer(&path) : NULL;
}
