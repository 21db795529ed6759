/* SPDX-License-Identifier: MIT */

/* sd_notify() messages: service.c:service_notify_message. */

#include "service-cases.h"

#define NOTIFY_A "Type=notify\n" START_A
#define READY_A  "Type=notify\nExecStart=/usr/bin/actor a --ready\n"

static void test_notify_access(void **state) {
        static const Case cases[] = {
                { "none: nobody is heard", ALL, START_A,
                  .steps = { { "start a.service", "running main=a.1" },
                             { "notify a STOPPING=1", "running main=a.1" } } },
                { "Type=notify makes none main", ALL, "NotifyAccess=none\n" NOTIFY_A,
                  .steps = { { "start a.service", "start job=start main=a.1" },
                             { "notify a READY=1", "running main=a.1" } } },
                { "main: no child", ALL, "NotifyAccess=main\n" NOTIFY_A,
                  .steps = { { "start a.service", "start job=start main=a.1" },
                             { "fork a b" },
                             { "notify b READY=1", "start job=start main=a.1" },
                             { "notify a READY=1", "running main=a.1" } } },
                { "exec: a control process as well", ALL,
                  "NotifyAccess=exec\nExecStartPost=/usr/bin/actor post\n" START_A,
                  .steps = { { "start a.service", "start-post job=start main=a.1 control=post.1" },
                             { "fork a b" },
                             { "notify b MAINPID=b", "start-post job=start main=a.1 control=post.1" },
                             { "notify post MAINPID=b", "start-post job=start main=b.1 control=post.1" },
                             { "notify b STATUS=x", "start-post job=start main=b.1 control=post.1" },
                             { "exit post 0", "running main=b.1" } } },
                { "all", ALL, "NotifyAccess=all\n" NOTIFY_A,
                  .steps = { { "start a.service", "start job=start main=a.1" },
                             { "fork a b" },
                             { "notify b READY=1", "running main=a.1" } } },
                { "an unknown value is ignored: main", ALL, "NotifyAccess=some\n" NOTIFY_A,
                  .steps = { { "start a.service", "start job=start main=a.1" },
                             { "fork a b" },
                             { "notify b READY=1", "start job=start main=a.1" } } },
                { "WatchdogSec= makes none main", ALL, "WatchdogSec=10\n" START_A,
                  .steps = { { "start a.service", "running main=a.1" },
                             { "notify a STOPPING=1", "stop-sigterm main=a.1" } } },
                { "FileDescriptorStoreMax= does, too", ALL, "FileDescriptorStoreMax=1\n" START_A,
                  .steps = { { "start a.service", "running main=a.1" },
                             { "notify a STOPPING=1", "stop-sigterm main=a.1" } } },
                { "NOTIFYACCESS= widens it from 254 on", "254 255 257 262", NOTIFY_A,
                  .steps = { { "start a.service", "start job=start main=a.1" },
                             { "fork a b" },
                             { "notify a NOTIFYACCESS=all", "start job=start main=a.1" },
                             { "notify b READY=1", "running main=a.1" },
                             { "notify a NOTIFYACCESS=rubbish", "running main=a.1" },
                             { "notify b STOPPING=1", "running main=a.1" } } },
                { "and not in 252", "252", NOTIFY_A,
                  .steps = { { "start a.service", "start job=start main=a.1" },
                             { "fork a b" },
                             { "notify a NOTIFYACCESS=all", "start job=start main=a.1" },
                             { "notify b READY=1", "start job=start main=a.1" } } },
                { "it ends with the run", "254 255 257 262", NOTIFY_A,
                  .steps = { { "start a.service", "start job=start main=a.1" },
                             { "notify a NOTIFYACCESS=all", "start job=start main=a.1" },
                             { "notify a READY=1", "running main=a.1" },
                             { "exit a 0", "dead" },
                             { "start a.service", "start job=start main=a.2" },
                             { "fork a b" },
                             { "notify b READY=1", "start job=start main=a.2" } } },
        };

        (void) state;
        RUN_CASES(cases);
}

