/* SPDX-License-Identifier: MIT */

#include <glib.h>

#include "model/kernel.h"
#include "traces/process-name.h"

char *process_name(const Manager *m, Pid pid) {
        if (pid == 0)
                return g_strdup("");

        return g_strdup_printf("%s.%u", catalog_text_str(m->catalog, m->processes[pid - 1].tag),
                               (unsigned) world_instances(m->layout, m->world)[pid - 1]);
}

char *cgroup_name(const Manager *m, CGroupPath path) {
        char s[1024];

        if (!cgroup_path_is_set(path))
                return g_strdup("");
        cgroup_path_to_string(m->catalog, path, s, sizeof(s));
        return g_strdup(s);
}
