/* SPDX-License-Identifier: MIT */
#pragma once

/* Becomes PID 1: called in new namespaces, mounts all that systemd needs and executes it. @cover: a folder that is there and not
 * needed, to mount on; @console: what PID 1 and its generators print; writes what failed to @report, which is closed by the
 * exec. */
_Noreturn void inside_boot(const char *tree, const char *cover, const char *cgroup, const char *actor,
                           int console, int report);
