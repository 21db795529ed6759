/* SPDX-License-Identifier: MIT */

#include "property.h"

int stream_intact_on_reload(Manager *m, Finding *ret_finding) {
        const ReloadReport *r = &m->reload;

        if (r->stream_intact)
                return r->n_written;

        return property_violated(
                ret_finding, r->first_stray,
                "the stream has %u entries, the reader began %u; the first one out of place is %s", r->n_written,
                r->n_begun,
                r->first_stray == ID_NONE ? "behind the last" : catalog_name_str(m->catalog, r->first_stray));
}
