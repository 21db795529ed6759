/* SPDX-License-Identifier: MIT */

/* The last step of making a catalog: what all the files of a scenario say is known, for whoever may read them. */

#include <stdlib.h>
#include <string.h>

#include "base-units.h"
#include "catalog-seal.h"
#include "tables.h"
#include "unit-name.h"
#include "unit-types.h"

#define ORPHANS_MIN 2U
#define ORPHANS_MAX 32U

static void foreach_statement_of(CatalogSealer *s, const Program *p, StatementFunc func) {
        for (size_t i = 0; i < p->n_statements; i++)
                func(s, p->statements + i);
}

void sealer_foreach_statement(CatalogSealer *s, StatementFunc func) {
        foreach_statement_of(s, &s->catalog->top, func);
        for (size_t i = 0; i < s->catalog->n_clients; i++)
                foreach_statement_of(s, s->catalog->clients + i, func);
}

/* The scenario's own names: those of its files, and those that it says something about. */

static void observe_name(Catalog *c, NameId name) {
        if (name != ID_NONE)
                c->names[name].observed = true;
}

static void observe_path(Catalog *c, const CatalogPath *path) {
        const char *suffix;

        if (path->name == ID_NONE)
                return;

        /* foo-.service.d/ speaks of others. */
        suffix = strrchr(c->names[path->name].name, '.');
        if (path->kind != PATH_DROPIN || suffix == c->names[path->name].name || suffix[-1] != '-')
                observe_name(c, path->name);
        observe_name(c, path->target);
}

/* What a link refers to is a unit if it has the name of one. */
static void observe_link_target(Catalog *c, const char *target) {
        g_autofree char *name = g_path_get_basename(target);

        observe_name(c, catalog_name(c, name));
}

static void seal_statement(CatalogSealer *s, const Statement *statement) {
        Catalog *c = s->catalog;
        GArray *held;

        if (statement->unit != ID_NONE)
                observe_name(c, statement->unit);

        if ((statement->type != STATEMENT_WRITE && statement->type != STATEMENT_LINK) ||
            statement->path == ID_NONE || statement->content == ID_NONE)
                return;

        held = g_ptr_array_index(s->held, statement->path);
        for (guint i = 0; i < held->len; i++)
                if (g_array_index(held, ContentId, i) == statement->content)
                        return;

        g_array_append_val(held, statement->content);
        if (c->contents[statement->content].kind == CONTENT_LINK)
                observe_link_target(c, c->contents[statement->content].text);
}

/* Until nothing new comes up. */
static void seal_names(CatalogSealer *s) {
        Catalog *c = s->catalog;
        size_t n_names;
        guint n_fragments;

        do {
                n_names = c->n_names;
                n_fragments = g_hash_table_size(s->fragments);

                base_units_intern(c);

                sealer_join_names(s);
                sealer_read_files(s);
        } while (c->n_names > n_names || g_hash_table_size(s->fragments) > n_fragments);
}

/* clang-format off */
static const char *const special_names[_SPECIAL_NAME_MAX] = {
        [SPECIAL_SYSINIT_TARGET]   = "sysinit.target",
        [SPECIAL_BASIC_TARGET]     = "basic.target",
        [SPECIAL_SHUTDOWN_TARGET]  = "shutdown.target",
        [SPECIAL_SOCKETS_TARGET]   = "sockets.target",
        [SPECIAL_TIMERS_TARGET]    = "timers.target",
        [SPECIAL_PATHS_TARGET]     = "paths.target",
        [SPECIAL_TIME_SYNC_TARGET] = "time-sync.target",
        [SPECIAL_TIME_SET_TARGET]  = "time-set.target",
        [SPECIAL_DBUS_SOCKET]      = "dbus.socket",
        [SPECIAL_ROOT_SLICE]       = "-.slice",
        [SPECIAL_SYSTEM_SLICE]     = "system.slice",
        [SPECIAL_INIT_SCOPE]       = "init.scope",
};
/* clang-format on */

