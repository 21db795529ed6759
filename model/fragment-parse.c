/* SPDX-License-Identifier: MIT */

#include <string.h>

#include "fragment.h"

/* The sections that units of a type have besides [Unit] and [Install] (UnitVTable.sections). */
static const struct {
        const char *name;
        unsigned section;
        /* clang-format off */
} type_sections[_UNIT_TYPE_MAX] = {
        [UNIT_SERVICE]   = { "Service",   IN_SERVICE },
        [UNIT_MOUNT]     = { "Mount",     IN_OTHER   },
        [UNIT_SWAP]      = { "Swap",      IN_OTHER   },
        [UNIT_SOCKET]    = { "Socket",    IN_SOCKET  },
        [UNIT_TARGET]    = { "Target",    IN_OTHER   },
        [UNIT_DEVICE]    = { "Device",    IN_OTHER   },
        [UNIT_AUTOMOUNT] = { "Automount", IN_OTHER   },
        [UNIT_TIMER]     = { "Timer",     IN_TIMER   },
        [UNIT_PATH]      = { "Path",      IN_PATH    },
        [UNIT_SLICE]     = { "Slice",     IN_SLICE   },
        [UNIT_SCOPE]     = { "Scope",     IN_SCOPE   },
};
/* clang-format on */

void fragment_warn(FragmentParser *p, const char *format, ...) {
        g_autofree char *text = NULL;
        va_list ap;

        /* PID 1's own unit files are no business of the user's. */
        if (!p->warnings || p->content->line == 0)
                return;

        va_start(ap, format);
        text = g_strdup_vprintf(format, ap);
        va_end(ap);

        g_hash_table_add(p->warnings,
                         g_strdup_printf("%s:%u: %s", p->catalog->file, p->content->line + p->line - 1, text));
}

void fragment_add(FragmentParser *p, const Setting *s, AssignmentKind kind, unsigned where, unsigned value) {
        Assignment a = {
                .kind = (uint8_t) kind,
                .needs = s ? (uint8_t) s->needs : NEEDS_NOTHING,
                .where = (uint16_t) where,
                .value = (uint16_t) value,
                .line = p->line,
        };

        g_array_append_val(p->assignments, a);
}

Assignment *fragment_last(FragmentParser *p) {
        return &g_array_index(p->assignments, Assignment, p->assignments->len - 1);
}

static unsigned fragment_section(const FragmentParser *p, const char *name) {
        if (strcmp(name, "Unit") == 0)
                return IN_UNIT;
        if (strcmp(name, "Install") == 0)
                return IN_INSTALL;

        return strcmp(name, type_sections[p->type].name) == 0 ? type_sections[p->type].section : 0;
}

static SectionKind fragment_on_section(UnitFileHandler *self, const char *name) {
        return fragment_section((FragmentParser *) self, name) == 0 ? SECTION_UNKNOWN : SECTION_KNOWN;
}

static int fragment_on_assignment(UnitFileHandler *self, const char *section, const char *key, const char *value,
                                  unsigned line) {
        FragmentParser *p = (FragmentParser *) self;
        unsigned in = fragment_section(p, section);
        const Setting *s = setting_find(in, key);

        p->key = key;
        p->line = line;

        if (s)
                return s->parse(p, s, value);

        if (!setting_is_ignored(in, key))
                fragment_warn(p, "'%s=' is no setting of [%s]; PID 1 ignores it", key, section);
        return 0;
}

static void fragment_on_problem(UnitFileHandler *self, unsigned line, const char *text) {
        FragmentParser *p = (FragmentParser *) self;

        p->line = line;
        fragment_warn(p, "%s", text);
}

Fragment *fragment_parse(Catalog *c, ContentId content, NameId as, GHashTable *warnings) {
        CatalogContent copy = c->contents[content];
        FragmentParser p = {
                .handler = {
                        .section = fragment_on_section,
                        .assignment = fragment_on_assignment,
                        .problem = fragment_on_problem,
                },
                .catalog = c,
                .warnings = warnings,
                .content = &copy,
                .as = as,
                .id = c->names[as].name,
                .type = c->names[as].type,
                .assignments = g_array_new(FALSE, FALSE, sizeof(Assignment)),
        };
        Fragment *f = g_new0(Fragment, 1);
        int r;

        r = unit_file_parse(copy.text, &p.handler);
        if (r < 0)
                fragment_add(&p, NULL, ASSIGN_ERROR, 0, (unsigned) -r);

        f->n_assignments = p.assignments->len;
        f->assignments = (Assignment *) (void *) g_array_free(p.assignments, FALSE);
        return f;
}

void fragment_free(Fragment *f) {
        if (!f)
                return;

        g_free(f->assignments);
        g_free(f);
}
