/* SPDX-License-Identifier: MIT */
#pragma once

/* Unit files: which file a name means now, and what it says. Always computed from the present disk, as PID 1 does
 * whenever the mtime of a search folder changed (basic/unit-file.c:unit_file_build_name_map). */

#include "unit.h"

/* unit_file_find_fragment(): the file that @name means and the names that belong together. Returns 0 with
 * *ret_fragment = ID_NONE when there is none; negative errno for a loop and the like. @ret_names has room for
 * all names of the catalog; the fragment's own base name is *ret_id (instance filled in). */
int unit_file_find_fragment(Manager *m, NameId name, PathId *ret_fragment, NameId *ret_id, NameId *ret_names,
                            size_t *ret_n_names);

/* What Manager.unit_files remembers of it, so that equal disks are asked once. */
typedef struct UnitFileCache UnitFileCache;
UnitFileCache *unit_file_cache_new(const WorldLayout *l);
void unit_file_cache_free(UnitFileCache *cache);

/* The drop-ins of @u, weakest last to be applied last; and its .wants/.requires/.upholds links. */
size_t unit_find_dropins(Manager *m, const Unit *u, PathId *ret, size_t max);
/* In that order: valid links of .wants, .requires, .upholds (CatalogPath.kind says which, .target is the other unit),
 * each sorted by file name; then the *.conf files sorted by file name, masked ones included (disk_read() gives 0). */

/* The name that @template has with @instance; ID_NONE when the scenario has no such name. */
NameId unit_name_replace_instance(const Catalog *c, NameId template, TextId instance);

/* What one reads in the file @path, links followed as the kernel does. 1: *ret is a file with text; 0: it is empty or
 * /dev/null, which masks (null_or_empty()); -ENOENT: nothing there or a dangling link; -ELOOP. */
int disk_read(const Manager *m, PathId path, ContentId *ret);

/* load-fragment.c:unit_load_fragment, load-dropin.c:unit_load_dropin. Returns negative errno as they do. */
int unit_load_fragment(Manager *m, Unit *u);
int unit_load_dropin(Manager *m, Unit *u);
int unit_load_fragment_and_dropin(Manager *m, Unit *u, bool fragment_required);
