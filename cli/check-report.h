/* SPDX-License-Identifier: MIT */
#pragma once

/* What `check` prints of one scenario under one systemd. */

#include "cli/order-chance.h"
#include "explore/minimize.h"

typedef struct CheckReport {
        const char *scenario; /* base name of the file */
        const Exploration *exploration;
        const char *const *trace_files; /* by property; NULL: not written */
        const OrderChance *chance;      /* NULL: not asked for */
        const OrderDistResult *chances; /* by property */
        const Minimized *minimized;     /* what the scenario was made of; NULL: it is as given */
} CheckReport;

void check_report_text(GString *out, const CheckReport *r);
void check_report_json(GString *out, const CheckReport *r);

/* The exit status that the exploration stands for. */
int check_report_status(const Exploration *e);
