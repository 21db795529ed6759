/* SPDX-License-Identifier: MIT */
#pragma once

/* A proof by execution that a reload does not depend on the order of the unit table: in each state in the middle of it, any two
 * entries that are left may be read in either order, and any two units be coldplugged, or looked at in catchup, in either order.
 *
 * Where all pairs commute there is one state for each set of entries that were read, so each set is looked at once. That is enough for
 * the orders to make no difference, but not necessary: what two entries leave different may be overwritten later. Nothing
 * happens from outside in the middle of these reloads, as in the schedules of order-independent. */

#include "search.h"
#include "traces/snapshot.h"

typedef enum CommutePhase {
        COMMUTE_READ,     /* entries of the stream */
        COMMUTE_COLDPLUG, /* units */
        COMMUTE_CATCHUP,
        _COMMUTE_PHASE_MAX,
} CommutePhase;

typedef enum CommuteResult {
        COMMUTE_HOLDS,
        COMMUTE_FAILS,
        COMMUTE_TOO_LARGE, /* more than can be tried, or not all worlds are known */
} CommuteResult;

typedef struct Commute {
        CommuteResult result;
        bool exhaustive; /* HOLDS: all pairs were tried; else only those that have to do with each other (order-relevance.c) */
        bool one_schedule; /* HOLDS: systemd leaves something to pointers or the kernel; only one way was tried */
        uint64_t n_reloads; /* different worlds in which PID 1 reloads or executes itself again */
        uint64_t n_states;  /* in the middle of these */
        uint64_t n_pairs;   /* of entries or units, in each state in which both are left */
        uint64_t n_runs;    /* reloads that were executed */

        /* FAILS: after those in `before` (of NameId), these two do not commute. */
        CommutePhase phase;
        NameId first, second;
        GArray *before;
        bool in_queue; /* all that does commute, but not the units that wait in a queue when it is over; no names then */
        bool loses_place; /* the reader takes something for an entry that is none */
        GPtrArray
                *differences; /* Change: old is `first` before `second`, new the other way round; may be empty */
        bool same_end;        /* and yet the reload ends in the same world */
        char *text;           /* "syslog.service and rsyslog.service do not commute: ..." */
        char *sentence;       /* the whole result */
} Commute;

/* @s is finished. @order_independent: that property was found to hold. */
Commute *commute_check(const Search *s, bool order_independent);
void commute_free(Commute *c);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Commute, commute_free)
