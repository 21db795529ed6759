/* SPDX-License-Identifier: MIT */

/* Unit files as text (shared/conf-parser.c), and which file a name means (shared/unit-file.c, 252-262). */

#include <errno.h>

#include "cases.h"
#include "model/disk.h"
#include "model/unit-file-parser.h"

typedef struct Recorder {
        UnitFileHandler handler;
        GString *text;
        int result;
} Recorder;

static SectionKind record_section(UnitFileHandler *self, const char *name) {
        Recorder *r = (Recorder *) self;

        g_string_append_printf(r->text, "[%s]", name);
        if (g_str_equal(name, "Install"))
                return SECTION_SILENT;
        return g_str_equal(name, "Unit") || g_str_equal(name, "Service") ? SECTION_KNOWN : SECTION_UNKNOWN;
}

static int record_assignment(UnitFileHandler *self, const char *section, const char *key, const char *value,
                             unsigned line) {
        Recorder *r = (Recorder *) self;

        g_string_append_printf(r->text, "%u:%s.%s=<%s>", line, section, key, value);
        return r->result;
}

static void record_problem(UnitFileHandler *self, unsigned line, const char *text) {
        (void) text;
        g_string_append_printf(((Recorder *) self)->text, "%u!", line);
}

static void parse_check(const char *text, int result, const char *expected) {
        Recorder r = {
                .handler = { record_section, record_assignment, record_problem },
                .text = g_string_new(NULL),
        };

        assert_int_equal(unit_file_parse(text, &r.handler), result);
        assert_string_equal(r.text->str, expected);
        g_string_free(r.text, TRUE);
}

static void test_parser(void **state) {
        static const struct {
                const char *text;
                int result;
                const char *expected;
        } cases[] = {
                { "", 0, "" },
                { "[Unit]\nA=b\n", 0, "[Unit]2:Unit.A=<b>" },
                { "[Unit]\nA=b", 0, "[Unit]2:Unit.A=<b>" },
                { "\n\n[Unit]\n\n  A  =  b c  \n", 0, "[Unit]5:Unit.A=<b c>" },
                { "[Unit]\nA=\n", 0, "[Unit]2:Unit.A=<>" },
                { "[Unit]\nA=b=c\n", 0, "[Unit]2:Unit.A=<b=c>" },
                { "[Unit]\n# A=b\n; A=b\n  # A=b\nA=b # c\n", 0, "[Unit]5:Unit.A=<b # c>" },
                /* Continued lines: the backslash becomes a blank, comments in between disappear. */
                { "[Unit]\nA=b\\\nc\n", 0, "[Unit]2:Unit.A=<b c>" },
                { "[Unit]\nA=b \\\n# comment\n  c\nB=d\n", 0, "[Unit]2:Unit.A=<b    c>5:Unit.B=<d>" },
                { "[Unit]\nA=b\\\\\nB=c\n", 0, "[Unit]2:Unit.A=<b\\\\>3:Unit.B=<c>" },
                { "[Unit]\nA=b\\", 0, "[Unit]2:Unit.A=<b>" },
                { "[Unit]\nA=b\\\n\nB=c\n", 0, "[Unit]2:Unit.A=<b>4:Unit.B=<c>" },
                { "[Unit]\nA=b\\\n[Service]\n", 0, "[Unit]2:Unit.A=<b [Service]>" },
                /* Ends of lines of other systems. */
                { "[Unit]\r\nA=b\r\nB=c\r\n", 0, "[Unit]2:Unit.A=<b>3:Unit.B=<c>" },
                { "[Unit]\rA=b\r", 0, "[Unit]2:Unit.A=<b>" },
                { "\xef\xbb\xbf[Unit]\nA=b\n", 0, "[Unit]2:Unit.A=<b>" },
                /* Sections */
                { "A=b\n[Unit]\n", 0, "1![Unit]" },
                { "[Unit]\nA=b\n[Service]\nA=c\n[Unit]\nA=d\n", 0,
                  "[Unit]2:Unit.A=<b>[Service]4:Service.A=<c>[Unit]6:Unit.A=<d>" },
                { "[Nonsense]\nA=b\n", 0, "[Nonsense]1!" },
                { "[Install]\nA=b\n[X-Mine]\nA=b\n", 0, "[Install]" },
                { "[Unit\nA=b\n", -EBADMSG, "1!" },
                { "[\nA=b\n", -EBADMSG, "1!" },
                { "[Un\"it]\nA=b\n", -EBADMSG, "1!" },
                /* Lines that are none */
                { "[Unit]\nA\nB=c\n", 0, "[Unit]2!3:Unit.B=<c>" },
                { "[Unit]\n=b\nB=c\n", 0, "[Unit]2!3:Unit.B=<c>" },
                { "[Unit]\nA=\xff\n", -EINVAL, "[Unit]2!" },
                { "[Unit]\nA=\xc3\xa4\n", 0, "[Unit]2:Unit.A=<\xc3\xa4>" },
        };

        (void) state;

        for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
                parse_check(cases[i].text, cases[i].result, cases[i].expected);
}

