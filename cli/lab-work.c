/* SPDX-License-Identifier: MIT */

/* Containers beside each other. Each has a process of its own that boots it: what follows PID 1 (ptrace, the signal at its
 * parent's death) belongs to the thread that began it, and one that hangs or dies takes no other with it. */

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/common.h"
#include "cli/lab.h"

#define WORK_STEP     200 /* milliseconds */
#define RESULT_FORMAT "(iams)"

typedef struct Worker {
        pid_t pid; /* 0: none at present */
        int fd;
        unsigned job;
        GByteArray *bytes;
} Worker;

typedef struct Works {
        const LabWork *work;
        Worker *workers;
        LabResult *results;
        bool *is_done;
        unsigned begun, finished, shown;
        bool stopped;
} Works;

void lab_result_clear(LabResult *r) {
        for (int i = 0; i < _LAB_FIELD_MAX; i++)
                g_clear_pointer(&r->field[i], g_free);
}

static bool write_all(int fd, const char *bytes, size_t size) {
        while (size > 0) {
                ssize_t n = write(fd, bytes, size);

                if (n < 0 && errno == EINTR)
                        continue;
                if (n < 0)
                        return false;
                bytes += n;
                size -= (size_t) n;
        }
        return true;
}

static bool send_result(int fd, const LabResult *r) {
        g_autoptr(GVariant) v = NULL;
        GVariantBuilder fields;

        g_variant_builder_init(&fields, G_VARIANT_TYPE("ams"));
        for (int i = 0; i < _LAB_FIELD_MAX; i++)
                g_variant_builder_add(&fields, "ms", r->field[i]);
        v = g_variant_ref_sink(g_variant_new(RESULT_FORMAT, r->status, &fields));
        return write_all(fd, g_variant_get_data(v), g_variant_get_size(v));
}

static bool parse_result(GByteArray *bytes, LabResult *ret) {
        g_autoptr(GVariant) v = NULL, fields = NULL;

        v = g_variant_ref_sink(g_variant_new_from_data(G_VARIANT_TYPE(RESULT_FORMAT), bytes->data, bytes->len,
                                                       FALSE, NULL, NULL));
        fields = g_variant_get_child_value(v, 1);
        if (bytes->len == 0 || !g_variant_is_normal_form(v) || g_variant_n_children(fields) != _LAB_FIELD_MAX)
                return false;
        g_variant_get_child(v, 0, "i", &ret->status);
        for (int i = 0; i < _LAB_FIELD_MAX; i++)
                g_variant_get_child(fields, (size_t) i, "ms", &ret->field[i]);
        return true;
}

/* What is said meanwhile is kept, so that it comes in the order of the files. */
static char *read_back(int fd) {
        off_t size = lseek(fd, 0, SEEK_END);
        char *text = g_malloc0((size_t) MAX(size, 0) + 1);

        (void) !pread(fd, text, (size_t) MAX(size, 0), 0);
        return text;
}

_Noreturn static void work(const LabWork *w, unsigned job, pid_t parent, int out) {
        g_auto(LabResult) r = { .status = STATUS_INTERNAL };
        int messages = memfd_create("coldplug-messages", MFD_CLOEXEC);

        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() != parent)
                _exit(1);
        signal(SIGINT, SIG_DFL);
        signal(SIGTERM, SIG_DFL);
        dup2(messages, STDERR_FILENO);
        w->run(w->userdata, job, &r);
        fflush(stderr);
        r.field[LAB_MESSAGES] = read_back(messages);
        _exit(send_result(out, &r) ? 0 : 1);
}

static bool start(Works *w, Worker *worker) {
        pid_t parent = getpid();
        int out[2];

        if (pipe2(out, O_CLOEXEC) < 0)
                return false;
        worker->pid = fork();
        if (worker->pid == 0)
                work(w->work, w->begun, parent, out[1]);
        close(out[1]);
        if (worker->pid < 0) {
                close(out[0]);
                worker->pid = 0;
                return false;
        }
        worker->fd = out[0];
        worker->job = w->begun++;
        worker->bytes = g_byte_array_new();
        return true;
}

static void finish(Works *w, Worker *worker) {
        LabResult *r = w->results + worker->job;
        int status;

        close(worker->fd);
        while (waitpid(worker->pid, &status, 0) < 0 && errno == EINTR)
                ;
        if (!parse_result(worker->bytes, r)) {
                lab_result_clear(r);
                r->status = STATUS_INTERNAL;
                r->field[LAB_MESSAGES] =
                        g_strdup_printf("coldplug: lab: the process that ran it ended by %s %d; run it again\n",
                                        WIFSIGNALED(status) ? "signal" : "status",
                                        WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
        }
        g_byte_array_unref(worker->bytes);
        worker->pid = 0;
        w->is_done[worker->job] = true;
        w->finished++;
}

/* Hands on what is there, in order. */
static void show(Works *w) {
        while (!w->stopped && w->shown < w->begun && w->is_done[w->shown]) {
                LabResult *r = w->results + w->shown;

                w->stopped = !w->work->done(w->work->userdata, w->shown++, r);
                lab_result_clear(r);
        }
}

static void receive(Works *w) {
        unsigned n = w->work->at_once;
        g_autofree struct pollfd *p = g_new0(struct pollfd, n);

        for (unsigned i = 0; i < n; i++)
                p[i] = (struct pollfd) { .fd = w->workers[i].pid ? w->workers[i].fd : -1, .events = POLLIN };
        if (poll(p, n, WORK_STEP) <= 0)
                return;
        for (unsigned i = 0; i < n; i++) {
                guint8 buffer[65536];
                ssize_t got;

                if (!p[i].revents)
                        continue;
                got = read(p[i].fd, buffer, sizeof buffer);
                if (got > 0)
                        g_byte_array_append(w->workers[i].bytes, buffer, (guint) got);
                else if (got == 0 || errno != EINTR)
                        finish(w, w->workers + i);
        }
}

static void kill_all(Works *w) {
        for (unsigned i = 0; i < w->work->at_once; i++) {
                Worker *worker = w->workers + i;

                if (!worker->pid)
                        continue;
                kill(worker->pid, SIGKILL);
                waitpid(worker->pid, NULL, 0);
                close(worker->fd);
                g_byte_array_unref(worker->bytes);
        }
}

unsigned lab_work(const LabWork *work) {
        Works w = { .work = work };
        bool can_start = true;

        w.workers = g_new0(Worker, work->at_once);
        w.results = g_new0(LabResult, work->n);
        w.is_done = g_new0(bool, work->n);
        /* The supervisors of workers that are killed come to this process. */
        prctl(PR_SET_CHILD_SUBREAPER, 1);
        while (w.shown < work->n && !w.stopped && !interrupted() && (can_start || w.begun > w.finished)) {
                for (unsigned i = 0; i < work->at_once && can_start; i++)
                        if (!w.workers[i].pid && w.begun < work->n)
                                can_start = start(&w, w.workers + i);
                receive(&w);
                show(&w);
        }
        if (!can_start)
                usage_error("lab: no process can be made: %s; use a smaller -j", g_strerror(errno));
        kill_all(&w);
        while (waitpid(-1, NULL, 0) > 0 || errno == EINTR)
                ;
        for (unsigned i = 0; i < work->n; i++)
                lab_result_clear(w.results + i);
        g_free(w.workers);
        g_free(w.results);
        g_free(w.is_done);
        return w.shown;
}
