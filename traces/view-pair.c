/* SPDX-License-Identifier: MIT */

#include <string.h>

#include "traces/view-internal.h"

/* Both runs have the same statements and exits in the same order: a schedule. Between two of them PID 1 dispatches, not
 * always equally often. */

static bool is_dispatch(const ViewStep *s) {
        return s->event->kind == TRACE_DISPATCH;
}

static bool same_changes(const GPtrArray *a, const GPtrArray *b) {
        if (a->len != b->len)
                return false;
        for (guint i = 0; i < a->len; i++) {
                const Change *x = a->pdata[i], *y = b->pdata[i];

                if (strcmp(x->subject, y->subject) != 0 || strcmp(x->field, y->field) != 0 ||
                    strcmp(x->old, y->old) != 0 || strcmp(x->new, y->new) != 0)
                        return false;
        }
        return true;
}

static bool same_entries(const GPtrArray *a, const GPtrArray *b) {
        if (a->len != b->len)
                return false;
        for (guint i = 0; i < a->len; i++) {
                const TraceEntry *x = a->pdata[i], *y = b->pdata[i];

                if (strcmp(x->name, y->name) != 0 || g_strcmp0(x->applied_to, y->applied_to) != 0)
                        return false;
        }
        return true;
}

/* In what can be seen: a stream in another order is no difference when neither reload changes anything. */
static bool do_the_same(const ViewStep *a, const ViewStep *b) {
        return a->skipped == b->skipped && same_changes(a->event->changes, b->event->changes) &&
               (same_entries(a->event->entries, b->event->entries) || a->changes->len == 0);
}

static void add_pair(TraceView *v, const ViewStep *run, const ViewStep *other) {
        ViewPair *p = g_new(ViewPair, 1);

        *p = (ViewPair) { .run = run, .other = other, .differs = !run || !other || !do_the_same(run, other) };
        g_ptr_array_add(v->pairs, p);
}

void view_pair_runs(TraceView *v) {
        unsigned i = 0, j = 0;
        const ViewStep *a, *b;

        for (;;) {
                a = view_run_step(&v->run, i);
                b = view_run_step(&v->other, j);
                if (!a && !b)
                        break;
                if (a && b && is_dispatch(a) != is_dispatch(b)) {
                        if (is_dispatch(a))
                                b = NULL;
                        else
                                a = NULL;
                }
                add_pair(v, a, b);
                i += a != NULL;
                j += b != NULL;
        }

        v->first_difference = v->pairs->len;
        for (guint k = 0; k < v->pairs->len && v->first_difference == v->pairs->len; k++)
                if (((ViewPair *) v->pairs->pdata[k])->differs)
                        v->first_difference = k;
}
