/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "model/tables.h"
#include "traces/error.h"
#include "traces/scenario-file-name.h"
#include "traces/statement.h"

typedef struct Syntax Syntax;
typedef bool (*ParseArguments)(Parser *p, const Line *line, Statement *s);

/* clang-format off */
enum {
        TAKES_UNITS = 1 << 0, /* any number of units: one operation each */
        TAKES_BODY  = 1 << 1,
        TOP_ONLY    = 1 << 2,
};
/* clang-format on */

struct Syntax {
        const char *word;
        unsigned min_arguments, max_arguments;
        unsigned flags;
        ParseArguments parse; /* NULL: nothing to parse */
        const char *usage;
};

/* clang-format off */
static const char *const timer_kind_table[_TIMER_KIND_MAX] = {
        [TIMER_START]    = "start",
        [TIMER_STOP]     = "stop",
        [TIMER_RESTART]  = "restart",
        [TIMER_WATCHDOG] = "watchdog",
        [TIMER_RUNTIME]  = "runtime",
        [TIMER_JOB]      = "job",
        [TIMER_LIMIT]    = "limit",
};
/* clang-format on */

const char *timer_kind_to_string(TimerKind k) {
        return timer_kind_table[k];
}

void parse_error(Parser *p, unsigned line, const char *format, ...) {
        g_autofree char *text = NULL;
        va_list ap;

        va_start(ap, format);
        text = g_strdup_vprintf(format, ap);
        va_end(ap);
        if (p->error && *p->error)
                return;
        traces_set_error(p->error, TRACES_ERROR_SYNTAX, p->file, line, "%s", text);
}

void statement_clear(gpointer statement) {
        Statement *s = statement;

        g_clear_pointer(&s->source, g_free);
}

static bool parse_number(Parser *p, const Line *line, const char *word, const char *what, unsigned min,
                         unsigned max, int *ret) {
        guint64 v;

        if (!g_ascii_string_to_unsigned(word, 10, min, max, &v, NULL)) {
                parse_error(p, line->number, "'%.80s' is no %s; it is a number from %u to %u", word, what, min,
                            max);
                return false;
        }
        *ret = (int) v;
        return true;
}

static bool parse_tag(Parser *p, const Line *line, const char *word, TextId *ret) {
        if (strlen(word) > 255 ||
            strspn(word, G_CSET_a_2_z G_CSET_A_2_Z G_CSET_DIGITS "-_.@:\\") != strlen(word)) {
                parse_error(p, line->number,
                            "'%.80s' is no tag; at most 255 letters, digits and -_.@:\\ make one", word);
                return false;
        }
        *ret = catalog_text(p->catalog, word);
        return true;
}

static bool parse_unit(Parser *p, const Line *line, const char *word, NameId *ret) {
        if (!check_unit_name(p, line->number, word))
                return false;
        *ret = catalog_name(p->catalog, word);
        if (p->catalog->names[*ret].is_template) {
                parse_error(p, line->number,
                            "'%.80s' is a template; name an instance, with something behind the '@'", word);
                return false;
        }
        return true;
}

static bool parse_file(Parser *p, const Line *line, Statement *s) {
        s->path = parse_file_name(p, line->number, line->words[1]);
        return s->path != ID_NONE;
}

static bool parse_link(Parser *p, const Line *line, Statement *s) {
        if (!parse_file(p, line, s) || !check_link_target(p, line->number, line->words[2]))
                return false;
        s->content = catalog_content(p->catalog, CONTENT_LINK, line->words[2], line->number);
        return true;
}

static bool parse_exit(Parser *p, const Line *line, Statement *s) {
        return parse_tag(p, line, line->words[1], &s->tag) &&
               parse_number(p, line, line->words[2], "exit code", 0, 255, &s->number);
}

static bool parse_signal(Parser *p, const Line *line, Statement *s) {
        return parse_tag(p, line, line->words[1], &s->tag) &&
               parse_number(p, line, line->words[2], "signal", 1, 64, &s->number);
}

static bool parse_notify(Parser *p, const Line *line, Statement *s) {
        g_autofree char *text = g_strjoinv(" ", line->words + 2);

        if (text[0] == '=' || !strchr(text, '=')) {
                parse_error(p, line->number, "'%.80s' is no sd_notify message; write for example READY=1", text);
                return false;
        }
        if (!parse_tag(p, line, line->words[1], &s->tag))
                return false;
        s->text = catalog_text(p->catalog, text);
        return true;
}

