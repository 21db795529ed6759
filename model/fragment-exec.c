/* SPDX-License-Identifier: MIT */

/* Exec*= lines: load-fragment.c:config_parse_exec, and which program of the scenario language such a line is. */

#include <errno.h>
#include <string.h>

#include "extract-word.h"
#include "fragment.h"
#include "specifier.h"
#include "unit-name.h"

typedef struct CommandPrefix {
        bool ignore_failure;   /* - */
        bool separate_argv0;   /* @ */
        bool no_env_expand;    /* : */
        bool fully_privileged; /* + */
        unsigned no_setuid;    /* ! and !! */
        bool via_shell;        /* |, 262 */
} CommandPrefix;

/* One prefix character. False: it belongs to the path. */
static bool command_prefix_take(CommandPrefix *c, char letter) {
        switch (letter) {
        case '-':
                return !c->ignore_failure && (c->ignore_failure = true);

        case '@':
                return !c->separate_argv0 && (c->separate_argv0 = true);

        case ':':
                return !c->no_env_expand && (c->no_env_expand = true);

        case '|':
                return !c->via_shell && (c->via_shell = true);

        case '+':
                return !c->fully_privileged && c->no_setuid == 0 && (c->fully_privileged = true);

        case '!':
                return !c->fully_privileged && c->no_setuid < 2 && ++c->no_setuid > 0;

        default:
                return false;
        }
}

/* string_is_safe(), path_implies_directory(), path_is_valid(), filename_is_valid() */
static const char *command_path_problem(const char *path) {
        const char *last = strrchr(path, '/');

        if (*path == 0)
                return "it has no path";

        for (const char *i = path; *i; i++)
                if ((unsigned char) *i < ' ' || strchr("\"'\\\x7f", *i))
                        return "its path has special characters";

        last = last ? last + 1 : path;
        if (*last == 0 || g_str_equal(last, ".") || g_str_equal(last, ".."))
                return "its path is that of a folder";

        if ((path[0] != '/' && last != path) || strlen(last) > 255)
                return "it is neither an absolute path nor the name of a program";

        return NULL;
}

/* path_simplify(): no double slashes, no "." components. */
static char *path_simplify(const char *path) {
        g_auto(GStrv) parts = NULL;
        GString *s;

        if (path[0] != '/')
                return g_strdup(path);

        parts = g_strsplit(path, "/", -1);
        s = g_string_new(NULL);
        for (char **i = parts; *i; i++)
                if (**i && !g_str_equal(*i, "."))
                        g_string_append_printf(s, "/%s", *i);

        return g_string_free(s, FALSE);
}

/* basic/escape.c:cescape, which also writes main-command= and control-command=. */
static void append_cescaped(GString *s, const char *text) {
        static const char letters[] = "abfnrtv\\\"'", values[] = "\a\b\f\n\r\t\v\\\"'";

        for (; *text; text++) {
                const char *found = strchr(values, *text);

                if (found)
                        g_string_append_printf(s, "\\%c", letters[found - values]);
                else if ((unsigned char) *text < ' ' || (unsigned char) *text >= 127)
                        g_string_append_printf(s, "\\%03o", (unsigned char) *text);
                else
                        g_string_append_c(s, *text);
        }
}

/* service.c:service_serialize_exec_command, what comes after the index. */
static char *command_serialize(const char *path, char **argv) {
        GString *s = g_string_new(NULL);

        append_cescaped(s, path);
        for (; *argv; argv++) {
                g_string_append(s, " \"");
                append_cescaped(s, *argv);
                g_string_append_c(s, '"');
        }

        return g_string_free(s, FALSE);
}

static ProgramKind command_program(const char *path) {
        static const char *const actors[] = { "/usr/bin/actor", "/bin/actor", "actor" };
        g_autofree char *name = g_path_get_basename(path);

        for (size_t i = 0; i < G_N_ELEMENTS(actors); i++)
                if (g_str_equal(path, actors[i]))
                        return PROGRAM_ACTOR;

        if (g_str_equal(name, "true"))
                return PROGRAM_TRUE;

        return g_str_equal(name, "false") ? PROGRAM_FALSE : PROGRAM_OTHER;
}

/* actor TAG [--ready] [--exit-on-term] */
static void command_parse_actor(FragmentParser *p, CatalogCommand *c) {
        for (char **arg = c->argv[0] ? c->argv + 1 : c->argv; *arg; arg++)
                if (g_str_equal(*arg, "--ready"))
                        c->ready = true;
                else if (g_str_equal(*arg, "--exit-on-term"))
                        c->exit_on_term = true;
                else if (c->tag == ID_NONE && **arg != '-')
                        c->tag = catalog_text(p->catalog, *arg);
                else
                        fragment_warn(p,
                                      "'%s' means nothing to an actor; it takes TAG, --ready and --exit-on-term",
                                      *arg);

        if (c->tag == ID_NONE)
                fragment_warn(
                        p, "an actor without a tag gets the name of its unit; write one behind /usr/bin/actor");
}