static void test_ready_reloading_stopping(void **state) {
        static const Case cases[] = {
                { "RELOADING=1 and READY=1 in 252", "252", READY_A,
                  .steps = { { "start a.service", "running main=a.1" },
                             { "notify a RELOADING=1", "reload main=a.1" },
                             { "notify a READY=1", "running main=a.1" } } },
                { "later it is a state of its own", "254 255 257 262", READY_A,
                  .steps = { { "start a.service", "running main=a.1" },
                             { "notify a RELOADING=1", "reload-notify main=a.1" },
                             { "notify a READY=1", "running main=a.1" } } },
                { "STOPPING=1", ALL, READY_A,
                  .steps = { { "start a.service", "running main=a.1" },
                             { "notify a STOPPING=1", "stop-sigterm main=a.1", "a.1" },
                             { "notify a READY=1", "stop-sigterm main=a.1" },
                             { "exit a 0", "dead" } } },
                { "STOPPING=1 in reload-notify", "254 255 257 262", READY_A,
                  .steps = { { "start a.service", "running main=a.1" },
                             { "notify a RELOADING=1", "reload-notify main=a.1" },
                             { "notify a STOPPING=1", "stop-sigterm main=a.1" } } },
                { "STOPPING=1 in reload of 252 is remembered", "252", READY_A, .fragile = true,
                  .steps = { { "start a.service", "running main=a.1" },
                             { "notify a RELOADING=1", "reload main=a.1" },
                             { "notify a STOPPING=1", "reload main=a.1" },
                             { "elapse a.service", "stop-sigterm reload=timeout main=a.1" } } },
                { "252: the last tag wins", "252", READY_A,
                  .steps = { { "start a.service", "running main=a.1" },
                             { "notify a STOPPING=1\\nREADY=1", "running main=a.1" },
                             { "notify a READY=1\\nRELOADING=1", "reload main=a.1" },
                             { "notify a RELOADING=1\\nREADY=1", "running main=a.1" },
                             { "notify a READY=1\\nSTOPPING=1", "stop-sigterm main=a.1" } } },
                { "later STOPPING=1 wins", "254 255 257 262", READY_A,
                  .steps = { { "start a.service", "running main=a.1" },
                             { "notify a STOPPING=1\\nREADY=1\\nRELOADING=1", "stop-sigterm main=a.1" } } },
                { "and READY=1 over RELOADING=1", "254 255 257 262", READY_A,
                  .steps = { { "start a.service", "running main=a.1" },
                             { "notify a READY=1\\nRELOADING=1", "running main=a.1" },
                             { "notify a RELOADING=1\\nREADY=1", "running main=a.1" } } },
                { "RELOADING=1 while it starts is looked at when it runs", "254 255 257",
                  NOTIFY_A "ExecStartPost=/usr/bin/actor post\n", .fragile = true,
                  .steps = { { "start a.service", "start job=start main=a.1" },
                             { "notify a READY=1", "start-post job=start main=a.1 control=post.1" },
                             { "notify a RELOADING=1", "start-post job=start main=a.1 control=post.1" },
                             { "exit post 0", "reload-notify main=a.1" },
                             { "notify a READY=1", "running main=a.1" } } },
                { "262 writes it, so a reload keeps it", "262", NOTIFY_A "ExecStartPost=/usr/bin/actor post\n",
                  .steps = { { "start a.service", "start job=start main=a.1" },
                             { "notify a READY=1", "start-post job=start main=a.1 control=post.1" },
                             { "notify a RELOADING=1", "start-post job=start main=a.1 control=post.1" },
                             { "exit post 0", "reload-notify main=a.1" },
                             { "notify a READY=1", "running main=a.1" } } },
                { "others lose it with a reload", "252 254 255 257",
                  NOTIFY_A "ExecStartPost=/usr/bin/actor post\n", .fragile = true,
                  .steps = { { "start a.service", "start job=start main=a.1" },
                             { "notify a READY=1", "start-post job=start main=a.1 control=post.1" },
                             { "notify a RELOADING=1", "start-post job=start main=a.1 control=post.1" },
                             { "daemon-reload", "start-post job=start main=a.1 control=post.1" },
                             { "exit post 0", "running main=a.1" } } },
                { "STOPPING=1 while it starts", ALL, NOTIFY_A "ExecStartPost=/usr/bin/actor post\n",
                  .fragile = true,
                  .steps = { { "start a.service", "start job=start main=a.1" },
                             { "notify a READY=1", "start-post job=start main=a.1 control=post.1" },
                             { "notify a STOPPING=1", "start-post job=start main=a.1 control=post.1" },
                             { "exit post 0", "stop-sigterm job=start main=a.1" } } },
                { "262 takes no READY=1 behind STOPPING=1", "262", NOTIFY_A,
                  .steps = { { "start a.service", "start job=start main=a.1" },
                             { "notify a STOPPING=1", "start job=start main=a.1" },
                             { "notify a READY=1", "start job=start main=a.1" },
                             { "notify a RELOADING=1", "start job=start main=a.1" } } },
                { "the others do", "252 254 255 257", NOTIFY_A,
                  .steps = { { "start a.service", "start job=start main=a.1" },
                             { "notify a STOPPING=1", "start job=start main=a.1" },
                             { "notify a READY=1", "running main=a.1" } } },
                { "READY=1 of a simple service starts nothing", ALL, "NotifyAccess=all\nType=oneshot\n" START_A,
                  .steps = { { "start a.service", "start job=start main=a.1" },
                             { "notify a READY=1", "start job=start main=a.1" } } },
        };

        (void) state;
        RUN_CASES(cases);
}

