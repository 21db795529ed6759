/* SPDX-License-Identifier: MIT */
#pragma once

/* The state stream: systemd's own text format. One writer, one reader. */

#include <string.h>

#include "unit.h"

/* Appends what unit_serialize_state() writes for @u, from its name to its end marker, to m->stream. */
void unit_serialize(Manager *m, Unit *u);

/* manager_serialize(): the header (short: what the model needs) and all units in the order of m->units. */
void manager_serialize(Manager *m);

/* A reader over m->stream or any text. */
typedef struct StreamReader {
        const char *text;
        size_t size;
        size_t offset;
        size_t without_nul; /* no NUL is before this offset; stream_read_line() keeps it */
} StreamReader;

#define STREAM_LINE_MAX (1024U * 1024U) /* LONG_LINE_MAX; a longer line is an error */

/* The next line without its newline, stripped: *ret_line points into the text, *ret_size is its length. 0 at the
 * end, 1 on a line, -ENOBUFS for a line that is too long, -EBADMSG for a NUL in it. */
int stream_read_line(StreamReader *r, const char **ret_line, size_t *ret_size);

/* unit_deserialize(): the keys of one entry up to its end marker, into @u. */
int unit_deserialize(Manager *m, Unit *u, StreamReader *r);
/* unit_deserialize_skip(): as the version does it. */
int unit_deserialize_skip(Manager *m, StreamReader *r);
/* manager_deserialize(): header and units. */
int manager_deserialize(Manager *m, StreamReader *r);

/* stream.c: writing. A reload writes some hundred lines, so what each line takes is inline: keys are mostly literals, whose
 * lengths the compiler knows then. */

/* Makes the buffer larger: room for @size more bytes and a NUL. */
void stream_grow(Manager *m, size_t size);

/* @size more bytes of m->stream, for the caller to fill. */
static inline char *stream_extend(Manager *m, size_t size) {
        char *end;

        if (m->stream_size + size + 1 > m->stream_allocated)
                stream_grow(m, size);

        end = m->stream + m->stream_size;
        end[size] = '\0';
        m->stream_size += size;
        return end;
}

static inline void stream_append(Manager *m, const char *text, size_t size) {
        memcpy(stream_extend(m, size), text, size);
}

/* Lines that are always the same, with their newlines. */
#define stream_literal(m, lines) stream_append(m, lines, sizeof("" lines) - 1)

static inline void stream_line(Manager *m, const char *line) {
        size_t n = strlen(line);
        char *p = stream_extend(m, n + 1);

        memcpy(p, line, n);
        p[n] = '\n';
}

static inline void stream_item_string(Manager *m, const char *key, const char *value) {
        size_t n_key = strlen(key), n_value = strlen(value);
        char *p = stream_extend(m, n_key + n_value + 2);

        memcpy(p, key, n_key);
        p[n_key] = '=';
        memcpy(p + n_key + 1, value, n_value);
        p[n_key + n_value + 1] = '\n';
}

static inline void stream_item_bool(Manager *m, const char *key, bool value) {
        stream_item_string(m, key, value ? "yes" : "no");
}

/* The model knows of a time only that it has come. */
static inline void stream_item_timestamp(Manager *m, const char *key, bool set) {
        if (set)
                stream_item_string(m, key, "1 1");
}

void stream_append_unsigned(Manager *m, unsigned value);
/* @n numbers with single blanks between them. */
void stream_item_numbers(Manager *m, const char *key, const unsigned *values, size_t n);
static inline void stream_item_unsigned(Manager *m, const char *key, unsigned value) {
        stream_item_numbers(m, key, &value, 1);
}
void stream_item_pid(Manager *m, const char *key, Pid pid);
void stream_item(Manager *m, const char *key, const char *format, ...) G_GNUC_PRINTF(3, 4); /* the slow way */

/* stream.c: reading of keys and values */

/* How one key is read. @argument is the key's own: a flag, an index. */
typedef void (*StreamKeyReader)(Manager *m, Unit *u, const char *value, uint32_t argument);
typedef struct StreamKey {
        const char *key;
        StreamKeyReader read;
        uint32_t argument;
} StreamKey;

/* The keys of each kind, and how many they are. */
const StreamKey *unit_stream_keys(size_t *ret_n);
const StreamKey *cgroup_stream_keys(size_t *ret_n);
const StreamKey *service_stream_keys(size_t *ret_n);
const StreamKey *other_stream_keys(size_t *ret_n);

/* stream-keys.c: for each type of unit an index of the keys that this systemd reads. m->stream_index has it. */
typedef struct StreamIndex StreamIndex;
StreamIndex *stream_index_new(const Profile *p);

