/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * poller - the loop of libuv that one worker sleeps in
 *
 * Agreement. All of it belongs to the worker's thread, but `wake`, which any thread may send. What has handles in the loop, of
 * its own and not of an actor, counts itself in `leaving`, and sees to it that it ends in a time that is known: the loop
 * is run until none is left before it closes.
 */
#ifndef NET_POLLER_H
#define NET_POLLER_H

#include <odeon/net/loop.h>
#include <stdbool.h>
#include <uv.h>

struct poller {
	uv_loop_t loop;
	uv_async_t wake;
	uv_timer_t alarm;                       /* ends a wait */
	uv_prepare_t look;                      /* the last before it sleeps */
	uint64_t began;                         /* the loop's time then, when no timer was due */
	unsigned leaving;                       /* wires whose actors have ended */
};

/* Of the worker that runs this actor; NULL: the actor is not pinned, workers sleep elsewhere, or the system is simulated. */
struct poller *poller_here(odeon_self *self);

#endif
