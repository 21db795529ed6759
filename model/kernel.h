/* SPDX-License-Identifier: MIT */
#pragma once

/* The kernel under PID 1: processes, cgroups, signals, and what the modelled programs do by themselves. */

#include "manager.h"

enum { CODE_EXITED = 1, CODE_KILLED = 2, CODE_DUMPED = 3 }; /* CLD_EXITED, CLD_KILLED, CLD_DUMPED */

/* Starts a process for @u in its cgroup and lets it do what it does at once (--ready, true, false, daemons of
 * Type=forking...). @command is one of @u's; @is_main: as main process. Returns 0 when the table is full
 * (WORLD_LIMIT). */
Pid kernel_spawn(Manager *m, Unit *u, const UnitCommand *command, bool is_main);

/* The process ends: zombie, cgroup events, SIGCHLD when PID 1 is the parent; children are reparented. */
void kernel_exit(Manager *m, Pid pid, uint8_t code, uint8_t status);

/* kill(2). False: no such living process. */
bool kernel_signal(Manager *m, Pid pid, int signal);

/* The process dies of @signal, whatever it thinks of it. */
void kernel_kill_by_signal(Manager *m, Pid pid, int signal);

/* Reaps a zombie: its slot is free again once no unit mentions it. */
void kernel_reap(Manager *m, Pid pid);

/* The zombie that waitid(P_ALL) shows first: the oldest child; 0: none. */
Pid kernel_peek_zombie(const Manager *m);

bool kernel_process_alive(const Manager *m, Pid pid);  /* running */
bool kernel_process_exists(const Manager *m, Pid pid); /* running or zombie */
bool kernel_cgroup_populated(const Manager *m, CGroupPath path);
/* The only living process of a cgroup, 0: none or several (cgroup-util: used to guess a main process). */
Pid kernel_cgroup_single(const Manager *m, CGroupPath path);

/* Statements about processes. The newest live process with this tag; 0: none. */
Pid kernel_find_tag(const Manager *m, TextId tag);
void kernel_notify(Manager *m, Pid pid, TextId text);
Pid kernel_fork(Manager *m, Pid parent, TextId tag);
void kernel_own_name(Manager *m, Pid pid, TextId name);

/* The oldest process that may exit by itself, 0: none. */
Pid kernel_oldest_exiting(const Manager *m);

/* True when a file in a folder of the unit search path changed: units that were not found may be now. */
void kernel_disk_write(Manager *m, PathId path, ContentId content); /* ID_NONE: remove */

/* A free slot of the process table. */
extern const Process process_none;

/* True when nobody can still know the pid of this free slot. */
static inline bool process_slot_is_clean(const Process *p) {
        return p->tag == ID_NONE && p->watchers == 0;
}

/* programs.c: what a program does when it starts and when it gets a signal; the tag of its process. */
void program_start(Manager *m, Unit *u, Pid pid, const UnitCommand *command);
void program_handle_signal(Manager *m, Pid pid, int signal);
TextId program_tag(const Manager *m, const Unit *u, const UnitCommand *command);

/* True when @inner is @outer or below it; only slices have something below them. */
bool cgroup_path_contains(const Catalog *c, CGroupPath outer, CGroupPath inner);
/* cgroup.events of @path and of the slices above it may have changed: inotify tells those who watch. */
void kernel_cgroup_changed(Manager *m, CGroupPath path);

static inline bool cgroup_path_equal(CGroupPath a, CGroupPath b) {
        return a.name == b.name && a.slice == b.slice;
}
static inline bool cgroup_path_is_set(CGroupPath p) {
        return p.name != ID_NONE;
}
/* "/system.slice/x.service" into @ret; the longest is the two names and two slashes. Slices nest by their dashes. */
void cgroup_path_to_string(const Catalog *c, CGroupPath p, char *ret, size_t size);
