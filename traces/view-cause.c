/* SPDX-License-Identifier: MIT */

#include <string.h>

#include "model/properties/property.h"
#include "traces/view-internal.h"

/* Which steps a violation needs: backwards from what it is about, from each value to the step that gave it, and from that step
 * to what it found. docs/show.md says what a step finds, and what this leaves out. */

/* The fields of the unit that a violation is about; NULL behind the last. Of any other property: all. */
#define MAX_FIELDS 4
static const struct {
        const char *property;
        const char *fields[MAX_FIELDS + 1];
} outcome_table[] = {
        { "no-crash", { "SubState", "MainPID", "ControlPID", "Job" } },
        { "pid-consistent", { "SubState", "MainPID", "ControlPID" } },
        { "state-kept", { "SubState", "MainPID" } },
        { "no-lost-process", { "MainPID", "ControlPID", "ControlGroup" } },
        { "no-double-start", { "SubState", "MainPID" } },
};

typedef struct Need {
        ViewStep *step;
        ViewChange *change;
} Need;

typedef struct Slicer {
        const TraceView *view;
        ViewRun *run;
        GQueue work;       /* Need: changes whose reasons are still to be found */
        GHashTable *taken; /* steps of PID 1 whose queue was looked at */
} Slicer;

/* clang-format off */
static const char *const cause_table[_VIEW_CAUSE_KIND_MAX] = {
        [VIEW_CAUSE_VALUE]   = "value",
        [VIEW_CAUSE_STREAM]  = "stream",
        [VIEW_CAUSE_PROGRAM] = "program",
        [VIEW_CAUSE_OUTCOME] = "outcome",
};
/* clang-format on */

const char *view_cause_kind_to_string(ViewCauseKind k) {
        return cause_table[k];
}

static void add_cause(ViewStep *s, ViewCauseKind kind, unsigned later, const char *subject, const char *field) {
        ViewCause *c;

        s->needed = true;
        for (guint i = 0; i < s->causes->len; i++) {
                c = s->causes->pdata[i];
                if (c->kind == kind && c->later == later && g_strcmp0(c->subject, subject) == 0 &&
                    g_strcmp0(c->field, field) == 0)
                        return;
        }
        c = g_new(ViewCause, 1);
        *c = (ViewCause) { .kind = kind, .later = later, .subject = subject, .field = field };
        g_ptr_array_add(s->causes, c);
}

static void need_change(Slicer *sl, ViewStep *s, ViewChange *c) {
        Need *n;

        if (c->needed)
                return;
        c->needed = true;
        n = g_new(Need, 1);
        *n = (Need) { .step = s, .change = c };
        g_queue_push_tail(&sl->work, n);
}

static ViewChange *find_change(const ViewStep *s, const char *subject, const char *field) {
        for (guint i = 0; i < s->changes->len; i++) {
                ViewChange *c = s->changes->pdata[i];

                if (strcmp(c->change->subject, subject) == 0 && strcmp(c->change->field, field) == 0)
                        return c;
        }
        return NULL;
}

/* The value that @field has before step number @bound. */
static void need_value(Slicer *sl, unsigned bound, const char *subject, const char *field, ViewCauseKind kind,
                       unsigned later) {
        for (unsigned i = bound; i-- > 0;) {
                ViewStep *s = view_run_step(sl->run, i);
                ViewChange *c = find_change(s, subject, field);

                if (!c)
                        continue;
                add_cause(s, kind, later, c->change->subject, c->change->field);
                need_change(sl, s, c);
                return;
        }
}

static const ViewState *state_before(const Slicer *sl, unsigned bound) {
        return bound == 0 ? sl->run->first : view_run_step(sl->run, bound - 1)->state;
}

