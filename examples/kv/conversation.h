/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * conversation.h - all of a connection but its socket: bytes in, orders to shards, bytes out
 *
 * It goes in rounds. A round takes what commands there are, up to a measure; those that need one shard go there in one order a shard,
 * all at once; a unit that needs several goes to a clerk, when all before it are answered, and so does, to its shard, what others hear of (PUBLISH);
 * behind these nothing else begins. So a client sees its commands run in its own order, whatever shards they go to, and no
 * more than a round of them is under way: what it sends beyond waits in its socket.
 *
 * A place that has answered with many bytes leaves the rest of its order undone: what is there is put out, and the rest is asked anew. So
 * what a round holds is CONVERSATION_REPLIES and a reply from each shard at most, however large the replies are.
 *
 *   used = conversation_take(c, input, length)         of an actor that has input and no round under way
 *   conversation_tell(c, output)                       what has been answered so far, in order
 *   conversation_goal(c)                               what now? CONVERSATION_ASKS:
 *       conversation_choose(c)                         whom: one place, mostly, or several:
 *       conversation_ask_one(self, c, ODEON_THEN(...)) ... conversation_hear_one(c, answer, error)
 *       odeon_gather_open(...), conversation_ask(self, c, gather), odeon_gather_close(self, gather) ... conversation_hear(c, answers)
 *                                                      or conversation_refuse(c, error), where nobody could be asked; tell again
 *   CONVERSATION_WAITS: until client->wait_until, or somebody serves it: then conversation_serve(c) with what is to be said, and tell again
 *   CONVERSATION_DONE: the round is over
 *
 * While commands are paused (CLIENT PAUSE), one that is not to run is not taken, and so nothing behind it. What was on its way to a place when that
 * began is left undone there, and asked anew when it is over: the client waits in both cases, as for a key.
 *
 * A conversation belongs to one actor.
 */
#ifndef KV_CONVERSATION_H
#define KV_CONVERSATION_H

#include "resp.h"
#include "session.h"
#include "shard.h"

#define CONVERSATION_UNITS_MOST 1024                   /* in a round */
#define CONVERSATION_REPLIES (1u << 20)                /* so many bytes of replies are asked for at once */
#define CONVERSATION_BYTES_MOST (1u << 20)             /* no more is begun, when the orders of a round have so many */

struct conversation_part {                             /* of a round: what goes to one place */
	struct pack pack;
	size_t at, done;                               /* so many bytes of it, and units, were answered */
	uint64_t stores;
	struct kv_answer *answer;                      /* to the units from `done` on */
	int error;                                     /* nobody answered these */
	size_t told;                                   /* of the answer's units */
};

enum conversation_goal { CONVERSATION_DONE, CONVERSATION_ASKS, CONVERSATION_WAITS };

struct conversation {
	const struct kv_cluster *cluster;
	struct session session;
	struct resp parser;
	struct reply here;                             /* what needed no shard */
	struct pack unit;                              /* what the session made of the command that is looked at: of EXEC, or WATCH */
	struct conversation_part *parts;               /* one for each shard, and the last for what comes after these */
	uint8_t placed[STORES_MOST + 1];               /* those that have something in this round */
	uint8_t asked[STORES_MOST + 1];
	unsigned placed_count, asked_count;
	struct conversation_entry { unsigned part; bool is_silent; size_t end; } *entries;     /* by command: its part, or, without one, where it ends in `here` */
	size_t count, room, bytes;
	size_t at, here_at;                            /* so many entries were told, and bytes of `here` */
	int protocol;                                  /* of this round: what changes it ends it */
	bool is_ended;                                 /* no more commands in this round */
	bool is_waiting;                               /* the last one waits for what is to come */
	bool is_postponed;                             /* the next one, or what was to be asked, waits for the end of a pause */
	bool is_closing;                               /* the connection is to be closed when this round's output is sent */
};

/* The client is taken. 0 or ODEON_ENOMEM. */
int conversation_open(struct conversation *conversation, const struct kv_cluster *cluster, struct client *client, struct post *post);
void conversation_close(struct conversation *conversation);

/* Commands of a round; answers how many bytes were used. What is not a whole command is left, to be given again with more. */
size_t conversation_take(struct conversation *conversation, const char *bytes, size_t length);
/* Behind what stands in `output`. When output->failed then, the connection must be closed. */
void conversation_tell(struct conversation *conversation, struct reply *output);
enum conversation_goal conversation_goal(const struct conversation *conversation);
unsigned conversation_choose(struct conversation *conversation);       /* how many are to be asked */
void conversation_ask(odeon_self *self, struct conversation *conversation, odeon_gather gather);       /* all that were chosen */
bool conversation_ask_one(odeon_self *self, struct conversation *conversation, odeon_then *then);      /* the only one; false: it was not asked */
void conversation_hear(struct conversation *conversation, odeon_answers *answers);
void conversation_hear_one(struct conversation *conversation, struct kv_answer *answer, int error);    /* it is taken; NULL: there is none */
bool conversation_asks_late(const struct conversation *conversation);   /* for what comes after the others: subscriptions, and several shards */
void conversation_refuse(struct conversation *conversation, int error);
/* What the command that waits is answered. */
void conversation_serve(struct conversation *conversation, struct text reply);

#endif
