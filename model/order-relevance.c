/* SPDX-License-Identifier: MIT */

/* Which pairs of units can tell in which order a reload walks through m->units. All other pairs commute, and nobody
 * has to ask for their order. In doubt a pair matters. */

#include <string.h>

#include "disk.h"
#include "fixes.h"
#include "tables.h"

/* Serialization, and with it deserialization */

static uint64_t *unit_names(const StreamOrder *o, UnitSlot slot) {
        return o->names + slot * o->n_words;
}

static bool has_name(const StreamOrder *o, UnitSlot slot, NameId name) {
        return unit_names(o, slot)[name / 64] & BIT(name % 64);
}

/* Of the entries that come to the unit called @id only its own is applied there. */
static bool entries_stay_apart(const Manager *m, NameId id) {
        if (fixes_drop_aliases(m->profile))
                return true;

        return fixes_drop_stale(m->profile) && m->names[id] != UNIT_NONE && m->units[m->names[id]].id == id;
}

/* What manager_load_unit() will make of the entry's name. A name whose file cannot be found out stays what it is. */
static void prepare_unit(Manager *m, StreamOrder *o, UnitSlot slot) {
        NameId *names = g_newa(NameId, m->catalog->n_names), own = m->units[slot].id, id;
        PathId fragment;
        size_t n = 0;
        bool readable = false;

        if (unit_file_find_fragment(m, own, &fragment, &id, names, &n) >= 0 && fragment != ID_NONE &&
            id != ID_NONE) {
                ContentId content;

                readable = disk_read(m, fragment, &content) > 0;
                for (size_t i = 0; i < n; i++)
                        unit_names(o, slot)[names[i] / 64] |= BIT(names[i] % 64);
        } else
                id = own;

        o->ids[slot] = id;
        unit_names(o, slot)[own / 64] |= BIT(own % 64);

        /* Not so with a masked file: whether its aliases are merged depends on who is loaded first. */
        o->separate[slot] = readable && entries_stay_apart(m, id);
}

static bool meet(const Manager *m, const StreamOrder *o, UnitSlot a, UnitSlot b) {
        return o->ids[a] == o->ids[b] || has_name(o, a, m->units[b].id) || has_name(o, b, m->units[a].id);
}

/* Two jobs of a kind cannot be in one unit: the second entry is given up there, and a skip that takes the end of its
 * other job for that of the entry swallows the following one. */
static bool giving_up_may_desync(const Manager *m, const StreamOrder *o, UnitSlot slot) {
        const Unit *u = m->units + slot;

        if (!u->job.installed || !u->nop_job.installed)
                return false;

        for (size_t i = 0; i < m->layout->n_units; i++) {
                const Unit *other = m->units + i;

                if (other->in_use && i != slot && (other->job.installed || other->nop_job.installed) &&
                    meet(m, o, slot, (UnitSlot) i))
                        return true;
        }

        return false;
}

/* The end of a job is taken for that of the entry wherever an entry with one is skipped: what comes next is swallowed. */
static bool skip_may_desync(const Manager *m, const StreamOrder *o, UnitSlot slot) {
        const Profile *p = m->profile;
        const Unit *u = m->units + slot;

        if (fixes_skip_knows_jobs(p) || (!u->job.installed && !u->nop_job.installed))
                return false;

        return fixes_collect_names(p) || fixes_tell_names_apart(p) ||
               (fixes_drop_aliases(p) && (m->file_groups || o->ids[slot] != u->id)) ||
               giving_up_may_desync(m, o, slot);
}

/* Masked files. Units of one masked file are not merged any more once each is loaded, so it matters who is loaded first: by
 * its own entry, or by another one that speaks of it. */

static bool name_is_in(const uint64_t *names, NameId name) {
        return name != ID_NONE && (names[name / 64] & BIT(name % 64)) != 0;
}

/* True: the name's file is masked and has other names. These are added to @names. */
static bool add_masked_names(Manager *m, NameId name, uint64_t *names) {
        NameId *all = g_newa(NameId, m->catalog->n_names), id;
        ContentId content;
        PathId fragment;
        size_t n = 0;

        if (unit_file_find_fragment(m, name, &fragment, &id, all, &n) < 0 || fragment == ID_NONE || n < 2 ||
            disk_read(m, fragment, &content) > 0)
                return false;

        for (size_t i = 0; i < n; i++)
                names[all[i] / 64] |= BIT(all[i] % 64);
        return true;
}

static bool text_mentions(const Catalog *c, ContentId content, const uint64_t *names) {
        const char *text = c->contents[content].text;

        for (NameId i = 0; i < c->n_names && text; i++)
                if (name_is_in(names, i) && strstr(text, c->names[i].name))
                        return true;
        return false;
}

