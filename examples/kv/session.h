/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * session.h - what a connection has said: its transaction, what it watches, and what it may ask for now
 *
 * Commands come one after the other, in the order in which they are to be answered. What is about the connection alone is
 * answered at once; what is about keys becomes a unit, to be run where those are. A transaction is gathered here, and becomes one unit when it
 * is to be executed; until then each of its commands is answered with QUEUED.
 *
 * A session is used by one thread at a time, and not while a round is under way that `ends_round` has ended.
 */
#ifndef KV_SESSION_H
#define KV_SESSION_H

#include "pack.h"

#define SESSION_WORD_MOST 16                           /* bytes of a command's name, as it was written; longer ones are sought each time */
#define SESSION_BYTES_MOST ((size_t)512 << 20)         /* of a transaction */

struct session {
	struct client *client;
	const struct server *server;
	struct post *post;                             /* for what is run here */
	int64_t now;                                   /* milliseconds since 1970; set by whoever uses it */
	unsigned stores;                               /* how many there are */
	bool in_transaction, has_failed;
	unsigned gathered_flags;                       /* of all its commands together */
	struct pack gathered, watched;
	uint64_t gathered_stores, watched_stores;

	/* What was found last by its first word alone, and that word as it was written. */
	struct { const struct command *command; char word[SESSION_WORD_MOST]; size_t length; } again;

	/* Of the last command: */
	bool ends_round;                               /* its answer must be there before the next is looked at */
	bool is_late;                                  /* all before it must be answered before it runs */
	bool is_blocked;                               /* it was run here and is answered later */
};

/* The client is taken, on failure too: none was had. False: no memory. */
bool session_init(struct session *session, const struct server *server, unsigned stores, struct client *client);
void session_fini(struct session *session);

/* What is asked for, by one word at least. NULL: that is refused, and the reply was written. It may be asked again about the same words. */
const struct command *session_find(struct session *session, const struct text *words, size_t count, struct reply *reply);
/* It must be the first of a round. */
bool session_is_alone(const struct session *session, const struct command *command);

/* It is not to run now, as writes, or all commands, are paused; NULL: one that writes, which was to run elsewhere. */
bool session_is_paused(const struct session *session, const struct command *command);
/* Then its client waits for that to be over: until its wait_until, or that somebody ends its turn of waiting. False: it is over. */
bool session_postpone(struct session *session, const struct command *command);

/*
 * Answers the stores, a bit for each, that are needed: by the unit that was put into `pack`, which is empty, or, where it still is, by the command
 * as it is, which the caller packs. 0: the reply was written. When session->client->closes is set then, it was the last.
 */
uint64_t session_take(struct session *session, const struct command *command, const struct text *words, size_t count, struct reply *reply,
                      struct pack *pack);

#endif
