/* SPDX-License-Identifier: MIT */

/* Which unit file a name means: basic/unit-file.c [252, 254], shared/unit-file.c [257, 262], which agree. The maps that
 * PID 1 builds there are answered from the disk itself, one question at a time. */

#include <errno.h>
#include <string.h>

#include "disk.h"
#include "link.h"

#define FOLLOW_MAX        8U  /* unit-file.c */
#define KERNEL_FOLLOW_MAX 40U /* path_resolution(7) */

NameId unit_name_replace_instance(const Catalog *c, NameId template, TextId instance) {
        for (size_t i = 0; i < c->n_names; i++)
                if (c->names[i].template == template && c->names[i].instance == instance)
                        return (NameId) i;

        return ID_NONE;
}

int disk_read(const Manager *m, PathId path, ContentId *ret) {
        const Catalog *c = m->catalog;

        for (unsigned i = 0; i < KERNEL_FOLLOW_MAX; i++) {
                const CatalogContent *content;
                bool null;

                if (path == ID_NONE || m->disk[path] == ID_NONE)
                        return -ENOENT;

                content = c->contents + m->disk[path];
                if (content->kind == CONTENT_FILE) {
                        *ret = m->disk[path];
                        return !content->empty;
                }

                path = link_follow(c, path, content, &null);
                if (null)
                        return 0;
        }

        return -ELOOP;
}

/* An entry of unit_ids_map: a name has a file, or it is an alias of another name, or it is not there. */
typedef struct NameEntry {
        bool exists;
        PathId path;  /* ID_NONE: it is an alias */
        NameId alias; /* ID_NONE: of a name of which nothing is on disk */
} NameEntry;

/* The entry that the one path @p makes. */
static NameEntry path_entry(const Manager *m, PathId p) {
        const CatalogContent *content = m->catalog->contents + m->disk[p];
        NameEntry e = { .exists = true, .path = p, .alias = ID_NONE };

        if (content->kind == CONTENT_LINK)
                switch (link_classify(m->catalog, p, content, &e.alias)) {
                case LINK_INVALID:
                        e.exists = false;
                        break;

                case LINK_ALIAS:
                        e.path = ID_NONE;
                        break;

                case LINK_OUTSIDE:
                        break;
                }

        return e;
}

/* unit-file.c:unit_file_build_name_map: the first valid entry, in the order of the search path, is the one. */
static NameEntry unit_ids_map_entry(const Manager *m, NameId name) {
        const Catalog *c = m->catalog;
        const CatalogPath *paths = c->paths;
        NameEntry best = { .path = ID_NONE, .alias = ID_NONE };
        uint8_t best_dir = UINT8_MAX;

        if (name == ID_NONE)
                return best;

        for (size_t i = c->fragment_paths_start[name]; i < c->fragment_paths_start[name + 1]; i++) {
                PathId p = c->fragment_paths[i];
                NameEntry e;

                if (m->disk[p] == ID_NONE)
                        continue;
                if (best.exists && paths[p].dir >= best_dir)
                        continue;

                e = path_entry(m, p);
                if (e.exists) {
                        best = e;
                        best_dir = paths[p].dir;
                }
        }

        return best;
}

/* unit-file.c:unit_ids_map_get. -ENOENT: there is no such name; -ENXIO: its link dangles; -ELOOP. */
static int unit_ids_map_get(const Manager *m, NameId name, PathId *ret) {
        for (unsigned n = 0; n < FOLLOW_MAX; n++) {
                NameEntry e = unit_ids_map_entry(m, name);

                if (!e.exists) {
                        if (n == 0)
                                return -ENOENT;
                        if (name == ID_NONE)
                                return -ENXIO;

                        e = unit_ids_map_entry(m, m->catalog->names[name].template);
                        if (!e.exists)
                                return -ENXIO;
                }

                if (e.path != ID_NONE) {
                        *ret = e.path;
                        return 0;
                }

                name = e.alias;
        }

        return -ELOOP;
}

/* Under which name unit_name_map lists @src: that of its final file. ID_NONE: it is not listed, which also is so for
 * everything that is masked. */
static NameId find_map_key(const Manager *m, NameId src) {
        const CatalogName *names = m->catalog->names;
        ContentId content;
        PathId path;
        NameId dst;

        if (unit_ids_map_get(m, src, &path) < 0 || disk_read(m, path, &content) != 1)
                return ID_NONE;

        dst = m->catalog->paths[path].name;
        if (names[dst].is_template && names[src].instance != ID_NONE)
                return unit_name_replace_instance(m->catalog, dst, names[src].instance);

        return dst;
}

/* What a name means, remembered until the disk is another one. */
typedef struct UnitFileAnswer {
        bool known;
        int result; /* negative: an error, and nothing else is set */
        PathId fragment;
        NameId id;
        NameId *names;
        size_t n_names;
} UnitFileAnswer;

struct UnitFileCache {
        ContentId *disk;         /* for which the answers are */
        UnitFileAnswer *answers; /* by NameId */
        NameId *names;           /* room for those of all answers */
        NameId *map_keys;        /* find_map_key() of each name */
        bool has_map_keys;
};

/* All names are asked for each name that is looked up. */
static NameId unit_name_map_key(const Manager *m, NameId src) {
        UnitFileCache *cache = m->unit_files;

        if (!cache->has_map_keys) {
                for (size_t i = 0; i < m->catalog->n_names; i++)
                        cache->map_keys[i] = find_map_key(m, (NameId) i);
                cache->has_map_keys = true;
        }

        return cache->map_keys[src];
}

