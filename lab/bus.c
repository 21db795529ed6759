/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <gio/gio.h>
#include <linux/sockios.h>
#include <poll.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lab/bus.h"

#define BUS_PATH      "/org/freedesktop/systemd1"
#define BUS_INTERFACE "org.freedesktop.systemd1."

/* Seconds. A connection that PID 1 has forgotten, as it does when it reexecutes, never gets a reply. */
#define BUS_TIMEOUT     2
#define BUS_MESSAGE_MAX (16 * 1024 * 1024)

struct Bus {
        int fd;
        guint32 serial;
        guint32 replied; /* the newest call that has got its reply */
        BusPump pump;
        void *userdata;
};

/* PID 1 reads the credentials of who connects, so that has to be done by somebody inside its PID namespace. */
static int connect_inside(const Container *c) {
        struct sockaddr_un a = { .sun_family = AF_UNIX };
        int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), status;
        pid_t pid;

        g_snprintf(a.sun_path, sizeof a.sun_path, "%s/run/systemd/private", c->root);
        pid = fork();
        if (pid == 0) {
                if (setns(c->init_fd, CLONE_NEWPID) < 0 || (pid = fork()) < 0)
                        _exit(1);
                if (pid == 0)
                        _exit(connect(fd, (const struct sockaddr *) &a, sizeof a) < 0);
                waitpid(pid, &status, 0);
                _exit(!WIFEXITED(status) || WEXITSTATUS(status) != 0);
        }
        while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
                ;
        if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
                return fd;
        close(fd);
        return -1;
}

static bool send_all(Bus *bus, const void *bytes, size_t size) {
        for (const char *p = bytes; size > 0;) {
                ssize_t n = send(bus->fd, p, size, MSG_NOSIGNAL);

                if (n <= 0)
                        return false;
                p += n;
                size -= (size_t) n;
        }
        return true;
}

static bool receive_pumped(Bus *bus, void *bytes, size_t size) {
        for (char *p = bytes; size > 0;) {
                ssize_t n = recv(bus->fd, p, size, MSG_DONTWAIT);

                if (n > 0) {
                        p += n;
                        size -= (size_t) n;
                } else if (n == 0 || errno != EAGAIN || !bus->pump(bus->userdata))
                        return false;
        }
        return true;
}

static bool receive_all(Bus *bus, void *bytes, size_t size) {
        if (bus->pump)
                return receive_pumped(bus, bytes, size);
        return recv(bus->fd, bytes, size, MSG_WAITALL) == (ssize_t) size;
}

static bool authenticate(Bus *bus) {
        static const char hello[] = "\0AUTH EXTERNAL 30\r\nBEGIN\r\n";
        char line[256];

        if (!send_all(bus, hello, sizeof hello - 1))
                return false;
        for (size_t n = 0; n < sizeof line && receive_all(bus, line + n, 1); n++)
                if (line[n] == '\n')
                        return n > 2 && memcmp(line, "OK", 2) == 0;
        return false;
}

Bus *bus_open(const Container *c) {
        return bus_open_pumped(c, NULL, NULL);
}

Bus *bus_open_pumped(const Container *c, BusPump pump, void *userdata) {
        struct timeval timeout = { .tv_sec = BUS_TIMEOUT };
        Bus *bus = g_new0(Bus, 1);

        bus_set_pump(bus, pump, userdata);
        bus->fd = connect_inside(c);
        if (bus->fd >= 0) {
                setsockopt(bus->fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout);
                setsockopt(bus->fd, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof timeout);
                if (authenticate(bus))
                        return bus;
        }
        bus_close(bus);
        return NULL;
}

void bus_set_pump(Bus *bus, BusPump pump, void *userdata) {
        bus->pump = pump;
        bus->userdata = userdata;
}

void bus_close(Bus *bus) {
        if (!bus)
                return;
        if (bus->fd >= 0)
                close(bus->fd);
        g_free(bus);
}

