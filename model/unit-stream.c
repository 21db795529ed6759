/* SPDX-License-Identifier: MIT */

/* unit-serialize.c, job.c, cgroup.c: what one entry of the stream says about any type of unit. Keys whose value the
 * model does not keep are written with a made-up value, exactly when the real ones are written. */

#include <errno.h>
#include <string.h>

#include "fixes.h"
#include "job.h"
#include "kernel.h"
#include "tables.h"
#include "unit-types.h"

#define CGROUP_PATH_MAX 1024U

#define INVOCATION_ID "00000000000000000000000000000001"

typedef struct FlagKey {
        const char *key;
        uint16_t flag;
} FlagKey;

/* Writing, unit-serialize.c:unit_serialize, unit_serialize_state */

/* clang-format off */
static const FlagKey timestamp_keys[] = {
        { "state-change-timestamp",   TIMESTAMP_STATE_CHANGE   },
        { "inactive-exit-timestamp",  TIMESTAMP_INACTIVE_EXIT  },
        { "active-enter-timestamp",   TIMESTAMP_ACTIVE_ENTER   },
        { "active-exit-timestamp",    TIMESTAMP_ACTIVE_EXIT    },
        { "inactive-enter-timestamp", TIMESTAMP_INACTIVE_ENTER },
        { "condition-timestamp",      TIMESTAMP_CONDITION      },
        { "assert-timestamp",         TIMESTAMP_ASSERT         },
};
/* clang-format on */

/* DefaultStartLimitIntervalSec=, and the limit of the queues */
#define RATELIMIT_INTERVAL    10000000U
#define AUTO_START_STOP_BURST 16U

static void serialize_ratelimit(Manager *m, const char *key, bool off, unsigned num, unsigned burst) {
        const unsigned values[] = { num > 0 ? 1 : 0, off ? 0 : RATELIMIT_INTERVAL, num, burst };

        stream_item_numbers(m, key, values, G_N_ELEMENTS(values));
}

static void serialize_accounting(Manager *m, const Unit *u) {
        stream_literal(m, "cpu-usage-base=0\n");
        if (u->timestamps & TIMESTAMP_INACTIVE_EXIT)
                stream_literal(m, "cpu-usage-last=0\n");
}

static void serialize_io_accounting(Manager *m) {
        stream_literal(m, "io-accounting-read-bytes-base=0\n"
                          "io-accounting-write-bytes-base=0\n"
                          "io-accounting-read-operations-base=0\n"
                          "io-accounting-write-operations-base=0\n");
}

static void serialize_cgroup_path(Manager *m, const Unit *u) {
        char path[CGROUP_PATH_MAX];

        if (!cgroup_path_is_set(u->cgroup))
                return;

        cgroup_path_to_string(m->catalog, u->cgroup, path, sizeof(path));
        stream_item_string(m, "cgroup", path);
}

static void serialize_cgroup_realized(Manager *m, const Unit *u) {
        bool realized = u->flags & UNIT_CGROUP_REALIZED;

        if (m->profile->stream_cgroup_realized)
                stream_item_bool(m, "cgroup-realized", realized);
        if (realized)
                stream_literal(m, "cgroup-realized-mask=bpf-firewall bpf-devices\n");
}

/* cgroup.c:cgroup_runtime_serialize, 257-262: nothing for a unit that never needed a cgroup. Before, the fields
 * belonged to the unit itself and were always written. */
static void serialize_cgroup(Manager *m, const Unit *u) {
        if (!m->profile->cgroup_runtime) {
                serialize_accounting(m, u);
                serialize_io_accounting(m);
                serialize_cgroup_path(m, u);
                serialize_cgroup_realized(m, u);
                return;
        }

        if (!(u->flags & UNIT_HAS_CGROUP_RUNTIME))
                return;

        serialize_cgroup_path(m, u);
        stream_literal(m, "cgroup-id=1\n");
        serialize_cgroup_realized(m, u);
        serialize_accounting(m, u);
        serialize_io_accounting(m);
}

static uint32_t *unit_job_id(Manager *m, const Unit *u, bool nop) {
        return world_job_ids(m->layout, m->world) + (size_t) unit_slot(m, u) * 2 + nop;
}

