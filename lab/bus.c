/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <gio/gunixsocketaddress.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lab/bus.h"
#include "traces/error.h"

#define BUS_PATH      "/org/freedesktop/systemd1"
#define BUS_INTERFACE "org.freedesktop.systemd1."
#define BUS_TIMEOUT   20000

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

GDBusConnection *bus_open(const Container *c, GError **error) {
        g_autoptr(GSocket) s = NULL;
        g_autoptr(GSocketConnection) stream = NULL;
        GDBusConnection *bus;
        int fd = connect_inside(c);

        if (fd < 0) {
                traces_set_error(error, TRACES_ERROR_IO, "lab", 0, "PID 1 takes no connections");
                return NULL;
        }
        s = g_socket_new_from_fd(fd, error);
        if (!s) {
                close(fd);
                return NULL;
        }
        g_socket_set_timeout(s, BUS_TIMEOUT / 1000);
        stream = g_socket_connection_factory_create_connection(s);
        bus = g_dbus_connection_new_sync(G_IO_STREAM(stream), NULL, G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT, NULL, NULL, error);
        if (bus)
                g_dbus_connection_set_exit_on_close(bus, FALSE);
        return bus;
}

void bus_close(GDBusConnection *bus) {
        if (!bus)
                return;
        g_dbus_connection_close_sync(bus, NULL, NULL);
        g_object_unref(bus);
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

GPtrArray *bus_list_units(GDBusConnection *bus, GError **error) {
        g_autoptr(GVariant) reply = g_dbus_connection_call_sync(bus, NULL, BUS_PATH, BUS_INTERFACE "Manager", "ListUnits", NULL,
                                                                G_VARIANT_TYPE("(a(ssssssouso))"), G_DBUS_CALL_FLAGS_NONE,
                                                                BUS_TIMEOUT, NULL, error);
        g_autoptr(GVariantIter) i = NULL;
        GPtrArray *units;
        BusUnit u;

        if (!reply)
                return NULL;
        units = g_ptr_array_new_with_free_func(bus_unit_free);
        g_variant_get(reply, "(a(ssssssouso))", &i);
        while (g_variant_iter_next(i, "(ssssssouso)", &u.name, NULL, &u.load_state, &u.active_state, &u.sub_state, NULL, NULL,
                                   NULL, &u.job, NULL))
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

static char *get_property(GDBusConnection *bus, const char *path, const char *interface, const char *property, GError **error) {
        g_autofree char *full = g_strconcat(BUS_INTERFACE, interface, NULL);
        g_autoptr(GError) e = NULL;
        g_autoptr(GVariant) value = NULL;
        g_autoptr(GVariant) reply =
                g_dbus_connection_call_sync(bus, NULL, path, "org.freedesktop.DBus.Properties", "Get",
                                            g_variant_new("(ss)", full, property), G_VARIANT_TYPE("(v)"),
                                            G_DBUS_CALL_FLAGS_NONE, BUS_TIMEOUT, NULL, &e);

        if (!reply) {
                /* A unit without this property is no error, a dead PID 1 is. */
                if (!g_dbus_error_is_remote_error(e))
                        g_propagate_error(error, g_steal_pointer(&e));
                return NULL;
        }
        g_variant_get(reply, "(v)", &value);
        return variant_to_text(value);
}

char *bus_get(GDBusConnection *bus, const char *unit, const char *interface, const char *property, GError **error) {
        g_autofree char *path = unit_path(unit);

        return get_property(bus, path, interface, property, error);
}

char *bus_get_manager(GDBusConnection *bus, const char *property, GError **error) {
        return get_property(bus, BUS_PATH, "Manager", property, error);
}