/* All that is there of @subject before step number @bound. */
static void need_subject(Slicer *sl, unsigned bound, const char *subject, ViewCauseKind kind, unsigned later) {
        const ViewSubject *x = view_state_find(state_before(sl, bound), subject);

        for (guint i = 0; x && i < x->fields->len; i++) {
                const ViewField *f = x->fields->pdata[i];

                if (f->step != VIEW_BOOT)
                        need_value(sl, f->step + 1, x->name, f->field, kind, later);
        }
}

static void need_process(Slicer *sl, const ViewStep *s, const char *label) {
        g_autofree char *subject = g_strdup_printf("process %s", label);

        need_subject(sl, s->index, subject, VIEW_CAUSE_VALUE, s->index);
}

/* The files that say what @unit is, wherever they are. */
static bool file_is_about(const char *path, const char *unit) {
        g_autofree char *base = g_path_get_basename(path), *folder = g_path_get_dirname(path);
        g_autofree char *folder_base = g_path_get_basename(folder);
        size_t n = strlen(unit);

        return strcmp(base, unit) == 0 || (g_str_has_prefix(folder_base, unit) && folder_base[n] == '.');
}

static void need_files(Slicer *sl, const ViewStep *s, const char *unit) {
        const ViewState *state = state_before(sl, s->index);

        for (guint i = 0; i < state->subjects->len; i++) {
                const ViewSubject *x = state->subjects->pdata[i];

                if (x->kind == VIEW_FILE && file_is_about(x->name, unit))
                        need_subject(sl, s->index, x->name, VIEW_CAUSE_VALUE, s->index);
        }
        /* A file that was there, and is not any more, says something too. */
        for (unsigned i = s->index; i-- > 0;) {
                ViewStep *before = view_run_step(sl->run, i);

                for (guint j = 0; j < before->changes->len; j++) {
                        ViewChange *c = before->changes->pdata[j];

                        if (c->kind == VIEW_FILE && c->vanishes && file_is_about(c->change->subject, unit)) {
                                add_cause(before, VIEW_CAUSE_VALUE, s->index, c->change->subject,
                                          c->change->field);
                                need_change(sl, before, c);
                        }
                }
        }
}

/* A unit is read as a whole, with the processes that it calls its own. */
static void need_unit(Slicer *sl, const ViewStep *s, const char *unit, ViewCauseKind kind) {
        static const char *const pids[] = { "MainPID", "ControlPID" };

        need_subject(sl, s->index, unit, kind, s->index);
        for (size_t i = 0; i < G_N_ELEMENTS(pids); i++) {
                const char *process = view_state_get(state_before(sl, s->index), unit, pids[i]);

                if (process)
                        need_process(sl, s, process);
        }
}

/* What PID 1 took from its queue, the child it heard of, and what it was about to do. */
static void need_queue(Slicer *sl, ViewStep *s) {
        if (!g_hash_table_add(sl->taken, s))
                return;
        for (guint i = 0; i < s->changes->len; i++) {
                ViewChange *c = s->changes->pdata[i];

                if (c->kind != VIEW_MANAGER || !*c->change->old)
                        continue;
                need_change(sl, s, c);
                need_value(sl, s->index, c->change->subject, c->change->field, VIEW_CAUSE_VALUE, s->index);
        }
        for (guint i = 0; i < s->notes->len; i++) {
                const TraceNote *n = ((ViewNote *) s->notes->pdata[i])->note;

                if (strcmp(n->function, "manager_invoke_sigchld_event") == 0 &&
                    g_str_has_prefix(n->text, "process ")) {
                        g_autofree char *label = g_strndup(n->text + 8, strcspn(n->text + 8, " "));

                        need_process(sl, s, label);
                }
        }
}

static bool entry_concerns(const ViewEntry *e, const char *unit) {
        return strcmp(e->name, unit) == 0 || g_strcmp0(e->applied_to, unit) == 0;
}

