/* SPDX-License-Identifier: MIT */

#include <string.h>

#include "catalog.h"
#include "load-fragment.h"
#include "tables.h"
#include "unit-name.h"

static const char *const search_dirs[] = {
        "/etc/systemd/system",
        "/run/systemd/system",
        "/usr/local/lib/systemd/system",
        "/usr/lib/systemd/system",
        NULL,
};

const char *const *catalog_search_dirs(void) {
        return search_dirs;
}

Catalog *catalog_new(const char *file) {
        Catalog *c = g_new0(Catalog, 1);

        c->file = g_strdup(file);
        c->name_ids = g_hash_table_new(g_str_hash, g_str_equal);
        c->path_ids = g_hash_table_new(g_str_hash, g_str_equal);
        c->text_ids = g_hash_table_new(g_str_hash, g_str_equal);
        c->command_ids = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
        for (size_t i = 0; i < G_N_ELEMENTS(c->special); i++)
                c->special[i] = ID_NONE;

        return c;
}

static void program_clear(Program *p) {
        for (size_t i = 0; i < p->n_statements; i++)
                g_free(p->statements[i].source);

        g_free(p->statements);
        g_free(p->name);
}

static void catalog_free_commands(Catalog *c) {
        for (size_t i = 0; i < c->n_commands; i++) {
                g_free(c->commands[i].path);
                g_strfreev(c->commands[i].argv);
                g_free(c->commands[i].serialized);
        }
        g_free(c->commands);
}

void catalog_free(Catalog *c) {
        if (!c)
                return;

        if (c->fragments)
                for (size_t i = 0; i < c->n_contents * c->n_names; i++)
                        fragment_free(c->fragments[i]);
        g_free(c->fragments);

        for (size_t i = 0; i < c->n_names; i++)
                g_free(c->names[i].name);
        g_free(c->names);

        for (size_t i = 0; i < c->n_paths; i++)
                g_free(c->paths[i].path);
        g_free(c->paths);

        g_free(c->fragment_paths);
        g_free(c->fragment_paths_start);

        for (size_t i = 0; i < c->n_contents; i++)
                g_free(c->contents[i].text);
        g_free(c->contents);

        for (size_t i = 0; i < c->n_texts; i++)
                g_free(c->texts[i]);
        g_free(c->texts);

        catalog_free_commands(c);
        program_clear(&c->top);
        for (size_t i = 0; i < c->n_clients; i++)
                program_clear(c->clients + i);
        g_free(c->clients);

        g_free(c->base_units);
        g_hash_table_unref(c->name_ids);
        g_hash_table_unref(c->path_ids);
        g_hash_table_unref(c->text_ids);
        g_hash_table_unref(c->command_ids);
        g_free(c->file);
        g_free(c);
}

/* The id under which @key is known, ID_NONE: it is not. Tables hold ids plus one. */
static uint16_t id_lookup(GHashTable *ids, const char *key) {
        gpointer found = g_hash_table_lookup(ids, key);

        return found ? (uint16_t) (GPOINTER_TO_UINT(found) - 1) : ID_NONE;
}

/* Makes room for one more element in @array, which has @n. They grow by doubling. */
static gpointer array_reserve(gpointer array, size_t n, size_t size) {
        return (n & (n - 1)) == 0 ? g_realloc_n(array, n > 0 ? n * 2 : 1, size) : array;
}

/* Ids have 16 bits. Whoever runs out of them gets ID_NONE. */
static bool ids_are_used_up(size_t n) {
        return n >= ID_NONE;
}

NameId catalog_find_name(const Catalog *c, const char *name) {
        return id_lookup(c->name_ids, name);
}

PathId catalog_find_path(const Catalog *c, const char *path) {
        return id_lookup(c->path_ids, path);
}

TextId catalog_find_text(const Catalog *c, const char *text) {
        return id_lookup(c->text_ids, text);
}

TextId catalog_text(Catalog *c, const char *text) {
        TextId id = catalog_find_text(c, text);

        if (id != ID_NONE || ids_are_used_up(c->n_texts))
                return id;

        c->texts = array_reserve(c->texts, c->n_texts, sizeof(*c->texts));
        c->texts[c->n_texts] = g_strdup(text);
        g_hash_table_insert(c->text_ids, c->texts[c->n_texts], GUINT_TO_POINTER(c->n_texts + 1));
        return (TextId) c->n_texts++;
}

NameId catalog_name(Catalog *c, const char *name) {
        NameId id = catalog_find_name(c, name);
        g_autofree char *stem = NULL, *instance = NULL, *template = NULL;
        UnitNameKind kind;
        CatalogName n;

        if (id != ID_NONE || ids_are_used_up(c->n_names + 1)) /* one more for its template */
                return id;

        kind = unit_name_kind(name);
        if (kind == UNIT_NAME_INVALID)
                return ID_NONE;

        stem = unit_name_to_prefix_and_instance(name);
        instance = unit_name_to_instance(name);
        template = unit_name_template(name);

        n = (CatalogName) {
                .name = g_strdup(name),
                .type = unit_name_to_type(name),
                .template = template ? catalog_name(c, template) : ID_NONE,
                .instance = instance ? catalog_text(c, instance) : ID_NONE,
                .stem = catalog_text(c, stem),
                .is_template = kind == UNIT_NAME_TEMPLATE,
                .is_valid_slice = slice_name_is_valid(name),
                .related = ID_NONE,
                .slice = ID_NONE,
                .base = ID_NONE,
        };

        c->names = array_reserve(c->names, c->n_names, sizeof(*c->names));
        c->names[c->n_names] = n;
        g_hash_table_insert(c->name_ids, n.name, GUINT_TO_POINTER(c->n_names + 1));
        return (NameId) c->n_names++;
}

