/* SPDX-License-Identifier: MIT */

#include <string.h>

#include "traces/show-cast.h"
#include "traces/show.h"

/* A sequence diagram as GitHub draws it inside a block that is fenced as mermaid. Names of participants are made up here; names
 * of units stand in texts only, where whatever the language reads as its own is written as an entity. */

#define WRAP_AT  40
#define MAX_LEFT 6 /* names of entries that are only counted */

typedef struct Mermaid {
        const TraceView *view;
        ShowCast *cast;
        GString *out;
} Mermaid;

static bool is_plain(gunichar c) {
        if (c >= 0x80)
                return g_unichar_isprint(c);
        return g_ascii_isalnum((char) c) || strchr(" .,_@/()=+*'!?:-", (int) c);
}

static void append_escaped(GString *s, const char *text) {
        g_autofree char *valid = g_utf8_make_valid(text, -1);

        for (const char *p = valid; *p; p = g_utf8_next_char(p)) {
                gunichar c = g_utf8_get_char(p);

                if (is_plain(c))
                        g_string_append_unichar(s, c);
                else if (c < 0x20 || c == 0x7f || !g_unichar_isprint(c))
                        g_string_append_c(s, ' ');
                else
                        g_string_append_printf(s, "#%u;", c);
        }
}

/* There is always something to read. */
static void append_name(GString *s, const char *name) {
        gsize before = s->len;

        append_escaped(s, name);
        if (strspn(s->str + before, " ") == s->len - before)
                g_string_append_c(s, '-');
}

static void append_word(GString *s, const char *word) {
        if (strcmp(word, "->") == 0)
                g_string_append(s, "→");
        else
                append_escaped(s, word);
}

/* Breaks lines at blanks: the columns would become as wide as the longest text. */
static void append_wrapped(GString *s, const char *text) {
        g_auto(GStrv) words = g_strsplit(text, " ", -1);
        gsize before = s->len;
        glong column = 0;

        if (g_str_has_prefix(text, "wrap:") || g_str_has_prefix(text, "nowrap:"))
                g_string_append(s, "- "); /* words of the language */
        for (char **w = words; *w; w++) {
                glong width = g_utf8_strlen(*w, -1);

                if (w != words && column + 1 + width > WRAP_AT) {
                        g_string_append(s, "<br/>");
                        column = 0;
                } else if (w != words) {
                        g_string_append_c(s, ' ');
                        column++;
                }
                append_word(s, *w);
                column += width;
        }
        if (strspn(s->str + before, " ") == s->len - before)
                g_string_append_c(s, '-');
}

/* "c1", "f", "m", "u1", "p1": client, files, manager, unit, process */
typedef struct Part {
        char id[16];
} Part;

static Part part(char kind, int index) {
        Part p;

        g_snprintf(p.id, sizeof(p.id), "%c%d", kind, index + 1);
        return p;
}

#define MANAGER "m"
#define FILES   "f"

static void add_participants(const Mermaid *d, const GPtrArray *names, char kind, const char *prefix) {
        for (guint i = 0; i < names->len; i++) {
                g_string_append_printf(d->out, "    participant %s as %s", part(kind, (int) i).id, prefix);
                append_name(d->out, names->pdata[i]);
                g_string_append_c(d->out, '\n');
        }
}

static void add_cast(const Mermaid *d) {
        const ShowCast *c = d->cast;

        add_participants(d, c->clients, 'c', "");
        if (c->files)
                g_string_append(d->out, "    participant " FILES " as unit files\n");
        g_string_append(d->out, "    participant " MANAGER " as PID 1\n");
        add_participants(d, c->units, 'u', "");
        add_participants(d, c->processes, 'p', "process ");
}

static void add_message(const Mermaid *d, const char *from, const char *arrow, const char *to,
                        const char *text) {
        g_string_append_printf(d->out, "    %s%s%s: ", from, arrow, to);
        append_wrapped(d->out, text);
        g_string_append_c(d->out, '\n');
}

/* Over one, or from the first to the last one. */
static void add_note(const Mermaid *d, const char *over, const char *text) {
        g_string_append_printf(d->out, "    Note over %s: ", over);
        append_wrapped(d->out, text);
        g_string_append_c(d->out, '\n');
}

static void add_note_over_all(const Mermaid *d, const char *text) {
        const ShowCast *c = d->cast;
        Part first = c->clients->len > 0 ? part('c', 0) : (Part) { MANAGER };
        Part last = c->processes->len > 0 ? part('p', (int) c->processes->len - 1)
                    : c->units->len > 0   ? part('u', (int) c->units->len - 1)
                                          : (Part) { MANAGER };
        g_autofree char *over =
                strcmp(first.id, last.id) == 0 ? g_strdup(first.id) : g_strconcat(first.id, ",", last.id, NULL);

        add_note(d, over, text);
}

