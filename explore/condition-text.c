/* SPDX-License-Identifier: MIT */

/* Conditions on the order in words. */

#include <string.h>

#include "condition.h"

typedef struct Words {
        const Catalog *catalog;
        unsigned n_keys;
        const char *step;
} Words;

static const OrderLiteral *literal(const GArray *literals, guint i) {
        return &g_array_index(literals, OrderLiteral, i);
}

static bool same_literal(const OrderLiteral *a, const OrderLiteral *b) {
        return a->key == b->key && a->first == b->first && a->second == b->second;
}

/* The number in "a12.service", and where it is. False: there is none. */
static bool split_number(const char *name, size_t *ret_before, size_t *ret_behind, guint64 *ret_number) {
        size_t behind = strlen(name), before;
        const char *dot = strrchr(name, '.');

        if (dot)
                behind = (size_t) (dot - name);
        for (before = behind; before > 0 && g_ascii_isdigit(name[before - 1]); before--)
                ;
        if (before == behind || behind - before > 9 || name[before] == '0')
                return false;
        *ret_before = before;
        *ret_behind = behind;
        *ret_number = g_ascii_strtoull(name + before, NULL, 10);
        return true;
}

/* @b is the name that follows @a: a1.service, a2.service. */
static bool names_follow(const char *a, const char *b) {
        size_t before_a, behind_a, before_b, behind_b;
        guint64 n_a, n_b;

        return split_number(a, &before_a, &behind_a, &n_a) && split_number(b, &before_b, &behind_b, &n_b) &&
               n_b == n_a + 1 && before_a == before_b && memcmp(a, b, before_a) == 0 &&
               strcmp(a + behind_a, b + behind_b) == 0;
}

/* "a1..a8.service" */
static char *name_range(const char *first, const char *last) {
        size_t before, behind;
        guint64 n;

        return split_number(first, &before, &behind, &n) ? g_strdup_printf("%.*s..%s", (int) behind, first, last)
                                                         : g_strdup(first);
}

static GPtrArray *join_ranges(const GPtrArray *names) {
        GPtrArray *parts = g_ptr_array_new_with_free_func(g_free);

        for (guint i = 0, n; i < names->len; i += n) {
                for (n = 1; i + n < names->len && names_follow(names->pdata[i + n - 1], names->pdata[i + n]);
                     n++)
                        ;
                if (n < 3)
                        n = 1;
                g_ptr_array_add(parts, n == 1 ? g_strdup(names->pdata[i])
                                              : name_range(names->pdata[i], names->pdata[i + n - 1]));
        }
        return parts;
}

/* "a, b and c" */
static char *join(const GPtrArray *parts, const char *last) {
        GString *s = g_string_new(NULL);

        for (guint i = 0; i < parts->len; i++)
                g_string_append_printf(s, "%s%s",
                                       i == 0                ? ""
                                       : i + 1 == parts->len ? last
                                                             : ", ",
                                       (const char *) parts->pdata[i]);
        return g_string_free(s, FALSE);
}

static int compare_numbered(gconstpointer a, gconstpointer b) {
        const char *x = *(const char *const *) a, *y = *(const char *const *) b;
        size_t before_x, behind_x, before_y, behind_y;
        guint64 n_x, n_y;

        if (split_number(x, &before_x, &behind_x, &n_x) && split_number(y, &before_y, &behind_y, &n_y) &&
            before_x == before_y && memcmp(x, y, before_x) == 0 && n_x != n_y)
                return n_x < n_y ? -1 : 1;
        return strcmp(x, y);
}

/* The names on one side of the literals. */
static char *join_names(const Words *w, const GArray *literals, bool first, const char *last) {
        g_autoptr(GPtrArray) names = g_ptr_array_new(), parts = NULL;

        for (guint i = 0; i < literals->len; i++) {
                const OrderLiteral *l = literal(literals, i);

                g_ptr_array_add(names, (gpointer) catalog_name_str(w->catalog, first ? l->first : l->second));
        }
        g_ptr_array_sort(names, compare_numbered);
        parts = join_ranges(names);
        return join(parts, last);
}

