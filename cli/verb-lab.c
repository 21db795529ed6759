/* SPDX-License-Identifier: MIT */
#include <string.h>
#include <unistd.h>

#include "cli/common.h"
#include "cli/verb.h"
#include "lab/random.h"
#include "lab/record.h"
#include "lab/root.h"
#include "lab/trial.h"
#include "traces/compare.h"
#include "traces/conform.h"
#include "traces/error.h"

typedef struct Lab {
        char *root, *version, *record; /* options */
        int random, seed;
        gboolean no_minimize;
        char *actor;
        GString *recordings;
} Lab;

static const char *base_name(const char *path) {
        const char *slash = strrchr(path, '/');

        return slash ? slash + 1 : path;
}

/* NULL: said so. */
static char *find_tree(Lab *l, const char *version) {
        const Profile *p = version ? profile_find(version) : profile_default();
        g_autoptr(GError) error = NULL;
        char *tree;

        if (l->root)
                return g_canonicalize_filename(l->root, NULL);
        if (!p) {
                usage_error("lab: '%.80s' is no version; 'coldplug profiles' lists them", version);
                return NULL;
        }
        tree = root_find(p, &error);
        if (!tree)
                file_error(error);
        return tree;
}

static void append_difference(GString *out, const Recording *r, const Difference *d) {
        const Step *s = r->steps->pdata[MIN(d->step, r->steps->len) - 1];

        g_string_append_printf(out, "  first difference at step %u '%s', %s:\n", d->step, s->source, d->what);
        for (unsigned i = 0; i < d->rows->len; i++) {
                const DifferenceRow *row = d->rows->pdata[i];

                if (row->differs)
                        g_string_append_printf(out, "    %-16s real: %s   model: %s\n", row->label,
                                               row->recorded, row->predicted);
        }
}

/* Compares what was recorded with the model. */
static int judge_recording(const char *file, const char *line, GString *out) {
        g_autoptr(GError) error = NULL;
        g_autoptr(Recording) r = recording_parse(file, 0, line, strlen(line), 0, &error), predicted = NULL;
        g_autoptr(Difference) d = NULL;
        Agreement a = {};
        const Colors *c = colors();
        bool agrees;

        if (!r)
                return file_error(error);
        predicted = conform_predict(r, false);
        compare_recordings(r, predicted, &a, &d);
        agrees = a.agree[AGREE_RECORDING] == a.total[AGREE_RECORDING];
        g_string_append_printf(
                out,
                "%s · %s · PID 1 %s\n  %s%s%s the model in %u steps, %" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT
                " units, %" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT " entries\n",
                r->name, r->systemd, r->outcome == OUTCOME_CRASHED ? "crashed" : "alive",
                agrees ? c->good : c->bad, agrees ? "agrees with" : "DISAGREES with", c->off, r->steps->len,
                a.agree[AGREE_UNIT], a.total[AGREE_UNIT], a.agree[AGREE_ENTRY], a.total[AGREE_ENTRY]);
        if (d)
                append_difference(out, r, d);
        return agrees ? STATUS_OK : STATUS_VIOLATED;
}

/* Boots, runs, compares. */
static int lab_text(Lab *l, const char *file, const char *text, const Catalog *c, GString *out) {
        g_autoptr(GError) error = NULL;
        g_autofree char *tree = find_tree(l, l->version), *line = NULL;
        g_autoptr(Machine) m = NULL;

        if (!tree)
                return STATUS_WRONG_INPUT;
        m = machine_boot(tree, l->actor, &error);
        if (m)
                line = record_scenario(m, base_name(file), text, c, machine_is_enqueue_many(m), &error);
        if (!line)
                return file_error(error);
        g_string_append(l->recordings, line);
        return judge_recording(file, line, out);
}

static int lab_scenario(Lab *l, const char *file, GString *out) {
        g_autoptr(GError) error = NULL;
        size_t size;
        g_autofree char *text = scenario_read(file, &size, &error), *why = NULL;
        g_autoptr(Catalog) c = text ? scenario_parse(file, text, size, NULL, &error) : NULL;

        if (!c)
                return file_error(error);
        why = record_obstacle(c);
        if (why)
                return usage_error("lab: %s: %s", file, why);

        /* What was read has no end of its own. */
        g_autofree char *whole = g_strndup(text, size);

        return lab_text(l, file, whole, c, out);
}

static int lab_random_text(Lab *l, const char *name, const char *text, GString *out) {
        g_autoptr(GError) error = NULL;
        g_autoptr(Catalog) c = scenario_parse(name, text, strlen(text), NULL, &error);

        return c ? lab_text(l, name, text, c, out) : file_error(error);
}

/* Takes away statement by statement, from the last, while the two still disagree. */
static char *minimize(Lab *l, const char *name, const char *text) {
        char *best = g_strdup(text);
        unsigned n = 0;

        for (const char *c = text; *c; c++)
                n += *c != ' ' && (c == text || c[-1] == '\n');
        while (n > 0 && !interrupted()) {
                g_autofree char *less = random_without(best, --n);
                g_autoptr(GString) ignored = g_string_new(NULL);

                if (!less || !*less || lab_random_text(l, name, less, ignored) != STATUS_VIOLATED)
                        continue;
                g_free(best);
                best = g_steal_pointer(&less);
        }
        return best;
}

