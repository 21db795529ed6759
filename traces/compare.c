/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "traces/compare-stream.h"
#include "traces/compare.h"

typedef struct Comparison {
        Agreement *agreement;
        Difference *first; /* NULL: none so far */
        bool whole;        /* all of the recording agrees so far */
        unsigned step;     /* from 1 */
} Comparison;

/* clang-format off */
static const char *const agree_kind_table[_AGREE_KIND_MAX] = {
        [AGREE_OUTCOME]   = "outcome",
        [AGREE_UNIT]      = "unit",
        [AGREE_ENTRY]     = "entry",
        [AGREE_RECORDING] = "recording",
};
/* clang-format on */

/* The fields of a unit that count; the others are shown only. */
static const SeenField compared_fields[] = {
        SEEN_ID,       SEEN_LOAD_STATE,  SEEN_ACTIVE_STATE, SEEN_SUB_STATE, SEEN_RESULT,
        SEEN_MAIN_PID, SEEN_CONTROL_PID, SEEN_N_RESTARTS,   SEEN_JOB,       SEEN_NAMES,
};

const char *agree_kind_to_string(AgreeKind k) {
        return agree_kind_table[k];
}

int agree_kind_from_string(const char *s) {
        for (int k = 0; k < _AGREE_KIND_MAX; k++)
                if (g_str_equal(s, agree_kind_table[k]))
                        return k;
        return -1;
}

static void difference_row_free(gpointer data) {
        DifferenceRow *row = data;

        g_free(row->label);
        g_free(row->recorded);
        g_free(row->predicted);
        g_free(row);
}

void difference_free(Difference *d) {
        if (!d)
                return;
        g_free(d->what);
        g_ptr_array_unref(d->rows);
        g_free(d);
}

static Difference *difference_new(unsigned step, const char *what, const char *name) {
        Difference *d = g_new0(Difference, 1);

        d->step = step;
        d->what = g_strconcat(what, name, NULL);
        d->rows = g_ptr_array_new_with_free_func(difference_row_free);
        return d;
}

static void difference_add(Difference *d, const char *label, const char *recorded, const char *predicted,
                           bool differs) {
        DifferenceRow *row = g_new0(DifferenceRow, 1);

        row->label = g_strdup(label);
        row->recorded = g_strdup(recorded ? recorded : "-");
        row->predicted = g_strdup(predicted ? predicted : "-");
        row->differs = differs;
        g_ptr_array_add(d->rows, row);
}

/* Counts one comparison. True when the caller is to describe the disagreement, since it is the first. */
static bool count(Comparison *c, AgreeKind kind, bool agrees) {
        c->agreement->total[kind]++;
        c->agreement->agree[kind] += agrees;
        c->whole &= agrees;
        return !agrees && !c->first;
}

/* Units */

static bool same_names(const char *a, const char *b) {
        g_auto(GStrv) x = g_strsplit(a, " ", -1), y = g_strsplit(b, " ", -1);

        if (g_strv_length(x) != g_strv_length(y))
                return false;
        for (char **i = x; *i; i++)
                if (!g_strv_contains((const char *const *) y, *i))
                        return false;
        return true;
}

/* A recording may not have a field (not-found units); then there is nothing to compare with. The N of ?N is a
 * process id. */
static bool field_agrees(const SeenUnit *recorded, const SeenUnit *predicted, SeenField f) {
        const char *a = recorded->field[f], *b = predicted->field[f];

        if (!a)
                return true;
        if (!b)
                return false;
        if (f == SEEN_NAMES)
                return same_names(a, b);
        return g_str_equal(a, b) || (a[0] == '?' && b[0] == '?');
}

static bool unit_agrees(const SeenUnit *recorded, const SeenUnit *predicted) {
        if (!recorded || !predicted)
                return false;
        for (size_t i = 0; i < G_N_ELEMENTS(compared_fields); i++)
                if (!field_agrees(recorded, predicted, compared_fields[i]))
                        return false;
        return true;
}