/* Parent slices and system.slice count only where a scenario mentions them. */
static void seal_slice(Catalog *c, CatalogName *name) {
        g_autofree char *parent = NULL;

        if (name->type == UNIT_SLICE && name->is_valid_slice) {
                parent = slice_build_parent_slice(name->name);
                name->slice = parent ? catalog_find_name(c, parent) : ID_NONE;
        } else if (strcmp(name->name, "init.scope") == 0)
                name->slice = c->special[SPECIAL_ROOT_SLICE];
        else if (name->slice == ID_NONE && unit_type_has_cgroup(name->type) && name->type != UNIT_SLICE)
                name->slice = c->special[SPECIAL_SYSTEM_SLICE];
}

static void unobserve_base_units(Catalog *c) {
        for (size_t i = 0; i < c->n_names; i++)
                if (c->names[i].base != ID_NONE || c->names[i].is_template)
                        c->names[i].observed = false;
}

/* PID 1's own units are the scenario's when it does something with them, not when it only mentions them. */
static void observe_statement(CatalogSealer *s, const Statement *statement) {
        Catalog *c = s->catalog;

        const CatalogPath *path;

        observe_name(c, statement->unit);
        if (statement->path == ID_NONE)
                return;

        path = c->paths + statement->path;
        if (path->kind == PATH_FRAGMENT && !c->names[path->name].is_template)
                observe_name(c, path->name);
}

static void reserve_orphan(Catalog *c, UnitType type, unsigned number) {
        g_autofree char *name = g_strdup_printf("orphaned-r%u.%s", number, unit_type_to_string(type));
        size_t n_names = c->n_names;
        NameId id = catalog_name(c, name);

        /* A scenario that calls a unit of its own so has this one less. */
        if (id == ID_NONE || c->n_names == n_names)
                return;

        c->names[id].is_orphan = true;
        c->names[id].slice = ID_NONE;
        c->n_orphan_names++;
}

static void reserve_orphans(Catalog *c) {
        size_t n_names = c->n_names;
        unsigned number = 0;

        for (size_t i = 0; i < n_names && number < ORPHANS_MAX; i++) {
                UnitType type = c->names[i].type;

                if (!c->names[i].is_template && c->names[i].observed &&
                    (type == UNIT_SERVICE || type == UNIT_SOCKET || type == UNIT_SCOPE))
                        reserve_orphan(c, type, ++number);
        }

        while (number < ORPHANS_MIN)
                reserve_orphan(c, UNIT_SERVICE, ++number);
}

/* What programs are called that are no actors, and what they say by themselves (programs.c). */
static void intern_program_texts(CatalogSealer *s) {
        Catalog *c = s->catalog;
        gpointer key, value;
        GHashTableIter it;

        g_hash_table_iter_init(&it, s->fragments);
        while (g_hash_table_iter_next(&it, &key, &value)) {
                const Fragment *f = value;
                TextId stem = c->names[GPOINTER_TO_UINT(key) & UINT16_MAX].stem;

                for (size_t i = 0; i < f->n_assignments; i++) {
                        const Assignment *a = f->assignments + i;
                        g_autofree char *tag = NULL;
                        const char *suffix;

                        if (a->kind != ASSIGN_COMMAND || c->commands[a->value].program == PROGRAM_ACTOR)
                                continue;

                        suffix = service_exec_command_to_tag_suffix((ServiceExecCommand) a->where);
                        if (!suffix)
                                continue;

                        tag = g_strdup_printf("%s-%s", catalog_text_str(c, stem), suffix);
                        (void) catalog_text(c, tag);
                }
        }

        (void) catalog_text(c, "READY=1");
        (void) catalog_text(c, "RELOADING=1");
}

static void seal_fragments(CatalogSealer *s) {
        Catalog *c = s->catalog;
        gpointer key, value;
        GHashTableIter it;

        c->fragments = g_new0(Fragment *, c->n_contents * c->n_names);

        g_hash_table_iter_init(&it, s->fragments);
        while (g_hash_table_iter_next(&it, &key, &value)) {
                unsigned k = GPOINTER_TO_UINT(key);

                c->fragments[(size_t) (k >> 16) * c->n_names + (k & UINT16_MAX)] = value;
        }
}