static bool parse_elapse(Parser *p, const Line *line, Statement *s) {
        if (!parse_unit(p, line, line->words[1], &s->unit))
                return false;

        s->number = TIMER_ANY;
        if (line->n_words == 2)
                return true;
        for (TimerKind k = TIMER_ANY + 1; k < _TIMER_KIND_MAX; k++)
                if (g_str_equal(line->words[2], timer_kind_table[k])) {
                        s->number = (int) k;
                        return true;
                }
        parse_error(p, line->number,
                    "'%.80s' is no timer; start, stop, restart, watchdog, runtime, job and limit are",
                    line->words[2]);
        return false;
}

static bool parse_fork(Parser *p, const Line *line, Statement *s) {
        return parse_tag(p, line, line->words[1], &s->tag) && parse_tag(p, line, line->words[2], &s->text);
}

static bool is_bus_name(const char *word) {
        return strlen(word) <= 255 && strchr(word, '.') && !strchr(".0123456789", word[0]) &&
               word[strlen(word) - 1] != '.' && !strstr(word, "..") &&
               strspn(word, G_CSET_a_2_z G_CSET_A_2_Z G_CSET_DIGITS "_-.") == strlen(word);
}

static bool parse_own_name(Parser *p, const Line *line, Statement *s) {
        if (!parse_tag(p, line, line->words[1], &s->tag))
                return false;
        if (!is_bus_name(line->words[2])) {
                parse_error(p, line->number, "'%.80s' is no D-Bus name; write for example org.example.Thing",
                            line->words[2]);
                return false;
        }
        s->text = catalog_text(p->catalog, line->words[2]);
        return true;
}

static bool parse_trigger(Parser *p, const Line *line, Statement *s) {
        UnitType type;

        if (!parse_unit(p, line, line->words[1], &s->unit))
                return false;
        type = p->catalog->names[s->unit].type;
        if (type != UNIT_SOCKET && type != UNIT_TIMER && type != UNIT_PATH) {
                parse_error(p, line->number, "'%.80s' triggers nothing; a socket, a timer or a path does",
                            line->words[1]);
                return false;
        }
        return true;
}

#define MANY (SCENARIO_STATEMENTS_MAX + 1)

/* clang-format off */
static const Syntax syntax_table[_STATEMENT_TYPE_MAX] = {
        [STATEMENT_WRITE]         = { "unit", 1, 1, TAKES_BODY, parse_file, "unit NAME" },
        [STATEMENT_RM]            = { "rm", 1, 1, 0, parse_file, "rm NAME" },
        [STATEMENT_LINK]          = { "link", 2, 2, 0, parse_link, "link NAME TARGET" },
        [STATEMENT_DAEMON_RELOAD] = { "daemon-reload", 0, 0, 0, NULL, "daemon-reload" },
        [STATEMENT_DAEMON_REEXEC] = { "daemon-reexec", 0, 0, 0, NULL, "daemon-reexec" },
        [STATEMENT_START]         = { "start", 1, MANY, TAKES_UNITS, NULL, "start UNIT..." },
        [STATEMENT_STOP]          = { "stop", 1, MANY, TAKES_UNITS, NULL, "stop UNIT..." },
        [STATEMENT_RESTART]       = { "restart", 1, MANY, TAKES_UNITS, NULL, "restart UNIT..." },
        [STATEMENT_TRY_RESTART]   = { "try-restart", 1, MANY, TAKES_UNITS, NULL, "try-restart UNIT..." },
        [STATEMENT_RELOAD]        = { "reload", 1, MANY, TAKES_UNITS, NULL, "reload UNIT..." },
        [STATEMENT_RESET_FAILED]  = { "reset-failed", 1, MANY, TAKES_UNITS, NULL, "reset-failed UNIT..." },
        [STATEMENT_KILL]          = { "kill", 1, MANY, TAKES_UNITS, NULL, "kill UNIT..." },
        [STATEMENT_EXIT]          = { "exit", 2, 2, 0, parse_exit, "exit TAG CODE" },
        [STATEMENT_SIGNAL]        = { "signal", 2, 2, 0, parse_signal, "signal TAG SIGNUM" },
        [STATEMENT_NOTIFY]        = { "notify", 2, MANY, 0, parse_notify, "notify TAG TEXT" },
        [STATEMENT_ELAPSE]        = { "elapse", 1, 2, 0, parse_elapse, "elapse UNIT [WHICH]" },
        [STATEMENT_FORK]          = { "fork", 2, 2, 0, parse_fork, "fork TAG CHILDTAG" },
        [STATEMENT_OWN_NAME]      = { "own-name", 2, 2, 0, parse_own_name, "own-name TAG NAME" },
        [STATEMENT_TRIGGER]       = { "trigger", 1, 1, 0, parse_trigger, "trigger UNIT" },
        [STATEMENT_PAUSE]         = { "pause", 0, 0, TOP_ONLY, NULL, "pause" },
        [STATEMENT_RESUME]        = { "resume", 0, 0, TOP_ONLY, NULL, "resume" },
};
/* clang-format on */

