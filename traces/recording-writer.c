/* SPDX-License-Identifier: MIT */
#include "traces/json-text.h"
#include "traces/recording.h"

static void append_member(GString *s, const char *key, const char *value) {
        json_append_key(s, key);
        json_append_string(s, value);
}

static void append_unit(GString *s, const SeenUnit *u) {
        json_append_key(s, u->id);
        g_string_append_c(s, '{');
        for (SeenField f = 0; f < _SEEN_FIELD_MAX; f++)
                if (u->field[f])
                        append_member(s, seen_field_to_string(f), u->field[f]);
        g_string_append_c(s, '}');
}

static void append_orphan(GString *s, const SeenOrphan *o) {
        g_string_append_c(s, '{');
        for (OrphanField f = 0; f < _ORPHAN_FIELD_MAX; f++)
                append_member(s, orphan_field_to_string(f), o->field[f] ? o->field[f] : "");
        g_string_append_c(s, '}');
}

static void append_observation(GString *s, const Observation *o) {
        g_string_append(s, "{\"units\": {");
        for (unsigned i = 0; i < o->units->len; i++)
                append_unit(s, o->units->pdata[i]);
        g_string_append(s, "}, \"processes\": {");
        for (unsigned i = 0; i < o->processes->len; i++) {
                const SeenProcess *p = o->processes->pdata[i];

                append_member(s, p->name, p->cgroup);
        }
        g_string_append(s, "}, \"orphans\": [");
        for (unsigned i = 0; i < o->orphans->len; i++) {
                if (i > 0)
                        g_string_append(s, ", ");
                append_orphan(s, o->orphans->pdata[i]);
        }
        g_string_append(s, "]}");
}

static void append_strv(GString *s, const char *key, char **strings) {
        if (strings)
                json_append_strings(s, key, (const char *const *) strings, g_strv_length(strings));
}

static void append_step(GString *s, const Step *step) {
        g_string_append_c(s, '{');
        append_member(s, "do", step->source);
        if (step->hits_process)
                append_member(s, "process", step->process);
        append_strv(s, "order_before", step->order_before);
        if (step->stream)
                json_append_array(s, "stream", step->stream);
        append_strv(s, "order_after", step->order_after);
        if (step->after) {
                json_append_key(s, "after");
                append_observation(s, step->after);
        }
        g_string_append_c(s, '}');
}

void recording_write(const Recording *r, GString *out) {
        g_string_append_c(out, '{');
        append_member(out, "systemd", r->systemd);
        append_member(out, "scenario", r->scenario);
        json_append_key(out, "steps");
        g_string_append_c(out, '[');
        for (unsigned i = 0; i < r->steps->len; i++) {
                if (i > 0)
                        g_string_append(out, ", ");
                append_step(out, r->steps->pdata[i]);
        }
        g_string_append_c(out, ']');
        append_member(out, "outcome", r->outcome == OUTCOME_CRASHED ? "crashed" : "alive");
        append_member(out, "name", r->name);
        if (r->told_from > 0) {
                json_append_key(out, "told_from");
                g_string_append_printf(out, "%u", r->told_from);
        }
        if (r->stand_ins) {
                json_append_key(out, "stand_ins");
                g_string_append(out, "true");
        }
        if (r->predicted) {
                json_append_key(out, "alternatives");
                g_string_append_printf(out, "%u", r->alternatives);
        }
        g_string_append(out, "}\n");
}
