/* SPDX-License-Identifier: MIT */

/* The fixes of a profile, one after another. */

#include <errno.h>
#include <string.h>

#include "fixes.h"

static const Fix *const builtin[] = {
        &fix_sort_by_id,    &fix_skip_alias_entry, &fix_skip_stale_entry, &fix_skip_job_sections,
        &fix_adopt_orphans, &fix_tolerate_dead,    &fix_reset_on_dead,
};

const Fix *const *fixes_builtin(size_t *ret_n) {
        *ret_n = G_N_ELEMENTS(builtin);
        return builtin;
}

const Fix *fix_find(const char *name) {
        for (size_t i = 0; i < G_N_ELEMENTS(builtin); i++)
                if (strcmp(builtin[i]->name, name) == 0)
                        return builtin[i];
        return NULL;
}

static bool is_builtin(const Fix *f) {
        for (size_t i = 0; i < G_N_ELEMENTS(builtin); i++)
                if (builtin[i] == f)
                        return true;
        return false;
}

static bool name_is_valid(const char *name) {
        size_t n = name ? strlen(name) : 0;

        return n > 0 && n < FIX_NAME_MAX && name[0] != '-' &&
               strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-") == n;
}

static bool text_is_valid(const char *text) {
        if (!text || !*text || !g_utf8_validate(text, -1, NULL))
                return false;
        for (; *text; text++)
                if (g_ascii_iscntrl(*text))
                        return false;
        return true;
}

const char *fix_defect(const Fix *f) {
        if (!name_is_valid(f->name))
                return "its name is none for a fix; give it one of at most 63 lower-case letters, digits and "
                       "dashes";
        if (strcmp(f->name, "none") == 0)
                return "its name is \"none\", which stands for no fix; give it another one";
        if (fix_find(f->name) && !is_builtin(f))
                return "a built-in fix has its name; give it another one";
        if (!text_is_valid(f->summary))
                return "it has no summary; say in one line what it does";
        if (f->follows && !text_is_valid(f->follows))
                return "what it follows is not one line of text; name the proposal, or leave it out";
        return NULL;
}

static bool refuses(const Fix *f, const Fix *other) {
        for (const char *const *name = f->refuses; name && *name; name++)
                if (strcmp(*name, other->name) == 0)
                        return true;
        return false;
}

static bool profile_has_fix(const Profile *p, const Fix *f) {
        for (unsigned i = 0; i < p->n_fixes; i++)
                if (p->fixes[i] == f)
                        return true;
        return false;
}

int profile_add_fixes(const Profile *base, const Fix *const *add, size_t n, Profile *ret, const char **ret_a,
                      const char **ret_b) {
        *ret = *base;
        for (size_t i = 0; i < n; i++) {
                for (size_t j = 0; j < i; j++) {
                        *ret_a = add[j]->name;
                        *ret_b = add[i]->name;
                        if (strcmp(add[i]->name, add[j]->name) == 0)
                                return -EEXIST;
                        if (refuses(add[i], add[j]) || refuses(add[j], add[i]))
                                return -EINVAL;
                }
                if (ret->n_fixes == FIXES_MAX || ret->n_added == FIXES_MAX)
                        return -E2BIG;

                ret->added[ret->n_added++] = add[i];
                if (!profile_has_fix(ret, add[i]))
                        ret->fixes[ret->n_fixes++] = add[i];
        }
        return 0;
}

char *profile_label(const Profile *p) {
        GString *s = g_string_new(p->name);

        for (unsigned i = 0; i < p->n_added; i++)
                g_string_append_printf(s, "%s%s", i == 0 ? " + " : "+", p->added[i]->name);
        return g_string_free(s, FALSE);
}

bool fixes_collect_names(const Profile *p) {
        for (unsigned i = 0; i < p->n_fixes; i++)
                if (p->fixes[i]->collects_names)
                        return true;
        return false;
}

bool fixes_skip_knows_jobs(const Profile *p) {
        for (unsigned i = 0; i < p->n_fixes; i++)
                if (p->fixes[i]->skip_knows_jobs)
                        return true;
        return false;
}

/* The built-in ones ask only whether an entry is an alias's, which all equal ones are or whose own they are. */
bool fixes_tell_names_apart(const Profile *p) {
        for (unsigned i = 0; i < p->n_fixes; i++)
                if (!is_builtin(p->fixes[i]) &&
                    (p->fixes[i]->entry || p->fixes[i]->line || p->fixes[i]->writes_entry))
                        return true;
        return false;
}

bool fixes_give_entries(const Profile *p) {
        for (unsigned i = 0; i < p->n_fixes; i++)
                if (p->fixes[i]->gives_entries)
                        return true;
        return false;
}

/* One of these is there, and no other fix may have another opinion. */
static bool decides_entries(const Profile *p, const Fix *a, const Fix *b) {
        return !fixes_tell_names_apart(p) && (profile_has_fix(p, a) || profile_has_fix(p, b));
}

