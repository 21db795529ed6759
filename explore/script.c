/* SPDX-License-Identifier: MIT */

#include "script.h"
#include "interrupts.h"
#include "questions.h"

static void remember_pair(Script *s, const Manager *m, NameId x, NameId y) {
        NameId a = MIN(x, y), b = MAX(x, y);

        asked_pairs_row(m->layout, s->asked, m->world->epoch, a)[b / 64] |= BIT(b % 64);
}

static void remember_question(Script *s, const Manager *m, const Choice *c) {
        const NameId pair[] = { c->a, c->b }, *names = c->kind == CHOICE_ORDER ? pair : c->among;
        unsigned n = c->kind == CHOICE_ORDER ? 2 : c->n_among;

        for (unsigned i = 0; i < n; i++)
                for (unsigned j = 0; j < i; j++)
                        remember_pair(s, m, names[i], names[j]);
        order_questions_add(s->questions, m->world->epoch, c->kind, names, n);
}

unsigned script_choose(Chooser *self, Manager *m, const Choice *c) {
        Script *s = (Script *) self;

        if (c->n <= 1)
                return 0;
        if (s->position == SCRIPT_MAX) {
                s->overflow = true;
                return 0;
        }
        if (s->position == s->length) {
                s->answers[s->length++] =
                        (Answer) { .answer = 0, .n = (uint16_t) c->n, .kind = (uint8_t) c->kind };
                if (choice_is_order(c->kind) && s->asked)
                        remember_question(s, m, c);
        }
        return s->answers[s->position++].answer;
}

static void script_observation_point(Chooser *self, Manager *m, const char *where, NameId name) {
        Script *s = (Script *) self;

        if (s->interrupts)
                interrupts_observe(s->interrupts, m, where, name);
}

void script_init(Script *s) {
        s->chooser = (Chooser) { .choose = script_choose, .observation_point = script_observation_point };
        s->asked = NULL;
        s->questions = NULL;
        s->interrupts = NULL;
        script_reset(s);
}

void script_reset(Script *s) {
        s->length = s->position = 0;
        s->overflow = false;
}

bool script_next(Script *s) {
        /* What the last run did not ask for again is stale. */
        s->length = s->position;
        s->position = 0;
        s->overflow = false;

        for (; s->length > 0; s->length--) {
                Answer *last = s->answers + s->length - 1;

                if (last->answer + 1U < last->n) {
                        last->answer++;
                        return true;
                }
        }
        return false;
}
