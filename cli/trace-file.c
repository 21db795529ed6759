/* SPDX-License-Identifier: MIT */

#include <errno.h>
#include <string.h>

#include "cli/common.h"
#include "cli/trace-file.h"

char *scenario_stem(const char *scenario) {
        return g_str_has_suffix(scenario, ".scenario")
                       ? g_strndup(scenario, strlen(scenario) - strlen(".scenario"))
                       : g_strdup(scenario);
}

char *trace_file_name(const char *scenario, const Profile *p, const char *property) {
        g_autofree char *stem = scenario_stem(scenario);
        GString *s = g_string_new(stem);

        g_string_append_printf(s, ".%s", p->name);
        for (unsigned i = 0; i < p->n_added; i++)
                g_string_append_printf(s, "+%s", p->added[i]->name);
        g_string_append_printf(s, ".%s.trace.json", property);
        return g_string_free(s, FALSE);
}

bool trace_folder_make(const char *verb, const char *folder) {
        if (g_mkdir_with_parents(folder, 0777) >= 0)
                return true;
        usage_error("%s: the folder '%.200s' cannot be made: %s", verb, folder, g_strerror(errno));
        return false;
}
