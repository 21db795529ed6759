/* SPDX-License-Identifier: MIT */

/* A fix that has all hooks and calls all functions, and changes nothing. */

#include "fix.h"

#define VALUE_SIZE 128U

static bool writes_entry(const Manager *m, const Unit *u) {
        return fix_unit_has_name(m, u, fix_unit_id(m, u)) && fix_unit_load_state(m, u);
}

static int compare_entries(const Manager *m, const Unit *a, const Unit *b) {
        return fix_unit_has_job(m, a) && !fix_unit_has_job(m, a) && fix_unit_has_job(m, b);
}

static FixVerdict entry(Manager *m, FixEntry *e) {
        char value[VALUE_SIZE];

        if (fix_entry_is_stale(e) && !fix_entry_is_alias(e))
                return FIX_SKIP;
        if (fix_entry_has_job(e) && !fix_entry_name(e))
                return FIX_ADOPT;
        if (fix_entry_value(e, "state", value, sizeof(value)) && fix_entry_give(m, e, value))
                return FIX_GIVE;

        fix_note(m, "manager_deserialize_one_unit", fix_entry_unit(e), "is looked at");
        return FIX_APPLY;
}

static FixLine line(Manager *m, Unit *u, const char *key, const char *value, char *ret_value, size_t size) {
        (void) m, (void) u, (void) key;

        for (size_t i = 0; i + 1 < size; i++) {
                ret_value[i] = value[i];
                if (!value[i])
                        return FIX_LINE_REPLACE;
        }
        return FIX_LINE_APPLY;
}

static void coldplug(Manager *m, Unit *u) {
        if (!fix_unit_has_process(m, u, FIX_MAIN_PROCESS) && fix_unit_process_is_alive(m, u, FIX_MAIN_PROCESS))
                fix_unit_forget_processes(m, u);

        (void) fix_unit_set_deserialized_state(m, u, fix_unit_deserialized_state(m, u));
}

static bool sigchld(Manager *m, Unit *u, FixProcess which) {
        return which == FIX_CONTROL_PROCESS && !fix_unit_active_state(m, u) && !fix_unit_sub_state(m, u);
}

FIX_EXPORT const Fix coldplug_fix = {
        .interface = FIX_INTERFACE,
        .name = "everything",
        .summary = "looks at everything and changes nothing",
        .gives_entries = true,
        .writes_entry = writes_entry,
        .compare_entries = compare_entries,
        .entry = entry,
        .line = line,
        .coldplug = coldplug,
        .sigchld = sigchld,
};
