/* SPDX-License-Identifier: MIT */

#include "cli/review-report.h"

/* One file that needs nothing else: no scripts, no fonts, no pictures. Tables scroll by themselves where they are wider than the
 * screen, and can be reached by keyboard for that. */

static const char style[] =
        ":root{color-scheme:light dark;--text:#1b1f24;--soft:#57606a;--page:#fff;--line:#d0d7de;--card:#f6f8fa;"
        "--bad:#a40e26;--bad-card:#ffebe9;--good:#116329;--link:#0550ae}\n"
        "@media(prefers-color-scheme:dark){:root{--text:#e6edf3;--soft:#9aa5b1;--page:#0d1117;--line:#30363d;"
        "--card:#161b22;--bad:#ff9b94;--bad-card:#3d1517;--good:#7ee787;--link:#79c0ff}}\n"
        "*{box-sizing:border-box}\n"
        "body{margin:0 auto;padding:1rem;max-width:75rem;font:1rem/1.5 system-ui,sans-serif;color:var(--text);"
        "background:var(--page);overflow-wrap:break-word}\n"
        "h1{font-size:1.5rem;margin:.5rem 0}h2{font-size:1.2rem;margin:2rem 0 "
        ".5rem}h3{font-size:1rem;margin:1rem 0 .5rem}\n"
        "p{margin:.5rem 0}code,.name{font-family:ui-monospace,monospace;font-size:.9em}\n"
        "a{color:var(--link)}a:focus-visible,summary:focus-visible,.wide:focus-visible{outline:3px solid "
        "var(--link);outline-offset:2px}\n"
        ".wide{overflow-x:auto;max-width:100%;border:1px solid var(--line);border-radius:6px}\n"
        "table{border-collapse:collapse;width:100%}\n"
        "th,td{padding:.35rem .6rem;text-align:left;vertical-align:top;border-bottom:1px solid var(--line)}\n"
        "tr:last-child>*{border-bottom:0}thead "
        "th{background:var(--card);vertical-align:bottom;font-weight:600}\n"
        "tbody th{font-weight:400}td.number,th.number{text-align:right}\n"
        "td.bad{background:var(--bad-card)}.bad,.bad a{color:var(--bad);font-weight:600}.good{color:var(--good)}"
        ".soft{color:var(--soft)}\n"
        "details{border:1px solid var(--line);border-radius:6px;margin:.5rem 0;padding:.35rem .6rem}\n"
        "details:target{border-color:var(--link)}pre{margin:0;padding:.5rem}\n"
        "summary{cursor:pointer}details ol,details ul{margin:.5rem 0;padding-left:1.8rem}\n"
        "ul.plain{padding-left:1.2rem;margin:.5rem 0}\n"
        "@media print{.wide{overflow:visible}}\n";

typedef struct Page {
        GString *out;
        const ReviewReport *report;
        unsigned n_tables;
} Page;

static void add(Page *p, const char *text) {
        g_autofree char *escaped = g_markup_escape_text(text, -1);

        g_string_append(p->out, escaped);
}

static void G_GNUC_PRINTF(2, 3) addf(Page *p, const char *format, ...) {
        g_autofree char *text = NULL;
        va_list ap;

        va_start(ap, format);
        text = g_markup_vprintf_escaped(format, ap);
        va_end(ap);
        g_string_append(p->out, text);
}

static void add_link(Page *p, const char *file, const char *label) {
        g_autofree char *address = g_uri_escape_string(file, "/+", FALSE);

        addf(p, "<a href=\"%s\">%s</a>", address, label);
}

static const Property *property(unsigned i) {
        size_t n;

        return properties(&n) + i;
}

/* Verdicts */

static void add_example(Page *p, unsigned column, const ReviewVerdict *v) {
        const ReviewReport *r = p->report;
        const ReviewRun *run;
        ReviewPlace place;
        const char *how;
        g_autofree char *orders = NULL;
        g_autofree char *link = NULL;

        if (!review_verdict_example(v, &place, &how)) {
                g_string_append(p->out, "<td></td>");
                return;
        }
        run = review_run_at(r->review, place.scenario, place.version, column);
        orders = review_cell_orders(run, run->cells + place.property);
        link = review_trace_link(r, &place, column);
        addf(p, "<td>%s <span class=\"name\">%s</span> in <a href=\"#s%u\">%s</a>, systemd %s: %s", how,
             property(place.property)->name, place.scenario, review_scenario(r->review, place.scenario)->name,
             review_version_name(r, place.version), orders);
        if (link) {
                g_string_append(p->out, " (");
                add_link(p, link, "trace");
                g_string_append_c(p->out, ')');
        }
        g_string_append(p->out, "</td>");
}

