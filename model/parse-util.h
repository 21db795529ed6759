/* SPDX-License-Identifier: MIT */
#pragma once

/* Values in unit files: basic/parse-util.c, basic/time-util.c, basic/signal-util.c, shared/exit-status.c. All return
 * negative errno for what PID 1 does not accept. */

#include <stdint.h>

#define USEC_INFINITY UINT64_MAX

int parse_boolean(const char *s);                  /* 0 or 1 */
int parse_sec(const char *s, uint64_t *ret);       /* in microseconds, USEC_INFINITY for "infinity" */
int parse_sec_fix_0(const char *s, uint64_t *ret); /* zero means infinity */
int parse_unsigned(const char *s, unsigned *ret);
int signal_from_string(const char *s);      /* 1..64 */
int exit_status_from_string(const char *s); /* 0..255 */
