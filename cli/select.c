/* SPDX-License-Identifier: MIT */

#include <errno.h>
#include <string.h>

#include "cli/common.h"
#include "cli/select.h"
#include "model/properties/property.h"

#define JOBS_MAX 256

static void column_free(gpointer data) {
        FixColumn *c = data;

        g_free(c->name);
        g_free(c);
}

static void loaded_free(gpointer data) {
        LoadedFix *l = data;

        fix_module_free(l->module);
        g_free(l->file);
        g_free(l);
}

void selection_init(Selection *s, const char *verb) {
        *s = (Selection) {
                .verb = verb,
                .versions = g_ptr_array_new(),
                .columns = g_ptr_array_new_with_free_func(column_free),
                .loaded = g_ptr_array_new_with_free_func(loaded_free),
                .profiles = g_ptr_array_new_with_free_func(g_free),
        };
}

void selection_clear(Selection *s) {
        g_ptr_array_unref(s->profiles);
        g_ptr_array_unref(s->columns);
        g_ptr_array_unref(s->versions);
        g_ptr_array_unref(s->loaded);
}

bool select_versions(Selection *s, char **given, bool all) {
        size_t n;
        const Profile *p = profiles(&n);

        if (!given && !all)
                g_ptr_array_add(s->versions, (gpointer) profile_default());
        for (size_t i = 0; !given && all && i < n; i++)
                g_ptr_array_add(s->versions, (gpointer) (p + i));
        for (char **i = given; i && *i; i++) {
                const Profile *found = profile_find(*i);

                if (!found) {
                        usage_error("%s: systemd '%.80s' is not modelled; 'coldplug profiles' lists what is",
                                    s->verb, *i);
                        return false;
                }
                if (!g_ptr_array_find(s->versions, found, NULL))
                        g_ptr_array_add(s->versions, (gpointer) found);
        }
        return true;
}

bool select_properties(const Selection *s, char **given, uint32_t *ret) {
        size_t n;

        properties(&n);
        *ret = given ? 0 : (uint32_t) (BIT(n) - 1);
        for (char **i = given; i && *i; i++) {
                int p = property_find(*i);

                if (p < 0) {
                        usage_error("%s: there is no property '%.80s'; 'coldplug properties' lists them",
                                    s->verb, *i);
                        return false;
                }
                *ret |= (uint32_t) BIT(p);
        }
        return true;
}

/* Fixes */

/* @fix of @file has the name of another one that was loaded. */
static bool name_is_taken(const Selection *s, const char *file, const Fix *fix) {
        for (guint i = 0; i < s->loaded->len; i++) {
                const LoadedFix *l = s->loaded->pdata[i];
                const Fix *other = fix_module_fix(l->module);

                if (other == fix || !g_str_equal(other->name, fix->name))
                        continue;
                usage_error("%s: the fixes in '%.80s' and '%.80s' are both called '%s'; give one of them "
                            "another name",
                            s->verb, l->file, file, fix->name);
                return true;
        }
        return false;
}

static const Fix *load_fix(Selection *s, const char *file) {
        g_autoptr(FixModule) module = NULL;
        g_autoptr(GError) error = NULL;
        LoadedFix *l;

        for (guint i = 0; i < s->loaded->len; i++) {
                l = s->loaded->pdata[i];
                if (g_str_equal(l->file, file))
                        return fix_module_fix(l->module);
        }

        module = fix_module_load(file, &error);
        if (!module) {
                file_error(error);
                return NULL;
        }
        if (name_is_taken(s, file, fix_module_fix(module)))
                return NULL;

        l = g_new0(LoadedFix, 1);
        l->file = g_strdup(file);
        l->module = g_steal_pointer(&module);
        g_ptr_array_add(s->loaded, l);
        return fix_module_fix(l->module);
}

const Fix *select_fix(Selection *s, const char *name) {
        const Fix *f;

        if (strchr(name, '/') || g_str_has_suffix(name, ".so"))
                return load_fix(s, name);
        f = fix_find(name);
        if (!f)
                usage_error("%s: there is no fix '%.80s'; 'coldplug fixes' lists them, and one of your own is "
                            "given as "
                            "a file ('./my-fix.so')",
                            s->verb, name);
        return f;
}

static bool has_column(const Selection *s, const char *name) {
        for (guint i = 0; i < s->columns->len; i++)
                if (g_str_equal(((const FixColumn *) s->columns->pdata[i])->name, name))
                        return true;
        return false;
}

static void add_column(Selection *s, const Fix *const *fixes, unsigned n) {
        FixColumn *c = g_new0(FixColumn, 1);
        GString *name = g_string_new(n == 0 ? "none" : NULL);

        for (unsigned i = 0; i < n; i++) {
                g_string_append_printf(name, "%s%s", i == 0 ? "" : "+", fixes[i]->name);
                c->fixes[i] = fixes[i];
        }
        c->n = n;
        c->name = g_string_free(name, FALSE);
        if (has_column(s, c->name))
                column_free(c);
        else
                g_ptr_array_add(s->columns, c);
}

