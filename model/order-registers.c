/* SPDX-License-Identifier: MIT */

/* Entries of the stream that come to one unit. Whoever reads them one after another keeps of each key what the last entry said
 * that has it, or the first one where that wins. So it need not be known how the entries follow each other, but only which of those
 * that have a key is the last (the first), and not even that as long as they all say the same.
 *
 * This holds for entries of services without jobs that nothing else meets. All others are asked for in pairs. */

#include <string.h>

#include "fixes.h"
#include "kernel.h"
#include "load-fragment.h"

#define WHERE "manager_serialize"

/* What an entry says for one key, and whether it says anything. */
typedef struct Said {
        bool any;
        uint64_t value[2];
} Said;

/* The entries that come to one unit, by name. */
typedef struct Group {
        Manager *m;
        NameId id; /* of the unit */
        UnitSlot *slots;
        size_t n;
        bool dead_forgets; /* reading that the unit is dead clears the pids */
} Group;

typedef Said (*WhatIsSaid)(Manager *m, const Unit *u);

static Said say(uint64_t value) {
        return (Said) { .any = true, .value = { value } };
}

static Said say_nothing(void) {
        return (Said) {};
}

static bool same(const Said *a, const Said *b) {
        return a->any == b->any && memcmp(a->value, b->value, sizeof(a->value)) == 0;
}

/* What each entry says */

/* The keys that every entry has. */
static Said said_by_all(Manager *m, const Unit *u) {
        const Service *s = &u->service;
        const Profile *p = m->profile;
        uint16_t unit_flags = UNIT_IN_AUDIT | UNIT_EXPORTED_INVOCATION_ID,
                 flags = SERVICE_MAIN_PID_KNOWN | SERVICE_BUS_NAME_GOOD | SERVICE_FORBID_RESTART;
        Said said = { .any = true };

        if (p->stream_flush_n_restarts)
                flags |= SERVICE_FLUSH_N_RESTARTS;
        said.value[0] = (uint64_t) u->state << 48 | (uint64_t) s->n_restarts << 32 |
                        (uint64_t) (s->flags & flags) << 16 | (u->flags & unit_flags);
        if (p->stream_start_ratelimit)
                said.value[1] = (uint64_t) u->start_ratelimit << 24 | (uint64_t) u->start_limit_burst << 16 |
                                (uint64_t) u->start_limit_interval_zero << 8 | u->auto_start_stop_ratelimit;
        return said;
}

static Said said_condition(Manager *m, const Unit *u) {
        (void) m;

        return u->timestamps & TIMESTAMP_CONDITION ? say(u->flags & UNIT_CONDITION_RESULT) : say_nothing();
}

static Said said_assert(Manager *m, const Unit *u) {
        (void) m;

        return u->timestamps & TIMESTAMP_ASSERT ? say(u->flags & UNIT_ASSERT_RESULT) : say_nothing();
}

static bool says_cgroup(const Manager *m, const Unit *u) {
        return !m->profile->cgroup_runtime || (u->flags & UNIT_HAS_CGROUP_RUNTIME);
}

static Said said_cgroup(Manager *m, const Unit *u) {
        return says_cgroup(m, u) && cgroup_path_is_set(u->cgroup)
                       ? say((uint64_t) u->cgroup.name << 16 | u->cgroup.slice)
                       : say_nothing();
}

static Said said_cgroup_realized(Manager *m, const Unit *u) {
        return says_cgroup(m, u) && m->profile->stream_cgroup_realized ? say(u->flags & UNIT_CGROUP_REALIZED)
                                                                       : say_nothing();
}

/* "success" is never taken over. */
static Said said_result(Manager *m, const Unit *u) {
        (void) m;

        return u->service.result != SERVICE_SUCCESS ? say(u->service.result) : say_nothing();
}

static Said said_reload_result(Manager *m, const Unit *u) {
        (void) m;

        return u->service.reload_result != SERVICE_SUCCESS ? say(u->service.reload_result) : say_nothing();
}

