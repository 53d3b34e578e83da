/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * drum.h - signals to all workers of a world, so that whatever system call they are in is interrupted
 *
 * With KIT_SIGNALS=1000 in the environment, so many a second to each; without, nothing. The runtime blocks signals in its
 * threads; here each is made to take this one, as a library that is used in an actor might. Its handler does nothing, and does
 * not ask for calls to be restarted.
 */
#ifndef TESTS_DRUM_H
#define TESTS_DRUM_H

#include "kit.h"

void drum_begin(struct world *world, unsigned workers);
void drum_end(void);                                   /* before the world is closed */

bool drum_beats(void);                                 /* whether there are any */

#endif
