/* SPDX-License-Identifier: MIT */
#pragma once

/* The state stream, read off PID 1 while it writes it. */

#include <glib.h>
#include <stdbool.h>
#include <sys/types.h>

/* Before the command is started: PID 1 is followed from here on. */
bool capture_begin(pid_t init);

/* Follows @init while the process @command runs (a systemctl that waits for a reload), and reaps it. Returns the text that PID 1
 * wrote to the first memfd made for its state, empty if it made none. *ret_status: of @command. */
GString *capture_stream(pid_t init, pid_t command, int *ret_status);