/* unit.c:activation_details_serialize */
static void serialize_details(Manager *m, const Job *j) {
        if (j->details == 0)
                return;

        stream_item_string(m, "activation-details-unit-type", unit_type_to_string((UnitType) j->details));
        stream_literal(m, "activation-details-unit-name=x\n");
        if (j->details == UNIT_PATH)
                stream_literal(m, "activation-details-path-filename=/x\n");
        else
                stream_literal(m, "activation-details-timer-last-trigger=1 1\n");
}

/* job.c:job_serialize, with the line that announces it */
static void job_serialize(Manager *m, const Job *j, uint32_t id) {
        if (!j->installed)
                return;

        stream_literal(m, "job\n");
        stream_item_unsigned(m, "job-id", id);
        stream_item_string(m, "job-type", job_type_to_string((JobType) j->type));
        stream_item_string(m, "job-state", job_state_to_string((JobState) j->state));
        stream_item_bool(m, "job-irreversible", j->flags & JOB_IRREVERSIBLE);
        stream_item_bool(m, "job-sent-dbus-new-signal", j->flags & JOB_SENT_NEW);
        stream_item_bool(m, "job-ignore-order", j->flags & JOB_IGNORE_ORDER);
        stream_literal(m, "job-begin=1\n");
        if (j->begin_running)
                stream_literal(m, "job-begin-running=1\n");
        serialize_details(m, j);
        stream_literal(m, "\n");
}

static void serialize_timestamps(Manager *m, const Unit *u) {
        for (size_t i = 0; i < G_N_ELEMENTS(timestamp_keys); i++)
                stream_item_timestamp(m, timestamp_keys[i].key, u->timestamps & timestamp_keys[i].flag);

        if (!m->profile->stream_start_ratelimit)
                return;

        serialize_ratelimit(m, "start-ratelimit", u->start_limit_interval_zero, u->start_ratelimit,
                            u->start_limit_burst);
        serialize_ratelimit(m, "auto-start-stop-ratelimit", false, u->auto_start_stop_ratelimit,
                            AUTO_START_STOP_BURST);
}

static void serialize_flags(Manager *m, const Unit *u) {
        if (u->timestamps & TIMESTAMP_CONDITION)
                stream_item_bool(m, "condition-result", u->flags & UNIT_CONDITION_RESULT);
        if (u->timestamps & TIMESTAMP_ASSERT)
                stream_item_bool(m, "assert-result", u->flags & UNIT_ASSERT_RESULT);

        stream_literal(m, "transient=no\n");
        stream_item_bool(m, "in-audit", u->flags & UNIT_IN_AUDIT);
        if (m->profile->stream_exported_debug_invocation)
                stream_literal(m, "debug-invocation=no\n");

        stream_item_bool(m, "exported-invocation-id", u->flags & UNIT_EXPORTED_INVOCATION_ID);
        stream_literal(m, "exported-log-level-max=no\n"
                          "exported-log-extra-fields=no\n"
                          "exported-log-rate-limit-interval=no\n"
                          "exported-log-rate-limit-burst=no\n");
}

void unit_serialize(Manager *m, Unit *u) {
        stream_line(m, unit_name(m, u));

        if (u->type == UNIT_SERVICE)
                service_serialize(m, u);
        else
                other_serialize(m, u);

        serialize_timestamps(m, u);
        serialize_flags(m, u);
        serialize_cgroup(m, u);

        if (u->flags & UNIT_HAS_INVOCATION_ID)
                stream_literal(m, "invocation-id=" INVOCATION_ID "\n");
        stream_literal(m, "freezer-state=running\n");

        job_serialize(m, &u->job, *unit_job_id(m, u, false));
        job_serialize(m, &u->nop_job, *unit_job_id(m, u, true));
        stream_literal(m, "\n");
}

/* Reading, unit-serialize.c:unit_deserialize, unit_deserialize_state */