/* How the units that appear are when the first client begins. */
static void add_setting(const Mermaid *d) {
        const ViewRun *r = &d->view->run;
        const ViewState *state = r->n_top > 0 ? view_run_step(r, r->n_top - 1)->state : r->first;

        for (guint i = 0; i < d->cast->units->len; i++) {
                const ViewSubject *x = view_state_find(state, d->cast->units->pdata[i]);
                g_autofree char *text = x ? show_subject(x) : g_strdup("not in memory");

                add_note(d, part('u', (int) i).id, text);
        }
}

/* Who does not appear is told of by nobody. */
static bool find_part(const Mermaid *d, const ViewChange *c, Part *ret) {
        int i = -1;

        if (c->kind == VIEW_UNIT) {
                i = show_cast_find(d->cast->units, c->change->subject);
                *ret = part('u', i);
        } else if (c->kind == VIEW_PROCESS) {
                i = show_cast_find(d->cast->processes, c->change->subject + strlen("process "));
                *ret = part('p', i);
        }
        return i >= 0;
}

static void add_changes(const Mermaid *d, const ViewStep *s) {
        for (guint i = 0; i < s->changes->len;) {
                const ViewChange *c = s->changes->pdata[i];
                bool needed;
                g_autofree char *line = show_changes_of_subject(s, &i, &needed);
                const char *text;
                Part to;

                if (!line || !find_part(d, c, &to))
                        continue;
                text = line + strlen(c->change->subject);
                text += strspn(text, ": ");
                if (s->actor == VIEW_PID1)
                        add_message(d, MANAGER, "->>", to.id, text);
                else
                        add_note(d, to.id, text);
        }
}

static void add_statement(const Mermaid *d, const char *client, const char *process, bool calls, bool file,
                          const char *text) {
        int from = show_cast_find(d->cast->clients, show_cast_client(client));
        int hit = show_cast_find(d->cast->processes, process);

        if (from < 0 && hit >= 0)
                add_note(d, part('p', hit).id, text);
        else if (from < 0)
                add_note(d, MANAGER, text);
        else if (calls)
                add_message(d, part('c', from).id, "->>", MANAGER, text);
        else if (file)
                add_message(d, part('c', from).id, "->>", FILES, text);
        else if (hit >= 0)
                add_message(d, part('c', from).id, "->>", part('p', hit).id, text);
        else
                add_note(d, part('c', from).id, text);
}

static void add_interrupts(const Mermaid *d, const ViewStep *s, unsigned before) {
        for (guint i = 0; i < s->interrupts->len; i++) {
                const ViewInterrupt *v = s->interrupts->pdata[i];
                const TraceInterrupt *t = v->interrupt;
                bool file = t->statement && show_statement_edits(t->statement);
                g_autofree char *text = NULL;

                if (v->before != before || (!v->needed && !d->cast->everybody))
                        continue;
                text = g_strdup_printf("%u. %s (%s)", v->number, v->caption, v->where);
                add_statement(d, t->client, t->process, t->statement && !t->process && !file, file, text);
        }
}

static void add_entry(const Mermaid *d, const ViewEntry *e) {
        g_autofree char *line = show_entry_line(e), *damage = show_entry_damage(e);
        int to = show_cast_find(d->cast->units, e->applied_to);

        if (to < 0) {
                add_note(d, MANAGER, line);
                return;
        }
        add_message(d, MANAGER, "->>", part('u', to).id, line);
        if (damage)
                add_note(d, part('u', to).id, damage);
}

/* Entries @from to before @to, which the violation does not need. */
static void add_left_out(const Mermaid *d, const GPtrArray *entries, guint from, guint to) {
        g_autoptr(GString) text = g_string_new(NULL);

        if (from == to)
                return;
        g_string_append_printf(text, to - from == 1 ? "entry %u" : "entries %u to %u", from + 1, to);
        for (guint i = from; i < to && i < from + MAX_LEFT; i++)
                g_string_append_printf(text, "%s %s", i > from ? "," : "",
                                       ((const ViewEntry *) entries->pdata[i])->name);
        if (to - from > MAX_LEFT)
                g_string_append_printf(text, " and %u more", to - from - MAX_LEFT);
        add_note(d, MANAGER, text->str);
}

