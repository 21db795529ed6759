/* SPDX-License-Identifier: MIT */

#include <string.h>

#include "traces/show-html.h"

/* The steps as a list. Where scripts run it is what one navigates by; where they do not it tells everything in words. */

#define ENTRIES_MAX 12U /* of a stream that are told of; of more entries only those to which something happens */
#define STEPS_MAX   60U /* of a run that is told of in full */

static void append_item(GString *out, const char *class, const char *text) {
        g_string_append_printf(out, "<li%s%s>", *class ? " class=" : "", class);
        html_append_text(out, text);
        g_string_append(out, "</li>");
}

static void append_notes(GString *out, const ViewStep *s) {
        if (s->notes->len == 0)
                return;
        g_string_append(out, "<ul class=notes>");
        for (guint i = 0; i < s->notes->len; i++) {
                const ViewNote *n = s->notes->pdata[i];

                if (!show_note_is_of_entry(s, n))
                        append_item(out, n->needed ? "" : "merely", n->sentence);
        }
        g_string_append(out, "</ul>");
}

static void append_changes(GString *out, const ViewStep *s) {
        if (s->changes->len == 0)
                return;
        g_string_append(out, "<ul class=changes>");
        for (guint i = 0; i < s->changes->len;) {
                bool needed;
                g_autofree char *line = show_changes_of_subject(s, &i, &needed);

                if (line)
                        append_item(out, needed ? "" : "merely", line);
        }
        g_string_append(out, "</ul>");
}

static const char *fate_words(ViewFate f) {
        switch (f) {
        case VIEW_DROPPED:
                return ", dropped";
        case VIEW_UNREAD:
                return ", never read";
        case VIEW_STRAY:
                return ", which is no entry, but taken for one";
        case VIEW_ADOPTED:
                return " -> orphan ";
        case VIEW_APPLIED:
                return "";
        default:
                return " -> ";
        }
}

static void append_entry(GString *out, const ViewEntry *e) {
        g_autofree char *values = show_entry_values(e), *overwritten = show_overwritten(e), *kept = NULL;
        const char *fate = fate_words(e->fate);

        g_string_append_printf(out, "<li value=%u>", e->number);
        html_append_text(out, e->name);
        html_append_text(out, fate);
        if (g_str_has_suffix(fate, " ") && e->applied_to)
                html_append_text(out, e->applied_to);
        if (*values) {
                g_string_append(out, ": ");
                html_append_text(out, values);
        }
        if (overwritten) {
                kept = show_kept(e);
                g_string_append(out, "<br><strong>overwrites</strong> ");
                html_append_text(out, overwritten);
                if (kept) {
                        g_string_append(out, "<br><strong>keeps</strong> ");
                        html_append_text(out, kept);
                }
        }
        g_string_append(out, "</li>");
}

static bool is_told(const ViewEntry *e, guint n_entries) {
        return n_entries <= ENTRIES_MAX || e->needed || e->before || e->after || e->fate != VIEW_APPLIED;
}

static void append_stream(GString *out, const ViewStep *s) {
        const GPtrArray *entries;
        unsigned n_told = 0;

        if (!s->stream)
                return;
        entries = s->stream->entries;
        g_string_append_printf(out, "<p>The stream has %u entr%s:</p><ol class=entries>", entries->len,
                               entries->len == 1 ? "y" : "ies");
        for (guint i = 0; i < entries->len; i++)
                if (n_told < ENTRIES_MAX && is_told(entries->pdata[i], entries->len)) {
                        append_entry(out, entries->pdata[i]);
                        n_told++;
                }
        g_string_append(out, "</ol>");
        if (n_told < entries->len)
                g_string_append_printf(out, "<p>There are %u more entries.</p>", entries->len - n_told);
}

static void append_interrupts(GString *out, const ViewStep *s) {
        if (s->interrupts->len == 0)
                return;
        g_string_append(out, "<ol class=interrupts>");
        for (guint i = 0; i < s->interrupts->len; i++) {
                const ViewInterrupt *v = s->interrupts->pdata[i];

                g_string_append_printf(out, "<li value=%u>In the middle of it, ", v->number);
                html_append_text(out, v->where);
                g_string_append(out, ": ");
                html_append_text(out, v->caption);
                g_string_append(out, "</li>");
        }
        g_string_append(out, "</ol>");
}

/* Of a long run what merely happened is told by its changes alone. */
static void append_told(GString *out, const HtmlPage *p, const ViewStep *s) {
        append_interrupts(out, s);
        if (s->needed || p->positions->len <= STEPS_MAX) {
                append_stream(out, s);
                append_notes(out, s);
        }
        append_changes(out, s);
}

