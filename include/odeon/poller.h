/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * odeon/poller.h - what a worker sleeps in
 *
 * A worker with nothing to run sleeps on an event count. A program whose workers should rather sleep in an I/O loop,
 * and handle its descriptors between batches, gives a poller in odeon_options. The runtime calls, for each worker:
 *
 *   open    once, on the worker's thread, before anything runs there
 *   poll    with 0 between batches, every few ten microseconds of work: look, do not wait
 *           with a duration, or ODEON_POLL_FOR_EVER, when there is nothing to run: wait until something happened,
 *           wake was called, or the time is over; returning early is always allowed
 *   wake    from any thread: makes the poll that is under way, or else the next one that would wait, return at once
 *   close   once, on the worker's thread, after all that ran there
 *
 * A wake is never lost: one that comes between two polls must make the next waiting one return. Several may count as one.
 *
 * A simulated system has no workers that sleep, and no descriptors. It takes what the poller gives as `simulated`, and does not
 * start with a poller that has none. Of that one it calls, all on the thread that runs it, and never in the middle of a handler:
 *
 *   open    once, as worker 0
 *   due     before each step, and before time goes on: when poll has something to do; time does not go beyond that
 *   poll    with 0, when that moment has come
 *   wake    does nothing
 *   close   once, after all that ran there
 */
#ifndef ODEON_POLLER_H
#define ODEON_POLLER_H

#include <odeon/send.h>

#define ODEON_POLL_FOR_EVER ((odeon_duration)INT64_MAX)

typedef struct odeon_poller {
	size_t bytes;                                  /* sizeof(odeon_poller) */
	int  (*open)(void *host, int worker, void **state);    /* 0, or an error that odeon_system_start answers with */
	void (*close)(void *state);
	void (*poll)(void *state, odeon_duration at_most);
	void (*wake)(void *state);
	const struct odeon_poller *simulated;          /* what takes its place in a simulated system; NULL: nothing does */
	odeon_time (*due)(void *state);                /* of such a one: on the system's clock; ODEON_NEVER */
} odeon_poller;

ODEON_BEGIN_

/**
 * odeon_poller_state - what the poller's open gave for the worker that runs this actor
 *
 * For actors that have descriptors of theirs handled there. What poll calls back runs on the same thread, between turns, and
 * so never at the same time as an actor that is pinned to that worker. It may post; it is no handler of anybody's.
 *
 * Returns:  the state; NULL: the actor is not pinned to a worker, or workers sleep in no poller
 * Context:  own handler, also in stop; NULL in start, which runs on the spawner's thread
 * Since:    0.1
 */
ODEON_API void *odeon_poller_state(odeon_self *self);

/**
 * odeon_system_poller - what the workers sleep in, as the options gave it
 *
 * Returns:  the poller; NULL: event counts
 * Context:  any thread, any handler
 * Since:    0.1
 */
ODEON_API const odeon_poller *odeon_system_poller(odeon_system *system);

/**
 * odeon_system_poller_state - the state of the poller of a simulated system, which has one
 *
 * Returns:  what open of `simulated` gave; NULL: the system is not simulated, or has no poller
 * Context:  any thread, any handler
 * Since:    0.1
 */
ODEON_API void *odeon_system_poller_state(odeon_system *system);

ODEON_END_
#endif
