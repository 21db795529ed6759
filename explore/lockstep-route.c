/* SPDX-License-Identifier: MIT */

#include <string.h>

#include "lockstep-internal.h"

bool move_to_event(Manager *m, const Move *move, Event *ret) {
        switch ((MoveKind) move->kind) {
        case MOVE_TOP:
                *ret = (Event) { .kind = EVENT_TOP };
                break;
        case MOVE_STATEMENT:
                *ret = (Event) { .kind = EVENT_STATEMENT, .actor = move->client };
                break;
        case MOVE_EXIT:
                for (size_t i = 0; i < m->layout->n_processes; i++)
                        if (m->processes[i].tag == move->tag &&
                            world_instances(m->layout, m->world)[i] == move->number) {
                                *ret = (Event) { .kind = EVENT_EXIT, .actor = (uint16_t) (i + 1) };
                                return event_is_possible(m, *ret);
                        }
                return false;
        case MOVE_DISPATCH:
                *ret = (Event) { .kind = EVENT_DISPATCH };
                break;
        }
        return event_is_possible(m, *ret);
}

unsigned fixed_answer(FixedAnswers *f, const Choice *c) {
        unsigned i = f->position;

        if (i == FIXED_MAX) {
                f->overflow = true;
                return 0;
        }
        f->position++;
        if (i >= f->n) {
                f->n = i + 1;
                f->answer[i] = f->arity[i] = 0;
        }
        f->arity[i] = (uint16_t) MAX(f->arity[i], c->n);
        return f->answer[i] < c->n ? f->answer[i] : 0;
}

bool fixed_next(FixedAnswers *f) {
        for (; f->n > 0; f->n--)
                if (f->answer[f->n - 1] + 1U < f->arity[f->n - 1]) {
                        f->answer[f->n - 1]++;
                        return true;
                }
        return false;
}

/* Answers as the schedule and the order say, and remembers the answers. */
typedef struct Follower {
        Chooser chooser;
        const uint64_t *rows;
        const uint16_t *fixed;
        unsigned n_fixed, position;
        GArray *answers; /* Answer */
} Follower;

static bool rows_have(const WorldLayout *l, const uint64_t *rows, unsigned epoch, NameId a, NameId b) {
        return (rows[(epoch * l->n_names + a) * l->order_words + b / 64] & BIT(b % 64)) != 0;
}

/* Which of the names that can be the first or last it is. */
static unsigned find_end(const Manager *m, const uint64_t *rows, const Choice *c) {
        unsigned end = 0;

        for (unsigned i = 1; i < c->n; i++) {
                NameId a = c->kind == CHOICE_FIRST ? c->names[i] : c->names[end],
                       b = c->kind == CHOICE_FIRST ? c->names[end] : c->names[i];

                if (rows_have(m->layout, rows, m->world->epoch, a, b))
                        end = i;
        }
        return end;
}

static unsigned follower_choose(Chooser *self, Manager *m, const Choice *c) {
        Follower *f = (Follower *) self;
        Answer a = { .n = (uint16_t) c->n, .kind = (uint8_t) c->kind };

        if (c->n <= 1)
                return 0;
        if (c->kind == CHOICE_ORDER)
                a.answer = rows_have(m->layout, f->rows, m->world->epoch, c->b, c->a);
        else if (choice_is_order(c->kind))
                a.answer = (uint16_t) find_end(m, f->rows, c);
        else if (f->position < f->n_fixed) {
                a.answer = f->fixed[f->position++];
                if (a.answer >= c->n)
                        a.answer = 0;
        }
        g_array_append_val(f->answers, a);
        return a.answer;
}

typedef struct RouteMaker {
        const Search *search;
        Manager *m;
        World *world, *scratch;
        Follower follower;
        GArray *route;
} RouteMaker;

static void take(RouteMaker *r, Event e, bool top_level) {
        g_array_set_size(r->follower.answers, 0);
        event_perform(r->m, e);
        world_normalize(&r->search->layout, r->world, r->scratch);
        route_append(r->route, &(RouteStep) {
                                       .event = e,
                                       .top_level = top_level,
                                       .n_answers = r->follower.answers->len,
                                       .answers = (Answer *) (void *) r->follower.answers->data,
                               });
}

static void take_top_level(RouteMaker *r) {
        Event e;
        bool done = false;

        for (unsigned i = 0; i < TOP_EVENTS_MAX && events_enumerate(r->m, true, &e) > 0; i++) {
                if (e.kind == EVENT_TOP && done)
                        return;
                done = done || e.kind == EVENT_TOP;
                take(r, e, true);
        }
}

static void skip(RouteMaker *r, const Move *move) {
        g_autofree char *process = NULL;

        if (move->kind == MOVE_DISPATCH)
                return;
        if (move->kind == MOVE_EXIT)
                process =
                        g_strdup_printf("%s.%u", catalog_text_str(r->search->catalog, move->tag), move->number);
        route_append(r->route, &(RouteStep) {
                                       .skipped = true,
                                       .client = move->kind == MOVE_STATEMENT ? move->client : ID_NONE,
                                       .process = process,
                               });
}

GArray *lockstep_route(const Search *s, const GArray *moves, const GArray *answers, const uint64_t *rows) {
        RouteMaker r = {
                .search = s,
                .m = manager_new(s->catalog, &s->layout, s->profile),
                .world = g_memdup2(s->boot, s->layout.size),
                .scratch = world_new(&s->layout),
                .follower = { .chooser = { .choose = follower_choose }, .rows = rows },
                .route = route_new(),
        };

        r.follower.answers = g_array_new(FALSE, FALSE, sizeof(Answer));
        r.m->chooser = &r.follower.chooser;
        manager_bind(r.m, r.world);
        for (guint i = 0; i < moves->len; i++) {
                const Move *move = &g_array_index(moves, Move, i);
                Event e;

                r.follower.fixed = move->n_answers > 0 ? &g_array_index(answers, uint16_t, move->answers) : NULL;
                r.follower.n_fixed = move->n_answers;
                r.follower.position = 0;
                if (move->kind == MOVE_TOP)
                        take_top_level(&r);
                else if (move_to_event(r.m, move, &e))
                        take(&r, e, false);
                else
                        skip(&r, move);
        }

        g_array_unref(r.follower.answers);
        manager_free(r.m);
        g_free(r.world);
        g_free(r.scratch);
        return r.route;
}