/* "after the reexec ", "" when there is but one key. */
static char *key_prefix(const Words *w, unsigned key) {
        static const char *const ordinals[] = { "first", "second", "third", "fourth" };

        if (w->n_keys <= 1)
                return g_strdup("");
        if (w->n_keys == 2)
                return g_strdup(key == 0 ? "before the reexec " : "after the reexec ");
        if (key == 0)
                return g_strdup("before the first reexec ");
        return g_strdup_printf("after the %s reexec ", ordinals[MIN(key, G_N_ELEMENTS(ordinals)) - 1]);
}

/* "a is serialized before b", "a comes before b" */
static char *say(const Words *w, unsigned key, const char *who, bool many, const char *relation,
                 const char *whom) {
        g_autofree char *prefix = key_prefix(w, key);
        g_autofree char *verb = w->step ? g_strdup_printf("%s %s", many ? "are" : "is", w->step)
                                        : g_strdup(many ? "come" : "comes");

        return g_strdup_printf("%s%s %s %s %s", prefix, who, verb, relation, whom);
}

static bool share(const GArray *literals, bool first) {
        const OrderLiteral *a = literal(literals, 0);

        for (guint i = 1; i < literals->len; i++) {
                const OrderLiteral *b = literal(literals, i);

                if (a->key != b->key || (first ? a->first != b->first : a->second != b->second))
                        return false;
        }
        return true;
}

static char *say_literal(const Words *w, const OrderLiteral *l) {
        return say(w, l->key, catalog_name_str(w->catalog, l->first), false, "before",
                   catalog_name_str(w->catalog, l->second));
}

/* Three names or more, each before the next one: these in @ret, of char *. */
static bool list_chain(const Words *w, const GArray *literals, GPtrArray *ret) {
        const OrderLiteral *l = NULL;

        for (guint i = 0; i < literals->len && !l; i++) {
                l = literal(literals, i);
                for (guint j = 0; j < literals->len && l; j++)
                        if (literal(literals, j)->second == l->first || literal(literals, j)->key != l->key)
                                l = NULL;
        }
        while (l) {
                const OrderLiteral *next = NULL;

                g_ptr_array_add(ret, g_strdup(catalog_name_str(w->catalog, l->first)));
                for (guint j = 0; j < literals->len && !next; j++)
                        if (literal(literals, j)->first == l->second)
                                next = literal(literals, j);
                if (!next)
                        g_ptr_array_add(ret, g_strdup(catalog_name_str(w->catalog, l->second)));
                l = next;
        }
        return ret->len == literals->len + 1;
}

static char *say_chain(const Words *w, const GArray *literals) {
        g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
        g_autofree char *who = NULL;

        if (!list_chain(w, literals, names))
                return NULL;
        who = join(names, " and ");
        return say(w, literal(literals, 0)->key, who, true, "in this", "order");
}

/* All of @literals hold. */
static char *say_all(const Words *w, const GArray *literals) {
        const OrderLiteral *l = literal(literals, 0);
        const char *all = literals->len > 2 ? "all of " : "";
        g_autoptr(GPtrArray) parts = NULL;
        g_autofree char *names = NULL, *whom = NULL;
        char *text;

        if (literals->len == 1)
                return say_literal(w, l);
        if (share(literals, true)) {
                names = join_names(w, literals, false, " and ");
                whom = g_strconcat(all, names, NULL);
                return say(w, l->key, catalog_name_str(w->catalog, l->first), false, "before", whom);
        }
        if (share(literals, false)) {
                names = join_names(w, literals, true, " and ");
                whom = g_strconcat(all, names, NULL);
                return say(w, l->key, catalog_name_str(w->catalog, l->second), false, "after", whom);
        }

        text = say_chain(w, literals);
        if (text)
                return text;
        parts = g_ptr_array_new_with_free_func(g_free);
        for (guint i = 0; i < literals->len; i++)
                g_ptr_array_add(parts, say_literal(w, literal(literals, i)));
        return join(parts, ", and ");
}

