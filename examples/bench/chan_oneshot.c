/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * chan-oneshot-1-1-BYTES - a oneshot channel for every message
 *
 * One thread opens a oneshot, sends its receiver to the other thread through a bounded channel of 1024, sends one
 * message and drops its half; the other receives the message and drops the receiver. The figure has all of that in it.
 */
#include <stdlib.h>
#include "chan.h"

#define CARRIED 1024

struct carrier { odeon_receiver *receiver; };
ODEON_MESSAGE(carrier);

static int send_one(struct member *member, uint64_t place)
{
	odeon_sender *sender;
	odeon_receiver *receiver;
	int error = odeon_oneshot_open(payload_type(member->shape->bytes), &sender, &receiver);

	if (error != 0)
		return error;
	error = odeon_sender_send(member->to[0], odeon_new(carrier, .receiver = receiver));
	if (error == 0)
		error = payload_send(sender, member->shape->bytes, place);
	odeon_sender_drop(sender);
	return error;
}

static void send_all(struct member *member)
{
	for (uint64_t place = 1; place <= member->count; place++) {
		int error = send_one(member, place);

		if (error != 0) {
			run_wrong(member->run, "a oneshot: %s", odeon_error_text(error));
			break;
		}
	}
	odeon_sender_drop(member->to[0]);
}

static void receive_all(struct member *member)
{
	const odeon_type *type = payload_type(member->shape->bytes);
	struct carrier *carrier;

	while ((carrier = odeon_recv(carrier, member->from[0])) != NULL) {
		uint64_t *message = odeon_receiver_recv(type, carrier->receiver, ODEON_NEVER, NULL);

		if (message != NULL)
			member_count(member, *message);
		odeon_free(message);
		odeon_receiver_drop(carrier->receiver);
		odeon_free(carrier);
	}
	odeon_receiver_drop(member->from[0]);
}

void chan_oneshot(struct run *run)
{
	struct member *members = crew_members(run, 2);

	if (members == NULL)
		return;
	if (odeon_channel_open(ODEON_TYPE(carrier), CARRIED, &members[1].to[0], &members[0].from[0]) != 0)
		abort();
	members[0].work = receive_all;
	members[1].work = send_all;
	members[1].count = run->count;
	crew_work(run, members, 2);
	chan_check(run, members, 1, run->count, sum_to(run->count));
	run->amount = run->count;
	free(members);
}