static Said say_pid(Manager *m, Pid pid) {
        return pid == 0 || (m->profile->reaped_pids_lost && !kernel_process_exists(m, pid)) ? say_nothing()
                                                                                            : say(pid);
}

static Said said_control_pid(Manager *m, const Unit *u) {
        return say_pid(m, u->service.control_pid);
}

static Said said_main_pid(Manager *m, const Unit *u) {
        return say_pid(m, u->service.flags & SERVICE_MAIN_PID_KNOWN ? u->service.main_pid : 0);
}

static Said said_notify_access(Manager *m, const Unit *u) {
        return m->profile->stream_notify_access_override && u->service.flags & SERVICE_NOTIFY_OVERRIDE
                       ? say(u->service.notify_access_override)
                       : say_nothing();
}

static Said said_notify_state(Manager *m, const Unit *u) {
        return m->profile->stream_notify_state && u->service.notify_state != NOTIFY_UNKNOWN
                       ? say(u->service.notify_state)
                       : say_nothing();
}

static Said said_watchdog_override(Manager *m, const Unit *u) {
        (void) m;

        return u->service.flags2 & SERVICE_WATCHDOG_OVERRIDE
                       ? say(u->service.flags2 & SERVICE_WATCHDOG_OVERRIDE_NONE)
                       : say_nothing();
}

/* How the main process ended. A main pid that is taken over wipes out what was said before (exec_status_start()), so these count from
 * the entry on whose pid is taken. */

static Said said_exit(Manager *m, const Unit *u) {
        const uint16_t flags = SERVICE_MAIN_STATUS_SET | SERVICE_MAIN_STATUS_EXITED;
        const Service *s = &u->service;

        (void) m;

        return (s->flags & flags) == flags ? say((uint64_t) s->main_exit_code << 8 | s->main_exit_status)
                                           : say_nothing();
}

static Said said_handoff(Manager *m, const Unit *u) {
        const Service *s = &u->service;

        return m->profile->stream_handoff_timestamp && s->flags & SERVICE_MAIN_STATUS_SET &&
                               s->flags2 & SERVICE_MAIN_STATUS_HANDOFF
                       ? say(1)
                       : say_nothing();
}

/* All other keys only add something, in any order the same: times, that there is an invocation id, a status text, an
 * execution descriptor, stored descriptors up to a maximum. */
/* clang-format off */
static const WhatIsSaid last_wins[] = {
        said_by_all,        said_condition,    said_assert,        said_cgroup,           said_cgroup_realized, said_result,
        said_reload_result, said_notify_access, said_notify_state, said_watchdog_override,
};
/* clang-format on */

/* Asking */

/* The index of the one name that it can be, or of one of several that say the same; -1: that makes a difference. */
static int find_decided(const Group *g, ChoiceKind kind, const NameId *names, const Said *said, size_t n) {
        int found = -1;

        for (size_t i = 0; i < n; i++) {
                if (manager_name_is_surpassed(g->m, kind, names, n, i))
                        continue;
                if (found >= 0 && !same(said + found, said + i))
                        return -1;
                found = (int) i;
        }
        return found;
}

/* The index of the member that is the first or last of those that say something, of equal ones any; -1: nobody does. The member
 * @also counts among them (-1: nobody). */
static int decide(const Group *g, ChoiceKind kind, const Said *said, int also) {
        NameId *names = g_newa(NameId, g->n);
        Said *values = g_newa(Said, g->n);
        int *members = g_newa(int, g->n);
        size_t n = 0;
        int found;

        for (size_t i = 0; i < g->n; i++) {
                if (!said[i].any && (int) i != also)
                        continue;
                names[n] = g->m->units[g->slots[i]].id;
                values[n] = said[i];
                members[n++] = (int) i;
        }

        if (n == 0)
                return -1;
        found = find_decided(g, kind, names, values, n);
        return members[found >= 0 ? (size_t) found : manager_decide_end(g->m, kind, names, n, WHERE)];
}

