/* SPDX-License-Identifier: MIT */

/* One file on a real systemd. */

#include <string.h>

#include "cli/common.h"
#include "cli/lab.h"
#include "lab/record.h"
#include "lab/root.h"
#include "lab/trial.h"
#include "traces/conform.h"
#include "traces/error.h"

static const char *base_name(const char *path) {
        const char *slash = strrchr(path, '/');

        return slash ? slash + 1 : path;
}

static void set_field(LabResult *r, LabField field, const char *text) {
        g_free(r->field[field]);
        r->field[field] = g_strdup(text);
}

/* The comparison of a recording with the model */

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

static int judge(const Lab *l, const char *file, const char *line, GString *out, LabResult *ret) {
        g_autoptr(GError) error = NULL;
        g_autoptr(Recording) r = recording_parse(file, 0, line, strlen(line), 0, &error), predicted = NULL;
        g_autoptr(Difference) d = NULL;
        Agreement a = {};
        const Colors *c = colors();
        bool agrees;

        if (!r)
                return file_error(error);
        r->profile = lab_profile(l, r->profile);
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
        set_field(ret, LAB_SYSTEMD, r->systemd);
        set_field(ret, LAB_OUTCOME, agrees ? "agrees" : "disagrees");
        ret->field[LAB_DIFFERENCE] = d ? lab_report_difference(r, d) : NULL;
        return agrees ? STATUS_OK : STATUS_VIOLATED;
}

int lab_judge(const Lab *l, const char *name, const char *line, GString *out) {
        g_auto(LabResult) ignored = {};

        return judge(l, name, line, out, &ignored);
}

/* Scenarios */

char *lab_run_text(Lab *l, const char *name, const char *text, const Catalog *c, int *ret_status) {
        const char *tree = lab_find_tree(l, NULL);
        g_autoptr(GError) error = NULL;
        g_autoptr(Machine) m = NULL;
        char *line = NULL;

        *ret_status = STATUS_WRONG_INPUT;
        if (!tree)
                return NULL;
        m = machine_boot(tree, l->actor, &error);
        if (m)
                line = record_scenario(m, name, text, c, machine_is_enqueue_many(m), &error);
        *ret_status = line ? STATUS_OK : file_error(error);
        return line;
}

static void lab_scenario(Lab *l, const char *file, GString *out, LabResult *ret) {
        g_autoptr(GError) error = NULL;
        size_t size;
        g_autofree char *given = scenario_read(file, &size, &error), *why = NULL;
        g_autoptr(Catalog) c = given ? scenario_parse(file, given, size, NULL, &error) : NULL;
        /* What was read has no end of its own. */
        g_autofree char *text = g_strndup(given ? given : "", given ? size : 0);

        if (!c) {
                ret->status = file_error(error);
                return;
        }
        why = record_obstacle(c);
        if (why) {
                warn("%s: %s", file, why);
                ret->status = STATUS_WRONG_INPUT;
                return;
        }
        ret->field[LAB_RECORDING] = lab_run_text(l, base_name(file), text, c, &ret->status);
        if (ret->field[LAB_RECORDING])
                ret->status = judge(l, file, ret->field[LAB_RECORDING], out, ret);
}

/* Traces */

/* Which systemd it was, as the run says or as it was wanted. */
static char *systemd_of(const char *file, const char *line, const char *wanted) {
        g_autoptr(Recording) r = line ? recording_parse(file, 0, line, strlen(line), 0, NULL) : NULL;

        return r ? g_strdup(r->systemd) : g_strdup_printf("systemd %s", wanted);
}