static void test_parser_limits(void **state) {
        g_autoptr(GString) text = g_string_new("[Unit]\nA=");

        (void) state;

        for (size_t i = 0; i < 1024U * 1024U; i++)
                g_string_append_c(text, 'x');
        parse_check(text->str, -ENOBUFS, "[Unit]");

        /* The sum of continued lines counts. */
        g_string_assign(text, "[Unit]\nA=");
        for (size_t line = 0; line < 1030; line++) {
                for (size_t i = 0; i < 1023; i++)
                        g_string_append_c(text, 'x');
                g_string_append(text, "\\\n");
        }
        parse_check(text->str, -ENOBUFS, "[Unit]");
}

static void test_parser_stops(void **state) {
        Recorder r = {
                .handler = { record_section, record_assignment, record_problem },
                .text = g_string_new(NULL),
                .result = -ENOEXEC,
        };

        (void) state;
        assert_int_equal(unit_file_parse("[Unit]\nA=b\nB=c\n", &r.handler), -ENOEXEC);
        assert_string_equal(r.text->str, "[Unit]2:Unit.A=<b>");
        g_string_free(r.text, TRUE);
}

/* "FILE ID: NAMES", "-" for what is not there, or the error. */
static char *find(Fixture *f, const char *name) {
        g_autofree NameId *names = g_new(NameId, f->catalog->n_names);
        GString *s = g_string_new(NULL);
        PathId fragment = ID_NONE;
        NameId id = ID_NONE;
        size_t n = 0;
        int r;

        r = unit_file_find_fragment(f->manager, catalog_find_name(f->catalog, name), &fragment, &id, names, &n);
        if (r < 0) {
                g_string_append(s, g_strerror(-r));
                return g_string_free(s, FALSE);
        }

        g_string_append_printf(s, "%s %s:", fragment == ID_NONE ? "-" : f->catalog->paths[fragment].path,
                               id == ID_NONE ? "-" : catalog_name_str(f->catalog, id));
        for (size_t i = 0; i < n; i++)
                g_string_append_printf(s, " %s", catalog_name_str(f->catalog, names[i]));
        return g_string_free(s, FALSE);
}

#define ETC    "/etc/systemd/system/"
#define RUN    "/run/systemd/system/"
#define USR    "/usr/lib/systemd/system/"
#define FILE_A "unit a.service\n  [Service]\n  ExecStart=true\n"
#define FILE_B "unit b.service\n  [Service]\n  ExecStart=true\n"

typedef struct NameCase {
        const char *scenario, *name, *expected;
} NameCase;

static void names_check(const NameCase *cases, size_t n) {
        for (size_t i = 0; i < n; i++) {
                g_autoptr(Fixture) f = fixture_new("257", cases[i].scenario);
                g_autofree char *found = NULL;

                fixture_run(f);
                found = find(f, cases[i].name);
                if (strcmp(found, cases[i].expected) != 0)
                        fail_msg("%s in\n%s\"%s\" instead of \"%s\"", cases[i].name, cases[i].scenario, found,
                                 cases[i].expected);
        }
}

