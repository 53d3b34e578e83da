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
 */
#ifndef ODEON_POLLER_H
#define ODEON_POLLER_H

#include <odeon/time.h>

#define ODEON_POLL_FOR_EVER ((odeon_duration)INT64_MAX)

typedef struct odeon_poller {
	size_t bytes;                                  /* sizeof(odeon_poller) */
	int  (*open)(void *host, int worker, void **state);    /* 0, or an error that odeon_system_start answers with */
	void (*close)(void *state);
	void (*poll)(void *state, odeon_duration at_most);
	void (*wake)(void *state);
} odeon_poller;

#endif
