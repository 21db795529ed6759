/* SPDX-License-Identifier: MIT */

/* manager-serialize.c: header, units in the order of m->units, and back. */

#include <errno.h>
#include <string.h>

#include "fixes.h"

#define UNIT_NAME_SIZE 512U /* no valid name is longer than 255 */

/* Writing */

/* manager-serialize.c:manager_serialize, the header. What the manager itself remembers is not modelled but for the
 * job ids; its other keys are left out. */
static void serialize_header(Manager *m) {
        const uint32_t *job_ids = world_job_ids(m->layout, m->world);
        unsigned n_jobs = 0;

        for (size_t i = 0; i < m->layout->n_units; i++)
                if (m->units[i].in_use)
                        n_jobs += m->units[i].job.installed + m->units[i].nop_job.installed;

        stream_item_unsigned(m, "current-job-id", job_ids[m->layout->n_units * 2]);
        stream_item_unsigned(m, "n-installed-jobs", n_jobs);
        stream_literal(m, "n-failed-jobs=0\n\n");
}

void manager_serialize(Manager *m) {
        size_t n_units = m->layout->n_units, n_words = SERIALIZED_NAMES_WORDS(m), n = 0, n_runs;
        UnitSlot *slots = g_newa(UnitSlot, n_units);
        size_t *runs = g_newa(size_t, n_units + 1);
        StreamOrder order = {
                .ids = g_newa0(NameId, n_units),
                .names = g_newa0(uint64_t, n_units * n_words),
                .n_words = n_words,
                .unsettled = g_newa0(uint64_t, n_words),
                .separate = g_newa0(bool, n_units),
                .alone = g_newa0(bool, n_units),
                .settled = g_newa0(bool, n_units),
        };

        for (size_t i = 0; i < n_units; i++)
                if (m->units[i].in_use && fixes_write_entry(m, m->units + i))
                        slots[n++] = (UnitSlot) i;

        stream_order_prepare(m, &order);
        n_runs = fixes_sort_entries(m, slots, n, runs);
        runs[n_runs] = n;
        for (size_t i = 0; i < n_runs; i++) {
                size_t n_run = runs[i + 1] - runs[i];

                if (!m->rank)
                        stream_order_settle(m, slots + runs[i], n_run, &order);
                manager_sort_units(m, slots + runs[i], n_run, &stream_order_rule, &order, "manager_serialize");
        }

        m->stream_size = 0;
        serialize_header(m);
        for (size_t i = 0; i < n; i++)
                unit_serialize(m, m->units + slots[i]);
}

/* Reading */

static int deserialize_header(Manager *m, StreamReader *r) {
        uint32_t *current = world_job_ids(m->layout, m->world) + m->layout->n_units * 2;
        StreamItem item;
        const char *line;
        unsigned id;
        size_t size;
        int k;

        for (;;) {
                k = stream_read_line(r, &line, &size);
                if (k < 0)
                        return k;
                if (k == 0 || size == 0)
                        return 0;

                stream_split_item(line, size, &item);
                if (strcmp(item.key, "current-job-id") == 0 && stream_parse_unsigned(item.value, &id) >= 0)
                        *current = MAX(*current, id);
        }
}

/* Returns the text of a name line, cut where no name can be as long, and its id. */
static NameId split_name(Manager *m, const char *line, size_t size, char *ret_text, size_t text_size) {
        size_t n = MIN(size, text_size - 1);

        memcpy(ret_text, line, n);
        ret_text[n] = '\0';
        return n < size ? ID_NONE : catalog_find_name(m->catalog, ret_text);
}

/* The first difference counts. What was read there need not be a name; then it is the name that was expected. */
static void note_stray(Manager *m, NameId begun, const char *written, size_t written_size) {
        char text[UNIT_NAME_SIZE];

        if (!m->reload.stream_intact)
                return;

        m->reload.stream_intact = false;
        m->reload.first_stray = begun;
        if (begun == ID_NONE && written)
                m->reload.first_stray = split_name(m, written, written_size, text, sizeof(text));
}

/* Compares what the reader takes for an entry with what the writer wrote, for the property stream-intact. @truth goes
 * from entry to entry as they were written. */
static void report_begun(Manager *m, StreamReader *truth, const char *name, size_t size, NameId id) {
        ReloadReport *report = &m->reload;
        const char *written = NULL;
        size_t written_size = 0;

        report->n_begun++;

        if (stream_next_entry(truth, &written, &written_size) > 0) {
                report->n_written++;
                if (written_size == size && memcmp(written, name, size) == 0)
                        return;
        }

        note_stray(m, id, written, written_size);
}

/* Entries that the reader never came to. */
static void report_unread(Manager *m, StreamReader *truth) {
        const char *written;
        size_t size;

        while (stream_next_entry(truth, &written, &size) > 0) {
                m->reload.n_written++;
                note_stray(m, ID_NONE, written, size);
        }
}

