/* SPDX-License-Identifier: MIT */

/* Settings that name other units. */

#include <errno.h>
#include <string.h>

#include "extract-word.h"
#include "fragment.h"
#include "specifier.h"
#include "unit-name.h"

/* unit.c:resolve_template: a template that is meant as a unit gets the instance of the unit that names it, or else that
 * one's prefix. Takes @name. */
static char *resolve_template(const FragmentParser *p, char *name) {
        g_autofree char *template = name, *instance = NULL;

        if (unit_name_kind(name) != UNIT_NAME_TEMPLATE)
                return g_steal_pointer(&template);

        instance = unit_name_to_instance(p->id);
        if (!instance)
                instance = unit_name_to_prefix(p->id);

        return unit_name_insert_instance(name, instance);
}

/* The id of a unit that this file refers to. */
static NameId mention_name(FragmentParser *p, const char *name) {
        NameId id = catalog_name(p->catalog, name);

        if (id != ID_NONE && p->content->line > 0)
                p->catalog->names[id].observed = true;

        return id;
}

/* unit_name_printf() and a look at what comes out. ID_NONE: there was a warning. */
static NameId resolve_unit(FragmentParser *p, const char *word, const char *suffix) {
        g_autofree char *name = NULL;
        NameId id;

        if (unit_name_printf(p->id, word, &name) < 0) {
                fragment_warn(p, "'%s' has a specifier that PID 1 cannot resolve here; it ignores the name",
                              word);
                return ID_NONE;
        }

        if (suffix && !g_str_has_suffix(name, suffix)) {
                fragment_warn(p, "only a %s can stand here; PID 1 ignores '%s'", suffix + 1, name);
                return ID_NONE;
        }

        name = resolve_template(p, g_steal_pointer(&name));
        id = name ? mention_name(p, name) : ID_NONE;
        if (id == ID_NONE)
                fragment_warn(p, "'%s' is no valid unit name; PID 1 ignores it", word);

        return id;
}

/* load-fragment.c:unit_is_likely_recursive_template_dependency: a template that wants ever new instances of itself,
 * unless the new instance has a file of its own. */
static bool is_likely_recursive(const FragmentParser *p, const char *word) {
        const CatalogName *names = p->catalog->names;
        g_autofree char *name = NULL;

        if (!contains_instance_specifier_superset(word) || unit_name_printf(p->id, word, &name) < 0)
                return false;

        if (unit_name_kind(name) != UNIT_NAME_INSTANCE || !unit_name_prefix_equal(p->id, name) ||
            strcmp(strrchr(p->id, '.'), strrchr(name, '.')) != 0)
                return false;

        for (size_t i = 0; i < p->catalog->n_paths; i++)
                if (p->catalog->paths[i].kind == PATH_FRAGMENT && p->catalog->paths[i].name != ID_NONE &&
                    strcmp(names[p->catalog->paths[i].name].name, name) == 0)
                        return false;

        return true;
}

int parse_dependencies(FragmentParser *p, const Setting *s, const char *value) {
        for (const char *i = value;;) {
                g_autofree char *word = NULL;
                NameId name;
                int r;

                r = extract_first_word(&i, EXTRACT_RETAIN_ESCAPE, &word);
                if (r <= 0)
                        return 0;

                if (is_likely_recursive(p, word))
                        continue;

                name = resolve_unit(p, word, NULL);
                if (name != ID_NONE)
                        fragment_add(p, s, ASSIGN_DEPENDENCY, s->where, name);
        }
}

static int parse_one_unit(FragmentParser *p, const Setting *s, const char *value, AssignmentKind kind,
                          const char *suffix) {
        NameId name = resolve_unit(p, value, suffix);

        if (name != ID_NONE)
                fragment_add(p, s, kind, 0, name);
        return 0;
}

int parse_slice(FragmentParser *p, const Setting *s, const char *value) {
        return parse_one_unit(p, s, value, ASSIGN_SLICE, ".slice");
}

int parse_trigger_unit(FragmentParser *p, const Setting *s, const char *value) {
        return parse_one_unit(p, s, value, ASSIGN_TRIGGER, NULL);
}

int parse_socket_service(FragmentParser *p, const Setting *s, const char *value) {
        return parse_one_unit(p, s, value, ASSIGN_SOCKET_SERVICE, ".service");
}

int parse_sockets(FragmentParser *p, const Setting *s, const char *value) {
        for (const char *i = value;;) {
                g_autofree char *word = NULL;
                int r;

                r = extract_first_word(&i, 0, &word);
                if (r <= 0)
                        return 0;

                (void) parse_one_unit(p, s, word, ASSIGN_SOCKET, ".socket");
        }
}
