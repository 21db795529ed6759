/* SPDX-License-Identifier: MIT */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <stddef.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lab/listener.h"

#define KNOCK_SECONDS 5
#define DRAIN_MAX     64

static const struct {
        const char *name;
        int type; /* 0: a FIFO */
} types[] = {
        { "Stream", SOCK_STREAM },
        { "Datagram", SOCK_DGRAM },
        { "SequentialPacket", SOCK_SEQPACKET },
        { "FIFO", 0 },
};

/* -1: none of these. */
static int type_from_string(const char *name) {
        for (size_t i = 0; i < G_N_ELEMENTS(types); i++)
                if (g_str_equal(types[i].name, name))
                        return types[i].type;
        return -1;
}

bool listener_is_known_type(const char *type) {
        return type_from_string(type) >= 0;
}

/* What is behind a descriptor of PID 1; NULL: nothing. */
static char *read_link(const Container *c, const char *number) {
        g_autofree char *path = g_strdup_printf("/proc/%d/fd/%s", c->init, number);

        return g_file_read_link(path, NULL);
}

static GDir *open_descriptors(const Container *c) {
        g_autofree char *path = g_strdup_printf("/proc/%d/fd", c->init);

        return g_dir_open(path, 0, NULL);
}

static int duplicate(const Container *c, const char *number) {
        return (int) syscall(SYS_pidfd_getfd, c->init_fd, (int) g_ascii_strtoll(number, NULL, 10), 0U);
}

/* As socket-util.c:sockaddr_pretty() has it. */
static char *address_to_text(const struct sockaddr_storage *a, socklen_t size) {
        const struct sockaddr_un *un = (const struct sockaddr_un *) a;
        const struct sockaddr_in *in = (const struct sockaddr_in *) a;
        const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *) a;
        size_t n = size > offsetof(struct sockaddr_un, sun_path) ? size - offsetof(struct sockaddr_un, sun_path)
                                                                 : 0;
        char text[INET6_ADDRSTRLEN];

        switch (a->ss_family) {
        case AF_UNIX:
                if (n > 0 && !un->sun_path[0])
                        return g_strdup_printf("@%.*s", (int) n - 1, un->sun_path + 1);
                return g_strndup(un->sun_path, n);
        case AF_INET:
                inet_ntop(AF_INET, &in->sin_addr, text, sizeof text);
                return g_strdup_printf("%s:%u", text, ntohs(in->sin_port));
        case AF_INET6:
                inet_ntop(AF_INET6, &in6->sin6_addr, text, sizeof text);
                return g_strdup_printf("[%s]:%u", text, ntohs(in6->sin6_port));
        default:
                return NULL;
        }
}

static bool is_on(int fd, int type, const char *address) {
        struct sockaddr_storage a = {};
        socklen_t size = sizeof a, n = sizeof(int);
        g_autofree char *text = NULL;
        int has;

        if (getsockopt(fd, SOL_SOCKET, SO_TYPE, &has, &n) < 0 || has != type ||
            getsockname(fd, (struct sockaddr *) &a, &size) < 0)
                return false;
        text = address_to_text(&a, size);
        return text && g_str_equal(text, address);
}

static bool is_listening(int fd) {
        socklen_t n = sizeof(int);
        int listens = 0;

        return getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &n) == 0 && listens;
}

/* Connections that PID 1 has accepted have the address of who listens. */
static bool is_wanted(int fd, int type, const char *link, const char *address) {
        if (type == 0) {
                struct stat st;

                return g_str_equal(link, address) && fstat(fd, &st) == 0 && S_ISFIFO(st.st_mode);
        }
        return g_str_has_prefix(link, "socket:") && is_on(fd, type, address) &&
               (type == SOCK_DGRAM || is_listening(fd));
}

int listener_find(const Container *c, const char *type, const char *address) {
        g_autoptr(GDir) dir = open_descriptors(c);
        int kind = type_from_string(type);
        const char *number;

        while (kind >= 0 && dir && (number = g_dir_read_name(dir))) {
                g_autofree char *link = read_link(c, number);
                int fd;

                if (!link || (link[0] != '/' && !g_str_has_prefix(link, "socket:")))
                        continue;
                fd = duplicate(c, number);
                if (fd >= 0 && is_wanted(fd, kind, link, address))
                        return fd;
                if (fd >= 0)
                        close(fd);
        }
        return -1;
}

