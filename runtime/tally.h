/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tally - what became of messages and actors, counted without a locked operation
 *
 * Agreement. Each worker writes its own tally, anybody reads it. Threads that are no worker share a few striped ones,
 * and pay an atomic addition. Sums are exact at rest: accepted = handled + dropped + dead letters + queued.
 */
#ifndef TALLY_H
#define TALLY_H

#include <odeon/error.h>
#include "atomic.h"

struct tally {
	uint64_t accepted;                      /* messages that a taker took */
	uint64_t handled;                       /* ... that a handler got */
	uint64_t dropped;                       /* ... that a full mailbox's policy dropped */
	uint64_t dead[ODEON_ERROR_COUNT];       /* ... that became dead letters, by reason */
	uint64_t spawned, ended;                /* actors, but for those of the next line */
	uint64_t background_spawned, background_ended;  /* that keep no system alive; a sum of all counts them above */
	uint64_t failed;                        /* ... that ended, or were halted, for another reason than 0 */
	uint64_t restarted;                     /* starts anew */
} CACHE_ALIGNED;

#define TALLY_STRIPES 16

/* The stripe of this thread: stacks are far apart. */
static inline unsigned tally_stripe(void)
{
	uintptr_t place = (uintptr_t)__builtin_frame_address(0) >> 16;

	return (unsigned)((place ^ place >> 4 ^ place >> 8) % TALLY_STRIPES);
}

#endif
