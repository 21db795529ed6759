/* SPDX-License-Identifier: MIT */

#include <elf.h>
#include <errno.h>
#include <gmodule.h>
#include <stdio.h>
#include <string.h>

#include "model/fixes.h"
#include "traces/error.h"
#include "traces/fix-module.h"

struct FixModule {
        GModule *module;
        const Fix *fix;
};

/* The loader's own words for what is no shared object say little, and it would look for others of that name. */
static bool check_file(const char *path, GError **error) {
        char magic[SELFMAG] = {};
        FILE *f = fopen(path, "re");
        size_t n = f ? fread(magic, 1, sizeof(magic), f) : 0;
        bool failed = !f || ferror(f);

        if (failed)
                traces_set_error(error, TRACES_ERROR_IO, path, 0,
                                 "cannot be read: %s; name a shared object with a fix", g_strerror(errno));
        else if (n < sizeof(magic) || memcmp(magic, ELFMAG, SELFMAG) != 0)
                traces_set_error(error, TRACES_ERROR_SYNTAX, path, 0,
                                 "is no shared object; build one with 'cc -shared -fPIC'");

        if (f)
                (void) fclose(f);
        return !failed && n == sizeof(magic) && memcmp(magic, ELFMAG, SELFMAG) == 0;
}

/* What the loader said last, without the name of the file. */
static const char *loader_error(const char *absolute) {
        const char *text = g_module_error();

        if (!text)
                return "the loader does not say why";
        if (!g_str_has_prefix(text, absolute))
                return text;

        text += strlen(absolute);
        return text + strspn(text, ": ");
}

static GModule *open_module(const char *path, GModuleFlags flags, GError **error) {
        g_autofree char *absolute = g_canonicalize_filename(path, NULL);
        GModule *module = g_module_open(absolute, flags | G_MODULE_BIND_LOCAL);

        if (!module)
                traces_set_error(error, TRACES_ERROR_SYNTAX, path, 0,
                                 "cannot be loaded: %s; build it against the fix.h of this coldplug",
                                 loader_error(absolute));
        return module;
}

/* Of a fix for another interface nothing but that is looked at. */
static const Fix *find_fix(GModule *module, const char *path, GError **error) {
        gpointer symbol = NULL;
        const Fix *f;

        if (!g_module_symbol(module, FIX_SYMBOL, &symbol) || !symbol) {
                traces_set_error(error, TRACES_ERROR_SYNTAX, path, 0,
                                 "has no symbol " FIX_SYMBOL "; define 'FIX_EXPORT const Fix " FIX_SYMBOL "'");
                return NULL;
        }

        f = symbol;
        if (f->interface != FIX_INTERFACE) {
                traces_set_error(error, TRACES_ERROR_SYNTAX, path, 0,
                                 "was built against interface %" G_GUINT32_FORMAT
                                 " of fix.h, and this coldplug has %u; "
                                 "build it against the fix.h of this coldplug",
                                 f->interface, FIX_INTERFACE);
                return NULL;
        }
        return f;
}

/* A fix for a later interface may call what is not there. So functions are bound only when the interface is known to be
 * the right one. */
static bool check_interface(const char *path, GError **error) {
        GModule *module = open_module(path, G_MODULE_BIND_LAZY, error);
        bool right = module && find_fix(module, path, error);

        if (module)
                (void) g_module_close(module);
        return right;
}

FixModule *fix_module_load(const char *path, GError **error) {
        g_autoptr(FixModule) m = g_new0(FixModule, 1);
        const char *defect;

        if (!check_file(path, error) || !check_interface(path, error))
                return NULL;

        m->module = open_module(path, 0, error);
        if (!m->module)
                return NULL;
        m->fix = find_fix(m->module, path, error);
        if (!m->fix)
                return NULL;

        defect = fix_defect(m->fix);
        if (defect) {
                traces_set_error(error, TRACES_ERROR_SYNTAX, path, 0, "%s", defect);
                return NULL;
        }
        return g_steal_pointer(&m);
}

const Fix *fix_module_fix(const FixModule *m) {
        return m->fix;
}

void fix_module_free(FixModule *m) {
        if (!m)
                return;

        if (m->module)
                (void) g_module_close(m->module);
        g_free(m);
}
