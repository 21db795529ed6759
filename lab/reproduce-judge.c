/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "lab/reproduce-parts.h"

/* How the violation of a property is seen by a shell. A trace ends where its property is violated, so one look at the end is
 * enough, or one around the last reload. What is expected comes from the trace; what is said from the look alone. */

static const char *unit_of(const Script *s) {
        return s->trace->unit ? s->trace->unit : "";
}

/* The index of the last reload's dispatch. */
static unsigned find_reload(const Trace *t) {
        unsigned found = t->run.events->len;

        for (unsigned i = 0; i < t->run.events->len; i++) {
                const TraceEvent *e = t->run.events->pdata[i];

                if (e->stream || (e->entries && e->entries->len > 0))
                        found = i;
        }
        return found;
}

/* What the trace has in a field of @subject before its event @end, "": nothing. */
static const char *value_before(const Trace *t, const char *subject, const char *field, unsigned end) {
        const char *value = "";

        for (unsigned i = 0; i < end; i++) {
                const TraceEvent *e = t->run.events->pdata[i];

                for (unsigned j = 0; e->changes && j < e->changes->len; j++) {
                        const Change *c = e->changes->pdata[j];

                        if (g_str_equal(c->subject, subject) && g_str_equal(c->field, field))
                                value = c->new;
                }
        }
        return value;
}

static const char *value_at_end(const Trace *t, const char *subject, const char *field) {
        return value_before(t, subject, field, t->run.events->len);
}

/* rename-kept: the unit that becomes @t->unit. NULL: none is known. */
static const char *find_old_name(const Trace *t) {
        unsigned reload = find_reload(t);
        const TraceEvent *e = reload < t->run.events->len ? t->run.events->pdata[reload] : NULL;

        for (unsigned i = 0; e && i < e->changes->len; i++) {
                const Change *c = e->changes->pdata[i];

                if (g_str_equal(c->field, "ActiveState") && *c->old && !*c->new)
                        return c->subject;
        }
        return NULL;
}

static void append_variable(GString *s, const char *name, const char *value) {
        g_string_append_printf(s, "%s=", name);
        script_append_word(s, value);
        g_string_append_c(s, '\n');
}

/* A unit that 262 makes up has another name in each run. */
static const char *shown_name(const char *unit) {
        return g_str_has_prefix(unit, "orphaned-") ? "orphaned-*.service" : unit;
}

static const char look_state[] =
        "state() { sd show -p MainPID,ControlPID,ActiveState,SubState,Job \"$1\" | tr '\\n' ' '; }\n";

static const char look_jobs[] =
        "jobs() { sd list-jobs --plain --no-legend | tr -s ' '; } # ID UNIT TYPE STATE\n";

/* no-crash */

static void verdict_crash(Script *s) {
        g_string_append(s->text, "sleep 1; answers || yes 'PID 1 is dead or frozen'\n"
                                 "no 'PID 1 lives'\n");
}

/* state-kept, rename-kept */

static void looks_state(Script *s) {
        g_string_append(s->text, look_state);
}

/* A run that is not where the trace is before the reload says nothing about the reload. */
static void append_expected(Script *s, const char *unit) {
        unsigned reload = find_reload(s->trace);
        const char *active = value_before(s->trace, unit, "ActiveState", reload),
                   *sub = value_before(s->trace, unit, "SubState", reload);

        if (!*active)
                return;
        g_string_append_printf(s->text,
                               "case $before in *ActiveState=%s\\ SubState=%s\\ *) ;; "
                               "*) die \"before the reload it is not %s (%s): $before\" ;; esac\n",
                               active, sub, active, sub);
}

static void append_state(Script *s, const char *when, const char *unit) {
        g_string_append_printf(s->text, "%s=$(state ", when);
        script_append_word(s->text, unit);
        g_string_append(s->text, ")\n");
}

static void before_state(Script *s) {
        bool renamed = g_str_equal(s->trace->property, "rename-kept");
        const char *unit = renamed ? find_old_name(s->trace) : unit_of(s);

        append_state(s, "before", unit);
        append_expected(s, unit);
}

static void after_state(Script *s) {
        append_state(s, "after", unit_of(s));
}

static void verdict_state(Script *s) {
        g_string_append(s->text, "say \"before the reload: $before\"\n"
                                 "say \"after the reload:  $after\"\n"
                                 "[ \"$before\" = \"$after\" ] || yes 'the reload changed that'\n"
                                 "no 'the reload kept that'\n");
}

/* job-kept */

static void looks_jobs(Script *s) {
        g_string_append(s->text, look_jobs);
}

static void before_job(Script *s) {
        append_variable(s->text, "unit", unit_of(s));
        g_string_append(
                s->text,
                "id=$(jobs | while read -r id u rest; do [ \"$u\" != \"$unit\" ] || echo \"$id\"; done)\n"
                "[ -n \"$id\" ] || die \"before the reload $unit has no job\"\n");
}

