/* SPDX-License-Identifier: MIT */
#pragma once

/* The manager: PID 1's event loop on a World. A Manager is only a handle: where the world's arrays are, which
 * systemd it is, whom to ask when the world can go several ways. It owns nothing but its scratch memory, and one
 * thread uses one Manager. */

#include "world.h"

typedef struct Manager Manager;

/* A question that the model asks instead of drawing. */
typedef enum ChoiceKind {
        CHOICE_ORDER,     /* is name a before name b in m->units? 0: a first, 1: b first */
        CHOICE_CALL,      /* which of n calls that arrived together is next */
        CHOICE_INTERRUPT, /* an observation point of a reload: 0: nothing happens; 1..n-1: outside event i */
        CHOICE_SCHEDULE,  /* an order that systemd leaves to pointers or the kernel; 0 is the canonical one */
        CHOICE_FIRST,     /* which of n names is before the others in m->units */
        CHOICE_LAST,      /* which of n names is behind the others */
        _CHOICE_KIND_MAX,
} ChoiceKind;

typedef struct Choice {
        ChoiceKind kind;
        unsigned n;        /* answers are 0..n-1 */
        NameId a, b;       /* ORDER */
        const char *where; /* the function that asks */
        /* FIRST, LAST: those that it can be, and all of whom it is the first or last, which are no fewer. */
        const NameId *names, *among;
        unsigned n_among;
} Choice;

/* A question about m->units, which a complete ranking answers. */
static inline bool choice_is_order(ChoiceKind k) {
        return k == CHOICE_ORDER || k == CHOICE_FIRST || k == CHOICE_LAST;
}

typedef struct Chooser Chooser;
/* The observation points of a reload: @where of Chooser.observation_point(). */
#define OBSERVE_SERIALIZED "manager_serialize"   /* the stream is written; no name */
#define OBSERVE_LOAD       "unit_load"           /* the files of @name are about to be read */
#define OBSERVE_COLDPLUG   "unit_coldplug"       /* @name is about to be coldplugged */
#define OBSERVE_CATCHUP    "unit_cgroup_catchup" /* a look at the cgroup of @name */

struct Chooser {
        unsigned (*choose)(Chooser *self, Manager *m, const Choice *choice);
        /* Which outside events may happen at an observation point of a reload: called with CHOICE_INTERRUPT in
         * sight. Performs the chosen event on the world, or nothing. NULL: nothing ever happens there. */
        void (*observation_point)(Chooser *self, Manager *m, const char *where, NameId name);
};

/* Who wants to know what a step does (traces); NULL everywhere in a search. */
typedef struct Observer Observer;
struct Observer {
        /* @function of PID 1 did something to @unit (a name, ID_NONE: none); @text says what, in one sentence. */
        void (*note)(Observer *self, Manager *m, const char *function, NameId unit, const char *text);
        /* The stream as written, and which entry is about to be applied. */
        void (*stream)(Observer *self, Manager *m, const char *text, size_t size);
        void (*entry)(Observer *self, Manager *m, const char *name, NameId applied_to);
        /* A line that PID 1 logs at level info or above (journal.h). */
        void (*log)(Observer *self, Manager *m, const char *text);
};

/* What happened in a reload, for the properties that speak about one. Filled by manager_reload(). */
typedef struct ReloadReport {
        bool done;
        uint16_t n_written; /* entries in the stream */
        uint16_t n_begun;   /* names that the reader began an entry with */
        bool stream_intact; /* the two sequences were the same */
        NameId first_stray; /* first name at which they differ, ID_NONE */
} ReloadReport;

struct Manager {
        const Catalog *catalog;
        const Profile *profile;
        const WorldLayout *layout;
        Chooser *chooser; /* never NULL while a step runs */
        Observer *observer;
        bool exits_are_told; /* of the top level: no process exits by itself, only by statements */

