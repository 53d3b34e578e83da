/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * chan-select-KIND-CHANNELS-BYTES - one sender spreads its messages over several channels in turn, one receiver selects
 *
 * The array of cases is made once and used in every round. A channel that ended leaves the select; the work is done
 * when all have.
 */
#include <stdlib.h>
#include "chan.h"

static inline __attribute__((always_inline)) void send_all(struct member *member, unsigned bytes)
{
	unsigned channels = member->shape->channels;

	for (uint64_t i = 0; i < member->count; i++) {
		uint64_t channel = i % channels, place = i / channels + 1;
		int error = payload_send(member->to[channel], bytes, channel << SENDER_SHIFT | place);

		if (error != 0) {
			run_wrong(member->run, "sending: %s", odeon_error_text(error));
			break;
		}
	}
	for (unsigned channel = 0; channel < channels; channel++)
		odeon_sender_drop(member->to[channel]);
}

static void send_words(struct member *member) { send_all(member, sizeof(struct word)); }
static void send_blocks(struct member *member) { send_all(member, sizeof(struct block)); }

/* Answers how many channels ended: 0 or 1. */
static unsigned receive_one(struct member *member, odeon_case *cases, const odeon_type *type)
{
	int which = odeon_select(cases, member->shape->channels, ODEON_NEVER);
	uint64_t *message;

	if (which < 0) {
		run_wrong(member->run, "select: %s", odeon_error_text(which));
		abort();
	}
	message = odeon_case_take(&cases[which], type);
	if (message == NULL) {
		cases[which] = (odeon_case)ODEON_CASE_NOTHING;
		return 1;
	}
	if (*message >> SENDER_SHIFT != (uint64_t)which)
		run_wrong(member->run, "a message came out of another channel");
	member_count(member, *message);
	odeon_free(message);
	return 0;
}

static void receive_all(struct member *member)
{
	const odeon_type *type = payload_type(member->shape->bytes);
	odeon_case cases[CHANNELS_MOST];
	unsigned left = member->shape->channels;

	for (unsigned i = 0; i < left; i++)
		cases[i] = (odeon_case)ODEON_CASE_RECV(member->from[i]);
	while (left > 0)
		left -= receive_one(member, cases, type);
	for (unsigned i = 0; i < member->shape->channels; i++)
		odeon_receiver_drop(member->from[i]);
}

void chan_select(struct run *run)
{
	const struct shape *shape = run->shape;
	struct member *members = crew_members(run, 2);
	uint64_t each = run->count / shape->channels;

	if (members == NULL)
		return;
	for (unsigned i = 0; i < shape->channels; i++)
		if (chan_open(run, shape, &members[1].to[i], &members[0].from[i]) != 0)
			abort();
	members[0].work = receive_all;
	members[1].work = shape->bytes == sizeof(struct word) ? send_words : send_blocks;
	members[1].count = each * shape->channels;
	crew_work(run, members, 2);
	chan_check(run, members, 1, members[1].count, shape->channels * sum_to(each));
	run->amount = members[1].count;
	free(members);
}