static void after_job(Script *s) {
        g_string_append(s->text, "after=$(jobs)\n");
}

static void verdict_job(Script *s) {
        g_string_append(s->text, "say \"$unit had the job $id before the reload; after it there are: $after\"\n"
                                 "case \"\n$after\" in *\"\n$id \"*) no 'the job is there' ;; esac\n"
                                 "yes 'the job is gone'\n");
}

/* pid-consistent */

static void verdict_pids(Script *s) {
        append_state(s, "now", unit_of(s));
        g_string_append_printf(
                s->text,
                "say \"%s: $now\"\n"
                "case $now in\n"
                "*MainPID=0\\ ControlPID=0\\ *) no 'it has no process' ;;\n"
                "*ActiveState=inactive*|*ActiveState=failed*) yes 'it is dead and has a process' ;;\n"
                "esac\n"
                "no 'at rest it is not dead'\n",
                unit_of(s));
}

/* The N-th process named TAG.N in @name: its tag. */
static char *tag_of(const char *name) {
        const char *dot = strrchr(name, '.');

        return dot ? g_strndup(name, (size_t) (dot - name)) : g_strdup(name);
}

/* The @n-th word of the violation that names a process of the trace. */
static char *find_process(const Trace *t, unsigned n) {
        g_auto(GStrv) words = g_strsplit_set(t->violation, " ,", -1);

        for (char **word = words; *word; word++) {
                g_autofree char *subject = g_strconcat("process ", *word, NULL);

                if (*value_at_end(t, subject, "State") && n-- == 0)
                        return g_strdup(*word);
        }
        return NULL;
}

/* no-double-start */

static void looks_living(Script *s) {
        g_string_append(s->text, "living() { # the processes of the log that live, as TAG.N PID\n"
                                 "        awk '{ print $1 \".\" ++n[$1], $2 }' \"$D/log\" |\n"
                                 "        while read -r name p; do alive \"$p\" && echo \"$name $p\"; done\n"
                                 "}\n");
}

static void verdict_double(Script *s) {
        g_autofree char *first = find_process(s->trace, 0), *second = find_process(s->trace, 1),
                        *a = tag_of(first), *b = tag_of(second);

        g_string_append(s->text, "now=$(living)\nsay 'these live:' $now\n");
        if (g_str_equal(a, b))
                g_string_append_printf(s->text,
                                       "[ \"$(echo \"$now\" | grep -c '^%s[.][0-9]* ')\" -lt 2 ] || yes 'two "
                                       "of %s live'\n",
                                       a, a);
        else
                g_string_append_printf(s->text,
                                       "case \"\n$now\" in *\"\n%s \"*\"\n%s \"*|*\"\n%s \"*\"\n%s \"*) yes "
                                       "'%s and %s live, of one unit' ;; esac\n",
                                       first, second, second, first, first, second);
        g_string_append(s->text, "no 'there is one at most'\n");
}

/* no-lost-process */

static void verdict_lost(Script *s) {
        g_autofree char *process = find_process(s->trace, 0);

        looks_living(s);
        g_string_append_printf(
                s->text,
                "p=$(living | sed -n 's/^%s //p')\n"
                "[ -n \"$p\" ] || no '%s does not live'\n"
                "group=$(find /sys/fs/cgroup -name cgroup.procs -exec grep -qx \"$p\" {} \\; -print "
                "2>/dev/null)\n"
                "group=${group#/sys/fs/cgroup} group=${group%%/cgroup.procs}\n"
                "say \"%s, PID $p, lives in $group\"\n"
                "case \" $(sd show -p MainPID,ControlPID,ControlGroup '*.service' | tr '\\n' ' ')\" in\n"
                "*\" ControlGroup=$group \"*|*\"PID=$p \"*) no 'a service has it' ;;\n"
                "esac\n"
                "yes 'no service has that process or that cgroup'\n",
                process, process, process);
}

/* no-stuck-unit */

static bool has_process_or_timer(const char *sub) {
        return !g_str_equal(sub, "dead") && !g_str_equal(sub, "failed") &&
               !g_str_equal(sub, "auto-restart-queued");
}

static void looks_stuck(Script *s) {
        looks_state(s);
        looks_jobs(s);
}

