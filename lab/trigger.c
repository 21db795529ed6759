/* SPDX-License-Identifier: MIT */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lab/bus.h"
#include "lab/clock.h"
#include "lab/listener.h"
#include "lab/stepper.h"
#include "lab/trigger.h"

#define TURNS_MAX  500
#define SEEN_TRIES 2000 /* milliseconds, when PID 1 cannot be followed */

/* What a unit waits for. */
typedef struct Source {
        char *unit;      /* as the statement has it */
        bool waits;      /* false: it is not up */
        GVariant *watch; /* kinds and addresses or paths */
        char *why;       /* it cannot be fired because of this; NULL: it can */
} Source;

/* What was done and has to be taken back. */
typedef struct Bait {
        int fd;           /* traffic waits there; -1: none */
        GArray *inotify;  /* PID 1's descriptors with events that it has not read; NULL: none */
        GPtrArray *paths; /* what was made, the innermost last */
} Bait;

static void source_free(gpointer p) {
        Source *s = p;

        g_free(s->unit);
        g_clear_pointer(&s->watch, g_variant_unref);
        g_free(s->why);
        g_free(s);
}

static void bait_free(gpointer p) {
        Bait *b = p;

        if (b->fd >= 0)
                close(b->fd);
        g_clear_pointer(&b->inotify, g_array_unref);
        g_clear_pointer(&b->paths, g_ptr_array_unref);
        g_free(b);
}

static GPtrArray *baits(Machine *m) {
        if (!m->baits)
                m->baits = g_ptr_array_new_with_free_func(bait_free);
        return m->baits;
}

/* Asking */

static GVariant *get_pairs(Bus *bus, const char *unit, const char *interface, const char *property) {
        bool lost = false;
        g_autofree char *text = bus_get(bus, unit, interface, property, &lost);
        GVariant *v = text ? g_variant_parse(G_VARIANT_TYPE("a(ss)"), text, NULL, NULL, NULL) : NULL;

        return v ? v : g_variant_ref_sink(g_variant_new_array(G_VARIANT_TYPE("(ss)"), NULL, 0));
}

static void read_socket(Bus *bus, const char *id, Source *s) {
        bool lost = false;
        g_autofree char *accept = bus_get(bus, id, "Socket", "Accept", &lost);
        const char *type;
        GVariantIter i;

        s->watch = get_pairs(bus, id, "Socket", "Listen");
        if (g_strcmp0(accept, "true") == 0) {
                s->why = g_strdup("with Accept=yes each connection starts another unit");
                return;
        }
        g_variant_iter_init(&i, s->watch);
        while (g_variant_iter_next(&i, "(&s&s)", &type, NULL))
                if (listener_is_known_type(type))
                        return;
        s->why = g_strdup("it listens on nothing that the lab can send to");
}

static void read_path(Bus *bus, const char *id, Source *s) {
        const char *path;
        GVariantIter i;

        s->watch = get_pairs(bus, id, "Path", "Paths");
        g_variant_iter_init(&i, s->watch);
        while (g_variant_iter_next(&i, "(&s&s)", NULL, &path))
                if (!strpbrk(path, "[{\\"))
                        return;
        s->why = g_strdup("no file that matches its pattern can be told");
}

/* NULL: PID 1 does not answer. A unit that is not loaded must not be asked for: that would load it. */
static Source *read_source(Bus *bus, const char *unit) {
        g_autoptr(GPtrArray) units = bus_list_units(bus);
        g_autofree char *id = units ? bus_find_unit(bus, units, unit) : NULL, *active = NULL;
        bool lost = false;
        Source *s;

        if (!units)
                return NULL;
        s = g_new0(Source, 1);
        s->unit = g_strdup(unit);
        active = id ? bus_get(bus, id, "Unit", "ActiveState", &lost) : NULL;
        s->waits = g_strcmp0(active, "active") == 0;
        if (s->waits && g_str_has_suffix(unit, ".socket"))
                read_socket(bus, id, s);
        else if (s->waits && g_str_has_suffix(unit, ".path"))
                read_path(bus, id, s);
        return s;
}

/* Sockets */

