/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "traces/error.h"
#include "traces/statement.h"

/* The lines of a scenario and where the parser is in them. */
typedef struct Lines {
        char **line;
        size_t n, i;
} Lines;

static const char *skip_blanks(const char *s) {
        return s + strspn(s, " \t");
}

static bool is_empty(const char *line) {
        return *skip_blanks(line) == '\0';
}

static bool is_comment(const char *line) {
        return *skip_blanks(line) == '#';
}

/* True when @line is indented by @indent and more. */
static bool is_deeper(const char *line, const char *indent) {
        size_t n = strlen(indent);

        return strncmp(line, indent, n) == 0 && (line[n] == ' ' || line[n] == '\t') && !is_empty(line);
}

static char *word_at(const char *s) {
        return g_strndup(s, strcspn(s, " \t"));
}

static char *indentation(const char *line) {
        return g_strndup(line, skip_blanks(line) - line);
}

/* The block below the line at @l: its lines less their indentation. Comments of the scenario inside of it become
 * empty lines, so that line numbers stay right. @ret_body is NULL when there is no block. */
static bool parse_body(Parser *p, Lines *l, const char *indent, char **ret_body, unsigned *ret_line) {
        g_autoptr(GString) body = g_string_new(NULL);
        g_autofree char *block = NULL;
        unsigned pending = 0;

        for (; l->i < l->n; l->i++) {
                const char *line = l->line[l->i];

                if (is_empty(line) || (!is_deeper(line, indent) && is_comment(line))) {
                        pending += block != NULL;
                        continue;
                }
                if (!is_deeper(line, indent))
                        break;
                if (!block) {
                        block = indentation(line);
                        *ret_line = (unsigned) l->i + 1;
                } else if (!g_str_has_prefix(line, block)) {
                        parse_error(p, (unsigned) l->i + 1,
                                    "not indented like the first line of its block; indent the whole block "
                                    "alike, with blanks or with tabs");
                        return false;
                }
                for (; pending > 0; pending--)
                        g_string_append_c(body, '\n');
                g_string_append(body, line + strlen(block));
                g_string_append_c(body, '\n');
        }

        *ret_body = block ? g_string_free(g_steal_pointer(&body), FALSE) : NULL;
        return true;
}

static char **split_words(const char *line) {
        g_autoptr(GPtrArray) words = g_ptr_array_new();
        const char *s = skip_blanks(line);

        while (*s) {
                size_t n = strcspn(s, " \t");

                g_ptr_array_add(words, g_strndup(s, n));
                s = skip_blanks(s + n);
        }
        g_ptr_array_add(words, NULL);
        return (char **) g_ptr_array_free(g_steal_pointer(&words), FALSE);
}

/* The statement at @l, which is indented by @indent, and the block that belongs to it. */
static bool parse_line(Parser *p, Lines *l, ProgramBuilder *program, const char *indent) {
        g_auto(GStrv) words = split_words(l->line[l->i]);
        g_autofree char *source = g_strjoinv(" ", words), *body = NULL;
        Line line = {
                .number = (unsigned) l->i + 1, .words = words, .n_words = g_strv_length(words), .source = source
        };
        unsigned body_line = 0;

        l->i++;
        if (statement_takes_body(words[0]) && !parse_body(p, l, indent, &body, &body_line))
                return false;
        return statement_parse(p, program, &line, body, body_line);
}

static bool is_client_name(const char *name) {
        return strlen(name) <= 64 && strspn(name, G_CSET_a_2_z G_CSET_A_2_Z G_CSET_DIGITS "-_") == strlen(name);
}

/* "client NAME" */
static bool parse_client_line(Parser *p, char **words, unsigned line, GPtrArray *clients) {
        if (g_strv_length(words) != 2 || !is_client_name(words[1])) {
                parse_error(p, line,
                            "a client needs a name of at most 64 letters, digits, - and _; the statement is "
                            "'client NAME'");
                return false;
        }
        for (unsigned i = 0; i < clients->len; i++)
                if (g_str_equal(((Program *) clients->pdata[i])->name, words[1])) {
                        parse_error(p, line, "there is a client '%s' already; give each a name of its own",
                                    words[1]);
                        return false;
                }
        if (clients->len >= SCENARIO_CLIENTS_MAX) {
                parse_error(p, line, "too many clients; a scenario has at most %u", SCENARIO_CLIENTS_MAX);
                return false;
        }
        return true;
}

