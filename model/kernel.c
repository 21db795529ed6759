/* SPDX-License-Identifier: MIT */

#include "kernel.h"

const Process process_none = {
        .tag = ID_NONE,
        .cgroup = { .name = ID_NONE, .slice = ID_NONE },
        .started_for = ID_NONE,
        .command = ID_NONE,
        .watch = { UNIT_NONE, UNIT_NONE, UNIT_NONE, UNIT_NONE },
};

static Process *kernel_process(const Manager *m, Pid pid) {
        return m->processes + pid - 1;
}

bool kernel_process_alive(const Manager *m, Pid pid) {
        return pid != 0 && kernel_process(m, pid)->state == PROCESS_RUNNING;
}

bool kernel_process_exists(const Manager *m, Pid pid) {
        return pid != 0 && kernel_process(m, pid)->state != PROCESS_NONE;
}

/* A pid is not given to another process while somebody could take that one for the old one. */
static bool pid_is_mentioned(const Manager *m, Pid pid) {
        if (kernel_process(m, pid)->watchers > 0)
                return true;

        for (size_t i = 0; i < m->layout->n_units; i++)
                if (m->units[i].service.main_pid == pid || m->units[i].service.control_pid == pid)
                        return true;

        for (size_t i = 0; i < m->world->n_messages; i++)
                if (m->messages[i].pid == pid)
                        return true;

        for (size_t i = 0; i < m->layout->n_texts; i++)
                if (m->pid_files[i] == pid)
                        return true;

        return false;
}

static Pid find_free_pid(const Manager *m) {
        for (Pid pid = 1; pid <= m->layout->n_processes; pid++)
                if (kernel_process(m, pid)->state == PROCESS_NONE && !pid_is_mentioned(m, pid))
                        return pid;

        return 0;
}

static Pid kernel_new_process(Manager *m, const Process *process) {
        const WorldLayout *l = m->layout;
        uint16_t number = 0;
        Pid pid = find_free_pid(m);

        if (pid == 0) {
                manager_limit(m);
                return 0;
        }

        *kernel_process(m, pid) = *process;
        kernel_process(m, pid)->seq = m->world->n_processes_seq++;

        if (process->tag != ID_NONE)
                number = ++world_tag_count(l, m->world)[process->tag];
        world_instances(l, m->world)[pid - 1] = number;
        return pid;
}

/* core/execute.c:exec_spawn. The process is in its cgroup before PID 1 goes on. */
Pid kernel_spawn(Manager *m, Unit *u, const UnitCommand *command, bool is_main) {
        const CatalogCommand *c = m->catalog->commands + command->command;
        bool was_populated = kernel_cgroup_populated(m, u->cgroup);
        Process p = process_none;
        Pid pid;

        p.state = PROCESS_RUNNING;
        p.flags = PROCESS_IS_CHILD | (is_main ? PROCESS_IS_MAIN : PROCESS_IS_CONTROL);
        if (c->program == PROGRAM_ACTOR && c->exit_on_term)
                p.flags |= PROCESS_EXIT_ON_TERM;
        p.tag = program_tag(m, u, command);
        p.cgroup = u->cgroup;
        p.started_for = u->id;
        p.command = command->command;

        pid = kernel_new_process(m, &p);
        if (pid == 0)
                return 0;

        manager_note(m, __func__, u, "process %s.%u starts", catalog_text_str(m->catalog, p.tag),
                     (unsigned) world_instances(m->layout, m->world)[pid - 1]);

        if (!was_populated)
                kernel_cgroup_changed(m, u->cgroup);

        program_start(m, u, pid, command);
        return pid;
}

Pid kernel_fork(Manager *m, Pid parent, TextId tag) {
        const Process *original = kernel_process(m, parent);
        Process p = process_none;

        p.state = PROCESS_RUNNING;
        p.flags = original->flags & (PROCESS_EXIT_ON_TERM | PROCESS_IS_DAEMON);
        p.tag = tag;
        p.cgroup = original->cgroup;
        p.started_for = original->started_for;
        p.parent = parent;

        return kernel_new_process(m, &p);
}

