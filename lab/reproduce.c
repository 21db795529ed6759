/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "lab/order.h"
#include "lab/reproduce-parts.h"
#include "lab/reproduce.h"

/* The parts that are the same in each script. */

static const char guard[] =
        "say() { printf 'reproduce: %s\\n' \"$*\"; }\n"
        "yes() { say \"it happens: $*\"; exit 0; }\n"
        "no() { say \"it does not happen: $*\"; exit 1; }\n"
        "die() { say \"cannot tell: $*\"; exit 2; }\n"
        "sd() { timeout 20 systemctl --no-block --no-ask-password --no-pager \"$@\"; }\n"
        "answers() { timeout 20 sh -c 'until systemctl show -p Version; do sleep 0.2; done' >/dev/null 2>&1; }\n"
        "alive() { case $(cat \"/proc/$1/stat\" 2>/dev/null) in '' | *') '[ZX]*) return 1 ;; esac; }\n"
        "\n"
        "[ \"$(id -u)\" = 0 ] || die 'this needs root'\n"
        "[ -d /run/systemd/system ] || die 'PID 1 is no systemd'\n"
        "[ \"${1:-}\" = --this-machine-may-die ] || systemd-detect-virt -q --container ||\n"
        "        die 'this machine may be in use; take a throw-away container, or say --this-machine-may-die'\n"
        "for f in $FILES $D $P; do ! ls -d \"$f\" >/dev/null 2>&1 || die \"there is $f; this is for a fresh "
        "machine\"; done\n"
        "for u in $UNITS; do\n"
        "        [ \"$(sd show -p LoadState --value \"$u\")\" = not-found ] || die \"there is $u; this is for a "
        "fresh machine\"\n"
        "done\n";

static const char hold_guard[] =
        "F=/sys/fs/cgroup/init.scope # the cgroup of PID 1 alone: its freezer stops PID 1\n"
        "[ \"$(cat $F/cgroup.procs 2>/dev/null)\" = 1 ] && [ -w $F/cgroup.freeze ] || die 'PID 1 cannot be "
        "stopped: no cgroup v2'\n";

static const char say_version[] = "say \"$(systemctl --version | head -n 1)\"\n";

static const char undo_body[] =
        "        answers || UNITS=\n"
        "        for u in $UNITS; do # what is dead and has a process starts anew: PID 1 may die of that "
        "process's end\n"
        "                case $(sd show -p MainPID,ActiveState \"$u\") in *MainPID=0*) ;; *=inactive* | "
        "*=failed*) sd start \"$u\" ;; esac\n"
        "        done\n"
        "        for f in $FILES $P; do rm -f \"$f\" || rmdir \"$f\"; done; [ -z \"$UNITS\" ] || sd "
        "daemon-reload\n"
        "        while read -r _ p; do ! alive \"$p\" || kill -9 \"$p\"; done <$D/log; sleep 0.5\n"
        "        for u in ${UNITS:+$UNITS ${P##*/} orphaned-*.service}; do\n"
        "                sd stop \"$u\"; sd reset-failed \"$u\"; rmdir \"/sys/fs/cgroup/system.slice/$u\"\n"
        "        done; rm -rf $D\n"
        "} >/dev/null 2>&1\n"
        "trap undo EXIT; trap 'exit 130' INT TERM HUP\n"
        "put() { mkdir -p \"${1%/*}\"; rm -f \"$1\"; cat >\"$1\"; }\n";

/* PID 1 runs it as ACTOR TAG [--ready] [--exit-on-term]; it reads what to do from a pipe. */
static const char actor[] = "mkdir -p $D && : >$D/log && put $D/actor <<'EOF'\n"
                            "#!/bin/sh\n"
                            "tag=$1 D=/run/coldplug-reproduce; shift; flags=$*\n"
                            "trap '' TERM HUP\n"
                            "case $flags in *--exit-on-term*) trap 'exit 0' TERM ;; esac\n"
                            "rm -f $D/$$; mkfifo $D/$$; exec 9<>$D/$$\n"
                            "printf '%s %s\\n' \"$tag\" $$ >>$D/log\n"
                            "case $flags in *--ready*) systemd-notify --no-block READY=1 ;; esac\n"
                            "while :; do read -r what <&9 && eval \"$what\" && : >$D/$$.done; done\n"
                            "EOF\n"
                            "chmod 755 $D/actor\n";

static const char tell[] = "newest() { while read -r t p; do [ \"$t\" = \"$1\" ] && alive \"$p\" && echo "
                           "\"$p\"; done <$D/log | tail -n 1; }\n"
                           "tell() { # TAG WHAT: the newest process of that tag does it, if there is one\n"
                           "        n=0; while p=$(newest \"$1\"); [ -z \"$p\" ] && [ $n -lt 10 ]; do sleep "
                           "0.1; n=$((n + 1)); done\n"
                           "        [ -n \"$p\" ] || return 0\n"
                           "        rm -f \"$D/$p.done\"; printf '%s\\n' \"$2\" >\"$D/$p\"\n"
                           "        n=0; while alive \"$p\" && [ ! -e \"$D/$p.done\" ] && [ $n -lt 30 ]; do "
                           "sleep 0.1; n=$((n + 1)); done\n"
                           "        sleep 0.5\n"
                           "}\n";

