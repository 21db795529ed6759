/* SPDX-License-Identifier: MIT */

#include "cli/common.h"
#include "cli/verb.h"

static const Verb verb_table[] = {
        {
                "check",
                "SCENARIO...",
                "Explore every hash order and every interleaving of scenarios",
                "Exit status: 0 all properties hold, 1 one is violated, 2 wrong input, 3 incomplete, 4 "
                "internal error.",
                verb_check,
        },
        {
                "review",
                "SCENARIO...",
                "Try proposed fixes: every fix against every property, in all orders",
                "Exit status: 0 all properties hold everywhere, 1 one is violated somewhere, 2 wrong input, 3 "
                "incomplete, 4 internal error.",
                verb_review,
        },
        {
                "replay",
                "TRACE...",
                "Run a trace again, and fail if the model no longer does the same",
                "Exit status: 0 it does the same, 1 it does not, 2 wrong input.",
                verb_replay,
        },
        { "show", "TRACE", "Show a trace to people or to other tools", NULL, verb_show },
        {
                "conform",
                "RECORDING...",
                "Compare the model with recordings of real systemds",
                "Each recording is replayed with its own hash orders.\n"
                "Exit status: 0 the model agrees (with --min: often enough), 1 it does not, 2 wrong "
                "input, 3 incomplete.",
                verb_conform,
        },
        { "fixes", "[FIX...]", "List the fixes that are built in, or describe some", NULL, verb_fixes },
        {
                "lab",
                "SCENARIO|TRACE...",
                "Run scenarios and traces on a real systemd",
                "Boots a systemd as PID 1 of a container; needs root, and leaves nothing behind. A scenario is "
                "recorded and\n"
                "compared with the model. A trace is confirmed, refuted, or cannot be steered.\n"
                "Exit status: 0 the real systemd agrees, 1 it does not, 2 wrong input, 3 a trace cannot be "
                "steered.",
                verb_lab,
        },
        {
                "reproduce",
                "TRACE",
                "Print a shell script that makes a real systemd do what a trace says",
                "The script needs no coldplug. It is for a machine that can be thrown away.\n"
                "Exit status: 0 it is printed, 2 wrong input, 3 the trace cannot be steered.",
                verb_reproduce,
        },
        { "profiles", "", "List the versions of systemd that are modelled", NULL, verb_profiles },
        { "properties", "[PROPERTY...]", "List the properties that check looks at, or define some", NULL,
          verb_properties },
};

const Verb *verbs(size_t *ret_n) {
        *ret_n = G_N_ELEMENTS(verb_table);
        return verb_table;
}

const Verb *verb_find(const char *name) {
        for (size_t i = 0; i < G_N_ELEMENTS(verb_table); i++)
                if (g_str_equal(verb_table[i].name, name))
                        return verb_table + i;
        return NULL;
}

static int help(void) {
        g_autoptr(GString) out = g_string_new("An exhaustive model checker for systemd's daemon-reload\n\n"
                                              "Usage:\n  coldplug VERB [OPTION...] [ARGUMENT...]\n\nVerbs:\n");

        for (size_t i = 0; i < G_N_ELEMENTS(verb_table); i++)
                g_string_append_printf(out, "  %-12s %s\n", verb_table[i].name, verb_table[i].summary);
        g_string_append(out, "\nOptions:\n"
                             "  -h, --help   Show this help; 'coldplug VERB --help' shows that of a verb\n"
                             "  --version    Show the version\n");
        return output_finish(out, STATUS_OK);
}

static int version(void) {
        g_autoptr(GString) out = g_string_new("coldplug " COLDPLUG_VERSION "\n");

        return output_finish(out, STATUS_OK);
}

static int unknown_verb(const char *word) {
        g_autoptr(GString) known = g_string_new(NULL);

        for (size_t i = 0; i < G_N_ELEMENTS(verb_table); i++)
                g_string_append_printf(known, "%s%s",
                                       i == 0                              ? ""
                                       : i + 1 == G_N_ELEMENTS(verb_table) ? " and "
                                                                           : ", ",
                                       verb_table[i].name);
        return usage_error("unknown %s '%.80s'; there are %s", word[0] == '-' ? "option" : "verb", word,
                           word[0] == '-' ? "--help and --version, and options behind a verb" : known->str);
}

int main(int argc, char **argv) {
        const Verb *verb;

        if (argc < 2)
                return usage_error("a verb is missing; see 'coldplug --help'");
        if (g_str_equal(argv[1], "--help") || g_str_equal(argv[1], "-h"))
                return help();
        if (g_str_equal(argv[1], "--version"))
                return version();
        verb = verb_find(argv[1]);
        if (!verb)
                return unknown_verb(argv[1]);
        return verb->run(argc - 1, argv + 1);
}
