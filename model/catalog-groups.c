/* SPDX-License-Identifier: MIT */

#include <string.h>

#include "catalog-seal.h"
#include "link.h"
#include "unit-name.h"

NameId sealer_group(CatalogSealer *s, NameId name) {
        NameId *groups = (NameId *) (void *) s->groups->data;

        while (groups[name] != name) {
                groups[name] = groups[groups[name]];
                name = groups[name];
        }

        return name;
}

static void sealer_grow_groups(CatalogSealer *s) {
        for (size_t i = s->groups->len; i < s->catalog->n_names; i++) {
                NameId name = (NameId) i;

                g_array_append_val(s->groups, name);
        }
}

static void sealer_join(CatalogSealer *s, NameId a, NameId b) {
        if (a == ID_NONE || b == ID_NONE)
                return;

        sealer_grow_groups(s);
        a = sealer_group(s, a);
        b = sealer_group(s, b);
        g_array_index(s->groups, NameId, MAX(a, b)) = MIN(a, b);
}

/* @template with the instance of @name, which will be another name of the same unit. */
static NameId intern_instance(Catalog *c, NameId template, NameId name) {
        g_autofree char *instance =
                unit_name_insert_instance(c->names[template].name, catalog_text_str(c, c->names[name].instance));
        NameId id = instance ? catalog_name(c, instance) : ID_NONE;

        if (id != ID_NONE && c->names[name].observed)
                c->names[id].observed = true;

        return id;
}

/* The link @content in the place of @path may make its name an alias. */
static void sealer_join_link(CatalogSealer *s, PathId path, const CatalogContent *content) {
        Catalog *c = s->catalog;
        NameId source = c->paths[path].name, target = ID_NONE;

        if (c->paths[path].kind != PATH_FRAGMENT || link_classify(c, path, content, &target) != LINK_ALIAS ||
            target == ID_NONE)
                return;

        if (c->names[target].is_template && !c->names[source].is_template)
                target = intern_instance(c, target, source);
        sealer_join(s, source, target);
}

/* Aliases of a template are aliases of each instance of it. */
static void sealer_join_instances(CatalogSealer *s) {
        Catalog *c = s->catalog;
        g_autoptr(GArray) templates = g_array_new(FALSE, FALSE, sizeof(NameId));

        for (size_t i = 0; i < c->n_names; i++) {
                NameId name = (NameId) i;

                if (c->names[i].is_template)
                        g_array_append_val(templates, name);
        }

        for (size_t i = 0; i < c->n_names; i++) {
                NameId own = c->names[i].template;

                for (guint k = 0; k < templates->len && own != ID_NONE; k++) {
                        NameId other = g_array_index(templates, NameId, k);

                        if (other != own && sealer_group(s, other) == sealer_group(s, own))
                                sealer_join(s, (NameId) i, intern_instance(c, other, (NameId) i));
                }
        }
}

void sealer_join_names(CatalogSealer *s) {
        Catalog *c = s->catalog;

        sealer_grow_groups(s);

        for (size_t p = 0; p < c->n_paths; p++) {
                const GArray *held = g_ptr_array_index(s->held, p);

                for (guint i = 0; i < held->len; i++) {
                        const CatalogContent *content = c->contents + g_array_index(held, ContentId, i);

                        if (content->kind == CONTENT_LINK)
                                sealer_join_link(s, (PathId) p, content);
                }
        }

        sealer_join_instances(s);
}
