/* SPDX-License-Identifier: MIT */
#pragma once

/* core/service.c. One file per concern; all names are systemd's.
 *   service.c          states, start, stop, restart, the vtable
 *   service-exec.c     which command runs next, spawning, the way to running
 *   service-stop.c     the way to dead, automatic restart
 *   service-reload.c   reloading
 *   service-pid.c      which process is the main one; PID files, bus names
 *   service-sigchld.c  service_sigchld_event(), cgroup empty
 *   service-notify.c   service_notify_message()
 *   service-timer.c    arming and service_dispatch_timer()
 *   service-stream.c   (stream.h) */

#include "unit.h"

extern const UnitVTable service_vtable;

int service_load(Manager *m, Unit *u); /* load-types.c */

void service_init(Manager *m, Unit *u);
void service_set_state(Manager *m, Unit *u, ServiceState state);
int service_set_main_pid(Manager *m, Unit *u, Pid pid);
void service_unwatch_main_pid(Manager *m, Unit *u);
void service_unwatch_control_pid(Manager *m, Unit *u);
/* The armed timer elapses: service.c:service_dispatch_timer. */
void service_dispatch_timer(Manager *m, Unit *u);
void service_dispatch_watchdog(Manager *m, Unit *u);
/* exec_fd reports end of file: the Type=exec process has executed its program. */
void service_dispatch_exec_io(Manager *m, Unit *u);
bool service_exec_fd_pending(const Unit *u);
/* What the armed timer is for, TIMER_ANY when none is armed. */
TimerKind service_timer_kind(const Unit *u);
/* The D-Bus name of a Type=dbus service appears or goes: service_bus_name_owner_change(). */
void service_bus_name_owner_change(Manager *m, Unit *u, Pid new_owner);
/* inotify on the PID file's folder: service_dispatch_inotify_io(). */
void service_retry_pid_file(Manager *m, Unit *u);
