/* SPDX-License-Identifier: MIT */
#pragma once

/* From the lines of a unit file to assignments; what the files fragment-*.c share. */

#include "load-fragment.h"
#include "unit-file-parser.h"

/* Sections, as a set */
/* clang-format off */
enum {
        IN_UNIT    = 1 << 0,
        IN_INSTALL = 1 << 1,
        IN_SERVICE = 1 << 2,
        IN_SOCKET  = 1 << 3,
        IN_TIMER   = 1 << 4,
        IN_PATH    = 1 << 5,
        IN_SLICE   = 1 << 6,
        IN_SCOPE   = 1 << 7,
        IN_OTHER   = 1 << 8, /* those of types that never run here: nothing in them matters */
};
/* clang-format on */

typedef struct FragmentParser {
        UnitFileHandler handler;
        Catalog *catalog;
        GHashTable *warnings;
        const CatalogContent *content;
        NameId as;
        const char *id; /* the name @as */
        UnitType type;
        GArray *assignments;
        const char *key; /* of the line being read */
        unsigned line;
} FragmentParser;

typedef struct Setting Setting;
struct Setting {
        const char *name;
        unsigned sections;
        int (*parse)(FragmentParser *p, const Setting *s, const char *value);
        uint16_t where; /* Assignment.where; some parsers have a use of their own for it */
        uint16_t extra; /* what the parser says */
        AssignmentNeeds needs;
        int (*from_string)(const char *s);
};

/* The setting, NULL when there is none that matters. */
const Setting *setting_find(unsigned section, const char *key);
/* True for those that have no effect on what is modelled. */
bool setting_is_ignored(unsigned section, const char *key);

void fragment_warn(FragmentParser *p, const char *format, ...) G_GNUC_PRINTF(2, 3);
void fragment_add(FragmentParser *p, const Setting *s, AssignmentKind kind, unsigned where, unsigned value);
/* The last one that was added; valid until the next. */
Assignment *fragment_last(FragmentParser *p);

/* fragment-values.c */
int parse_unit_flag(FragmentParser *p, const Setting *s, const char *value); /* extra: 1 inverts it */
int parse_service_flag(FragmentParser *p, const Setting *s, const char *value);
int parse_present(FragmentParser *p, const Setting *s, const char *value); /* a list that is empty or not */
int parse_enum(FragmentParser *p, const Setting *s, const char *value);
int parse_signal(FragmentParser *p, const Setting *s, const char *value);
int parse_timeout(FragmentParser *p, const Setting *s, const char *value); /* where: bits that mean "infinite" */
int parse_job_timeout(FragmentParser *p, const Setting *s, const char *value);
int parse_restart_sec(FragmentParser *p, const Setting *s, const char *value);
int parse_optional_sec(FragmentParser *p, const Setting *s,
                       const char *value); /* extra: 1 when 0 switches it off */
int parse_limit_interval(FragmentParser *p, const Setting *s, const char *value);
int parse_count(FragmentParser *p, const Setting *s, const char *value);
int parse_isolate(FragmentParser *p, const Setting *s, const char *value);
int parse_status(FragmentParser *p, const Setting *s, const char *value);
int parse_pid_file(FragmentParser *p, const Setting *s, const char *value);
int parse_bus_name(FragmentParser *p, const Setting *s, const char *value);
int parse_listen(FragmentParser *p, const Setting *s, const char *value); /* extra: 1 when it cannot accept */
int parse_timer(FragmentParser *p, const Setting *s, const char *value);  /* extra: 1 for a calendar */
int parse_clock_change(FragmentParser *p, const Setting *s, const char *value);
int parse_path_spec(FragmentParser *p, const Setting *s, const char *value);
int parse_condition(FragmentParser *p, const Setting *s, const char *value);
int parse_not_modelled(FragmentParser *p, const Setting *s, const char *value);

/* fragment-units.c */
int parse_dependencies(FragmentParser *p, const Setting *s, const char *value);
int parse_slice(FragmentParser *p, const Setting *s, const char *value);
int parse_trigger_unit(FragmentParser *p, const Setting *s, const char *value);
int parse_socket_service(FragmentParser *p, const Setting *s, const char *value);
int parse_sockets(FragmentParser *p, const Setting *s, const char *value);

/* fragment-exec.c */
int parse_exec(FragmentParser *p, const Setting *s, const char *value);