/* What is wrong with a combination does not depend on the version. */
static bool combine(const Selection *s, const Profile *base, const FixColumn *c, Profile *ret) {
        const char *a = NULL, *b = NULL;
        int r = profile_add_fixes(base, c->fixes, c->n, ret, &a, &b);

        if (r == -EINVAL)
                usage_error("%s: the fixes '%s' and '%s' make no sense together; give each a --fix of its own",
                            s->verb, a, b);
        else if (r == -EEXIST)
                usage_error("%s: the fix '%s' is there twice; name it once", s->verb, a);
        else if (r < 0)
                usage_error("%s: '%.200s' are too many fixes; at most %u can be combined", s->verb, c->name,
                            FIXES_MAX);
        return r >= 0;
}

static bool parse_column(Selection *s, const char *given) {
        /* A file may have a plus sign in its name. */
        g_auto(GStrv) words = g_strsplit(given, "+", g_file_test(given, G_FILE_TEST_EXISTS) ? 1 : -1);
        const Fix *fixes[FIXES_MAX];
        unsigned n = 0;

        if (g_str_equal(given, "none")) {
                add_column(s, NULL, 0);
                return true;
        }
        for (char **w = words; *w; w++) {
                if (!**w || g_str_equal(*w, "none")) {
                        usage_error("%s: '%.80s' is no combination of fixes; write for example "
                                    "'--fix sort-by-id+tolerate-dead'",
                                    s->verb, given);
                        return false;
                }
                if (n == FIXES_MAX) {
                        usage_error("%s: '%.80s' are too many fixes; at most %u can be combined", s->verb, given,
                                    FIXES_MAX);
                        return false;
                }
                fixes[n] = select_fix(s, *w);
                if (!fixes[n])
                        return false;
                n++;
        }
        if (n == 0) {
                usage_error("%s: --fix names no fix; 'coldplug fixes' lists them", s->verb);
                return false;
        }
        add_column(s, fixes, n);
        return true;
}

bool select_columns(Selection *s, char **given, bool all) {
        size_t n;
        const Fix *const *builtin = fixes_builtin(&n);

        if (!given)
                add_column(s, NULL, 0);
        for (size_t i = 0; !given && all && i < n; i++)
                add_column(s, builtin + i, 1);
        for (char **i = given; i && *i; i++)
                if (!parse_column(s, *i))
                        return false;
        return true;
}

bool select_one_column(Selection *s, char **given) {
        if (given && given[0] && given[1]) {
                usage_error("%s: --fix is there more than once; write '--fix A+B' to combine fixes", s->verb);
                return false;
        }
        return select_columns(s, given, false);
}

bool select_profiles(Selection *s) {
        for (guint i = 0; i < s->versions->len; i++)
                for (guint j = 0; j < s->columns->len; j++) {
                        Profile *p = g_new0(Profile, 1);

                        g_ptr_array_add(s->profiles, p);
                        if (!combine(s, s->versions->pdata[i], s->columns->pdata[j], p))
                                return false;
                }
        return true;
}

GPtrArray *selection_loaded(const Selection *s) {
        GPtrArray *fixes = g_ptr_array_new();

        for (guint i = 0; i < s->loaded->len; i++)
                g_ptr_array_add(fixes,
                                (gpointer) fix_module_fix(((const LoadedFix *) s->loaded->pdata[i])->module));
        return fixes;
}

/* Bounds */

/* "512M" */
static bool parse_memory(const char *text, uint64_t *ret) {
        static const char suffixes[] = "KMGT";
        char *end = NULL;
        const char *suffix;
        uint64_t n, factor = 1;

        if (!g_ascii_isdigit(*text))
                return false;
        errno = 0;
        n = g_ascii_strtoull(text, &end, 10);
        if (errno != 0 || n == 0)
                return false;
        suffix = *end ? strchr(suffixes, *end) : NULL;
        if (suffix) {
                factor = UINT64_C(1) << (10 * (suffix - suffixes + 1));
                end++;
        }
        if (*end || n > UINT64_MAX / factor)
                return false;
        *ret = n * factor;
        return true;
}

static bool check_number(const Selection *s, const char *option, gint64 value, gint64 max) {
        if (value >= 1 && value <= max)
                return true;
        usage_error("%s: --%s is out of range; give a number from 1 to %" G_GINT64_FORMAT, s->verb, option, max);
        return false;
}

bool select_bounds(const Selection *s, const Bounds *b, SearchOptions *to) {
        if (!check_number(s, "jobs", b->jobs, JOBS_MAX))
                return false;
        if (b->max_states != -1 && !check_number(s, "max-states", b->max_states, UINT32_MAX - 1))
                return false;
        if (b->max_depth != -1 && !check_number(s, "max-depth", b->max_depth, INT32_MAX))
                return false;
        to->n_jobs = (unsigned) b->jobs;
        to->max_states = b->max_states == -1 ? 0 : (uint64_t) b->max_states;
        to->max_depth = b->max_depth == -1 ? 0 : (unsigned) b->max_depth;
        if (b->max_memory && !parse_memory(b->max_memory, &to->max_memory)) {
                usage_error("%s: '%.80s' is no amount of memory; give bytes, or a number with K, M, G or T",
                            s->verb, b->max_memory);
                return false;
        }
        return true;
}
