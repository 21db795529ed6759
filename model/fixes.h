/* SPDX-License-Identifier: MIT */
#pragma once

/* The fixes of a profile, as the model asks them. For those who write a fix: fix.h. */

#include "stream.h"

/* The fixes that are built in, in the order in which they were proposed. */
const Fix *const *fixes_builtin(size_t *ret_n);
/* NULL: no built-in fix is called so. */
const Fix *fix_find(const char *name);

/* fixes/X.c */
extern const Fix fix_sort_by_id, fix_skip_alias_entry, fix_skip_stale_entry, fix_skip_job_sections,
        fix_adopt_orphans, fix_tolerate_dead, fix_reset_on_dead;

/* What is wrong with a fix that was loaded: a text, NULL: nothing. */
const char *fix_defect(const Fix *f);

/* Fills @ret with @base and the fixes in @add, which must outlive it. 0; -EINVAL with the names of the two in @ret_a and @ret_b:
 * one makes no sense with the other; -EEXIST with the name: it is there twice; -E2BIG: more than FIXES_MAX. */
int profile_add_fixes(const Profile *base, const Fix *const *add, size_t n, Profile *ret, const char **ret_a,
                      const char **ret_b);

/* "257", or "257 + sort-by-id+tolerate-dead": the version and the fixes that were added. */
char *profile_label(const Profile *p);

/* For the model */

struct FixEntry {
        const char *text; /* the name as written */
        NameId name;
        Unit *unit, *given_to;
        const StreamReader *reader; /* at the entry's first line */
        const SerializedNames *names;
        bool may_give;
};

bool fixes_collect_names(const Profile *p);
bool fixes_skip_knows_jobs(const Profile *p);
/* Some fix may look at the name of an entry: entries that are equal but for the name are not alike. */
bool fixes_tell_names_apart(const Profile *p);
bool fixes_give_entries(const Profile *p);
/* True: no entry is applied to a unit that is not called so; that has an entry of its own. */
bool fixes_drop_aliases(const Profile *p);
bool fixes_drop_stale(const Profile *p);

#define FIX_VALUE_MAX 8192U /* of a line of the stream, less one */

bool fixes_write_entry(const Manager *m, const Unit *u);
/* The same when the reload is over, for a unit of m->before_reload. */
bool fixes_wrote_entry(Manager *m, const Unit *old);
/* Sorts @slots by the hook compare_entries, as far as that says something. Puts the start of each run of which it says nothing
 * into @ret_runs (room for @n), and returns their number. */
size_t fixes_sort_entries(Manager *m, UnitSlot *slots, size_t n, size_t *ret_runs);
FixVerdict fixes_entry(Manager *m, FixEntry *e);
/* False: the line is dropped. @value is what is to be read, and may be replaced in place (it has room for @size). */
bool fixes_line(Manager *m, Unit *u, const char *key, char *value, size_t size);
void fixes_coldplug(Manager *m);
bool fixes_sigchld(Manager *m, Unit *u, FixProcess which);
