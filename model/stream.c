/* SPDX-License-Identifier: MIT */

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernel.h"
#include "stream.h"

/* Writing: shared/serialize.c */

/* The buffer belongs to the manager and only grows: after the first reloads it is never allocated again. */
void stream_grow(Manager *m, size_t size) {
        m->stream_allocated = MAX(m->stream_allocated * 2, m->stream_size + size + 1024);
        m->stream = g_realloc(m->stream, m->stream_allocated);
}

void stream_item(Manager *m, const char *key, const char *format, ...) {
        char value[512];
        va_list ap;

        va_start(ap, format);
        (void) vsnprintf(value, sizeof(value), format, ap);
        va_end(ap);

        stream_item_string(m, key, value);
}

/* Not vsnprintf(), which takes longer than all the rest of a line. */
void stream_append_unsigned(Manager *m, unsigned value) {
        char digits[10], *p = digits + sizeof(digits);

        do
                *--p = (char) ('0' + value % 10);
        while ((value /= 10) > 0);

        stream_append(m, p, (size_t) (digits + sizeof(digits) - p));
}

void stream_item_numbers(Manager *m, const char *key, const unsigned *values, size_t n) {
        stream_append(m, key, strlen(key));
        for (size_t i = 0; i < n; i++) {
                stream_append(m, i == 0 ? "=" : " ", 1);
                stream_append_unsigned(m, values[i]);
        }
        stream_literal(m, "\n");
}

/* serialize_pidref(): from 255 on a line with a pidfd comes first. */
void stream_item_pid(Manager *m, const char *key, Pid pid) {
        if (pid == 0)
                return;

        if (m->profile->pidref_lines)
                stream_item(m, key, "@%u:%u", 100U + pid, pid);
        stream_item_unsigned(m, key, pid);
}

/* Reading: basic/fileio.c:read_stripped_line */

static bool is_whitespace(char c) {
        return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* Mostly there is none in the whole text, which one look finds out for all of its lines. */
static bool line_has_nul(StreamReader *r, const char *start, const char *end) {
        const char *nul;

        if (r->text + r->without_nul >= end)
                return false;

        nul = memchr(start, '\0', (size_t) (r->text + r->size - start));
        r->without_nul = nul ? (size_t) (nul - r->text) : r->size;
        return nul && nul < end;
}

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
        if (line_has_nul(r, start, end))
                return -EBADMSG;

        while (start < end && is_whitespace(*start))
                start++;
        while (end > start && is_whitespace(end[-1]))
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

size_t stream_key_size(const char *line, size_t size) {
        const char *equal = memchr(line, '=', size);

        return equal ? (size_t) (equal - line) : size;
}

void stream_split_item(const char *line, size_t size, StreamItem *ret) {
        size_t n_key = stream_key_size(line, size);
        size_t n_value = n_key < size ? size - n_key - 1 : 0;
        const char *value = line + n_key + 1;

        /* No key is as long as the buffer, so one that had to be cut is unknown. */
        n_key = MIN(n_key, sizeof(ret->key) - 1);
        memcpy(ret->key, line, n_key);
        ret->key[n_key] = '\0';

        n_value = MIN(n_value, sizeof(ret->value) - 1);
        if (n_value > 0)
                memcpy(ret->value, value, n_value);
        ret->value[n_value] = '\0';
}

/* Values */

/* basic/parse-util.c:parse_boolean */
int stream_parse_boolean(const char *value) {
        /* clang-format off */
        static const char *const words[2][6] = {
                { "0", "no",  "n", "false", "f", "off" },
                { "1", "yes", "y", "true",  "t", "on"  },
        };
        /* clang-format on */

        /* As they are written */
        if (strcmp(value, "no") == 0)
                return 0;
        if (strcmp(value, "yes") == 0)
                return 1;

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
