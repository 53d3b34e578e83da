/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * acceptor - who accepts on one worker
 *
 * Agreement. A listener has one on each worker, and shares a struct house with them: each holds a share, and so does the
 * listener. An acceptor knows its connections by place, and hears of their ends.
 */
#ifndef NET_ACCEPTOR_H
#define NET_ACCEPTOR_H

#include "connection.h"

struct house {
	atomic_uint users;
	atomic_uint connections;                /* of all acceptors: accepted, or being so */
	odeon_listener_options options;
	struct terms *terms;
	bool is_local;
};

struct house *house_share(struct house *house);
void house_drop(struct house *house);
void house_leave(struct house *house);          /* one connection fewer */

/* An acceptor's start; when it succeeds, the descriptor is the acceptor's, and is -1 here. */
struct post { struct house *house; odeon_ref listener; int *descriptor; };

/* To an acceptor: accept no more; and its answer to the listener, the last that it says. */
struct evict { odeon_duration within; };
struct evicted { uint64_t finished, closed; };
ODEON_MESSAGE_DECLARE(evict);
ODEON_MESSAGE_DECLARE(evicted);

extern const odeon_kind *const net_acceptor;

#endif