const char *statement_type_to_string(StatementType t) {
        return syntax_table[t].word;
}

static const Syntax *syntax_find(const char *word) {
        for (size_t i = 0; i < _STATEMENT_TYPE_MAX; i++)
                if (g_str_equal(word, syntax_table[i].word))
                        return syntax_table + i;
        return NULL;
}

bool statement_takes_body(const char *word) {
        const Syntax *syntax = syntax_find(word);

        return syntax && (syntax->flags & TAKES_BODY);
}

static bool add_statement(Parser *p, ProgramBuilder *program, const Line *line, const Statement *s) {
        Statement copy = *s;

        if (p->n_statements++ >= SCENARIO_STATEMENTS_MAX) {
                parse_error(p, line->number, "too many statements; a scenario has at most %u",
                            SCENARIO_STATEMENTS_MAX);
                return false;
        }
        copy.source = g_strdup(line->source);
        g_array_append_val(program->statements, copy);
        return true;
}

static bool add_for_each_unit(Parser *p, ProgramBuilder *program, const Line *line, Statement *s) {
        for (size_t i = 1; i < line->n_words; i++) {
                if (!parse_unit(p, line, line->words[i], &s->unit) || !add_statement(p, program, line, s))
                        return false;
                s->continues = true;
        }
        return true;
}

static bool check_pause(Parser *p, ProgramBuilder *program, const Line *line, StatementType type) {
        if (program->is_client) {
                parse_error(p, line->number, "'%s' inside a client; pause ... resume is for the top level only",
                            line->source);
                return false;
        }
        if (type == STATEMENT_PAUSE && program->paused_line > 0) {
                parse_error(p, line->number, "PID 1 is paused since line %u already; write 'resume' first",
                            program->paused_line);
                return false;
        }
        if (type == STATEMENT_RESUME && program->paused_line == 0) {
                parse_error(p, line->number, "'resume' without a 'pause' before it; write 'pause' first");
                return false;
        }
        program->paused_line = type == STATEMENT_PAUSE ? line->number : 0;
        return true;
}

static bool check_count(Parser *p, const Line *line, const Syntax *syntax) {
        size_t n = line->n_words - 1;

        if (n >= syntax->min_arguments && n <= syntax->max_arguments)
                return true;
        parse_error(p, line->number, "'%s' with %zu argument%s; the statement is '%s'", syntax->word, n,
                    n == 1 ? "" : "s", syntax->usage);
        return false;
}

static void unknown_statement(Parser *p, const Line *line) {
        g_autoptr(GString) known = g_string_new(NULL);

        for (size_t i = 0; i < _STATEMENT_TYPE_MAX; i++)
                g_string_append_printf(known, "%s, ", syntax_table[i].word);
        parse_error(p, line->number, "unknown statement '%.80s'; there are %sand client", line->words[0],
                    known->str);
}

bool statement_parse(Parser *p, ProgramBuilder *program, const Line *line, const char *body,
                     unsigned body_line) {
        const Syntax *syntax = syntax_find(line->words[0]);
        StatementType type;
        Statement s = { .path = ID_NONE, .content = ID_NONE, .unit = ID_NONE, .tag = ID_NONE, .text = ID_NONE };

        if (!syntax) {
                unknown_statement(p, line);
                return false;
        }
        type = (StatementType) (syntax - syntax_table);
        if (!check_count(p, line, syntax))
                return false;
        if ((syntax->flags & TOP_ONLY) && !check_pause(p, program, line, type))
                return false;

        s.type = type;
        s.line = line->number;
        if (syntax->flags & TAKES_UNITS)
                return add_for_each_unit(p, program, line, &s);
        if (syntax->parse && !syntax->parse(p, line, &s))
                return false;
        if (syntax->flags & TAKES_BODY)
                s.content = catalog_content(p->catalog, CONTENT_FILE, body ? body : "",
                                            body ? body_line : line->number);
        return add_statement(p, program, line, &s);
}
