/* SPDX-License-Identifier: MIT */

/* Settings with a plain value: shared/conf-parser.c, core/load-fragment.c. What PID 1 cannot parse it leaves alone. */

#include <errno.h>
#include <signal.h>
#include <string.h>

#include "extract-word.h"
#include "fragment.h"
#include "parse-util.h"
#include "specifier.h"

static void warn_unparsable(FragmentParser *p, const char *value) {
        fragment_warn(p, "%s= cannot be '%s'; PID 1 ignores the line", p->key, value);
}

static int parse_flag(FragmentParser *p, const Setting *s, const char *value, AssignmentKind kind) {
        int b = parse_boolean(value);

        if (b < 0)
                warn_unparsable(p, value);
        else
                fragment_add(p, s, kind, s->where, (unsigned) b ^ s->extra);
        return 0;
}

int parse_unit_flag(FragmentParser *p, const Setting *s, const char *value) {
        return parse_flag(p, s, value, ASSIGN_UNIT_FLAG);
}

int parse_service_flag(FragmentParser *p, const Setting *s, const char *value) {
        return parse_flag(p, s, value, ASSIGN_SERVICE_FLAG);
}

int parse_present(FragmentParser *p, const Setting *s, const char *value) {
        fragment_add(p, s, ASSIGN_SERVICE_FLAG, s->where, *value != 0);
        return 0;
}

/* Values that came later than their setting */
static const struct {
        const char *key, *value;
        AssignmentNeeds needs;
        /* clang-format off */
} late_values[] = {
        { "Type",                        "notify-reload", NEEDS_254 },
        { "RestartMode",                 "debug",         NEEDS_257 },
        { "FileDescriptorStorePreserve", "on-success",    NEEDS_262 },
        { "OnFailureJobMode",            "lenient",       NEEDS_262 },
        { "OnSuccessJobMode",            "lenient",       NEEDS_262 },
};
/* clang-format on */

int parse_enum(FragmentParser *p, const Setting *s, const char *value) {
        int v = s->from_string(value);

        if (v < 0) {
                warn_unparsable(p, value);
                return 0;
        }

        fragment_add(p, s, ASSIGN_BYTE, s->where, (unsigned) v);
        for (size_t i = 0; i < G_N_ELEMENTS(late_values); i++)
                if (strcmp(late_values[i].key, p->key) == 0 && strcmp(late_values[i].value, value) == 0)
                        fragment_last(p)->needs = (uint8_t) late_values[i].needs;

        return 0;
}

int parse_signal(FragmentParser *p, const Setting *s, const char *value) {
        int signal = signal_from_string(value);

        if (signal < 0)
                warn_unparsable(p, value);
        else
                fragment_add(p, s, ASSIGN_BYTE, s->where, (unsigned) signal);
        return 0;
}

/* config_parse_service_timeout(), config_parse_sec_fix_0() */
int parse_timeout(FragmentParser *p, const Setting *s, const char *value) {
        uint64_t usec;

        if (parse_sec_fix_0(value, &usec) < 0) {
                warn_unparsable(p, value);
                return 0;
        }

        for (unsigned bit = 1; bit <= s->where; bit <<= 1)
                if (s->where & bit)
                        fragment_add(p, s, ASSIGN_SERVICE_FLAG, bit, usec == USEC_INFINITY);

        if (s->where & SERVICE_START_TIMEOUT_INFINITE)
                fragment_add(p, s, ASSIGN_SERVICE_FLAG, SERVICE_START_TIMEOUT_DEFINED, 1);
        return 0;
}

/* config_parse_job_timeout_sec(): JobTimeoutSec= sets both. That JobRunningTimeoutSec= may have been given before only
 * matters for which of the two is the shorter one, which nobody can tell as time does not pass. */
