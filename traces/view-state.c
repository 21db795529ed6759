/* SPDX-License-Identifier: MIT */

#include <string.h>

#include "traces/view-internal.h"

/* clang-format off */
static const char *const kind_table[_VIEW_SUBJECT_KIND_MAX] = {
        [VIEW_UNIT]    = "unit",
        [VIEW_PROCESS] = "process",
        [VIEW_FILE]    = "file",
        [VIEW_MANAGER] = PID1,
};
/* clang-format on */

/* In the order in which they are shown. */
/* clang-format off */
static const char *const field_table[] = {
        "State",   "Next",       "LoadState", "ActiveState", "SubState",     "Job",  "Aliases", "FragmentPath",
        "MainPID", "ControlPID", "Result",    "NRestarts",   "ControlGroup", "File",
};
/* clang-format on */

const char *view_subject_kind_to_string(ViewSubjectKind k) {
        return kind_table[k];
}

ViewSubjectKind view_subject_kind(const char *name) {
        if (strcmp(name, PID1) == 0)
                return VIEW_MANAGER;
        if (name[0] == '/')
                return VIEW_FILE;
        return g_str_has_prefix(name, "process ") ? VIEW_PROCESS : VIEW_UNIT;
}

const char *view_label(const char *subject) {
        return g_str_has_prefix(subject, "process ") ? subject + strlen("process ") : subject;
}

static void subject_clear(gpointer data) {
        g_ptr_array_unref(((ViewSubject *) data)->fields);
}

static void subject_unref(gpointer data) {
        g_rc_box_release_full(data, subject_clear);
}

static ViewSubject *subject_new(const char *name) {
        ViewSubject *s = g_rc_box_new0(ViewSubject);

        s->name = name;
        s->label = view_label(name);
        s->kind = view_subject_kind(name);
        s->fields = g_ptr_array_new_with_free_func(g_free);
        s->step = VIEW_BOOT;
        return s;
}

static ViewSubject *subject_copy(const ViewSubject *from) {
        ViewSubject *s = subject_new(from->name);

        for (guint i = 0; i < from->fields->len; i++)
                g_ptr_array_add(s->fields, g_memdup2(from->fields->pdata[i], sizeof(ViewField)));
        s->step = from->step;
        return s;
}

/* Those that are not in the table come last, in the order in which they came. */
static size_t field_rank(const char *field) {
        size_t i = 0;

        while (i < G_N_ELEMENTS(field_table) && strcmp(field_table[i], field) != 0)
                i++;
        return i;
}

static int find_field(const ViewSubject *s, const char *field) {
        for (guint i = 0; i < s->fields->len; i++)
                if (strcmp(((ViewField *) s->fields->pdata[i])->field, field) == 0)
                        return (int) i;
        return -1;
}

static void subject_set(ViewSubject *s, const char *field, const char *value, unsigned step) {
        int i = find_field(s, field);
        size_t rank = field_rank(field);
        ViewField *f;
        guint at = 0;

        s->step = step;
        if (i >= 0 && *value) {
                f = s->fields->pdata[i];
                f->value = value;
                f->step = step;
                return;
        }
        if (i >= 0)
                g_ptr_array_remove_index(s->fields, (guint) i);
        if (!*value)
                return;

        f = g_new(ViewField, 1);
        *f = (ViewField) { .field = field, .value = value, .step = step };
        while (at < s->fields->len && field_rank(((ViewField *) s->fields->pdata[at])->field) <= rank)
                at++;
        g_ptr_array_insert(s->fields, (int) at, f);
}

static int compare_subjects(gconstpointer a, gconstpointer b) {
        const ViewSubject *const *x = a, *const *y = b;

        if ((*x)->kind != (*y)->kind)
                return (*x)->kind < (*y)->kind ? -1 : 1;
        return strcmp((*x)->name, (*y)->name);
}

static ViewState *state_new(void) {
        ViewState *s = g_new0(ViewState, 1);

        s->subjects = g_ptr_array_new_with_free_func(subject_unref);
        return s;
}

void view_state_free(ViewState *s) {
        if (!s)
                return;
        g_ptr_array_unref(s->subjects);
        g_free(s);
}

static int find_subject(const ViewState *s, const char *name) {
        for (guint i = 0; i < s->subjects->len; i++)
                if (strcmp(((ViewSubject *) s->subjects->pdata[i])->name, name) == 0)
                        return (int) i;
        return -1;
}

static ViewSubject *add_subject(ViewState *s, const char *name) {
        ViewSubject *subject = subject_new(name);

        g_ptr_array_add(s->subjects, subject);
        return subject;
}

static void add_first_values(ViewState *s, GHashTable *seen, const TraceEvent *e) {
        for (guint i = 0; i < e->changes->len; i++) {
                const Change *c = e->changes->pdata[i];
                char *key = g_strdup_printf("%s\n%s", c->subject, c->field);
                int at;

                if (!g_hash_table_add(seen, key) || !*c->old)
                        continue;
                at = find_subject(s, c->subject);
                subject_set(at >= 0 ? s->subjects->pdata[at] : add_subject(s, c->subject), c->field, c->old,
                            VIEW_BOOT);
        }
}

