/* SPDX-License-Identifier: MIT */

#include <string.h>

#include "model/properties/property.h"
#include "traces/show-html.h"

/* A page that needs nothing else. The template has places, {{NAME}}, which functions fill. */

static void position_free(gpointer data) {
        g_free(((HtmlPosition *) data)->id);
        g_free(data);
}

const ViewStep *html_position_step(const HtmlPosition *p) {
        return p->run ?: p->other;
}

ViewActor html_step_actor(const ViewStep *s) {
        return s->actor == VIEW_CLIENT && s->event->process ? VIEW_WORLD : s->actor;
}

bool html_compares_orders(const Trace *t) {
        int i = property_find(t->property);
        size_t n;

        return i >= 0 && properties(&n)[i].compares_orders;
}

static void add_position(HtmlPage *p, const ViewStep *run, const ViewStep *other, bool differs) {
        HtmlPosition *at = g_new(HtmlPosition, 1);
        const ViewStep *s = run ?: other;

        g_assert(s);
        *at = (HtmlPosition) {
                .run = run,
                .other = other,
                .differs = differs,
                .id = g_strdup_printf("%s-%u", run ? "step" : "other", s->number > 0 ? s->number : s->index + 1),
        };
        if (differs && p->first_difference < 0)
                p->first_difference = (int) p->positions->len;
        g_ptr_array_add(p->positions, at);
}

static bool is_shown(const ViewStep *s, unsigned from) {
        return s && s->index >= from;
}

static unsigned first_shown(const ViewRun *r) {
        return r->n_top < r->steps->len ? r->n_top : 0;
}

static void page_init(HtmlPage *p, const TraceView *v) {
        *p = (HtmlPage) {
                .view = v,
                .positions = g_ptr_array_new_with_free_func(position_free),
                .from = first_shown(&v->run),
                .other_from = v->has_other ? first_shown(&v->other) : 0,
                .first_difference = -1,
        };
        for (guint i = 0; v->has_other && i < v->pairs->len; i++) {
                const ViewPair *pair = v->pairs->pdata[i];

                if (is_shown(pair->run, p->from) || is_shown(pair->other, p->other_from))
                        add_position(p, pair->run, pair->other, pair->differs);
        }
        for (guint i = p->from; !v->has_other && i < v->run.steps->len; i++)
                add_position(p, v->run.steps->pdata[i], NULL, false);
}

void html_append_text(GString *s, const char *text) {
        g_autofree char *escaped = g_markup_escape_text(text, -1);

        g_string_append(s, escaped);
}

static void fill_title(const HtmlPage *p, GString *out) {
        html_append_text(out, p->view->title);
}

static void fill_property(const HtmlPage *p, GString *out) {
        html_append_text(out, p->view->trace->property);
}

static void fill_summary(const HtmlPage *p, GString *out) {
        int i = property_find(p->view->trace->property);
        size_t n;

        if (i >= 0) {
                g_string_append(out, ": ");
                html_append_text(out, properties(&n)[i].summary);
        }
}

static void fill_violation(const HtmlPage *p, GString *out) {
        html_append_text(out, p->view->violation);
}

static void fill_scenario(const HtmlPage *p, GString *out) {
        html_append_text(out, p->view->trace->scenario);
}

static void fill_text(const HtmlPage *p, GString *out) {
        g_auto(GStrv) lines = g_strsplit(p->view->trace->text, "\n", -1);
        guint n = g_strv_length(lines);

        for (guint i = 0; i < n && (i + 1 < n || *lines[i]); i++) {
                g_string_append_printf(out, "<span class=line id=line-%u>", i + 1);
                html_append_text(out, lines[i]);
                g_string_append(out, "\n</span>");
        }
}

static void fill_systemd(const HtmlPage *p, GString *out) {
        const GPtrArray *fixes = p->view->trace->fixes;

        html_append_text(out, p->view->trace->systemd);
        for (guint i = 0; i < fixes->len; i++) {
                g_string_append(out, i == 0 ? " with " : " and ");
                html_append_text(out, fixes->pdata[i]);
        }
}

static void fill_odds(const HtmlPage *p, GString *out) {
        html_append_text(out, p->view->odds);
}

static void append_orders(const ViewRun *r, GString *out) {
        for (guint i = 0; i < r->orders->len; i++) {
                g_string_append(out, i == 0 ? "<code>" : "</code>, <code>");
                html_append_text(out, r->orders->pdata[i]);
        }
        g_string_append(out, r->orders->len > 0 ? "</code>" : "any order");
}

static void fill_orders(const HtmlPage *p, GString *out) {
        append_orders(&p->view->run, out);
}

static void fill_other(const HtmlPage *p, GString *out) {
        if (!p->view->has_other)
                return;
        g_string_append(out, "<div><dt>Other run</dt><dd>the same events with ");
        append_orders(&p->view->other, out);
        g_string_append(out, "</dd></div>");
}

static void fill_program(const HtmlPage *p, GString *out) {
        html_append_text(out, "coldplug " COLDPLUG_VERSION);
}

static void fill_style(const HtmlPage *p, GString *out) {
        g_string_append(out, page_css);
}

static void fill_script(const HtmlPage *p, GString *out) {
        g_string_append(out, page_js);
}

static void append_hash(GString *out, const char *text) {
        g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
        g_autofree char *base64 = NULL;
        guint8 digest[32];
        gsize n = sizeof(digest);

        g_checksum_update(sum, (const guchar *) text, -1);
        g_checksum_get_digest(sum, digest, &n);
        base64 = g_base64_encode(digest, n);
        g_string_append_printf(out, "'sha256-%s'", base64);
}

/* Nothing but our own style and script, whatever a trace holds. */
static void fill_policy(const HtmlPage *p, GString *out) {
        g_string_append(out, "default-src 'none'; img-src data:; style-src ");
        append_hash(out, page_css);
        g_string_append(out, "; script-src ");
        append_hash(out, page_js);
}

/* clang-format off */
static const struct {
        const char *name;
        void (*fill)(const HtmlPage *p, GString *out);
} place_table[] = {
        { "policy",      fill_policy             },
        { "title",       fill_title              },
        { "style",       fill_style              },
        { "property",    fill_property           },
        { "summary",     fill_summary            },
        { "violation",   fill_violation          },
        { "scenario",    fill_scenario           },
        { "text",        fill_text               },
        { "systemd",     fill_systemd            },
        { "odds",        fill_odds               },
        { "orders",      fill_orders             },
        { "other",       fill_other              },
        { "setting",     html_append_setting     },
        { "steps",       html_append_steps       },
        { "differences", html_append_differences },
        { "program",     fill_program            },
        { "data",        html_append_data        },
        { "script",      fill_script             },
};
/* clang-format on */

static void fill_place(const HtmlPage *p, const char *name, size_t n, GString *out) {
        for (size_t i = 0; i < G_N_ELEMENTS(place_table); i++)
                if (strlen(place_table[i].name) == n && strncmp(place_table[i].name, name, n) == 0)
                        place_table[i].fill(p, out);
}

void show_html(const TraceView *v, const ShowOptions *o, GString *out) {
        HtmlPage p;

        page_init(&p, v);
        for (const char *at = page_html; *at;) {
                const char *open = strstr(at, "{{"), *close = open ? strstr(open, "}}") : NULL;

                if (!close) {
                        g_string_append(out, at);
                        break;
                }
                g_string_append_len(out, at, open - at);
                fill_place(&p, open + 2, (size_t) (close - open - 2), out);
                at = close + 2;
        }
        g_ptr_array_unref(p.positions);
}
