/* SPDX-License-Identifier: MIT */
#include "cli/json-fields.h"
#include "cli/lab.h"
#include "traces/json-text.h"

const char *const lab_outcomes[LAB_OUTCOMES + 1] = {
        "agrees",  "disagrees",       "confirmed",   "refuted", "not steerable",
        "happens", "does not happen", "cannot tell", NULL,
};

/* The same of several. */
static const char *const plurals[LAB_OUTCOMES] = {
        "agree", "disagree", "confirmed", "refuted", "not steerable", "happen", "do not happen", "cannot tell",
};

char *lab_report_difference(const Recording *r, const Difference *d) {
        GString *out = g_string_new("{");

        json_add_difference(out, r, d);
        g_string_append_c(out, '}');
        return g_string_free(out, FALSE);
}

void lab_report_json_begin(GString *out) {
        g_string_append(out, "{\"format\": \"coldplug-lab\", \"version\": 1, \"results\": [");
}

void lab_report_json(GString *out, const char *file, const LabResult *r) {
        static const struct {
                const char *key;
                LabField field;
        } members[] = {
                { "kind", LAB_KIND },         { "scenario", LAB_SCENARIO }, { "systemd", LAB_SYSTEMD },
                { "property", LAB_PROPERTY }, { "outcome", LAB_OUTCOME },   { "reason", LAB_REASON },
        };

        g_autofree char *error = g_strdup(r->field[LAB_MESSAGES]);

        if (error)
                g_strchomp(error);
        g_string_append(out, "\n  {");
        json_add_text(out, "file", file);
        for (size_t i = 0; i < G_N_ELEMENTS(members); i++)
                json_add_text(out, members[i].key, r->field[members[i].field]);
        json_append_key(out, "difference");
        g_string_append(out, r->field[LAB_DIFFERENCE] ? r->field[LAB_DIFFERENCE] : "null");
        json_add_text(out, "error", r->field[LAB_OUTCOME] ? NULL : error);
        g_string_append_c(out, '}');
}

void lab_report_json_end(GString *out, const unsigned n_outcomes[LAB_OUTCOMES], unsigned n_failed,
                         unsigned n_files) {
        unsigned n = n_failed;

        g_string_append(out, "],\n\"summary\": {");
        for (unsigned i = 0; lab_outcomes[i]; i++) {
                json_add_number(out, lab_outcomes[i], n_outcomes[i]);
                n += n_outcomes[i];
        }
        json_add_number(out, "failed", n_failed);
        json_add_number(out, "not_run", n_files - n);
        g_string_append(out, "}}\n");
}

void lab_report_summary(GString *out, const unsigned n_outcomes[LAB_OUTCOMES], unsigned n_failed,
                        unsigned n_files) {
        const char *between = "";
        unsigned n = n_failed;

        for (unsigned i = 0; lab_outcomes[i]; i++) {
                n += n_outcomes[i];
                if (n_outcomes[i] == 0)
                        continue;
                g_string_append_printf(out, "%s%u %s", between, n_outcomes[i],
                                       n_outcomes[i] == 1 ? lab_outcomes[i] : plurals[i]);
                between = ", ";
        }
        if (n_failed > 0) {
                g_string_append_printf(out, "%s%u could not be run", between, n_failed);
                between = ", ";
        }
        if (n < n_files)
                g_string_append_printf(out, "%s%u not reached", between, n_files - n);
        g_string_append_c(out, '\n');
}
