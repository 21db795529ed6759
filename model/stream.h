/* SPDX-License-Identifier: MIT */
#pragma once

/* The state stream: systemd's own text format. One writer, one reader. */

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

/* Service keys: service.c:service_serialize, service_deserialize_item. Writers append through stream_item(). */
void service_serialize(Manager *m, Unit *u);
int service_deserialize_item(Manager *m, Unit *u, const char *key, const char *value);
void stream_item(Manager *m, const char *key, const char *format, ...) G_GNUC_PRINTF(3, 4);
void stream_item_bool(Manager *m, const char *key, bool value);
void stream_line(Manager *m, const char *line);

/* stream.c: keys and values */

/* How one key is read. @argument is the key's own: a flag, an index. */
typedef void (*StreamKeyReader)(Manager *m, Unit *u, const char *value, uint32_t argument);
typedef struct StreamKey {
        const char *key;
        StreamKeyReader read;
        uint32_t argument;
} StreamKey;

/* Reads @value with the row of @key. False: the table has no such key. */
bool stream_apply_key(Manager *m, Unit *u, const StreamKey *table, size_t n, const char *key, const char *value);

/* One line as two strings: what is before and behind the first "=". Longer values are cut, no value that the model
 * keeps is as long. */
typedef struct StreamItem {
        char key[64];
        char value[8192];
} StreamItem;
void stream_split_item(const char *line, size_t size, StreamItem *ret);

int stream_parse_boolean(const char *value);
int stream_parse_unsigned(const char *value, unsigned *ret);
/* @n numbers with single blanks between them. */
int stream_parse_numbers(const char *value, uint64_t *ret, size_t n);
/* Two numbers; 1: it is set, 0: it is not, -EINVAL. */
int stream_parse_timestamp(const char *value);
/* "12" or "@7:12": a process slot of this world plus one; -ESRCH for any other number. */
int stream_parse_pid(const Manager *m, const char *value, Pid *ret);

void stream_append(Manager *m, const char *text, size_t size);
void stream_item_timestamp(Manager *m, const char *key, bool set);
void stream_item_pid(Manager *m, const char *key, Pid pid);

/* Reads on to the next entry as the writer wrote it, jobs included, and gives its name. 1, 0 at the end, -errno. */
int stream_next_entry(StreamReader *r, const char **ret_name, size_t *ret_size);
/* Behind the end marker of the entry that is being read. */
int stream_skip_entry(StreamReader *r, bool knows_jobs);

/* other-stream.c: what target_serialize(), slice_serialize() and so on write and read. */
void other_serialize(Manager *m, Unit *u);
int other_deserialize_item(Manager *m, Unit *u, const char *key, const char *value);

/* orphan.c, 262. A set of names, one bit for each of the catalog. */
typedef struct SerializedNames {
        uint64_t *words;
        size_t n_words;
} SerializedNames;
#define SERIALIZED_NAMES_WORDS(m) (((m)->catalog->n_names + 63) / 64)
bool serialized_names_contain(const SerializedNames *s, NameId name);
void serialized_names_add(SerializedNames *s, NameId name);
int manager_collect_serialized_unit_names(Manager *m, const StreamReader *r, SerializedNames *set);
/* True: the entry of @name is stale, since @u has (or already got) an entry of its own. */
bool manager_entry_is_stale(const Unit *u, NameId name, const SerializedNames *serialized_units);
int manager_synthesize_orphaned_unit(Manager *m, NameId original, const Unit *canonical, StreamReader *r,
                                     const SerializedNames *serialized_units);

/* order-relevance.c: OrderMatters of the three walks through m->units. They look at the world as it is and change
 * nothing. Files that change in the middle of a reload are foreseen as far as Manager.file_groups says; a process that
 * ends there is not: whoever lets that happen puts the exit where the order makes no difference, or asks for it. */

/* What serialization has to know about all units at once. By unit slot; manager_serialize() computes it once. */
typedef struct StreamOrder {
        NameId *ids;        /* the canonical name that the entry's name has on the present disk */
        uint64_t *names;    /* n_words for each slot: the names that will belong to that unit */
        size_t n_words;
        bool *separate;     /* 262: the unit of that canonical name has an entry itself, others become orphans */
        bool everything;    /* a skip may lose its way, so each entry matters to the one before it */
} StreamOrder;
void stream_order_prepare(Manager *m, StreamOrder *order); /* the arrays are zero */

bool stream_order_matters(Manager *m, UnitSlot a, UnitSlot b, const void *stream_order);
bool coldplug_order_matters(Manager *m, UnitSlot a, UnitSlot b, const void *unused);
bool catchup_order_matters(Manager *m, UnitSlot a, UnitSlot b, const void *unused);
