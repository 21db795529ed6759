/* SPDX-License-Identifier: MIT */

#include <string.h>

#include "counterexample.h"
#include "model/unit-name.h"
#include "record.h"
#include "violation.h"

/* "rsyslog.1", or a number */
static bool ends_in_number(const char *word) {
        const char *dot = strrchr(word, '.'), *number = dot ? dot + 1 : word;

        return *number && strspn(number, G_CSET_DIGITS) == strlen(number);
}

/* Numbers, processes and units are called the same in all scenarios. */
static char *without_names(const char *text) {
        g_auto(GStrv) words = g_strsplit_set(text, " ,:()'", -1);

        for (char **w = words; *w; w++)
                if (ends_in_number(*w) || unit_name_kind(*w) != UNIT_NAME_INVALID) {
                        g_free(*w);
                        *w = g_strdup("*");
                }
        return g_strjoinv(" ", words);
}

/* The assertion, whatever state the unit was in: "service_start: * is dead" */
static char *without_state(char *text) {
        g_auto(GStrv) parts = g_strsplit(text, " is ", 2);
        const char *tail = parts[0] && parts[1] ? strchr(parts[1], ' ') : NULL;
        char *ret = g_strconcat(parts[0], tail, NULL);

        g_free(text);
        return ret;
}

/* In which fields both orders differ; a dead PID 1 says it all. */
static void add_differences(const Trace *t, GPtrArray *says) {
        for (guint i = 0; i < t->differences->len; i++) {
                const Change *c = t->differences->pdata[i];

                if (strcmp(c->subject, "PID 1") == 0) {
                        g_ptr_array_set_size(says, 0);
                        g_ptr_array_add(says, g_strdup(c->subject));
                        return;
                }
                g_ptr_array_add(says,
                                g_strconcat(g_str_has_prefix(c->subject, "process ") ? "process" : c->subject,
                                            " ", c->field, NULL));
        }
}

static void take_trace(Violation *v, const Trace *t, unsigned property) {
        char *text;

        if (!t)
                return;
        v->found = true;
        v->unit = g_strdup(t->unit);
        if (t->has_other) {
                add_differences(t, v->says);
                return;
        }
        text = without_names(t->violation);
        if (property == (unsigned) property_find("no-crash"))
                text = without_state(text);
        g_ptr_array_add(v->says, text);
}

static void find_schedule(const Search *s, unsigned property, Violation *v) {
        g_autoptr(Lockstep) k = lockstep_run(s);
        g_autoptr(Trace) t = k->violated ? record_schedule(s, property, k, &(TraceLabels) {}) : NULL;

        v->interrupted = k->end == SEARCH_INTERRUPTED;
        v->certain = k->end == SEARCH_COMPLETE && k->n_limited == 0;
        v->n_states = MAX(v->n_states, k->n_macro_states);
        v->starts_late = k->length > 0;
        take_trace(v, t, property);
}

static void find_run(const Search *s, unsigned property, Violation *v) {
        GArray *ordinals[PROPERTIES_MAX];

        if (!s->verdicts[property].violated)
                return;

        counterexamples_find(s, (uint32_t) BIT(property), ordinals);
        g_autoptr(GArray) route = route_from_ordinals(s, ordinals[property]);
        g_autoptr(Trace) t = route ? record_trace(s, property, route, &(TraceLabels) {}) : NULL;

        v->starts_late = !s->verdicts[property].in_top_level;
        take_trace(v, t, property);
        g_array_unref(ordinals[property]);
}

void violation_find(const Catalog *c, const Profile *profile, const SearchOptions *options, unsigned property,
                    Violation *ret) {
        g_autoptr(Search) s = search_run(c, profile, options);
        size_t n;

        *ret = (Violation) {
                .interrupted = s->end == SEARCH_INTERRUPTED,
                .certain = search_is_complete(s),
                .says = g_ptr_array_new_with_free_func(g_free),
                .n_states = visited_size(s->visited),
        };
        if (ret->interrupted)
                return;
        if (properties(&n)[property].compares_orders)
                find_schedule(s, property, ret);
        else
                find_run(s, property, ret);
        ret->certain = ret->certain || ret->found;
}

void violation_clear(Violation *v) {
        g_clear_pointer(&v->unit, g_free);
        g_clear_pointer(&v->says, g_ptr_array_unref);
}

bool violation_is_like(const Violation *v, const Violation *other) {
        return v->found && other->found && v->starts_late == other->starts_late &&
               g_strcmp0(v->unit, other->unit) == 0 &&
               g_ptr_array_find_with_equal_func(other->says, v->says->pdata[0], g_str_equal, NULL);
}
