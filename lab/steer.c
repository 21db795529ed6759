/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lab/actor.h"
#include "lab/steer.h"
#include "lab/trigger.h"

#define OBEY_SECONDS     2
#define CONNECTION_TRIES 5

static void make_folder_of(const char *path) {
        g_autofree char *folder = g_path_get_dirname(path);

        g_mkdir_with_parents(folder, 0755);
}

static void change_file(const Machine *m, const Catalog *c, const Statement *s) {
        g_autofree char *path = g_strconcat(m->container->root, c->paths[s->path].path, NULL);
        const char *text = s->type == STATEMENT_RM ? NULL : c->contents[s->content].text;

        if (text)
                make_folder_of(path);
        unlink(path);
        if (s->type == STATEMENT_LINK && text)
                (void) !symlink(text, path);
        else if (s->type == STATEMENT_WRITE)
                g_file_set_contents_full(path, text ? text : "", -1, G_FILE_SET_CONTENTS_NONE, 0644, NULL);
}

static void order_actor(const Actor *a, ActorCommand command, int number) {
        union sigval value = { .sival_int = number };

        sigqueue(a->pid, SIGRTMIN + (int) command, value);
}

static bool is_gone(pid_t pid) {
        g_autofree char *path = g_strdup_printf("/proc/%d/stat", pid), *text = NULL;
        const char *end;

        if (!g_file_get_contents(path, &text, NULL, NULL) || !(end = strrchr(text, ')')))
                return true;
        return strchr("ZX", end[2]);
}

static void wait_until_gone(pid_t pid) {
        gint64 end = g_get_monotonic_time() + OBEY_SECONDS * G_USEC_PER_SEC;

        while (!is_gone(pid) && g_get_monotonic_time() < end)
                g_usleep(2000);
}

/* The actor removes the text when it has done what it says. */
static void tell_actor(const Machine *m, const Actor *a, ActorCommand command, const char *text) {
        g_autofree char *path = g_strdup_printf("%s" ACTOR_DIR "/%d.cmd", m->container->root, a->inner);
        gint64 end = g_get_monotonic_time() + OBEY_SECONDS * G_USEC_PER_SEC;
        g_auto(GStrv) lines = g_strsplit(text, "\\n", -1);
        g_autofree char *sent = g_strjoinv("\n", lines);

        g_file_set_contents_full(path, sent, -1, G_FILE_SET_CONTENTS_NONE, 0644, NULL);
        order_actor(a, command, 0);
        while (access(path, F_OK) == 0 && g_get_monotonic_time() < end)
                g_usleep(2000);
}

static void hit_actor(const Machine *m, const Catalog *c, const Statement *s, const Actor *a) {
        switch (s->type) {
        case STATEMENT_EXIT:
                order_actor(a, ACTOR_EXIT, s->number);
                wait_until_gone(a->pid);
                return;
        case STATEMENT_SIGNAL:
                if (s->number == SIGKILL)
                        kill(a->pid, SIGKILL);
                else
                        order_actor(a, ACTOR_SIGNAL, s->number);
                wait_until_gone(a->pid);
                return;
        default:
                tell_actor(m, a, s->type == STATEMENT_NOTIFY ? ACTOR_NOTIFY : ACTOR_FORK,
                           catalog_text_str(c, s->text));
        }
}

void steer_exit(const Actor *a) {
        order_actor(a, ACTOR_EXIT, 0);
        wait_until_gone(a->pid);
}

bool steer_exit_named(const Machine *m, const char *name) {
        g_autoptr(GPtrArray) actors = machine_actors(m);

        for (unsigned i = 0; i < actors->len; i++) {
                const Actor *a = actors->pdata[i];
                g_autofree char *full = g_strdup_printf("%s.%u", a->tag, a->number);

                if (a->pid && g_str_equal(full, name)) {
                        steer_exit(a);
                        return true;
                }
        }
        return false;
}

static char *steer_process(const Machine *m, const Catalog *c, const Statement *s) {
        g_autoptr(GPtrArray) actors = machine_actors(m);
        const Actor *a = actors_find(actors, catalog_text_str(c, s->tag));

        if (!a)
                return NULL;
        hit_actor(m, c, s, a);
        return g_strdup_printf("%s.%u", a->tag, a->number);
}

bool steer(Machine *m, const Catalog *c, const Statement *s, char **ret_process) {
        *ret_process = NULL;
        switch (s->type) {
        case STATEMENT_WRITE:
        case STATEMENT_RM:
        case STATEMENT_LINK:
                change_file(m, c, s);
                return true;
        case STATEMENT_EXIT:
        case STATEMENT_SIGNAL:
        case STATEMENT_NOTIFY:
        case STATEMENT_FORK:
                *ret_process = steer_process(m, c, s);
                return true;
        default:
                return false;
        }
}

void steer_pause(Machine *m) {
        /* Whoever connects later has to be let in by PID 1 first: its call would not be there when PID 1 goes on. */
        for (unsigned i = 0; i < CONNECTION_TRIES && !m->calls; i++)
                m->calls = bus_open(m->container);
        kill(m->container->init, SIGSTOP);
        m->paused = true;
        g_usleep(50000);
}

void steer_call(Machine *m, StatementType verb, const char *unit) {
        if (m->calls)
                bus_send(m->calls, verb, unit);
}

void steer_resume(Machine *m) {
        kill(m->container->init, SIGCONT);
        m->paused = false;
        trigger_finish(m);
        if (m->calls)
                bus_drain(m->calls);
        g_clear_pointer(&m->calls, bus_close);
}
