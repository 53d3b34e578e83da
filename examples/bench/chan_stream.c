/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * chan-KIND-SENDERS-RECEIVERS-BYTES - senders send as fast as they can, receivers receive until the channel ends
 *
 * Nobody paces the senders of an unbounded channel: what the receiver has not taken waits in memory.
 */
#include <stdlib.h>
#include "chan.h"

static inline __attribute__((always_inline)) void send_all(struct member *member, unsigned bytes)
{
	odeon_sender *to = member->to[0];
	uint64_t who = (uint64_t)member->number << SENDER_SHIFT;

	for (uint64_t place = 1; place <= member->count; place++) {
		int error = payload_send(to, bytes, who | place);

		if (error != 0) {
			run_wrong(member->run, "sending: %s", odeon_error_text(error));
			break;
		}
	}
	odeon_sender_drop(to);
}

static void send_words(struct member *member) { send_all(member, sizeof(struct word)); }
static void send_blocks(struct member *member) { send_all(member, sizeof(struct block)); }

static void receive_words(struct member *member)
{
	struct word *word;

	while ((word = odeon_recv(word, member->from[0])) != NULL) {
		member_count(member, word->number);
		odeon_free(word);
	}
	odeon_receiver_drop(member->from[0]);
}

static void receive_blocks(struct member *member)
{
	struct block *block;

	while ((block = odeon_recv(block, member->from[0])) != NULL) {
		member_count(member, block->number + block->rest[6]);
		odeon_free(block);
	}
	odeon_receiver_drop(member->from[0]);
}

static void prepare(struct run *run, struct member *members, uint64_t each)
{
	const struct shape *shape = run->shape;
	int is_small = shape->bytes == sizeof(struct word);

	for (unsigned i = 0; i < shape->receivers; i++)
		members[i].work = is_small ? receive_words : receive_blocks;
	for (unsigned i = 0; i < shape->senders; i++) {
		struct member *sender = &members[shape->receivers + i];

		sender->work = is_small ? send_words : send_blocks;
		sender->number = i;
		sender->count = each;
	}
}

void chan_stream(struct run *run)
{
	const struct shape *shape = run->shape;
	uint64_t each = run->count / shape->senders;
	unsigned count = shape->receivers + shape->senders;
	struct member *members = crew_members(run, count);
	odeon_sender *sender;
	odeon_receiver *receiver;

	if (members == NULL || chan_open(run, shape, &sender, &receiver) != 0) {
		free(members);
		return;
	}
	prepare(run, members, each);
	chan_give_receivers(members, shape->receivers, 0, receiver);
	chan_give_senders(members + shape->receivers, shape->senders, 0, sender);
	crew_work(run, members, count);
	chan_check(run, members, shape->receivers, each * shape->senders, shape->senders * sum_to(each));
	run->amount = each * shape->senders;
	free(members);
}
