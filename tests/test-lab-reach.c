/* SPDX-License-Identifier: MIT */

/* What the lab can make happen, without root: which program stands in for what, what is refused, and that processes exit by
 * themselves or when they are told. */

#include <fcntl.h>
#include <glib/gstdio.h>
#include <poll.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "tests/support.h"

#include "lab/clock.h"
#include "lab/listener.h"
#include "lab/programs.h"
#include "lab/record.h"
#include "traces/compare.h"
#include "traces/conform.h"
#include "traces/scenario.h"

static Catalog *catalog_of(const char *text) {
        g_autoptr(GError) error = NULL;
        Catalog *c = scenario_parse("x", text, strlen(text), NULL, &error);

        if (!c)
                fail_msg("%s", error->message);
        return c;
}

static void assert_row(const char *service, const char *row) {
        g_autofree char *text = g_strdup_printf("unit a.service\n  [Service]\n%sdaemon-reload\n", service);
        g_autoptr(Catalog) c = catalog_of(text);
        g_autofree char *table = programs_table(c);

        assert_string_equal(table, row);
}

static void test_programs(void **state) {
        assert_row("  ExecStart=/bin/x\n", "a.service\td\ta\t15\t0\t\t/bin/x\n");
        assert_row("  Type=notify\n  KillSignal=SIGQUIT\n  ExecStart=/bin/x -n\n",
                   "a.service\tn\ta\t3\t0\t\t/bin/x\t-n\n");
        assert_row("  Type=notify-reload\n  ExecStart=/bin/x\n", "a.service\tn\ta\t15\t1\t\t/bin/x\n");
        assert_row("  Type=forking\n  PIDFile=x.pid\n  ExecStart=/bin/x\n",
                   "a.service\tf\ta\t15\t0\t/run/x.pid\t/bin/x\n");
        assert_row("  Type=oneshot\n  ExecStart=/bin/x \"a b\" 100%%\n",
                   "a.service\tx\ta\t15\t0\t\t/bin/x\ta%20b\t100%25\n");
        assert_row("  ExecStart=/usr/bin/actor a\n  ExecStartPre=/bin/x\n  ExecStop=/bin/false\n",
                   "a.service\tx\ta-pre\t15\t0\t\t/bin/x\na.service\t1\ta-stop\t15\t0\t\t/bin/false\n");
        assert_row("  ExecStart=/usr/bin/actor a\n", "");
}

static void test_obstacles(void **state) {
        static const struct {
                const char *text, *why;
        } cases[] = {
                { "unit a.service\n  [Service]\n  ExecStart=/bin/x\ndaemon-reload\n", NULL },
                { "unit a.service\n  [Service]\n  ExecStart=/bin/x\n  ExecStop=/bin/x\n",
                  "two different things" },
                { "unit a.service\n  [Service]\n  ExecStart=/usr/bin/actor a\nelapse a.service start\n", NULL },
                { "unit a.service\n  [Service]\n  ExecStart=/usr/bin/actor a\nelapse a.service limit\n",
                  "limits" },
                { "unit a.service\n  [Service]\n  ExecStart=/usr/bin/actor a\npause\nelapse a.service\nresume\n",
                  NULL },
                { "unit a.path\n  [Path]\n  PathExists=/x\ntrigger a.path\n", NULL },
                { "unit a.service\n  [Service]\n  BusName=org.a\n  ExecStart=/bin/x\n", "bus" },
                { "unit a.service\n  [Service]\n  Type=dbus\n  BusName=org.a\n  ExecStart=/bin/x\n  "
                  "ExecStop=/bin/y\n",
                  "bus" },
                { "unit a.service\n  [Service]\n  Type=dbus\n  BusName=org.a\n  ExecStart=/usr/bin/actor a\n",
                  NULL },
                { "own-name a org.x\n", "bus" },
                { "client x\n  daemon-reload\n", "clients" },
        };

        for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
                g_autoptr(Catalog) c = catalog_of(cases[i].text);
                g_autofree char *why = record_obstacle(c);

                if ((why != NULL) != (cases[i].why != NULL) || (why && !strstr(why, cases[i].why)))
                        fail_msg("'%s' in\n%s", why, cases[i].text);
        }
}

/* The main process of a.service after `restart`: a new one, or the old one as long as nobody says that it exits. */
static void assert_main_pid(const char *told_from, const char *expected) {
        g_autofree char *text = g_strdup_printf(
                "{\"systemd\": \"systemd 257 (257.13-1~deb13u1)\", \"name\": \"x\", \"scenario\": \"unit "
                "a.service\\n  [Service]\\n  ExecStart=/bin/x\\ndaemon-reload\\nstart a.service\\nrestart "
                "a.service\\n\", \"stand_ins\": true, \"steps\": []%s}",
                told_from);
        g_autoptr(GError) error = NULL;
        g_autoptr(Recording) r = recording_parse("x", 0, text, strlen(text), RECORDING_MAY_BE_BLANK, &error),
                             predicted = NULL;
        const Step *last;

        if (!r)
                fail_msg("%s", error->message);
        predicted = conform_predict(r, false);
        last = predicted->steps->pdata[predicted->steps->len - 1];
        assert_string_equal(observation_find_unit(last->after, "a.service")->field[SEEN_MAIN_PID], expected);
}

