/* SPDX-License-Identifier: MIT */

#include <string.h>

#include "cli/common.h"
#include "cli/json-fields.h"
#include "cli/minimized-report.h"
#include "model/fixes.h"
#include "traces/json-text.h"

static const char *property_name(unsigned property) {
        size_t n;

        return properties(&n)[property].name;
}

void minimized_report_text(GString *out, const char *scenario, const Profile *profile, unsigned property,
                           const Minimized *m) {
        const Colors *c = colors();
        g_autofree char *label = profile_label(profile);
        g_auto(GStrv) lines = g_strsplit(m->text, "\n", -1);

        g_string_append_printf(out, "%s%s · systemd %s · minimized for %s%s\n", c->bold, scenario, label,
                               property_name(property), c->off);
        g_string_append_printf(out, "  %u smaller scenario%s tried, %u of them still violate it%s\n", m->n_tries,
                               plural(m->n_tries), m->n_kept,
                               m->complete ? "" : "; incomplete, it may become smaller still");
        g_string_append(out, m->removed->len > 0 ? "  removed:\n" : "  nothing can be removed\n");
        for (guint i = 0; i < m->removed->len; i++)
                g_string_append_printf(out, "    %s\n", (const char *) m->removed->pdata[i]);
        g_string_append(out, "  what is left:\n");
        for (char **l = lines; *l && (**l || l[1]); l++)
                g_string_append_printf(out, "%s%s\n", **l ? "    " : "", *l);
        g_string_append_c(out, '\n');
}

void minimized_append_json(GString *out, const Minimized *m) {
        g_string_append_c(out, '{');
        json_append_array(out, "removed", m->removed);
        json_add_text(out, "text", m->text);
        json_add_number(out, "tries", m->n_tries);
        json_add_number(out, "kept", m->n_kept);
        json_add_flag(out, "complete", m->complete);
        g_string_append_c(out, '}');
}

void minimized_report_json(GString *out, const char *scenario, const Profile *profile, unsigned property,
                           const Minimized *m) {
        g_string_append_c(out, '{');
        json_add_text(out, "scenario", scenario);
        json_add_text(out, "systemd", profile->name);
        json_add_fixes(out, "fixes", profile);
        json_add_text(out, "property", property_name(property));
        json_append_key(out, "minimized");
        minimized_append_json(out, m);
        g_string_append_c(out, '}');
}