static void command_add(FragmentParser *p, const Setting *s, const CommandPrefix *prefix, const char *path,
                        char **argv) {
        g_autofree char *simplified = path_simplify(path), *serialized = command_serialize(simplified, argv);
        CatalogCommand c = {
                .path = simplified,
                .argv = argv,
                .serialized = serialized,
                .program = command_program(simplified),
                .tag = ID_NONE,
                .ignore_failure = prefix->ignore_failure,
        };

        if (c.program == PROGRAM_ACTOR)
                command_parse_actor(p, &c);

        fragment_add(p, s, ASSIGN_COMMAND, s->where, catalog_command(p->catalog, &c));
        if (prefix->via_shell) {
                fragment_last(p)->needs = NEEDS_262;
                fragment_last(p)->otherwise = prefix->ignore_failure ? 0 : ENOEXEC;
        }
}

static bool is_separator(const char *p, const char *token) {
        size_t n = strlen(token);

        return strncmp(p, token, n) == 0 && (p[n] == 0 || strchr(WHITESPACE, p[n]));
}

static void skip_separator(const char **i, const char *token) {
        *i += strlen(token);
        *i += strspn(*i, WHITESPACE);
}

/* The arguments up to the end or to a lone semicolon. 1: another command follows. */
static int parse_arguments(FragmentParser *p, const char **i, const char *value, GPtrArray *argv) {
        while (*i && **i) {
                g_autofree char *word = NULL;
                char *resolved;
                int r;

                if (is_separator(*i, ";")) {
                        skip_separator(i, ";");
                        return 1;
                }

                if (is_separator(*i, "\\;")) {
                        skip_separator(i, "\\;");
                        g_ptr_array_add(argv, g_strdup(";"));
                        continue;
                }

                r = extract_first_word_relaxed(i, EXTRACT_UNQUOTE | EXTRACT_CUNESCAPE, &word);
                if (r < 0) {
                        fragment_warn(p, "a quote is not closed in '%s'; close it", value);
                        return r;
                }
                if (r == 0)
                        break;
                if (r == 2)
                        fragment_warn(p, "'%s' has an escape that PID 1 does not know; it stays as it is", word);

                r = unit_full_printf(p->id, word, &resolved);
                if (r < 0) {
                        fragment_warn(p,
                                      "'%s' has a specifier that PID 1 cannot resolve here; write %%%% for a "
                                      "percent sign",
                                      word);
                        return r;
                }
                g_ptr_array_add(argv, resolved);
        }

        return 0;
}

/* The path of a command, its argv[0] into @argv. NULL: there was a warning. */
static char *parse_command_path(FragmentParser *p, const CommandPrefix *prefix, const char *word,
                                GPtrArray *argv) {
        g_autofree char *path = NULL;
        const char *problem;

        if (prefix->via_shell) {
                g_ptr_array_add(argv, g_strdup(prefix->separate_argv0 ? "-sh" : "sh"));
                if (*word)
                        g_ptr_array_add(argv, g_strdup(word));
                return g_strdup("/bin/sh");
        }

        if (unit_full_printf(p->id, word, &path) < 0) {
                fragment_warn(
                        p, "'%s' has a specifier that PID 1 cannot resolve here; write %%%% for a percent sign",
                        word);
                return NULL;
        }

        problem = command_path_problem(path);
        if (problem) {
                fragment_warn(p, "'%s' is no command, %s; write for example /usr/bin/true", path, problem);
                return NULL;
        }

        if (!prefix->separate_argv0)
                g_ptr_array_add(argv, g_strdup(path));
        return g_steal_pointer(&path);
}

/* One command. 1: another one follows; 0: that was all; -ENOEXEC: the unit must not be loaded. */
static int parse_command(FragmentParser *p, const Setting *s, const char **i, const char *value) {
        g_autoptr(GPtrArray) argv = g_ptr_array_new_with_free_func(g_free);
        g_autofree char *first = NULL, *path = NULL;
        CommandPrefix prefix = {};
        const char *word;
        int r;

        r = extract_first_word_relaxed(i, EXTRACT_UNQUOTE | EXTRACT_CUNESCAPE, &first);
        if (r < 0)
                fragment_warn(p, "a quote is not closed in '%s'; PID 1 drops what is left", value);
        if (r <= 0)
                return 0;
        if (g_str_equal(first, ";"))
                return 1;

        for (word = first; command_prefix_take(&prefix, *word); word++)
                ;

        path = parse_command_path(p, &prefix, word, argv);
        if (!path)
                return prefix.ignore_failure ? 0 : -ENOEXEC;

        r = parse_arguments(p, i, value, argv);
        if (r >= 0 && argv->len == 0) {
                fragment_warn(p, "'%s' has no path or no name of a program; write ExecStart=/path/of/it", value);
                r = -EINVAL;
        }
        if (r < 0)
                return prefix.ignore_failure ? 0 : -ENOEXEC;

        g_ptr_array_add(argv, NULL);
        command_add(p, s, &prefix, path, (char **) argv->pdata);
        return r;
}

int parse_exec(FragmentParser *p, const Setting *s, const char *value) {
        const char *i = value;
        int r;

        if (*value == 0) {
                fragment_add(p, s, ASSIGN_COMMANDS_CLEAR, s->where, 0);
                return 0;
        }

        do
                r = parse_command(p, s, &i, value);
        while (r > 0);

        /* A version that does not know the setting does not stumble over what it says. */
        if (r < 0 && s->needs != NEEDS_NOTHING) {
                fragment_add(p, s, ASSIGN_ERROR, 0, (unsigned) -r);
                return 0;
        }

        return r;
}
