/* SPDX-License-Identifier: MIT */
#pragma once

/* File names as statements give them. */

#include "traces/statement.h"

/* The path that @word of `unit`, `rm` and `link` means: below /etc/systemd/system unless it is absolute. ID_NONE
 * and the parser's error when no unit file, drop-in or .wants link can have that name. */
PathId parse_file_name(Parser *p, unsigned line, const char *word);

/* True when @word is a unit name with a known type; otherwise the parser's error says what is wrong. */
bool check_unit_name(Parser *p, unsigned line, const char *word);

/* False and the parser's error when @word cannot be what a link points to. */
bool check_link_target(Parser *p, unsigned line, const char *word);