static void add_verdict_row(Page *p, unsigned column) {
        const ReviewReport *r = p->report;
        unsigned n = r->review->plan->n_columns;
        const char *word;
        ReviewVerdict v;

        review_verdict(r->review, column, column == r->base ? n : r->base, &v);
        word = v.n_violated > 0 ? "violated" : v.n_open > 0 ? "open" : "holds";
        addf(p,
             "<tr><th scope=\"row\" class=\"name\">%s</th><td class=\"%s\">%s</td><td class=\"number\">%u of "
             "%u</td>",
             review_column_name(r, column), v.n_violated > 0 ? "bad" : "good", word, v.n_violated, v.n_cells);
        if (column == r->base)
                g_string_append(p->out, "<td></td><td></td><td></td><td></td>");
        else if (r->base < n)
                addf(p,
                     "<td class=\"number\">%u</td><td class=\"number\">%u</td><td class=\"number\">%u</td>"
                     "<td class=\"number\">%u</td>",
                     v.n_repaired, v.n_broken, v.n_fewer, v.n_more);
        add_example(p, column, &v);
        g_string_append(p->out, "</tr>\n");
}

static void add_verdicts(Page *p) {
        const ReviewReport *r = p->report;
        unsigned n = r->review->plan->n_columns;

        g_string_append(
                p->out,
                "<h2 id=\"verdicts\">What each fix comes to</h2>\n"
                "<div class=\"wide\" role=\"region\" tabindex=\"0\" aria-labelledby=\"verdicts\"><table>\n"
                "<thead><tr><th scope=\"col\">fix</th><th scope=\"col\">verdict</th>"
                "<th scope=\"col\" class=\"number\">violated</th>");
        if (r->base < n)
                g_string_append(p->out, "<th scope=\"col\" class=\"number\">repairs</th>"
                                        "<th scope=\"col\" class=\"number\">breaks</th>"
                                        "<th scope=\"col\" class=\"number\">makes rarer</th>"
                                        "<th scope=\"col\" class=\"number\">makes more frequent</th>");
        g_string_append(p->out, "<th scope=\"col\">the first that it ...</th></tr></thead>\n<tbody>\n");
        for (unsigned c = 0; c < n; c++)
                add_verdict_row(p, c);
        g_string_append(p->out, "</tbody></table></div>\n");
}

static void add_distinction(Page *p) {
        const ReviewReport *r = p->report;
        const GArray *tests = r->distinction->tests;

        for (guint i = 0; i < tests->len; i++) {
                unsigned s = g_array_index(tests, unsigned, i);

                addf(p, "%s<a href=\"#s%u\">%s</a>", i == 0 ? "" : ", ", s, review_scenario(r->review, s)->name);
        }
}

static void add_overview(Page *p) {
        const ReviewReport *r = p->report;

        if (r->distinction->tests->len > 0) {
                g_string_append(p->out, "<p>The smallest set of scenarios that tells the fixes apart: ");
                add_distinction(p);
                g_string_append(p->out, ".</p>\n");
        }
        for (guint i = 0; i < r->alike->len; i++)
                addf(p, "<p>No scenario tells apart: %s.</p>\n", (const char *) r->alike->pdata[i]);
}

/* Tables */

static guint note_of(const ReviewTable *t, unsigned property_number, unsigned column) {
        for (guint i = 0; i < t->notes->len; i++) {
                const ReviewNote *n = t->notes->pdata[i];

                for (guint j = 0; n->property == property_number && j < n->columns->len; j++)
                        if (g_array_index(n->columns, unsigned, j) == column)
                                return i;
        }
        return 0;
}

static void add_cell(Page *p, const ReviewTable *t, unsigned property_number, unsigned column) {
        static const char *const classes[] = { "good", "bad", "soft", "soft" };
        unsigned version = g_array_index(t->versions, unsigned, 0);
        const ReviewRun *run = review_run_at(p->report->review, t->scenario, version, column);
        const ReviewCell *c = run->cells + property_number;
        g_autofree char *text = review_cell_text(run, c);
        CellKind kind = review_cell_kind(run, c);

        if (kind == CELL_BAD)
                addf(p, "<td class=\"bad\"><a href=\"#t%un%u\">%s</a></td>", p->n_tables,
                     note_of(t, property_number, column), text);
        else
                addf(p, "<td class=\"%s\">%s</td>", classes[kind], text);
}

static void add_rows(Page *p, const ReviewTable *t) {
        const ReviewReport *r = p->report;
        unsigned n = r->review->plan->n_columns;

        addf(p,
             "<div class=\"wide\" role=\"region\" tabindex=\"0\" aria-labelledby=\"t%u\"><table>\n<thead><tr>"
             "<th scope=\"col\">property</th>",
             p->n_tables);
        for (unsigned c = 0; c < n; c++)
                addf(p, "<th scope=\"col\" class=\"name\">%s</th>", review_column_name(r, c));
        g_string_append(p->out, "</tr></thead>\n<tbody>\n");
        for (unsigned i = 0; i < PROPERTIES_MAX; i++) {
                if ((t->rows & BIT(i)) == 0)
                        continue;
                addf(p, "<tr><th scope=\"row\" class=\"name\">%s</th>", property(i)->name);
                for (unsigned c = 0; c < n; c++)
                        add_cell(p, t, i, c);
                g_string_append(p->out, "</tr>\n");
        }
        g_string_append(p->out, "</tbody></table></div>\n");
}