static Difference *unit_difference(Comparison *c, const SeenUnit *recorded, const SeenUnit *predicted) {
        Difference *d = difference_new(c->step, "unit ", recorded ? recorded->id : predicted->id);

        if (!recorded || !predicted)
                difference_add(d, "", recorded ? "loaded" : "not loaded", predicted ? "loaded" : "not loaded",
                               true);
        for (size_t i = 0; i < G_N_ELEMENTS(compared_fields); i++) {
                SeenField f = compared_fields[i];

                difference_add(d, seen_field_to_string(f), recorded ? recorded->field[f] : NULL,
                               predicted ? predicted->field[f] : NULL,
                               recorded && predicted && !field_agrees(recorded, predicted, f));
        }
        return d;
}

static void compare_unit(Comparison *c, const SeenUnit *recorded, const SeenUnit *predicted) {
        if (count(c, AGREE_UNIT, unit_agrees(recorded, predicted)))
                c->first = unit_difference(c, recorded, predicted);
}

static void compare_units(Comparison *c, const Observation *recorded, const Observation *predicted) {
        for (unsigned i = 0; i < recorded->units->len; i++) {
                const SeenUnit *u = recorded->units->pdata[i];

                compare_unit(c, u, predicted ? observation_find_unit(predicted, u->id) : NULL);
        }
        for (unsigned i = 0; predicted && i < predicted->units->len; i++) {
                const SeenUnit *u = predicted->units->pdata[i];

                if (!observation_find_unit(recorded, u->id))
                        compare_unit(c, NULL, u);
        }
}

/* Processes and orphans: only whole recordings are counted. */

static const char *process_cgroup(const Observation *o, const char *name) {
        for (unsigned i = 0; o && i < o->processes->len; i++) {
                const SeenProcess *p = o->processes->pdata[i];

                if (g_str_equal(p->name, name))
                        return p->cgroup;
        }
        return NULL;
}

static bool processes_agree(const Observation *recorded, const Observation *predicted) {
        if (!predicted || recorded->processes->len != predicted->processes->len)
                return false;
        for (unsigned i = 0; i < recorded->processes->len; i++) {
                const SeenProcess *p = recorded->processes->pdata[i];

                if (g_strcmp0(process_cgroup(predicted, p->name), p->cgroup) != 0)
                        return false;
        }
        return true;
}

static Difference *process_difference(Comparison *c, const Observation *recorded, const Observation *predicted) {
        Difference *d = difference_new(c->step, "processes", NULL);

        for (unsigned i = 0; i < recorded->processes->len; i++) {
                const SeenProcess *p = recorded->processes->pdata[i];
                const char *other = process_cgroup(predicted, p->name);

                difference_add(d, p->name, p->cgroup, other, g_strcmp0(p->cgroup, other) != 0);
        }
        for (unsigned i = 0; predicted && i < predicted->processes->len; i++) {
                const SeenProcess *p = predicted->processes->pdata[i];

                if (!process_cgroup(recorded, p->name))
                        difference_add(d, p->name, NULL, p->cgroup, true);
        }
        return d;
}

static Difference *orphan_difference(Comparison *c, const Observation *recorded, const Observation *predicted) {
        Difference *d = difference_new(c->step, "number of orphans", NULL);
        g_autofree char *a = g_strdup_printf("%u", recorded->orphans->len);
        g_autofree char *b = predicted ? g_strdup_printf("%u", predicted->orphans->len) : NULL;

        difference_add(d, "", a, b, true);
        return d;
}

static void compare_observations(Comparison *c, const Observation *recorded, const Observation *predicted) {
        compare_units(c, recorded, predicted);

        if (!processes_agree(recorded, predicted)) {
                c->whole = false;
                if (!c->first)
                        c->first = process_difference(c, recorded, predicted);
        }
        if (!predicted || recorded->orphans->len != predicted->orphans->len) {
                c->whole = false;
                if (!c->first)
                        c->first = orphan_difference(c, recorded, predicted);
        }
}

