/* SPDX-License-Identifier: MIT */
#pragma once

/* Tables for the tests of services: what a.service is after each statement. Every case runs three times: as it
 * is, with a daemon-reload and with a daemon-reexec behind each statement, which should change nothing. */

#include <string.h>

#include "support.h"

/* What a table leaves out is zero on purpose. */
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"

#define CASE_STEPS_MAX 20U
#define CASE_PREFIX    4U /* statements before the first step */
#define ALL            "252 254 255 257 262"

/* ExecStart= of most services here */
#define START_A "ExecStart=/usr/bin/actor a\n"

typedef struct Step {
        const char *statement;
        const char *expected; /* as describe_service() says it; NULL: not looked at */
        const char *alive;    /* the living processes; NULL: not looked at */
} Step;

typedef struct Case {
        const char *name;
        const char *versions;
        const char *unit; /* lines of a.service; without a section they are in [Service] */
        bool fragile;     /* a reload does change something: it runs once only */
        Step steps[CASE_STEPS_MAX];
} Case;

G_GNUC_PRINTF(3, 4)
static inline void append_field(GString *s, bool wanted, const char *format, ...) {
        va_list ap;

        if (!wanted)
                return;

        va_start(ap, format);
        g_string_append_vprintf(s, format, ap);
        va_end(ap);
}

static inline void append_pid(Fixture *f, GString *s, const char *label, Pid pid) {
        if (pid > 0)
                g_string_append_printf(s, " %s=%s.%u", label,
                                       catalog_text_str(f->catalog, f->manager->processes[pid - 1].tag),
                                       world_instances(&f->layout, f->world)[pid - 1]);
}

static inline const char *crash_name(unsigned site) {
        static const char *const names[_CRASH_SITE_MAX] = {
                [CRASH_SIGCHLD_MAIN] = "sigchld-main",
                [CRASH_SIGCHLD_CONTROL] = "sigchld-control",
                [CRASH_SERVICE_TIMER] = "timer",
                [CRASH_SERVICE_START] = "start",
                [CRASH_SERVICE_STOP] = "stop",
                [CRASH_SERVICE_RELOAD] = "reload",
                [CRASH_SERVICE_COLDPLUG] = "coldplug",
                [CRASH_RUN_NEXT] = "run-next",
                [CRASH_OTHER] = "other",
        };

        return names[site];
}

/* "SUBSTATE result=R reload=R restarts=N fds=N job=T main=TAG.N control=TAG.N", less what is as it is by
 * default. */
static inline char *describe_service(Fixture *f, const char *name) {
        Unit *u = manager_get_unit(f->manager, catalog_find_name(f->catalog, name));
        const Service *v;
        GString *s;

        if (f->world->crashed)
                return g_strdup_printf("crashed %s", crash_name(f->world->crashed));
        if (!u)
                return g_strdup("not-loaded");

        v = &u->service;
        s = g_string_new(unit_sub_state_to_string(UNIT_SERVICE, u->state));
        append_field(s, u->load_state != UNIT_LOADED, " %s",
                     unit_load_state_to_string((UnitLoadState) u->load_state));
        append_field(s, v->result > 0, " result=%s", service_result_to_string((ServiceResult) v->result));
        append_field(s, v->reload_result > 0, " reload=%s",
                     service_result_to_string((ServiceResult) v->reload_result));
        append_field(s, v->n_restarts > 0, " restarts=%u", v->n_restarts);
        append_field(s, v->n_fd_store > 0, " fds=%u", v->n_fd_store);
        append_field(s, u->job.installed, " job=%s", job_type_to_string((JobType) u->job.type));
        append_pid(f, s, "main", v->main_pid);
        append_pid(f, s, "control", v->control_pid);
        return g_string_free(s, FALSE);
}

