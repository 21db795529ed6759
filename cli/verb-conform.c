/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "cli/common.h"
#include "cli/json-fields.h"
#include "cli/select.h"
#include "cli/verb.h"
#include "model/fixes.h"
#include "traces/compare.h"
#include "traces/conform.h"
#include "traces/json-text.h"

typedef struct Conform {
        gboolean json, verbose;
        char *predict, *min;
        double min_values[_AGREE_KIND_MAX]; /* negative: not asked for */
        Agreement total;
        Agreement *of_profile; /* by position in profiles() */
        GString *predictions;
        GString *details; /* the first disagreement of each recording */
        unsigned n;
        int status;
        char **fix; /* as given */
        Selection selection;
} Conform;

/* --min */

/* "0.98" or "98%" */
static bool parse_fraction(const char *word, double *ret) {
        char *end = NULL;
        double v = g_ascii_strtod(word, &end);

        if (end == word || !strchr("0123456789.", word[0]))
                return false;
        if (*end == '%') {
                v /= 100;
                end++;
        }
        if (*end || !(v >= 0 && v <= 1))
                return false;
        *ret = v;
        return true;
}

static bool wrong_minimum(const char *word) {
        usage_error("conform: '%.80s' is no minimum; write for example 'unit=0.98' or 'entry=98%%', for "
                    "outcome, unit, "
                    "entry or recording",
                    word);
        return false;
}

static bool parse_min(Conform *c) {
        g_auto(GStrv) parts = c->min ? g_strsplit(c->min, ",", -1) : NULL;

        for (int k = 0; k < _AGREE_KIND_MAX; k++)
                c->min_values[k] = -1;
        if (c->min && !*c->min)
                return wrong_minimum(c->min);
        for (char **i = parts; i && *i; i++) {
                g_auto(GStrv) pair = g_strsplit(*i, "=", 2);
                int k = pair[0] ? agree_kind_from_string(pair[0]) : -1;

                if (k < 0 || !pair[1] || !parse_fraction(pair[1], &c->min_values[k]))
                        return wrong_minimum(*i);
        }
        return true;
}

/* Without --min every disagreement counts, with it only what it names. */
static int judge(const Conform *c) {
        int status = STATUS_OK;

        for (int k = 0; k < _AGREE_KIND_MAX; k++) {
                double agree = (double) c->total.agree[k], total = (double) c->total.total[k];

                if (!c->min && agree < total)
                        status = STATUS_VIOLATED;
                if (c->min_values[k] >= 0 && agree < c->min_values[k] * total) {
                        warn("%s: %.0f of %.0f agree, which is below the minimum of %g%%",
                             agree_kind_to_string(k), agree, total, c->min_values[k] * 100);
                        status = STATUS_VIOLATED;
                }
        }
        return status;
}

/* One recording */

static void append_difference_text(GString *out, const Recording *r, const Difference *d,
                                   const Step *predicted) {
        const Colors *color = colors();
        const Step *step = r->steps->pdata[d->step - 1];

        g_string_append_printf(out, "%s%s:%u: %s, %s%s\n  step %u, %s: %s\n", color->bold, r->file, r->line,
                               r->name, r->systemd, color->off, d->step, step->source, d->what);
        g_string_append_printf(out, "    %-13s %-50s %s\n", "", "recorded", "model");
        for (unsigned i = 0; i < d->rows->len; i++) {
                const DifferenceRow *row = d->rows->pdata[i];

                g_string_append_printf(out, "  %s%s %-13s %-50s %s%s\n", row->differs ? color->bad : "",
                                       row->differs ? "*" : " ", row->label, row->recorded, row->predicted,
                                       row->differs ? color->off : "");
        }
        for (unsigned i = 0; predicted && predicted->notes && i < predicted->notes->len; i++)
                g_string_append_printf(out, "    %s%s%s%s\n", color->dim, i == 0 ? "the model: " : "           ",
                                       (const char *) predicted->notes->pdata[i], color->off);
        g_string_append_c(out, '\n');
}

