/* SPDX-License-Identifier: MIT */

#include <errno.h>
#include <glib.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>

#include "extract-word.h"
#include "parse-util.h"

#define USEC_PER_SEC        UINT64_C(1000000)
#define SIGNAL_MAX          64
#define REALTIME_SIGNAL_MIN 34 /* what glibc leaves free */

int parse_boolean(const char *s) {
        static const char *const yes[] = { "1", "yes", "y", "true", "t", "on" };
        static const char *const no[] = { "0", "no", "n", "false", "f", "off" };

        for (size_t i = 0; i < G_N_ELEMENTS(yes); i++) {
                if (g_ascii_strcasecmp(s, yes[i]) == 0)
                        return 1;
                if (g_ascii_strcasecmp(s, no[i]) == 0)
                        return 0;
        }

        return -EINVAL;
}

/* In the order in which PID 1 tries them: the longer of two that begin alike comes first. */
static const struct {
        const char *suffix;
        uint64_t usec;
        /* clang-format off */
} time_units[] = {
        { "seconds", USEC_PER_SEC            },
        { "second",  USEC_PER_SEC            },
        { "sec",     USEC_PER_SEC            },
        { "s",       USEC_PER_SEC            },
        { "minutes", USEC_PER_SEC * 60       },
        { "minute",  USEC_PER_SEC * 60       },
        { "min",     USEC_PER_SEC * 60       },
        { "months",  USEC_PER_SEC * 2629800  },
        { "month",   USEC_PER_SEC * 2629800  },
        { "M",       USEC_PER_SEC * 2629800  },
        { "msec",    1000                    },
        { "ms",      1000                    },
        { "m",       USEC_PER_SEC * 60       },
        { "hours",   USEC_PER_SEC * 3600     },
        { "hour",    USEC_PER_SEC * 3600     },
        { "hr",      USEC_PER_SEC * 3600     },
        { "h",       USEC_PER_SEC * 3600     },
        { "days",    USEC_PER_SEC * 86400    },
        { "day",     USEC_PER_SEC * 86400    },
        { "d",       USEC_PER_SEC * 86400    },
        { "weeks",   USEC_PER_SEC * 604800   },
        { "week",    USEC_PER_SEC * 604800   },
        { "w",       USEC_PER_SEC * 604800   },
        { "years",   USEC_PER_SEC * 31557600 },
        { "year",    USEC_PER_SEC * 31557600 },
        { "y",       USEC_PER_SEC * 31557600 },
        { "usec",    1                       },
        { "us",      1                       },
        { "\u03bcs", 1                       },
        { "\u00b5s", 1                       },
};
/* clang-format on */

static const char *extract_multiplier(const char *p, uint64_t *multiplier) {
        for (size_t i = 0; i < G_N_ELEMENTS(time_units); i++)
                if (g_str_has_prefix(p, time_units[i].suffix)) {
                        *multiplier = time_units[i].usec;
                        return p + strlen(time_units[i].suffix);
                }

        return p;
}

/* One number with its unit, "1.5min"; returns what follows, NULL when it is none. */
static const char *parse_time_item(const char *p, uint64_t *usec) {
        uint64_t multiplier = USEC_PER_SEC, value, fraction = 0;
        const char *fraction_at = NULL, *end;
        char *e;

        if (!g_ascii_isdigit(*p) && *p != '+' && *p != '.')
                return NULL;

        errno = 0;
        value = g_ascii_strtoull(p, &e, 10);
        if (errno > 0 || value > INT64_MAX)
                return NULL;

        if (*e == '.') {
                fraction_at = e + 1;
                end = fraction_at + strspn(fraction_at, "0123456789");
                if (end == fraction_at)
                        return NULL;
        } else if (e == p)
                return NULL;
        else
                end = e;

        p = extract_multiplier(end + strspn(end, WHITESPACE), &multiplier);
        if (p == end && *p)
                return NULL;

        if (value >= USEC_INFINITY / multiplier)
                return NULL;

        if (fraction_at)
                for (uint64_t m = multiplier / 10; g_ascii_isdigit(*fraction_at); fraction_at++, m /= 10)
                        fraction += (uint64_t) (*fraction_at - '0') * m;

        value *= multiplier;
        if (value >= USEC_INFINITY - *usec - fraction)
                return NULL;

        *usec += value + fraction;
        return p;
}

