/* SPDX-License-Identifier: MIT */
#include <signal.h>
#include <string.h>

#include "lab/reproduce.h"
#include "traces/scenario.h"

/* The parts that are the same in each script. The actor is a shell that reads what to do from a pipe; PID 1 runs it as
 * ACTOR TAG [--ready] [--exit-on-term]. */

static const char guard[] =
        "say() { echo \"reproduce: $*\"; }\n"
        "die() { say \"$*\"; exit 2; }\n"
        "[ \"$(id -u)\" = 0 ] || die 'run it as root'\n"
        "[ -d /run/systemd/system ] || die 'PID 1 is no systemd'\n"
        "if [ \"${1:-}\" != --this-machine-may-die ] && ! systemd-detect-virt -q --container; then\n"
        "        die 'this machine may be in use: PID 1 may die here. Use a throw-away container or VM, or say "
        "--this-machine-may-die'\n"
        "fi\n";

static const char actor[] =
        "mkdir -p \"$D\" && chmod 755 \"$D\"\n"
        "cat >\"$D/actor\" <<'ACTOR'\n"
        "#!/bin/sh\n"
        "D=/run/coldplug-reproduce\n"
        "trap '' TERM HUP\n"
        "case \"$*\" in *--exit-on-term*) trap 'exit 0' TERM ;; esac\n"
        "mkfifo \"$D/$$.do\"\n"
        "exec 9<>\"$D/$$.do\"\n"
        "echo \"$1 $$\" >>\"$D/log\"\n"
        "case \"$*\" in *--ready*) systemd-notify READY=1 ;; esac\n"
        "while :; do read -r what <&9 && eval \"$what\"; done\n"
        "ACTOR\n"
        "chmod 755 \"$D/actor\"\n"
        "\n"
        "newest() { # TAG: the PID of its newest living process\n"
        "        p=$(sed -n \"s/^$1 //p\" \"$D/log\" 2>/dev/null | tac | while read -r p; do\n"
        "                kill -0 \"$p\" 2>/dev/null && echo \"$p\" && break; done)\n"
        "        echo \"$p\"\n"
        "}\n"
        "tell() { # TAG WHAT\n"
        "        p=$(newest \"$1\")\n"
        "        if [ -n \"$p\" ]; then echo \"$2\" >\"$D/$p.do\"; sleep 0.3; fi\n"
        "}\n"
        "settle() { sleep 0.5; }\n"
        "ctl() { timeout 20 systemctl --no-block --no-ask-password \"$@\" || say \"systemctl $*: status $?\"; "
        "settle; }\n";

static const char keys[] =
        "# Where a unit is in PID 1's table depends on a random key, which a reexec draws anew. 'systemctl "
        "show' with a\n"
        "# pattern prints units in the order of the table.\n"
        "cat >/run/systemd/system/coldplug-probe.service <<EOF\n"
        "[Unit]\n"
        "DefaultDependencies=no\n"
        "After=$NAMES\n"
        "[Service]\n"
        "Type=oneshot\n"
        "RemainAfterExit=yes\n"
        "ExecStart=/bin/true\n"
        "EOF\n"
        "order() { systemctl show --all -p Id --value '*' 2>/dev/null | grep . | tr '\\n' ' '; }\n"
        "fits() { # whether each pair FIRST<SECOND is in the order $1\n"
        "        for pair in $PAIRS; do\n"
        "                case \" $1 \" in *\" ${pair%%<*} \"*\" ${pair##*<} \"*) ;; *) return 1 ;; esac\n"
        "        done\n"
        "}\n"
        "systemctl start coldplug-probe.service\n"
        "n=1\n"
        "until fits \"$(order)\"; do\n"
        "        [ $n -lt 400 ] || die 'no key with that order; run it again'\n"
        "        systemctl daemon-reexec\n"
        "        n=$((n + 1))\n"
        "done\n"
        "say \"hash key $n has the order $PAIRS\"\n"
        "systemctl stop coldplug-probe.service\n"
        "rm -f /run/systemd/system/coldplug-probe.service\n"
        "ctl daemon-reload\n";

static void append_quoted(GString *s, const char *text) {
        g_autofree char *quoted = g_shell_quote(text);

        g_string_append(s, quoted);
}

