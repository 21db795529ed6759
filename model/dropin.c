/* SPDX-License-Identifier: MIT */

/* Drop-ins and dependency links of a unit: shared/dropin.c, core/load-dropin.c, shared/conf-files.c. */

#include <string.h>

#include "disk.h"
#include "tables.h"

/* The names whose folders count for one name of a unit, the most specific first. Those that the scenario does not
 * know have no folder. */
#define CANDIDATES_MAX  32U
#define DROPIN_NAME_MAX 256U

typedef struct Candidates {
        NameId names[CANDIDATES_MAX];
        size_t n;
} Candidates;

static void candidates_put(Candidates *l, NameId name) {
        if (name != ID_NONE && l->n < CANDIDATES_MAX)
                l->names[l->n++] = name;
}

/* Cuts @prefix after its last dash that has something before and behind it. False: there is none. A trailing dash is
 * overlooked once. (dropin.c:unit_file_find_dirs) */
static bool chop_prefix(char *prefix) {
        for (bool chopped = false;; chopped = true) {
                char *dash = strrchr(prefix, '-');

                if (!dash || dash == prefix)
                        return false;

                if (dash[1] != 0 || chopped) {
                        dash[1] = 0;
                        return true;
                }

                dash[0] = 0;
        }
}

/* dropin.c:unit_file_find_dirs, 262: unit_file_expand_dropin_names: a name, its template, and its prefixes that end in
 * a dash, each of which is expanded in turn. */
static void expand_dropin_names(const Catalog *c, const char *name, Candidates *l) {
        const char *at = strchr(name, '@'), *suffix = strrchr(name, '.');
        bool is_instance = at && at + 1 < suffix;
        char prefix[DROPIN_NAME_MAX], built[DROPIN_NAME_MAX];
        size_t n = (size_t) ((at ? at : suffix) - name);

        if (strlen(name) >= DROPIN_NAME_MAX)
                return;

        candidates_put(l, catalog_find_name(c, name));

        memcpy(prefix, name, n);
        prefix[n] = 0;

        if (is_instance) {
                g_snprintf(built, sizeof(built), "%s@%s", prefix, suffix);
                expand_dropin_names(c, built, l);
        }

        if (!chop_prefix(prefix))
                return;

        g_snprintf(built, sizeof(built), "%s%s", prefix, is_instance ? at : suffix);
        expand_dropin_names(c, built, l);
}

/* A list of files of one kind, each file name once, sorted by it. The first that comes with a file name wins. */
typedef struct FileList {
        PathId *paths;
        size_t n, max;
} FileList;

static void file_list_put(Manager *m, FileList *l, PathId path) {
        const CatalogPath *paths = m->catalog->paths;
        const char *file = catalog_text_str(m->catalog, paths[path].file);
        size_t i = l->n;

        for (size_t k = 0; k < l->n; k++)
                if (paths[l->paths[k]].file == paths[path].file)
                        return;

        if (l->n >= l->max) {
                manager_limit(m);
                return;
        }

        for (; i > 0 && strcmp(catalog_text_str(m->catalog, paths[l->paths[i - 1]].file), file) > 0; i--)
                l->paths[i] = l->paths[i - 1];
        l->paths[i] = path;
        l->n++;
}

/* dirent-util.c:hidden_or_backup_file, as far as anybody would write it; conf-files.c: the suffix. */
static bool file_is_considered(const Manager *m, PathId p, PathKind kind) {
        const char *file = catalog_text_str(m->catalog, m->catalog->paths[p].file);

        if (m->disk[p] == ID_NONE || file[0] == '.' || g_str_has_suffix(file, "~"))
                return false;

        return kind != PATH_DROPIN || g_str_has_suffix(file, ".conf");
}

static void add_files_of_name(Manager *m, FileList *l, PathKind kind, uint8_t dir, NameId name) {
        for (size_t p = 0; p < m->catalog->n_paths; p++) {
                const CatalogPath *path = m->catalog->paths + p;

                if (path->kind == kind && path->dir == dir && path->name == name &&
                    file_is_considered(m, (PathId) p, kind))
                        file_list_put(m, l, (PathId) p);
        }
}

/* Those of all names: folders of the unit's id come first, each time with the folders of the stronger place first and
 * only then with the more specific name. */
static void add_files(Manager *m, FileList *l, PathKind kind, uint8_t n_dirs, NameId name) {
        Candidates candidates = {};

        expand_dropin_names(m->catalog, catalog_name_str(m->catalog, name), &candidates);

        for (uint8_t dir = 0; dir < n_dirs; dir++)
                for (size_t i = 0; i < candidates.n; i++)
                        add_files_of_name(m, l, kind, dir, candidates.names[i]);
}

/* DIR/service.d and its like, for all units of a type. */
static void add_files_of_type(Manager *m, FileList *l, PathKind kind, uint8_t n_dirs, UnitType type) {
        char folder[DROPIN_NAME_MAX];

        g_snprintf(folder, sizeof(folder), "/%s.", unit_type_to_string(type));

        for (uint8_t dir = 0; dir < n_dirs; dir++)
                for (size_t p = 0; p < m->catalog->n_paths; p++) {
                        const CatalogPath *path = m->catalog->paths + p;

                        if (path->kind == kind && path->dir == dir && path->name == ID_NONE &&
                            strstr(path->path, folder) && file_is_considered(m, (PathId) p, kind))
                                file_list_put(m, l, (PathId) p);
                }
}

static bool catalog_has_kind(const Catalog *c, PathKind kind) {
        for (size_t p = 0; p < c->n_paths; p++)
                if (c->paths[p].kind == kind)
                        return true;

        return false;
}

/* dropin.c:unit_file_find_dropin_paths. The aliases have an order of their own there; it decides only when two of them
 * have drop-ins of the same file name. */
static size_t find_files(Manager *m, const Unit *u, PathKind kind, PathId *ret, size_t max) {
        FileList l = { .paths = ret, .max = max };
        uint8_t n_dirs = (uint8_t) g_strv_length((char **) catalog_search_dirs());

        if (!catalog_has_kind(m->catalog, kind))
                return 0;

        add_files(m, &l, kind, n_dirs, u->id);
        for (size_t n = 0; n < m->catalog->n_names; n++)
                if (n != u->id && m->names[n] == unit_slot(m, u))
                        add_files(m, &l, kind, n_dirs, (NameId) n);
        add_files_of_type(m, &l, kind, n_dirs, (UnitType) u->type);

        return l.n;
}

/* load-dropin.c:process_deps: what is no link, is masked or leads to no unit name is left out. That a link dangles
 * does not matter: only its own name counts. */
static size_t find_links(Manager *m, const Unit *u, PathKind kind, PathId *ret, size_t max) {
        size_t found = find_files(m, u, kind, ret, max), n = 0;

        for (size_t i = 0; i < found; i++) {
                PathId p = ret[i];
                ContentId content;

                if (disk_read(m, p, &content) == 0)
                        continue;
                if (m->catalog->contents[m->disk[p]].kind != CONTENT_LINK)
                        continue;
                if (m->catalog->paths[p].target == ID_NONE)
                        continue;

                ret[n++] = p;
        }

        return n;
}

size_t unit_find_dropins(Manager *m, const Unit *u, PathId *ret, size_t max) {
        size_t n;

        n = find_links(m, u, PATH_WANTS, ret, max);
        n += find_links(m, u, PATH_REQUIRES, ret + n, max - n);
        if (m->profile->upheld_by_setting)
                n += find_links(m, u, PATH_UPHOLDS, ret + n, max - n);

        return n + find_files(m, u, PATH_DROPIN, ret + n, max - n);
}
