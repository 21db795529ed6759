/* SPDX-License-Identifier: MIT */
#pragma once

/* Small scenarios in which fixes differ. */

#define ACTOR(name, more) "unit " name ".service\n" more "  [Service]\n  ExecStart=/usr/bin/actor " name "\n"

/* clang-format off */

/* b is only a name that a mentions, until it becomes an alias of a. */
#define PLACEHOLDER                                                                                                    \
        ACTOR("a", "  [Unit]\n  Wants=b.service\n")                                                                  \
        "daemon-reload\nstart a.service\n"                                                                             \
        "client admin\n  link b.service a.service\n  daemon-reload\n"                                                  \
        "client world\n  exit a 0\n"

/* The same, but the placeholder's name is the smaller one. */
#define PLACEHOLDER_BEFORE                                                                                             \
        ACTOR("b", "  [Unit]\n  Wants=a.service\n")                                                                  \
        "daemon-reload\nstart b.service\n"                                                                             \
        "client admin\n  link a.service b.service\n  daemon-reload\n"                                                  \
        "client world\n  exit b 0\n"

/* Both run when b becomes an alias of a. */
#define BOTH_RUN                                                                                                       \
        ACTOR("a", "") ACTOR("b", "")                                                                              \
        "daemon-reload\nstart a.service b.service\nlink b.service a.service\n"                                         \
        "client admin\n  daemon-reload\n"                                                                              \
        "client world\n  exit b 0\n"

/* A package renames old to new. */
#define RENAME                                                                                                         \
        ACTOR("old", "") "daemon-reload\nstart old.service\n" ACTOR("new", "") "link old.service new.service\n"    \
        "client admin\n  daemon-reload\n"                                                                              \
        "client world\n  exit old 0\n"

/* b has a job, for its stop, when it becomes an alias of a. */
#define JOB_IN_ALIAS                                                                                                   \
        ACTOR("a", "") ACTOR("b", "") ACTOR("k", "")                                                             \
        "daemon-reload\nstart a.service b.service k.service\nstop b.service\nlink b.service a.service\n"               \
        "client admin\n  daemon-reload\n"

/* One that nobody else speaks of has a job when b becomes an alias of a. */
#define JOB_ELSEWHERE                                                                                                  \
        ACTOR("a", "") ACTOR("b", "") ACTOR("k", "")                                                             \
        "daemon-reload\nstart a.service b.service k.service\nstop k.service\nlink b.service a.service\n"               \
        "client admin\n  daemon-reload\n"

/* c upholds a; b is dead when it becomes an alias of a. */
#define UPHELD                                                                                                         \
        ACTOR("a", "")                                                                                               \
        ACTOR("c", "  [Unit]\n  Upholds=a.service\n  After=b.service\n")                                             \
        "daemon-reload\nstart a.service c.service\nlink b.service a.service\n"                                         \
        "client admin\n  daemon-reload\n"

/* clang-format on */