static GDBusMessage *receive(Bus *bus) {
        g_autofree guchar *blob = g_malloc(16);
        gssize size;

        if (!receive_all(bus, blob, 16))
                return NULL;
        size = g_dbus_message_bytes_needed(blob, 16, NULL);
        if (size < 16 || size > BUS_MESSAGE_MAX)
                return NULL;
        blob = g_realloc(blob, (size_t) size);
        if (!receive_all(bus, blob + 16, (size_t) size - 16))
                return NULL;
        return g_dbus_message_new_from_blob(blob, (size_t) size, G_DBUS_CAPABILITY_FLAGS_NONE, NULL);
}

static bool send_call(Bus *bus, const char *path, const char *interface, const char *method, GVariant *body) {
        g_autoptr(GDBusMessage) m = g_dbus_message_new_method_call(NULL, path, interface, method);
        g_autofree guchar *blob = NULL;
        size_t size;

        if (body)
                g_dbus_message_set_body(m, body);
        g_dbus_message_set_serial(m, ++bus->serial);
        blob = g_dbus_message_to_blob(m, &size, G_DBUS_CAPABILITY_FLAGS_NONE, NULL);
        return blob && send_all(bus, blob, size);
}

/* Whatever comes before is dropped: signals, and replies to calls that nobody waits for. */
static GDBusMessage *receive_reply(Bus *bus, guint32 serial) {
        GDBusMessage *reply;

        while ((reply = receive(bus)) && g_dbus_message_get_reply_serial(reply) != serial)
                g_object_unref(reply);
        bus->replied = serial;
        return reply;
}

/* NULL: there is no connection any more. The reply may be an error. */
static GDBusMessage *bus_call(Bus *bus, const char *path, const char *interface, const char *method,
                              GVariant *body) {
        return send_call(bus, path, interface, method, body) ? receive_reply(bus, bus->serial) : NULL;
}

bool bus_send(Bus *bus, StatementType verb, const char *unit) {
        /* clang-format off */
        static const struct {
                const char *method, *arguments;
        } table[_STATEMENT_TYPE_MAX] = {
                [STATEMENT_DAEMON_RELOAD] = { "Reload",          NULL                    },
                [STATEMENT_DAEMON_REEXEC] = { "Reexecute",       NULL                    },
                [STATEMENT_START]         = { "StartUnit",       "(%s, 'replace')"       },
                [STATEMENT_STOP]          = { "StopUnit",        "(%s, 'replace')"       },
                [STATEMENT_RESTART]       = { "RestartUnit",     "(%s, 'replace')"       },
                [STATEMENT_TRY_RESTART]   = { "TryRestartUnit",  "(%s, 'replace')"       },
                [STATEMENT_RELOAD]        = { "ReloadUnit",      "(%s, 'replace')"       },
                [STATEMENT_RESET_FAILED]  = { "ResetFailedUnit", "(%s,)"                 },
                [STATEMENT_KILL]          = { "KillUnit",        "(%s, 'all', int32 15)" },
        };
        /* clang-format on */

        if (!table[verb].method)
                return false;
        if (!table[verb].arguments)
                return send_call(bus, BUS_PATH, BUS_INTERFACE "Manager", table[verb].method, NULL);
        return send_call(bus, BUS_PATH, BUS_INTERFACE "Manager", table[verb].method,
                         g_variant_new_parsed(table[verb].arguments, unit));
}

int bus_left(const Bus *bus) {
        int left = 0;

        return ioctl(bus->fd, SIOCOUTQ, &left) < 0 ? 0 : left;
}

bool bus_is_alive(const Bus *bus) {
        struct pollfd p = { .fd = bus->fd, .events = POLLRDHUP };

        return poll(&p, 1, 0) == 0;
}

void bus_drain(Bus *bus) {
        while (bus->replied < bus->serial) {
                GDBusMessage *m = receive(bus);

                if (!m)
                        return;
                bus->replied = MAX(bus->replied, g_dbus_message_get_reply_serial(m));
                g_object_unref(m);
        }
}

static void bus_unit_free(gpointer p) {
        BusUnit *u = p;

        g_free(u->name);
        g_free(u->load_state);
        g_free(u->active_state);
        g_free(u->sub_state);
        g_free(u->job);
        g_free(u);
}

