/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "cli/common.h"
#include "cli/lab.h"
#include "cli/verb.h"
#include "lab/root.h"
#include "traces/trace.h"

#define JOBS_MAX 64

/* Trees */

typedef struct Tree {
        char *path; /* NULL: there is none */
        char *why;
} Tree;

static void tree_free(gpointer p) {
        Tree *t = p;

        g_free(t->path);
        g_free(t->why);
        g_free(t);
}

/* The tree of --root is taken for the version that it has, whatever is wanted. */
static void note_unknown_version(const char *tree) {
        int version = root_version(tree);
        const Profile *p = root_profile(version);

        if (version > 0 && p && p->version != version)
                warn("%s: has systemd %d, which is not modelled; it is taken for %s", tree, version, p->name);
}

static Tree *find_tree(const Lab *l, const char *version) {
        const Profile *p = version ? profile_find(version) : profile_default();
        g_autoptr(GError) error = NULL;
        Tree *t = g_new0(Tree, 1);

        if (l->root)
                t->path = root_check(l->root, &error);
        else if (p)
                t->path = root_find(p, interrupted, &error);
        if (l->root && t->path)
                note_unknown_version(t->path);
        if (!t->path)
                t->why = error ? g_strdup(error->message)
                               : g_strdup_printf(
                                         "coldplug: lab: '%.80s' is no version; 'coldplug profiles' lists them",
                                         version);
        return t;
}

static Tree *know_tree(Lab *l, const char *version) {
        const char *key = l->root ? "" : version ? version : l->version ? l->version : "";
        Tree *t = g_hash_table_lookup(l->trees, key);

        if (!t) {
                t = find_tree(l, *key ? key : NULL);
                g_hash_table_insert(l->trees, g_strdup(key), t);
        }
        return t;
}

const char *lab_find_tree(Lab *l, const char *version) {
        const Tree *t = know_tree(l, version);

        if (!t->path)
                warn("%s", t->why);
        return t->path;
}

/* Before there are several processes: each tree is made once, and in sight. */
static void find_trees(Lab *l, char **files) {
        for (char **file = files; *file && !interrupted(); file++) {
                g_autoptr(Trace) t = NULL;

                if (!l->root && !l->version && g_str_has_suffix(*file, ".json"))
                        t = trace_load(*file, NULL);
                if (t || l->root || l->version || !g_str_has_suffix(*file, ".json"))
                        know_tree(l, t ? t->systemd : NULL);
        }
}

const Profile *lab_profile(const Lab *l, const Profile *p) {
        size_t n;

        return l->selection.profiles->pdata[p - profiles(&n)];
}

/* Files */

typedef struct Report {
        Lab *lab;
        char **files;
        unsigned n_files, n_done, n_failed;
        unsigned n_outcomes[LAB_OUTCOMES];
        int record; /* -1: none */
        int status;
} Report;

static void count(Report *report, const LabResult *r) {
        unsigned i = 0;

        while (lab_outcomes[i] && g_strcmp0(lab_outcomes[i], r->field[LAB_OUTCOME]) != 0)
                i++;
        if (lab_outcomes[i])
                report->n_outcomes[i]++;
        else
                report->n_failed++;
}

static bool write_recording(Report *report, const char *lines) {
        size_t size = lines ? strlen(lines) : 0;

        if (report->record < 0 || write(report->record, lines, size) == (ssize_t) size)
                return true;
        report->status = usage_error("lab: %s cannot be written: %s; name another file", report->lab->record,
                                     g_strerror(errno));
        return false;
}

static void run_file(void *userdata, unsigned job, LabResult *ret) {
        const Report *report = userdata;

        lab_run_file(report->lab, report->files[job], ret);
}

static bool show_result(void *userdata, unsigned job, const LabResult *r) {
        Report *report = userdata;
        g_autoptr(GString) out = g_string_new(NULL);
        const char *messages = r->field[LAB_MESSAGES];

        progress_end();
        if (messages && *messages)
                fputs(messages, stderr);
        count(report, r);
        report->status = status_worse(report->status, r->status);
        if (report->lab->json) {
                g_string_append(out, report->n_done > 0 ? "," : "");
                lab_report_json(out, report->files[job], r);
        } else
                g_string_append(out, r->field[LAB_TEXT] ? r->field[LAB_TEXT] : "");
        report->n_done++;
        if (output_finish(out, STATUS_OK) != STATUS_OK) {
                report->status = STATUS_WRONG_INPUT;
                return false;
        }
        progress("%u of %u files", report->n_done, report->n_files);
        return write_recording(report, r->field[LAB_RECORDING]);
}