static void observe_entry(Manager *m, const char *name, const Unit *u) {
        if (m->observer && m->observer->entry)
                m->observer->entry(m->observer, m, name, u ? u->id : ID_NONE);
}

static int apply_entry(Manager *m, Unit *u, NameId name, const char *text, StreamReader *r,
                       SerializedNames *serialized_units) {
        int k;

        observe_entry(m, text, u);
        k = unit_deserialize(m, u, r);
        if (k < 0) {
                manager_note(m, "manager_deserialize_one_unit", u, "the entry of %s is given up in the middle",
                             text);
                return k;
        }

        if (u->id == name)
                manager_note(m, "manager_deserialize_one_unit", u, "has taken its entry");
        else
                manager_note(m, "manager_deserialize_one_unit", u, "has taken the entry of %s", text);

        /* A later entry that comes to the same unit finds it taken. */
        if (u->id != name)
                serialized_names_add(serialized_units, u->id);
        return 0;
}

static int drop_entry(Manager *m, const char *text, StreamReader *r) {
        observe_entry(m, text, NULL);
        return unit_deserialize_skip(m, r);
}

static int adopt_entry(Manager *m, NameId name, const char *text, const Unit *canonical, StreamReader *r,
                       SerializedNames *serialized_units) {
        Unit *orphan = manager_new_orphaned_unit(m, name, canonical, serialized_units);

        if (!orphan)
                return drop_entry(m, text, r);

        observe_entry(m, text, orphan);
        return manager_synthesize_orphaned_unit(m, orphan, canonical, r, serialized_units) < 0
                       ? unit_deserialize_skip(m, r)
                       : 0;
}

/* manager_deserialize_one_unit(). Negative: the caller has to skip what is left of the entry. */
static int manager_deserialize_one_unit(Manager *m, NameId name, const char *text, StreamReader *r,
                                        SerializedNames *serialized_units) {
        Unit *u = NULL;
        int k;

        if (m->chooser->observation_point)
                m->chooser->observation_point(m->chooser, m, OBSERVE_LOAD, name);

        /* A name that no unit can have is refused as manager_load_unit() refuses it: the empty name, above all. */
        k = name == ID_NONE ? -EINVAL : manager_load_unit(m, name, &u);
        if (k >= 0 && !u)
                k = -ENOENT;
        if (k < 0) {
                observe_entry(m, text, NULL);
                manager_note(m, "manager_deserialize_one_unit", NULL, "cannot load \"%s\", its entry is skipped",
                             text);
                return k;
        }

        FixEntry entry = { .text = text, .name = name, .unit = u, .reader = r, .names = serialized_units };
        switch (fixes_entry(m, &entry)) {
        case FIX_SKIP:
                return drop_entry(m, text, r);

        case FIX_ADOPT:
                return adopt_entry(m, name, text, u, r, serialized_units);

        case FIX_GIVE:
                return apply_entry(m, entry.given_to, name, text, r, serialized_units);

        default:
                return apply_entry(m, u, name, text, r, serialized_units);
        }
}

static int manager_deserialize_units(Manager *m, StreamReader *r, SerializedNames *serialized_units,
                                     StreamReader *truth) {
        char text[UNIT_NAME_SIZE];
        const char *line;
        NameId name;
        size_t size;
        int k;

        if (fixes_collect_names(m->profile)) {
                k = manager_collect_serialized_unit_names(m, r, serialized_units);
                if (k < 0)
                        return k;
        }

        for (;;) {
                k = stream_read_line(r, &line, &size);
                if (k <= 0)
                        return k;

                name = split_name(m, line, size, text, sizeof(text));
                report_begun(m, truth, line, size, name);

                k = manager_deserialize_one_unit(m, name, text, r, serialized_units);
                if (MANAGER_CRASHED(m))
                        return 0;
                if (k < 0) {
                        k = unit_deserialize_skip(m, r);
                        if (k < 0)
                                return k;
                }
        }
}

int manager_deserialize(Manager *m, StreamReader *r) {
        SerializedNames serialized_units = {
                .words = g_newa0(uint64_t, SERIALIZED_NAMES_WORDS(m)),
                .n_words = SERIALIZED_NAMES_WORDS(m),
                .adopted = g_newa(NameId, m->catalog->n_names),
        };
        StreamReader truth;
        int k;

        for (size_t i = 0; i < m->catalog->n_names; i++)
                serialized_units.adopted[i] = ID_NONE;

        m->reload.n_written = m->reload.n_begun = 0;
        m->reload.stream_intact = true;
        m->reload.first_stray = ID_NONE;

        k = deserialize_header(m, r);
        if (k < 0)
                return k;

        truth = *r;
        k = manager_deserialize_units(m, r, &serialized_units, &truth);
        report_unread(m, &truth);
        if (!MANAGER_CRASHED(m))
                manager_settle_orphan_names(m, &serialized_units);
        return k;
}