bool fixes_drop_aliases(const Profile *p) {
        return decides_entries(p, &fix_skip_alias_entry, &fix_skip_alias_entry);
}

bool fixes_drop_stale(const Profile *p) {
        return decides_entries(p, &fix_skip_stale_entry, &fix_adopt_orphans);
}

bool fixes_write_entry(const Manager *m, const Unit *u) {
        const Profile *p = m->profile;

        for (unsigned i = 0; i < p->n_fixes; i++)
                if (p->fixes[i]->writes_entry && !p->fixes[i]->writes_entry(m, u))
                        return false;
        return true;
}

bool fixes_wrote_entry(Manager *m, const Unit *old) {
        World *now = m->world;
        bool wrote;

        manager_bind(m, m->before_reload);
        wrote = fixes_write_entry(m, old);
        manager_bind(m, now);
        return wrote;
}

static const Fix *find_sorting(const Profile *p) {
        for (unsigned i = 0; i < p->n_fixes; i++)
                if (p->fixes[i]->compare_entries)
                        return p->fixes[i];
        return NULL;
}

size_t fixes_sort_entries(Manager *m, UnitSlot *slots, size_t n, size_t *ret_runs) {
        const Fix *f = find_sorting(m->profile);
        size_t n_runs = 0;

        for (size_t i = 1; f && i < n; i++)
                for (size_t j = i; j > 0; j--) {
                        UnitSlot slot = slots[j];

                        if (f->compare_entries(m, m->units + slots[j - 1], m->units + slot) <= 0)
                                break;
                        slots[j] = slots[j - 1];
                        slots[j - 1] = slot;
                }

        for (size_t i = 0; i < n; i++)
                if (i == 0 || (f && f->compare_entries(m, m->units + slots[i - 1], m->units + slots[i]) != 0))
                        ret_runs[n_runs++] = i;
        return n_runs;
}

/* What cannot be done is no decision. */
static FixVerdict ask_about_entry(const Fix *f, Manager *m, FixEntry *e) {
        Unit *given_to = e->given_to;
        FixVerdict v;

        e->may_give = f->gives_entries;
        e->given_to = NULL;
        v = f->entry(m, e);
        if (v == FIX_GIVE && e->given_to)
                return v;

        e->given_to = given_to;
        return v == FIX_SKIP || v == FIX_ADOPT ? v : FIX_APPLY;
}

FixVerdict fixes_entry(Manager *m, FixEntry *e) {
        const Profile *p = m->profile;
        FixVerdict strongest = FIX_APPLY;

        for (unsigned i = 0; i < p->n_fixes; i++)
                if (p->fixes[i]->entry) {
                        FixVerdict v = ask_about_entry(p->fixes[i], m, e);

                        strongest = MAX(strongest, v);
                }
        return strongest;
}

G_STATIC_ASSERT(sizeof(((StreamItem *) NULL)->value) == FIX_VALUE_MAX);

/* False: it is dropped. */
static bool change_line(const Fix *f, Manager *m, Unit *u, const char *key, char *value, size_t size) {
        char replaced[FIX_VALUE_MAX];

        replaced[0] = '\0';
        switch (f->line(m, u, key, value, replaced, sizeof(replaced))) {
        case FIX_LINE_DROP:
                manager_note(m, "unit_deserialize", u, "%s: %s=%s is dropped", f->name, key, value);
                return false;

        case FIX_LINE_REPLACE:
                replaced[sizeof(replaced) - 1] = '\0';
                manager_note(m, "unit_deserialize", u, "%s: %s=%s is read as %s", f->name, key, value, replaced);
                (void) g_strlcpy(value, replaced, size);
                return true;

        default:
                return true;
        }
}

bool fixes_line(Manager *m, Unit *u, const char *key, char *value, size_t size) {
        const Profile *p = m->profile;

        for (unsigned i = 0; i < p->n_fixes; i++)
                if (p->fixes[i]->line && !change_line(p->fixes[i], m, u, key, value, size))
                        return false;
        return true;
}

void fixes_coldplug(Manager *m) {
        const Profile *p = m->profile;

        for (unsigned i = 0; i < p->n_fixes; i++)
                for (size_t slot = 0; p->fixes[i]->coldplug && slot < m->layout->n_units; slot++)
                        if (m->units[slot].in_use)
                                p->fixes[i]->coldplug(m, m->units + slot);
}

bool fixes_sigchld(Manager *m, Unit *u, FixProcess which) {
        const Profile *p = m->profile;

        for (unsigned i = 0; i < p->n_fixes; i++)
                if (p->fixes[i]->sigchld && p->fixes[i]->sigchld(m, u, which)) {
                        manager_note(m, "service_sigchld_event", u, "%s: the service takes no step",
                                     p->fixes[i]->name);
                        return true;
                }
        return false;
}
