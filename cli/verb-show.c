/* SPDX-License-Identifier: MIT */

#include "cli/common.h"
#include "cli/verb.h"
#include "traces/show.h"

static int list_formats(void) {
        g_autoptr(GString) out = g_string_new(NULL);
        size_t n;
        const ShowFormat *formats = show_formats(&n);

        for (size_t i = 0; i < n; i++)
                g_string_append_printf(out, "%-10s %s\n", formats[i].name, formats[i].summary);
        return output_finish(out, STATUS_OK);
}

static int show(const char *file, const ShowFormat *format, const ShowOptions *options) {
        g_autoptr(GError) error = NULL;
        g_autoptr(Trace) t = trace_load(file, &error);
        g_autoptr(TraceView) v = NULL;
        g_autoptr(GString) out = NULL;

        if (!t)
                return file_error(error);
        v = trace_view_new(t);
        out = g_string_new(NULL);
        format->show(v, options, out);
        return output_finish(out, STATUS_OK);
}

int verb_show(int argc, char **argv) {
        g_autofree char *name = NULL;
        gboolean brief = FALSE;
        const GOptionEntry entries[] = {
                { "format", 0, 0, G_OPTION_ARG_STRING, &name, "In which form; 'list' lists them (default: text)",
                  "NAME" },
                { "brief", 0, 0, G_OPTION_ARG_NONE, &brief, "The text that fits a commit message", NULL },
                {},
        };
        const Colors *c = colors();
        ShowOptions options = { .colors = { c->bad, c->good, c->dim, c->bold, c->off } };
        const ShowFormat *format;
        int status;

        if (!options_parse("show", entries, &argc, &argv, &status))
                return status;
        if (name && g_str_equal(name, "list"))
                return list_formats();
        format = show_format_find(name ? name : "text");
        if (!format)
                return usage_error("show: unknown format '%.80s'; 'coldplug show --format list' lists them",
                                   name);
        if (brief && format->show != show_text)
                return usage_error("show: --brief goes with the format text only");
        if (argc != 2)
                return usage_error("show: %s; write 'coldplug show TRACE'",
                                   argc < 2 ? "a trace is missing" : "one trace at a time");
        options.brief = brief;
        return show(argv[1], format, &options);
}
