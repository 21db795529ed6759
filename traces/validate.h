/* SPDX-License-Identifier: MIT */
#pragma once

/* Runs a trace again, with none of the code that found it. The search decides the order of names lazily, as questions come up;
 * here whole rankings that extend what the trace says about them are fixed beforehand, and no question about
 * orders is ever asked. Two such rankings are tried: the names whose order is left open ascending, and descending. */

#include "model/fixes.h"
#include "traces/trace.h"

/* True: the model does the same again, and the property is violated as the trace says. False with *ret_why: it does
 * not, and this is the first difference. False with @error: the trace cannot be run at all. */
bool trace_validate(const char *file, const Trace *t, char **ret_why, GError **error);

/* The same for a trace with fixes that are not built in: @loaded (of const Fix) has them. */
bool trace_validate_with(const char *file, const Trace *t, const GPtrArray *loaded, char **ret_why,
                         GError **error);

/* For several traces of one scenario and systemd: what two runs have in common at their beginning, the top level, is run
 * once. It counts as common when all that the traces say about it is equal, and when the rankings agree on the order of all
 * names whose places PID 1 looked at. */
typedef struct Validation Validation;
Validation *validation_new(const GPtrArray *loaded);
void validation_free(Validation *v);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Validation, validation_free)
/* As trace_validate(); takes @t. */
bool validation_check(Validation *x, const char *file, Trace *t, char **ret_why, GError **error);

/* The systemd that the trace was made with. @ret lives as long as @loaded (NULL: none) does. */
bool trace_profile(const char *file, const Trace *t, const GPtrArray *loaded, Profile *ret, GError **error);
