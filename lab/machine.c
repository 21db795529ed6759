/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lab/actor.h"
#include "lab/bus.h"
#include "lab/machine.h"
#include "traces/error.h"

#define BOOT_SECONDS   60
#define SCRIPT_SECONDS 300

/* Actors */

static void actor_free(gpointer p) {
        Actor *a = p;

        g_free(a->tag);
        g_free(a->cgroup);
        g_free(a);
}

static void read_log(const Machine *m, GPtrArray *actors) {
        g_autofree char *path = g_strconcat(m->container->root, ACTOR_DIR "/log", NULL), *text = NULL;
        g_autoptr(GHashTable) count = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
        g_auto(GStrv) lines = NULL;

        if (!g_file_get_contents(path, &text, NULL, NULL))
                return;
        lines = g_strsplit(text, "\n", -1);
        for (char **line = lines; *line; line++) {
                char *blank = strrchr(*line, ' ');
                unsigned n;
                Actor *a;

                if (!blank)
                        continue;
                *blank = 0;
                n = GPOINTER_TO_UINT(g_hash_table_lookup(count, *line)) + 1;
                g_hash_table_insert(count, g_strdup(*line), GUINT_TO_POINTER(n));
                a = g_new0(Actor, 1);
                *a = (Actor) { .tag = g_strdup(*line),
                               .number = n,
                               .inner = (int) g_ascii_strtoll(blank + 1, NULL, 10) };
                g_ptr_array_add(actors, a);
        }
}

/* The newest with this PID: PIDs come again. */
static Actor *find_inner(const GPtrArray *actors, int inner) {
        for (unsigned i = actors->len; i > 0; i--)
                if (((Actor *) actors->pdata[i - 1])->inner == inner)
                        return actors->pdata[i - 1];
        return NULL;
}

/* The PID inside of its namespace, 0 when the process is dead. */
static int inner_pid(pid_t pid) {
        g_autofree char *path = g_strdup_printf("/proc/%d/status", pid), *text = NULL;
        const char *ns, *state;

        if (!g_file_get_contents(path, &text, NULL, NULL))
                return 0;
        state = strstr(text, "\nState:\t");
        ns = strstr(text, "\nNSpid:\t");
        if (!ns || !state || strchr("ZX", state[8]))
                return 0;
        ns += 8;
        for (const char *tab; (tab = strpbrk(ns, "\t\n")) && *tab == '\t';)
                ns = tab + 1;
        return (int) g_ascii_strtoll(ns, NULL, 10);
}

static void find_living(const char *folder, const char *cgroup, GPtrArray *actors) {
        g_autofree char *procs = g_build_filename(folder, "cgroup.procs", NULL), *text = NULL;
        g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
        const char *name;

        if (g_file_get_contents(procs, &text, NULL, NULL)) {
                g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

                for (char **line = lines; *line && **line; line++) {
                        pid_t pid = (int) g_ascii_strtoll(*line, NULL, 10);
                        int inner = inner_pid(pid);
                        Actor *a = inner ? find_inner(actors, inner) : NULL;

                        if (!a || a->pid)
                                continue;
                        a->pid = pid;
                        a->cgroup = g_strdup(*cgroup ? cgroup : "/");
                }
        }
        while (dir && (name = g_dir_read_name(dir))) {
                g_autofree char *child = g_build_filename(folder, name, NULL),
                                *inner = g_strconcat(cgroup, "/", name, NULL);

                if (g_file_test(child, G_FILE_TEST_IS_DIR))
                        find_living(child, inner, actors);
        }
}

GPtrArray *machine_actors(const Machine *m) {
        GPtrArray *actors = g_ptr_array_new_with_free_func(actor_free);

        read_log(m, actors);
        find_living(m->container->cgroup, "", actors);
        return actors;
}

const Actor *actors_find(const GPtrArray *actors, const char *tag) {
        for (unsigned i = actors->len; i > 0; i--) {
                const Actor *a = actors->pdata[i - 1];

                if (a->pid && g_str_equal(a->tag, tag))
                        return a;
        }
        return NULL;
}

/* Calls */

int process_wait(pid_t pid, unsigned seconds) {
        gint64 end = g_get_monotonic_time() + seconds * G_USEC_PER_SEC;
        int status;
        pid_t r;

        while ((r = waitpid(pid, &status, WNOHANG)) == 0 && g_get_monotonic_time() < end)
                g_usleep(2000);
        if (r == 0) {
                kill(-pid, SIGKILL);
                waitpid(pid, NULL, 0);
                return 124;
        }
        return r > 0 && WIFEXITED(status) ? WEXITSTATUS(status) : 126;
}