static void verdict_stuck(Script *s) {
        const Trace *t = s->trace;
        const char *active = value_at_end(t, unit_of(s), "ActiveState"),
                   *sub = value_at_end(t, unit_of(s), "SubState"), *job = value_at_end(t, unit_of(s), "Job");

        append_variable(s->text, "unit", shown_name(unit_of(s)));
        g_string_append_printf(s->text,
                               "sleep 3\n"
                               "now=$(state \"$unit\") jobs=$(jobs)\n"
                               "say \"$unit: $now\"; say \"jobs: $jobs\"\n"
                               "case $now in *ActiveState=%s\\ SubState=%s\\ *) ;; *) no 'it is not %s (%s)' ;; "
                               "esac\n",
                               active, sub, active, sub);
        if (*job)
                g_string_append_printf(s->text,
                                       "case $jobs in *\" $unit %s\"*) ;; *) no 'it has no %s job' ;; esac\n",
                                       job, job);
        if (has_process_or_timer(sub))
                g_string_append_printf(
                        s->text,
                        "for p in $(sd show -p MainPID,ControlPID --value \"$unit\"); do\n"
                        "        ! alive \"$p\" || no \"its process $p lives\"\n"
                        "done\n"
                        "[ \"$(sd show -p %s --value \"$unit\")\" = infinity ] || no 'it has a timeout'\n",
                        strstr(sub, "stop") || strstr(sub, "final") ? "TimeoutStopUSec" : "TimeoutStartUSec");
        g_string_append(s->text, "yes 'nothing can end that'\n");
}

typedef struct Judge {
        const char *property;
        void (*looks)(Script *s);
        void (*before)(Script *s); /* NULL: not about a reload */
        void (*after)(Script *s);
        void (*verdict)(Script *s);
        unsigned n_processes; /* that the violation has to name */
} Judge;

static const Judge judges[] = {
        { "no-crash", NULL, NULL, NULL, verdict_crash, 0 },
        { "state-kept", looks_state, before_state, after_state, verdict_state, 0 },
        { "rename-kept", looks_state, before_state, after_state, verdict_state, 0 },
        { "job-kept", looks_jobs, before_job, after_job, verdict_job, 0 },
        { "pid-consistent", looks_state, NULL, NULL, verdict_pids, 0 },
        { "no-double-start", looks_living, NULL, NULL, verdict_double, 2 },
        { "no-lost-process", NULL, NULL, NULL, verdict_lost, 1 },
        { "no-stuck-unit", looks_stuck, NULL, NULL, verdict_stuck, 0 },
        { "order-independent", script_append_end, NULL, NULL, NULL, 0 },
};

static const Judge *find_judge(const Script *s) {
        for (size_t i = 0; i < G_N_ELEMENTS(judges); i++)
                if (g_str_equal(judges[i].property, s->trace->property))
                        return judges + i;
        return NULL;
}

static bool is_held_at(const Script *s, size_t statement) {
        bool held = false;

        for (size_t i = 0; i < statement && i < s->catalog->top.n_statements; i++) {
                StatementType t = s->catalog->top.statements[i].type;

                held = (held || t == STATEMENT_PAUSE) && t != STATEMENT_RESUME;
        }
        return held;
}

static char *obstacle_to_reload(const Script *s) {
        if (s->last_reload == SIZE_MAX)
                return g_strdup("it has no reload to look around");
        if (is_held_at(s, s->last_reload))
                return g_strdup("other things are pending together with the reload; what the reload alone "
                                "changes is not to be seen from outside");
        if (g_str_equal(s->trace->property, "rename-kept") && !find_old_name(s->trace))
                return g_strdup("which unit had the new name's state is not in the trace");
        return NULL;
}

char *script_obstacle(const Script *s) {
        const Judge *j = find_judge(s);
        g_autofree char *process = NULL;

        if (!j)
                return g_strdup_printf("%s is about what PID 1 reads inside: not to be seen from outside",
                                       s->trace->property);
        for (unsigned i = 0; i < s->trace->run.orders->len; i++)
                if (((const TraceOrder *) s->trace->run.orders->pdata[i])->key != 0)
                        return g_strdup(
                                "it needs an order under a second hash key, which a reexec in its middle "
                                "draws");
        if (s->swallows)
                return g_strdup("an entry has to be swallowed by the one before it, in a table of all units");
        if (j->before)
                return obstacle_to_reload(s);
        process = j->n_processes ? find_process(s->trace, j->n_processes - 1) : NULL;
        if (j->n_processes && !process)
                return g_strdup("the trace does not say which process it is");
        if (!j->verdict && !s->trace->has_other)
                return g_strdup("the trace has no second order to compare with");
        return NULL;
}

bool script_judges_reload(const Script *s) {
        return find_judge(s)->before != NULL;
}

void script_append_looks(Script *s) {
        const Judge *j = find_judge(s);

        if (j->looks)
                j->looks(s);
}

void script_append_before(Script *s) {
        find_judge(s)->before(s);
}

void script_append_after(Script *s) {
        find_judge(s)->after(s);
}

void script_append_verdict(Script *s) {
        find_judge(s)->verdict(s);
}