static bool parse_client_statements(Parser *p, Lines *l, ProgramBuilder *program) {
        g_autofree char *indent = NULL;

        while (l->i < l->n) {
                const char *line = l->line[l->i];

                if (is_empty(line) || is_comment(line)) {
                        l->i++;
                        continue;
                }
                if (!is_deeper(line, ""))
                        break;
                g_autofree char *first_word = word_at(skip_blanks(line));

                if (!indent)
                        indent = indentation(line);
                if (!g_str_has_prefix(line, indent) || is_deeper(line, indent)) {
                        parse_error(p, (unsigned) l->i + 1,
                                    "not indented like the client's first statement; indent all its statements "
                                    "alike");
                        return false;
                }
                if (g_str_equal(first_word, "client")) {
                        parse_error(p, (unsigned) l->i + 1,
                                    "a client inside of a client; write it without indentation, behind this "
                                    "one");
                        return false;
                }
                if (!parse_line(p, l, program, indent))
                        return false;
        }
        return true;
}

static void program_free(gpointer data) {
        Program *program = data;

        for (size_t i = 0; i < program->n_statements; i++)
                statement_clear(program->statements + i);
        g_free(program->statements);
        g_free(program->name);
        g_free(program);
}

/* Moves what was built to where the catalog has it. */
static void program_take(ProgramBuilder *from, Program *to) {
        to->n_statements = from->statements->len;
        g_array_set_clear_func(from->statements, NULL);
        to->statements = (Statement *) (void *) g_array_free(g_steal_pointer(&from->statements), FALSE);
}

