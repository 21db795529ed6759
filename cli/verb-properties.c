/* SPDX-License-Identifier: MIT */
#include "cli/common.h"
#include "cli/json-fields.h"
#include "cli/verb.h"
#include "model/properties/property.h"

static const Property *find(const char *name) {
        size_t n;
        const Property *p = properties(&n);

        for (size_t i = 0; i < n; i++)
                if (g_str_equal(p[i].name, name))
                        return p + i;
        return NULL;
}

/* Those that @names names, all when it is empty. False when one does not exist. */
static bool select_properties(char **names, GPtrArray *to) {
        size_t n;
        const Property *p = properties(&n);

        for (size_t i = 0; !*names && i < n; i++)
                g_ptr_array_add(to, (gpointer) (p + i));
        for (char **i = names; *i; i++) {
                const Property *found = find(*i);

                if (!found) {
                        usage_error("properties: there is no property '%.80s'; 'coldplug properties' lists them",
                                    *i);
                        return false;
                }
                g_ptr_array_add(to, (gpointer) found);
        }
        return true;
}

static void append_json(GString *out, const Property *p) {
        g_string_append_c(out, '{');
        json_add_text(out, "name", p->name);
        json_add_text(out, "summary", p->summary);
        json_add_text(out, "definition", p->definition);
        g_string_append_c(out, '}');
}

static void print_json(GString *out, const GPtrArray *selected) {
        g_string_append(out, "{\"properties\": [");
        for (unsigned i = 0; i < selected->len; i++) {
                g_string_append(out, i > 0 ? ", " : "");
                append_json(out, selected->pdata[i]);
        }
        g_string_append(out, "]}\n");
}

static void print_text(GString *out, const GPtrArray *selected, bool define) {
        for (unsigned i = 0; i < selected->len; i++) {
                const Property *p = selected->pdata[i];

                g_string_append_printf(out, "%-20s %s\n", p->name, p->summary);
                if (define)
                        g_string_append_printf(out, "    %s\n", p->definition);
        }
}

int verb_properties(int argc, char **argv) {
        gboolean json = FALSE;
        const GOptionEntry entries[] = {
                { "json", 0, 0, G_OPTION_ARG_NONE, &json, "Print one JSON object", NULL },
                {},
        };
        g_autoptr(GPtrArray) selected = g_ptr_array_new();
        g_autoptr(GString) out = g_string_new(NULL);
        int status;

        if (!options_parse("properties", entries, &argc, &argv, &status))
                return status;
        if (!select_properties(argv + 1, selected))
                return STATUS_WRONG_INPUT;
        if (json)
                print_json(out, selected);
        else
                print_text(out, selected, argc > 1);
        return output_finish(out, STATUS_OK);
}
