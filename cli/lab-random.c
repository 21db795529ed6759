/* SPDX-License-Identifier: MIT */

/* Random scenarios: which of them the model gets wrong, and the shortest form of those. */

#include <string.h>

#include "cli/common.h"
#include "cli/lab.h"
#include "lab/random.h"
#include "lab/record.h"
#include "lab/shrink.h"
#include "traces/error.h"
#include "traces/scenario.h"

/* What a scenario of a batch comes to, as LAB_OUTCOME. */
#define AGREES    "agrees"
#define DISAGREES "disagrees"
#define DIFFERS   "differs from run to run"

typedef struct Batch {
        Lab *lab;
        unsigned n, agree, differ, broken;
        int status;
} Batch;

typedef struct Candidate {
        Lab *lab;
        const char *name;
} Candidate;

/* Runs it once and says in @said what the model thinks of that. */
static int run(const Candidate *c, const char *text, GString *said, char **ret_line) {
        g_autoptr(GError) error = NULL;
        g_autoptr(Catalog) catalog = scenario_parse(c->name, text, strlen(text), NULL, &error);
        g_autofree char *line = NULL;
        int status;

        if (!catalog)
                return file_error(error);
        line = lab_run_text(c->lab, c->name, text, catalog, &status);
        if (line)
                status = lab_judge(c->lab, c->name, line, said);
        if (ret_line)
                *ret_line = g_steal_pointer(&line);
        return status;
}

/* What disagrees in one run only may be a race, and cannot be shrunk. */
static bool disagrees_twice(const char *text, void *userdata) {
        const Candidate *c = userdata;
        g_autoptr(Catalog) catalog = scenario_parse(c->name, text, strlen(text), NULL, NULL);
        g_autofree char *why = catalog ? record_obstacle(catalog) : NULL;

        if (!catalog || why)
                return false;
        for (unsigned i = 0; i < 2; i++) {
                g_autoptr(GString) ignored = g_string_new(NULL);

                if (interrupted() || run(c, text, ignored, NULL) != STATUS_VIOLATED)
                        return false;
        }
        return true;
}

static void say_shortest(Candidate *c, const char *text, GString *out) {
        g_autofree char *small = shrink(text, disagrees_twice, c);
        g_autoptr(GString) said = g_string_new(NULL);

        if (run(c, small, said, NULL) == STATUS_VIOLATED)
                g_string_append_printf(out, "  the shortest that still disagrees:\n%s%s", small, said->str);
        else
                g_string_append_printf(out, "  the shortest that disagreed, twice:\n%s", small);
}

/* Once more: whose matter is it? */
static const char *look_closer(Candidate *c, const char *text, unsigned n, GString *out) {
        g_autoptr(GString) again = g_string_new(NULL);

        g_string_append_printf(out, "  again: --seed %d --only %u\n", c->lab->seed, n);
        if (run(c, text, again, NULL) == STATUS_OK) {
                g_string_append(
                        out, "  disagrees in 1 of 2 runs: a race, or a rule that shows in some hash orders\n");
                return DIFFERS;
        }
        if (!c->lab->no_minimize)
                say_shortest(c, text, out);
        return DISAGREES;
}

static void check(void *userdata, unsigned job, LabResult *ret) {
        Lab *l = ((Batch *) userdata)->lab;
        unsigned n = l->only >= 0 ? (unsigned) l->only : job;
        g_autofree char *text = random_scenario((guint32) l->seed, n),
                        *name = g_strdup_printf("random-%d-%u", l->seed, n);
        Candidate c = { l, name };
        GString *out = g_string_new(NULL);

        ret->status = run(&c, text, out, &ret->field[LAB_RECORDING]);
        if (ret->status == STATUS_OK)
                ret->field[LAB_OUTCOME] = g_strdup(AGREES);
        else if (ret->status == STATUS_VIOLATED)
                ret->field[LAB_OUTCOME] = g_strdup(look_closer(&c, text, n, out));
        ret->field[LAB_TEXT] = g_string_free(out, FALSE);
}

static bool show(void *userdata, unsigned job, const LabResult *r) {
        Batch *b = userdata;
        const char *outcome = r->field[LAB_OUTCOME], *line = r->field[LAB_RECORDING];
        g_autoptr(GString) out = g_string_new(r->field[LAB_TEXT]);

        progress_end();
        if (r->field[LAB_MESSAGES])
                fputs(r->field[LAB_MESSAGES], stderr);
        b->n++;
        b->agree += g_strcmp0(outcome, AGREES) == 0;
        b->differ += g_strcmp0(outcome, DIFFERS) == 0;
        b->broken += !outcome;
        b->status = status_worse(b->status, r->status);
        if (line)
                g_string_append(b->lab->recordings, line);
        progress("%u of %d, %u agree", b->n, b->lab->random, b->agree);
        return output_finish(out, STATUS_OK) == STATUS_OK;
}

int lab_random(Lab *l, GString *out) {
        Batch b = { .lab = l };
        const LabWork work = { .n = l->only >= 0 ? 1U : (unsigned) l->random,
                               .at_once = MIN((unsigned) l->jobs, (unsigned) MAX(l->random, 1)),
                               .run = check,
                               .done = show,
                               .userdata = &b };

        if (!lab_find_tree(l, NULL))
                return STATUS_WRONG_INPUT;
        lab_work(&work);
        progress_end();
        if (l->only >= 0)
                return b.status;
        g_string_append_printf(out, "%u of %u random scenarios agree; %u differ from run to run", b.agree, b.n,
                               b.differ);
        if (b.broken > 0)
                g_string_append_printf(out, "; %u could not be run", b.broken);
        g_string_append(out, "\n");
        return b.status;
}