/* Before 'EOF' nothing of a body is special; the actor has another path here. */
static void append_body(GString *s, const char *body) {
        g_auto(GStrv) parts = g_strsplit(body, "/usr/bin/actor", -1);
        g_autofree char *text = g_strjoinv("/run/coldplug-reproduce/actor", parts);

        g_string_append(s, text);
        if (*text && text[strlen(text) - 1] != '\n')
                g_string_append_c(s, '\n');
}

static void append_file(GString *s, const Catalog *c, const Statement *st) {
        const char *path = c->paths[st->path].path;
        g_autofree char *folder = g_path_get_dirname(path);

        if (st->type == STATEMENT_RM) {
                g_string_append_printf(s, "rm -f %s\n", path);
                return;
        }
        if (!g_str_equal(folder, "/etc/systemd/system"))
                g_string_append_printf(s, "mkdir -p %s\n", folder);
        if (st->type == STATEMENT_LINK) {
                g_string_append(s, "ln -sfn ");
                append_quoted(s, c->contents[st->content].text);
                g_string_append_printf(s, " %s\n", path);
                return;
        }
        g_string_append_printf(s, "cat >%s <<'EOF'\n", path);
        append_body(s, c->contents[st->content].text ? c->contents[st->content].text : "");
        g_string_append(s, "EOF\n");
}

static void append_tell(GString *s, const Catalog *c, const Statement *st) {
        g_autofree char *what = NULL;

        switch (st->type) {
        case STATEMENT_EXIT:
                what = g_strdup_printf("exit %d", st->number);
                break;
        case STATEMENT_SIGNAL:
                what = g_strdup_printf("trap - %d; kill -%d $$", st->number, st->number);
                if (st->number == SIGKILL)
                        what = (g_free(what), g_strdup("kill -9 $$"));
                break;
        case STATEMENT_FORK:
                what = g_strdup_printf("( echo %s $(sh -c 'echo $PPID') >>$D/log; exec sleep infinity ) &",
                                       catalog_text_str(c, st->text));
                break;
        default: {
                g_autofree char *quoted = g_shell_quote(catalog_text_str(c, st->text));

                what = g_strdup_printf("systemd-notify %s", quoted);
        }
        }
        g_string_append_printf(s, "tell %s ", catalog_text_str(c, st->tag));
        append_quoted(s, what);
        g_string_append_c(s, '\n');
}

static void append_statement(GString *s, const Catalog *c, const Statement *st, bool paused) {
        switch (st->type) {
        case STATEMENT_WRITE:
        case STATEMENT_RM:
        case STATEMENT_LINK:
                append_file(s, c, st);
                return;
        case STATEMENT_EXIT:
        case STATEMENT_SIGNAL:
        case STATEMENT_NOTIFY:
        case STATEMENT_FORK:
                append_tell(s, c, st);
                return;
        case STATEMENT_PAUSE:
                g_string_append(s,
                                "# These meet: from inside of a container PID 1 cannot be stopped meanwhile.\n");
                return;
        case STATEMENT_RESUME:
                g_string_append(s, "wait\n");
                return;
        default:
                g_string_append_printf(s, "ctl %s%s%s%s\n",
                                       st->type == STATEMENT_KILL ? "kill" : statement_type_to_string(st->type),
                                       st->unit == ID_NONE ? "" : " ", catalog_name_str(c, st->unit),
                                       paused ? " &" : "");
        }
}

static void append_steps(GString *s, const Catalog *c) {
        bool paused = false;

        for (size_t i = 0; i < c->top.n_statements; i++) {
                const Statement *st = c->top.statements + i;

                append_statement(s, c, st, paused);
                paused = (paused || st->type == STATEMENT_PAUSE) && st->type != STATEMENT_RESUME;
        }
}

static void append_order(GString *s, const Trace *t) {
        g_autoptr(GPtrArray) names = schedule_ordered_names(t);

        if (names->len == 0)
                return;
        g_string_append(s, "\nNAMES='");
        for (unsigned i = 0; i < names->len; i++)
                g_string_append_printf(s, "%s%s", i ? " " : "", (const char *) names->pdata[i]);
        g_string_append(s, "'\nPAIRS='");
        for (unsigned i = 0, n = 0; i < t->run.orders->len; i++) {
                const TraceOrder *o = t->run.orders->pdata[i];

                if (o->key == 0)
                        g_string_append_printf(s, "%s%s<%s", n++ ? " " : "", o->first, o->second);
        }
        g_string_append(s, "'\n");
        g_string_append(s, keys);
}

