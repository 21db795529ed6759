/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "lab/random-plan.h"
#include "lab/random.h"

#define EVENTS_MIN 8
#define EVENTS_MAX 19
#define STARTS_MIN 1
#define STARTS_MAX 4

static const char *const services[] = { "a", "b", "c", "w1", "w2" };
#define N_PLAIN 3 /* services that are no instances */

bool plan_chance(Plan *p, double probability) {
        return g_rand_double(p->random) < probability;
}

const char *plan_pick(Plan *p, const GPtrArray *of) {
        return of->pdata[g_rand_int_range(p->random, 0, (gint32) of->len)];
}

static const char *pick_service(Plan *p) {
        return services[g_rand_int_range(p->random, 0, p->has_template ? G_N_ELEMENTS(services) : N_PLAIN)];
}

/* The one of {A|B} that is taken; *text is behind it then. */
static char *pick_alternative(Plan *p, const char **text) {
        const char *end = strchr(*text, '}');
        g_autofree char *inner = g_strndup(*text + 1, (size_t) (end - *text - 1));
        g_auto(GStrv) all = g_strsplit(inner, "|", -1);

        *text = end;
        return g_strdup(all[g_rand_int_range(p->random, 0, (gint32) g_strv_length(all))]);
}

static const char *pick_other(Plan *p, const char *me) {
        const char *name;

        do
                name = plan_pick(p, p->names);
        while (me && g_str_has_prefix(name, me) && g_str_equal(name + strlen(me), ".service"));
        return name;
}

/* The tag of a process of any unit file so far. Those of instances are %i's. */
static char *pick_tag(Plan *p) {
        g_auto(GStrv) commands = g_strsplit(p->text->str, "/usr/bin/actor ", -1);
        gint32 n = g_rand_int_range(p->random, 1, (gint32) g_strv_length(commands));
        g_autoptr(GString) tag = g_string_new_len(commands[n], (gssize) strcspn(commands[n], " \n"));

        g_string_replace(tag, "%i", plan_chance(p, 0.5) ? "1" : "2", 0);
        return g_string_free(g_steal_pointer(&tag), FALSE);
}

static void append(Plan *p, const char *me, const char *text) {
        for (; *text; text++)
                if (*text == '{') {
                        g_autofree char *taken = pick_alternative(p, &text);

                        append(p, me, taken);
                } else if (*text == '#') {
                        g_autofree char *tag = pick_tag(p);

                        g_string_append(p->text, tag);
                } else if (*text == '~')
                        g_string_append(p->text, me);
                else if (*text == '&')
                        g_string_append(p->text, pick_other(p, me));
                else if (*text == '$')
                        g_string_append(p->text, plan_pick(p, p->units));
                else if (*text == '+')
                        g_string_append_printf(p->text, "%u", ++p->n_numbers);
                else if (*text == '^')
                        append(p, me, "{x|y}.service");
                else
                        g_string_append_c(p->text, *text);
}

void plan_append(Plan *p, const char *me, const char *text) {
        append(p, me ? me : pick_service(p), text);
}

void plan_append_some(Plan *p, const char *me, const Chance *lines, size_t n) {
        for (size_t i = 0; i < n; i++)
                if (plan_chance(p, lines[i].p))
                        plan_append(p, me, lines[i].text);
}

static void add_names(Plan *p) {
        /* Plain services come up more often than the rest. */
        static const char *const always[] = { "a.service", "b.service", "c.service" };

        for (size_t i = 0; i < G_N_ELEMENTS(always); i++) {
                g_ptr_array_add(p->units, (gpointer) always[i]);
                for (unsigned j = 0; j < 3; j++)
                        g_ptr_array_add(p->names, (gpointer) always[i]);
        }
        for (unsigned j = 0; j < 2; j++) {
                g_ptr_array_add(p->names, (gpointer) "x.service");
                g_ptr_array_add(p->names, (gpointer) "y.service");
        }
        if (p->has_target)
                g_ptr_array_add(p->names, (gpointer) "t.target");
        if (p->has_template) {
                g_ptr_array_add(p->units, (gpointer) "w@1.service");
                g_ptr_array_add(p->names, (gpointer) "w@1.service");
                g_ptr_array_add(p->names, (gpointer) "w@2.service");
        }
        if (p->has_slice)
                g_ptr_array_add(p->names, (gpointer) "s.slice");
        if (p->trigger)
                g_ptr_array_add(p->names, (gpointer) p->trigger->name);
}

char *random_scenario(guint32 seed, unsigned n) {
        const guint32 seeds[] = { seed, n };
        g_autoptr(GRand) r = g_rand_new_with_seed_array(seeds, G_N_ELEMENTS(seeds));
        g_autoptr(GPtrArray) names = g_ptr_array_new(), units = g_ptr_array_new();
        Plan p = { .random = r, .text = g_string_new(NULL), .names = names, .units = units };
        gint32 n_events = g_rand_int_range(r, EVENTS_MIN, EVENTS_MAX);

        p.has_target = plan_chance(&p, 0.35);
        p.has_template = plan_chance(&p, 0.2);
        p.has_slice = plan_chance(&p, 0.15);
        p.has_programs = plan_chance(&p, 0.5);
        p.trigger = plan_chance(&p, 0.2) ? plan_pick_trigger(&p) : NULL;
        p.has_upholds = plan_chance(&p, 0.15);
        add_names(&p);
        plan_append_units(&p);
        if (plan_chance(&p, 0.3))
                plan_append(&p, NULL, "link ^ $\n");
        g_string_append(p.text, "daemon-reload\nstart keeper.service\n");
        for (gint32 i = g_rand_int_range(r, STARTS_MIN, STARTS_MAX); i > 0; i--)
                plan_append(&p, NULL, "start {$|$|&}\n");
        for (gint32 i = 0; i < n_events; i++)
                plan_append_event(&p);
        g_string_append(p.text, "daemon-reload\n");
        return g_string_free(p.text, FALSE);
}
