/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rounds - who waits for whom, and where that goes round
 *
 * Agreement. Knows no actors, only what is in the list. A wait is in a round when whom it waits for waits, by others or at
 * once, for who it is of; waits of which each is reached from each have the same number. Rounds are numbered from 1.
 */
#ifndef ROUNDS_H
#define ROUNDS_H

#include <odeon.h>

/* A list as the user gets it: first the rounds, each in the order in which it goes round, then the rest. All waits of one
 * actor stand together in what is given; their numbers are filled in. NULL: no memory. Freed with odeon_waits_free. */
odeon_waits *rounds_list(odeon_wait *found, size_t count, size_t silent);

#endif
