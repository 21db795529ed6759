/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "model/tables.h"
#include "traces/scenario-file-name.h"

#define DEFAULT_FOLDER "/etc/systemd/system"

/* Outside of the search folders a file can only be the target of a link; the design allows it here. */
static const char *const other_folders[] = { "/etc/", "/run/", "/usr/lib/systemd/", "/usr/local/lib/systemd/",
                                             NULL };

/* What a folder of a search folder may be called: NAME and one of these. */
static const char *const link_folder_suffixes[] = { ".wants", ".requires", ".upholds", NULL };

static bool wrong_type(Parser *p, unsigned line, const char *word) {
        const char *type = strrchr(word, '.');
        g_autoptr(GString) known = g_string_new(NULL);

        if (!type) {
                parse_error(p, line, "'%.80s' is a unit name without a type; write for example '%.80s.service'",
                            word, word);
                return false;
        }
        for (UnitType t = 0; t < _UNIT_TYPE_MAX; t++)
                g_string_append_printf(known, "%s%s",
                                       t == 0                    ? ""
                                       : t + 1 == _UNIT_TYPE_MAX ? " and "
                                                                 : ", ",
                                       unit_type_to_string(t));
        parse_error(p, line, "'%.80s' is no type of a unit, in '%.80s'; there are %s", type + 1, word,
                    known->str);
        return false;
}

bool check_unit_name(Parser *p, unsigned line, const char *word) {
        if (strlen(word) > 255) {
                parse_error(p, line, "a unit name of %zu bytes is too long; at most 255 make one", strlen(word));
                return false;
        }
        if (unit_name_to_type(word) == _UNIT_TYPE_INVALID)
                return wrong_type(p, line, word);
        if (catalog_name(p->catalog, word) == ID_NONE) {
                parse_error(p, line,
                            "'%.80s' is no valid unit name; letters, digits and :-_.\\@ make one, and a type "
                            "like .service ends it",
                            word);
                return false;
        }
        return true;
}

static bool check_drop_in(Parser *p, unsigned line, const char *folder, const char *file) {
        g_autofree char *name = g_strndup(folder, strlen(folder) - strlen(".d"));
        size_t stem = strlen(file) - MIN(strlen(file), strlen(".conf"));

        if (stem == 0 || !g_str_has_suffix(file, ".conf")) {
                parse_error(p, line, "'%.80s' is no drop-in; write NAME.conf", file);
                return false;
        }
        /* "service.d": a drop-in for all units of that type. */
        return unit_type_from_string(name) >= 0 || check_unit_name(p, line, name);
}

static bool check_in_folder(Parser *p, unsigned line, const char *folder, const char *file) {
        if (g_str_has_suffix(folder, ".d"))
                return check_drop_in(p, line, folder, file);

        for (size_t i = 0; link_folder_suffixes[i]; i++)
                if (g_str_has_suffix(folder, link_folder_suffixes[i])) {
                        g_autofree char *name =
                                g_strndup(folder, strlen(folder) - strlen(link_folder_suffixes[i]));

                        return check_unit_name(p, line, name) && check_unit_name(p, line, file);
                }

        parse_error(p, line,
                    "'%.80s' is no folder that systemd reads; UNIT.d, UNIT.wants, UNIT.requires and "
                    "UNIT.upholds are",
                    folder);
        return false;
}

/* @name: below a search folder. */
static bool check_unit_file(Parser *p, unsigned line, const char *name) {
        g_auto(GStrv) parts = g_strsplit(name, "/", 3);

        switch (g_strv_length(parts)) {
        case 1:
                return check_unit_name(p, line, parts[0]);
        case 2:
                return check_in_folder(p, line, parts[0], parts[1]);
        default:
                parse_error(p, line,
                            "'%.80s' is too deep; a unit file is UNIT, UNIT.d/FILE.conf or UNIT.wants/UNIT",
                            name);
                return false;
        }
}

static bool has_odd_component(const char *path) {
        g_auto(GStrv) parts = g_strsplit(path + 1, "/", -1);

        for (char **i = parts; *i; i++)
                if (g_str_equal(*i, "") || g_str_equal(*i, ".") || g_str_equal(*i, ".."))
                        return true;
        return false;
}

/* A search folder, or one that has it. */
static bool is_search_folder(const char *path) {
        size_t n = strlen(path);

        for (const char *const *dir = catalog_search_dirs(); *dir; dir++)
                if (g_str_has_prefix(*dir, path) && ((*dir)[n] == '/' || (*dir)[n] == '\0'))
                        return true;
        return false;
}

static bool check_path(Parser *p, unsigned line, const char *path) {
        if (has_odd_component(path)) {
                parse_error(p, line, "'%.80s' has an empty, '.' or '..' component; write the path without them",
                            path);
                return false;
        }
        if (strlen(path) >= 4096) {
                parse_error(p, line, "a path is too long; at most 4095 bytes make one");
                return false;
        }

        if (is_search_folder(path)) {
                parse_error(p, line, "'%.80s' is a folder; name a file in it", path);
                return false;
        }

        for (const char *const *dir = catalog_search_dirs(); *dir; dir++)
                if (g_str_has_prefix(path, *dir) && path[strlen(*dir)] == '/')
                        return check_unit_file(p, line, path + strlen(*dir) + 1);

        for (const char *const *dir = other_folders; *dir; dir++)
                if (g_str_has_prefix(path, *dir))
                        return true;

        parse_error(p, line,
                    "'%.80s' is not below /etc, /run or /usr/lib/systemd/system; no other file takes part",
                    path);
        return false;
}

PathId parse_file_name(Parser *p, unsigned line, const char *word) {
        g_autofree char *path = word[0] == '/' ? g_strdup(word) : g_strconcat(DEFAULT_FOLDER "/", word, NULL);
        PathId id;

        if (!check_path(p, line, path))
                return ID_NONE;
        id = catalog_path(p->catalog, path);
        if (id == ID_NONE)
                parse_error(p, line,
                            "'%.80s' cannot be a unit file; UNIT, UNIT.d/FILE.conf and UNIT.wants/UNIT can",
                            word);
        return id;
}

bool check_link_target(Parser *p, unsigned line, const char *word) {
        if (strlen(word) >= 4096) {
                parse_error(p, line, "the target of the link is too long; at most 4095 bytes make a path");
                return false;
        }
        return strchr(word, '/') || check_unit_name(p, line, word);
}