static const struct {
        const char *suffix;
        PathKind kind;
        /* clang-format off */
} folder_suffixes[] = {
        { ".d",        PATH_DROPIN   },
        { ".wants",    PATH_WANTS    },
        { ".requires", PATH_REQUIRES },
        { ".upholds",  PATH_UPHOLDS  },
};
/* clang-format on */

/* FOLDER/FILE below a search folder. False: PID 1 does not look there. */
static bool path_classify_in_folder(Catalog *c, CatalogPath *p, const char *folder, const char *file) {
        for (size_t i = 0; i < G_N_ELEMENTS(folder_suffixes); i++) {
                g_autofree char *name = NULL;

                if (!g_str_has_suffix(folder, folder_suffixes[i].suffix))
                        continue;

                name = g_strndup(folder, strlen(folder) - strlen(folder_suffixes[i].suffix));
                p->kind = folder_suffixes[i].kind;
                p->name = catalog_name(c, name);
                if (p->kind != PATH_DROPIN)
                        p->target = catalog_name(c, file);

                return p->name != ID_NONE || (p->kind == PATH_DROPIN && unit_type_from_string(name) >= 0);
        }

        return false;
}

/* @rest: what comes below a search folder. */
static bool path_classify(Catalog *c, CatalogPath *p, const char *rest) {
        const char *slash = strchr(rest, '/');
        g_autofree char *folder = NULL;

        if (!slash) {
                p->kind = PATH_FRAGMENT;
                p->name = catalog_name(c, rest);
                return p->name != ID_NONE;
        }

        if (strchr(slash + 1, '/'))
                return false;

        folder = g_strndup(rest, (size_t) (slash - rest));
        return path_classify_in_folder(c, p, folder, slash + 1);
}

PathId catalog_path(Catalog *c, const char *path) {
        PathId id = catalog_find_path(c, path);
        const CatalogPath outside = {
                .kind = PATH_OUTSIDE, .dir = UINT8_MAX, .name = ID_NONE, .target = ID_NONE
        };
        CatalogPath p = outside;

        if (id != ID_NONE || path[0] != '/' || ids_are_used_up(c->n_paths))
                return id;

        for (uint8_t i = 0; search_dirs[i]; i++) {
                size_t n = strlen(search_dirs[i]);

                if (strncmp(path, search_dirs[i], n) != 0 || path[n] != '/')
                        continue;

                p.dir = i;
                if (!path_classify(c, &p, path + n + 1))
                        p = outside;
        }

        p.path = g_strdup(path);
        p.file = catalog_text(c, strrchr(path, '/') + 1);

        c->paths = array_reserve(c->paths, c->n_paths, sizeof(*c->paths));
        c->paths[c->n_paths] = p;
        g_hash_table_insert(c->path_ids, p.path, GUINT_TO_POINTER(c->n_paths + 1));
        return (PathId) c->n_paths++;
}

ContentId catalog_content(Catalog *c, ContentKind kind, const char *text, unsigned line) {
        for (size_t i = 0; i < c->n_contents; i++)
                if (c->contents[i].kind == kind && strcmp(c->contents[i].text, text) == 0)
                        return (ContentId) i;

        if (ids_are_used_up(c->n_contents))
                return ID_NONE;

        c->contents = array_reserve(c->contents, c->n_contents, sizeof(*c->contents));
        c->contents[c->n_contents] = (CatalogContent) {
                .kind = kind,
                .text = g_strdup(text),
                .line = line,
                .empty = kind == CONTENT_FILE && *text == 0,
        };
        return (ContentId) c->n_contents++;
}

CommandId catalog_command(Catalog *c, const CatalogCommand *command) {
        g_autofree char *key = g_strconcat(command->ignore_failure ? "-" : "", command->serialized, NULL);
        CommandId id = id_lookup(c->command_ids, key);
        CatalogCommand copy = *command;

        if (id != ID_NONE || ids_are_used_up(c->n_commands))
                return id;

        copy.path = g_strdup(command->path);
        copy.argv = g_strdupv(command->argv);
        copy.serialized = g_strdup(command->serialized);

        c->commands = array_reserve(c->commands, c->n_commands, sizeof(*c->commands));
        c->commands[c->n_commands] = copy;
        g_hash_table_insert(c->command_ids, g_steal_pointer(&key), GUINT_TO_POINTER(c->n_commands + 1));
        return (CommandId) c->n_commands++;
}