static void test_main_pid(void **state) {
        static const Case cases[] = {
                { "MAINPID= moves the main process", ALL, READY_A,
                  .steps = { { "start a.service", "running main=a.1" },
                             { "fork a b" },
                             { "notify a MAINPID=b", "running main=b.1" },
                             { "exit a 0", "running main=b.1", "b.1" },
                             { "exit b 2", "failed result=exit-code" } } },
                { "an alien that dies is not reaped by PID 1", ALL, READY_A, .fragile = true,
                  .steps = { { "start a.service", "running main=a.1" },
                             { "fork a b" },
                             { "notify a MAINPID=b", "running main=b.1" },
                             { "exit b 2", "running main=b.1", "a.1" },
                             { "exit a 0", "dead" } } },
                /* pid_is_my_child() fails for a process that is gone; that means yes before PidRef. */
                { "252 and 254 then wait for it after a reload, for ever", "252 254", READY_A, .fragile = true,
                  .steps = { { "start a.service", "running main=a.1" },
                             { "fork a b" },
                             { "notify a MAINPID=b", "running main=b.1" },
                             { "exit b 2", "running main=b.1", "a.1" },
                             { "daemon-reload", "running main=b.1" },
                             { "exit a 0", "running main=b.1", "" } } },
                { "255 loses it", "255", READY_A, .fragile = true,
                  .steps = { { "start a.service", "running main=a.1" },
                             { "fork a b" },
                             { "notify a MAINPID=b", "running main=b.1" },
                             { "exit b 2", "running main=b.1", "a.1" },
                             { "daemon-reload", "running" },
                             { "exit a 0", "dead", "" } } },
                { "the same one", ALL, READY_A,
                  .steps = { { "start a.service", "running main=a.1" },
                             { "notify a MAINPID=a", "running main=a.1" } } },
                { "nobody", ALL, READY_A,
                  .steps = { { "start a.service", "running main=a.1" },
                             { "notify a MAINPID=x", "running main=a.1" } } },
                { "not a control process", ALL,
                  "NotifyAccess=all\n" START_A "ExecStartPost=/usr/bin/actor post\n",
                  .steps = { { "start a.service", "start-post job=start main=a.1 control=post.1" },
                             { "notify a MAINPID=post", "start-post job=start main=a.1 control=post.1" } } },
                { "while it stops, from 257 on", "257 262", READY_A,
                  .steps = { { "start a.service", "running main=a.1" },
                             { "fork a b" },
                             { "stop a.service", "stop-sigterm job=stop main=a.1" },
                             { "notify a MAINPID=b", "stop-sigterm job=stop main=b.1" } } },
                { "not before", "252 254 255", READY_A,
                  .steps = { { "start a.service", "running main=a.1" },
                             { "fork a b" },
                             { "stop a.service", "stop-sigterm job=stop main=a.1" },
                             { "notify a MAINPID=b", "stop-sigterm job=stop main=a.1" } } },
                { "an alien alone is not waited for", ALL, "KillMode=process\n" READY_A,
                  .steps = { { "start a.service", "running main=a.1" },
                             { "fork a b" },
                             { "notify a MAINPID=b", "running main=b.1" },
                             { "stop a.service", "dead", "a.1" } } },
        };

        (void) state;
        RUN_CASES(cases);
}

