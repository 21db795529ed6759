/* SPDX-License-Identifier: MIT */

#include "traces/show.h"

void show_journal(const TraceView *v, const ShowOptions *o, GString *out) {
        for (guint i = 0; i < v->run.steps->len; i++) {
                const ViewStep *s = v->run.steps->pdata[i];

                for (guint j = 0; j < s->journal->len; j++)
                        g_string_append_printf(out, "%s\n", (char *) s->journal->pdata[j]);
        }
}
