/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "model/kernel.h"
#include "model/tables.h"
#include "model/unit.h"
#include "traces/observe.h"
#include "traces/process-name.h"

/* Forked children of actors are actors, and the actor can stand in for all programs but a tree's own true and false. */
static bool is_actor(const Manager *m, const Process *p, bool stand_ins) {
        ProgramKind program = p->command == ID_NONE ? PROGRAM_ACTOR : m->catalog->commands[p->command].program;

        return program == PROGRAM_ACTOR || (stand_ins && program == PROGRAM_OTHER);
}

char *observe_process(const Manager *m, Pid pid, bool stand_ins) {
        if (pid != 0 && !is_actor(m, m->processes + pid - 1, stand_ins))
                return g_strdup_printf("?%u", (unsigned) world_instances(m->layout, m->world)[pid - 1]);
        return process_name(m, pid);
}

static int compare_strings(gconstpointer a, gconstpointer b) {
        return strcmp(*(const char *const *) a, *(const char *const *) b);
}

/* All names of @u, sorted, with a blank between them. */
static char *names_string(const Manager *m, const Unit *u) {
        g_autoptr(GPtrArray) names = g_ptr_array_new();

        for (size_t n = 0; n < m->catalog->n_names; n++)
                if (m->names[n] == unit_slot(m, u))
                        g_ptr_array_add(names, m->catalog->names[n].name);
        g_ptr_array_sort(names, compare_strings);
        g_ptr_array_add(names, NULL);
        return g_strjoinv(" ", (char **) names->pdata);
}

static const char *job_string(const Unit *u) {
        return u->job.installed ? job_type_to_string(u->job.type) : "";
}

static bool has_processes(const Unit *u) {
        return u->type == UNIT_SERVICE || u->type == UNIT_SOCKET || u->type == UNIT_MOUNT ||
               u->type == UNIT_SWAP;
}

static bool has_cgroup(const Unit *u) {
        return has_processes(u) || u->type == UNIT_SLICE || u->type == UNIT_SCOPE;
}

/* The properties that only services and their kin have. */
static void observe_service(const Manager *m, const Unit *u, bool stand_ins, SeenUnit *seen) {
        if (u->type == UNIT_SERVICE) {
                seen->field[SEEN_MAIN_PID] = observe_process(m, u->service.main_pid, stand_ins);
                /* The model knows that there is a status text, not which. */
                seen->field[SEEN_STATUS_TEXT] = g_strdup("");
                seen->field[SEEN_N_RESTARTS] = g_strdup_printf("%u", u->service.n_restarts);
        }
        if (has_processes(u)) {
                seen->field[SEEN_CONTROL_PID] = observe_process(m, u->service.control_pid, stand_ins);
                seen->field[SEEN_RESULT] = g_strdup(service_result_to_string(u->service.result));
        }
        if (has_cgroup(u))
                seen->field[SEEN_CONTROL_GROUP] = cgroup_name(m, u->cgroup);
}

static void observe_unit(const Manager *m, const Unit *u, bool stand_ins, Observation *to) {
        SeenUnit *seen = observation_add_unit(to, unit_name(m, u));

        seen->field[SEEN_ID] = g_strdup(unit_name(m, u));
        seen->field[SEEN_LOAD_STATE] = g_strdup(unit_load_state_to_string(u->load_state));
        seen->field[SEEN_ACTIVE_STATE] = g_strdup(unit_active_state_to_string(unit_active_state(m, u)));
        seen->field[SEEN_SUB_STATE] = g_strdup(unit_sub_state_to_string(u->type, u->state));
        seen->field[SEEN_JOB] = g_strdup(job_string(u));
        if (u->load_state == UNIT_NOT_FOUND)
                return; /* only seen in ListUnits: reading a property would load it again */

        seen->field[SEEN_NAMES] = names_string(m, u);
        seen->field[SEEN_FRAGMENT_PATH] =
                g_strdup(u->fragment == ID_NONE ? "" : m->catalog->paths[u->fragment].path);
        observe_service(m, u, stand_ins, seen);
}

static void observe_orphan(const Manager *m, const Unit *u, bool stand_ins, Observation *to) {
        SeenOrphan *seen = observation_add_orphan(to);

        seen->field[ORPHAN_DESCRIPTION] = g_strdup(unit_name(m, u));
        seen->field[ORPHAN_LOAD_STATE] = g_strdup(unit_load_state_to_string(u->load_state));
        seen->field[ORPHAN_SUB_STATE] = g_strdup(unit_sub_state_to_string(u->type, u->state));
        seen->field[ORPHAN_MAIN_PID] = observe_process(m, u->service.main_pid, stand_ins);
        seen->field[ORPHAN_CONTROL_GROUP] = cgroup_name(m, u->cgroup);
        seen->field[ORPHAN_JOB] = g_strdup(job_string(u));
}

static void observe_processes(const Manager *m, bool stand_ins, Observation *to) {
        for (size_t i = 0; i < m->layout->n_processes; i++) {
                const Process *p = m->processes + i;
                g_autofree char *name = NULL, *cgroup = NULL;

                if (p->state != PROCESS_RUNNING || !is_actor(m, p, stand_ins))
                        continue;
                name = observe_process(m, (Pid) (i + 1), stand_ins);
                cgroup = cgroup_name(m, p->cgroup);
                observation_add_process(to, name, cgroup);
        }
}

Observation *observe(Manager *m, bool stand_ins) {
        g_autoptr(Observation) o = observation_new();

        for (size_t i = 0; i < m->layout->n_units; i++) {
                const Unit *u = m->units + i;

                if (!u->in_use || u->load_state == UNIT_MERGED)
                        continue;
                if (m->catalog->names[u->id].is_orphan)
                        observe_orphan(m, u, stand_ins, o);
                else if (m->catalog->names[u->id].observed)
                        observe_unit(m, u, stand_ins, o);
        }
        observe_processes(m, stand_ins, o);
        observation_sort(o);
        return g_steal_pointer(&o);
}

/* The end of the line at @s, behind its newline. */
static const char *line_end(const char *s, const char *end) {
        const char *newline = memchr(s, '\n', (size_t) (end - s));

        return newline ? newline + 1 : end;
}

static bool is_line(const char *s, const char *end, const char *text) {
        size_t n = strlen(text);

        return (size_t) (end - s) > n && memcmp(s, text, n) == 0 && s[n] == '\n';
}

/* The end marker of the block at @s: the blank line itself, or @end. */
static const char *block_end(const char *s, const char *end) {
        while (s < end && !is_line(s, end, ""))
                s = line_end(s, end);
        return s;
}

/* The end marker of the unit whose name is at @s: a job's own marker belongs to the entry. */
static const char *entry_end(const char *s, const char *end) {
        for (; s < end && !is_line(s, end, ""); s = line_end(s, end))
                if (is_line(s, end, "job"))
                        s = block_end(s, end);
        return s;
}

GPtrArray *observe_stream(const Catalog *c, const char *text, size_t size) {
        GPtrArray *entries = g_ptr_array_new_with_free_func(g_free);
        const char *end = text + size;
        const char *s = line_end(block_end(text, end), end); /* behind the header */

        while (s < end) {
                const char *marker = entry_end(s, end), *name_end = line_end(s, end);
                g_autofree char *name = g_strndup(s, (size_t) (name_end - s) - (name_end[-1] == '\n'));
                NameId id = catalog_find_name(c, name);

                if (id != ID_NONE && (c->names[id].observed || c->names[id].is_orphan))
                        g_ptr_array_add(entries, g_strndup(s, (size_t) (marker - s)));
                s = line_end(marker, end);
        }
        return entries;
}