static void read_timestamp(Manager *m, Unit *u, const char *value, uint32_t argument) {
        int r = stream_parse_timestamp(value);

        (void) m;

        if (r > 0)
                u->timestamps |= (uint8_t) argument;
        else if (r == 0)
                u->timestamps &= (uint8_t) ~argument;
}

static void read_flag(Manager *m, Unit *u, const char *value, uint32_t argument) {
        int r = stream_parse_boolean(value);

        (void) m;

        if (r > 0)
                u->flags |= (uint16_t) argument;
        else if (r == 0)
                u->flags &= (uint16_t) ~argument;
}

/* unit.c:unit_set_invocation_id: the model knows only that there is one. */
static void read_invocation_id(Manager *m, Unit *u, const char *value, uint32_t argument) {
        size_t n = 0;

        (void) m;
        (void) argument;

        while (g_ascii_isxdigit(value[n]))
                n++;
        if (n == 32 && value[n] == '\0')
                u->flags |= UNIT_HAS_INVOCATION_ID;
}

/* shared/serialize.c:deserialize_ratelimit: the hits count only as long as the limit is configured as it was. */
static void read_ratelimit(Manager *m, Unit *u, const char *value, uint32_t argument) {
        uint64_t limit[4]; /* begin, interval, num, burst */
        bool is_start = argument, same;
        uint8_t hits;

        if (!m->profile->stream_start_ratelimit || stream_parse_numbers(value, limit, 4) < 0)
                return;

        if (is_start)
                same = (limit[1] == 0) == !!u->start_limit_interval_zero && limit[3] == u->start_limit_burst;
        else
                same = limit[1] == RATELIMIT_INTERVAL && limit[3] == AUTO_START_STOP_BURST;

        hits = same ? (uint8_t) MIN(limit[2], UINT8_MAX) : 0;
        if (is_start)
                u->start_ratelimit = hits;
        else
                u->auto_start_stop_ratelimit = hits;
}

/* clang-format off */
static const StreamKey unit_keys[] = {
        { "active-enter-timestamp",    read_timestamp,     TIMESTAMP_ACTIVE_ENTER      },
        { "active-exit-timestamp",     read_timestamp,     TIMESTAMP_ACTIVE_EXIT       },
        { "assert-result",             read_flag,          UNIT_ASSERT_RESULT          },
        { "assert-timestamp",          read_timestamp,     TIMESTAMP_ASSERT            },
        { "auto-start-stop-ratelimit", read_ratelimit,     false                       },
        { "condition-result",          read_flag,          UNIT_CONDITION_RESULT       },
        { "condition-timestamp",       read_timestamp,     TIMESTAMP_CONDITION         },
        { "exported-invocation-id",    read_flag,          UNIT_EXPORTED_INVOCATION_ID },
        { "in-audit",                  read_flag,          UNIT_IN_AUDIT               },
        { "inactive-enter-timestamp",  read_timestamp,     TIMESTAMP_INACTIVE_ENTER    },
        { "inactive-exit-timestamp",   read_timestamp,     TIMESTAMP_INACTIVE_EXIT     },
        { "invocation-id",             read_invocation_id, 0                           },
        { "start-ratelimit",           read_ratelimit,     true                        },
        { "state-change-timestamp",    read_timestamp,     TIMESTAMP_STATE_CHANGE      },
};
/* clang-format on */

/* The path that @text names, among those that units of this catalog can have. */
static bool parse_cgroup_path(const Catalog *c, const char *text, CGroupPath *ret) {
        const char *last = strrchr(text, '/'), *parent;
        char component[256], path[CGROUP_PATH_MAX];
        NameId slices[2] = { ID_NONE, ID_NONE };

        if (!last)
                return false;

        *ret = (CGroupPath) { .name = catalog_find_name(c, last + 1), .slice = ID_NONE };
        if (ret->name == ID_NONE)
                return false;

        for (parent = last; parent > text && parent[-1] != '/'; parent--)
                ;
        if (parent < last && (size_t) (last - parent) < sizeof(component)) {
                memcpy(component, parent, (size_t) (last - parent));
                component[last - parent] = '\0';
                slices[1] = catalog_find_name(c, component);
        } else if (parent == last)
                slices[1] = c->special[SPECIAL_ROOT_SLICE];

        for (size_t i = 0; i < 2; i++) {
                if (slices[i] != ID_NONE && c->names[slices[i]].type != UNIT_SLICE)
                        continue;

                ret->slice = slices[i];
                cgroup_path_to_string(c, *ret, path, sizeof(path));
                if (strcmp(path, text) == 0)
                        return true;
        }

        return false;
}