/* Whether some file that @name may have speaks of one of @names: in doubt, whether or not it has it now. */
static bool name_leads_to(const Catalog *c, NameId name, const uint64_t *names) {
        const CatalogName *n = c->names + name;

        if (name_is_in(names, n->related) || (n->base != ID_NONE && text_mentions(c, n->base, names)))
                return true;

        for (size_t i = 0; i < c->n_contents; i++)
                if (c->fragments[i * c->n_names + name] && text_mentions(c, (ContentId) i, names))
                        return true;

        for (size_t i = 0; i < c->n_paths; i++)
                if (c->paths[i].name == name && c->paths[i].kind != PATH_FRAGMENT &&
                    name_is_in(names, c->paths[i].target))
                        return true;
        return false;
}

static void find_unsettled(Manager *m, uint64_t *names) {
        const Catalog *c = m->catalog;
        bool more = false;

        for (NameId i = 0; i < c->n_names; i++)
                more |= add_masked_names(m, i, names);

        while (more) {
                more = false;
                for (NameId i = 0; i < c->n_names; i++)
                        if (!name_is_in(names, i) && name_leads_to(c, i, names)) {
                                names[i / 64] |= BIT(i % 64);
                                more = true;
                        }
        }
}

/* Both of two that meet. */
static void mark_meeting(const Manager *m, StreamOrder *o, UnitSlot slot) {
        for (size_t w = 0; w < o->n_words; w++)
                for (uint64_t bits = unit_names(o, slot)[w]; bits != 0; bits &= bits - 1) {
                        NameId name = (NameId) (w * 64 + (unsigned) __builtin_ctzll(bits));
                        UnitSlot other = m->names[name];

                        if (other != UNIT_NONE && other != slot && m->units[other].id == name)
                                o->alone[slot] = o->alone[other] = false;
                }
}

/* Most units have to do with no other one, and need not be compared with all of them. */
static void find_alone(const Manager *m, StreamOrder *o) {
        uint16_t *n_ids = g_newa0(uint16_t, m->layout->n_names),
                 *n_cgroups = g_newa0(uint16_t, m->layout->n_names);

        for (size_t i = 0; i < m->layout->n_units; i++)
                if (m->units[i].in_use) {
                        n_ids[o->ids[i]]++;
                        if (m->units[i].cgroup.name != ID_NONE)
                                n_cgroups[m->units[i].cgroup.name]++;
                        o->alone[i] = !o->everything;
                }

        for (size_t i = 0; i < m->layout->n_units; i++) {
                const Unit *u = m->units + i;

                if (!u->in_use)
                        continue;
                if (n_ids[o->ids[i]] > 1 || name_is_in(o->unsettled, u->id) ||
                    (u->cgroup.name != ID_NONE && n_cgroups[u->cgroup.name] > 1) ||
                    (m->file_groups && m->file_groups[u->id] != 0))
                        o->alone[i] = false;
                mark_meeting(m, o, (UnitSlot) i);
        }
}

void stream_order_prepare(Manager *m, StreamOrder *order) {
        find_unsettled(m, order->unsettled);

        for (size_t i = 0; i < m->layout->n_units; i++)
                if (m->units[i].in_use)
                        prepare_unit(m, order, (UnitSlot) i);

        order->everything = fixes_give_entries(m->profile);
        for (size_t i = 0; i < m->layout->n_units && !order->everything; i++)
                order->everything = m->units[i].in_use && skip_may_desync(m, order, (UnitSlot) i);

        find_alone(m, order);
}

/* What unit_serialize() writes of a unit besides its flags, as far as it is not configuration. */
static bool runtime_is_equal(const Service *a, const Service *b) {
        size_t start = offsetof(Service, flags), end = offsetof(Service, timer_seq);

        return memcmp((const uint8_t *) a + start, (const uint8_t *) b + start, end - start) == 0;
}

static bool entry_is_bare(const Unit *u) {
        return !u->job.installed && !u->nop_job.installed && u->cgroup.name == ID_NONE &&
               u->service.main_pid == 0 && u->service.control_pid == 0 && u->service.main_command == 0 &&
               u->service.control_command == 0;
}