static void add_traces(Page *p, const ReviewTable *t, const ReviewNote *note) {
        const ReviewReport *r = p->report;
        bool first = true;

        if (!r->link)
                return;
        g_string_append(p->out, "<p>Traces: ");
        for (guint i = 0; i < t->versions->len; i++)
                for (guint j = 0; j < note->columns->len; j++) {
                        const ReviewPlace place = { t->scenario, g_array_index(t->versions, unsigned, i),
                                                    note->property, true };
                        unsigned column = g_array_index(note->columns, unsigned, j);
                        g_autofree char *link = review_trace_link(r, &place, column);
                        g_autofree char *label = g_strdup_printf(
                                "%s + %s", review_version_name(r, place.version), review_column_name(r, column));

                        if (!link)
                                continue;
                        g_string_append(p->out, first ? "" : ", ");
                        add_link(p, link, column == r->base ? review_version_name(r, place.version) : label);
                        first = false;
                }
        g_string_append(p->out, "</p>\n");
}

static void add_note(Page *p, const ReviewTable *t, guint number) {
        const ReviewNote *note = t->notes->pdata[number];
        g_autofree char *columns = review_note_columns(p->report, note);
        g_autofree char *orders = review_cell_orders(note->run, note->cell);

        addf(p, "<details id=\"t%un%u\"><summary><span class=\"name\">%s</span>, %s: %s</summary>\n",
             p->n_tables, number, property(note->property)->name, columns, note->cell->violation ?: "");
        addf(p, "<p>Under %s; %u event%s.</p>\n", orders, note->cell->length,
             note->cell->length == 1 ? "" : "s");
        if (note->cell->why)
                addf(p, "<p>%s %s</p>\n", note->cell->why, note->cell->closest ?: "");
        if (note->cell->steps && note->cell->steps->len > 0) {
                g_string_append(p->out, "<ol>");
                for (guint i = 0; i < note->cell->steps->len; i++)
                        addf(p, "<li>%s</li>", (const char *) note->cell->steps->pdata[i]);
                g_string_append(p->out, "</ol>\n");
        }
        add_traces(p, t, note);
        g_string_append(p->out, "</details>\n");
}

static void add_names(Page *p, const char *label, uint32_t mask) {
        g_autofree char *names = review_property_names(mask);

        if (*names)
                addf(p, "<p class=\"soft\">%s: %s</p>\n", label, names);
}

static void add_incomplete(Page *p, const ReviewTable *t) {
        g_autoptr(GPtrArray) lines = review_table_incomplete(p->report, t);

        for (guint i = 0; i < lines->len; i++)
                addf(p, "<p class=\"soft\">%s</p>\n", (const char *) lines->pdata[i]);
}

static void add_table(Page *p, const ReviewTable *t) {
        g_autofree char *versions = review_table_versions(p->report, t);

        addf(p, "<h3 id=\"t%u\">systemd %s</h3>\n", p->n_tables, versions);
        if (t->rows != 0)
                add_rows(p, t);
        add_names(p, "holds", review_table_holds(p->report, t));
        add_names(p, "never put to the test", t->untested);
        add_incomplete(p, t);
        for (guint i = 0; i < t->notes->len; i++)
                add_note(p, t, i);
        p->n_tables++;
}

static void add_scenario(Page *p, unsigned scenario) {
        const ReviewScenario *s = review_scenario(p->report->review, scenario);
        g_autoptr(GPtrArray) tables = review_tables(p->report, scenario);

        addf(p, "<section><h2 id=\"s%u\">%s</h2>\n", scenario, s->name);
        g_string_append(
                p->out,
                "<details><summary>The scenario</summary><div class=\"wide\" role=\"region\" tabindex=\"0\" "
                "aria-label=\"The text of the scenario\"><pre>");
        add(p, s->text);
        g_string_append(p->out, "</pre></div></details>\n");
        for (guint i = 0; i < tables->len; i++)
                add_table(p, tables->pdata[i]);
        g_string_append(p->out, "</section>\n");
}

void review_html(GString *out, const ReviewReport *r) {
        Page p = { .out = out, .report = r };
        g_autofree char *scope = review_scope(r);

        g_string_append_printf(out,
                               "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"/>\n"
                               "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n"
                               "<title>coldplug review</title>\n<style>\n%s</style></head>\n<body><main>\n"
                               "<h1>coldplug review</h1>\n",
                               style);
        addf(&p, "<p>%s. Each cell covers all hash orders and all interleavings.</p>\n", scope);
        add_verdicts(&p);
        add_overview(&p);
        for (unsigned s = 0; s < review_n_scenarios(r->review); s++)
                add_scenario(&p, s);
        g_string_append(out, "</main></body></html>\n");
}