static void test_aliases(void **state) {
        static const NameCase cases[] = {
                { FILE_A, "a.service", ETC "a.service a.service: a.service" },
                { FILE_A "rm a.service\n", "a.service", "- a.service: a.service" },
                { FILE_A "link b.service a.service\n", "a.service",
                  ETC "a.service a.service: a.service b.service" },
                { FILE_A "link b.service a.service\n", "b.service",
                  ETC "a.service a.service: a.service b.service" },
                { FILE_A "link b.service a.service\nlink c.service b.service\n", "c.service",
                  ETC "a.service a.service: a.service b.service c.service" },
                { FILE_A "link b.service a.service\nrm b.service\n", "a.service",
                  ETC "a.service a.service: a.service" },
                /* A stronger place wins, whatever it is. */
                { FILE_A "unit " RUN "a.service\n  [Service]\n", "a.service",
                  ETC "a.service a.service: a.service" },
                { "unit " USR "a.service\n  [Service]\nunit " RUN "a.service\n  [Service]\n", "a.service",
                  RUN "a.service a.service: a.service" },
                { FILE_A "unit " USR "b.service\n  [Service]\nlink b.service a.service\n", "b.service",
                  ETC "a.service a.service: a.service b.service" },
                { "unit " USR "a.service\n  [Service]\nlink b.service " USR "a.service\n", "b.service",
                  USR "a.service a.service: a.service b.service" },
                /* The older spelling of that folder. */
                { "unit " USR "a.service\n  [Service]\nlink b.service /lib/systemd/system/a.service\n",
                  "b.service", USR "a.service a.service: a.service b.service" },
                /* It is the name that counts, not the folder: an alias of something that is overridden. */
                { FILE_A "unit " USR "a.service\n  [Service]\nlink b.service " USR "a.service\n", "b.service",
                  ETC "a.service a.service: a.service b.service" },
                { FILE_A "link b.service ./../system//a.service\n", "b.service",
                  ETC "a.service a.service: a.service b.service" },
                /* Nothing at the end */
                { FILE_A "link b.service c.service\n", "b.service", "- b.service: b.service" },
                /* Outside of the search path it is a file of its own name. */
                { "unit /etc/opt/a.service\n  [Service]\n  ExecStart=true\nlink b.service /etc/opt/a.service\n",
                  "b.service", ETC "b.service b.service: b.service" },
        };

        (void) state;
        names_check(cases, G_N_ELEMENTS(cases));
}

static void test_invalid_aliases(void **state) {
        static const NameCase cases[] = {
                /* Not the same type; not of one of the types that may be aliases; to itself. */
                { "unit a.socket\n  [Socket]\n  ListenStream=/run/a\nlink b.service a.socket\n", "b.service",
                  "- b.service: b.service" },
                { "unit a.slice\n  [Slice]\nlink b.slice a.slice\n", "b.slice", "- b.slice: b.slice" },
                { "link b.service b.service\nunit " USR "b.service\n  [Service]\n", "b.service",
                  USR "b.service b.service: b.service" },
                /* Instances of different names; plain names and templates. */
                { "unit a@.service\n  [Service]\nlink b@x.service a@y.service\n", "b@x.service",
                  "- b@x.service: b@x.service" },
                { "unit a@.service\n  [Service]\nlink b.service a@y.service\n", "b.service",
                  "- b.service: b.service" },
        };

        (void) state;
        names_check(cases, G_N_ELEMENTS(cases));
}

