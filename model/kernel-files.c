/* SPDX-License-Identifier: MIT */

/* The file systems under PID 1: cgroupfs as far as processes make it, and the folders of unit files. */

#include <stdio.h>
#include <string.h>

#include "kernel.h"

static bool is_slice(const Catalog *c, NameId name) {
        return c->names[name].type == UNIT_SLICE;
}

/* The slice of a path as a string; ID_NONE is the default one. */
static const char *slice_str(const Catalog *c, NameId slice) {
        return slice == ID_NONE ? "system.slice" : catalog_name_str(c, slice);
}

/* a-b.slice is in a.slice, and all slices are in -.slice. */
static bool slice_contains(const char *outer, const char *inner) {
        size_t n = strlen(outer) - strlen(".slice");

        if (strcmp(outer, "-.slice") == 0 || strcmp(outer, inner) == 0)
                return true;

        return strncmp(outer, inner, n) == 0 && inner[n] == '-';
}

bool cgroup_path_contains(const Catalog *c, CGroupPath outer, CGroupPath inner) {
        if (!cgroup_path_is_set(outer) || !cgroup_path_is_set(inner))
                return false;

        if (cgroup_path_equal(outer, inner))
                return true;

        if (!is_slice(c, outer.name))
                return false;

        return slice_contains(catalog_name_str(c, outer.name),
                              slice_str(c, is_slice(c, inner.name) ? inner.name : inner.slice));
}

/* "populated" of cgroup.events. There are more services in system.slice than a world has. */
bool kernel_cgroup_populated(const Manager *m, CGroupPath path) {
        const Catalog *c = m->catalog;

        if (!cgroup_path_is_set(path))
                return false;

        if (is_slice(c, path.name) && strcmp(catalog_name_str(c, path.name), "system.slice") == 0)
                return true;

        for (size_t i = 0; i < m->layout->n_processes; i++)
                if (m->processes[i].state == PROCESS_RUNNING &&
                    cgroup_path_contains(c, path, m->processes[i].cgroup))
                        return true;

        return false;
}

void kernel_cgroup_changed(Manager *m, CGroupPath path) {
        if (!cgroup_path_is_set(path))
                return;

        for (size_t i = 0; i < m->layout->n_units; i++) {
                Unit *u = m->units + i;

                if ((u->flags & UNIT_CGROUP_WATCHED) && cgroup_path_contains(m->catalog, u->cgroup, path))
                        u->flags |= UNIT_CGROUP_EVENT;
        }
}

/* unit.c:unit_search_main_pid, 252-262, looks at PID 1's own children only. */
Pid kernel_cgroup_single(const Manager *m, CGroupPath path) {
        Pid found = 0;

        for (Pid pid = 1; pid <= m->layout->n_processes; pid++) {
                const Process *p = m->processes + pid - 1;

                if (p->state != PROCESS_RUNNING || p->parent != 0 ||
                    !cgroup_path_contains(m->catalog, path, p->cgroup))
                        continue;

                if (found != 0)
                        return 0;
                found = pid;
        }

        return found;
}

static void append(char *ret, size_t size, size_t *offset, const char *text, size_t n) {
        if (*offset + n + 2 > size)
                return;

        ret[(*offset)++] = '/';
        memcpy(ret + *offset, text, n);
        *offset += n;
        ret[*offset] = '\0';
}

/* basic/unit-name.c:slice_build_parent_slice, cgroup-util.c:cg_slice_to_path: /a.slice/a-b.slice */
static void append_slice(char *ret, size_t size, size_t *offset, const char *slice) {
        char parent[256];

        if (strcmp(slice, "-.slice") == 0 || strlen(slice) >= sizeof(parent))
                return;

        for (const char *dash = strchr(slice, '-'); dash; dash = strchr(dash + 1, '-')) {
                int n = snprintf(parent, sizeof(parent), "%.*s.slice", (int) (dash - slice), slice);

                append(ret, size, offset, parent, (size_t) n);
        }

        append(ret, size, offset, slice, strlen(slice));
}

void cgroup_path_to_string(const Catalog *c, CGroupPath p, char *ret, size_t size) {
        size_t offset = 0;

        ret[0] = '\0';

        if (!cgroup_path_is_set(p))
                return;

        if (is_slice(c, p.name)) {
                append_slice(ret, size, &offset, catalog_name_str(c, p.name));
                return;
        }

        append_slice(ret, size, &offset, slice_str(c, p.slice));
        append(ret, size, &offset, catalog_name_str(c, p.name), strlen(catalog_name_str(c, p.name)));
}

/* Whether X.d, X.wants and so on, for which PATH is, exists without it. */
static bool folder_exists(const Manager *m, PathId path) {
        const CatalogPath *p = m->catalog->paths + path;

        for (size_t i = 0; i < m->layout->n_paths; i++) {
                const CatalogPath *q = m->catalog->paths + i;

                if (i != path && m->disk[i] != ID_NONE && q->kind == p->kind && q->dir == p->dir &&
                    q->name == p->name)
                        return true;
        }

        return false;
}

/* unit-file.c:lookup_paths_timestamp_hash_same looks at the times of the search folders themselves. */
static bool search_folder_changes(const Manager *m, PathId path) {
        switch (m->catalog->paths[path].kind) {
        case PATH_OUTSIDE:
                return false;

        case PATH_FRAGMENT:
                return true;

        default:
                return !folder_exists(m, path);
        }
}

void kernel_disk_write(Manager *m, PathId path, ContentId content) {
        bool stale = search_folder_changes(m, path);

        m->disk[path] = content;
        if (!stale)
                return;

        for (size_t i = 0; i < m->layout->n_units; i++)
                if (m->units[i].in_use && m->units[i].load_state == UNIT_NOT_FOUND)
                        m->units[i].flags |= UNIT_NOT_FOUND_STALE;
}
