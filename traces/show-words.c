/* SPDX-License-Identifier: MIT */

#include <string.h>

#include "traces/show.h"

static void append_part(GString *s, const char *format, ...) G_GNUC_PRINTF(2, 3);
static void append_part(GString *s, const char *format, ...) {
        va_list ap;

        if (s->len > 0)
                g_string_append(s, ", ");
        va_start(ap, format);
        g_string_append_vprintf(s, format, ap);
        va_end(ap);
}

/* Both changes of a unit's state in one. */
typedef struct StatePair {
        const Change *active, *sub;
} StatePair;

static void append_state(GString *s, const StatePair *p) {
        const Change *a = p->active, *b = p->sub;

        if (a && b && *a->old && *a->new)
                append_part(s, "%s (%s) -> %s (%s)", a->old, b->old, a->new, b->new);
        else if (a && b)
                append_part(s, "%s (%s)", *a->new ? a->new : a->old, *b->new ? b->new : b->old);
        else if (b)
                append_part(s, "%s -> %s", b->old, b->new);
        else if (a)
                append_part(s, "%s -> %s", a->old, a->new);
}

static bool is_dull(const Change *c, const char *value) {
        return (strcmp(c->field, "NRestarts") == 0 && strcmp(value, "0") == 0) ||
               (strcmp(c->field, "Result") == 0 && strcmp(value, "success") == 0) ||
               (strcmp(c->field, "LoadState") == 0 && strcmp(value, "loaded") == 0) ||
               (strcmp(c->field, "ControlGroup") == 0 && g_str_has_suffix(value, c->subject)) ||
               strcmp(c->field, "FragmentPath") == 0;
}

/* "Result -> exit-code"; of a subject that appears or vanishes only what it has or had. */
static void append_change(GString *s, const Change *c, bool whole) {
        const char *value = *c->new ? c->new : c->old;

        if (is_dull(c, value) && (whole || strcmp(c->field, "ControlGroup") == 0))
                return;
        if (whole)
                append_part(s, "%s %s", c->field, value);
        else if (!*c->old)
                append_part(s, "%s -> %s", c->field, c->new);
        else
                append_part(s, "%s %s -> %s", c->field, c->old, *c->new ? c->new : "none");
}

/* What waits for PID 1, and that it died: captions say it. */
static bool is_of_manager(const Change *c) {
        return strcmp(c->subject, "PID 1") == 0;
}

static void append_head(GString *s, const ViewChange *first, bool appears, bool vanishes, const char *what) {
        const char *verb = "";

        if (appears)
                verb = first->kind == VIEW_FILE      ? " is written"
                       : first->kind == VIEW_PROCESS ? " starts"
                                                     : " is loaded";
        else if (vanishes)
                verb = first->kind == VIEW_FILE      ? " is removed, was"
                       : first->kind == VIEW_PROCESS ? " is reaped, was"
                                                     : " leaves memory, was";
        g_string_append_printf(s, "%s%s%s%s", first->change->subject, verb, *what ? ": " : "", what);
}

char *show_changes_of_subject(const ViewStep *s, guint *i, bool *ret_needed) {
        const ViewChange *first = s->changes->pdata[*i];
        g_autoptr(GString) what = g_string_new(NULL);
        g_autoptr(GString) line = g_string_new(NULL);
        StatePair state = {};
        guint end = *i;
        bool appears = first->appears, vanishes = false, any = false;

        *ret_needed = false;
        for (; end < s->changes->len; end++) {
                const ViewChange *c = s->changes->pdata[end];

                if (strcmp(c->change->subject, first->change->subject) != 0)
                        break;
                *ret_needed = *ret_needed || c->needed;
                vanishes = vanishes || c->vanishes;
                any = any || !is_of_manager(c->change);
                if (first->kind == VIEW_UNIT && strcmp(c->change->field, "ActiveState") == 0)
                        state.active = c->change;
                if (first->kind == VIEW_UNIT && strcmp(c->change->field, "SubState") == 0)
                        state.sub = c->change;
        }
        append_state(what, &state);
        for (; *i < end; (*i)++) {
                const Change *c = ((ViewChange *) s->changes->pdata[*i])->change;

                if (c != state.active && c != state.sub && !is_of_manager(c))
                        append_change(what, c, appears || vanishes);
        }
        if (!any)
                return NULL;
        if (first->kind == VIEW_FILE && (appears || vanishes) && g_str_has_prefix(what->str, "File "))
                g_string_erase(what, 0, strlen("File "));
        append_head(line, first, appears, vanishes, what->str);
        return g_string_free(g_steal_pointer(&line), FALSE);
}