static void test_loops(void **state) {
        static const NameCase cases[] = {
                { "link a.service b.service\nlink b.service a.service\n", "a.service",
                  "Too many levels of symbolic links" },
                { "link a.service b.service\nlink b.service c.service\nlink c.service a.service\n", "b.service",
                  "Too many levels of symbolic links" },
                /* Eight steps are one too many: seven links and the file are looked at. */
                { FILE_A "link b.service a.service\nlink c.service b.service\nlink d.service c.service\n"
                         "link e.service d.service\nlink f.service e.service\nlink g.service f.service\n"
                         "link h.service g.service\n",
                  "h.service",
                  ETC
                  "a.service a.service: a.service b.service c.service d.service e.service f.service g.service "
                  "h.service" },
                { FILE_A "link b.service a.service\nlink c.service b.service\nlink d.service c.service\n"
                         "link e.service d.service\nlink f.service e.service\nlink g.service f.service\n"
                         "link h.service g.service\nlink i.service h.service\n",
                  "i.service", "Too many levels of symbolic links" },
        };

        (void) state;
        names_check(cases, G_N_ELEMENTS(cases));
}

static void test_masks(void **state) {
        static const NameCase cases[] = {
                { "link a.service /dev/null\n", "a.service", ETC "a.service a.service: a.service" },
                { "unit a.service\n", "a.service", ETC "a.service a.service: a.service" },
                /* The masked unit does not know its aliases, but these know it. */
                { "unit a.service\nlink b.service a.service\n", "a.service",
                  ETC "a.service a.service: a.service" },
                { "unit a.service\nlink b.service a.service\n", "b.service",
                  ETC "a.service a.service: a.service b.service" },
        };

        (void) state;
        names_check(cases, G_N_ELEMENTS(cases));
}

#define TEMPLATE "unit a@.service\n  [Service]\n  ExecStart=true\n"

static void test_templates(void **state) {
        static const NameCase cases[] = {
                { TEMPLATE "start a@x.service\n", "a@x.service", ETC "a@.service a@x.service: a@x.service" },
                { TEMPLATE "unit a@x.service\n  [Service]\n", "a@x.service",
                  ETC "a@x.service a@x.service: a@x.service" },
                { TEMPLATE "link b@.service a@.service\nstart a@x.service b@x.service\n", "a@x.service",
                  ETC "a@.service a@x.service: a@x.service b@x.service" },
                { TEMPLATE "link b@.service a@.service\nstart a@x.service b@x.service\n", "b@x.service",
                  ETC "a@.service a@x.service: a@x.service b@x.service" },
                { TEMPLATE "link b@x.service a@.service\nstart a@x.service\n", "b@x.service",
                  ETC "a@.service a@x.service: b@x.service a@x.service" },
                { TEMPLATE "link b@x.service a@x.service\n", "b@x.service",
                  ETC "a@.service a@x.service: b@x.service a@x.service" },
                /* An instance with a file of its own is not the template's. */
                { TEMPLATE "link b@.service a@.service\nunit b@x.service\n  [Service]\nstart a@x.service\n",
                  "a@x.service", ETC "a@.service a@x.service: a@x.service" },
        };

        (void) state;
        names_check(cases, G_N_ELEMENTS(cases));
}

static void test_disk_read(void **state) {
        static const struct {
                const char *scenario, *path;
                int expected;
        } cases[] = {
                { FILE_A, ETC "a.service", 1 },
                { "unit a.service\n", ETC "a.service", 0 },
                { FILE_A "link b.service a.service\n", ETC "b.service", 1 },
                { FILE_A "rm a.service\n", ETC "a.service", -ENOENT },
                { "link b.service a.service\n", ETC "b.service", -ENOENT },
                { "link b.service /dev/null\n", ETC "b.service", 0 },
                { "link b.service b.service\n", ETC "b.service", -ELOOP },
        };

        (void) state;

        for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
                g_autoptr(Fixture) f = fixture_new("257", cases[i].scenario);
                ContentId content;

                fixture_run(f);
                assert_int_equal(disk_read(f->manager, catalog_find_path(f->catalog, cases[i].path), &content),
                                 cases[i].expected);
        }
}