        /* Bound by manager_bind() to one world */
        World *world;
        Unit *units;
        UnitCommand *commands;
        Dependency *dependencies;
        Process *processes;
        UnitSlot *names;
        ContentId *disk;
        InboxEntry *inbox;
        Message *messages;
        Pid *pid_files;
        Pid *bus_names;
        Client *clients;

        /* Scratch, reused by every step */
        World *before_reload; /* the world at serialization */
        World *scratch_world;
        char *stream; /* text of the last stream, NUL-terminated */
        size_t stream_size, stream_allocated;
        struct StreamIndex *stream_index; /* keys of the stream */
        struct UnitFileCache *unit_files; /* disk.h */
        struct Transaction *transaction;
        ReloadReport reload; /* of the last step; .done is false when it had no reload */
        /* A recording's ranking of m->units: by NameId the place of that name; NULL: the ranking is decided lazily.
         * Where it is given manager_sort_units() and manager_name_before() follow it in full and ask nothing.
         * manager_reload() and manager_reexec() go over to rank_after once the stream is written. */
        const uint16_t *rank, *rank_after;
        bool *ranked; /* by NameId: its place in `rank` was looked at; NULL: nobody wants to know */
        /* Set for a reload in which files change between the loads of its entries: all orders among the names of the same
         * non-zero group matter to the stream, since each load may see another disk. By NameId; NULL: no file changes. */
        const uint8_t *file_groups;
        /* The process that the last exit, signal or notify statement hit, as TAG.N; hit_tag is ID_NONE: none. (Its pid may be
         * another process's once PID 1 has settled.) */
        TextId hit_tag;
        uint16_t hit_number;
        unsigned alternatives; /* how often a step had to pick among equals without being told */
        bool in_call;          /* a client waits for the answer to its call: PID 1 announces changes to it */
};

/* @layout, @catalog, @profile must outlive the manager. */
Manager *manager_new(const Catalog *catalog, const WorldLayout *layout, const Profile *profile);
void manager_free(Manager *m);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Manager, manager_free)

/* Makes @m work on @w from now on. Steps change @w in place. */
void manager_bind(Manager *m, World *w);

/* PID 1 after boot, before the first statement: perpetual units and what refers to the scenario's names. */
void manager_startup(Manager *m);

/* Dispatches all queues until nothing is left, then the one pending event source that sd-event would take. False:
 * there was nothing to do. (manager.c:manager_loop.) A wanted reload or reexec is one dispatch of its own. */
bool manager_dispatch(Manager *m);

/* True when manager_dispatch() would do something. */
bool manager_is_pending(const Manager *m);

/* Dispatches until nothing is pending, or PID 1 died, or @limit dispatches are done (then WORLD_LIMIT is set). */
void manager_settle(Manager *m, unsigned limit);

/* PID 1 reaches an assertion. The world is final from here on; callers return at once. */
void manager_crash(Manager *m, CrashSite site, const Unit *u);

#define MANAGER_IS_RELOADING(m) (((m)->world->flags & WORLD_RELOADING) != 0)
#define MANAGER_CRASHED(m)      ((m)->world->crashed != CRASH_NONE)

/* reload.c */
void manager_reload(Manager *m); /* manager.c:manager_reload */
void manager_reexec(Manager *m); /* main.c, manager.c:manager_startup with a stream */

/* order.c: the ranking of m->units. */
bool manager_name_before(Manager *m, NameId a, NameId b, const char *where);
/* Another of @names is known to be before names[i] (CHOICE_FIRST) or behind it (CHOICE_LAST). */
bool manager_name_is_surpassed(const Manager *m, ChoiceKind kind, const NameId *names, size_t n, size_t i);
/* Makes sure that it is known which of @names comes first or last (CHOICE_FIRST, CHOICE_LAST), and returns its index. */
size_t manager_decide_end(Manager *m, ChoiceKind kind, const NameId *names, size_t n, const char *where);
/* Sorts @slots into an order that m->units may have. Only the order of those pairs is asked for that @rule
 * calls dependent; the others fall where they fall. Its functions have no side effects. */