static size_t listen(const Group *g, WhatIsSaid what, Said *ret) {
        size_t n = 0;

        for (size_t i = 0; i < g->n; i++) {
                ret[i] = what(g->m, g->m->units + g->slots[i]);
                n += ret[i].any;
        }
        return n;
}

static void decide_exec_status(const Group *g, int main_pid, WhatIsSaid what) {
        Said *said = g_newa(Said, g->n);

        if (listen(g, what, said) > 0)
                (void) decide(g, CHOICE_LAST, said, main_pid);
}

/* The index of the member whose pid is taken, -1: none. */
static int decide_pid(const Group *g, WhatIsSaid what) {
        ChoiceKind kind = g->m->profile->pids_first_wins ? CHOICE_FIRST : CHOICE_LAST;
        Said *said = g_newa(Said, g->n);
        int taken;

        (void) listen(g, what, said);
        taken = decide(g, kind, said, -1);
        if (!g->dead_forgets)
                return taken;

        /* One has a pid at most; it counts if nobody who is dead comes after it. */
        for (size_t i = 0; i < g->n && taken >= 0; i++)
                said[i].any |= g->m->units[g->slots[i]].state == SERVICE_DEAD;
        if (taken >= 0)
                (void) decide(g, CHOICE_LAST, said, -1);
        return taken;
}

static void decide_keys(const Group *g) {
        Said *said = g_newa(Said, g->n);
        int main_pid;

        for (size_t i = 0; i < G_N_ELEMENTS(last_wins); i++) {
                (void) listen(g, last_wins[i], said);
                (void) decide(g, CHOICE_LAST, said, -1);
        }

        (void) decide_pid(g, said_control_pid);
        main_pid = decide_pid(g, said_main_pid);
        decide_exec_status(g, main_pid, said_exit);
        decide_exec_status(g, main_pid, said_handoff);
}

/* The first entry is applied, and the others find the unit taken: they go elsewhere or nowhere. */
static void decide_taker(const Group *g) {
        NameId *names = g_newa(NameId, g->n);

        for (size_t i = 0; i < g->n; i++)
                names[i] = g->m->units[g->slots[i]].id;
        (void) manager_decide_end(g->m, CHOICE_FIRST, names, g->n, WHERE);
}

/* Whether that is all that can happen */

/* Whether PID 1 may find the command in some file of the unit. */
static bool may_have_command(const Catalog *c, NameId id, CommandId command) {
        const char *wanted = c->commands[command].serialized;

        for (size_t content = 0; content < c->n_contents; content++) {
                const Fragment *f = c->fragments[content * c->n_names + id];

                for (size_t i = 0; f && i < f->n_assignments; i++)
                        if (f->assignments[i].kind == ASSIGN_COMMAND &&
                            strcmp(c->commands[f->assignments[i].value].serialized, wanted) == 0)
                                return true;
        }
        return false;
}

/* A command is taken over only if the unit has it. One entry at most may have one that counts. */
static bool commands_are_clear(const Group *g) {
        size_t n = 0;

        for (size_t i = 0; i < g->n; i++) {
                Unit *u = g->m->units + g->slots[i];
                const uint8_t numbers[] = { u->service.main_command, u->service.control_command };
                bool counts = false;

                for (size_t j = 0; j < G_N_ELEMENTS(numbers); j++)
                        counts |= numbers[j] != 0 && numbers[j] <= u->n_commands &&
                                  may_have_command(g->m->catalog, g->id,
                                                   unit_commands(g->m, u)[numbers[j] - 1].command);
                n += counts;
        }
        return n <= 1;
}

/* Taking a pid over that is there already has no effect. */
static bool pids_are_clear(const Group *g) {
        size_t n_main = 0, n_control = 0;

        for (size_t i = 0; i < g->n; i++) {
                const Service *a = &g->m->units[g->slots[i]].service;

                n_main += a->main_pid != 0;
                n_control += a->control_pid != 0;
                for (size_t j = 0; j < i && a->main_pid != 0; j++)
                        if (g->m->units[g->slots[j]].service.main_pid == a->main_pid)
                                return false;
        }
        return !g->dead_forgets || (n_main <= 1 && n_control <= 1);
}

