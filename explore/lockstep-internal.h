/* SPDX-License-Identifier: MIT */
#pragma once

#include "lockstep.h"
#include "world-pool.h"

/* A step of a schedule. */
typedef enum MoveKind { MOVE_TOP, MOVE_STATEMENT, MOVE_EXIT, MOVE_DISPATCH } MoveKind;

typedef struct Move {
        uint8_t kind;
        uint16_t client; /* STATEMENT */
        TextId tag;      /* EXIT: of TAG.N */
        uint16_t number;
        uint32_t answers, n_answers; /* to questions that are not about orders: uint16_t, in Moves.answers */
} Move;

/* The event that @move is in the world that @m is bound to. False: it is not possible there. */
bool move_to_event(Manager *m, const Move *move, Event *ret);

/* The answers to all questions but those about orders. */
#define FIXED_MAX 64U
typedef struct FixedAnswers {
        unsigned n, position;
        uint16_t answer[FIXED_MAX], arity[FIXED_MAX];
        bool overflow;
} FixedAnswers;

unsigned fixed_answer(FixedAnswers *f, const Choice *c);

/* The next sequence of answers; false: all have been tried. */
bool fixed_next(FixedAnswers *f);

/* So many events between two operations of the top level are no settling. */
#define TOP_EVENTS_MAX 20000U

/* lockstep-route.c: @moves (of Move) under the order that @rows (as of world_order()) know. */
GArray *lockstep_route(const Search *s, const GArray *moves, const GArray *answers, const uint64_t *rows);