static void append_marks(GString *out, const HtmlPage *p, const HtmlPosition *at, guint i) {
        const ViewStep *s = html_position_step(at);

        if (s->violates && at->run)
                g_string_append(out, "<small class=violated>violation</small>");
        if (p->first_difference == (int) i)
                g_string_append(out, "<small class=parts>the runs part</small>");
        if (at->run && !s->needed && !s->violates)
                g_string_append(out, "<small>merely happened</small>");
        if (!at->run)
                g_string_append(out, "<small>only in the other run</small>");
        if (s->interrupts->len > 0)
                g_string_append_printf(out, "<small>with %u event%s in the middle of it</small>",
                                       s->interrupts->len, s->interrupts->len == 1 ? "" : "s");
}

static void append_position(GString *out, const HtmlPage *p, guint i) {
        const HtmlPosition *at = p->positions->pdata[i];
        const ViewStep *s = html_position_step(at);

        g_string_append_printf(
                out, "<li id=%s class=\"step actor-%u%s\"><a href=\"#%s\"><span class=number>%s%u</span> ",
                at->id, (unsigned) html_step_actor(s), s->needed && at->run ? " needed" : "", at->id,
                at->run ? "" : "+", s->number > 0 ? s->number : s->index + 1);
        g_string_append(out, "<span class=caption>");
        html_append_text(out, s->caption);
        g_string_append(out, "</span>");
        append_marks(out, p, at, i);
        g_string_append(out, "</a><div class=told>");
        if (at->run)
                append_told(out, p, at->run);
        if (at->other && (at->differs || !at->run)) {
                g_string_append(out, "<p><strong>In the other run:</strong> ");
                html_append_text(out, at->other->caption);
                g_string_append(out, "</p>");
                append_told(out, p, at->other);
        }
        g_string_append(out, "</div></li>\n");
}

void html_append_steps(const HtmlPage *p, GString *out) {
        for (guint i = 0; i < p->positions->len; i++)
                append_position(out, p, i);
}

/* What was there when the first client began, and how it came about. */
void html_append_setting(const HtmlPage *p, GString *out) {
        const ViewRun *r = &p->view->run;
        const ViewState *state = p->from > 0 ? view_run_step(r, p->from - 1)->state : r->first;

        g_string_append(out, "<ul class=changes>");
        for (guint i = 0; i < state->subjects->len; i++) {
                const ViewSubject *x = state->subjects->pdata[i];
                g_autofree char *words = show_subject(x), *line = g_strdup_printf("%s: %s", x->name, words);

                if (x->kind == VIEW_UNIT)
                        append_item(out, "", line);
        }
        g_string_append(out, "</ul>");
        if (p->from == 0)
                return;
        g_string_append_printf(
                out, "<details class=setup><summary>The %u steps of the top level that made it</summary><ol>",
                p->from);
        for (unsigned i = 0; i < p->from; i++)
                append_item(out, "", view_run_step(r, i)->caption);
        g_string_append(out, "</ol></details>");
}

/* A dead PID 1 shows nothing else. */
static bool hides_others(const GPtrArray *differences) {
        for (guint i = 0; i < differences->len; i++)
                if (strcmp(((Change *) differences->pdata[i])->subject, "PID 1") == 0)
                        return true;
        return false;
}

static void append_difference(GString *out, const Change *c) {
        const char *cells[] = { c->field, *c->new ? c->new : "none", *c->old ? c->old : "none" };

        g_string_append(out, "<tr><th scope=row>");
        html_append_text(out, c->subject);
        for (size_t j = 0; j < G_N_ELEMENTS(cells); j++) {
                g_string_append(out, j == 0 ? "</th><td>" : "</td><td>");
                html_append_text(out, cells[j]);
        }
        g_string_append(out, "</td></tr>");
}

void html_append_differences(const HtmlPage *p, GString *out) {
        const GPtrArray *differences = p->view->differences;
        bool dead = hides_others(differences);

        if (!p->view->has_other || differences->len == 0)
                return;
        g_string_append(out, "<section class=ends aria-labelledby=at-rest><h2 id=at-rest>Where the two runs end "
                             "differently</h2>");
        if (dead) {
                g_string_append(out, "<p>PID 1 is dead in one of them, and lives in the other.</p></section>");
                return;
        }
        g_string_append(out, "<div class=wide tabindex=0 role=group aria-labelledby=at-rest><table><thead><tr>"
                             "<th scope=col>Of</th><th scope=col>Field</th><th scope=col>This run</th>"
                             "<th scope=col>Other run</th></tr></thead><tbody>");
        for (guint i = 0; i < differences->len; i++)
                append_difference(out, differences->pdata[i]);
        g_string_append(out, "</tbody></table></div></section>");
}
