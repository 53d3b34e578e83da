/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * hatch - a descriptor in a worker's loop that stirs its actor when something can be read or written
 *
 * Agreement. hatch_watch and hatch_close: the loop's thread. It goes on stirring as long as that is so, so the actor says what it
 * waits for, after each turn.
 */
#ifndef NET_HATCH_H
#define NET_HATCH_H

#include "poller.h"
#include "stir.h"

struct hatch {
	uv_poll_t poll;
	odeon_system *system;
	odeon_ref actor;
	struct stir *stir;                      /* NULL: on its way */
	int descriptor;
	int events;                             /* UV_READABLE, UV_WRITABLE: that are watched */
	bool is_entered;
};

/* NULL: no memory; then the descriptor is still the caller's. */
struct hatch *hatch_new(odeon_system *system, int descriptor);

/* From now on these, and only these. 0, or the error of libuv. */
int hatch_watch(struct hatch *hatch, struct poller *poller, int events);

/* Taken, the descriptor too. */
void hatch_close(struct hatch *hatch);

#endif
