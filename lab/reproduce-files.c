/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "lab/reproduce-parts.h"

/* What may stand between "ExecStart=" and the path. */
#define EXEC_PREFIXES "-@:+!|"

/* The value of the last line KEY=VALUE in all that the scenario writes for the unit, NULL: none. */
static char *find_setting(const Catalog *c, NameId unit, const char *key) {
        char *value = NULL;

        for (size_t i = 0; i < c->top.n_statements; i++) {
                const Statement *st = c->top.statements + i;
                const char *text = st->type == STATEMENT_WRITE ? c->contents[st->content].text : NULL;

                if (!text || c->paths[st->path].name != unit)
                        continue;

                g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
                for (char **line = lines; *line; line++)
                        if (g_str_has_prefix(*line, key)) {
                                g_free(value);
                                value = g_strstrip(g_strdup(*line + strlen(key)));
                        }
        }
        return value;
}

/* The actor that does what a daemon of that type does; NULL: none can. Its tag is that of the model, the name of its unit. */
static char *daemon_line(const Catalog *c, NameId unit) {
        const char *stem = c->names[unit].is_template ? "%N" : catalog_text_str(c, c->names[unit].stem);
        g_autofree char *type = find_setting(c, unit, "Type=");

        if (g_strcmp0(type, "oneshot") == 0)
                return g_strdup("/bin/true");
        if (g_strcmp0(type, "forking") == 0 || g_strcmp0(type, "dbus") == 0)
                return NULL;
        return g_strdup_printf(REPRODUCE_DIR "/actor %s%s", stem,
                               type && g_str_has_prefix(type, "notify") ? " --ready" : "");
}

static bool does_nothing(const char *program) {
        g_autofree char *name = g_path_get_basename(program);

        return g_str_equal(name, "true") || g_str_equal(name, "false");
}

/* The line to write for an Exec line; *ret_replaced: with another program, the arguments are not its own. */
static char *exec_line(const Catalog *c, NameId unit, const char *line, bool *ret_replaced, char **ret_why) {
        const char *value = strchr(line, '=') + 1, *program = value + strspn(value, EXEC_PREFIXES);
        g_autofree char *path = g_strndup(program, strcspn(program, " \t")),
                        *before = g_strndup(line, (size_t) (program - line)), *replacement = NULL;

        *ret_replaced = false;
        if (g_str_equal(path, "/usr/bin/actor"))
                return g_strdup_printf("%s" REPRODUCE_DIR "/actor%s", before, program + strlen(path));
        if (!*path || does_nothing(path))
                return g_strdup(line);
        *ret_replaced = true;
        replacement = g_str_has_prefix(line, "ExecStart=") ? daemon_line(c, unit) : g_strdup("/bin/true");
        if (!replacement)
                *ret_why = g_strdup_printf("it runs %s, which puts itself into the background or takes a bus "
                                           "name; no shell does that like it",
                                           path);
        return g_strconcat(before, replacement, NULL);
}

static bool is_exec(const char *line) {
        return g_str_has_prefix(line, "Exec") && strchr(line, '=');
}

char *script_unit_text(const Catalog *c, const Statement *st, char **ret_why) {
        const char *text = c->contents[st->content].text;
        NameId unit = c->paths[st->path].name;
        g_auto(GStrv) lines = g_strsplit(text ? text : "", "\n", -1);
        g_autoptr(GString) out = g_string_new(NULL);
        bool drop = false;

        for (char **line = lines; *line; line++) {
                bool continues = g_str_has_suffix(*line, "\\"), replaced = false;
                g_autofree char *exec = NULL;

                if (!line[1] && !**line)
                        break;
                if (!drop && is_exec(*line))
                        exec = exec_line(c, unit, *line, &replaced, ret_why);
                if (!drop)
                        g_string_append_printf(out, "%s\n", exec ? exec : *line);
                drop = continues && (drop || replaced);
                if (*ret_why)
                        return NULL;
        }
        return g_string_free(g_steal_pointer(&out), FALSE);
}
