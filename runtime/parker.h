/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * parker - where one thread sleeps until somebody wakes it
 *
 * Agreement. parker_key, parker_sleep: the one thread that sleeps here. parker_wake: any thread, a signal handler too.
 * A wake that comes after parker_key makes the parker_sleep with that key return, however the two race. Several wakes
 * may count as one; sleeping may end early.
 *
 * An event count of Concurrency Kit (on a futex), or the poller that the options gave (odeon/poller.h).
 */
#ifndef PARKER_H
#define PARKER_H

#include <odeon/poller.h>
#include "atomic.h"
#include <ck_ec.h>

struct parker {
	struct ck_ec32 event;
	const odeon_poller *poller;             /* NULL: the event count */
	void *poller_state;
	uint32_t wakers;                        /* threads that are about to call its wake */
};

void parker_init(struct parker *parker);

/* The one thread that sleeps here: from now on in a poller (NULL changes nothing), or what its open answered. */
int parker_open(struct parker *parker, const odeon_poller *poller, void *host, int worker);

/* The same thread: no more. A wake that is under way has ended when the poller is closed, and no other begins. */
void parker_close(struct parker *parker);

uint32_t parker_key(struct parker *parker);

/* Until woken, or until the moment (INT64_MAX: for ever) on the monotonic clock. */
void parker_sleep(struct parker *parker, uint32_t key, int64_t until);
void parker_wake(struct parker *parker);

/* Lets a poller handle what is there, without sleeping. */
void parker_poll(struct parker *parker);

#endif
