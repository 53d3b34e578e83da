/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sources - actors whose bytes are written in a place of a stream that is held for them (struct odeon_write_from)
 *
 * Agreement. All of it is the writer's, an actor: a connection, or a stage before one. The first source is the one that is
 * written from; what was sent behind each waits with it. Bytes that may be written are appended to the writer's chain, in order.
 * The writer is the owner of its sources, and monitors them: so they end with it, and it hears of their ends.
 *
 * One that has credit from elsewhere brings bytes before it is asked: they wait for its turn.
 *
 * A source that was cut off may still have bytes under way to us; it is remembered until it has ended, and these go nowhere.
 */
#ifndef NET_SOURCES_H
#define NET_SOURCES_H

#include <odeon/net/connection.h>
#include <stdbool.h>
#include "chain.h"

struct source;

struct sources {
	struct source *first, *last;
	struct source *leaving;                 /* done with, and not yet ended */
	size_t load;                            /* of what waits behind them */
	unsigned asked;                         /* reads that the first was asked for, and has not brought */
};

/* One more; what is sent from now on waits behind it. 0, or the error: the stream is broken. */
int sources_add(odeon_self *self, struct sources *sources, const struct odeon_write_from *wanted);

static inline bool sources_wait(const struct sources *sources) { return sources->first != NULL; }

/* Taken. To be called while sources wait. */
void sources_behind(struct sources *sources, struct odeon_bytes *bytes);

/* The writer has room: the first is asked for more. 0, or the error. */
int sources_ask(odeon_self *self, struct sources *sources);

/* Whether a message is from a source, and so for these: */
bool sources_know(const struct sources *sources, odeon_ref who);

/* Taken: appended to the chain, as far as they are wanted. False: as below, of one that came after it. */
bool sources_bring(odeon_self *self, struct sources *sources, odeon_ref who, struct odeon_bytes *bytes, struct chain *chain);

/* It gives no more: it has come to its end, or has ended as an actor. False: not all that was wanted came, and the stream is
 * broken. */
bool sources_end(odeon_self *self, struct sources *sources, odeon_ref who, bool is_broken, bool has_ended, struct chain *chain);

/* No source is read any more: what waited behind them is appended. They are known still, by what they have under way to us. */
void sources_give_up(struct sources *sources, struct chain *chain);
void sources_free(struct sources *sources);     /* after that */

#endif