static bool interrupted_before(const ViewStep *s, unsigned entry) {
        for (guint i = 0; i < s->interrupts->len; i++)
                if (((const ViewInterrupt *) s->interrupts->pdata[i])->before == entry)
                        return true;
        return false;
}

static void add_reload(const Mermaid *d, const ViewStep *s, const char *caption) {
        const GPtrArray *entries = s->stream->entries;
        guint told = 0;

        g_string_append(d->out, "    rect rgba(230, 160, 0, 0.15)\n");
        add_note(d, MANAGER, caption);
        for (guint i = 0; i < entries->len; i++) {
                bool shown = show_cast_has_entry(d->cast, entries->pdata[i]);

                if (!shown && !interrupted_before(s, i + 1))
                        continue;
                add_left_out(d, entries, told, i);
                add_interrupts(d, s, i + 1);
                if (shown)
                        add_entry(d, entries->pdata[i]);
                told = shown ? i + 1 : i;
        }
        add_left_out(d, entries, told, entries->len);
        add_interrupts(d, s, 0);
        add_changes(d, s);
        g_string_append(d->out, "    end\n");
}

/* With the functions that did it, each once. */
static void add_dispatch(const Mermaid *d, const ViewStep *s, const char *caption) {
        g_autoptr(GString) text = g_string_new(caption);
        g_autoptr(GPtrArray) told = g_ptr_array_new();

        for (guint i = 0; i < s->notes->len; i++) {
                const ViewNote *n = s->notes->pdata[i];

                if (!show_cast_has_note(d->cast, n) || show_cast_find(told, n->note->function) >= 0)
                        continue;
                g_string_append_printf(text, "%s%s()", told->len == 0 ? ": " : ", ", n->note->function);
                g_ptr_array_add(told, n->note->function);
        }
        add_note(d, MANAGER, text->str);
        add_changes(d, s);
}

static void add_step(const Mermaid *d, const ViewStep *s) {
        g_autofree char *caption = g_strdup_printf("%u. %s", s->number, s->caption);
        int process = show_cast_find(d->cast->processes, s->event->process);

        if (s->stream)
                add_reload(d, s, caption);
        else if (s->actor == VIEW_PID1)
                add_dispatch(d, s, caption);
        else if (s->actor == VIEW_CLIENT) {
                add_statement(d, s->client, s->event->process, show_step_calls(s), show_step_changes_file(s),
                              caption);
                add_changes(d, s);
        } else {
                add_message(d, process >= 0 ? part('p', process).id : MANAGER, "-)", MANAGER, caption);
                add_changes(d, s);
        }
}

static void add_skipped(const Mermaid *d, unsigned n) {
        g_autofree char *text = n == 1 ? g_strdup("one more step, which the violation does not need")
                                       : g_strdup_printf("%u more steps, which the violation does not need", n);

        if (n > 0)
                add_note_over_all(d, text);
}

static void add_steps(const Mermaid *d) {
        unsigned skipped = 0;

        for (unsigned i = d->view->run.n_top; i < d->view->run.steps->len; i++) {
                const ViewStep *s = view_run_step(&d->view->run, i);

                if (!show_cast_has_step(d->cast, s)) {
                        skipped++;
                        continue;
                }
                add_skipped(d, skipped);
                skipped = 0;
                add_step(d, s);
        }
        add_skipped(d, skipped);
}

void show_mermaid(const TraceView *v, const ShowOptions *o, GString *out) {
        g_autoptr(ShowCast) cast = show_cast_new(v);
        g_autoptr(GString) odds = g_string_new("in ");
        g_autofree char *violated = g_strdup_printf("%s is violated: %s", v->trace->property, v->violation);
        Mermaid d = { .view = v, .cast = cast, .out = out };

        g_string_append(odds, v->odds);
        for (guint i = 0; i < v->run.orders->len; i++)
                g_string_append_printf(odds, "%s%s", i == 0 ? ": " : ", ",
                                       (const char *) v->run.orders->pdata[i]);
        g_string_append(out, "sequenceDiagram\n    accTitle: ");
        append_name(out, v->title);
        g_string_append(out, "\n    accDescr: ");
        append_name(out, violated);
        g_string_append(out, "\n    title ");
        append_name(out, v->title);
        g_string_append_c(out, '\n');
        add_cast(&d);
        add_note_over_all(&d, odds->str);
        add_setting(&d);
        add_steps(&d);
        g_string_append(out, "    rect rgba(220, 40, 40, 0.2)\n");
        add_note_over_all(&d, violated);
        g_string_append(out, "    end\n");
}
