/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lab/actor.h"
#include "lab/programs.h"
#include "lab/steer.h"
#include "model/load-fragment.h"
#include "model/tables.h"
#include "model/unit.h"

/* What the table says about a command. */
typedef struct Row {
        NameId unit;
        const CatalogCommand *command;
        ActorProgram kind;
        char *tag;
        unsigned stop, reload;
        TextId pid_file;
        bool needs_bus; /* for it to be ready */
} Row;

static void row_free(gpointer p) {
        Row *r = p;

        g_free(r->tag);
        g_free(r);
}

static const Fragment *fragment_of(const Catalog *c, size_t content, NameId unit) {
        return c->fragments[content * c->n_names + unit];
}

static const Assignment *find_value(const Fragment *f, AssignmentKind kind, size_t where) {
        const Assignment *found = NULL;

        for (size_t i = 0; f && i < f->n_assignments; i++)
                if (f->assignments[i].kind == kind && f->assignments[i].where == where)
                        found = f->assignments + i;
        return found;
}

/* What a file says for a unit; when it says nothing, what any other of the unit's files says, drop-ins for example. */
static unsigned value_of(const Catalog *c, size_t content, NameId unit, AssignmentKind kind, size_t where,
                         unsigned otherwise) {
        const Assignment *a = find_value(fragment_of(c, content, unit), kind, where);

        for (size_t i = 0; !a && i < c->n_contents; i++)
                a = find_value(fragment_of(c, i, unit), kind, where);
        return a ? a->value : otherwise;
}

static ServiceType type_of(const Catalog *c, size_t content, NameId unit) {
        unsigned bus_name = value_of(c, content, unit, ASSIGN_ID, offsetof(Unit, service.bus_name), ID_NONE);

        return (ServiceType) value_of(c, content, unit, ASSIGN_BYTE, offsetof(Unit, service.type),
                                      bus_name == ID_NONE ? SERVICE_SIMPLE : SERVICE_DBUS);
}

static ActorProgram kind_of(const CatalogCommand *command, ServiceType type, unsigned id) {
        if (command->program == PROGRAM_FALSE)
                return ACTOR_PROGRAM_FAIL;
        if (command->program == PROGRAM_TRUE || id != SERVICE_EXEC_START || type == SERVICE_ONESHOT)
                return ACTOR_PROGRAM_EXIT;
        if (type == SERVICE_FORKING)
                return ACTOR_PROGRAM_FORK;
        return type == SERVICE_NOTIFY || type == SERVICE_NOTIFY_RELOAD ? ACTOR_PROGRAM_NOTIFY
                                                                       : ACTOR_PROGRAM_DAEMON;
}

static char *tag_of(const Catalog *c, NameId unit, unsigned id) {
        const char *suffix = service_exec_command_to_tag_suffix((ServiceExecCommand) id),
                   *stem = catalog_text_str(c, c->names[unit].stem);

        return suffix ? g_strdup_printf("%s-%s", stem, suffix) : g_strdup(stem);
}

static Row *make_row(const Catalog *c, size_t content, NameId unit, const Assignment *a) {
        const CatalogCommand *command = c->commands + a->value;
        ServiceType type = type_of(c, content, unit);
        unsigned reload = value_of(c, content, unit, ASSIGN_BYTE, offsetof(Unit, service.reload_signal), SIGHUP);
        Row *r = g_new0(Row, 1);

        *r = (Row) {
                .unit = unit,
                .command = command,
                .kind = kind_of(command, type, a->where),
                .tag = tag_of(c, unit, a->where),
                .stop = value_of(c, content, unit, ASSIGN_BYTE, offsetof(Unit, service.kill_signal), SIGTERM),
                .reload = type == SERVICE_NOTIFY_RELOAD ? reload : 0,
                .needs_bus = type == SERVICE_DBUS && a->where == SERVICE_EXEC_START &&
                             command->program == PROGRAM_OTHER,
                .pid_file = (TextId) value_of(c, content, unit, ASSIGN_ID, offsetof(Unit, service.pid_file),
                                              ID_NONE),
        };
        return r;
}

