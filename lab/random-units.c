/* SPDX-License-Identifier: MIT */

/* The unit files of a random scenario. What would end by itself some time is a day or for ever away, no limit is ever reached, and
 * nothing starts again by itself at once. */

#include <string.h>

#include "lab/random-plan.h"

#define DEPENDENCIES_MAX 4 /* less one */

#define ACTOR "/usr/bin/actor "

/* clang-format off */
static const Chance unit_lines[] = {
        { 0.04, "  RefuseManualStart=yes\n" },
        { 0.04, "  RefuseManualStop=yes\n" },
        { 0.05, "  CollectMode=inactive-or-failed\n" },
        { 0.05, "  ConditionPathExists=!/nothing\n" },
        { 0.03, "  AssertPathExists=!/nothing\n" },
        { 0.03, "  DefaultDependencies=no\n" },
        { 0.04, "  JobTimeoutSec=1d\n" },
};

static const Chance command_lines[] = {
        { 0.08, "  ExecCondition={|-}" ACTOR "~-cond\n" },
        { 0.18, "  ExecStartPre={|-}" ACTOR "~-pre\n" },
        { 0.15, "  ExecStartPost={|-}" ACTOR "~-post\n" },
        { 0.20, "  ExecReload={|-}" ACTOR "~-reload\n" },
        { 0.20, "  ExecStop=" ACTOR "~-stop\n" },
        { 0.06, "  ExecStop={|-}" ACTOR "~-stop2\n" },
        { 0.15, "  ExecStopPost=" ACTOR "~-stoppost\n" },
};

/* What they are called with tells them apart. */
static const Chance program_lines[] = {
        { 0.08, "  ExecStartPre={/bin/true|-/bin/false} +\n" },
        { 0.08, "  ExecStartPost=/bin/true +\n" },
        { 0.06, "  ExecReload=/bin/{true|false} +\n" },
        { 0.08, "  ExecStop=/bin/{true|false} +\n" },
        { 0.08, "  ExecStopPost=/bin/{true|false} +\n" },
};

static const Chance service_lines[] = {
        { 0.20, "  RemainAfterExit=yes\n" },
        { 0.40, "  Restart={always|on-failure|on-success|on-abnormal|on-abort}\n" },
        { 0.20, "  KillMode={process|mixed|none|control-group}\n" },
        { 0.10, "  SuccessExitStatus={1|SIGKILL|3 SIGABRT}\n" },
        { 0.06, "  RestartPreventExitStatus={1|SIGKILL}\n" },
        { 0.06, "  RestartForceExitStatus={1|SIGKILL}\n" },
        { 0.12, "  NotifyAccess={none|main|exec|all}\n" },
        { 0.04, "  GuessMainPID=no\n" },
        { 0.06, "  ExitType=cgroup\n" },
        { 0.05, "  KillSignal={SIGHUP|SIGINT|SIGKILL}\n" },
        { 0.04, "  SendSIGHUP=yes\n" },
        { 0.04, "  SendSIGKILL=no\n" },
        { 0.04, "  RuntimeMaxSec=1d\n" },
        { 0.04, "  WatchdogSec=1d\n" },
        { 0.04, "  FileDescriptorStoreMax=2\n" },
};

/* Those that stop or start something again by themselves are in one of the two only. */
static const char *const dependencies[] = {
        "{After|After|Before|Wants|Requires|BindsTo|PartOf}",
        ("{After|After|Before|Wants|Requires|BindsTo|PartOf|Requisite|Conflicts|OnFailure|OnSuccess|PropagatesReloadTo|"
         "ReloadPropagatedFrom|PropagatesStopTo|StopPropagatedFrom}"),
        "{After|Before|Wants|Requires|PartOf|Upholds|Upholds|OnFailure}",
};
/* clang-format on */

static void append_dependencies(Plan *p, const char *me) {
        const char *kinds = plan_chance(p, 0.5) ? dependencies[0] : dependencies[p->has_upholds ? 2 : 1];

        for (gint32 n = g_rand_int_range(p->random, 0, DEPENDENCIES_MAX); n > 0; n--) {
                g_string_append(p->text, "  ");
                plan_append(p, me, kinds);
                plan_append(p, me, "=&\n");
        }
}

static void append_unit_section(Plan *p, const char *me) {
        g_string_append(p->text, "  [Unit]\n  StartLimitIntervalSec=0\n");
        append_dependencies(p, me);
        plan_append_some(p, me, unit_lines, G_N_ELEMENTS(unit_lines));
        if (!p->has_upholds && plan_chance(p, 0.05))
                g_string_append(p->text, "  StopWhenUnneeded=yes\n");
}

static const char *append_type(Plan *p) {
        static const char *const types[] = { "simple", "simple",  "exec",    "notify",
                                             "notify", "oneshot", "forking", "notify-reload" };
        const char *type = types[g_rand_int_range(p->random, 0, G_N_ELEMENTS(types))];

        g_string_append_printf(p->text, "  Type=%s\n", type);
        return type;
}