typedef struct OrderRule {
        /* Marks in @ret, by place in @slots, those that may be in such a pair: most mostly are not. NULL: all may. */
        void (*mark)(Manager *m, const UnitSlot *slots, size_t n, const void *userdata, bool *ret);
        bool (*matters)(Manager *m, UnitSlot a, UnitSlot b, const void *userdata); /* symmetric */
} OrderRule;
void manager_sort_units(Manager *m, UnitSlot *slots, size_t n, const OrderRule *rule, const void *userdata,
                        const char *where);

/* queues.c */
void manager_queue_add(Manager *m, UnitQueue q, Unit *u);    /* nothing when it is in */
void manager_queue_remove(Manager *m, UnitQueue q, Unit *u); /* nothing when it is not in */
Unit *manager_queue_pop(Manager *m, UnitQueue q);            /* as its kind says, LIFO or FIFO; NULL: empty */
bool unit_in_queue(const Unit *u, UnitQueue q);
unsigned manager_dispatch_gc_unit_queue(Manager *m);
unsigned manager_dispatch_cleanup_queue(Manager *m);
unsigned manager_dispatch_start_when_upheld_queue(Manager *m);
unsigned manager_dispatch_stop_when_bound_queue(Manager *m);
unsigned manager_dispatch_stop_when_unneeded_queue(Manager *m);
unsigned manager_dispatch_release_resources_queue(Manager *m);
unsigned manager_dispatch_stop_notify_queue(Manager *m);
unsigned manager_dispatch_target_deps_queue(Manager *m);
unsigned manager_dispatch_cgroup_realize_queue(Manager *m);
void manager_dispatch_cgroup_empty(Manager *m);   /* one unit: cgroup.c:on_cgroup_empty_event */
void manager_dispatch_cgroup_inotify(Manager *m); /* all pending ones */
void manager_dispatch_run_queue(Manager *m);      /* job.c */

/* inbox.c: what waits for PID 1 at normal priority. Taking an entry away keeps the order of the others. */
void manager_inbox_add(Manager *m, const InboxEntry *e);               /* WORLD_LIMIT when there is no room */
void manager_inbox_add_event(Manager *m, InboxKind kind, NameId unit); /* no call; nothing when it is there */
bool manager_inbox_has(const Manager *m, InboxKind kind, NameId unit);
void manager_inbox_remove(Manager *m, unsigned index);

/* sigchld.c */
void manager_dispatch_sigchld(Manager *m); /* one child */
void manager_dispatch_notify(Manager *m);  /* one datagram */
/* Units by pid: cgroup first, then the watch list, each once, in handler order. Returns how many. */
size_t manager_get_units_for_pid(Manager *m, Pid pid, UnitSlot ret[static 5]);
Unit *manager_get_unit_by_cgroup(Manager *m, CGroupPath path);

/* dbus.c: the methods that systemctl calls. @name as given by the caller. */
void manager_dispatch_inbox(Manager *m, unsigned index);
/* Somebody reads properties of the unit by its bus path (`systemctl show`): dbus.c:find_unit loads it first, and a unit
 * that was not found is looked for again. The caller settles. */
void manager_read_properties(Manager *m, NameId name);

/* Where units are. */
static inline Unit *manager_unit(Manager *m, UnitSlot slot) {
        return slot == UNIT_NONE ? NULL : m->units + slot;
}
static inline Unit *manager_get_unit(Manager *m, NameId name) {
        return name == ID_NONE ? NULL : manager_unit(m, m->names[name]);
}
static inline UnitSlot unit_slot(const Manager *m, const Unit *u) {
        return (UnitSlot) (u - m->units);
}
static inline const char *unit_name(const Manager *m, const Unit *u) {
        return m->catalog->names[u->id].name;
}

/* Notes for traces; nothing happens without an observer. */
void manager_note(Manager *m, const char *function, const Unit *u, const char *format, ...) G_GNUC_PRINTF(4, 5);

/* A capacity of the world is used up: the run goes on, the result is incomplete. */
static inline void manager_limit(Manager *m) {
        m->world->flags |= WORLD_LIMIT;
}
