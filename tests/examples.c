/* SPDX-License-Identifier: MIT */

/* Runs the examples of text files and compares what they print.
 *
 * An example is a line that starts with "$ " inside a block that is fenced by "```console" and "```" (in a file that ends
 * in .golden the whole file is one block). The lines up to the next "$ " or the end of the block are what the command
 * prints on stdout and stderr; a line "..." stands for any number of lines, "..." in a line for any text; a last line
 * "[status N]" gives the exit status, which is 0 without one. Commands run by sh in the source folder with the program under test in PATH.
 *
 *     examples PROGRAM [--update] [--as-root] FILE...
 *
 * With --update the .golden files are rewritten with what was printed. With --as-root those blocks are run, and no others, that
 * begin with "```console as root": they boot a real systemd. */

#include <glib.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

typedef struct Example {
        char *command;
        GPtrArray *expected; /* lines */
        unsigned line;
} Example;

static void example_free(gpointer p) {
        Example *e = p;

        g_free(e->command);
        g_ptr_array_unref(e->expected);
        g_free(e);
}

static GPtrArray *read_examples(const char *file, const char *fence, char **lines) {
        GPtrArray *examples = g_ptr_array_new_with_free_func(example_free);
        bool golden = g_str_has_suffix(file, ".golden");
        bool inside = golden;
        Example *current = NULL;

        for (unsigned i = 0; lines[i]; i++) {
                if (!golden && g_str_has_prefix(lines[i], "```")) {
                        inside = !inside && g_str_equal(lines[i], fence);
                        current = NULL;
                        continue;
                }
                if (!inside)
                        continue;
                if (golden && !lines[i + 1] && !*lines[i])
                        break;
                if (g_str_has_prefix(lines[i], "$ ")) {
                        current = g_new0(Example, 1);
                        current->command = g_strdup(lines[i] + 2);
                        current->expected = g_ptr_array_new_with_free_func(g_free);
                        current->line = i + 1;
                        g_ptr_array_add(examples, current);
                } else if (current)
                        g_ptr_array_add(current->expected, g_strdup(lines[i]));
        }
        return examples;
}

/* What the command prints, line by line, with "[status N]" behind it unless N is 0. */
static GPtrArray *run(const char *command) {
        g_autofree char *out = NULL, *script = g_strdup_printf("exec 2>&1\n%s", command);
        const char *argv[] = { "sh", "-c", script, NULL };
        GPtrArray *lines = g_ptr_array_new_with_free_func(g_free);
        int status = 0;

        if (!g_spawn_sync(NULL, (char **) argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, &out, NULL, &status,
                          NULL))
                g_error("cannot run sh");

        g_auto(GStrv) split = g_strsplit(out, "\n", -1);
        for (unsigned i = 0; split[i]; i++)
                if (split[i + 1] || *split[i])
                        g_ptr_array_add(lines, g_strdup(split[i]));

        int code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
        if (code != 0)
                g_ptr_array_add(lines, g_strdup_printf("[status %d]", code));
        return lines;
}

static bool line_matches(const char *expected, const char *actual) {
        const char *dots = strstr(expected, "...");
        size_t n = dots ? (size_t) (dots - expected) : 0;

        if (!dots)
                return g_str_equal(expected, actual);
        if (strncmp(expected, actual, n) != 0)
                return false;
        for (actual += n; !line_matches(dots + 3, actual); actual++)
                if (!*actual)
                        return false;
        return true;
}

static bool matches(char **expected, unsigned n_expected, char **actual, unsigned n_actual) {
        if (n_expected == 0)
                return n_actual == 0;
        if (!g_str_equal(expected[0], "..."))
                return n_actual > 0 && line_matches(expected[0], actual[0]) &&
                       matches(expected + 1, n_expected - 1, actual + 1, n_actual - 1);
        for (unsigned skip = 0; skip <= n_actual; skip++)
                if (matches(expected + 1, n_expected - 1, actual + skip, n_actual - skip))
                        return true;
        return false;
}

static void print_lines(const char *title, GPtrArray *lines) {
        printf("  %s:\n", title);
        for (unsigned i = 0; i < lines->len; i++)
                printf("    %s\n", (char *) lines->pdata[i]);
}

static bool check_file(const char *file, const char *fence, bool update, unsigned *n_run) {
        g_autofree char *text = NULL;
        g_autoptr(GString) updated = g_string_new(NULL);
        bool ok = true;

        if (!g_file_get_contents(file, &text, NULL, NULL)) {
                printf("%s: cannot be read\n", file);
                return false;
        }

        g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
        g_autoptr(GPtrArray) examples = read_examples(file, fence, lines);
        for (unsigned i = 0; i < examples->len; i++) {
                const Example *e = examples->pdata[i];
                g_autoptr(GPtrArray) actual = run(e->command);

                (*n_run)++;
                g_string_append_printf(updated, "$ %s\n", e->command);
                for (unsigned j = 0; j < actual->len; j++)
                        g_string_append_printf(updated, "%s\n", (char *) actual->pdata[j]);
                if (matches((char **) e->expected->pdata, e->expected->len, (char **) actual->pdata,
                            actual->len))
                        continue;
                ok = false;
                printf("%s:%u: $ %s\n", file, e->line, e->command);
                print_lines("expected", e->expected);
                print_lines("printed", actual);
        }
        if (update && g_str_has_suffix(file, ".golden"))
                return g_file_set_contents(file, updated->str, (gssize) updated->len, NULL);
        return ok;
}

int main(int argc, char **argv) {
        const char *fence = "```console";
        unsigned n_run = 0, n_files = 0, n_failed = 0;
        bool update = false;

        if (argc < 3)
                return 2;

        g_autofree char *folder = g_path_get_dirname(argv[1]);
        g_autofree char *path = g_strdup_printf("%s:%s", folder, g_getenv("PATH"));
        g_setenv("PATH", path, TRUE);

        for (int i = 2; i < argc; i++)
                if (g_str_equal(argv[i], "--update"))
                        update = true;
                else if (g_str_equal(argv[i], "--as-root"))
                        fence = "```console as root";
                else {
                        n_files++;
                        n_failed += !check_file(argv[i], fence, update, &n_run);
                }

        printf("%u examples, %u of %u files failed\n", n_run, n_failed, n_files);
        return n_failed > 0 || n_run == 0;
}
