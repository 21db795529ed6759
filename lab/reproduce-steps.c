/* SPDX-License-Identifier: MIT */
#include <signal.h>
#include <string.h>

#include "lab/reproduce-parts.h"
#include "traces/scenario.h"

void script_append_word(GString *s, const char *word) {
        static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_@%+=:,./-";
        g_autofree char *quoted = NULL;

        if (*word && word[strspn(word, plain)] == 0) {
                g_string_append(s, word);
                return;
        }
        quoted = g_shell_quote(word);
        g_string_append(s, quoted);
}

/* A line that the text does not have. */
static char *find_delimiter(const char *text) {
        g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
        GString *end = g_string_new("EOF");

        while (g_strv_contains((const char *const *) lines, end->str))
                g_string_append_c(end, '_');
        return g_string_free(end, FALSE);
}

static bool append_write(Script *s, const Statement *st, char **ret_why) {
        g_autofree char *text = script_unit_text(s->catalog, st, ret_why), *end = NULL;

        if (!text)
                return false;
        end = find_delimiter(text);
        g_string_append(s->text, "put ");
        script_append_word(s->text, s->catalog->paths[st->path].path);
        g_string_append_printf(s->text, " <<'%s'\n%s%s\n", end, text, end);
        return true;
}

static void append_link(Script *s, const Statement *st) {
        const char *path = s->catalog->paths[st->path].path;
        g_autofree char *folder = g_path_get_dirname(path);

        if (!g_str_has_suffix(folder, "/systemd/system")) {
                g_string_append(s->text, "mkdir -p ");
                script_append_word(s->text, folder);
                g_string_append_c(s->text, '\n');
        }
        g_string_append(s->text, "ln -sfn ");
        script_append_word(s->text, s->catalog->contents[st->content].text);
        g_string_append_c(s->text, ' ');
        script_append_word(s->text, path);
        g_string_append_c(s->text, '\n');
}

/* What the actor's shell is to do. */
static char *order_of(const Catalog *c, const Statement *st) {
        g_autoptr(GString) what = g_string_new(NULL);

        switch (st->type) {
        case STATEMENT_EXIT:
                g_string_append_printf(what, "exit %d", st->number);
                break;
        case STATEMENT_SIGNAL:
                if (st->number != SIGKILL)
                        g_string_append_printf(what, "trap - %d; ", st->number);
                g_string_append_printf(what, "kill -%d $$", st->number);
                break;
        case STATEMENT_FORK:
                g_string_append(what, "\"$0\" ");
                script_append_word(what, catalog_text_str(c, st->text));
                g_string_append(what, " $flags &");
                break;
        default: {
                g_auto(GStrv) lines = g_strsplit(catalog_text_str(c, st->text), "\\n", -1);

                g_string_append(what, "systemd-notify --no-block");
                for (char **line = lines; *line; line++) {
                        g_string_append_c(what, ' ');
                        script_append_word(what, *line);
                }
        }
        }
        return g_string_free(g_steal_pointer(&what), FALSE);
}

static void append_tell(Script *s, const Statement *st) {
        g_autofree char *what = order_of(s->catalog, st);

        g_string_append(s->text, "tell ");
        script_append_word(s->text, catalog_text_str(s->catalog, st->tag));
        g_string_append_c(s->text, ' ');
        script_append_word(s->text, what);
        g_string_append_c(s->text, '\n');
}

/* How many operations the call has, from the @i-th on. */
static size_t count_units(const Script *s, size_t i) {
        const Program *top = &s->catalog->top;
        StatementType t = top->statements[i].type;
        size_t n = 1;

        if (!s->one_call || s->held || t == STATEMENT_RESET_FAILED || t == STATEMENT_KILL)
                return 1;
        while (i + n < top->n_statements && top->statements[i + n].continues)
                n++;
        return n;
}

static void append_call(Script *s, size_t i, size_t n) {
        const Statement *st = s->catalog->top.statements + i;

        g_string_append_printf(s->text, "ctl %s", statement_type_to_string(st->type));
        for (size_t u = i; u < i + n; u++) {
                g_string_append_c(s->text, ' ');
                script_append_word(s->text, catalog_name_str(s->catalog, s->catalog->top.statements[u].unit));
        }
        g_string_append_c(s->text, '\n');
}

static void append_reload(Script *s, size_t i) {
        bool judged = i == s->last_reload && script_judges_reload(s);
        const char *what = statement_type_to_string(s->catalog->top.statements[i].type);

        if (judged)
                script_append_before(s);
        g_string_append_printf(s->text, "%s %s\n", judged ? "sd" : "ctl", what);
        if (s->catalog->top.statements[i].type == STATEMENT_DAEMON_REEXEC && !s->held)
                g_string_append(s->text, "answers\n");
        if (judged) {
                script_append_after(s);
                g_string_append(s->text, "sleep 0.5\n");
        }
}

static bool append_step(Script *s, size_t i, size_t *ret_n, char **ret_why) {
        const Statement *st = s->catalog->top.statements + i;

        *ret_n = 1;
        switch (st->type) {
        case STATEMENT_WRITE:
                return append_write(s, st, ret_why);
        case STATEMENT_RM:
                g_string_append(s->text, "rm -f ");
                script_append_word(s->text, s->catalog->paths[st->path].path);
                g_string_append_c(s->text, '\n');
                return true;
        case STATEMENT_LINK:
                append_link(s, st);
                return true;
        case STATEMENT_EXIT:
        case STATEMENT_SIGNAL:
        case STATEMENT_NOTIFY:
        case STATEMENT_FORK:
                append_tell(s, st);
                return true;
        case STATEMENT_PAUSE:
                s->held = true;
                g_string_append(s->text, "hold 1 # what follows is pending together\n");
                return true;
        case STATEMENT_RESUME:
                s->held = false;
                g_string_append(s->text, "hold 0\n");
                return true;
        case STATEMENT_DAEMON_RELOAD:
        case STATEMENT_DAEMON_REEXEC:
                append_reload(s, i);
                return true;
        default:
                *ret_n = count_units(s, i);
                append_call(s, i, *ret_n);
                return true;
        }
}

bool script_append_steps(Script *s, char **ret_why) {
        for (size_t i = 0, n; i < s->catalog->top.n_statements; i += n)
                if (!append_step(s, i, &n, ret_why))
                        return false;
        return true;
}
