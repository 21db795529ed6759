/* SPDX-License-Identifier: MIT */

#include "cli/json-fields.h"
#include "explore/fraction.h"
#include "traces/json-text.h"

void json_add_text(GString *out, const char *key, const char *text) {
        json_append_key(out, key);
        json_append_string(out, text);
}

void json_add_number(GString *out, const char *key, uint64_t n) {
        json_append_key(out, key);
        g_string_append_printf(out, "%" G_GUINT64_FORMAT, n);
}

void json_add_flag(GString *out, const char *key, bool flag) {
        json_append_key(out, key);
        g_string_append(out, flag ? "true" : "false");
}

void json_add_fixes(GString *out, const char *key, const Profile *p) {
        g_autoptr(GPtrArray) names = g_ptr_array_new();

        for (unsigned i = 0; i < p->n_added; i++)
                g_ptr_array_add(names, (gpointer) p->added[i]->name);
        json_append_array(out, key, names);
}

void json_add_difference(GString *out, const Recording *r, const Difference *d) {
        json_add_number(out, "step", d->step);
        json_add_text(out, "do", ((const Step *) r->steps->pdata[MIN(d->step, r->steps->len) - 1])->source);
        json_add_text(out, "what", d->what);
        json_append_key(out, "rows");
        g_string_append_c(out, '[');
        for (unsigned i = 0; i < d->rows->len; i++) {
                const DifferenceRow *row = d->rows->pdata[i];

                g_string_append(out, i > 0 ? ", {" : "{");
                json_add_text(out, "label", row->label);
                json_add_text(out, "recorded", row->recorded);
                json_add_text(out, "model", row->predicted);
                json_add_flag(out, "differs", row->differs);
                g_string_append_c(out, '}');
        }
        g_string_append_c(out, ']');
}

void json_add_chances(GString *out, const char *fraction) {
        bool known = !g_str_equal(fraction, "?");
        g_autofree char *percent = known ? fraction_percent(fraction) : NULL;
        g_autofree char *boots = known ? fraction_boots(fraction) : NULL;

        json_add_text(out, "percent", percent);
        json_add_text(out, "boots", boots);
}
