/* SPDX-License-Identifier: MIT */

#include "catalog.h"
#include "load-fragment.h"
#include "tables.h"

/* clang-format off */
static const char *const path_kinds[] = {
        [PATH_FRAGMENT] = "fragment",
        [PATH_DROPIN]   = "drop-in",
        [PATH_WANTS]    = "wants",
        [PATH_REQUIRES] = "requires",
        [PATH_UPHOLDS]  = "upholds",
        [PATH_OUTSIDE]  = "outside",
};
/* clang-format on */

static void dump_name(const Catalog *c, const CatalogName *n, GString *s) {
        g_string_append_printf(s, "  %s", n->name);
        if (n->is_template)
                g_string_append(s, " template");
        if (n->instance != ID_NONE)
                g_string_append_printf(s, " instance=%s", catalog_text_str(c, n->instance));
        if (n->related != ID_NONE)
                g_string_append_printf(s, " related=%s", catalog_name_str(c, n->related));
        if (n->slice != ID_NONE)
                g_string_append_printf(s, " slice=%s", catalog_name_str(c, n->slice));
        if (n->base != ID_NONE)
                g_string_append(s, " base");
        if (n->is_orphan)
                g_string_append(s, " orphan");
        g_string_append(s, n->observed ? " observed\n" : "\n");
}

static void dump_assignment(const Catalog *c, const Assignment *a, GString *s) {
        static const char *const needs[] = { "", " [254]", " [257]", " [262]" };

        g_string_append_printf(s, "      %u:%s ", a->line, needs[a->needs]);

        switch ((AssignmentKind) a->kind) {
        case ASSIGN_DEPENDENCY:
                g_string_append_printf(s, "%s %s\n", unit_dependency_to_string((UnitDependency) a->where),
                                       catalog_name_str(c, a->value));
                break;

        case ASSIGN_COMMAND:
                g_string_append_printf(s, "%s %s\n",
                                       service_exec_command_to_string((ServiceExecCommand) a->where),
                                       c->commands[a->value].serialized);
                break;

        case ASSIGN_SLICE:
        case ASSIGN_TRIGGER:
        case ASSIGN_SOCKET_SERVICE:
        case ASSIGN_SOCKET:
                g_string_append_printf(s, "unit %s\n", catalog_name_str(c, a->value));
                break;

        case ASSIGN_ID:
                g_string_append_printf(s, "text %s\n", catalog_text_str(c, a->value));
                break;

        default:
                g_string_append_printf(s, "kind %u where %u value %u\n", a->kind, a->where, a->value);
        }
}

static void dump_fragments(const Catalog *c, ContentId content, GString *s) {
        for (size_t i = 0; c->fragments && i < c->n_names; i++) {
                const Fragment *f = c->fragments[content * c->n_names + i];

                if (!f)
                        continue;

                g_string_append_printf(s, "    as %s\n", c->names[i].name);
                for (size_t k = 0; k < f->n_assignments; k++)
                        dump_assignment(c, f->assignments + k, s);
        }
}

void catalog_dump(const Catalog *c, GString *s) {
        g_string_append(s, "names\n");
        for (size_t i = 0; i < c->n_names; i++)
                dump_name(c, c->names + i, s);

        g_string_append(s, "paths\n");
        for (size_t i = 0; i < c->n_paths; i++)
                g_string_append_printf(s, "  %s: %s of '%s', target '%s'\n", c->paths[i].path,
                                       path_kinds[c->paths[i].kind], catalog_name_str(c, c->paths[i].name),
                                       catalog_name_str(c, c->paths[i].target));

        g_string_append(s, "contents\n");
        for (size_t i = 0; i < c->n_contents; i++) {
                const CatalogContent *content = c->contents + i;

                if (content->kind == CONTENT_LINK)
                        g_string_append_printf(s, "  %zu: line %u -> %s\n", i, content->line, content->text);
                else
                        g_string_append_printf(s, "  %zu: line %u%s\n", i, content->line,
                                               content->empty ? ", empty" : "");
                dump_fragments(c, (ContentId) i, s);
        }

        g_string_append_printf(s,
                               "capacities: %zu units, %zu dependencies, %zu commands of a unit, %zu processes, "
                               "%zu messages, %zu texts\n",
                               c->n_units_max, c->n_dependencies_max, c->n_unit_commands_max, c->n_processes_max,
                               c->n_messages_max, c->n_texts);
}
