/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/common.h"
#include "cli/verb.h"
#include "traces/error.h"

int status_worse(int a, int b) {
        static const int order[] = {
                STATUS_INTERRUPTED, STATUS_WRONG_INPUT, STATUS_INTERNAL,
                STATUS_VIOLATED,    STATUS_INCOMPLETE,  STATUS_OK,
        };

        for (size_t i = 0; i < G_N_ELEMENTS(order); i++)
                if (a == order[i] || b == order[i])
                        return order[i];
        return STATUS_INTERNAL;
}

static void print_line(const char *before, char *text) {
        g_autofree char *line = make_one_line(text);

        progress_end();
        fprintf(stderr, "%s%s\n", before, line);
}

int usage_error(const char *format, ...) {
        va_list ap;

        va_start(ap, format);
        print_line("coldplug: ", g_strdup_vprintf(format, ap));
        va_end(ap);
        return STATUS_WRONG_INPUT;
}

int file_error(const GError *error) {
        print_line("", g_strdup(error->message));
        return STATUS_WRONG_INPUT;
}

void warn(const char *format, ...) {
        va_list ap;

        va_start(ap, format);
        print_line("", g_strdup_vprintf(format, ap));
        va_end(ap);
}

static int print_help(GOptionContext *context) {
        g_autofree char *help = g_option_context_get_help(context, TRUE, NULL);
        g_autoptr(GString) out = g_string_new(help);

        return output_finish(out, STATUS_OK);
}

/* GLib begins its messages with a capital and has quotes of its own. */
static char *plain_message(const char *message) {
        g_autoptr(GString) s = g_string_new(message);

        g_string_replace(s, "\u201c", "'", 0);
        g_string_replace(s, "\u201d", "'", 0);
        s->str[0] = g_ascii_tolower(s->str[0]);
        return g_string_free(g_steal_pointer(&s), FALSE);
}

/* GLib takes "--json=false" for "--json". */
static bool check_flags(const char *verb, const GOptionEntry *entries, char **argv) {
        for (; *argv && !g_str_equal(*argv, "--"); argv++)
                for (const GOptionEntry *e = entries; e && e->long_name; e++) {
                        g_autofree char *start = g_strdup_printf("--%s=", e->long_name);

                        if (e->arg == G_OPTION_ARG_NONE && g_str_has_prefix(*argv, start)) {
                                usage_error("%s: --%s takes no value; write --%s or leave it out", verb,
                                            e->long_name, e->long_name);
                                return false;
                        }
                }
        return true;
}

bool options_parse(const char *verb, const GOptionEntry *entries, int *argc, char ***argv, int *ret_status) {
        gboolean help = FALSE;
        const GOptionEntry help_entries[] = {
                { "help", 'h', 0, G_OPTION_ARG_NONE, &help, "Show this help", NULL },
                {},
        };
        const Verb *v = verb_find(verb);
        g_autoptr(GOptionContext) context = g_option_context_new(v->arguments);
        g_autofree char *program = g_strdup_printf("coldplug %s", verb);
        g_autoptr(GError) error = NULL;

        g_set_prgname(program);
        g_option_context_set_summary(context, v->summary);
        g_option_context_set_description(context, v->details);
        g_option_context_set_help_enabled(context, FALSE);
        if (entries)
                g_option_context_add_main_entries(context, entries, NULL);
        g_option_context_add_main_entries(context, help_entries, NULL);

        if (!check_flags(verb, entries, *argv + 1)) {
                *ret_status = STATUS_WRONG_INPUT;
                return false;
        }
        if (!g_option_context_parse(context, argc, argv, &error)) {
                g_autofree char *message = plain_message(error->message);

                *ret_status = usage_error("%s: %.200s; see 'coldplug %s --help'", verb, message, verb);
                return false;
        }
        if (help) {
                *ret_status = print_help(context);
                return false;
        }
        /* GOption leaves a "--" in front of arguments that begin with a dash. */
        if (*argc > 1 && g_str_equal((*argv)[1], "--")) {
                memmove(*argv + 1, *argv + 2, (size_t) (*argc - 1) * sizeof(char *));
                (*argc)--;
        }
        return true;
}

