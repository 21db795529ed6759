/* SPDX-License-Identifier: MIT */
#include "cli/common.h"
#include "cli/json-fields.h"
#include "cli/verb.h"
#include "model/profile.h"

static void append_json(GString *out, const Profile *p) {
        g_string_append_c(out, '{');
        json_add_text(out, "name", p->name);
        json_add_flag(out, "default", p == profile_default());
        json_add_text(out, "describes", p->describes);
        g_string_append_c(out, '}');
}

static void print_json(GString *out) {
        size_t n;
        const Profile *p = profiles(&n);

        g_string_append(out, "{\"profiles\": [");
        for (size_t i = 0; i < n; i++) {
                g_string_append(out, i > 0 ? ", " : "");
                append_json(out, p + i);
        }
        g_string_append(out, "]}\n");
}

static void print_text(GString *out) {
        size_t n;
        const Profile *p = profiles(&n);

        for (size_t i = 0; i < n; i++)
                g_string_append_printf(out, "%s%s  %s\n", p[i].name, p + i == profile_default() ? "*" : " ",
                                       p[i].describes);
        g_string_append(out, "* the default\n");
}

int verb_profiles(int argc, char **argv) {
        gboolean json = FALSE;
        const GOptionEntry entries[] = {
                { "json", 0, 0, G_OPTION_ARG_NONE, &json, "Print one JSON object", NULL },
                {},
        };
        g_autoptr(GString) out = g_string_new(NULL);
        int status;

        if (!options_parse("profiles", entries, &argc, &argv, &status))
                return status;
        if (argc > 1)
                return usage_error("profiles: unexpected argument '%.80s'; the verb takes none", argv[1]);
        if (json)
                print_json(out);
        else
                print_text(out);
        return output_finish(out, STATUS_OK);
}
