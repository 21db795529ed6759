/* SPDX-License-Identifier: MIT */
#pragma once

/* Names that traces and recordings have for what has none in the model; the caller frees them. */

#include "model/manager.h"

/* "TAG.N", "" for none. */
char *process_name(const Manager *m, Pid pid);

/* The whole path, "" for none. */
char *cgroup_name(const Manager *m, CGroupPath path);
