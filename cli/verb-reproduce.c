/* SPDX-License-Identifier: MIT */
#include <unistd.h>

#include "cli/common.h"
#include "cli/verb.h"
#include "lab/reproduce.h"
#include "lab/schedule.h"

static int reproduce(const char *file) {
        g_autoptr(GError) error = NULL;
        g_autoptr(Trace) t = trace_load(file, &error);
        g_autofree char *why = NULL;
        g_autoptr(Schedule) s = NULL;
        g_autoptr(GString) out = NULL;

        if (!t)
                return file_error(error);
        s = schedule_new(file, t, &why);
        out = s ? reproduce_script(t, s, &why) : NULL;
        if (!out) {
                usage_error("reproduce: %s: no script can show that: %s", file, why);
                return STATUS_INCOMPLETE;
        }
        return output_finish(out, STATUS_OK);
}

int verb_reproduce(int argc, char **argv) {
        int status;

        if (!options_parse("reproduce", NULL, &argc, &argv, &status))
                return status;
        if (argc != 2)
                return usage_error("reproduce: it takes one trace; write 'coldplug reproduce TRACE'");
        return reproduce(argv[1]);
}