static void test_fd_store(void **state) {
        static const Case cases[] = {
                { "so many and no more", ALL, "FileDescriptorStoreMax=2\n" START_A,
                  .steps = { { "start a.service", "running main=a.1" },
                             { "notify a FDSTORE=1", "running fds=1 main=a.1" },
                             { "notify a FDSTORE=1\\nFDNAME=x", "running fds=2 main=a.1" },
                             { "notify a FDSTORE=1\\nFDNAME=y", "running fds=2 main=a.1" },
                             { "notify a FDSTOREREMOVE=1", "running fds=2 main=a.1" },
                             { "notify a FDSTOREREMOVE=1\\nFDNAME=x", "running fds=1 main=a.1" },
                             { "exit a 0", "dead" } } },
                { "none without the setting", ALL, "NotifyAccess=all\n" START_A,
                  .steps = { { "start a.service", "running main=a.1" },
                             { "notify a FDSTORE=1", "running main=a.1" } } },
                { "a restart keeps them", ALL,
                  "FileDescriptorStoreMax=2\nExecStart=/usr/bin/actor a --exit-on-term\n",
                  .steps = { { "start a.service", "running main=a.1" },
                             { "notify a FDSTORE=1", "running fds=1 main=a.1" },
                             { "restart a.service", "running fds=1 main=a.2" } } },
                { "no: they go with the process", "254 255 257 262",
                  "FileDescriptorStoreMax=2\nFileDescriptorStorePreserve=no\nExecStart=/usr/bin/actor a "
                  "--exit-on-term\n",
                  .steps = { { "start a.service", "running main=a.1" },
                             { "notify a FDSTORE=1", "running fds=1 main=a.1" },
                             { "restart a.service", "running main=a.2" } } },
                { "yes: the dead keep them", "254 255 257 262",
                  "FileDescriptorStoreMax=2\nFileDescriptorStorePreserve=yes\n" START_A,
                  .steps = { { "start a.service", "running main=a.1" },
                             { "notify a FDSTORE=1", "running fds=1 main=a.1" },
                             { "exit a 0", "dead-resources-pinned fds=1" },
                             { "start a.service", "running fds=1 main=a.2" },
                             { "stop a.service", "stop-sigterm fds=1 job=stop main=a.2" },
                             { "exit a 1", "failed result=exit-code fds=1" },
                             { "reset-failed a.service", "dead-resources-pinned fds=1" } } },
                { "252 does not know the setting", "252",
                  "FileDescriptorStoreMax=2\nFileDescriptorStorePreserve=yes\n" START_A,
                  .steps = { { "start a.service", "running main=a.1" },
                             { "notify a FDSTORE=1", "running fds=1 main=a.1" },
                             { "exit a 0", "dead" } } },
                { "on-success: the failed do not", "262",
                  "FileDescriptorStoreMax=2\nFileDescriptorStorePreserve=on-success\n" START_A,
                  .steps = { { "start a.service", "running main=a.1" },
                             { "notify a FDSTORE=1", "running fds=1 main=a.1" },
                             { "exit a 0", "dead-resources-pinned fds=1" },
                             { "start a.service", "running fds=1 main=a.2" },
                             { "exit a 1", "failed result=exit-code" } } },
                { "stop in auto-restart pins", "254 255 257 262",
                  "Restart=always\nRestartSec=1h\nFileDescriptorStoreMax=2\nFileDescriptorStorePreserve="
                  "yes\n" START_A,
                  .steps = { { "start a.service", "running main=a.1" },
                             { "notify a FDSTORE=1", "running fds=1 main=a.1" },
                             { "exit a 0", "auto-restart fds=1" },
                             { "stop a.service", "dead-resources-pinned fds=1" } } },
                { "a smaller store after a reload", ALL, "FileDescriptorStoreMax=2\n" START_A, .fragile = true,
                  .steps = { { "start a.service", "running main=a.1" },
                             { "notify a FDSTORE=1" },
                             { "notify a FDSTORE=1", "running fds=2 main=a.1" },
                             { "unit a.service\n  [Service]\n  FileDescriptorStoreMax=1\n  " START_A },
                             { "daemon-reload", "running fds=1 main=a.1" } } },
                { "a file that goes while descriptors are pinned", "262",
                  "FileDescriptorStoreMax=2\nFileDescriptorStorePreserve=yes\n" START_A, .fragile = true,
                  .steps = { { "start a.service", "running main=a.1" },
                             { "notify a FDSTORE=1", "running fds=1 main=a.1" },
                             { "exit a 0", "dead-resources-pinned fds=1" },
                             { "rm a.service" },
                             { "daemon-reload", "dead-resources-pinned not-found fds=1" } } },
        };

        (void) state;
        RUN_CASES(cases);
}

