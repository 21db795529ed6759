/* SPDX-License-Identifier: MIT */

/* PID 1 reloads a small world and reads any text instead of what it wrote. The first line of the input is a
 * number that says which systemd, how much has happened before, and whether it executes itself again. */

#include <string.h>

#include "model/stream.h"
#include "tests/fuzz/fuzz.h"
#include "traces/scenario.h"

static const char scenario[] = "unit a.service\n"
                               "  [Unit]\n"
                               "  Wants=missing.service\n"
                               "  [Service]\n"
                               "  ExecStart=/usr/bin/actor a\n"
                               "unit b.service\n"
                               "  [Service]\n"
                               "  Type=notify\n"
                               "  Restart=always\n"
                               "  ExecStartPre=/usr/bin/actor b-pre\n"
                               "  ExecStart=/usr/bin/actor b\n"
                               "  ExecStop=/usr/bin/actor b-stop\n"
                               "  PIDFile=/run/b.pid\n"
                               "unit c.service\n"
                               "  [Unit]\n"
                               "  Requires=a.service\n"
                               "  After=a.service b.service\n"
                               "  [Service]\n"
                               "  Type=oneshot\n"
                               "  RemainAfterExit=yes\n"
                               "  ExecStart=/usr/bin/actor c\n"
                               "  ExecStart=/usr/bin/actor c2\n"
                               "unit d.socket\n"
                               "  [Socket]\n"
                               "  ListenStream=/run/d\n"
                               "  Service=d.service\n"
                               "unit d.service\n"
                               "  [Service]\n"
                               "  Type=dbus\n"
                               "  BusName=org.example.D\n"
                               "  ExecStart=/usr/bin/actor d\n"
                               "unit e.timer\n"
                               "  [Timer]\n"
                               "  OnActiveSec=1h\n"
                               "  Unit=a.service\n"
                               "unit f.path\n"
                               "  [Path]\n"
                               "  PathExists=/nowhere\n"
                               "  Unit=b.service\n"
                               "unit g.target\n"
                               "  [Unit]\n"
                               "  Upholds=a.service\n"
                               "unit h.slice\n"
                               "daemon-reload\n"
                               "start a.service\n"
                               "start b.service\n"
                               "start c.service\n"
                               "start d.socket e.timer f.path\n"
                               "stop b.service\n"
                               "link x.service a.service\n"
                               "link y.service a.service\n"
                               "rm c.service\n"
                               "daemon-reload\n"
                               "client later\n"
                               "  exit a 0\n"
                               "  stop a.service\n"
                               "  start x.service\n"
                               "  exit b 1\n"
                               "  restart b.service\n"
                               "  signal c 9\n"
                               "  reset-failed c.service\n"
                               "  daemon-reexec\n"
                               "  start g.target\n"
                               "  daemon-reload\n";

typedef struct FuzzStream {
        Observer observer;
        const char *text;
        size_t size;
} FuzzStream;

static void replace_stream(Observer *self, Manager *m, const char *text, size_t size) {
        FuzzStream *s = (FuzzStream *) self;

        (void) text, (void) size;
        if (!s->text)
                return; /* only the first one */
        m->stream_size = 0;
        stream_append(m, s->text, s->size);
        s->text = NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        static Catalog *c;
        const uint8_t *newline = memchr(data, '\n', size);
        uint32_t number = 0;
        FuzzStream stream = { .observer = { .stream = replace_stream } };
        FuzzRun run;

        if (!c)
                c = scenario_parse("fuzz", scenario, strlen(scenario), NULL, NULL);
        if (!newline)
                return 0;
        for (const uint8_t *p = data; p < newline && *p >= '0' && *p <= '9'; p++)
                number = number * 10 + (uint32_t) (*p - '0');
        stream.text = (const char *) newline + 1;
        stream.size = (size_t) (data + size - newline) - 1;

        fuzz_start(&run, c, fuzz_profile(number), number);
        fuzz_play(&run, true, number / 5 % 64);
        run.manager->observer = &stream.observer;
        if (number / 320 % 2 == 0)
                manager_reload(run.manager);
        else
                manager_reexec(run.manager);
        if (!MANAGER_CRASHED(run.manager)) {
                world_normalize(&run.layout, run.world, run.scratch);
                fuzz_play(&run, false, 80);
        }
        fuzz_end(&run);
        return 0;
}