/* A reload makes a unit anew, from the entries that come to it and from the files of their names. */
static void need_entries(Slicer *sl, ViewStep *s, const char *unit) {
        need_files(sl, s, unit);
        need_unit(sl, s, unit, VIEW_CAUSE_STREAM);
        for (guint i = 0; i < s->stream->entries->len; i++) {
                ViewEntry *e = s->stream->entries->pdata[i];

                if (!entry_concerns(e, unit))
                        continue;
                e->needed = true;
                need_unit(sl, s, e->name, VIEW_CAUSE_STREAM);
                need_files(sl, s, e->name);
        }
}

/* All units that it says something of: what PID 1 does to one may follow from what it did to another. */
static void need_noted_units(Slicer *sl, ViewStep *s, const char *until) {
        guint last = s->notes->len;

        for (guint i = 0; until && i < s->notes->len; i++)
                if (g_strcmp0(((ViewNote *) s->notes->pdata[i])->note->unit, until) == 0)
                        last = i + 1;
        for (guint i = 0; i < last; i++) {
                const TraceNote *n = ((ViewNote *) s->notes->pdata[i])->note;

                if (n->unit)
                        need_unit(sl, s, n->unit, VIEW_CAUSE_VALUE);
        }
}

static bool loads(const ViewStep *s, const char *unit) {
        return find_change(s, unit, "LoadState") || find_change(s, unit, "FragmentPath");
}

static void explain_unit(Slicer *sl, ViewStep *s, const char *unit) {
        if (s->stream) {
                need_entries(sl, s, unit);
                return;
        }
        need_unit(sl, s, unit, VIEW_CAUSE_VALUE);
        need_noted_units(sl, s, unit);
        if (loads(s, unit))
                need_files(sl, s, unit);
}

/* PID 1 started, killed or reaped it, for a unit that has it or that a note names together with it. */
static void explain_process(Slicer *sl, ViewStep *s, const char *subject) {
        const char *label = view_label(subject);

        need_subject(sl, s->index, subject, VIEW_CAUSE_VALUE, s->index);
        for (guint i = 0; i < s->notes->len; i++) {
                const TraceNote *n = ((ViewNote *) s->notes->pdata[i])->note;

                if (n->unit && (view_has_word(n->text, label) || strcmp(n->function, "kill_context_send") == 0))
                        explain_unit(sl, s, n->unit);
        }
}

static bool is_by(const ViewStep *s, const char *client) {
        if (g_strcmp0(s->client, client) == 0)
                return true;
        for (guint i = 0; i < s->interrupts->len; i++)
                if (g_strcmp0(((ViewInterrupt *) s->interrupts->pdata[i])->interrupt->client, client) == 0)
                        return true;
        return false;
}

/* A client goes on when its last call is answered. */
static void need_answer(Slicer *sl, const ViewStep *previous, const ViewStep *s) {
        for (guint i = 0; i < previous->changes->len; i++) {
                const Change *asked = ((ViewChange *) previous->changes->pdata[i])->change;

                if (strcmp(asked->subject, PID1) != 0 || strcmp(asked->new, VIEW_WAITING) != 0)
                        continue;
                need_value(sl, s->index, PID1, asked->field, VIEW_CAUSE_VALUE, s->index);
                if (g_str_has_suffix(asked->field, ": daemon-reload") ||
                    g_str_has_suffix(asked->field, ": daemon-reexec"))
                        need_value(sl, s->index, PID1, "Next", VIEW_CAUSE_VALUE, s->index);
        }
}

static void need_program(Slicer *sl, const ViewStep *s, const char *client) {
        for (unsigned i = s->index; client && i-- > sl->run->n_top;) {
                ViewStep *previous = view_run_step(sl->run, i);

                if (!is_by(previous, client) || previous->skipped)
                        continue;
                add_cause(previous, VIEW_CAUSE_PROGRAM, s->index, NULL, NULL);
                need_answer(sl, previous, s);
                need_program(sl, previous, client);
                return;
        }
}