/* True: the two entries are the same but for the name, whoever reads one of them after the other reads nothing new. */
static bool entries_are_equal(const Unit *a, const Unit *b) {
        uint16_t written = (uint16_t) ~(UNIT_COLDPLUGGED | UNIT_NOT_FOUND_STALE | UNIT_BUS_TRACKED |
                                        UNIT_PERPETUAL | UNIT_IS_ORPHAN | UNIT_START_LIMIT_HIT);

        return entry_is_bare(a) && entry_is_bare(b) && a->type == b->type && a->state == b->state &&
               a->timestamps == b->timestamps && ((a->flags ^ b->flags) & written) == 0 &&
               a->start_ratelimit == b->start_ratelimit && a->start_limit_burst == b->start_limit_burst &&
               a->start_limit_interval_zero == b->start_limit_interval_zero &&
               a->auto_start_stop_ratelimit == b->auto_start_stop_ratelimit &&
               runtime_is_equal(&a->service, &b->service);
}

static bool cgroups_are_shared(const Unit *a, const Unit *b) {
        return a->cgroup.name != ID_NONE && a->cgroup.name == b->cgroup.name &&
               a->cgroup.slice == b->cgroup.slice;
}

static bool files_may_change(const Manager *m, const Unit *a, const Unit *b) {
        return m->file_groups && m->file_groups[a->id] != 0 && m->file_groups[a->id] == m->file_groups[b->id];
}

bool stream_order_is_special(const Manager *m, UnitSlot a, UnitSlot b, const StreamOrder *o) {
        const Unit *ua = m->units + a, *ub = m->units + b;

        return o->everything || files_may_change(m, ua, ub) || cgroups_are_shared(ua, ub) ||
               (name_is_in(o->unsettled, ua->id) && name_is_in(o->unsettled, ub->id));
}

bool stream_order_matters(Manager *m, UnitSlot a, UnitSlot b, const void *stream_order) {
        const Unit *ua = m->units + a, *ub = m->units + b;
        const StreamOrder *o = stream_order;

        if (stream_order_is_special(m, a, b, o))
                return true;

        if (!meet(m, o, a, b) || (entries_are_equal(ua, ub) && !fixes_tell_names_apart(m->profile)))
                return false;

        return !(o->ids[a] == o->ids[b] &&
                 ((o->separate[a] && o->separate[b]) || (o->settled[a] && o->settled[b])));
}

static void stream_order_mark(Manager *m, const UnitSlot *slots, size_t n, const void *stream_order, bool *ret) {
        const StreamOrder *o = stream_order;

        (void) m;

        for (size_t i = 0; i < n; i++)
                ret[i] = !o->alone[slots[i]];
}

const OrderRule stream_order_rule = { .mark = stream_order_mark, .matters = stream_order_matters };

/* Coldplug */

/* Queues that are emptied from the top, with effects on other units: who is put there when a unit changes its state
 * (unit-notify.c). */
typedef struct NotifyQueue {
        uint64_t others; /* these dependencies of it */
        uint64_t self;   /* the unit itself, if it has one of these */
        uint8_t config;  /* only units with this setting, 0: all */
} NotifyQueue;

/* clang-format off */
static const NotifyQueue notify_queues[] = {
        { DEPS_ADD_START_WHEN_UPHELD_QUEUE,        DEPS_START_STEADILY,            0                         },
        { DEPS_ADD_CANNOT_BE_ACTIVE_WITHOUT_QUEUE, DEPS_CANNOT_BE_ACTIVE_WITHOUT,  0                         },
        { DEPS_ADD_STOP_WHEN_UNNEEDED_QUEUE,       0,                              CONFIG_STOP_WHEN_UNNEEDED },
};
/* clang-format on */

/* How many units @u may put there, up to two. *only is one of them. */
static unsigned count_submitted(Manager *m, const Unit *u, const NotifyQueue *q, const Unit **only) {
        DependencyIterator i = { .types = q->others };
        const Unit *other;
        bool submits_self;

        submits_self = q->config != 0 ? (u->config & q->config) != 0 : unit_has_dependency(m, u, q->self, NULL);
        if (submits_self) {
                if (*only && *only != u)
                        return 2;
                *only = u;
        }

        while ((other = unit_next_dependency(m, u, &i))) {
                if (q->config != 0 && (other->config & q->config) == 0)
                        continue;
                if (*only && *only != other)
                        return 2;
                *only = other;
        }

        return *only ? 1 : 0;
}

/* Each of the two puts somebody there, and together they put more than one. */
static bool queue_order_matters(Manager *m, const Unit *a, const Unit *b, const NotifyQueue *q) {
        const Unit *from_a = NULL, *from_b = NULL;
        unsigned n_a, n_b;

        n_a = count_submitted(m, a, q, &from_a);
        if (n_a == 0)
                return false;
        n_b = count_submitted(m, b, q, &from_b);
        if (n_b == 0)
                return false;

        return n_a > 1 || n_b > 1 || from_a != from_b;
}

