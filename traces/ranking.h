/* SPDX-License-Identifier: MIT */
#pragma once

/* The hash orders that a recording has, as rankings of names.
 *
 * D-Bus ListUnits shows an order only at rest, so a unit that lived in between has no place in it. The key of
 * the table stays the same until a reexec, so such a name is put where a near ranking of the same key has it;
 * see design.md, "What a recording fixes". */

#include "traces/recording.h"

typedef struct Rankings Rankings;

typedef enum RankingPhase {
        RANKING_BEFORE, /* serialization */
        RANKING_AFTER,  /* from then on */
} RankingPhase;

/* Reads only the orders of @r's steps; @r must outlive it. */
Rankings *rankings_new(const Recording *r);
void rankings_free(Rankings *r);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Rankings, rankings_free)

/* The names in their order, for this phase of this step; NULL when there is no ranking at all. Some names may be
 * those of orphans, which only this recording has. */
const GPtrArray *rankings_get(Rankings *r, unsigned step, RankingPhase phase);

/* 262 makes up the names of orphans. */
bool is_orphan_name(const char *name);

/* The first statement of each line of the scenario, in their order; free with g_free(). */
const Statement **scenario_first_statements(const Catalog *c, unsigned *ret_n);