int parse_job_timeout(FragmentParser *p, const Setting *s, const char *value) {
        uint64_t usec;

        if (parse_sec_fix_0(value, &usec) < 0) {
                warn_unparsable(p, value);
                return 0;
        }

        fragment_add(p, s, ASSIGN_UNIT_FLAG, s->where, usec != USEC_INFINITY);
        if (s->where == CONFIG_JOB_TIMEOUT && usec != USEC_INFINITY)
                fragment_add(p, s, ASSIGN_UNIT_FLAG, CONFIG_JOB_RUNNING_TIMEOUT, 1);
        return 0;
}

/* DefaultRestartSec=: 100 ms are over before anybody looks. */
#define RESTART_USEC_DEFAULT UINT64_C(100000)

int parse_restart_sec(FragmentParser *p, const Setting *s, const char *value) {
        uint64_t usec;

        if (parse_sec(value, &usec) < 0) {
                warn_unparsable(p, value);
                return 0;
        }

        fragment_add(p, s, ASSIGN_SERVICE_FLAG, SERVICE_RESTART_ZERO, usec <= RESTART_USEC_DEFAULT);
        fragment_add(p, s, ASSIGN_SERVICE_FLAG, SERVICE_RESTART_INFINITE, usec == USEC_INFINITY);
        return 0;
}

int parse_optional_sec(FragmentParser *p, const Setting *s, const char *value) {
        uint64_t usec;

        if (parse_sec(value, &usec) < 0)
                warn_unparsable(p, value);
        else
                fragment_add(p, s, ASSIGN_SERVICE_FLAG, s->where,
                             usec != USEC_INFINITY && !(usec == 0 && s->extra));
        return 0;
}

int parse_limit_interval(FragmentParser *p, const Setting *s, const char *value) {
        uint64_t usec;

        if (parse_sec(value, &usec) < 0)
                warn_unparsable(p, value);
        else
                fragment_add(p, s, ASSIGN_BYTE, s->where, usec == 0);
        return 0;
}

int parse_count(FragmentParser *p, const Setting *s, const char *value) {
        unsigned n;

        if (parse_unsigned(value, &n) < 0)
                warn_unparsable(p, value);
        else
                fragment_add(p, s, ASSIGN_BYTE, s->where, MIN(n, UINT8_MAX));
        return 0;
}

int parse_isolate(FragmentParser *p, const Setting *s, const char *value) {
        int b = parse_boolean(value);

        if (b < 0)
                warn_unparsable(p, value);
        else
                fragment_add(p, s, ASSIGN_BYTE, s->where, b ? JOB_ISOLATE : JOB_REPLACE);
        return 0;
}

/* config_parse_set_status(): a number is an exit status, never a signal. */
int parse_status(FragmentParser *p, const Setting *s, const char *value) {
        if (*value == 0) {
                fragment_add(p, s, ASSIGN_STATUS_CLEAR, s->where, 0);
                return 0;
        }

        for (const char *i = value;;) {
                g_autofree char *word = NULL;
                int r, v;

                r = extract_first_word(&i, 0, &word);
                if (r < 0)
                        warn_unparsable(p, value);
                if (r <= 0)
                        return 0;

                v = exit_status_from_string(word);
                if (v >= 0) {
                        fragment_add(p, s, ASSIGN_STATUS_CODE, s->where, (unsigned) v);
                        continue;
                }

                v = signal_from_string(word);
                if (v < 0)
                        warn_unparsable(p, word);
                else
                        fragment_add(p, s, ASSIGN_STATUS_SIGNAL, s->where, (unsigned) v);
        }
}

static void add_text(FragmentParser *p, const Setting *s, const char *text) {
        fragment_add(p, s, ASSIGN_ID, s->where, text ? catalog_text(p->catalog, text) : ID_NONE);
}

/* config_parse_pid_file(): relative to /run, of which /var/run is the old name. */
int parse_pid_file(FragmentParser *p, const Setting *s, const char *value) {
        g_autofree char *path = NULL, *absolute = NULL;

        if (*value == 0) {
                add_text(p, s, NULL);
                return 0;
        }

        if (unit_full_printf(p->id, value, &path) < 0) {
                warn_unparsable(p, value);
                return 0;
        }

        if (g_str_has_prefix(path, "/var/run/"))
                absolute = g_strdup(path + strlen("/var"));
        else
                absolute = path[0] == '/' ? g_strdup(path) : g_strconcat("/run/", path, NULL);

        add_text(p, s, absolute);
        return 0;
}

