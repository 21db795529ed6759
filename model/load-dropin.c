/* SPDX-License-Identifier: MIT */

/* Drop-ins and the links in X.wants/ and its kin: core/load-dropin.c. */

#include "load-fragment.h"

/* The link's own name counts, not where it leads. That it cannot be added is only logged. */
static void process_dep(Manager *m, Unit *u, const CatalogPath *link, UnitDependency d) {
        (void) unit_add_dependency_by_name(m, u, d, link->target, /* add_reference= */ true);
}

static void load_conf(Manager *m, Unit *u, PathId path) {
        ContentId content;

        /* What is wrong with a drop-in does not keep the unit from being loaded. */
        if (disk_read(m, path, &content) > 0)
                (void) fragment_apply(m, u, content, u->id);
}

int unit_load_dropin(Manager *m, Unit *u) {
        const CatalogPath *paths = m->catalog->paths;
        PathId *found = g_newa(PathId, m->catalog->n_paths + 1);
        size_t n;

        n = unit_find_dropins(m, u, found, m->catalog->n_paths);

        for (size_t i = 0; i < n; i++)
                switch (paths[found[i]].kind) {
                case PATH_WANTS:
                        process_dep(m, u, paths + found[i], UNIT_WANTS);
                        break;

                case PATH_REQUIRES:
                        process_dep(m, u, paths + found[i], UNIT_REQUIRES);
                        break;

                case PATH_UPHOLDS:
                        process_dep(m, u, paths + found[i], UNIT_UPHOLDS);
                        break;

                case PATH_DROPIN:
                        load_conf(m, u, found[i]);
                        break;

                default:
                        break;
                }

        return 0;
}
