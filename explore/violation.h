/* SPDX-License-Identifier: MIT */
#pragma once

/* What a violation is, apart from the run that shows it: so that it can be told whether another scenario has the same one. */

#include "search.h"

typedef struct Violation {
        bool found;
        bool certain;     /* found, or everything was explored */
        bool interrupted; /* by the user */
        bool starts_late; /* at least one event of the clients is needed */
        char *unit;       /* NULL: it is about none */
        GPtrArray *says;  /* of char *: what is wrong, without the names of processes and of other units */
        uint64_t n_states;
} Violation;

/* Searches for the violation of @property that would be reported. */
void violation_find(const Catalog *c, const Profile *profile, const SearchOptions *options, unsigned property,
                    Violation *ret);
void violation_clear(Violation *v);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Violation, violation_clear)

/* True when @other is one of the same unit that says the same as @v. */
bool violation_is_like(const Violation *v, const Violation *other);
