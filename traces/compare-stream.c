/* SPDX-License-Identifier: MIT */
#include <stdbool.h>
#include <string.h>

#include "traces/compare-stream.h"
#include "traces/ranking.h"

/* Keys with one of these in them say when or how much, or come from the machine. */
static const char *const left_out[] = {
        "timestamp", "accounting", "cpu-usage",        "-mask",
        "ratelimit", "in-audit",   "debug-invocation", "cgroup-id",
};

static const char *const by_value[] = {
        "state",      "result",          "reload-result",    "main-pid-known",
        "n-restarts", "forbid-restart",  "transient",        "freezer-state",
        "cgroup",     "cgroup-realized", "condition-result", "assert-result",
        "job-type",   "job-state",       "job-irreversible",
};

static bool is_left_out(const char *key) {
        for (size_t i = 0; i < G_N_ELEMENTS(left_out); i++)
                if (strstr(key, left_out[i]))
                        return true;
        return g_str_has_prefix(key, "exported-");
}

static bool is_by_value(const char *key) {
        for (size_t i = 0; i < G_N_ELEMENTS(by_value); i++)
                if (g_str_equal(key, by_value[i]))
                        return true;
        return false;
}

static int compare_strings(gconstpointer a, gconstpointer b) {
        return strcmp(*(const char *const *) a, *(const char *const *) b);
}

GPtrArray *stream_entry_items(const char *entry) {
        GPtrArray *items = g_ptr_array_new_with_free_func(g_free);
        g_auto(GStrv) lines = g_strsplit(entry, "\n", -1);

        for (char **i = lines + (lines[0] != NULL); *i; i++) {
                g_autofree char *key = g_strndup(*i, strcspn(*i, "="));

                if (**i != '\0' && !is_left_out(key))
                        g_ptr_array_add(items, g_strdup(is_by_value(key) ? *i : key));
        }
        g_ptr_array_sort(items, compare_strings);
        /* 262 makes up the names of orphans. */
        g_ptr_array_insert(
                items, 0,
                g_strconcat("name=", lines[0] && is_orphan_name(lines[0]) ? "(orphan)" : lines[0], NULL));
        return items;
}
