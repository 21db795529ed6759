/* SPDX-License-Identifier: MIT */
#include "traces/conform.h"
#include "model/manager.h"
#include "model/outside.h"
#include "model/tables.h"
#include "traces/observe.h"
#include "traces/ranking.h"

typedef struct Replay {
        const Recording *given;
        Recording *prediction;
        WorldLayout layout;
        Manager *manager;
        World *world, *scratch;
        Rankings *rankings;
        uint16_t *rank[2];    /* by phase and name: its place; UINT16_MAX: none */
        const char **orphans; /* by name: what the recording calls this orphan of the model; NULL: not known */
        unsigned n_step;
        Step *step; /* NULL while PID 1 starts */
        bool with_notes;
        GPtrArray *journal; /* NULL: not wanted */
} Replay;

typedef struct ReplayObserver {
        Observer observer;
        Replay *replay;
} ReplayObserver;

/* Orphans. Their names are made up, by systemd and by the model; rankings have the former. */

static bool orphan_is_known(const Replay *r, const char *orphan) {
        for (size_t n = 0; n < r->given->catalog->n_names; n++)
                if (g_strcmp0(r->orphans[n], orphan) == 0)
                        return true;
        return false;
}

/* Gives the name @orphan to the first of the model's orphan names that has none: of those that are there, or of
 * those that the next orphans get. */
static void match_orphan(Replay *r, const char *orphan, bool is_there) {
        const Catalog *c = r->given->catalog;

        for (size_t n = c->n_names - c->n_orphan_names; n < c->n_names; n++)
                if (c->names[n].is_orphan && !r->orphans[n] && (r->manager->names[n] != UNIT_NONE) == is_there &&
                    c->names[n].type == unit_name_to_type(orphan)) {
                        r->orphans[n] = orphan;
                        return;
                }
}

static void match_orphans(Replay *r, char *const *order, bool are_there) {
        for (; order && *order; order++)
                if (is_orphan_name(*order) && !orphan_is_known(r, *order))
                        match_orphan(r, *order, are_there);
}

/* Names of orphans that are gone are used again. When several came at once the match was a guess: one that is
 * not in the next order was wrong. */
static void forget_orphans(Replay *r, char *const *order_before) {
        for (size_t n = 0; n < r->given->catalog->n_names; n++)
                if (r->manager->names[n] == UNIT_NONE ||
                    (r->orphans[n] && order_before &&
                     !g_strv_contains((const char *const *) order_before, r->orphans[n])))
                        r->orphans[n] = NULL;
}

/* Orders */

static void fill_rank(Replay *r, RankingPhase phase) {
        const GPtrArray *ranking = rankings_get(r->rankings, r->n_step, phase);
        const Catalog *c = r->given->catalog;

        for (size_t n = 0; n < c->n_names; n++) {
                const char *name = r->orphans[n] ? r->orphans[n] : c->names[n].name;

                r->rank[phase][n] = UINT16_MAX;
                for (unsigned i = 0; ranking && i < ranking->len; i++)
                        if (g_str_equal(ranking->pdata[i], name)) {
                                r->rank[phase][n] = (uint16_t) MIN(i, UINT16_MAX - 1U);
                                break;
                        }
        }
}

static void set_orders(Replay *r) {
        const Step *given = r->n_step < r->given->steps->len ? r->given->steps->pdata[r->n_step] : NULL;

        forget_orphans(r, given ? given->order_before : NULL);
        if (given) {
                match_orphans(r, given->order_before, true);
                match_orphans(r, given->order_after, false);
                r->step->order_before = g_strdupv(given->order_before);
                r->step->order_after = g_strdupv(given->order_after);
        }
        fill_rank(r, RANKING_BEFORE);
        fill_rank(r, RANKING_AFTER);
        r->manager->rank = r->rank[RANKING_BEFORE];
        r->manager->rank_after = r->rank[RANKING_AFTER];
        r->world->epoch = 0; /* the keys are the recording's matter */
}

/* What no ranking decides; the manager counts these questions itself. */
static unsigned choose(Chooser *self, Manager *m, const Choice *choice) {
        return 0;
}

/* What the model does */

static void note(Observer *self, Manager *m, const char *function, NameId unit, const char *text) {
        Replay *r = ((ReplayObserver *) self)->replay;

        if (r->with_notes && r->step)
                g_ptr_array_add(r->step->notes,
                                g_strdup_printf("%s: %s%s%s", function, catalog_name_str(m->catalog, unit),
                                                unit == ID_NONE ? "" : ": ", text));
}

static void note_stream(Observer *self, Manager *m, const char *text, size_t size) {
        Replay *r = ((ReplayObserver *) self)->replay;

        if (!r->step)
                return;
        g_clear_pointer(&r->step->stream, g_ptr_array_unref);
        r->step->stream = observe_stream(m->catalog, text, size);
}

static void note_entry(Observer *self, Manager *m, const char *name, NameId applied_to) {
        note(self, m, "entry", applied_to, name);
}

