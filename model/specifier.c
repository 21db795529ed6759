/* SPDX-License-Identifier: MIT */

#include <errno.h>
#include <glib.h>
#include <string.h>

#include "specifier.h"
#include "unit-name.h"

/* A look-up gives the text for the unit @id, or NULL when it fails for this unit. */
typedef struct Specifier {
        char letter;
        bool in_names; /* unit_name_printf() has it, too */
        char *(*lookup)(const char *id);
        const char *text; /* instead of a look-up */
} Specifier;

static char *specifier_instance(const char *id) {
        char *instance = unit_name_to_instance(id);

        return instance ? instance : g_strdup("");
}

static char *specifier_instance_unescaped(const char *id) {
        g_autofree char *instance = specifier_instance(id);

        return unit_name_unescape(instance);
}

static char *specifier_prefix_unescaped(const char *id) {
        g_autofree char *prefix = unit_name_to_prefix(id);

        return unit_name_unescape(prefix);
}

static char *specifier_last_component(const char *id) {
        g_autofree char *prefix = unit_name_to_prefix(id);
        const char *dash = strrchr(prefix, '-');

        return g_strdup(dash ? dash + 1 : prefix);
}

static char *specifier_last_component_unescaped(const char *id) {
        g_autofree char *component = specifier_last_component(id);

        return unit_name_unescape(component);
}

static char *specifier_filename(const char *id) {
        g_autofree char *instance = unit_name_to_instance(id), *prefix = unit_name_to_prefix(id);

        return unit_name_path_unescape(instance ? instance : prefix);
}

static char *specifier_id(const char *id) {
        return g_strdup(id);
}

static char *specifier_cgroup(const char *id) {
        return g_strconcat("/system.slice/", id, NULL);
}

static char *specifier_credentials_dir(const char *id) {
        return g_strconcat("/run/credentials/", id, NULL);
}

static char *specifier_real_path(const char *id) {
        return g_strconcat("/etc/systemd/system/", id, NULL);
}

#define NO_ID "00000000000000000000000000000000"

/* clang-format off */
static const Specifier specifiers[] = {
        { 'i', true,  specifier_instance,                 NULL },
        { 'j', true,  specifier_last_component,           NULL },
        { 'n', true,  specifier_id,                       NULL },
        { 'N', true,  unit_name_to_prefix_and_instance,   NULL },
        { 'p', true,  unit_name_to_prefix,                NULL },
        { 'I', false, specifier_instance_unescaped,       NULL },
        { 'J', false, specifier_last_component_unescaped, NULL },
        { 'P', false, specifier_prefix_unescaped,         NULL },
        { 'f', false, specifier_filename,                 NULL },
        { 'c', false, specifier_cgroup,                   NULL },
        { 'd', false, specifier_credentials_dir,          NULL },
        { 'y', false, specifier_real_path,                NULL },
        { 'Y', false, NULL, "/etc/systemd/system" },
        { 'r', false, NULL, "/system.slice" },
        { 'R', false, NULL, "/" },
        { 'C', false, NULL, "/var/cache" },
        { 'D', false, NULL, "/usr/share" },
        { 'E', false, NULL, "/etc" },
        { 'L', false, NULL, "/var/log" },
        { 'S', false, NULL, "/var/lib" },
        { 't', false, NULL, "/run" },
        { 'h', false, NULL, "/root" },
        { 's', false, NULL, "/bin/sh" },
        { 'T', false, NULL, "/tmp" },
        { 'V', false, NULL, "/var/tmp" },
        { 'a', true,  NULL, "x86-64" },
        { 'A', true,  NULL, "" },
        { 'b', true,  NULL, NO_ID },
        { 'B', true,  NULL, "" },
        { 'H', true,  NULL, "localhost" },
        { 'l', true,  NULL, "localhost" },
        { 'q', true,  NULL, "localhost" },
        { 'm', true,  NULL, NO_ID },
        { 'M', true,  NULL, "" },
        { 'o', true,  NULL, "linux" },
        { 'v', true,  NULL, "0" },
        { 'w', true,  NULL, "" },
        { 'W', true,  NULL, "" },
        { 'g', true,  NULL, "root" },
        { 'G', true,  NULL, "0" },
        { 'u', true,  NULL, "root" },
        { 'U', true,  NULL, "0" },
};
/* clang-format on */

static const Specifier *specifier_find(char letter, bool name_only) {
        for (size_t i = 0; i < G_N_ELEMENTS(specifiers); i++)
                if (specifiers[i].letter == letter && (specifiers[i].in_names || !name_only))
                        return specifiers + i;

        return NULL;
}

static int specifier_append(GString *s, char letter, const char *id, bool name_only) {
        const Specifier *specifier = specifier_find(letter, name_only);
        g_autofree char *text = NULL;

        if (!specifier) {
                /* All letters and digits are reserved; anything else after a percent sign is just text. */
                if (g_ascii_isalnum(letter))
                        return -EBADSLT;

                g_string_append_c(s, '%');
                if (letter != '%')
                        g_string_append_c(s, letter);
                return 0;
        }

        text = specifier->text ? g_strdup(specifier->text) : specifier->lookup(id);
        if (!text)
                return -EINVAL;

        g_string_append(s, text);
        return 0;
}

static int specifier_printf(const char *id, const char *format, bool name_only, char **ret) {
        g_autoptr(GString) s = g_string_new(NULL);

        for (; *format; format++) {
                int r;

                if (format[0] != '%' || format[1] == 0) {
                        g_string_append_c(s, *format);
                        continue;
                }

                r = specifier_append(s, *++format, id, name_only);
                if (r < 0)
                        return r;
        }

        *ret = g_strdup(s->str);
        return 0;
}

int unit_full_printf(const char *id, const char *format, char **ret) {
        return specifier_printf(id, format, /* name_only= */ false, ret);
}

int unit_name_printf(const char *id, const char *format, char **ret) {
        int r;

        r = specifier_printf(id, format, /* name_only= */ true, ret);
        if (r < 0)
                return r;

        if (strlen(*ret) > UNIT_NAME_MAX) {
                g_clear_pointer(ret, g_free);
                return -ENAMETOOLONG;
        }

        return 0;
}

bool contains_instance_specifier_superset(const char *format) {
        const char *at = strchr(format, '@'), *end;

        if (!at)
                return false;

        at++;
        end = strrchr(at, '.');
        if (!end)
                end = at + strlen(at);

        /* The instance itself is not more than the instance. */
        if (end - at == 2 && memcmp(at, "%i", 2) == 0)
                return false;

        for (; at < end; at++)
                if (*at == '%' && ++at < end && strchr("inN", *at))
                        return true;

        return false;
}
