/* SPDX-License-Identifier: MIT */

#include <string.h>

#include "retake.h"
#include "traces/process-name.h"

static void retake_observe(Chooser *self, Manager *m, const char *where, NameId name) {
        interrupts_observe(&((Retake *) (void *) self)->interrupts, m, where, name);
}

void retake_init(Retake *r, const Search *s, unsigned (*choose)(Chooser *self, Manager *m, const Choice *c)) {
        *r = (Retake) {
                .chooser = { .choose = choose, .observation_point = retake_observe },
                .search = s,
                .m = manager_new(s->catalog, &s->layout, s->profile),
                .world = g_memdup2(s->boot, s->layout.size),
                .scratch = world_new(&s->layout),
                .answers = g_array_new(FALSE, FALSE, sizeof(Answer)),
                .route = route_new(),
        };
        interrupts_init(&r->interrupts, s->catalog);
        r->m->chooser = &r->chooser;
        manager_bind(r->m, r->world);
}

GArray *retake_finish(Retake *r) {
        interrupts_clear(&r->interrupts);
        manager_free(r->m);
        g_free(r->world);
        g_free(r->scratch);
        g_array_unref(r->answers);
        return g_steal_pointer(&r->route);
}

unsigned retake_answer(Retake *r, const Choice *c, unsigned answer) {
        Answer a = { .n = (uint16_t) c->n, .kind = (uint8_t) c->kind, .answer = (uint16_t) answer };

        g_array_append_val(r->answers, a);
        return a.answer;
}

void perform_with_interrupts(Interrupts *i, Manager *m, Event e) {
        bool interrupted = e.kind == EVENT_INTERRUPTED;

        if (interrupted)
                (void) interrupts_possible(i, m);
        interrupts_start(i, m, interrupted);
        event_perform(m, e);
        interrupts_stop(i, m);
}

void retake_event(Retake *r, Event e, bool top_level) {
        g_array_set_size(r->answers, 0);
        perform_with_interrupts(&r->interrupts, r->m, e);
        world_normalize(&r->search->layout, r->world, r->scratch);
        route_append(r->route, &(RouteStep) {
                                       .event = e,
                                       .top_level = top_level,
                                       .n_answers = r->answers->len,
                                       .answers = (Answer *) (void *) r->answers->data,
                               });
}

void retake_skip(Retake *r, uint16_t client, const char *process) {
        route_append(r->route, &(RouteStep) { .skipped = true, .client = client, .process = (char *) process });
}

Pid retake_find_exiting(const Retake *r, const char *process) {
        for (Pid pid = 1; process && pid <= r->m->layout->n_processes; pid++) {
                g_autofree char *name = NULL;

                if (!process_can_exit(r->m->processes + pid - 1))
                        continue;
                name = process_name(r->m, pid);
                if (strcmp(name, process) == 0)
                        return pid;
        }
        return 0;
}

bool retake_is_actor(const Retake *r, const TraceInterrupt *t, const Interrupt *in) {
        if (in->client != ID_NONE)
                return g_strcmp0(t->client, r->search->catalog->clients[in->client].name) == 0;

        g_autofree char *process = process_name(r->m, in->pid);
        return !t->client && g_strcmp0(t->process, process) == 0;
}
