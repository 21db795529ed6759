/* SPDX-License-Identifier: MIT */
#pragma once

/* One reload with given orders, and the worlds that it goes through. */

#include "commute.h"

#define PROBE_MAX 128U /* entries or units of a reload */

/* What is walked through in one phase. */
typedef struct ProbeList {
        unsigned n;
        NameId ids[PROBE_MAX];
        bool matters[PROBE_MAX][PROBE_MAX]; /* by place: the model thinks that the order of the two may matter */
} ProbeList;

typedef struct Probe Probe;

Probe *probe_new(const Search *s);
void probe_free(Probe *p);

/* In one of the reloads so far a capacity of the model was exceeded. */
bool probe_is_limited(const Probe *p);
/* One of them left something to pointers or the kernel (CHOICE_SCHEDULE), of which only the first way was tried. */
bool probe_had_schedules(const Probe *p);

/* The world to reload: a copy of @w that knows nothing of orders and clients. Returns its fingerprint. */
Fingerprint probe_start(Probe *p, const World *w);

/* The entries and units of the reload, in the order of their ids. @ret_runs are where the groups of entries begin that are written one
 * after another in any case. False: there are too many, or PID 1 does not survive the reload. */
bool probe_list(Probe *p, ProbeList ret[static _COMMUTE_PHASE_MAX], size_t *ret_runs, size_t *ret_n_runs);

/* Reloads with the @n elements of @phase in the order @ids. ret[i] is the state after i of them. False: the reader lost its place, or it
 * was not possible to have that order. */
bool probe_run(Probe *p, CommutePhase phase, const NameId *ids, unsigned n, Fingerprint *ret);

typedef struct ProbeLook {
        GPtrArray *rows,
                *stated; /* in words: the state after some elements; in what state the entries say that units were */
        Fingerprint end; /* of the world in which the reload ends */
} ProbeLook;

/* The same; looks at the state after @after elements. */
void probe_look(Probe *p, CommutePhase phase, const NameId *ids, unsigned n, unsigned after, ProbeLook *ret);

/* Whether the order of the units that wait for the collector, or for a cgroup, makes no difference to what the dispatch after the reload
 * does; it is left out of the states. *ret_all: all orders were tried. */
bool probe_queues_commute(Probe *p, bool *ret_all);