/* kernel/exit.c:forget_original_parent: PID 1 gets the children, behind those that it has. */
static void reparent_children(Manager *m, Pid pid) {
        for (size_t i = 0; i < m->layout->n_processes; i++) {
                Process *p = m->processes + i;

                if (p->state == PROCESS_NONE || p->parent != pid)
                        continue;

                p->parent = 0;
                p->flags |= PROCESS_IS_CHILD;
                p->seq = m->world->n_processes_seq++;
        }
}

static void bus_name_changed(Manager *m, TextId name) {
        for (size_t i = 0; i < m->layout->n_units; i++) {
                const Unit *u = m->units + i;

                if (!u->in_use || u->type != UNIT_SERVICE || u->service.bus_name != name)
                        continue;

                /* Only one unit can watch a name: unit.c:unit_install_bus_match. */
                manager_inbox_add_event(m, INBOX_BUS_NAME, u->id);
                return;
        }
}

void kernel_own_name(Manager *m, Pid pid, TextId name) {
        if (m->bus_names[name] == pid)
                return;

        m->bus_names[name] = pid;
        bus_name_changed(m, name);
}

static void release_bus_names(Manager *m, Pid pid) {
        for (size_t i = 0; i < m->layout->n_texts; i++)
                if (m->bus_names[i] == pid) {
                        m->bus_names[i] = 0;
                        bus_name_changed(m, (TextId) i);
                }
}

void kernel_exit(Manager *m, Pid pid, uint8_t code, uint8_t status) {
        Process *p = kernel_process(m, pid);

        if (p->state != PROCESS_RUNNING)
                return;

        p->state = PROCESS_ZOMBIE;
        p->flags &= (uint8_t) ~PROCESS_CAN_EXIT;
        p->exit_code = code;
        p->exit_status = status;

        reparent_children(m, pid);
        release_bus_names(m, pid);

        /* A zombie does not populate its cgroup. */
        if (!kernel_cgroup_populated(m, p->cgroup))
                kernel_cgroup_changed(m, p->cgroup);

        if (p->parent == 0)
                m->world->flags |= WORLD_SIGNAL;
        else
                kernel_reap(m, pid);
}

bool kernel_signal(Manager *m, Pid pid, int signal) {
        if (!kernel_process_alive(m, pid))
                return false;

        program_handle_signal(m, pid, signal);
        return true;
}

/* The tag stays: a unit may go on to mention the pid, and then it shows. */
void kernel_reap(Manager *m, Pid pid) {
        Process *p = kernel_process(m, pid), reaped = process_none;

        reaped.tag = p->tag;
        reaped.watchers = p->watchers;
        for (size_t i = 0; i < G_N_ELEMENTS(p->watch); i++)
                reaped.watch[i] = p->watch[i];

        *p = reaped;
}

/* kernel/exit.c:do_wait_thread goes through the children in the order in which PID 1 got them. */
Pid kernel_peek_zombie(const Manager *m) {
        Pid oldest = 0;

        for (Pid pid = 1; pid <= m->layout->n_processes; pid++) {
                const Process *p = kernel_process(m, pid);

                if (p->state == PROCESS_ZOMBIE && p->parent == 0 &&
                    (oldest == 0 || p->seq < kernel_process(m, oldest)->seq))
                        oldest = pid;
        }

        return oldest;
}

Pid kernel_find_tag(const Manager *m, TextId tag) {
        Pid newest = 0;

        for (Pid pid = 1; pid <= m->layout->n_processes; pid++) {
                const Process *p = kernel_process(m, pid);

                if (p->state == PROCESS_RUNNING && p->tag == tag &&
                    (newest == 0 || p->seq > kernel_process(m, newest)->seq))
                        newest = pid;
        }

        return newest;
}

Pid kernel_oldest_exiting(const Manager *m) {
        Pid oldest = 0;

        for (Pid pid = 1; pid <= m->layout->n_processes; pid++) {
                const Process *p = kernel_process(m, pid);

                if (p->state == PROCESS_RUNNING && (p->flags & PROCESS_CAN_EXIT) &&
                    (oldest == 0 || p->seq < kernel_process(m, oldest)->seq))
                        oldest = pid;
        }

        return oldest;
}

void kernel_notify(Manager *m, Pid pid, TextId text) {
        World *w = m->world;

        if (text == ID_NONE)
                return;

        if (w->n_messages >= m->layout->n_messages) {
                manager_limit(m);
                return;
        }

        m->messages[w->n_messages++] = (Message) { .pid = pid, .text = text };
}
