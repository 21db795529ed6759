/* SPDX-License-Identifier: MIT */

#include "support.h"

#include <string.h>

#include "traces/scenario.h"

static unsigned choose_first(Chooser *self, Manager *m, const Choice *choice) {
        (void) self, (void) m, (void) choice;
        return 0;
}

Fixture *fixture_new(const char *version, const char *scenario) {
        g_autoptr(GError) error = NULL;
        Fixture *f = g_new0(Fixture, 1);

        f->catalog = scenario_parse("test", scenario, strlen(scenario), NULL, &error);
        if (!f->catalog)
                fail_msg("%s", error->message);
        world_layout(f->catalog, &f->layout);
        f->manager = manager_new(f->catalog, &f->layout, profile_find(version));
        f->world = world_new(&f->layout);
        f->chooser.choose = choose_first;
        f->manager->chooser = &f->chooser;
        manager_bind(f->manager, f->world);
        manager_startup(f->manager);
        return f;
}

void fixture_free(Fixture *f) {
        if (!f)
                return;
        g_free((uint16_t *) (uintptr_t) f->manager->rank);
        manager_free(f->manager);
        g_free(f->world);
        catalog_free(f->catalog);
        g_free(f);
}

void fixture_order(Fixture *f, const char *names) {
        g_auto(GStrv) split = g_strsplit(names, " ", -1);
        uint16_t *rank = g_new(uint16_t, f->catalog->n_names);
        uint16_t next = 0;

        for (size_t i = 0; i < f->catalog->n_names; i++)
                rank[i] = UINT16_MAX;
        for (unsigned i = 0; split[i]; i++)
                rank[catalog_find_name(f->catalog, split[i])] = next++;
        for (size_t i = 0; i < f->catalog->n_names; i++)
                if (rank[i] == UINT16_MAX)
                        rank[i] = next++;
        g_free((uint16_t *) (uintptr_t) f->manager->rank);
        f->manager->rank = f->manager->rank_after = rank;
}

void fixture_step(Fixture *f, unsigned n) {
        while (n-- > 0 && f->world->top_pc < f->catalog->top.n_statements && !f->world->crashed)
                outside_run_statement(f->manager, NULL);
}

void fixture_run(Fixture *f) {
        fixture_step(f, UINT_MAX);
}

static void append_process(Fixture *f, GString *s, const char *label, Pid pid) {
        if (pid == 0)
                return;
        g_string_append_printf(s, " %s=%s.%u", label,
                               catalog_text_str(f->catalog, f->manager->processes[pid - 1].tag),
                               world_instances(&f->layout, f->world)[pid - 1]);
}

char *fixture_describe(Fixture *f, const char *name) {
        Unit *u = manager_get_unit(f->manager, catalog_find_name(f->catalog, name));
        GString *s = g_string_new(NULL);

        if (!u)
                return g_string_free(g_string_append(s, "not-loaded"), FALSE);
        g_string_printf(s, "%s %s %s", unit_load_state_to_string((UnitLoadState) u->load_state),
                        unit_active_state_to_string(unit_active_state(f->manager, u)),
                        unit_sub_state_to_string((UnitType) u->type, u->state));
        if (u->job.installed)
                g_string_append_printf(s, " job=%s", job_type_to_string((JobType) u->job.type));
        if (u->type == UNIT_SERVICE) {
                append_process(f, s, "main", u->service.main_pid);
                append_process(f, s, "control", u->service.control_pid);
        }
        return g_string_free(s, FALSE);
}
