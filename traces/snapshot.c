/* SPDX-License-Identifier: MIT */

#include <string.h>

#include "model/kernel.h"
#include "model/tables.h"
#include "model/unit.h"
#include "traces/observe.h"
#include "traces/process-name.h"
#include "traces/snapshot.h"

static void row_free(gpointer data) {
        SnapshotRow *r = data;

        g_free(r->subject);
        g_free(r->field);
        g_free(r->value);
        g_free(r);
}

void snapshot_add_row(GPtrArray *rows, const char *subject, const char *field, char *value) {
        SnapshotRow *r;

        if (!value)
                return;

        r = g_new(SnapshotRow, 1);
        *r = (SnapshotRow) { .subject = g_strdup(subject), .field = g_strdup(field), .value = value };
        g_ptr_array_add(rows, r);
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

        snapshot_add_row(rows, name, "LoadState", g_strdup(unit_load_state_to_string(u->load_state)));
        snapshot_add_row(rows, name, "ActiveState",
                         g_strdup(unit_active_state_to_string(unit_active_state(m, u))));
        snapshot_add_row(rows, name, "SubState", g_strdup(unit_sub_state_to_string(u->type, u->state)));
        snapshot_add_row(rows, name, "Job", job_words(&u->job));
        snapshot_add_row(rows, name, "Aliases", alias_names(m, u));
        snapshot_add_row(rows, name, "FragmentPath",
                         g_strdup(u->fragment == ID_NONE ? "" : m->catalog->paths[u->fragment].path));
        if (u->type != UNIT_SERVICE)
                return;
        snapshot_add_row(rows, name, "MainPID", process_name(m, u->service.main_pid));
        snapshot_add_row(rows, name, "ControlPID", process_name(m, u->service.control_pid));
        snapshot_add_row(rows, name, "Result", g_strdup(service_result_to_string(u->service.result)));
        snapshot_add_row(rows, name, "NRestarts", g_strdup_printf("%u", u->service.n_restarts));
        snapshot_add_row(rows, name, "ControlGroup", cgroup_name(m, u->cgroup));
}

static void add_process(GPtrArray *rows, const Manager *m, Pid pid) {
        const Process *p = m->processes + pid - 1;
        g_autofree char *name = NULL, *subject = NULL;

        if (p->state == PROCESS_NONE)
                return;
        name = process_name(m, pid);
        subject = g_strdup_printf("process %s", name);
        snapshot_add_row(rows, subject, "State", g_strdup(p->state == PROCESS_RUNNING ? "running" : "zombie"));
        snapshot_add_row(rows, subject, "ControlGroup", cgroup_name(m, p->cgroup));
}

static void add_file(GPtrArray *rows, const Manager *m, PathId path) {
        const CatalogContent *c;

        if (m->disk[path] == ID_NONE)
                return;
        c = m->catalog->contents + m->disk[path];
        snapshot_add_row(rows, m->catalog->paths[path].path, "File",
                         c->kind == CONTENT_LINK ? g_strdup_printf("-> %s", c->text)
                         : c->empty              ? g_strdup("empty")
                                                 : g_strdup_printf("as in line %u", c->line));
}

static int compare_subjects(gconstpointer a, gconstpointer b) {
        const SnapshotRow *const *x = a, *const *y = b;

        return strcmp((*x)->subject, (*y)->subject);
}

/* What may have other rows in one of two worlds than in the other. By slot, by process slot, by path. */
typedef struct Differing {
        bool *units, *processes, *paths;
} Differing;

static void add_everything(GPtrArray *rows, Manager *m, const Differing *only) {
        for (size_t i = 0; i < m->layout->n_units; i++)
                if ((!only || only->units[i]) && m->units[i].in_use && m->units[i].load_state != UNIT_MERGED)
                        add_unit(rows, m, m->units + i);
        for (size_t i = 0; i < m->layout->n_processes; i++)
                if (!only || only->processes[i])
                        add_process(rows, m, (Pid) (i + 1));
        for (size_t i = 0; i < m->catalog->n_paths; i++)
                if (!only || only->paths[i])
                        add_file(rows, m, (PathId) i);
        if (MANAGER_CRASHED(m))
                snapshot_add_row(rows, "PID 1", "State", g_strdup("crashed"));
        snapshot_add_pending(rows, m);
}

static void add_observable(GPtrArray *rows, Manager *m) {
        g_autoptr(Observation) o = NULL;

        if (MANAGER_CRASHED(m)) {
                snapshot_add_row(rows, "PID 1", "State", g_strdup("crashed"));
                return;
        }

        o = observe(m, true);
        for (guint i = 0; i < o->units->len; i++) {
                const SeenUnit *u = o->units->pdata[i];

                for (unsigned f = 0; f < _SEEN_FIELD_MAX; f++)
                        snapshot_add_row(rows, u->id, seen_field_to_string(f), g_strdup(u->field[f]));
        }
        for (guint i = 0; i < o->processes->len; i++) {
                const SeenProcess *p = o->processes->pdata[i];
                g_autofree char *subject = g_strdup_printf("process %s", p->name);

                snapshot_add_row(rows, subject, "ControlGroup", g_strdup(p->cgroup));
        }
        for (guint i = 0; i < o->orphans->len; i++) {
                const SeenOrphan *p = o->orphans->pdata[i];
                g_autofree char *subject = g_strdup_printf("orphan %u", i + 1);

                for (unsigned f = ORPHAN_DESCRIPTION + 1; f < _ORPHAN_FIELD_MAX; f++)
                        snapshot_add_row(rows, subject, orphan_field_to_string(f), g_strdup(p->field[f]));
        }
}

