/* SPDX-License-Identifier: MIT */

#include "outside.h"
#include "service.h"
#include "unit.h"

/* So many dispatches are no settling any more: the scenario goes in circles. */
#define SETTLE_MAX 20000U

/* While PID 1 is paused all calls arrive together. */
#define PAUSE_GROUP 1

bool statement_is_call(StatementType t) {
        return t >= STATEMENT_DAEMON_RELOAD && t <= STATEMENT_KILL;
}

/* @n > 0: the call is for the units of so many operations from @first on. */
static void perform_call(Manager *m, const Statement *s, unsigned client, size_t first, size_t n) {
        bool paused = m->world->flags & WORLD_PAUSED;

        manager_inbox_add(m, &(InboxEntry) {
                                     .kind = INBOX_CALL,
                                     .statement = (uint8_t) s->type,
                                     .unit = s->unit,
                                     .client = (uint16_t) client,
                                     .group = paused ? PAUSE_GROUP : 0,
                                     .connection = paused ? (uint16_t) s->line : 0,
                                     .first = (uint16_t) first,
                                     .n = (uint16_t) n,
                             });

        if (client > 0)
                m->clients[client - 1].waiting = 1;
}

static bool job_timer_is_armed(const Unit *u) {
        return (u->job.flags | u->nop_job.flags) & JOB_HAS_TIMER;
}

/* Which of the armed timers of @u was armed first. The watchdog runs from when the service is up, so only a
 * job that starts it is older; the service's own timer begins with the state that it is in. */
static TimerKind first_timer(const Unit *u) {
        bool watchdog = u->service.flags & SERVICE_WATCHDOG_ARMED;

        if (job_timer_is_armed(u) && (!watchdog || u->job.type == JOB_START))
                return TIMER_JOB;

        return watchdog ? TIMER_WATCHDOG : service_timer_kind(u);
}

static void perform_elapse(Manager *m, NameId name, TimerKind kind) {
        Unit *u = manager_get_unit(m, name);

        if (!u)
                return;

        if (kind == TIMER_ANY)
                kind = first_timer(u);

        switch (kind) {
        case TIMER_ANY:
                break;

        case TIMER_LIMIT:
                manager_ratelimit_requeue(m, u);
                break;

        case TIMER_JOB:
                if (job_timer_is_armed(u))
                        manager_inbox_add_event(m, INBOX_JOB_TIMER, u->id);
                break;

        case TIMER_WATCHDOG:
                if (u->service.flags & SERVICE_WATCHDOG_ARMED)
                        manager_inbox_add_event(m, INBOX_WATCHDOG, u->id);
                break;

        default:
                if (service_timer_kind(u) == kind)
                        manager_inbox_add_event(m, INBOX_TIMER, u->id);
        }
}

static void perform_trigger(Manager *m, NameId name) {
        const Unit *u = manager_get_unit(m, name);

        if (u)
                manager_inbox_add_event(m, INBOX_TRIGGER, u->id);
}

static Pid perform_on_process(Manager *m, const Statement *s) {
        Pid pid = kernel_find_tag(m, s->tag);

        if (pid == 0)
                return 0;

        m->hit_tag = s->tag;
        m->hit_number = world_instances(m->layout, m->world)[pid - 1];

        switch (s->type) {
        case STATEMENT_EXIT:
                kernel_exit(m, pid, CODE_EXITED, (uint8_t) s->number);
                break;

        case STATEMENT_SIGNAL:
                kernel_kill_by_signal(m, pid, s->number);
                break;

        case STATEMENT_NOTIFY:
                kernel_notify(m, pid, s->text);
                break;

        case STATEMENT_FORK:
                (void) kernel_fork(m, pid, s->text);
                break;

        default:
                kernel_own_name(m, pid, s->text);
        }

        return pid;
}

Pid outside_perform(Manager *m, const Statement *s, unsigned client) {
        m->hit_tag = ID_NONE;
        m->hit_number = 0;

        if (statement_is_call(s->type)) {
                perform_call(m, s, client, 0, 0);
                return 0;
        }

        switch (s->type) {
        case STATEMENT_WRITE:
        case STATEMENT_LINK:
                kernel_disk_write(m, s->path, s->content);
                return 0;

        case STATEMENT_RM:
                kernel_disk_write(m, s->path, ID_NONE);
                return 0;

        case STATEMENT_ELAPSE:
                perform_elapse(m, s->unit, (TimerKind) s->number);
                return 0;

        case STATEMENT_TRIGGER:
                perform_trigger(m, s->unit);
                return 0;

        case STATEMENT_PAUSE:
                m->world->flags |= WORLD_PAUSED;
                return 0;

        case STATEMENT_RESUME:
                m->world->flags &= (uint16_t) ~WORLD_PAUSED;
                return 0;

        default:
                return perform_on_process(m, s);
        }
}

static bool line_goes_on(const Program *p, size_t pc) {
        return pc < p->n_statements && p->statements[pc].continues;
}

/* systemctl-start-unit.c:verb_start, 262: the verbs that ask for jobs hand over all units of a line at once. */
static size_t count_operations(const Manager *m, const Program *p, size_t first) {
        StatementType t = p->statements[first].type;
        size_t end = first + 1;

        if (!m->profile->enqueue_many || t < STATEMENT_START || t > STATEMENT_RELOAD)
                return 1;

        while (line_goes_on(p, end))
                end++;

        return end - first;
}

Pid outside_advance(Manager *m, unsigned client) {
        const Program *p = catalog_program(m->catalog, client);
        Client *c = client > 0 ? m->clients + client - 1 : NULL;
        uint16_t *pc = c ? &c->pc : &m->world->top_pc, first = *pc;
        size_t n = c && c->one_by_one ? 1 : count_operations(m, p, first);

        *pc = (uint16_t) (first + n);
        if (c && !line_goes_on(p, *pc))
                c->one_by_one = 0;

        if (n == 1)
                return outside_perform(m, p->statements + first, client);

        m->hit_tag = ID_NONE;
        m->hit_number = 0;
        perform_call(m, p->statements + first, client, first, n);
        return 0;
}

void outside_settle(Manager *m) {
        for (unsigned i = 0; i < SETTLE_MAX; i++) {
                Pid pid;

                manager_settle(m, SETTLE_MAX);
                if (MANAGER_CRASHED(m) || (m->world->flags & WORLD_PAUSED) || manager_is_pending(m))
                        return;

                pid = m->exits_are_told ? 0 : kernel_oldest_exiting(m);
                if (pid == 0)
                        return;

                kernel_exit(m, pid, CODE_EXITED, 0);
        }

        manager_limit(m);
}

void outside_run_statement(Manager *m, Pid *ret_hit) {
        Pid hit;

        do {
                hit = outside_advance(m, 0);

                if ((m->world->flags & WORLD_PAUSED) == 0)
                        outside_settle(m);
        } while (!MANAGER_CRASHED(m) && line_goes_on(&m->catalog->top, m->world->top_pc));

        if (ret_hit)
                *ret_hit = hit;
}