/* From 257 on each of these keys makes the runtime object, whatever its value. */
static void read_cgroup_runtime(Manager *m, Unit *u, const char *value, uint32_t argument) {
        (void) value;
        (void) argument;

        if (m->profile->cgroup_runtime)
                u->flags |= UNIT_HAS_CGROUP_RUNTIME;
}

static void read_cgroup(Manager *m, Unit *u, const char *value, uint32_t argument) {
        CGroupPath path;
        int r;

        (void) argument;

        if (!parse_cgroup_path(m->catalog, value, &path))
                return;

        r = unit_set_cgroup_path(m, u, path);
        if (r == -EEXIST)
                manager_note(m, "unit_set_cgroup_path", u, "cannot have cgroup %s, another unit has it", value);

        if (m->profile->cgroup_runtime)
                u->flags |= UNIT_HAS_CGROUP_RUNTIME;
        if (m->profile->cgroup_watch_on_deserialize && cgroup_path_is_set(u->cgroup))
                u->flags |= UNIT_CGROUP_WATCHED;
}

static void read_cgroup_realized(Manager *m, Unit *u, const char *value, uint32_t argument) {
        read_cgroup_runtime(m, u, value, argument);
        if (m->profile->stream_cgroup_realized)
                read_flag(m, u, value, UNIT_CGROUP_REALIZED);
}

/* clang-format off */
static const StreamKey cgroup_keys[] = {
        { "cgroup",                              read_cgroup,          0 },
        { "cgroup-enabled-mask",                 read_cgroup_runtime,  0 },
        { "cgroup-id",                           read_cgroup_runtime,  0 },
        { "cgroup-invalidated-mask",             read_cgroup_runtime,  0 },
        { "cgroup-realized",                     read_cgroup_realized, 0 },
        { "cgroup-realized-mask",                read_cgroup_runtime,  0 },
        { "cpu-usage-base",                      read_cgroup_runtime,  0 },
        { "cpu-usage-last",                      read_cgroup_runtime,  0 },
        { "io-accounting-read-bytes-base",       read_cgroup_runtime,  0 },
        { "io-accounting-read-operations-base",  read_cgroup_runtime,  0 },
        { "io-accounting-write-bytes-base",      read_cgroup_runtime,  0 },
        { "io-accounting-write-operations-base", read_cgroup_runtime,  0 },
};
/* clang-format on */

typedef struct JobReader {
        Job job;
        unsigned id;
} JobReader;

/* job.c:job_deserialize: flags are only ever added. */
static void job_deserialize_item(JobReader *j, const char *key, const char *value) {
        /* clang-format off */
        static const FlagKey flags[] = {
                { "job-irreversible",         JOB_IRREVERSIBLE },
                { "job-sent-dbus-new-signal", JOB_SENT_NEW     },
                { "job-ignore-order",         JOB_IGNORE_ORDER },
        };
        /* clang-format on */
        int v;

        if (strcmp(key, "job-id") == 0)
                (void) stream_parse_unsigned(value, &j->id);
        else if (strcmp(key, "job-type") == 0) {
                v = job_type_from_string(value);
                if (v >= 0 && v < _JOB_TYPE_MAX_IN_TRANSACTION)
                        j->job.type = (uint8_t) v;
        } else if (strcmp(key, "job-state") == 0) {
                v = job_state_from_string(value);
                if (v >= 0)
                        j->job.state = (uint8_t) v;
        } else if (strcmp(key, "job-begin-running") == 0)
                j->job.begin_running = 1;
        else if (strcmp(key, "activation-details-unit-type") == 0)
                j->job.details = strcmp(value, "path") == 0 ? UNIT_PATH : UNIT_TIMER;

        for (size_t i = 0; i < G_N_ELEMENTS(flags); i++)
                if (strcmp(key, flags[i].key) == 0 && stream_parse_boolean(value) > 0)
                        j->job.flags |= (uint8_t) flags[i].flag;
}