static bool fire_socket(Machine *m, const Source *s, char **ret_why) {
        const char *type, *address;
        GVariantIter i;

        g_variant_iter_init(&i, s->watch);
        while (g_variant_iter_next(&i, "(&s&s)", &type, &address)) {
                int fd = listener_find(m->container, type, address);
                Bait *b;

                if (fd < 0)
                        continue;
                /* Else its service runs and takes what comes. */
                if (!listener_is_watched(m->container, fd)) {
                        close(fd);
                        return true;
                }
                if (!listener_knock(m->container, fd)) {
                        *ret_why = g_strdup_printf("nothing can be sent to %s", address);
                        close(fd);
                        return false;
                }
                b = g_new0(Bait, 1);
                b->fd = fd;
                g_ptr_array_add(baits(m), b);
                return true;
        }
        return true;
}

/* Paths */

/* A name that a pattern matches. */
static char *fill_pattern(const char *pattern) {
        return g_strdelimit(g_strdup(pattern), "*?", 'x');
}

static bool make(Bait *b, const char *path, bool is_folder) {
        int fd = is_folder ? mkdir(path, 0755) : open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);

        if (fd < 0)
                return false;
        if (!is_folder)
                close(fd);
        g_ptr_array_add(b->paths, g_strdup(path));
        return true;
}

static bool make_folders(Bait *b, const char *path) {
        g_autofree char *parent = g_path_get_dirname(path);

        if (g_file_test(parent, G_FILE_TEST_IS_DIR))
                return true;
        return make_folders(b, parent) && make(b, parent, true);
}

/* What is there is written to, or gets something new in it. */
static bool change(Bait *b, const char *path) {
        g_autofree char *inner = g_build_filename(path, "coldplug", NULL);
        int fd;

        if (g_file_test(path, G_FILE_TEST_IS_DIR))
                return make(b, inner, false);
        fd = open(path, O_WRONLY | O_APPEND | O_CLOEXEC);
        if (fd < 0)
                return false;
        close(fd);
        return true;
}

static bool appear(Bait *b, const char *kind, const char *path) {
        bool is_folder = g_str_equal(kind, "DirectoryNotEmpty"), is_change = strstr(kind, "ed");

        if (g_file_test(path, G_FILE_TEST_EXISTS) && (is_folder || is_change))
                return change(b, path);
        if (!make_folders(b, path) || !make(b, path, is_folder))
                return false;
        return !is_folder || change(b, path);
}

static void take_back(const Bait *b) {
        if (b->fd >= 0)
                listener_drain(b->fd);
        for (unsigned i = b->paths ? b->paths->len : 0; i > 0; i--)
                if (remove(b->paths->pdata[i - 1]) < 0)
                        return;
}

static bool contains(const GArray *numbers, int number) {
        for (unsigned i = 0; i < numbers->len; i++)
                if (g_array_index(numbers, int, i) == number)
                        return true;
        return false;
}

/* What PID 1 has to see before; none: it does not wait for any of that. */
static GArray *new_events(const Machine *m, const GArray *before) {
        g_autoptr(GArray) now = inotify_pending(m->container);
        GArray *fresh = g_array_new(FALSE, FALSE, sizeof(int));

        for (unsigned i = 0; i < now->len; i++)
                if (!contains(before, g_array_index(now, int, i)))
                        g_array_append_val(fresh, g_array_index(now, int, i));
        return fresh;
}

static bool fire_path(Machine *m, const Source *s, char **ret_why) {
        g_autoptr(GArray) before = inotify_pending(m->container);
        const char *kind, *pattern;
        GVariantIter i;

        g_variant_iter_init(&i, s->watch);
        while (g_variant_iter_next(&i, "(&s&s)", &kind, &pattern)) {
                g_autofree char *name = fill_pattern(pattern),
                                *path = g_strconcat(m->container->root, name, NULL);
                Bait *b;

                if (strpbrk(pattern, "[{\\"))
                        continue;
                b = g_new0(Bait, 1);
                b->fd = -1;
                b->paths = g_ptr_array_new_with_free_func(g_free);
                g_ptr_array_add(baits(m), b);
                if (appear(b, kind, path)) {
                        b->inotify = new_events(m, before);
                        return true;
                }
                take_back(b);
                g_ptr_array_remove(baits(m), b);
        }
        *ret_why = g_strdup("none of its paths can be made");
        return false;
}

