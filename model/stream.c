/* SPDX-License-Identifier: MIT */

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernel.h"
#include "stream.h"

#define WHITESPACE " \t\n\r"

/* Writing: shared/serialize.c */

/* The buffer belongs to the manager and only grows: after the first reloads it is never allocated again. */
void stream_append(Manager *m, const char *text, size_t size) {
        if (m->stream_size + size + 1 > m->stream_allocated) {
                m->stream_allocated = MAX(m->stream_allocated * 2, m->stream_size + size + 1024);
                m->stream = g_realloc(m->stream, m->stream_allocated);
        }

        memcpy(m->stream + m->stream_size, text, size);
        m->stream_size += size;
        m->stream[m->stream_size] = '\0';
}

void stream_line(Manager *m, const char *line) {
        stream_append(m, line, strlen(line));
        stream_append(m, "\n", 1);
}

void stream_item(Manager *m, const char *key, const char *format, ...) {
        char value[512];
        va_list ap;
        int n;

        va_start(ap, format);
        n = vsnprintf(value, sizeof(value), format, ap);
        va_end(ap);

        stream_append(m, key, strlen(key));
        stream_append(m, "=", 1);
        stream_append(m, value, MIN((size_t) MAX(n, 0), sizeof(value) - 1));
        stream_append(m, "\n", 1);
}

static void stream_item_string(Manager *m, const char *key, const char *value) {
        stream_append(m, key, strlen(key));
        stream_append(m, "=", 1);
        stream_line(m, value);
}

void stream_item_bool(Manager *m, const char *key, bool value) {
        stream_item_string(m, key, value ? "yes" : "no");
}

/* The model knows of a time only that it has come. */
void stream_item_timestamp(Manager *m, const char *key, bool set) {
        if (set)
                stream_item_string(m, key, "1 1");
}

/* serialize_pidref(): from 255 on a line with a pidfd comes first. */
void stream_item_pid(Manager *m, const char *key, Pid pid) {
        if (pid == 0)
                return;

        if (m->profile->pidref_lines)
                stream_item(m, key, "@%u:%u", 100U + pid, pid);
        stream_item(m, key, "%u", pid);
}

/* Reading: basic/fileio.c:read_stripped_line */

int stream_read_line(StreamReader *r, const char **ret_line, size_t *ret_size) {
        const char *start = r->text + r->offset, *newline, *end;
        size_t left = r->size - r->offset;

        if (left == 0)
                return 0;

        newline = memchr(start, '\n', MIN(left, (size_t) STREAM_LINE_MAX + 1));
        if (!newline && left > STREAM_LINE_MAX)
                return -ENOBUFS;

        end = newline ?: start + left;
        r->offset += (size_t) (end - start) + (newline ? 1 : 0);
        if (memchr(start, '\0', (size_t) (end - start)))
                return -EBADMSG;

        while (start < end && strchr(WHITESPACE, *start))
                start++;
        while (end > start && strchr(WHITESPACE, end[-1]))
                end--;

        *ret_line = start;
        *ret_size = (size_t) (end - start);
        return 1;
}

static bool line_is_job(const char *line, size_t size) {
        return size == 3 && memcmp(line, "job", 3) == 0;
}

/* unit-serialize.c:unit_deserialize_state_skip. Up to 257 the first empty line ends it, even that of a job; 262
 * takes jobs for what they are. Returns 1 behind an end marker, 0 at the end of the stream. */
int stream_skip_entry(StreamReader *r, bool knows_jobs) {
        bool in_job = false;
        const char *line;
        size_t size;
        int k;

        for (;;) {
                k = stream_read_line(r, &line, &size);
                if (k <= 0)
                        return k;

                if (size == 0 && !in_job)
                        return 1;

                if (size == 0)
                        in_job = false;
                else if (knows_jobs && line_is_job(line, size))
                        in_job = true;
        }
}

int stream_next_entry(StreamReader *r, const char **ret_name, size_t *ret_size) {
        int k;

        k = stream_read_line(r, ret_name, ret_size);
        if (k <= 0)
                return k;

        k = stream_skip_entry(r, /* knows_jobs= */ true);
        return k < 0 ? k : 1;
}

