/* SPDX-License-Identifier: MIT */

#include <string.h>

#include "file-groups.h"
#include "model/outside.h"

bool statement_changes_file(const Statement *s) {
        return s->type == STATEMENT_WRITE || s->type == STATEMENT_RM || s->type == STATEMENT_LINK;
}

static void join(uint8_t *groups, size_t n, uint8_t a, uint8_t b) {
        if (a == b)
                return;
        for (size_t i = 0; i < n; i++)
                if (groups[i] == b)
                        groups[i] = a;
}

static void join_names(const Catalog *c, uint16_t *root, NameId a, NameId b) {
        uint16_t from = root[b], to = root[a];

        for (size_t i = 0; i < c->n_names; i++)
                if (root[i] == from)
                        root[i] = to;
}

static void join_all(const Catalog *c, uint16_t *root) {
        for (NameId i = 1; i < c->n_names; i++)
                join_names(c, root, 0, i);
}

static void join_by_statement(const Catalog *c, uint16_t *root, const Statement *s) {
        if (!statement_changes_file(s))
                return;

        const CatalogPath *p = c->paths + s->path;
        if (p->name == ID_NONE) { /* of a whole type, or outside: whoever links there */
                join_all(c, root);
                return;
        }
        if (p->kind != PATH_FRAGMENT && p->target != ID_NONE)
                join_names(c, root, p->name, p->target);
        if (s->type == STATEMENT_RM)
                return;

        const CatalogContent *content = c->contents + s->content;
        for (NameId i = 0; i < c->n_names; i++)
                if (c->names[i].observed && content->text && strstr(content->text, c->names[i].name))
                        join_names(c, root, p->name, i);
}

static void join_instances(const Catalog *c, uint16_t *root) {
        for (NameId i = 0; i < c->n_names; i++)
                if (c->names[i].template != ID_NONE)
                        join_names(c, root, c->names[i].template, i);
}

uint8_t *file_groups_new(const Catalog *c) {
        g_autofree uint16_t *root = g_new(uint16_t, c->n_names);
        uint8_t *groups = g_new0(uint8_t, c->n_names);
        unsigned n_groups = 0;

        for (size_t i = 0; i < c->n_names; i++)
                root[i] = (uint16_t) i;
        join_instances(c, root);
        for (size_t i = 0; i < c->top.n_statements; i++)
                join_by_statement(c, root, c->top.statements + i);
        for (size_t i = 0; i < c->n_clients; i++)
                for (size_t j = 0; j < c->clients[i].n_statements; j++)
                        join_by_statement(c, root, c->clients[i].statements + j);

        for (size_t i = 0; i < c->n_names; i++) {
                uint8_t group = 0;

                for (size_t j = 0; j < i && group == 0; j++)
                        if (root[j] == root[i])
                                group = groups[j];
                /* What has no number left shares the last one, which is only more careful. */
                if (group == 0 && n_groups < UINT8_MAX)
                        n_groups++;
                groups[i] = group != 0 ? group : (uint8_t) n_groups;
        }
        return groups;
}

/* The group of the names that @s affects. */
static uint8_t statement_group(const Manager *m, const uint8_t *groups, const Statement *s) {
        NameId name = m->catalog->paths[s->path].name;

        return groups[name == ID_NONE ? 0 : name];
}

static void enable(uint8_t *ret_groups, const uint8_t *groups, size_t n, uint8_t group) {
        for (size_t i = 0; i < n; i++)
                if (groups[i] == group && ret_groups[i] == 0)
                        ret_groups[i] = group;
}

bool file_groups_enabled(const Manager *m, const uint8_t *groups, uint8_t *ret_groups) {
        size_t n = m->catalog->n_names;
        bool any = false;

        memset(ret_groups, 0, n);
        for (size_t i = 0; i < m->catalog->n_clients; i++) {
                const Program *p = m->catalog->clients + i;
                int first = -1;

                if (m->clients[i].waiting)
                        continue;
                for (size_t pc = m->clients[i].pc;
                     pc < p->n_statements && !statement_is_call(p->statements[pc].type); pc++) {
                        const Statement *s = p->statements + pc;

                        if (!statement_changes_file(s))
                                continue;

                        uint8_t group = statement_group(m, groups, s);
                        enable(ret_groups, groups, n, group);
                        if (first < 0)
                                first = s->path;

                        NameId name = m->catalog->paths[s->path].name, before = m->catalog->paths[first].name;
                        join(ret_groups, n, ret_groups[before == ID_NONE ? 0 : before],
                             ret_groups[name == ID_NONE ? 0 : name]);
                        any = true;
                }
        }
        return any;
}