/* "a.1 b.1", oldest first */
static inline char *describe_processes(Fixture *f) {
        GString *s = g_string_new(NULL);
        unsigned seq = 0;

        for (;;) {
                Pid next = 0;

                for (Pid pid = 1; pid <= f->layout.n_processes; pid++) {
                        const Process *p = f->manager->processes + pid - 1;

                        if (p->state == PROCESS_RUNNING && p->seq >= seq &&
                            (next == 0 || p->seq < f->manager->processes[next - 1].seq))
                                next = pid;
                }

                if (next == 0)
                        return g_string_free(s, FALSE);

                seq = f->manager->processes[next - 1].seq + 1U;
                append_field(s, s->len > 0, " ");
                g_string_append_printf(s, "%s.%u",
                                       catalog_text_str(f->catalog, f->manager->processes[next - 1].tag),
                                       world_instances(&f->layout, f->world)[next - 1]);
        }
}

/* z.target is there so that a.service stays loaded when it is dead. */
static inline char *case_scenario(const Case *c, const char *between) {
        g_auto(GStrv) lines = g_strsplit(c->unit, "\n", -1);
        GString *s = g_string_new("unit a.service\n");
        bool paused = false;

        append_field(s, c->unit[0] != '[', "  [Service]\n");
        for (unsigned i = 0; lines[i]; i++)
                append_field(s, lines[i][0] != '\0', "  %s\n", lines[i]);
        g_string_append(s, "unit z.target\n  [Unit]\n  After=a.service\ndaemon-reload\nstart z.target\n");

        for (unsigned i = 0; i < CASE_STEPS_MAX && c->steps[i].statement; i++) {
                paused = (paused || strcmp(c->steps[i].statement, "pause") == 0) &&
                         strcmp(c->steps[i].statement, "resume") != 0;
                g_string_append_printf(s, "%s\n", c->steps[i].statement);
                append_field(s, between && !paused, "%s\n", between);
        }

        return g_string_free(s, FALSE);
}

/* Says all that is wrong before the test fails. */
static unsigned n_differences;

static inline void compare(const Case *c, const char *version, const char *between, const Step *step,
                           const char *is, const char *expected) {
        if (!expected || strcmp(is, expected) == 0)
                return;

        n_differences++;
        print_error("%s, systemd %s%s%s, after \"%s\": it is \"%s\" instead of \"%s\"\n", c->name, version,
                    between ? ", always with " : "", between ?: "", step->statement, is, expected);
}

static inline void check_step(Fixture *f, const Case *c, const char *version, const char *between,
                              const Step *step) {
        g_autofree char *service = describe_service(f, "a.service"), *alive = describe_processes(f);

        compare(c, version, between, step, service, step->expected);
        compare(c, version, between, step, alive, step->alive);
}

static inline void run_case(const Case *c, const char *version, const char *between) {
        g_autofree char *scenario = case_scenario(c, between);
        g_autoptr(Fixture) f = fixture_new(version, scenario);
        bool paused = false;

        fixture_step(f, CASE_PREFIX);

        for (unsigned i = 0; i < CASE_STEPS_MAX && c->steps[i].statement; i++) {
                const Step *step = c->steps + i;

                paused = (paused || strcmp(step->statement, "pause") == 0) &&
                         strcmp(step->statement, "resume") != 0;
                fixture_step(f, 1);
                check_step(f, c, version, between, step);

                /* So many reexecs draw more hash keys than a world counts, which does not matter here. */
                assert_true(between || !(f->world->flags & WORLD_LIMIT));

                if (between && !paused) {
                        fixture_step(f, 1);
                        check_step(f, c, version, between, step);
                }
        }

        assert_true(f->world->crashed || f->world->top_pc == f->catalog->top.n_statements);
}

static inline void run_cases(const Case *cases, size_t n) {
        n_differences = 0;

        for (const Case *c = cases; c < cases + n; c++) {
                g_auto(GStrv) versions = g_strsplit(c->versions, " ", -1);

                for (unsigned i = 0; versions[i]; i++) {
                        run_case(c, versions[i], NULL);
                        if (c->fragile)
                                continue;
                        run_case(c, versions[i], "daemon-reload");
                        run_case(c, versions[i], "daemon-reexec");
                }
        }

        assert_int_equal(n_differences, 0);
}

#define RUN_CASES(cases) run_cases(cases, G_N_ELEMENTS(cases))
