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