static void append_start(Plan *p, const char *me, const char *type) {
        plan_append(p, me, "  ExecStart=" ACTOR "~");
        if (plan_chance(p, 0.25))
                g_string_append(p->text, " --exit-on-term");
        if (g_str_has_prefix(type, "notify") && plan_chance(p, 0.4))
                g_string_append(p->text, " --ready");
        g_string_append(p->text, "\n");
        if (g_str_equal(type, "oneshot") && plan_chance(p, 0.3))
                plan_append(p, me, "  ExecStart={|-}" ACTOR "~-second\n");
        if (g_str_equal(type, "forking") && plan_chance(p, 0.2))
                plan_append(p, me, "  PIDFile=/run/~.pid\n");
}

static void append_service_section(Plan *p, const char *me) {
        g_string_append(p->text, "  [Service]\n  TimeoutSec=infinity\n  RestartSec=1h\n");
        append_start(p, me, append_type(p));
        plan_append_some(p, me, command_lines, G_N_ELEMENTS(command_lines));
        if (p->has_programs)
                plan_append_some(p, me, program_lines, G_N_ELEMENTS(program_lines));
        plan_append_some(p, me, service_lines, G_N_ELEMENTS(service_lines));
        if (p->has_slice && plan_chance(p, 0.4))
                g_string_append(p->text, "  Slice=s.slice\n");
}

static void append_service(Plan *p, const char *path, const char *me) {
        g_string_append_printf(p->text, "unit %s\n", path);
        append_unit_section(p, me);
        append_service_section(p, me);
}

static void append_target(Plan *p) {
        g_string_append(p->text, "unit t.target\n");
        append_unit_section(p, "t");
        g_string_append(p->text, "  AllowIsolate=no\n");
}

const Trigger *plan_pick_trigger(Plan *p) {
        static const Trigger triggers[] = {
                { "a.socket", "  [Socket]\n  ListenStream=/run/a.sock\n" },
                { "a.timer", "  [Timer]\n  OnActiveSec=1d\n" },
                { "a.path", "  [Path]\n  PathExists=/nothing\n" },
        };

        return triggers + g_rand_int_range(p->random, 0, G_N_ELEMENTS(triggers));
}

static void append_trigger(Plan *p) {
        g_string_append_printf(p->text, "unit %s\n", p->trigger->name);
        append_unit_section(p, "a");
        g_string_append(p->text, p->trigger->body);
}

/* Names that others refer to stay in memory, as what they are when a reload comes. */
static void append_keeper(Plan *p) {
        g_string_append(p->text, "unit keeper.service\n  [Unit]\n  After=x.service y.service\n");
        if (plan_chance(p, 0.5))
                g_string_append(p->text, "  After=a.service b.service c.service\n");
        g_string_append(p->text, "  [Service]\n  ExecStart=" ACTOR "keeper\n");
}

void plan_append_units(Plan *p) {
        append_service(p, "a.service", "a");
        append_service(p, "b.service", "b");
        append_service(p, "c.service", "c");
        if (p->has_template)
                append_service(p, "w@.service", "w%i");
        if (p->has_target)
                append_target(p);
        if (p->has_slice && plan_chance(p, 0.6))
                plan_append(p, "s", "unit s.slice\n  [Unit]\n  {After|Before|Wants}=&\n");
        if (p->trigger)
                append_trigger(p);
        append_keeper(p);
}

void plan_append_rewritten(Plan *p) {
        static const char *const folders[] = { "", "", "", "/run/systemd/system/", "/usr/lib/systemd/system/" };
        static const char *const names[] = { "a", "b", "c", "x" };
        const char *folder = folders[g_rand_int_range(p->random, 0, G_N_ELEMENTS(folders))];
        const char *me = names[g_rand_int_range(p->random, 0, G_N_ELEMENTS(names))];
        g_autofree char *path = g_strdup_printf("%s%s.service", folder, me);

        if (p->has_template && plan_chance(p, 0.15))
                append_service(p, "w@.service", "w%i");
        else if (p->has_target && plan_chance(p, 0.15))
                append_target(p);
        else
                append_service(p, path, me);
}

void plan_append_dropin(Plan *p) {
        const char *me = (const char *[]) { "a", "b", "c" }[g_rand_int_range(p->random, 0, 3)];
        const Chance *line = command_lines + g_rand_int_range(p->random, 0, G_N_ELEMENTS(command_lines));

        plan_append(p, me, "unit {~|~|x}.service.d/{10|20}.conf\n");
        if (plan_chance(p, 0.5)) {
                g_string_append(p->text, "  [Unit]\n");
                append_dependencies(p, me);
        } else {
                g_string_append(p->text, "  [Service]\n");
                plan_append(p, me, line->text);
                plan_append_some(p, me, service_lines, G_N_ELEMENTS(service_lines));
        }
}