int parse_bus_name(FragmentParser *p, const Setting *s, const char *value) {
        g_autofree char *name = NULL;

        if (*value && unit_full_printf(p->id, value, &name) < 0) {
                warn_unparsable(p, value);
                return 0;
        }
        if (!name || !strchr(name, '.') || name[0] == ':') {
                fragment_warn(p, "'%s' is no name on the bus; PID 1 ignores it", value);
                return 0;
        }

        add_text(p, s, name);
        return 0;
}

int parse_listen(FragmentParser *p, const Setting *s, const char *value) {
        if (*value == 0) {
                fragment_add(p, s, ASSIGN_SERVICE_FLAG, TRIGGER_HAS_SOURCE, 0);
                fragment_add(p, s, ASSIGN_SERVICE_FLAG, SOCKET_HAS_NON_ACCEPTING, 0);
                fragment_add(p, s, ASSIGN_LISTEN_CLEAR, 0, 0);
                return 0;
        }

        fragment_add(p, s, ASSIGN_SERVICE_FLAG, TRIGGER_HAS_SOURCE, 1);
        fragment_add(p, s, ASSIGN_LISTEN, s->where, 0);
        if (s->extra)
                fragment_add(p, s, ASSIGN_SERVICE_FLAG, SOCKET_HAS_NON_ACCEPTING, 1);
        return 0;
}

/* config_parse_timer(). When the timer elapses is up to `trigger`, so a calendar expression is taken as it is. */
int parse_timer(FragmentParser *p, const Setting *s, const char *value) {
        uint64_t usec;

        if (*value == 0) {
                fragment_add(p, s, ASSIGN_SERVICE_FLAG, TRIGGER_HAS_SOURCE, 0);
                fragment_add(p, s, ASSIGN_SERVICE_FLAG, TIMER_HAS_CALENDAR, 0);
                return 0;
        }

        if (!s->extra && parse_sec(value, &usec) < 0) {
                warn_unparsable(p, value);
                return 0;
        }

        fragment_add(p, s, ASSIGN_SERVICE_FLAG, TRIGGER_HAS_SOURCE, 1);
        if (s->extra)
                fragment_add(p, s, ASSIGN_SERVICE_FLAG, TIMER_HAS_CALENDAR, 1);
        return 0;
}

int parse_clock_change(FragmentParser *p, const Setting *s, const char *value) {
        int b = parse_boolean(value);

        if (b < 0)
                warn_unparsable(p, value);
        else if (b > 0)
                fragment_add(p, s, ASSIGN_SERVICE_FLAG, TRIGGER_HAS_SOURCE, 1);
        return 0;
}

int parse_path_spec(FragmentParser *p, const Setting *s, const char *value) {
        g_autofree char *path = NULL;

        if (*value && (unit_full_printf(p->id, value, &path) < 0 || path[0] != '/')) {
                warn_unparsable(p, value);
                return 0;
        }

        fragment_add(p, s, ASSIGN_SERVICE_FLAG, TRIGGER_HAS_SOURCE, *value != 0);
        fragment_add(p, s, *value ? ASSIGN_LISTEN : ASSIGN_LISTEN_CLEAR, *value ? LISTEN_PATH : 0, 0);
        return 0;
}

int parse_condition(FragmentParser *p, const Setting *s, const char *value) {
        (void) s;

        if (*value)
                fragment_warn(p, "%s= is not looked at; the model takes it as met", p->key);
        return 0;
}

int parse_not_modelled(FragmentParser *p, const Setting *s, const char *value) {
        (void) s;

        if (*value)
                fragment_warn(p, "%s= is not modelled; it has no effect here", p->key);
        return 0;
}