int parse_sec(const char *s, uint64_t *ret) {
        uint64_t usec = 0;

        s += strspn(s, WHITESPACE);
        if (g_str_has_prefix(s, "infinity")) {
                s += strlen("infinity");
                if (s[strspn(s, WHITESPACE)])
                        return -EINVAL;

                *ret = USEC_INFINITY;
                return 0;
        }

        if (*s == 0)
                return -EINVAL;

        while (*s) {
                s = parse_time_item(s, &usec);
                if (!s)
                        return -EINVAL;
                s += strspn(s, WHITESPACE);
        }

        *ret = usec;
        return 0;
}

int parse_sec_fix_0(const char *s, uint64_t *ret) {
        int r;

        r = parse_sec(s, ret);
        if (r >= 0 && *ret == 0)
                *ret = USEC_INFINITY;

        return r;
}

static int parse_number(const char *s, int64_t min, int64_t max, int64_t *ret) {
        char *e;

        s += strspn(s, WHITESPACE);
        errno = 0;
        *ret = g_ascii_strtoll(s, &e, 0);
        if (errno > 0 || e == s || *e)
                return -EINVAL;

        return *ret < min || *ret > max ? -ERANGE : 0;
}

int parse_unsigned(const char *s, unsigned *ret) {
        int64_t v;
        int r;

        r = parse_number(s, 0, UINT32_MAX, &v);
        if (r < 0)
                return r;

        *ret = (unsigned) v;
        return 0;
}

static const struct {
        const char *name;
        int number;
        /* clang-format off */
} signals[] = {
        { "HUP",  SIGHUP  }, { "INT",    SIGINT    }, { "QUIT",   SIGQUIT   }, { "ILL",  SIGILL  },
        { "TRAP", SIGTRAP }, { "ABRT",   SIGABRT   }, { "BUS",    SIGBUS    }, { "FPE",  SIGFPE  },
        { "KILL", SIGKILL }, { "USR1",   SIGUSR1   }, { "SEGV",   SIGSEGV   }, { "USR2", SIGUSR2 },
        { "PIPE", SIGPIPE }, { "ALRM",   SIGALRM   }, { "TERM",   SIGTERM   }, { "STKFLT", SIGSTKFLT },
        { "CHLD", SIGCHLD }, { "CONT",   SIGCONT   }, { "STOP",   SIGSTOP   }, { "TSTP", SIGTSTP },
        { "TTIN", SIGTTIN }, { "TTOU",   SIGTTOU   }, { "URG",    SIGURG    }, { "XCPU", SIGXCPU },
        { "XFSZ", SIGXFSZ }, { "VTALRM", SIGVTALRM }, { "PROF",   SIGPROF   }, { "WINCH", SIGWINCH },
        { "IO",   SIGIO   }, { "PWR",    SIGPWR    }, { "SYS",    SIGSYS    },
};
/* clang-format on */

/* "RTMIN", "RTMIN+3", "RTMAX-1" */
static int realtime_signal_from_string(const char *s) {
        bool min = g_str_has_prefix(s, "RTMIN");
        int64_t offset = 0;

        if (!min && !g_str_has_prefix(s, "RTMAX"))
                return -EINVAL;

        s += strlen("RTMIN");
        if (*s) {
                if (*s != (min ? '+' : '-'))
                        return -EINVAL;
                if (parse_number(s + 1, 0, SIGNAL_MAX - REALTIME_SIGNAL_MIN, &offset) < 0)
                        return -ERANGE;
        }

        return min ? REALTIME_SIGNAL_MIN + (int) offset : SIGNAL_MAX - (int) offset;
}

