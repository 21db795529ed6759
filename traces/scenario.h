/* SPDX-License-Identifier: MIT */
#pragma once

/* The scenario language (docs/scenario-language.md): text in, Catalog out. */

#include "model/catalog.h"

/* What a scenario may at most have. A state is as large as the scenario makes it, so these are far below what
 * the model's 16-bit numbers could count. */
#define SCENARIO_SIZE_MAX       (256U * 1024U)
#define SCENARIO_STATEMENTS_MAX 2000U
#define SCENARIO_NAMES_MAX      1000U
#define SCENARIO_CLIENTS_MAX    64U

/* Parses the whole of @text, which errors call @file. NULL and @error (TRACES_ERROR) when any line is wrong.
 * @warnings (may be NULL) collects one line for each directive that the model ignores. */
Catalog *scenario_parse(const char *file, const char *text, size_t size, GPtrArray *warnings, GError **error);

/* The text of @file, as scenario_parse() takes it: at most a byte more than a scenario may have. */
char *scenario_read(const char *file, size_t *ret_size, GError **error);

/* The same for the file called @file. */
Catalog *scenario_load(const char *file, GPtrArray *warnings, GError **error);

/* The words by which `elapse UNIT WHICH` names a timer; NULL for TIMER_ANY. */
const char *timer_kind_to_string(TimerKind k);
/* The first word of a statement of this type. */
const char *statement_type_to_string(StatementType t);
