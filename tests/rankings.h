/* SPDX-License-Identifier: MIT */
#pragma once

/* The plain enumeration that searches are compared with: rankings of the names, each fixed from the start, and a walk through all
 * worlds under one of them. It has nothing in common with search.c but the steps themselves. */

#include "support.h"

#include "explore/search.h"

/* For each key the places of all names */
typedef struct Rankings {
        size_t n_names;
        GArray *wanted; /* NameId: those that are put in all orders: the scenario's, and whose order was asked for */
        unsigned n_keys;
        bool asked;   /* the order of some was asked for */
        bool orphans; /* orphans are among them: who has which of these names tells nothing */
        uint16_t *places[WORLD_EPOCHS_MAX];
} Rankings;

void rankings_init(Rankings *r, const Search *s);
void rankings_clear(Rankings *r);

unsigned factorial(unsigned n);
/* How many rankings of all keys there are, 0: more than @max, or of more than @max_names names. */
unsigned rankings_count(const Rankings *r, guint max_names, unsigned max);

/* Fills the places. */
void rank_number(const Rankings *r, unsigned n);
void rank_randomly(const Rankings *r, GRand *rand);

/* All worlds that can be reached, under one ranking or under all */
typedef struct Walk Walk;
struct Walk {
        WorldLayout layout;
        Expander *x;
        GHashTable *visited; /* set of Fingerprint */
        GPtrArray *todo;     /* World */
        GPtrArray *todo_top; /* those of the top level */
        bool limited;
        /* The properties that @world violates. */
        void (*note_violations)(Walk *w, uint32_t violated, const World *world);
        /* A world that is reached for the first time; NULL: nobody wants to know. */
        void (*note_world)(Walk *w, const World *world);
};

guint fingerprint_hash(gconstpointer p);
gboolean fingerprint_equal(gconstpointer a, gconstpointer b);

/* The two functions are the caller's to set. @ranks NULL: under all. */
void walk_init(Walk *w, const Catalog *c, const Profile *p, const uint16_t *const *ranks);
void walk_clear(Walk *w);
/* False: there are more worlds than @max. */
bool walk_run(Walk *w, unsigned max);