int signal_from_string(const char *s) {
        int64_t number;
        int r;

        r = parse_number(s, 1, SIGNAL_MAX, &number);
        if (r == -ERANGE)
                return r;
        if (r >= 0)
                return (int) number;

        if (g_str_has_prefix(s, "SIG"))
                s += strlen("SIG");

        for (size_t i = 0; i < G_N_ELEMENTS(signals); i++)
                if (strcmp(signals[i].name, s) == 0)
                        return signals[i].number;

        return realtime_signal_from_string(s);
}

/* shared/exit-status.h; the ranges 0-7 (LSB), 64-78 (BSD) and from 200 on (systemd) have names. */
static const char *const exit_statuses[256] = {
        [0] = "SUCCESS",
        [1] = "FAILURE",
        [2] = "INVALIDARGUMENT",
        [3] = "NOTIMPLEMENTED",
        [4] = "NOPERMISSION",
        [5] = "NOTINSTALLED",
        [6] = "NOTCONFIGURED",
        [7] = "NOTRUNNING",
        [64] = "USAGE",
        [65] = "DATAERR",
        [66] = "NOINPUT",
        [67] = "NOUSER",
        [68] = "NOHOST",
        [69] = "UNAVAILABLE",
        [70] = "SOFTWARE",
        [71] = "OSERR",
        [72] = "OSFILE",
        [73] = "CANTCREAT",
        [74] = "IOERR",
        [75] = "TEMPFAIL",
        [76] = "PROTOCOL",
        [77] = "NOPERM",
        [78] = "CONFIG",
        [200] = "CHDIR",
        [201] = "NICE",
        [202] = "FDS",
        [203] = "EXEC",
        [204] = "MEMORY",
        [205] = "LIMITS",
        [206] = "OOM_ADJUST",
        [207] = "SIGNAL_MASK",
        [208] = "STDIN",
        [209] = "STDOUT",
        [210] = "CHROOT",
        [211] = "IOPRIO",
        [212] = "TIMERSLACK",
        [213] = "SECUREBITS",
        [214] = "SETSCHEDULER",
        [215] = "CPUAFFINITY",
        [216] = "GROUP",
        [217] = "USER",
        [218] = "CAPABILITIES",
        [219] = "CGROUP",
        [220] = "SETSID",
        [221] = "CONFIRM",
        [222] = "STDERR",
        [224] = "PAM",
        [225] = "NETWORK",
        [226] = "NAMESPACE",
        [227] = "NO_NEW_PRIVILEGES",
        [228] = "SECCOMP",
        [229] = "SELINUX_CONTEXT",
        [230] = "PERSONALITY",
        [231] = "APPARMOR",
        [232] = "ADDRESS_FAMILIES",
        [233] = "RUNTIME_DIRECTORY",
        [235] = "CHOWN",
        [236] = "SMACK_PROCESS_LABEL",
        [237] = "KEYRING",
        [238] = "STATE_DIRECTORY",
        [239] = "CACHE_DIRECTORY",
        [240] = "LOGS_DIRECTORY",
        [241] = "CONFIGURATION_DIRECTORY",
        [242] = "NUMA_POLICY",
        [243] = "CREDENTIALS",
        [244] = "BPF",
        [245] = "KSM",
        [255] = "EXCEPTION",
};

int exit_status_from_string(const char *s) {
        int64_t v;
        int r;

        for (size_t i = 0; i < G_N_ELEMENTS(exit_statuses); i++)
                if (exit_statuses[i] && strcmp(exit_statuses[i], s) == 0)
                        return (int) i;

        r = parse_number(s, 0, UINT8_MAX, &v);
        return r < 0 ? r : (int) v;
}
