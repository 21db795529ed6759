/* SPDX-License-Identifier: MIT */

#include "base-units.h"

typedef struct BaseUnit {
        const char *name;
        const char *refers_to; /* is there as soon as a scenario has this name */
        uint8_t state;
        const char *text; /* its unit file, less what does not matter here */
} BaseUnit;

#define TARGET(name, state)                                                                                     \
        { name, NULL, state, "[Unit]\n" }
#define TARGET_TO_ISOLATE(name)                                                                                 \
        { name, NULL, TARGET_DEAD, "[Unit]\nAllowIsolate=yes\n" }
#define TARGET_OF_SHUTDOWN(name)                                                                                \
        { name, NULL, TARGET_DEAD, "[Unit]\nDefaultDependencies=no\nRefuseManualStart=yes\n" }

/* clang-format off */
static const BaseUnit base_units[] = {
        { "-.slice",      NULL, SLICE_ACTIVE,  "[Unit]\n" },
        { "system.slice", NULL, SLICE_ACTIVE,  "[Unit]\n" },
        { "user.slice",   NULL, SLICE_ACTIVE,  "[Unit]\n" },
        { "init.scope",   NULL, SCOPE_RUNNING, "[Unit]\n" },

        /* systemd-journald.service has After= on it. Nobody starts it where there is no syslog daemon, but it triggers
         * one: so syslog.service is always in memory, found or not. */
        { "syslog.socket", "syslog.service", SOCKET_DEAD,
          "[Unit]\nDefaultDependencies=no\n[Socket]\nListenDatagram=/run/systemd/journal/syslog\n" },

        { "dbus.socket", NULL, SOCKET_RUNNING, "[Socket]\nListenStream=/run/dbus/system_bus_socket\n" },
        { "dbus.service", NULL, SERVICE_EXITED,
          "[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=/usr/bin/dbus-daemon\n" },
        { "systemd-journald.socket", NULL, SOCKET_RUNNING,
          "[Unit]\nDefaultDependencies=no\n[Socket]\nListenDatagram=/run/systemd/journal/socket\n" },
        { "systemd-journald.service", NULL, SERVICE_EXITED,
          "[Unit]\nDefaultDependencies=no\n"
          "[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=/usr/lib/systemd/systemd-journald\n" },

        TARGET("basic.target",           TARGET_ACTIVE),
        TARGET("sysinit.target",         TARGET_ACTIVE),
        TARGET("sockets.target",         TARGET_ACTIVE),
        TARGET("timers.target",          TARGET_ACTIVE),
        TARGET("paths.target",           TARGET_ACTIVE),
        TARGET("slices.target",          TARGET_ACTIVE),
        TARGET("swap.target",            TARGET_ACTIVE),
        TARGET("local-fs-pre.target",    TARGET_ACTIVE),
        TARGET("local-fs.target",        TARGET_ACTIVE),
        TARGET("remote-fs-pre.target",   TARGET_ACTIVE),
        TARGET("remote-fs.target",       TARGET_ACTIVE),
        TARGET("network-pre.target",     TARGET_ACTIVE),
        TARGET("network.target",         TARGET_ACTIVE),
        TARGET("network-online.target",  TARGET_ACTIVE),
        TARGET("nss-lookup.target",      TARGET_ACTIVE),
        TARGET("nss-user-lookup.target", TARGET_ACTIVE),
        TARGET("time-set.target",        TARGET_ACTIVE),
        TARGET("time-sync.target",       TARGET_ACTIVE),
        TARGET("getty.target",           TARGET_ACTIVE),
        TARGET("remote-cryptsetup.target", TARGET_ACTIVE),
        TARGET("cryptsetup.target",      TARGET_ACTIVE),

        TARGET_TO_ISOLATE("multi-user.target"),
        TARGET_TO_ISOLATE("graphical.target"),
        TARGET_TO_ISOLATE("rescue.target"),
        TARGET_TO_ISOLATE("emergency.target"),
        TARGET_OF_SHUTDOWN("shutdown.target"),
        TARGET_OF_SHUTDOWN("umount.target"),
        TARGET_OF_SHUTDOWN("final.target"),
        TARGET("reboot.target",   TARGET_DEAD),
        TARGET("poweroff.target", TARGET_DEAD),
        TARGET("halt.target",     TARGET_DEAD),
};
/* clang-format on */

void base_units_intern(Catalog *c) {
        for (size_t i = 0; i < G_N_ELEMENTS(base_units); i++) {
                const BaseUnit *b = base_units + i;
                NameId name = catalog_find_name(c, b->name);

                if (name == ID_NONE && b->refers_to && catalog_find_name(c, b->refers_to) != ID_NONE)
                        name = catalog_name(c, b->name);
                if (name != ID_NONE)
                        c->names[name].base = catalog_content(c, CONTENT_FILE, b->text, /* line= */ 0);
        }
}

void base_units_seal(Catalog *c) {
        c->base_units = g_new(NameId, G_N_ELEMENTS(base_units));
        for (size_t i = 0; i < G_N_ELEMENTS(base_units); i++)
                c->base_units[i] = catalog_find_name(c, base_units[i].name);
}

/* NULL: the scenario does not know it, or PID 1 could not load it. */
static Unit *base_unit_load(Manager *m, size_t i) {
        NameId name = m->catalog->base_units[i];
        Unit *u;

        if (name == ID_NONE || manager_load_unit(m, name, &u) < 0 || !u)
                return NULL;

        /* Other units refer to it that are not in the scenario; what is perpetual needs nobody. */
        if (!(u->flags & UNIT_PERPETUAL))
                u->flags |= UNIT_BUS_TRACKED;

        return u;
}

void base_units_startup(Manager *m) {
        for (size_t i = 0; i < G_N_ELEMENTS(base_units); i++) {
                Unit *u = base_unit_load(m, i);

                if (u)
                        u->state = base_units[i].state;
        }
}

void base_units_enumerate(Manager *m) {
        for (size_t i = 0; i < G_N_ELEMENTS(base_units); i++)
                (void) base_unit_load(m, i);
}