/* By line; @userdata is the length of what comes before it. */
static int compare_warnings(gconstpointer a, gconstpointer b, gpointer userdata) {
        size_t prefix = GPOINTER_TO_SIZE(userdata);
        const char *x = *(const char *const *) a, *y = *(const char *const *) b;
        unsigned long line_x = strtoul(x + prefix, NULL, 10), line_y = strtoul(y + prefix, NULL, 10);

        if (line_x != line_y)
                return line_x < line_y ? -1 : 1;

        return strcmp(x, y);
}

static void report_warnings(CatalogSealer *s, GPtrArray *warnings) {
        g_autoptr(GPtrArray) sorted = g_ptr_array_new();
        GHashTableIter it;
        gpointer warning;

        g_hash_table_iter_init(&it, s->warnings);
        while (g_hash_table_iter_next(&it, &warning, NULL))
                g_ptr_array_add(sorted, warning);

        g_ptr_array_sort_with_data(sorted, compare_warnings, GSIZE_TO_POINTER(strlen(s->catalog->file) + 1));
        for (guint i = 0; i < sorted->len; i++)
                g_ptr_array_add(warnings, g_strdup(g_ptr_array_index(sorted, i)));
}

/* The paths of each name one behind the other, in the order in which they are. */
static void seal_fragment_paths(Catalog *c) {
        size_t n = 0;
        g_autofree size_t *next = g_new0(size_t, c->n_names + 1);

        c->fragment_paths = g_new(PathId, c->n_paths + 1);
        c->fragment_paths_start = g_new0(size_t, c->n_names + 1);
        for (size_t p = 0; p < c->n_paths; p++)
                if (c->paths[p].kind == PATH_FRAGMENT && c->paths[p].name != ID_NONE)
                        c->fragment_paths_start[c->paths[p].name]++;

        for (size_t i = 0; i <= c->n_names; i++) {
                size_t n_paths = c->fragment_paths_start[i];

                c->fragment_paths_start[i] = next[i] = n;
                n += n_paths;
        }

        for (size_t p = 0; p < c->n_paths; p++)
                if (c->paths[p].kind == PATH_FRAGMENT && c->paths[p].name != ID_NONE)
                        c->fragment_paths[next[c->paths[p].name]++] = (PathId) p;
}

static void held_free(gpointer held) {
        g_array_unref(held);
}

void catalog_seal(Catalog *c, GPtrArray *warnings) {
        CatalogSealer s = {
                .catalog = c,
                .warnings = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL),
                .held = g_ptr_array_new_with_free_func(held_free),
                .groups = g_array_new(FALSE, FALSE, sizeof(NameId)),
                .fragments = g_hash_table_new(g_direct_hash, g_direct_equal),
        };

        for (size_t i = 0; i < c->n_paths; i++) {
                g_ptr_array_add(s.held, g_array_new(FALSE, FALSE, sizeof(ContentId)));
                observe_path(c, c->paths + i);
        }
        sealer_foreach_statement(&s, seal_statement);

        seal_names(&s);

        for (size_t i = 0; i < G_N_ELEMENTS(special_names); i++)
                c->special[i] = catalog_find_name(c, special_names[i]);
        for (size_t i = 0; i < c->n_names; i++)
                seal_slice(c, c->names + i);

        unobserve_base_units(c);
        sealer_foreach_statement(&s, observe_statement);

        reserve_orphans(c);
        intern_program_texts(&s);
        seal_fragments(&s);
        sealer_compute_capacities(&s);
        base_units_seal(c);
        seal_fragment_paths(c);
        if (warnings)
                report_warnings(&s, warnings);

        g_hash_table_unref(s.warnings);
        g_ptr_array_unref(s.held);
        g_array_unref(s.groups);
        g_hash_table_unref(s.fragments);
}