/* Both */

static bool is_seen(const Machine *m, const Bait *b) {
        g_autoptr(GArray) now = NULL;

        if (b->fd >= 0)
                return !listener_is_watched(m->container, b->fd);
        now = inotify_pending(m->container);
        for (unsigned i = 0; i < b->inotify->len; i++)
                if (contains(now, g_array_index(b->inotify, int, i)))
                        return false;
        return true;
}

/* All that PID 1 has seen is taken back. False: nothing is left. */
static bool take_back_seen(Machine *m) {
        for (unsigned i = m->baits->len; i > 0; i--) {
                const Bait *b = m->baits->pdata[i - 1];

                if (!is_seen(m, b))
                        continue;
                take_back(b);
                g_ptr_array_remove_index(m->baits, i - 1);
        }
        return m->baits->len > 0;
}

static void finish(Machine *m, Stepper *stepper) {
        for (unsigned i = 0; stepper && i < TURNS_MAX && take_back_seen(m) && stepper_step(stepper); i++)
                ;
        for (unsigned i = 0; !stepper && i < SEEN_TRIES && take_back_seen(m); i++)
                g_usleep(1000);
        /* What it does not see at all, because its unit goes down for example. */
        for (unsigned i = 0; i < m->baits->len; i++)
                take_back(m->baits->pdata[i]);
        g_ptr_array_set_size(m->baits, 0);
}

void trigger_finish(Machine *m) {
        Stepper *stepper;

        if (!m->baits || m->baits->len == 0)
                return;
        stepper = stepper_new(m->container->init);
        finish(m, stepper);
        stepper_free(stepper);
}

static bool fire_source(Machine *m, const Source *s, char **ret_why) {
        if (!s->waits)
                return true;
        if (s->why) {
                *ret_why = g_strdup(s->why);
                return false;
        }
        return (g_str_has_suffix(s->unit, ".socket") ? fire_socket : fire_path)(m, s, ret_why);
}

static bool fire_held(Machine *m, const Source *s, char **ret_why) {
        Stepper *stepper = stepper_new(m->container->init);
        bool fired = fire_source(m, s, ret_why);

        if (m->baits)
                finish(m, stepper);
        stepper_free(stepper);
        return fired;
}

static const Source *find_source(const GPtrArray *sources, const char *unit) {
        for (unsigned i = 0; sources && i < sources->len; i++) {
                const Source *s = sources->pdata[i];

                if (g_str_equal(s->unit, unit))
                        return s;
        }
        return NULL;
}

bool trigger_fire(Machine *m, const Catalog *c, const Statement *st, char **ret_why) {
        const char *unit = catalog_name_str(c, st->unit);
        const Source *prepared;
        Source *s;
        bool fired;
        Bus *bus;

        if (c->names[st->unit].type == UNIT_TIMER)
                return clock_fire(m, c, unit, ret_why);
        if (m->paused) {
                prepared = find_source(m->sources, unit);
                return !prepared || fire_source(m, prepared, ret_why);
        }
        bus = bus_open(m->container);
        s = bus ? read_source(bus, unit) : NULL;
        bus_close(bus);
        if (!s)
                return true;
        fired = fire_held(m, s, ret_why);
        source_free(s);
        return fired;
}

void trigger_prepare(Machine *m, const Catalog *c) {
        Bus *bus = bus_open(m->container);

        g_clear_pointer(&m->sources, g_ptr_array_unref);
        m->sources = g_ptr_array_new_with_free_func(source_free);
        for (size_t i = 0; bus && i < c->top.n_statements; i++) {
                const Statement *st = c->top.statements + i;
                Source *s =
                        st->type == STATEMENT_TRIGGER ? read_source(bus, catalog_name_str(c, st->unit)) : NULL;

                if (s)
                        g_ptr_array_add(m->sources, s);
        }
        bus_close(bus);
}