static int lab_files(Lab *l, char **files, int record) {
        Report report = { .lab = l, .files = files, .n_files = g_strv_length(files), .record = record };
        const LabWork work = { .n = report.n_files,
                               .at_once = MIN((unsigned) l->jobs, report.n_files),
                               .run = run_file,
                               .done = show_result,
                               .userdata = &report };
        g_autoptr(GString) out = g_string_new(NULL);

        find_trees(l, files);
        if (l->json) {
                lab_report_json_begin(out);
                report.status = output_finish(out, report.status);
                g_string_truncate(out, 0);
        }
        progress("0 of %u files", report.n_files);
        if (lab_work(&work) < report.n_files && interrupted())
                report.status = STATUS_INTERRUPTED;
        if (l->json)
                lab_report_json_end(out, report.n_outcomes, report.n_failed, report.n_files);
        else if (report.n_files > 1)
                lab_report_summary(out, report.n_outcomes, report.n_failed, report.n_files);
        return output_finish(out, report.status);
}

static int lab_scenarios(Lab *l, int record) {
        g_autoptr(GString) out = g_string_new(NULL);
        Report report = { .lab = l, .record = record };
        int status;

        l->recordings = g_string_new(NULL);
        status = lab_random(l, out);
        if (interrupted())
                status = STATUS_INTERRUPTED;
        if (!write_recording(&report, l->recordings->str))
                status = status_worse(status, report.status);
        g_string_free(l->recordings, TRUE);
        return output_finish(out, status);
}

static int run(Lab *l, char **files) {
        bool is_random = l->random > 0 || l->only >= 0;
        g_autoptr(GError) error = NULL;
        int status = STATUS_OK, record = -1;

        l->actor = root_actor(&error);
        if (!l->actor)
                return file_error(error);
        if (l->record) {
                record = open(l->record, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC | O_NOCTTY, 0666);
                if (record < 0)
                        return usage_error("lab: %s cannot be written: %s; name another file", l->record,
                                           g_strerror(errno));
        }
        interrupt_catch();
        l->trees = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, tree_free);
        if (is_random)
                status = lab_scenarios(l, record);
        if (*files && !interrupted())
                status = status_worse(status, lab_files(l, files, record));
        g_hash_table_unref(l->trees);
        g_free(l->actor);
        if (record >= 0)
                close(record);
        return status;
}

static int check_options(const Lab *l, int argc) {
        if (argc < 2 && l->random <= 0 && l->only < 0)
                return usage_error(
                        "lab: a scenario or trace is missing; write 'coldplug lab SCENARIO|TRACE...'");
        if (l->jobs < 1 || l->jobs > JOBS_MAX)
                return usage_error("lab: -j %d is no number of containers; write one from 1 to %d", l->jobs,
                                   JOBS_MAX);
        if (l->json && (l->random > 0 || l->only >= 0))
                return usage_error("lab: --json is for files; write --random without it, and --record FILE");
        if (l->fix && !l->root)
                return usage_error(
                        "lab: --fix says what the systemd of a tree has; name the tree with --root DIR");
        if (l->root && l->version)
                return usage_error("lab: --root and --systemd both name a systemd; leave one out");
        if (geteuid() != 0)
                return usage_error("lab: it makes namespaces and mounts; run it as root");
        return STATUS_OK;
}

static bool select_all(Lab *l) {
        return select_versions(&l->selection, NULL, true) && select_one_column(&l->selection, l->fix) &&
               select_profiles(&l->selection);
}

int verb_lab(int argc, char **argv) {
        Lab l = { .only = -1, .jobs = 1 };
        const GOptionEntry entries[] = {
                { "systemd", 0, 0, G_OPTION_ARG_STRING, &l.version,
                  "Boot this version (default: a trace's own, else 257)", "V" },
                { "root", 0, 0, G_OPTION_ARG_FILENAME, &l.root, "Boot the systemd of the tree DIR", "DIR" },
                { "fix", 0, 0, G_OPTION_ARG_STRING_ARRAY, &l.fix,
                  "What the systemd of --root has on top of its version, a built-in fix or a file (A+B: both)",
                  "FIX" },
                { "jobs", 'j', 0, G_OPTION_ARG_INT, &l.jobs, "Run N containers at once (default: 1)", "N" },
                { "record", 0, 0, G_OPTION_ARG_FILENAME, &l.record, "Write what was seen, as recordings",
                  "FILE" },
                { "json", 0, 0, G_OPTION_ARG_NONE, &l.json, "Print JSON (docs/lab.schema.json)", NULL },
                { "random", 0, 0, G_OPTION_ARG_INT, &l.random,
                  "Run N random scenarios, and minimize what disagrees", "N" },
                { "seed", 0, 0, G_OPTION_ARG_INT, &l.seed, "Which random scenarios (default: 0)", "S" },
                { "only", 0, 0, G_OPTION_ARG_INT, &l.only,
                  "Run one random scenario again, the number I of its seed", "I" },
                { "no-minimize", 0, 0, G_OPTION_ARG_NONE, &l.no_minimize, "Leave random scenarios as they are",
                  NULL },
                {},
        };
        int status;

        if (!options_parse("lab", entries, &argc, &argv, &status))
                return status;
        status = check_options(&l, argc);
        selection_init(&l.selection, "lab");
        if (status == STATUS_OK)
                status = select_all(&l) ? run(&l, argv + 1) : STATUS_WRONG_INPUT;
        selection_clear(&l.selection);
        g_strfreev(l.fix);
        g_free(l.version);
        g_free(l.root);
        g_free(l.record);
        return status;
}