pid_t machine_systemctl_start(Machine *m, const char *const *arguments) {
        g_autoptr(GPtrArray) argv = g_ptr_array_new();

        g_ptr_array_add(argv, (char *) "systemctl");
        g_ptr_array_add(argv, (char *) "--no-block");
        g_ptr_array_add(argv, (char *) "--no-ask-password");
        for (; *arguments; arguments++)
                g_ptr_array_add(argv, (char *) *arguments);
        g_ptr_array_add(argv, NULL);
        return container_spawn(m->container, (const char *const *) argv->pdata);
}

int machine_systemctl(Machine *m, const char *const *arguments) {
        return process_wait(machine_systemctl_start(m, arguments), 40);
}

int machine_run_script(Machine *m, const char *text, const char *const *argv, char **ret_said) {
        g_autofree char *script = g_strconcat(m->container->root, ACTOR_DIR "/script", NULL),
                        *out = g_strconcat(m->container->root, ACTOR_DIR "/out", NULL);
        gint64 end = g_get_monotonic_time() + SCRIPT_SECONDS * G_USEC_PER_SEC;
        int status = 126, fd = -1;
        char buffer[65536];
        ssize_t n;
        pid_t pid;

        g_file_set_contents_full(script, text, -1, G_FILE_SET_CONTENTS_NONE, 0644, NULL);
        g_file_set_contents_full(out, "", -1, G_FILE_SET_CONTENTS_NONE, 0644, NULL);
        /* With PID 1 the way to the file goes; an open file stays. */
        fd = open(out, O_RDONLY | O_CLOEXEC);
        pid = container_spawn(m->container, argv);
        while (waitpid(pid, &status, WNOHANG) == 0 && g_get_monotonic_time() < end)
                g_usleep(20000);
        if (g_get_monotonic_time() >= end)
                process_wait(pid, 0);
        n = fd < 0 ? 0 : pread(fd, buffer, sizeof buffer, 0);
        *ret_said = g_strndup(buffer, (size_t) MAX(n, 0));
        if (fd >= 0)
                close(fd);
        return WIFEXITED(status) ? WEXITSTATUS(status) : 126;
}

/* Boot */

static bool is_up(Machine *m) {
        g_autofree char *jobs = NULL, *state = NULL, *version = NULL;
        Bus *bus = bus_open(m->container);
        bool lost = false;

        if (!bus)
                return false;
        jobs = bus_get_manager(bus, "NJobs");
        state = bus_get(bus, "basic.target", "Unit", "ActiveState", &lost);
        version = bus_get_manager(bus, "Version");
        bus_close(bus);
        if (g_strcmp0(jobs, "0") != 0 || g_strcmp0(state, "active") != 0 || !version)
                return false;
        g_free(m->systemd);
        m->systemd = g_strdup_printf("systemd %d (%s)", (int) g_ascii_strtoll(version, NULL, 10), version);
        return true;
}

Machine *machine_boot(const char *tree, const char *actor, GError **error) {
        g_autoptr(Machine) m = g_new0(Machine, 1);
        gint64 end = g_get_monotonic_time() + BOOT_SECONDS * G_USEC_PER_SEC;

        m->calls = g_array_new(FALSE, FALSE, sizeof(pid_t));
        m->container = container_start(tree, actor, error);
        if (!m->container)
                return NULL;
        while (!is_up(m)) {
                if (container_is_dead(m->container) || g_get_monotonic_time() > end) {
                        traces_set_error(error, TRACES_ERROR_IO, tree, 0,
                                         "its systemd does not boot; try another tree");
                        return NULL;
                }
                g_usleep(50000);
        }
        return g_steal_pointer(&m);
}

void machine_free(Machine *m) {
        if (!m)
                return;
        container_free(m->container);
        for (unsigned i = 0; i < m->calls->len; i++)
                process_wait(g_array_index(m->calls, pid_t, i), 5);
        g_array_free(m->calls, TRUE);
        g_free(m->systemd);
        g_free(m);
}

bool machine_is_enqueue_many(const Machine *m) {
        int version = (int) g_ascii_strtoll(m->systemd + strlen("systemd "), NULL, 10);
        const Profile *p = NULL;
        size_t n;

        /* A version that is not modelled is like the newest before it. */
        for (const Profile *all = profiles(&n), *i = all; i < all + n; i++)
                if (i->version <= version)
                        p = i;
        return p && p->enqueue_many;
}