static int lab_random(Lab *l, GString *out) {
        int status = STATUS_OK;
        unsigned agree = 0, n = 0;

        for (; n < (unsigned) l->random && !interrupted(); n++) {
                g_autofree char *text = random_scenario((guint32) l->seed, n);
                g_autofree char *name = g_strdup_printf("random-%d-%u", l->seed, n);
                int one = lab_random_text(l, name, text, out);

                progress("%u of %d", n + 1, l->random);
                agree += one == STATUS_OK;
                status = status_worse(status, one);
                if (one == STATUS_VIOLATED && !l->no_minimize) {
                        g_autofree char *small = minimize(l, name, text);

                        g_string_append_printf(out, "  the shortest that still disagrees:\n%s", small);
                }
        }
        g_string_append_printf(out, "%u of %u random scenarios agree\n", agree, n);
        return status;
}

static int lab_trace(Lab *l, const char *file, GString *out) {
        static const char *const words[] = {
                [TRIAL_CONFIRMED] = "confirmed",
                [TRIAL_REFUTED] = "refuted",
                [TRIAL_NOT_STEERABLE] = "not steerable",
        };
        static const int statuses[] = {
                [TRIAL_CONFIRMED] = STATUS_OK,
                [TRIAL_REFUTED] = STATUS_VIOLATED,
                [TRIAL_NOT_STEERABLE] = STATUS_INCOMPLETE,
        };
        g_autoptr(GError) error = NULL;
        g_autoptr(Trace) t = trace_load(file, &error);
        g_autofree char *tree = NULL, *why = NULL, *line = NULL;
        Verdict v;

        if (!t)
                return file_error(error);
        tree = find_tree(l, l->version ? l->version : t->systemd);
        if (!tree)
                return STATUS_WRONG_INPUT;
        if (!trial_run(file, t, tree, l->actor, &v, &why, &line, &error))
                return file_error(error);
        if (line)
                g_string_append(l->recordings, line);
        g_string_append_printf(out, "%s · systemd %s · %s\n  %s%s%s: %s\n", t->scenario,
                               l->version ? l->version : t->systemd, t->property,
                               v == TRIAL_CONFIRMED ? colors()->good : colors()->bad, words[v], colors()->off,
                               why);
        return statuses[v];
}

/* A script, as reproduce prints them, on a fresh machine. */
static int lab_script(Lab *l, const char *file, GString *out) {
        static const char *const argv[] = { "/bin/sh", "-c",
                                            "exec /bin/sh /run/actor/script >/run/actor/out 2>&1", NULL };
        g_autoptr(GError) error = NULL;
        g_autofree char *text = NULL, *tree = find_tree(l, l->version), *said = NULL;
        g_autoptr(Machine) m = NULL;
        bool died;
        int status;

        if (!tree)
                return STATUS_WRONG_INPUT;
        if (!g_file_get_contents(file, &text, NULL, NULL))
                return usage_error("lab: %s cannot be read; name a file that can", file);
        m = machine_boot(tree, l->actor, &error);
        if (!m)
                return file_error(error);
        status = machine_run_script(m, text, argv, &said);
        died = container_dies_within(m->container, 1000);
        g_string_append_printf(out, "%s · %s\n%s  PID 1 %s\n", base_name(file), m->systemd, said,
                               died ? "died" : "lives");
        if (!died)
                g_string_append_printf(out, "  the script's status is %d\n", status);
        return died ? STATUS_OK : STATUS_VIOLATED;
}

static int lab_file(Lab *l, const char *file, GString *out) {
        if (g_str_has_suffix(file, ".json"))
                return lab_trace(l, file, out);
        if (g_str_has_suffix(file, ".sh"))
                return lab_script(l, file, out);
        return lab_scenario(l, file, out);
}

static int lab_files(Lab *l, char **files) {
        g_autoptr(GString) out = g_string_new(NULL);
        g_autoptr(GError) error = NULL;
        int status = STATUS_OK;

        l->actor = root_actor(&error);
        if (!l->actor)
                return file_error(error);
        l->recordings = g_string_new(NULL);
        interrupt_catch();
        if (l->random > 0)
                status = lab_random(l, out);
        for (char **file = files; *file && !interrupted(); file++)
                status = status_worse(status, lab_file(l, *file, out));
        if (interrupted())
                status = STATUS_INTERRUPTED;
        if (l->record && !output_write_file(l->record, l->recordings->str, l->recordings->len, &error))
                status = file_error(error);
        g_string_free(l->recordings, TRUE);
        g_free(l->actor);
        return output_finish(out, status);
}

int verb_lab(int argc, char **argv) {
        Lab l = {};
        const GOptionEntry entries[] = {
                { "systemd", 0, 0, G_OPTION_ARG_STRING, &l.version,
                  "Boot this version (default: a trace's own, else 257)", "V" },
                { "root", 0, 0, G_OPTION_ARG_FILENAME, &l.root, "Boot the systemd of the tree DIR", "DIR" },
                { "record", 0, 0, G_OPTION_ARG_FILENAME, &l.record, "Write what was seen, as recordings",
                  "FILE" },
                { "random", 0, 0, G_OPTION_ARG_INT, &l.random,
                  "Run N random scenarios, and minimize what disagrees", "N" },
                { "seed", 0, 0, G_OPTION_ARG_INT, &l.seed, "Which random scenarios (default: 0)", "S" },
                { "no-minimize", 0, 0, G_OPTION_ARG_NONE, &l.no_minimize, "Leave random scenarios as they are",
                  NULL },
                {},
        };
        int status;

        if (!options_parse("lab", entries, &argc, &argv, &status))
                return status;
        if (argc < 2 && l.random <= 0)
                status = usage_error(
                        "lab: a scenario or trace is missing; write 'coldplug lab SCENARIO|TRACE...'");
        else if (geteuid() != 0)
                status = usage_error("lab: it makes namespaces and mounts; run it as root");
        else
                status = lab_files(&l, argv + 1);
        g_free(l.version);
        g_free(l.root);
        g_free(l.record);
        return status;
}
