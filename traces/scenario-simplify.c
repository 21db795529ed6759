/* SPDX-License-Identifier: MIT */

/* How a scenario becomes simpler without losing a line. */

#include <string.h>

#include "model/unit-name.h"
#include "traces/scenario-edit.h"

static const char actor[] = "/usr/bin/actor";

static bool is_setting(const EditLine *l, const char *prefix) {
        return l->kind == EDIT_SETTING && g_str_has_prefix(l->text, prefix);
}

/* The command of an Exec*= line, if there is one, is known to scenarios. */
static bool is_plain_command(const EditLine *l) {
        g_auto(GStrv) words = edit_line_words(l);
        g_autofree char *program = NULL;

        if (!words[1])
                return true;
        program = g_path_get_basename(words[1]);
        return strcmp(program, "actor") == 0 || strcmp(program, "true") == 0 || strcmp(program, "false") == 0;
}

static bool is_statement(const EditLine *l, const char *word) {
        size_t n = strlen(word);

        return l->kind == EDIT_STATEMENT && strncmp(l->text, word, n) == 0 &&
               (l->text[n] == ' ' || l->text[n] == '\0');
}

/* The name without suffix of the unit whose file the line at @i is part of, which is what its processes are called;
 * NULL for drop-ins and templates. */
static char *stem_of(const ScenarioEdit *e, guint i) {
        while (i > 0 && edit_line(e, i)->kind != EDIT_STATEMENT)
                i--;
        if (!is_statement(edit_line(e, i), "unit"))
                return NULL;

        g_autofree char *name = g_path_get_basename(strchr(edit_line(e, i)->text, ' ') + 1);
        return unit_name_kind(name) == UNIT_NAME_PLAIN ? unit_name_to_prefix(name) : NULL;
}

static void set_key(EditLine *l, const char *value) {
        g_autofree char *key = g_strndup(l->text, strcspn(l->text, "=") + 1);
        g_autofree char *text = g_strconcat(key, value, NULL);

        edit_line_set_text(l, text);
}

/* A real daemon becomes an actor, which does nothing that the scenario does not say. */
static bool use_actor(ScenarioEdit *e, guint i, unsigned variant) {
        static const char *const options[] = { "", " --ready", " --exit-on-term", " --ready --exit-on-term" };
        EditLine *l = edit_line(e, i);
        g_autofree char *stem = stem_of(e, i);

        if (!is_setting(l, "ExecStart=") || is_plain_command(l) || !stem)
                return false;

        g_autofree char *command = g_strdup_printf("%s %s%s", actor, stem, options[variant]);
        set_key(l, command);
        return true;
}

/* All other commands exit 0 at once, whatever they are. */
static bool use_true(ScenarioEdit *e, guint i, unsigned variant) {
        EditLine *l = edit_line(e, i);

        if (!is_setting(l, "Exec") || is_plain_command(l))
                return false;
        set_key(l, "/usr/bin/true");
        return true;
}

/* The line that says what the unit called @name runs. */
static EditLine *find_command(const ScenarioEdit *e, const char *name, char **ret_stem) {
        for (guint i = 0; i < e->lines->len; i++) {
                g_autofree char *stem = is_setting(edit_line(e, i), "ExecStart=") ? stem_of(e, i) : NULL;

                if (stem && g_str_has_prefix(name, stem) && strcmp(name + strlen(stem), ".service") == 0) {
                        *ret_stem = g_steal_pointer(&stem);
                        return edit_line(e, i);
                }
        }
        return NULL;
}

/* Instead of being asked to go, the process goes. */
static bool exit_instead(ScenarioEdit *e, guint i, unsigned variant) {
        static const char *const verbs[] = { "restart", "try-restart", "stop", "kill" };
        EditLine *l = edit_line(e, i);
        g_auto(GStrv) words = edit_line_words(l);
        g_autofree char *stem = NULL;
        EditLine *command;

        if (l->kind != EDIT_STATEMENT || strcmp(words[0], verbs[variant]) != 0 || g_strv_length(words) != 2)
                return false;
        command = find_command(e, words[1], &stem);
        if (!command)
                return false;

        g_auto(GStrv) argv = edit_line_words(command);
        bool is_actor = g_strv_length(argv) >= 3 && strcmp(argv[1], actor) == 0;
        g_autofree char *text = g_strdup_printf("exit %s 0", is_actor ? argv[2] : stem);
        if (!is_actor) {
                g_autofree char *start = g_strdup_printf("%s %s", actor, stem);

                set_key(command, start);
        }
        edit_line_set_text(l, text);
        return true;
}

/* What a client does first need not be interleaved with the others when it may as well be done before they start. */
static bool first_to_top_level(ScenarioEdit *e, guint i, unsigned variant) {
        guint first = 0;

        if (edit_line(e, i)->kind != EDIT_STATEMENT || edit_line(e, i)->depth != 1 ||
            edit_line(e, i - 1)->kind != EDIT_CLIENT)
                return false;
        while (edit_line(e, first)->kind != EDIT_CLIENT)
                first++;

        guint end = edit_line_end(e, i);
        for (guint j = i; j < end; j++)
                edit_line(e, j)->depth--;
        scenario_edit_move(e, i, end, first);
        scenario_edit_drop_idle_clients(e);
        return true;
}

/* One client does what two did, one after the other. */
static bool join_clients(ScenarioEdit *e, guint i, unsigned variant) {
        guint to = 0;

        if (edit_line(e, i)->kind != EDIT_CLIENT)
                return false;
        for (; to < e->lines->len; to++)
                if (edit_line(e, to)->kind == EDIT_CLIENT && to != i && variant-- == 0)
                        break;
        if (to == e->lines->len)
                return false;
        scenario_edit_move(e, i + 1, edit_line_end(e, i), edit_line_end(e, to));
        scenario_edit_drop_idle_clients(e);
        return true;
}

static void replace_word(EditLine *l, const char *old, const char *new) {
        g_auto(GStrv) words = g_strsplit(l->text, " ", -1);
        bool found = false;

        for (char **w = words; *w; w++)
                if (strcmp(*w, old) == 0) {
                        found = true;
                        g_free(*w);
                        *w = g_strdup(new);
                }
        if (found) {
                g_autofree char *text = g_strjoinv(" ", words);

                edit_line_set_text(l, text);
        }
}

/* A file is where scenarios have files, wherever it was. */
static bool use_short_path(ScenarioEdit *e, guint i, unsigned variant) {
        const EditLine *l = edit_line(e, i);
        g_auto(GStrv) words = edit_line_words(l);

        if (l->kind != EDIT_STATEMENT || !words[1] || *words[1] != '/' ||
            !(is_statement(l, "unit") || is_statement(l, "link") || is_statement(l, "rm")))
                return false;

        const char *tail = strstr(words[1], "/systemd/system/");
        if (!tail)
                return false;
        for (guint j = 0; j < e->lines->len; j++)
                if (edit_line(e, j)->kind == EDIT_STATEMENT)
                        replace_word(edit_line(e, j), words[1], tail + strlen("/systemd/system/"));
        return true;
}

/* clang-format off */
static const EditSimplification simplifications[] = {
        { use_actor,          4 },
        { use_true,           1 },
        { exit_instead,       4 },
        { first_to_top_level, 1 },
        { join_clients,      63 },
        { use_short_path,     1 },
};
/* clang-format on */

const EditSimplification *edit_simplifications(size_t *ret_n) {
        *ret_n = G_N_ELEMENTS(simplifications);
        return simplifications;
}