/* The set of names that a unit gets, sorted. The real set has an order of its own, which only shows when two of
 * the names cannot be joined. */
typedef struct NameSet {
        NameId *names;
        size_t n;
} NameSet;

static void name_set_put(NameSet *s, NameId name) {
        size_t i;

        if (name == ID_NONE)
                return;

        for (i = s->n; i > 0 && s->names[i - 1] >= name; i--)
                if (s->names[i - 1] == name)
                        return;

        for (size_t k = s->n; k > i; k--)
                s->names[k] = s->names[k - 1];
        s->names[i] = name;
        s->n++;
}

/* Names in a set are always those of units: of a template, the one with the unit's instance. */
static void name_set_put_instance(NameSet *s, const Catalog *c, NameId name, TextId instance) {
        if (c->names[name].is_template)
                name = unit_name_replace_instance(c, name, instance);

        name_set_put(s, name);
}

/* unit-file.c:add_names, for one alias that is a template: does the instance of it belong to the unit? Not when it
 * has a file of its own that is another one than @fragment_name. */
static int alias_instance_applies(const Manager *m, NameId alias, NameId fragment_name) {
        PathId path;
        int r;

        if (alias == ID_NONE)
                return false;

        r = unit_ids_map_get(m, alias, &path);
        if (r == -ENOENT || r == -ENXIO)
                return true;
        if (r < 0)
                return r;

        return fragment_name == ID_NONE || m->catalog->paths[path].name == fragment_name;
}

/* unit-file.c:add_names. @fragment_name is ID_NONE when we look at the unit's own name. */
static int add_names(const Manager *m, NameId name, NameId fragment_name, TextId instance, NameSet *s) {
        const Catalog *c = m->catalog;

        name_set_put_instance(s, c, name, instance);

        for (size_t i = 0; i < c->n_names; i++) {
                NameId alias = (NameId) i;
                int r;

                if (unit_name_map_key(m, alias) != name)
                        continue;

                if (instance != ID_NONE && c->names[i].is_template) {
                        alias = unit_name_replace_instance(c, alias, instance);
                        r = alias_instance_applies(m, alias, fragment_name);
                        if (r < 0)
                                return r;
                        if (r == 0)
                                continue;
                }

                name_set_put(s, alias);
        }

        return 0;
}

/* The file for @name itself, or else for its template. */
static int find_fragment(const Manager *m, NameId name, PathId *ret) {
        NameId template = m->catalog->names[name].template;
        int r;

        r = unit_ids_map_get(m, name, ret);
        if ((r == -ENOENT || r == -ENXIO) && template != ID_NONE)
                r = unit_ids_map_get(m, template, ret);

        if (r == -ENOENT || r == -ENXIO) {
                *ret = ID_NONE;
                return 0;
        }

        return r;
}

/* What @name means on the present disk. @ret->names has room for all names. */
static int find_unit_file(const Manager *m, NameId name, UnitFileAnswer *ret) {
        const Catalog *c = m->catalog;
        NameSet s = { .names = ret->names };
        TextId instance = c->names[name].instance;
        PathId fragment;
        NameId id = name;
        int r;

        r = add_names(m, name, ID_NONE, instance, &s);
        if (r < 0)
                return r;

        r = find_fragment(m, name, &fragment);
        if (r < 0)
                return r;

        if (fragment != ID_NONE && c->paths[fragment].name != name) {
                id = c->paths[fragment].name;

                r = add_names(m, id, id, instance, &s);
                if (r < 0)
                        return r;

                if (c->names[id].is_template)
                        id = unit_name_replace_instance(c, id, instance);
        }

        ret->fragment = fragment;
        ret->id = id;
        ret->n_names = s.n;
        return 0;
}

UnitFileCache *unit_file_cache_new(const WorldLayout *l) {
        UnitFileCache *cache = g_new0(UnitFileCache, 1);

        cache->disk = g_new0(ContentId, l->n_paths + 1); /* there may be no path at all */
        cache->answers = g_new0(UnitFileAnswer, l->n_names);
        cache->names = g_new0(NameId, l->n_names * l->n_names);
        cache->map_keys = g_new0(NameId, l->n_names);
        for (size_t i = 0; i < l->n_names; i++)
                cache->answers[i].names = cache->names + i * l->n_names;
        return cache;
}

void unit_file_cache_free(UnitFileCache *cache) {
        g_free(cache->disk);
        g_free(cache->answers);
        g_free(cache->names);
        g_free(cache->map_keys);
        g_free(cache);
}

/* The answers depend on the disk and on nothing else, and seldom does a step change that. */
static UnitFileAnswer *cached_answer(Manager *m, NameId name) {
        UnitFileCache *cache = m->unit_files;
        size_t size = m->layout->n_paths * sizeof(ContentId);

        if (memcmp(cache->disk, m->disk, size) != 0) {
                memcpy(cache->disk, m->disk, size);
                cache->has_map_keys = false;
                for (size_t i = 0; i < m->layout->n_names; i++)
                        cache->answers[i].known = false;
        }

        return cache->answers + name;
}

int unit_file_find_fragment(Manager *m, NameId name, PathId *ret_fragment, NameId *ret_id, NameId *ret_names,
                            size_t *ret_n_names) {
        UnitFileAnswer *a = cached_answer(m, name);

        if (!a->known) {
                a->result = find_unit_file(m, name, a);
                a->known = true;
        }
        if (a->result < 0)
                return a->result;

        memcpy(ret_names, a->names, a->n_names * sizeof(NameId));
        *ret_fragment = a->fragment;
        *ret_id = a->id;
        *ret_n_names = a->n_names;
        return 0;
}
