/* SPDX-License-Identifier: MIT */
#pragma once

/* Everything about a scenario that no step changes: names, files and what they may hold, commands, programs of
 * the clients. It is made once when a scenario is loaded (allocation is fine there), is then read-only and is
 * shared by all threads. A World refers to it by small integers.
 *
 * Ownership: a Catalog owns all that it points to and is freed as a whole by catalog_free(). */

#include <glib.h>

#include "types.h"

/* A unit name. Names are interned in order of first mention. */
typedef struct CatalogName {
        char *name;
        UnitType type;
        NameId template; /* of an instance: its template's name, else ID_NONE */
        TextId instance; /* of an instance: the part between @ and the suffix, else ID_NONE */
        TextId stem;     /* the name without suffix, "rsyslog": the tag of its undeclared processes */
        bool is_template;
        bool observed;       /* the scenario's own: it has a file or a link, or one of those refers to it */
        bool is_valid_slice; /* slice_name_is_valid() */
        bool is_orphan;      /* a spare name for a 262 orphan, see catalog_seal() */
        NameId related;      /* of a socket, timer, path: the service of the same name, else ID_NONE */
        NameId slice; /* of a slice: its parent; of others: where unit_set_default_slice() puts it. ID_NONE: unknown */
        ContentId base; /* one of PID 1's own units (base-units.c): what its file says, else ID_NONE */
} CatalogName;

/* Names that mean something to PID 1; Catalog.special[] has those that the scenario knows. */
typedef enum SpecialName {
        SPECIAL_SYSINIT_TARGET,
        SPECIAL_BASIC_TARGET,
        SPECIAL_SHUTDOWN_TARGET,
        SPECIAL_SOCKETS_TARGET,
        SPECIAL_TIMERS_TARGET,
        SPECIAL_PATHS_TARGET,
        SPECIAL_TIME_SYNC_TARGET,
        SPECIAL_TIME_SET_TARGET,
        SPECIAL_DBUS_SOCKET,
        SPECIAL_ROOT_SLICE,
        SPECIAL_SYSTEM_SLICE,
        SPECIAL_INIT_SCOPE,
        _SPECIAL_NAME_MAX,
} SpecialName;

typedef enum PathKind {
        PATH_FRAGMENT, /* DIR/NAME */
        PATH_DROPIN,   /* DIR/NAME.d/FILE.conf */
        PATH_WANTS,    /* DIR/NAME.wants/TARGET */
        PATH_REQUIRES, /* DIR/NAME.requires/TARGET */
        PATH_UPHOLDS,  /* DIR/NAME.upholds/TARGET, read from 254 on */
        PATH_OUTSIDE,  /* not in the search path: only as the target of a link */
} PathKind;

typedef struct CatalogPath {
        char *path; /* absolute */
        PathKind kind;
        uint8_t dir;   /* priority of its search folder, 0 is the strongest; see catalog_search_dirs() */
        NameId name;   /* the unit that it belongs to; ID_NONE for PATH_OUTSIDE and for type-wide drop-ins */
        NameId target; /* of .wants and its kin: the other unit */
        TextId file;   /* base name */
} CatalogPath;

typedef enum ContentKind { CONTENT_FILE, CONTENT_LINK } ContentKind;

/* What a path may hold: one for each body and each link target of the scenario. */
typedef struct CatalogContent {
        ContentKind kind;
        char *text;    /* the body of a file, less its indentation, or the target of a link as written */
        unsigned line; /* in the scenario file, of the first line of the body or of the link */
        bool empty;    /* a file without text: masks */
} CatalogContent;

/* What a process does that nobody steers; see docs on `actor`. */
typedef enum ProgramKind {
        PROGRAM_ACTOR, /* /usr/bin/actor: does nothing by itself */
        PROGRAM_TRUE,  /* base name "true": exits 0 at once */
        PROGRAM_FALSE, /* base name "false": exits 1 at once */
        PROGRAM_OTHER, /* any other: a daemon where one is expected, else exits 0 at once */
} ProgramKind;

/* One Exec*= line, parsed; specifiers expanded for the unit that it belongs to. */
typedef struct CatalogCommand {
        char *path;       /* "/usr/bin/actor" */
        char **argv;      /* NULL-terminated, argv[0] included */
        char *serialized; /* path and quoted argv as main-command= writes them: PATH "ARGV0" "ARGV1" ... */
        ProgramKind program;
        TextId tag;        /* of an actor: its tag; of others ID_NONE (the unit's stem and a suffix are used) */
        bool ready;        /* --ready */
        bool exit_on_term; /* --exit-on-term */
        bool ignore_failure; /* the prefix "-" */
} CatalogCommand;

typedef enum StatementType {
        STATEMENT_WRITE, /* unit NAME + body */
        STATEMENT_RM,
        STATEMENT_LINK,
        STATEMENT_DAEMON_RELOAD,
        STATEMENT_DAEMON_REEXEC,
        STATEMENT_START,
        STATEMENT_STOP,
        STATEMENT_RESTART,
        STATEMENT_TRY_RESTART,
        STATEMENT_RELOAD,
        STATEMENT_RESET_FAILED,
        STATEMENT_KILL,
        STATEMENT_EXIT,
        STATEMENT_SIGNAL,
        STATEMENT_NOTIFY,
        STATEMENT_ELAPSE,
        STATEMENT_FORK,
        STATEMENT_OWN_NAME,
        STATEMENT_TRIGGER,
        STATEMENT_PAUSE,
        STATEMENT_RESUME,
        _STATEMENT_TYPE_MAX,
        _STATEMENT_TYPE_INVALID = -1,
} StatementType;