static void explain_statement(Slicer *sl, ViewStep *s, const ViewChange *c) {
        if (c->kind == VIEW_PROCESS)
                need_subject(sl, s->index, c->change->subject, VIEW_CAUSE_VALUE, s->index);
        if (s->event->process)
                need_process(sl, s, s->event->process);
        need_program(sl, s, s->client);
}

static void explain_interrupts(Slicer *sl, ViewStep *s) {
        for (guint i = 0; i < s->interrupts->len; i++) {
                ViewInterrupt *v = s->interrupts->pdata[i];

                v->needed = true;
                if (v->interrupt->process)
                        need_process(sl, s, v->interrupt->process);
                need_program(sl, s, v->interrupt->client);
        }
}

static void explain(Slicer *sl, ViewStep *s, const ViewChange *c) {
        if (s->actor != VIEW_PID1) {
                explain_statement(sl, s, c);
                return;
        }
        need_queue(sl, s);
        explain_interrupts(sl, s);
        if (c->kind == VIEW_UNIT)
                explain_unit(sl, s, c->change->subject);
        else if (c->kind == VIEW_PROCESS)
                explain_process(sl, s, c->change->subject);
        else if (c->kind == VIEW_MANAGER && strcmp(c->change->field, "State") == 0)
                need_noted_units(sl, s, NULL);
}

static const char *const *outcome_fields(const char *property) {
        for (size_t i = 0; i < G_N_ELEMENTS(outcome_table); i++)
                if (strcmp(outcome_table[i].property, property) == 0)
                        return outcome_table[i].fields;
        return NULL;
}

static void need_outcome(Slicer *sl, const char *subject, const char *field) {
        unsigned n = sl->run->steps->len;

        if (field)
                need_value(sl, n, subject, field, VIEW_CAUSE_OUTCOME, n - 1);
        else
                need_subject(sl, n, subject, VIEW_CAUSE_OUTCOME, n - 1);
}

/* Whoever is named in the sentence that says what is violated. */
static void need_named_processes(Slicer *sl) {
        const ViewState *end = state_before(sl, sl->run->steps->len);

        for (guint i = 0; i < end->subjects->len; i++) {
                const ViewSubject *x = end->subjects->pdata[i];

                if (x->kind == VIEW_PROCESS && view_has_word(sl->view->violation, x->label))
                        need_outcome(sl, x->name, NULL);
        }
}

static void need_violation(Slicer *sl) {
        const Trace *t = sl->view->trace;
        const char *const *fields = outcome_fields(t->property);

        need_outcome(sl, PID1, "State");
        need_named_processes(sl);
        if (!t->unit)
                return;
        if (!fields)
                need_outcome(sl, t->unit, NULL);
        for (; fields && *fields; fields++)
                need_outcome(sl, t->unit, *fields);
}

/* A dead PID 1 shows nothing else, and whatever else differs follows from that. */
static bool dies_in_one(const TraceView *v) {
        for (guint i = 0; i < v->differences->len; i++)
                if (strcmp(((Change *) v->differences->pdata[i])->subject, PID1) == 0)
                        return true;
        return false;
}

/* Whatever differs at rest began there. */
static void need_first_difference(Slicer *sl) {
        const TraceView *v = sl->view;
        const ViewPair *p = v->first_difference < v->pairs->len ? v->pairs->pdata[v->first_difference] : NULL;
        const ViewStep *first = !p ? NULL : sl->run == &v->run ? p->run : p->other;
        ViewStep *s = first ? view_run_step(sl->run, first->index) : NULL;

        if (!s || s->number == 0)
                return;
        add_cause(s, VIEW_CAUSE_OUTCOME, sl->run->steps->len - 1, NULL, NULL);
        if (s->actor == VIEW_PID1)
                need_queue(sl, s);
        for (guint i = 0; s->stream && i < v->differences->len; i++) {
                const Change *c = v->differences->pdata[i];

                if (view_subject_kind(c->subject) == VIEW_UNIT && !dies_in_one(v))
                        need_entries(sl, s, c->subject);
        }
}

