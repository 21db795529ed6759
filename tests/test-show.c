/* SPDX-License-Identifier: MIT */

#include "tests/support.h"

#include <string.h>

#include "explore/exploration.h"
#include "traces/conform.h"
#include "traces/recording.h"
#include "traces/scenario.h"
#include "traces/show.h"

/* What the journal of a recording has that no scenario is the reason of: the harness, the container. */
static const char *const noise[] = {
        "dbus.service - D-Bus System Message Bus",
        "Couldn't stat device /dev/ptmx",
        "Failed to read pids.max for control group",
};

static bool is_noise(const char *line) {
        for (size_t i = 0; i < G_N_ELEMENTS(noise); i++)
                if (strstr(line, noise[i]))
                        return true;
        return false;
}

static char *replace(GRegex *r, const char *by, char *text) {
        char *s = g_regex_replace(r, text, -1, 0, by, 0, NULL);

        g_free(text);
        return s;
}

/* Process ids, durations and the made-up names of orphans are not comparable. */
static char *normalize(const char *line) {
        static const struct {
                const char *pattern, *by;
        } rules[] = {
                { "(client PID|left-over process|Unit process|Killing process|as pid) [0-9?]+", "\\1 ?" },
                { "finished in [0-9?]+ ms", "finished in ? ms" },
                { "orphaned-[0-9a-z-]+\\.service", "orphaned-?.service" },
                { "( - Orphaned resources adopted from aliased unit).*", "\\1" },
        };
        char *s = g_strdup(line);

        for (size_t i = 0; i < G_N_ELEMENTS(rules); i++) {
                g_autoptr(GRegex) r = g_regex_new(rules[i].pattern, 0, 0, NULL);

                s = replace(r, rules[i].by, s);
        }
        return s;
}

static GPtrArray *normalized(char **lines) {
        GPtrArray *a = g_ptr_array_new_with_free_func(g_free);

        for (; lines && *lines; lines++) {
                g_auto(GStrv) parts = g_strsplit(*lines, "\n", -1);

                for (char **p = parts; *p; p++)
                        if (!is_noise(*p))
                                g_ptr_array_add(a, normalize(*p));
        }
        return a;
}

/* The length of the longest common subsequence. */
static unsigned common(const GPtrArray *a, const GPtrArray *b) {
        g_autofree unsigned *row = g_new0(unsigned, b->len + 1);

        for (guint i = 0; i < a->len; i++) {
                unsigned diagonal = 0;

                for (guint j = 0; j < b->len; j++) {
                        unsigned above = row[j + 1];

                        row[j + 1] = strcmp(a->pdata[i], b->pdata[j]) == 0 ? diagonal + 1 : MAX(above, row[j]);
                        diagonal = above;
                }
        }
        return row[b->len];
}

typedef struct Agreement {
        unsigned n_recordings, n_equal, n_lines, n_common;
} Agreement;

static void show_lines(const char *title, const GPtrArray *lines) {
        for (guint i = 0; i < lines->len; i++)
                print_message("  %s %s\n", title, (char *) lines->pdata[i]);
}

static bool compare_journal(Recording *r, void *userdata) {
        g_autoptr(Recording) recording = r, predicted = NULL;
        g_autoptr(GPtrArray) real = NULL, model = NULL;
        Agreement *a = userdata;
        unsigned n;

        if (!recording->journal || g_strv_length(recording->journal) == 0)
                return true;
        predicted = conform_predict(recording, false);
        real = normalized(recording->journal);
        model = normalized(predicted->journal);
        n = common(real, model);
        a->n_recordings++;
        a->n_lines += MAX(real->len, model->len);
        a->n_common += n;
        if (n == real->len && n == model->len) {
                a->n_equal++;
                return true;
        }
        if (g_getenv("SHOW_JOURNALS")) {
                print_message("%s: %s\n", recording->file, recording->name);
                show_lines("real ", real);
                show_lines("model", model);
        }
        return true;
}

static void test_journal_of_recordings(void **state) {
        static const char *const versions[] = { "252", "254", "257", "262" };

        for (size_t i = 0; i < G_N_ELEMENTS(versions); i++) {
                g_autofree char *file = g_strdup_printf(SOURCE_DIR "/tests/recordings/%s.jsonl", versions[i]);
                g_autoptr(GError) error = NULL;
                Agreement a = {};

                assert_true(recording_for_each(file, 0, compare_journal, &a, &error));
                print_message("systemd %s: %u of %u journals, %u of %u lines (%.1f %%)\n", versions[i],
                              a.n_equal, a.n_recordings, a.n_common, a.n_lines,
                              100.0 * a.n_common / MAX(a.n_lines, 1));
                assert_true(a.n_recordings >= 15);
                assert_true(a.n_common >= a.n_lines * 97 / 100);
        }
}

typedef struct Size {
        unsigned n_lines, width;
} Size;

static Size measure(const TraceView *v, const ShowOptions *o) {
        g_autoptr(GString) out = g_string_new(NULL);
        Size size = {};

        show_text(v, o, out);
        g_auto(GStrv) lines = g_strsplit(out->str, "\n", -1);
        for (; lines[size.n_lines] && lines[size.n_lines + 1]; size.n_lines++)
                size.width = MAX(size.width, (unsigned) g_utf8_strlen(lines[size.n_lines], -1));
        return size;
}

/* What a maintainer gets to see of the crash, in all versions that have it. */
static void test_the_crash_fits(void **state) {
        static const char *const versions[] = { "252", "254", "255", "257" };
        SearchOptions options = { .properties = 1U << property_find("no-crash"), .n_jobs = 1 };
        g_autofree char *text = NULL;
        size_t size;

        assert_true(
                g_file_get_contents(SOURCE_DIR "/traces/scenarios/azure-linux.scenario", &text, &size, NULL));
        for (size_t i = 0; i < G_N_ELEMENTS(versions); i++) {
                g_autoptr(Catalog) c = scenario_parse("azure-linux.scenario", text, size, NULL, NULL);
                Exploration *x =
                        exploration_run("azure-linux.scenario", text, c, profile_find(versions[i]), &options);
                g_autoptr(TraceView) v = trace_view_new(x->outcomes[property_find("no-crash")].trace);
                ShowOptions brief = { { "", "", "", "", "" }, true }, whole = { { "", "", "", "", "" }, false };

                assert_true(v->trace->n_events <= 12);
                assert_true(measure(v, &whole).n_lines < 60);
                assert_true(measure(v, &brief).n_lines < 12);
                assert_true(measure(v, &brief).width <= 72);
                exploration_free(x);
        }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_journal_of_recordings),
                cmocka_unit_test(test_the_crash_fits),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