static bool rows_are_same(const Row *a, const Row *b) {
        return a->kind == b->kind && a->stop == b->stop && a->reload == b->reload &&
               a->pid_file == b->pid_file && g_str_equal(a->tag, b->tag);
}

/* The row about the same command, NULL: there is none. */
static const Row *find_row(const GPtrArray *rows, const Row *like) {
        for (unsigned i = 0; i < rows->len; i++) {
                const Row *r = rows->pdata[i];

                if (r->unit == like->unit && r->command == like->command)
                        return r;
        }
        return NULL;
}

/* *ret_twice (may be NULL): two of the same command that are not the same. */
static GPtrArray *make_rows(const Catalog *c, const Row **ret_twice) {
        GPtrArray *rows = g_ptr_array_new_with_free_func(row_free);

        for (size_t content = 0; content < c->n_contents; content++)
                for (size_t n = 0; n < c->n_names; n++) {
                        const Fragment *f = fragment_of(c, content, (NameId) n);

                        for (size_t i = 0; f && i < f->n_assignments && c->names[n].type == UNIT_SERVICE; i++) {
                                const Row *known;
                                Row *r;

                                if (f->assignments[i].kind != ASSIGN_COMMAND ||
                                    c->commands[f->assignments[i].value].program == PROGRAM_ACTOR)
                                        continue;
                                r = make_row(c, content, (NameId) n, f->assignments + i);
                                known = find_row(rows, r);
                                if (known && ret_twice && !rows_are_same(known, r))
                                        *ret_twice = known;
                                if (known)
                                        row_free(r);
                                else
                                        g_ptr_array_add(rows, r);
                        }
                }
        return rows;
}

char *programs_obstacle(const Catalog *c) {
        const Row *twice = NULL;
        g_autoptr(GPtrArray) rows = make_rows(c, &twice);

        if (twice)
                return g_strdup_printf("%s runs %s as two different things, which the lab cannot tell apart",
                                       catalog_name_str(c, twice->unit), twice->command->path);
        for (unsigned i = 0; i < rows->len; i++) {
                const Row *r = rows->pdata[i];

                if (r->needs_bus)
                        return g_strdup_printf("%s has Type=dbus, and the lab has no message bus",
                                               catalog_name_str(c, r->unit));
        }
        return NULL;
}

static void append_field(GString *s, const char *text) {
        for (; *text; text++)
                if ((unsigned char) *text <= ' ' || *text == '%' || *text == 127)
                        g_string_append_printf(s, "%%%02X", (unsigned char) *text);
                else
                        g_string_append_c(s, *text);
}

char *programs_table(const Catalog *c) {
        g_autoptr(GPtrArray) rows = make_rows(c, NULL);
        GString *s = g_string_new(NULL);

        for (unsigned i = 0; i < rows->len; i++) {
                const Row *r = rows->pdata[i];

                append_field(s, catalog_name_str(c, r->unit));
                g_string_append_printf(s, "\t%c\t", r->kind);
                append_field(s, r->tag);
                g_string_append_printf(s, "\t%u\t%u\t", r->stop, r->reload);
                append_field(s, catalog_text_str(c, r->pid_file));
                for (char **arg = r->command->argv; *arg; arg++) {
                        g_string_append_c(s, '\t');
                        append_field(s, *arg);
                }
                g_string_append_c(s, '\n');
        }
        return g_string_free(s, FALSE);
}

/* Names without a path are looked for as PID 1 does. */
static char *find_path(const char *path) {
        static const char *const folders[] = { "/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin" };

        if (path[0] == '/')
                return g_strdup(path);
        for (size_t i = 0; i < G_N_ELEMENTS(folders); i++) {
                g_autofree char *full = g_build_filename(folders[i], path, NULL);

                if (access(full, X_OK) == 0)
                        return g_steal_pointer(&full);
        }
        return g_build_filename("/usr/bin", path, NULL);
}

