/* SPDX-License-Identifier: MIT */

/* Pull request 41957: an entry that is skipped may have job subsections, each with an empty line of its own. */

#include "model/fixes.h"

const Fix fix_skip_job_sections = {
        .interface = FIX_INTERFACE,
        .name = "skip-job-sections",
        .summary = "skipping an entry does not end at the end of a job in it",
        .follows = "pull request 41957 (May 2026, 261)",
        .skip_knows_jobs = true,
};