char *show_subject(const ViewSubject *x) {
        const char *load = view_subject_get(x, "LoadState"), *active = view_subject_get(x, "ActiveState");
        const char *sub = view_subject_get(x, "SubState"), *job = view_subject_get(x, "Job");
        const char *main_pid = view_subject_get(x, "MainPID"), *control_pid = view_subject_get(x, "ControlPID");
        const char *aliases = view_subject_get(x, "Aliases"), *state = view_subject_get(x, "State");
        g_autoptr(GString) s = g_string_new(NULL);

        if (active && sub)
                append_part(s, "%s (%s)", active, sub);
        if (state)
                append_part(s, "%s", state);
        if (load && strcmp(load, "loaded") != 0)
                append_part(s, "%s", load);
        if (aliases)
                append_part(s, "also %s", aliases);
        if (main_pid)
                append_part(s, "main process %s", main_pid);
        if (control_pid)
                append_part(s, "control process %s", control_pid);
        if (job)
                append_part(s, "job %s", job);
        return g_string_free(g_steal_pointer(&s), FALSE);
}

static const char *words(const ViewLine *l) {
        return l->meaning ?: l->value;
}

char *show_overwritten(const ViewEntry *e) {
        g_autoptr(GString) s = g_string_new(NULL);

        for (guint i = 0; i < e->lines->len; i++) {
                const ViewLine *l = e->lines->pdata[i];

                if (!l->overwrites || l->overwrites->entry == e || !view_line_differs(l->overwrites, l) ||
                    (!l->field && !g_str_has_prefix(l->key, "main-pid-")))
                        continue;
                append_part(s, "%s=%s over %s of entry %u", l->key, words(l), words(l->overwrites),
                            l->overwrites->entry->number);
        }
        return s->len > 0 ? g_string_free(g_steal_pointer(&s), FALSE) : NULL;
}

static bool is_told(const GPtrArray *told, const ViewLine *l) {
        for (guint i = 0; i < told->len; i++)
                if (strcmp(((ViewLine *) told->pdata[i])->key, l->key) == 0)
                        return true;
        return false;
}

char *show_kept(const ViewEntry *e) {
        g_autoptr(GString) s = g_string_new(NULL);
        g_autoptr(GPtrArray) told = g_ptr_array_new();

        for (const ViewEntry *before = e->before; before; before = before->before)
                for (guint i = 0; i < before->lines->len; i++) {
                        ViewLine *l = before->lines->pdata[i];
                        bool stays =
                                l->sets && (!l->overwritten_by || l->overwritten_by->entry->number > e->number);

                        if (!stays || !l->field || !l->meaning || is_told(told, l))
                                continue;
                        g_ptr_array_add(told, l);
                        append_part(s, "%s=%s of entry %u", l->key, words(l), before->number);
                }
        return s->len > 0 ? g_string_free(g_steal_pointer(&s), FALSE) : NULL;
}

static bool is_worth_a_word(const ViewLine *l) {
        if (!l->field || strcmp(l->key, "cgroup") == 0)
                return false;
        return (strcmp(l->key, "result") != 0 || strcmp(l->value, "success") != 0) &&
               (strcmp(l->key, "n-restarts") != 0 || strcmp(l->value, "0") != 0);
}

char *show_entry_values(const ViewEntry *e) {
        g_autoptr(GPtrArray) told = g_ptr_array_new();
        GString *s = g_string_new(NULL);

        for (guint i = 0; i < e->lines->len; i++) {
                ViewLine *l = e->lines->pdata[i];

                if (!is_worth_a_word(l) || is_told(told, l))
                        continue;
                g_ptr_array_add(told, l);
                g_string_append_printf(s, "%s%s=%s", s->len > 0 ? " " : "", l->key, words(l));
        }
        return g_string_free(s, FALSE);
}

char *show_cause(const ViewCause *c) {
        if (c->kind == VIEW_CAUSE_PROGRAM)
                return g_strdup("the same client does it before");
        if (!c->subject)
                return g_strdup("the violation is seen");
        if (strcmp(c->subject, "PID 1") == 0)
                return strcmp(c->field, "Next") == 0 ? g_strdup("what PID 1 is to do next") : g_strdup(c->field);
        if (c->subject[0] == '/' || g_str_has_prefix(c->subject, "process "))
                return g_strdup(c->subject);
        return g_strdup_printf("%s of %s", c->field, c->subject);
}

bool show_note_is_of_entry(const ViewStep *s, const ViewNote *n) {
        return s->stream && strcmp(n->note->function, "manager_deserialize_one_unit") == 0 &&
               g_str_has_prefix(n->note->text, "has taken ");
}
