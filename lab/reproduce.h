/* SPDX-License-Identifier: MIT */
#pragma once

/* A shell script that makes a real systemd do what a trace says, without coldplug. */

#include "lab/schedule.h"

GString *reproduce_script(const Trace *t, const Schedule *s);