static const char ctl[] = "ctl() { sd \"$@\" || say \"systemctl $*: status $?\"; answers; sleep 0.5; }\n";

static const char hold[] = "held=0\n"
                           "hold() { # 1: PID 1 stops; 0: it goes on, and finds all that came meanwhile\n"
                           "        [ \"$how\" = together ] || return 0\n"
                           "        held=$1\n"
                           "        echo \"$1\" >$F/cgroup.freeze\n"
                           "        n=0\n"
                           "        until grep -qx \"frozen $1\" $F/cgroup.events; do\n"
                           "                [ $n -lt 30 ] || die 'PID 1 cannot be stopped'\n"
                           "                sleep 0.1; n=$((n + 1))\n"
                           "        done\n"
                           "        [ \"$1\" = 1 ] || { wait; answers; sleep 0.5; }\n"
                           "}\n"
                           "ctl() {\n"
                           "        if [ $held = 1 ]; then sd \"$@\" & sleep 0.3; return; fi # the call waits\n"
                           "        sd \"$@\" || say \"systemctl $*: status $?\"\n"
                           "        answers; sleep 0.5\n"
                           "}\n";

static const char keys[] =
        "# Where a unit is in PID 1's table depends on a random key, which a reexec draws anew. 'systemctl "
        "show' with a pattern\n"
        "# prints units in the order of the table. The probe mentions the names, so that all are in it.\n"
        "fits() { # whether each FIRST<SECOND of $PAIRS is in that order\n"
        "        table=\" $(sd show --all -p Id --value '*' 2>/dev/null | tr -s '\\n' ' ')\"\n"
        "        for i in $PAIRS; do case $table in *\" ${i%%<*} \"*\" ${i##*<} \"*) ;; *) return 1 ;; esac; "
        "done\n"
        "}\n"
        "find_key() {\n"
        "        printf '[Unit]\\nAfter=%s\\n[Service]\\nExecStart=/bin/sleep inf\\n' \"$(printf %s \"$PAIRS\" "
        "| tr '<' ' ')\" | put $P\n"
        "        sd start ${P##*/}\n"
        "        n=1; until fits; do\n"
        "                [ $n -lt 400 ] || die 'no key has that order; run it again'\n"
        "                sd daemon-reexec; n=$((n + 1)); answers\n"
        "        done\n"
        "        say \"key $n has the order $PAIRS\"\n"
        "        ctl stop ${P##*/}\n"
        "        rm -f $P; ctl daemon-reload\n"
        "}\n";

/* PID 1 may take what is pending together in another order than the trace's. */
static const char attempt_end[] = ")\n"
                                  "attempt together\n"
                                  "status=$?\n"
                                  "if [ $status = 1 ]; then\n"
                                  "        undo\n"
                                  "        say 'once more, one thing after another'\n"
                                  "        attempt apart\n"
                                  "        status=$?\n"
                                  "fi\n"
                                  "exit $status\n";

static void append_header(Script *s) {
        g_autofree char *what = g_strdup(s->trace->violation), *systemd = trace_systemd(s->trace);

        g_strdelimit(what, "\r\n", ' ');
        g_string_append_printf(s->text,
                               "#!/bin/sh\n"
                               "# systemd %s violates %s: %s\n"
                               "# For a throw-away container or VM, which may end with its PID 1. Exit status: "
                               "0 it happens, 1 it does not, 2 it cannot tell.\n"
                               "set -uf\n"
                               "D=" REPRODUCE_DIR " P=/run/systemd/system/coldplug-probe.service\n",
                               systemd, s->trace->property, what);
}

static void add_word(GString *list, const char *word) {
        g_auto(GStrv) words = g_strsplit(list->str, " ", -1);

        if (!g_strv_contains((const char *const *) words, word))
                g_string_append_printf(list, "%s%s", list->len ? " " : "", word);
}

static void append_list(Script *s, const char *name, const GString *list) {
        g_string_append_printf(s->text, "%s=", name);
        script_append_word(s->text, list->str);
        g_string_append_c(s->text, '\n');
}

static bool is_file(StatementType t) {
        return t == STATEMENT_WRITE || t == STATEMENT_LINK || t == STATEMENT_RM;
}

static bool has_file(const Catalog *c, NameId name) {
        for (size_t i = 0; i < c->top.n_statements; i++) {
                const Statement *st = c->top.statements + i;
                const CatalogPath *path = is_file(st->type) ? c->paths + st->path : NULL;

                if (path && path->kind == PATH_FRAGMENT && path->name == name)
                        return true;
        }
        return false;
}

static void append_units(Script *s) {
        g_autoptr(GString) units = g_string_new(NULL);
        const Catalog *c = s->catalog;

        for (size_t i = 0; i < c->n_names; i++) {
                const CatalogName *n = c->names + i;

                if (!n->is_template &&
                    (has_file(c, (NameId) i) || (n->template != ID_NONE && has_file(c, n->template))))
                        add_word(units, n->name);
        }
        append_list(s, "UNITS", units);
}