/* Streams */

static bool same_items(const GPtrArray *a, const GPtrArray *b) {
        if (!a || !b || a->len != b->len)
                return false;
        for (unsigned i = 0; i < a->len; i++)
                if (!g_str_equal(a->pdata[i], b->pdata[i]))
                        return false;
        return true;
}

/* Both lists are sorted behind their names: what only one has, and the names. */
static Difference *entry_difference(Comparison *c, unsigned position, const GPtrArray *a, const GPtrArray *b) {
        g_autofree char *what = g_strdup_printf("entry %u of the stream", position + 1);
        Difference *d = difference_new(c->step, what, NULL);
        const char *x = a ? a->pdata[0] : NULL, *y = b ? b->pdata[0] : NULL;
        unsigned i = 1, j = 1;

        difference_add(d, "", x, y, g_strcmp0(x, y) != 0);
        while ((a && i < a->len) || (b && j < b->len)) {
                int r = !a || i >= a->len ? 1 : !b || j >= b->len ? -1 : strcmp(a->pdata[i], b->pdata[j]);

                if (r != 0)
                        difference_add(d, "", r < 0 ? a->pdata[i] : NULL, r > 0 ? b->pdata[j] : NULL, true);
                i += r <= 0;
                j += r >= 0;
        }
        return d;
}

static void compare_streams(Comparison *c, const GPtrArray *recorded, const GPtrArray *predicted) {
        unsigned n = MAX(recorded->len, predicted ? predicted->len : 0);

        for (unsigned i = 0; i < n; i++) {
                g_autoptr(GPtrArray) a = NULL, b = NULL;

                if (i < recorded->len)
                        a = stream_entry_items(recorded->pdata[i]);
                if (predicted && i < predicted->len)
                        b = stream_entry_items(predicted->pdata[i]);
                if (count(c, AGREE_ENTRY, same_items(a, b)))
                        c->first = entry_difference(c, i, a, b);
        }
}

/* Outcomes */

/* The step in which PID 1 died, from 1; 0: it did not. */
static unsigned crash_step(const Recording *r) {
        return r->outcome == OUTCOME_CRASHED ? r->steps->len : 0;
}

static void describe_outcome(Comparison *c, const Recording *recorded, const Recording *predicted) {
        unsigned a = crash_step(recorded), b = crash_step(predicted);

        c->first = difference_new(c->step, "outcome", NULL);
        difference_add(c->first, "", a == c->step ? "crashed" : "alive", b == c->step ? "crashed" : "alive",
                       true);
}

static void compare_step(Comparison *c, const Recording *recorded, const Recording *predicted) {
        const Step *a = recorded->steps->pdata[c->step - 1];
        const Step *b = c->step <= predicted->steps->len ? predicted->steps->pdata[c->step - 1] : NULL;

        if (a->stream)
                compare_streams(c, a->stream, b ? b->stream : NULL);
        if (recorded->outcome != OUTCOME_UNKNOWN && !c->first &&
            (crash_step(recorded) == c->step) != (crash_step(predicted) == c->step))
                describe_outcome(c, recorded, predicted);
        if (a->after)
                compare_observations(c, a->after, b ? b->after : NULL);
}

void compare_recordings(const Recording *recorded, const Recording *predicted, Agreement *agreement,
                        Difference **ret_first) {
        Comparison c = { .agreement = agreement, .whole = true };

        for (c.step = 1; c.step <= recorded->steps->len; c.step++)
                compare_step(&c, recorded, predicted);

        if (recorded->outcome != OUTCOME_UNKNOWN) {
                bool same = crash_step(recorded) == crash_step(predicted);

                c.step = recorded->steps->len;
                if (count(&c, AGREE_OUTCOME, same))
                        describe_outcome(&c, recorded, predicted);
                count(&c, AGREE_RECORDING, c.whole);
        }
        agreement->alternatives += predicted->alternatives;
        *ret_first = c.first;
}
