/* SPDX-License-Identifier: MIT */

#include <string.h>

#include "model/kernel.h"
#include "model/tables.h"
#include "model/unit.h"
#include "traces/observe.h"
#include "traces/snapshot.h"

static void row_free(gpointer data) {
        SnapshotRow *r = data;

        g_free(r->subject);
        g_free(r->field);
        g_free(r->value);
        g_free(r);
}

/* Takes @value. */
static void add_row(GPtrArray *rows, const char *subject, const char *field, char *value) {
        SnapshotRow *r;

        if (!value)
                return;

        r = g_new(SnapshotRow, 1);
        *r = (SnapshotRow) { .subject = g_strdup(subject), .field = g_strdup(field), .value = value };
        g_ptr_array_add(rows, r);
}

static char *process_name(const Manager *m, Pid pid) {
        if (pid == 0)
                return g_strdup("");

        return g_strdup_printf("%s.%u", catalog_text_str(m->catalog, m->processes[pid - 1].tag),
                               (unsigned) world_instances(m->layout, m->world)[pid - 1]);
}

static char *cgroup_name(const Manager *m, CGroupPath path) {
        char s[1024];

        if (!cgroup_path_is_set(path))
                return g_strdup("");
        cgroup_path_to_string(m->catalog, path, s, sizeof(s));
        return g_strdup(s);
}

static char *alias_names(const Manager *m, const Unit *u) {
        g_autoptr(GString) s = g_string_new(NULL);

        for (size_t n = 0; n < m->catalog->n_names; n++)
                if (n != u->id && m->names[n] == unit_slot(m, u))
                        g_string_append_printf(s, "%s%s", s->len > 0 ? " " : "", m->catalog->names[n].name);
        return g_string_free(g_steal_pointer(&s), FALSE);
}

static char *job_words(const Job *j) {
        return j->installed
                       ? g_strdup_printf("%s %s", job_type_to_string(j->type), job_state_to_string(j->state))
                       : g_strdup("");
}

static void add_unit(GPtrArray *rows, const Manager *m, const Unit *u) {
        const char *name = unit_name(m, u);

        add_row(rows, name, "LoadState", g_strdup(unit_load_state_to_string(u->load_state)));
        add_row(rows, name, "ActiveState", g_strdup(unit_active_state_to_string(unit_active_state(m, u))));
        add_row(rows, name, "SubState", g_strdup(unit_sub_state_to_string(u->type, u->state)));
        add_row(rows, name, "Job", job_words(&u->job));
        add_row(rows, name, "Aliases", alias_names(m, u));
        add_row(rows, name, "FragmentPath",
                g_strdup(u->fragment == ID_NONE ? "" : m->catalog->paths[u->fragment].path));
        if (u->type != UNIT_SERVICE)
                return;
        add_row(rows, name, "MainPID", process_name(m, u->service.main_pid));
        add_row(rows, name, "ControlPID", process_name(m, u->service.control_pid));
        add_row(rows, name, "Result", g_strdup(service_result_to_string(u->service.result)));
        add_row(rows, name, "NRestarts", g_strdup_printf("%u", u->service.n_restarts));
        add_row(rows, name, "ControlGroup", cgroup_name(m, u->cgroup));
}

static void add_process(GPtrArray *rows, const Manager *m, Pid pid) {
        const Process *p = m->processes + pid - 1;
        g_autofree char *name = NULL, *subject = NULL;

        if (p->state == PROCESS_NONE)
                return;
        name = process_name(m, pid);
        subject = g_strdup_printf("process %s", name);
        add_row(rows, subject, "State", g_strdup(p->state == PROCESS_RUNNING ? "running" : "zombie"));
        add_row(rows, subject, "ControlGroup", cgroup_name(m, p->cgroup));
}

static void add_file(GPtrArray *rows, const Manager *m, PathId path) {
        const CatalogContent *c;

        if (m->disk[path] == ID_NONE)
                return;
        c = m->catalog->contents + m->disk[path];
        add_row(rows, m->catalog->paths[path].path, "File",
                c->kind == CONTENT_LINK ? g_strdup_printf("-> %s", c->text)
                : c->empty              ? g_strdup("empty")
                                        : g_strdup_printf("as in line %u", c->line));
}

static int compare_subjects(gconstpointer a, gconstpointer b) {
        const SnapshotRow *const *x = a, *const *y = b;

        return strcmp((*x)->subject, (*y)->subject);
}