GPtrArray *bus_list_units(Bus *bus) {
        g_autoptr(GDBusMessage) reply = bus_call(bus, BUS_PATH, BUS_INTERFACE "Manager", "ListUnits", NULL);
        GVariant *body = reply ? g_dbus_message_get_body(reply) : NULL;
        g_autoptr(GVariantIter) i = NULL;
        GPtrArray *units;
        BusUnit u;

        if (!body || !g_variant_is_of_type(body, G_VARIANT_TYPE("(a(ssssssouso))")))
                return NULL;
        units = g_ptr_array_new_with_free_func(bus_unit_free);
        g_variant_get(body, "(a(ssssssouso))", &i);
        while (g_variant_iter_next(i, "(ssssssouso)", &u.name, NULL, &u.load_state, &u.active_state,
                                   &u.sub_state, NULL, NULL, NULL, &u.job, NULL))
                g_ptr_array_add(units, g_memdup2(&u, sizeof u));
        return units;
}

static char *unit_path(const char *unit) {
        GString *s = g_string_new(BUS_PATH "/unit/");

        for (const char *c = unit; *c; c++)
                if (g_ascii_isalpha(*c) || (g_ascii_isdigit(*c) && c > unit))
                        g_string_append_c(s, *c);
                else
                        g_string_append_printf(s, "_%02x", (unsigned char) *c);
        return g_string_free(s, FALSE);
}

static int compare_strings(gconstpointer a, gconstpointer b) {
        return strcmp(*(const char *const *) a, *(const char *const *) b);
}

static char *variant_to_text(GVariant *v) {
        g_auto(GStrv) list = NULL;

        if (g_variant_is_of_type(v, G_VARIANT_TYPE_STRING))
                return g_variant_dup_string(v, NULL);
        if (g_variant_is_of_type(v, G_VARIANT_TYPE_UINT32))
                return g_strdup_printf("%u", g_variant_get_uint32(v));
        if (!g_variant_is_of_type(v, G_VARIANT_TYPE_STRING_ARRAY))
                return g_variant_print(v, FALSE);
        list = g_variant_dup_strv(v, NULL);
        qsort(list, g_strv_length(list), sizeof(char *), compare_strings);
        return g_strjoinv(" ", list);
}

static char *get_property(Bus *bus, const char *path, const char *interface, const char *property,
                          bool *ret_lost) {
        g_autofree char *full = g_strconcat(BUS_INTERFACE, interface, NULL);
        g_autoptr(GDBusMessage) reply = bus_call(bus, path, "org.freedesktop.DBus.Properties", "Get",
                                                 g_variant_new("(ss)", full, property));
        GVariant *body = reply ? g_dbus_message_get_body(reply) : NULL;
        g_autoptr(GVariant) value = NULL;

        *ret_lost = *ret_lost || !reply;
        if (!body || !g_variant_is_of_type(body, G_VARIANT_TYPE("(v)")))
                return NULL;
        g_variant_get(body, "(v)", &value);
        return variant_to_text(value);
}

char *bus_get(Bus *bus, const char *unit, const char *interface, const char *property, bool *ret_lost) {
        g_autofree char *path = unit_path(unit);

        return get_property(bus, path, interface, property, ret_lost);
}

char *bus_find_unit(Bus *bus, const GPtrArray *units, const char *name) {
        const char *suffix = strrchr(name, '.');

        for (unsigned i = 0; i < units->len; i++) {
                const BusUnit *u = units->pdata[i];
                g_autofree char *names = NULL;
                g_auto(GStrv) list = NULL;
                bool lost = false;

                if (!g_str_equal(u->load_state, "loaded") || !g_str_has_suffix(u->name, suffix ? suffix : ""))
                        continue;
                names = bus_get(bus, u->name, "Unit", "Names", &lost);
                list = names ? g_strsplit(names, " ", -1) : NULL;
                if (list && g_strv_contains((const char *const *) list, name))
                        return g_strdup(u->name);
        }
        return NULL;
}

char *bus_get_manager(Bus *bus, const char *property) {
        bool lost = false;

        return get_property(bus, BUS_PATH, "Manager", property, &lost);
}