static char *dropins(Fixture *f, const char *name) {
        Unit *u = manager_get_unit(f->manager, catalog_find_name(f->catalog, name));
        PathId paths[16];
        GString *s = g_string_new(NULL);
        size_t n;

        assert_non_null(u);
        n = unit_find_dropins(f->manager, u, paths, G_N_ELEMENTS(paths));
        for (size_t i = 0; i < n; i++)
                g_string_append_printf(s, "%s ", f->catalog->paths[paths[i]].path);
        return g_string_free(s, FALSE);
}

#define CONF "\n  [Unit]\n"

static void test_dropins(void **state) {
        static const NameCase cases[] = {
                { FILE_B "unit b.service.d/z.conf" CONF "unit b.service.d/a.conf" CONF
                         "unit b.service.d/.hidden.conf" CONF,
                  "b.service", ETC "b.service.d/a.conf " ETC "b.service.d/z.conf " },
                /* The same file name in a stronger place hides it. */
                { FILE_B "unit b.service.d/a.conf" CONF "unit " USR "b.service.d/a.conf" CONF "unit " USR
                         "b.service.d/b.conf" CONF,
                  "b.service", ETC "b.service.d/a.conf " USR "b.service.d/b.conf " },
                /* Of the type, of prefixes. */
                { "unit b-c.service\n  [Service]\n  ExecStart=true\nunit service.d/t.conf" CONF
                  "unit b-.service.d/p.conf" CONF "unit b-c.service.d/p.conf" CONF,
                  "b-c.service", ETC "b-c.service.d/p.conf " ETC "service.d/t.conf " },
                /* Of aliases. */
                { FILE_B "link x.service b.service\nunit x.service.d/a.conf" CONF "unit b.service.d/b.conf" CONF,
                  "b.service", ETC "x.service.d/a.conf " ETC "b.service.d/b.conf " },
                /* Links, in the order .wants, .requires, .upholds; only links count, and no masked ones. */
                { FILE_B
                  "link b.service.requires/y.service ../y.service\nlink b.service.wants/z.service ../z.service\n"
                  "link b.service.upholds/u.service ../u.service\nunit b.service.wants/w.service" CONF
                  "link b.service.wants/m.service /dev/null\n",
                  "b.service",
                  ETC "b.service.wants/z.service " ETC "b.service.requires/y.service " ETC
                      "b.service.upholds/u.service " },
        };

        (void) state;

        for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
                g_autofree char *text = g_strdup_printf(
                        "%s%s" TARGET("keep", "  After=%s\n") "daemon-reload\nstart keep.target\n",
                        cases[i].scenario, "", cases[i].name);
                g_autoptr(Fixture) f = fixture_new("257", text);
                g_autofree char *found = NULL;

                fixture_run(f);
                found = dropins(f, cases[i].name);
                assert_string_equal(found, cases[i].expected);
        }
}

/* Dropins of a template and of an instance of it; the more specific one is the one with a given file name. */
static void test_dropins_of_instances(void **state) {
        g_autoptr(Fixture) f = fixture_new(
                "262", TEMPLATE
                "unit a@.service.d/a.conf" CONF "unit a@x.service.d/a.conf" CONF
                "unit a@.service.d/b.conf" CONF TARGET("keep", "  After=a@x.service\n") "start keep.target\n");
        g_autofree char *found = NULL;

        (void) state;
        fixture_run(f);
        found = dropins(f, "a@x.service");
        assert_string_equal(found, ETC "a@x.service.d/a.conf " ETC "a@.service.d/b.conf ");
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_parser),
                cmocka_unit_test(test_parser_limits),
                cmocka_unit_test(test_parser_stops),
                cmocka_unit_test(test_aliases),
                cmocka_unit_test(test_invalid_aliases),
                cmocka_unit_test(test_loops),
                cmocka_unit_test(test_masks),
                cmocka_unit_test(test_templates),
                cmocka_unit_test(test_disk_read),
                cmocka_unit_test(test_dropins),
                cmocka_unit_test(test_dropins_of_instances),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