/* g_ptr_array_sort() is stable, so the fields of a subject stay in their order. */
GPtrArray *snapshot_take(Manager *m, SnapshotScope scope) {
        GPtrArray *rows = g_ptr_array_new_with_free_func(row_free);

        if (scope == SNAPSHOT_ALL)
                add_everything(rows, m, NULL);
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

static guint row_hash(gconstpointer p) {
        const SnapshotRow *r = p;

        return g_str_hash(r->subject) * 31 + g_str_hash(r->field);
}

static gboolean row_is_about_same(gconstpointer a, gconstpointer b) {
        const SnapshotRow *x = a, *y = b;

        return strcmp(x->subject, y->subject) == 0 && strcmp(x->field, y->field) == 0;
}

/* The rows by subject and field, the first of each. */
static GHashTable *index_rows(const GPtrArray *rows) {
        GHashTable *index = g_hash_table_new(row_hash, row_is_about_same);

        for (guint i = rows->len; i > 0; i--)
                g_hash_table_replace(index, rows->pdata[i - 1], rows->pdata[i - 1]);
        return index;
}

static const char *find_value(GHashTable *index, const SnapshotRow *like) {
        const SnapshotRow *r = g_hash_table_lookup(index, like);

        return r ? r->value : NULL;
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
        g_autoptr(GHashTable) old_rows = index_rows(before);
        g_autoptr(GHashTable) new_rows = index_rows(after);

        for (guint i = 0; i < after->len; i++) {
                const SnapshotRow *r = after->pdata[i];
                const char *old = find_value(old_rows, r);

                add_change(changes, r, old ?: "", r->value);
        }
        for (guint i = 0; i < before->len; i++) {
                const SnapshotRow *r = before->pdata[i];

                if (!find_value(new_rows, r))
                        add_change(changes, r, r->value, "");
        }
        g_ptr_array_sort(changes, compare_changes);
        return changes;
}

static void find_differing_processes(const WorldLayout *l, const World *a, const World *b, bool *ret) {
        for (size_t i = 0; i < l->n_processes; i++)
                ret[i] = world_instances(l, a)[i] != world_instances(l, b)[i] ||
                         memcmp(world_processes(l, a) + i, world_processes(l, b) + i, sizeof(Process)) != 0;
}

static bool mentions_differing(const Unit *u, const bool *processes) {
        const Pid pids[] = { u->service.main_pid, u->service.control_pid };

        for (size_t i = 0; i < G_N_ELEMENTS(pids); i++)
                if (pids[i] != 0 && processes[pids[i] - 1])
                        return true;
        return false;
}

/* By what it is, by its names, by the processes whose names it shows. */
static void find_differing_units(const WorldLayout *l, const World *a, const World *b, Differing *d) {
        const UnitSlot *names_a = world_names(l, a), *names_b = world_names(l, b);
        const Unit *units_a = world_units(l, a), *units_b = world_units(l, b);

        for (size_t i = 0; i < l->n_units; i++)
                d->units[i] = memcmp(units_a + i, units_b + i, sizeof(Unit)) != 0 ||
                              mentions_differing(units_a + i, d->processes);
        for (size_t i = 0; i < l->n_names; i++) {
                if (names_a[i] == names_b[i])
                        continue;
                if (names_a[i] != UNIT_NONE)
                        d->units[names_a[i]] = true;
                if (names_b[i] != UNIT_NONE)
                        d->units[names_b[i]] = true;
        }
}

static GPtrArray *take_differing(Manager *m, World *w, const Differing *d) {
        GPtrArray *rows = g_ptr_array_new_with_free_func(row_free);

        manager_bind(m, w);
        add_everything(rows, m, d);
        g_ptr_array_sort(rows, compare_subjects);
        return rows;
}

GPtrArray *snapshot_changes_since(Manager *m, World *before) {
        const WorldLayout *l = m->layout;
        World *now = m->world;
        g_autofree bool *units = g_new0(bool, l->n_units), *processes = g_new0(bool, l->n_processes),
                        *paths = g_new0(bool, l->n_paths);
        Differing d = { .units = units, .processes = processes, .paths = paths };

        find_differing_processes(l, before, now, processes);
        find_differing_units(l, before, now, &d);
        for (size_t i = 0; i < l->n_paths; i++)
                paths[i] = world_disk(l, before)[i] != world_disk(l, now)[i];

        g_autoptr(GPtrArray) old_rows = take_differing(m, before, &d);
        g_autoptr(GPtrArray) new_rows = take_differing(m, now, &d);
        return snapshot_changes(old_rows, new_rows);
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
