/* SPDX-License-Identifier: MIT */
#pragma once

/* The actor in the place of a program that is none. */

/* Becomes what the table says of this unit and @argv; returns when it says nothing. */
void stand_in(char **argv);

/* actor.c */
void actor_log(const char *tag);
void actor_notify(const char *text);
_Noreturn void actor_obey(void (*on_signal)(int sig));