/* All files, then the folders that are not there before. */
static void append_files(Script *s) {
        g_autoptr(GString) files = g_string_new(NULL);
        const Program *top = &s->catalog->top;

        for (size_t i = 0; i < top->n_statements; i++)
                if (is_file(top->statements[i].type))
                        add_word(files, s->catalog->paths[top->statements[i].path].path);
        for (size_t i = 0; i < top->n_statements; i++)
                if (is_file(top->statements[i].type)) {
                        g_autofree char *folder =
                                g_path_get_dirname(s->catalog->paths[top->statements[i].path].path);

                        if (!g_str_has_suffix(folder, "/systemd/system"))
                                add_word(files, folder);
                }
        append_list(s, "FILES", files);
}

static void append_start(Script *s) {
        append_header(s);
        append_units(s);
        append_files(s);
        g_string_append(s->text, guard);
        if (s->holds)
                g_string_append(s->text, hold_guard);
        g_string_append(s->text, say_version);
        g_string_append(s->text, "\nundo() { # removes all that was made\n");
        if (s->holds)
                g_string_append(s->text, "        echo 0 >$F/cgroup.freeze\n");
        g_string_append(s->text, undo_body);
        g_string_append(s->text, s->holds ? hold : ctl);
        if (s->tells)
                g_string_append(s->text, tell);
        script_append_looks(s);
        if (s->ordered)
                g_string_append(s->text, keys);
        g_string_append_c(s->text, '\n');
}

/* From a fresh machine to the end of the trace. */
static bool append_run(Script *s, char **ret_why) {
        g_string_append(s->text, actor);
        if (s->ordered)
                g_string_append(s->text, "find_key\n");
        if (g_str_equal(s->trace->property, "no-crash"))
                g_string_append(s->text,
                                "say 'it begins; if this is the last line, PID 1 is dead: it happens'\n");
        if (script_runs_into_crash(s))
                g_string_append(s->text, "say \"it begins; $2\"\n");
        g_string_append_c(s->text, '\n');
        return script_append_steps(s, ret_why);
}

static bool append_one_run(Script *s, char **ret_why) {
        if (s->ordered) {
                g_string_append(s->text, "PAIRS=");
                script_append_pairs(s->text, &s->trace->run);
                g_string_append_c(s->text, '\n');
        }
        if (!append_run(s, ret_why))
                return false;
        g_string_append_c(s->text, '\n');
        script_append_verdict(s);
        return true;
}

static bool append_main(Script *s, char **ret_why) {
        bool twice = script_runs_twice(s);

        if (twice) {
                g_string_append(s->text, "run() { # with the order $1\nPAIRS=$1\n");
                if (!append_run(s, ret_why))
                        return false;
                g_string_append(s->text, "}\n\n");
        }
        if (s->holds)
                g_string_append(s->text, "attempt() ( # together: what is pending together in the trace; apart: "
                                         "one thing after another\nhow=$1\n");
        if (twice)
                script_append_two_runs(s);
        else if (!append_one_run(s, ret_why))
                return false;
        if (s->holds)
                g_string_append(s->text, attempt_end);
        return true;
}

static void look_through(Script *s) {
        const Program *top = &s->catalog->top;
        const Profile *p = profile_find(s->trace->systemd);

        s->last_reload = SIZE_MAX;
        s->one_call = p && p->enqueue_many;
        for (size_t i = 0; i < top->n_statements; i++) {
                StatementType t = top->statements[i].type;

                s->holds = s->holds || t == STATEMENT_PAUSE;
                s->tells = s->tells || t == STATEMENT_EXIT || t == STATEMENT_SIGNAL || t == STATEMENT_NOTIFY ||
                           t == STATEMENT_FORK;
                if (t == STATEMENT_DAEMON_RELOAD || t == STATEMENT_DAEMON_REEXEC)
                        s->last_reload = i;
        }
}

static bool has_neighbours(const Trace *t, const TraceRun *r) {
        g_autoptr(WantedOrder) o = wanted_order_new(t, r);

        return o->neighbours->len > 0;
}

static bool has_orders(const TraceRun *r) {
        return r->orders->len > 0;
}

GString *reproduce_script(const Trace *t, const Schedule *schedule, char **ret_why) {
        g_autoptr(GString) text = g_string_new(NULL);
        Script s = {
                .text = text,
                .trace = t,
                .catalog = schedule->catalog,
                .swallows = has_neighbours(t, &t->run) || (t->has_other && has_neighbours(t, &t->other)),
                .ordered = has_orders(&t->run) || (t->has_other && has_orders(&t->other)),
        };

        look_through(&s);
        *ret_why = script_obstacle(&s);
        if (*ret_why)
                return NULL;
        append_start(&s);
        if (!append_main(&s, ret_why))
                return NULL;
        return g_steal_pointer(&text);
}
