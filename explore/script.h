/* SPDX-License-Identifier: MIT */
#pragma once

/* All ways that one step can go. A step asks its questions through a Chooser; a Script answers them, first all with
 * 0, and remembers how many answers each question had. The next run of the step gets the next sequence of answers, as an
 * odometer counts, until all have been tried: a depth-first walk that stores no state in the middle of a step. */

#include "model/manager.h"

#define SCRIPT_MAX 1024U

typedef struct Answer {
        uint16_t answer;
        uint16_t n;   /* there were answers 0..n-1 */
        uint8_t kind; /* ChoiceKind */
} Answer;

struct Interrupts;

typedef struct Script {
        Chooser chooser; /* first: a Chooser is a Script */
        unsigned length, position;
        bool overflow;                    /* more questions than SCRIPT_MAX: the result is incomplete */
        uint64_t *asked;                  /* see asked_pairs_row(), NULL: nobody wants to know */
        struct OrderQuestions *questions; /* all that were asked about orders, where `asked` is set */
        struct Interrupts *interrupts;    /* NULL: nothing happens in the middle of a reload */
        Answer answers[SCRIPT_MAX];
} Script;

void script_init(Script *s);

/* Before the first run of a step: no answers yet. */
void script_reset(Script *s);

/* Before every further run: goes to the next sequence of answers. False: all have been tried. */
bool script_next(Script *s);

/* Chooser.choose() of a script. */
unsigned script_choose(Chooser *self, Manager *m, const Choice *c);

/* Of which pairs of names the order mattered, alone or with others, per key: a bit for each ordered pair with the smaller
 * id first. */
static inline size_t asked_pairs_words(const WorldLayout *l) {
        return world_order_size(l);
}
static inline uint64_t *asked_pairs_row(const WorldLayout *l, uint64_t *asked, unsigned epoch, NameId name) {
        return asked + (epoch * l->n_names + name) * l->order_words;
}
