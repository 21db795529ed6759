/* SPDX-License-Identifier: MIT */

/* What happens in a random scenario. */

#include "lab/random-plan.h"

typedef struct Event {
        unsigned weight;
        const char *text;        /* see plan_append() */
        void (*append)(Plan *p); /* instead of the text */
        bool is_file;            /* PID 1 sees it at the next reload, which often follows */
} Event;

static void append_pause(Plan *p);

/* clang-format off */
static const Event events[] = {
        { 16, "exit ~ {0|0|0|1|3}\n",                                             NULL,                  false },
        { 16, "exit # {0|0|1}\n",                                                NULL,                  false },
        {  7, "signal ~ {9|9|15|6}\n",                                            NULL,                  false },
        {  2, "signal # {9|15}\n",                                                NULL,                  false },
        { 10, "notify ~ {READY=1|READY=1|READY=1|STOPPING=1|STATUS=busy|RELOADING=1}\n", NULL,           false },
        {  5, "fork ~ ~-child\n",                                                 NULL,                  false },
        {  3, "exit ~-child {0|1}\n",                                             NULL,                  false },
        {  9, "link ^ $\n",                                                       NULL,                  true },
        {  2, "link {x.service y.service|y.service x.service}\n",                 NULL,                  true },
        {  2, "link {^|~.service} /dev/null\n",                                   NULL,                  true },
        {  2, "link {a|b|c}.service.{wants|requires}/{a|b|c|x}.service /etc/systemd/system/{a|b|c}.service\n", NULL, true },
        {  7, "rm {^|^|$|~.service.d/10.conf}\n",                                 NULL,                  true },
        {  7, NULL,                                                               plan_append_rewritten, true },
        {  5, NULL,                                                               plan_append_dropin,    true },
        { 16, "daemon-reload\n",                                                  NULL,                  false },
        {  3, "daemon-reexec\n",                                                  NULL,                  false },
        { 40, "{start|start|start|stop|restart|try-restart|reload} {$|&}\n",      NULL,                  false },
        {  8, "{start|start|stop|restart|try-restart|reload} & &\n",              NULL,                  false },
        {  4, "reset-failed {&|& &}\n",                                           NULL,                  false },
        {  3, "kill {&|& &}\n",                                                   NULL,                  false },
        {  8, NULL,                                                               append_pause,          false },
};

/* What may be pending together. One call: of two the order is not known. Ends of two processes are seen in the order of their
 * starts, messages before them. */
static const char *const pending_calls[] = {
        "daemon-reload\n", "daemon-reload\n", "start $\n", "stop {$|&}\n", "restart {$|&}\n",
};
static const char *const pending_rest[] = {
        "exit ~ {0|1}\n", "signal ~ 9\n", "exit # 0\n", "notify ~ {READY=1|STOPPING=1}\n", "link ^ $\n",
};
/* clang-format on */

static void append_rest(Plan *p) {
        plan_append(p, NULL, pending_rest[g_rand_int_range(p->random, 0, G_N_ELEMENTS(pending_rest))]);
}

static void append_pause(Plan *p) {
        if (p->has_programs)
                return;
        g_string_append(p->text, "pause\n");
        if (plan_chance(p, 0.5))
                append_rest(p);
        plan_append(p, NULL, pending_calls[g_rand_int_range(p->random, 0, G_N_ELEMENTS(pending_calls))]);
        append_rest(p);
        g_string_append(p->text, "resume\n");
}

static const Event *pick_event(Plan *p) {
        gint32 sum = 0, place;
        const Event *e = events;

        for (size_t i = 0; i < G_N_ELEMENTS(events); i++)
                sum += (gint32) events[i].weight;
        place = g_rand_int_range(p->random, 0, sum);
        while (place >= (gint32) e->weight)
                place -= (gint32) (e++)->weight;
        return e;
}

void plan_append_event(Plan *p) {
        const Event *e = pick_event(p);

        if (e->append)
                e->append(p);
        else
                plan_append(p, NULL, e->text);
        if (e->is_file && plan_chance(p, 0.6))
                g_string_append(p->text, "daemon-reload\n");
}