/* In a process of its own. */
static bool send_traffic(const Container *c, int type, const struct sockaddr_storage *a, socklen_t size) {
        int fd;

        alarm(KNOCK_SECONDS);
        if (setns(c->init_fd, CLONE_NEWNS | CLONE_NEWNET) < 0)
                return false;
        fd = socket(a->ss_family, type | SOCK_CLOEXEC, 0);
        return fd >= 0 && connect(fd, (const struct sockaddr *) a, size) == 0 &&
               (type != SOCK_DGRAM || send(fd, "", 1, MSG_NOSIGNAL) == 1);
}

bool listener_knock(const Container *c, int fd) {
        struct sockaddr_storage a = {};
        socklen_t size = sizeof a, n = sizeof(int);
        int type, status = 1;
        pid_t pid;

        /* PID 1 has FIFOs open for both. */
        if (getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &n) < 0)
                return write(fd, "", 1) == 1;
        if (getsockname(fd, (struct sockaddr *) &a, &size) < 0)
                return false;
        pid = fork();
        if (pid == 0)
                _exit(!send_traffic(c, type, &a, size));
        while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
                ;
        return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static bool has_input(int fd) {
        struct pollfd p = { .fd = fd, .events = POLLIN };

        return poll(&p, 1, 0) > 0 && (p.revents & POLLIN);
}

void listener_drain(int fd) {
        bool listens = is_listening(fd);
        char bytes[4096];

        for (unsigned i = 0; i < DRAIN_MAX && has_input(fd); i++)
                if (listens) {
                        int connection = accept4(fd, NULL, NULL, SOCK_CLOEXEC);

                        if (connection >= 0)
                                close(connection);
                } else
                        (void) !read(fd, bytes, sizeof bytes);
}

/* Whether some of the lines about an epoll descriptor are about what is behind @link. */
static bool watches(const Container *c, const char *epoll, const char *link) {
        g_autofree char *path = g_strdup_printf("/proc/%d/fdinfo/%s", c->init, epoll), *text = NULL;
        g_auto(GStrv) lines = NULL;

        if (!g_file_get_contents(path, &text, NULL, NULL))
                return false;
        lines = g_strsplit(text, "\n", -1);
        for (char **line = lines; *line; line++) {
                g_autofree char *number = NULL, *other = NULL;

                if (!g_str_has_prefix(*line, "tfd:"))
                        continue;
                number = g_strdup_printf("%d", (int) g_ascii_strtoll(*line + 4, NULL, 10));
                other = read_link(c, number);
                if (g_strcmp0(other, link) == 0)
                        return true;
        }
        return false;
}

bool listener_is_watched(const Container *c, int fd) {
        g_autoptr(GDir) dir = open_descriptors(c);
        g_autofree char *own = g_strdup_printf("/proc/self/fd/%d", fd), *link = g_file_read_link(own, NULL);
        const char *number;

        /* The number may be another after a reload. */
        while (link && dir && (number = g_dir_read_name(dir))) {
                g_autofree char *other = read_link(c, number);

                if (g_strcmp0(other, "anon_inode:[eventpoll]") == 0 && watches(c, number, link))
                        return true;
        }
        return false;
}

GArray *inotify_pending(const Container *c) {
        GArray *numbers = g_array_new(FALSE, FALSE, sizeof(int));
        g_autoptr(GDir) dir = open_descriptors(c);
        const char *name;

        while (dir && (name = g_dir_read_name(dir))) {
                g_autofree char *link = read_link(c, name);
                int number = (int) g_ascii_strtoll(name, NULL, 10), fd;

                if (g_strcmp0(link, "anon_inode:inotify") != 0)
                        continue;
                fd = duplicate(c, name);
                if (fd < 0)
                        continue;
                if (has_input(fd))
                        g_array_append_val(numbers, number);
                close(fd);
        }
        return numbers;
}