bool programs_are_needed(const Catalog *c) {
        for (size_t i = 0; i < c->n_commands; i++)
                if (c->commands[i].program == PROGRAM_OTHER)
                        return true;
        return false;
}

/* Called inside of PID 1's file system. */
static bool install_one(const CatalogCommand *command) {
        g_autofree char *path = find_path(command->path), *folder = g_path_get_dirname(path),
                        *real = g_strconcat(path, ACTOR_REAL, NULL);
        struct stat st;

        if (command->program == PROGRAM_ACTOR)
                return true;
        if (lstat(path, &st) == 0) {
                g_autofree char *target = g_file_read_link(path, NULL);

                /* The tree's own true and false do as they should. */
                if (g_strcmp0(target, "/usr/bin/actor") == 0 || command->program != PROGRAM_OTHER)
                        return true;
                if (S_ISDIR(st.st_mode) || rename(path, real) < 0)
                        return false;
        }
        g_mkdir_with_parents(folder, 0755);
        return symlink("/usr/bin/actor", path) == 0;
}

static bool install_all(const Catalog *c) {
        for (size_t i = 0; i < c->n_commands; i++)
                if (!install_one(c->commands + i))
                        return false;
        return true;
}

/* In what a service must not write to, it could not say that it runs. Only where it matters: nothing else gets a mount namespace. */
static bool is_sandboxed(const CatalogContent *content) {
        static const char *const settings[] = {
                "ProtectSystem=strict", "DynamicUser=",       "ReadOnlyPaths=",
                "TemporaryFileSystem=", "InaccessiblePaths=",
        };

        for (size_t i = 0; i < G_N_ELEMENTS(settings); i++)
                if (content->text && strstr(content->text, settings[i]))
                        return true;
        return false;
}

static void open_sandboxes(const Machine *m, const Catalog *c) {
        g_autofree char *folder = g_strconcat(m->container->root, "/etc/systemd/system/service.d", NULL),
                        *file = g_build_filename(folder, "lab.conf", NULL);

        for (size_t i = 0; i < c->n_contents; i++) {
                if (!is_sandboxed(c->contents + i))
                        continue;
                g_mkdir_with_parents(folder, 0755);
                g_file_set_contents_full(file, "[Service]\nBindPaths=" ACTOR_DIR "\n", -1,
                                         G_FILE_SET_CONTENTS_NONE, 0644, NULL);
                return;
        }
}

static bool is_needed(const Catalog *c) {
        for (size_t i = 0; i < c->n_commands; i++)
                if (c->commands[i].program != PROGRAM_ACTOR)
                        return true;
        return false;
}

bool programs_install(const Machine *m, const Catalog *c) {
        g_autofree char *path = g_strconcat(m->container->root, ACTOR_PROGRAMS, NULL), *table = NULL;
        int status = 1;
        pid_t pid;

        open_sandboxes(m, c);
        if (!is_needed(c))
                return true;
        table = programs_table(c);
        if (!g_file_set_contents_full(path, table, -1, G_FILE_SET_CONTENTS_NONE, 0644, NULL))
                return false;
        chmod(path, 0644);
        /* Links in the tree may be absolute: they have to be followed from inside. */
        pid = fork();
        if (pid == 0)
                _exit(setns(m->container->init_fd, CLONE_NEWNS) < 0 || !install_all(c));
        while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
                ;
        return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

bool programs_exit_one(const Machine *m) {
        g_autoptr(GPtrArray) actors = machine_actors(m);

        for (unsigned i = 0; i < actors->len; i++) {
                const Actor *a = actors->pdata[i];
                g_autofree char *mark =
                        a->pid ? g_strdup_printf("%s" ACTOR_WILLING, m->container->root, a->inner) : NULL;

                if (mark && access(mark, F_OK) == 0) {
                        steer_exit(a);
                        return true;
                }
        }
        return false;
}
