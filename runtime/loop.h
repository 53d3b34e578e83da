/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * loop - what a worker does: pick an actor, give it a turn, look around now and then, search
 *
 * Agreement. Each function is called by the worker itself, on its own thread.
 *
 * Looking around. Nothing on the way of a message reads the clock or wakes anybody. Every few ten microseconds of work
 * (`credit`, adapted) the worker looks at the clock, at the inject queue, at its poller, and at how long the actors in
 * its ring have to wait: only when it is behind (steal.h) it wakes another worker. Work that takes less is done sooner by
 * staying on one core, where its messages are in the cache; an actor follows its messages there, since whoever sends to
 * it makes it ready in his own ring.
 *
 * A handler that runs long looks around for nobody. For that there is the watch (rest.h).
 */
#ifndef LOOP_H
#define LOOP_H

#include "world.h"

/* Until the system closes: a worker of the pool; a thread of one actor. For os_thread_start. */
void *loop_pool(void *worker);
void *loop_own(void *worker);

/* What the host's thread does when nothing is ready: goes away, waits, or waits unless no actor is left. */
enum host_wait { HOST_LOOKS, HOST_WAITS, HOST_WAITS_FOR_END };

/* The host's thread: until the moment, or quit. Messages taken. */
int loop_host(struct worker *worker, int64_t until, enum host_wait wait);

/* A turn for every actor that is ready anywhere; when all threads have ended. */
void loop_drain(odeon_system *system);

#endif