typedef enum TimerKind {
        TIMER_ANY, /* the one armed first */
        TIMER_START,
        TIMER_STOP,
        TIMER_RESTART,
        TIMER_WATCHDOG,
        TIMER_RUNTIME,
        TIMER_JOB,
        TIMER_LIMIT, /* `elapse UNIT limit`: refills the rate limits */
        _TIMER_KIND_MAX,
} TimerKind;

/* One operation. A statement with several units is several operations, all but the first with `continues`. */
typedef struct Statement {
        StatementType type;
        bool continues;    /* belongs to the same line as the operation before it */
        PathId path;       /* WRITE, RM, LINK */
        ContentId content; /* WRITE, LINK */
        NameId unit;       /* START..KILL, ELAPSE, TRIGGER */
        TextId tag;        /* EXIT, SIGNAL, NOTIFY, FORK, OWN_NAME */
        TextId text;       /* NOTIFY: the message; FORK: the child's tag; OWN_NAME: the bus name */
        int number;        /* EXIT: code 0..255; SIGNAL: 1..64; ELAPSE: TimerKind */
        unsigned line;     /* in the scenario file */
        char *source;      /* the line as written, single blanks: what a recording has in `do` */
} Statement;

typedef struct Program {
        char *name; /* of the client; NULL for the top level */
        Statement *statements;
        size_t n_statements;
} Program;

typedef struct Fragment Fragment; /* load-fragment.h: a body parsed for one unit name */

typedef struct Catalog {
        char *file; /* of the scenario, for messages */

        CatalogName *names;
        size_t n_names; /* orphan names included, at the end */
        size_t n_orphan_names;

        CatalogPath *paths;
        size_t n_paths;

        /* Where a unit file of each name may be: fragment_paths[fragment_paths_start[name]] up to that of the next name */
        PathId *fragment_paths;
        size_t *fragment_paths_start;

        CatalogContent *contents;
        size_t n_contents;

        CatalogCommand *commands;
        size_t n_commands;

        char **texts;
        size_t n_texts;

        /* fragments[content * n_names + name]: NULL where that file cannot belong to that unit */
        Fragment **fragments;

        NameId special[_SPECIAL_NAME_MAX]; /* ID_NONE: unknown to this scenario */
        NameId *base_units; /* the names of PID 1's own units, as base-units.c lists them, or ID_NONE */

        Program top; /* the statements before and between the clients */
        Program *clients;
        size_t n_clients;

        /* Capacities of a World made for this catalog */
        size_t n_units_max;
        size_t n_dependencies_max;
        size_t n_unit_commands_max; /* Exec*= lines of one unit */
        size_t n_processes_max;
        size_t n_messages_max;

        /* Building only */
        GHashTable *name_ids, *path_ids, *text_ids, *command_ids;
} Catalog;

/* The search folders, strongest first: /etc/systemd/system, /run/systemd/system, /usr/local/lib/systemd/system,
 * /usr/lib/systemd/system. NULL-terminated, static. */
const char *const *catalog_search_dirs(void);

Catalog *catalog_new(const char *file);
void catalog_free(Catalog *c);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Catalog, catalog_free)

/* Interning, while building. Each returns the id of an equal earlier entry when there is one. catalog_name()
 * returns ID_NONE for something that is no valid unit name. */
NameId catalog_name(Catalog *c, const char *name);
TextId catalog_text(Catalog *c, const char *text);
PathId catalog_path(Catalog *c, const char *path); /* absolute; classifies it */
ContentId catalog_content(Catalog *c, ContentKind kind, const char *text, unsigned line);
CommandId catalog_command(Catalog *c, const CatalogCommand *command); /* copies */

/* Looking up, after building; ID_NONE when unknown. Neither interns. */
NameId catalog_find_name(const Catalog *c, const char *name);
PathId catalog_find_path(const Catalog *c, const char *path);
TextId catalog_find_text(const Catalog *c, const char *text);

/* To be called once all statements are in: parses every body for every name that may load it (which may intern
 * further names and commands, until nothing new appears), adds PID 1's own units that refer to one of the
 * names (syslog.socket for syslog.service; see base-units.c), reserves orphan names and computes the
 * capacities. Parse problems that PID 1 would log are no error here: they become the load state that PID 1
 * gives. It also interns the texts that programs use by themselves: "READY=1", "RELOADING=1", and for each Exec*= of a
 * service that is no actor its tag, the unit's stem with -condition, -pre, (nothing), -post, -reload, -reloadpost, -stop
 * or -stoppost. @warnings (may be NULL) collects "FILE:LINE: ..." strings on directives that the model ignores. */
void catalog_seal(Catalog *c, GPtrArray *warnings);

static inline const char *catalog_name_str(const Catalog *c, NameId n) {
        return n == ID_NONE ? "" : c->names[n].name;
}
/* What the top level (0) or a client (1 + index) does. */
static inline const Program *catalog_program(const Catalog *c, unsigned client) {
        return client == 0 ? &c->top : c->clients + client - 1;
}
static inline const char *catalog_text_str(const Catalog *c, TextId t) {
        return t == ID_NONE ? "" : c->texts[t];
}
