/* SPDX-License-Identifier: MIT */

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "property.h"

static const Property table[] = {
        {
                .name = "no-crash",
                .summary = "no assertion and no assert_not_reached is reached",
                .definition = "After every event PID 1 is alive: no step has reached an assertion or an "
                              "assert_not_reached(). "
                              "It is put to the test by every state that is reached.",
                .on_state = no_crash_on_state,
        },
        {
                .name = "state-kept",
                .summary = "a reload changes no unit's state, processes or job",
                .definition = "From just before serialization to just after catchup, no unit whose own entry "
                              "was written and "
                              "whose name is still canonical changes its active or sub state, its main or "
                              "control process, "
                              "or its job, or is gone from memory with any of these. It is put to the test by "
                              "every such unit in every reload or reexec.",
                .on_reload = state_kept_on_reload,
        },
        {
                .name = "rename-kept",
                .summary = "a running unit whose every name went to one other unit keeps its state there",
                .definition = "From just before serialization to just after catchup: a unit that was neither "
                              "inactive nor failed, and all of whose names now belong to one unit with another "
                              "id, has its active and sub state, its main and control process and its job in "
                              "that unit. Not so if another unit that was neither inactive nor failed has got a "
                              "name of that same unit, too: there is room for one. It is put to the test by "
                              "every such unit in every reload or reexec.",
                .on_reload = rename_kept_on_reload,
        },
        {
                .name = "pid-consistent",
                .summary = "an inactive or failed unit has no main or control process",
                .definition = "After every event, no unit whose active state is inactive or failed has a main "
                              "PID or a control PID. "
                              "It is put to the test by every service that is inactive or failed.",
                .on_state = pid_consistent_on_state,
        },
        {
                .name = "no-lost-process",
                .summary = "each living process of a service is found as that of exactly one service",
                .definition = "After every event, for each living process that PID 1 started for a service, PID "
                              "1's own look-up (by "
                              "cgroup, then by watch list) finds exactly one service. Slices found because a "
                              "cgroup's own unit is "
                              "unknown do not count; processes that KillMode=none or process left alive are "
                              "exempt. It is put to "
                              "the test by every such process.",
                .on_state = no_lost_process_on_state,
        },
        {
                .name = "no-double-start",
                .summary = "no unit's main process is started while another one lives",
                .definition = "After every event, no two living processes were started as ExecStart= main "
                              "processes under names that "
                              "now resolve to one unit, except two that both ran before the reload that joined "
                              "the names. It is "
                              "put to the test by every living main process.",
                .on_state = no_double_start_on_state,
        },
        {
                .name = "job-kept",
                .summary = "a job outlasts a reload, or its client is told its result",
                .definition = "Each job that was installed just before serialization is there just after "
                              "catchup, known by its id, in whichever unit. A job that is dropped with its "
                              "entry, is refused because its unit has one already, or is cancelled while PID 1 "
                              "reloads is lost: PID 1 sends no JobRemoved while it reloads, so its client waits "
                              "forever. It is put to the test by every job in every reload or reexec.",
                .on_reload = job_kept_on_reload,
        },
        {
                .name = "order-independent",
                .summary = "the same schedule ends in the same observable state under every hash order",
                .definition = "Under every order the same schedule (the sequence of outside events, each with "
                              "the dispatches before "
                              "it; an event that is impossible is skipped) comes to rest in the same observable "
                              "state, crashed "
                              "being a state. The fraction is that of all orders but those of the largest "
                              "class, for the schedule "
                              "that tells most apart. It is put to the test by every schedule that comes to "
                              "rest after "
                              "a reload; if no order ever mattered, by every reload.",
                .compares_orders = true,
        },
        {
                .name = "stream-intact",
                .summary = "the reader begins an entry exactly at each name that was written",
                .definition = "In every reload the names with which the reader begins an entry are those that "
                              "the writer wrote, in "
                              "the same order; dropping an entry on purpose is no violation. It is put to the "
                              "test by every entry.",
                .on_reload = stream_intact_on_reload,
        },
        {
                .name = "no-stuck-unit",
                .summary = "at rest, no unit or job waits for what can no longer happen",
                .definition =
                        "When nothing is pending and all clients have finished: a service in a state that "
                        "is to pass has an armed timer, or a living process whose end or message takes it "
                        "out of that state (PID 1 must find the service by it; that a cgroup becomes empty "
                        "must be watched), or, in auto-restart-queued, a job that can proceed. A running "
                        "job belongs to a unit of which that is true, of whatever state, or has a timeout "
                        "of its own. A waiting job is the same, or waits for a job that can proceed. It is "
                        "put to the test by every such service and every job at rest.",
                .at_rest = no_stuck_unit_at_rest,
        },
};

_Static_assert(G_N_ELEMENTS(table) <= PROPERTIES_MAX, "a set of properties is a bit mask");

const Property *properties(size_t *ret_n) {
        *ret_n = G_N_ELEMENTS(table);
        return table;
}

int property_find(const char *name) {
        for (size_t i = 0; i < G_N_ELEMENTS(table); i++)
                if (strcmp(table[i].name, name) == 0)
                        return (int) i;
        return -1;
}

int property_violated(Finding *ret, NameId unit, const char *format, ...) {
        va_list ap;

        if (!ret)
                return PROPERTY_VIOLATED;

        ret->unit = unit;
        va_start(ap, format);
        (void) vsnprintf(ret->text, sizeof(ret->text), format, ap);
        va_end(ap);
        return PROPERTY_VIOLATED;
}

const char *process_label(const Manager *m, Pid pid, char *buffer, size_t size) {
        if (pid == 0)
                return "";

        (void) snprintf(buffer, size, "%s.%u", catalog_text_str(m->catalog, m->processes[pid - 1].tag),
                        (unsigned) world_instances(m->layout, m->world)[pid - 1]);
        return buffer;
}
