/* SPDX-License-Identifier: MIT */
#pragma once

/* What the files of catalog_seal() share. */

#include "load-fragment.h"

typedef struct CatalogSealer {
        Catalog *catalog;
        GHashTable *warnings;  /* a set of "FILE:LINE: ..." */
        GPtrArray *held;       /* by PathId: a GArray of the ContentIds that the path may hold */
        GArray *groups;        /* by NameId: another name of the same unit; union-find */
        GHashTable *fragments; /* content << 16 | name -> Fragment */
} CatalogSealer;

/* catalog-groups.c: which names may come to mean one unit. Interns instances of templates that are aliases. */
void sealer_join_names(CatalogSealer *s);
NameId sealer_group(CatalogSealer *s, NameId name);

/* catalog-reach.c: reads every file for every name for which PID 1 may read it. Interns what they mention. */
void sealer_read_files(CatalogSealer *s);

/* catalog-capacity.c: how large a world has to be. */
void sealer_compute_capacities(CatalogSealer *s);

static inline gpointer fragment_key(ContentId content, NameId name) {
        return GUINT_TO_POINTER((unsigned) content << 16 | name);
}

/* All operations, those of the top level first. */
typedef void (*StatementFunc)(CatalogSealer *s, const Statement *statement);
void sealer_foreach_statement(CatalogSealer *s, StatementFunc func);
