/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * chan-broadcast-..., chan-watch-... - one sender, and every receiver gets a copy
 *
 * Broadcast: the sender is paced, so that nobody lags: half a capacity is a window, every receiver acknowledges each
 * window it has received, and at most two windows are under way. The figure is over all copies that were received.
 *
 * Watch: the sender replaces the value as fast as it can; receivers see some of the values, in order, and the last. The
 * figure is over the values sent.
 */
#include <stdlib.h>
#include "chan.h"

/* Acknowledgements come back through channels, one of each receiver: to[1] of receiver n, from[n] of the sender. */
struct window { uint64_t number; };
ODEON_MESSAGE(window);

static int await_window(struct member *sender)
{
	for (unsigned i = 1; i <= sender->shape->receivers; i++) {
		struct window *window = odeon_recv(window, sender->from[i]);

		if (window == NULL)
			return -1;
		odeon_free(window);
	}
	return 0;
}

static void broadcast(struct member *member)
{
	uint64_t window = member->shape->capacity / 2;
	unsigned bytes = member->shape->bytes;

	for (uint64_t place = 1; place <= member->count; place++) {
		if (place % window == 1 && place > 2 * window && await_window(member) != 0)
			break;
		if (payload_send(member->to[0], bytes, place) != 0) {
			run_wrong(member->run, "nobody receives a broadcast");
			break;
		}
	}
	odeon_sender_drop(member->to[0]);
	for (unsigned i = 1; i <= member->shape->receivers; i++)
		odeon_receiver_drop(member->from[i]);
}

static void receive_broadcast(struct member *member)
{
	const odeon_type *type = payload_type(member->shape->bytes);
	uint64_t window = member->shape->capacity / 2, *message;
	int why = 0;

	while ((message = odeon_receiver_recv(type, member->from[0], ODEON_NEVER, &why)) != NULL) {
		member_count(member, *message);
		odeon_free(message);
		if (member->got % window == 0)
			odeon_sender_send(member->to[1], odeon_new(window, .number = member->got));
	}
	if (why != ODEON_EDISCONNECTED)
		run_wrong(member->run, "a broadcast receiver: %s", odeon_error_text(why));
	odeon_receiver_drop(member->from[0]);
	odeon_sender_drop(member->to[1]);
}

static void replace(struct member *member)
{
	for (uint64_t place = 1; place <= member->count; place++)
		if (payload_send(member->to[0], member->shape->bytes, place) != 0) {
			run_wrong(member->run, "nobody watches");
			break;
		}
	odeon_sender_drop(member->to[0]);
}

static void receive_watch(struct member *member)
{
	const odeon_type *type = payload_type(member->shape->bytes);
	uint64_t *message;

	while ((message = odeon_receiver_recv(type, member->from[0], ODEON_NEVER, NULL)) != NULL) {
		member_count(member, *message);
		odeon_free(message);
	}
	odeon_receiver_drop(member->from[0]);
}

/* Member 0 sends, the others receive. */
static struct member *prepare(struct run *run, void (*send)(struct member *), void (*receive)(struct member *))
{
	unsigned receivers = run->shape->receivers;
	struct member *members = crew_members(run, receivers + 1);
	odeon_receiver *receiver;

	if (members == NULL || chan_open(run, run->shape, &members[0].to[0], &receiver) != 0) {
		free(members);
		return NULL;
	}
	members[0].work = send;
	members[0].count = run->count;
	for (unsigned i = 1; i <= receivers; i++)
		members[i].work = receive;
	chan_give_receivers(members + 1, receivers, 0, receiver);
	return members;
}

void chan_broadcast(struct run *run)
{
	unsigned receivers = run->shape->receivers;
	struct member *members = prepare(run, broadcast, receive_broadcast);

	if (members == NULL)
		return;
	for (unsigned i = 1; i <= receivers; i++)
		if (odeon_channel_open(ODEON_TYPE(window), ODEON_UNBOUNDED, &members[i].to[1], &members[0].from[i]) != 0)
			abort();
	crew_work(run, members, receivers + 1);
	chan_check(run, members + 1, receivers, receivers * run->count, receivers * sum_to(run->count));
	run->amount = receivers * run->count;
	free(members);
}

void chan_watch(struct run *run)
{
	unsigned receivers = run->shape->receivers;
	struct member *members = prepare(run, replace, receive_watch);

	if (members == NULL)
		return;
	crew_work(run, members, receivers + 1);
	for (unsigned i = 1; i <= receivers; i++)
		if (members[i].last[0] != run->count)
			run_wrong(run, "a watch ended with value %llu", (unsigned long long)members[i].last[0]);
	run->amount = run->count;
	free(members);
}
