/* SPDX-License-Identifier: MIT */

#include "cli/order-chance.h"
#include "cli/common.h"
#include "explore/fraction.h"

#define TABLE_SIZE_MAX 100000

bool order_chance_select(OrderChance *c, const char *verb) {
        c->systemd = c->distribution && g_str_equal(c->distribution, "systemd");
        c->options = (OrderDistOptions) {
                .table_size = c->table_size == -1 ? ORDER_DIST_TABLE_SIZE : (unsigned) c->table_size,
                .n_samples = ORDER_DIST_SAMPLES,
                .seed = ORDER_DIST_SEED,
                .confidence = ORDER_DIST_CONFIDENCE,
        };
        if (c->distribution && !c->systemd && !g_str_equal(c->distribution, "uniform")) {
                usage_error("%s: there is no distribution of orders '%.80s'; there are uniform and systemd",
                            verb, c->distribution);
                return false;
        }
        if (c->table_size != -1 && !c->systemd) {
                usage_error("%s: --table-size says something only with '--order-dist systemd'; give that too",
                            verb);
                return false;
        }
        if (c->table_size < -1 || c->table_size > TABLE_SIZE_MAX) {
                usage_error("%s: --table-size is out of range; give a number from 0 to %d", verb,
                            TABLE_SIZE_MAX);
                return false;
        }
        return true;
}

bool order_chance_is_known(const OrderDistResult *r) {
        return r->exact || r->n_samples > 0;
}

/* The orders under which property @i is violated; NULL: they are not all known, or it is not. */
static const OrderSet *orders_of(const Exploration *e, unsigned i) {
        const PropertyOutcome *o = e->outcomes + i;
        size_t n;

        if (o->judgement != JUDGEMENT_VIOLATED || g_str_equal(o->fraction, "?"))
                return NULL;
        return properties(&n)[i].compares_orders ? e->lockstep->apart : e->search->verdicts[i].orders;
}

void order_chance_measure(const OrderChance *c, const Exploration *e,
                          OrderDistResult ret[static PROPERTIES_MAX]) {
        const Search *s = e->search;
        g_autofree bool *named = g_new0(bool, s->catalog->n_names);
        g_autofree OrderDistName *names = NULL;
        g_autoptr(OrderDist) d = NULL;
        bool any = false;
        size_t n;

        for (unsigned i = 0; i < PROPERTIES_MAX; i++) {
                const OrderSet *orders = orders_of(e, i);

                order_dist_result_init(ret + i);
                any = any || orders;
                if (orders)
                        order_set_names(orders, named);
        }
        if (!c->systemd || !any)
                return;

        names = order_dist_names(s->catalog, s->profile, named, &n);
        d = order_dist_new(names, n, s->catalog->n_names, s->n_keys, &c->options);
        for (unsigned i = 0; i < PROPERTIES_MAX; i++)
                if (orders_of(e, i))
                        order_dist_measure(d, orders_of(e, i), ret + i);
}

char *order_chance_text(const OrderChance *c, const OrderDistResult *r) {
        char fraction[64];

        if (!r->exact)
                return g_strdup_printf(
                        "%.4g %% of boots (%.4g to %.4g %% with %g %% confidence, %" G_GUINT64_FORMAT
                        " keys drawn)",
                        r->estimate * 100, r->low * 100, r->high * 100, c->options.confidence * 100,
                        r->n_samples);
        if (gmp_snprintf(fraction, sizeof(fraction), "%Qd", r->fraction) >= (int) sizeof(fraction))
                return g_strdup_printf("%.6g %% of boots (exact)", r->estimate * 100);
        return g_strdup_printf("%.6g %% of boots (%s, exact)", r->estimate * 100, fraction);
}