void stream_split_item(const char *line, size_t size, StreamItem *ret) {
        const char *equal = memchr(line, '=', size);
        size_t n_key = equal ? (size_t) (equal - line) : size;
        size_t n_value = equal ? size - n_key - 1 : 0;

        /* No key is as long as the buffer, so one that had to be cut is unknown. */
        n_key = MIN(n_key, sizeof(ret->key) - 1);
        memcpy(ret->key, line, n_key);
        ret->key[n_key] = '\0';

        n_value = MIN(n_value, sizeof(ret->value) - 1);
        if (n_value > 0)
                memcpy(ret->value, equal + 1, n_value);
        ret->value[n_value] = '\0';
}

static int compare_key(const void *a, const void *b) {
        return strcmp(a, ((const StreamKey *) b)->key);
}

bool stream_apply_key(Manager *m, Unit *u, const StreamKey *table, size_t n, const char *key, const char *value) {
        const StreamKey *k;

        k = bsearch(key, table, n, sizeof(StreamKey), compare_key);
        if (!k)
                return false;

        if (k->read)
                k->read(m, u, value, k->argument);
        return true;
}

/* Values */

/* basic/parse-util.c:parse_boolean */
int stream_parse_boolean(const char *value) {
        static const char *const words[2][6] = {
                { "0", "no",  "n", "false", "f", "off" },
                { "1", "yes", "y", "true",  "t", "on"  },
        };

        for (int b = 0; b < 2; b++)
                for (size_t i = 0; i < 6; i++)
                        if (g_ascii_strcasecmp(value, words[b][i]) == 0)
                                return b;

        return -EINVAL;
}

/* Digits from *p on. */
static int parse_digits(const char **p, uint64_t max, uint64_t *ret) {
        uint64_t v = 0;

        if (!g_ascii_isdigit(**p))
                return -EINVAL;

        for (; g_ascii_isdigit(**p); (*p)++) {
                unsigned digit = (unsigned) (**p - '0');

                if (v > (max - digit) / 10)
                        return -ERANGE;
                v = v * 10 + digit;
        }

        *ret = v;
        return 0;
}

int stream_parse_unsigned(const char *value, unsigned *ret) {
        uint64_t v;
        int r;

        if (*value == '+')
                value++;

        r = parse_digits(&value, UINT32_MAX, &v);
        if (r < 0)
                return r;
        if (*value != '\0')
                return -EINVAL;

        *ret = (unsigned) v;
        return 0;
}

int stream_parse_numbers(const char *value, uint64_t *ret, size_t n) {
        int r;

        for (size_t i = 0; i < n; i++) {
                if (i > 0 && *value++ != ' ')
                        return -EINVAL;

                r = parse_digits(&value, UINT64_MAX, ret + i);
                if (r < 0)
                        return r;
        }

        return *value == '\0' ? 0 : -EINVAL;
}

/* shared/serialize.c:deserialize_dual_timestamp: real time, then monotonic time */
int stream_parse_timestamp(const char *value) {
        uint64_t times[2];
        int r;

        r = stream_parse_numbers(value, times, 2);
        if (r < 0)
                return r;

        return times[0] > 0 && times[0] != UINT64_MAX;
}

/* shared/serialize.c:deserialize_pidref. A pidfd outlives its process, so a process that was reaped is found in the
 * stream again, but not by 255, which opens it anew. */
int stream_parse_pid(const Manager *m, const char *value, Pid *ret) {
        uint64_t v;
        int r;

        if (*value == '@') {
                if (!m->profile->pidref_lines)
                        return -EINVAL;
                value = strchr(value, ':');
                if (!value)
                        return -EINVAL;
                value++;
        }

        r = parse_digits(&value, UINT32_MAX, &v);
        if (r < 0)
                return r;
        if (*value != '\0' || v == 0)
                return -EINVAL;
        if (v > m->layout->n_processes)
                return -ESRCH;
        if (m->profile->reaped_pids_lost && !kernel_process_exists(m, (Pid) v))
                return -ESRCH;

        *ret = (Pid) v;
        return 0;
}
