/* SPDX-License-Identifier: MIT */

#include <string.h>

#include "traces/show.h"

/* clang-format off */
static const ShowFormat format_table[] = {
        { "text",    "What happens, in which function of PID 1, and why", show_text    },
        { "html",    "A page to step through, in one file",               show_html    },
        { "journal", "The lines that PID 1 logs",                         show_journal },
        { "mermaid", "A sequence diagram, as GitHub draws it",            show_mermaid },
        { "svg",     "A picture for slides",                              show_svg     },
        { "itf",     "The trace format of Apalache and Quint",            show_itf     },
        { "sarif",   "A code flow through PID 1 for code scanning",       show_sarif   },
        { "json",    "The trace itself",                                  show_json    },
};
/* clang-format on */

const ShowFormat *show_formats(size_t *ret_n) {
        *ret_n = G_N_ELEMENTS(format_table);
        return format_table;
}

const ShowFormat *show_format_find(const char *name) {
        for (size_t i = 0; i < G_N_ELEMENTS(format_table); i++)
                if (strcmp(format_table[i].name, name) == 0)
                        return format_table + i;
        return NULL;
}
