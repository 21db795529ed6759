/* SPDX-License-Identifier: MIT */

/* How large the arrays of a world are. All but the processes and messages are upper bounds; where those do not
 * suffice, the world says so (WORLD_LIMIT). */

#include <string.h>

#include "catalog-seal.h"
#include "unit-types.h"

#define PROCESSES_MIN         8U
#define PROCESSES_MAX         64U /* unless there are more commands than that; then each may run, and so many more */
#define PROCESSES_PER_COMMAND 2U
#define MESSAGES_PER_PROCESS  2U /* RELOADING=1, READY=1 */

/* Edges that nobody writes down, for a unit of this type: those to the special names that the scenario knows, and one
 * of each kind to a slice (InSlice, After, Requires) and to what a unit triggers (Before, Triggers). */
static size_t implicit_dependencies(const Catalog *c, const CatalogName *name) {
        size_t n = 0;

        for (size_t i = 0; i < G_N_ELEMENTS(c->special); i++)
                if (c->special[i] != ID_NONE)
                        n += 2;
        if (name->slice != ID_NONE)
                n += 3;
        if (name->type == UNIT_SOCKET || name->type == UNIT_TIMER || name->type == UNIT_PATH)
                n += 2;

        return n;
}

/* How many edges the assignment can make: what a unit wants of a target is also ordered before it. */
static unsigned assignment_edges(const Catalog *c, const Assignment *a, const CatalogName *from) {
        switch ((AssignmentKind) a->kind) {
        case ASSIGN_DEPENDENCY:
                return c->names[a->value].type == UNIT_TARGET || from->type == UNIT_TARGET ? 2 : 1;

        case ASSIGN_SLICE:
        case ASSIGN_SOCKET:
                return 3;

        case ASSIGN_TRIGGER:
        case ASSIGN_SOCKET_SERVICE:
                return 2;

        default:
                return 0;
        }
}

/* Two lines that say the same make one edge. Names that become one unit have fewer edges than they had alone. */
static size_t explicit_dependencies(CatalogSealer *s) {
        const Catalog *c = s->catalog;
        g_autoptr(GHashTable) seen = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
        gpointer key, value;
        GHashTableIter it;
        size_t n = 0;

        g_hash_table_iter_init(&it, s->fragments);
        while (g_hash_table_iter_next(&it, &key, &value)) {
                const Fragment *f = value;
                NameId name = (NameId) (GPOINTER_TO_UINT(key) & UINT16_MAX);

                for (size_t i = 0; i < f->n_assignments; i++) {
                        const Assignment *a = f->assignments + i;
                        unsigned edges = assignment_edges(c, a, c->names + name);
                        int64_t edge = (int64_t) name << 40 | (int64_t) a->kind << 32 |
                                       (int64_t) a->where << 16 | a->value;

                        if (edges > 0 && g_hash_table_add(seen, g_memdup2(&edge, sizeof(edge))))
                                n += edges;
                }
        }

        return n;
}

/* T.wants/ and its kin: an edge for each link, for each name that such a folder can belong to. */
static size_t link_dependencies(CatalogSealer *s) {
        const Catalog *c = s->catalog;
        size_t n = 0;

        for (size_t p = 0; p < c->n_paths; p++) {
                const CatalogPath *path = c->paths + p;

                if (path->kind != PATH_WANTS && path->kind != PATH_REQUIRES && path->kind != PATH_UPHOLDS)
                        continue;

                for (size_t i = 0; i < c->n_names; i++)
                        if (c->names[i].type == c->names[path->name].type && !c->names[i].is_orphan)
                                n += 2;
        }

        return n;
}

static unsigned fragment_commands(const CatalogSealer *s, ContentId content, NameId name) {
        const Fragment *f = g_hash_table_lookup(s->fragments, fragment_key(content, name));
        unsigned n = 0;

        for (size_t i = 0; f && i < f->n_assignments; i++)
                n += f->assignments[i].kind == ASSIGN_COMMAND;

        return n;
}

/* The commands of a unit come from one file, and from one of each drop-in. */
static size_t unit_commands_of(const CatalogSealer *s, NameId name) {
        const Catalog *c = s->catalog;
        size_t of_fragment = 0, of_dropins = 0;

        if (c->names[name].base != ID_NONE)
                of_fragment = fragment_commands(s, c->names[name].base, name);

        for (size_t content = 0; content < c->n_contents; content++)
                of_fragment = MAX(of_fragment, fragment_commands(s, (ContentId) content, name));

        for (size_t p = 0; p < c->n_paths; p++) {
                size_t most = 0;

                if (c->paths[p].kind != PATH_DROPIN)
                        continue;

                for (size_t content = 0; content < c->n_contents; content++)
                        most = MAX(most, fragment_commands(s, (ContentId) content, name));
                of_dropins += most;
        }

        return of_fragment + of_dropins;
}

typedef struct StatementCount {
        CatalogSealer sealer;
        size_t processes, messages;
} StatementCount;

static void count_statement(CatalogSealer *s, const Statement *statement) {
        StatementCount *count = (StatementCount *) s;

        switch (statement->type) {
        case STATEMENT_START:
        case STATEMENT_RESTART:
        case STATEMENT_TRY_RESTART:
        case STATEMENT_RELOAD:
        case STATEMENT_FORK:
                count->processes++;
                break;

        case STATEMENT_NOTIFY:
                count->messages++;
                break;

        default:
                break;
        }
}

void sealer_compute_capacities(CatalogSealer *s) {
        StatementCount count = { .sealer = *s };
        Catalog *c = s->catalog;
        size_t n = explicit_dependencies(s) + link_dependencies(s);

        c->n_units_max = c->n_names;
        for (size_t i = 0; i < c->n_names; i++)
                if (!c->names[i].is_template && !c->names[i].is_orphan) {
                        n += implicit_dependencies(c, c->names + i);
                        c->n_unit_commands_max = MAX(c->n_unit_commands_max, unit_commands_of(s, (NameId) i));
                }

        /* One more than there can be, as merging moves edges before it drops some. */
        c->n_dependencies_max = MIN(n + 1, UINT16_MAX);
        c->n_unit_commands_max = MIN(c->n_unit_commands_max, UINT8_MAX);

        sealer_foreach_statement(&count.sealer, count_statement);
        c->n_processes_max = c->n_commands * PROCESSES_PER_COMMAND + count.processes;
        c->n_processes_max =
                CLAMP(c->n_processes_max, PROCESSES_MIN, MAX(PROCESSES_MAX, c->n_commands + PROCESSES_MAX));
        c->n_messages_max = c->n_processes_max * MESSAGES_PER_PROCESS + MIN(count.messages, PROCESSES_MAX);
}