int output_finish(const GString *out, int status) {
        progress_end();
        if (fwrite(out->str, 1, out->len, stdout) != out->len || fflush(stdout) != 0)
                return usage_error("standard output cannot be written: %s; send it elsewhere",
                                   g_strerror(errno));
        return status;
}

static bool write_all(int fd, const char *content, size_t size) {
        while (size > 0) {
                ssize_t n = write(fd, content, size);

                if (n < 0 && errno == EINTR)
                        continue;
                if (n < 0)
                        return false;
                content += n;
                size -= (size_t) n;
        }
        return true;
}

/* A pipe or a device: there is nothing to replace. */
static bool write_in_place(const char *file, const char *content, size_t size) {
        int fd = open(file, O_WRONLY | O_CLOEXEC | O_NOCTTY), saved;
        bool ok;

        if (fd < 0)
                return false;
        ok = write_all(fd, content, size);
        saved = errno;
        if (close(fd) < 0 && ok)
                return false;
        errno = saved;
        return ok;
}

static bool write_and_rename(const char *file, const char *content, size_t size) {
        g_autofree char *temporary = g_strconcat(file, ".XXXXXX", NULL);
        mode_t mask = umask(0);
        int fd, saved;
        bool ok;

        umask(mask);
        fd = mkostemp(temporary, O_CLOEXEC);
        if (fd < 0)
                return false;
        ok = write_all(fd, content, size) && fchmod(fd, 0666 & ~mask) == 0;
        saved = errno;
        if (close(fd) < 0 && ok) {
                saved = errno;
                ok = false;
        }
        if (ok && rename(temporary, file) < 0) {
                saved = errno;
                ok = false;
        }
        if (!ok)
                unlink(temporary);
        errno = saved;
        return ok;
}

bool output_write_file(const char *file, const char *content, size_t size, GError **error) {
        char *real = realpath(file, NULL);
        struct stat st;
        bool ok;

        if (stat(file, &st) == 0 && !S_ISREG(st.st_mode))
                ok = write_in_place(file, content, size);
        else
                ok = write_and_rename(real ? real : file, content, size);
        if (!ok)
                traces_set_error(error, TRACES_ERROR_IO, file, 0, "cannot be written: %s; name a file that can",
                                 g_strerror(errno));
        free(real);
        return ok;
}

const Colors *colors(void) {
        static const Colors on = { "\033[1;31m", "\033[32m", "\033[2m", "\033[1m", "\033[0m" },
                            none = { "", "", "", "", "" };
        const char *no_color = getenv("NO_COLOR");

        return isatty(STDOUT_FILENO) && !(no_color && *no_color) ? &on : &none;
}

static bool progress_shown;

void progress(const char *format, ...) {
        static gint64 last;
        gint64 now = g_get_monotonic_time();
        va_list ap;

        if (!isatty(STDERR_FILENO) || now - last < G_USEC_PER_SEC / 5)
                return;
        last = now;
        progress_shown = true;
        fputs("\r\033[K", stderr);
        va_start(ap, format);
        vfprintf(stderr, format, ap);
        va_end(ap);
        fflush(stderr);
}

void progress_end(void) {
        if (progress_shown)
                fputs("\r\033[K", stderr);
        progress_shown = false;
}

static volatile sig_atomic_t interrupt_seen;

static void on_interrupt(int sig) {
        interrupt_seen = sig;
}

void interrupt_catch(void) {
        struct sigaction action = { .sa_handler = on_interrupt, .sa_flags = (int) SA_RESETHAND };

        sigaction(SIGINT, &action, NULL);
        sigaction(SIGTERM, &action, NULL);
}

bool interrupted(void) {
        return interrupt_seen != 0;
}
