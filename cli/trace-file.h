/* SPDX-License-Identifier: MIT */
#pragma once

/* Where --traces puts counterexamples. */

#include "traces/trace.h"

/* "azure-linux.254+sort-by-id.no-crash.trace.json" */
char *trace_file_name(const char *scenario, const Profile *p, const char *property);

/* Makes the folder. False: says so. */
bool trace_folder_make(const char *verb, const char *folder);

/* "azure-linux" for "azure-linux.scenario". */
char *scenario_stem(const char *scenario);