static void test_exits(void **state) {
        assert_main_pid("", "a.2");
        assert_main_pid(", \"told_from\": 4", "a.1");
        assert_main_pid(", \"told_from\": 5", "a.2");
}

static void test_bad_told_from(void **state) {
        static const char text[] = "{\"systemd\": \"systemd 257 (257)\", \"name\": \"x\", \"scenario\": "
                                   "\"daemon-reload\\n\", \"steps\": [], \"told_from\": -1}";
        g_autoptr(GError) error = NULL;

        assert_null(recording_parse("x", 0, text, strlen(text), RECORDING_MAY_BE_BLANK, &error));
        assert_non_null(strstr(error->message, "told_from"));
}

/* Neither a stopped PID 1 nor one that runs is asked for anything. */
static void test_clock(void **state) {
        g_autoptr(Catalog) c =
                catalog_of("unit a.service\n  [Service]\n  ExecStart=/usr/bin/actor a\nelapse a.service\n");
        g_autofree char *root = g_dir_make_tmp("coldplug-XXXXXX", NULL);
        Container container = { .root = root };
        Machine m = { .container = &container };

        for (unsigned i = 0; i < 2; i++) {
                g_autofree char *elapsed = NULL, *fired = NULL;

                m.paused = i > 0;
                assert_false(clock_elapse(&m, c, c->top.statements + c->top.n_statements - 1, &elapsed));
                assert_non_null(strstr(elapsed, "cannot be moved"));
                assert_false(clock_fire(&m, c, "a.timer", &fired));
                assert_non_null(strstr(fired, "cannot be moved"));
        }
        g_rmdir(root);
}

/* One end of what PID 1 would have, in this process. */
static void assert_heard(const Container *c, int fd, const char *type, const char *address) {
        int found = listener_find(c, type, address);

        assert_true(found >= 0);
        assert_false(listener_is_watched(c, found));
        assert_true(listener_knock(c, found));
        assert_int_equal(poll(&(struct pollfd) { .fd = fd, .events = POLLIN }, 1, 1000), 1);
        listener_drain(found);
        assert_int_equal(poll(&(struct pollfd) { .fd = fd, .events = POLLIN }, 1, 0), 0);
        close(found);
}

static void test_fifo(void **state) {
        g_autofree char *folder = g_dir_make_tmp("coldplug-XXXXXX", NULL),
                        *path = g_build_filename(folder, "fifo", NULL);
        Container c = { .init = getpid(), .init_fd = (int) syscall(SYS_pidfd_open, getpid(), 0) };
        int fd, epoll = epoll_create1(EPOLL_CLOEXEC);
        struct epoll_event event = { .events = EPOLLIN };

        assert_int_equal(listener_find(&c, "FIFO", path), -1);
        assert_int_equal(mkfifo(path, 0600), 0);
        fd = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
        assert_heard(&c, fd, "FIFO", path);
        assert_int_equal(epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event), 0);
        assert_true(listener_is_watched(&c, fd));
        assert_false(listener_is_known_type("MessageQueue"));
        close(epoll);
        close(fd);
        close(c.init_fd);
        unlink(path);
        g_rmdir(folder);
}

static void test_inotify(void **state) {
        g_autofree char *folder = g_dir_make_tmp("coldplug-XXXXXX", NULL),
                        *path = g_build_filename(folder, "file", NULL);
        Container c = { .init = getpid(), .init_fd = (int) syscall(SYS_pidfd_open, getpid(), 0) };
        int fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
        g_autoptr(GArray) before = NULL, after = NULL;

        assert_true(inotify_add_watch(fd, folder, IN_CREATE) >= 0);
        before = inotify_pending(&c);
        assert_int_equal(before->len, 0);
        assert_true(g_file_set_contents_full(path, "", 0, G_FILE_SET_CONTENTS_NONE, 0600, NULL));
        after = inotify_pending(&c);
        assert_int_equal(after->len, 1);
        assert_int_equal(g_array_index(after, int, 0), fd);
        close(fd);
        close(c.init_fd);
        unlink(path);
        g_rmdir(folder);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_programs),      cmocka_unit_test(test_obstacles),
                cmocka_unit_test(test_clock),         cmocka_unit_test(test_fifo),
                cmocka_unit_test(test_inotify),       cmocka_unit_test(test_exits),
                cmocka_unit_test(test_bad_told_from),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