static void need_differences(Slicer *sl) {
        need_first_difference(sl);
        if (dies_in_one(sl->view)) {
                need_outcome(sl, PID1, "State");
                return;
        }
        for (guint i = 0; i < sl->view->differences->len; i++) {
                const Change *c = sl->view->differences->pdata[i];

                need_outcome(sl, c->subject, c->field);
        }
}

/* Lines of the entries that a needed unit was made of: those that decide a field which is needed anywhere later on. */
static void mark_lines(ViewEntry *e, const char *const *fields, const ViewStep *s) {
        for (guint i = 0; i < e->lines->len; i++) {
                ViewLine *l = e->lines->pdata[i];
                const ViewChange *c = l->field && e->applied_to ? find_change(s, e->applied_to, l->field) : NULL;

                l->needed = c && c->needed;
                for (const char *const *f = fields; l->field && f && *f; f++)
                        l->needed = l->needed || strcmp(*f, l->field) == 0;
        }
}

static bool note_concerns(const ViewStep *s, const TraceNote *n) {
        if (!n->unit)
                return true;
        for (guint i = 0; i < s->changes->len; i++) {
                const ViewChange *c = s->changes->pdata[i];

                if (c->needed &&
                    (strcmp(c->change->subject, n->unit) == 0 ||
                     (c->kind == VIEW_PROCESS && view_has_word(n->text, view_label(c->change->subject)))))
                        return true;
        }
        for (guint i = 0; s->stream && i < s->stream->entries->len; i++) {
                const ViewEntry *e = s->stream->entries->pdata[i];

                if (e->needed && entry_concerns(e, n->unit))
                        return true;
        }
        return false;
}

static void mark_details(Slicer *sl, ViewStep *s) {
        const Trace *t = sl->view->trace;
        const char *const *fields = outcome_fields(t->property);

        for (guint i = 0; s->stream && i < s->stream->entries->len; i++) {
                ViewEntry *e = s->stream->entries->pdata[i];

                if (t->unit && entry_concerns(e, t->unit))
                        e->needed = true;
                if (e->needed)
                        mark_lines(e, fields, s);
        }
        for (guint i = 0; i < s->notes->len; i++) {
                ViewNote *n = s->notes->pdata[i];

                n->needed = note_concerns(s, n->note) || (s->violates && g_strcmp0(n->note->unit, t->unit) == 0);
        }
}

/* A violation that is seen after the last step needs that step, whatever it changed. */
static void need_last(Slicer *sl) {
        ViewStep *last = view_run_step(sl->run, sl->run->steps->len - 1);

        if (last->number > 0)
                add_cause(last, VIEW_CAUSE_OUTCOME, last->index, NULL, NULL);
        if (last->actor == VIEW_PID1)
                need_queue(sl, last);
        if (last->stream && sl->view->trace->unit)
                need_entries(sl, last, sl->view->trace->unit);
}

static bool compares_orders(const char *property) {
        size_t n;
        const Property *all = properties(&n);
        int i = property_find(property);

        return i >= 0 && all[i].compares_orders;
}

void view_find_causes(TraceView *v, ViewRun *r) {
        Slicer sl = { .view = v, .run = r, .work = G_QUEUE_INIT };
        Need *n;

        if (r->steps->len == 0)
                return;
        sl.taken = g_hash_table_new(NULL, NULL);
        if (r == &v->other || compares_orders(v->trace->property))
                need_differences(&sl);
        else {
                need_last(&sl);
                need_violation(&sl);
        }
        while ((n = g_queue_pop_head(&sl.work))) {
                explain(&sl, n->step, n->change);
                g_free(n);
        }
        for (guint i = 0; i < r->steps->len; i++) {
                ViewStep *s = r->steps->pdata[i];

                if (!s->needed)
                        continue;
                mark_details(&sl, s);
                r->n_needed += s->number > 0;
        }
        g_hash_table_unref(sl.taken);
}