static void program_builder_clear(ProgramBuilder *b) {
        g_clear_pointer(&b->statements, g_array_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(ProgramBuilder, program_builder_clear)

static GArray *statements_new(void) {
        GArray *a = g_array_new(FALSE, TRUE, sizeof(Statement));

        g_array_set_clear_func(a, statement_clear);
        return a;
}

static bool parse_client(Parser *p, Lines *l, GPtrArray *clients) {
        g_auto(GStrv) words = split_words(l->line[l->i]);
        g_auto(ProgramBuilder) builder = { .is_client = true, .statements = statements_new() };
        unsigned line = (unsigned) l->i + 1;
        Program *client;

        if (!parse_client_line(p, words, line, clients))
                return false;
        l->i++;
        if (!parse_client_statements(p, l, &builder))
                return false;
        if (builder.statements->len == 0) {
                parse_error(p, line, "client '%s' does nothing; indent its statements below this line",
                            words[1]);
                return false;
        }

        client = g_new0(Program, 1);
        client->name = g_strdup(words[1]);
        program_take(&builder, client);
        g_ptr_array_add(clients, client);
        return true;
}

static bool parse_top_line(Parser *p, Lines *l, ProgramBuilder *top, GPtrArray *clients) {
        const char *line = l->line[l->i];
        g_autofree char *first = word_at(line);

        if (is_deeper(line, "")) {
                parse_error(p, (unsigned) l->i + 1,
                            "an indented line that belongs to nothing; only 'unit' and 'client' have a block "
                            "below them");
                return false;
        }
        if (g_str_equal(first, "client"))
                return parse_client(p, l, clients);
        if (clients->len > 0) {
                parse_error(p, (unsigned) l->i + 1,
                            "a statement of the top level behind a client; move it before the first client");
                return false;
        }
        return parse_line(p, l, top, "");
}

static bool parse_all(Parser *p, Lines *l, ProgramBuilder *top, GPtrArray *clients) {
        while (l->i < l->n) {
                if (is_empty(l->line[l->i]) || is_comment(l->line[l->i]))
                        l->i++;
                else if (!parse_top_line(p, l, top, clients))
                        return false;
        }

        if (top->paused_line > 0) {
                parse_error(p, top->paused_line,
                            "'pause' without a 'resume' behind it; write 'resume' before the clients");
                return false;
        }
        if (p->n_statements == 0) {
                parse_error(p, 1,
                            "a scenario without a statement; write at least one, for example 'daemon-reload'");
                return false;
        }
        return true;
}

static void take_clients(Catalog *c, GPtrArray *clients) {
        c->n_clients = clients->len;
        c->clients = g_new0(Program, MAX(clients->len, 1U));
        for (unsigned i = 0; i < clients->len; i++) {
                Program *client = clients->pdata[i];

                c->clients[i] = *client;
                g_free(client);
        }
        g_ptr_array_set_free_func(clients, NULL);
        g_ptr_array_set_size(clients, 0);
}

static unsigned line_of(const char *text, size_t offset) {
        unsigned line = 1;

        for (size_t i = 0; i < offset; i++)
                line += text[i] == '\n'; /* NOLINT(clang-analyzer-core.UndefinedBinaryOperatorResult) */
        return line;
}

static bool check_text(const char *file, const char *text, size_t size, GError **error) {
        const char *end;

        if (size > SCENARIO_SIZE_MAX) {
                traces_set_error(error, TRACES_ERROR_LIMIT, file, 0, "too long; a scenario has at most %u bytes",
                                 SCENARIO_SIZE_MAX);
                return false;
        }
        if (size >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0) {
                traces_set_error(error, TRACES_ERROR_SYNTAX, file, 1,
                                 "the file begins with a byte order mark; write it as UTF-8 without one");
                return false;
        }
        if (!g_utf8_validate(text, (gssize) size, &end)) {
                traces_set_error(error, TRACES_ERROR_SYNTAX, file, line_of(text, (size_t) (end - text)),
                                 "a byte that is not text; write the scenario in UTF-8");
                return false;
        }
        return true;
}

/* CR LF ends a line, too. */
static char **split_lines(const char *text, size_t size, size_t *ret_n) {
        g_autofree char *copy = g_strndup(text, size);
        char **lines = g_strsplit(copy, "\n", -1);

        *ret_n = g_strv_length(lines);
        for (size_t i = 0; i < *ret_n; i++)
                if (g_str_has_suffix(lines[i], "\r"))
                        lines[i][strlen(lines[i]) - 1] = '\0';
        return lines;
}

Catalog *scenario_parse(const char *file, const char *text, size_t size, GPtrArray *warnings, GError **error) {
        g_autoptr(Catalog) catalog = NULL;
        g_autoptr(GPtrArray) clients = g_ptr_array_new_with_free_func(program_free);
        g_auto(ProgramBuilder) top = {};
        g_autoptr(GError) failure = NULL;
        g_auto(GStrv) lines = NULL;
        Lines l = {};
        Parser p = { .file = file, .error = &failure };

        if (!check_text(file, text, size, error))
                return NULL;

        catalog = p.catalog = catalog_new(file);
        top.statements = statements_new();
        lines = split_lines(text, size, &l.n);
        l.line = lines;
        if (!parse_all(&p, &l, &top, clients)) {
                g_propagate_error(error, g_steal_pointer(&failure));
                return NULL;
        }

        program_take(&top, &catalog->top);
        take_clients(catalog, clients);
        catalog_seal(catalog, warnings);
        if (catalog->n_names > SCENARIO_NAMES_MAX) {
                traces_set_error(error, TRACES_ERROR_LIMIT, file, 0,
                                 "%zu unit names are too many; a scenario has at most %u", catalog->n_names,
                                 SCENARIO_NAMES_MAX);
                return NULL;
        }
        return g_steal_pointer(&catalog);
}

/* At most one byte more than a scenario may have: whatever the file is, it is not read for ever. */
char *scenario_read(const char *file, size_t *ret_size, GError **error) {
        g_autofree char *text = g_malloc(SCENARIO_SIZE_MAX + 1);
        FILE *f = fopen(file, "re");
        int r = f ? 0 : errno;

        if (f) {
                *ret_size = fread(text, 1, SCENARIO_SIZE_MAX + 1, f);
                if (ferror(f))
                        r = errno;
                fclose(f);
        }
        if (r > 0) {
                traces_set_error(error, TRACES_ERROR_IO, file, 0, "cannot be read: %s; name a file that can",
                                 g_strerror(r));
                return NULL;
        }
        return g_steal_pointer(&text);
}

Catalog *scenario_load(const char *file, GPtrArray *warnings, GError **error) {
        size_t size = 0;
        g_autofree char *text = scenario_read(file, &size, error);

        return text ? scenario_parse(file, text, size, warnings, error) : NULL;
}