static void add_everything(GPtrArray *rows, Manager *m) {
        for (size_t i = 0; i < m->layout->n_units; i++)
                if (m->units[i].in_use && m->units[i].load_state != UNIT_MERGED)
                        add_unit(rows, m, m->units + i);
        for (size_t i = 0; i < m->layout->n_processes; i++)
                add_process(rows, m, (Pid) (i + 1));
        for (size_t i = 0; i < m->catalog->n_paths; i++)
                add_file(rows, m, (PathId) i);
        if (MANAGER_CRASHED(m))
                add_row(rows, "PID 1", "State", g_strdup("crashed"));
}

static void add_observable(GPtrArray *rows, Manager *m) {
        g_autoptr(Observation) o = NULL;

        if (MANAGER_CRASHED(m)) {
                add_row(rows, "PID 1", "State", g_strdup("crashed"));
                return;
        }

        o = observe(m);
        for (guint i = 0; i < o->units->len; i++) {
                const SeenUnit *u = o->units->pdata[i];

                for (unsigned f = 0; f < _SEEN_FIELD_MAX; f++)
                        add_row(rows, u->id, seen_field_to_string(f), g_strdup(u->field[f]));
        }
        for (guint i = 0; i < o->processes->len; i++) {
                const SeenProcess *p = o->processes->pdata[i];
                g_autofree char *subject = g_strdup_printf("process %s", p->name);

                add_row(rows, subject, "ControlGroup", g_strdup(p->cgroup));
        }
        for (guint i = 0; i < o->orphans->len; i++) {
                const SeenOrphan *p = o->orphans->pdata[i];
                g_autofree char *subject = g_strdup_printf("orphan %u", i + 1);

                for (unsigned f = ORPHAN_DESCRIPTION + 1; f < _ORPHAN_FIELD_MAX; f++)
                        add_row(rows, subject, orphan_field_to_string(f), g_strdup(p->field[f]));
        }
}

/* g_ptr_array_sort() is stable, so the fields of a subject stay in their order. */
GPtrArray *snapshot_take(Manager *m, SnapshotScope scope) {
        GPtrArray *rows = g_ptr_array_new_with_free_func(row_free);

        if (scope == SNAPSHOT_ALL)
                add_everything(rows, m);
        else
                add_observable(rows, m);
        g_ptr_array_sort(rows, compare_subjects);
        return rows;
}

void change_free(gpointer change) {
        Change *c = change;

        g_free(c->subject);
        g_free(c->field);
        g_free(c->old);
        g_free(c->new);
        g_free(c);
}

static const char *find_value(const GPtrArray *rows, const SnapshotRow *like) {
        for (guint i = 0; i < rows->len; i++) {
                const SnapshotRow *r = rows->pdata[i];

                if (strcmp(r->subject, like->subject) == 0 && strcmp(r->field, like->field) == 0)
                        return r->value;
        }
        return NULL;
}

static void add_change(GPtrArray *to, const SnapshotRow *r, const char *old, const char *new) {
        Change *c;

        if (g_strcmp0(old, new) == 0)
                return;
        c = g_new(Change, 1);
        *c = (Change) { .subject = g_strdup(r->subject),
                        .field = g_strdup(r->field),
                        .old = g_strdup(old),
                        .new = g_strdup(new) };
        g_ptr_array_add(to, c);
}

static int compare_changes(gconstpointer a, gconstpointer b) {
        const Change *const *x = a, *const *y = b;

        return strcmp((*x)->subject, (*y)->subject);
}

GPtrArray *snapshot_changes(const GPtrArray *before, const GPtrArray *after) {
        GPtrArray *changes = g_ptr_array_new_with_free_func(change_free);

        for (guint i = 0; i < after->len; i++) {
                const SnapshotRow *r = after->pdata[i];
                const char *old = find_value(before, r);

                add_change(changes, r, old ?: "", r->value);
        }
        for (guint i = 0; i < before->len; i++) {
                const SnapshotRow *r = before->pdata[i];

                if (!find_value(after, r))
                        add_change(changes, r, r->value, "");
        }
        g_ptr_array_sort(changes, compare_changes);
        return changes;
}

char *snapshot_observable_text(Manager *m) {
        g_autoptr(GPtrArray) rows = snapshot_take(m, SNAPSHOT_OBSERVABLE);
        g_autoptr(GString) s = g_string_new(NULL);

        for (guint i = 0; i < rows->len; i++) {
                const SnapshotRow *r = rows->pdata[i];

                g_string_append_printf(s, "%s %s=%s\n", r->subject, r->field, r->value);
        }
        return g_string_free(g_steal_pointer(&s), FALSE);
}
