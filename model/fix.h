/* SPDX-License-Identifier: MIT */
#pragma once

/* A fix: what a proposed change to PID 1 would do differently around the state stream.
 *
 * A fix is a constant table of hooks. It is built in (model/fixes/) or comes in a file of its own, which is all that it
 * needs to include this header for; docs/writing-a-fix.md shows how to write one in ten minutes. A hook that is NULL leaves
 * everything as it is. Hooks decide from what the functions below tell them and from nothing else: they keep no
 * state, read no clock and draw nothing, since each is called again and again for every way in which a reload can go.
 *
 * Whatever a hook can look at belongs to one entry and to the unit that the entry is for. That is how coldplug knows which
 * orders of entries it has to tell apart; the one exception is asked for by `gives_entries`. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The version of all that follows. A fix that was built against another one is refused when it is loaded. */
#define FIX_INTERFACE 1U

/* In a file of its own: FIX_EXPORT const Fix coldplug_fix = { .interface = FIX_INTERFACE, ... }; */
#define FIX_SYMBOL "coldplug_fix"
#define FIX_EXPORT __attribute__((visibility("default")))

#define FIX_NAME_MAX 64U /* characters of a name, less one */

typedef struct Manager Manager;
typedef struct Unit Unit;
typedef struct FixEntry FixEntry; /* an entry of the stream that is about to be read */

/* What becomes of an entry. Where several fixes decide about one the last of these counts. */
typedef enum FixVerdict {
        FIX_APPLY, /* to the unit that its name was loaded as, as PID 1 does */
        FIX_SKIP,  /* drop it: unit_deserialize_skip(), with its flaws in versions that have them */
        FIX_ADOPT, /* to a unit made for it: manager_synthesize_orphaned_unit(); dropped where that cannot be */
        FIX_GIVE,  /* to the unit that fix_entry_give() named */
} FixVerdict;

/* What becomes of one line of an entry. */
typedef enum FixLine {
        FIX_LINE_APPLY,
        FIX_LINE_DROP,
        FIX_LINE_REPLACE, /* with the value that the hook wrote */
} FixLine;

typedef enum FixProcess {
        FIX_MAIN_PROCESS,
        FIX_CONTROL_PROCESS,
} FixProcess;

typedef struct Fix {
        uint32_t interface;  /* FIX_INTERFACE */
        const char *name;    /* as in --fix: lower-case letters, digits and dashes */
        const char *summary; /* what it does, one line */
        const char *follows; /* which proposal it models; NULL: none */
        /* Names of fixes with which it makes no sense, NULL-terminated; NULL: none. */
        const char *const *refuses;

        /* The names of all entries are collected before the first one is applied; fix_entry_is_stale() needs it. */
        bool collects_names;
        /* The routine that skips an entry knows job subsections, as since 261. */
        bool skip_knows_jobs;
        /* The hook `entry` may give an entry to another unit. All orders of all entries matter then. */
        bool gives_entries;

        /* manager_serialize(). Whether @u gets an entry. */
        bool (*writes_entry)(const Manager *m, const Unit *u);
        /* Whether the entry of @a is written before (negative) or after (positive) that of @b; 0: as the hash order has
         * it. Must be a weak order. Only the first fix of a combination that has this hook is asked. */
        int (*compare_entries)(const Manager *m, const Unit *a, const Unit *b);

        /* manager_deserialize_one_unit(), once the unit is loaded. */
        FixVerdict (*entry)(Manager *m, FixEntry *e);
        /* unit_deserialize(), before a line "KEY=VALUE" is applied to @u, if this systemd knows its key; not for the lines of
         * a job. @ret_value has room for @size characters, the NUL at its end included. */
        FixLine (*line)(Manager *m, Unit *u, const char *key, const char *value, char *ret_value, size_t size);
        /* For each unit when the stream is read, before the first one is coldplugged. */
        void (*coldplug)(Manager *m, Unit *u);

        /* service_sigchld_event(): @which process of @u is gone, and all that it leaves has been noted. True: that was all,
         * the service takes no step. Not asked where a oneshot service goes on with its next command, nor where the PID file
         * names another process. */
        bool (*sigchld)(Manager *m, Unit *u, FixProcess which);
} Fix;

/* The entry. Strings live until the hook returns. */

const char *fix_entry_name(const FixEntry *e); /* as it was written */
Unit *fix_entry_unit(const FixEntry *e);       /* what that name was loaded as */
bool fix_entry_is_alias(const FixEntry *e);    /* that unit's id is not the name that was written */
/* It is an alias, and its unit has an entry of its own, or has taken one already. */
bool fix_entry_is_stale(const FixEntry *e);
bool fix_entry_has_job(const FixEntry *e);
/* The value of the entry's first line with @key in @ret; false: it has none. */
bool fix_entry_value(const FixEntry *e, const char *key, char *ret, size_t size);
/* Names the unit for FIX_GIVE, which is loaded; false: its type is another one, the scenario knows no such name, or the fix did
 * not say `gives_entries`. */
bool fix_entry_give(Manager *m, FixEntry *e, const char *name);

/* A unit. State names are systemd's ("active", "stop-sigterm", "not-found"). */

const char *fix_unit_id(const Manager *m, const Unit *u);
bool fix_unit_has_name(const Manager *m, const Unit *u, const char *name);
const char *fix_unit_load_state(const Manager *m, const Unit *u);
const char *fix_unit_active_state(const Manager *m, const Unit *u);
const char *fix_unit_sub_state(const Manager *m, const Unit *u);
/* The state that the stream said, which coldplug will put into effect; that of a unit nobody spoke of is "dead". Services. */
const char *fix_unit_deserialized_state(const Manager *m, const Unit *u);
/* A pid is noted; and its process is not gone. Ask for the latter in one hook of a reload only: that a process ends between
 * two hooks of one reload is not tried. */
bool fix_unit_has_process(const Manager *m, const Unit *u, FixProcess which);
bool fix_unit_process_is_alive(const Manager *m, const Unit *u, FixProcess which);
bool fix_unit_has_job(const Manager *m, const Unit *u);

/* What a fix may change. */

/* Another state for coldplug to put into effect; false: no service has such a state. */
bool fix_unit_set_deserialized_state(Manager *m, Unit *u, const char *state);
/* main_pid and control_pid are as if they had never been read. */
void fix_unit_forget_processes(Manager *m, Unit *u);

/* A sentence for the trace about what the fix did in @function of PID 1. */
void fix_note(Manager *m, const char *function, const Unit *u, const char *text);
