/* SPDX-License-Identifier: MIT */
#pragma once

/* What unit files say: core/load-fragment.c. A file is read once, when the catalog is sealed, for each name under which
 * PID 1 may load it (specifiers differ); loading a unit then only puts the values into it. */

#include "disk.h"

typedef enum AssignmentKind {
        ASSIGN_DEPENDENCY,     /* where: UnitDependency; value: NameId */
        ASSIGN_UNIT_FLAG,      /* where: bit of Unit.config; value: 0 or 1 */
        ASSIGN_SERVICE_FLAG,   /* where: bit of Service.config; value: 0 or 1 */
        ASSIGN_BYTE,           /* where: offset in Unit; value: the byte */
        ASSIGN_ID,             /* where: offset in Unit; value: TextId */
        ASSIGN_STATUS_CLEAR,   /* where: offset of an ExitStatusSet */
        ASSIGN_STATUS_CODE,    /* value: exit code */
        ASSIGN_STATUS_SIGNAL,  /* value: signal number */
        ASSIGN_COMMANDS_CLEAR, /* where: ServiceExecCommand */
        ASSIGN_COMMAND,        /* where: ServiceExecCommand; value: CommandId */
        ASSIGN_SLICE,          /* value: NameId, from here on */
        ASSIGN_TRIGGER,        /* Unit= of timers and paths */
        ASSIGN_SOCKET_SERVICE, /* Service= of sockets */
        ASSIGN_SOCKET,         /* Sockets= of services */
        ASSIGN_LISTEN_CLEAR,   /* of sockets and paths */
        ASSIGN_LISTEN,         /* where: ListenKind, one more */
        ASSIGN_ERROR,          /* the reading ends here; value: errno */
} AssignmentKind;

/* Since when there is such a setting, or such a value of it */
typedef enum AssignmentNeeds {
        NEEDS_NOTHING,
        NEEDS_254,
        NEEDS_257,
        NEEDS_262,
} AssignmentNeeds;

/* One value that a line of a unit file sets; a line may have several. */
typedef struct Assignment {
        uint8_t kind;  /* AssignmentKind */
        uint8_t needs; /* AssignmentNeeds */
        uint16_t where;
        uint16_t value;
        uint16_t otherwise; /* versions that do not know it: the errno with which the reading ends, 0 goes on */
        unsigned line;      /* of the file */
} Assignment;

struct Fragment {
        Assignment *assignments;
        size_t n_assignments;
};

/* Reads the file @content for the unit name @as; interns what it mentions. Never NULL. Each of @warnings (a set of
 * strings, may be NULL) is one that PID 1 logs, or says that the model leaves something out. */
Fragment *fragment_parse(Catalog *c, ContentId content, NameId as, GHashTable *warnings);
void fragment_free(Fragment *f);

/* config_parse(): all that the file @content says goes into @u, as read for the name @as. Negative errno when PID 1 does
 * not load such a file; what comes before the fatal line is set then. */
int fragment_apply(Manager *m, Unit *u, ContentId content, NameId as);