static void append_difference_json(GString *out, const Recording *r, const Difference *d) {
        g_string_append(out, out->len > 0 ? ", {" : "{");
        json_add_text(out, "file", r->file);
        json_add_number(out, "line", r->line);
        json_add_text(out, "name", r->name);
        json_add_text(out, "systemd", r->profile->name);
        json_add_difference(out, r, d);
        g_string_append_c(out, '}');
}

static void add_details(Conform *c, const Recording *r, const Recording *predicted, const Difference *d) {
        const Step *step = d->step <= predicted->steps->len ? predicted->steps->pdata[d->step - 1] : NULL;

        if (c->json)
                append_difference_json(c->details, r, d);
        else
                append_difference_text(c->details, r, d, step);
}

static void add_agreement(Agreement *to, const Agreement *one) {
        for (int k = 0; k < _AGREE_KIND_MAX; k++) {
                to->agree[k] += one->agree[k];
                to->total[k] += one->total[k];
        }
        to->alternatives += one->alternatives;
        to->recordings += one->recordings;
}

static bool conform_recording(Recording *r, void *userdata) {
        g_autoptr(Recording) recording = r, predicted = NULL;
        g_autoptr(Difference) first = NULL;
        Conform *c = userdata;
        Agreement one = { .recordings = 1 };
        size_t n, version = (size_t) (recording->profile - profiles(&n));

        progress("%u recordings, now %s", c->n++, recording->name);
        recording->profile = c->selection.profiles->pdata[version];
        predicted = conform_predict(recording, c->verbose && !c->json);
        compare_recordings(recording, predicted, &one, &first);
        add_agreement(&c->total, &one);
        add_agreement(c->of_profile + version, &one);

        if (predicted->limit) {
                warn("%s:%u: the run is larger than the model's capacities; the prediction is incomplete",
                     recording->file, recording->line);
                c->status = status_worse(c->status, STATUS_INCOMPLETE);
        }
        if (c->verbose && first)
                add_details(c, recording, predicted, first);
        if (c->predict)
                recording_write(predicted, c->predictions);
        return !interrupted();
}

/* The report */

static void append_agreement_json(GString *out, const Agreement *a) {
        json_add_number(out, "recordings", a->recordings);
        json_append_key(out, "agree");
        g_string_append_c(out, '{');
        for (int k = 0; k < _AGREE_KIND_MAX; k++) {
                json_append_key(out, agree_kind_to_string(k));
                g_string_append_printf(out, "[%" G_GUINT64_FORMAT ", %" G_GUINT64_FORMAT "]", a->agree[k],
                                       a->total[k]);
        }
        g_string_append_c(out, '}');
        json_add_number(out, "alternatives", a->alternatives);
}

static void print_json(const Conform *c, GString *out) {
        size_t n;
        const Profile *p = profiles(&n);

        g_string_append_c(out, '{');
        json_add_fixes(out, "fixes", c->selection.profiles->pdata[0]);
        append_agreement_json(out, &c->total);
        json_append_key(out, "systemd");
        g_string_append_c(out, '{');
        for (size_t i = 0; i < n; i++)
                if (c->of_profile[i].recordings > 0) {
                        json_append_key(out, p[i].name);
                        g_string_append_c(out, '{');
                        append_agreement_json(out, c->of_profile + i);
                        g_string_append_c(out, '}');
                }
        g_string_append_c(out, '}');
        if (c->verbose)
                g_string_append_printf(out, ", \"disagreements\": [%s]", c->details->str);
        g_string_append(out, "}\n");
}

/* Rounded down: 100 % means all. */
static void append_cell(GString *out, uint64_t agree, uint64_t total) {
        g_autofree char *s = NULL;

        if (total == 0)
                s = g_strdup("-");
        else
                s = g_strdup_printf("%" G_GUINT64_FORMAT "/%" G_GUINT64_FORMAT " %3u.%u%%", agree, total,
                                    (unsigned) (agree * 100 / total), (unsigned) (agree * 1000 / total % 10));
        g_string_append_printf(out, "  %19s", s);
}

