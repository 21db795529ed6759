/* SPDX-License-Identifier: MIT */

/* manager-serialize.c, 262: an entry whose name has become an alias of a unit with an entry of its own does not reach
 * that unit. A unit made for the purpose adopts what it says. */

#include <errno.h>
#include <string.h>

#include "job.h"
#include "journal.h"
#include "stream.h"
#include "tables.h"

bool serialized_names_contain(const SerializedNames *s, NameId name) {
        return name / 64 < s->n_words && (s->words[name / 64] & BIT(name % 64));
}

void serialized_names_add(SerializedNames *s, NameId name) {
        if (name / 64 < s->n_words)
                s->words[name / 64] |= BIT(name % 64);
}

/* Looks through the whole stream before the first entry is applied, with the routine that skips entries. Names that the
 * scenario does not have cannot be that of a unit either, so they need not be remembered. */
int manager_collect_serialized_unit_names(Manager *m, const StreamReader *r, SerializedNames *set) {
        StreamReader ahead = *r;
        StreamItem item;
        const char *name;
        size_t size;
        int k;

        while ((k = stream_read_line(&ahead, &name, &size)) > 0) {
                if (size < sizeof(item.value)) {
                        NameId id;

                        memcpy(item.value, name, size);
                        item.value[size] = '\0';

                        id = catalog_find_name(m->catalog, item.value);
                        if (id != ID_NONE)
                                serialized_names_add(set, id);
                }

                k = unit_deserialize_skip(m, &ahead);
                if (k < 0)
                        return k;
        }

        return k;
}

bool manager_entry_is_stale(const Unit *u, NameId name, const SerializedNames *serialized_units) {
        return u->id != name && serialized_names_contain(serialized_units, u->id);
}

/* unit.h:UnitVTable.track_orphaned: the types that hold processes or the like. */
static bool type_tracks_orphans(UnitType t) {
        static const uint64_t types =
                BIT(UNIT_SERVICE) | BIT(UNIT_SOCKET) | BIT(UNIT_MOUNT) | BIT(UNIT_SWAP) | BIT(UNIT_SCOPE);

        return (BIT(t) & types) != 0;
}

/* The real name is random. Orphans of earlier reloads may still be somewhere in the stream under theirs. */
static NameId find_spare_name(Manager *m, UnitType type, const SerializedNames *serialized_units) {
        const Catalog *c = m->catalog;

        for (size_t n = c->n_names - c->n_orphan_names; n < c->n_names; n++)
                if (c->names[n].is_orphan && c->names[n].type == type && m->names[n] == UNIT_NONE &&
                    !serialized_names_contain(serialized_units, (NameId) n))
                        return (NameId) n;

        return ID_NONE;
}

/* Whatever was to be done with the former unit is not to be done with the orphan, but stopping it is. */
static void cancel_jobs(Manager *m, Unit *orphan) {
        if (orphan->job.installed && orphan->job.type != JOB_STOP)
                (void) job_finish_and_invalidate(m, orphan, &orphan->job, JOB_CANCELED,
                                                 /* recursive= */ false, /* already= */ false);
        if (orphan->nop_job.installed)
                (void) job_finish_and_invalidate(m, orphan, &orphan->nop_job, JOB_CANCELED,
                                                 /* recursive= */ false, /* already= */ false);
}

Unit *manager_new_orphaned_unit(Manager *m, NameId original, const Unit *canonical,
                                SerializedNames *serialized_units) {
        UnitType type = m->catalog->names[original].type;
        NameId name;
        Unit *orphan;

        if (!type_tracks_orphans(type)) {
                manager_note(m, "manager_synthesize_orphaned_unit", canonical,
                             "the entry of %s is dropped: no orphans of type %s",
                             catalog_name_str(m->catalog, original), unit_type_to_string(type));
                return NULL;
        }

        name = find_spare_name(m, type, serialized_units);
        orphan = name == ID_NONE ? NULL : unit_new_for_name(m, name);
        if (!orphan) {
                manager_limit(m);
                return NULL;
        }

        orphan->load_state = UNIT_NOT_FOUND;
        orphan->collect_mode = COLLECT_INACTIVE_OR_FAILED;
        /* No load has failed for it yet, so the next look at it tries one (manager_unit_cache_should_retry_load()). */
        orphan->flags |= UNIT_IS_ORPHAN | UNIT_NOT_FOUND_STALE;
        serialized_units->adopted[name] = original;
        return orphan;
}

static void swap_names(Manager *m, NameId a, NameId b) {
        UnitSlot slot = m->names[a];

        m->names[a] = m->names[b];
        m->names[b] = slot;
        m->units[m->names[a]].id = a;
        m->units[m->names[b]].id = b;
}

void manager_settle_orphan_names(Manager *m, SerializedNames *serialized_units) {
        const Catalog *c = m->catalog;
        NameId *adopted = serialized_units->adopted;
        size_t first = c->n_names - c->n_orphan_names;

        for (size_t a = first; a < c->n_names; a++)
                for (size_t b = a + 1; b < c->n_names && adopted[a] != ID_NONE; b++) {
                        NameId original = adopted[b];

                        if (original == ID_NONE || c->names[a].type != c->names[b].type || adopted[a] < original)
                                continue;

                        adopted[b] = adopted[a];
                        adopted[a] = original;
                        swap_names(m, (NameId) a, (NameId) b);
                }
}

int manager_synthesize_orphaned_unit(Manager *m, Unit *orphan, const Unit *canonical, StreamReader *r,
                                     SerializedNames *serialized_units) {
        NameId *original = serialized_units->adopted + orphan->id;
        int k;

        k = unit_deserialize(m, orphan, r);
        if (k < 0) {
                *original = ID_NONE;
                unit_free(m, orphan);
                return k;
        }

        manager_note(m, "manager_synthesize_orphaned_unit", orphan,
                     "adopts the entry of %s, which is now an alias of %s",
                     catalog_name_str(m->catalog, *original), unit_name(m, canonical));
        journal_line(
                m,
                "Unit file for '%s' was overridden by a symlink to '%s'. Synthesized orphan unit '%s' to retain "
                "tracking of the previous unit's processes.",
                catalog_name_str(m->catalog, *original), unit_name(m, canonical), unit_name(m, orphan));
        cancel_jobs(m, orphan);
        return 0;
}
