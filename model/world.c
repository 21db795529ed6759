/* SPDX-License-Identifier: MIT */

#include <string.h>

/* Fingerprints are the same with any vectors, only faster with larger ones, which the library finds out when it runs. */
#if HAVE_XXHASH_DISPATCH
        #include <xxh_x86dispatch.h>
#else
        #define XXH_INLINE_ALL
        #include <xxhash.h>
#endif

#include "kernel.h"

static size_t align8(size_t offset) {
        return (offset + 7) & ~(size_t) 7;
}

/* Everything that waits between a pause and its resume waits at the same time. */
static size_t longest_pause(const Program *p) {
        size_t longest = 0, n = 0;

        for (size_t i = 0; i < p->n_statements; i++) {
                n = p->statements[i].type == STATEMENT_PAUSE ? 0 : n + 1;
                if (p->statements[i].type == STATEMENT_RESUME)
                        longest = MAX(longest, n);
        }

        return longest;
}

static size_t count_reexecs(const Program *p) {
        size_t n = 0;

        for (size_t i = 0; i < p->n_statements; i++)
                n += p->statements[i].type == STATEMENT_DAEMON_REEXEC;

        return n;
}

/* Each statement happens once at most. */
static size_t count_epochs(const Catalog *c) {
        size_t n = 1 + count_reexecs(&c->top);

        for (size_t i = 0; i < c->n_clients; i++)
                n += count_reexecs(c->clients + i);

        return MIN(n, WORLD_EPOCHS_MAX);
}

static void layout_lengths(const Catalog *c, WorldLayout *l) {
        *l = (WorldLayout) {
                .n_units = MAX(c->n_units_max, c->n_names), /* each unit has the slot of its name */
                .n_names = c->n_names,
                .n_paths = c->n_paths,
                .n_processes = c->n_processes_max,
                .n_dependencies = c->n_dependencies_max,
                .n_commands = c->n_unit_commands_max,
                .n_messages = c->n_messages_max,
                .n_texts = c->n_texts,
                .n_clients = c->n_clients,
                .n_epochs = count_epochs(c),
                .order_words = (c->n_names + 63) / 64,
        };

        l->n_inbox = longest_pause(&c->top) + c->n_clients + c->n_names + 8;
}

void world_layout(const Catalog *c, WorldLayout *ret_layout) {
        WorldLayout *l = ret_layout;

        layout_lengths(c, l);

        const struct {
                size_t *offset, size;
                /* clang-format off */
        } arrays[] = {
                { &l->units,        l->n_units * sizeof(Unit)                                            },
                { &l->commands,     l->n_units * l->n_commands * sizeof(UnitCommand)                     },
                { &l->dependencies, l->n_dependencies * sizeof(Dependency)                               },
                { &l->processes,    l->n_processes * sizeof(Process)                                     },
                { &l->names,        l->n_names * sizeof(UnitSlot)                                        },
                { &l->disk,         l->n_paths * sizeof(ContentId)                                       },
                { &l->inbox,        l->n_inbox * sizeof(InboxEntry)                                      },
                { &l->messages,     l->n_messages * sizeof(Message)                                      },
                { &l->pid_files,    l->n_texts * sizeof(Pid)                                             },
                { &l->bus_names,    l->n_texts * sizeof(Pid)                                             },
                { &l->order,        world_order_size(l) * sizeof(uint64_t)                               },
                { &l->clients,      l->n_clients * sizeof(Client)                                        },
                { &l->hashed,       0                                                                    },
                { &l->tag_count,    l->n_texts * sizeof(uint16_t)                                        },
                { &l->instances,    l->n_processes * sizeof(uint16_t)                                    },
                { &l->job_ids,      (l->n_units * 2 + 1) * sizeof(uint32_t)                              },
                { &l->size,         0                                                                    },
        };
        /* clang-format on */
        size_t offset = align8(sizeof(World));

        for (size_t i = 0; i < G_N_ELEMENTS(arrays); i++) {
                *arrays[i].offset = offset;
                offset = align8(offset + arrays[i].size);
        }

        const size_t group = WORLD_GROUP_WORDS * sizeof(uint64_t);
        l->size = (l->size + group - 1) / group * group;
}

World *world_new(const WorldLayout *l) {
        World *w = g_malloc(l->size);

        world_init(l, w);
        return w;
}

void world_init(const WorldLayout *l, World *w) {
        memset(w, 0, l->size);

        w->crash_unit = ID_NONE;
        w->reload_client = ID_NONE;

        memset(world_names(l, w), 0xFF, l->n_names * sizeof(UnitSlot));
        memset(world_disk(l, w), 0xFF, l->n_paths * sizeof(ContentId));

        for (size_t i = 0; i < l->n_processes; i++)
                world_processes(l, w)[i] = process_none;
}

Fingerprint world_fingerprint(const WorldLayout *l, const World *w) {
        XXH128_hash_t h = XXH3_128bits(w, l->hashed);

        return (Fingerprint) { .low = h.low64, .high = h.high64 };
}

static bool row_has(const uint64_t *row, NameId name) {
        return row[name / 64] & BIT(name % 64);
}

int world_order_known(const WorldLayout *l, const World *w, unsigned epoch, NameId a, NameId b) {
        if (row_has(world_order_row(l, w, epoch, a), b))
                return -1;

        return row_has(world_order_row(l, w, epoch, b), a);
}

void world_order_decide(const WorldLayout *l, World *w, unsigned epoch, NameId a, NameId b) {
        const uint64_t *after = world_order_row(l, w, epoch, b);

        /* The relation stays transitive: a, and all that come before it, come before b and all that come
         * after that. */
        for (NameId x = 0; x < l->n_names; x++) {
                uint64_t *row = world_order_row(l, w, epoch, x);

                if (x != a && !row_has(row, a))
                        continue;

                for (size_t i = 0; i < l->order_words; i++)
                        row[i] |= after[i];
                row[b / 64] |= BIT(b % 64);
        }
}
