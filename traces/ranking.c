/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "traces/ranking.h"

/* How many rankings away a name is looked for. */
#define RANKING_DISTANCE_MAX 16

typedef struct Ranking {
        char *const *names;
        unsigned key;         /* rankings with one key agree about every name that both have */
        GPtrArray *completed; /* with the names of near rankings; made when asked for */
} Ranking;

struct Rankings {
        GArray *rankings; /* of Ranking, in the order in which they were seen */
        GArray *place[2]; /* per step and phase: of int, index of its ranking, -1: there is none at all */
};

bool is_orphan_name(const char *name) {
        return g_str_has_prefix(name, "orphaned-");
}

const Statement **scenario_first_statements(const Catalog *c, unsigned *ret_n) {
        const Statement **first = g_new0(const Statement *, c->top.n_statements + 1);
        unsigned n = 0;

        for (size_t i = 0; i < c->top.n_statements; i++)
                if (!c->top.statements[i].continues)
                        first[n++] = c->top.statements + i;
        *ret_n = n;
        return first;
}

static void add_ranking(Rankings *r, RankingPhase phase, char *const *names, unsigned key) {
        Ranking ranking = { .names = names, .key = key };
        int place = (int) r->rankings->len - 1;

        if (names) {
                g_array_append_val(r->rankings, ranking);
                place++;
        }
        /* Without one of its own: the last one that was seen. */
        g_array_append_val(r->place[phase], place);
}

Rankings *rankings_new(const Recording *recording) {
        g_autofree const Statement **statements = NULL;
        Rankings *r = g_new0(Rankings, 1);
        bool paused = false, new_key = false;
        unsigned key = 0, n;

        statements = scenario_first_statements(recording->catalog, &n);
        r->rankings = g_array_new(FALSE, FALSE, sizeof(Ranking));
        for (int phase = RANKING_BEFORE; phase <= RANKING_AFTER; phase++)
                r->place[phase] = g_array_new(FALSE, FALSE, sizeof(int));

        for (unsigned i = 0; i < recording->steps->len && i < n; i++) {
                const Step *s = recording->steps->pdata[i];

                if (statements[i]->type == STATEMENT_PAUSE)
                        paused = true;
                if (statements[i]->type == STATEMENT_RESUME)
                        paused = false;
                new_key |= statements[i]->type == STATEMENT_DAEMON_REEXEC;

                add_ranking(r, RANKING_BEFORE, s->order_before, key);
                if (new_key && !paused) {
                        key++;
                        new_key = false;
                }
                add_ranking(r, RANKING_AFTER, s->order_after, key);
        }
        return r;
}

void rankings_free(Rankings *r) {
        if (!r)
                return;
        for (unsigned i = 0; i < r->rankings->len; i++)
                g_clear_pointer(&g_array_index(r->rankings, Ranking, i).completed, g_ptr_array_unref);
        g_array_unref(r->rankings);
        g_array_unref(r->place[RANKING_BEFORE]);
        g_array_unref(r->place[RANKING_AFTER]);
        g_free(r);
}

static int find_name(const GPtrArray *names, const char *name) {
        for (unsigned i = 0; i < names->len; i++)
                if (g_str_equal(names->pdata[i], name))
                        return (int) i;
        return -1;
}

/* Where the first of @names belongs when nothing before it is known: before the first of the others that is
 * there. */
static int place_before_successor(const GPtrArray *completed, char *const *names) {
        for (; *names; names++) {
                int place = find_name(completed, *names);

                if (place >= 0)
                        return place;
        }
        return (int) completed->len;
}

static void add_missing_names(GPtrArray *completed, char *const *names) {
        int last = -1;

        for (; *names; names++) {
                int place = find_name(completed, *names);

                if (place < 0) {
                        place = last >= 0 ? last + 1 : place_before_successor(completed, names + 1);
                        g_ptr_array_insert(completed, place, *names);
                }
                last = place;
        }
}

static GPtrArray *complete(const Rankings *r, int place) {
        const Ranking *here = &g_array_index(r->rankings, Ranking, place);
        GPtrArray *completed = g_ptr_array_new();

        add_missing_names(completed, here->names);
        for (int distance = 1; distance <= RANKING_DISTANCE_MAX; distance++)
                for (int i = place - distance; i <= place + distance; i += 2 * distance) {
                        const Ranking *other = i >= 0 && i < (int) r->rankings->len
                                                       ? &g_array_index(r->rankings, Ranking, i)
                                                       : NULL;

                        if (other && other->key == here->key)
                                add_missing_names(completed, other->names);
                }
        return completed;
}

const GPtrArray *rankings_get(Rankings *r, unsigned step, RankingPhase phase) {
        unsigned n = r->place[phase]->len;
        Ranking *ranking;
        int place;

        if (r->rankings->len == 0)
                return NULL;
        /* Before the first ranking, the first; behind the recording's last step, the last. */
        place = n == 0 ? 0 : MAX(g_array_index(r->place[phase], int, MIN(step, n - 1)), 0);
        ranking = &g_array_index(r->rankings, Ranking, place);
        if (!ranking->completed)
                ranking->completed = complete(r, place);
        return ranking->completed;
}