/* All that the script made, in reverse. */
static void append_cleanup(GString *s, const Catalog *c) {
        g_string_append(s, "\nclean() {\n        set +e\n");
        for (size_t i = 0; i < c->n_names; i++)
                if (c->names[i].observed && !c->names[i].is_template && !c->names[i].is_orphan)
                        g_string_append_printf(s, "        systemctl --no-block kill -s KILL %s 2>/dev/null\n",
                                               c->names[i].name);
        for (size_t i = 0; i < c->top.n_statements; i++) {
                const Statement *st = c->top.statements + i;

                if (st->type == STATEMENT_WRITE || st->type == STATEMENT_LINK)
                        g_string_append_printf(s, "        rm -f %s\n", c->paths[st->path].path);
        }
        g_string_append(s, "        rm -rf \"$D\" /run/systemd/system/coldplug-probe.service\n"
                           "        timeout 20 systemctl daemon-reload 2>/dev/null\n"
                           "}\n"
                           "trap clean EXIT\n"
                           "trap 'exit 130' INT TERM\n");
}

static void append_refusal(GString *s, const Catalog *c) {
        g_string_append(s, "for f in");
        for (size_t i = 0; i < c->top.n_statements; i++) {
                const Statement *st = c->top.statements + i;
                g_autofree char *word = NULL;

                if (st->type != STATEMENT_WRITE && st->type != STATEMENT_LINK)
                        continue;
                word = g_strdup_printf(" %s", c->paths[st->path].path);
                if (!strstr(s->str, word))
                        g_string_append(s, word);
        }
        g_string_append(s, "; do\n        [ ! -e \"$f\" ] && [ ! -L \"$f\" ] || die \"$f exists; this is for a "
                           "fresh machine\"\ndone\n");
}

static void append_verdict(GString *s, const Trace *t) {
        if (g_str_equal(t->property, "no-crash")) {
                g_string_append(s, "\n# A dead or frozen PID 1 answers nobody.\n"
                                   "sleep 1\n"
                                   "if timeout 10 systemctl show -p Version >/dev/null 2>&1; then\n"
                                   "        say 'it does not happen: PID 1 lives'\n"
                                   "        exit 1\n"
                                   "fi\n"
                                   "say 'it happens: PID 1 is dead or frozen'\n");
                return;
        }
        g_string_append_printf(s, "\nsay 'PID 1 has this now; the trace says:' ");
        append_quoted(s, t->violation);
        g_string_append_printf(s,
                               "\nsystemctl show --no-pager -p "
                               "Id,Names,LoadState,ActiveState,SubState,MainPID,ControlPID,Job,NRestarts %s\n",
                               t->unit ? t->unit : "'*.service'");
        g_string_append(s, "say 'processes:'; cat \"$D/log\"\n");
}

GString *reproduce_script(const Trace *t, const Schedule *s) {
        GString *script = g_string_new("#!/bin/sh\n");
        g_autofree char *what = g_strdup(t->violation);

        g_strdelimit(what, "\r\n", ' ');
        g_string_append_printf(script,
                               "# Makes PID 1 (seen with systemd %s) violate %s:\n# %s\n"
                               "# For a throw-away VM or container. Removes what it made.\n"
                               "set -u\nD=/run/coldplug-reproduce\n",
                               t->systemd, t->property, what);
        g_string_append(script, guard);
        append_refusal(script, s->catalog);
        g_string_append(script, "say \"$(systemctl --version | head -n 1)\"\n");
        append_cleanup(script, s->catalog);
        g_string_append(script, actor);
        append_order(script, t);
        g_string_append(script, "\n# The run. A container ends with its PID 1, a machine's PID 1 freezes.\n"
                                "say 'begins; if this is the last that you see, PID 1 died'\n");
        append_steps(script, s->catalog);
        append_verdict(script, t);
        return script;
}