static void note_log(Observer *self, Manager *m, const char *text) {
        Replay *r = ((ReplayObserver *) self)->replay;

        if (r->journal)
                g_ptr_array_add(r->journal, g_strdup(text));
}

static void replay_start(Replay *r, Chooser *chooser, ReplayObserver *observer) {
        const Catalog *c = r->given->catalog;

        world_layout(c, &r->layout);
        r->world = world_new(&r->layout);
        r->scratch = world_new(&r->layout);
        r->orphans = g_new0(const char *, c->n_names);
        r->rank[RANKING_BEFORE] = g_new(uint16_t, c->n_names);
        r->rank[RANKING_AFTER] = g_new(uint16_t, c->n_names);
        r->rankings = rankings_new(r->given);
        r->manager = manager_new(c, &r->layout, r->given->profile);
        r->manager->chooser = chooser;
        r->manager->observer = &observer->observer;
        fill_rank(r, RANKING_BEFORE);
        r->manager->rank = r->rank[RANKING_BEFORE];
        manager_bind(r->manager, r->world);
        manager_startup(r->manager);
        outside_settle(r->manager);
}

static void replay_end(Replay *r) {
        r->prediction->alternatives = r->manager->alternatives;
        r->prediction->limit = r->world->flags & WORLD_LIMIT;
        r->prediction->outcome = MANAGER_CRASHED(r->manager) ? OUTCOME_CRASHED : OUTCOME_ALIVE;
        manager_free(r->manager);
        rankings_free(r->rankings);
        g_free(r->rank[RANKING_BEFORE]);
        g_free(r->rank[RANKING_AFTER]);
        g_free(r->orphans);
        g_free(r->scratch);
        g_free(r->world);
}

static bool names_a_process(StatementType t) {
        return t == STATEMENT_EXIT || t == STATEMENT_SIGNAL || t == STATEMENT_NOTIFY;
}

/* The harness read orphans with `systemctl show`, which makes PID 1 look for their files; a dead one is
 * collected then. */
static void look_at_orphans(Manager *m) {
        for (size_t n = 0; n < m->catalog->n_names; n++)
                if (m->catalog->names[n].is_orphan && m->names[n] != UNIT_NONE)
                        manager_read_properties(m, (NameId) n);
        outside_settle(m);
}

static void replay_statement(Replay *r, const Statement *s) {
        Manager *m = r->manager;

        r->step = recording_add_step(r->prediction, s->source);
        if (r->with_notes)
                r->step->notes = g_ptr_array_new_with_free_func(g_free);
        set_orders(r);

        m->hit_tag = ID_NONE;
        m->exits_are_told = r->given->told_from > 0 && r->n_step + 1 >= r->given->told_from;
        outside_run_statement(m, NULL);

        r->step->hits_process = names_a_process(s->type);
        if (r->step->hits_process && m->hit_tag != ID_NONE)
                r->step->process =
                        g_strdup_printf("%s.%u", catalog_text_str(m->catalog, m->hit_tag), m->hit_number);
        /* Only a reload of its own is captured; one inside of a pause happens at the resume. */
        if (s->type != STATEMENT_DAEMON_RELOAD && s->type != STATEMENT_DAEMON_REEXEC)
                g_clear_pointer(&r->step->stream, g_ptr_array_unref);
        if (MANAGER_CRASHED(m))
                return;
        if (!(r->world->flags & WORLD_PAUSED)) {
                look_at_orphans(m);
                r->step->after = observe(m, r->given->stand_ins);
        }
        world_normalize(&r->layout, r->world, r->scratch);
}

Recording *conform_predict(const Recording *given, bool with_notes) {
        g_autofree const Statement **statements = NULL;
        Replay r = { .given = given, .with_notes = with_notes };
        Chooser chooser = { .choose = choose };
        ReplayObserver observer = {
                { .note = note, .stream = note_stream, .entry = note_entry, .log = note_log }, &r
        };
        unsigned n;

        r.prediction = g_new0(Recording, 1);
        r.prediction->predicted = true;
        r.prediction->steps = recording_steps_new();
        r.prediction->file = g_strdup(given->file);
        r.prediction->line = given->line;
        r.prediction->name = g_strdup(given->name);
        r.prediction->systemd = g_strdup(given->systemd);
        r.prediction->profile = given->profile;
        r.prediction->scenario = g_strdup(given->scenario);
        r.prediction->told_from = given->told_from;
        r.prediction->stand_ins = given->stand_ins;

        statements = scenario_first_statements(given->catalog, &n);
        r.journal = given->journal ? g_ptr_array_new() : NULL;
        replay_start(&r, &chooser, &observer);
        for (; r.n_step < n && !MANAGER_CRASHED(r.manager); r.n_step++)
                replay_statement(&r, statements[r.n_step]);
        replay_end(&r);
        if (r.journal) {
                g_ptr_array_add(r.journal, NULL);
                r.prediction->journal = (char **) g_ptr_array_free(r.journal, FALSE);
        }
        return r.prediction;
}
