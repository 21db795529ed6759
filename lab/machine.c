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
#include "lab/root.h"
#include "traces/error.h"

#define BOOT_SECONDS   60
#define BOOT_STEP      30 /* milliseconds */
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

/* "systemd 257 (257.13-1)". A recording names a version that is modelled; what it really was is in the brackets. */
static char *systemd_text(int version, const char *whole) {
        const Profile *p = root_profile(version);

        return g_strdup_printf("systemd %d (%s)", p ? p->version : version, whole);
}

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
        m->version = (int) g_ascii_strtoll(version, NULL, 10);
        g_free(m->systemd);
        m->systemd = systemd_text(m->version, version);
        return true;
}

static bool boot_error(GError **error, const Machine *m, const char *tree, const char *what) {
        g_autofree char *console = container_console(m->container, 1);

        traces_set_error(error, TRACES_ERROR_IO, tree, 0, "%s%s%s; name another tree", what,
                         *console ? ", and says: " : "", console);
        return false;
}

static bool wait_until_up(Machine *m, const char *tree, GError **error) {
        gint64 end = g_get_monotonic_time() + BOOT_SECONDS * G_USEC_PER_SEC;

        while (!is_up(m)) {
                if (container_dies_within(m->container, BOOT_STEP))
                        return boot_error(error, m, tree, "its systemd ends while it boots");
                if (g_get_monotonic_time() > end)
                        return boot_error(error, m, tree, "its systemd does not reach basic.target");
        }
        if (!root_profile(m->version)) {
                traces_set_error(error, TRACES_ERROR_IO, tree, 0,
                                 "has systemd %d, which is older than all that are modelled; name another tree",
                                 m->version);
                return false;
        }
        return true;
}

Machine *machine_boot(const char *tree, const char *actor, GError **error) {
        g_autoptr(Machine) m = g_new0(Machine, 1);

        m->container = container_start(tree, actor, error);
        if (!m->container || !wait_until_up(m, tree, error))
                return NULL;
        return g_steal_pointer(&m);
}

void machine_free(Machine *m) {
        if (!m)
                return;
        container_free(m->container);
        bus_close(m->calls);
        g_free(m->systemd);
        g_free(m->refused);
        g_clear_pointer(&m->timers, g_ptr_array_unref);
        g_clear_pointer(&m->sources, g_ptr_array_unref);
        g_clear_pointer(&m->baits, g_ptr_array_unref);
        g_free(m);
}

bool machine_is_enqueue_many(const Machine *m) {
        return root_profile(m->version)->enqueue_many;
}
