/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "lab/reproduce-parts.h"

bool script_runs_twice(const Script *s) {
        return g_str_equal(s->trace->property, "order-independent");
}

static const Change *find_crash(const Trace *t) {
        for (unsigned i = 0; i < t->differences->len; i++) {
                const Change *c = t->differences->pdata[i];

                if (g_str_equal(c->subject, "PID 1"))
                        return c;
        }
        return NULL;
}

bool script_runs_into_crash(const Script *s) {
        return script_runs_twice(s) && find_crash(s->trace);
}

void script_append_pairs(GString *s, const TraceRun *r) {
        g_autoptr(GString) pairs = g_string_new(NULL);

        for (unsigned i = 0; i < r->orders->len; i++) {
                const TraceOrder *o = r->orders->pdata[i];

                if (o->key == 0)
                        g_string_append_printf(pairs, "%s%s<%s", pairs->len ? " " : "", o->first, o->second);
        }
        script_append_word(s, pairs->str);
}

/* What `systemctl show` has of the fields, and has in the same way each time: Names come in any order. */
static bool is_shown(const char *field) {
        static const char *const fields[] = { "ActiveState",  "SubState",   "Result",       "NRestarts",
                                              "MainPID",      "ControlPID", "ControlGroup", "LoadState",
                                              "FragmentPath", NULL };

        return g_strv_contains(fields, field);
}

static bool has_field(const Trace *t, const char *subject, const char *field) {
        for (unsigned i = 0; i < t->differences->len; i++) {
                const Change *c = t->differences->pdata[i];

                if (g_str_has_prefix(c->subject, subject) && g_str_equal(c->field, field))
                        return true;
        }
        return false;
}

/* A unit that 262 makes up has another name in each run. */
static char *name_to_show(const char *subject) {
        if (g_str_has_prefix(subject, "orphan"))
                return g_strdup("orphaned-*.service");
        return strchr(subject, ' ') || *subject == '/' ? NULL : g_strdup(subject);
}

static char *fields_of(const Trace *t, const char *subject) {
        g_autoptr(GString) s = g_string_new(NULL);

        for (unsigned i = 0; i < t->differences->len; i++) {
                const Change *c = t->differences->pdata[i];

                if (g_str_equal(c->subject, subject) && is_shown(c->field))
                        g_string_append_printf(s, "%s%s", s->len ? "," : "", c->field);
        }
        return g_string_free(g_steal_pointer(&s), FALSE);
}

static void append_units(GString *s, const Trace *t) {
        const char *last = "";

        for (unsigned i = 0; i < t->differences->len; i++) {
                const Change *c = t->differences->pdata[i];
                g_autofree char *name = name_to_show(c->subject), *fields = fields_of(t, c->subject);

                if (g_str_equal(last, c->subject) || !name || !*fields)
                        continue;
                last = c->subject;
                g_string_append(s, "        echo ");
                script_append_word(s, name);
                g_string_append_printf(s, "\n        sd show -p %s ", fields);
                script_append_word(s, name);
                g_string_append(s, " | named\n");
        }
}

void script_append_end(Script *s) {
        const Trace *t = s->trace;

        if (find_crash(t))
                return;
        g_string_append(s->text,
                        "named() { # PIDs as TAG.N\n"
                        "        awk 'NR == FNR { name[$2] = $1 \".\" ++n[$1]; next } { split($0, a, \"=\") }\n"
                        "                a[1] ~ /PID$/ { $0 = a[1] \"=\" name[a[2]] } { print }' \"$D/log\" -\n"
                        "}\n"
                        "end() { # that in which the trace's two orders end differently\n");
        append_units(s->text, t);
        if (has_field(t, "process ", "ControlGroup"))
                g_string_append(s->text,
                                "        awk '{ print $1 \".\" ++n[$1], $2 }' \"$D/log\" |\n"
                                "        while read -r name p; do alive \"$p\" && echo \"$name lives\"; done\n");
        if (has_field(t, "", "Job"))
                g_string_append(s->text,
                                "        sd list-jobs --plain --no-legend | while read -r _ job; do echo "
                                "\"job\" $job; done | sort\n");
        g_string_append(s->text, "}\n");
}

static void append_run(GString *s, const TraceRun *r, const char *death) {
        g_string_append(s, "run ");
        script_append_pairs(s, r);
        if (death)
                g_string_append_printf(s, " 'if this is the last line, PID 1 is dead%s'", death);
        g_string_append_c(s, '\n');
}

static void append_crash(Script *s, const Change *crash) {
        const Trace *t = s->trace;
        bool other = *crash->old != 0;

        append_run(s->text, other ? &t->run : &t->other, " under the first order: cannot tell");
        g_string_append(s->text, "answers || die 'PID 1 is dead under the first order'\n"
                                 "say 'PID 1 lives under the first order'\n"
                                 "undo\n");
        append_run(s->text, other ? &t->other : &t->run, " under the second order: it happens");
        g_string_append(s->text, "sleep 1\n"
                                 "answers || yes 'PID 1 is dead or frozen under the second order'\n"
                                 "no 'PID 1 lives under both'\n");
}

void script_append_two_runs(Script *s) {
        const Trace *t = s->trace;
        const Change *crash = find_crash(t);

        if (crash) {
                append_crash(s, crash);
                return;
        }
        append_run(s->text, &t->other, NULL);
        g_string_append(s->text, "one=$(end)\nsay 'ends in' $one\nundo\n");
        append_run(s->text, &t->run, NULL);
        g_string_append(s->text, "two=$(end)\nsay 'ends in' $two\n"
                                 "[ \"$one\" = \"$two\" ] || yes 'the two orders end differently'\n"
                                 "no 'the two orders end in the same'\n");
}
