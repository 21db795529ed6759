/* SPDX-License-Identifier: MIT */
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "lab/actor.h"
#include "lab/bus.h"
#include "lab/clock.h"

#define FOREVER       G_MAXUINT64
#define TIMER_OF_UNIT _TIMER_KIND_MAX /* of a timer unit */
#define MARGIN        5000            /* microseconds */
#define STEP          100000 /* by so much a jump grows until the timer elapses: when exactly it was armed is not seen */
#define LATE_MAX      20000000

/* A timer of a unit that runs; in microseconds of PID 1's clock. */
typedef struct Timer {
        char *unit;
        TimerKind kind;
        guint64 armed, length;
} Timer;

static void timer_free(gpointer p) {
        Timer *t = p;

        g_free(t->unit);
        g_free(t);
}

/* NULL: PID 1 has no such clock. */
static ActorClock *map_clock(const Machine *m) {
        g_autofree char *path = g_strconcat(m->container->root, ACTOR_CLOCK, NULL);
        int fd = open(path, O_RDWR | O_CLOEXEC);
        ActorClock *clock;

        if (fd < 0)
                return NULL;
        clock = mmap(NULL, sizeof *clock, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
        close(fd);
        return clock == MAP_FAILED ? NULL : clock;
}

static void set_ahead(const Machine *m, gint64 nanoseconds) {
        ActorClock *clock = map_clock(m);

        if (!clock)
                return;
        clock->ahead = nanoseconds;
        munmap(clock, sizeof *clock);
}

static bool is_loaded(const Machine *m) {
        ActorClock *clock = map_clock(m);
        bool loaded = clock && clock->loaded;

        if (clock)
                munmap(clock, sizeof *clock);
        return loaded;
}

/* The true time; PID 1's own is the same while it is not ahead. */
static guint64 get_now(void) {
        return (guint64) g_get_monotonic_time();
}

static guint64 get_number(Bus *bus, const char *unit, const char *interface, const char *property) {
        bool lost = false;
        g_autofree char *text = bus_get(bus, unit, interface, property, &lost);

        return text ? g_ascii_strtoull(text, NULL, 10) : FOREVER;
}

static void add_timer(GPtrArray *timers, const char *unit, TimerKind kind, guint64 armed, guint64 length) {
        Timer *t;

        if (length == FOREVER || length == 0 || armed == FOREVER)
                return;
        t = g_new0(Timer, 1);
        *t = (Timer) { .unit = g_strdup(unit), .kind = kind, .armed = armed, .length = length };
        g_ptr_array_add(timers, t);
}

/* Which timer a service has in a state, and since when. */
static void add_state_timer(Bus *bus, const BusUnit *u, GPtrArray *timers) {
        static const struct {
                const char *prefix;
                TimerKind kind;
                const char *length, *since;
        } table[] = {
                { "condition", TIMER_START, "TimeoutStartUSec", "StateChangeTimestampMonotonic" },
                { "start", TIMER_START, "TimeoutStartUSec", "StateChangeTimestampMonotonic" },
                { "reload", TIMER_START, "TimeoutStartUSec", "StateChangeTimestampMonotonic" },
                { "refresh", TIMER_START, "TimeoutStartUSec", "StateChangeTimestampMonotonic" },
                { "running", TIMER_RUNTIME, "RuntimeMaxUSec", "ActiveEnterTimestampMonotonic" },
                { "auto-restart-queued", TIMER_ANY, NULL, NULL },
                { "auto-restart", TIMER_RESTART, "RestartUSec", "InactiveEnterTimestampMonotonic" },
                { "stop-watchdog", TIMER_STOP, "TimeoutAbortUSec", "StateChangeTimestampMonotonic" },
                { "stop", TIMER_STOP, "TimeoutStopUSec", "StateChangeTimestampMonotonic" },
                { "final-watchdog", TIMER_STOP, "TimeoutAbortUSec", "StateChangeTimestampMonotonic" },
                { "final", TIMER_STOP, "TimeoutStopUSec", "StateChangeTimestampMonotonic" },
        };

        for (size_t i = 0; i < G_N_ELEMENTS(table); i++) {
                guint64 next;

                if (!g_str_has_prefix(u->sub_state, table[i].prefix))
                        continue;
                if (!table[i].length)
                        return;
                /* The pauses between restarts may grow, from 254 on. */
                next = table[i].kind == TIMER_RESTART ? get_number(bus, u->name, "Service", "RestartUSecNext")
                                                      : FOREVER;
                add_timer(timers, u->name, table[i].kind, get_number(bus, u->name, "Unit", table[i].since),
                          next != FOREVER ? next : get_number(bus, u->name, "Service", table[i].length));
                return;
        }
}

static void add_elapse(GPtrArray *timers, const char *unit, guint64 next, guint64 now) {
        if (next != 0 && next != FOREVER)
                add_timer(timers, unit, TIMER_OF_UNIT, get_now(), next > now ? next - now : 1);
}

static void add_unit_timers(Bus *bus, const BusUnit *u, GPtrArray *timers) {
        if (!g_str_equal(u->sub_state, "waiting"))
                return;
        add_elapse(timers, u->name, get_number(bus, u->name, "Timer", "NextElapseUSecMonotonic"), get_now());
        add_elapse(timers, u->name, get_number(bus, u->name, "Timer", "NextElapseUSecRealtime"),
                   (guint64) g_get_real_time());
}

static void add_timers_of(Bus *bus, const BusUnit *u, GPtrArray *timers) {
        guint64 since;

        if (g_str_has_suffix(u->name, ".timer"))
                add_unit_timers(bus, u, timers);
        if (g_str_has_suffix(u->name, ".service")) {
                add_state_timer(bus, u, timers);
                since = get_number(bus, u->name, "Service", "WatchdogTimestampMonotonic");
                if (since != 0)
                        add_timer(timers, u->name, TIMER_WATCHDOG, since,
                                  get_number(bus, u->name, "Service", "WatchdogUSec"));
        }
        if (*u->job) /* it does not say since when; what the unit did last was before that */
                add_timer(timers, u->name, TIMER_JOB,
                          get_number(bus, u->name, "Unit", "StateChangeTimestampMonotonic"),
                          MIN(get_number(bus, u->name, "Unit", "JobTimeoutUSec"),
                              get_number(bus, u->name, "Unit", "JobRunningTimeoutUSec")));
}

/* NULL: PID 1 does not answer. */
static GPtrArray *read_timers(const Machine *m, const Catalog *c, Bus *bus) {
        g_autoptr(GPtrArray) units = bus_list_units(bus);
        GPtrArray *timers;

        if (!units)
                return NULL;
        timers = g_ptr_array_new_with_free_func(timer_free);
        for (unsigned i = 0; i < units->len; i++) {
                const BusUnit *u = units->pdata[i];
                NameId name = catalog_find_name(c, u->name);

                if (name != ID_NONE && c->names[name].observed && g_str_equal(u->load_state, "loaded"))
                        add_timers_of(bus, u, timers);
        }
        return timers;
}

static bool is_meant(const Timer *t, TimerKind kind) {
        return kind == TIMER_ANY ? t->kind != TIMER_OF_UNIT : t->kind == kind;
}

static guint64 due_of(const Timer *t) {
        return t->armed + t->length;
}

/* Of the unit's timers the one that is meant, NULL: it is not armed. */
static const Timer *find_timer(const GPtrArray *timers, const char *id, TimerKind kind) {
        const Timer *found = NULL;

        for (unsigned i = 0; i < timers->len; i++) {
                const Timer *t = timers->pdata[i];

                if (!g_str_equal(t->unit, id) || !is_meant(t, kind))
                        continue;
                if (!found || (kind == TIMER_OF_UNIT ? due_of(t) < due_of(found) : t->armed < found->armed))
                        found = t;
        }
        return found;
}

/* A timer unit has two, one for each clock, and elapses only once. */
static bool is_same_unit_timer(const Timer *a, const Timer *b) {
        return a->kind == TIMER_OF_UNIT && b->kind == TIMER_OF_UNIT && g_str_equal(a->unit, b->unit);
}

/* Another that would elapse by a jump to @end, NULL: none. */
static const Timer *find_earlier(const GPtrArray *timers, const Timer *wanted, guint64 end) {
        for (unsigned i = 0; i < timers->len; i++) {
                const Timer *t = timers->pdata[i];

                if (t != wanted && due_of(t) <= end && !is_same_unit_timer(t, wanted))
                        return t;
        }
        return NULL;
}

static char *read_state(Bus *bus, const char *unit) {
        bool lost = false;
        g_autofree char *sub = bus_get(bus, unit, "Unit", "SubState", &lost),
                        *job = bus_get(bus, unit, "Unit", "Job", &lost),
                        *since = bus_get(bus, unit, "Unit", "StateChangeTimestampMonotonic", &lost);

        return lost ? NULL : g_strdup_printf("%s %s %s", sub, job, since);
}

/* Puts the clock ahead more and more, until something happens to the unit. */
static bool jump(const Machine *m, const GPtrArray *timers, const Timer *t, char **ret_why) {
        guint64 due = due_of(t);
        g_autofree char *before = NULL;

        for (guint64 late = MARGIN; late < LATE_MAX; late += STEP) {
                guint64 now = get_now(), end = due + late;
                const Timer *other = find_earlier(timers, t, end);
                g_autofree char *state = NULL;
                Bus *bus;

                if (other) {
                        *ret_why =
                                g_strdup_printf("a timer of %s elapses before that of %s", other->unit, t->unit);
                        return false;
                }
                if (!before && (bus = bus_open(m->container))) {
                        before = read_state(bus, t->unit);
                        bus_close(bus);
                }
                set_ahead(m, end > now ? (gint64) (end - now) * 1000 : 0);
                bus = bus_open(m->container);
                state = bus ? read_state(bus, t->unit) : NULL;
                bus_close(bus);
                if (!state || g_strcmp0(state, before) != 0)
                        return true;
        }
        *ret_why = g_strdup_printf("the timer of %s did not elapse", t->unit);
        return false;
}

/* A stopped PID 1 sees the whole jump at once; no timer that is armed is longer away. */
static bool jump_while_stopped(const Machine *m, const char *unit, TimerKind kind, char **ret_why) {
        const Timer *t = m->timers ? find_timer(m->timers, unit, kind) : NULL;
        const Timer *other;
        guint64 now = get_now(), end;

        if (!t)
                return true;
        end = MAX(now, t->armed) + t->length + MARGIN;
        other = find_earlier(m->timers, t, end);
        if (other)
                *ret_why = g_strdup_printf("a timer of %s elapses before that of %s", other->unit, t->unit);
        else
                set_ahead(m, (gint64) (end - now) * 1000);
        return !other;
}

/* The model has timers that always have a next time. What elapses once has none when its service is down before the clock is back. */
static char *unit_obstacle(Bus *bus, const char *id) {
        bool lost = false;
        g_autofree char *monotonic = bus_get(bus, id, "Timer", "TimersMonotonic", &lost),
                        *calendar = bus_get(bus, id, "Timer", "TimersCalendar", &lost);

        if (!monotonic || !calendar || strchr(calendar, '(') || strstr(monotonic, "OnUnit"))
                return NULL;
        return g_strdup("it elapses only once; give it OnCalendar= or OnUnitActiveSec=");
}

void clock_prepare(Machine *m, const Catalog *c) {
        Bus *bus = bus_open(m->container);

        g_clear_pointer(&m->timers, g_ptr_array_unref);
        m->timers = bus ? read_timers(m, c, bus) : NULL;
        bus_close(bus);
}

/* NULL: nothing is armed, or PID 1 does not answer. *ret_timers are all that are. */
static const Timer *ask_for_timer(const Machine *m, const Catalog *c, const char *unit, TimerKind kind,
                                  GPtrArray **ret_timers, char **ret_why) {
        Bus *bus = bus_open(m->container);
        g_autoptr(GPtrArray) units = bus ? bus_list_units(bus) : NULL;
        g_autofree char *id = units ? bus_find_unit(bus, units, unit) : NULL;

        *ret_timers = id ? read_timers(m, c, bus) : NULL;
        if (id && kind == TIMER_OF_UNIT)
                *ret_why = unit_obstacle(bus, id);
        bus_close(bus);
        return *ret_timers && !*ret_why ? find_timer(*ret_timers, id, kind) : NULL;
}

static bool elapse(const Machine *m, const Catalog *c, const char *unit, TimerKind kind, char **ret_why) {
        g_autoptr(GPtrArray) timers = NULL;
        const Timer *t;

        if (!is_loaded(m)) {
                *ret_why =
                        g_strdup("the clock of this PID 1 cannot be moved: it does not load coldplug-clock.so");
                return false;
        }
        if (m->paused)
                return jump_while_stopped(m, unit, kind, ret_why);
        t = ask_for_timer(m, c, unit, kind, &timers, ret_why);
        return t ? jump(m, timers, t, ret_why) : !*ret_why;
}

bool clock_elapse(const Machine *m, const Catalog *c, const Statement *s, char **ret_why) {
        return elapse(m, c, catalog_name_str(c, s->unit), (TimerKind) s->number, ret_why);
}

bool clock_fire(const Machine *m, const Catalog *c, const char *unit, char **ret_why) {
        return elapse(m, c, unit, TIMER_OF_UNIT, ret_why);
}

void clock_return(const Machine *m) {
        set_ahead(m, 0);
}
