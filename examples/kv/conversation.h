/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * conversation.h - all of a connection but its socket: bytes in, orders to shards, bytes out
 *
 * It goes in rounds. A round takes what commands there are, up to a measure; those that need one shard go there in one order a shard,
 * all at once; a unit that needs several goes to a clerk, when all before it are answered, and ends the round. When all is answered the
 * round's output is whole, in the order of the commands, and the next round may begin. So a client sees its commands run in its
 * own order, whatever shards they go to, and no more than a round of them is under way: what it sends beyond waits in its
 * socket.
 *
 *   used = conversation_take(c, input, length)         of an actor that has input and no round under way
 *   while (conversation_asks(c))                       in the actor's handler, and in its gather's continuation:
 *       odeon_gather_open(...), conversation_ask(self, c, gather), odeon_gather_close(self, gather)
 *       ... conversation_hear(c, answers)              or conversation_refuse(c, error), where no gather was to be had
 *   conversation_finish(c, output)
 *
 * A conversation belongs to one actor.
 */
#ifndef KV_CONVERSATION_H
#define KV_CONVERSATION_H

#include "resp.h"
#include "session.h"
#include "shard.h"

#define CONVERSATION_UNITS_MOST 1024                   /* in a round */
#define CONVERSATION_UNITS_FIRST 16                    /* in the first one; what replies take up says how many come next */
#define CONVERSATION_REPLIES (1u << 20)                /* so many bytes of replies a round is to have, as replies were in the one before */
#define CONVERSATION_BYTES_MOST (1u << 20)             /* no more is begun, when the orders of a round have so many */

struct conversation_part {                             /* of a round: what goes to one place */
	struct pack pack;
	uint64_t stores;
	struct kv_answer *answer;
	int error;
	size_t told;                                   /* units whose replies were put out */
};

struct conversation {
	const struct kv_cluster *cluster;
	struct session session;
	struct resp parser;
	struct reply here;                             /* what needed no shard */
	struct conversation_part *parts;               /* one for each shard, and the last for a clerk */
	struct { unsigned part; size_t end; } *entries;        /* by command: its part, or, without one, where it ends in `here` */
	size_t count, room, bytes;
	size_t most;                                   /* commands of the next round */
	int protocol;                                  /* of this round: what changes it ends it */
	unsigned asked[STORES_MOST + 1], asked_count;
	bool is_closing;                               /* the connection is to be closed when this round's output is sent */
};

int conversation_open(struct conversation *conversation, const struct kv_cluster *cluster, uint64_t id);      /* 0 or ODEON_ENOMEM */
void conversation_close(struct conversation *conversation);

/* Commands of a round; answers how many bytes were used. What is not a whole command is left, to be given again with more. */
size_t conversation_take(struct conversation *conversation, const char *bytes, size_t length);
bool conversation_asks(const struct conversation *conversation);       /* there are orders that were not sent */
void conversation_ask(odeon_self *self, struct conversation *conversation, odeon_gather gather);
void conversation_hear(struct conversation *conversation, odeon_answers *answers);
void conversation_refuse(struct conversation *conversation, int error);
/* Ends the round: its replies, behind what stands in `output`. When output->failed then, the connection must be closed. */
void conversation_finish(struct conversation *conversation, struct reply *output);

#endif