/* What fixes that are not built in do to an entry is not known here. */
static bool fixes_are_known(Group *g) {
        const Profile *p = g->m->profile;

        g->dead_forgets = false;
        for (unsigned i = 0; i < p->n_fixes; i++) {
                const Fix *f = p->fixes[i];

                if (f == &fix_reset_on_dead)
                        g->dead_forgets = true;
                else if (f->line || (f->entry && f != &fix_skip_stale_entry && f != &fix_adopt_orphans))
                        return false;
        }
        return true;
}

static bool is_plain(const Unit *u) {
        return u->type == UNIT_SERVICE && !u->job.installed && !u->nop_job.installed;
}

static bool is_member(const Group *g, UnitSlot slot) {
        for (size_t i = 0; i < g->n; i++)
                if (g->slots[i] == slot)
                        return true;
        return false;
}

/* Nobody else's entry has anything to do with those of the group, nor have they with each other, but that they come to one
 * unit. */
static bool is_closed(const Group *g, const StreamOrder *o) {
        for (size_t i = 0; i < g->n; i++)
                for (size_t j = 0; j < g->m->layout->n_units; j++) {
                        UnitSlot other = (UnitSlot) j;

                        if (other == g->slots[i] || !g->m->units[j].in_use || o->alone[j])
                                continue;
                        if (is_member(g, other) ? stream_order_is_special(g->m, g->slots[i], other, o)
                                                : stream_order_matters(g->m, g->slots[i], other, o))
                                return false;
                }
        return true;
}

static bool can_be_settled(Group *g, const StreamOrder *o) {
        for (size_t i = 0; i < g->n; i++)
                if (!is_plain(g->m->units + g->slots[i]))
                        return false;

        return !o->everything && fixes_are_known(g) && is_closed(g, o) && pids_are_clear(g) &&
               commands_are_clear(g);
}

static bool any_order_matters(const Group *g, const StreamOrder *o) {
        for (size_t i = 0; i < g->n; i++)
                for (size_t j = 0; j < i; j++)
                        if (stream_order_matters(g->m, g->slots[i], g->slots[j], o))
                                return true;
        return false;
}

/* Those of @slots that come to the same unit as slots[@first] and are not @seen yet, by name. */
static void collect_group(Manager *m, const StreamOrder *o, const UnitSlot *slots, size_t n, size_t first,
                          bool *seen, Group *ret) {
        ret->m = m;
        ret->id = o->ids[slots[first]];
        ret->n = 0;
        for (size_t i = first; i < n; i++) {
                size_t j = ret->n;

                if (o->ids[slots[i]] != ret->id)
                        continue;
                seen[i] = true;
                for (; j > 0 && m->units[ret->slots[j - 1]].id > m->units[slots[i]].id; j--)
                        ret->slots[j] = ret->slots[j - 1];
                ret->slots[j] = slots[i];
                ret->n++;
        }
}

void stream_order_settle(Manager *m, const UnitSlot *slots, size_t n, StreamOrder *o) {
        bool *seen = g_newa0(bool, n);
        Group g = { .slots = g_newa(UnitSlot, n) };

        for (size_t i = 0; i < n; i++) {
                if (seen[i])
                        continue;
                collect_group(m, o, slots, n, i, seen, &g);
                /* Of two entries one is the last, in all keys. */
                if (g.n <= 2 || !any_order_matters(&g, o) || !can_be_settled(&g, o))
                        continue;

                if (fixes_drop_stale(m->profile))
                        decide_taker(&g);
                else
                        decide_keys(&g);
                for (size_t j = 0; j < g.n; j++)
                        o->settled[g.slots[j]] = true;
        }
}
