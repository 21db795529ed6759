/* SPDX-License-Identifier: MIT */

#include "cli/common.h"
#include "cli/json-fields.h"
#include "cli/select.h"
#include "cli/verb.h"
#include "traces/json-text.h"

/* Which versions have it anyway. */
static GPtrArray *merged_in(const Fix *f) {
        GPtrArray *names = g_ptr_array_new();
        size_t n;
        const Profile *p = profiles(&n);

        for (size_t i = 0; i < n; i++)
                for (unsigned j = 0; j < p[i].n_fixes; j++)
                        if (p[i].fixes[j] == f)
                                g_ptr_array_add(names, (gpointer) p[i].name);
        return names;
}

static void append_json(GString *out, const Fix *f) {
        g_autoptr(GPtrArray) merged = merged_in(f);

        g_string_append_c(out, '{');
        json_add_text(out, "name", f->name);
        json_add_flag(out, "built_in", fix_find(f->name) == f);
        json_add_text(out, "summary", f->summary);
        json_add_text(out, "follows", f->follows);
        json_append_array(out, "merged_in", merged);
        json_append_strings(out, "refuses", f->refuses, f->refuses ? g_strv_length((char **) f->refuses) : 0);
        g_string_append_c(out, '}');
}

static void print_json(GString *out, const GPtrArray *fixes) {
        g_string_append(out, "{\"fixes\": [");
        for (guint i = 0; i < fixes->len; i++) {
                g_string_append(out, i > 0 ? ", " : "");
                append_json(out, fixes->pdata[i]);
        }
        g_string_append(out, "]}\n");
}

static void print_text(GString *out, const GPtrArray *fixes) {
        for (guint i = 0; i < fixes->len; i++) {
                const Fix *f = fixes->pdata[i];
                g_autoptr(GPtrArray) merged = merged_in(f);

                g_string_append_printf(out, "%-17s %s\n", f->name, f->summary);
                if (f->follows)
                        g_string_append_printf(out, "%-17s after: %s\n", "", f->follows);
                for (guint j = 0; j < merged->len; j++)
                        g_string_append_printf(
                                out, "%s%s%s", j == 0 ? "                  part of systemd " : ", ",
                                (const char *) merged->pdata[j], j + 1 == merged->len ? "\n" : "");
                for (const char *const *name = f->refuses; name && *name; name++)
                        g_string_append_printf(out, "%s%s%s",
                                               name == f->refuses ? "                  not with " : ", ", *name,
                                               name[1] ? "" : "\n");
        }
}

static bool select_listed(Selection *s, char **names, GPtrArray *to) {
        size_t n;
        const Fix *const *builtin = fixes_builtin(&n);

        for (size_t i = 0; !*names && i < n; i++)
                g_ptr_array_add(to, (gpointer) builtin[i]);
        for (char **name = names; *name; name++) {
                const Fix *f = select_fix(s, *name);

                if (!f)
                        return false;
                g_ptr_array_add(to, (gpointer) f);
        }
        return true;
}

int verb_fixes(int argc, char **argv) {
        gboolean json = FALSE;
        const GOptionEntry entries[] = {
                { "json", 0, 0, G_OPTION_ARG_NONE, &json, "Print one JSON object", NULL },
                {},
        };
        g_autoptr(GPtrArray) listed = g_ptr_array_new();
        g_autoptr(GString) out = g_string_new(NULL);
        Selection s;
        int status;

        if (!options_parse("fixes", entries, &argc, &argv, &status))
                return status;
        selection_init(&s, "fixes");
        if (!select_listed(&s, argv + 1, listed))
                status = STATUS_WRONG_INPUT;
        else {
                if (json)
                        print_json(out, listed);
                else
                        print_text(out, listed);
                status = output_finish(out, STATUS_OK);
        }
        selection_clear(&s);
        return status;
}