/* A pid that two units watch is found by the one first that came first. */
static bool pids_are_shared(const Service *a, const Service *b) {
        const Pid pids_a[] = { a->main_pid, a->control_pid }, pids_b[] = { b->main_pid, b->control_pid };

        for (size_t i = 0; i < 2; i++)
                for (size_t j = 0; j < 2; j++)
                        if (pids_a[i] != 0 && pids_a[i] == pids_b[j])
                                return true;

        return false;
}

/* Who changes its state last sees the other as it will be, or as if it were dead. A unit that was dead changes nothing
 * and tells nobody, in all types (service.c:service_coldplug and its kin). */
static bool coldplug_order_matters(Manager *m, UnitSlot a, UnitSlot b, const void *unused) {
        const Unit *ua = m->units + a, *ub = m->units + b;

        (void) unused;

        if (ua->service.deserialized_state == 0 || ub->service.deserialized_state == 0)
                return false;

        if (unit_has_dependency(m, ua, BIT(UNIT_TRIGGERS) | BIT(UNIT_TRIGGERED_BY), ub) ||
            pids_are_shared(&ua->service, &ub->service))
                return true;

        for (size_t i = 0; i < G_N_ELEMENTS(notify_queues); i++)
                if (queue_order_matters(m, ua, ub, notify_queues + i))
                        return true;

        return false;
}

/* The kinds of edges at which the functions above look. */
static uint64_t types_that_matter(const Manager *m) {
        uint64_t types = BIT(UNIT_TRIGGERS) | BIT(UNIT_TRIGGERED_BY);
        uint8_t config = 0;

        for (size_t i = 0; i < m->layout->n_units; i++)
                config |= m->units[i].in_use ? m->units[i].config : 0;
        for (size_t i = 0; i < G_N_ELEMENTS(notify_queues); i++)
                if (notify_queues[i].config == 0 || (config & notify_queues[i].config) != 0)
                        types |= notify_queues[i].others | notify_queues[i].self;
        return types;
}

static uint8_t configs_that_matter(void) {
        uint8_t config = 0;

        for (size_t i = 0; i < G_N_ELEMENTS(notify_queues); i++)
                config |= notify_queues[i].config;
        return config;
}

static void mark_dependencies(const Manager *m, bool *marked) {
        uint64_t types = types_that_matter(m);

        for (size_t i = 0; i < m->world->n_dependencies; i++) {
                const Dependency *d = m->dependencies + i;

                if (types & BIT(d->type))
                        marked[d->from] = true;
                if (types & BIT(unit_dependency_inverse((UnitDependency) d->type)))
                        marked[d->to] = true;
        }
}

static void count_pids(const Manager *m, uint16_t *n) {
        for (size_t i = 0; i < m->layout->n_units; i++)
                if (m->units[i].in_use) {
                        n[m->units[i].service.main_pid]++;
                        n[m->units[i].service.control_pid]++;
                }
        n[0] = 0;
}

static void coldplug_order_mark(Manager *m, const UnitSlot *slots, size_t n, const void *unused, bool *ret) {
        uint16_t *n_pids = g_newa0(uint16_t, m->layout->n_processes + 1);
        bool *marked = g_newa0(bool, m->layout->n_units);
        uint8_t config = configs_that_matter();

        (void) unused;

        mark_dependencies(m, marked);
        count_pids(m, n_pids);
        for (size_t i = 0; i < n; i++) {
                const Unit *u = m->units + slots[i];

                ret[i] = u->service.deserialized_state != 0 &&
                         (marked[slots[i]] || (u->config & config) != 0 || n_pids[u->service.main_pid] > 1 ||
                          n_pids[u->service.control_pid] > 1);
        }
}

const OrderRule coldplug_order_rule = { .mark = coldplug_order_mark, .matters = coldplug_order_matters };

/* Catchup */

/* on_cgroup_empty_event() takes one unit at a time, the last that came first. For an inactive or failed one it only
 * prunes. */
static bool catchup_queues_unit(Manager *m, const Unit *u) {
        return !UNIT_IS_INACTIVE_OR_FAILED(unit_active_state(m, u)) && unit_check_cgroup_events(m, u) > 0;
}

static bool catchup_order_matters(Manager *m, UnitSlot a, UnitSlot b, const void *unused) {
        (void) unused;

        return catchup_queues_unit(m, m->units + a) && catchup_queues_unit(m, m->units + b);
}

static void catchup_order_mark(Manager *m, const UnitSlot *slots, size_t n, const void *unused, bool *ret) {
        (void) unused;

        for (size_t i = 0; i < n; i++)
                ret[i] = catchup_queues_unit(m, m->units + slots[i]);
}

const OrderRule catchup_order_rule = { .mark = catchup_order_mark, .matters = catchup_order_matters };
