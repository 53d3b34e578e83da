/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * visitor.h - the session of a connection: what a client sends goes to its conversation, and what that says goes back
 *
 * A listener (odeon/net/listener.h) spawns a visitor for each connection, on its worker; the listener's argument is a struct kv_house.
 *
 * What a client sends is read by credit: a visitor holds no more than a few reads beyond the command that has not come whole. While
 * replies wait to be taken by the client, nothing is run for it, and so nothing more is read. Replies of all commands that came together
 * are written together.
 *
 * A connection ends when the client asks for it (QUIT), has said something that is no command, or sends no more: in each case after
 * the replies to what it sent before. When the listener drains, the same.
 */
#ifndef KV_VISITOR_H
#define KV_VISITOR_H

#include <odeon/net.h>
#include <stdatomic.h>
#include "shard.h"

/* Of all visitors; changed by each of them. */
struct kv_guests { atomic_uint present; atomic_ullong ever; };

struct kv_house {
	const struct kv_cluster *cluster;
	struct kv_guests *guests;
	const char *address;                           /* where it listens */
	unsigned guests_most;                          /* who comes when there are so many is told that, and sent away */
};

extern const odeon_kind *const kv_visitor_kind;
/* For the listener of visitors. */
odeon_connection_options kv_visitor_connection(void);

#endif
