/* SPDX-License-Identifier: MIT */

/* Which file PID 1 may read for which name. Too many do no harm, as nobody asks for them; for one that is missing a
 * world is marked as incomplete. */

#include <string.h>

#include "catalog-seal.h"
#include "link.h"
#include "tables.h"
#include "unit-name.h"
#include "unit-types.h"

/* Templates that name each other in their dependencies make ever new instances. No scenario may have as many names. */
#define NAMES_MAX 1001U

typedef void (*ContentFunc)(CatalogSealer *s, ContentId content, NameId name);

/* Calls @func for each file that one may find behind @path, links followed. */
static void foreach_file(CatalogSealer *s, PathId path, bool *visited, ContentFunc func, NameId name) {
        const GArray *held = g_ptr_array_index(s->held, path);

        visited[path] = true;

        for (guint i = 0; i < held->len; i++) {
                ContentId id = g_array_index(held, ContentId, i);
                const CatalogContent *content = s->catalog->contents + id;
                PathId next;
                bool null;

                if (content->kind == CONTENT_FILE) {
                        if (!content->empty)
                                func(s, id, name);
                        continue;
                }

                next = link_follow(s->catalog, path, content, &null);
                if (next != ID_NONE && !visited[next])
                        foreach_file(s, next, visited, func, name);
        }
}

/* unit.c:unit_load_related_unit: the service that a socket, timer or path triggers when it does not say which. */
static void intern_related(Catalog *c, NameId name) {
        UnitType type = c->names[name].type;
        g_autofree char *related = NULL;
        bool observed = c->names[name].observed;
        NameId id;

        if (c->names[name].related != ID_NONE ||
            (type != UNIT_SOCKET && type != UNIT_TIMER && type != UNIT_PATH))
                return;

        related = unit_name_change_suffix(c->names[name].name, ".service");
        id = related ? catalog_name(c, related) : ID_NONE;
        if (id != ID_NONE && observed)
                c->names[id].observed = true;
        c->names[name].related = id;
}

/* unit.c:unit_set_default_slice: the instances of a template have a slice for themselves. */
static void intern_instance_slice(Catalog *c, NameId name) {
        g_autofree char *prefix = NULL, *escaped = NULL, *slice = NULL;
        NameId id;

        if (c->names[name].instance == ID_NONE || c->names[name].slice != ID_NONE ||
            !unit_type_has_cgroup(c->names[name].type))
                return;

        prefix = unit_name_to_prefix(c->names[name].name);
        escaped = unit_name_escape(prefix);
        slice = g_strdup_printf("system-%s.slice", escaped);
        id = catalog_name(c, slice);
        c->names[name].slice = id;
}

static void read_file(CatalogSealer *s, ContentId content, NameId name) {
        gpointer key = fragment_key(content, name);

        if (g_hash_table_contains(s->fragments, key))
                return;

        g_hash_table_insert(s->fragments, key, fragment_parse(s->catalog, content, name, s->warnings));
        intern_related(s->catalog, name);
        intern_instance_slice(s->catalog, name);
}

/* A drop-in folder is there for a name, for a template's instances and, when the folder's name ends in a dash, for all
 * that begin so. */
static bool folder_covers(const Catalog *c, NameId folder, NameId name) {
        const char *f = c->names[folder].name, *n = c->names[name].name;
        const char *dot = strrchr(f, '.'), *at = strchr(f, '@');
        size_t prefix = (size_t) ((at ? at : dot) - f);

        if (folder == name || c->names[name].template == folder)
                return true;

        return c->names[folder].type == c->names[name].type && prefix > 0 && f[prefix - 1] == '-' &&
               strncmp(f, n, prefix) == 0;
}

static bool path_covers(const Catalog *c, const CatalogPath *path, NameId name) {
        if (path->name == ID_NONE) {
                g_autofree char *folder = g_strdup_printf("/%s.d/", unit_type_to_string(c->names[name].type));

                return strstr(path->path, folder) != NULL;
        }

        return folder_covers(c, path->name, name);
}

