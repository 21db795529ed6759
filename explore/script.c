/* SPDX-License-Identifier: MIT */

#include "script.h"
#include "interrupts.h"

static void remember_pair(Script *s, const Manager *m, const Choice *c) {
        NameId a = MIN(c->a, c->b), b = MAX(c->a, c->b);

        asked_pairs_row(m->layout, s->asked, m->world->epoch, a)[b / 64] |= BIT(b % 64);
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
                if (c->kind == CHOICE_ORDER && s->asked)
                        remember_pair(s, m, c);
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
