/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * session.h - what a connection remembers: its protocol, its name, and a transaction that it has begun
 *
 * Commands come one after the other, in the order in which they are to be answered. What is about the connection alone is
 * answered at once; what is about keys becomes a unit, to be run where those are. A transaction is gathered here, and becomes one unit when it
 * is to be executed; until then each of its commands is answered with QUEUED.
 *
 * A session is used by one thread at a time.
 */
#ifndef KV_SESSION_H
#define KV_SESSION_H

#include "pack.h"

#define SESSION_BYTES_MOST ((size_t)512 << 20)         /* of a transaction */

struct session {
	struct client client;
	const struct server *server;
	unsigned stores;                               /* how many there are */
	bool in_transaction, has_failed;
	struct pack gathered;
	uint64_t gathered_stores;
};

void session_init(struct session *session, const struct server *server, unsigned stores, uint64_t id);
void session_fini(struct session *session);

/*
 * One command, of one word at least. Answers the stores, a bit for each, that a unit needs which was added to `pack`; or 0: the
 * reply was written. When session->client.closes is set then, it was the last.
 */
uint64_t session_take(struct session *session, const struct text *words, size_t count, struct reply *reply, struct pack *pack);

#endif
