/* SPDX-License-Identifier: MIT */
#pragma once

/* Which names may have to do with each other through the files of a scenario: whose load may read a file that a statement
 * writes for another one, or may be caused by the load of another one. Conservative: by all that the files ever say. */

#include "model/manager.h"

/* By NameId the group, from 1 on; 0: the name has to do with no other. Free with g_free(). */
uint8_t *file_groups_new(const Catalog *c);

/* True for the statements that change files. */
bool statement_changes_file(const Statement *s);

/* Fills @ret_groups (n_names) for the file statements that @m's clients can make before they call PID 1 again: groups
 * that one client changes one after the other are joined. False: there is no such statement. */
bool file_groups_enabled(const Manager *m, const uint8_t *groups, uint8_t *ret_groups);