/* The other unit of T.wants/TEMPLATE@.service, for T called @name (unit.c:resolve_template). */
static void intern_link_target(CatalogSealer *s, NameId target, NameId name) {
        Catalog *c = s->catalog;
        g_autofree char *resolved = NULL;
        TextId instance = c->names[name].instance;
        NameId id;

        if (target == ID_NONE || !c->names[target].is_template)
                return;

        resolved = unit_name_insert_instance(
                c->names[target].name,
                catalog_text_str(c, instance == ID_NONE ? c->names[name].stem : instance));
        id = resolved ? catalog_name(c, resolved) : ID_NONE;
        if (id != ID_NONE)
                c->names[id].observed = true;
}

static void read_path(CatalogSealer *s, PathId path, NameId name) {
        const CatalogPath *p = s->catalog->paths + path;
        g_autofree bool *visited = g_new0(bool, s->catalog->n_paths);

        if (p->kind == PATH_DROPIN)
                foreach_file(s, path, visited, read_file, name);
        else
                intern_link_target(s, p->target, name);
}

/* Drop-ins and links that are there for one name of a unit are there for all. */
static void read_path_for_all(CatalogSealer *s, PathId path) {
        Catalog *c = s->catalog;
        size_t n_names = s->groups->len; /* those that came up since are for the next time */
        g_autofree bool *covered = g_new0(bool, n_names);

        for (size_t i = 0; i < n_names; i++)
                if (!c->names[i].is_template && path_covers(c, c->paths + path, (NameId) i))
                        covered[sealer_group(s, (NameId) i)] = true;

        for (size_t i = 0; i < n_names; i++)
                if (!c->names[i].is_template && covered[sealer_group(s, (NameId) i)])
                        read_path(s, path, (NameId) i);
}

/* The names whose unit files @name may come to mean, from link to link. */
typedef struct Followed {
        NameId name; /* where it began */
        GArray *names;
        bool *seen;
} Followed;

static void follow(Followed *f, NameId name) {
        if (name == ID_NONE || f->seen[name])
                return;

        f->seen[name] = true;
        g_array_append_val(f->names, name);
}

static void follow_link(CatalogSealer *s, Followed *f, PathId path, const CatalogContent *content) {
        const Catalog *c = s->catalog;
        NameId target = ID_NONE;

        if (link_classify(c, path, content, &target) != LINK_ALIAS || target == ID_NONE)
                return;

        follow(f, target);
        if (c->names[target].is_template)
                follow(f, unit_name_replace_instance(c, target, c->names[f->name].instance));
}

static void read_fragment_path(CatalogSealer *s, Followed *f, PathId path) {
        const GArray *held = g_ptr_array_index(s->held, path);
        g_autofree bool *visited = g_new0(bool, s->catalog->n_paths);

        foreach_file(s, path, visited, read_file, f->name);

        for (guint i = 0; i < held->len; i++) {
                const CatalogContent *content = s->catalog->contents + g_array_index(held, ContentId, i);

                if (content->kind == CONTENT_LINK)
                        follow_link(s, f, path, content);
        }
}

/* Unlike drop-ins, a unit file is only read for names that lead to it. */
static void read_fragments(CatalogSealer *s, NameId name) {
        Catalog *c = s->catalog;
        g_autoptr(GArray) names = g_array_new(FALSE, FALSE, sizeof(NameId));
        g_autofree bool *seen = g_new0(bool, ID_NONE);
        Followed f = { .name = name, .names = names, .seen = seen };

        follow(&f, name);
        for (guint i = 0; i < names->len; i++) {
                NameId at = g_array_index(names, NameId, i);

                follow(&f, c->names[at].template);
                for (size_t p = 0; p < c->n_paths; p++)
                        if (c->paths[p].kind == PATH_FRAGMENT && c->paths[p].name == at)
                                read_fragment_path(s, &f, (PathId) p);
        }
}

void sealer_read_files(CatalogSealer *s) {
        Catalog *c = s->catalog;

        for (size_t i = 0; i < c->n_names && c->n_names < NAMES_MAX; i++) {
                if (!c->names[i].is_template)
                        read_fragments(s, (NameId) i);
                if (c->names[i].base != ID_NONE)
                        read_file(s, c->names[i].base, (NameId) i);
        }

        for (size_t p = 0; p < c->n_paths && c->n_names < NAMES_MAX; p++)
                if (c->paths[p].kind != PATH_FRAGMENT && c->paths[p].kind != PATH_OUTSIDE)
                        read_path_for_all(s, (PathId) p);
}