static void lab_trace(Lab *l, const char *file, GString *out, LabResult *ret) {
        static const struct {
                const char *word;
                int status;
        } verdicts[] = {
                [TRIAL_CONFIRMED] = { "confirmed", STATUS_OK },
                [TRIAL_REFUTED] = { "refuted", STATUS_VIOLATED },
                [TRIAL_NOT_STEERABLE] = { "not steerable", STATUS_INCOMPLETE },
        };
        g_autoptr(GError) error = NULL;
        g_autoptr(Trace) t = trace_load(file, &error);
        g_autofree char *why = NULL;
        const char *wanted = t && !l->version ? t->systemd : l->version, *tree;
        const Profile *profile;
        TrialVerdict v;

        if (!t) {
                ret->status = file_error(error);
                return;
        }
        set_field(ret, LAB_SCENARIO, t->scenario);
        set_field(ret, LAB_PROPERTY, t->property);
        tree = lab_find_tree(l, wanted);
        if (!tree)
                return;
        profile = lab_profile(l, root_profile(root_version(tree)));
        if (!trial_run(file, t, tree, profile, l->actor, &v, &why, &ret->field[LAB_RECORDING], &error)) {
                ret->status = file_error(error);
                return;
        }
        ret->status = verdicts[v].status;
        ret->field[LAB_SYSTEMD] = systemd_of(file, ret->field[LAB_RECORDING], wanted);
        set_field(ret, LAB_OUTCOME, verdicts[v].word);
        set_field(ret, LAB_REASON, why);
        g_string_append_printf(out, "%s · %s · %s\n  %s%s%s: %s\n", t->scenario, ret->field[LAB_SYSTEMD],
                               t->property, v == TRIAL_CONFIRMED ? colors()->good : colors()->bad,
                               verdicts[v].word, colors()->off, why);
}

/* A script, as reproduce prints them, on a fresh machine: what its exit status says, see lab/reproduce.h. Of one that PID 1 took with it
 * only the last words are left. */
static int script_status(bool died, int status, const char *said) {
        g_autofree char *last = g_strchomp(g_strdup(said));

        if (died)
                return strstr(said, "reproduce: it happens: ") || g_str_has_suffix(last, ": it happens") ? 0 : 1;
        return status == 0 || status == 1 ? status : 2;
}

static void lab_script(Lab *l, const char *file, GString *out, LabResult *ret) {
        static const char *const argv[] = { "/bin/sh", "-c",
                                            "exec /bin/sh /run/actor/script >/run/actor/out 2>&1", NULL };
        static const struct {
                const char *word;
                int status;
        } verdicts[] = { { "happens", STATUS_OK },
                         { "does not happen", STATUS_VIOLATED },
                         { "cannot tell", STATUS_INCOMPLETE } };
        g_autoptr(GError) error = NULL;
        g_autofree char *text = NULL, *said = NULL;
        const char *tree = lab_find_tree(l, NULL);
        g_autoptr(Machine) m = NULL;
        bool died;
        int status;

        if (!tree)
                return;
        if (!g_file_get_contents(file, &text, NULL, NULL)) {
                warn("%s: cannot be read; name a file that can", file);
                return;
        }
        m = machine_boot(tree, l->actor, &error);
        if (!m) {
                file_error(error);
                return;
        }
        status = machine_run_script(m, text, argv, &said);
        died = container_dies_within(m->container, 1000);
        status = script_status(died, status, said);
        ret->status = verdicts[status].status;
        set_field(ret, LAB_SYSTEMD, m->systemd);
        set_field(ret, LAB_OUTCOME, verdicts[status].word);
        g_string_append_printf(out, "%s · %s\n%s  PID 1 %s\n  %s\n", base_name(file), m->systemd, said,
                               died ? "died" : "lives", verdicts[status].word);
        set_field(ret, LAB_REASON, said);
}

void lab_run_file(Lab *l, const char *file, LabResult *ret) {
        static const struct {
                const char *suffix, *kind;
                void (*run)(Lab *l, const char *file, GString *out, LabResult *ret);
        } kinds[] = {
                { ".json", "trace", lab_trace },
                { ".sh", "script", lab_script },
                { "", "scenario", lab_scenario },
        };
        g_autoptr(GString) out = g_string_new(NULL);
        size_t i = 0;

        while (!g_str_has_suffix(file, kinds[i].suffix))
                i++;
        ret->status = STATUS_WRONG_INPUT;
        set_field(ret, LAB_KIND, kinds[i].kind);
        set_field(ret, LAB_SCENARIO, base_name(file));
        kinds[i].run(l, file, out, ret);
        ret->field[LAB_TEXT] = g_string_free(g_steal_pointer(&out), FALSE);
}
