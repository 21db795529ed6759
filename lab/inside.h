/* SPDX-License-Identifier: MIT */
#pragma once

/* Becomes PID 1: called in new namespaces, mounts all that systemd needs and executes it. @dir: an empty folder to mount on;
 * writes what failed to @report, which is closed by the exec. */
_Noreturn void inside_boot(const char *tree, const char *dir, const char *cgroup, const char *actor, int report);
