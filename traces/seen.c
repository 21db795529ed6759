/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "traces/recording.h"

/* clang-format off */
static const char *const seen_field_table[_SEEN_FIELD_MAX] = {
        [SEEN_MAIN_PID]      = "MainPID",
        [SEEN_CONTROL_PID]   = "ControlPID",
        [SEEN_STATUS_TEXT]   = "StatusText",
        [SEEN_RESULT]        = "Result",
        [SEEN_N_RESTARTS]    = "NRestarts",
        [SEEN_CONTROL_GROUP] = "ControlGroup",
        [SEEN_ID]            = "Id",
        [SEEN_NAMES]         = "Names",
        [SEEN_LOAD_STATE]    = "LoadState",
        [SEEN_ACTIVE_STATE]  = "ActiveState",
        [SEEN_SUB_STATE]     = "SubState",
        [SEEN_FRAGMENT_PATH] = "FragmentPath",
        [SEEN_JOB]           = "Job",
};
/* clang-format on */

/* clang-format off */
static const char *const orphan_field_table[_ORPHAN_FIELD_MAX] = {
        [ORPHAN_DESCRIPTION]   = "Description",
        [ORPHAN_LOAD_STATE]    = "LoadState",
        [ORPHAN_SUB_STATE]     = "SubState",
        [ORPHAN_MAIN_PID]      = "MainPID",
        [ORPHAN_CONTROL_GROUP] = "ControlGroup",
        [ORPHAN_JOB]           = "Job",
};
/* clang-format on */

const char *seen_field_to_string(SeenField f) {
        return seen_field_table[f];
}

const char *orphan_field_to_string(OrphanField f) {
        return orphan_field_table[f];
}

static void seen_unit_free(gpointer data) {
        SeenUnit *u = data;

        for (size_t i = 0; i < _SEEN_FIELD_MAX; i++)
                g_free(u->field[i]);
        g_free(u->id);
        g_free(u);
}

static void seen_process_free(gpointer data) {
        SeenProcess *p = data;

        g_free(p->name);
        g_free(p->cgroup);
        g_free(p);
}

static void seen_orphan_free(gpointer data) {
        SeenOrphan *o = data;

        for (size_t i = 0; i < _ORPHAN_FIELD_MAX; i++)
                g_free(o->field[i]);
        g_free(o);
}

Observation *observation_new(void) {
        Observation *o = g_new0(Observation, 1);

        o->units = g_ptr_array_new_with_free_func(seen_unit_free);
        o->processes = g_ptr_array_new_with_free_func(seen_process_free);
        o->orphans = g_ptr_array_new_with_free_func(seen_orphan_free);
        return o;
}

void observation_free(Observation *o) {
        if (!o)
                return;
        g_ptr_array_unref(o->units);
        g_ptr_array_unref(o->processes);
        g_ptr_array_unref(o->orphans);
        g_free(o);
}

SeenUnit *observation_add_unit(Observation *o, const char *id) {
        SeenUnit *u = g_new0(SeenUnit, 1);

        u->id = g_strdup(id);
        g_ptr_array_add(o->units, u);
        return u;
}

void observation_add_process(Observation *o, const char *name, const char *cgroup) {
        SeenProcess *p = g_new0(SeenProcess, 1);

        p->name = g_strdup(name);
        p->cgroup = g_strdup(cgroup);
        g_ptr_array_add(o->processes, p);
}

SeenOrphan *observation_add_orphan(Observation *o) {
        SeenOrphan *orphan = g_new0(SeenOrphan, 1);

        g_ptr_array_add(o->orphans, orphan);
        return orphan;
}

static int compare_units(gconstpointer a, gconstpointer b) {
        const SeenUnit *const *x = a, *const *y = b;

        return strcmp((*x)->id, (*y)->id);
}

static int compare_processes(gconstpointer a, gconstpointer b) {
        const SeenProcess *const *x = a, *const *y = b;

        return strcmp((*x)->name, (*y)->name);
}

/* Their descriptions hold made-up names. */
static int compare_orphans(gconstpointer a, gconstpointer b) {
        const SeenOrphan *const *x = a, *const *y = b;
        int r = 0;

        for (size_t i = ORPHAN_DESCRIPTION + 1; i < _ORPHAN_FIELD_MAX && r == 0; i++)
                r = g_strcmp0((*x)->field[i], (*y)->field[i]);
        return r;
}

void observation_sort(Observation *o) {
        g_ptr_array_sort(o->units, compare_units);
        g_ptr_array_sort(o->processes, compare_processes);
        g_ptr_array_sort(o->orphans, compare_orphans);
}

const SeenUnit *observation_find_unit(const Observation *o, const char *id) {
        for (unsigned i = 0; i < o->units->len; i++) {
                const SeenUnit *u = o->units->pdata[i];

                if (g_str_equal(u->id, id))
                        return u;
        }
        return NULL;
}

static void step_free(gpointer data) {
        Step *s = data;

        g_free(s->source);
        g_free(s->process);
        g_strfreev(s->order_before);
        g_strfreev(s->order_after);
        g_clear_pointer(&s->stream, g_ptr_array_unref);
        g_clear_pointer(&s->notes, g_ptr_array_unref);
        observation_free(s->after);
        g_free(s);
}

GPtrArray *recording_steps_new(void) {
        return g_ptr_array_new_with_free_func(step_free);
}

Step *recording_add_step(Recording *r, const char *source) {
        Step *s = g_new0(Step, 1);

        s->source = g_strdup(source);
        g_ptr_array_add(r->steps, s);
        return s;
}

void recording_free(Recording *r) {
        if (!r)
                return;
        g_free(r->file);
        g_free(r->name);
        g_free(r->systemd);
        g_free(r->scenario);
        g_strfreev(r->journal);
        g_clear_pointer(&r->catalog, catalog_free);
        g_clear_pointer(&r->steps, g_ptr_array_unref);
        g_free(r);
}