/* NULL: nobody reads such a key. */
const StreamKey *stream_index_find(const StreamIndex *index, UnitType type, const char *key, size_t size);

/* One line as two strings: what is before and behind the first "=". Longer values are cut, no value that the model
 * keeps is as long. */
typedef struct StreamItem {
        char key[64];
        char value[8192];
} StreamItem;
size_t stream_key_size(const char *line, size_t size);
void stream_split_item(const char *line, size_t size, StreamItem *ret);

int stream_parse_boolean(const char *value);
int stream_parse_unsigned(const char *value, unsigned *ret);
/* @n numbers with single blanks between them. */
int stream_parse_numbers(const char *value, uint64_t *ret, size_t n);
/* Two numbers; 1: it is set, 0: it is not, -EINVAL. */
int stream_parse_timestamp(const char *value);
/* "12" or "@7:12": a process slot of this world plus one; -ESRCH for any other number. */
int stream_parse_pid(const Manager *m, const char *value, Pid *ret);

/* Reads on to the next entry as the writer wrote it, jobs included, and gives its name. 1, 0 at the end, -errno. */
int stream_next_entry(StreamReader *r, const char **ret_name, size_t *ret_size);
/* Behind the end marker of the entry that is being read. */
int stream_skip_entry(StreamReader *r, bool knows_jobs);

/* service-stream.c, other-stream.c: what service_serialize(), target_serialize(), slice_serialize() and so on write. */
void service_serialize(Manager *m, Unit *u);
int service_deserialize_item(Manager *m, Unit *u, const char *key, const char *value); /* 1; 0: no such key */
void other_serialize(Manager *m, Unit *u);

/* orphan.c, since 261. A set of names, one bit for each of the catalog, and whose entries orphans have adopted. */
typedef struct SerializedNames {
        uint64_t *words;
        size_t n_words;
        NameId *adopted; /* by the orphan's name that of the entry, ID_NONE: none */
} SerializedNames;
#define SERIALIZED_NAMES_WORDS(m) (((m)->catalog->n_names + 63) / 64)
bool serialized_names_contain(const SerializedNames *s, NameId name);
void serialized_names_add(SerializedNames *s, NameId name);
int manager_collect_serialized_unit_names(Manager *m, const StreamReader *r, SerializedNames *set);
/* True: the entry of @name is stale, since @u has (or already got) an entry of its own. */
bool manager_entry_is_stale(const Unit *u, NameId name, const SerializedNames *serialized_units);
/* A unit for the entry of @original, which has become an alias of @canonical; NULL: there are no orphans of its type. */
Unit *manager_new_orphaned_unit(Manager *m, NameId original, const Unit *canonical,
                                SerializedNames *serialized_units);
/* Real names of orphans are random. Those of one reload are given out by the names of the entries, whatever their order. */
void manager_settle_orphan_names(Manager *m, SerializedNames *serialized_units);
/* Applies the entry to it. Negative: it could not be, and the unit is gone. */
int manager_synthesize_orphaned_unit(Manager *m, Unit *orphan, const Unit *canonical, StreamReader *r,
                                     SerializedNames *serialized_units);

/* order-relevance.c: the rules of the three walks through m->units. They look at the world as it is and change
 * nothing. Files that change in the middle of a reload are foreseen as far as Manager.file_groups says; a process that
 * ends there is not: whoever lets that happen puts the exit where the order makes no difference, or asks for it. */

/* What serialization has to know about all units at once. By unit slot; manager_serialize() computes it once. */
typedef struct StreamOrder {
        NameId *ids;     /* the canonical name that the entry's name has on the present disk */
        uint64_t *names; /* n_words for each slot: the names that will belong to that unit */
        size_t n_words;
        uint64_t *unsettled; /* the names whose load may bring up a masked file with several names */
        bool *separate;  /* 262: the unit of that canonical name has an entry itself, others become orphans */
        bool everything; /* a skip may lose its way, so each entry matters to the one before it */
        bool *alone;     /* no order of this entry and another one matters */
        bool *settled; /* what matters about the entries that come to the same unit as this one is known already */
} StreamOrder;
void stream_order_prepare(Manager *m, StreamOrder *order); /* the arrays are zero */

/* order-registers.c: asks about those of @slots that come to one unit together, where less than all of their orders
 * matters, and marks them as settled. */
void stream_order_settle(Manager *m, const UnitSlot *slots, size_t n, StreamOrder *order);

bool stream_order_matters(Manager *m, UnitSlot a, UnitSlot b, const void *stream_order);
/* The two matter to each other for another reason than that they come to one unit. */
bool stream_order_is_special(const Manager *m, UnitSlot a, UnitSlot b, const StreamOrder *order);
extern const OrderRule stream_order_rule, coldplug_order_rule, catchup_order_rule;