static int job_deserialize(JobReader *j, StreamReader *r) {
        StreamItem item;
        const char *line;
        size_t size;
        int k;

        /* No type, until there is a line for it. */
        *j = (JobReader) { .job.type = _JOB_TYPE_MAX };

        for (;;) {
                k = stream_read_line(r, &line, &size);
                if (k < 0)
                        return k;
                if (k == 0 || size == 0)
                        return 0;

                stream_split_item(line, size, &item);
                job_deserialize_item(j, item.key, item.value);
        }
}

static bool job_id_is_used(Manager *m, uint32_t id) {
        for (size_t i = 0; i < m->layout->n_units; i++) {
                const Unit *u = m->units + i;

                if (!u->in_use)
                        continue;
                if ((u->job.installed && *unit_job_id(m, u, false) == id) ||
                    (u->nop_job.installed && *unit_job_id(m, u, true) == id))
                        return true;
        }

        return false;
}

/* unit-serialize.c:unit_deserialize_job, job.c:job_install_deserialized */
static int unit_deserialize_job(Manager *m, Unit *u, StreamReader *r) {
        uint32_t *current = world_job_ids(m->layout, m->world) + m->layout->n_units * 2;
        JobReader j;
        int k;

        k = job_deserialize(&j, r);
        if (k < 0)
                return k;

        if (j.job.type >= _JOB_TYPE_MAX_IN_TRANSACTION)
                return -EINVAL;
        if (j.id == 0 && m->profile->empty_job_id_renewed)
                j.id = ++*current;
        if (job_id_is_used(m, j.id))
                return -EEXIST;

        k = job_install_deserialized(m, u, &j.job);
        if (k < 0)
                return k;

        *unit_job_id(m, u, j.job.type == JOB_NOP) = j.id;
        return 0;
}

const StreamKey *unit_stream_keys(size_t *ret_n) {
        *ret_n = G_N_ELEMENTS(unit_keys);
        return unit_keys;
}

const StreamKey *cgroup_stream_keys(size_t *ret_n) {
        *ret_n = G_N_ELEMENTS(cgroup_keys);
        return cgroup_keys;
}

static void unit_deserialize_finish(Manager *m, Unit *u) {
        bool realized;

        if (m->profile->stream_cgroup_realized)
                realized = u->flags & UNIT_CGROUP_REALIZED;
        else
                realized = cgroup_path_is_set(u->cgroup);

        if (m->profile->state_change_filled)
                u->timestamps |= TIMESTAMP_STATE_CHANGE;

        /* unit_invalidate_cgroup(): its settings may have changed, so they are applied again. */
        if (realized)
                manager_queue_add(m, QUEUE_CGROUP_REALIZE, u);
}

int unit_deserialize(Manager *m, Unit *u, StreamReader *r) {
        StreamItem item;
        const char *line;
        size_t size;
        int k;

        for (;;) {
                const StreamKey *key;
                size_t n_key;

                k = stream_read_line(r, &line, &size);
                if (k < 0)
                        return k;
                if (k == 0 || size == 0)
                        break;

                n_key = stream_key_size(line, size);

                /* An error leaves the rest of the entry unread and undone, what was applied stays. */
                if (n_key == 3 && memcmp(line, "job", 3) == 0) {
                        if (size > n_key + 1)
                                continue;
                        k = unit_deserialize_job(m, u, r);
                        if (k < 0)
                                return k;
                        continue;
                }

                key = stream_index_find(m->stream_index, (UnitType) u->type, line, n_key);
                if (key) {
                        stream_split_item(line, size, &item);
                        if (fixes_line(m, u, item.key, item.value, sizeof(item.value)))
                                key->read(m, u, item.value, key->argument);
                }
        }

        unit_deserialize_finish(m, u);
        return 0;
}

int unit_deserialize_skip(Manager *m, StreamReader *r) {
        return stream_skip_entry(r, fixes_skip_knows_jobs(m->profile));
}