/* A value that the first change of a field finds was there from the beginning. */
ViewState *view_state_first(const TraceRun *r) {
        g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
        ViewState *s = state_new();

        for (guint i = 0; i < r->events->len; i++)
                add_first_values(s, seen, r->events->pdata[i]);
        g_ptr_array_sort(s->subjects, compare_subjects);
        return s;
}

/* The subject of @s that this step may change: a copy when it still is that of the state before. */
static ViewSubject *own_subject(ViewState *s, const char *name, GHashTable *own) {
        int at = find_subject(s, name);
        ViewSubject *subject;

        if (at < 0)
                subject = add_subject(s, name);
        else if (g_hash_table_contains(own, s->subjects->pdata[at]))
                return s->subjects->pdata[at];
        else {
                ViewSubject *shared = s->subjects->pdata[at];

                subject = s->subjects->pdata[at] = subject_copy(shared);
                subject_unref(shared);
        }
        g_hash_table_add(own, subject);
        return subject;
}

ViewState *view_state_next(const ViewState *before, const TraceEvent *e, unsigned step) {
        g_autoptr(GHashTable) own = g_hash_table_new(NULL, NULL);
        ViewState *s = state_new();

        for (guint i = 0; i < before->subjects->len; i++)
                g_ptr_array_add(s->subjects, g_rc_box_acquire(before->subjects->pdata[i]));
        for (guint i = 0; i < e->changes->len; i++) {
                const Change *c = e->changes->pdata[i];

                subject_set(own_subject(s, c->subject, own), c->field, c->new, step);
        }
        for (guint i = s->subjects->len; i-- > 0;)
                if (((ViewSubject *) s->subjects->pdata[i])->fields->len == 0)
                        g_ptr_array_remove_index(s->subjects, i);
        g_ptr_array_sort(s->subjects, compare_subjects);
        return s;
}

const ViewSubject *view_state_find(const ViewState *s, const char *subject) {
        int at = find_subject(s, subject);

        return at >= 0 ? s->subjects->pdata[at] : NULL;
}

const char *view_subject_get(const ViewSubject *s, const char *field) {
        int at = find_field(s, field);

        return at >= 0 ? ((ViewField *) s->fields->pdata[at])->value : NULL;
}

const char *view_state_get(const ViewState *s, const char *subject, const char *field) {
        const ViewSubject *x = view_state_find(s, subject);

        return x ? view_subject_get(x, field) : NULL;
}

GPtrArray *view_state_queue(const ViewState *s) {
        const ViewSubject *manager = view_state_find(s, PID1);
        GPtrArray *queue = g_ptr_array_new();

        for (guint i = 0; manager && i < manager->fields->len; i++) {
                ViewField *f = manager->fields->pdata[i];

                if (strcmp(f->value, VIEW_WAITING) == 0)
                        g_ptr_array_add(queue, f);
        }
        return queue;
}

static void cgroup_free(gpointer data) {
        ViewCgroup *c = data;

        g_ptr_array_unref(c->units);
        g_ptr_array_unref(c->processes);
        g_free(c);
}

static ViewCgroup *find_cgroup(GPtrArray *cgroups, const char *path) {
        ViewCgroup *c;

        for (guint i = 0; i < cgroups->len; i++) {
                c = cgroups->pdata[i];
                if (strcmp(c->path, path) == 0)
                        return c;
        }
        c = g_new(ViewCgroup, 1);
        *c = (ViewCgroup) { .path = path, .units = g_ptr_array_new(), .processes = g_ptr_array_new() };
        g_ptr_array_add(cgroups, c);
        return c;
}

static int compare_cgroups(gconstpointer a, gconstpointer b) {
        const ViewCgroup *const *x = a, *const *y = b;

        return strcmp((*x)->path, (*y)->path);
}

GPtrArray *view_state_cgroups(const ViewState *s) {
        GPtrArray *cgroups = g_ptr_array_new_with_free_func(cgroup_free);

        for (guint i = 0; i < s->subjects->len; i++) {
                ViewSubject *x = s->subjects->pdata[i];
                const char *path = view_subject_get(x, "ControlGroup");

                if (path)
                        g_ptr_array_add(x->kind == VIEW_UNIT ? find_cgroup(cgroups, path)->units
                                                             : find_cgroup(cgroups, path)->processes,
                                        x);
        }
        g_ptr_array_sort(cgroups, compare_cgroups);
        return cgroups;
}

bool view_has_word(const char *text, const char *word) {
        static const char inside[] = G_CSET_a_2_z G_CSET_A_2_Z G_CSET_DIGITS "_-@\\";
        size_t n = strlen(word);

        for (const char *p = text; (p = strstr(p, word)); p++) {
                bool begins = p == text || (!strchr(inside, p[-1]) && p[-1] != '.');
                bool ends = !p[n] ||
                            (!strchr(inside, p[n]) && (p[n] != '.' || !p[n + 1] || !strchr(inside, p[n + 1])));

                if (begins && ends)
                        return true;
        }
        return false;
}

bool view_is_alias(const ViewState *s, const char *unit, const char *name) {
        const char *aliases = view_state_get(s, unit, "Aliases");

        return aliases && view_has_word(aliases, name);
}
