/* SPDX-License-Identifier: MIT */

/* What a fix can ask and do. */

#include <string.h>

#include "fixes.h"
#include "kernel.h"
#include "tables.h"

const char *fix_entry_name(const FixEntry *e) {
        return e->text;
}

Unit *fix_entry_unit(const FixEntry *e) {
        return e->unit;
}

bool fix_entry_is_alias(const FixEntry *e) {
        return e->unit->id != e->name;
}

bool fix_entry_is_stale(const FixEntry *e) {
        return manager_entry_is_stale(e->unit, e->name, e->names);
}

/* Reads on from the entry's first line; false at its end. Lines of its jobs are passed over but for the word itself. */
static bool next_line(StreamReader *r, bool *in_job, const char **ret_line, size_t *ret_size) {
        while (stream_read_line(r, ret_line, ret_size) > 0) {
                bool starts_job = *ret_size == 3 && memcmp(*ret_line, "job", 3) == 0;

                if (*ret_size == 0 && !*in_job)
                        return false;
                if (*ret_size == 0)
                        *in_job = false;
                else if (!*in_job) {
                        *in_job = starts_job;
                        return true;
                }
        }
        return false;
}

bool fix_entry_has_job(const FixEntry *e) {
        StreamReader r = *e->reader;
        bool in_job = false;
        const char *line;
        size_t size;

        while (next_line(&r, &in_job, &line, &size))
                if (in_job)
                        return true;
        return false;
}

bool fix_entry_value(const FixEntry *e, const char *key, char *ret, size_t size) {
        StreamReader r = *e->reader;
        bool in_job = false;
        const char *line;
        size_t n;

        while (next_line(&r, &in_job, &line, &n)) {
                size_t n_key = stream_key_size(line, n), n_value;

                if (n_key != strlen(key) || n_key == n || memcmp(line, key, n_key) != 0)
                        continue;
                if (size == 0)
                        return true;

                n_value = MIN(n - n_key - 1, size - 1);
                memcpy(ret, line + n_key + 1, n_value);
                ret[n_value] = '\0';
                return true;
        }
        return false;
}

bool fix_entry_give(Manager *m, FixEntry *e, const char *name) {
        NameId id = e->may_give ? catalog_find_name(m->catalog, name) : ID_NONE;
        Unit *u = NULL;

        if (id == ID_NONE || manager_load_unit(m, id, &u) < 0 || !u || u->type != e->unit->type)
                return false;

        e->given_to = u;
        return true;
}

const char *fix_unit_id(const Manager *m, const Unit *u) {
        return unit_name(m, u);
}

bool fix_unit_has_name(const Manager *m, const Unit *u, const char *name) {
        NameId id = catalog_find_name(m->catalog, name);

        return id != ID_NONE && unit_has_name(m, u, id);
}

const char *fix_unit_load_state(const Manager *m, const Unit *u) {
        (void) m;
        return unit_load_state_to_string((UnitLoadState) u->load_state);
}

const char *fix_unit_active_state(const Manager *m, const Unit *u) {
        return unit_active_state_to_string(unit_active_state(m, u));
}

const char *fix_unit_sub_state(const Manager *m, const Unit *u) {
        (void) m;
        return unit_sub_state_to_string((UnitType) u->type, u->state);
}

const char *fix_unit_deserialized_state(const Manager *m, const Unit *u) {
        (void) m;
        return u->type == UNIT_SERVICE ? service_state_to_string((ServiceState) u->service.deserialized_state)
                                       : "dead";
}

static Pid pid_of(const Unit *u, FixProcess which) {
        return which == FIX_MAIN_PROCESS ? u->service.main_pid : u->service.control_pid;
}

bool fix_unit_has_process(const Manager *m, const Unit *u, FixProcess which) {
        (void) m;
        return pid_of(u, which) != 0;
}

bool fix_unit_process_is_alive(const Manager *m, const Unit *u, FixProcess which) {
        Pid pid = pid_of(u, which);

        return pid != 0 && m->processes[pid - 1].state == PROCESS_RUNNING;
}

bool fix_unit_has_job(const Manager *m, const Unit *u) {
        (void) m;
        return u->job.installed || u->nop_job.installed;
}

bool fix_unit_set_deserialized_state(Manager *m, Unit *u, const char *state) {
        int s = service_state_from_string(state);

        if (u->type != UNIT_SERVICE || s < 0 || !profile_has_service_state(m->profile, (ServiceState) s))
                return false;

        u->service.deserialized_state = (uint8_t) s;
        return true;
}

void fix_unit_forget_processes(Manager *m, Unit *u) {
        Service *s = &u->service;

        if (s->main_pid != 0)
                unit_unwatch_pid(m, u, s->main_pid);
        if (s->control_pid != 0)
                unit_unwatch_pid(m, u, s->control_pid);
        s->main_pid = s->control_pid = 0;
        s->flags &= (uint16_t) ~SERVICE_MAIN_PID_KNOWN;
}

void fix_note(Manager *m, const char *function, const Unit *u, const char *text) {
        manager_note(m, function, u, "%s", text);
}