static void test_watchdog(void **state) {
        static const Case cases[] = {
                { "it barks", ALL, "WatchdogSec=10\n" READY_A,
                  .steps = { { "start a.service", "running main=a.1" },
                             { "notify a WATCHDOG=1", "running main=a.1" },
                             { "elapse a.service watchdog", "failed result=watchdog", "" } } },
                { "there is none", ALL, READY_A,
                  .steps = { { "start a.service", "running main=a.1" },
                             { "notify a WATCHDOG=1", "running main=a.1" },
                             { "elapse a.service watchdog", "running main=a.1" } } },
                { "not yet", ALL, "WatchdogSec=10\n" NOTIFY_A,
                  .steps = { { "start a.service", "start job=start main=a.1" },
                             { "elapse a.service watchdog", "start job=start main=a.1" },
                             { "notify a READY=1", "running main=a.1" } } },
                { "WATCHDOG=trigger", ALL, READY_A,
                  .steps = { { "start a.service", "running main=a.1" },
                             { "notify a WATCHDOG=trigger", "failed result=watchdog" } } },
                { "a length that the service says", ALL, READY_A,
                  .steps = { { "start a.service", "running main=a.1" },
                             { "notify a WATCHDOG_USEC=5", "running main=a.1" },
                             { "elapse a.service watchdog", "failed result=watchdog" } } },
                { "zero turns it off, and it stays off", ALL, "WatchdogSec=10\n" READY_A,
                  .steps = { { "start a.service", "running main=a.1" },
                             { "notify a WATCHDOG_USEC=0", "running main=a.1" },
                             { "notify a WATCHDOG=1", "running main=a.1" },
                             { "elapse a.service watchdog", "running main=a.1" },
                             { "notify a WATCHDOG_USEC=7", "running main=a.1" },
                             { "elapse a.service watchdog", "failed result=watchdog" } } },
                { "rubbish", ALL, READY_A,
                  .steps = { { "start a.service", "running main=a.1" },
                             { "notify a WATCHDOG=2", "running main=a.1" },
                             { "notify a WATCHDOG_USEC=x", "running main=a.1" },
                             { "elapse a.service watchdog", "running main=a.1" } } },
                { "a length is for one run", ALL, READY_A,
                  .steps = { { "start a.service", "running main=a.1" },
                             { "notify a WATCHDOG_USEC=5", "running main=a.1" },
                             { "exit a 0", "dead" },
                             { "start a.service", "running main=a.2" },
                             { "elapse a.service watchdog", "running main=a.2" } } },
        };

        (void) state;
        RUN_CASES(cases);
}

static void test_restart_reset(void **state) {
        static const Case cases[] = {
                { "262 has RESTART_RESET=1", "262", "Restart=always\nRestartSec=0\n" READY_A,
                  .steps = { { "start a.service", "running main=a.1" },
                             { "exit a 1", "running restarts=1 main=a.2" },
                             { "notify a RESTART_RESET=1", "running main=a.2" } } },
                { "others do not", "252 254 255 257", "Restart=always\nRestartSec=0\n" READY_A,
                  .steps = { { "start a.service", "running main=a.1" },
                             { "exit a 1", "running restarts=1 main=a.2" },
                             { "notify a RESTART_RESET=1", "running restarts=1 main=a.2" } } },
        };

        (void) state;
        RUN_CASES(cases);
}

/* STATUS= shows in the stream only. */
static void test_status_text(void **state) {
        static const struct {
                const char *text;
                bool set;
        } table[] = {
                { "STATUS=x", true },
                { "STATUS=x\\nSTATUS=", true },
                { "STATUS=", false },
                { "READY=1", false },
        };

        (void) state;

        for (unsigned i = 0; i < G_N_ELEMENTS(table); i++) {
                g_autofree char *scenario = g_strdup_printf("unit a.service\n"
                                                            "  [Service]\n"
                                                            "  Type=notify\n"
                                                            "  ExecStart=/usr/bin/actor a --ready\n"
                                                            "start a.service\n"
                                                            "notify a STATUS=y\n"
                                                            "notify a %s\n"
                                                            "daemon-reload\n",
                                                            table[i].text);
                g_autoptr(Fixture) f = fixture_new("257", scenario);
                const Unit *u;
                bool last = i >= 3;

                fixture_run(f);
                u = manager_get_unit(f->manager, catalog_find_name(f->catalog, "a.service"));
                assert_int_equal((u->flags & UNIT_HAS_STATUS_TEXT) != 0, table[i].set || last);
        }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_notify_access), cmocka_unit_test(test_ready_reloading_stopping),
                cmocka_unit_test(test_main_pid),      cmocka_unit_test(test_fd_store),
                cmocka_unit_test(test_watchdog),      cmocka_unit_test(test_restart_reset),
                cmocka_unit_test(test_status_text),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
