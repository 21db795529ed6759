/* SPDX-License-Identifier: MIT */

#include <string.h>

#include "link.h"
#include "tables.h"
#include "unit-name.h"
#include "unit-types.h"

#define LINK_PATH_MAX 1024U

/* All folders that PID 1 searches (path-lookup.c:lookup_paths_init); a link that leads below one of them is an alias,
 * also in those of which a scenario has no files. */
static const char *const search_path[] = {
        "/etc/systemd/system.control/",   "/run/systemd/system.control/",  "/run/systemd/transient/",
        "/run/systemd/generator.early/",  "/etc/systemd/system/",          "/etc/systemd/system.attached/",
        "/run/systemd/system/",           "/run/systemd/system.attached/", "/run/systemd/generator/",
        "/usr/local/lib/systemd/system/", "/usr/lib/systemd/system/",      "/run/systemd/generator.late/",
};

/* Folders that are links themselves on every system of today. */
static const struct {
        const char *from, *to;
        /* clang-format off */
} linked_folders[] = {
        { "/lib/",     "/usr/lib/" },
        { "/var/run/", "/run/"     },
};
/* clang-format on */

/* Appends the components of @path to @buf, resolving "." and "..". False: too long. */
static bool path_append_simplified(char *buf, size_t *n, const char *path, size_t size) {
        const char *end = path + size;

        while (path < end) {
                size_t l = strcspn(path, "/");

                if ((size_t) (end - path) < l)
                        l = (size_t) (end - path);

                if (l == 2 && memcmp(path, "..", 2) == 0) {
                        while (*n > 0 && buf[--*n] != '/')
                                ;
                } else if (l > 0 && !(l == 1 && path[0] == '.')) {
                        if (*n + l + 2 > LINK_PATH_MAX)
                                return false;
                        buf[(*n)++] = '/';
                        memcpy(buf + *n, path, l);
                        *n += l;
                }

                path += l;
                if (path < end)
                        path++;
        }

        buf[*n] = 0;
        return true;
}

static bool path_replace_prefix(char *buf, const char *from, const char *to) {
        size_t f = strlen(from), t = strlen(to), n = strlen(buf);

        if (strncmp(buf, from, f) != 0)
                return true;
        if (n - f + t + 1 > LINK_PATH_MAX)
                return false;

        memmove(buf + t, buf + f, n - f + 1);
        memcpy(buf, to, t);
        return true;
}

/* The absolute path that a link at @path leads to, without looking at what is there. */
static bool link_target(const char *path, const char *target, char buf[static LINK_PATH_MAX]) {
        size_t n = 0;

        buf[0] = 0;
        if (target[0] != '/' && !path_append_simplified(buf, &n, path, (size_t) (strrchr(path, '/') - path)))
                return false;
        if (!path_append_simplified(buf, &n, target, strlen(target)))
                return false;

        for (size_t i = 0; i < G_N_ELEMENTS(linked_folders); i++)
                if (!path_replace_prefix(buf, linked_folders[i].from, linked_folders[i].to))
                        return false;

        return true;
}

static bool path_is_in_search_path(const char *path) {
        for (size_t i = 0; i < G_N_ELEMENTS(search_path); i++)
                if (strncmp(path, search_path[i], strlen(search_path[i])) == 0)
                        return true;

        return false;
}

/* unit-file.c:unit_validate_alias_symlink_or_warn. */
static bool alias_is_valid(const CatalogName *src, const char *dst) {
        UnitNameKind src_kind = unit_name_kind(src->name), dst_kind = unit_name_kind(dst);

        if (!unit_type_may_alias(src->type) || dst_kind == UNIT_NAME_INVALID)
                return false;

        if (src_kind != UNIT_NAME_PLAIN && !unit_type_may_template(src->type))
                return false;

        if (strcmp(src->name, dst) == 0 || unit_name_to_type(dst) != src->type)
                return false;

        if (dst_kind != src_kind && !(src_kind == UNIT_NAME_INSTANCE && dst_kind == UNIT_NAME_TEMPLATE))
                return false;

        /* Of two instances with the same suffix, the whole rest after the @ must be the same. */
        return dst_kind != UNIT_NAME_INSTANCE || strcmp(strchr(src->name, '@'), strchr(dst, '@')) == 0;
}

LinkKind link_classify(const Catalog *c, PathId path, const CatalogContent *content, NameId *ret_name) {
        const CatalogPath *p = c->paths + path;
        char target[LINK_PATH_MAX];
        const char *name;

        if (!link_target(p->path, content->text, target))
                return LINK_INVALID;

        if (!path_is_in_search_path(target))
                return LINK_OUTSIDE;

        name = strrchr(target, '/') + 1;
        if (p->name == ID_NONE || !alias_is_valid(c->names + p->name, name))
                return LINK_INVALID;

        *ret_name = catalog_find_name(c, name);
        return LINK_ALIAS;
}

PathId link_follow(const Catalog *c, PathId path, const CatalogContent *content, bool *ret_null) {
        char target[LINK_PATH_MAX];

        *ret_null = false;
        if (!link_target(c->paths[path].path, content->text, target))
                return ID_NONE;

        if (strcmp(target, "/dev/null") == 0) {
                *ret_null = true;
                return ID_NONE;
        }

        return catalog_find_path(c, target);
}
