/* SPDX-License-Identifier: MIT */

#include <string.h>

#include "events.h"
#include "interrupts.h"
#include "model/outside.h"
#include "model/unit.h"

#define CANDIDATES_MAX 64U

static bool *find_dragged_in(const Catalog *c) {
        bool *names = g_new0(bool, c->n_names);

        for (size_t b = 0; b < c->n_names; b++) {
                const char *text = c->names[b].base == ID_NONE ? NULL : c->contents[c->names[b].base].text;

                for (size_t n = 0; text && n < c->n_names; n++)
                        names[n] = names[n] || strstr(text, c->names[n].name);
        }
        return names;
}

void interrupts_init(Interrupts *i, const Catalog *c) {
        *i = (Interrupts) {
                .groups = file_groups_new(c),
                .enabled = g_new0(uint8_t, c->n_names),
                .touched = g_new0(uint8_t, UINT8_MAX + 1),
                .dragged_in = find_dragged_in(c),
        };
}

void interrupts_clear(Interrupts *i) {
        g_clear_pointer(&i->groups, g_free);
        g_clear_pointer(&i->enabled, g_free);
        g_clear_pointer(&i->touched, g_free);
        g_clear_pointer(&i->dragged_in, g_free);
}

/* The next statement of a client that may act now, NULL: none. */
static const Statement *next_statement(const Manager *m, size_t client) {
        const Program *p = m->catalog->clients + client;
        const Client *c = m->clients + client;

        return c->waiting || c->pc >= p->n_statements ? NULL : p->statements + c->pc;
}

static Pid statement_ends_process(const Manager *m, const Statement *s) {
        return s->type == STATEMENT_EXIT || s->type == STATEMENT_SIGNAL ? kernel_find_tag(m, s->tag) : 0;
}

/* Both coldplug and catchup look at what the exit of @pid changes. */
static bool exit_is_looked_at_twice(Manager *m, const Unit *u, Pid pid) {
        const Process *p = m->processes + pid - 1;

        if (!cgroup_path_is_set(u->cgroup) || !cgroup_path_equal(p->cgroup, u->cgroup))
                return false;
        return (p->flags & PROCESS_IS_CHILD) == 0 || UNIT_IS_INACTIVE_OR_FAILED(unit_active_state(m, u));
}

static bool any_exit_is_looked_at_twice(Manager *m) {
        for (size_t i = 0; i < m->layout->n_processes; i++)
                for (size_t j = 0; j < m->layout->n_units && m->processes[i].state == PROCESS_RUNNING; j++)
                        if (m->units[j].in_use && exit_is_looked_at_twice(m, m->units + j, (Pid) (i + 1)))
                                return true;
        return false;
}

bool interrupts_possible(Interrupts *i, Manager *m) {
        if ((m->world->flags & (WORLD_RELOAD_WANTED | WORLD_REEXEC_WANTED)) == 0)
                return false;

        return file_groups_enabled(m, i->groups, i->enabled) || any_exit_is_looked_at_twice(m);
}

void interrupts_start(Interrupts *i, Manager *m, bool active) {
        i->active = active;
        i->n_points = i->n = 0;
        if (!active)
                return;

        memset(i->touched, 0, UINT8_MAX + 1);
        for (size_t n = 0; n < m->catalog->n_names; n++)
                if (i->dragged_in[n])
                        i->touched[i->enabled[n]] = 1;
        m->file_groups = i->enabled;
}

void interrupts_stop(Interrupts *i, Manager *m) {
        i->active = false;
        m->file_groups = NULL;
}

static unsigned add_file_statements(Interrupts *i, const Manager *m, NameId name, Interrupt *ret) {
        uint8_t group = i->enabled[name];
        unsigned n = 0;

        if (group == 0 || !i->touched[group])
                return 0;

        for (size_t c = 0; c < m->catalog->n_clients && n < CANDIDATES_MAX; c++) {
                const Statement *s = next_statement(m, c);

                if (!s || !statement_changes_file(s))
                        continue;

                NameId path_name = m->catalog->paths[s->path].name;
                if (i->enabled[path_name == ID_NONE ? 0 : path_name] == group)
                        ret[n++] = (Interrupt) { .client = (uint16_t) c };
        }
        return n;
}

static unsigned add_exits(Manager *m, NameId name, Interrupt *ret) {
        const Unit *u = manager_get_unit(m, name);
        unsigned n = 0;

        if (!u)
                return 0;

        for (size_t c = 0; c < m->catalog->n_clients && n < CANDIDATES_MAX; c++) {
                const Statement *s = next_statement(m, c);
                Pid pid = s ? statement_ends_process(m, s) : 0;

                if (pid != 0 && exit_is_looked_at_twice(m, u, pid))
                        ret[n++] = (Interrupt) { .client = (uint16_t) c };
        }
        for (size_t p = 0; p < m->layout->n_processes && n < CANDIDATES_MAX; p++)
                if (process_can_exit(m->processes + p) && exit_is_looked_at_twice(m, u, (Pid) (p + 1)))
                        ret[n++] = (Interrupt) { .client = ID_NONE, .pid = (Pid) (p + 1) };
        return n;
}

void interrupt_perform(Manager *m, const Interrupt *i) {
        Event e = i->client == ID_NONE ? (Event) { .kind = EVENT_EXIT, .actor = i->pid }
                                       : (Event) { .kind = EVENT_STATEMENT, .actor = i->client };

        event_perform(m, e);
}

void interrupts_observe(Interrupts *i, Manager *m, const char *where, NameId name) {
        uint16_t point = (uint16_t) i->n_points++;
        Interrupt candidates[CANDIDATES_MAX];

        if (!i->active || name == ID_NONE)
                return;

        for (;;) {
                unsigned n = 0;

                if (strcmp(where, OBSERVE_LOAD) == 0)
                        n = add_file_statements(i, m, name, candidates);
                else if (strcmp(where, OBSERVE_CATCHUP) == 0)
                        n = add_exits(m, name, candidates);
                if (n == 0)
                        break;
                if (i->n == INTERRUPTS_MAX) {
                        manager_limit(m);
                        break;
                }

                i->candidates = candidates;
                unsigned answer = m->chooser->choose(
                        m->chooser, m,
                        &(Choice) {
                                .kind = CHOICE_INTERRUPT, .n = n + 1, .a = name, .b = ID_NONE, .where = where });
                if (answer == 0)
                        break;

                candidates[answer - 1].point = point;
                i->log[i->n++] = candidates[answer - 1];
                if (i->note)
                        i->note(i, m, candidates + answer - 1, where, name);
                interrupt_perform(m, candidates + answer - 1);
        }
        if (strcmp(where, OBSERVE_LOAD) == 0)
                i->touched[i->enabled[name]] = 1;
}
