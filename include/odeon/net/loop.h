/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * odeon/net/loop.h - workers that sleep in an I/O loop of libuv
 *
 *   odeon_options options = ODEON_OPTIONS(.workers = 2, .poller = odeon_net_poller());
 *
 * Each worker then owns one loop, and handles its descriptors between turns. Connections and listeners (connection.h,
 * listener.h) need such a system. Any other library that works on a loop of libuv can be used inside an actor that is
 * pinned to a worker: on that worker's loop.
 *
 * When a worker ends, after the last actor, it waits for what polite stops left to be written (connection.h), at most as
 * long as these linger, and then closes all handles that are still open on its loop.
 *
 * Writing to a socket whose other side is gone raises SIGPIPE. The library's own threads block it; a system without
 * workers is run by a thread of yours, which must block or ignore it.
 */
#ifndef ODEON_NET_LOOP_H
#define ODEON_NET_LOOP_H

#include <odeon/system.h>

struct uv_loop_s;                                      /* uv_loop_t, in <uv.h> */

ODEON_BEGIN_

/**
 * odeon_net_poller - what to give as odeon_options.poller
 *
 * Returns:  the poller; it lives for ever
 * Context:  any thread
 * Since:    0.1
 */
ODEON_API const odeon_poller *odeon_net_poller(void);

/**
 * odeon_net_loop - the loop of the worker that runs this actor
 *
 * What its handles call back runs on this worker's thread, between turns: never at the same time as any actor that is
 * pinned to it, and it may touch that actor's things, and post. What is not the actor's own memory must be closed by uv_close
 * in the actor's stop, and freed in the callback of that, not before. Stopping the loop, running it, and closing it are not
 * yours.
 *
 * Returns:  the loop; NULL: the actor is not pinned (ODEON_PINNED, odeon_spawn_pinned), or the system has another poller
 * Context:  own handler, also in stop; NULL in start, which runs on the spawner's thread
 * Since:    0.1
 */
ODEON_API struct uv_loop_s *odeon_net_loop(odeon_self *self);

ODEON_END_
#endif
