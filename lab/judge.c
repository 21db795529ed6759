/* SPDX-License-Identifier: MIT */
#include "lab/judge.h"
#include "lab/judge-see.h"
#include "model/fixes.h"
#include "traces/compare.h"
#include "traces/conform.h"

static const char too_far_apart[] =
        "every step is as the model has it, but PID 1 settles between things that the trace has close together";

/* The first difference from the model in this run, NULL: there is none. */
static char *find_difference(const Recording *r) {
        g_autoptr(Recording) predicted = conform_predict(r, false);
        g_autoptr(Difference) d = NULL;
        Agreement a = {};

        compare_recordings(r, predicted, &a, &d);
        return d ? g_strdup_printf("at '%s' %s is not as the model has it",
                                   ((const Step *) r->steps->pdata[MIN(d->step, r->steps->len) - 1])->source,
                                   d->what)
                 : NULL;
}

static bool is_of_trace(const Trace *t, const Recording *r) {
        g_autofree char *wanted = trace_systemd(t), *given = r->profile ? profile_label(r->profile) : NULL;

        return g_strcmp0(wanted, given) == 0;
}

static char *describe_death(const Recording *r) {
        const Step *last = r->steps->len > 0 ? r->steps->pdata[r->steps->len - 1] : NULL;

        return g_strdup_printf("PID 1 died at '%s'", last ? last->source : "");
}

static bool has_stream(const Recording *r) {
        for (unsigned i = 0; i < r->steps->len; i++)
                if (((const Step *) r->steps->pdata[i])->stream)
                        return true;
        return false;
}

/* Nothing shows it but that all the rest is as the model has it, the stream included. */
static TrialVerdict judge_invisible(const Trace *t, const Recording *r, char **ret_why) {
        if (g_str_equal(t->property, "order-independent") && !see_end_is_visible(t)) {
                *ret_why = g_strdup("the two orders differ in nothing that can be seen");
                return TRIAL_NOT_STEERABLE;
        }
        if (!has_stream(r)) {
                *ret_why =
                        g_strdup("the violation is not to be seen from outside, and no reload was read along");
                return TRIAL_NOT_STEERABLE;
        }
        *ret_why = g_strdup(
                "every step is as the model has it; the violation itself is not to be seen from outside");
        return TRIAL_CONFIRMED;
}

/* The violation was not seen. It is the model's fault only if it has something else for this very run. */
static TrialVerdict judge_unseen(const Trace *t, const Recording *r, bool invisible, char **ret_why) {
        if (r->outcome == OUTCOME_CRASHED) {
                *ret_why = describe_death(r);
                return TRIAL_REFUTED;
        }
        if (!is_of_trace(t, r)) {
                *ret_why = g_strdup("it does not happen: PID 1 lives, and nothing of that is seen");
                return TRIAL_REFUTED;
        }
        *ret_why = find_difference(r);
        if (*ret_why)
                return TRIAL_REFUTED;
        if (invisible)
                return judge_invisible(t, r, ret_why);
        *ret_why = g_strdup(too_far_apart);
        return TRIAL_NOT_STEERABLE;
}

TrialVerdict judge_recording_of(const Trace *t, const Recording *r, char **ret_why) {
        unsigned flags;
        g_autofree char *seen = see_violation(t, r, &flags), *difference = NULL;

        if (!seen)
                return judge_unseen(t, r, flags & SEE_INVISIBLE, ret_why);
        /* Seen after PID 1 came to rest: jobs may have run since the reload, unless the model has it too. */
        if ((flags & SEE_SETTLED) && (difference = find_difference(r))) {
                *ret_why = g_strdup_printf("%s; but %s", seen, difference);
                return TRIAL_NOT_STEERABLE;
        }
        *ret_why = g_steal_pointer(&seen);
        return TRIAL_CONFIRMED;
}

TrialVerdict judge_stepped(const Trace *t, const Recording *r, char **ret_why) {
        unsigned flags;

        *ret_why = see_violation(t, r, &flags);
        if (*ret_why)
                return TRIAL_CONFIRMED;
        *ret_why = r->outcome == OUTCOME_CRASHED ? describe_death(r) : g_strdup("it was not seen turn by turn");
        return TRIAL_NOT_STEERABLE;
}

bool judge_needs_other(const Trace *t) {
        return g_str_equal(t->property, "order-independent");
}

TrialVerdict judge_other_run(const Trace *t, const Recording *r, bool stepped, char **ret_why) {
        g_autofree char *that = t->has_other ? see_end(t, r, true) : NULL, *difference = NULL;

        if (that) {
                *ret_why = g_strdup_printf(
                        "under its order PID 1 ends as the trace has it, and under the other order %s", that);
                return TRIAL_CONFIRMED;
        }
        if (!is_of_trace(t, r)) {
                *ret_why = g_strdup("it does not happen: it does not depend on the order");
                return TRIAL_REFUTED;
        }
        difference = stepped ? NULL : find_difference(r);
        *ret_why = difference ? g_strdup_printf("under the other order %s", difference)
                              : g_strdup("under the other order it does not end as the trace has it there");
        return difference ? TRIAL_REFUTED : TRIAL_NOT_STEERABLE;
}