/* One of @literals holds, at least. */
static char *say_any(const Words *w, const GArray *literals) {
        const OrderLiteral *l = literal(literals, 0);
        g_autoptr(GPtrArray) parts = NULL;
        g_autofree char *names = NULL, *who = NULL;

        if (literals->len == 1)
                return say_literal(w, l);
        if (share(literals, true) || share(literals, false)) {
                bool first = share(literals, true);

                names = join_names(w, literals, !first, first || literals->len > 2 ? " and " : " or ");
                who = literals->len == 2 && !first ? g_strdup(names)
                                                   : g_strdup_printf("at least one of %s", names);
                return say(w, l->key, who, false, first ? "after" : "before",
                           catalog_name_str(w->catalog, first ? l->first : l->second));
        }

        parts = g_ptr_array_new_with_free_func(g_free);
        for (guint i = 0; i < literals->len; i++)
                g_ptr_array_add(parts, say_literal(w, literal(literals, i)));
        return join(parts, ", or ");
}

static bool in_all_terms(const OrderCondition *c, const OrderLiteral *l) {
        for (guint i = 0; i < c->terms->len; i++) {
                const GArray *term = c->terms->pdata[i];
                bool found = false;

                for (guint j = 0; j < term->len && !found; j++)
                        found = same_literal(literal(term, j), l);
                if (!found)
                        return false;
        }
        return true;
}

/* "COMMON, and one of REST": all terms are the same but for one literal. */
static char *say_factored(const Words *w, const OrderCondition *c) {
        g_autoptr(GArray) common = g_array_new(FALSE, FALSE, sizeof(OrderLiteral));
        g_autoptr(GArray) rest = g_array_new(FALSE, FALSE, sizeof(OrderLiteral));
        g_autofree char *a = NULL, *b = NULL;

        for (guint i = 0; i < c->terms->len; i++) {
                const GArray *term = c->terms->pdata[i];
                guint n_own = 0;

                for (guint j = 0; j < term->len; j++)
                        if (!in_all_terms(c, literal(term, j))) {
                                g_array_append_val(rest, *literal(term, j));
                                n_own++;
                        } else if (i == 0)
                                g_array_append_val(common, *literal(term, j));
                if (n_own != 1)
                        return NULL;
        }
        if (common->len == 0)
                return say_any(w, rest);
        a = say_all(w, common);
        b = say_any(w, rest);
        if (share(rest, true) || share(rest, false))
                return g_strdup_printf("%s, and %s", a, b);
        return g_strdup_printf("%s, and either %s", a, b);
}

char *order_condition_text(const OrderCondition *c, const Catalog *catalog, unsigned n_keys, const char *step) {
        const Words w = { .catalog = catalog, .n_keys = n_keys, .step = step };
        g_autoptr(GPtrArray) parts = NULL;
        char *text;

        if (c->terms->len == 0)
                return NULL;
        if (c->terms->len == 1)
                return say_all(&w, c->terms->pdata[0]);
        text = say_factored(&w, c);
        if (text)
                return text;

        parts = g_ptr_array_new_with_free_func(g_free);
        for (guint i = 0; i < c->terms->len; i++)
                g_ptr_array_add(parts, say_all(&w, c->terms->pdata[i]));
        text = join(parts, "; or ");
        char *either = g_strconcat("either ", text, NULL);
        g_free(text);
        return either;
}

char *order_names_text(const Catalog *catalog, const GArray *names) {
        g_autoptr(GPtrArray) texts = g_ptr_array_new(), parts = NULL;

        for (guint i = 0; i < names->len; i++)
                g_ptr_array_add(texts, (gpointer) catalog_name_str(catalog, g_array_index(names, NameId, i)));
        parts = join_ranges(texts);
        return join(parts, ", ");
}
