/* SPDX-License-Identifier: MIT */
#pragma once

/* A fix that comes in a file of its own: a shared object built against model/fix.h. */

#include <glib.h>

#include "model/fix.h"

typedef struct FixModule FixModule;

/* Loads @path. NULL with a TRACES_ERROR: it is no such file, was built against another interface, or its fix has a defect. */
FixModule *fix_module_load(const char *path, GError **error);
/* Its fix lives as long as the module. */
const Fix *fix_module_fix(const FixModule *m);
void fix_module_free(FixModule *m);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(FixModule, fix_module_free)