static void append_row(GString *out, const char *name, const Agreement *a) {
        g_string_append_printf(out, "%-8s", name);
        for (int k = 0; k < _AGREE_KIND_MAX; k++)
                append_cell(out, a->agree[k], a->total[k]);
        g_string_append_printf(out, "  %12" G_GUINT64_FORMAT "\n", a->alternatives);
}

static void print_text(const Conform *c, GString *out) {
        const FixColumn *column = c->selection.columns->pdata[0];
        size_t n;
        const Profile *p = profiles(&n);

        g_string_append(out, c->details->str);
        if (column->n > 0)
                g_string_append_printf(out, "with %s\n", column->name);
        g_string_append_printf(out, "%-8s", "systemd");
        for (int k = 0; k < _AGREE_KIND_MAX; k++)
                g_string_append_printf(out, "  %19s", agree_kind_to_string(k));
        g_string_append(out, "  alternatives\n");
        for (size_t i = 0; i < n; i++)
                if (c->of_profile[i].recordings > 0)
                        append_row(out, p[i].name, c->of_profile + i);
        append_row(out, "total", &c->total);
}

static int report(Conform *c) {
        g_autoptr(GString) out = g_string_new(NULL);
        g_autoptr(GError) error = NULL;

        if (interrupted())
                c->status = STATUS_INTERRUPTED;
        else if (c->predict && !output_write_file(c->predict, c->predictions->str, c->predictions->len, &error))
                return file_error(error);
        if (c->json)
                print_json(c, out);
        else
                print_text(c, out);
        return output_finish(out, status_worse(c->status, judge(c)));
}

static int conform_files(Conform *c, char **files) {
        RecordingFlags flags = c->predict ? RECORDING_MAY_BE_BLANK : 0;
        g_autoptr(GError) error = NULL;

        for (char **file = files; *file && !interrupted(); file++)
                if (!recording_for_each(*file, flags, conform_recording, c, &error))
                        return file_error(error);
        return report(c);
}

static int conform(Conform *c, char **files) {
        size_t n;
        int status;

        profiles(&n);
        c->of_profile = g_new0(Agreement, n);
        c->predictions = g_string_new(NULL);
        c->details = g_string_new(NULL);
        interrupt_catch();
        status = conform_files(c, files);
        g_string_free(c->details, TRUE);
        g_string_free(c->predictions, TRUE);
        g_free(c->of_profile);
        return status;
}

/* The profiles of the selection are in the order of profiles(). */
static bool select_all(Conform *c) {
        return select_versions(&c->selection, NULL, true) && select_one_column(&c->selection, c->fix) &&
               select_profiles(&c->selection);
}

int verb_conform(int argc, char **argv) {
        Conform c = {};
        const GOptionEntry entries[] = {
                { "json", 0, 0, G_OPTION_ARG_NONE, &c.json, "Print one JSON object", NULL },
                { "verbose", 'v', 0, G_OPTION_ARG_NONE, &c.verbose,
                  "Show the first disagreement of each recording", NULL },
                { "predict", 0, 0, G_OPTION_ARG_FILENAME, &c.predict,
                  "Write what the model predicts, as recordings", "FILE" },
                { "fix", 0, 0, G_OPTION_ARG_STRING_ARRAY, &c.fix,
                  "Let the model have this fix, a built-in one or a file (A+B: both)", "FIX" },
                { "min", 0, 0, G_OPTION_ARG_STRING, &c.min,
                  "Fail below: outcome=..,unit=..,entry=..,recording=..", "MINIMA" },
                {},
        };
        int status;

        if (!options_parse("conform", entries, &argc, &argv, &status))
                return status;
        selection_init(&c.selection, "conform");
        if (c.predict && !*c.predict)
                status = usage_error("conform: --predict has no file; write '--predict FILE'");
        else if (argc < 2)
                status = usage_error("conform: a recording is missing; write 'coldplug conform RECORDING...'");
        else
                status = select_all(&c) && parse_min(&c) ? conform(&c, argv + 1) : STATUS_WRONG_INPUT;
        selection_clear(&c.selection);
        g_strfreev(c.fix);
        g_free(c.predict);
        g_free(c.min);
        return status;
}
